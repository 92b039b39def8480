"""The rules of the check: what each is called, how bad it is, where it comes from, and what runs it.

A rule is a function with a decorator; users add their own the same way::

    from meterwire.scl.rules import rule

    @rule("MY-01", title="Every IED has a description", severity="warning")
    def every_ied_is_described(scl, say):
        for ied in scl.ieds.values():
            if not ied.get("desc"):
                say(ied, f"IED {ied.get('name')} has no desc")

``say(element, message, hint="")`` may be called as often as wanted. Rules of the structure layer have no function: the
walker of the schema sets says them. Ids and families follow one catalogue: WF form, VER edition, HDR header, FILE kind of
file, NAM names, UNQ uniqueness, REF references, NSD data model, VAL values, CB control blocks, COM communication,
SUB process, STR structure, PRJ project.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from .findings import Severity

__all__ = ["RULES", "Rule", "Say", "register", "rule"]

Say = Callable[..., None]
"""``say(element, message, hint="")``."""
Check = Callable[[Any, Say], None]

SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.NOTE}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    id: str
    title: str
    """What holds when the rule is kept, in one sentence."""
    severity: Severity
    part: str
    """Standard and clause."""
    hint: str
    """What to do when it is broken."""
    kinds: frozenset[str]
    """Kinds of files it is for (``ICD`` …); empty: all."""
    editions: frozenset[str]
    """Schema sets it is for; empty: all."""
    check: Check | None
    """None: the structure layer says it."""
    layer: str
    """``structure``, ``namespaces``, ``semantics`` or ``user``."""
    why: str
    """More about it, for ``explain``."""


RULES: dict[str, Rule] = {}
"""All rules by id."""


def register(
    id: str,
    title: str,
    severity: str = "error",
    *,
    part: str = "IEC 61850-6",
    hint: str = "",
    kinds: str = "",
    editions: str = "",
    check: Check | None = None,
    layer: str = "structure",
    why: str = "",
) -> Rule:
    """Enter a rule; UsageError when the id is taken or the severity is not ``error``, ``warning`` or ``note``."""
    if id in RULES:
        msg = f"rule {id} exists already: {RULES[id].title}"
        raise UsageError(msg)
    if severity not in SEVERITIES:
        msg = f"rule {id}: severity {severity!r} is none of {', '.join(SEVERITIES)}"
        raise UsageError(msg)
    made = Rule(
        id,
        title,
        SEVERITIES[severity],
        part,
        hint,
        frozenset(kinds.split()),
        frozenset(editions.split()),
        check,
        layer,
        why,
    )
    RULES[id] = made
    return made


def rule(id: str, **facts: Any) -> Callable[[Check], Check]:
    """Enter a function as a rule; ``facts`` are those of :func:`register`, ``title`` among them."""

    def enter(check: Check) -> Check:
        facts.setdefault("layer", "user")
        register(id, check=check, why=(check.__doc__ or "").strip(), **facts)
        return check

    return enter
