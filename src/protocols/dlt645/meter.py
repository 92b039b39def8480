"""The meter's end of a DL/T 645-2007 conversation, without I/O: frames in, answers out.

Which service answers what is the table :data:`SERVICES`; a function that is not in it is refused with "other error".
Answers longer than one frame are cut and the rest is kept for 12H until the next read.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from ...errors import StateError, UsageError
from . import apdu
from .formats import RawValue
from .frame import Frame, Stream
from .items import expand, lookup
from .session import BYTE_GAP

__all__ = ["SERVICES", "MeterSession", "RegisterValue"]

RegisterValue = RawValue | tuple[RawValue, ...]
"""What a register holds: see :meth:`.items.Item.encode`."""

OTHER_ERROR: Final = 0x01
NO_SUCH_DATA: Final = 0x02
MAX_CLOCK_ERROR: Final = dt.timedelta(minutes=5)
"""A broadcast time further away than this is not taken (standard, broadcast time)."""


class MeterSession:
    """One meter on one line.

    ``registers`` maps a DI to its value and may change between requests; a block answers with the members it finds,
    in order, up to the first that is missing. ``clock`` tells the meter's own time, ``set_clock`` takes a broadcast one.
    """

    def __init__(
        self,
        address: str,
        registers: Mapping[str, RegisterValue],
        *,
        clock: Callable[[], dt.datetime] | None = None,
        set_clock: Callable[[dt.datetime], None] | None = None,
    ) -> None:
        self.address = apdu.check_address(address)
        if not self.address.isdecimal() or self.address == apdu.BROADCAST:
            raise UsageError(f"a meter's own address is 12 digits without wildcard, not {address!r}")
        self.registers = registers
        self.stream = Stream()
        self.ignored = 0
        """Frames for others, and answers of others."""
        self.answered = 0
        """Answers given, abnormal ones included."""
        self.clock_set = 0
        """Broadcast times taken."""
        self.clock_refused = 0
        """Broadcast times not taken: no time at all, or too far away."""
        self._heard = 0.0
        self._clock = clock
        self._set_clock = set_clock
        self._rest: tuple[str, int, list[bytes]] = ("", 0, [])

    def feed(self, data: bytes, now: float | None = None) -> list[Frame]:
        """Take octets from the line, return the answers to send.

        ``now`` (any monotonic clock, seconds) lets the meter forget a request that broke off: after a pause longer
        than the standard allows within a frame, octets begin a new one.
        """
        if now is not None:
            if now - self._heard > BYTE_GAP:
                self.ignored += len(self.stream.flush())
            self._heard = now
        return [answer for frame in self.stream.feed(data) for answer in self.handle(frame)]

    def handle(self, frame: Frame) -> list[Frame]:
        """The answers to one request; none when it is for others or a broadcast."""
        broadcast = frame.address == apdu.BROADCAST
        if frame.is_reply or not (broadcast or apdu.address_matches(frame.address, self.address)):
            self.ignored += 1
            return []
        service = SERVICES.get(frame.control)
        answers = service(self, frame) if service else [self._refuse(frame, OTHER_ERROR)]
        if broadcast:
            return []
        self.answered += len(answers)
        return answers

    def _refuse(self, frame: Frame, error: int) -> Frame:
        return apdu.error_reply(self.address, frame.function, error)

    def value(self, di: str) -> bytes | None:
        """The octets of an item or block; None when the meter does not hold it."""
        if di in self.registers:
            return lookup(di).encode(self.registers[di])
        found = b""
        for item in expand(di):
            if item.di not in self.registers:
                break
            found += item.encode(self.registers[item.di])
        return found or None

    def _read(self, frame: Frame) -> list[Frame]:
        di = frame.di
        if di is None:
            return [self._refuse(frame, OTHER_ERROR)]
        payload = self.value(di)
        if payload is None:
            return [self._refuse(frame, NO_SUCH_DATA)]
        first, rest = payload[: apdu.MAX_FIRST], payload[apdu.MAX_FIRST :]
        parts = [rest[i : i + apdu.MAX_NEXT] for i in range(0, len(rest), apdu.MAX_NEXT)]
        if len(parts) > apdu.MAX_SEQ:
            raise StateError(f"register {di} of {len(payload)} octets is too long to be read")
        self._rest = (di, 0, parts)
        return [apdu.read_reply(self.address, di, first, more=bool(parts))]

    def _follow(self, frame: Frame) -> list[Frame]:
        """The next part, or the last one again when the master did not get it."""
        di, done, parts = self._rest
        seq = frame.data[4] if len(frame.data) == 5 else 0
        if not parts or frame.di != di or seq not in {done, done + 1} or not 1 <= seq <= len(parts):
            return [self._refuse(frame, NO_SUCH_DATA)]
        self._rest = (di, seq, parts)
        return [apdu.read_reply(self.address, di, parts[seq - 1], more=seq < len(parts), seq=seq)]

    def _address(self, frame: Frame) -> list[Frame]:
        """Point to point only: asked by its own address or a shortened one, a meter does not tell."""
        return [apdu.address_reply(self.address)] if frame.address == apdu.WILDCARD else []

    def _time(self, frame: Frame) -> list[Frame]:
        digits = frame.data[::-1].hex()
        try:
            moment = dt.datetime.strptime(digits, "%y%m%d%H%M%S")
        except ValueError:
            moment = None
        near = moment is not None and (self._clock is None or abs(moment - self._clock()) <= MAX_CLOCK_ERROR)
        if moment is None or len(digits) != 12 or not near:
            self.clock_refused += 1
        else:
            self.clock_set += 1
            if self._set_clock is not None:
                self._set_clock(moment)
        return []


SERVICES: Final[dict[int, Callable[[MeterSession, Frame], list[Frame]]]] = {
    apdu.BROADCAST_TIME: MeterSession._time,
    apdu.READ: MeterSession._read,
    apdu.FOLLOW_UP: MeterSession._follow,
    apdu.READ_ADDRESS: MeterSession._address,
}
"""Control octet of a request to the service that answers it."""
