"""Real input through the whole line.

A TCP stand-in answers our master with frames recorded from real meters (tests/protocols/dlt645/vectors.py has them with
their origins), on a line as bad as it gets: a copy with a wrong checksum first, octets of nothing, FE, then the frame in
pieces. The residential terminal asks it; a libIEC61850 client reads from our MMS server what the meters said.

What the stand-in does not know it leaves unanswered.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import pytest
from peer import Peer

from meterwire.client import connect
from meterwire.models import Kind
from meterwire.models.terminals import MeterConfig
from meterwire.protocols import dlt645
from meterwire.terminals import MeterAt, ResidentialTerminal, find_meters

from ..helpers import until
from ..protocols.dlt645.vectors import VECTORS, Vector

BY_NAME = {vector.name: vector for vector in VECTORS}
GARBAGE = bytes.fromhex("00 16 68 FF 68 11 04 FE 68")
TIMEOUT = 0.05
ReadMany = Callable[[list[tuple[str, str]]], Awaitable[list[Any]]]


class Recorded(NamedTuple):
    """A recorded answer and what a client must read because of it."""

    vector: str
    rates: int
    phases: int
    values: tuple[tuple[str, str, int | float], ...]
    """Attribute, functional constraint, value; integers are compared as such, floats as FLOAT32."""
    validity: str = "00"
    """Validity bits of those attributes: good, unless the frame has something odd."""

    @property
    def frame(self) -> Vector:
        return BY_NAME[self.vector]


RECORDED = (
    Recorded("t065", 0, 1, (("MMTR1.DmdWh.actVal", "ST", 218107),)),  # 2181.07 kWh
    Recorded("t022", 0, 1, (("MMTR1.DmdWh.actVal", "ST", 4),)),
    Recorded(
        "t053", 0, 1, (("MMTR1.DmdWh.actVal", "ST", 12),), "11"
    ),  # an octet more than it should have: questionable
    Recorded("t063", 0, 1, (("MMTR1.DmdWh.actVal", "ST", 0),)),
    Recorded("t007", 0, 1, (("MMXU1.PhV.phsA.cVal.mag.f", "MX", 0.0),)),
    Recorded(
        "t006",
        4,
        1,
        (
            ("MMTR1.DmdWh.actVal", "ST", 389),
            ("Rt1MMTR1.DmdWh.actVal", "ST", 0),
            ("Rt2MMTR1.DmdWh.actVal", "ST", 0),
            ("Rt3MMTR1.DmdWh.actVal", "ST", 389),
            ("Rt4MMTR1.DmdWh.actVal", "ST", 0),
        ),
    ),
    Recorded(
        "t031",
        0,
        3,
        (
            ("MMXU1.PhV.phsA.cVal.mag.f", "MX", 231.4),
            ("MMXU1.PhV.phsB.cVal.mag.f", "MX", 0.0),
            ("MMXU1.PhV.phsC.cVal.mag.f", "MX", 0.0),
        ),
    ),
    Recorded("t021", 0, 1, ()),  # answers everything with an error
)


class StandIn:
    """Sends recorded frames to whoever asks for what is in them."""

    def __init__(self, *vectors: Vector) -> None:
        self.answers = {(v.address, v.di): v for v in vectors if v.control & 0x9F == 0x91}
        self.addresses = [v for v in vectors if v.control == 0x93]
        self.refusals = {v.address: v for v in vectors if v.control == 0xD1}
        self.answered: set[str] = set()
        self.unanswered = 0

    def answer(self, asked: dlt645.Frame) -> Vector | None:
        """The recorded frame for a request."""
        if asked.control == 0x13 and self.addresses:
            return self.addresses[0]
        return self.answers.get((asked.address, asked.di)) or self.refusals.get(asked.address)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream = dlt645.Stream()
        try:
            while data := await reader.read(4096):
                for asked in stream.feed(data):
                    found = self.answer(asked)
                    if found is None:
                        self.unanswered += 1
                        continue
                    self.answered.add(found.name)
                    for piece in on_a_bad_line(found.wire):
                        writer.write(piece)
                        await asyncio.sleep(0.001)
        except ConnectionError:
            pass
        finally:
            writer.close()


def on_a_bad_line(wire: bytes) -> tuple[bytes, ...]:
    """The frame as it might arrive: a damaged copy, garbage, preamble, and then itself in three pieces."""
    damaged = bytearray(wire)
    damaged[-2] ^= 0x01
    third = len(wire) // 3
    return bytes(damaged) + GARBAGE, b"\xfe" * 4 + wire[:third], wire[third : 2 * third], wire[2 * third :] + b"\xff"


@asynccontextmanager
async def stand_in(*vectors: Vector) -> AsyncIterator[tuple[StandIn, str]]:
    """A stand-in on a free port, and its line."""
    who = StandIn(*vectors)
    async with await asyncio.start_server(who, "127.0.0.1", 0) as server:
        yield who, f"645+tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def terminal_over_all() -> AsyncIterator[ResidentialTerminal]:
    """One meter for each recorded address, each on a line of its own, each asked for everything."""
    async with AsyncExitStack() as stack:
        meters = []
        for recorded in RECORDED:
            _, line = await stack.enter_async_context(stand_in(recorded.frame))
            config = MeterConfig(address=recorded.frame.address, rates=recorded.rates, phases=recorded.phases)
            meters.append(MeterAt(line, config))
        terminal = ResidentialTerminal(meters, port=0, poll_seconds=0.05, timeout=TIMEOUT)
        async with terminal:
            # A meter that leaves almost everything unanswered is not asked for everything in every round.
            await until(lambda: all(line.polls for line in terminal.lines.values()) and is_read(terminal), 60)
            for task in terminal._tasks:
                task.cancel()  # what was read stands still from here on
            yield terminal


def is_read(terminal: ResidentialTerminal) -> bool:
    """Everything that was recorded has arrived, and nothing of it has been missed since."""
    for recorded in RECORDED:
        device = terminal.bindings[recorded.frame.address].ld_name
        qualities = {terminal.ied.find(f"{device}/{data_object(path)}.q").value >> 11 for path, _, _ in recorded.values}
        if not qualities <= {int(recorded.validity, 2)}:
            return False
    return True


def data_object(path: str) -> str:
    return path.removesuffix(".actVal").removesuffix(".cVal.mag.f")


async def compare(terminal: ResidentialTerminal, read_many: ReadMany) -> None:
    """Read every attribute a meter can feed; equal and good where a frame was recorded, invalid everywhere else."""
    for recorded in RECORDED:
        binding = terminal.bindings[recorded.frame.address]
        known = {data_object(path) for path, _, _ in recorded.values}
        values = await read_many([(f"{binding.ld_name}/{path}", fc) for path, fc, _ in recorded.values])
        for (path, _, expected), value in zip(recorded.values, values, strict=True):
            if isinstance(expected, float):
                expected = struct.unpack(">f", struct.pack(">f", expected))[0]
            assert (type(value), value) == (type(expected), expected), f"{recorded.vector} {path}"
        fed = sorted({bound.q.reference for bounds in binding._bound.values() for bound in bounds})
        assert len(fed) > 20
        bits = await read_many([(q, terminal.ied.find(q).fc) for q in fed])
        for reference, quality in zip(fed, bits, strict=True):
            path = reference.partition("/")[2].removesuffix(".q")
            assert quality[:2] == (recorded.validity if path in known else "01"), (
                f"{recorded.vector} {reference} is {quality}"
            )


def test_read_by_libiec61850(libiec61850_client: Peer) -> None:
    async def read_many(targets: list[tuple[str, str]]) -> list[Any]:
        if not targets:
            return []
        wanted = [{"ref": reference, "fc": fc} for reference, fc in targets]
        answer: list[Any] = await asyncio.to_thread(libiec61850_client, "read_many", targets=wanted)
        return answer

    async def run() -> None:
        async with terminal_over_all() as terminal:
            port = terminal.server.port
            await asyncio.to_thread(libiec61850_client, "connect", host="127.0.0.1", port=port)
            await compare(terminal, read_many)
            await asyncio.to_thread(libiec61850_client, "release")

    asyncio.run(run())


def test_read_by_our_client() -> None:
    async def run() -> None:
        async with terminal_over_all() as terminal, connect(terminal.server.url) as ied:

            async def read_many(targets: list[tuple[str, str]]) -> list[Any]:
                values = await ied.read_many([f"{reference} [{fc}]" for reference, fc in targets])
                kinds = [terminal.ied.find(reference).type for reference, _ in targets]
                return [
                    f"{value:013b}" if kind.kind is Kind.BITS else value
                    for kind, value in zip(kinds, values, strict=True)
                ]

            await compare(terminal, read_many)
            for recorded, counted in zip(RECORDED, terminal.lines.values(), strict=True):
                assert counted.checksum_errors, recorded.vector  # each answer had a damaged copy before it
                assert bool(counted.refusals) == (recorded.frame.control == 0xD1)
                assert bool(counted.timeouts) == (recorded.frame.control != 0xD1)

    asyncio.run(run())


def test_the_same_meter_recorded_twice_is_reported() -> None:
    """t053 and then t016: one meter, 0.12 kWh and later 26.37 kWh."""

    async def run() -> None:
        async with stand_in(BY_NAME["t053"]) as (who, line):
            meter = MeterAt(line, MeterConfig(address=BY_NAME["t053"].address, rates=0, phases=1))
            terminal = ResidentialTerminal([meter], port=0, poll_seconds=0.05, timeout=TIMEOUT)
            async with terminal, connect(terminal.server.url) as ied:
                energy = terminal.ied.find("HOMEMET/MMTR1.DmdWh.actVal")
                await until(lambda: energy.value == 12)
                async with ied.reports("HOMEMET/LLN0.urcbEn") as reports:
                    who.answers[BY_NAME["t016"].address, "00010000"] = BY_NAME["t016"]
                    seen: set[tuple[int, str]] = set()
                    while (2637, "questionable") not in seen:
                        report = await reports.next(30)
                        values = [e.value for e in report.entries if "DmdWh" in e.reference]
                        seen |= {(value.actVal, str(value.q)) for value in values}
                assert {value for value, _ in seen} <= {12, 2637}

    asyncio.run(run())


@pytest.mark.parametrize("name", ["t011", "t041"])
def test_a_meter_that_tells_its_address_is_found(name: str) -> None:
    async def run() -> None:
        async with stand_in(BY_NAME[name]) as (_, line):
            (meter,) = await find_meters([line], timeout=2)
            assert meter == MeterAt(line, MeterConfig(address=BY_NAME[name].address))

    asyncio.run(run())
