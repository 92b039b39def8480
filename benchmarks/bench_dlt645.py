"""DL/T 645 frames per second: objects, stream, batch, columns, garbage; beside PyPI dlt645, construct, the pure twin and an
empty Cython call, on the same octets.

    python benchmarks/bench_dlt645.py [--rounds 7] [--seconds 0.2] [--json]

Every round takes every candidate once, in turn, pinned to one CPU; processor time is what is counted, so that other
processes cost less. min, median and max are over rounds, ratios are medians of the ratios within each round. The frame is
an energy answer of 20 octets (24 with preamble). Batches take recordings of 50,000 answers, each of its own meter and
value; the mixed ones are of 715 energies in 20 octets each, and of eight kinds of items in 18 to 20.
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from array import array
from collections.abc import Callable
from importlib import import_module, metadata
from types import ModuleType
from typing import Any, NamedTuple

from meterwire._accel import _py_frames, layout
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Frame

FRAME = Frame(address="123456789012", control=0x91, data=bytes.fromhex("0000010078563412"))
WIRE = FRAME.encode()
WITH_PREAMBLE = FRAME.encode(4)
MANY = 50_000
EMPTY = "limit: an empty Cython call"
PEER_PARSE, PEER_BUILD = "parse, PyPI dlt645", "build, PyPI dlt645"
VALID = "search and check a valid stream, compiled"


class Candidate(NamedTuple):
    name: str
    run: Callable[[], object]
    units: int  # per call
    beside: tuple[str, ...] = ()  # the rows its ratios refer to
    what: str = "frames"


def digits(draw: random.Random, count: int) -> bytes:
    return bytes.fromhex("".join(draw.choice("01234567") for _ in range(2 * count)))


def recording(items: list[tuple[str, int]]) -> bytes:
    draw = random.Random(645)
    from meterwire._accel import dlt645 as accel

    return b"".join(
        accel.encode(f"{draw.randrange(10**12):012d}", 0x91, bytes.fromhex(di)[::-1] + digits(draw, octets))
        for di, octets in (draw.choice(items) for _ in range(MANY))
    )


ONE = [("00010000", 4)]
ENERGIES = [(f"00{q:02X}{t:02X}{s:02X}", 4) for q in range(11) for t in range(5) for s in range(13)]
MIXED = [("00010000", 4), ("00020000", 4), ("02010100", 2), ("02020200", 3), ("02030000", 3), ("02800002", 2),
         ("00010300", 4), ("00050001", 4)]  # fmt: skip


def forms(name: str) -> list[tuple[str, ModuleType]]:
    found = []
    for label, module in (("compiled", f"_c_{name}"), ("pure", f"_py_{name}")):
        try:
            found.append((label, import_module(f"meterwire._accel.{module}")))
        except ModuleNotFoundError:
            print(f"no {label} form here", file=sys.stderr)
    return found


def floor() -> ModuleType | None:
    """benchmarks/_floor.pyx, compiled into a folder of its own."""
    folder = tempfile.mkdtemp()
    shutil.copy(os.path.join(os.path.dirname(__file__), "_floor.pyx"), folder)
    done = subprocess.run(
        [sys.executable, "-c", "from Cython.Build.Cythonize import main; main()", "-i", "-q", "_floor.pyx"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print("no compiler or no Cython here: rows that need one are missing", file=sys.stderr)
        return None
    sys.path.insert(0, folder)
    return import_module("_floor")


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


def spans_of(accel: ModuleType, data: bytes, dialects: tuple[str, ...], found: int | None) -> Callable[[], object]:
    rows = array("Q", bytes(16 * (MANY + 1)))

    def run() -> object:
        return accel.spans(data, 0, rows, dialects, True)

    assert found is None or run()[0] == found  # type: ignore[index]
    return run


def columns_of(accel: ModuleType, data: bytes) -> Callable[[], object]:
    items = accel.Layout(layout.rules645({"": 0}))
    made = [array(code, bytes((MANY + 300) * array(code).itemsize)) for _, code in accel.COLUMNS]

    def run() -> Any:
        return accel.fill(items, [data], made)

    assert run() == (MANY, 1, 0, MANY, 0, 0)
    assert set(made[-1][:MANY]) == {0}
    return run


def list_of(accel: ModuleType, data: bytes) -> Callable[[], object]:
    items = accel.Layout(layout.rules645({"": 0}))
    made = [array(code, bytes((MANY + 300) * array(code).itemsize)) for _, code in accel.COLUMNS]
    sources = [data[at : at + len(WIRE)] for at in range(0, len(data), len(WIRE))]
    assert accel.fill(items, sources, made)[:2] == (MANY, MANY)
    return lambda: accel.fill(items, sources, made)


def peer() -> list[Candidate]:
    try:
        import dlt645 as package
        from dlt645.protocol.protocol import DLT645Protocol
    except ImportError:
        print("PyPI dlt645 is not installed: its rows are missing", file=sys.stderr)
        return []
    package.disable_logging()
    address, data = bytes.fromhex("129078563412"), FRAME.data
    print("PyPI dlt645", metadata.version("dlt645"), file=sys.stderr)
    assert bytes(DLT645Protocol.deserialize(WITH_PREAMBLE).data) == data
    assert bytes(DLT645Protocol.build_frame(address, 0x91, data)) == WITH_PREAMBLE
    return [
        Candidate(PEER_PARSE, lambda: DLT645Protocol.deserialize(WITH_PREAMBLE), 1),
        Candidate(PEER_BUILD, lambda: DLT645Protocol.build_frame(address, 0x91, data), 1),
    ]


def construct_rows() -> list[Candidate]:
    try:
        from construct import Bytes, Checksum, Const, ExprAdapter, Int8ub, Prefixed, RawCopy, Struct, this
        from construct import GreedyBytes as Rest
    except ImportError:
        print("construct is not installed: its rows are missing", file=sys.stderr)
        return []
    shift = [bytes((n + by) & 0xFF for n in range(256)) for by in (-0x33, 0x33)]
    data = ExprAdapter(Rest, lambda raw, _: raw.translate(shift[0]), lambda raw, _: raw.translate(shift[1]))
    body = Struct(
        "start" / Const(b"\x68"), "address" / Bytes(6), "again" / Const(b"\x68"), "control" / Int8ub,
        "data" / Prefixed(Int8ub, data),
    )  # fmt: skip
    frame = Struct(
        "body" / RawCopy(body), "check" / Checksum(Int8ub, lambda raw: sum(raw) & 0xFF, this.body.data), Const(b"\x16")
    )
    content = {"body": {"value": {"address": bytes.fromhex("129078563412"), "control": 0x91, "data": FRAME.data}}}
    assert frame.parse(WIRE).body.value.data == FRAME.data
    assert frame.build(content) == WIRE
    return [
        Candidate("parse, construct", lambda: frame.parse(WIRE), 1, (PEER_PARSE, EMPTY)),
        Candidate("build, construct", lambda: frame.build(content), 1, (PEER_BUILD, EMPTY)),
    ]


def trap(size: int) -> bytes:
    """False starts of 207 octets, one every 7, each whole but for its checksum."""
    return b"\x68\x01\xc3\x16\x01\x01\x01" * (size // 7)


def garbage(valid: bytes) -> list[Candidate]:
    from meterwire._accel import frames

    size, draw = len(valid), random.Random(1)
    kinds = {
        "random octets": draw.randbytes(size),
        "zeros": bytes(size),
        "68H only": b"\x68" * size,
        "every frame with a wrong checksum": b"".join(
            valid[at : at + 18] + bytes((valid[at + 18] ^ 1, 0x16)) for at in range(0, size, 20)
        ),
        "false starts over one another": trap(size),
    }
    rows = [
        Candidate(VALID, spans_of(frames, valid, ("645",), MANY), size, (), "octets"),
        Candidate("the same, all dialects", spans_of(frames, valid, frames.DIALECTS, MANY), size, (VALID,), "octets"),
    ]
    for name, data in kinds.items():
        rows.append(
            Candidate(f"garbage: {name}", spans_of(frames, data, ("645",), None), len(data), (VALID,), "octets")
        )
    return rows


def crc_rows(limits: ModuleType | None) -> list[Candidate]:
    """698.45: the FCS, and the search with both checks."""
    from meterwire._accel import frames

    if "_py_" in frames.__name__:
        return []
    draw = random.Random(698)
    wires = []
    for _ in range(10_000):
        body = (198).to_bytes(2, "little") + b"\xc3\x05" + draw.randbytes(6) + b"\x00"
        body += _py_frames.fcs(body).to_bytes(2, "little") + draw.randbytes(200 - 4 - len(body) - 2)
        wires.append(b"\x68" + body + _py_frames.fcs(body).to_bytes(2, "little") + b"\x16")
    data, big = b"".join(wires), draw.randbytes(1 << 20)
    assert len(data) == 200 * len(wires)
    rows = [
        Candidate("698 of 200 octets: search, HCS, FCS", spans_of(frames, data, ("698",), len(wires)), len(wires)),
    ]
    if limits is not None:
        limit = "limit: the CRC of 1 MiB in C, eight tables"
        assert limits.crc(big) == limits.crc_word(big) == frames.fcs(big)
        rows += [
            Candidate(limit, lambda: limits.crc(big), len(big), (), "octets"),
            Candidate(
                "limit: the same, eight octets loaded at once",
                lambda: limits.crc_word(big),
                len(big),
                (limit,),
                "octets",
            ),
            Candidate("FCS of 1 MiB", lambda: frames.fcs(big), len(big), (limit,), "octets"),
        ]
    return rows


def candidates() -> list[Candidate]:
    one, energies, mixed = recording(ONE), recording(ENERGIES), recording(MIXED)
    limits = floor()
    rows = [] if limits is None else [Candidate(EMPTY, lambda: limits.noop(WITH_PREAMBLE), 1)]
    rows += [*peer(), *construct_rows()]
    for label, accel in forms("dlt645"):
        assert accel.decode(Frame, WITH_PREAMBLE) == FRAME
        assert accel.encode(FRAME.address, FRAME.control, FRAME.data) == WIRE
        rows += [
            Candidate(
                f"parse to Frame, {label}", lambda a=accel: a.decode(Frame, WITH_PREAMBLE), 1, (PEER_PARSE, EMPTY)
            ),
            Candidate(
                f"build, {label}", lambda a=accel: a.encode("123456789012", 0x91, FRAME.data), 1, (PEER_BUILD, EMPTY)
            ),
            Candidate(f"stream of 4 KiB chunks to Frames, {label}", stream_of(accel, one), MANY, (PEER_PARSE,)),
        ]
    rows += [
        Candidate("dlt645.decode() as users call it", lambda: dlt645.decode(WITH_PREAMBLE), 1, (PEER_PARSE, EMPTY)),
        Candidate("Frame.encode() as users call it", FRAME.encode, 1, (PEER_BUILD, EMPTY)),
        Candidate(
            "decode + Reading with Decimal", lambda: dlt645.readings(dlt645.decode(WITH_PREAMBLE)), 1, (PEER_PARSE,)
        ),
    ]
    for label, accel in forms("frames"):
        rows.append(
            Candidate(f"search and check in batch, {label}", spans_of(accel, one, ("645",), MANY), MANY, (PEER_PARSE,))
        )
    for label, accel in forms("columns"):
        rows += [
            Candidate(f"columns, one item, {label}", columns_of(accel, one), MANY, (PEER_PARSE,)),
            Candidate(f"columns, mixed energies, {label}", columns_of(accel, energies), MANY, (PEER_PARSE,)),
            Candidate(f"columns, mixed items, {label}", columns_of(accel, mixed), MANY, (PEER_PARSE,)),
            Candidate(f"columns, a list of {MANY} frames, {label}", list_of(accel, one), MANY, (PEER_PARSE,)),
        ]
    return [*rows, *garbage(one), *crc_rows(limits)]


def rate(candidate: Candidate, seconds: float) -> float:
    """Units per second of processor time; the loop is a C-level repeat so that it costs as little as it can."""
    timer = timeit.Timer(candidate.run, timer=time.process_time)
    calls = max(1, int(0.02 / max(timer.timeit(1), 1e-7)))
    done, spent = 0, 0.0
    while spent < seconds:
        spent += timer.timeit(calls)
        done += calls
    return done * candidate.units / spent


def measure(rounds: int, seconds: float) -> list[dict[str, Any]]:
    rows = candidates()
    rates: dict[str, list[float]] = {c.name: [] for c in rows}
    for number in range(rounds):
        for candidate in rows:
            rates[candidate.name].append(rate(candidate, seconds))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    table = []
    for candidate in rows:
        mine = rates[candidate.name]
        ratios = {
            other: statistics.median(a / b for a, b in zip(mine, rates[other], strict=True))
            for other in candidate.beside
            if other in rates
        }
        table.append({
            "what": candidate.name, "unit": candidate.what, "min": min(mine), "median": statistics.median(mine),
            "max": max(mine), "ratios": ratios,
        })  # fmt: skip
    return table


def shown(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.2f} {letter}"
    return f"{value:.1f}"


def cell(row: dict[str, Any], *others: str) -> str:
    return next((f"{row['ratios'][other]:.2f}" for other in others if other in row["ratios"]), "")


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
    for unit, heading in (("frames", "| what | frames/s min / median / max | x PyPI dlt645 | of an empty call |"),
                          ("octets", "| what | octets/s min / median / max | of the valid stream or limit |")):  # fmt: skip
        print(f"{heading}\n|{' --- |' * (heading.count('|') - 1)}")
        for row in table:
            if row["unit"] != unit:
                continue
            figures = f"| {row['what']} | {shown(row['min'])} / **{shown(row['median'])}** / {shown(row['max'])} |"
            if unit == "frames":
                print(f"{figures} {cell(row, PEER_PARSE, PEER_BUILD)} | {cell(row, EMPTY)} |")
            else:
                print(f"{figures} {cell(row, *row['ratios'])} |")
        print()
    print(", ".join(f"{k} {v}" for k, v in where.items()))


if __name__ == "__main__":
    main()
