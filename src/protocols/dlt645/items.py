"""The catalogue of DL/T 645 items, both editions: identifier to names, unit, format, access and where that is from.

The rows are in data/*.csv, one file per family: energy (class 00), maximum demand (01), variables (02), events (03 and
the per-field event records 10..1F), parameters (04), freezes (05), load records (06), security (07), and three files of
1997. A row may be a rule for many items (see :mod:`.patterns`); how a value lies on the wire tells :mod:`.layouts`.
The column ``block`` names the places that may be FF to ask for all members at once. ``edition`` is 2007, 1997, or
2007 with the number of the amendment that added the item; ``source`` tells what the row rests on, by the letters of
:data:`SOURCES`. Nothing is read before the first look-up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from ...errors import UsageError
from .formats import Format, RawValue
from .layouts import Layout, layout_of, rows_of
from .patterns import FIELDS, block_field, fields_in, match, members

__all__ = ["SOURCES", "Bit", "Item", "RegisterValue", "catalogue", "expand", "item_code", "lookup", "search"]

FILES: Final = (
    "energy", "demand", "variables", "events", "parameters", "freezes", "load_records", "security",
    "energy_1997", "variables_1997", "parameters_1997",
)  # fmt: skip
SOURCES: Final[dict[str, str]] = {
    "V": "seen in frames of real meters",
    "P": "package dlt645",
    "F": "fox-edge-server-protocol",
    "S": "dlt645-tool",
    "L": "lua-dlt645",
    "W": "WKJay/DLT645",
    "K": "KTS-Intek/DLT645",
    "G": "meter-dlt645",
    "I": "dlt698.45",
    "U": "common knowledge, confirmed by no frame and no second source",
}
"""What the letters in the column ``source`` stand for: public code compared, and frames."""


RegisterValue = RawValue | tuple[RawValue, ...]
"""What a register of a meter holds: see :meth:`Item.encode`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """One bit, or a few, of a status word."""

    bit: int
    """Position of the lowest bit."""
    width: int
    """How many bits."""
    key: str
    """Short name for programs, unique within its word."""
    name: str
    """English name; the state it tells when set."""
    name_zh: str
    """Chinese name."""


_NOTHING: Final = Layout(fixed=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the catalogue; ``known`` is False for an identifier that it does not hold."""

    di: str
    """Data identifier, DI3 first, 8 hex digits; of 1997 4."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    unit: str = ""
    """Unit of the (first) value, empty when it has none."""
    format: str = ""
    """As in the catalogue: formats of :mod:`.formats`, ``@record``, ``load``, ``freeze`` or ``raw``; empty for blocks."""
    signed: bool = False
    """Bit 7 of the top octet of the (first) number is its sign."""
    access: str = "r"
    """``r``, ``w`` or ``rw``; a meter may still refuse."""
    edition: str = "2007"
    """``1997``, ``2007``, or ``2007+1`` .. ``2007+3`` for what an amendment added."""
    source: str = ""
    """Letters of :data:`SOURCES`."""
    known: bool = True
    """False when the catalogue does not hold the identifier."""
    bits: tuple[Bit, ...] = ()
    """Meaning of the bits of a status word."""

    @property
    def layout(self) -> Layout:
        """The parts of the value in wire order; without parts for blocks, unknown items and those with a form of
        their own (load records, whole freezes)."""
        return _NOTHING if self.format in OWN_FORMS else layout_of(self.format, self.unit, self.signed)

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats of the parts that are always there, in wire order."""
        return tuple(part.format for part in self.layout.fixed)

    @property
    def length(self) -> int:
        """Octets on the wire without what repeats; 0 for blocks and unknown items."""
        return self.layout.length

    @property
    def exponent(self) -> int:
        """Decimal exponent of the (first) number: value = raw * 10**exponent; 0 when the item is not a number."""
        return self.formats[0].exponent if self.formats else 0

    def encode(self, value: RegisterValue) -> bytes:
        """The item's octets (without DI, without 33H); UsageError when ``value`` does not fit.

        An int counts in the last place (``123456`` is 1234.56 kWh), a Decimal in the unit. Items of several parts,
        such as a maximum demand with its time or a table, take a tuple with one value per part. Bytes are taken as
        they are, for any item.
        """
        layout = self.layout
        if isinstance(value, bytes):
            if not self.takes(len(value)):
                raise UsageError(f"{self.di} takes {self._takes()} octets, not {len(value)}")
            return value
        values = value if isinstance(value, tuple) else (value,)
        spare = len(values) - len(layout.fixed)
        if spare < 0 or spare > len(layout.tail) * layout.times or (spare and spare % len(layout.tail)):
            wanted = f"{len(layout.fixed)} values" + (f" and up to {layout.times} entries" if layout.tail else "")
            raise UsageError(f"{self.di} {self.name} takes {wanted}, not {len(values)}")
        parts = layout.fixed + layout.tail * (spare // len(layout.tail) if spare else 0)
        return b"".join(part.format.encode(one, signed=part.signed) for part, one in zip(parts, values, strict=True))

    def takes(self, length: int) -> bool:
        """True when so many octets are a whole value; what has a form of its own takes any number."""
        if self.format in OWN_FORMS:
            return True
        layout = self.layout
        left = length - layout.length
        return left == 0 or (0 < left <= layout.times * layout.tail_length and left % layout.tail_length == 0)

    def _takes(self) -> str:
        layout = self.layout
        return str(layout.length) if not layout.tail else f"{layout.length} + n * {layout.tail_length}"

    def flags(self, raw: int) -> dict[str, int]:
        """The bits of a status word by their key, e.g. ``{"relay_open": 1, …}``; empty for other items."""
        return {bit.key: raw >> bit.bit & (1 << bit.width) - 1 for bit in self.bits}


OWN_FORMS: Final = frozenset({"", "load", "freeze", "raw"})
"""Formats that are no list of parts: none, load records (:mod:`.load_record`), whole freezes (:mod:`.freeze_block`), and
octets that are somebody else's matter (the security module's)."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the catalogue, possibly a rule for many items."""

    pattern: str
    item: Item
    blocks: tuple[str, ...]

    def match(self, di: str) -> dict[str, int] | None:
        """The values of the open places when ``di`` is an item of this row."""
        found = match(self.pattern, di)
        if found and "FI" in found and found["FI"] > len(self._record().fixed):
            return None
        return found

    def _record(self) -> Layout:
        return layout_of(self.item.format.partition("#")[0])

    def resolve(self, di: str, fields: dict[str, int]) -> Item:
        """The one item ``di`` of this row."""
        row = self.item
        name, zh, unit, text, signed = row.name, row.name_zh, row.unit, row.format, row.signed
        if "FI" in fields:
            part = self._record().fixed[fields["FI"] - 1]
            name, zh, unit, signed = f"{name}, {part.name}", f"{zh}{part.name_zh}", part.unit, part.signed
            text = part.format.text
        for field in FIELDS:
            if field in fields:
                name, zh = FIELDS[field].named(name, zh, fields[field])
        return Item(
            di=di, name=name, name_zh=zh, unit=unit, format=text, signed=signed, access=row.access,
            edition=row.edition, source=row.source, bits=row.bits,
        )  # fmt: skip


@cache
def _rows() -> dict[str, list[_Row]]:
    """The catalogue by what no rule leaves open: the first octet of the identifier, and its width."""
    bits: dict[str, list[Bit]] = {}
    for line in rows_of("status_bits"):
        bit = Bit(
            bit=int(line["bit"]), width=int(line["width"]), key=line["key"], name=line["name"], name_zh=line["name_zh"]
        )
        bits.setdefault(line["di"], []).append(bit)
    rows: dict[str, list[_Row]] = {}
    for name in FILES:
        for line in rows_of(name):
            item = Item(
                di=line["di"],
                name=line["name"],
                name_zh=line["name_zh"],
                unit=line["unit"],
                format=line["format"],
                signed=line["signed"] == "1",
                access=line["access"],
                edition=line["edition"],
                source=line["source"],
                bits=tuple(bits.get(line["di"], ())),
            )
            rows.setdefault(_key(line["di"]), []).append(_Row(line["di"], item, tuple(line["block"].split())))
    return rows


def _key(di: str) -> str:
    return f"{len(di)}{di[:2]}"


@lru_cache(maxsize=4096)
def item_code(di: str | int) -> str:
    """An identifier in capitals: 8 hex digits (2007; an int counts as one), or 4 (1997); UsageError otherwise."""
    text = f"{di:08X}" if isinstance(di, int) else di.upper()
    if len(text) not in {4, 8} or not all(c in "0123456789ABCDEF" for c in text):
        raise UsageError(f"a DL/T 645 item is 8 hex digits such as 00010000, or 4 (1997) such as 9010, not {di!r}")
    return text


def lookup(di: str | int) -> Item:
    """The catalogue item of ``di`` (``"00010100"`` or ``0x00010100``; of 1997 ``"9010"``).

    An identifier that the catalogue does not hold gives an Item that says so (``known`` is False); text that is no
    identifier is a UsageError.
    """
    return _lookup(item_code(di))


@lru_cache(maxsize=4096)
def _lookup(di: str) -> Item:
    for row in _rows().get(_key(di), ()):
        fields = row.match(di)
        if fields is not None:
            return row.resolve(di, fields)
    if first := _expand(di):
        return _block(di, first[0])
    edition = "1997" if len(di) == 4 else "2007"
    return Item(di=di, name=f"unknown item {di}", name_zh=f"未知数据项 {di}", known=False, edition=edition)


def _block(di: str, first: Item) -> Item:
    """The item that stands for a block of items, of which ``first`` is the first."""
    name, zh = first.name, first.name_zh
    for row in _rows()[_key(di)]:
        for field in row.blocks:
            at, width, _ = block_field(row.pattern, field)
            if field in FIELDS and di[at : at + width] == "F" * width and row.match(first.di) is not None:
                return Item(
                    di=di,
                    name=f"{row.item.name}, block of {FIELDS[field].block}",
                    name_zh=row.item.name_zh + "数据块",
                    unit=first.unit,
                    access=first.access,
                    edition=first.edition,
                    source=first.source,
                )
    for prefix, prefix_zh in (("phase A ", "A相"), ("total ", "总")):
        if name.startswith(prefix):
            name, zh = name.removeprefix(prefix) + ", block of phases", zh.replace(prefix_zh, "", 1)
            break
    else:
        name = f"block from {name}"
    return Item(
        di=di, name=name, name_zh=zh + "数据块", unit=first.unit, access=first.access, edition=first.edition,
        source=first.source,
    )  # fmt: skip


def expand(di: str | int) -> tuple[Item, ...]:
    """The items of a block (an identifier with one field FF, of 1997 F) in wire order; empty when ``di`` is no block.

    Tariffs and settlements are listed to the limits of the standard; a meter sends as many as it has. Identifiers
    that the standard leaves out within a block are left out here.
    """
    return _expand(item_code(di))


@lru_cache(maxsize=1024)
def _expand(di: str) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for row in _rows().get(_key(di), ()):
        for name in row.blocks:
            at, width, span = block_field(row.pattern, name)
            if di[at : at + width] != "F" * width:
                continue
            for value in span:
                member = f"{di[:at]}{value:0{width}X}{di[at + width :]}"
                fields = row.match(member)
                if fields is not None:
                    found[member] = row.resolve(member, fields)
    return tuple(found[member] for member in sorted(found))


def catalogue() -> Iterator[Item]:
    """Every item of the catalogue, rules spelled out (some ten thousands), in the order of the files."""
    for rows in _rows().values():
        for row in rows:
            for di in members(row.pattern):
                fields = row.match(di)
                if fields is not None:
                    yield row.resolve(di, fields)


def search(text: str) -> Iterator[Item]:
    """The items whose identifier, unit, English or Chinese name holds each word of ``text``, case ignored.

    A word of letters or digits must begin one there, Chinese ones may stand anywhere. A rule comes as one item, its
    identifier with the open places (``0001TTSS``), unless the words tell one of its members.
    """
    words = [re.compile(("(?<![0-9a-z])" if word.isascii() else "") + re.escape(word)) for word in text.lower().split()]

    def holds(item: Item) -> bool:
        told = f"{item.di} {item.name} {item.name_zh} {item.unit}".lower()
        return all(word.search(told) for word in words)

    for rows in _rows().values():
        for row in rows:
            if holds(row.item):
                yield row.item
            elif any(fields_in(row.pattern)):
                yield from (
                    item
                    for di in members(row.pattern)
                    if (fields := row.match(di)) is not None and holds(item := row.resolve(di, fields))
                )
