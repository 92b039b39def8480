"""The catalogue of DL/T 645-2007 items: data identifier to name, unit and format.

The rows are in data/*.csv, one file per class: energy (00), maximum demand (01), variables (02) and the part of the
parameters (04) that holds the clock, the addresses and the run status words. A row may be a rule::

    0001TTSS   TT tariff: 00 total, 01..3F; SS settlement: 00 current, 01..0C that many settlement days ago
    020A01HH   HH harmonic order 01..15H

The column ``block`` names the fields that may be FF to ask for all members at once. Not here yet: events (03),
other parameters, freeze (05), load record (06), security (07); such items decode as visibly unknown.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from ...errors import UsageError
from ...reading import Quality, Value
from .formats import Format, Parsed, RawValue, parse_formats

__all__ = ["Bit", "Decoded", "Item", "catalogue", "decode_item", "expand", "item_code", "lookup"]

FILES: Final = ("energy", "demand", "variables", "parameters")
MAX_TARIFF: Final = 0x3F
MAX_SETTLEMENT: Final = 0x0C
MAX_HARMONIC: Final = 0x15
_RANGES: Final = {"TT": range(MAX_TARIFF + 1), "SS": range(MAX_SETTLEMENT + 1), "HH": range(1, MAX_HARMONIC + 1)}
_BYTES: Final = {"DI1": 4, "DI0": 6}  # where the octet stands in the text of a DI
_UNKNOWN_QUALITY: Final = Quality.QUESTIONABLE


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the catalogue; ``known`` is False for an identifier that it does not hold."""

    di: str
    """Data identifier, 8 hex digits, DI3 first."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    unit: str = ""
    """Unit of the value, empty when it has none."""
    format: str = ""
    """Format as in :mod:`.formats`; empty for blocks and unknown items."""
    signed: bool = False
    """Bit 7 of the top octet of the number is its sign."""
    known: bool = True
    """False when the catalogue does not hold the identifier."""
    bits: tuple[Bit, ...] = ()
    """Meaning of the bits of a status word."""

    @property
    def formats(self) -> tuple[Format, ...]:
        """The parts of the item in wire order."""
        return parse_formats(self.format)

    @property
    def length(self) -> int:
        """Octets on the wire; 0 for blocks and unknown items."""
        return sum(part.length for part in self.formats)

    @property
    def exponent(self) -> int:
        """Decimal exponent of the number: value = raw * 10**exponent; 0 when the item is not a number."""
        return self.formats[0].exponent if self.format else 0

    def encode(self, value: RawValue | tuple[RawValue, ...]) -> bytes:
        """The item's octets (without DI, without 33H); UsageError when ``value`` does not fit.

        An int counts in the last place (``123456`` is 1234.56 kWh), a Decimal in the unit. Items of several parts,
        such as a maximum demand with its time, take a tuple. Bytes are taken as they are, for any item.
        """
        if isinstance(value, bytes):
            if self.format and len(value) != self.length:
                raise UsageError(f"{self.di} takes {self.length} octets, not {len(value)}")
            return value
        parts = value if isinstance(value, tuple) else (value,)
        if len(parts) != len(self.formats):
            raise UsageError(f"{self.di} {self.name} takes {len(self.formats)} values, not {len(parts)}")
        return b"".join(
            fmt.encode(part, signed=self.signed and i == 0)
            for i, (fmt, part) in enumerate(zip(self.formats, parts, strict=True))
        )

    def flags(self, raw: int) -> dict[str, int]:
        """The bits of a status word by their key, e.g. ``{"relay_open": 1, …}``; empty for other items."""
        return {bit.key: raw >> bit.bit & (1 << bit.width) - 1 for bit in self.bits}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One value found in a data field."""

    item: str
    """DI; the later parts of an item add what they are, e.g. ``01010000.time``."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    unit: str
    """Unit, empty when there is none."""
    value: Value
    """None when the octets hold no value."""
    raw: int | None
    """Integer on the wire, for numbers and bit words."""
    exponent: int
    """Decimal exponent of ``raw``."""
    quality: Quality
    """GOOD, QUESTIONABLE (odd octets were skipped, unknown item) or INVALID (no value)."""
    note: str
    """What was tolerated, or why there is no value."""
    offset: int
    """First octet in the data after the DI."""
    size: int
    """Number of octets."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the catalogue, possibly a rule for many items."""

    pattern: str
    item: Item
    blocks: tuple[str, ...]

    def fields(self) -> Iterator[tuple[str, int]]:
        for name in _RANGES:
            at = self.pattern.find(name)
            if at >= 0:
                yield name, at

    def match(self, di: str) -> dict[str, int] | None:
        """The values of the variable fields when ``di`` is an item of this row."""
        found: dict[str, int] = {}
        rest = di
        for name, at in self.fields():
            value = int(di[at : at + 2], 16)
            if value not in _RANGES[name]:
                return None
            found[name] = value
            rest = rest[:at] + name + rest[at + 2 :]
        return found if rest == self.pattern else None

    def resolve(self, di: str, fields: dict[str, int]) -> Item:
        """The one item ``di`` of this row."""
        row = self.item
        name, zh = row.name, row.name_zh
        if "TT" in fields:
            tariff = fields["TT"]
            name += f", tariff {tariff}" if tariff else ", total"
            cut = len(zh) - (4 if zh.endswith("最大需量") else 2)
            zh = zh[:cut] + (f"费率{tariff}" if tariff else "总") + zh[cut:]
        if "SS" in fields:
            settled = fields["SS"]
            name += f", settlement -{settled}" if settled else ", current"
            zh = (f"(上{settled}结算日)" if settled else "(当前)") + zh
        if "HH" in fields:
            name += f", order {fields['HH']}"
            zh += f"({fields['HH']}次)"
        return Item(di=di, name=name, name_zh=zh, unit=row.unit, format=row.format, signed=row.signed, bits=row.bits)

    def members(self) -> Iterator[str]:
        """Every identifier of this row."""
        texts = [self.pattern]
        for name, at in self.fields():
            texts = [f"{t[:at]}{value:02X}{t[at + 2 :]}" for t in texts for value in _RANGES[name]]
        yield from texts


@cache
def _rows() -> dict[str, list[_Row]]:
    """The catalogue by the first four digits of the DI (DI3 DI2), which no rule leaves open."""
    data = files(__package__) / "data"
    bits: dict[str, list[Bit]] = {}
    for line in csv.DictReader((data / "status_bits.csv").read_text("utf-8").splitlines()):
        bit = Bit(
            bit=int(line["bit"]), width=int(line["width"]), key=line["key"], name=line["name"], name_zh=line["name_zh"]
        )
        bits.setdefault(line["di"], []).append(bit)
    rows: dict[str, list[_Row]] = {}
    for name in FILES:
        for line in csv.DictReader((data / f"{name}.csv").read_text("utf-8").splitlines()):
            item = Item(
                di=line["di"],
                name=line["name"],
                name_zh=line["name_zh"],
                unit=line["unit"],
                format=line["format"],
                signed=line["signed"] == "1",
                bits=tuple(bits.get(line["di"], ())),
            )
            rows.setdefault(line["di"][:4], []).append(_Row(line["di"], item, tuple(line["block"].split())))
    return rows


@lru_cache(maxsize=4096)
def item_code(di: str | int) -> str:
    """An identifier in capitals: 8 hex digits (2007; an int counts as one), or 4 (1997); UsageError otherwise."""
    text = f"{di:08X}" if isinstance(di, int) else di.upper()
    if len(text) not in {4, 8} or not all(c in "0123456789ABCDEF" for c in text):
        raise UsageError(f"a DL/T 645 item is 8 hex digits such as 00010000, or 4 (1997) such as 9010, not {di!r}")
    return text


def lookup(di: str | int) -> Item:
    """The catalogue item of ``di`` (``"00010100"`` or ``0x00010100``).

    An identifier that the catalogue does not hold gives an Item that says so (``known`` is False); text that is no
    identifier is a UsageError.
    """
    return _lookup(item_code(di))


@lru_cache(maxsize=4096)
def _lookup(di: str) -> Item:
    for row in _rows().get(di[:4], ()):
        fields = row.match(di)
        if fields is not None:
            return row.resolve(di, fields)
    members = _expand(di)
    if members:
        first = members[0]
        whole = {"TT": ", block of tariffs", "SS": ", block of settlements", "HH": ", block of orders"}
        for row in _rows()[di[:4]]:
            for name, at in row.fields():
                if di[at : at + 2] == "FF" and row.match(first.di) is not None:
                    return Item(
                        di=di, name=row.item.name + whole[name], name_zh=row.item.name_zh + "数据块", unit=first.unit
                    )
        name, zh = first.name, first.name_zh
        for prefix, prefix_zh in (("phase A ", "A相"), ("total ", "总")):
            if name.startswith(prefix):
                name, zh = name.removeprefix(prefix) + ", block of phases", zh.replace(prefix_zh, "", 1)
                break
        else:
            name = f"block from {name}"
        return Item(di=di, name=name, name_zh=zh + "数据块", unit=first.unit)
    return Item(di=di, name=f"unknown item {di}", name_zh=f"未知数据项 {di}", known=False)


def expand(di: str | int) -> tuple[Item, ...]:
    """The items of a block (an identifier with one field FF) in wire order; empty when ``di`` is no block.

    Tariffs and settlements are listed to the limits of the standard; a meter sends as many as it has.
    """
    return _expand(item_code(di))


@lru_cache(maxsize=1024)
def _expand(di: str) -> tuple[Item, ...]:
    found: list[Item] = []
    for row in _rows().get(di[:4], ()):
        for name in row.blocks:
            at = _BYTES.get(name, row.pattern.find(name))
            if di[at : at + 2] != "FF":
                continue
            span = _RANGES.get(name, (int(row.pattern[at : at + 2], 16) if name in _BYTES else 0,))
            for value in span:
                member = f"{di[:at]}{value:02X}{di[at + 2 :]}"
                fields = row.match(member)
                if fields is not None:
                    found.append(row.resolve(member, fields))
    return tuple(sorted(found, key=lambda item: item.di))


def catalogue() -> Iterator[Item]:
    """Every item of the catalogue, rules spelled out (about ten thousand), in the order of the files."""
    for rows in _rows().values():
        for row in rows:
            for di in row.members():
                yield lookup(di)


def decode_item(di: str | int, data: bytes) -> list[Decoded]:
    """The values in ``data`` (what follows the DI in an answer); never raises for any content of ``data``.

    Meters are tolerated that send more octets than the catalogue says (seen: voltage with 3, energy with 5): the
    first ones are the value, a note tells the rest, and the quality is questionable unless the rest is zero.
    """
    text = item_code(di)
    item = _lookup(text)
    if item.format:
        return _decode_one(item, data, 0, len(data))
    members = _expand(text)
    if not members or not data:
        return [_unknown(item, data)]
    return _decode_block(members, data)


def _unknown(item: Item, data: bytes) -> Decoded:
    note = "not in the catalogue" if not item.known else "the block is empty"
    return Decoded(
        item=item.di,
        name=item.name,
        name_zh=item.name_zh,
        unit="",
        value=data or None,
        raw=None,
        exponent=0,
        quality=_UNKNOWN_QUALITY if data else Quality.INVALID,
        note=note,
        offset=0,
        size=len(data),
    )


def _decode_block(members: tuple[Item, ...], data: bytes) -> list[Decoded]:
    stride = 0
    if len(data) > sum(item.length for item in members) and len(data) % len(members) == 0:
        stride = len(data) // len(members)  # every member is longer than the catalogue says, by the same number
    found: list[Decoded] = []
    at = 0
    for item in members:
        size = stride or item.length
        if at >= len(data):
            break
        found += _decode_one(item, data, at, min(size, len(data) - at))
        at += size
    if at > len(data):
        # Cut, or fewer but longer members: nobody can tell where one ends, so none of these digits is a value.
        note = f"{len(data)} octets are no whole number of members"
        return [replace(value, value=None, raw=None, quality=Quality.INVALID, note=note) for value in found]
    if at < len(data):
        rest = len(data) - at
        note = f"{rest} octets after the last member of the block"
        found.append(_unknown(Item(di=members[-1].di, name="left over", name_zh="多余数据"), data[at:]))
        found[-1] = replace(found[-1], item=f"{members[-1].di}.rest", note=note, offset=at, quality=_UNKNOWN_QUALITY)
    return found


def _decode_one(item: Item, data: bytes, start: int, size: int) -> list[Decoded]:
    """The parts of one item from ``data[start:start + size]``."""
    found: list[Decoded] = []
    at = start
    for i, fmt in enumerate(item.formats):
        octets = data[at : min(at + fmt.length, start + size)]
        if len(octets) < fmt.length:
            parsed = Parsed(quality=Quality.INVALID, note=f"{size} octets where {item.length} belong")
        else:
            parsed = fmt.decode(octets, signed=item.signed and i == 0)
        suffix = "" if i == 0 else ".time" if fmt.kind == "clock" else f".{i}"
        found.append(
            Decoded(
                item=item.di + suffix,
                name=item.name + (", time of occurrence" if i else ""),
                name_zh=item.name_zh + ("发生时间" if i else ""),
                unit="" if i else item.unit,
                value=parsed.value,
                raw=parsed.raw,
                exponent=fmt.exponent,
                quality=parsed.quality,
                note=parsed.note,
                offset=at,
                size=len(octets),
            )
        )
        at += len(octets)
    extra = data[at : start + size]
    if extra:
        note = f"{size} octets where {item.length} belong; {extra.hex().upper()} skipped"
        found = [_tolerated(value, note, odd=any(extra)) for value in found]
    return found


def _tolerated(value: Decoded, note: str, *, odd: bool) -> Decoded:
    quality = Quality.QUESTIONABLE if odd and value.quality == Quality.GOOD else value.quality
    return replace(value, note="; ".join(filter(None, (value.note, note))), quality=quality)
