"""Quality, time and :class:`Reading`, the one currency between meters and models.

Quality follows IEC 61850-7-3 (13 bits, bit 0 transmitted first), time IEC 61850-7-2 TimeStamp
(seconds, 24-bit fraction, time quality octet).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Self

from .errors import UsageError

__all__ = ["Quality", "Reading", "Timestamp", "Validity"]


class Validity:
    """The four values of the two validity bits."""

    GOOD = "good"
    INVALID = "invalid"
    RESERVED = "reserved"
    QUESTIONABLE = "questionable"
    ALL = (GOOD, INVALID, RESERVED, QUESTIONABLE)


class Quality(int):
    """13-bit quality; bit 0 of the standard is the most significant bit of this integer.

    Combine detail flags with ``|``: ``Quality.INVALID | Quality.OLD_DATA``.
    """

    __slots__ = ()

    GOOD: ClassVar["Quality"]
    INVALID: ClassVar["Quality"]
    QUESTIONABLE: ClassVar["Quality"]
    OVERFLOW: ClassVar["Quality"]
    OUT_OF_RANGE: ClassVar["Quality"]
    BAD_REFERENCE: ClassVar["Quality"]
    OSCILLATORY: ClassVar["Quality"]
    FAILURE: ClassVar["Quality"]
    OLD_DATA: ClassVar["Quality"]
    INCONSISTENT: ClassVar["Quality"]
    INACCURATE: ClassVar["Quality"]
    SUBSTITUTED: ClassVar["Quality"]
    TEST: ClassVar["Quality"]
    OPERATOR_BLOCKED: ClassVar["Quality"]

    def __new__(cls, value: int = 0) -> Self:
        """From the 13 bits as an integer; UsageError beyond 8191."""
        if not 0 <= value < 1 << 13:
            msg = f"quality is 13 bits, 0..8191, not {value}"
            raise UsageError(msg)
        return super().__new__(cls, value)

    def __or__(self, other: int) -> "Quality":
        return Quality(int(self) | other)

    @property
    def validity(self) -> str:
        """One of :class:`Validity`."""
        return Validity.ALL[self >> 11]

    @property
    def is_good(self) -> bool:
        """True when the validity bits say good (detail bits may still be set)."""
        return self >> 11 == 0

    @property
    def details(self) -> tuple[str, ...]:
        """Names of the detail, source, test and block bits that are set."""
        return tuple(n for i, n in enumerate(_DETAILS) if self & (1 << (10 - i)))

    def __str__(self) -> str:
        return "+".join((self.validity, *self.details))

    def __repr__(self) -> str:
        return f"Quality({self})"


_DETAILS = (
    "overflow",
    "outOfRange",
    "badReference",
    "oscillatory",
    "failure",
    "oldData",
    "inconsistent",
    "inaccurate",
    "substituted",
    "test",
    "operatorBlocked",
)
Quality.GOOD = Quality(0)
Quality.INVALID = Quality(0x0800)
Quality.QUESTIONABLE = Quality(0x1800)
Quality.OVERFLOW = Quality(0x0400)
Quality.OUT_OF_RANGE = Quality(0x0200)
Quality.BAD_REFERENCE = Quality(0x0100)
Quality.OSCILLATORY = Quality(0x0080)
Quality.FAILURE = Quality(0x0040)
Quality.OLD_DATA = Quality(0x0020)
Quality.INCONSISTENT = Quality(0x0010)
Quality.INACCURATE = Quality(0x0008)
Quality.SUBSTITUTED = Quality(0x0004)
Quality.TEST = Quality(0x0002)
Quality.OPERATOR_BLOCKED = Quality(0x0001)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """UTC time with its quality, exactly as eight octets carry it."""

    seconds: int = 0
    """Whole seconds since 1970-01-01 UTC, 0..2**32-1."""
    fraction: int = 0
    """Fraction of a second in 1/2**24 s, 0..2**24-1."""
    quality: int = 0x1F
    """Time quality octet: 0x80 leap second known, 0x40 clock failure, 0x20 clock not synchronised,
    low five bits number of significant fraction bits (31 unspecified)."""

    LEAP_SECOND_KNOWN: ClassVar[int] = 0x80
    CLOCK_FAILURE: ClassVar[int] = 0x40
    NOT_SYNCHRONISED: ClassVar[int] = 0x20

    def __post_init__(self) -> None:
        if not (0 <= self.seconds < 1 << 32 and 0 <= self.fraction < 1 << 24):
            msg = f"timestamp {self.seconds} s + {self.fraction}/2**24 out of range"
            raise UsageError(msg)
        if not 0 <= self.quality < 256:
            msg = f"time quality is one octet, not {self.quality}"
            raise UsageError(msg)

    @classmethod
    def from_ns(cls, ns: int, quality: int = 0x0A) -> Self:
        """From nanoseconds since the epoch; the default quality claims 10 bits (about 1 ms)."""
        seconds, rest = divmod(ns, 1_000_000_000)
        return cls(seconds, (rest << 24) // 1_000_000_000, quality)

    @classmethod
    def from_datetime(cls, moment: dt.datetime, quality: int = 0x0A) -> Self:
        """From an aware datetime; a naive one is a UsageError, its zone cannot be guessed."""
        if moment.tzinfo is None:
            msg = "a naive datetime has no place on the time line; give it a time zone"
            raise UsageError(msg)
        delta = moment - _EPOCH
        whole = delta.days * 86_400 + delta.seconds
        return cls(whole, (delta.microseconds << 24) // 1_000_000, quality)

    @property
    def ns(self) -> int:
        """Nanoseconds since the epoch, rounded to the nearest."""
        return self.seconds * 1_000_000_000 + ((self.fraction * 1_000_000_000 + (1 << 23)) >> 24)

    @property
    def datetime(self) -> dt.datetime:
        """Aware UTC datetime, microsecond resolution."""
        micro = (self.fraction * 1_000_000 + (1 << 23)) >> 24
        return _EPOCH + dt.timedelta(seconds=self.seconds, microseconds=micro)

    @property
    def is_synchronised(self) -> bool:
        """False when the clock is marked failed or not synchronised."""
        return not self.quality & (self.CLOCK_FAILURE | self.NOT_SYNCHRONISED)

    def to_bytes(self) -> bytes:
        """The eight octets of MMS UtcTime."""
        high = self.seconds.to_bytes(4, "big") + self.fraction.to_bytes(3, "big")
        return high + bytes((self.quality,))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """From eight octets; UsageError on any other count."""
        if len(data) != 8:
            msg = f"a timestamp is 8 octets, not {len(data)}"
            raise UsageError(msg)
        return cls(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:7], "big"), data[7])

    def __str__(self) -> str:
        text = self.datetime.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return text if self.is_synchronised else text + " (not synchronised)"


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Value = Decimal | int | str | bytes | dt.datetime | None
"""What a reading can hold; a block answer gives one reading per item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One item of one meter at one moment, with the frame that proves it."""

    address: str
    """Meter address as printed on it, e.g. ``"003411001043"``."""
    item: str
    """Code in the meter's own dialect, e.g. DI ``"00010000"``."""
    name: str
    """Catalogue name of the item (English)."""
    name_zh: str = ""
    """Catalogue name of the item (Chinese)."""
    value: Value = None
    """Exact value in ``unit``; None when nothing valid was received."""
    raw: int | None = None
    """The integer on the wire for numeric items: ``value == raw * 10**exponent``."""
    exponent: int = 0
    """Decimal exponent of ``raw``."""
    unit: str = ""
    """Unit of ``value``, e.g. ``"kWh"``; empty when it has none."""
    time: Timestamp | None = None
    """The meter's own time where the frame carries one, else the time of receipt."""
    quality: Quality = Quality.GOOD
    """What is known about the value; good only if check, address and echoed item all match."""
    frame: bytes = b""
    """The frame it came from, preamble stripped."""
    note: str = ""
    """Deviation that was tolerated in decoding, empty when none."""
