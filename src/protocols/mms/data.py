"""MMS Data (ISO 9506-2): values as the wire carries them, to Python and back.

Decoding gives bool, int, float, :class:`BitString`, bytes, str, :class:`~meterwire.reading.Timestamp`,
:class:`BinaryTime`, tuple for a structure and list for an array. A failed access result is a
:class:`~meterwire.errors.DataAccessError` *value*, not an exception: one unreadable member must not
hide its neighbours.
"""

import datetime as dt
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import DataAccessError, DecodeError, LimitError, UsageError
from ...reading import Timestamp
from .. import ber

__all__ = [
    "DECODERS",
    "MAX_DEPTH",
    "BinaryTime",
    "BitString",
    "DataTag",
    "decode_access_results",
    "decode_data",
    "encode_bits",
    "encode_boolean",
    "encode_data",
    "encode_float",
    "encode_integer",
    "encode_string",
    "encode_unsigned",
]

MAX_DEPTH = 25
"""Structures nested deeper are refused; 8-1 models stay below 10."""


MAX_RESULTS = 65_536
"""Access results of one answer or report; a report over 10,000 members has 30,000 values and its head."""


class DataTag:
    """Tags of the Data alternatives; type specifications use the same."""

    ARRAY = 0xA1
    STRUCTURE = 0xA2
    BOOLEAN = 0x83
    BIT_STRING = 0x84
    INTEGER = 0x85
    UNSIGNED = 0x86
    FLOAT = 0x87
    OCTET_STRING = 0x89
    VISIBLE_STRING = 0x8A
    BINARY_TIME = 0x8C
    BCD = 0x8D
    MMS_STRING = 0x90
    UTC_TIME = 0x91


@dataclass(frozen=True, slots=True)
class BitString:
    """A bit string; the first transmitted bit is the most significant of ``value``."""

    value: int
    """The bits as an integer."""
    length: int
    """How many bits."""

    def __str__(self) -> str:
        return f"{self.value:0{self.length}b}" if self.length else ""

    def __getitem__(self, index: int) -> bool:
        """Bit ``index``, 0 transmitted first."""
        if not 0 <= index < self.length:
            raise IndexError(index)
        return bool(self.value >> (self.length - 1 - index) & 1)


@dataclass(frozen=True, slots=True)
class BinaryTime:
    """MMS TimeOfDay: milliseconds of the day and, in the six-octet form, days since 1984-01-01."""

    data: bytes
    """Four or six octets."""

    def __post_init__(self) -> None:
        if len(self.data) not in (4, 6):
            msg = f"a binary time is 4 or 6 octets, not {len(self.data)}"
            raise UsageError(msg)

    @classmethod
    def from_ns(cls, ns: int) -> "BinaryTime":
        """Six octets from nanoseconds since 1970; times before 1984 become its first moment."""
        ms = max(0, ns // 1_000_000 - _EPOCH_1984_MS)
        days, rest = divmod(ms, 86_400_000)
        return cls(rest.to_bytes(4, "big") + days.to_bytes(2, "big"))

    @property
    def ms(self) -> int | None:
        """Milliseconds since 1970; None for the four-octet form, whose day is not told."""
        if len(self.data) == 4:
            return None
        days = int.from_bytes(self.data[4:], "big")
        return _EPOCH_1984_MS + days * 86_400_000 + int.from_bytes(self.data[:4], "big")

    @property
    def datetime(self) -> dt.datetime | None:
        """Aware UTC datetime; None for the four-octet form, whose day is not told."""
        if len(self.data) == 4:
            return None
        ms = int.from_bytes(self.data[:4], "big")
        days = int.from_bytes(self.data[4:], "big")
        return dt.datetime(1984, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days, milliseconds=ms)


_EPOCH_1984_MS = 441_763_200_000


# -- encoding ------------------------------------------------------------------------------


def encode_boolean(value: bool) -> bytes:
    """BOOLEAN; TRUE is FF as in DER, every peer seen takes it."""
    return b"\x83\x01\xff" if value else b"\x83\x01\x00"


def encode_integer(value: int) -> bytes:
    """Signed integer, shortest form."""
    return ber.tlv(DataTag.INTEGER, ber.encode_integer(value))


def encode_unsigned(value: int) -> bytes:
    """Unsigned integer, shortest form."""
    return ber.tlv(DataTag.UNSIGNED, ber.encode_unsigned(value))


_FLOAT32 = struct.Struct(">BBBf")
_FLOAT64 = struct.Struct(">BBBd")


def encode_float(value: float, *, double: bool = False) -> bytes:
    """Floating point with 8 (single) or 11 (double) exponent bits."""
    if double:
        return _FLOAT64.pack(DataTag.FLOAT, 9, 11, value)
    return _FLOAT32.pack(DataTag.FLOAT, 5, 8, value)


def encode_bits(value: int, length: int) -> bytes:
    """Bit string of ``length`` bits."""
    pad = -length % 8
    content = bytes((pad,)) + (value << pad).to_bytes((length + 7) // 8, "big")
    return ber.tlv(DataTag.BIT_STRING, content)


def encode_string(tag: int, text: str) -> bytes:
    """Visible or MMS string (UTF-8)."""
    return ber.tlv(tag, text.encode())


def encode_data(value: Any) -> bytes:
    """A Python value by its own type: int as INTEGER, str as visible string, tuple as structure.

    For attributes of a known model use the type's encoder instead; this one cannot know unsigned
    from signed, or single from double.
    """
    for kind, encode in _BY_TYPE:
        if isinstance(value, kind):
            return encode(value)
    msg = f"{type(value).__name__} has no MMS form"
    raise UsageError(msg)


_BY_TYPE: Sequence[tuple[type, Callable[[Any], bytes]]] = (
    (bool, encode_boolean),
    (int, encode_integer),
    (float, encode_float),
    (str, lambda v: encode_string(DataTag.VISIBLE_STRING, v)),
    (bytes, lambda v: ber.tlv(DataTag.OCTET_STRING, v)),
    (BitString, lambda v: encode_bits(v.value, v.length)),
    (Timestamp, lambda v: ber.tlv(DataTag.UTC_TIME, v.to_bytes())),
    (BinaryTime, lambda v: ber.tlv(DataTag.BINARY_TIME, v.data)),
    (tuple, lambda v: ber.tlv(DataTag.STRUCTURE, b"".join(map(encode_data, v)))),
    (list, lambda v: ber.tlv(DataTag.ARRAY, b"".join(map(encode_data, v)))),
)


# -- decoding ------------------------------------------------------------------------------


def decode_data(data: bytes, start: int, end: int, depth: int = 0) -> tuple[Any, int]:
    """One Data element at ``start``: its value and the offset behind it."""
    tag, first, stop = ber.read_header(data, start, end)
    return _decode(data, tag, first, stop, depth), stop


def _decode(data: bytes, tag: int, first: int, stop: int, depth: int) -> Any:
    decoder = DECODERS.get(tag)
    if decoder is not None:
        return decoder(data, first, stop)
    if tag not in (DataTag.STRUCTURE, DataTag.ARRAY):
        msg = f"{tag:02X} is no Data alternative of 8-1"
        raise DecodeError(msg, offset=first, data=data[first:stop])
    if depth >= MAX_DEPTH:
        msg = f"data nested deeper than {MAX_DEPTH}"
        raise LimitError(msg, offset=first)
    values = [_decode(data, *element, depth + 1) for element in ber.elements(data, first, stop)]
    return values if tag == DataTag.ARRAY else tuple(values)


def _boolean(data: bytes, first: int, stop: int) -> bool:
    if stop - first != 1:
        msg = "boolean of other than one octet"
        raise DecodeError(msg, offset=first, data=data[first:stop])
    return data[first] != 0


def _bits(data: bytes, first: int, stop: int) -> BitString:
    if stop == first:
        msg = "bit string without padding octet"
        raise DecodeError(msg, offset=first)
    pad = data[first]
    length = (stop - first - 1) * 8 - pad
    if pad > 7 or length < 0:
        msg = f"bit string padding {pad}"
        raise DecodeError(msg, offset=first, data=data[first:stop])
    return BitString(int.from_bytes(data[first + 1 : stop], "big") >> pad, length)


def _float(data: bytes, first: int, stop: int) -> float:
    size = stop - first
    if size == 5 and data[first] == 8:
        return float(struct.unpack_from(">f", data, first + 1)[0])
    if size == 9 and data[first] == 11:
        return float(struct.unpack_from(">d", data, first + 1)[0])
    msg = "floating point is neither single nor double"
    raise DecodeError(msg, offset=first, data=data[first:stop])


def _octets(data: bytes, first: int, stop: int) -> bytes:
    return data[first:stop]


def _text(data: bytes, first: int, stop: int) -> str:
    try:
        return data[first:stop].decode()
    except UnicodeDecodeError:
        # Vendors put their national code page into visible strings; show it rather than fail.
        return data[first:stop].decode("latin-1")


def _utc_time(data: bytes, first: int, stop: int) -> Timestamp:
    if stop - first != 8:
        msg = "utc-time of other than 8 octets"
        raise DecodeError(msg, offset=first, data=data[first:stop])
    return Timestamp.from_bytes(data[first:stop])


def _binary_time(data: bytes, first: int, stop: int) -> BinaryTime:
    if stop - first not in (4, 6):
        msg = "binary time of other than 4 or 6 octets"
        raise DecodeError(msg, offset=first, data=data[first:stop])
    return BinaryTime(data[first:stop])


DECODERS: dict[int, Callable[[bytes, int, int], Any]] = {
    DataTag.BOOLEAN: _boolean,
    DataTag.BIT_STRING: _bits,
    DataTag.INTEGER: ber.decode_integer,
    DataTag.UNSIGNED: ber.decode_unsigned,
    DataTag.FLOAT: _float,
    DataTag.OCTET_STRING: _octets,
    DataTag.VISIBLE_STRING: _text,
    DataTag.BINARY_TIME: _binary_time,
    DataTag.MMS_STRING: _text,
    DataTag.UTC_TIME: _utc_time,
}
"""What decodes the content of each primitive alternative: octets, where it begins, and ends."""


def decode_access_results(data: bytes, start: int, end: int, *, lenient: bool = False) -> list[Any]:
    """Access results of a Read answer or report, in order.

    With ``lenient`` a value that cannot be decoded is a DecodeError *object* in its place: in a report the others
    have been sent once and will not come again.
    """
    results: list[Any] = []
    for tag, first, stop in ber.elements(data, start, end):
        if len(results) >= MAX_RESULTS:
            msg = f"more than {MAX_RESULTS} access results"
            raise LimitError(msg, offset=first)
        try:
            if tag == 0x80:
                results.append(DataAccessError(ber.decode_unsigned(data, first, stop)))
            else:
                results.append(_decode(data, tag, first, stop, 0))
        except DecodeError as error:
            if not lenient:
                raise
            results.append(error)
    return results
