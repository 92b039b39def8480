"""Where the entries of logs are kept, and asked for.

A log (IEC 61850-7-2, LOG) is a journal that several control blocks write into. Its entries have ascending EntryIDs in the
order in which they were made, and times that may fall back when somebody sets the clock. Queries by time give entries in
the order of (time, EntryID), queries behind an entry in the order of their EntryIDs: so a client that keeps asking for what is
new misses nothing, whatever the clock did meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ..errors import UsageError

__all__ = ["LogBounds", "LogLimits", "LogMember", "LogQuery", "LogRecord", "LogStore"]

LogMember = tuple[str, int, bytes]
"""Reference as the log shows it, reason (TrgOps bits, 0 where none is kept), value as encoded MMS data."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One entry."""

    entry_id: int
    """EntryID; it grows from entry to entry, not by one."""
    time_ms: int
    """When, milliseconds since 1970."""
    members: tuple[LogMember, ...]
    """Values."""


@dataclass(frozen=True, slots=True)
class LogBounds:
    """What a log holds; all 0 when that is nothing."""

    count: int = 0
    """Entries."""
    old_entry: int = 0
    """EntryID of the oldest."""
    old_time: int = 0
    """Its time, milliseconds since 1970."""
    new_entry: int = 0
    """EntryID of the newest."""
    new_time: int = 0
    """Its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLimits:
    """What one log may hold; the oldest entries go when it is more."""

    entries: int = 100_000
    """Entries."""
    octets: int = 64 << 20
    """Octets of values on the disk, about."""
    age_seconds: float | None = None
    """Seconds after which an entry goes; None keeps it as long as there is room."""

    def __post_init__(self) -> None:
        if self.entries < 1 or self.octets < 1 or (self.age_seconds is not None and not self.age_seconds > 0):
            msg = "a log holds at least one entry, of at least one octet, for some time"
            raise UsageError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which entries, both ends included. With neither time set the order is that of EntryIDs."""

    start: int | None = None
    """From this time on, milliseconds since 1970."""
    stop: int | None = None
    """Up to this time."""
    after: int | None = None
    """Behind the entry of this EntryID."""
    after_time: int = 0
    """Time of that entry, for queries by time; what the log itself has counts, where it still has the entry."""

    @property
    def by_time(self) -> bool:
        """The order is that of time."""
        return self.start is not None or self.stop is not None


class LogStore(Protocol):
    """Keeps the entries of logs; ``log`` is ``LD/LN$name``.

    Appending never waits for the disk. Queries wait for what was appended before them, and belong in a thread where the disk
    may be slow; they raise FileError when the disk fails.
    """

    on_change: Callable[[], None] | None
    """Called, from any thread, when the bounds of some log may have changed."""

    def open(self, log: str) -> int:
        """Make a log known; the highest EntryID it ever gave away, 0 for a new one."""

    def bounds(self, log: str) -> LogBounds:
        """What is kept of it; known without asking the disk."""

    def append(self, log: str, record: LogRecord, keep_from: int) -> None:
        """Keep an entry; those before ``keep_from`` (ms since 1970) may go."""

    def reading(self, log: str, query: LogQuery) -> AbstractContextManager[Iterator[LogRecord]]:
        """The entries of a query, one after the other; as many are read as are taken."""
