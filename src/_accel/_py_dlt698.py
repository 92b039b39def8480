"""DL/T 698.45 link layer in plain Python: the twin of _c_dlt698.pyx, same names, same answers, same errors.

::

    FE × n | 68 | L(2) | C | AF | SA(1..16) | CA | HCS(2) | user data | FCS(2) | 16

Everything is least significant octet first. L counts the octets between 68 and 16. HCS checks L to CA, FCS everything
from L to the end of the user data, HCS included; both are CRC-16/X.25.

The search looks at a candidate's header check before it waits for the rest, so a false start costs at most 24 octets;
only a header that is right makes it wait for, and sum, up to ``MAX_FRAME`` octets.
"""

from binascii import crc_hqx
from typing import Final, TypeVar

from ..errors import ChecksumError, DecodeError, LimitError, TruncatedError, UsageError

__all__ = ["MAX_FRAME", "ROW", "batch", "crc", "decode", "encode", "extract", "scan"]

MAX_FRAME: Final = 0x3FFF + 2
"""Largest frame in octets: L has 14 bits."""
ROW: Final = 3
"""64-bit words per frame in the table :func:`batch` fills."""

_MIRROR: Final = bytes(int(f"{i:08b}"[::-1], 2) for i in range(256))
_UNSCRAMBLE: Final = bytes((i - 0x33) & 0xFF for i in range(256))
_SCRAMBLE: Final = bytes((i + 0x33) & 0xFF for i in range(256))
_SC: Final = 0x08

Buffer = bytes | bytearray | memoryview
T = TypeVar("T")


def crc(data: Buffer) -> int:
    """CRC-16/X.25 of the octets: 906EH for the digits 1 to 9."""
    # binascii's CRC runs the other way round: mirror the octets going in and the sum coming out
    total = crc_hqx(bytes(data).translate(_MIRROR), 0xFFFF) ^ 0xFFFF
    return _MIRROR[total & 0xFF] << 8 | _MIRROR[total >> 8]


def _word(data: Buffer, at: int) -> int:
    return data[at] | data[at + 1] << 8


def _make(cls: type[T], server: type[bytes], data: bytes | bytearray, start: int, end: int) -> T:
    """Build ``cls`` from a checked frame, past any frozen ``__setattr__`` and past ``__post_init__``."""
    client = start + 6 + (data[start + 4] & 15)
    control = data[start + 3]
    octets = bytes(data[client + 3 : end - 3])
    frame = object.__new__(cls)
    put = object.__setattr__
    put(frame, "control", control)
    put(frame, "server", bytes.__new__(server, data[start + 4 : client]))
    put(frame, "client", data[client])
    put(frame, "data", octets.translate(_UNSCRAMBLE) if control & _SC else octets)
    return frame


def decode(cls: type[T], server: type[bytes], data: Buffer) -> T:
    """Exactly one frame, after any number of FE: a ``cls`` with the slots control, server, client and data."""
    data = bytes(data)
    size = len(data)
    start = size - len(data.lstrip(b"\xfe"))
    if start >= size:
        raise TruncatedError("no frame" if size == 0 else "nothing but preamble", offset=size)
    if data[start] != 0x68:
        raise DecodeError("a DL/T 698.45 frame starts with 68H", offset=start, data=data[start : start + 1])
    if start + 5 > size:
        raise TruncatedError("header is cut", offset=size, data=data[start:])
    length = _word(data, start + 1)
    if length & 0xC000:
        raise LimitError(
            "L has 14 bits; bits 14 and 15 are reserved", offset=start + 1, data=data[start + 1 : start + 3]
        )
    client = start + 6 + (data[start + 4] & 15)
    if length < client - start + 4:
        raise DecodeError(
            f"L is {length}, the header alone needs {client - start + 4}",
            offset=start + 1,
            data=data[start + 1 : start + 3],
        )
    if client + 3 > size:
        raise TruncatedError("header is cut", offset=size, data=data[start:])
    _check("HCS", data, start + 1, client + 1)
    end = start + length + 2
    if end > size:
        raise TruncatedError(f"L announces {length + 2} octets, {size - start} are here", offset=size)
    if data[end - 1] != 0x16:
        raise DecodeError("the frame must end with 16H", offset=end - 1, data=data[end - 1 : end])
    _check("FCS", data, start + 1, end - 3)
    if end != size:
        raise DecodeError(f"{size - end} octets after the frame", offset=end, data=data[end : end + 16])
    return _make(cls, server, data, start, end)


def _check(name: str, data: bytes, start: int, at: int) -> None:
    expected, found = crc(data[start:at]), _word(data, at)
    if expected != found:
        raise ChecksumError(
            f"{name} is {data[at : at + 2].hex().upper()}, {expected.to_bytes(2, 'little').hex().upper()} computed",
            offset=at,
            data=data[at : at + 2],
        )


def encode(control: int, server: bytes, client: int, data: Buffer) -> bytes:
    """One frame without preamble; ``server`` is AF and address as on the wire, ``data`` is not yet scrambled."""
    if not (0 <= control < 256 and 0 <= client < 256):
        raise UsageError(f"control and client address are one octet each, not {control}, {client}")
    if not server or len(server) != (server[0] & 15) + 2:
        raise UsageError(f"AF announces another length than that of {bytes(server).hex()}")
    octets = bytes(data)
    length = 8 + len(server) + len(octets)
    if length + 2 > MAX_FRAME:
        raise UsageError(f"{len(octets)} octets of user data do not fit a frame; send them in fragments")
    if control & _SC:
        octets = octets.translate(_SCRAMBLE)
    head = b"%c%c%c%b%c" % (length & 0xFF, length >> 8, control, server, client)
    body = head + crc(head).to_bytes(2, "little") + octets
    return b"\x68%b%b\x16" % (body, crc(body).to_bytes(2, "little"))


def _inside(start: int, size: int) -> None:
    if not 0 <= start <= size:
        raise UsageError(f"start {start} is outside {size} octets")


def scan(
    data: bytes | bytearray, start: int = 0, final: bool = False, most: int = MAX_FRAME
) -> tuple[bool, int, int, int, int, int]:
    """Look for the next valid frame from ``start``: ``(found, offset, end, errors, discarded, examined)``.

    Found: the frame is ``data[offset:end]``. Not found: nothing before ``offset`` matters any more, and nothing can be
    decided before ``data`` is at least ``end`` octets long. ``errors`` counts candidates whose HCS was right and whose
    FCS was wrong, ``discarded`` the octets skipped that were not FE, ``examined`` the octets looked at (the work done).
    With ``final`` there will be no more octets: an incomplete candidate is garbage too. Frames longer than ``most``
    are garbage. A start outside ``data`` is a UsageError, here and below.
    """
    size = len(data)
    _inside(start, size)
    errors = examined = 0
    at = start
    while True:
        here = data.find(0x68, at)
        if here < 0:
            found, here, end, examined = False, size, size + 1, examined + size - at
            break
        examined += here - at + 1
        at = here + 1
        if here + 5 > size:
            end = here + 5
        else:
            length = _word(data, here + 1)
            client = here + 6 + (data[here + 4] & 15)
            if length + 2 > most or length < client - here + 4:
                continue
            end = client + 3
        if end > size:
            if final:
                continue
            found = False
            break
        examined += end - here
        if crc(data[here + 1 : end - 2]) != _word(data, end - 2):
            continue
        end = here + length + 2
        if end > size:
            if final:
                continue
            found = False
            break
        if data[end - 1] != 0x16:
            continue
        examined += end - here
        if crc(data[here + 1 : end - 3]) != _word(data, end - 3):
            errors += 1
            continue
        found = True
        break
    skipped = here - start
    discarded = skipped - data.count(0xFE, start, here) if skipped > 0 else 0
    return found, here, end, errors, discarded, examined


def extract(
    cls: type[T],
    server: type[bytes],
    data: bytes | bytearray,
    start: int = 0,
    final: bool = False,
    most: int = MAX_FRAME,
) -> tuple[list[T], int, int, int, int, int]:
    """All frames from ``start`` on as ``cls``: ``(frames, resume, need, errors, discarded, examined)``.

    ``data[:resume]`` is done with; the next call is useful once ``data`` is ``need`` octets long.
    """
    frames: list[T] = []
    errors = discarded = examined = 0
    at = start
    while True:
        found, here, end, bad, lost, work = scan(data, at, final, most)
        errors += bad
        discarded += lost
        examined += work
        if not found:
            return frames, here, end, errors, discarded, examined
        frames.append(_make(cls, server, data, here, end))
        at = end


def batch(data: Buffer, start: int, rows: object) -> tuple[int, int, int, int]:
    """Check frames and fill ``rows`` without making objects: ``(count, resume, errors, discarded)``.

    ``rows`` is a writable buffer, e.g. ``array("Q", bytes(8 * ROW * n))``. Each frame takes three 64-bit words: its
    offset; ``L << 40 | C << 32 | CA << 24 | offset of the user data within the frame``; the last 8 octets of the
    address as hex digits. Stops when ``rows`` is full or no further frame is complete; ``resume`` is where to go on.
    """
    data = bytes(data)
    table = memoryview(rows).cast("B").cast("Q")  # type: ignore[arg-type]
    capacity = len(table) // ROW
    _inside(start, len(data))
    count = errors = discarded = 0
    at = start
    while count < capacity:
        found, here, end, bad, lost, _ = scan(data, at)
        errors += bad
        discarded += lost
        at = end if found else here
        if not found:
            break
        client = here + 6 + (data[here + 4] & 15)
        row = count * ROW
        table[row] = here
        table[row + 1] = _word(data, here + 1) << 40 | data[here + 3] << 32 | data[client] << 24 | client + 3 - here
        table[row + 2] = int.from_bytes(data[here + 5 : min(client, here + 13)], "little")
        count += 1
    return count, at, errors, discarded
