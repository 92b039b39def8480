"""A wrong server: stands in front of a right one, passes everything on, and changes what a lie tells it to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from meterwire.errors import MeterwireError
from meterwire.protocols import ber
from meterwire.protocols.mms.pdu import PduTag, decode_pdu
from meterwire.protocols.osi import cotp, presentation, session, tpkt


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """What is changed. ``None`` from a function means: as it is."""

    frame: Callable[[bytes], bytes | None] | None = None
    """A TPKT of the server before the association stands."""
    answer: Callable[[bytes, bytes], list[bytes] | None] | None = None
    """An MMS PDU of the server, with the request it answers (empty where there is none): what is sent instead."""
    request: Callable[[bytes], bytes | None] | None = None
    """An MMS PDU of the client: what the server gets instead."""
    instead: Callable[[bytes], bytes | None] | None = None
    """An MMS PDU of the client: what it is answered, without asking the server."""
    hello: Callable[[bytes], bytes | None] | None = None
    """A TPKT of the client before the association stands: what the server gets instead."""
    deaf: Callable[[bytes], bool] | None = None
    """A TPKT of the client that is swallowed."""


class _Way:
    """One direction of one connection, frame by frame."""

    def __init__(self) -> None:
        self.splitter = tpkt.TpktSplitter()
        self.held: list[bytes] = []

    def feed(self, data: bytes) -> list[tuple[bytes, bytes | None]]:
        """Frames, each with the whole MMS PDU that ends in it; raw octets when they are no TPKTs."""
        try:
            tpdus = self.splitter.feed(data)
        except MeterwireError:
            self.splitter = tpkt.TpktSplitter()
            return [(data, None)]
        found: list[tuple[bytes, bytes | None]] = []
        for tpdu in tpdus:
            frame = tpkt.encode(tpdu)
            if len(tpdu) < 3 or tpdu[1] & 0xF0 != cotp.DT:
                found.append((frame, None))
                continue
            self.held.append(frame)
            if tpdu[2] & 0x80:
                sdu = b"".join(one[7:] for one in self.held)
                found.append((b"".join(self.held), _pdu(sdu)))
                self.held.clear()
        return found


def _pdu(sdu: bytes) -> bytes | None:
    if not sdu.startswith(session.DATA):
        return None
    with contextlib.suppress(MeterwireError):
        start, stop = ber.only_element(sdu, len(session.DATA), len(sdu), 0x61, "presentation data")
        return presentation.decode_user_data(sdu, start, stop)[1]
    return None


def _frames(pdu: bytes) -> bytes:
    sdu = session.DATA + presentation.encode_user_data(3, pdu)
    return b"".join(map(tpkt.encode, cotp.segments(sdu, 2048)))


class _Between:
    """One connection."""

    def __init__(self, lie: Lie) -> None:
        self.lie = lie
        self.asked: dict[int, bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        ways = [
            asyncio.create_task(self._pump(reader, up_writer, lambda data: self.from_client(data, writer))),
            asyncio.create_task(self._pump(up_reader, writer, self.from_server)),
        ]
        self.client_way, self.server_way = _Way(), _Way()
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0.01)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, up_writer):
                end.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: Callable[[bytes], bytes]
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                writer.write(change(data))

    def from_client(self, data: bytes, back: asyncio.StreamWriter) -> bytes:
        lie = self.lie
        out = b""
        for frame, pdu in self.client_way.feed(data):
            if lie.deaf is not None and lie.deaf(frame):
                continue
            if pdu is None:
                hello = lie.hello(frame) if lie.hello is not None else None
                out += frame if hello is None else hello
                continue
            with contextlib.suppress(MeterwireError):
                told = decode_pdu(pdu)
                if told.tag == PduTag.CONFIRMED_REQUEST:
                    self.asked[told.invoke_id or 0] = pdu
            instead = lie.instead(pdu) if lie.instead is not None else None
            if instead is not None:
                back.write(_frames(instead))
                continue
            changed = lie.request(pdu) if lie.request is not None else None
            out += frame if changed is None else _frames(changed)
        return out

    def from_server(self, data: bytes) -> bytes:
        lie = self.lie
        out = b""
        for frame, pdu in self.server_way.feed(data):
            if pdu is None:
                changed = lie.frame(frame) if lie.frame is not None else None
                out += frame if changed is None else changed
                continue
            told = lie.answer(pdu, self._request_of(pdu)) if lie.answer is not None else None
            out += frame if told is None else b"".join(map(_frames, told))
        return out

    def _request_of(self, pdu: bytes) -> bytes:
        with contextlib.suppress(MeterwireError):
            told = decode_pdu(pdu)
            if told.invoke_id is not None:
                return self.asked.get(told.invoke_id, b"")
        return b""


@asynccontextmanager
async def lying(port: int, lie: Lie) -> AsyncIterator[str]:
    """Stand in front of the server on ``port``; gives where clients connect."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await _Between(lie).serve(reader, writer, port)
        connections.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"mms://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
