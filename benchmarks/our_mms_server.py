"""Our MMS server with the benchmark model, as a process: prints {"event":"ready","port":...}, then serves JSON lines.

python benchmarks/our_mms_server.py [--loop asyncio|uvloop]
"""

import argparse
import asyncio

import perf_model as perf
from _process import memory, protocol, seconds_used

from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Reference, Trigger, basic_type
from meterwire.server import MmsServer


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
    setting = DataObject("SetV", "ING").add(leaf("setVal", "INT32", "SP", is_writable=True))
    first = LogicalDevice(perf.DOMAIN, "LD0").add(
        head,
        LogicalNode("GGIO", "1").add(*(measured(f"AnIn{i}") for i in range(1, perf.MEASURED + 1))),
        LogicalNode("GGIO", "2").add(*(single(f"Ind{i}") for i in range(1, perf.INPUTS + 1)), setting),
    )
    second = LogicalDevice("PERFLD1", "LD1").add(LogicalNode("LLN0"))
    for n in range(1, perf.NODES + 1):
        objects = [
            make(f"{name}{i}") for i in range(1, perf.EACH + 1) for name, make in (("Ind", single), ("AnIn", measured))
        ]
        second.add(LogicalNode("GGIO", str(n)).add(*objects))
    return Ied("PERF").add(first, second)


async def serve() -> None:
    async with MmsServer(model(), port=0) as server:
        handlers = {
            "memory": lambda _request: memory(),
            "seconds": lambda _request: seconds_used(),
            "connections": lambda _request: len(server.associations),
        }
        await protocol.serve_async(handlers, peer="meterwire", port=server.port)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    protocol.keep_stdout_clean()
    if parser.parse_args().loop == "uvloop":
        import uvloop

        uvloop.run(serve())
    else:
        asyncio.run(serve())


if __name__ == "__main__":
    main()
