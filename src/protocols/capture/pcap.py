"""Classic pcap: one header, then records; either byte order, microseconds or nanoseconds.

::

    header  a1b2c3d4 | a1b23c4d   major 2   minor 4   zone 0   accuracy 0   snap length   link type     24 octets
    record  seconds   fraction   captured length   original length   octets of the frame               16 + n
"""

import struct
from collections.abc import Iterable, Iterator

from ...errors import DecodeError, LimitError, UsageError
from ...wire import Cursor
from .packet import ETHERNET, MAX_PACKET, NANOSECONDS, Packet

__all__ = ["MAGICS", "check_size", "pcap_header", "pcap_record", "read_pcap", "write_pcap"]

MICRO, NANO = 0xA1B2C3D4, 0xA1B23C4D
MAGICS = {
    MICRO.to_bytes(4, "big"): (">", 1000),
    MICRO.to_bytes(4, "little"): ("<", 1000),
    NANO.to_bytes(4, "big"): (">", 1),
    NANO.to_bytes(4, "little"): ("<", 1),
}
"""First four octets → byte order for struct, nanoseconds per unit of the fraction."""
LINK_TYPE_MASK = 0xFFFF
"""The upper half of the header's last word tells about checksums at the end of frames."""


def read_pcap(data: bytes) -> Iterator[Packet]:
    """Packets of a classic pcap file, in file order."""
    cursor = Cursor(data)
    order, unit = _magic(cursor)
    major, _minor, _zone, _accuracy, _snap, link = struct.unpack(f"{order}HHiIII", cursor.take(20))
    if major != 2:
        msg = f"pcap version {major} is unknown"
        raise DecodeError(msg, offset=4)
    record = struct.Struct(f"{order}IIII")
    while cursor.remaining:
        start = cursor.offset
        seconds, fraction, length, original = record.unpack(cursor.take(record.size))
        if length > MAX_PACKET:
            msg = f"a packet of {length} octets is beyond {MAX_PACKET}"
            raise LimitError(msg, offset=start)
        # A fraction of a second or more is nobody's clock, it is a lost record boundary.
        if fraction * unit >= NANOSECONDS:
            msg = "the fraction of a packet's time is a second or more"
            raise DecodeError(msg, offset=start + 4)
        yield Packet(
            time_ns=seconds * NANOSECONDS + fraction * unit,
            data=cursor.take(length),
            link_type=link & LINK_TYPE_MASK,
            original_length=original if original != length else None,
        )


def _magic(cursor: Cursor) -> tuple[str, int]:
    octets = cursor.take(4)
    known = MAGICS.get(octets)
    if known is None:
        msg = "not a pcap file"
        raise DecodeError(msg, offset=0, data=octets)
    return known


def pcap_header(*, link_type: int = ETHERNET, nanoseconds: bool = True) -> bytes:
    """The first 24 octets of a file; records follow, see :func:`pcap_record`."""
    return struct.pack("<IHHiIII", NANO if nanoseconds else MICRO, 2, 4, 0, 0, MAX_PACKET, link_type)


def pcap_record(packet: Packet, *, nanoseconds: bool = True) -> bytes:
    """One packet as a record. The link type is the file's; a comment has no place here and is lost."""
    seconds, fraction = divmod(packet.time_ns, NANOSECONDS)
    if not 0 <= seconds <= 0xFFFFFFFF:
        msg = f"pcap holds times from 1970 to 2106, not {seconds} s"
        raise UsageError(msg)
    check_size(packet)
    length = len(packet.data)
    original = length if packet.original_length is None else packet.original_length
    head = struct.pack("<IIII", seconds, fraction if nanoseconds else fraction // 1000, length, original)
    return head + packet.data


def check_size(packet: Packet) -> None:
    """Refuse to write what nobody would read."""
    if len(packet.data) > MAX_PACKET:
        msg = f"a packet of {len(packet.data)} octets is beyond {MAX_PACKET}"
        raise UsageError(msg)
    if packet.original_length is not None and not 0 <= packet.original_length <= 0xFFFFFFFF:
        msg = f"a packet's original length cannot be {packet.original_length}"
        raise UsageError(msg)


def write_pcap(packets: Iterable[Packet], *, nanoseconds: bool = True) -> bytes:
    """A whole file; all packets must be of one link type (pcapng holds mixtures)."""
    listed = list(packets)
    links = {packet.link_type for packet in listed} or {ETHERNET}
    if len(links) > 1:
        msg = f"one pcap file holds one link type, not {sorted(links)}"
        raise UsageError(msg)
    header = pcap_header(link_type=links.pop(), nanoseconds=nanoseconds)
    return b"".join([header, *(pcap_record(packet, nanoseconds=nanoseconds) for packet in listed)])
