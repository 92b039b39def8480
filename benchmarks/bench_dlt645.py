"""DL/T 645 frames per second: objects, stream, batch; beside PyPI dlt645 and beside the pure twin, on the same octets.

    python benchmarks/bench_dlt645.py [--rounds 7] [--seconds 0.2] [--json]

Every round takes every candidate once, in turn, pinned to one CPU; min, median and max are over rounds, the ratio is
the median of the ratios within each round. The frame is an energy answer of 20 octets (24 with preamble). The batch
takes a recording of 50,000 such answers, each of its own meter and value.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from array import array
from collections.abc import Callable
from importlib import import_module, metadata
from types import ModuleType
from typing import NamedTuple

from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Frame, apdu

FRAME = apdu.read_reply("123456789012", "00010000", bytes.fromhex("78563412"))
WIRE = FRAME.encode()
WITH_PREAMBLE = FRAME.encode(4)
MANY = 50_000
LIMIT = "limit: a Python lambda around len(), as around every row"


class Candidate(NamedTuple):
    name: str
    run: Callable[[], object]
    frames: int  # per call
    beside: str  # the row its ratio refers to


def recording() -> bytes:
    draw = random.Random(645)
    return b"".join(
        apdu.read_reply(
            f"{draw.randrange(10**12):012d}", "00010000", dlt645.lookup(0x10000).encode(draw.randrange(10**8))
        ).encode()
        for _ in range(MANY)
    )


def forms() -> list[tuple[str, ModuleType]]:
    found = []
    for label, module in (("compiled", "_c_dlt645"), ("pure", "_py_dlt645")):
        try:
            found.append((label, import_module(f"meterwire._accel.{module}")))
        except ModuleNotFoundError:
            print(f"no {label} form here", file=sys.stderr)
    return found


def stream_of(accel: ModuleType, data: bytes) -> Callable[[], object]:
    """What Stream.feed does with chunks of 4 KiB, on the given form."""

    def run() -> int:
        buffer, count = bytearray(), 0
        for at in range(0, len(data), 4096):
            buffer += data[at : at + 4096]
            frames, resume, *_ = accel.extract(Frame, buffer, 0, False)
            del buffer[:resume]
            count += len(frames)
        return count

    assert run() == MANY
    return run


def batch_of(accel: ModuleType, data: bytes) -> Callable[[], object]:
    rows = array("Q", bytes(8 * accel.ROW * MANY))

    def run() -> object:
        return accel.batch(data, 0, rows)

    assert run() == (MANY, len(data), 0, 0)
    return run


def peer() -> list[Candidate]:
    try:
        import dlt645 as package
        from dlt645.protocol.protocol import DLT645Protocol
    except ImportError:
        print("PyPI dlt645 is not installed: its rows are missing", file=sys.stderr)
        return []
    package.disable_logging()
    address, data = bytes.fromhex("129078563412"), FRAME.data
    name = f"PyPI dlt645 {metadata.version('dlt645')}"
    assert bytes(DLT645Protocol.deserialize(WITH_PREAMBLE).data) == data
    assert bytes(DLT645Protocol.build_frame(address, 0x91, data)) == WITH_PREAMBLE
    return [
        Candidate(f"parse, {name}", lambda: DLT645Protocol.deserialize(WITH_PREAMBLE), 1, ""),
        Candidate(f"build, {name}", lambda: DLT645Protocol.build_frame(address, 0x91, data), 1, ""),
    ]


def candidates() -> list[Candidate]:
    data = recording()
    theirs = peer()
    parse, build = (c.name for c in theirs) if theirs else ("", "")
    rows = list(theirs)
    for label, accel in forms():
        assert accel.decode(Frame, WITH_PREAMBLE) == FRAME
        assert accel.encode(FRAME.address, FRAME.control, FRAME.data) == WIRE
        rows += [
            Candidate(f"parse to Frame, {label}", lambda a=accel: a.decode(Frame, WITH_PREAMBLE), 1, parse),
            Candidate(f"build, {label}", lambda a=accel: a.encode("123456789012", 0x91, FRAME.data), 1, build),
            Candidate(f"stream of 4 KiB chunks to Frames, {label}", stream_of(accel, data), MANY, parse),
            Candidate(f"batch into array, {label}", batch_of(accel, data), MANY, parse),
        ]
    rows += [
        Candidate("dlt645.decode() as users call it", lambda: dlt645.decode(WITH_PREAMBLE), 1, parse),
        Candidate("Frame.encode() as users call it", FRAME.encode, 1, build),
        Candidate("decode + Reading with Decimal", lambda: dlt645.readings(dlt645.decode(WITH_PREAMBLE)), 1, parse),
        Candidate(LIMIT, lambda: len(WITH_PREAMBLE), 1, ""),
    ]
    return rows


def rate(candidate: Candidate, seconds: float) -> float:
    """Frames per second; the loop is a C-level repeat so that it costs as little as it can."""
    import timeit

    timer = timeit.Timer(candidate.run)
    calls = max(1, int(0.02 / max(timer.timeit(1), 1e-8)))
    done, spent = 0, 0.0
    while spent < seconds:
        spent += timer.timeit(calls)
        done += calls
    return done * candidate.frames / spent


def measure(rounds: int, seconds: float) -> list[dict[str, object]]:
    rows = candidates()
    rates: dict[str, list[float]] = {c.name: [] for c in rows}
    for number in range(rounds):
        for candidate in rows:
            rates[candidate.name].append(rate(candidate, seconds))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    table = []
    for candidate in rows:
        mine = rates[candidate.name]
        ratio = (
            statistics.median(a / b for a, b in zip(mine, rates[candidate.beside], strict=True))
            if candidate.beside
            else None
        )
        table.append(
            {
                "what": candidate.name,
                "min": min(mine),
                "median": statistics.median(mine),
                "max": max(mine),
                "ratio": ratio,
            }
        )
    return table


def shown(value: float) -> str:
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.1f} k"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    table = measure(arguments.rounds, arguments.seconds)
    where = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "time": time.strftime("%Y-%m-%d"),
    }
    if arguments.json:
        print(json.dumps({"where": where, "rows": table}, indent=1))
        return
    print("| what | frames/s min / median / max | × PyPI dlt645 |\n| --- | --- | --- |")
    for row in table:
        ratio = f"{row['ratio']:.1f}" if row["ratio"] else ""
        print(f"| {row['what']} | {shown(row['min'])} / **{shown(row['median'])}** / {shown(row['max'])} | {ratio} |")
    print("\n" + ", ".join(f"{k} {v}" for k, v in where.items()))


if __name__ == "__main__":
    main()
