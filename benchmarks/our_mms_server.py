"""Our MMS server with the benchmark model, as a process: prints {"event":"ready","port":...}, then serves JSON lines.

python benchmarks/our_mms_server.py [--loop asyncio|uvloop] [--tracking] [--guard]
"""

import argparse
import asyncio
import time
from collections.abc import Hashable
from typing import Any

import perf_model as perf
from _process import memory, protocol, seconds_used

from meterwire.acsi.control_command import Command
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
    build,
)
from meterwire.models.ln import GGIO, LLN0, LTRK
from meterwire.protocols.mms import ObjectName
from meterwire.server import Limits, MmsServer
from meterwire.server.association import Association


def leaf(
    name: str, type_name: str, fc: str, trigger: Trigger = Trigger.DCHG, *, is_writable: bool = False
) -> DataAttribute:
    return DataAttribute(name, fc, basic_type(type_name), trigger=trigger, is_writable=is_writable)


def quality_and_time(fc: str) -> tuple[DataAttribute, DataAttribute]:
    return leaf("q", "Quality", fc, Trigger.QCHG), leaf("t", "Timestamp", fc, Trigger.NONE)


def measured(name: str) -> DataObject:
    magnitude = DataAttribute("mag", "MX").add(leaf("f", "FLOAT32", "MX"))
    return DataObject(name, "MV").add(magnitude, *quality_and_time("MX"))


def single(name: str) -> DataObject:
    return DataObject(name, "SPS").add(leaf("stVal", "BOOLEAN", "ST"), *quality_and_time("ST"))


def model() -> Ied:
    head = LogicalNode("LLN0").add(DataObject("Mod"))
    head.data_sets["ds100"] = tuple(
        Reference(perf.DOMAIN, ("GGIO2", f"Ind{i}", "stVal"), "ST") for i in range(1, perf.INPUTS + 1)
    )
    head.data_sets[perf.REPORTED] = (Reference(perf.DOMAIN, ("GGIO2", "Ind1", "stVal"), "ST"),)
    head.control_blocks["rcb"] = ReportControl(
        name="rcb", data_set=perf.REPORTED, opt_flds=OptFlds.USUAL, trg_ops=TrgOps.DCHG, instances=perf.SUBSCRIBERS
    )
    settings = [
        DataObject(name, "ING").add(leaf("setVal", "INT32", "SP", is_writable=True)) for name in ("SetV", "SetH")
    ]
    first = LogicalDevice(perf.DOMAIN, "LD0").add(
        head,
        LogicalNode("GGIO", "1").add(*(measured(f"AnIn{i}") for i in range(1, perf.MEASURED + 1))),
        LogicalNode("GGIO", "2").add(*(single(f"Ind{i}") for i in range(1, perf.INPUTS + 1)), *settings),
        build(GGIO, inst="3", values={"SPCSO1.ctlModel": 1}),
    )
    second = LogicalDevice("PERFLD1", "LD1").add(LogicalNode("LLN0"))
    for n in range(1, perf.NODES + 1):
        objects = [
            make(f"{name}{i}") for i in range(1, perf.EACH + 1) for name, make in (("Ind", single), ("AnIn", measured))
        ]
        second.add(LogicalNode("GGIO", str(n)).add(*objects))
    return Ied("PERF").add(first, second)


def tracking() -> LogicalDevice:
    """A logical device more, with an LTRK that takes what is done in all."""
    tracked = build(LTRK, inst="1", include=("GenTrk.originatorID", "UrcbTrk", "BrcbTrk"))
    return LogicalDevice("PERFTRK", "TRK").add(build(LLN0, values={"NamPlt.vendor": "perf"}), tracked)


def guard(server: MmsServer) -> None:
    """What asking for the rights of a client amounts to: one look before its requests are answered, a segment at a time."""
    known = Association._answer_known

    def answer(self: Association, data: bytes) -> bytes:
        return known(self, data) if self.number in server.associations else data

    Association._answer_known = answer  # type: ignore[method-assign]


class Handler:
    """What an application that decides on writes in Python amounts to."""

    def __init__(self) -> None:
        self.value = 0

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        del client, attribute
        self.value = value
        return None


class Operated:
    """What an application that carries commands out amounts to."""

    def __init__(self) -> None:
        self.value = False

    def operate(self, command: Command) -> None:
        self.value = command.ctlVal


async def update(server: MmsServer, seconds: float) -> dict[str, float]:
    """Change the reported value as often as possible for so long; what became of it."""
    indication = server.ied.children[perf.DOMAIN]["GGIO2.Ind1"]
    before, lost, count, began = server.statistics.reports, server.statistics.lost, 0, time.monotonic()
    end = began + seconds
    while time.monotonic() < end and server.associations:
        for _ in range(perf.UPDATES_A_TURN):
            count += 1
            indication.update(stVal=bool(count & 1))
        await asyncio.sleep(0)
    return {
        "updates": count,
        "seconds": time.monotonic() - began,
        "sent": server.statistics.reports - before,
        "lost": server.statistics.lost - lost,
    }


async def serve(options: argparse.Namespace) -> None:
    ied = model()
    if options.tracking:
        ied.add(tracking())
    async with MmsServer(ied, port=0, limits=Limits(max_associations=2000)) as server:
        if options.guard:
            guard(server)
        variable = server.image.find(ObjectName(perf.HANDLED, perf.DOMAIN))
        assert variable is not None
        variable.handler = Handler()
        server.control(f"{perf.DOMAIN}/GGIO3.SPCSO1", Operated().operate)
        handlers = {
            "update": lambda request: update(server, request["period"]),
            "memory": lambda _request: memory(),
            "seconds": lambda _request: seconds_used(),
            "connections": lambda _request: len(server.associations),
        }
        await protocol.serve_async(handlers, peer="meterwire", port=server.port)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    parser.add_argument("--tracking", action="store_true", help="the model has an LTRK")
    parser.add_argument("--guard", action="store_true", help="rights are asked for before requests are answered")
    protocol.keep_stdout_clean()
    options = parser.parse_args()
    if options.loop == "uvloop":
        import uvloop

        uvloop.run(serve(options))
    else:
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
