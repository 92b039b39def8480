"""TPKT, RFC 1006: ``03 00`` and a 16-bit length that includes these four octets."""

from collections.abc import Iterator

from ...errors import DecodeError

__all__ = ["HEADER_SIZE", "MAX_SIZE", "TpktSplitter", "encode"]

HEADER_SIZE = 4
MAX_SIZE = 0xFFFF
MIN_SIZE = 7
"""Header and the three octets of the shortest TPDU."""


def encode(tpdu: bytes) -> bytes:
    """One TPKT."""
    size = len(tpdu) + HEADER_SIZE
    return bytes((3, 0, size >> 8, size & 0xFF)) + tpdu


class TpktSplitter:
    """Cuts a byte stream into TPDUs; keeps at most one unfinished TPKT (65,535 octets)."""

    __slots__ = ("_kept", "_wanted")

    def __init__(self) -> None:
        self._kept = bytearray()
        self._wanted = 0

    @property
    def pending(self) -> int:
        """Octets of an unfinished TPKT held back."""
        return len(self._kept)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """TPDUs completed by ``chunk``, lazily: those in front of what cannot be TPKT come before its DecodeError."""
        data = chunk
        if self._kept:
            self._kept += chunk
            # Octets that trickle in are looked at once, when they are enough.
            if len(self._kept) < self._wanted:
                return
            data = bytes(self._kept)
            self._kept.clear()
        start = 0
        total = len(data)
        while total - start >= HEADER_SIZE:
            size = data[start + 2] << 8 | data[start + 3]
            if data[start] != 3 or size < MIN_SIZE:
                msg = "not a TPKT header"
                raise DecodeError(msg, offset=start, data=data[start : start + HEADER_SIZE])
            if start + size > total:
                break
            yield data[start + HEADER_SIZE : start + size]
            start += size
        if start < total:
            self._keep(data, start)

    def _keep(self, data: bytes, start: int) -> None:
        # A first octet that is wrong is told at once, not when three more have trickled in.
        if data[start] != 3:
            msg = "not a TPKT header"
            raise DecodeError(msg, offset=start, data=data[start : start + HEADER_SIZE])
        self._kept += data[start:]
        known = len(data) - start >= HEADER_SIZE
        self._wanted = data[start + 2] << 8 | data[start + 3] if known else HEADER_SIZE
