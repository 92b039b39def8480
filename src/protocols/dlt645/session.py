"""Both ends of a DL/T 645-2007 conversation as state machines without I/O; time is passed in, bytes come out.

Master::

    IDLE ──request──▶ WAITING ──answer──▶ IDLE (Completed)
                        │  └─answer, more follows─▶ FOLLOWING ──last part──▶ IDLE (Completed)
                        └─timeout─▶ again, up to ``retries`` times, then IDLE (Failed)

The transitions are the table :data:`TRANSITIONS`. What is not in it is a mistake of the caller (StateError). Frames
that do not answer the outstanding request (another address, another item, an echo of our own request) are no events:
they are counted, dropped and never shown.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from ...errors import DecodeError, LimitError, LinkTimeoutError, MeterwireError, StateError
from ...reading import Reading, Timestamp
from . import apdu
from .frame import Frame, Stream

__all__ = ["TRANSITIONS", "Completed", "Counters", "Event", "Failed", "Master", "Send"]

BYTE_GAP: Final = 0.5
"""Seconds between two octets of one frame; a frame that has begun extends the deadline by this."""
MAX_STRETCH: Final = 2
"""An answer that trickles in never takes longer than this many timeouts."""

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


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed: MeterError (the meter refused), LinkTimeoutError, or DecodeError."""

    error: MeterwireError


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


@dataclass(slots=True)
class _Task:
    request: Frame
    di: str | None
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
        self._task: _Task | None = None

    # Requests: each returns the octets to send.

    def read(
        self, address: str, di: str | int, now: float, *, blocks: int | None = None, since: dt.datetime | None = None
    ) -> bytes:
        """Ask ``address`` (AA pairs allowed) for item or block ``di``."""
        frame = apdu.read_data(address, di, blocks=blocks, since=since)
        return self._begin(_Task(frame, frame.di, frame.address), now)

    def read_address(self, now: float) -> bytes:
        """Ask the only meter on the line for its address; completes with one Reading of item 04000401."""
        return self._begin(_Task(apdu.read_address(), None, apdu.WILDCARD), now)

    def broadcast_time(self, moment: dt.datetime) -> bytes:
        """Set all clocks on the line; nobody answers, so the master is idle at once."""
        self._step("broadcast")
        return apdu.broadcast_time(moment).encode(self.preamble)

    def cancel(self) -> None:
        """Forget the outstanding request, if any; a late answer will be dropped and counted."""
        if self._task is not None:
            self._step("cancel")
            self._end()

    # Input.

    def feed(self, data: bytes, now: float, time: Timestamp | None = None) -> list[Event]:
        """Take octets from the line; ``time`` is put into the readings they complete."""
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
        if task.tries <= self.retries:
            self._step("timeout")
            self.counters.retries += 1
            return [Send(self._send(task, now))]
        self._step("exhausted")
        self._end()
        self.counters.timeouts += 1
        what = f" for {task.di}" if task.di else ""
        return [
            Failed(
                LinkTimeoutError(
                    f"no valid answer from {task.pattern}{what} after {task.tries} tries of {self.timeout:g} s"
                )
            )
        ]

    # Inside.

    def _step(self, event: str) -> str:
        try:
            self.state, action = TRANSITIONS[self.state, event]
        except KeyError:
            raise StateError(f"{event} is not allowed while {self.state}: one request at a time") from None
        return action

    def _begin(self, task: _Task, now: float) -> bytes:
        self._step("request")
        self._frames(self.stream.flush(), now, None)  # what is left of earlier is nobody's answer
        self._task = task
        self.counters.requests += 1
        return self._send(task, now)

    def _send(self, task: _Task, now: float) -> bytes:
        task.tries += 1
        self.deadline = now + self.timeout
        self._limit = now + MAX_STRETCH * self.timeout
        return task.request.encode(self.preamble)

    def _end(self) -> None:
        self._task = None
        self.deadline = None

    def _frames(self, frames: list[Frame], now: float, time: Timestamp | None) -> list[Event]:
        events: list[Event] = []
        for frame in frames:
            events += self._frame(frame, now, time)
        return events

    def _expected(self, task: _Task | None, frame: Frame) -> apdu.Answer | None:
        """The answer in ``frame`` when it belongs to the outstanding request, else None (and counted)."""
        if not frame.is_reply:
            self.counters.not_answers += 1
            return None
        if task is None or not apdu.address_matches(task.pattern, frame.address):
            self.counters.foreign_address += task is not None
            self.counters.foreign_item += task is None
            return None
        try:
            answer = apdu.parse_answer(frame)
        except DecodeError:
            self.counters.foreign_item += 1
            return None
        if answer.function != task.request.function or (answer.error is None and answer.di != task.di):
            self.counters.foreign_item += 1
            return None
        if answer.error is None and task.seq and answer.seq != task.seq:
            self.counters.wrong_sequence += 1
            return None
        return answer

    def _frame(self, frame: Frame, now: float, time: Timestamp | None) -> list[Event]:
        task = self._task
        answer = self._expected(task, frame)
        if answer is None or task is None:
            return []
        event = "refusal" if answer.error is not None else "part" if answer.more else "answer"
        action = self._step(event)
        if action == "fail":
            self.counters.refusals += 1
            self._end()
            try:
                answer.raise_for_error()
            except MeterwireError as error:
                return [Failed(error)]
        task.wire.append(frame.encode())
        task.parts.append(answer.payload)
        if action == "follow":
            return self._follow(task, answer, now)
        self._end()
        self.counters.answers += 1
        if task.di is None:
            return [Completed(tuple(apdu.readings(frame, time=time)))]
        wire, payload = b"".join(task.wire), b"".join(task.parts)
        return [Completed(tuple(apdu.payload_readings(answer.address, task.di, payload, wire, time)))]

    def _follow(self, task: _Task, answer: apdu.Answer, now: float) -> list[Event]:
        """Ask for the next part, of the meter that sent the first one."""
        if task.di is None or task.seq >= apdu.MAX_SEQ:
            self._step("cancel")
            self._end()
            return [Failed(LimitError(f"more than {apdu.MAX_SEQ} follow-up frames"))]
        task.seq += 1
        task.tries = 0
        task.pattern = answer.address
        task.request = apdu.follow_up(answer.address, task.di, task.seq)
        return [Send(self._send(task, now))]
