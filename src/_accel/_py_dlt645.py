"""DL/T 645 link layer in plain Python: the twin of _c_dlt645.pyx, same names, same answers, same errors.

::

    FE × n | 68 | A0..A5 | 68 | C | L | DATA (L octets, each + 33H) | CS | 16

Limits: L up to :data:`MAX_DATA` (§ "data length" of the standard: 200 for reading, 50 for writing). Frames are searched
for by the engine of _py_frames.py, in linear time on any input.
"""

from collections.abc import Callable
from typing import Final, TypeVar
from zlib import adler32

from ..errors import ChecksumError, DecodeError, LimitError, TruncatedError, UsageError
from ._py_frames import MAX_645, Engine, sum8

__all__ = ["MAX_DATA", "ROW", "batch", "checksum", "decode", "encode", "extract", "mask", "scan", "unmask"]

MAX_DATA: Final = MAX_645
"""Largest L that counts as a DL/T 645 frame."""
ROW: Final = 3
"""64-bit words per frame in the table :func:`batch` fills."""

_OVERHEAD: Final = 12
_ONLY_645: Final = (0,)
_MASK: Final = bytes((i + 0x33) & 0xFF for i in range(256))
_new: Final = object.__new__
_UNMASK: Final = bytes((i - 0x33) & 0xFF for i in range(256))

Buffer = bytes | bytearray | memoryview
T = TypeVar("T")


def checksum(data: Buffer) -> int:
    """Sum of all octets, modulo 256."""
    return sum8(memoryview(data).cast("B"))


def mask(data: Buffer) -> bytes:
    """Add 33H to every octet, as the sender does."""
    return bytes(data).translate(_MASK)


def unmask(data: Buffer) -> bytes:
    """Take 33H from every octet, as the receiver does."""
    return bytes(data).translate(_UNMASK)


_setters: Final[dict[type, tuple[Callable[[object, object], None], ...]]] = {}


def _make(cls: type[T], wire: bytes) -> T:
    """Build ``cls`` from the octets of a checked frame, through its slots: past ``__setattr__`` and ``__post_init__``."""
    try:
        address, control, content = _setters[cls]
    except KeyError:
        address, control, content = _setters[cls] = tuple(
            cls.__dict__[name].__set__ for name in ("address", "control", "data")
        )
    frame = _new(cls)
    address(frame, wire[6:0:-1].hex().upper())
    control(frame, wire[8])
    content(frame, wire[10:-2].translate(_UNMASK))
    return frame


def decode(cls: type[T], data: Buffer) -> T:
    """Exactly one frame, after any number of FE, as a ``cls`` with the slots ``address``, ``control`` and ``data``."""
    wire = (data if type(data) is bytes else bytes(data)).lstrip(b"\xfe")
    size = len(wire)
    if (
        size >= _OVERHEAD
        and wire[0] == wire[7] == 0x68
        and wire[9] == size - _OVERHEAD <= MAX_DATA
        and wire[-1] == 0x16
        and adler32(wire[:-2]) - 1 & 0xFF == wire[-2]  # as sum8(), whose call would cost as much as the sum
    ):
        return _make(cls, wire)
    raise _refusal(bytes(data))


def _refusal(data: bytes) -> DecodeError:
    """What is wrong with octets that are not exactly one frame."""
    size = len(data)
    start = size - len(data.lstrip(b"\xfe"))
    if start >= size:
        return TruncatedError("no frame" if size == 0 else "nothing but preamble", offset=size)
    if data[start] != 0x68:
        return DecodeError("a DL/T 645 frame starts with 68H", offset=start, data=data[start : start + 1])
    if start + 7 < size and data[start + 7] != 0x68:
        return DecodeError("second 68H missing after the address", offset=start + 7, data=data[start : start + 8])
    if start + 10 > size:
        return TruncatedError("header is 10 octets", offset=size, data=data[start:])
    length = data[start + 9]
    if length > MAX_DATA:
        return LimitError(
            f"L is {length}, at most {MAX_DATA} allowed", offset=start + 9, data=data[start + 9 : start + 10]
        )
    end = start + _OVERHEAD + length
    if end > size:
        return TruncatedError(f"L announces {length} octets, {max(0, size - start - 10)} follow", offset=size)
    if data[end - 1] != 0x16:
        return DecodeError("the frame must end with 16H", offset=end - 1, data=data[end - 1 : end])
    total = sum8(data[start : end - 2])
    if total != data[end - 2]:
        return ChecksumError(
            f"checksum is {data[end - 2]:02X}H, {total:02X}H computed", offset=end - 2, data=data[end - 2 : end - 1]
        )
    return DecodeError(f"{size - end} octets after the frame", offset=end, data=data[end : end + 16])


def encode(address: str, control: int, data: Buffer) -> bytes:
    """One frame without preamble; ``address`` is 12 digits (or hex, AA as wildcard), most significant first."""
    size = len(data)
    if size > MAX_DATA:
        raise UsageError(f"data is {size} octets, at most {MAX_DATA} fit a frame")
    if not 0 <= control <= 0xFF:
        raise UsageError(f"control is one octet, not {control}")
    try:
        wire = bytes.fromhex(address)[::-1]
    except (TypeError, ValueError):
        wire = b""
    if len(wire) != 6 or len(address) != 12:
        raise UsageError(f"an address is 12 digits, not {address!r}")
    body = b"\x68%b\x68%c%c%b" % (wire, control, size, bytes(data).translate(_MASK))
    return body + bytes((sum8(body), 0x16))


def _inside(start: int, size: int) -> None:
    if not 0 <= start <= size:
        raise UsageError(f"start {start} is outside {size} octets")


def scan(data: bytes | bytearray, start: int = 0, final: bool = False) -> tuple[bool, int, int, int, int, int]:
    """Look for the next valid frame from ``start``: ``(found, offset, end, errors, discarded, examined)``.

    Found: the frame is ``data[offset:end]``. Not found: nothing before ``offset`` matters any more, and nothing can
    be decided before ``data`` is at least ``end`` octets long. ``errors`` counts whole candidates with a wrong
    checksum, ``discarded`` the octets skipped that were not FE, ``examined`` the octets looked at (the work done).
    With ``final`` there will be no more octets: an incomplete candidate is garbage too. A start outside ``data`` is a
    UsageError, here and below.
    """
    _inside(start, len(data))
    engine = Engine(_ONLY_645)
    found, _, here, end = engine.search(data, start, final)
    return found, here, end, engine.errors, engine.discarded, engine.examined


def extract(
    cls: type[T], data: bytes | bytearray, start: int = 0, final: bool = False
) -> tuple[list[T], int, int, int, int, int]:
    """All frames from ``start`` on as ``cls``: ``(frames, resume, need, errors, discarded, examined)``.

    ``data[:resume]`` is done with; the next call is useful once ``data`` is ``need`` octets long.
    """
    _inside(start, len(data))
    frames: list[T] = []
    engine = Engine(_ONLY_645)
    at = start
    while True:
        found, _, here, end = engine.search(data, at, final)
        if not found:
            return frames, here, end, engine.errors, engine.discarded, engine.examined
        frames.append(_make(cls, bytes(data[here:end])))
        at = end


def batch(data: Buffer, start: int, rows: object) -> tuple[int, int, int, int]:
    """Check frames and fill ``rows`` without making objects: ``(count, resume, errors, discarded)``.

    ``rows`` is a writable buffer, e.g. ``array("Q", bytes(8 * ROW * n))``. Each frame takes three 64-bit words:
    its offset; ``length << 40 | control << 32 | DI`` (DI is 0 below four data octets); its address as 12 hex digits.
    Stops when ``rows`` is full or no further frame is complete; ``resume`` is where to go on.
    """
    data = bytes(data)
    table = memoryview(rows).cast("B").cast("Q")  # type: ignore[arg-type]
    capacity = len(table) // ROW
    _inside(start, len(data))
    engine = Engine(_ONLY_645)
    count, at = 0, start
    while count < capacity:
        found, _, here, end = engine.search(data, at, False)
        at = end if found else here
        if not found:
            break
        length = data[here + 9]
        di = int.from_bytes(data[here + 10 : here + 14].translate(_UNMASK), "little") if length >= 4 else 0
        row = count * ROW
        table[row] = here
        table[row + 1] = length << 40 | data[here + 8] << 32 | di
        table[row + 2] = int.from_bytes(data[here + 1 : here + 7], "little")
        count += 1
    return count, at, engine.errors, engine.discarded
