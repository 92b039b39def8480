"""What the MMS tests share: a loop that forgives nothing, a small IED, and a client that sends whatever bytes it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Self, TypeVar

from meterwire.errors import ProtocolError
from meterwire.models import (
    BASIC_TYPES,
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Reference,
    ReportControl,
    Trigger,
    basic_type,
)
from meterwire.protocols.mms import Initiate, Initiator, Opened
from meterwire.protocols.osi import Association, Data, Role, State, cotp, presentation, session, tpkt

from .helpers import until

T = TypeVar("T")

LIMIT = 60.0
"""Seconds after which a test hangs."""
SOON = 10.0
"""Seconds in which something must happen that normally takes milliseconds."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run``, but what reaches the loop's exception handler fails the test, and so does a hang."""
    problems: list[str] = []

    async def guarded() -> T:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(
            lambda _, context: problems.append(f"{context['message']}: {context.get('exception')!r}")
        )
        async with asyncio.timeout(LIMIT):
            result = await main
        # What was closed gets its last callbacks, and what was forgotten is told.
        for _ in range(3):
            await asyncio.sleep(0)
        return result

    result = asyncio.run(guarded())
    assert not problems, problems
    return result


async def soon(condition: Callable[[], object]) -> None:
    """Wait for what a few turns of the loop bring; :func:`until` looks too seldom for hundreds of tests."""
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0)
    await until(condition)


# -- a small model ----------------------------------------------------------------------------------------------------

LD = "TESTLD"
POINTS = 5


def attribute(name: str, fc: str, kind: str, **options: Any) -> DataAttribute:
    return DataAttribute(name, fc, basic_type(kind), **options)


def measured(name: str) -> DataObject:
    """A measured value: mag.f, q, t."""
    mag = DataAttribute("mag", "MX").add(attribute("f", "MX", "FLOAT32", trigger=Trigger.DCHG))
    return DataObject(name, "MV").add(
        mag,
        attribute("q", "MX", "Quality", trigger=Trigger.QCHG),
        attribute("t", "MX", "Timestamp"),
        attribute("db", "CF", "INT32U", is_writable=True),
    )


def status(name: str) -> DataObject:
    """A status: stVal, q, t, and a description that can be written."""
    return DataObject(name, "SPS").add(
        attribute("stVal", "ST", "BOOLEAN", trigger=Trigger.DCHG),
        attribute("q", "ST", "Quality", trigger=Trigger.QCHG),
        attribute("t", "ST", "Timestamp"),
        attribute("d", "DC", "VisString255", is_writable=True),
    )


def counter(name: str) -> DataObject:
    """A counter whose update counts even when the value is the same."""
    return DataObject(name, "BCR").add(
        attribute("actVal", "ST", "INT64", trigger=Trigger.DCHG | Trigger.DUPD),
        attribute("q", "ST", "Quality", trigger=Trigger.QCHG),
        attribute("t", "ST", "Timestamp"),
    )


def curve(name: str) -> DataObject:
    """An array of structures, which can be written."""
    points = DataAttribute("crvPts", "SP", is_array=True)
    for i in range(POINTS):
        point = DataAttribute(f"({i})", "SP")
        point.add(
            attribute("xVal", "SP", "FLOAT32", value=float(i), is_writable=True),
            attribute("yVal", "SP", "FLOAT32", value=float(i * i), is_writable=True),
        )
        points.add(point)
    return DataObject(name, "CSG").add(
        attribute("numPts", "SP", "INT16U", value=POINTS), points, attribute("fixed", "SP", "INT16U", value=7)
    )


def every_type() -> DataObject:
    """One writable attribute of every basic type, called after it."""
    return DataObject("Every", "TEST").add(
        *(attribute(f"v{name}", "SP", name, is_writable=True) for name in BASIC_TYPES)
    )


def small_ied(*, instances: int = 2, fillers: int = 0, **report: Any) -> Ied:
    """LLN0, GGIO1, MMXU1 with two data sets and a report control; ``fillers`` more measured values in dsMx."""
    lln0 = LogicalNode("LLN0").add(DataObject("Mod", "ENC").add(attribute("stVal", "ST", "Enum", value=1)))
    ggio = LogicalNode("GGIO", "1").add(status("Ind1"), status("Ind2"), counter("Cnt1"), curve("Crv1"), every_type())
    mmxu = LogicalNode("MMXU", "1").add(*(measured(n) for n in ("TotW", "Hz", *(f"F{i}" for i in range(fillers)))))
    lln0.data_sets["dsEv"] = tuple(Reference(LD, ("GGIO1", n), "ST") for n in ("Ind1", "Ind2", "Cnt1"))
    lln0.data_sets["dsMx"] = tuple(Reference(LD, ("MMXU1", n), "MX") for n in mmxu.children)
    declared = {"data_set": "dsEv", "instances": instances, **report}
    lln0.control_blocks["urcb"] = ReportControl(name="urcb", **declared)
    return Ied("TEST").add(LogicalDevice(LD, "LD").add(lln0, ggio, mmxu))


# -- raw bytes --------------------------------------------------------------------------------------------------------


def dt(sdu: bytes) -> bytes:
    """One session PDU in one TPKT."""
    return tpkt.encode(cotp.DT_LAST + sdu)


def frame(pdu: bytes, context: int = 3) -> bytes:
    """One MMS PDU in one TPKT."""
    return dt(session.DATA + presentation.encode_user_data(context, pdu))


def segmented(pdu: bytes, size: int = 60_000, context: int = 3) -> bytes:
    """One MMS PDU of any size, in TPKTs."""
    sdu = session.DATA + presentation.encode_user_data(context, pdu)
    return b"".join(map(tpkt.encode, cotp.segments(sdu, size)))


class Raw:
    """A TCP connection on which anything can be sent; what comes back is read as MMS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.initiator = Initiator()
        self._inbox: list[bytes] = []
        self.aborted = False
        self.was_reset = False

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.writer.write(chunk)

    async def trickle(self, data: bytes, size: int = 1) -> None:
        """Send in pieces of ``size``, each a segment of its own as far as the system lets us."""
        with contextlib.suppress(ConnectionError):
            for i in range(0, len(data), size):
                self.writer.write(data[i : i + size])
                await self.writer.drain()
                await asyncio.sleep(0)

    async def _read(self) -> bytes:
        try:
            async with asyncio.timeout(SOON):
                return await self.reader.read(1 << 16)
        except ConnectionError:
            # A server that closes while we still send resets the connection, and its last words may be lost.
            self.was_reset = True
            return b""

    async def connect_transport(self, wanted: Initiate | None = None) -> None:
        """CR and CC."""
        self.initiator = Initiator(wanted=wanted)
        self.initiator.connect()
        self.send(self.initiator.osi.take_output())
        while not (out := self.initiator.osi.take_output()):
            assert list(self.initiator.receive(await self._read())) == []
        self.connect_sdus = out

    async def associate(self, wanted: Initiate | None = None) -> Self:
        """The whole handshake, correct."""
        await self.connect_transport(wanted)
        self.send(self.connect_sdus)
        events: list[Any] = []
        while not events:
            events += self.initiator.receive(await self._read())
        assert isinstance(events[0], Opened), events
        return self

    async def pdu(self) -> bytes:
        """The next MMS PDU the server sends; b"" when it aborts or closes."""
        while not self._inbox:
            chunk = await self._read()
            if not chunk:
                return b""
            try:
                for event in self.initiator.osi.receive(chunk):
                    if isinstance(event, Data):
                        self._inbox.append(event.pdu)
                    else:
                        self.aborted = True
            except ProtocolError:
                self.aborted = True
        return self._inbox.pop(0)

    async def closed(self) -> list[bytes]:
        """Wait until the server closes; the MMS PDUs it sent before."""
        found = []
        while pdu := await self.pdu():
            found.append(pdu)
        async with asyncio.timeout(SOON):
            with contextlib.suppress(ConnectionError):
                assert await self.reader.read() == b""
        return found

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def reset(self) -> None:
        """Cut without a word."""
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def raw(port: int) -> AsyncIterator[Raw]:
    """A raw connection, closed at the end."""
    connection = await Raw.open(port)
    try:
        yield connection
    finally:
        await connection.close()


def opened(role: Role) -> Association:
    """An association put into the open state, to read one direction of a stream."""
    association = Association(role)
    association.state = State.OPEN
    return association
