"""DL/T 698.45: answers to typed Python values, record tables to columns, frames and sums by the batch.

    python benchmarks/bench_dlt698.py [--rounds 7] [--seconds 0.2] [--json]

Every contestant is a process of its own, all pinned to one CPU; every round asks each of them once for each task, so that a
noisy moment hits all alike. Figures are minimum, median and maximum over the rounds, a ratio is the median of the ratios
within each round. PyPI dlt698 is a binary wheel, which only its own worker imports; the C loop needs a C compiler. What is
missing is left out.

Tasks: an answer of ten scalars, and one of ten arrays and structures, from the frame to Python values all the way down; a
load curve of 96 records of 5 columns as records and as columns; a recording of 50,000 frames of 200 octets searched and
checked (HCS, FCS); the sum of 200 octets, over and over, in one call into C.
"""

import argparse
import ctypes
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

MANY = 50_000
Task = tuple[Callable[[], object], int]  # what to run, and how many things one run does

SLICE_BY_8 = """
#include <stdint.h>
#include <stddef.h>
#include <string.h>
static uint16_t T[8][256];
void prepare(void) {
    for (int n = 0; n < 256; n++) {
        uint16_t v = (uint16_t)n;
        for (int k = 0; k < 8; k++) v = (uint16_t)((v >> 1) ^ (v & 1 ? 0x8408 : 0));
        T[0][n] = v;
    }
    for (int k = 1; k < 8; k++)
        for (int n = 0; n < 256; n++) T[k][n] = (uint16_t)((T[k - 1][n] >> 8) ^ T[0][T[k - 1][n] & 255]);
}
static uint16_t eight(const uint8_t *p, size_t n) {
    uint16_t v = 0xFFFF;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        w ^= v;
        v = T[7][w & 255] ^ T[6][w >> 8 & 255] ^ T[5][w >> 16 & 255] ^ T[4][w >> 24 & 255] ^ T[3][w >> 32 & 255]
            ^ T[2][w >> 40 & 255] ^ T[1][w >> 48 & 255] ^ T[0][w >> 56];
    }
    for (; n; n--) v = (uint16_t)((v >> 8) ^ T[0][(v ^ *p++) & 255]);
    return v ^ 0xFFFF;
}
static uint16_t one(const uint8_t *p, size_t n) {
    uint16_t v = 0xFFFF;
    for (; n; n--) v = (uint16_t)((v >> 8) ^ T[0][(v ^ *p++) & 255]);
    return v ^ 0xFFFF;
}
unsigned sum8(const uint8_t *p, size_t size, size_t times) {
    unsigned all = 0;
    for (size_t i = 0; i < times; i++) all += eight(p + i % 8, size);
    return all;
}
unsigned sum1(const uint8_t *p, size_t size, size_t times) {
    unsigned all = 0;
    for (size_t i = 0; i < times; i++) all += one(p + i % 8, size);
    return all;
}
"""


def frames() -> dict[str, bytes]:
    """The octets every contestant gets."""
    from meterwire.protocols import dlt698 as d

    oads = "00100201 00200201 20000201 20010201 20040201 200A0201 200F0200 40000200 10100201 00100202".split()
    energy, stamp = d.DoubleLongUnsigned(123456), d.DateTimeS.of(dt.datetime(2026, 10, 5, 12, 30))
    scalars = [energy, energy, d.LongUnsigned(2413), d.DoubleLong(5000), d.DoubleLong(-60000), d.Long(894)]
    scalars += [d.LongUnsigned(5000), stamp, energy, energy]
    nested: list[Any] = [d.Array([energy] * 5), d.Array([energy] * 5), d.Array([d.LongUnsigned(2413)] * 3)]
    nested += [d.Array([d.DoubleLong(5000)] * 3), d.Array([d.DoubleLong(60000)] * 4), d.Array([d.Long(894)] * 4)]
    nested += [d.LongUnsigned(5000), stamp, d.Structure([energy, stamp]), energy]

    def answer(values: list[Any]) -> bytes:
        results = tuple(d.ResultNormal(d.OAD(oad), value) for oad, value in zip(oads, values, strict=True))
        return framed(d.GetResponseNormalList(piid=1, results=results).encode())

    def framed(data: bytes) -> bytes:
        return d.Frame(control=0xC3, server=d.ServerAddress.of("202011190001"), client=0x10, data=data).encode()

    rows = tuple(
        (
            d.DateTimeS.of(dt.datetime(2026, 10, 5) + dt.timedelta(minutes=15 * n)),
            d.DoubleLongUnsigned(123456 + n),
            d.DoubleLongUnsigned(n),
            d.LongUnsigned(2200 + n),
            d.DoubleLong(-n),
        )
        for n in range(96)
    )
    table = d.ResultRecord(d.OAD("50020200"), d.RCSD([d.OAD(n) for n in range(5)]), rows)
    return {
        "scalars": answer(scalars),
        "nested": answer(nested),
        "table": d.GetResponseRecord(piid=1, result=table).encode(),
        "frame of 200": framed(bytes(range(183))),
    }


def our_tasks(octets: dict[str, bytes]) -> dict[str, Task]:
    from meterwire._accel import frames as search
    from meterwire.protocols import dlt698 as d

    def read(frame: bytes) -> object:
        return d.decode_apdu(d.decode(frame).data).results  # type: ignore[union-attr]

    recording = octets["frame of 200"] * MANY
    rows = array("Q", bytes(16 * MANY))
    assert d.scan_batch(recording, rows)[0] == MANY
    long = octets["frame of 200"] * 5000
    return {
        "ten scalars": (lambda: read(octets["scalars"]), 1),
        "ten arrays": (lambda: read(octets["nested"]), 1),
        "table to records": (lambda: d.decode_apdu(octets["table"]), 1),
        "table to columns": (lambda: d.decode_columns(octets["table"]), 1),
        "frames by the batch": (lambda: d.scan_batch(recording, rows), MANY),
        "sum of 200 octets": (lambda: search.fcs(long), 5000),
    }


def their_tasks(octets: dict[str, bytes]) -> dict[str, Task]:
    from dlt698 import codec

    def value(data: Any) -> Any:
        found = data.value
        return [value(element) for element in found] if isinstance(found, list) and data.type.value in {1, 2} else found

    def read(frame: bytes) -> object:
        answer = codec.decode_apdu(codec.decode_frame(frame).payload)
        return [(r.attribute, r.result if isinstance(r.result, int) else value(r.result)) for r in answer.attributes]

    def records() -> object:
        rows = codec.decode_apdu(octets["table"]).records[0].result
        return [[value(cell) for cell in row] for row in rows]

    found: dict[str, Task] = {
        "ten scalars": (lambda: read(octets["scalars"]), 1),
        "ten arrays": (lambda: read(octets["nested"]), 1),
    }
    try:
        records()
        found["table to records"] = (records, 1)
    except (AttributeError, TypeError) as error:
        print(f"PyPI dlt698: no records ({error})", file=sys.stderr)
    return found


def c_tasks(octets: dict[str, bytes]) -> dict[str, Task]:
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "crc.c"), Path(folder, "crc.so")
        source.write_text(SLICE_BY_8, "ascii")
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O3", "-shared", "-fPIC", "-o", str(library), str(source)], check=True, timeout=120)
        loaded = ctypes.CDLL(str(library))
    loaded.prepare()
    data = octets["frame of 200"] + bytes(8)
    for name in ("sum8", "sum1"):
        getattr(loaded, name).argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t]
    return {
        "sum of 200 octets": (lambda: loaded.sum8(data, 200, 5000), 5000),
        "sum of 200 octets, byte table": (lambda: loaded.sum1(data, 200, 5000), 5000),
    }


CONTESTANTS: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, Task]], dict[str, str]]] = {
    "compiled": (our_tasks, {}),
    "pure": (our_tasks, {"METERWIRE_PURE": "1"}),
    "PyPI dlt698": (their_tasks, {}),
    "C loop": (c_tasks, {}),
}


def work(name: str) -> None:
    """The worker: its tasks' names, then for each line ``task seconds`` the rate."""
    octets = {key: bytes.fromhex(value) for key, value in json.loads(sys.stdin.readline()).items()}
    try:
        tasks = CONTESTANTS[name][0](octets)
    except (ImportError, OSError, subprocess.SubprocessError) as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    print(json.dumps({"tasks": list(tasks)}), flush=True)
    for line in sys.stdin:
        task, seconds = json.loads(line)
        run, count = tasks[task]
        done, began, spent = 0, time.perf_counter(), 0.0
        once = max(1, int(0.005 / max(spent_on(run), 1e-7)))
        began = time.perf_counter()
        while spent < seconds:
            for _ in range(once):
                run()
            done += once
            spent = time.perf_counter() - began
        print(json.dumps(done * count / spent), flush=True)


def spent_on(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


class Worker:
    """One contestant's process."""

    def __init__(self, process: subprocess.Popen[str], octets: dict[str, bytes]) -> None:
        self.process = process
        told = self.ask({key: value.hex() for key, value in octets.items()})
        self.tasks: list[str] = told.get("tasks", [])
        self.missing: str = told.get("missing", "")

    def ask(self, question: object) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextmanager
def worker(name: str, octets: dict[str, bytes]) -> Iterator[Worker]:
    command = [sys.executable, __file__, "--worker", name]
    environment = os.environ | CONTESTANTS[name][1]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield Worker(process, octets)
        finally:
            assert process.stdin is not None
            process.stdin.close()


Rates = dict[tuple[str, str], list[float]]


def measure(rounds: int, seconds: float) -> Rates:
    octets = frames()
    rates: Rates = {}
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(name, octets)) for name in CONTESTANTS}
        for name, each in workers.items():
            if each.missing:
                print(f"{name} is left out: {each.missing}", file=sys.stderr)
        tasks = list(dict.fromkeys(task for each in workers.values() for task in each.tasks))
        for number in range(rounds):
            for task in tasks:
                for name, each in workers.items():
                    if task in each.tasks:
                        rates.setdefault((task, name), []).append(each.ask([task, seconds]))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return rates


RATIOS = (
    ("ten scalars", "compiled", "ten scalars", "PyPI dlt698"),
    ("ten arrays", "compiled", "ten arrays", "PyPI dlt698"),
    ("ten scalars", "pure", "ten scalars", "PyPI dlt698"),
    ("ten arrays", "pure", "ten arrays", "PyPI dlt698"),
    ("table to records", "compiled", "table to records", "PyPI dlt698"),
    ("table to columns", "compiled", "table to records", "compiled"),
    ("sum of 200 octets", "compiled", "sum of 200 octets", "C loop"),
    ("sum of 200 octets", "compiled", "sum of 200 octets, byte table", "C loop"),
)


def ratios(rates: Rates) -> list[tuple[str, float]]:
    found = []
    for task, name, beside, other in RATIOS:
        mine, theirs = rates.get((task, name)), rates.get((beside, other))
        if mine and theirs:
            ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
            found.append((f"{task}, {name} ÷ {beside}, {other}", ratio))
    return found


def shown(value: float) -> str:
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.1f} k"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.worker)
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rates = measure(arguments.rounds, arguments.seconds)
    where = (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs, {time.strftime('%Y-%m-%d')}"
    )
    if arguments.json:
        rows = [{"task": task, "who": name, "rates": each} for (task, name), each in rates.items()]
        print(json.dumps({"where": where, "rows": rows, "ratios": dict(ratios(rates))}, indent=1, ensure_ascii=False))
        return
    print("| what | who | per second: min / median / max |\n| --- | --- | --- |")
    for (task, name), each in rates.items():
        print(f"| {task} | {name} | {shown(min(each))} / **{shown(statistics.median(each))}** / {shown(max(each))} |")
    print("\n| ratio | median of the rounds |\n| --- | --- |")
    for what, ratio in ratios(rates):
        print(f"| {what} | {ratio:.2f} |")
    print(f"\n{where}")


if __name__ == "__main__":
    main()
