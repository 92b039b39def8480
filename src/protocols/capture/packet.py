"""What a capture file holds: packets, with the numbers the file formats share."""

from dataclasses import dataclass

__all__ = ["ETHERNET", "MAX_PACKET", "NANOSECONDS", "Packet"]

ETHERNET = 1
"""LINKTYPE_ETHERNET, the link type of everything written here unless told otherwise."""
MAX_PACKET = 262_144
"""Octets of one packet, written or believed; what libpcap allows."""
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One captured frame."""

    time_ns: int
    """Nanoseconds since 1970-01-01 UTC."""
    data: bytes
    """The frame as captured, from its link-layer header on."""
    link_type: int = ETHERNET
    """LINKTYPE_ number: what the first octet of ``data`` is."""
    original_length: int | None = None
    """Length on the wire where the capture cut the frame, None where nothing was cut."""
    comment: str = ""
    """Free text; pcapng carries it, classic pcap has no place for it."""
