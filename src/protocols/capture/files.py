"""Either file format, told apart by its first four octets."""

from collections.abc import Iterator

from ...errors import DecodeError, TruncatedError
from .packet import Packet
from .pcap import MAGICS, read_pcap
from .pcapng import SECTION_HEADER, read_pcapng

__all__ = ["Packet", "packets", "read"]


def packets(data: bytes) -> Iterator[Packet]:
    """Packets of a pcap or pcapng file one by one; a damaged file gives what comes before the damage, then DecodeError."""
    magic = data[:4]
    if len(magic) < 4:
        msg = "a capture file starts with four octets that name its format"
        raise TruncatedError(msg, offset=0, data=magic)
    if magic == SECTION_HEADER:
        return read_pcapng(data)
    if magic in MAGICS:
        return read_pcap(data)
    msg = "neither pcap nor pcapng"
    raise DecodeError(msg, offset=0, data=magic)


def read(data: bytes) -> tuple[Packet, ...]:
    """All packets of a pcap or pcapng file; DecodeError when any part of it is damaged."""
    return tuple(packets(data))
