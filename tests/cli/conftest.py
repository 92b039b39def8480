"""The command line in this process, and things for it to talk to on loopback, each on a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import NamedTuple

import pytest

from meterwire.cli import main
from meterwire.server import MmsServer
from meterwire.server.meter645 import SimulatedMeter, meter_clock, serve_meter
from meterwire.terminals import ResidentialTerminal, find_meters

from ..interop.ours import awkward_ied

ADDRESS = "003411001043"


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command with these arguments."""

    def command(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return command


@contextmanager
def in_background(service: AbstractAsyncContextManager[str]) -> Iterator[str]:
    """Keep a service alive on a thread of its own; gives what the service gives, its URL."""
    ready: list[str] = []
    told, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        async with service as url:
            ready.append(url)
            told.set()
            while not stop.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert told.wait(20), "the service did not start"
    yield ready[0]
    stop.set()
    thread.join(20)


@asynccontextmanager
async def awkward() -> AsyncIterator[str]:
    async with MmsServer(awkward_ied(), port=0) as server:
        yield server.url


@asynccontextmanager
async def living_home() -> AsyncIterator[str]:
    simulated = SimulatedMeter(ADDRESS, seed=1, start=meter_clock())
    async with (
        serve_meter(simulated, speed=600) as line,
        ResidentialTerminal(await find_meters([line.url]), port=0, poll_seconds=0.1) as terminal,
    ):
        await asyncio.wait_for(terminal.polled.wait(), 20)
        yield terminal.server.url


@asynccontextmanager
async def still_meter() -> AsyncIterator[str]:
    simulated = SimulatedMeter(ADDRESS, seed=1, start=meter_clock())
    simulated.relay_open = True
    simulated.registers["00010000"] = 218_107
    async with serve_meter(simulated, speed=0) as line:
        yield f"{line.url}?addr={ADDRESS}"


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """An MMS server with every type, writable settings and report blocks (tests/interop/ours.py)."""
    with in_background(awkward()) as url:
        yield url


@pytest.fixture(scope="session")
def home() -> Iterator[str]:
    """A residential terminal whose meter lives fast."""
    with in_background(living_home()) as url:
        yield url


@pytest.fixture(scope="session")
def meter() -> Iterator[str]:
    """A meter that shows 2181.07 kWh, its relay open."""
    with in_background(still_meter()) as url:
        yield url
