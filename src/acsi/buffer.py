"""The bounded buffer of a BRCB: what was sent and may be asked for again, then what is still to be sent."""

from collections import deque
from dataclasses import dataclass

from .journal import Entry, EntryKind

__all__ = ["BufferLimits", "EntryBuffer"]

ENTRY_COST, MEMBER_COST = 200, 100
"""Octets an entry and a member of it are counted with besides the values, so that the limit bounds real memory."""
MAX_DISCARDED = 16
"""EntryIDs of replaced general interrogations that are remembered: a client may have one of them as its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferLimits:
    """What one BRCB may hold; the oldest entries go when it is more."""

    entries: int = 10_000
    """Entries."""
    octets: int = 1 << 20
    """Octets of memory, about."""


def _cost(entry: Entry) -> int:
    """What an entry is counted with."""
    return ENTRY_COST + sum(MEMBER_COST + len(value) for _, _, value in entry.members)


class EntryBuffer:
    """Entries in the order of their EntryIDs, with the place up to which they have been sent.

    The newest entry always stays, however large it is.
    """

    __slots__ = ("_discarded", "_octets", "_sent", "_unsent", "limits")

    def __init__(self, limits: BufferLimits) -> None:
        self.limits = limits
        self._sent: deque[Entry] = deque()
        self._unsent: deque[Entry] = deque()
        self._octets = 0
        self._discarded: deque[int] = deque(maxlen=MAX_DISCARDED)

    def __len__(self) -> int:
        return len(self._sent) + len(self._unsent)

    @property
    def octets(self) -> int:
        """What the entries are counted with."""
        return self._octets

    @property
    def newest(self) -> Entry | None:
        """The last entry."""
        if self._unsent:
            return self._unsent[-1]
        return self._sent[-1] if self._sent else None

    @property
    def waiting(self) -> Entry | None:
        """The next entry to be sent."""
        return self._unsent[0] if self._unsent else None

    def append(self, entry: Entry) -> tuple[int, bool]:
        """Add an entry: EntryID up to which old ones had to go (0 for none), and whether one was still unsent."""
        self._unsent.append(entry)
        self._octets += _cost(entry)
        gone, lost = 0, False
        while len(self) > 1 and (len(self) > self.limits.entries or self._octets > self.limits.octets):
            lost = lost or not self._sent
            oldest = (self._sent or self._unsent).popleft()
            self._octets -= _cost(oldest)
            gone = oldest.entry_id
        while self._discarded and self._discarded[0] <= gone:
            self._discarded.popleft()
        return gone, lost

    def restore(self, entry: Entry) -> None:
        """Take an entry back from a journal."""
        if entry.kind is EntryKind.DISCARDED:
            self._discarded.append(entry.entry_id)
        else:
            self._unsent.append(entry)
            self._octets += _cost(entry)

    def sent(self) -> None:
        """The waiting entry has left."""
        self._sent.append(self._unsent.popleft())

    def rewind(self) -> None:
        """Everything is to be sent again."""
        self._sent.extend(self._unsent)
        self._sent, self._unsent = self._unsent, self._sent
        self._sent.clear()

    def resume(self, entry_id: int) -> bool:
        """Send what comes after an entry; False, and nothing changes, when it is not known."""
        entries = (*self._sent, *self._unsent)
        if entry_id not in self._discarded and all(entry.entry_id != entry_id for entry in entries):
            return False
        self._sent = deque(entry for entry in entries if entry.entry_id <= entry_id)
        self._unsent = deque(entry for entry in entries if entry.entry_id > entry_id)
        return True

    def discard_interrogations(self) -> list[int]:
        """Drop entries of general interrogations, a new one is coming; their EntryIDs stay known."""
        dropped = [e for e in (*self._sent, *self._unsent) if e.kind is EntryKind.GI]
        if dropped:
            self._sent = deque(e for e in self._sent if e.kind is not EntryKind.GI)
            self._unsent = deque(e for e in self._unsent if e.kind is not EntryKind.GI)
        for entry in dropped:
            self._octets -= _cost(entry)
            self._discarded.append(entry.entry_id)
        return [entry.entry_id for entry in dropped]

    def clear(self) -> None:
        """Nothing stays."""
        self._sent.clear()
        self._unsent.clear()
        self._discarded.clear()
        self._octets = 0
