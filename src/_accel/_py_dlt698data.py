"""DL/T 698.45 data in plain Python: the twin of _c_dlt698data.pyx, same names, same values, same errors.

``kinds`` is a list of 256 entries by tag. For the types decoded here an entry is the class of the value: a subclass of
int, bytes or tuple that is filled without calling it. Every other entry is called with ``(data, offset, end, depth)``
and gives ``(value, offset)``, or raises.

Work and memory are bounded by the octets: a count larger than what is left is refused before anything is made, and
nesting ends at :data:`MAX_DEPTH`.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from ..errors import DecodeError, LimitError, TruncatedError

__all__ = [
    "MAX_DEPTH",
    "pack_double",
    "read_answer",
    "read_data",
    "read_length",
    "read_results",
    "read_rows",
    "read_table",
]

MAX_DEPTH: Final = 32
"""Arrays and structures inside each other."""

_SIGNED: Final = {5: 4, 15: 1, 16: 2, 20: 8}
_UNSIGNED: Final = {6: 4, 17: 1, 18: 2, 21: 8, 22: 1, 80: 2, 81: 4, 83: 4}
_MOMENTS: Final = {25: 10, 26: 5, 27: 3, 28: 7}
_SIZE: Final = [0] * 256
"""Octets behind the tag of the types that always have as many."""
_KIND: Final = [0] * 256
"""1 signed, 2 unsigned, 3 octets kept, 4 double."""
for _sizes, _kind in ((_SIGNED, 1), (_UNSIGNED, 2), (_MOMENTS, 3), ({24: 8}, 4)):
    for _tag, _octets in _sizes.items():
        _SIZE[_tag], _KIND[_tag] = _octets, _kind
_DOUBLE: Final = Struct(">d")

Kinds = list[Any]
_int_new: Callable[..., Any] = int.__new__
_bytes_new: Callable[..., Any] = bytes.__new__
_tuple_new: Callable[..., Any] = tuple.__new__
_from_bytes: Callable[..., int] = int.from_bytes


def pack_double(value: float) -> bytes:
    """Eight octets of IEEE 754."""
    return _DOUBLE.pack(value)


def _short(data: bytes, at: int, end: int, count: int) -> TruncatedError:
    return TruncatedError(f"{count} bytes needed, {end - at} left", offset=at, data=data[at:end])


def read_length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A length or count at ``at`` and the offset behind it; never more than the octets left up to ``end``."""
    if at >= end:
        raise TruncatedError("one byte needed, none left", offset=at)
    value = data[at]
    stop = at + 1
    if value >= 0x80:
        if not 0x81 <= value <= 0x84:
            raise DecodeError("a length is 1 octet, or 81H..84H and as many", offset=at, data=bytes((value,)))
        stop += value & 0x7F
        if stop > end:
            raise _short(data, at + 1, end, value & 0x7F)
        value = _from_bytes(data[at + 1 : stop], "big")
    if value > end - stop:
        raise TruncatedError(f"length or count is {value}, {end - stop} octets are left", offset=at, data=data[at:stop])
    return value, stop


def read_data(data: bytes, at: int, end: int, kinds: Kinds, depth: int = 0) -> tuple[Any, int]:
    """The value whose tag is at ``at``, and the offset behind it; nothing at or beyond ``end`` is looked at."""
    if at >= end:
        raise TruncatedError("one byte needed, none left", offset=at)
    tag = data[at]
    size = _SIZE[tag]
    if size:
        stop = at + 1 + size
        if stop > end:
            raise _short(data, at + 1, end, size)
        octets = data[at + 1 : stop]
        kind = _KIND[tag]
        if kind == 2:
            return _int_new(kinds[tag], _from_bytes(octets, "big")), stop
        if kind == 1:
            return _int_new(kinds[tag], _from_bytes(octets, "big", signed=True)), stop
        if kind == 3:
            return _bytes_new(kinds[tag], octets), stop
        return _DOUBLE.unpack(octets)[0], stop
    if 0 < tag < 3:
        if depth >= MAX_DEPTH:
            raise LimitError(f"data nested deeper than {MAX_DEPTH}", offset=at)
        count, stop = read_length(data, at + 1, end)
        elements = []
        for _ in range(count):
            value, stop = read_data(data, stop, end, kinds, depth + 1)
            elements.append(value)
        return _tuple_new(kinds[tag], elements), stop
    if 8 < tag < 11:
        count, start = read_length(data, at + 1, end)
        stop = start + count
        return (data[start:stop] if tag == 9 else data[start:stop].decode("latin-1")), stop
    if tag == 0:
        return None, at + 1
    if depth >= MAX_DEPTH:
        raise LimitError(f"data nested deeper than {MAX_DEPTH}", offset=at)
    found: tuple[Any, int] = kinds[tag](data, at + 1, end, depth + 1)
    return found


def read_results(
    data: bytes, at: int, end: int, count: int, kinds: Kinds, result: type[tuple[Any, ...]], dar: type[int]
) -> tuple[tuple[Any, ...], int]:
    """``count`` times OAD and (00 DAR | 01 Data), each as a ``result``; and the offset behind them."""
    oad = kinds[81]
    results = []
    for _ in range(count):
        if end - at < 6:
            raise _short(data, at, end, 6)
        name = _int_new(oad, _from_bytes(data[at : at + 4], "big"))
        choice = data[at + 4]
        if choice == 1:
            value, at = read_data(data, at + 5, end, kinds, 0)
        elif choice == 0:
            value, at = _int_new(dar, data[at + 5]), at + 6
        else:
            raise DecodeError("a result is 00 DAR or 01 Data", offset=at + 4, data=data[at + 4 : at + 5])
        results.append(_tuple_new(result, (name, value)))
    return tuple(results), at


def read_rows(data: bytes, at: int, end: int, rows: int, columns: int, kinds: Kinds) -> tuple[tuple[Any, ...], int]:
    """``rows`` times ``columns`` values, a tuple of tuples; and the offset behind them."""
    if rows * columns > end - at or (rows and not columns):
        raise TruncatedError(f"{rows} rows of {columns} columns do not fit {end - at} octets", offset=at)
    table = []
    for _ in range(rows):
        row = []
        for _ in range(columns):
            value, at = read_data(data, at, end, kinds, 0)
            row.append(value)
        table.append(tuple(row))
    return tuple(table), at


def read_answer(
    data: bytes, kinds: Kinds, classes: dict[int, type], result: type[tuple[Any, ...]], dar: type[int]
) -> Any | None:
    """A whole APDU, when it is a list of results (or one) with an empty tail; None: go the general way.

    ``classes`` is by ``tag << 8 | choice``; their slots piid, result or results, follow_report and time_tag are filled.
    The compiled form does this in one walk; without it there is only the general way.
    """
    del data, kinds, classes, result, dar
    return None


def read_table(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """The records of a whole GetResponseRecord straight to columns: ``(tags, table, valid)``; None: go the general way.

    ``table`` has for each column one 64-bit word of the machine per record: the number (or its bits, for unsigned and
    double); for date_time_s seconds since 1970, as if the meter's clock had no zone; for octets and texts
    ``offset << 32 | length``. ``tags`` has the one type of each column, 0 when all is null, ``valid`` an octet for each
    word: 0 where null was sent or a date does not exist. The compiled form does this for columns of one such type each;
    without it there is only the general way.
    """
    del data
    return None
