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

    __slots__ = ("_asked", "_identity", "_last", "_timed")

    def __init__(self) -> None:
        self._timed: dict[tuple[Any, ...], None] = {}
        self._last: tuple[Any, ...] | None = None
        self._asked: Command | None = None
        self._identity: tuple[Any, ...] = ()

    def __contains__(self, command: Command) -> bool:
        self._asked = command  # it will be added next, if it is not refused
        identity = self._identity = _identity(command)
        return identity in self._timed if _has_time(command) else self._last == identity

    def add(self, command: Command) -> None:
        """It is executed now."""
        identity = self._identity if self._asked is command else _identity(command)
        self._asked = None
        if not _has_time(command):
            self._last = identity
            return
        self._last = None
        if len(self._timed) >= MAX_REMEMBERED:
            del self._timed[next(iter(self._timed))]
        self._timed[identity] = None


def _identity(command: Command) -> tuple[Any, ...]:
    T = command.T
    if T.__class__ is not Timestamp:
        return command.ctlNum, T, command.origin
    if not T.seconds:
        return command.ctlNum, command.ctlVal, command.origin
    return command.ctlNum, T.seconds, T.fraction, command.origin  # numbers are hashed much faster than a Timestamp


def _has_time(command: Command) -> bool:
    T = command.T
    return T.__class__ is not Timestamp or T.seconds != 0
