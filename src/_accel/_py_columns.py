"""DL/T 645 frames straight into columns of numbers, a row for each value: the twin of _c_columns.pyx, same answers.

:class:`Layout` says how items lie in the data field; :func:`fill` searches, checks and decodes. A row whose status is
above :data:`LAST_VALUE` has no value: its ``value`` is :data:`NO_VALUE`, which no item can hold. What cannot be taken
apart with certainty (a block that does not end where a member ends, one part of an answer in several frames, text) is a
row that says so, never a number.

The columns are writable buffers in the order of :data:`COLUMNS`; parser.py puts names on them.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from ..errors import UsageError
from ._py_frames import Engine, _protocol, walk

__all__ = [
    "CLOCK_FIELDS",
    "COLUMNS",
    "EDITION_1997",
    "KINDS",
    "LAST_VALUE",
    "MOST_ROWS",
    "NO_VALUE",
    "STATUSES",
    "Layout",
    "fill",
    "validity",
]

COLUMNS: Final = (
    ("address", "Q"),
    ("value", "q"),
    ("offset", "q"),
    ("item", "I"),
    ("source", "I"),
    ("control", "B"),
    ("protocol", "B"),
    ("part", "B"),
    ("scale", "b"),
    ("unit", "B"),
    ("status", "B"),
)
"""Name and format (as of module struct) of each column, in the order in which they are given to :func:`fill`."""
STATUSES: Final = (
    "good",
    "long",  # a value, and behind it octets that are not zero and not in the catalogue
    "no data",  # all FF
    "not BCD",
    "no such time",  # or none recorded: all zero
    "short",  # fewer octets than the item has
    "unknown item",
    "undecoded",  # text, a block that does not divide, one part of an answer in several frames
    "error answer",  # the column part holds its error octet
    "request",
    "no item",  # an answer of a function that carries none
)
"""What a status says. Those up to LAST_VALUE come with a value."""
LAST_VALUE: Final = 1
NO_VALUE: Final = -(1 << 63)
"""What stands in the column ``value`` where there is none."""
KINDS: Final = ("bcd", "signed", "bits", "digits", "clock", "opaque")
"""How a part of an item is coded: BCD; BCD with a sign in bit 7 of the top octet; an unsigned binary word; digits that
name something; clock fields in BCD; anything else, which is stepped over and has no value here."""
EDITION_1997: Final = 256
"""Stands for DI3 in a rule for items of 1997, whose DI1 is then where DI2 is otherwise."""
MOST_ROWS: Final = 200
"""Rows one frame can fill: as many as a data field has octets. :func:`fill` stops while fewer are left."""
CLOCK_FIELDS: Final = ("YY", "MM", "DD", "WW", "hh", "mm", "ss", "NN")
"""What an octet of a clock can be; NN is the number a table switches to at that time."""

Buffer = bytes | bytearray | memoryview
Part = tuple[int, int, int, int, int, int]
"""``(item, kind, length, scale, unit, fields)``: item is joined by ``or`` to what a rule keeps of the identifier asked
for; kind is a place in KINDS; length in octets; scale the decimal exponent; unit a number of the caller's; fields the
clock fields in wire order, four bits each, counted from 1 in CLOCK_FIELDS."""
Rule = tuple[int, int, int, int, int, int, int, tuple[Part, ...]]
"""``(DI3, DI2, DI1 from, to, DI0 from, to, keep, parts)``: the identifiers it is for, the bits of the identifier that
the items of the parts keep, and the parts in wire order. A rule that keeps all bits is for one item, any other for a
block."""

_GOOD, _LONG, _NO_DATA, _NOT_BCD, _NO_TIME, _SHORT, _UNKNOWN, _UNDECODED, _ERROR, _REQUEST, _NO_ITEM = range(11)
_BCD, _SIGNED, _BITS, _DIGITS, _CLOCK, _OPAQUE = range(6)
_END_1997: Final = b"\xaa"  # what meters of 1997 put behind the last member of a block; it is no BCD
_UNMASK: Final = bytes((i - 0x33) & 0xFF for i in range(256))
_ALL: Final = 0xFFFFFFFF
_MOST_PARTS: Final = 1 << 20
_MOST_RULES: Final = 0xFFFE


class Layout:
    """How items lie in the data field, from rules; the first rule that fits an identifier is its rule.

    Raises UsageError for a rule out of range: an item of more than 8 octets (7 for bits) that is not opaque, a block
    of more than a million parts.
    """

    __slots__ = ("_rules", "parts")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[int, list[tuple[int, int, int, int, int, tuple[Part, ...]]]] = {}
        self.parts = 0
        """Parts of all rules."""
        for count, (page, b2, b1_low, b1_high, b0_low, b0_high, keep, parts) in enumerate(rules, 1):
            self.parts += len(parts)
            octets = (b2, b1_low, b1_high, b0_low, b0_high)
            if not (0 <= page <= EDITION_1997 and all(0 <= octet <= 0xFF for octet in octets) and parts):
                raise UsageError(f"rule {count} is out of range")
            for item, kind, length, scale, unit, fields in parts:
                _check_part(item, kind, length, scale, unit, fields)
            rule = (b1_low, b1_high, b0_low, b0_high, keep & _ALL, tuple(parts))
            self._rules.setdefault(page << 8 | b2, []).append(rule)
            if count > _MOST_RULES or self.parts > _MOST_PARTS:
                raise UsageError(f"a layout has at most {_MOST_RULES} rules and {_MOST_PARTS} parts")

    def find(self, page: int, b2: int, b1: int, b0: int) -> tuple[int, tuple[Part, ...]] | None:
        """What is kept of the identifier, and the parts; None for an unknown one."""
        for b1_low, b1_high, b0_low, b0_high, keep, parts in self._rules.get(page << 8 | b2, ()):
            if b1_low <= b1 <= b1_high and b0_low <= b0 <= b0_high:
                return keep, parts
        return None


def _check_part(item: int, kind: int, length: int, scale: int, unit: int, fields: int) -> None:
    longest = {_OPAQUE: 255, _BITS: 7}.get(kind, 8)
    if not (0 <= kind < len(KINDS) and 1 <= length <= longest and -128 <= scale <= 127 and 0 <= unit <= 255):
        raise UsageError(f"a part of kind {kind} with {length} octets, scale {scale}, unit {unit} is out of range")
    if not (0 <= item <= 0xFFFFFFFF and 0 <= fields <= 0xFFFFFFFF):
        raise UsageError(f"item {item} or fields {fields} of a part are out of range")


def _number(octets: bytes, kind: int, fields: int) -> tuple[int, int]:
    """Status and value of one part that is whole."""
    if kind == _OPAQUE:
        return _UNDECODED, NO_VALUE
    if kind == _BITS:
        return _GOOD, int.from_bytes(octets, "little")
    digits = octets[::-1].hex()
    negative = kind == _SIGNED and octets[-1] & 0x80
    if negative:
        digits = f"{int(digits[0], 16) & 7:x}{digits[1:]}"
    if not digits.isdecimal():
        return (_NO_DATA if octets.count(0xFF) == len(octets) else _NOT_BCD), NO_VALUE
    value = int(digits)
    if kind == _CLOCK and not _is_time(octets, fields, value):
        return _NO_TIME, NO_VALUE
    return _GOOD, -value if negative else value


def _is_time(octets: bytes, fields: int, value: int) -> bool:
    part = {"YY": 0, "MM": 1, "DD": 1, "hh": 0, "mm": 0, "ss": 0}
    has_date = False
    for octet in octets:
        number = fields & 15
        fields >>= 4
        if 1 <= number <= len(CLOCK_FIELDS):
            part[CLOCK_FIELDS[number - 1]] = (octet >> 4) * 10 + (octet & 15)
            has_date |= number <= 3
    if has_date and not value:
        return False
    try:
        date(2000 + part["YY"], part["MM"], part["DD"])
    except ValueError:
        return False
    return part["hh"] < 24 and part["mm"] < 60 and part["ss"] < 60


_Row = tuple[int, int, int, int, int, int]
"""item, value, part, scale, unit, status"""


def _rows(layout: Layout, control: int, data: bytes) -> list[_Row]:
    """The rows of one frame; ``data`` is its data field without the 33H."""
    function = control & 0x1F
    width = 4 if function in (0x11, 0x12, 0x14) else 2 if function in (0x01, 0x02, 0x04) else 0
    item = int.from_bytes(data[:width], "little") if len(data) >= width else 0

    def alone(status: int, part: int = 0) -> list[_Row]:
        return [(item, NO_VALUE, part, 0, 0, status)]

    if not control & 0x80:
        return alone(_REQUEST)
    if control & 0x40:
        item = 0
        return alone(_ERROR, data[0] if data else 0)
    if width == 0 or function in (0x14, 0x04):
        item = 0
        return alone(_NO_ITEM)
    if len(data) < width or control & 0x20 or function in (0x12, 0x02):
        return alone(_UNDECODED)
    if width == 4:
        rule = layout.find(data[3], data[2], data[1], data[0])
    else:
        rule = layout.find(EDITION_1997, data[1], 0, data[0])
    if rule is None:
        return alone(_UNKNOWN)
    keep, parts = rule
    if keep == _ALL:
        return _single(item, parts, data[width:])
    body = data[width:]
    if width == 2 and body[-1:] == _END_1997:
        first = sum(part[2] for part in parts if part[0] == parts[0][0])
        body = body[:-1] if (len(body) - 1) % first == 0 else body
    return _block(item & keep, parts, body) or alone(_UNDECODED)


def _single(item: int, parts: tuple[Part, ...], data: bytes) -> list[_Row]:
    rows: list[_Row] = []
    is_long = any(data[sum(part[2] for part in parts) :])
    at = 0
    for number, (_, kind, length, scale, unit, fields) in enumerate(parts):
        octets = data[at : at + length]
        at += length
        status, value = _number(octets, kind, fields) if len(octets) == length else (_SHORT, NO_VALUE)
        if status == _GOOD and is_long:
            status = _LONG
        rows.append((item, value, number, scale, unit, status))
    return rows


def _block(kept: int, parts: tuple[Part, ...], data: bytes) -> list[_Row]:
    """The members; nothing when the data do not end where a member ends."""
    rows: list[_Row] = []
    at = number = 0
    before = -1
    for item, kind, length, scale, unit, fields in parts:
        if at >= len(data) and item != before:
            break
        number = number + 1 if item == before else 0
        before = item
        octets = data[at : at + length]
        at += length
        if at > len(data):
            return []
        status, value = _number(octets, kind, fields)
        rows.append((kept | item, value, number, scale, unit, status))
    return rows if at == len(data) else []


def _tables(columns: Sequence[object]) -> tuple[list[memoryview], int]:
    if len(columns) != len(COLUMNS):
        raise UsageError(f"{len(COLUMNS)} columns are needed, not {len(columns)}")
    tables = [
        memoryview(column).cast("B").cast(code)  # type: ignore[arg-type, call-overload]
        for column, (_, code) in zip(columns, COLUMNS, strict=True)
    ]
    if any(table.readonly for table in tables):
        raise BufferError("columns must be writable")
    return tables, min(len(table) for table in tables)


def fill(
    layout: Layout,
    sources: Sequence[Buffer],
    columns: Sequence[object],
    row: int = 0,
    source: int = 0,
    start: int = 0,
    final: bool = True,
) -> tuple[int, int, int, int, int, int]:
    """Decode what ``sources`` hold into ``columns`` from ``row`` on.

    Returns ``(row, source, start, frames, errors, discarded)``: the first row not filled, and where to go on; all is
    done when ``source`` is the number of sources. Frames do not run from one source into the next. ``final`` False: the
    last source may go on later, so an incomplete frame at its end is left, and ``source, start`` tell where it is.
    Stops while fewer than MOST_ROWS rows are free. The compiled form decodes without the GIL.

    A place that does not exist is a UsageError; buffers that cannot be written are a BufferError or TypeError.
    """
    tables, capacity = _tables(columns)
    if row < 0 or not 0 <= source <= len(sources):
        raise UsageError(f"no row {row} or no source {source} among {len(sources)}")
    frames = errors = discarded = 0
    while source < len(sources):
        data = sources[source]
        size = memoryview(data).nbytes
        if not 0 <= start <= size:
            raise UsageError(f"start {start} is outside {size} octets")
        engine = Engine((0,))
        is_last = source == len(sources) - 1
        is_full = capacity - row < MOST_ROWS
        for kind, octets, here, end, base in () if is_full else walk(engine, data, start, final or not is_last):
            start = base + here
            if kind < 0:
                break
            start = base + end
            frames += 1
            row = _put_frame(tables, row, layout, octets, here, end, base, source)
            is_full = capacity - row < MOST_ROWS
            if is_full:
                break
        errors += engine.errors
        discarded += engine.discarded
        if is_full or (is_last and not final):
            break
        source, start = source + 1, 0
    return row, source, start, frames, errors, discarded


def _put_frame(
    tables: list[memoryview],
    row: int,
    layout: Layout,
    data: bytes | bytearray,
    here: int,
    end: int,
    base: int,
    source: int,
) -> int:
    control, body = data[here + 8], bytes(data[here + 10 : end - 2]).translate(_UNMASK)
    address = int.from_bytes(data[here + 1 : here + 7], "little")
    protocol = _protocol(0, data, here)
    for item, value, part, scale, unit, status in _rows(layout, control, body):
        values = (address, value, base + here, item, source, control, protocol, part, scale, unit, status)
        for table, content in zip(tables, values, strict=True):
            table[row] = content
        row += 1
    return row


def validity(statuses: Buffer) -> bytes:
    """One bit for each status, set where there is a value, lowest bit first: Arrow's validity bitmap."""
    flags = bytes(statuses).translate(_IS_VALUE)
    return bytes(
        sum(flag << bit for bit, flag in enumerate(flags[at : at + 8])) for at in range(0, len(flags), 8)
    )  # fmt: skip


_IS_VALUE: Final = bytes(status <= LAST_VALUE for status in range(256))
