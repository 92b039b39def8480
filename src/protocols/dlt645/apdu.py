"""DL/T 645-2007 requests and answers: what the data field of each function carries.

========  ==============================================  ===================================================
function  request DATA                                    answer DATA
========  ==============================================  ===================================================
08H       ss mm hh DD MM YY, to 999999999999              none
11H       DI0..DI3 [N [mm hh DD MM YY]]                    91H, or B1H when more follows: DI0..DI3 data
12H       DI0..DI3 SEQ                                    92H or B2H: DI0..DI3 data SEQ
13H       none, to AAAAAAAAAAAA                           93H: A0..A5
any                                                       C + C0H: ERR
========  ==============================================  ===================================================

A :class:`~meterwire.reading.Reading` made here is good only when the frame's check, the expected address and the
echoed item all match; an answer of another meter or item is an error, never a reading.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from ...errors import DecodeError, MeterError, StateError, TruncatedError, UsageError
from ...reading import Quality, Reading, Timestamp
from .explain import error_meaning
from .frame import MAX_DATA, Frame
from .items import decode_item, lookup

__all__ = [
    "BROADCAST",
    "WILDCARD",
    "Answer",
    "address_matches",
    "address_reply",
    "broadcast_time",
    "check_address",
    "error_reply",
    "follow_up",
    "parse_answer",
    "payload_readings",
    "read_address",
    "read_data",
    "read_reply",
    "readings",
]

BROADCAST: Final = "9" * 12
"""Everybody; nobody answers."""
WILDCARD: Final = "A" * 12
"""Whoever is alone on the line."""
READ, FOLLOW_UP, READ_ADDRESS, BROADCAST_TIME = 0x11, 0x12, 0x13, 0x08
MAX_FIRST: Final = MAX_DATA - 4
"""Octets of an item that fit the first answer frame."""
MAX_NEXT: Final = MAX_DATA - 5
"""Octets of an item that fit a follow-up frame."""
MAX_SEQ: Final = 255
"""Last follow-up frame there can be."""


def check_address(address: str) -> str:
    """An address one may ask: 12 digits, any pair may be AA; UsageError otherwise.

    Shorter texts are filled with leading zeros, as the standard does with unused high digits.
    """
    text = str(address).upper().zfill(12)
    pairs = [text[i : i + 2] for i in range(0, len(text), 2)]
    if len(text) != 12 or not all(pair == "AA" or (pair.isascii() and pair.isdecimal()) for pair in pairs):
        raise UsageError(f"a meter address is up to 12 digits (pairs may be AA), not {address!r}")
    return text


def address_matches(pattern: str, address: str) -> bool:
    """True when ``address`` is what ``pattern`` asks for; a pair AA in the pattern stands for any pair."""
    if pattern in {address, WILDCARD}:
        return True
    return all(pattern[i : i + 2] in {"AA", address[i : i + 2]} for i in range(0, 12, 2))


def _di_octets(di: str | int) -> bytes:
    return bytes.fromhex(lookup(di).di)[::-1]


def read_data(address: str, di: str | int, *, blocks: int | None = None, since: dt.datetime | None = None) -> Frame:
    """Request 11H; ``blocks`` (1..255) and ``since`` ask for load record blocks from a time on."""
    data = _di_octets(di)
    if since is not None and blocks is None:
        raise UsageError("a start time needs the number of blocks too")
    if blocks is not None:
        if not 1 <= blocks <= 0xFF:
            raise UsageError(f"blocks is 1..255, not {blocks}")
        data += bytes((blocks,))
    if since is not None:
        data += bytes.fromhex(f"{since:%M%H%d%m%y}")
    return Frame(address=check_address(address), control=READ, data=data)


def follow_up(address: str, di: str | int, seq: int) -> Frame:
    """Request 12H for follow-up frame ``seq``, 1..255."""
    if not 1 <= seq <= MAX_SEQ:
        raise UsageError(f"SEQ is 1..{MAX_SEQ}, not {seq}")
    return Frame(address=check_address(address), control=FOLLOW_UP, data=_di_octets(di) + bytes((seq,)))


def read_address() -> Frame:
    """Request 13H: the one meter on the line tells its address."""
    return Frame(address=WILDCARD, control=READ_ADDRESS)


def broadcast_time(moment: dt.datetime) -> Frame:
    """Request 08H: all meters take ``moment`` (their local time, years 2000..2099); nobody answers."""
    if not 2000 <= moment.year <= 2099:
        raise UsageError(f"a meter's years are 2000..2099, not {moment.year}")
    return Frame(address=BROADCAST, control=BROADCAST_TIME, data=bytes.fromhex(f"{moment:%S%M%H%d%m%y}"))


def read_reply(address: str, di: str, payload: bytes, *, more: bool = False, seq: int | None = None) -> Frame:
    """Answer 91H or B1H, or with ``seq`` 92H or B2H."""
    control = (READ if seq is None else FOLLOW_UP) | 0x80 | (0x20 if more else 0)
    tail = b"" if seq is None else bytes((seq,))
    return Frame(address=address, control=control, data=_di_octets(di) + payload + tail)


def address_reply(address: str) -> Frame:
    """Answer 93H."""
    return Frame(address=address, control=READ_ADDRESS | 0x80, data=bytes.fromhex(address)[::-1])


def error_reply(address: str, function: int, error: int) -> Frame:
    """Abnormal answer to ``function`` with error octet ``error`` (bits of :data:`.explain.ERROR_BITS`)."""
    return Frame(address=address, control=function & 0x1F | 0xC0, data=bytes((error,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A meter's answer, taken apart."""

    address: str
    """Who answers."""
    function: int
    """11H, 12H, 13H or whatever was asked."""
    di: str | None = None
    """Echoed item, for 11H and 12H."""
    payload: bytes = b""
    """Data without DI and SEQ."""
    seq: int | None = None
    """Number of the follow-up frame, for 12H."""
    more: bool = False
    """More frames follow."""
    error: int | None = None
    """Error octet of an abnormal answer; 0 when the meter gave none."""

    def raise_for_error(self) -> None:
        """Raise MeterError when this is an abnormal answer."""
        if self.error is not None:
            text = f"meter {self.address} refuses function {self.function:02X}H: {error_meaning(self.error)}"
            raise MeterError(text, code=self.error)


def parse_answer(frame: Frame) -> Answer:
    """Take an answer apart; DecodeError when its data field does not fit its function, StateError for a request."""
    if not frame.is_reply:
        raise StateError(f"this is a request, not an answer: {frame}")
    data = frame.data
    base = {"address": frame.address, "function": frame.function}
    if frame.is_error:
        return Answer(**base, error=data[0] if data else 0)  # type: ignore[arg-type]
    if frame.function not in {READ, FOLLOW_UP}:
        return Answer(**base, payload=data, more=frame.more_follows)  # type: ignore[arg-type]
    tail = 1 if frame.function == FOLLOW_UP else 0
    if len(data) < 4 + tail:
        raise TruncatedError("an answer to a read begins with its item", offset=10 + len(data), data=data)
    return Answer(
        address=frame.address,
        function=frame.function,
        di=data[3::-1].hex().upper(),
        payload=data[4 : len(data) - tail],
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
    if answer.function == READ_ADDRESS:
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
