"""The frame parser for programs that want nothing else of meterwire; docs/embedding.md shows it at work.

Importing it loads this folder and the error classes, no codec, no model, no network. Frames of DL/T 645 (2007 and 1997),
DL/T 698.45, Q/GDW 376.1 and CJ/T 188 are found in any stream of octets (:class:`Scanner`, :func:`scan`,
:func:`detect`), and those of DL/T 645 become columns of numbers without an object for each (:class:`Columns`,
:func:`decode645`). Compiled, these run without the GIL; without a compiler the pure twins give the same answers.
"""

from array import array
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from ..errors import UsageError
from . import arrow, columns, frames
from .layout import Table, items645

__all__ = [
    "DIALECTS",
    "NO_VALUE",
    "PROTOCOLS",
    "STATUSES",
    "Columns",
    "Row",
    "Scanner",
    "decode645",
    "detect",
    "fcs",
    "get_include",
    "scan",
]

Buffer = bytes | bytearray | memoryview

DIALECTS: Final = frames.DIALECTS
"""What can be looked for: ``645``, ``376.1``, ``698``, ``188``."""
PROTOCOLS: Final = frames.PROTOCOLS
"""What a frame can turn out to be; 645 is told apart by edition where function codes allow."""
STATUSES: Final = columns.STATUSES
"""What a number in the column ``status`` says. Only ``good`` and ``long`` come with a value."""
NO_VALUE: Final = columns.NO_VALUE
"""-2**63: stands in the column ``value`` where there is none."""

Scanner = frames.Scanner
scan = frames.scan
fcs = frames.fcs

_DEFAULT_ROWS: Final = 1 << 16
_OCTETS_PER_ROW: Final = 16  # a guess to begin with: a frame of one energy has 20 octets


def detect(data: Buffer) -> str | None:
    """The protocol of the first frame in ``data``, one of :data:`PROTOCOLS`; None where there is no frame."""
    first = array("Q", bytes(8 * frames.ROW))
    count, *_ = frames.spans(data, 0, first, DIALECTS, True)
    return PROTOCOLS[first[1] & 0xFF] if count else None


def get_include() -> str:
    """The folder with ``meterwire_frames.h`` and ``meterwire_frames.pxd``, for extensions that call the search from C."""
    return str(Path(__file__).parent / "include")


class Row(NamedTuple):
    """One row in words; the columns themselves are numbers."""

    address: str
    """12 digits (hex where a wildcard was used), most significant first."""
    item: str
    """Data identifier: 8 hex digits in 2007, 4 in 1997; empty where the frame has none."""
    value: Decimal | None
    """In ``unit``; None where there is none. A clock's digits are a number: 2611210715 is YYMMDDhhmm."""
    unit: str
    """Unit of the value; for a clock its fields."""
    status: str
    """One of :data:`STATUSES`."""
    part: int
    """0 for the value, 1 and more for what belongs to it, such as the time of a maximum demand."""
    control: int
    """Control octet of the frame."""
    protocol: str
    """One of :data:`PROTOCOLS`."""
    source: int
    """Which of the buffers, where there were several."""
    offset: int
    """Of the frame's 68H in its buffer."""


class _Column:
    """One column of :class:`Columns`, as many elements as there are rows."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __get__(self, table: "Columns", owner: type) -> memoryview:
        _, code = columns.COLUMNS[self._number]
        return memoryview(table._buffers[self._number]).cast(code)[: table.rows]  # type: ignore[call-overload, no-any-return]


class Columns:
    """Values of DL/T 645 frames, a row for each, in one buffer for each column.

    Each column is a memoryview of as many elements as there are rows, which ``numpy.asarray`` takes without copying. The whole
    is a record batch for whoever speaks Arrow's PyCapsule protocol (``pyarrow.record_batch(columns)``), with nulls where
    there is no value.

    The buffers are kept from one :meth:`fill` to the next, which overwrites what views show; what was handed out as
    Arrow is never overwritten.
    """

    address = _Column(0)
    """uint64, to be read as 12 hex digits: ``f"{address:012X}"``."""
    value = _Column(1)
    """int64, to be multiplied by 10 to the power of ``scale``; :data:`NO_VALUE` where there is none."""
    offset = _Column(2)
    """int64: where in its buffer the frame's 68H is."""
    item = _Column(3)
    """uint32: data identifier, of 8 hex digits in 2007 and of 4 in 1997."""
    source = _Column(4)
    """uint32: which of the buffers."""
    control = _Column(5)
    """uint8: control octet of the frame."""
    protocol = _Column(6)
    """uint8: place in :data:`PROTOCOLS`."""
    part = _Column(7)
    """uint8: 0 for the value, 1 and more for what belongs to it; of an abnormal answer the error octet."""
    scale = _Column(8)
    """int8: decimal exponent of ``value``."""
    unit = _Column(9)
    """uint8: place in :attr:`units`."""
    status = _Column(10)
    """uint8: place in :data:`STATUSES`."""

    def __init__(self, capacity: int = _DEFAULT_ROWS, table: Table | None = None) -> None:
        """``capacity`` in rows, at least 200: what one frame can hold. UsageError below that."""
        if capacity < columns.MOST_ROWS:
            raise UsageError(f"a capacity of at least {columns.MOST_ROWS} rows is needed, not {capacity}")
        self._table = table or items645()
        self._handed_out = False
        self._buffers = self._new(capacity)
        self.rows = 0
        """Rows filled."""
        self.frames = 0
        """Frames decoded since the last :meth:`fill` began."""
        self.errors = 0
        """Whole candidates whose check did not hold."""
        self.discarded = 0
        """Octets that belonged to no frame, FE not counted."""

    @staticmethod
    def _new(capacity: int) -> list[bytearray]:
        return [bytearray(capacity * array(code).itemsize) for _, code in columns.COLUMNS]

    @property
    def capacity(self) -> int:
        """Rows there is room for."""
        return len(self._buffers[-1])

    @property
    def units(self) -> tuple[str, ...]:
        """Unit by its number in the column ``unit``."""
        return self._table.units

    def fill(
        self, data: Buffer | Sequence[Buffer], source: int = 0, start: int = 0, *, final: bool = True
    ) -> tuple[int, int]:
        """Decode one buffer, or each of a sequence of buffers, and forget what was here before.

        Returns where to go on: ``(source, start)`` for the next call. All is done when ``source`` is the number of
        buffers (1 for a single one). ``final`` False: the last buffer may go on later, so an incomplete frame at its end
        is left and ``start`` is where it begins. Buffers are anything with contiguous octets: bytes, bytearray,
        memoryview, mmap, NumPy arrays.
        """
        if self._handed_out:
            self._buffers = self._new(self.capacity)
            self._handed_out = False
        self.rows = self.frames = self.errors = self.discarded = 0
        return self._go_on(_sources(data), source, start, final)

    def _go_on(self, sources: Sequence[Buffer], source: int, start: int, final: bool) -> tuple[int, int]:
        self.rows, source, start, found, errors, discarded = columns.fill(
            self._table.layout, sources, self._buffers, self.rows, source, start, final
        )
        self.frames += found
        self.errors += errors
        self.discarded += discarded
        return source, start

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, range(self.rows))

    def row(self, index: int) -> Row:
        """One row in words; IndexError where there is none."""
        address, value, offset, item, source, control, protocol, part, scale, unit, status = (
            getattr(self, name)[index] for name, _ in columns.COLUMNS
        )
        is_old = PROTOCOLS[protocol] == "645-1997"
        return Row(
            address=f"{address:012X}",
            item=f"{item:0{4 if is_old else 8}X}" if item or status in _HAS_ITEM else "",
            value=Decimal(f"{value}E{scale}") if status <= columns.LAST_VALUE else None,
            unit=self.units[unit],
            status=STATUSES[status],
            part=part,
            control=control,
            protocol=PROTOCOLS[protocol],
            source=source,
            offset=offset,
        )

    def __arrow_c_schema__(self) -> object:
        return arrow.schema(columns.COLUMNS)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """A record batch of the rows as they are now, without copying; see :meth:`fill`."""
        self._handed_out = True
        bitmap = columns.validity(memoryview(self._buffers[-1])[: self.rows])
        return arrow.schema(columns.COLUMNS), arrow.batch(self._buffers, self.rows, {"value": bitmap}, columns.COLUMNS)


_HAS_ITEM: Final = frozenset(range(8))  # statuses of rows that come from an identifier, be it 00000000


def _sources(data: Buffer | Sequence[Buffer]) -> Sequence[Buffer]:
    return data if isinstance(data, list | tuple) else [data]  # type: ignore[list-item]


def decode645(data: Buffer | Sequence[Buffer]) -> Columns:
    """All values in one buffer, or in each of a list or tuple of buffers, as :class:`Columns` of the size that takes.

    For more octets than memory holds as columns, make one :class:`Columns` and fill it again and again.
    """
    sources = _sources(data)
    octets = memoryview(sources[0]).nbytes if len(sources) == 1 else 0  # of many, a row or two each is the better guess
    found = Columns(octets // _OCTETS_PER_ROW + 2 * len(sources) + columns.MOST_ROWS)
    place = found.fill(sources)
    while place[0] < len(sources):
        for buffer in found._buffers:
            buffer.extend(bytes(len(buffer)))
        place = found._go_on(sources, *place, True)
    return found
