"""What a check of an SCL file says: one kind of finding for all layers."""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Finding", "Severity"]


class Severity(IntEnum):
    """How bad it is; the order is the order of importance."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """In words, as SARIF and JUnit write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or to be looked at."""

    rule: str
    """Id of the rule, e.g. ``REF-01``; ``meterwire scl explain`` tells more about it."""
    severity: Severity
    message: str
    """One sentence with the names and values at hand."""
    file: str
    line: int
    """From 1."""
    column: int
    """From 1, in characters, where the start tag begins."""
    xpath: str = ""
    """Where it stands in the document, for people and tools alike."""
    subject: str = ""
    """IED, logical device and node it belongs to, e.g. ``AA1/LD0/MMXU1``; empty outside of an IED."""
    part: str = ""
    """Standard and clause that the rule comes from."""
    hint: str = ""
    """What to do."""

    @property
    def where(self) -> str:
        """``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"
