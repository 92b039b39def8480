"""A log of a million entries: written, queried by time in pages over MMS, and what that costs in memory.

    python benchmarks/bench_log.py [--entries 1000000] [--rounds 3] [--file PATH] [--markdown FILE]

The server is a process of its own, so that its memory can be told from the client's; both run on one processor. Entries
have one BOOLEAN with its reason, as a status change makes them. A round reads the whole log through ``meterwire.sync``, entry by
entry with typed values, and remembers nothing but counters. Pages are as large as the PDU (65,000 octets). Time of
a page is from request to answer; the first and the last tenth of the pages are told apart, to show whether a page
costs more the further back or forth it is.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from meterwire.acsi.log_store import LogLimits, LogRecord
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Reference, Trigger, basic_type
from meterwire.models.control_blocks import LogControl
from meterwire.protocols.mms import Pdu
from meterwire.server import MmsServer
from meterwire.server.log_store import SqliteLogs
from meterwire.sync import IedClient, connect

LOG, TAG = "BENCHLD/LLN0$EventLog", "BENCHLD/GGIO1$ST$Ind1$stVal"
SECOND = 1_000_000_000
VALUES = (b"\x83\x01\x00", b"\x83\x01\xff")
LIMITS = LogLimits(entries=10**9, octets=1 << 40)


def model() -> Ied:
    """One status in one log."""
    head = LogicalNode("LLN0")
    head.data_sets["ds"] = (Reference("BENCHLD", ("GGIO1", "Ind1", "stVal"), "ST"),)
    head.control_blocks["lcb"] = LogControl(name="lcb", data_set="ds", log=LOG, enabled=False)
    status = DataAttribute("stVal", "ST", basic_type("BOOLEAN"), trigger=Trigger.DCHG)
    node = LogicalNode("GGIO", "1").add(DataObject("Ind1", "SPS").add(status))
    return Ied("BENCH").add(LogicalDevice("BENCHLD", "LD").add(head, node))


def fill(path: Path, entries: int) -> float:
    """Write the log, one entry a second of its own time; entries per second of ours, disk included."""
    store = SqliteLogs(path, LIMITS)
    first = max(store.open(LOG), 1)
    moment = time.time_ns() // 1_000_000 - entries * 1000
    began = time.perf_counter()
    for number in range(entries):
        store.append(LOG, LogRecord(first + number, moment + number * 1000, ((TAG, 16, VALUES[number % 2]),)), 0)
    store.close()
    return entries / (time.perf_counter() - began)


async def serve(path: Path) -> None:
    """The server process."""
    async with MmsServer(model(), port=0, log_store=SqliteLogs(path, LIMITS)) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


def memory(process: int) -> float:
    """Resident memory of a process, MB."""
    with Path(f"/proc/{process}/status").open() as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class Stopwatch:
    """Times of the requests of a client."""

    def __init__(self, ied: IedClient) -> None:
        self.times: list[float] = []
        self._request = ied._client._connection.request
        ied._client._connection.request = self.timed  # type: ignore[method-assign]

    async def timed(self, service: bytes, timeout: float) -> Pdu:
        """One request."""
        began = time.perf_counter()
        pdu = await self._request(service, timeout)
        self.times.append((time.perf_counter() - began) * 1000)
        return pdu


def one_round(url: str, server: int, entries: int) -> dict[str, float]:
    """Read everything once."""
    with connect(url, timeout=60) as ied:
        next(iter(ied.logs.query(LOG)))  # names and types are known from here on
        watch = Stopwatch(ied)
        before, own = memory(server), memory(os.getpid())
        began, seen, high, own_high = time.perf_counter(), 0, before, own
        for seen, entry in enumerate(ied.logs.query(LOG), 1):
            if seen % 10_000 == 0:
                high, own_high = max(high, memory(server)), max(own_high, memory(os.getpid()))
            assert entry.entries[0].value is bool((seen - 1) % 2)
        seconds = time.perf_counter() - began
    if seen != entries:
        raise SystemExit(f"{seen} entries instead of {entries}")
    tenth = max(1, len(watch.times) // 10)
    return {
        "rate": entries / seconds,
        "pages": len(watch.times),
        "first": statistics.median(watch.times[:tenth]),
        "last": statistics.median(watch.times[-tenth:]),
        "server": high - before,
        "client": own_high - own,
        "server_high": high,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--file", type=Path, help="keep the log here, and use it if it is there")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if options.serve:
        asyncio.run(serve(options.serve))
        return
    with tempfile.TemporaryDirectory() as folder:
        path: Path = options.file or Path(folder) / "log"
        written = "" if path.exists() else f"{fill(path, options.entries) / 1000:.0f} k/s"
        size = path.stat().st_size / options.entries
        command = [sys.executable, __file__, "--serve", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            rounds = [one_round(url, process.pid, options.entries) for _ in range(options.rounds)]
            process.kill()
    lines = [
        "| entries | written | octets each | read | pages | a page, first / last tenth | server grows by | client grows by |",
        "| --- |" + " --- |" * 7,
    ]
    for found in rounds:
        lines.append(
            f"| {options.entries:,} | {written or 'before'} | {size:.0f} | {found['rate'] / 1000:.0f} k/s | {found['pages']:.0f} | "
            f"{found['first']:.1f} / {found['last']:.1f} ms | {found['server']:.1f} MB (of {found['server_high']:.0f}) | "
            f"{found['client']:.1f} MB |"
        )
        written = ""
    print("\n".join(lines))
    if options.markdown:
        options.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
