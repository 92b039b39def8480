"""The meter's end of a DL/T 645 conversation, without I/O: frames in, answers out; either edition.

Which service answers what are the tables :data:`SERVICES`; a function that is in neither is refused with "other error".
Answers longer than one frame are cut and the rest is kept for 12H (of 1997 02H) until the next read. What a command
does is told by :class:`.actions.MeterActions`; checked here are the address, the data field, password and level, the
end of validity of a relay command, and who may be told something by broadcast.
"""

import datetime as dt
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from ...errors import DecodeError, MeterError, StateError
from . import apdu
from . import commands as cmd
from . import functions as fn
from . import requests as req
from .access import MAX_LEVEL, Access
from .actions import NO_SUCH_DATA, OTHER_ERROR, UNAUTHORISED, MeterActions, refuse
from .address import BROADCAST, WILDCARD, address_matches, own_address
from .frame import MAX_DATA, Frame, Stream
from .functions import Edition
from .items import RegisterValue, expand, lookup
from .parse import parse_request, relay_command
from .requests import MAX_SEQ, Request
from .security import MeterEsam, NoEsam
from .session import BYTE_GAP

__all__ = ["LEVELS", "SERVICES", "MeterSession"]

MAX_CLOCK_ERROR: Final = dt.timedelta(minutes=5)
"""A broadcast time further away than this is not taken (standard, broadcast time)."""
MIDNIGHT_GUARD: Final = dt.timedelta(minutes=5)
"""Nor is it taken this close to midnight, when days, freezes and settlements change over."""
LEVELS: Final[Mapping[int, int]] = {
    fn.WRITE: 4,
    fn.CLEAR_DEMAND: 4,
    fn.RELAY: 4,
    fn.CLEAR_METER: 2,
    fn.CLEAR_EVENTS: 2,
}
"""Lowest password level (highest number) that may do it. Customs of the grid companies, not of the standard."""


class MeterSession:
    """One meter on one line.

    ``registers`` maps an item to its value and may change between requests; a block answers with the members it finds,
    in order, up to the first that is missing. ``clock`` tells the meter's own time, ``set_clock`` takes a broadcast one.
    ``actions`` does what commands ask for (by default everything is refused); ``passwords`` maps a level (0..9) to its
    six digits; a level that is not in it opens nothing, and 18H writes into it. ``edition`` tells which functions the meter has; items of
    1997 have four hex digits. ``esam`` opens what a security module sealed.
    """

    def __init__(
        self,
        address: str,
        registers: Mapping[str, RegisterValue],
        *,
        clock: Callable[[], dt.datetime] | None = None,
        set_clock: Callable[[dt.datetime], None] | None = None,
        actions: MeterActions | None = None,
        passwords: MutableMapping[int, str] | None = None,
        edition: Edition = "2007",
        esam: MeterEsam | None = None,
    ) -> None:
        self.address = own_address(address)
        self.registers = registers
        self.actions = actions or MeterActions()
        self.passwords: MutableMapping[int, str] = {} if passwords is None else passwords
        self.edition: Edition = edition
        self.esam: MeterEsam = esam or NoEsam()
        self.stream = Stream()
        self.programming = True
        """The programming key is pressed: the address can be written."""
        self.answers_broadcast = False
        """Answer readings sent to everybody, against the standard, as a meter of 1997 was seen to do."""
        self.ignored = 0
        """Frames for others, and answers of others."""
        self.answered = 0
        """Answers given, abnormal ones included."""
        self.refused = 0
        """Abnormal answers given."""
        self.clock_set = 0
        """Broadcast times taken."""
        self.clock_refused = 0
        """Broadcast times not taken: no time at all, too far away, around midnight, or the second one that day."""
        self._heard = 0.0
        self._clock = clock
        self._set_clock = set_clock
        self.clock_set_on: dt.date | None = None
        """Day on which a broadcast time was taken last; one a day is."""
        self._rest: tuple[str, int, list[bytes]] = ("", 0, [])
        self._last: Frame | None = None

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
        """The answer to one request; none when it is for others or a broadcast."""
        if frame.is_reply or not self._is_mine(frame):
            self.ignored += 1
            return []
        try:
            answer = self._serve(frame)
        except MeterError as error:
            self.refused += 1
            size = 2 if frame.control == fn.SECURITY and self.edition == "2007" else 1
            code = error.code if error.code is not None and 0 < error.code < 1 << 8 * size else OTHER_ERROR
            answer = apdu.error_reply(self.address, frame.function, code, size)
        if answer is None or (frame.address == BROADCAST and not self._answers_all(frame)):
            return []
        self.answered += 1
        return [answer]

    def _is_mine(self, frame: Frame) -> bool:
        if frame.address == self.address:
            return True
        if frame.address != BROADCAST:
            return address_matches(frame.address, self.address) and not fn.by_name(frame.control, self.edition)
        return frame.control in BROADCAST_SERVICES or self._answers_all(frame)

    def _answers_all(self, frame: Frame) -> bool:
        return self.answers_broadcast and frame.control in {fn.READ_97, fn.FOLLOW_UP_97, fn.REREAD_97}

    def _serve(self, frame: Frame) -> Frame | None:
        """The answer to a request that is for this meter, None when there is none; MeterError refuses."""
        service = SERVICES[self.edition].get(frame.control)
        if service is None:
            refuse()
        try:
            request = parse_request(frame.control, frame.data)
        except DecodeError as error:
            if frame.control == fn.BROADCAST_TIME:
                self.clock_refused += 1
                return None
            refuse(OTHER_ERROR, str(error))
        if request.edition != self.edition and frame.control != fn.BROADCAST_TIME:
            refuse()
        return service(self, request, frame)

    def value(self, di: str) -> bytes | None:
        """The octets of an item or block; None when the meter does not hold it, or holds it to be written only: a password."""
        if di in self.registers:
            item = lookup(di)
            return item.encode(self.registers[di]) if "r" in item.access else None
        found = b""
        for item in expand(di):
            if item.di not in self.registers or "r" not in item.access:
                break
            found += item.encode(self.registers[item.di])
        return found or None

    # Reading.

    def _read(self, request: req.ReadData, _frame: Frame) -> Frame:
        di = request.di
        payload = self.actions.read(request)
        if payload is None:
            payload = self.value(di)
        if payload is None:
            refuse(NO_SUCH_DATA)
        room, room_next = (apdu.MAX_FIRST, apdu.MAX_NEXT) if self.edition == "2007" else (MAX_DATA - 2, MAX_DATA - 2)
        first, rest = payload[:room], payload[room:]
        parts = [rest[i : i + room_next] for i in range(0, len(rest), room_next)]
        if len(parts) > MAX_SEQ:
            raise StateError(f"register {di} of {len(payload)} octets is too long to be read")
        self._rest = (di, 0, parts)
        self._last = apdu.read_reply(self.address, di, first, more=bool(parts))
        return self._last

    def _follow(self, request: req.FollowUp, _frame: Frame) -> Frame:
        """The next part, or the last one again when the master did not get it; 1997 does not say which."""
        di, done, parts = self._rest
        seq = request.seq if self.edition == "2007" else done + 1
        if request.di != di or seq not in {done, done + 1} or not 1 <= seq <= len(parts):
            refuse(NO_SUCH_DATA)
        self._rest = (di, seq, parts)
        code = fn.FOLLOW_UP if self.edition == "2007" else fn.FOLLOW_UP_97
        more = seq < len(parts)
        self._last = apdu.read_reply(self.address, di, parts[seq - 1], more=more, seq=seq, function=code)
        return self._last

    def _reread(self, request: req.Reread, _frame: Frame) -> Frame:
        last = self._last
        if last is None or last.di != request.di:
            refuse(NO_SUCH_DATA)
        return Frame(address=self.address, control=last.control & fn.MORE | fn.REPLY | fn.REREAD_97, data=last.data)

    def _address(self, _request: req.ReadAddress, frame: Frame) -> Frame | None:
        """Point to point only: asked by its own address or a shortened one, a meter does not tell."""
        return apdu.address_reply(self.address) if frame.address == WILDCARD else None

    # Time and the line.

    def _time(self, request: req.BroadcastTime, _frame: Frame) -> None:
        if not self._takes(request.moment):
            self.clock_refused += 1
            return
        self.clock_set += 1
        if self._set_clock is not None:
            self._set_clock(request.moment)

    def _takes(self, moment: dt.datetime) -> bool:
        if self._clock is None:
            return True
        now = self._clock()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        near_midnight = min(now - midnight, midnight + dt.timedelta(days=1) - now) <= MIDNIGHT_GUARD
        if abs(moment - now) > MAX_CLOCK_ERROR or near_midnight or self.clock_set_on == now.date():
            return False
        self.clock_set_on = now.date()
        return True

    def _write_address(self, request: req.WriteAddress, frame: Frame) -> Frame:
        """Answers under the new address, the only one it has by then."""
        if frame.address != WILDCARD or not self.programming:
            refuse(UNAUTHORISED)
        self.actions.write_address(request)
        self.address = request.address
        return self._done(frame)

    def _baud(self, request: req.ChangeBaud, frame: Frame) -> Frame:
        self.actions.change_baud(request)
        return self._done(frame, request.data())

    # Commands.

    def _write(self, request: cmd.WriteData, frame: Frame) -> Frame:
        self._authorise(request.access, frame)
        if request.access.is_sealed:
            plain = self.esam.unseal(frame.function, request.di, request.access.level, request.value)
            request = cmd.WriteData(di=request.di, access=request.access, value=plain)
        self.actions.write(request)
        return self._done(frame)

    def _freeze(self, request: cmd.Freeze, frame: Frame) -> Frame:
        self.actions.freeze(request)
        return self._done(frame)

    def _change_password(self, request: cmd.ChangePassword, frame: Frame) -> Frame:
        if self.passwords.get(request.old_level) != request.old:
            refuse(UNAUTHORISED)
        before = self.passwords.get(request.level)
        self.passwords[request.level] = request.new
        try:
            self.actions.change_password(request)
        except MeterError:
            self.passwords[request.level] = before or ""
            raise
        return self._done(frame, request.echo())

    def _command(self, request: Request, frame: Frame) -> Frame:
        """Clearing, the relay: what :class:`.actions.MeterActions` does once access is granted."""
        access: Access = request.access  # type: ignore[attr-defined]  # all requests of this service have it
        self._authorise(access, frame)
        if isinstance(request, cmd.SealedCommand):
            request = self._unseal(request)
        if isinstance(request, cmd.RelayCommand):
            if self._clock is not None and self._clock() > request.until:
                refuse(OTHER_ERROR, "the command came too late")
            self.actions.relay(request)
        elif isinstance(request, cmd.ClearDemand):
            self.actions.clear_demand(request)
        elif isinstance(request, cmd.ClearMeter):
            self.actions.clear_meter(request)
        elif isinstance(request, cmd.ClearEvents):
            self.actions.clear_events(request)
        return self._done(frame)

    def _unseal(self, request: cmd.SealedCommand) -> Request:
        access = request.access
        plain = self.esam.unseal(request.code, None, access.level, request.payload)
        try:
            if request.code == fn.RELAY:
                return relay_command(access, plain)
            if request.code == fn.CLEAR_EVENTS:
                return cmd.ClearEvents(access=access, di=plain[3::-1].hex())
        except ValueError as error:  # both of ours: DecodeError, UsageError
            refuse(OTHER_ERROR, str(error))
        return cmd.ClearMeter(access=access) if request.code == fn.CLEAR_METER else cmd.ClearDemand(access=access)

    def _output(self, request: cmd.Output, frame: Frame) -> Frame:
        self.actions.output(request)
        return self._done(frame)

    def _security(self, request: cmd.SecurityCommand, frame: Frame) -> Frame:
        return self._done(frame, frame.data[:4] + self.esam.execute(request))

    def _authorise(self, access: Access, frame: Frame) -> None:
        """Refuse a wrong password, or a level too low; a sealed command proves itself in the ESAM."""
        if access.is_sealed:
            return
        lowest = LEVELS.get(frame.function, MAX_LEVEL) if self.edition == "2007" else MAX_LEVEL
        if access.level > lowest or self.passwords.get(access.level) != access.password:
            refuse(UNAUTHORISED)

    def _done(self, frame: Frame, data: bytes = b"") -> Frame:
        return apdu.acknowledge(self.address, frame.function, data)


Service = Callable[[MeterSession, Any, Frame], Frame | None]

SERVICES: Final[dict[Edition, dict[int, Service]]] = {
    "2007": {
        fn.SECURITY: MeterSession._security,
        fn.BROADCAST_TIME: MeterSession._time,
        fn.READ: MeterSession._read,
        fn.FOLLOW_UP: MeterSession._follow,
        fn.READ_ADDRESS: MeterSession._address,
        fn.WRITE: MeterSession._write,
        fn.WRITE_ADDRESS: MeterSession._write_address,
        fn.FREEZE: MeterSession._freeze,
        fn.CHANGE_BAUD: MeterSession._baud,
        fn.CHANGE_PASSWORD: MeterSession._change_password,
        fn.CLEAR_DEMAND: MeterSession._command,
        fn.CLEAR_METER: MeterSession._command,
        fn.CLEAR_EVENTS: MeterSession._command,
        fn.RELAY: MeterSession._command,
        fn.OUTPUT: MeterSession._output,
    },
    "1997": {
        fn.READ_97: MeterSession._read,
        fn.FOLLOW_UP_97: MeterSession._follow,
        fn.REREAD_97: MeterSession._reread,
        fn.WRITE_97: MeterSession._write,
        fn.BROADCAST_TIME: MeterSession._time,
        fn.WRITE_ADDRESS_97: MeterSession._write_address,
        fn.CHANGE_BAUD_97: MeterSession._baud,
        fn.CHANGE_PASSWORD_97: MeterSession._change_password,
        fn.CLEAR_DEMAND_97: MeterSession._command,
    },
}
"""Edition and control octet of a request to the service that answers it."""
BROADCAST_SERVICES: Final = frozenset({fn.BROADCAST_TIME, fn.FREEZE})
"""What a meter obeys when everybody is told; everything else sent to twelve nines is none of its business."""
