"""COTP class 0 (ISO 8073): connection request and confirm, data with segmentation, disconnect.

::

    CR/CC   LI | E0/D0 | dst-ref(2) | src-ref(2) | class | parameters (code, length, value)…
    DT      02 | F0 | 80 last, 00 more follow | data
    DR      LI | 80 | dst-ref | src-ref | reason
"""

from dataclasses import dataclass

from ...errors import DecodeError, LimitError
from ...wire import Cursor

__all__ = [
    "CC",
    "CR",
    "DR",
    "DT",
    "DT_LAST",
    "ER",
    "MAX_SDU",
    "ConnectionTpdu",
    "Reassembler",
    "decode_connection",
    "segments",
]

CR, CC, DR, ER, DT = 0xE0, 0xD0, 0x80, 0x70, 0xF0
DT_LAST = b"\x02\xf0\x80"
DT_MORE = b"\x02\xf0\x00"

MIN_SIZE_CODE = 7
MAX_SIZE_CODE = 13
"""TPDU size codes 7..13, 128..8192 octets; class 0 ends at 11, libIEC61850 proposes 13."""
DEFAULT_SIZE_CODE = 7
"""What ISO 8073 assumes when the parameter is absent: 128 octets."""
MAX_SELECTOR = 32
MAX_SDU = 1 << 20
"""Octets one reassembled SDU may reach; a peer that never sets EOT is cut off here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTpdu:
    """A CR or CC."""

    code: int
    """CR or CC."""
    destination: int = 0
    """Destination reference."""
    source: int = 1
    """Source reference."""
    size_code: int | None = None
    """TPDU size is ``2**size_code`` octets; None when absent."""
    calling: bytes = b""
    """Calling transport selector."""
    called: bytes = b""
    """Called transport selector."""

    def encode(self) -> bytes:
        """The TPDU."""
        body = bytes((self.code,))
        body += self.destination.to_bytes(2, "big") + self.source.to_bytes(2, "big") + b"\x00"
        if self.size_code is not None:
            body += bytes((0xC0, 1, self.size_code))
        if self.called:
            body += bytes((0xC2, len(self.called))) + self.called
        if self.calling:
            body += bytes((0xC1, len(self.calling))) + self.calling
        return bytes((len(body),)) + body


def decode_connection(tpdu: bytes) -> ConnectionTpdu:
    """Parse CR or CC; unknown parameters are skipped, as ISO 8073 asks."""
    cursor = Cursor(tpdu)
    fixed = cursor.sub(cursor.u8())
    code = fixed.u8() & 0xF0
    destination, source, klass = fixed.u16(), fixed.u16(), fixed.u8()
    if code not in (CR, CC) or klass & 0xF0:
        msg = f"TPDU {code:02X} class {klass >> 4} is no class 0 connection"
        raise DecodeError(msg, offset=1, data=tpdu)
    size_code: int | None = None
    calling = called = b""
    while fixed.remaining:
        parameter, value = fixed.u8(), fixed.take(fixed.u8())
        if parameter == 0xC0 and len(value) == 1:
            size_code = value[0]
        elif parameter == 0xC1:
            calling = value
        elif parameter == 0xC2:
            called = value
    if size_code is not None and not MIN_SIZE_CODE <= size_code <= MAX_SIZE_CODE:
        msg = f"TPDU size code {size_code} outside {MIN_SIZE_CODE}..{MAX_SIZE_CODE}"
        raise DecodeError(msg, data=tpdu)
    if max(len(calling), len(called)) > MAX_SELECTOR:
        msg = f"transport selector of more than {MAX_SELECTOR} octets"
        raise LimitError(msg, data=tpdu)
    return ConnectionTpdu(
        code=code,
        destination=destination,
        source=source,
        size_code=size_code,
        calling=calling,
        called=called,
    )


def segments(sdu: bytes, tpdu_size: int) -> list[bytes]:
    """DT TPDUs that carry ``sdu`` in TPDUs of at most ``tpdu_size`` octets."""
    room = tpdu_size - len(DT_LAST)
    if len(sdu) <= room:
        return [DT_LAST + sdu]
    last = (len(sdu) - 1) // room * room
    return [DT_MORE + sdu[i : i + room] for i in range(0, last, room)] + [DT_LAST + sdu[last:]]


class Reassembler:
    """Joins DT TPDUs into SDUs."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        # One buffer, not a list: a peer that sends an octet a TPDU must not cost us an object for each.
        self._parts = bytearray()

    @property
    def is_empty(self) -> bool:
        """No segment waits for its successor."""
        return not self._parts

    def feed(self, tpdu: bytes) -> bytes | None:
        """The SDU completed by this DT, None while more follow."""
        parts = self._parts
        if tpdu[:3] == DT_LAST and not parts:
            return tpdu[3:]
        if tpdu[0] != 2 or tpdu[1] & 0xF0 != DT or tpdu[2] & 0x7F:
            msg = "malformed DT TPDU"
            raise DecodeError(msg, data=tpdu)
        if len(parts) + len(tpdu) - 3 > MAX_SDU:
            msg = f"an SDU grows beyond {MAX_SDU} octets without end mark"
            raise LimitError(msg)
        parts += tpdu[3:]
        if not tpdu[2]:
            return None
        sdu = bytes(parts)
        parts.clear()
        return sdu
