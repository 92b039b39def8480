"""What a buffered report control block leaves behind for the time after a restart, and who keeps it.

The engine calls a :class:`Journal` and goes on; the journal says through :attr:`Journal.durable` how far it has got. An
entry leaves for a client only when it is durable: whatever a client has seen, the server still knows after a crash, so a
client that resynchronises by the last EntryID it got misses nothing and gets nothing twice.
"""

import enum
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .report_control import Included

__all__ = ["Entry", "EntryKind", "Journal", "Settings", "Stored", "fingerprint"]


class EntryKind(enum.IntEnum):
    """What a buffered entry came from."""

    EVENT = 0
    INTEGRITY = 1
    GI = 2
    DISCARDED = 3
    """A general interrogation that a later one replaced: nothing is left but its EntryID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a report buffer."""

    entry_id: int
    """EntryID as a number, above 0; grows from entry to entry."""
    time_ns: int
    """TimeofEntry, ns since 1970."""
    kind: EntryKind
    """What it came from."""
    members: Included
    """What the report says."""


Settings = Mapping[str, str | int]
"""Attributes a client can set, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a journal holds of one control block."""

    declared: str
    """Fingerprint of the declaration it was made from."""
    defined: str
    """Fingerprint of the data set the entries were taken from."""
    settings: Settings
    """The block's attributes when last set."""
    last_id: int = 0
    """Highest EntryID it ever gave away."""
    entries: tuple[Entry, ...] = ()
    """Ascending EntryID."""


class Journal(Protocol):
    """Where entries of BRCBs survive; ``control`` is the reference of a control block.

    No method waits for the disk. Calls take effect in their order.
    """

    durable: int
    """Every entry up to this EntryID survives a crash."""
    on_durable: Callable[[], None] | None
    """Called, from any thread, when :attr:`durable` has grown."""

    def load(self, control: str) -> Stored | None:
        """What is kept of a control block, None when there is nothing."""

    def define(self, control: str, stored: Stored) -> None:
        """Keep definition, settings and last EntryID; entries are left as they are."""

    def append(self, control: str, entry: Entry) -> None:
        """Keep an entry."""

    def discard(self, control: str, entry_id: int) -> None:
        """Keep nothing of an entry but its EntryID."""

    def trim(self, control: str, entry_id: int) -> None:
        """Entries up to and including this one are gone."""

    def purge(self, control: str) -> None:
        """All entries are gone."""


def fingerprint(parts: Iterable[object]) -> str:
    """A short name for a definition; equal only for equal parts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]
