"""The client's end of a DL/T 698.45 conversation with one server, as a state machine without I/O.

::

    IDLE ──request──▶ WAITING ──answer──▶ IDLE (Completed)
      │                 │  └─block, not the last─▶ BLOCKS ──last block──▶ IDLE (Completed)
      └──too long──▶ SENDING ──last fragment sent──▶ WAITING
    any but IDLE: timeout ─▶ again, up to ``retries`` times, then IDLE (Failed)

The transitions are the table :data:`TRANSITIONS`. What is not in it is a mistake of the caller (StateError). An answer
counts only when address, client address, service number and service match, and when it is protected at least as well as
its request; all others are no events: they are counted and dropped. Reports and LINK requests may come at any time.

Requests that do something, ACTION and what contains it, are never sent twice unless ``repeat_actions`` says so: when only
the answer was lost, a second one would open the breaker again.

Octets in, events out; time is passed in as seconds of any monotonic clock. ``deadline`` tells when to call ``tick``.
"""

import dataclasses
from collections import deque
from typing import Final

from ...errors import DecodeError, LinkTimeoutError, MeterError, MeterwireError, StateError, UsageError
from .address import ServerAddress
from .apdu import Apdu, ClientApdu, UnknownApdu, decode_apdu
from .association import ERRORS, ClientErrorResponse, LinkRequest, ServerErrorResponse
from .blocks import Blocks
from .dar import DAR
from .events import Block, Completed, Counters, Event, Failed, LinkAsked, Reported, Send
from .fragment import CONFIRM
from .frame import ANSWER, DIR, PRM, REQUEST, SCRAMBLED, Frame, Stream
from .get import GetResponseNext
from .mutation import ActionRequestNormal, ActionRequestNormalList, ActionThenGetRequestNormalList
from .proxy import ProxyActionRequestList, ProxyActionThenGetRequestList, ProxyTransCommandRequest
from .report import (
    ReportNotificationList,
    ReportNotificationRecordList,
    ReportNotificationTransData,
    ReportResponseList,
    ReportResponseRecordList,
    ReportResponseTransData,
)
from .security import Esam, SecurityRequest, SecurityResponse, level_of
from .transfer import Assembler, Outgoing

__all__ = ["ACTING", "TRANSITIONS", "Master", "confirm_report"]

BYTE_GAP: Final = 0.5
"""Seconds between two octets of one frame; a frame that has begun extends the deadline by this."""
QUIET_SECONDS: Final = 2.0
"""A frame that stops for so long while nothing is asked is none: what is inside of it is looked at."""
MAX_STRETCH: Final = 2
"""A frame that trickles in never takes longer than this many timeouts."""
REMEMBERED_REPORTS: Final = 8
REPEAT_SECONDS: Final = 60.0
"""A report that equals one of as many confirmed before it, in as many seconds, is a repetition."""

TRANSITIONS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("idle", "request"): ("waiting", "send"),
    ("idle", "long request"): ("sending", "send"),
    ("idle", "unanswered"): ("idle", "send"),
    ("sending", "confirmation"): ("sending", "send"),
    ("sending", "last confirmation"): ("waiting", "send"),
    ("waiting", "answer"): ("idle", "complete"),
    ("waiting", "block"): ("blocks", "ask on"),
    ("waiting", "last block"): ("idle", "complete"),
    ("blocks", "block"): ("blocks", "ask on"),
    ("blocks", "last block"): ("idle", "complete"),
} | {
    (state, event): after
    for state in ("sending", "waiting", "blocks")
    for event, after in (
        ("refusal", ("idle", "fail")),
        ("timeout", (state, "repeat")),
        ("exhausted", ("idle", "fail")),
        ("cancel", ("idle", "forget")),
    )
}
"""(state, event) to (next state, action)."""

ACTING: Final = (
    ActionRequestNormal,
    ActionRequestNormalList,
    ActionThenGetRequestNormalList,
    ProxyActionRequestList,
    ProxyActionThenGetRequestList,
    ProxyTransCommandRequest,
)
"""Requests that do something each time they are received."""


def confirm_report(report: Apdu) -> ClientApdu:
    """The confirmation of a ReportNotification; UsageError for anything else."""
    piid = report.piid & 0xBF if hasattr(report, "piid") else 0
    if isinstance(report, ReportNotificationList):
        return ReportResponseList(piid=piid, oads=tuple(result.oad for result in report.results))
    if isinstance(report, ReportNotificationRecordList):
        return ReportResponseRecordList(piid=piid, oads=tuple(result.oad for result in report.results))
    if isinstance(report, ReportNotificationTransData):
        return ReportResponseTransData(piid=piid)
    raise UsageError(f"not a report: {report!r}")


@dataclasses.dataclass(slots=True)
class _Task:
    request: Apdu
    protected: SecurityRequest | None
    octets: bytes
    retries: int
    outgoing: Outgoing
    blocks: Blocks | None = None
    tries: int = 0
    """How often the frame under way was sent."""
    rounds: int = 1
    """How often the request was begun."""


class Master:
    """Asks one server, one request at a time; knows no socket and no clock."""

    def __init__(
        self,
        server: ServerAddress | str,
        *,
        client: int = 0,
        timeout: float = 5.0,
        retries: int = 2,
        preamble: int = 0,
        max_frame: int = 1024,
        scramble: bool = False,
        repeat_actions: bool = False,
        confirm_reports: bool = True,
        esam: Esam | None = None,
    ) -> None:
        """``max_frame`` is the longest frame the server takes, as agreed by CONNECT. ``preamble`` is for serial lines.

        With ``confirm_reports`` a report is confirmed when it is told; without, the caller does that
        (:meth:`confirm`), after having kept it. ``esam`` protects requests that are to be.
        """
        self.server = server if isinstance(server, ServerAddress) else ServerAddress.of(server)
        self.client = client
        self.timeout = timeout
        self.retries = retries
        self.preamble = preamble
        self.max_frame = max_frame
        self.scramble = scramble
        self.repeat_actions = repeat_actions
        self.confirm_reports = confirm_reports
        self.esam = esam
        self.state = "idle"
        self.counters = Counters()
        self.stream = Stream()
        self.assembler = Assembler()
        self.deadline: float | None = None
        """When :meth:`tick` is due; None when nothing is waited for."""
        self._limit = 0.0
        self._piid = 0
        self._task: _Task | None = None
        self._reports = Assembler()
        self._told: deque[tuple[float, bytes]] = deque(maxlen=REMEMBERED_REPORTS)

    # Requests.

    def request(self, apdu: Apdu, now: float, *, protect: bool = False, timeout: float | None = None) -> list[Event]:
        """Ask; the service number is set here. ``protect`` sends it through the ESAM, ``timeout`` for this one only.

        A server address of a group or of everybody gets no answer, so the session is idle at once.
        """
        if self._task is not None:
            raise StateError(f"request is not allowed while {self.state}: one request at a time")
        if hasattr(apdu, "piid"):
            self._piid = (self._piid + 1) & 63
            apdu = dataclasses.replace(apdu, piid=apdu.piid & 0x80 | self._piid)  # type: ignore[call-arg]
        octets, protected = apdu.encode(), None
        if protect:
            if self.esam is None:
                raise UsageError("a protected request needs an ESAM; give one to the session")
            protected = self.esam.seal_request(octets)
            octets = protected.encode()
        outgoing = self._outgoing(octets)
        self.counters.requests += 1
        if not self.server.is_answered:
            if not outgoing.is_done:
                raise UsageError(f"{len(octets)} octets do not fit a frame, and nobody confirms fragments to a group")
            self._step("unanswered")
            return [self._send(outgoing.current)]
        retries = self.retries if self.repeat_actions or not isinstance(apdu, ACTING) else 0
        self._task = _Task(apdu, protected, octets, retries, outgoing)
        self._timeout = self.timeout if timeout is None else timeout
        self.assembler.reset()
        self._step("request" if outgoing.is_done else "long request")
        return self._ask(self._task, now)

    def confirm(self, report: Reported, now: float) -> list[Event]:
        """Confirm a report that has been kept; for sessions without ``confirm_reports``."""
        self._told.append((now, report.apdu.encode()))
        return self.reply(report.frame, confirm_report(report.apdu))

    def reply(self, frame: Frame, apdu: Apdu) -> list[Event]:
        """Answer what a server asked in ``frame``: a report or a LINK request."""
        control = frame.control & (PRM | SCRAMBLED | 7)
        return [self._send(Frame(control=control, server=frame.server, client=frame.client, data=apdu.encode()))]

    def cancel(self) -> None:
        """Forget the outstanding request, if any; a late answer will be dropped and counted."""
        if self._task is not None:
            self._step("cancel")
            self._end()

    # Input.

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Take octets from the line."""
        events = self._frames(self.stream.feed(data), now)
        if self._task is None:
            self.deadline = now + QUIET_SECONDS if self.stream.pending else None
        elif self.deadline is not None and self.stream.pending:
            self.deadline = min(max(self.deadline, now + BYTE_GAP), self._limit)
        return events

    def tick(self, now: float) -> list[Event]:
        """Tell that time has passed; due at :attr:`deadline`, harmless at any other moment."""
        if self.deadline is None or now < self.deadline:
            return []
        events = self._frames(self.stream.flush(), now)
        task = self._task
        if task is None:
            self.deadline = None
            return events
        if now < self.deadline:
            return events
        if self.assembler.is_active and task.tries <= self.retries:
            task.tries += 1  # the answer is on its way: its fragments are repeated by who sends them
            self._wait(now)
            return events
        if self._may_repeat(task):
            self._step("timeout")
            self.counters.retries += 1
            return events + self._ask(task, now)
        self._step("exhausted")
        self.counters.timeouts += 1
        what = f"no valid answer from {self.server} to {type(task.request).__name__} after {max(task.tries, task.rounds)} tries"
        return [*events, self._fail(LinkTimeoutError(f"{what} of {self._timeout:g} s"))]

    # Inside.

    def _step(self, event: str) -> None:
        try:
            self.state, _ = TRANSITIONS[self.state, event]
        except KeyError:
            raise StateError(f"{event} is not allowed while {self.state}: one request at a time") from None

    def _outgoing(self, octets: bytes) -> Outgoing:
        control = REQUEST | (SCRAMBLED if self.scramble else 0)
        return Outgoing(octets, control=control, server=self.server, client=self.client, max_frame=self.max_frame)

    def _may_repeat(self, task: _Task) -> bool:
        """True when there is something to be sent once more, which then is the outgoing frame.

        A fragment that nobody confirmed can be repeated whatever the request does. When the last one was followed by
        silence, it is repeated first; after that the server may have forgotten the others, so all begins anew.
        """
        if self.state == "sending":
            return task.tries <= self.retries
        is_long = task.outgoing.current.is_fragment
        if not is_long or (task.tries == 1 and task.retries):
            return task.tries <= task.retries
        if task.rounds > task.retries:
            return False
        task.rounds += 1
        task.tries = 0
        task.outgoing = self._outgoing(task.octets)
        self.assembler.reset()
        self.state = "sending"
        return True

    def _send(self, frame: Frame) -> Send:
        return Send(frame.encode(self.preamble))

    def _ask(self, task: _Task, now: float) -> list[Event]:
        task.tries += 1
        self._wait(now)
        return [self._send(task.outgoing.current)]

    def _wait(self, now: float) -> None:
        self.deadline = now + self._timeout
        self._limit = now + MAX_STRETCH * self._timeout

    def _end(self) -> None:
        self._task = None
        self.deadline = None

    def _fail(self, error: MeterwireError) -> Failed:
        self._end()
        return Failed(error)

    def _frames(self, frames: list[Frame], now: float) -> list[Event]:
        events: list[Event] = []
        for frame in frames:
            try:
                events += self._frame(frame, now)
            except DecodeError:
                self.counters.unreadable += 1
        return events

    def _frame(self, frame: Frame, now: float) -> list[Event]:
        if not frame.from_server or not self.server.matches(frame.server):
            self.counters.foreign += 1
            return []
        if not frame.by_client:
            return self._from_server(frame, now)
        if frame.control & (DIR | PRM | 7) != ANSWER or frame.client != self.client or self._task is None:
            self.counters.unasked += 1
            return []
        fragment = frame.fragment
        if fragment is None:
            return self._answer(self._task, frame.data, frame, now)
        if fragment.kind == CONFIRM:
            return self._confirmed(self._task, frame, now)
        assembled = self.assembler.accept(frame)
        events: list[Event] = [] if assembled.confirm is None else [self._send(assembled.confirm)]
        if assembled.is_progress:
            self._task.tries = 1
            self._wait(now)
        if assembled.apdu is not None:
            events += self._answer(self._task, assembled.apdu, frame, now)
        return events

    def _confirmed(self, task: _Task, frame: Frame, now: float) -> list[Event]:
        fragment = frame.fragment
        if fragment is None or self.state != "sending" or not task.outgoing.confirmed(fragment):
            self.counters.unasked += 1
            return []
        self._step("last confirmation" if task.outgoing.is_done else "confirmation")
        task.tries = 0
        return self._ask(task, now)

    def _answer(self, task: _Task, octets: bytes, frame: Frame, now: float) -> list[Event]:
        try:
            apdu = decode_apdu(octets)
        except DecodeError as error:
            if octets[:1] != bytes((0x90 if task.protected is not None else task.request.TAG | 0x80,)):
                raise
            self._step("refusal")
            return [self._fail(error)]
        if isinstance(apdu, ServerErrorResponse):
            return self._refused(apdu)
        if task.protected is not None:
            opened = self._opened(task.protected, apdu)
            if opened is None:
                return []
            if isinstance(opened, Failed):
                return [opened]
            apdu = opened
        elif isinstance(apdu, SecurityResponse):
            apdu = apdu.open() or apdu
        if self.state == "sending" or not self._belongs(task, apdu):
            self.counters.unasked += 1
            return []
        if isinstance(apdu, GetResponseNext):
            return self._block(task, apdu, len(octets), frame, now)
        return self._complete(apdu, frame)

    def _complete(self, apdu: Apdu | UnknownApdu, frame: Frame) -> list[Event]:
        self._step("answer")
        self.counters.answers += 1
        self._end()
        return [Completed(apdu, frame.server)]

    def _belongs(self, task: _Task, apdu: Apdu | UnknownApdu) -> bool:
        request = task.request
        if apdu.TAG != request.TAG | 0x80:
            return False
        if isinstance(apdu, UnknownApdu):  # of the service that was asked, in a form nobody knows
            return task.blocks is None
        is_block = isinstance(apdu, GetResponseNext)
        if task.blocks is not None and not is_block:
            return False
        return apdu.service_number == request.service_number and (is_block or apdu.CHOICE == request.CHOICE)

    def _refused(self, apdu: ServerErrorResponse) -> list[Event]:
        assert self._task is not None
        # a server that cannot open a protected request cannot know its number either
        known = {self._task.request.service_number} | ({0} if self._task.protected is not None else set())
        if apdu.service_number not in known:
            self.counters.unasked += 1
            return []
        self._step("refusal")
        text = ERRORS.get(apdu.type, f"error {apdu.type}")
        return [self._fail(MeterError(f"{self.server} refuses: {text}", code=apdu.type))]

    def _opened(self, request: SecurityRequest, apdu: Apdu | UnknownApdu) -> Apdu | UnknownApdu | Failed | None:
        """The answer inside a protected one; None (counted) when it is less protected than its request."""
        assert self.esam is not None
        if isinstance(apdu, SecurityResponse) and isinstance(apdu.content, DAR):
            self._step("refusal")
            return self._fail(MeterError(f"{self.server} refuses: {apdu.content}", code=int(apdu.content)))
        if not isinstance(apdu, SecurityResponse) or level_of(apdu) < level_of(request):
            self.counters.weaker += 1
            return None
        try:
            return decode_apdu(self.esam.open_response(apdu, request))
        except DecodeError:
            raise
        except MeterwireError as error:
            self._step("refusal")
            return self._fail(error)

    def _block(self, task: _Task, block: GetResponseNext, size: int, frame: Frame, now: float) -> list[Event]:
        if task.blocks is None:
            task.blocks = Blocks(task.request.piid if hasattr(task.request, "piid") else 0)
        try:
            if not task.blocks.accept(block, size):
                return []
        except MeterwireError as error:
            self._step("refusal")
            return [self._fail(error)]
        self._step("last block" if task.blocks.is_complete else "block")
        if task.blocks.is_complete:
            self.counters.answers += 1
            self._end()
            return [Block(block), Completed(task.blocks.answer(block.piid), frame.server)]
        octets = task.blocks.next_request.encode()
        if task.protected is not None and self.esam is not None:
            task.protected = self.esam.seal_request(octets)
            octets = task.protected.encode()
        task.octets, task.outgoing, task.tries, task.rounds = octets, self._outgoing(octets), 0, 1
        return [Block(block), *self._ask(task, now)]

    def _from_server(self, frame: Frame, now: float) -> list[Event]:
        """Reports and LINK requests; those in fragments are put together apart from answers."""
        events: list[Event] = []
        octets = frame.data
        if (fragment := frame.fragment) is not None:
            if fragment.kind == CONFIRM:
                self.counters.unasked += 1
                return []
            assembled = self._reports.accept(frame)
            events += [] if assembled.confirm is None else [self._send(assembled.confirm)]
            if assembled.apdu is None:
                return events
            octets = assembled.apdu
        apdu = decode_apdu(octets)
        if isinstance(apdu, LinkRequest):
            return [*events, LinkAsked(apdu, frame)]
        if not isinstance(apdu, ReportNotificationList | ReportNotificationRecordList | ReportNotificationTransData):
            self.counters.unasked += 1
            error = ClientErrorResponse(piid=apdu.service_number if isinstance(apdu, Apdu) else 0, type=2)
            return events if isinstance(apdu, ServerErrorResponse) else [*events, *self.reply(frame, error)]
        octets = apdu.encode()
        if any(octets == told and now - at < REPEAT_SECONDS for at, told in self._told):
            self.counters.repeats += 1
            return [*events, *self.reply(frame, confirm_report(apdu))]
        self.counters.reports += 1
        report = Reported(apdu, frame)
        return [*events, report, *(self.confirm(report, now) if self.confirm_reports else ())]
