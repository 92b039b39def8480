"""Simulated meters: integers that add up, a server that outlives its clients."""

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable

import pytest

from meterwire.client.dlt645 import MeterMaster
from meterwire.errors import LinkError, UsageError
from meterwire.protocols import dlt645
from meterwire.server import meter645
from meterwire.server.meter645 import SimulatedMeter, serve_meter

START = dt.datetime(2026, 8, 21, 0, 0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(30):
            await test()

    asyncio.run(limited())


def number(meter: SimulatedMeter, di: str) -> int:
    value = meter.registers[di]
    assert isinstance(value, int)
    return value


def check(meter: SimulatedMeter) -> None:
    """What must hold at any moment."""
    for code in ("0000", "0001", "0002"):
        total, *rates = (number(meter, f"{code}{rate:02X}00") for rate in range(5))
        assert total == sum(rates)
    for code in ("03", "04", "05"):
        total, *phases = (number(meter, f"02{code}{phase:02X}00") for phase in range(4))
        assert total == sum(phases)
    for di, value in meter.registers.items():
        octets = dlt645.lookup(di).encode(value)
        assert all(d.value is not None for d in dlt645.decode_item(di, octets))
    assert not any(isinstance(v, float) for v in meter.registers.values())


def test_energy_grows_with_power_exactly() -> None:
    meter = SimulatedMeter(seed=4, start=START)
    before, power = number(meter, "00010000"), number(meter, "02030000")
    rest = meter.load.energy[3] % meter645.PULSE
    meter.advance(59)  # the load does not change within a minute
    assert number(meter, "00010000") - before == (rest + power * 59_000) // meter645.PULSE
    check(meter)


@pytest.mark.parametrize("step", [0.001, 0.7, 1, 59.999, 60, 3600, 86_400])
def test_invariants_hold_whatever_the_step(step: float) -> None:
    meter = SimulatedMeter(seed=5, start=START)
    last = number(meter, "00010000")
    for _ in range(50):
        meter.advance(step)
        assert number(meter, "00010000") >= last
        last = number(meter, "00010000")
    check(meter)
    assert meter.clock == START + dt.timedelta(seconds=int(step * 1000) * 50 // 1000)


def test_same_seed_same_registers() -> None:
    def life(seed: int) -> dict[str, object]:
        meter = SimulatedMeter(seed=seed, start=START)
        for seconds in (1, 100, 5000):
            meter.advance(seconds)
        return dict(meter.registers)

    assert life(1) == life(1) != life(2)


def test_a_day_visits_all_tariffs_and_finds_a_maximum_demand() -> None:
    meter = SimulatedMeter(seed=6, start=START)
    before = [number(meter, f"0001{rate:02X}00") for rate in range(5)]
    meter.advance(86_400)
    assert all(number(meter, f"0001{rate:02X}00") > old for rate, old in enumerate(before))
    demand, when = meter.registers["01010000"]  # type: ignore[misc]
    assert 0 < demand <= 3 * meter645.MAX_LOAD
    assert START < when <= START + dt.timedelta(days=1)
    assert when.minute % 15 == 0
    rates = [meter.registers[f"0101{rate:02X}00"][0] for rate in range(1, 5)]  # type: ignore[index]
    assert demand == max(rates)


def test_registers_roll_over() -> None:
    meter = SimulatedMeter(seed=6, start=START)
    meter.load.energy = [0, 0, 0, (10**8 - 1) * meter645.PULSE]
    meter.advance(1800)
    assert 0 < number(meter, "00010400") < 1000


def test_relay() -> None:
    meter = SimulatedMeter(seed=7, start=START)
    meter.relay_open = True
    assert dlt645.lookup("04000503").flags(number(meter, "04000503"))["relay_open"] == 1
    before = number(meter, "00010000")
    meter.advance(3600)
    assert number(meter, "00010000") == before
    assert number(meter, "02030000") == number(meter, "02020100") == 0
    meter.relay_open = False
    meter.advance(3600)
    assert number(meter, "00010000") > before
    assert number(meter, "04000503") == 0


def test_time_runs_forward() -> None:
    with pytest.raises(UsageError):
        SimulatedMeter().advance(-1)


def test_speed_and_injected_clock() -> None:
    async def test() -> None:
        now = 0.0
        meter = SimulatedMeter(seed=8, start=START)
        async with serve_meter(meter, speed=60, clock=lambda: now) as server:  # noqa: SIM117
            async with await MeterMaster.open(server.url) as master:
                (first,) = await master.read("00010000")
                (again,) = await master.read("00010000")
                assert first.raw == again.raw
                now = 10.0  # ten minutes of the meter's life
                (later,) = await master.read("0400010C")
                assert later.value == START + dt.timedelta(minutes=10)
                (energy,) = await master.read("00010000")
                assert (energy.raw or 0) > (first.raw or 0)

    run(test)


@pytest.mark.parametrize("kind", ["random", "68", "FE", "wrong L", "cut frame"])
def test_a_hostile_client_harms_nobody_else(kind: str) -> None:
    garbage = {
        "random": random.Random(2).randbytes(300_000),
        "68": b"\x68" * 300_000,
        "FE": b"\xfe" * 1_000_000,
        "wrong L": (b"\x68" + b"\x11" * 6 + b"\x68\x11\xff") * 20_000,
        "cut frame": dlt645.read_data("1", "00010000").encode()[:-1],
    }[kind]

    async def test() -> None:
        async with serve_meter(SimulatedMeter("1", start=START), speed=0) as server:
            _, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(garbage)
            await writer.drain()
            async with await MeterMaster.open(server.url, timeout=2) as master:
                assert await master.read_address() == "000000000001"
            writer.write(bytes(200) + dlt645.read_address().encode())  # and it is itself understood again
            await writer.drain()
            writer.close()

    run(test)


def test_a_client_that_never_reads_is_cut_off() -> None:
    async def test() -> None:
        meter = SimulatedMeter("1", start=START)
        meter.registers["06000001"] = bytes(196)
        async with serve_meter(meter, speed=0) as server:
            reader, writer = await asyncio.open_connection(server.host, server.port, limit=1024)
            ask = dlt645.read_data("1", "06000001").encode() * 200
            with pytest.raises(ConnectionError):  # noqa: PT012
                while True:
                    writer.write(ask)
                    await writer.drain()
                    await asyncio.sleep(0)
            assert reader
            assert not server.connections

    run(test)


def test_connections_are_limited() -> None:
    async def test() -> None:
        async with serve_meter(SimulatedMeter("1"), speed=0) as server:
            opened = [await asyncio.open_connection(server.host, server.port) for _ in range(meter645.MAX_CONNECTIONS)]
            reader, writer = await asyncio.open_connection(server.host, server.port)
            assert await reader.read() == b""
            for _, each in [*opened, (reader, writer)]:
                each.close()

    run(test)


def test_what_cannot_be_served() -> None:
    async def test() -> None:
        for meters in ([], [SimulatedMeter("1"), SimulatedMeter("000000000001")]):
            with pytest.raises(UsageError):
                async with serve_meter(meters):
                    pass
        with pytest.raises(UsageError, match="speed"):
            async with serve_meter(SimulatedMeter(), speed=-1):
                pass
        async with serve_meter(SimulatedMeter()) as server:
            with pytest.raises(LinkError, match="cannot listen"):
                async with serve_meter(SimulatedMeter(), port=server.port):
                    pass

    run(test)
