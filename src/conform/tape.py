"""The tape: every octet of a case, in both directions."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import MeterwireError
from ..protocols import ber
from ..protocols.detect import explain

__all__ = ["MAX_OCTETS", "MAX_PIECES", "Piece", "Tape", "summaries", "without_password"]

MAX_OCTETS = 32_768
"""Octets of one case that are kept, the first half of them from its beginning and the rest from its end."""
MAX_PIECES = 300
"""Pieces of one case that are kept, likewise."""


PASSWORD = bytes.fromhex("8b03520301ac")
"""ACSE: the mechanism-name of a password, and the tag its value stands under."""


def without_password(data: bytes) -> bytes:
    """An association request with asterisks for its password: what is recorded is shown and sent round."""
    at = data.find(PASSWORD)
    if at < 0:
        return data
    _, start, stop = ber.read_header(data, at + len(PASSWORD) - 1, len(data))
    _, start, stop = ber.read_header(data, start, stop)
    return data[:start] + b"*" * (stop - start) + data[stop:]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one write brought onto the line, or one read off it."""

    ms: float
    """Milliseconds since the case began."""
    association: int
    """Which connection of the case, from 1."""
    direction: str
    """``"out"`` to the server, ``"in"`` from it."""
    data: bytes
    """The octets."""


@dataclass(slots=True)
class Tape:
    """Records one case. What does not fit is left off in the middle: the end is where it went wrong."""

    clock: Callable[[], float] = time.monotonic
    head: list[Piece] = field(default_factory=list)
    """The beginning."""
    tail: list[Piece] = field(default_factory=list)
    """The end."""
    left_off: int = 0
    """Octets between head and tail that were not kept."""
    _start: float = field(init=False)
    _sizes: list[int] = field(default_factory=lambda: [0, 0])
    _associations: int = 0

    def __post_init__(self) -> None:
        self._start = self.clock()

    def connect(self) -> Callable[[str, bytes], None]:
        """What a new connection calls with its octets."""
        self._associations += 1
        number = self._associations

        def record(direction: str, data: bytes) -> None:
            self._add(Piece(self.elapsed, number, direction, without_password(bytes(data))))

        return record

    @property
    def elapsed(self) -> float:
        """Milliseconds since the case began."""
        return (self.clock() - self._start) * 1000

    def _add(self, piece: Piece) -> None:
        if not self.tail and self._sizes[0] + len(piece.data) <= MAX_OCTETS // 2 and len(self.head) < MAX_PIECES // 2:
            self.head.append(piece)
            self._sizes[0] += len(piece.data)
            return
        self.tail.append(piece)
        self._sizes[1] += len(piece.data)
        while len(self.tail) > 1 and (self._sizes[1] > MAX_OCTETS // 2 or len(self.tail) > MAX_PIECES // 2):
            gone = self.tail.pop(0)
            self._sizes[1] -= len(gone.data)
            self.left_off += len(gone.data)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What was kept, in order."""
        return (*self.head, *self.tail)


def summaries(data: bytes) -> str:
    """The frames of a piece in a few words, e.g. ``confirmed-request · read``; empty where they are none."""
    if data[:2] != b"\x03\x00":
        return ""
    try:
        found = [frame.summary or frame.error for frame in explain(data, "mms")]
    except MeterwireError:
        return ""
    return "; ".join(found[:6]) + (f"; and {len(found) - 6} more" if len(found) > 6 else "")
