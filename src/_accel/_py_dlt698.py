"""DL/T 698.45 frames in plain Python: the twin of _c_dlt698.pyx, same names, same answers, same errors.

::

    FE × n | 68 | L(2) | C | AF | SA(1..16) | CA | HCS(2) | user data | FCS(2) | 16

Everything is least significant octet first. L counts the octets between 68 and 16. HCS checks L to CA, FCS everything
from L to the end of the user data, HCS included; both are CRC-16/X.25. Frames in a stream are found by :mod:`.frames`.
"""

from typing import Final, TypeVar

from ..errors import ChecksumError, DecodeError, LimitError, TruncatedError, UsageError
from ._py_frames import fcs

__all__ = ["MAX_FRAME", "build", "decode", "encode"]

MAX_FRAME: Final = 0x3FFF + 2
"""Largest frame in octets: L has 14 bits."""

_UNSCRAMBLE: Final = bytes((i - 0x33) & 0xFF for i in range(256))
_SCRAMBLE: Final = bytes((i + 0x33) & 0xFF for i in range(256))
_SC: Final = 0x08

Buffer = bytes | bytearray | memoryview
T = TypeVar("T")


def _word(data: Buffer, at: int) -> int:
    return data[at] | data[at + 1] << 8


def build(cls: type[T], server: type[bytes], data: bytes, start: int = 0) -> T:
    """A ``cls`` with the slots control, server, client and data, of the frame that is ``data`` from ``start`` on.

    Checks were made by whoever found it; neither a frozen ``__setattr__`` nor ``__post_init__`` is called.
    """
    client = start + 6 + (data[start + 4] & 15)
    control = data[start + 3]
    octets = data[client + 3 : -3]
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
    return build(cls, server, data, start)


def _check(name: str, data: bytes, start: int, at: int) -> None:
    expected, found = fcs(data[start:at]), _word(data, at)
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
    body = head + fcs(head).to_bytes(2, "little") + octets
    return b"\x68%b%b\x16" % (body, fcs(body).to_bytes(2, "little"))
