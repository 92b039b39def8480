"""A server is killed while events flow, again and again: no acknowledged event is missing, and none comes twice."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
from pathlib import Path

import pytest

import meterwire
from meterwire.client import Subscription, connect

SCRIPT = Path(__file__).with_name("killed_server.py")
STEP = 1_000_000
"""Numbers a round may use."""
ENDLESS = STEP - 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Victim:
    """The server process of each round, on one port and one journal."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.journal, self.acknowledged = folder / "journal", folder / "acknowledged"

    async def start(self, round_number: int, events: int = ENDLESS) -> asyncio.subprocess.Process:
        arguments = (self.port, self.journal, self.acknowledged, round_number * STEP + 1, events)
        path = str(Path(meterwire.__file__).parent.parent)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SCRIPT),
            *map(str, arguments),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"serving\n"
        return process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL

    def numbers(self) -> list[int]:
        return list(map(int, self.acknowledged.read_text().split()))


async def collect(subscription: Subscription, numbers: list[int]) -> None:
    async for report in subscription:
        assert len(report.entries) == 1
        numbers.append(report.entries[0].value)


async def more_than(got: list[int], count: int) -> None:
    async with asyncio.timeout(20):
        while len(got) <= count:
            await asyncio.sleep(0.01)


async def campaign(folder: Path, rounds: int, seed: int) -> tuple[list[int], list[int], Subscription]:
    """(numbers the client got, numbers the journal acknowledged, the subscription)."""
    dice = random.Random(seed)
    victim = Victim(folder)
    got: list[int] = []
    process = await victim.start(0)
    url = f"mms://127.0.0.1:{victim.port}"
    async with connect(url, reconnect=0.1, timeout=5) as ied, ied.reports("CNTLD/LLN0.brcb01") as subscription:
        task = asyncio.create_task(collect(subscription, got))
        for number in range(1, rounds + 1):
            if dice.random() < 0.7:  # otherwise it may die while the client has not even found it again
                await more_than(got, len(got))
            await asyncio.sleep(dice.uniform(0.0, 0.3))
            await victim.kill(process)
            process = await victim.start(number, ENDLESS if number < rounds else 0)
        expected = victim.numbers()
        async with asyncio.timeout(30):
            while not got or got[-1] < expected[-1]:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # anything that came twice would come now
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await victim.kill(process)
    return got, expected, subscription


def insist(got: list[int], acknowledged: list[int], subscription: Subscription) -> None:
    assert len(set(got)) == len(got), "something came twice"
    assert got == sorted(got), "something came out of order"
    missing = set(acknowledged) - set(got)
    assert not missing, f"{len(missing)} acknowledged events are missing, e.g. {min(missing)}"
    # It was the server that gave nothing twice: our client had nothing to leave out.
    assert (subscription.duplicates, subscription.gaps, subscription.dropped) == (0, 0, 0)


def test_killed_five_times(tmp_path: Path) -> None:
    got, acknowledged, subscription = asyncio.run(campaign(tmp_path, 5, seed=1))
    insist(got, acknowledged, subscription)
    assert len(acknowledged) >= 100
    assert subscription.resyncs >= 1


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_killed_a_hundred_times(tmp_path: Path) -> None:
    got, acknowledged, subscription = asyncio.run(campaign(tmp_path, 100, seed=2))
    insist(got, acknowledged, subscription)
    print(f"\n{len(acknowledged)} acknowledged, {len(got)} received, {subscription.resyncs} resyncs")
