"""LINK: a terminal logs in at its master station, beats, logs out; both ends of the supervision, without I/O.

Terminal (:class:`LinkKeeper`)::

    OFFLINE ──connected──▶ LOGIN ──accepted──▶ ONLINE ──beat due──▶ BEATING ──answered──▶ ONLINE
       ▲                    │ └─refused─▶ WAITING ──retry due──▶ LOGIN     │
       └──disconnected, logged out, too many beats unanswered──────────────┘

Master station (:class:`LinkWatch`): a login or heartbeat keeps it up for :data:`GRACE` heartbeat intervals.
"""

import datetime as dt
from typing import Final

from ...errors import StateError, UsageError
from .apdu import Apdu
from .association import LinkRequest, LinkResponse
from .dates import DateTime

__all__ = ["GRACE", "TRANSITIONS", "LinkKeeper", "LinkWatch", "answer_link", "clock_offset"]

GRACE: Final = 2.5
"""Heartbeat intervals without a word after which a terminal counts as gone."""

TRANSITIONS: Final[dict[tuple[str, str], str]] = {
    ("offline", "connected"): "login",
    ("login", "accepted"): "online",
    ("login", "refused"): "waiting",
    ("login", "unanswered"): "login",
    ("waiting", "retry"): "login",
    ("online", "beat"): "beating",
    ("beating", "accepted"): "online",
    ("beating", "refused"): "waiting",
    ("beating", "unanswered"): "online",
    ("online", "logout"): "leaving",
    ("leaving", "accepted"): "offline",
    ("leaving", "refused"): "offline",
    ("leaving", "unanswered"): "offline",
} | {(state, "disconnected"): "offline" for state in ("offline", "login", "waiting", "online", "beating", "leaving")}
"""(state, event) to next state."""


def answer_link(
    request: LinkRequest,
    received: dt.datetime,
    sent: dt.datetime,
    *,
    code: int = LinkResponse.ACCEPTED,
    clock_is_trusted: bool = True,
) -> LinkResponse:
    """The answer to a LINK request that came at ``received`` and is answered at ``sent``, both local time."""
    if not 0 <= code < 8:
        raise UsageError(f"the result of a LINK is 0..7, not {code}")
    return LinkResponse(
        piid=request.piid & 0xBF,
        result=code | (0x80 if clock_is_trusted else 0),
        request_time=request.time,
        received_time=DateTime.of(received),
        response_time=DateTime.of(sent),
    )


def clock_offset(answer: LinkResponse, arrived: dt.datetime) -> float | None:
    """Seconds by which the station's clock is ahead of ours, from the four times of a LINK answer; ``arrived`` is ours.

    The way there and back is taken as equally long. None when a time is missing, or the station's clock not trusted.
    """
    times = [time.datetime for time in (answer.request_time, answer.received_time, answer.response_time)]
    asked, received, sent = times
    if asked is None or received is None or sent is None or not answer.clock_is_trusted:
        return None
    there, back = received - asked, sent - arrived.replace(tzinfo=None)
    return (there.total_seconds() + back.total_seconds()) / 2


class LinkKeeper:
    """The terminal's end: says when to send which LINK request; sending and waiting is the session's work.

    ``heartbeat`` seconds between beats, ``misses`` unanswered ones end the connection, ``retry`` seconds after a
    refusal.
    """

    def __init__(self, *, heartbeat: int = 60, misses: int = 3, retry: float = 60.0) -> None:
        if not 1 <= heartbeat <= 0xFFFF:
            raise UsageError(f"a heartbeat comes every 1..65535 seconds, not {heartbeat}")
        self.heartbeat = heartbeat
        self.misses = misses
        self.retry = retry
        self.state = "offline"
        self.deadline: float | None = None
        """When :meth:`due` has something to send; None when it has not."""
        self.refused_with = 0
        """Result of the last refusal."""
        self._missed = 0
        self._asked: int | None = None

    @property
    def is_online(self) -> bool:
        """True while logged in."""
        return self.state in {"online", "beating"}

    def connected(self, now: float) -> None:
        """The transport stands: log in."""
        self._step("connected")
        self._missed, self.deadline, self._asked = 0, now, None

    def disconnected(self) -> None:
        """The transport is gone."""
        self._step("disconnected")
        self.deadline = None

    def log_out(self, now: float) -> None:
        """Take leave."""
        self._step("logout")
        self.deadline = now

    def due(self, now: float, clock: dt.datetime) -> LinkRequest | None:
        """The LINK request to be sent now, if any; ``clock`` is the terminal's local time."""
        if self.deadline is None or now < self.deadline:
            return None
        if self.state == "waiting":
            self._step("retry")
        if self.state == "online":
            self._step("beat")
        kinds = {"login": LinkRequest.LOGIN, "beating": LinkRequest.HEARTBEAT, "leaving": LinkRequest.LOGOUT}
        self.deadline = None
        self._asked = kinds[self.state]
        return LinkRequest(type=self._asked, heartbeat=self.heartbeat, time=DateTime.of(clock))

    def answered(self, answer: Apdu | None, now: float) -> bool:
        """What came back, or None when nothing did; False when the connection is to be closed."""
        if self._asked is None:
            raise StateError("no LINK request is outstanding")
        self._asked = None
        if isinstance(answer, LinkResponse):
            self._missed = 0
            self.refused_with = answer.code
            self._step("refused" if answer.code else "accepted")
            self.deadline = now + (self.retry if answer.code else self.heartbeat)
        else:
            self._missed += 1
            self._step("unanswered")
            self.deadline = now
        if self.state == "offline" or self._missed >= self.misses:
            self.state, self.deadline = "offline", None
            return False
        return True

    def _step(self, event: str) -> None:
        try:
            self.state = TRANSITIONS[self.state, event]
        except KeyError:
            raise StateError(f"LINK: {event} is not allowed while {self.state}") from None


class LinkWatch:
    """The master station's end: is the terminal there?"""

    __slots__ = ("deadline", "heartbeat", "is_online", "logins")

    def __init__(self) -> None:
        self.is_online = False
        """True from a login to the logout, or to the end of the grace."""
        self.heartbeat = 0
        """Seconds between beats, as the terminal said."""
        self.deadline: float | None = None
        """When the terminal counts as gone unless it says something; None while it is not there."""
        self.logins = 0
        """Logins so far."""

    def take(self, request: LinkRequest, now: float) -> None:
        """A LINK request came. A heartbeat without login counts as one: the station may have been restarted."""
        if request.type == LinkRequest.LOGOUT:
            self.is_online, self.deadline = False, None
            return
        if request.type == LinkRequest.LOGIN or not self.is_online:
            self.logins += 1
        self.is_online = True
        self.heartbeat = request.heartbeat
        # a heartbeat of 0 is no promise to beat
        self.deadline = now + GRACE * request.heartbeat if request.heartbeat else None

    def tick(self, now: float) -> bool:
        """True when the terminal has just been found gone."""
        if self.deadline is None or now < self.deadline:
            return False
        self.is_online, self.deadline = False, None
        return True
