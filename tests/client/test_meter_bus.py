"""Many meters on one line: turns, questions in between, silence, search, units that dial in, and the same without a loop."""

import asyncio
import datetime as dt
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from meterwire import sync
from meterwire.client.dlt645 import MeterMaster
from meterwire.client.dtu import DtuListener, digits_first
from meterwire.client.meter_bus import MeterBus, PollResult
from meterwire.errors import LinkError, LinkTimeoutError, MeterError, UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Access, Faults, Freeze, RelayAction
from meterwire.reading import Quality
from meterwire.server.meter645 import SimulatedMeter, serve_meter, serve_meter_pty

START = dt.datetime(2026, 8, 21, 15, 30)
OPERATOR = Access(level=2, password="000000")


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(limited())


def meters(count: int) -> list[SimulatedMeter]:
    return [SimulatedMeter(f"{n * 37 + 1:012d}", seed=n, start=START) for n in range(count)]


async def take(bus: MeterBus, count: int) -> list[PollResult]:
    found = []
    async for result in bus.results():
        found.append(result)
        if len(found) == count:
            break
    return found


def test_meters_take_turns_however_many_items_each_has() -> None:
    async def test() -> None:
        line = meters(3)
        async with serve_meter(line, speed=0) as server, await MeterBus.open(server.url) as bus:
            for item in ("00010000", "00010100", "00010200", "00010300"):
                bus.poll(line[0].address, item, every=1e-9)
            bus.poll(line[1].address, "00010000", every=1e-9)
            bus.poll(line[2].address, "00010000", every=1e-9)
            results = await take(bus, 90)
            shares = Counter(result.address for result in results[6:])
            assert max(shares.values()) - min(shares.values()) <= 2, shares
            for result in results:
                meter = next(each for each in line if each.address == result.address)
                assert [reading.raw for reading in result.readings] == [meter.registers[result.di]]

    run(test)


class SlowLink:
    """A line on which an answer takes its time, so that others come to wait."""

    def __init__(self, link: Any, seconds: float) -> None:
        self._link, self._seconds = link, seconds
        self.written: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    async def write(self, data: bytes) -> None:
        self.written.append(data)
        await asyncio.sleep(self._seconds)
        await self._link.write(data)


def test_a_question_waits_for_one_request_at_most() -> None:
    async def test() -> None:
        line = meters(2)
        async with serve_meter(line, speed=0) as server:
            master = await MeterMaster.open(server.url)
            slow = SlowLink(master.link, 0.005)
            master.link = slow
            async with MeterBus(master) as bus:
                for number in range(20):
                    bus.poll(line[0].address, f"0001{number % 5:02X}00", every=60)
                await asyncio.sleep(0.03)
                before = len(slow.written)
                (reading,) = await bus.ask("00010000", line[1].address)
                assert reading.raw == line[1].registers["00010000"]
                assert len(slow.written) - before <= 2
                assert len(await take(bus, 20)) == 20

    run(test)


def test_a_silent_meter_is_asked_less_and_costs_the_others_little() -> None:
    async def test() -> None:
        line = meters(1)
        async with (
            serve_meter(line, speed=0) as server,
            await MeterBus.open(server.url, timeout=0.02, retries=0) as bus,
        ):
            bus.poll("999999999998", "00010000", every=0.002)
            bus.poll(line[0].address, "00010000", every=0.002)
            results = await take(bus, 60)
            silent = [result for result in results if result.address == "999999999998"]
            assert all(isinstance(result.error, LinkTimeoutError) and not result.readings for result in silent)
            assert 0 < len(silent) < 30

    run(test)


def test_a_refusal_is_a_result() -> None:
    async def test() -> None:
        line = meters(1)
        async with serve_meter(line, speed=0) as server, await MeterBus.open(server.url) as bus:
            bus.poll(line[0].address, "0F0F0F0F", every=60)
            (result,) = await take(bus, 1)
            assert isinstance(result.error, MeterError)
            with pytest.raises(MeterError):
                await bus.ask("0F0F0F0F", line[0].address)
            bus.forget(line[0].address)
            with pytest.raises(UsageError, match="above 0"):
                bus.poll(line[0].address, "00010000", every=0)

    run(test)


def test_a_lost_line_ends_everything_with_one_error() -> None:
    async def test() -> None:
        line = meters(1)
        async with serve_meter(line, speed=0) as server:
            bus = await MeterBus.open(server.url, timeout=0.2, retries=0)
            bus.poll(line[0].address, "00010000", every=60)
            await take(bus, 1)
            for connection in tuple(server.connections):
                connection.close()
            with pytest.raises(LinkError):
                await bus.ask("00010000", line[0].address)
            with pytest.raises(LinkError):
                await take(bus, 1)
            await bus.close()

    run(test)


def test_search_finds_meters_that_answer_one_after_the_other() -> None:
    async def test() -> None:
        line = meters(5)
        async with serve_meter(line, speed=0) as server, await MeterBus.open(server.url, timeout=0.1) as bus:
            seen = []
            found = await bus.discover(progress=lambda state: seen.append(state.asked))
            assert sorted(found) == [meter.address for meter in line]
            assert seen == [1]

    run(test)


class CollidingLink:
    """An RS-485 pair: meters that answer at once spoil each other's octets."""

    name = "pair"

    def __init__(self, line: list[SimulatedMeter]) -> None:
        self._sessions = [meter.session() for meter in line]
        self._answer = b""

    async def write(self, data: bytes) -> None:
        answers = [frame.encode() for session in self._sessions for frame in session.feed(data)]
        if len(answers) > 1:
            mixed = bytes(len(answers[0]))
            for answer in answers:
                mixed = bytes(a & b for a, b in zip(mixed or answer, answer, strict=False)) if any(mixed) else answer
            self._answer = mixed[:-1] + b"\x00"
        else:
            self._answer = b"".join(answers)

    async def read_some(self, timeout: float) -> bytes:
        answer, self._answer = self._answer, b""
        if not answer:
            await asyncio.sleep(min(timeout, 0.001))
        return answer

    def read_now(self) -> bytes:
        return b""

    def set_speed(self, speed: int | None) -> int:
        raise UsageError("none")

    async def close(self) -> None:
        pass


def test_search_takes_meters_apart_that_answer_at_once() -> None:
    async def test() -> None:
        line = [SimulatedMeter(address, start=START) for address in ("000000000101", "000000000201", "000000000302")]
        async with MeterBus(MeterMaster(CollidingLink(line), timeout=0.002, preamble=0)) as bus:
            states = []
            found = await bus.discover(progress=states.append)
            assert sorted(found) == [meter.address for meter in line]
            assert states[-1].collisions == 2  # all three, then the two that end with 01

    run(test)


def test_commands_and_the_echo_of_the_line() -> None:
    class Echo:
        """An adapter that hears itself."""

        def __init__(self, link: Any) -> None:
            self._link = link
            self._own = b""

        def __getattr__(self, name: str) -> Any:
            return getattr(self._link, name)

        async def write(self, data: bytes) -> None:
            self._own += data
            await self._link.write(data)

        async def read_some(self, timeout: float) -> bytes:
            own, self._own = self._own, b""
            return own or await self._link.read_some(timeout)

    async def test() -> None:
        meter = SimulatedMeter("000000000001", start=START)
        async with serve_meter(meter, speed=0) as server, await MeterMaster.open(server.url) as master:
            master.link = Echo(master.link)  # type: ignore[assignment]
            (reading,) = await master.read("00010000", meter.address)
            assert (reading.raw, reading.quality) == (meter.registers["00010000"], Quality.GOOD)
            assert master.counters.not_answers == 1
            await master.relay(RelayAction.TRIP, OPERATOR, meter.address, until=START + dt.timedelta(minutes=1))
            assert meter.relay_open
            with pytest.raises(MeterError):
                await master.relay(RelayAction.CLOSE, OPERATOR, meter.address, until=START - dt.timedelta(minutes=1))
            assert meter.relay_open
            with pytest.raises(UsageError, match="no speed"):
                await master.change_speed(9600, meter.address)

    run(test)


def test_damaged_frames_never_give_a_wrong_value() -> None:
    async def test() -> None:
        line = meters(2)
        faults = (
            Faults(checksum=0.1, late=0.0, seed=3) if "seed" in Faults.__dataclass_fields__ else Faults(checksum=0.1)
        )
        async with (
            serve_meter(line, speed=0, faults=faults) as server,
            await MeterBus.open(server.url, timeout=0.05) as bus,
        ):
            for meter in line:
                for rate in range(5):
                    bus.poll(meter.address, f"0001{rate:02X}00", every=0.001)
            for result in await take(bus, 200):
                meter = next(each for each in line if each.address == result.address)
                assert [r.raw for r in result.readings] in ([meter.registers[result.di]], [])

    run(test)


def test_units_that_dial_in() -> None:
    async def test() -> None:
        meter = SimulatedMeter("000000000007", start=START)
        session = meter.session()

        async def unit(port: int, number: bytes) -> tuple[asyncio.Task[None], asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(number)

            async def answer() -> None:
                while data := await reader.read(4096):
                    writer.write(b"\x00heart-beat" + b"".join(frame.encode(4) for frame in session.feed(data)))
                writer.close()

            return asyncio.create_task(answer()), writer

        async with DtuListener(port=0, registration=digits_first) as dtus:
            task, _ = await unit(dtus.port, b"13800138000\r\n")
            dtu = await dtus.wait("13800138000", 5)
            master = MeterMaster(dtu.link)
            assert await master.read_address() == meter.address
            again, _ = await unit(dtus.port, b"13800138000\r\n")
            await task  # the earlier connection is closed
            arrivals = dtus.arrivals()
            assert (await anext(arrivals)).identity == (await anext(arrivals)).identity == "13800138000"
            assert await MeterMaster(dtus.units["13800138000"].link).read_address() == meter.address
            with pytest.raises(LinkTimeoutError, match="13800138001"):
                await dtus.wait("13800138001", 0.01)
        await again

    run(test)


def test_the_same_without_a_loop() -> None:
    ready: list[tuple[str, SimulatedMeter]] = []
    told, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        meter = SimulatedMeter("000000000009", start=START)
        async with serve_meter(meter, speed=0) as tcp, serve_meter_pty(meter, speed=0) as pty:
            ready.extend([(tcp.url, meter), (pty.url, meter)])
            told.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert told.wait(30)
    try:
        for url, meter in ready:
            with sync.MeterMaster(url, timeout=2) as master:
                assert master.read_address() == meter.address
                (reading,) = master.read("00010000", meter.address)
                assert reading.raw == meter.registers["00010000"]
                assert len(master.read("0001FF00", meter.address)) == 5
                with pytest.raises(MeterError):
                    master.read("0F0F0F0F", meter.address)
                master.freeze(Freeze(), meter.address)
                frozen = master.read("05010101", meter.address)
                assert frozen[0].raw == meter.registers["00010000"]
                assert master.probe(dlt645.WILDCARD, "04000401") == ([meter.address], False)
        with sync.MeterMaster(ready[1][0], timeout=0.05, retries=0) as master, pytest.raises(LinkTimeoutError):
            master.read("00010000", "123456789012")
    finally:
        stop.set()
        thread.join(10)
    with pytest.raises(LinkError, match="cannot open"):
        sync.MeterMaster("645:///dev/nothing-there")


def test_closing_ends_the_question_that_is_on_the_line() -> None:
    async def test() -> None:
        line = meters(1)
        async with serve_meter(line, speed=0) as server:
            bus = await MeterBus.open(server.url, timeout=20, retries=0)
            asking = asyncio.create_task(bus.ask("00010000", "123456789012"))
            waiting = asyncio.create_task(bus.ask("00010000", line[0].address))
            while bus.master.counters.requests == 0:
                await asyncio.sleep(0.001)
            await bus.close()
            for task in (asking, waiting):
                with pytest.raises(LinkError, match="closed"):
                    await task

    run(test)
