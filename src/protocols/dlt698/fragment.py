"""Link fragments: an APDU that does not fit a frame travels in several.

::

    user data = word(2, LE) | piece      word: bits 11-0 number, bits 15-14 kind

Kinds: 0 first, 3 middle, 1 last, 2 confirmation (no piece), which the receiver sends for every fragment but the last,
echoing its number. Numbers begin at 0 and return to 0 after 4095. The last fragment is answered by what the APDU calls for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from ...errors import TruncatedError, UsageError

__all__ = ["CONFIRM", "FIRST", "KINDS", "LAST", "MIDDLE", "MODULUS", "Fragment", "split"]

FIRST: Final = 0
LAST: Final = 1
CONFIRM: Final = 2
MIDDLE: Final = 3
KINDS: Final = ("first", "last", "confirmation", "middle")
"""Names of the kinds, by number."""
MODULUS: Final = 4096
"""Numbers are modulo this."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One fragment."""

    number: int
    """0..4095."""
    kind: int
    """:data:`FIRST`, :data:`MIDDLE`, :data:`LAST` or :data:`CONFIRM`."""
    piece: bytes = b""
    """A part of the APDU."""

    def __post_init__(self) -> None:
        if not (0 <= self.number < MODULUS and 0 <= self.kind < 4):
            raise UsageError(f"fragment number is 0..4095, kind 0..3, not {self.number}, {self.kind}")

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """From the user data of a frame whose fragment bit is set; TruncatedError below two octets.

        Bits 13-12 of the word are reserved and passed over.
        """
        if len(data) < 2:
            raise TruncatedError("a fragment begins with a word of two octets", offset=len(data), data=data)
        word = data[0] | data[1] << 8
        return cls(word & 0xFFF, word >> 14, data[2:])

    def encode(self) -> bytes:
        """User data of a frame."""
        return (self.kind << 14 | self.number).to_bytes(2, "little") + self.piece

    def __str__(self) -> str:
        return f"fragment {self.number}, {KINDS[self.kind]}, {len(self.piece)} octets"


def split(apdu: bytes, size: int) -> Iterator[Fragment]:
    """The fragments of an APDU of more than ``size`` octets, each with at most ``size`` of them.

    UsageError when it fits one: that is no fragment, but a frame without the fragment bit.
    """
    if size < 1 or len(apdu) <= size:
        raise UsageError(f"{len(apdu)} octets in pieces of {size} are no fragments")
    count = -(-len(apdu) // size)
    for number in range(count):
        kind = FIRST if number == 0 else LAST if number == count - 1 else MIDDLE
        yield Fragment(number % MODULUS, kind, apdu[number * size : (number + 1) * size])
