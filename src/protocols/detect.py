"""Which protocol are these octets, and what is each of them? One view over all dialects.

A dialect is recognised by its framing, never by guessing at values; ``as_`` forces one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..anatomy import Field
from ..errors import DecodeError, MeterwireError, UsageError
from . import dlt645, dlt698
from .capture import Packet
from .capture.streams import tcp_payloads
from .dlt698.fragment import CONFIRM
from .dlt698.transfer import Assembler
from .mms.anatomy import explain_sdu, explain_tpkt
from .osi import cotp
from .osi.tpkt import HEADER_SIZE, TpktSplitter

__all__ = ["PROTOCOLS", "Explained", "explain", "explain_capture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One frame with its anatomy."""

    protocol: str
    """Name of the protocol, a key of :data:`PROTOCOLS`."""
    frame: bytes
    """The frame."""
    fields: tuple[Field, ...]
    """Every byte of it."""
    summary: str = ""
    """The frame in one line."""
    error: str = ""
    """Why the rest of the frame could not be explained."""
    source: str = ""
    """Who sent it, in a capture."""
    target: str = ""
    """Who got it, in a capture."""
    time_ns: int = 0
    """When, in a capture; ns since 1970."""


def _dlt645(data: bytes) -> list[Explained]:
    stream = dlt645.Stream()
    frames = [*stream.feed(data), *stream.flush()]
    if not frames:
        dlt645.decode(data)  # raises with the reason
    return [_meter_frame(frame) for frame in frames]


def _meter_frame(frame: dlt645.Frame) -> Explained:
    anatomy = frame.anatomy()
    return Explained(protocol="645", frame=frame.encode(), fields=anatomy, summary=str(frame))


def _dlt698(data: bytes) -> list[Explained]:
    stream = dlt698.Stream()
    frames = [*stream.feed(data), *stream.flush()]
    if not frames:
        dlt698.decode(data)  # raises with the reason
    explainer = _Fragments698()
    return [explained for frame in frames for explained in explainer(frame)]


class _Fragments698:
    """Frames of one line; an APDU in fragments is explained once more as a whole."""

    MOST = 64  # conversations kept in mind

    def __init__(self) -> None:
        self._conversations: dict[tuple[int, bytes, int], Assembler] = {}

    def __call__(self, frame: dlt698.Frame) -> list[Explained]:
        found = [_frame698(frame)]
        if not frame.is_fragment or len(frame.data) < 2:
            return found
        fragment = dlt698.Fragment.decode(frame.data)
        found[0] = replace(found[0], summary=f"{found[0].summary} · {fragment}")
        if fragment.kind == CONFIRM:
            return found
        key = (frame.control & 0xC0, frame.server, frame.client)
        assembler = self._conversations.setdefault(key, Assembler())
        apdu = assembler.accept(frame).apdu
        if apdu is None:
            while len(self._conversations) > self.MOST:
                del self._conversations[next(iter(self._conversations))]
            return found
        fields = dlt698.explain_apdu(apdu)
        error = next((field.meaning for field in fields if field.name == "not explained"), "")
        summary = f"fragments together · {fields[0].name}"
        return [*found, Explained(protocol="698", frame=apdu, fields=fields, summary=summary, error=error)]


def _frame698(frame: dlt698.Frame) -> Explained:
    fields = frame.anatomy()
    named = [field.name for field in fields if field.depth == 1]
    error = next((field.meaning for field in fields if field.name == "not explained"), "")
    return Explained(
        protocol="698", frame=frame.encode(), fields=fields, summary=" · ".join((str(frame), *named[:1])), error=error
    )


class _Meters:
    """Octets of a line whose dialect shows with the first frame."""

    def __init__(self) -> None:
        self._tried: list[tuple[dlt645.Stream | dlt698.Stream, Callable[[Any], list[Explained]]]] = [
            (dlt645.Stream(), lambda frame: [_meter_frame(frame)]),
            (dlt698.Stream(), _Fragments698()),
        ]

    def feed(self, data: bytes) -> list[Explained]:
        return self._found([(stream, explained, stream.feed(data)) for stream, explained in self._tried])

    def flush(self) -> list[Explained]:
        return self._found([(stream, explained, stream.flush()) for stream, explained in self._tried])

    def _found(self, tried: list[tuple[Any, Callable[[Any], list[Explained]], list[Any]]]) -> list[Explained]:
        for stream, explained, frames in tried:
            if frames:
                self._tried = [(stream, explained)]
                return [each for frame in frames for each in explained(frame)]
        return []


def _mms(data: bytes) -> list[Explained]:
    stream = _Tpkts()
    frames = stream.feed(data)
    if stream.pending:
        msg = f"{stream.pending} octets of an unfinished TPKT at the end"
        raise DecodeError(msg, offset=len(data) - stream.pending, data=data[-32:])
    return frames


class _Tpkts:
    """The TPKTs of one direction; a message in several of them is explained once more as a whole."""

    def __init__(self) -> None:
        self._splitter = TpktSplitter()
        self._segments: list[bytes] = []

    @property
    def pending(self) -> int:
        return self._splitter.pending

    def feed(self, data: bytes) -> list[Explained]:
        return [explained for tpdu in self._splitter.feed(data) for explained in self._explain(tpdu)]

    def _explain(self, tpdu: bytes) -> list[Explained]:
        size = len(tpdu) + HEADER_SIZE
        frame = bytes((3, 0, size >> 8, size & 0xFF)) + tpdu
        is_data = tpdu[1] & 0xF0 == cotp.DT
        is_last = bool(tpdu[2] & 0x80)
        if not is_data or (is_last and not self._segments):
            return [_explained(frame, explain_tpkt)]
        self._segments.append(tpdu[3:])
        number = len(self._segments)
        found = [_explained(frame, lambda data: explain_tpkt(data, is_segment=True), f"segment {number}")]
        if is_last:
            whole = b"".join(self._segments)
            self._segments.clear()
            found.append(_explained(whole, explain_sdu, f"{number} segments together"))
        return found


def _explained(frame: bytes, explainer: Callable[[bytes], tuple[Field, ...]], what: str = "") -> Explained:
    try:
        fields = explainer(frame)
    except MeterwireError as error:
        head = Field(offset=0, data=frame, name="TPKT", meaning="not explained")
        return Explained(protocol="mms", frame=frame, fields=(head,), summary=what, error=str(error))
    named = [f.name for f in fields if f.depth <= 1 and f.name not in ("TPKT", "segment", "context", "invokeID")]
    told = [what, *(name for name in named if not name.startswith(("session", "pres")))]
    return Explained(protocol="mms", frame=frame, fields=fields, summary=" · ".join(filter(None, told)))


PROTOCOLS: dict[str, Callable[[bytes], list[Explained]]] = {"645": _dlt645, "698": _dlt698, "mms": _mms}
"""What ``as_`` may say: DL/T 645 (both editions), DL/T 698.45, MMS over TPKT."""


def _detect(data: bytes) -> str:
    start = len(data) - len(data.lstrip(b"\xfe"))
    if data[:2] == b"\x03\x00":
        return "mms"
    if dlt698.begins_frame(data[start : start + 32]):
        return "698"
    if data[start : start + 1] == b"\x68" and data[start + 7 : start + 8] == b"\x68":
        return "645"
    if b"\x68" in data:
        return "698" if not dlt645.Stream().feed(data) and dlt698.Stream().feed(data) else "645"
    known = ", ".join(PROTOCOLS)
    msg = f"no known framing in {len(data)} octets; known are {known}"
    raise DecodeError(msg, offset=0, data=data)


def explain(data: bytes, as_: str | None = None) -> list[Explained]:
    """Every frame in ``data``; DecodeError when there is none, UsageError for an unknown ``as_``."""
    if as_ is not None and as_ not in PROTOCOLS:
        msg = f"no protocol {as_!r}; known are {', '.join(PROTOCOLS)}"
        raise UsageError(msg)
    return PROTOCOLS[as_ or _detect(data)](data)


def explain_capture(packets: Iterable[Packet]) -> Iterator[Explained]:
    """Every frame of the TCP connections in a capture; other traffic is passed over."""
    for payload, frames in _frames(packets):
        for explained in frames:
            source, target, time_ns = payload
            yield replace(explained, source=source, target=target, time_ns=time_ns)


def _frames(
    packets: Iterable[Packet],
) -> Iterator[tuple[tuple[str, str, int], list[Explained]]]:
    splitters: dict[tuple[str, str], _Tpkts] = {}
    streams: dict[tuple[str, str], _Meters] = {}
    last: dict[tuple[str, str], tuple[str, str, int]] = {}
    for payload in tcp_payloads(packets):
        key = (payload.source, payload.target)
        where = (*key, payload.time_ns)
        if key not in splitters and key not in streams:
            if payload.data[:2] == b"\x03\x00":
                splitters[key] = _Tpkts()
            else:
                streams[key] = _Meters()
        if key in splitters:
            try:
                yield where, splitters[key].feed(payload.data)
            except DecodeError:
                del splitters[key]
        else:
            last[key] = where
            yield where, streams[key].feed(payload.data)
    for key, stream in streams.items():  # what a false start at the end held back
        if found := stream.flush():
            yield last[key], found
