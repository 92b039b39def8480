"""pcapng: sections of blocks, each between two copies of its length; interfaces bring link type and time unit.

::

    block   type   total length   body, padded to four octets   total length
    section header   0a0d0d0a, its body starts with 1a2b3c4d in the writer's byte order
    interface        1: link type, snap length, options (9 if_tsresol, 14 if_tsoffset)
    packet           6 enhanced, 3 simple, 2 the obsolete form; all other types are skipped
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import DecodeError, LimitError, UsageError
from ...wire import Cursor
from .packet import MAX_PACKET, NANOSECONDS, Packet
from .pcap import check_size

__all__ = ["MAX_BLOCK", "MAX_INTERFACES", "SECTION_HEADER", "read_pcapng", "write_pcapng"]

SECTION_HEADER = bytes.fromhex("0a0d0d0a")
BYTE_ORDER_MAGIC = 0x1A2B3C4D
BYTE_ORDERS = {BYTE_ORDER_MAGIC.to_bytes(4, "little"): "<", BYTE_ORDER_MAGIC.to_bytes(4, "big"): ">"}
INTERFACE, OBSOLETE_PACKET, SIMPLE_PACKET, ENHANCED_PACKET = 1, 2, 3, 6
COMMENT, TIME_RESOLUTION, TIME_OFFSET = 1, 9, 14
MAX_BLOCK = 16 * 1024 * 1024
"""Octets of one block; the largest legal packet with all its options stays far below."""
MAX_INTERFACES = 4096
"""Interfaces of one section."""
MAX_COMMENT = 0xFFFF
"""Octets of an option: its length has 16 bits."""


@dataclass(frozen=True, slots=True)
class _Interface:
    link_type: int
    snap_length: int
    multiplier: int
    """A time stamp times this, divided by ``divisor``, plus ``offset_ns``, is nanoseconds."""
    divisor: int
    offset_ns: int


class _Section:
    """What the blocks of a section refer back to: its byte order and its interfaces."""

    __slots__ = ("interfaces", "order")

    def __init__(self, order: str) -> None:
        self.order = order
        self.interfaces: list[_Interface] = []

    def unpack(self, layout: str, cursor: Cursor) -> tuple[int, ...]:
        """Integers in the section's byte order."""
        layout = self.order + layout
        return struct.unpack(layout, cursor.take(struct.calcsize(layout)))

    def interface(self, number: int, offset: int) -> _Interface:
        """The interface a packet names."""
        if number >= len(self.interfaces):
            msg = f"interface {number} was not described"
            raise DecodeError(msg, offset=offset)
        return self.interfaces[number]


def read_pcapng(data: bytes) -> Iterator[Packet]:
    """Packets of a pcapng file, in file order, over all its sections."""
    cursor = Cursor(data)
    section: _Section | None = None
    while cursor.remaining:
        start = cursor.offset
        if cursor.data[start : start + 4] == SECTION_HEADER:
            section = _open_section(cursor)
        if section is None:
            msg = "a pcapng file starts with a section header"
            raise DecodeError(msg, offset=start)
        kind, body = _block(section, cursor)
        if kind == INTERFACE:
            _describe(section, body)
        elif kind in _PACKETS:
            yield _PACKETS[kind](section, body)


def _open_section(cursor: Cursor) -> _Section:
    """The byte order must be known before the length can be read, so it is looked up in the body first."""
    head = Cursor(cursor.data, cursor.offset, cursor.end)
    head.take(8)
    magic = head.take(4)
    order = BYTE_ORDERS.get(magic)
    if order is None:
        msg = "a section header without byte order magic"
        raise DecodeError(msg, offset=cursor.offset + 8, data=magic)
    return _Section(order)


def _block(section: _Section, cursor: Cursor) -> tuple[int, Cursor]:
    start = cursor.offset
    kind, length = section.unpack("II", cursor)
    if length > MAX_BLOCK:
        msg = f"a block of {length} octets is beyond {MAX_BLOCK}"
        raise LimitError(msg, offset=start + 4)
    if length < 12 or length % 4:
        msg = f"a block cannot be {length} octets long"
        raise DecodeError(msg, offset=start + 4)
    body = cursor.sub(length - 12)
    (again,) = section.unpack("I", cursor)
    if again != length:
        msg = f"a block says {length} octets at its start and {again} at its end"
        raise DecodeError(msg, offset=cursor.offset - 4)
    return kind, body


def _options(section: _Section, body: Cursor) -> dict[int, bytes]:
    """The options at the end of a block; of a repeated one the first counts."""
    found: dict[int, bytes] = {}
    while body.remaining:
        code, length = section.unpack("HH", body)
        if code == 0:
            break
        found.setdefault(code, body.take(length))
        body.take(-length % 4)
    return found


def _describe(section: _Section, body: Cursor) -> None:
    if len(section.interfaces) >= MAX_INTERFACES:
        msg = f"more than {MAX_INTERFACES} interfaces in one section"
        raise LimitError(msg, offset=body.offset)
    link, _reserved, snap = section.unpack("HHI", body)
    options = _options(section, body)
    resolution = options.get(TIME_RESOLUTION, b"\x06")
    if len(resolution) != 1:
        msg = "if_tsresol is one octet"
        raise DecodeError(msg, offset=body.offset, data=resolution)
    base, power = (2, resolution[0] & 0x7F) if resolution[0] & 0x80 else (10, resolution[0])
    offset = options.get(TIME_OFFSET, bytes(8))
    if len(offset) != 8:
        msg = "if_tsoffset is eight octets"
        raise DecodeError(msg, offset=body.offset, data=offset)
    (seconds,) = struct.unpack(f"{section.order}q", offset)
    section.interfaces.append(_Interface(link, snap, NANOSECONDS, base**power, seconds * NANOSECONDS))


def _enhanced(section: _Section, body: Cursor) -> Packet:
    start = body.offset
    number, high, low, length, original = section.unpack("IIIII", body)
    return _timed(section, body, start, (number, high, low, length, original))


def _obsolete(section: _Section, body: Cursor) -> Packet:
    start = body.offset
    number, _drops, high, low, length, original = section.unpack("HHIIII", body)
    return _timed(section, body, start, (number, high, low, length, original))


def _timed(section: _Section, body: Cursor, start: int, fields: tuple[int, int, int, int, int]) -> Packet:
    number, high, low, length, original = fields
    interface = section.interface(number, start)
    data = _frame(body, length)
    stamp = (high << 32 | low) * interface.multiplier // interface.divisor
    comment = _options(section, body).get(COMMENT, b"")
    return Packet(
        time_ns=stamp + interface.offset_ns,
        data=data,
        link_type=interface.link_type,
        original_length=original if original != length else None,
        comment=comment.decode("utf-8", "replace"),
    )


def _simple(section: _Section, body: Cursor) -> Packet:
    """No time, no captured length: the frame is as long as the interface's snap length let it be."""
    start = body.offset
    interface = section.interface(0, start)
    (original,) = section.unpack("I", body)
    length = min(original, interface.snap_length or original)
    data = _frame(body, length)
    cut = original if original != length else None
    return Packet(time_ns=0, data=data, link_type=interface.link_type, original_length=cut)


def _frame(body: Cursor, length: int) -> bytes:
    if length > MAX_PACKET:
        msg = f"a packet of {length} octets is beyond {MAX_PACKET}"
        raise LimitError(msg, offset=body.offset)
    data = body.take(length)
    body.take(-length % 4)
    return data


_PACKETS = {ENHANCED_PACKET: _enhanced, SIMPLE_PACKET: _simple, OBSOLETE_PACKET: _obsolete}


def write_pcapng(packets: Iterable[Packet], *, application: str = "meterwire") -> bytes:
    """A whole file in nanoseconds, with one interface per link type."""
    blocks = [_pack(int.from_bytes(SECTION_HEADER, "big"), _section_body(application))]
    interfaces: dict[int, int] = {}
    for packet in packets:
        number = interfaces.get(packet.link_type)
        if number is None:
            number = interfaces[packet.link_type] = len(interfaces)
            body = struct.pack("<HHI", packet.link_type, 0, MAX_PACKET) + _option(TIME_RESOLUTION, b"\x09") + bytes(4)
            blocks.append(_pack(INTERFACE, body))
        blocks.append(_pack(ENHANCED_PACKET, _packet_body(packet, number)))
    return b"".join(blocks)


def _section_body(application: str) -> bytes:
    return struct.pack("<IHHq", BYTE_ORDER_MAGIC, 1, 0, -1) + _option(4, application.encode()) + bytes(4)


def _packet_body(packet: Packet, number: int) -> bytes:
    check_size(packet)
    if not 0 <= packet.time_ns < 1 << 64:
        msg = f"pcapng holds times from 1970 to 2554, not {packet.time_ns} ns"
        raise UsageError(msg)
    length = len(packet.data)
    original = length if packet.original_length is None else packet.original_length
    stamp = packet.time_ns
    head = struct.pack("<IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, length, original)
    comment = packet.comment.encode()
    options = _option(COMMENT, comment) + bytes(4) if comment else b""
    return head + packet.data + bytes(-length % 4) + options


def _option(code: int, value: bytes) -> bytes:
    if len(value) > MAX_COMMENT:
        msg = f"an option holds {MAX_COMMENT} octets, not {len(value)}"
        raise UsageError(msg)
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def _pack(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)
