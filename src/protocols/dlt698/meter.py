"""The server's end of DL/T 698.45, meter or terminal, as a state machine without I/O.

Octets in, events out: a :class:`Request` for each APDU that is meant for this server, to be answered with
:meth:`MeterSession.answer`; :class:`ReportDone` when a report was confirmed or given up. Time is passed in: ``now`` as
seconds of any monotonic clock, ``clock`` as the server's own local time, which time tags are held against.

What is decided here, so that no server need think of it:

* groups and everybody get no answer, whatever :meth:`answer` is given;
* a request that asks for something to be done and comes once more, octet for octet and within :data:`REPEAT_SECONDS`, is
  answered as the first one was and not told again;
* a stale time tag: the request is dropped, or refused with DAR 32 when ``refuse_stale``;
* what cannot be parsed gets an ERROR; SECURITY is opened, and its answer sealed, by the ESAM;
* long answers leave in fragments, each repeated until confirmed; or, as answers of GET, in blocks when the client's APDU
  limit asks for it.
"""

import dataclasses
import datetime as dt
from typing import Final

from ...errors import DecodeError, LinkTimeoutError, MeterError, MeterwireError, StateError, UsageError
from .address import GROUP, SINGLE, ServerAddress
from .apdu import Apdu, UnknownApdu, decode_apdu
from .association import ERRORS, ClientErrorResponse, LinkRequest, LinkResponse, ServerErrorResponse
from .blocks import cut_into_blocks
from .dar import DAR
from .events import Counters, Send
from .fragment import CONFIRM
from .frame import DIR, FRAGMENT, LINK_REQUEST, PRM, REPORT, SCRAMBLED, Frame, Stream
from .get import (
    GetRequestNext,
    GetResponseNext,
    GetResponseNormal,
    GetResponseNormalList,
    GetResponseRecord,
    GetResponseRecordList,
)
from .mutation import SetRequestNormal, SetRequestNormalList, SetThenGetRequestNormalList
from .proxy import ProxySetRequestList, ProxySetThenGetRequestList
from .refusals import CANNOT_PARSE, NOT_SUPPORTED, refusal
from .report import ReportResponseList, ReportResponseRecordList, ReportResponseTransData
from .security import Esam, SecurityRequest
from .session import ACTING, QUIET_SECONDS
from .timetags import is_stale
from .transfer import Assembler, Outgoing

__all__ = ["MeterEvent", "MeterSession", "ReportDone", "Request"]

REPEAT_SECONDS: Final = 15.0
"""A request that changes something and equals one before is its repetition for so long."""
MAX_CHANGES: Final = 16
"""Requests that changed something and are remembered for that."""
MAX_CLIENTS: Final = 16
"""Clients whose half-received APDUs are kept; the oldest goes first."""
STALE: Final = DAR(32)
BLOCK_INVALID: Final = DAR(14)
_CHANGING: Final = (
    *ACTING,
    SetRequestNormal,
    SetRequestNormalList,
    SetThenGetRequestNormalList,
    ProxySetRequestList,
    ProxySetThenGetRequestList,
)
_CONFIRMATIONS: Final = (ReportResponseList, ReportResponseRecordList, ReportResponseTransData)


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A client asks."""

    apdu: Apdu | UnknownApdu
    """What; opened when it was protected."""
    frame: Frame
    """How it came: who asks, and who is meant."""
    octets: bytes = b""
    """The APDU as it came, protection and all."""
    protected: SecurityRequest | None = None
    """What it was protected by."""

    @property
    def may_be_answered(self) -> bool:
        """False for groups and everybody."""
        return self.frame.server.is_answered


@dataclasses.dataclass(frozen=True, slots=True)
class ReportDone:
    """A report is confirmed, or given up."""

    apdu: Apdu
    """The report."""
    answer: Apdu | None = None
    """The confirmation, or the LINK response."""
    error: MeterwireError | None = None
    """None when the client has it."""


MeterEvent = Send | Request | ReportDone


@dataclasses.dataclass(slots=True)
class _Sending:
    outgoing: Outgoing
    tries: int
    deadline: float
    report: Apdu | None = None
    octets: bytes = b""
    rounds: int = 1
    """How often it was begun."""


class MeterSession:
    """One server on one line; knows no socket and no clock."""

    def __init__(
        self,
        address: ServerAddress | str,
        *,
        groups: tuple[ServerAddress | str, ...] = (),
        logical: tuple[int, ...] = (),
        max_frame: int = 1024,
        max_apdu: int = 0,
        timeout: float = 5.0,
        retries: int = 2,
        preamble: int = 0,
        refuse_stale: bool = False,
        esam: Esam | None = None,
    ) -> None:
        """``max_frame`` is the longest frame the client takes, ``max_apdu`` the longest APDU; 0 is no limit.

        ``logical`` are further logical addresses of the same device, e.g. ``(1,)`` for its metering core.
        """
        self.address = address if isinstance(address, ServerAddress) else ServerAddress.of(address)
        self.logical = {n: ServerAddress.of(self.address.digits, logical=n) for n in logical}
        self.logical[self.address.logical] = self.address
        self.groups = tuple(ServerAddress.of(group, kind=GROUP) for group in groups)
        self.max_frame = max_frame
        self.max_apdu = max_apdu
        self.timeout = timeout
        self.retries = retries
        self.preamble = preamble
        self.refuse_stale = refuse_stale
        self.esam = esam
        self.counters = Counters()
        self.stream = Stream()
        self._assemblers: dict[int, Assembler] = {}
        self._answering: _Sending | None = None
        self._reporting: _Sending | None = None
        self._blocks: dict[int, list[GetResponseNext]] = {}
        self._piid = 0
        self._quiet: float | None = None
        self._changes: dict[tuple[object, ...], tuple[float, bytes | None]] = {}

    @property
    def deadline(self) -> float | None:
        """When :meth:`tick` is due; None when nothing is waited for."""
        due = [sending.deadline for sending in (self._answering, self._reporting) if sending is not None]
        return min(due if self._quiet is None else [*due, self._quiet], default=None)

    # Input.

    def feed(self, data: bytes, now: float, clock: dt.datetime | None = None) -> list[MeterEvent]:
        """Take octets from the line. Without ``clock`` time tags are not held against anything."""
        events: list[MeterEvent] = []
        for frame in self.stream.feed(data):
            events += self._frame(frame, now, clock)
        self._quiet = now + QUIET_SECONDS if self.stream.pending else None
        return events

    def tick(self, now: float, clock: dt.datetime | None = None) -> list[MeterEvent]:
        """Tell that time has passed; due at :attr:`deadline`, harmless at any other moment."""
        events: list[MeterEvent] = []
        if self._quiet is not None and now >= self._quiet:
            self._quiet = None
            for frame in self.stream.flush():
                events += self._frame(frame, now, clock)
        for sending in (self._answering, self._reporting):
            if sending is None or now < sending.deadline:
                continue
            if self._may_repeat(sending):
                self.counters.retries += 1
                events.append(self._transmit(sending, now))
            else:
                self.counters.timeouts += 1
                events += self._give_up(sending)
        return events

    # Output.

    def answer(self, request: Request, apdu: Apdu, now: float) -> list[MeterEvent]:
        """Send the answer to a request, with its service number; nothing when nobody may answer it."""
        if hasattr(apdu, "piid") and hasattr(request.apdu, "piid"):
            apdu = dataclasses.replace(apdu, piid=apdu.piid & 0x40 | request.apdu.piid & 0xBF)  # type: ignore[call-arg]
        apdu = self._first_block(request, apdu)
        octets = apdu.encode()
        if request.protected is not None and self.esam is not None:
            octets = self.esam.seal_response(octets, request.protected).encode()
        if (identity := _identity(request.octets, request.frame)) in self._changes:
            self._changes[identity] = (now, octets)
        return self._reply(request.frame, octets, now)

    def report(
        self, apdu: Apdu, now: float, *, client: int = 0, address: ServerAddress | None = None
    ) -> list[MeterEvent]:
        """Send a ReportNotification or LINK request and repeat it until it is confirmed; one at a time.

        The service number is set here. The end of it is told by :class:`ReportDone`.
        """
        if self._reporting is not None:
            raise StateError("a report is on its way already: one at a time")
        self._piid = (self._piid + 1) & 63
        apdu = dataclasses.replace(apdu, piid=getattr(apdu, "piid", 0) & 0xC0 | self._piid)  # type: ignore[call-arg]
        octets = apdu.encode()
        control = LINK_REQUEST if isinstance(apdu, LinkRequest) else REPORT
        to = Frame(control=control, server=address or self.address, client=client)
        sending = _Sending(self._out(octets, to), 0, now, apdu, octets)
        self._reporting = sending
        return [self._transmit(sending, now)]

    # Inside.

    def _out(self, octets: bytes, to: Frame) -> Outgoing:
        control = to.control & ~FRAGMENT
        return Outgoing(octets, control=control, server=to.server, client=to.client, max_frame=self.max_frame)

    def _transmit(self, sending: _Sending, now: float) -> Send:
        sending.tries += 1
        sending.deadline = now + self.timeout
        return Send(sending.outgoing.current.encode(self.preamble))

    def _may_repeat(self, sending: _Sending) -> bool:
        """As with the client's requests: a report in fragments whose last one met silence begins anew the second time."""
        is_long = sending.outgoing.current.is_fragment
        if not (is_long and sending.outgoing.is_done) or sending.tries == 1:
            return sending.tries <= self.retries
        if sending.rounds > self.retries:
            return False
        sending.rounds += 1
        sending.tries = 0
        sending.outgoing = self._out(sending.octets, sending.outgoing.current)
        return True

    def _give_up(self, sending: _Sending) -> list[MeterEvent]:
        if sending.report is None:
            self._answering = None
            return []
        self._reporting = None
        error = LinkTimeoutError(
            f"report not confirmed after {max(sending.tries, sending.rounds)} tries of {self.timeout:g} s"
        )
        return [ReportDone(sending.report, error=error)]

    def _reply(self, frame: Frame, octets: bytes, now: float) -> list[MeterEvent]:
        if not frame.server.is_answered:
            return []
        self.counters.answers += 1
        control = DIR | frame.control & (PRM | SCRAMBLED | 7)
        to = dataclasses.replace(frame, control=control, server=self._own(frame), data=b"")
        sending = _Sending(self._out(octets, to), 0, now)
        self._answering = None if sending.outgoing.is_done else sending
        return [self._transmit(sending, now)]

    def _first_block(self, request: Request, apdu: Apdu) -> Apdu:
        client = request.frame.client
        if not isinstance(request.apdu, GetRequestNext):
            self._blocks.pop(client, None)
        is_long = bool(self.max_apdu) and len(apdu.encode()) > self.max_apdu
        kinds = (GetResponseNormal, GetResponseNormalList, GetResponseRecord, GetResponseRecordList)
        if not is_long or not isinstance(apdu, kinds):
            return apdu
        try:
            blocks = cut_into_blocks(apdu, self.max_apdu)
        except UsageError:  # a value that fits no APDU the client takes
            return refusal(request.apdu, DAR(8))
        self._blocks[client] = blocks
        return blocks[0]

    def _frame(self, frame: Frame, now: float, clock: dt.datetime | None) -> list[MeterEvent]:
        if frame.from_server or not self._is_meant(frame):
            self.counters.foreign += 1
            return []
        try:
            fragment = frame.fragment
        except DecodeError:
            self.counters.unreadable += 1
            return []
        if fragment is None:
            return self._apdu(frame, frame.data, now, clock)
        if fragment.kind == CONFIRM:
            return self._confirmed(frame, now)
        assembled = self._assembler(frame.client).accept(frame)
        events: list[MeterEvent] = []
        if assembled.confirm is not None and frame.server.is_answered:
            confirm = dataclasses.replace(assembled.confirm, server=self._own(frame))
            events.append(Send(confirm.encode(self.preamble)))
        if assembled.apdu is not None:
            events += self._apdu(frame, assembled.apdu, now, clock)
        return events

    def _own(self, frame: Frame) -> ServerAddress:
        """The address to answer with: as it was asked for, unless that was a wildcard."""
        return frame.server if frame.server.kind == SINGLE else self.logical.get(frame.server.logical, self.address)

    def _is_meant(self, frame: Frame) -> bool:
        return any(frame.server.matches(address) for address in (*self.logical.values(), *self.groups))

    def _assembler(self, client: int) -> Assembler:
        found = self._assemblers.pop(client, None) or Assembler()
        self._assemblers[client] = found
        if len(self._assemblers) > MAX_CLIENTS:
            del self._assemblers[next(iter(self._assemblers))]
        return found

    def _confirmed(self, frame: Frame, now: float) -> list[MeterEvent]:
        sending = self._answering if frame.by_client else self._reporting
        fragment = frame.fragment
        if sending is None or fragment is None or not sending.outgoing.confirmed(fragment):
            self.counters.unasked += 1
            return []
        sending.tries = 0
        event = self._transmit(sending, now)
        if sending.outgoing.is_done and sending is self._answering:
            self._answering = None
        return [event]

    def _apdu(self, frame: Frame, octets: bytes, now: float, clock: dt.datetime | None) -> list[MeterEvent]:
        try:
            apdu = decode_apdu(octets)
        except DecodeError:
            self.counters.unreadable += 1
            return self._error(frame, octets, CANNOT_PARSE, now)
        if not frame.by_client:
            return self._report_answered(apdu)
        if isinstance(apdu, UnknownApdu):
            self.counters.unreadable += 1
            return self._error(frame, octets, NOT_SUPPORTED, now)
        protected = apdu if isinstance(apdu, SecurityRequest) else None
        if protected is not None:
            try:
                opened = self._opened(protected)
            except DecodeError:
                self.counters.unreadable += 1
                return self._error(frame, octets, CANNOT_PARSE, now)
            except MeterwireError:
                return self._reply(frame, refusal(protected, DAR(22)).encode(), now)
            if isinstance(opened, UnknownApdu):
                return self._error(frame, octets, NOT_SUPPORTED, now)
            apdu = opened
        return self._request(Request(apdu, frame, octets, protected), now, clock)

    def _opened(self, request: SecurityRequest) -> Apdu | UnknownApdu:
        """The APDU in a SECURITY request, which the ESAM has checked; without ESAM nothing is checked, nothing opened."""
        if self.esam is None:
            raise UsageError("no ESAM")
        octets = self.esam.open_request(request)
        if octets[:1] in {b"\x10", b"\x90"}:
            raise DecodeError("SECURITY inside SECURITY", offset=0, data=octets)
        return decode_apdu(octets)

    def _request(self, request: Request, now: float, clock: dt.datetime | None) -> list[MeterEvent]:
        apdu = request.apdu
        if clock is not None and is_stale(getattr(apdu, "time_tag", None), clock):
            self.counters.stale += 1
            return self.answer(request, refusal(apdu, STALE), now) if self.refuse_stale else []
        if isinstance(apdu, _CHANGING):
            identity = _identity(request.octets, request.frame)
            begun, octets = self._changes.pop(identity, (now - REPEAT_SECONDS, None))
            if now - begun < REPEAT_SECONDS:
                self._changes[identity] = (begun, octets)
                self.counters.repeats += 1
                # no answer while it is still being carried out
                return [] if octets is None else self._reply(request.frame, octets, now)
            self._changes[identity] = (now, None)
            if len(self._changes) > MAX_CHANGES:
                del self._changes[next(iter(self._changes))]
        self.counters.requests += 1
        if isinstance(apdu, GetRequestNext):
            return self._next_block(request, apdu, now)
        return [request]

    def _next_block(self, request: Request, apdu: GetRequestNext, now: float) -> list[MeterEvent]:
        blocks = self._blocks.get(request.frame.client, [])
        following = next((block for block in blocks if block.block == apdu.block + 1), None)
        return self.answer(request, following or refusal(apdu, BLOCK_INVALID), now)

    def _error(self, frame: Frame, octets: bytes, kind: int, now: float) -> list[MeterEvent]:
        if not frame.by_client:
            return []
        # the PIID stands behind tag and choice; LINK, CONNECT, RELEASE and ERROR have no choice
        at = 1 if octets[:1] in {b"\x01", b"\x02", b"\x03", b"\x6e"} else 2
        piid = octets[at] & 0xBF if len(octets) > at and octets[:1] != b"\x10" else 0
        return self._reply(frame, ServerErrorResponse(piid=piid, type=kind).encode(), now)

    def _report_answered(self, apdu: Apdu | UnknownApdu) -> list[MeterEvent]:
        sending = self._reporting
        report = None if sending is None else sending.report
        if report is None or not isinstance(apdu, Apdu) or apdu.service_number != report.service_number:
            self.counters.unasked += 1
            return []
        error = None
        if isinstance(apdu, ClientErrorResponse):
            error = MeterError(f"the client refuses: {ERRORS.get(apdu.type, apdu.type)}", code=apdu.type)
        elif isinstance(report, LinkRequest) != isinstance(apdu, LinkResponse) or (
            isinstance(apdu, _CONFIRMATIONS) and apdu.CHOICE != report.CHOICE
        ):
            self.counters.unasked += 1
            return []
        self._reporting = None
        self.counters.reports += error is None
        return [ReportDone(report, apdu, error)]


def _identity(octets: bytes, frame: Frame) -> tuple[object, ...]:
    return octets, frame.server, frame.client
