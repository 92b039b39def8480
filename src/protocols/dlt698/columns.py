"""Record tables straight to columns, without an object per cell: load curves and freezes by the thousand.

A column of numbers or times is a memoryview that numpy, pyarrow and array take without copying::

    table = decode_columns(frame.data)
    energy = numpy.frombuffer(table.column(1), "int64")          # raw integers: scaler and unit are in the catalogue
    times = numpy.frombuffer(table.column(0), "datetime64[s]")   # NaT where the meter sent no date

With the compiled accelerator this makes no Python object per cell; without it, and for tables with structures, arrays or
several types in one column, the columns are made from the decoded records.
"""

from array import array
from typing import Any, Final

from ..._accel import dlt698data as _accel
from ...errors import DecodeError
from .apdu import decode_apdu
from .dates import DateTimeS
from .get import GetResponseRecord
from .records import RCSD
from .results import ResultRecord
from .values import OAD, Bool

__all__ = ["NOT_A_TIME", "RecordColumns", "decode_columns"]

NOT_A_TIME: Final = -(1 << 63)
"""Stands in a column of times for a date that is unspecified or does not exist; NaT of numpy."""

_TIME: Final = 28
_UNSIGNED64: Final = 21
_DOUBLE: Final = 24
_TEXT: Final = 10
_BITS: Final = {_UNSIGNED64: "Q", _DOUBLE: "d"}
_OCTETS: Final = frozenset({9, 12, 85, 86, 87})
_NUMBERS: Final = frozenset({3, 5, 6, 15, 16, 17, 18, 20, 21, 22, 24, 28, 80, 81, 83})


class RecordColumns:
    """The records of one table, column by column."""

    __slots__ = ("_found", "_octets")

    def __init__(self, octets: bytes, found: tuple[bytes, bytes, bytes]) -> None:
        # nothing is taken apart before somebody asks: tables come by the thousand
        self._octets = octets
        self._found = found

    @property
    def tags(self) -> bytes:
        """Type of each column; 0 where all is null, 255 where it holds several types."""
        return self._found[0]

    @property
    def rows(self) -> int:
        """Number of records."""
        return len(self._found[2]) // len(self._found[0])

    def __len__(self) -> int:
        return self.rows

    @property
    def oad(self) -> OAD:
        """The table."""
        return OAD(int.from_bytes(self._octets[3:7], "big"))

    @property
    def rcsd(self) -> RCSD:
        """What the columns are."""
        first = self._octets[7]
        start = 8 if first < 0x80 else 8 + (first & 0x7F)
        ends = range(start + 5, start + 5 * len(self.tags) + 5, 5)
        return RCSD(OAD(int.from_bytes(self._octets[end - 4 : end], "big")) for end in ends)

    def column(self, number: int) -> memoryview | tuple[Any, ...]:
        """A column, by its place in ``rcsd``: numbers and times as a memoryview of 64-bit words, anything else as a tuple.

        Format q, for long64-unsigned Q, for float64 d. Times are seconds since 1970 by the meter's own clock, as if it
        had no zone. Where null was sent the word is 0; :meth:`valid` tells.
        """
        tag, rows = self._tag(number), self.rows
        octets: Any = memoryview(self._found[1])[8 * rows * number : 8 * rows * (number + 1)]
        words: memoryview = octets.cast(_BITS.get(tag, "q"))
        if tag in _NUMBERS:
            return words
        valid = self.valid(number)
        return tuple(self._content(tag, word) if valid[row] else None for row, word in enumerate(words))

    def valid(self, number: int) -> memoryview:
        """An octet per record: 0 where null was sent or the date does not exist."""
        self._tag(number)
        return memoryview(self._found[2])[self.rows * number : self.rows * (number + 1)]

    def _tag(self, number: int) -> int:
        if not 0 <= number < len(self.tags):
            raise IndexError(number)
        return self.tags[number]

    def _content(self, tag: int, word: int) -> Any:
        offset, size = word >> 32, word & 0xFFFFFFFF
        octets = self._octets[offset : offset + size]
        return octets.decode("latin-1") if tag == _TEXT else octets


class _OfRecords(RecordColumns):
    """The same made from decoded records."""

    __slots__ = ("_cells", "_result")

    def __init__(self, result: ResultRecord) -> None:
        rows = result.get()
        self._result = result
        self._cells = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in result.rcsd)
        super().__init__(b"", (bytes(_tag_of_all(cells) for cells in self._cells), b"", b""))

    @property
    def rows(self) -> int:
        """Number of records."""
        return len(self._result.rows)

    @property
    def oad(self) -> OAD:
        """The table."""
        return self._result.oad

    @property
    def rcsd(self) -> RCSD:
        """What the columns are."""
        return self._result.rcsd

    def column(self, number: int) -> memoryview | tuple[Any, ...]:
        """As told above."""
        tag, cells = self._tag(number), self._cells[number]
        if tag not in _NUMBERS:
            return tuple(bytes(cell) if tag in _OCTETS and cell is not None else cell for cell in cells)
        return memoryview(array(_BITS.get(tag, "q"), [_word(cell) for cell in cells]))

    def valid(self, number: int) -> memoryview:
        """As told above."""
        self._tag(number)
        return memoryview(bytes(_is_valid(cell) for cell in self._cells[number]))


def _moment(cell: DateTimeS) -> int:
    moment = cell.datetime
    if moment is None:
        return NOT_A_TIME
    return (moment.toordinal() - 719163) * 86400 + moment.hour * 3600 + moment.minute * 60 + moment.second


def _word(cell: Any) -> Any:
    if cell is None:
        return 0
    if isinstance(cell, Bool):
        return 1
    return _moment(cell) if isinstance(cell, DateTimeS) else cell


def _is_valid(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, DateTimeS) and cell.datetime is None)


def _tag_of_all(cells: tuple[Any, ...]) -> int:
    tags = {_tag_of(cell) for cell in cells if cell is not None}
    return 0 if not tags else tags.pop() if len(tags) == 1 else 255


def _tag_of(cell: Any) -> int:
    known: dict[type, int] = {bool: 3, bytes: 9, str: 10, float: _DOUBLE}
    return known.get(type(cell)) or int(getattr(cell, "TAG", 255))


def decode_columns(octets: bytes) -> RecordColumns:
    """The records in a GetResponseRecord; MeterError when the meter refused, DecodeError when it is something else."""
    octets = bytes(octets)
    found = _accel.read_table(octets)
    if found is not None:
        return RecordColumns(octets, found)
    answer = decode_apdu(octets)
    if not isinstance(answer, GetResponseRecord):
        raise DecodeError(f"records of one table are wanted, not {type(answer).__name__}", offset=0, data=octets)
    return _OfRecords(answer.result)
