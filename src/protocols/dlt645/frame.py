"""DL/T 645 link layer: one frame, and the search for frames in a stream.

::

    FE × 0..n | 68 | A0 A1 A2 A3 A4 A5 | 68 | C | L | DATA … | CS | 16
              |    | low digits first  |    |   |   | +33H   | sum of everything from the first 68H, mod 256

C: bit 7 set in answers, bit 6 abnormal answer, bit 5 more frames follow, bits 4-0 function.

A frame ends where L says, never at the first 16H; 68H and 16H are ordinary octets inside address and data. Any number
of FE may precede a frame. Both editions, 1997 and 2007, have this frame; functions and items differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..._accel import dlt645 as _accel
from ...anatomy import Field
from . import functions as fn
from .explain import explain
from .functions import Edition, edition_of, function_name
from .items import lookup

__all__ = ["MAX_DATA", "Frame", "Stream", "decode", "encode", "scan_batch", "stream"]

MAX_DATA: Final[int] = _accel.MAX_DATA
"""Largest L accepted: 200 octets, what the standard allows in a reading answer."""
_ITEMS: Final = frozenset({fn.SECURITY, fn.READ, fn.FOLLOW_UP, fn.WRITE})
_ITEMS_97: Final = frozenset({fn.READ_97, fn.FOLLOW_UP_97, fn.REREAD_97, fn.WRITE_97})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One checked frame; equal content means equal octets on the wire."""

    address: str
    """12 digits, most significant first, as printed on the meter; the pair AA is a wildcard, 999999999999 everybody."""
    control: int
    """Control octet C, 0..255."""
    data: bytes = b""
    """Data field with the 33H taken off again, at most :data:`MAX_DATA` octets."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", str(self.address).upper())
        object.__setattr__(self, "data", bytes(self.data))
        self.encode()  # says what is wrong

    @property
    def function(self) -> int:
        """Bits 4-0 of the control octet."""
        return self.control & 0x1F

    @property
    def is_reply(self) -> bool:
        """True when a meter sent it (bit 7)."""
        return bool(self.control & fn.REPLY)

    @property
    def is_error(self) -> bool:
        """True for an abnormal answer (bit 6); always False in a request, where the bit is reserved."""
        return self.control & (fn.REPLY | fn.ERROR) == fn.REPLY | fn.ERROR

    @property
    def more_follows(self) -> bool:
        """True when the meter has follow-up frames (bit 5); always False in a request."""
        return self.control & (fn.REPLY | fn.MORE) == fn.REPLY | fn.MORE

    @property
    def edition(self) -> Edition:
        """``"2007"`` or ``"1997"``, as function and data tell; what both have counts as 2007."""
        return edition_of(self.control, self.data)

    @property
    def di(self) -> str | None:
        """Data identifier as 8 hex digits, DI3 first (of 1997 4), where function and length say that there is one."""
        is_1997 = self.edition == "1997"
        size = 2 if is_1997 else 4
        has_di = self.function in (_ITEMS_97 if is_1997 else _ITEMS) and not self.is_error and len(self.data) >= size
        return self.data[size - 1 :: -1].hex().upper() if has_di else None

    def encode(self, preamble: int = 0) -> bytes:
        """The octets on the wire, ``preamble`` times FE before them; UsageError when a field is out of range."""
        octets: bytes = _accel.encode(self.address, self.control, self.data)
        return b"\xfe" * preamble + octets if preamble else octets

    def anatomy(self) -> tuple[Field, ...]:
        """Every octet explained: link fields first to last, the data field as the catalogue understands it."""
        wire = self.encode()
        fields = [
            Field(offset=0, data=wire[:1], name="start", meaning="68H"),
            Field(offset=1, data=wire[1:7], name="address A0..A5", meaning=f"meter {_who(self.address)}"),
            Field(offset=7, data=wire[7:8], name="start", meaning="68H"),
            Field(offset=8, data=wire[8:9], name="control C", meaning=function_name(self.control, self.edition)),
            Field(offset=9, data=wire[9:10], name="length L", meaning=f"{len(self.data)} octets of data"),
        ]
        if self.data:
            fields.append(Field(offset=10, data=wire[10:-2], name="data", meaning="each octet is sent + 33H"))
            fields.extend(
                Field(offset=10 + at, data=wire[10 + at : 10 + at + size], name=name, meaning=meaning, depth=1)
                for at, size, name, meaning in explain(self.control, self.data)
            )
        end = len(wire)
        fields.append(Field(offset=end - 2, data=wire[-2:-1], name="checksum CS", meaning="sum modulo 256, correct"))
        fields.append(Field(offset=end - 1, data=wire[-1:], name="end", meaning="16H"))
        return tuple(fields)

    def __str__(self) -> str:
        di = self.di
        return f"{self.address} {function_name(self.control, self.edition)}" + (
            f", {di} {lookup(di).name}" if di else ""
        )


def _who(address: str) -> str:
    if address == "9" * 12:
        return f"{address}: everybody, nobody answers"
    if address == "A" * 12:
        return f"{address}: whoever is alone on the line"
    return address + (" (AA: any two digits)" if "AA" in address else "")


def decode(data: bytes | bytearray | memoryview) -> Frame:
    """Decode exactly one frame; any number of FE may precede it, nothing may follow.

    Raises TruncatedError (the input ends early), ChecksumError, LimitError (L above :data:`MAX_DATA`) or another
    DecodeError, each with the offset of the offence.

    Example: ``decode(bytes.fromhex("684310001134006811043533B335CD16")).di == "02800002"``
    """
    return _accel.decode(Frame, data)


def encode(frame: Frame, preamble: int = 0) -> bytes:
    """The octets of ``frame`` on the wire; the same as ``frame.encode(preamble)``."""
    return frame.encode(preamble)


class Stream:
    """Finds frames in a stream of octets; garbage, broken frames and preambles cost linear time and no memory.

    After a candidate with a wrong checksum the search goes on one octet behind its 68H, so a good frame inside or
    right behind a broken one is found. Nothing ever raises.
    """

    __slots__ = ("_buffer", "_need", "checksum_errors", "discarded", "examined", "frames")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._need = 1
        self.frames = 0
        """Frames found so far."""
        self.checksum_errors = 0
        """Complete candidates whose checksum was wrong."""
        self.discarded = 0
        """Octets that belonged to no frame; FE is not counted."""
        self.examined = 0
        """Octets looked at, the measure of work done; proportional to the octets fed."""

    @property
    def pending(self) -> int:
        """Octets kept for a frame that has begun; never more than 211 between calls."""
        return len(self._buffer)

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Take some octets, return the frames they complete, oldest first."""
        self._buffer += data
        return self._search(final=False) if len(self._buffer) >= self._need else []

    def flush(self) -> list[Frame]:
        """The line went quiet: what is incomplete stays incomplete, so look for frames inside it."""
        return self._search(final=True) if self._buffer else []

    def _search(self, *, final: bool) -> list[Frame]:
        frames: list[Frame]
        frames, resume, need, errors, discarded, examined = _accel.extract(Frame, self._buffer, 0, final)
        del self._buffer[:resume]
        self._need = need - resume
        self.frames += len(frames)
        self.checksum_errors += errors
        self.discarded += discarded
        self.examined += examined
        return frames


def stream(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """Frames from chunks of octets cut anywhere, e.g. from a file or a recording."""
    finder = Stream()
    for chunk in chunks:
        yield from finder.feed(chunk)
    yield from finder.flush()


def scan_batch(data: bytes | bytearray | memoryview, rows: object, start: int = 0) -> tuple[int, int, int, int]:
    """Check many frames without making objects: ``(count, resume, errors, discarded)``.

    ``rows`` is a writable buffer such as ``array("Q", bytes(24 * n))`` and takes three words per frame: the offset of
    its 68H; ``L << 40 | C << 32 | DI`` (DI is 0 when L < 4); the address, readable as 12 hex digits. Stops when
    ``rows`` is full or the octets are used up; go on from ``resume``. The compiled form runs without the GIL.
    """
    result: tuple[int, int, int, int] = _accel.batch(data, start, rows)
    return result
