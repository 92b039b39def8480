"""ACSI object references as people see them: ``HOMEMET/MMTR1.DmdWh.actVal [ST]``."""

import re
from dataclasses import dataclass

from ..errors import UsageError

__all__ = ["FUNCTIONAL_CONSTRAINTS", "Reference", "parse_reference"]

FUNCTIONAL_CONSTRAINTS = (
    "ST MX SP SV CF DC SG SE SR OR BL EX CO US MS RP BR LG GO".split()  # IEC 61850-7-2 and 8-1
)
"""Functional constraints, the order in which a logical node's MMS structure lists them."""

MAX_REFERENCE = 255
"""Longer references are refused; 7-2 allows 129 characters without the functional constraint."""

_SHAPE = re.compile(
    r"(?P<ld>[A-Za-z][A-Za-z0-9_]{0,63})"
    r"(?:/(?P<path>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z@][A-Za-z0-9_]*|\([0-9]{1,5}\))*))?"
    r"(?:\s*\[(?P<fc>[A-Z]{2})\])?",
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed object reference."""

    ld: str
    """Logical device name (IED name + inst), the MMS domain."""
    path: tuple[str, ...] = ()
    """Logical node, data object, attributes; array elements as ``"(3)"``."""
    fc: str = ""
    """Functional constraint, empty when the reference has none."""

    def __str__(self) -> str:
        text = f"{self.ld}/{'.'.join(self.path)}".replace(".(", "(") if self.path else self.ld
        return f"{text} [{self.fc}]" if self.fc else text

    def with_fc(self, fc: str) -> "Reference":
        """The same object under another functional constraint."""
        return Reference(self.ld, self.path, fc)


def parse_reference(text: str) -> Reference:
    """Parse ``LD/LN.DO.DA [FC]``; UsageError says what a reference looks like."""
    match = _SHAPE.fullmatch(text.strip()) if len(text) <= MAX_REFERENCE else None
    fc = (match.group("fc") or "") if match else ""
    if match is None or (fc and fc not in FUNCTIONAL_CONSTRAINTS):
        msg = f"{text[:80]!r} is no object reference; write e.g. HOMEMET/MMTR1.DmdWh.actVal [ST]"
        raise UsageError(msg)
    path = match.group("path")
    names = tuple(path.replace("(", ".(").split(".")) if path else ()
    return Reference(match.group("ld"), names, fc)
