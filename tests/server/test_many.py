"""Many associations at once: each gets its reports, all of them, in their order, and the server keeps nothing of them."""

import asyncio
import itertools
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meterwire.client import connect
from meterwire.client.connection import MmsConnection, open_connection
from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    OptFlds,
    Reference,
    ReportControl,
    TrgOps,
    Trigger,
    basic_type,
)
from meterwire.protocols.mms import ObjectName, Pdu
from meterwire.protocols.mms.data import encode_boolean
from meterwire.protocols.mms.services import (
    Access,
    decode_information_report,
    decode_write_response,
    write_request,
)
from meterwire.server import Limits, MmsServer

from ..helpers import until

ROOT = Path(__file__).resolve().parents[2]
MANY, CHANGES, INSTANCES = 200, 20, 50
SPARE_FILES = 200


@pytest.fixture(autouse=True)
def files() -> Iterator[None]:
    """Both ends of every connection are here: room for them, as far as the system gives it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MANY + SPARE_FILES
    if soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            pytest.skip(f"{wanted} open files are needed, {hard} allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def model() -> Ied:
    leaf = DataAttribute("stVal", "ST", basic_type("INT32"), trigger=Trigger.DCHG)
    head = LogicalNode("LLN0")
    head.data_sets["ds"] = (Reference("MANYLD", ("GGIO1", "Cnt", "stVal"), "ST"),)
    for letter in "abcd":
        head.control_blocks[f"urcb{letter}"] = ReportControl(
            name=f"urcb{letter}", data_set="ds", instances=INSTANCES, opt_flds=OptFlds.SEQ_NUM, trg_ops=TrgOps.DCHG
        )
    node = LogicalNode("GGIO", "1").add(DataObject("Cnt", "INS").add(leaf))
    return Ied("MANY").add(LogicalDevice("MANYLD", "LD").add(head, node))


class Subscriber:
    """One association with a control block of its own."""

    def __init__(self, connection: MmsConnection, number: int) -> None:
        self.connection = connection
        self.got: list[tuple[int, int]] = []
        block = f"urcb{'abcd'[number // INSTANCES]}{number % INSTANCES + 1:02d}"
        self.rpt_ena = Access(ObjectName(f"LLN0$RP${block}$RptEna", "MANYLD"))
        connection.on_report = self._on_report

    async def enable(self) -> None:
        answer = await self.connection.request(write_request([(self.rpt_ena, encode_boolean(True))]), 20)
        assert decode_write_response(answer) == [None]

    def _on_report(self, pdu: Pdu) -> None:
        _rpt_id, _opt_flds, sq_num, _inclusion, value = decode_information_report(pdu).values
        self.got.append((sq_num, value))


async def subscribe(server: MmsServer, count: int) -> list[Subscriber]:
    connections = await asyncio.gather(*(open_connection("127.0.0.1", server.port, timeout=20) for _ in range(count)))
    subscribers = list(map(Subscriber, connections, itertools.count()))
    await asyncio.gather(*(subscriber.enable() for subscriber in subscribers))
    return subscribers


def test_every_one_of_many_gets_every_report() -> None:
    async def play() -> None:
        async with MmsServer(model(), port=0) as server:
            subscribers = await subscribe(server, MANY)
            assert server.statistics.associations == MANY
            counter = server.ied.children["MANYLD"]["GGIO1.Cnt"]
            for number in range(1, CHANGES + 1):
                counter.update(stVal=number)
                if number % 4 == 0:  # some changes alone in their turn of the loop, some together
                    await asyncio.sleep(0)
            await until(lambda: all(len(subscriber.got) == CHANGES for subscriber in subscribers))
            expected = [(number - 1, number) for number in range(1, CHANGES + 1)]
            assert all(subscriber.got == expected for subscriber in subscribers)
            assert server.statistics.reports == MANY * CHANGES
            assert server.statistics.lost == 0

            # Half of them vanish, each in its way; the others notice nothing.
            for number, subscriber in enumerate(subscribers[::2]):
                if number % 2:
                    subscriber.connection.abort()
                else:
                    await subscriber.connection.release(20)
            await until(lambda: len(server.associations) == MANY // 2)
            counter.update(stVal=-1)
            await until(lambda: all(len(subscriber.got) == CHANGES + 1 for subscriber in subscribers[1::2]))
            assert all(len(subscriber.got) == CHANGES for subscriber in subscribers[::2])
            assert sum(control["RptEna"] for control in server.reports.controls) == MANY // 2

            # Their control blocks are free for others.
            for subscriber in await subscribe_again(server, subscribers[::2]):
                await subscriber.connection.release(20)
            for subscriber in subscribers[1::2]:
                subscriber.connection.abort()
            await until(lambda: not server.associations)
            (leaf,) = counter.leaves()
            assert leaf.change_hooks == (), "nobody listens any more"

    asyncio.run(play())


async def subscribe_again(server: MmsServer, gone: list[Subscriber]) -> list[Subscriber]:
    made = []
    for subscriber in gone:
        again = Subscriber(await open_connection("127.0.0.1", server.port, timeout=20), 0)
        again.rpt_ena = subscriber.rpt_ena
        await again.enable()
        made.append(again)
    return made


def test_one_more_than_allowed_is_refused_and_counted() -> None:
    async def play() -> None:
        async with MmsServer(model(), port=0, limits=Limits(max_associations=MANY)) as server:
            subscribers = await subscribe(server, MANY)
            with pytest.raises(Exception, match="closed"):
                await open_connection("127.0.0.1", server.port, timeout=20)
            assert server.statistics.refused == 1
            subscribers[0].connection.abort()
            await until(lambda: len(server.associations) == MANY - 1)
            async with connect(server.url) as ied:
                assert await ied.read("MANYLD/GGIO1.Cnt.stVal") == 0
            for subscriber in subscribers:
                subscriber.connection.abort()

    asyncio.run(play())


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_thousand_for_a_minute(tmp_path: Path) -> None:
    """The whole soak, two processes: nothing of it is asserted about time."""
    report = tmp_path / "soak.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "soak_associations.py"), "--json", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["associations"] == 1000
    assert told["delivered"] == told["expected"] == told["changes"] * 1000
    assert told["lost, counted by the server"] == told["associations lost"] == 0
