"""Server addresses: SA of the link layer and TSA inside APDUs, which differ in the order of their octets only.

::

    SA    AF | [logical] | low digits first            68 17 00 43 | 05 | 90 78 56 34 12 00 | CA
    TSA   length | AF | [logical] | high digits first  07 | 05 | 20 16 01 20 00 01

AF: bits 3-0 octets that follow, less one; bits 5-4 logical address (0 the device as a whole, 1 the metering core); bit 5
set means that the logical address, 2..255, is the next octet, which the length counts; bits 7-6 kind.

Digits are packed two to an octet. AH in a digit matches any digit of a wildcard address, FH fills an odd number of digits.
"""

from typing import ClassVar, Final, Self

from ...errors import UsageError
from .values import Octets

__all__ = ["BROADCAST", "GROUP", "KINDS", "SINGLE", "TSA", "WILDCARD", "ServerAddress"]

SINGLE: Final = 0
WILDCARD: Final = 1
GROUP: Final = 2
BROADCAST: Final = 3
KINDS: Final = ("single", "wildcard", "group", "broadcast")
"""Names of the kinds of address, by number."""

_EXTENDED: Final = 0x20
_DIGITS: Final = frozenset("0123456789ABCDEF")


class _Address(Octets):
    __slots__ = ()
    _REVERSED: ClassVar[bool]

    @classmethod
    def of(cls, digits: "str | _Address", *, kind: int | None = None, logical: int = 0) -> Self:
        """From up to 32 digits as printed on the device; an odd number is filled with F.

        A digit A matches any digit and makes the address a wildcard unless ``kind`` says otherwise. The broadcast
        address is ``of("AA", kind=BROADCAST)``. ``logical`` is 0..255.
        """
        if isinstance(digits, _Address):
            return cls.of(digits.digits, kind=digits.kind, logical=digits.logical)
        text = str(digits).upper()
        text = "F" * (len(text) % 2) + text
        if not 0 < len(text) <= 32 or not _DIGITS.issuperset(text):
            raise UsageError(f"an address is 1 to 32 digits, not {digits!r}")
        if kind is None:
            kind = WILDCARD if "A" in text else SINGLE
        if not (0 <= kind < 4 and 0 <= logical < 256):
            raise UsageError(f"kind is 0..3, logical address 0..255, not {kind}, {logical}")
        octets = bytes.fromhex(text)
        if cls._REVERSED:
            octets = octets[::-1]
        feature = kind << 6 | (logical << 4 if logical < 2 else _EXTENDED)
        if logical >= 2:
            octets = bytes((logical,)) + octets
        if len(octets) > 16:
            raise UsageError(f"{text} with logical address {logical} needs more than 16 octets")
        return cls(bytes((feature | len(octets) - 1,)) + octets)

    @property
    def kind(self) -> int:
        """:data:`SINGLE`, :data:`WILDCARD`, :data:`GROUP` or :data:`BROADCAST`."""
        return self[0] >> 6 if self else SINGLE

    @property
    def _start(self) -> int:
        return 2 if self and self[0] & _EXTENDED and len(self) > 2 else 1

    @property
    def logical(self) -> int:
        """Logical address, 0..255."""
        return self[1] if self._start == 2 else self[0] >> 4 & 3 if self else 0

    @property
    def digits(self) -> str:
        """Digits in reading order, fill digits included."""
        octets = bytes(self[self._start :])
        return (octets[::-1] if self._REVERSED else octets).hex().upper()

    @property
    def is_answered(self) -> bool:
        """False for groups and everybody: nobody may answer those."""
        return self.kind < GROUP

    def matches(self, other: "_Address") -> bool:
        """True when a device that has ``other`` as its single address is meant by this one.

        Wildcards compare digit by digit from the right; leading zeros and fill digits do not count. The logical address
        must agree, unless this is a broadcast. Groups are compared as they are: give the group's address as ``other``.
        """
        if self.kind == BROADCAST:
            return True
        if self.logical != other.logical or (self.kind == GROUP) != (other.kind == GROUP):
            return False
        mine, theirs = (address.digits.lstrip("F") for address in (self, other))
        width = max(len(mine), len(theirs))
        if self.kind == WILDCARD and not mine.strip("A"):
            return True
        pairs = zip(mine.zfill(width), theirs.zfill(width), strict=True)
        return all(a == b or (a == "A" and self.kind == WILDCARD) for a, b in pairs)

    def __str__(self) -> str:
        text = self.digits if self.kind == SINGLE else f"{self.digits} ({KINDS[self.kind]})"
        return f"{text} logical {self.logical}" if self.logical else text


class ServerAddress(_Address):
    """SA of a frame: AF and the octets behind it as they stand on the wire, low digits first."""

    __slots__ = ()
    NAME = "SA"
    _REVERSED = True

    def __new__(cls, octets: bytes) -> Self:
        """From AF and its octets; UsageError when AF announces another number of them."""
        if not octets or len(octets) != (octets[0] & 15) + 2:
            raise UsageError(f"AF announces another length than that of {bytes(octets).hex()}")
        return bytes.__new__(cls, octets)


class TSA(_Address):
    """Target server address in an APDU, high digits first; empty means no address."""

    __slots__ = ()
    TAG, NAME = 85, "TSA"
    _REVERSED = False
