"""DL/T 645 requests as frames, and answers taken apart: what the data field of each function carries.

========  =====================  ===================================================================
2007      1997                   answer DATA
========  =====================  ===================================================================
91H B1H   81H A1H                item, data; B1H (A1H): more follows
92H B2H   82H A2H                item, data, SEQ (1997: no SEQ)
          83H A3H                item, data: the last answer again
93H                              A0..A5
97H       8CH                    Z, the speed it goes on with
98H       8FH                    the new PA P0 P1 P2
83H                              DI0..DI3 (07…), data
others    84H 8AH 90H            nothing
any       any                    C + C0H: ERR; C3H of 2007: SERR, two octets
========  =====================  ===================================================================

What requests carry stands in :mod:`.requests` and :mod:`.commands`. A :class:`~meterwire.reading.Reading` made here is
good only when the frame's check, the expected address and the echoed item all match; an answer of another meter or item
is an error, never a reading.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from ...errors import DecodeError, MeterError, StateError, TruncatedError
from ...reading import Quality, Reading, Timestamp
from . import functions as fn
from .address import BROADCAST, WILDCARD, address_matches, check_address
from .frame import MAX_DATA, Frame
from .functions import Edition, error_meaning
from .items import item_code, lookup
from .requests import BroadcastTime, FollowUp, ReadAddress, ReadData, Request, di_octets, edition_of_item
from .values import decode_item

__all__ = [
    "Answer",
    "acknowledge",
    "address_reply",
    "broadcast_time",
    "error_reply",
    "follow_up",
    "parse_answer",
    "payload_readings",
    "read_address",
    "read_data",
    "read_reply",
    "readings",
    "request_frame",
]

MAX_FIRST: Final = MAX_DATA - 4
"""Octets of an item of 2007 that fit the first answer frame."""
MAX_NEXT: Final = MAX_DATA - 5
"""Octets of an item of 2007 that fit a follow-up frame."""


def request_frame(address: str, request: Request) -> Frame:
    """The frame that asks ``request`` of ``address``; UsageError when it does not fit a frame or is no address."""
    return Frame(address=check_address(address), control=request.function, data=request.data())


def read_data(address: str, di: str | int, *, blocks: int | None = None, since: dt.datetime | None = None) -> Frame:
    """Request 11H; ``blocks`` (1..255) and ``since`` ask for load record blocks from a time on.

    An item of 4 hex digits is asked the way of 1997, 01H.
    """
    return request_frame(address, ReadData(di=item_code(di), blocks=blocks, since=since))


def follow_up(address: str, di: str | int, seq: int) -> Frame:
    """Request 12H for follow-up frame ``seq``, 1..255; of 1997 02H."""
    return request_frame(address, FollowUp(di=item_code(di), seq=seq))


def read_address() -> Frame:
    """Request 13H: the one meter on the line tells its address."""
    return request_frame(WILDCARD, ReadAddress())


def broadcast_time(moment: dt.datetime) -> Frame:
    """Request 08H: all meters take ``moment`` (their local time, years 2000..2099); nobody answers."""
    return request_frame(BROADCAST, BroadcastTime(moment=moment))


def read_reply(
    address: str, di: str, payload: bytes, *, more: bool = False, seq: int | None = None, function: int | None = None
) -> Frame:
    """Answer 91H or B1H, or with ``seq`` 92H or B2H; for an item of 4 digits 81H, or what ``function`` says."""
    if edition_of_item(di) == "1997":
        code, seq = function or fn.READ_97, None
    else:
        code = function or (fn.READ if seq is None else fn.FOLLOW_UP)
    control = code | fn.REPLY | (fn.MORE if more else 0)
    tail = b"" if seq is None else bytes((seq,))
    return Frame(address=address, control=control, data=di_octets(di) + payload + tail)


def address_reply(address: str) -> Frame:
    """Answer 93H."""
    return acknowledge(address, fn.READ_ADDRESS, bytes.fromhex(address)[::-1])


def acknowledge(address: str, function: int, data: bytes = b"") -> Frame:
    """Normal answer to ``function``."""
    return Frame(address=address, control=function & 0x1F | fn.REPLY, data=data)


def error_reply(address: str, function: int, error: int, size: int = 1) -> Frame:
    """Abnormal answer to ``function`` with error octet ``error`` (bits of :data:`.functions.ERROR_BITS`); SERR has
    ``size`` 2."""
    control = function & 0x1F | fn.REPLY | fn.ERROR
    return Frame(address=address, control=control, data=error.to_bytes(size, "little"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A meter's answer, taken apart."""

    address: str
    """Who answers."""
    function: int
    """11H, 12H, 13H or whatever was asked."""
    edition: Edition = "2007"
    """The edition the function belongs to."""
    di: str | None = None
    """Echoed item, for reading and security."""
    payload: bytes = b""
    """Data without DI and SEQ."""
    seq: int | None = None
    """Number of the follow-up frame, for 12H."""
    more: bool = False
    """More frames follow."""
    error: int | None = None
    """Error octet of an abnormal answer (SERR for 03H); 0 when the meter gave none."""

    def raise_for_error(self) -> None:
        """Raise MeterError when this is an abnormal answer."""
        if self.error is not None:
            is_security = self.edition == "2007" and self.function == fn.SECURITY
            why = error_meaning(self.error, self.edition, security=is_security)
            raise MeterError(f"meter {self.address} refuses function {self.function:02X}H: {why}", code=self.error)


_WITH_ITEM: Final[dict[Edition, frozenset[int]]] = {
    "2007": frozenset({fn.READ, fn.FOLLOW_UP, fn.SECURITY}),
    "1997": frozenset({fn.READ_97, fn.FOLLOW_UP_97, fn.REREAD_97}),
}


def parse_answer(frame: Frame) -> Answer:
    """Take an answer apart; DecodeError when its data field does not fit its function, StateError for a request."""
    if not frame.is_reply:
        raise StateError(f"this is a request, not an answer: {frame}")
    data, edition, function = frame.data, frame.edition, frame.function
    if frame.is_error:
        error = int.from_bytes(data[:2] if function == fn.SECURITY and edition == "2007" else data[:1], "little")
        return Answer(address=frame.address, function=function, edition=edition, error=error)
    if function not in _WITH_ITEM[edition]:
        return Answer(address=frame.address, function=function, edition=edition, payload=data, more=frame.more_follows)
    tail = 1 if function == fn.FOLLOW_UP else 0
    item = 4 if edition == "2007" else 2
    if len(data) < item + tail:
        raise TruncatedError("an answer to a read begins with its item", offset=10 + len(data), data=data)
    return Answer(
        address=frame.address,
        function=function,
        edition=edition,
        di=data[item - 1 :: -1].hex().upper(),
        payload=data[item : len(data) - tail],
        seq=data[-1] if tail else None,
        more=frame.more_follows,
    )


def readings(
    frame: Frame, *, address: str | None = None, di: str | int | None = None, time: Timestamp | None = None
) -> list[Reading]:
    """The readings in one complete answer; a block gives one per item.

    ``address`` and ``di`` are what was asked: an answer of somebody else or about something else is a StateError.
    ``time`` is the moment of receipt. Raises MeterError for an abnormal answer. An answer of which more follows is
    a StateError too: join the parts first (:class:`.session.Master` does).
    """
    answer = parse_answer(frame)
    pattern = WILDCARD if address is None else check_address(address)
    if not address_matches(pattern, answer.address):
        raise StateError(f"asked {pattern}, answered by {answer.address}")
    answer.raise_for_error()
    if answer.function == fn.READ_ADDRESS:
        return [_address_reading(frame, time)]
    if answer.di is None:
        raise DecodeError(f"an answer to function {answer.function:02X}H holds no readings", offset=8)
    if di is not None and lookup(di).di != answer.di:
        raise StateError(f"asked for {lookup(di).di}, answered with {answer.di}")
    if answer.more or answer.seq is not None:
        raise StateError(f"part of an answer in several frames about {answer.di}")
    return payload_readings(answer.address, answer.di, answer.payload, frame.encode(), time)


def payload_readings(address: str, di: str, payload: bytes, frame: bytes, time: Timestamp | None) -> list[Reading]:
    """Readings of ``payload``, the data behind the DI, of checked frames that matched what was asked."""
    return [
        Reading(
            address=address,
            item=value.item,
            name=value.name,
            name_zh=value.name_zh,
            value=value.value,
            raw=value.raw,
            exponent=value.exponent,
            unit=value.unit,
            time=time,
            quality=value.quality,
            frame=frame,
            note=value.note,
        )
        for value in decode_item(di, payload)
    ]


def _address_reading(frame: Frame, time: Timestamp | None) -> Reading:
    text = frame.data[::-1].hex().upper()
    quality, note = Quality.GOOD, ""
    if len(text) != 12 or not text.isdecimal():
        quality, note = Quality.INVALID, f"not an address: {text}"
    elif not address_matches(frame.address, text):
        quality, note = Quality.QUESTIONABLE, f"the frame itself comes from {frame.address}"
    item = lookup("04000401")
    return Reading(
        address=frame.address if quality == Quality.INVALID else text,
        item=item.di,
        name=item.name,
        name_zh=item.name_zh,
        value=None if quality == Quality.INVALID else text,
        time=time,
        quality=quality,
        frame=frame.encode(),
        note=note,
    )
