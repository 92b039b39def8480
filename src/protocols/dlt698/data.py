"""Data, the CHOICE of every type a value can have; reading, writing and explaining it.

:func:`decode_data` and :func:`encode_data` are for one value; inside APDUs the wire :data:`DATA` does the same. The
common types are decoded by ``meterwire._accel.dlt698data``; the composite ones come back here.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from ..._accel import dlt698data as _accel
from ...errors import DecodeError, LimitError, UsageError
from . import values as v
from .address import TSA
from .axdr import MAX_DEPTH, Flag, OctetsOf, Reader, Teller, UnknownTagError, Wire, count_prefix, register
from .dates import Date, DateTime, DateTimeS, Time

__all__ = ["DATA", "KINDS", "Data", "decode_data", "encode_data", "extend", "type_name"]

Data: TypeAlias = Any
"""A value of any data type: see :mod:`.values` for the classes. Annotated like this, a field of a record is Data."""


def _unknown(data: bytes, offset: int, end: int, _depth: int) -> tuple[Any, int]:
    raise UnknownTagError(f"no data type has tag {data[offset - 1]}", offset=offset - 1, data=data[offset - 1 : end])


KINDS: Final[list[Any]] = [_unknown] * 256
"""By tag: the class of a value, or how to read one ``(data, offset, end, depth) -> (value, offset)``."""
_WRITERS: Final[dict[type, tuple[int, Callable[[bytearray, Any], None]]]] = {}
_WIRES: Final[dict[int, Wire]] = {}
_NAMES: Final[dict[int, str]] = {
    0: "null",
    1: "array",
    2: "structure",
    3: "bool",
    4: "bit-string",
    9: "octet-string",
    10: "visible-string",
    12: "UTF8-string",
    23: "float32",
    24: "float64",
    85: "TSA",
}
_NUMBERS: Final = (
    v.DoubleLong,
    v.DoubleLongUnsigned,
    v.Integer,
    v.Long,
    v.Unsigned,
    v.LongUnsigned,
    v.Long64,
    v.Long64Unsigned,
    v.Enum,
    v.OI,
    v.OAD,
    v.OMD,
)
_MOMENTS: Final = (DateTime, Date, Time, DateTimeS)
_COUNTED: Final = (v.UTF8String, v.MAC, v.RN, TSA)


def type_name(tag: int) -> str:
    """The standard's name of a data type, ``"type 200"`` for one it does not have."""
    return _NAMES.get(tag, f"type {tag}")


def _number_writer(cls: type[v.Number]) -> Callable[[bytearray, Any], None]:
    size, signed = cls.SIZE, cls.SIGNED

    def write(out: bytearray, value: int) -> None:
        out += value.to_bytes(size, "big", signed=signed)

    return write


def _octets_writer(out: bytearray, value: bytes) -> None:
    out += value


def extend(tag: int, cls: type, wire: Wire, name: str | None = None) -> None:
    """Add a data type: values of ``cls`` stand on the wire as ``tag`` and what ``wire`` writes.

    This is how the composite types of this package are added, and the hook for tags of later editions. Process-wide.
    """

    def read(data: bytes, offset: int, end: int, depth: int) -> tuple[Any, int]:
        reader = Reader(data, offset, end, depth)
        return wire.read(reader), reader.offset

    KINDS[tag] = read
    _WIRES[tag] = wire
    _WRITERS[cls] = (tag, wire.write)
    _NAMES[tag] = name or wire.name


class _BitString(Wire):
    name = "bit-string"

    def read(self, r: Reader) -> v.BitString:
        start = r.offset
        first = r.u8()
        size = first
        if first >= 0x80:
            r.offset = start
            size = _long_count(r)
        return v.BitString(r.take(-(-size // 8)), size)

    def write(self, out: bytearray, value: v.BitString) -> None:
        out += count_prefix(value.size)
        out += value.octets


def _long_count(r: Reader) -> int:
    """A count of bits: it may exceed the octets left, which Reader.length() does not allow."""
    octets = r.u8() & 0x7F
    if not 1 <= octets <= 4:
        raise DecodeError("a length is 1 octet, or 81H..84H and as many", offset=r.offset - 1)
    return int.from_bytes(r.take(octets), "big")


class _Float32(Wire):
    name = "float32"

    def read(self, r: Reader) -> v.Float32:
        return v.Float32(r.take(4))

    def write(self, out: bytearray, value: v.Float32) -> None:
        out += value.octets


class _Bool(Flag):
    def read(self, r: Reader) -> int:
        value = super().read(r)
        return value if value is True or value is False else v.Bool(value)


def _elements(out: bytearray, value: tuple[Any, ...], depth: int) -> None:
    out += count_prefix(len(value))
    for element in value:
        _write(out, element, depth + 1)


def _write(out: bytearray, value: Any, depth: int = 0) -> None:
    cls = type(value)
    if cls is v.Array or cls is v.Structure:
        if depth >= MAX_DEPTH:
            raise UsageError(f"data nested deeper than {MAX_DEPTH}")
        out.append(cls.TAG)
        _elements(out, value, depth)
        return
    try:
        tag, write = _WRITERS[cls]
    except KeyError:
        if cls is v.UnknownData:
            out += value.octets
            return
        hint = " (which one of DoubleLong, LongUnsigned, …?)" if cls is int else ""
        raise UsageError(f"{value!r} is no value of a DL/T 698.45 data type{hint}") from None
    out.append(tag)
    write(out, value)


class _Data(Wire):
    """Data as a field of a record."""

    name = "Data"

    def read(self, r: Reader) -> Any:
        """The value."""
        value, r.offset = _accel.read_data(r.data, r.offset, r.end, KINDS, r.depth)
        return value

    def write(self, out: bytearray, value: Any) -> None:
        """Append tag and value."""
        _write(out, value)

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        """Read and explain: one field per value with its tag, parts below."""
        start = r.offset
        tag = r.u8()
        title = f"{name} {type_name(tag)}" if name else type_name(tag)
        if tag in (1, 2):
            return self._tell_elements(r, start, title, teller)
        wire = _WIRES.get(tag)
        if wire is not None and tag >= 0x50 and type(wire) is not OctetsOf:
            return self._tell_composite(r, start, title, wire, teller)
        r.offset = start
        value = self.read(r)
        teller.leaf(start, r.offset, title, _shown(value, teller))
        return value

    def _tell_elements(self, r: Reader, start: int, title: str, teller: Teller) -> Any:
        if r.depth >= MAX_DEPTH:
            raise LimitError(f"data nested deeper than {MAX_DEPTH}", offset=start)
        r.offset = start
        with teller.group(r, title):
            tag = r.u8()
            count = r.length()
            teller.leaf(start, r.offset, "tag, count", f"{type_name(tag)} of {count}")
            r.depth += 1
            try:
                return KINDS[tag]([self.tell(r, str(i), teller) for i in range(1, count + 1)])
            finally:
                r.depth -= 1

    def _tell_composite(self, r: Reader, start: int, title: str, wire: Wire, teller: Teller) -> Any:
        if r.depth >= MAX_DEPTH:
            raise LimitError(f"data nested deeper than {MAX_DEPTH}", offset=start)
        r.offset = start
        with teller.group(r, title):
            tag = r.u8()
            teller.leaf(start, r.offset, "tag", type_name(tag))
            r.depth += 1
            try:
                return wire.tell(r, wire.name, teller)
            finally:
                r.depth -= 1


def _shown(value: Any, teller: Teller) -> str:
    if type(value) is bytes:
        return value.hex().upper() or "empty"
    return "null" if value is None else teller.describe(value)


DATA: Final = _Data()

KINDS[1], KINDS[2] = v.Array, v.Structure
for _number in _NUMBERS:
    KINDS[_number.TAG] = _number
    _WRITERS[_number] = (_number.TAG, _number_writer(_number))
    _NAMES[_number.TAG] = _number.NAME
for _moment in _MOMENTS:
    KINDS[_moment.TAG] = _moment
    _WRITERS[_moment] = (_moment.TAG, _octets_writer)
    _NAMES[_moment.TAG] = _moment.NAME
for _counted in _COUNTED:
    extend(_counted.TAG, _counted, OctetsOf(_counted.NAME, _counted))
extend(v.BitString.TAG, v.BitString, _BitString())
extend(v.Float32.TAG, v.Float32, _Float32())
extend(v.Bool.TAG, v.Bool, _Bool())
_WRITERS[type(None)] = _WRITERS[v.Null] = (0, lambda _out, _value: None)
_WRITERS[bool] = (3, lambda out, value: out.append(value))
_WRITERS[bytes] = (9, OctetsOf("octet-string").write)
_WRITERS[str] = (10, OctetsOf("visible-string", str).write)
_WRITERS[float] = (24, lambda out, value: out.extend(_accel.pack_double(value)))
register(Data, DATA)


def decode_data(data: bytes | bytearray | memoryview) -> Data:
    """One value with its tag, and nothing behind it; :class:`.values.UnknownData` when it holds an unknown tag.

    Example: ``decode_data(bytes.fromhex("12096D")) == 2413``
    """
    octets = bytes(data)
    reader = Reader(octets)
    try:
        value = DATA.read(reader)
    except UnknownTagError as error:
        return v.UnknownData(octets[0], octets, error.offset or 0)
    reader.finish("data")
    return value


def encode_data(value: Data) -> bytes:
    """Tag and value; UsageError for what is no value of a data type.

    Example: ``encode_data(LongUnsigned(2413)).hex() == "12096d"``
    """
    out = bytearray()
    _write(out, value)
    return bytes(out)
