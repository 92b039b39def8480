"""The residential terminal at work, over TCP, with meters that are pulled out, garbled, opened and set wrong."""

import asyncio
import datetime as dt
from collections.abc import Coroutine
from typing import Any

import pytest

from meterwire.binding.clock import CHINA
from meterwire.client import connect
from meterwire.errors import LinkError, UsageError
from meterwire.models import Ied
from meterwire.models.terminals import MeterConfig
from meterwire.protocols.dlt645 import FaultInjector, Faults
from meterwire.reading import Quality
from meterwire.server.meter645 import MeterServer, SimulatedMeter, serve_meter
from meterwire.terminals import MeterAt, ResidentialTerminal, find_meters
from meterwire.terminals.residential import _line_of

from ..helpers import until

ADDRESS, OTHER = "003411001043", "000000063295"
ENERGY = "HOMEMET/MMTR1.DmdWh"
OLD = Quality.INVALID | Quality.OLD_DATA
TIMEOUT = 0.05


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


def now_in_china() -> dt.datetime:
    return (dt.datetime.now(dt.UTC) + CHINA).replace(microsecond=0, tzinfo=None)


def meter(address: str = ADDRESS, seed: int = 1) -> SimulatedMeter:
    return SimulatedMeter(address, seed=seed, start=now_in_china())


def small(url: str, address: str = ADDRESS) -> MeterAt:
    """A meter with few items, so that a round in which nothing is answered does not take long."""
    return MeterAt(url, MeterConfig(address=address, rates=0, phases=1))


def spoil(line: MeterServer, **faults: float) -> None:
    """From now on these faults happen on the line; without any, none."""
    line.injector = FaultInjector(Faults(**faults))  # type: ignore[arg-type]


def terminal(*meters: MeterAt) -> ResidentialTerminal:
    return ResidentialTerminal(meters, port=0, poll_seconds=0.02, timeout=TIMEOUT)


def state(ied: Ied, reference: str = ENERGY) -> tuple[int, Quality]:
    return ied.find(f"{reference}.actVal").value, ied.find(f"{reference}.q").value


def fed(home: ResidentialTerminal, address: str = ADDRESS) -> dict[str, Quality]:
    """Quality of everything a meter feeds, by data object."""
    bounds = (bound for row in home.bindings[address]._bound.values() for bound in row)
    return {bound.q.reference: bound.q.value for bound in bounds}


async def all_good(home: ResidentialTerminal, address: str = ADDRESS) -> None:
    await until(lambda: set(fed(home, address).values()) == {Quality.GOOD})


def test_a_poll_makes_every_value_good() -> None:
    async def work() -> None:
        simulated = meter()
        async with serve_meter(simulated, speed=0) as line:
            home = ResidentialTerminal(await find_meters([line.url]), port=0, poll_seconds=0.05)
            before = fed(home)
            assert set(before.values()) == {Quality.INVALID}
            async with home:
                await asyncio.wait_for(home.polled.wait(), 20)
                assert {name for name, q in fed(home).items() if q != Quality.GOOD} == set()
                assert state(home.ied) == (simulated.registers["00010000"], Quality.GOOD)
                assert home.ied.find("HOMEMET/XSWI1.Pos.stVal").value == 2
                assert home.ied.find("HOMEMET/LCCH1.ChLiv.stVal").value is True
                assert home.ied.find("HOMEMET/LTMS1.TmChSt1.stVal").value is True
                simulated.registers["00010000"] = 99_999_999
                await until(lambda: state(home.ied)[0] == 99_999_999)
            (counted,) = home.lines.values()
            assert counted.requests - counted.answers in (0, 1)  # one may have been under way
            assert (counted.timeouts, counted.refusals, counted.checksum_errors, counted.reconnects) == (0, 0, 0, 0)

    run(work())


def test_unplugged_and_plugged_in_again() -> None:
    async def work() -> None:
        simulated = meter()
        async with serve_meter(simulated, speed=0) as line:
            port, url = line.port, line.url
            home = terminal(small(url))
            await home.start()
            await all_good(home)
        value = simulated.registers["00010000"]
        await until(lambda: set(fed(home).values()) == {OLD})
        assert state(home.ied) == (value, OLD)  # what was read stays, and says that it is old
        assert home.ied.find("HOMEMET/LCCH1.ChLiv.stVal").value is False
        assert home.ied.find("HOMEMET/LPHD1.PhyHealth.q").value == OLD
        simulated.registers["00010000"] = 12_345_678
        async with serve_meter(simulated, port=port, speed=0):
            await until(lambda: state(home.ied) == (12_345_678, Quality.GOOD))
            await all_good(home)
            assert home.ied.find("HOMEMET/LCCH1.ChLiv.stVal").value is True
            assert home.lines[url].reconnects >= 1
        await home.close()

    run(work())


@pytest.mark.parametrize("fault", ["silence", "checksum", "address", "item"])
def test_what_cannot_be_believed_is_never_shown(fault: str) -> None:
    async def work() -> None:
        simulated = meter()
        async with serve_meter(simulated, speed=0) as line:
            home = terminal(small(line.url))
            async with home:
                await all_good(home)
                good = simulated.registers["00010000"]
                spoil(line, **{fault: 1.0})
                shown = watch(home.ied)
                simulated.registers["00010000"] = 11_111_111
                await until(lambda: set(fed(home).values()) == {OLD})
                injected = line.injector.injected[fault]
                await until(lambda: line.injector.injected[fault] > injected + 5)
                assert state(home.ied) == (good, OLD)
                assert 11_111_111 not in shown
                assert home.ied.find("HOMEMET/LCCH1.ChLiv.stVal").value is False
                counted = home.lines[line.url]
                assert counted.timeouts > 0
                if fault == "checksum":
                    assert counted.checksum_errors > 0
                    assert home.ied.find("HOMEMET/LCCH1.FerCh.stVal").value > 0
                else:
                    assert counted.checksum_errors == 0
                spoil(line)
                await until(lambda: state(home.ied) == (11_111_111, Quality.GOOD))

    run(work())


def watch(ied: Ied) -> set[Any]:
    """Every value the energy register has had since now, for ever growing."""
    seen: set[Any] = set()
    energy = ied.find(f"{ENERGY}.actVal")

    async def look() -> None:
        while True:
            seen.add(energy.value)
            await asyncio.sleep(0.0005)

    seen.add(asyncio.ensure_future(look()))  # kept alive by the set; ends with the loop
    return seen


def test_a_line_of_every_fault_still_brings_only_true_values() -> None:
    async def work() -> None:
        simulated = meter()
        faults = Faults(
            checksum=0.2, split=0.4, garbage=0.3, silence=0.1, address=0.1, item=0.1, split_gap=0.001, seed=3
        )
        async with serve_meter(simulated, faults=faults, speed=0) as line:
            home = terminal(small(line.url))
            async with home:
                true = {0, simulated.registers["00010000"]}
                seen = watch(home.ied)
                for value in range(70_000_000, 70_000_004):
                    simulated.registers["00010000"] = value
                    true.add(value)
                    await until(lambda value=value: state(home.ied) == (value, Quality.GOOD), 40)
                assert {each for each in seen if isinstance(each, int)} <= true
                hits = line.injector.injected
                assert hits["checksum"] > 0
                assert home.ied.find("HOMEMET/LCCH1.FerCh.stVal").value > 0

    run(work())


def test_two_meters_on_one_line() -> None:
    async def work() -> None:
        first, second = meter(), meter(OTHER, seed=2)
        async with serve_meter([first, second], speed=0) as line:
            home = terminal(*await find_meters([f"{line.url}?addr={ADDRESS}", f"{line.url}?addr={OTHER}"]))
            async with home:
                await asyncio.wait_for(home.polled.wait(), 20)
                assert list(home.lines) == [line.url]
                assert len(line.connections) == 1
                assert state(home.ied) == (first.registers["00010000"], Quality.GOOD)
                assert state(home.ied, "HOMEMET2/MMTR1.DmdWh") == (second.registers["00010000"], Quality.GOOD)
                assert first.registers["00010000"] != second.registers["00010000"]
                assert home.ied.find("HOMEMET2/LPHD1.PhyNam.serNum").value == OTHER

    run(work())


def test_a_meter_that_has_gone_does_not_keep_the_others_on_its_line() -> None:
    async def rounds_of(home: ResidentialTerminal, line: MeterServer, count: int) -> int:
        """Requests without answer in this many rounds."""
        counted = home.lines[line.url]
        polls = counted.polls
        await until(lambda: counted.polls > polls)
        polls, timeouts = counted.polls, counted.timeouts
        await until(lambda: counted.polls >= polls + count)
        return (counted.timeouts - timeouts) // (counted.polls - polls)

    async def work() -> None:
        first, second = meter(), meter(OTHER, seed=2)
        async with serve_meter([first, second], speed=0) as line:
            port = line.port
            home = terminal(small(line.url), small(line.url, OTHER))
            await home.start()
            await all_good(home, OTHER)
        await until(lambda: set(fed(home).values()) == {OLD})
        async with serve_meter(first, port=port, speed=0) as line:  # OTHER has been unplugged
            await all_good(home)
            assert set(fed(home, OTHER).values()) == {OLD}
            assert await rounds_of(home, line, 3) == 3
            assert set(fed(home).values()) == {Quality.GOOD}
        async with serve_meter([first, second], port=port, speed=0):
            await all_good(home, OTHER)
        await home.close()

    run(work())


def test_two_lines_do_not_wait_for_each_other() -> None:
    async def work() -> None:
        first, second = meter(), meter(OTHER, seed=2)
        async with serve_meter(first, speed=0) as one, serve_meter(second, speed=0) as two:
            home = terminal(small(one.url), small(two.url, OTHER))
            async with home:
                await all_good(home, OTHER)
                spoil(two, silence=1.0)
                await until(lambda: set(fed(home, OTHER).values()) == {OLD})
                first.registers["00010000"] = 5
                await until(lambda: state(home.ied) == (5, Quality.GOOD))
                assert set(fed(home).values()) == {Quality.GOOD}
                assert (home.lines[one.url].timeouts, home.lines[two.url].timeouts > 0) == (0, True)

    run(work())


def test_a_line_that_cannot_be_opened_does_not_keep_the_others() -> None:
    async def work() -> None:
        async with serve_meter(meter(), speed=0) as line:
            home = terminal(small(line.url), small("645+tcp://127.0.0.1:1", OTHER))
            async with home:
                await all_good(home)
                assert set(fed(home, OTHER).values()) == {Quality.INVALID}  # never read: nothing old either
                assert not home.polled.is_set()

    run(work())


def test_an_opened_relay_is_reported() -> None:
    async def work() -> None:
        simulated = meter()
        async with serve_meter(simulated, speed=0) as line:
            home = terminal(small(line.url))
            async with home, connect(home.server.url) as ied:
                await all_good(home)
                assert (await ied.read("HOMEMET/XSWI1.Pos")).stVal == 2
                async with ied.reports("HOMEMET/LLN0.urcbEv") as reports:
                    simulated.relay_open = True
                    opened = await position(reports)
                    assert (opened.stVal, opened.q) == (1, Quality.GOOD)
                    simulated.relay_open = False
                    assert (await position(reports)).stVal == 2

    run(work())


async def position(reports: Any) -> Any:
    """XSWI1.Pos in the next report that has it."""
    while True:
        report = await reports.next(20)
        for entry in report.entries:
            if entry.reference.startswith("HOMEMET/XSWI1.Pos"):
                assert "data-change" in entry.reasons
                return entry.value


def test_a_wrong_clock_makes_everything_questionable() -> None:
    async def work() -> None:
        simulated = meter()
        async with serve_meter(simulated, speed=0) as line:
            home = terminal(small(line.url))
            async with home:
                await all_good(home)
                simulated.set_clock(now_in_china() + dt.timedelta(hours=1))
                await until(lambda: set(fed(home).values()) == {Quality.QUESTIONABLE})
                assert state(home.ied)[0] == simulated.registers["00010000"]
                assert home.ied.find("HOMEMET/LTMS1.TmChSt1.stVal").value is False
                simulated.set_clock(now_in_china())
                await all_good(home)
                assert home.ied.find("HOMEMET/LTMS1.TmChSt1.stVal").value is True

    run(work())


def test_items_a_meter_does_not_have_stay_invalid() -> None:
    async def work() -> None:
        simulated = meter()
        del simulated.registers["02800002"], simulated.registers["04000503"]
        async with serve_meter(simulated, speed=0) as line:
            home = terminal(*await find_meters([line.url]))
            async with home:
                await asyncio.wait_for(home.polled.wait(), 20)
                await until(lambda: home.lines[line.url].polls > 2)
                bad = {name.partition("/")[2] for name, q in fed(home).items() if not q.is_good}
                assert {name for name in bad if not name.startswith("GGIO3.")} == {"MMXU1.Hz.q", "XSWI1.Pos.q"}
                assert set(fed(home).values()) == {Quality.GOOD, Quality.INVALID}
                assert home.lines[line.url].refusals > 0

    run(work())


def test_the_wall_clock_of_the_terminal_can_be_given() -> None:
    async def work() -> None:
        simulated = meter()
        async with serve_meter(simulated, speed=0) as line:
            home = ResidentialTerminal([small(line.url)], port=0, poll_seconds=0.02, clock=lambda: 10**18)
            async with home:
                assert home.ied.find("HOMEMET/LLN0.Health.t").value.ns == 10**18

    run(work())


def test_finding_meters() -> None:
    async def work() -> None:
        async with serve_meter(meter(), speed=0) as line:
            asked, given = await find_meters([line.url, f"{line.url}?baud=1200&addr={OTHER}"])
            assert asked == MeterAt(line.url, MeterConfig(address=ADDRESS))
            assert given == MeterAt(f"{line.url}?baud=1200", MeterConfig(address=OTHER))
            spoil(line, silence=1.0)
            with pytest.raises(LinkError, match=r"give it as \?addr="):
                await find_meters([line.url], timeout=TIMEOUT)
        with pytest.raises(LinkError, match="cannot connect"):
            await find_meters(["645+tcp://127.0.0.1:1"])
        with pytest.raises(UsageError, match="645"):
            await find_meters(["/dev/ttyUSB0"])

    run(work())


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("645+tcp://h:1?addr=000000000001", "645+tcp://h:1"),
        ("645+tcp://h:1", "645+tcp://h:1"),
        ("645:///dev/ttyUSB0?baud=2400&addr=000000000001&parity=E", "645:///dev/ttyUSB0?baud=2400&parity=E"),
    ],
)
def test_meters_of_one_line_share_its_url(url: str, line: str) -> None:
    assert _line_of(url) == line


def test_a_terminal_needs_meters_with_different_addresses() -> None:
    for meters in ([], [small("645+tcp://h:1"), small("645+tcp://h:2")]):
        with pytest.raises(UsageError, match="address of its own"):
            terminal(*meters)


def test_closing_stops_everything() -> None:
    async def work() -> None:
        async with serve_meter(meter(), speed=0) as line:
            home = terminal(small(line.url))
            async with home:
                await asyncio.wait_for(home.polled.wait(), 20)
                url = home.server.url
            assert all(task.done() for task in home._tasks)
            with pytest.raises(LinkError):
                await connect(url, timeout=2)
            await until(lambda: not line.connections)

    run(work())
