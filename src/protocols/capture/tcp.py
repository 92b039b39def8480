"""A connection's bytes dressed as Ethernet, IP and TCP frames that Wireshark reassembles without a complaint.

A transport that records itself knows what each side sent and when, nothing of frames. This makes the frames: handshake,
segments with correct numbers and checksums, an acknowledgement after each segment, and the closing.

::

    Ethernet   02:00:00:00:00:02 02:00:00:00:00:01 0800 | 86dd
    IP         version 4 (20 octets, checksum) or 6 (40 octets)
    TCP        ports   sequence   acknowledgement   50 flags   window   checksum   0   then the data

The round trips are invented: a synthetic frame has the time of the chunk that caused it.
"""

import ipaddress
import struct
from dataclasses import dataclass, field

from ...errors import StateError, UsageError
from .packet import Packet
from .pcap import write_pcap
from .pcapng import write_pcapng

__all__ = ["MAX_SEGMENT", "TcpSession"]

MAX_SEGMENT = {4: 1460, 6: 1440}
"""Octets of data in one segment by IP version: an Ethernet frame's worth."""
WINDOW = 0xFFFF
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
FIRST_SEQUENCE = 0x1000


@dataclass(slots=True)
class _End:
    """One end of the connection."""

    mac: bytes
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int
    sequence: int = FIRST_SEQUENCE
    """Number of the next octet this end sends."""
    identification: int = field(default=0)


class TcpSession:
    """Frames of one TCP connection, built up as its two ends send.

    >>> session = TcpSession(client=("127.0.0.1", 40000), server=("127.0.0.1", 10102))
    >>> session.client_sends(0, b"request")
    >>> session.server_sends(1_000_000, b"answer")
    >>> session.close()
    >>> capture = session.to_pcap()

    Times are nanoseconds since 1970 and never run backwards: an earlier one is raised to the last.
    Memory grows with the session; a long-lived recorder empties it with :meth:`take`.
    """

    def __init__(self, *, client: tuple[str, int], server: tuple[str, int]) -> None:
        self._client = _end(client, 1)
        self._server = _end(server, 2)
        if self._client.address.version != self._server.address.version:
            msg = f"{client[0]} and {server[0]} are not of one IP version"
            raise UsageError(msg)
        self._now = 0
        self._opened = False
        self._closed = False
        self._packets: list[Packet] = []

    def client_sends(self, time_ns: int, data: bytes) -> None:
        """The client's next bytes; the handshake comes before its first ones."""
        self._send(self._client, self._server, time_ns, data)

    def server_sends(self, time_ns: int, data: bytes) -> None:
        """The server's next bytes."""
        self._send(self._server, self._client, time_ns, data)

    def close(self, time_ns: int | None = None, *, by_server: bool = False, reset: bool = False) -> None:
        """End the connection with FIN from both sides, or with one RST. A second close does nothing."""
        if self._closed:
            return
        self._closed = True
        self._advance(self._now if time_ns is None else time_ns)
        if not self._opened:
            return
        first, second = (self._server, self._client) if by_server else (self._client, self._server)
        if reset:
            self._frame(first, second, RST | ACK)
            return
        self._frame(first, second, FIN | ACK)
        self._frame(second, first, FIN | ACK)
        self._frame(first, second, ACK)

    @property
    def packets(self) -> tuple[Packet, ...]:
        """The frames so far (those not yet taken)."""
        return tuple(self._packets)

    def take(self) -> list[Packet]:
        """The frames so far, which are forgotten: for a recorder that writes as it goes."""
        taken, self._packets = self._packets, []
        return taken

    def to_pcap(self) -> bytes:
        """A classic pcap file of the frames, in nanoseconds."""
        return write_pcap(self._packets)

    def to_pcapng(self) -> bytes:
        """A pcapng file of the frames."""
        return write_pcapng(self._packets)

    def _advance(self, time_ns: int) -> None:
        self._now = max(self._now, time_ns)

    def _send(self, source: _End, target: _End, time_ns: int, data: bytes) -> None:
        if self._closed:
            msg = "this TCP session is closed"
            raise StateError(msg)
        if not data:
            return
        self._advance(time_ns)
        if not self._opened:
            self._opened = True
            self._frame(self._client, self._server, SYN)
            self._frame(self._server, self._client, SYN | ACK)
            self._frame(self._client, self._server, ACK)
        size = MAX_SEGMENT[source.address.version]
        for start in range(0, len(data), size):
            last = start + size >= len(data)
            self._frame(source, target, ACK | (PSH if last else 0), data[start : start + size])
            self._frame(target, source, ACK)

    def _frame(self, source: _End, target: _End, flags: int, data: bytes = b"") -> None:
        tcp = _segment(source, target, flags, data)
        ip = _ip4(source, target, tcp) if source.address.version == 4 else _ip6(source, target, tcp)
        kind = b"\x08\x00" if source.address.version == 4 else b"\x86\xdd"
        self._packets.append(Packet(time_ns=self._now, data=target.mac + source.mac + kind + ip))
        # SYN and FIN count as one octet each.
        source.sequence = (source.sequence + len(data) + bool(flags & (SYN | FIN))) & 0xFFFFFFFF


def _end(where: tuple[str, int], number: int) -> _End:
    host, port = where
    if not 0 < port <= 0xFFFF:
        msg = f"{port} is not a TCP port"
        raise UsageError(msg)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        msg = f"{host!r} is not an IP address"
        raise UsageError(msg) from None
    return _End(bytes((2, 0, 0, 0, 0, number)), address, port)


def _segment(source: _End, target: _End, flags: int, data: bytes) -> bytes:
    acknowledged = target.sequence if flags & ACK else 0
    head = struct.pack(
        ">HHIIBBHHH", source.port, target.port, source.sequence, acknowledged, 5 << 4, flags, WINDOW, 0, 0
    )
    pseudo = source.address.packed + target.address.packed + struct.pack(">II", len(head) + len(data), 6)
    check = _checksum(pseudo + head + data)
    return head[:16] + check.to_bytes(2, "big") + head[18:] + data


def _ip4(source: _End, target: _End, payload: bytes) -> bytes:
    source.identification = (source.identification + 1) & 0xFFFF
    addresses = source.address.packed + target.address.packed
    # no options, not to be fragmented, 64 hops, protocol 6
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), source.identification, 0x4000, 64, 6, 0) + addresses
    return head[:10] + _checksum(head).to_bytes(2, "big") + head[12:] + payload


def _ip6(source: _End, target: _End, payload: bytes) -> bytes:
    head = struct.pack(">IHBB", 6 << 28, len(payload), 6, 64)
    return head + source.address.packed + target.address.packed + payload


def _checksum(data: bytes) -> int:
    """The Internet checksum, RFC 1071: the complement of the one's complement sum of 16-bit words."""
    # The sum of 16-bit words is the whole number modulo 65535, and Python reads a number of any length in one call.
    # That sum is zero only for zeros; for all else 65535 stands for it.
    number = int.from_bytes(data + bytes(len(data) % 2), "big")
    total = number % 0xFFFF or (0xFFFF if number else 0)
    return 0xFFFF - total
