"""The master's end of a DL/T 645 conversation as a state machine without I/O; time is passed in, bytes come out.

::

    IDLE ──request──▶ WAITING ──answer──▶ IDLE (Completed)
                        │  └─answer, more follows─▶ FOLLOWING ──last part──▶ IDLE (Completed)
                        └─timeout─▶ again, up to ``retries`` times, then IDLE (Failed)

The transitions are the table :data:`TRANSITIONS`. What is not in it is a mistake of the caller (StateError). Frames
that do not answer the outstanding request (another address, another item, an echo of our own request) are no events:
they are counted, dropped and never shown.

Only requests that may be asked twice are repeated: reading is, a command is not unless the caller says so, because a
command whose answer was lost may have been done. A meter of 1997 does not number follow-up frames; when one is lost,
reading begins again with the first.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from ...errors import DecodeError, LimitError, LinkTimeoutError, MeterwireError, StateError, UsageError
from ...reading import Reading, Timestamp
from . import apdu
from . import functions as fn
from .address import BROADCAST, WILDCARD, address_matches, check_address
from .apdu import Answer
from .commands import ChangePassword
from .frame import Frame, Stream
from .functions import by_name
from .items import item_code
from .requests import MAX_SEQ, BroadcastTime, ChangeBaud, FollowUp, ReadAddress, ReadData, Request, plain_read

__all__ = ["BROADCASTS", "TRANSITIONS", "Completed", "Counters", "Event", "Failed", "Master", "Send"]

BYTE_GAP: Final = 0.5
"""Seconds between two octets of one frame; a frame that has begun extends the deadline by this."""
MAX_STRETCH: Final = 2
"""An answer that trickles in never takes longer than this many timeouts."""
BROADCASTS: Final = frozenset({fn.BROADCAST_TIME, fn.FREEZE, fn.WRITE, fn.WRITE_97})
"""Functions that may be asked of everybody."""

TRANSITIONS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("idle", "request"): ("waiting", "send"),
    ("idle", "broadcast"): ("idle", "send"),
    ("waiting", "answer"): ("idle", "complete"),
    ("waiting", "part"): ("following", "follow"),
    ("waiting", "refusal"): ("idle", "fail"),
    ("waiting", "timeout"): ("waiting", "repeat"),
    ("waiting", "exhausted"): ("idle", "fail"),
    ("waiting", "cancel"): ("idle", "forget"),
    ("following", "answer"): ("idle", "complete"),
    ("following", "part"): ("following", "follow"),
    ("following", "refusal"): ("idle", "fail"),
    ("following", "timeout"): ("following", "repeat"),
    ("following", "exhausted"): ("idle", "fail"),
    ("following", "cancel"): ("idle", "forget"),
}
"""(state, event) to (next state, action); the picture in docs is drawn from it."""


@dataclass(frozen=True, slots=True)
class Send:
    """Put these octets on the line."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Completed:
    """The request is answered."""

    readings: tuple[Reading, ...]
    """What was read; empty for a command that was obeyed."""
    answer: Answer
    """The (last) answer: who, and for security what."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed."""

    error: MeterwireError
    """MeterError (the meter refused), LinkTimeoutError, or DecodeError."""
    heard: int = 0
    """Octets that came since the last try and were no answer, echo or preamble: 0 is silence, more may be meters that
    collide."""


Event = Send | Completed | Failed


@dataclass(slots=True)
class Counters:
    """What a master has seen; all counts since its start."""

    requests: int = 0
    """Requests begun (repetitions not counted)."""
    answers: int = 0
    """Requests completed."""
    refusals: int = 0
    """Abnormal answers."""
    retries: int = 0
    """Repetitions sent."""
    timeouts: int = 0
    """Requests given up."""
    foreign_address: int = 0
    """Answers of another meter, dropped."""
    foreign_item: int = 0
    """Answers to another function or about another item, dropped."""
    wrong_sequence: int = 0
    """Follow-up frames out of turn, dropped."""
    not_answers: int = 0
    """Requests seen on the line (an RS-485 echo, another master), dropped."""
    second_answers: int = 0
    """Answers of a further meter right behind the one that was taken: the address fits several on the line."""


@dataclass(slots=True)
class _Task:
    address: str
    first: Request
    retries: int
    request: Request
    pattern: str
    seq: int = 0
    parts: list[bytes] = field(default_factory=list)
    wire: list[bytes] = field(default_factory=list)
    tries: int = 0


class Master:
    """Asks one request at a time; knows no socket and no clock.

    ``now`` is any monotonic clock in seconds. ``preamble`` FE octets wake the meter before each request.
    """

    def __init__(self, *, timeout: float = 1.5, retries: int = 2, preamble: int = 4) -> None:
        self.timeout = timeout
        self.retries = retries
        self.preamble = preamble
        self.state = "idle"
        self.counters = Counters()
        self.stream = Stream()
        self.deadline: float | None = None
        """When :meth:`tick` is due; None while idle."""
        self._limit = 0.0
        self._heard = 0
        self._answered_by = ""
        self._task: _Task | None = None

    # Requests: each returns the octets to send.

    def request(self, address: str, request: Request, now: float, *, retries: int | None = None) -> bytes:
        """Ask ``request`` of ``address`` (AA pairs allowed where one meter is meant).

        ``retries`` is how often to repeat when no answer comes; by default as often as this master does for reading,
        and never for a command. UsageError for what only everybody can be asked (see :meth:`broadcast`), and for a
        wildcard where what is done cannot be undone.
        """
        text = check_address(address)
        if isinstance(request, BroadcastTime):
            raise UsageError("nobody answers a broadcast time; send it with broadcast()")
        if not (text.isdecimal() and text != BROADCAST) and by_name(request.function, request.edition):
            raise UsageError(f"function {request.function:02X}H cannot be undone; give the meter's whole address")
        pattern = text
        if text == BROADCAST:
            if request.edition != "1997":
                raise UsageError(f"nobody answers {BROADCAST}; ask one meter, or send it with broadcast()")
            pattern = WILDCARD  # meters of 1997 do answer
        times = retries if retries is not None else self.retries if request.repeatable else 0
        return self._begin(_Task(text, request, times, request, pattern), now)

    def broadcast(self, request: Request) -> bytes:
        """Tell everybody; nobody answers, so the master is idle at once. UsageError when it is none for everybody."""
        if request.function not in BROADCASTS:
            raise UsageError(f"function {request.function:02X}H is for one meter, not for everybody")
        self._step("broadcast")
        return apdu.request_frame(BROADCAST, request).encode(self.preamble)

    def read(
        self, address: str, di: str | int, now: float, *, blocks: int | None = None, since: dt.datetime | None = None
    ) -> bytes:
        """Ask ``address`` (AA pairs allowed) for item or block ``di``; 4 hex digits ask the way of 1997."""
        if blocks is None and since is None:
            return self.request(address, plain_read(di), now)
        return self.request(address, ReadData(di=item_code(di), blocks=blocks, since=since), now)

    def read_address(self, now: float) -> bytes:
        """Ask the only meter on the line for its address; completes with one Reading of item 04000401."""
        return self.request(WILDCARD, ReadAddress(), now)

    def broadcast_time(self, moment: dt.datetime) -> bytes:
        """Set all clocks on the line; nobody answers, so the master is idle at once."""
        return self.broadcast(BroadcastTime(moment=moment))

    def cancel(self) -> None:
        """Forget the outstanding request, if any; a late answer will be dropped and counted."""
        if self._task is not None:
            self._step("cancel")
            self._end()

    # Input.

    def feed(self, data: bytes, now: float, time: Timestamp | None = None) -> list[Event]:
        """Take octets from the line; ``time`` is put into the readings they complete."""
        self._heard += _weight(data)
        events = self._frames(self.stream.feed(data), now, time)
        if self.deadline is not None and self.stream.pending:
            self.deadline = min(max(self.deadline, now + BYTE_GAP), self._limit)
        return events

    def tick(self, now: float, time: Timestamp | None = None) -> list[Event]:
        """Tell that time has passed; due at :attr:`deadline`, harmless at any other moment."""
        if self.deadline is None or now < self.deadline:
            return []
        events = self._frames(self.stream.flush(), now, time)
        task = self._task
        if events or task is None:
            return events
        if task.tries <= task.retries:
            self._step("timeout")
            self.counters.retries += 1
            if task.seq and task.first.edition == "1997":
                self._restart(task)
            return [Send(self._send(task, now))]
        self._step("exhausted")
        self.counters.timeouts += 1
        return [self._fail(LinkTimeoutError(_nothing_came(task, self.timeout)))]

    # Inside.

    def _step(self, event: str) -> str:
        try:
            self.state, action = TRANSITIONS[self.state, event]
        except KeyError:
            raise StateError(f"{event} is not allowed while {self.state}: one request at a time") from None
        return action

    def _begin(self, task: _Task, now: float) -> bytes:
        wire = apdu.request_frame(task.address, task.request)  # may refuse, before anything has changed
        self._step("request")
        self._frames(self.stream.flush(), now, None)  # what is left of earlier is nobody's answer
        self._task = task
        self._answered_by = ""
        self.counters.requests += 1
        return self._send(task, now, wire)

    def _send(self, task: _Task, now: float, wire: Frame | None = None) -> bytes:
        task.tries += 1
        self._heard = 0
        self.deadline = now + self.timeout
        self._limit = now + MAX_STRETCH * self.timeout
        return (wire or apdu.request_frame(task.address, task.request)).encode(self.preamble)

    def _end(self) -> None:
        self._task = None
        self.deadline = None

    def _fail(self, error: MeterwireError) -> Failed:
        self._end()
        return Failed(error, self._heard)

    def _frames(self, frames: list[Frame], now: float, time: Timestamp | None) -> list[Event]:
        events: list[Event] = []
        for frame in frames:
            events += self._frame(frame, now, time)
        return events

    def _expected(self, task: _Task | None, frame: Frame) -> Answer | None:
        """The answer in ``frame`` when it belongs to the outstanding request, else None (and counted)."""
        if not frame.is_reply:
            self.counters.not_answers += 1
            self._heard -= _weight(frame.encode())
            return None
        if task is None:
            further = self._answered_by not in {"", frame.address}
            self.counters.second_answers += further
            self.counters.foreign_item += not further
            return None
        if not address_matches(task.pattern, frame.address):
            self.counters.foreign_address += 1
            return None
        try:
            answer = apdu.parse_answer(frame)
        except DecodeError:
            self.counters.foreign_item += 1
            return None
        if not _answers(task.request, answer):
            self.counters.foreign_item += 1
            return None
        if answer.error is None and answer.seq is not None and answer.seq != task.seq:
            self.counters.wrong_sequence += 1
            return None
        return answer

    def _frame(self, frame: Frame, now: float, time: Timestamp | None) -> list[Event]:
        task = self._task
        answer = self._expected(task, frame)
        if answer is None or task is None:
            return []
        octets = frame.encode()
        self._heard -= _weight(octets)
        event = "refusal" if answer.error is not None else "part" if answer.more else "answer"
        action = self._step(event)
        if action == "fail":
            self.counters.refusals += 1
            try:
                answer.raise_for_error()
            except MeterwireError as error:
                return [self._fail(error)]
        task.wire.append(octets)
        task.parts.append(answer.payload)
        if action == "follow":
            return self._follow(task, answer, now)
        self._end()
        self._answered_by = answer.address
        self.counters.answers += 1
        return [Completed(_readings(task, frame, answer, time), answer)]

    def _follow(self, task: _Task, answer: Answer, now: float) -> list[Event]:
        """Ask for the next part, of the meter that sent the first one."""
        if answer.di is None or not isinstance(task.first, ReadData):
            self._step("cancel")
            return [self._fail(StateError(f"{answer.address} announces more frames where none can follow"))]
        if task.seq >= MAX_SEQ:
            self._step("cancel")
            return [self._fail(LimitError(f"more than {MAX_SEQ} follow-up frames"))]
        task.seq += 1
        task.tries = 0 if task.first.edition == "2007" else task.tries - 1
        task.address = task.pattern = answer.address
        task.request = FollowUp(di=answer.di, seq=task.seq)
        return [Send(self._send(task, now))]

    def _restart(self, task: _Task) -> None:
        """Begin a reading of several frames anew; nobody can tell which part an answer of 1997 is."""
        task.seq = 0
        task.request = task.first
        task.parts.clear()
        task.wire.clear()


def _weight(octets: bytes) -> int:
    """Octets that are no preamble."""
    return len(octets) - octets.count(0xFE)


def _nothing_came(task: _Task, timeout: float) -> str:
    what = f" for {task.first.di}" if isinstance(task.first, ReadData) else f" to function {task.first.function:02X}H"
    tries = f"{task.tries} tries of {timeout:g} s" if task.tries != 1 else f"{timeout:g} s"
    text = f"no valid answer from {task.pattern}{what} after {tries}"
    if task.first.repeatable:
        return text
    return text + "; it may have been done all the same: look before you send it again"


def _answers(request: Request, answer: Answer) -> bool:
    """True when ``answer`` belongs to ``request``: its function and edition, and all that it must repeat."""
    if (answer.function, answer.edition) != (request.function, request.edition):
        # a refusal of 03H with one octet counts as 1997; so may a meter refuse security it does not have
        return answer.function == request.function == fn.SECURITY and answer.error is not None
    if answer.error is not None:
        return True
    if answer.di is not None:
        return answer.di == getattr(request, "di", None)
    if isinstance(request, ChangeBaud):
        return answer.payload == request.data()
    if isinstance(request, ChangePassword):
        return answer.payload in {b"", request.echo()}
    return isinstance(request, ReadAddress) or not answer.payload


def _readings(task: _Task, frame: Frame, answer: Answer, time: Timestamp | None) -> tuple[Reading, ...]:
    if isinstance(task.first, ReadAddress):
        return tuple(apdu.readings(frame, time=time))
    if not isinstance(task.first, ReadData):
        return ()
    wire, payload = b"".join(task.wire), b"".join(task.parts)
    return tuple(apdu.payload_readings(answer.address, task.first.di, payload, wire, time))
