"""Session layer (ISO 8327-1), kernel and duplex only.

::

    SPDU = SI | LI | parameters;   parameter = PI | LI | value;   LI = 1 octet, or FF and 2 octets
    data = 01 00 01 00 | user data            (give tokens + data transfer, both empty)
"""

from dataclasses import dataclass
from typing import ClassVar

from ...errors import DecodeError, LimitError
from ...wire import Cursor

__all__ = ["DATA", "Spdu", "SpduKind", "decode", "encode_accept", "encode_connect", "encode_other"]

DATA = b"\x01\x00\x01\x00"
MAX_SELECTOR = 16
_VERSION_2 = bytes.fromhex("050613010016010214020002")


class SpduKind:
    """SPDU identifiers."""

    CONNECT = 13
    ACCEPT = 14
    REFUSE = 12
    FINISH = 9
    DISCONNECT = 10
    ABORT = 25
    ABORT_ACCEPT = 26
    NAMES: ClassVar[dict[int, str]] = {
        13: "CONNECT",
        14: "ACCEPT",
        12: "REFUSE",
        9: "FINISH",
        10: "DISCONNECT",
        25: "ABORT",
        26: "ABORT ACCEPT",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Spdu:
    """An SPDU other than data."""

    kind: int
    """One of :class:`SpduKind`."""
    user_data: bytes = b""
    """Presentation PDU."""
    calling: bytes = b""
    """Calling session selector."""
    called: bytes = b""
    """Called (in ACCEPT: responding) session selector."""


def _parameter(code: int, value: bytes) -> bytes:
    if len(value) < 255:
        return bytes((code, len(value))) + value
    return bytes((code, 255)) + len(value).to_bytes(2, "big") + value


def encode_connect(user_data: bytes, calling: bytes, called: bytes) -> bytes:
    """CONNECT SPDU, version 2, duplex."""
    body = _VERSION_2 + _parameter(0x33, calling) + _parameter(0x34, called)
    return _parameter(SpduKind.CONNECT, body + _parameter(0xC1, user_data))


def encode_accept(user_data: bytes, called: bytes) -> bytes:
    """ACCEPT SPDU answering a CONNECT to ``called``."""
    body = _VERSION_2 + (_parameter(0x34, called) if called else b"")
    return _parameter(SpduKind.ACCEPT, body + _parameter(0xC1, user_data))


def encode_other(kind: int, user_data: bytes) -> bytes:
    """FINISH, DISCONNECT, REFUSE or ABORT with a presentation PDU."""
    # Transport disconnect: 1 = release the transport connection; ABORT adds "user abort" (2).
    reason = {SpduKind.ABORT: b"\x11\x01\x03", SpduKind.FINISH: b""}.get(kind, b"")
    return _parameter(kind, reason + (_parameter(0xC1, user_data) if user_data else b""))


def _length(cursor: Cursor) -> int:
    size = cursor.u8()
    return cursor.u16() if size == 255 else size


def decode(sdu: bytes) -> Spdu:
    """Parse any SPDU but data; DecodeError for unknown ones and for lengths that lie."""
    cursor = Cursor(sdu)
    kind = cursor.u8()
    if kind not in SpduKind.NAMES:
        msg = f"session SPDU {kind} is not known"
        raise DecodeError(msg, offset=0, data=sdu)
    body = cursor.sub(_length(cursor))
    cursor.finish("session SPDU")
    calling = called = user_data = b""
    while body.remaining:
        parameter = body.u8()
        value = body.take(_length(body))
        if parameter == 0x33:
            calling = value
        elif parameter == 0x34:
            called = value
        elif parameter in (0xC1, 0xC2):
            user_data = value
    if max(len(calling), len(called)) > MAX_SELECTOR:
        msg = f"session selector of more than {MAX_SELECTOR} octets"
        raise LimitError(msg, data=sdu)
    return Spdu(kind=kind, user_data=user_data, calling=calling, called=called)
