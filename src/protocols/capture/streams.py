"""TCP payloads of captured packets, in order, without retransmissions.

Enough to read a clean capture: segments that arrive early wait for the gap to close, a gap that never
closes drops the rest of that direction. No IP fragments, no options that change sequence numbers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import DecodeError
from ...wire import Cursor
from .packet import Packet

__all__ = ["MAX_EARLY", "Payload", "tcp_payloads"]

MAX_EARLY = 1024
"""Segments of one direction that may wait for a gap to close."""
MAX_FLOWS = 4096
"""Directions followed at once; further ones are ignored."""

ETHERNET, RAW_IP, LINUX_SLL, LOOPBACK = 1, 101, 113, 0
_HEADER_SIZE = {ETHERNET: 12, LINUX_SLL: 14}
_VLAN = (0x8100, 0x88A8)


@dataclass(frozen=True, slots=True)
class Payload:
    """Octets one end sent."""

    time_ns: int
    """When, nanoseconds since 1970."""
    source: str
    """``address:port``."""
    target: str
    """``address:port``."""
    data: bytes
    """The octets."""


class _Flow:
    __slots__ = ("early", "next")

    def __init__(self, first: int) -> None:
        self.next = first
        self.early: dict[int, bytes] = {}

    def push(self, sequence: int, data: bytes) -> bytes:
        ahead = (sequence - self.next) & 0xFFFFFFFF
        if ahead >= 1 << 31:  # (partly) seen before
            seen = (self.next - sequence) & 0xFFFFFFFF
            if seen >= len(data):
                return b""
            data, ahead = data[seen:], 0
        if ahead:
            if len(self.early) < MAX_EARLY:
                self.early[sequence] = data
            return b""
        parts = [data]
        self.next = (self.next + len(data)) & 0xFFFFFFFF
        while part := self._fitting():
            parts.append(part)
            self.next = (self.next + len(part)) & 0xFFFFFFFF
        return b"".join(parts)

    def _fitting(self) -> bytes:
        """What an early segment has beyond the octets passed on; a retransmission may have been cut elsewhere."""
        if self.next in self.early:
            return self.early.pop(self.next)
        for sequence in list(self.early):
            seen = (self.next - sequence) & 0xFFFFFFFF
            if seen < 1 << 31:
                part = self.early.pop(sequence)[seen:]
                if part:
                    return part
        return b""


def tcp_payloads(packets: Iterable[Packet]) -> Iterator[Payload]:
    """Payloads of all TCP connections; packets of other kinds or with broken headers are skipped."""
    flows: dict[tuple[str, str], _Flow] = {}
    for packet in packets:
        try:
            segment = _segment(packet)
        except DecodeError:
            continue
        if segment is None:
            continue
        source, target, sequence, is_syn, data = segment
        key = (source, target)
        if not (is_syn or data):
            continue  # an acknowledgement alone; a keep-alive stands an octet before the first one that will come
        if is_syn or key not in flows:
            if len(flows) >= MAX_FLOWS and key not in flows:
                continue
            flows[key] = _Flow((sequence + is_syn) & 0xFFFFFFFF)
        fresh = flows[key].push((sequence + is_syn) & 0xFFFFFFFF, data) if data else b""
        if fresh:
            yield Payload(packet.time_ns, source, target, fresh)


def _segment(packet: Packet) -> tuple[str, str, int, bool, bytes] | None:
    cursor = Cursor(packet.data)
    kind = _network(packet.link_type, cursor)
    if kind == 4:
        head = cursor.take(20)
        size = (head[0] & 0x0F) * 4
        cursor.take(size - 20)
        fragment = int.from_bytes(head[6:8], "big") & 0x3FFF
        if head[9] != 6 or fragment:
            return None
        # The length field, not the frame's end: short frames are padded by the network card.
        body = cursor.sub(int.from_bytes(head[2:4], "big") - size)
        ends = [".".join(map(str, head[12:16])), ".".join(map(str, head[16:20]))]
    elif kind == 6:
        head = cursor.take(40)
        if head[6] != 6:
            return None
        body = cursor.sub(int.from_bytes(head[4:6], "big"))
        ends = [f"[{head[8:24].hex(':', 2)}]", f"[{head[24:40].hex(':', 2)}]"]
    else:
        return None
    ports = body.u16(), body.u16()
    sequence, _ = body.u32(), body.u32()
    offset, flags = body.u8() >> 4, body.u8()
    body.take(offset * 4 - 14)
    source, target = (f"{end}:{port}" for end, port in zip(ends, ports, strict=True))
    return source, target, sequence, bool(flags & 2), body.rest()


def _network(link_type: int, cursor: Cursor) -> int:
    """IP version of the packet under the link header, 0 when it is no IP."""
    if link_type == LOOPBACK:
        cursor.take(4)
    elif link_type in _HEADER_SIZE:
        cursor.take(_HEADER_SIZE[link_type])
        ether_type = cursor.u16()
        while ether_type in _VLAN:
            cursor.take(2)
            ether_type = cursor.u16()
        if ether_type not in (0x0800, 0x86DD):
            return 0
    elif link_type != RAW_IP:
        return 0
    first = cursor.peek()
    return first >> 4 if first is not None else 0
