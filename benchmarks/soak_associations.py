"""A thousand associations held for a minute, ten reports a second to each, from one server to another process.

    python benchmarks/soak_associations.py [--associations 1000] [--seconds 60] [--rate 10] [--loop asyncio|uvloop] [--json FILE]

Server and client have a processor each where there are two. Every association has an unbuffered control block of its own on a
data set of five values; each change goes to all. The client counts what arrives and follows SqNum. Nothing is asserted about
time; the exit code is 1 when a report is missing.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from _process import memory, seconds_used
from bench_mms_associations import raise_file_limit

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

DOMAIN = "SOAKLD0"
VALUES = 5
INSTANCES = 99
SQ_NUM_MODULUS = 256
SQ_NUM_PLACE = 2
"""Place of SqNum among the values: behind RptID and OptFlds."""
AT_ONCE = 50
"""Associations the client opens at the same time."""
TIMEOUT = 30.0


def model(associations: int) -> Ied:
    """One data set, a control block for each association."""
    node = LogicalNode("GGIO", "1")
    for i in range(1, VALUES + 1):
        leaf = DataAttribute("stVal", "ST", basic_type("INT32"), trigger=Trigger.DCHG)
        node.add(DataObject(f"IntIn{i}", "INS").add(leaf))
    head = LogicalNode("LLN0").add(DataObject("Mod"))
    head.data_sets["ds"] = tuple(Reference(DOMAIN, ("GGIO1", f"IntIn{i}", "stVal"), "ST") for i in range(1, VALUES + 1))
    for i in range(-(-associations // INSTANCES)):
        head.control_blocks[f"urcb{i:02d}x"] = ReportControl(
            name=f"urcb{i:02d}x", data_set="ds", instances=INSTANCES, trg_ops=TrgOps.DCHG, opt_flds=OptFlds.USUAL
        )
    return Ied("SOAK").add(LogicalDevice(DOMAIN, "LD0").add(head, node))


class Subscriber:
    """One association of the client, and what came over it."""

    def __init__(self, connection: MmsConnection, number: int) -> None:
        self.connection = connection
        self.item = f"LLN0$RP$urcb{number // INSTANCES:02d}x{number % INSTANCES + 1:02d}$RptEna"
        self.received = 0
        self.missing = 0
        self._next = 0
        connection.on_report = self._on_report

    async def enable(self) -> None:
        request = write_request([(Access(ObjectName(self.item, DOMAIN)), encode_boolean(True))])
        (refused,) = decode_write_response(await self.connection.request(request, TIMEOUT))
        if refused is not None:
            raise refused

    def _on_report(self, pdu: Pdu) -> None:
        sq_num = decode_information_report(pdu).values[SQ_NUM_PLACE]
        self.received += 1
        self.missing += (sq_num - self._next) % SQ_NUM_MODULUS
        self._next = (sq_num + 1) % SQ_NUM_MODULUS


async def subscribers(port: int, count: int) -> list[Subscriber]:
    """So many associations, open and idle."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Subscriber:
        async with gate:
            return Subscriber(await open_connection("127.0.0.1", port, timeout=TIMEOUT), number)

    return list(await asyncio.gather(*map(one, range(count))))


async def client(port: int, count: int) -> None:
    """The other process: obeys the lines on its stdin."""
    loop = asyncio.get_running_loop()
    held: list[Subscriber] = []

    def tell(**what: object) -> None:
        print(json.dumps(what), flush=True)

    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = line.strip()
        if command == "open":
            began = time.monotonic()
            held = await subscribers(port, count)
            tell(open=len(held), per_s=len(held) / (time.monotonic() - began))
        elif command == "enable":
            await asyncio.gather(*(subscriber.enable() for subscriber in held))
            tell(enabled=len(held))
        elif command == "count":
            received = [subscriber.received for subscriber in held]
            tell(
                received=sum(received),
                fewest=min(received),
                most=max(received),
                missing=sum(subscriber.missing for subscriber in held),
                closed=sum(not subscriber.connection.is_open for subscriber in held),
                seconds=seconds_used(),
            )


class Other:
    """The client process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def __call__(self, command: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(command.encode() + b"\n")
        line = await self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the client died during {command}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def use_processor(number: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        known = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {known[number % len(known)]})


async def soak(associations: int, seconds: float, rate: float, loop_name: str) -> dict[str, Any]:
    """The run; what came of it."""
    ied = model(associations)
    async with MmsServer(ied, port=0, limits=Limits(max_associations=associations + 10)) as server:
        arguments = ["--client", str(server.port), "--associations", str(associations), "--loop", loop_name]
        process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        use_processor(0)
        other = Other(process)
        before = memory()
        opened = await other("open")
        idle = (memory() - before) / associations
        await other("enable")
        began, used, theirs = time.monotonic(), seconds_used(), (await other("count"))["seconds"]
        changes, largest_delay = await change(ied, began, seconds, rate)
        took = time.monotonic() - began
        used = seconds_used() - used
        counted = await other("count")
        for _ in range(100):
            if counted["received"] + counted["missing"] >= changes * associations:
                break
            await asyncio.sleep(0.1)
            counted = await other("count")
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        return {
            "associations": opened["open"],
            "set up per s": round(opened["per_s"]),
            "kB of one idle association": round(idle / 1000, 1),
            "seconds": round(took, 1),
            "changes": changes,
            "changes per s": round(changes / took, 2),
            "expected": changes * associations,
            "delivered": counted["received"],
            "fewest to one": counted["fewest"],
            "missing by SqNum": counted["missing"],
            "lost, counted by the server": server.statistics.lost,
            "associations lost": counted["closed"],
            "largest delay of a change, ms": round(largest_delay * 1000, 1),
            "processor of the server": round(used / took, 3),
            "processor of the client": round((counted["seconds"] - theirs) / took, 3),
        }


async def change(ied: Ied, began: float, seconds: float, rate: float) -> tuple[int, float]:
    """Change a value so many times a second: how often that was, and how late at most."""
    values = [ied.children[DOMAIN][f"GGIO1.IntIn{i}"] for i in range(1, VALUES + 1)]
    changes, largest = 0, 0.0
    while changes < seconds * rate:
        due = began + changes / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        largest = max(largest, time.monotonic() - due)
        changes += 1
        values[changes % VALUES].update(stVal=changes)
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    return changes, largest


def run(main: Any, loop_name: str) -> Any:
    if loop_name == "uvloop":
        import uvloop

        return uvloop.run(main)
    return asyncio.run(main)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--associations", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=10.0, help="reports a second to each association")
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--client", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    raise_file_limit()
    if options.client:
        use_processor(1)
        run(client(options.client, options.associations), options.loop)
        return
    result = run(soak(options.associations, options.seconds, options.rate, options.loop), options.loop)
    for name, value in result.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(result), encoding="utf-8")
    whole = result["delivered"] == result["expected"] and not result["missing by SqNum"] + result["associations lost"]
    raise SystemExit(0 if whole else 1)


if __name__ == "__main__":
    main()
