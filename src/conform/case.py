"""What a case is, how it is judged, and how the cases of a group are written down.

A group is a table: ``@group.case("sRp1", "what it checks")`` adds a row. The function gets a :class:`~.bench.Bench` and
either returns (pass), raises :class:`CheckFailedError` (fail) or :class:`NotApplicableError`; whatever else it raises of
:mod:`meterwire.errors` is a failure too.

Numbers below 100 are those under which test laboratories know a case, as far as public papers name them; none of them
confirms which number checks what (IEC 61850-10 itself is sold, and was not consulted). Numbers from 101 are our own.
"""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bench import Bench

__all__ = [
    "OWN_NUMBERS",
    "Case",
    "CaseFunction",
    "CheckFailedError",
    "Group",
    "NotApplicableError",
    "Permission",
    "Verdict",
]

OWN_NUMBERS = 101
"""From here on the number of a case is ours and no laboratory's."""


class Verdict(enum.Enum):
    """How a case ended."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"


class Permission(enum.Enum):
    """What a case does to the server beyond looking; each has a flag that allows it."""

    WRITE = "write"
    """Writes data values (and puts them back), creates data sets that outlive the association."""
    SETTINGS = "settings"
    """Selects, edits and confirms setting groups."""
    CONTROL = "control"
    """Selects and operates controls."""
    FILES = "files"
    """Sets, renames and deletes a file of its own."""
    BUFFERS = "buffers"
    """Takes buffered report control blocks, which may empty their buffers."""
    LOAD = "load"
    """Takes all the associations or data sets the server has."""

    @property
    def flag(self) -> str:
        """The option of ``meterwire conform`` that allows it."""
        return f"--allow-{self.value}"


class NotApplicableError(Exception):
    """The server has nothing this case could be tried on; the text says what is missing."""


class CheckFailedError(Exception):
    """The server did not do what the case asks of it; the text says what it did instead."""


CaseFunction = Callable[["Bench"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row."""

    id: str
    """E.g. ``sRp4``; negative cases have an N before the number."""
    group: str
    """Group without prefix and number, e.g. ``RpN``."""
    title: str
    """What is checked, in one line."""
    needs: frozenset[Permission]
    """What must be allowed."""
    run: CaseFunction
    """Does it."""
    is_hostile: bool = False
    """Sends what no client should: afterwards the server must let a new client in and answer it."""

    @property
    def is_lab_number(self) -> bool:
        """The number is one test laboratories use; else it is ours."""
        digits = "".join(c for c in self.id.removeprefix(f"s{self.group}") if c.isdigit())
        return int(digits or 0) < OWN_NUMBERS


@dataclass(slots=True)
class Group:
    """The cases of one service model, positive and negative."""

    name: str
    """As IEC 61850-10 abbreviates it, e.g. ``Rp``."""
    title: str
    """What it is about."""
    cases: list[Case] = field(default_factory=list)
    """In the order they run."""

    def case(
        self, number: str, title: str, *needs: Permission, hostile: bool = False
    ) -> Callable[[CaseFunction], CaseFunction]:
        """Decorator: ``number`` is what follows ``s`` and the group's name, e.g. ``"4"``, ``"N101"``."""

        def add(function: CaseFunction) -> CaseFunction:
            self.add(number, title, function, *needs, hostile=hostile)
            return function

        return add

    def add(self, number: str, title: str, function: CaseFunction, *needs: Permission, hostile: bool = False) -> None:
        """Add a row; for families that one function serves."""
        made = Case(
            id=f"s{self.name}{number}",
            group=self.name + ("N" if number.startswith("N") else ""),
            title=title,
            needs=frozenset(needs),
            run=function,
            is_hostile=hostile,
        )
        if any(other.id == made.id for other in self.cases):
            msg = f"{made.id} stands twice"
            raise ValueError(msg)
        self.cases.append(made)
