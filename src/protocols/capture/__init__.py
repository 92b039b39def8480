"""Capture files, read and written without any library: classic pcap, pcapng, and sessions dressed as TCP frames.

- :func:`read` and :func:`packets` take the bytes of either file format; :func:`write_pcap` and :func:`write_pcapng` make
  them;
- :class:`TcpSession` wraps what two ends of a connection sent into Ethernet, IP and TCP, so that a
  transport can record itself without capture rights and Wireshark follows the stream.

Not done: compressed files, name resolution, statistics and decryption-secret blocks (skipped when read), the
"modified" pcap variants of the 1990s (refused).
"""

from .files import Packet, packets, read
from .pcap import pcap_header, pcap_record, read_pcap, write_pcap
from .pcapng import read_pcapng, write_pcapng
from .tcp import TcpSession

__all__ = [
    "Packet",
    "TcpSession",
    "packets",
    "pcap_header",
    "pcap_record",
    "read",
    "read_pcap",
    "read_pcapng",
    "write_pcap",
    "write_pcapng",
]
