"""DL/T 698.45 link layer: one frame, and the search for frames in a stream.

::

    FE × 0..n | 68 | L L | C | AF SA… | CA | HCS | user data | FCS | 16

C: bit 7 DIR (1 from the server), bit 6 PRM (1 of a conversation the client began), bit 5 user data is a fragment,
bit 3 SC (33H was added to every octet of the user data), bits 2-0 function: 1 link management, 3 user data.

=====  ==============================================
C      frame
=====  ==============================================
43 C3  request of a client, answer of a server
83 03  report of a server, the client's answer
81 01  login, heartbeat, logout of a server; the answer
=====  ==============================================

plus 20 for fragments (:mod:`.fragment`), 08 when scrambled. The address is explained in :mod:`.address`. A frame ends
where L says; 68H and 16H are ordinary octets inside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..._accel import dlt698 as _accel
from ..._accel import frames as _frames
from ...anatomy import Field
from .address import ServerAddress
from .fragment import Fragment

__all__ = [
    "ANSWER",
    "LINK_ANSWER",
    "LINK_REQUEST",
    "MAX_FRAME",
    "REPORT",
    "REPORT_ANSWER",
    "REQUEST",
    "Frame",
    "Stream",
    "begins_frame",
    "control_name",
    "decode",
    "encode",
    "scan_batch",
    "stream",
]

MAX_FRAME: Final[int] = _accel.MAX_FRAME
"""Largest frame: 16,385 octets, 68H and 16H included."""

DIR: Final = 0x80
PRM: Final = 0x40
FRAGMENT: Final = 0x20
SCRAMBLED: Final = 0x08
REQUEST: Final = 0x43
"""C of a client's request."""
ANSWER: Final = 0xC3
"""C of a server's answer."""
REPORT: Final = 0x83
"""C of a server's report."""
REPORT_ANSWER: Final = 0x03
"""C of a client's answer to a report."""
LINK_REQUEST: Final = 0x81
"""C of a server's login, heartbeat or logout."""
LINK_ANSWER: Final = 0x01
"""C of the answer to that."""

_WHO: Final = {
    0: "answer of the client to a report",
    PRM: "request of the client",
    DIR: "report of the server",
    DIR | PRM: "answer of the server",
}
_WHO_LINK: Final = {
    0: "answer of the client",
    PRM: "request of the client",
    DIR: "request of the server",
    DIR | PRM: "answer of the server",
}
_FUNCTION: Final = {1: "link management 链路管理", 3: "user data 用户数据"}


def control_name(control: int) -> str:
    """Plain words for a control octet, e.g. ``"request of the client, user data 用户数据"``."""
    function = control & 7
    words = [
        (_WHO_LINK if function == 1 else _WHO)[control & (DIR | PRM)],
        _FUNCTION.get(function, f"function {function}"),
    ]
    if control & FRAGMENT:
        words.append("fragment")
    if control & SCRAMBLED:
        words.append("scrambled (+33H)")
    if control & 0x10:
        words.append("reserved bit 4 set")
    return ", ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One checked frame; equal content means equal octets on the wire."""

    control: int
    """Control octet C, 0..255."""
    server: ServerAddress
    """Who is asked, or who answers."""
    client: int = 0
    """Client address CA, 0..255; 0 when the client gives none. A server echoes it."""
    data: bytes = b""
    """User data with the scrambling taken off: an APDU, or a fragment word and a piece of one."""

    def __post_init__(self) -> None:
        server = self.server
        object.__setattr__(self, "server", server if type(server) is ServerAddress else ServerAddress.of(server))
        object.__setattr__(self, "data", bytes(self.data))
        self.encode()  # says what is wrong

    @property
    def from_server(self) -> bool:
        """True when a meter or terminal sent it (DIR)."""
        return bool(self.control & DIR)

    @property
    def by_client(self) -> bool:
        """True when it belongs to a conversation the client began (PRM)."""
        return bool(self.control & PRM)

    @property
    def is_fragment(self) -> bool:
        """True when the user data is a fragment."""
        return bool(self.control & FRAGMENT)

    @property
    def is_scrambled(self) -> bool:
        """True when 33H is added to the user data on the wire."""
        return bool(self.control & SCRAMBLED)

    @property
    def function(self) -> int:
        """1 link management, 3 user data."""
        return self.control & 7

    @property
    def fragment(self) -> Fragment | None:
        """The fragment in the user data; None when there is none. DecodeError when the word is cut."""
        return Fragment.decode(self.data) if self.is_fragment else None

    def encode(self, preamble: int = 0) -> bytes:
        """The octets on the wire, ``preamble`` times FE before them; UsageError when a field is out of range."""
        octets: bytes = _accel.encode(self.control, self.server, self.client, self.data)
        return b"\xfe" * preamble + octets

    def anatomy(self) -> tuple[Field, ...]:
        """Every octet explained: the link fields, then the APDU down to its values."""
        from .explain import explain_frame  # noqa: PLC0415 - explaining knows every APDU, which know nothing of frames

        return explain_frame(self)

    def __str__(self) -> str:
        return f"{self.server} {control_name(self.control)}"


def decode(data: bytes | bytearray | memoryview) -> Frame:
    """Decode exactly one frame; any number of FE may precede it, nothing may follow.

    Raises TruncatedError (the input ends early), ChecksumError (HCS or FCS), LimitError (reserved bits of L) or
    another DecodeError, each with the offset of the offence.

    Example: ``decode(bytes.fromhex("68170043050000000000000072790501004100020000121416")).data.hex()[:8] == "05010041"``
    """
    return _accel.decode(Frame, ServerAddress, data)


def begins_frame(data: bytes) -> bool:
    """True when a frame begins at the first octet: 68H, a plausible length, a correct header check."""
    if len(data) < 6 or data[0] != 0x68:
        return False
    client = 6 + (data[4] & 15)
    length = data[1] | data[2] << 8
    is_plausible = client + 3 <= len(data) and client + 4 <= length < MAX_FRAME
    return is_plausible and _frames.fcs(data[1 : client + 1]) == data[client + 1] | data[client + 2] << 8


def encode(frame: Frame, preamble: int = 0) -> bytes:
    """The octets of ``frame`` on the wire; the same as ``frame.encode(preamble)``."""
    return frame.encode(preamble)


class Stream:
    """Finds frames in a stream of octets; garbage, broken frames and preambles cost linear time and no memory.

    After a candidate with a wrong check the search goes on one octet behind its 68H, so a good frame inside or right
    behind a broken one is found. Frames of a function other than 1 and 3 are none. Nothing ever raises.
    """

    __slots__ = ("_scanner",)

    def __init__(self) -> None:
        self._scanner = _frames.Scanner(("698",))

    @property
    def frames(self) -> int:
        """Frames found so far."""
        return self._scanner.found

    @property
    def checksum_errors(self) -> int:
        """Candidates with a correct header check whose frame check was wrong."""
        return self._scanner.errors

    @property
    def discarded(self) -> int:
        """Octets that belonged to no frame; FE is not counted."""
        return self._scanner.discarded

    @property
    def examined(self) -> int:
        """Octets looked at, the measure of work done; proportional to the octets fed."""
        return self._scanner.examined + self._scanner.headers

    @property
    def pending(self) -> int:
        """Octets kept for a frame that has begun; less than :data:`MAX_FRAME` between calls."""
        return self._scanner.pending

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Take some octets, return the frames they complete, oldest first."""
        return [_accel.build(Frame, ServerAddress, octets) for _, octets in self._scanner.feed_frames(data)]

    def flush(self) -> list[Frame]:
        """The line went quiet: what is incomplete stays incomplete, so look for frames inside it."""
        return [_accel.build(Frame, ServerAddress, octets) for _, octets in self._scanner.flush_frames()]


def stream(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """Frames from chunks of octets cut anywhere, e.g. from a file or a recording."""
    finder = Stream()
    for chunk in chunks:
        yield from finder.feed(chunk)
    yield from finder.flush()


def scan_batch(data: bytes | bytearray | memoryview, rows: object, start: int = 0) -> tuple[int, int, int, int]:
    """Check many frames without making objects: ``(count, resume, errors, discarded)``.

    ``rows`` is a writable buffer such as ``array("Q", bytes(16 * n))`` and takes two words per frame: the offset of its
    68H; ``length << 8 | 2``. Stops when ``rows`` is full or the octets are used up; go on from ``resume``.
    """
    count, resume, errors, discarded = _frames.spans(data, start, rows, ("698",))
    return count, resume, errors, discarded
