"""Whole masters against whole simulated meters on bad lines: no wrong value, nothing done twice; 32 meters on one pair."""

import asyncio
import contextlib
import datetime as dt
import itertools
import random
import sys
from collections import Counter
from typing import Any, Final

import pytest

from meterwire.client.dlt645 import MeterMaster
from meterwire.client.meter_bus import MeterBus
from meterwire.errors import LinkTimeoutError, MeterError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Access, FaultInjector, Faults, RelayAction, Request
from meterwire.reading import Reading
from meterwire.server.meter645 import SimulatedMeter, serve_meter_pty
from meterwire.server.meter645.lines import FALL_BACK

from ..virtual_loop import run_virtually

START: Final = dt.datetime(2026, 8, 21, 15, 30)
LATER: Final = dt.datetime(2026, 9, 21)
ADDRESS: Final = "003411001043"
ACCESS: Final = Access(level=2, password="000000", operator="00A1B2C3")
PLAIN: Final = Access(level=2, password="000000")
TIMEOUT: Final = 1.0

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are a matter of POSIX")

REQUESTS_2007: Final[tuple[Request, ...]] = (
    *(dlt645.ReadData(di=di) for di in ("00010000", "0001FF00", "02010100", "0201FF00", "01010000", "04000101")),
    *(dlt645.ReadData(di=di) for di in ("04010001", "03300001", "033000FF", "0506FF01", "0F0F0F0F")),
    dlt645.ReadData(di="06000000", blocks=8),
    dlt645.ReadData(di="06040001", blocks=2, since=START),
    dlt645.ReadAddress(),
    dlt645.WriteData(di="04000103", value=b"\x15", access=ACCESS),
    dlt645.WriteAddress(address=ADDRESS),
    dlt645.Freeze(),
    dlt645.ChangeBaud(speed=9600),
    dlt645.ChangePassword(level=4, new="123456", old_level=2, old="000000"),
    dlt645.ClearDemand(access=ACCESS),
    dlt645.ClearMeter(access=ACCESS),
    dlt645.ClearEvents(access=ACCESS),
    *(
        dlt645.RelayCommand(access=ACCESS, action=a, until=LATER)
        for a in RelayAction
        if a != RelayAction.TRIP_AUTO_CLOSE
    ),
    dlt645.RelayCommand(access=ACCESS, action=RelayAction.TRIP_AUTO_CLOSE, until=LATER, delay=5),
    dlt645.Output(kind=dlt645.OutputKind.SECOND_PULSE),
    dlt645.SecurityCommand(di="070000FF", payload=bytes(16)),
)
REQUESTS_1997: Final[tuple[Request, ...]] = (
    *(
        dlt645.ReadData(di=di)
        for di in ("9010", "901F", "B611", "B61F", "A010", "B010", "C010", "C331", "C33F", "F0F0")
    ),
    dlt645.WriteData(di="C111", value=b"\x15", access=PLAIN),
    dlt645.WriteAddress(address=ADDRESS, edition="1997"),
    dlt645.ChangeBaud(speed=9600, edition="1997"),
    dlt645.ChangePassword(level=4, new="123456", old_level=2, old="000000", edition="1997"),
    dlt645.ClearDemand(access=PLAIN, edition="1997"),
)


class Wire:
    """A pair of wires without time of its own: octets are damaged on the way to the meter and back."""

    def __init__(self, meter: SimulatedMeter, share: float, seed: int) -> None:
        self.session = meter.session()
        self.now = 0.0
        self.done: Counter[str] = Counter()
        self._share = share
        self._random = random.Random(seed)
        faults = ("checksum", "late", "split", "silence", "garbage", "address", "item")
        rates: dict[str, Any] = dict.fromkeys(faults, share)
        self._injector = FaultInjector(Faults(**rates, late_seconds=TIMEOUT * 1.3, seed=seed))
        self._coming: list[tuple[float, bytes]] = []
        for name in (
            "write",
            "freeze",
            "clear_demand",
            "clear_meter",
            "clear_events",
            "relay",
            "output",
            "write_address",
        ):
            setattr(self.session.actions, name, self._counted(name))

    def _counted(self, name: str) -> Any:
        deed = getattr(self.session.actions, name)

        def count(request: Request) -> None:
            self.done[name] += 1
            deed(request)

        return count

    def send(self, octets: bytes) -> None:
        damaged = bytearray(octets)
        if self._random.random() < self._share:
            how = self._random.randrange(3)
            if how == 0:  # one octet is another
                at = self._random.randrange(len(damaged))
                damaged[at] = (damaged[at] + self._random.randrange(1, 255)) & 0xFF
            elif how == 1:  # half a frame, then silence
                del damaged[self._random.randrange(1, len(damaged)) :]
            else:
                damaged[:0] = self._random.randbytes(9)
        at = self.now
        for frame in self.session.feed(bytes(damaged), self.now):
            for piece in self._injector.apply(frame):
                at += piece.delay
                self._coming.append((at, piece.data))

    def stale(self) -> bytes:
        """What has come meanwhile and nobody waited for."""
        due = [data for when, data in self._coming if when <= self.now]
        self._coming = self._coming[len(due) :]
        return b"".join(due)

    def wait(self, deadline: float) -> bytes:
        """What comes first, or nothing at the deadline."""
        if self._coming and self._coming[0][0] <= deadline:
            when, data = self._coming.pop(0)
            self.now = max(self.now, when)
            return data
        self.now = deadline
        return b""


def converse(master: dlt645.Master, wire: Wire, request: Request) -> list[Reading]:
    """One request to its end; MeterError or LinkTimeoutError as a master raises them."""
    whom = dlt645.WILDCARD if isinstance(request, dlt645.ReadAddress | dlt645.WriteAddress) else ADDRESS
    wire.send(master.request(whom, request, wire.now))
    while master.deadline is not None:
        data = wire.wait(master.deadline)
        events = master.feed(data, wire.now) if data else []
        for event in events + master.tick(wire.now):
            if isinstance(event, dlt645.Completed):
                return list(event.readings)
            if isinstance(event, dlt645.Failed):
                raise event.error
            if isinstance(event, dlt645.Send):
                wire.send(event.data)
    raise AssertionError("the request has no end")


def values(readings: list[Reading]) -> list[tuple[str, Any, Any]]:
    return [(reading.item, reading.raw, reading.value) for reading in readings]


def campaign(edition: Any, share: float, rounds: int, seed: int) -> Counter[str]:
    """Ask everything ``rounds`` times; what is read is held against what an undamaged line says."""
    outcomes: Counter[str] = Counter()
    meter = SimulatedMeter(ADDRESS, seed=seed, start=START, edition=edition)
    meter.advance(3 * 3600 if edition == "1997" else 86_400)
    wire = Wire(meter, share, seed)
    clean = Wire(meter, 0.0, 0)
    master, toss = dlt645.Master(timeout=TIMEOUT, retries=3), random.Random(seed)
    requests = REQUESTS_1997 if edition == "1997" else REQUESTS_2007
    for request in itertools.chain.from_iterable(itertools.repeat(requests, rounds)):
        is_reading = isinstance(request, dlt645.ReadData | dlt645.ReadAddress)
        expected: list[tuple[str, Any, Any]] | None = None
        if is_reading:
            with contextlib.suppress(MeterError):
                expected = values(converse(dlt645.Master(timeout=TIMEOUT), clean, request))
        before = sum(wire.done.values())
        is_drained = toss.random() < 0.5
        if is_drained:  # as MeterMaster does before it asks
            master.feed(wire.stale(), wire.now)
        try:
            answer = values(converse(master, wire, request))
        except LinkTimeoutError:
            outcomes["silent"] += 1
        except MeterError:
            # a refusal names no item: one that comes very late may be taken for that of the next request
            assert expected is None or not is_reading or not is_drained, f"{request} was refused on the bad line only"
            outcomes["refused"] += 1
        else:
            assert not is_reading or answer == expected, request
            outcomes["answered"] += 1
        if not request.repeatable:
            assert sum(wire.done.values()) - before <= 1, f"{request} was done twice"
        wire.now += 5.0  # late answers to this request come into the next one
        meter.advance(5)
        if not is_reading:
            meter.keeps_supply = False
            meter.advance(3600)  # clearing leaves nothing to read; what is due grows again
    return outcomes


@pytest.mark.parametrize("edition", ["2007", "1997"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1])
def test_every_request_is_answered_and_nothing_is_wrong_or_done_twice(edition: str, share: float) -> None:
    rounds = 2 if edition == "2007" else 8
    outcomes = campaign(edition, share, rounds, seed=int(share * 100) + 1)
    asked = rounds * len(REQUESTS_2007 if edition == "2007" else REQUESTS_1997)
    assert sum(outcomes.values()) == asked
    assert outcomes["answered"] > asked // 2
    if not share:
        assert outcomes["silent"] == 0, outcomes


@pytest.mark.long
@pytest.mark.parametrize("edition", ["2007", "1997"])
@pytest.mark.parametrize("share", [0.01, 0.1])
@pytest.mark.parametrize("seed", range(10))
def test_the_same_for_long(edition: str, share: float, seed: int) -> None:
    outcomes = campaign(edition, share, 40, seed=seed)
    assert outcomes["answered"] > sum(outcomes.values()) // 2


# -- the bus ---------------------------------------------------------------------------------


def populated(count: int = 32) -> list[SimulatedMeter]:
    """Every third one is of 1997."""
    return [
        SimulatedMeter(f"{n * 3571 + 100:012d}", seed=n, start=START, edition="1997" if n % 3 == 0 else "2007")
        for n in range(count)
    ]


async def open_bus(url: str, timeout: float = 0.5) -> MeterBus:
    loop = asyncio.get_running_loop()
    master = await MeterMaster.open(url, timeout=timeout, retries=2)
    master._clock = loop.time
    return MeterBus(master, clock=loop.time)


@needs_pty
def test_ten_minutes_of_32_meters_on_one_pair_with_questions_in_between() -> None:
    async def work() -> None:
        loop, meters = asyncio.get_running_loop(), populated()
        by_address = {meter.address: meter for meter in meters}
        async with serve_meter_pty(meters, speed=1, clock=loop.time) as server, await open_bus(server.url) as bus:
            energy = {meter.address: "9010" if meter.edition == "1997" else "00010000" for meter in meters}
            power = {meter.address: "B630" if meter.edition == "1997" else "02030000" for meter in meters}
            for address in by_address:
                bus.poll(address, energy[address], every=60)
                bus.poll(address, power[address], every=120)
            asked = 0

            async def questions() -> None:
                nonlocal asked
                for number in itertools.count():
                    await asyncio.sleep(7)
                    address = meters[number * 5 % len(meters)].address
                    readings = await bus.ask(
                        energy[address][:-1] + "F" if len(energy[address]) == 4 else "0001FF00", address
                    )
                    assert readings[0].raw == by_address[address].registers[energy[address]]
                    assert len(readings) == 5
                    assert {r.address for r in readings} == {address}
                    asked += 1

            questioner = asyncio.create_task(questions())
            polled: Counter[str] = Counter()
            last: dict[str, int] = {}
            async for result in bus.results():
                assert result.error is None, result
                (reading,) = result.readings
                assert (reading.address, reading.raw is None) == (result.address, False)
                if result.di == energy[result.address]:
                    assert reading.raw is not None
                    assert last.get(result.address, 0) <= reading.raw <= by_address[result.address].registers[result.di]
                    last[result.address] = reading.raw
                polled[result.address] += 1
                if loop.time() >= 600:
                    break
            assert not questioner.done(), questioner
            questioner.cancel()
            assert asked >= 80
            assert len(polled) == 32
            assert all(14 <= count <= 17 for count in polled.values()), polled
            clocks = {meter.clock for meter in meters}
            assert max(clocks) >= START + dt.timedelta(seconds=595)

    run_virtually(work())


@needs_pty
@pytest.mark.parametrize("collisions", [False, True])
def test_search_on_the_populated_pair(collisions: bool) -> None:
    async def work() -> None:
        loop, meters = asyncio.get_running_loop(), populated()
        async with (
            serve_meter_pty(meters, speed=0, clock=loop.time, collisions=collisions) as server,
            await open_bus(server.url, timeout=0.2) as bus,
        ):
            for di in ("04000401", "9010"):  # a meter of the other edition refuses, and is found by that
                assert sorted(await bus.discover(di)) == sorted(meter.address for meter in meters)

    run_virtually(work())


@needs_pty
def test_two_meters_that_talk_at_once_give_no_value() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        meters = [SimulatedMeter(f"00000000{n:02d}01", seed=n, start=START) for n in (1, 2)]
        async with (
            serve_meter_pty(meters, speed=0, clock=loop.time, collisions=True) as server,
            await open_bus(server.url) as bus,
        ):
            with pytest.raises(LinkTimeoutError):
                await bus.ask("00010000", dlt645.WILDCARD)
            assert await bus.master.probe(dlt645.WILDCARD, "00010000") == ([], True)
            (reading,) = await bus.ask("00010000", meters[1].address)
            assert reading.raw == meters[1].registers["00010000"]

    run_virtually(work())


@needs_pty
def test_half_a_request_then_silence_costs_one_request() -> None:
    async def work() -> None:
        loop, meter = asyncio.get_running_loop(), SimulatedMeter(ADDRESS, seed=1, start=START)
        async with serve_meter_pty(meter, speed=0, clock=loop.time) as server, await open_bus(server.url) as bus:
            await bus.master.link.write(dlt645.read_data(ADDRESS, "00010000").encode()[:9])
            await asyncio.sleep(2)
            (reading,) = await bus.ask("00010000", ADDRESS)
            assert reading.raw == meter.registers["00010000"]
            assert bus.master.counters.retries == 0

    run_virtually(work())


@needs_pty
def test_a_meter_at_another_speed_is_silent_until_it_falls_back() -> None:
    async def work() -> None:
        loop, meter = asyncio.get_running_loop(), SimulatedMeter(ADDRESS, seed=1, start=START)
        other = SimulatedMeter("2", seed=2, start=START)
        async with serve_meter_pty([meter, other], speed=0, clock=loop.time) as server:
            bus = await open_bus(server.url)
            async with bus:
                await bus.master.change_speed(9600, ADDRESS)
                assert bus.master.link.set_speed(None) == 9600
                assert (await bus.master.read("00010000", ADDRESS))[0].raw == meter.registers["00010000"]
                bus.master.link.set_speed(2400)
                with pytest.raises(LinkTimeoutError):
                    await bus.master.ask(dlt645.ReadData(di="00010000"), ADDRESS, retries=0)
                assert await bus.master.read("00010000", other.address)
                await asyncio.sleep(FALL_BACK)
                with pytest.raises(LinkTimeoutError):  # what it cannot read tells it to go back
                    await bus.master.ask(dlt645.ReadData(di="00010000"), ADDRESS, retries=0)
                assert await bus.master.read("00010000", ADDRESS)

    run_virtually(work())
