"""The relay of a meter, from an operate of a client to the contact and back."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from meterwire.acsi.control_command import AddCause
from meterwire.client import IedClient, Outcome, connect
from meterwire.models.terminals import MeterConfig
from meterwire.protocols.dlt645 import Access, FaultInjector, Faults
from meterwire.server.meter645 import MeterServer, SimulatedMeter, meter_clock, serve_meter
from meterwire.terminals import MeterAt, ResidentialTerminal

from ..helpers import until

ADDRESS = "003411001043"
POS = "HOMEMET/XSWI1.Pos"
RIGHT = Access(level=2, password="314159")


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


@asynccontextmanager
async def home(
    access: Access | None = RIGHT, **options: Any
) -> AsyncIterator[tuple[SimulatedMeter, MeterServer, IedClient]]:
    """A meter with a password, the terminal in front of it, and a client of the terminal."""
    meter = SimulatedMeter(ADDRESS, seed=1, start=meter_clock(), passwords={2: "314159"})
    async with serve_meter(meter, speed=0) as line:
        at = MeterAt(line.url, MeterConfig(address=ADDRESS, rates=0, phases=1), access)
        async with ResidentialTerminal([at], port=0, poll_seconds=0.05, timeout=0.3, **options) as terminal:
            await asyncio.wait_for(terminal.polled.wait(), 20)
            async with connect(terminal.server.url) as client:
                yield meter, line, client


def test_the_relay_is_operated_and_the_position_follows() -> None:
    async def work() -> None:
        async with home() as (meter, _, client):
            assert await client.read(f"{POS}.stVal") == 2
            opened = await client.operate(POS, False)
            assert (opened.outcome, opened.service) == (Outcome.DONE, "CommandTermination"), str(opened)
            assert meter.relay_open
            assert await client.read(f"{POS}.stVal") == 1
            assert await client.read(f"{POS}.ctlNum [ST]") == opened.ctlNum
            assert await client.operate(POS, True)
            assert not meter.relay_open
            assert await client.read(f"{POS}.stVal") == 2

    run(work())


def test_a_wrong_password_is_no_access_authority() -> None:
    async def work() -> None:
        async with home(Access(level=2, password="000001")) as (meter, _, client):
            result = await client.operate(POS, False)
            assert (result.outcome, result.add_cause) == (Outcome.FAILED, AddCause.No_access_authority)
            assert not meter.relay_open
            assert await client.read(f"{POS}.stVal") == 2

    run(work())


def test_a_silent_meter_is_a_loss_of_communication() -> None:
    async def work() -> None:
        async with home() as (meter, line, client):
            line.injector = FaultInjector(Faults(silence=1.0))
            result = await client.operate(POS, False)
            assert (result.outcome, result.add_cause) == (Outcome.FAILED, AddCause.Abortion_by_communication_loss)
            # It was told once; whether it did it only its status word can say.
            line.injector = FaultInjector(Faults())
            await until(lambda: line.injector is not None)
            wanted = 1 if meter.relay_open else 2
            async with asyncio.timeout(20):
                while await client.read(f"{POS}.stVal") != wanted:
                    await asyncio.sleep(0.02)

    run(work())


def test_without_password_the_relay_is_status_only() -> None:
    async def work() -> None:
        async with home(None) as (_, __, client):
            assert await client.read(f"{POS}.ctlModel [CF]") == 0

    run(work())


def test_a_test_does_not_reach_the_meter() -> None:
    async def work() -> None:
        async with home() as (meter, _, client):
            result = await client.operate(POS, False, test=True)
            assert result.add_cause is AddCause.Blocked_by_Mode
            assert not meter.relay_open

    run(work())
