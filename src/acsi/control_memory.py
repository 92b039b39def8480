"""Which commands have been executed, so that none is executed again (IEC 61850-7-2: ctlNum and T tell commands apart)."""

from typing import Any

from ..reading import Timestamp
from .control_command import Command

__all__ = ["MAX_REMEMBERED", "Memory"]

MAX_REMEMBERED = 256
"""Commands of one object remembered: as many as there are numbers."""


class Memory:
    """Commands of one object that were handed to its handler.

    A command is known again by number, time and originator, whatever association it comes from. One that carries no time can
    be told from the one before it only by what it says.
    """

    __slots__ = ("_last", "_timed")

    def __init__(self) -> None:
        self._timed: dict[tuple[Any, ...], None] = {}
        self._last: tuple[Any, ...] | None = None

    def __contains__(self, command: Command) -> bool:
        if _has_time(command):
            return bool(self._timed) and _identity(command) in self._timed
        return self._last == (*_identity(command), command.ctlVal)

    def add(self, command: Command) -> None:
        """It is executed now."""
        if not _has_time(command):
            self._last = (*_identity(command), command.ctlVal)
            return
        self._last = None
        if len(self._timed) >= MAX_REMEMBERED:
            del self._timed[next(iter(self._timed))]
        self._timed[_identity(command)] = None


def _identity(command: Command) -> tuple[Any, ...]:
    return command.ctlNum, command.T, command.origin


def _has_time(command: Command) -> bool:
    T = command.T
    return not isinstance(T, Timestamp) or T.seconds != 0
