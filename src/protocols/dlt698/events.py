"""What sessions tell those who run them; and what they count."""

from dataclasses import dataclass

from ...errors import MeterwireError
from .address import ServerAddress
from .apdu import Apdu, UnknownApdu
from .frame import Frame

__all__ = ["Block", "Completed", "Counters", "Event", "Failed", "LinkAsked", "Reported", "Send"]


@dataclass(frozen=True, slots=True)
class Send:
    """Put these octets on the line."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Completed:
    """The request is answered; of an answer in blocks this is all of it."""

    apdu: Apdu | UnknownApdu
    """The answer, opened when it was protected."""
    server: ServerAddress
    """Who answered."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an answer in blocks is here; :class:`Completed` comes with the last."""

    apdu: Apdu
    """A GetResponseNext."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed: MeterError (refused), LinkTimeoutError, StateError or DecodeError (nonsense)."""

    error: MeterwireError


@dataclass(frozen=True, slots=True)
class Reported:
    """The server reports; confirm it once it is kept safely, or it will be sent again."""

    apdu: Apdu
    """A ReportNotification."""
    frame: Frame
    """What it came in: whom to confirm it to."""


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """The server logs in, shows that it is alive or logs out; answer it."""

    apdu: Apdu
    """A LinkRequest."""
    frame: Frame
    """What it came in: whom to answer."""


Event = Send | Completed | Block | Failed | Reported | LinkAsked


@dataclass(slots=True)
class Counters:
    """What a session has seen; all counts since its start."""

    requests: int = 0
    """Requests begun or, on a server, taken."""
    answers: int = 0
    """Requests completed or, on a server, answered."""
    retries: int = 0
    """Frames sent once more."""
    timeouts: int = 0
    """Requests or reports given up."""
    foreign: int = 0
    """Frames of or for somebody else, dropped."""
    unasked: int = 0
    """Answers nobody waits for: late, of another service number or service; dropped."""
    unreadable: int = 0
    """APDUs that make no sense, dropped (a server answers them with an ERROR)."""
    weaker: int = 0
    """Answers less protected than their request, dropped."""
    repeats: int = 0
    """Requests or reports that came once more: answered again, not carried out or told again."""
    stale: int = 0
    """Requests whose time tag is too old."""
    reports: int = 0
    """Reports taken or, on a server, confirmed."""
