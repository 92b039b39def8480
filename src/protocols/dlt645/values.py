"""What an item says: the octets behind an identifier as values, each with its quality and what was odd about it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...reading import Quality, Value
from . import freeze_block, load_record
from .formats import Parsed
from .items import Item, expand, item_code, lookup
from .layouts import Part

__all__ = ["Decoded", "decode_item"]


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


def decode_item(di: str | int, data: bytes) -> list[Decoded]:
    """The values in ``data`` (what follows the DI in an answer); never raises for any content of ``data``.

    Meters are tolerated that send more octets than the catalogue says (seen: voltage with 3, energy with 5): the
    first ones are the value, a note tells the rest, and the quality is questionable unless the rest is zero.
    """
    item = lookup(di)
    if item.format == "load":
        return _of_pieces(item, data, load_record.pieces(item.di, data))
    if item.format == "raw" and data:
        return [replace(_unknown(item, data), quality=Quality.GOOD, note="")]
    if item.format == "freeze":
        return _of_pieces(item, data, freeze_block.pieces(item.di, data))
    if item.format and item.format != "raw":
        return _decode_one(item, data, 0, len(data))
    members = expand(item_code(di))
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
        quality=Quality.QUESTIONABLE if data else Quality.INVALID,
        note=note,
        offset=0,
        size=len(data),
    )


def _decode_block(members: tuple[Item, ...], data: bytes) -> list[Decoded]:
    if len(members[0].di) == 4 and data[-1:] == BLOCK_END and (len(data) - 1) % members[0].length == 0:
        return _decode_block(members, data[:-1])  # meters of 1997 end a block with AA
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
        found.append(_rest(members[-1].di, data, at, f"{len(data) - at} octets after the last member of the block"))
    return found


BLOCK_END = b"\xaa"
"""What meters of 1997 put behind the last member of a block; it is no BCD."""


def _rest(di: str, data: bytes, at: int, note: str) -> Decoded:
    left = _unknown(Item(di=f"{di}.rest", name="left over", name_zh="多余数据"), data[at:])
    return replace(left, note=note, offset=at, quality=Quality.QUESTIONABLE)


def _decode_one(item: Item, data: bytes, start: int, size: int) -> list[Decoded]:
    """The parts of one item from ``data[start:start + size]``."""
    found: list[Decoded] = []
    at = start
    layout = item.layout
    for part in layout.parts(size) if layout.tail else layout.fixed:
        octets = data[at : min(at + part.format.length, start + size)]
        if len(octets) < part.format.length:
            note = f"{size} octets where {layout.length or layout.tail_length} belong"
            parsed = Parsed(quality=Quality.INVALID, note=note)
        else:
            parsed = part.format.decode(octets, signed=part.signed)
        found.append(_decoded(item, part, parsed, at, len(octets)))
        at += len(octets)
    extra = data[at : start + size]
    if not found:
        return [_unknown(replace(item, format=""), b"")]
    if extra:
        note = f"{size} octets where {layout.max_length} belong; {extra.hex().upper()} skipped"
        found = [_tolerated(value, note, odd=any(extra)) for value in found]
    return found


def _decoded(item: Item, part: Part, parsed: Parsed, offset: int, size: int) -> Decoded:
    return Decoded(
        item=f"{item.di}.{part.key}" if part.key else item.di,
        name=f"{item.name}, {part.name}" if part.name else item.name,
        name_zh=item.name_zh + part.name_zh,
        unit=part.unit,
        value=parsed.value,
        raw=parsed.raw,
        exponent=part.format.exponent,
        quality=parsed.quality,
        note=parsed.note,
        offset=offset,
        size=size,
    )


def _tolerated(value: Decoded, note: str, *, odd: bool) -> Decoded:
    quality = Quality.QUESTIONABLE if odd and value.quality == Quality.GOOD else value.quality
    return replace(value, note="; ".join(filter(None, (value.note, note))), quality=quality)


def _of_pieces(item: Item, data: bytes, pieces: Iterable[load_record.Piece]) -> list[Decoded]:
    """Values of a form that names its own pieces: each an item, where it lies, and what is odd about it."""
    found: list[Decoded] = []
    for piece in pieces if data else ():
        if piece.item is None:
            found.append(_rest(f"{item.di}{piece.prefix}", data[: piece.offset + piece.size], piece.offset, piece.note))
            continue
        for value in _decode_one(piece.item, data, piece.offset, piece.size):
            odd = _tolerated(value, piece.note, odd=not piece.is_sure) if piece.note else value
            found.append(replace(odd, item=f"{item.di}{piece.prefix}.{value.item}"))
    return found or [_unknown(item, data)]
