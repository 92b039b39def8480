"""Associations of our MMS server and of libIEC61850's: how fast they are set up, what one weighs, what idle ones cost.

    python benchmarks/bench_mms_associations.py [--rounds 5] [--open 0 100 1000] [--idle 10] [--markdown FILE]

Everything on one processor. Set-up is TCP connect, COTP, the association with its initiate, and an abrupt close, one after the
other, while others are held open by another process. The wheel's libIEC61850 takes five: METERWIRE_LIBIEC61850 names a build that
takes more, and --peer-open how many it is to hold (each costs it 20 ms per one already open).
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "interop")]

from _mms_requests import record  # noqa: E402 - found through the path above
from bench_mms_server import THEIRS, Bench, compiled, contestants, low_middle_high, wait_until_idle  # noqa: E402
from peer import Peer  # noqa: E402

SET_UP = {True: 1000, False: 20}
"""Associations of one measurement: ours, theirs."""
PEER_HELD = 4
"""What the wheel's server holds beside one more."""


def raise_file_limit() -> None:
    """As many open files as this process, and those it starts, may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def held(bench: Bench, server: Peer, messages: str, count: int) -> Iterator[None]:
    """``count`` associations stay open meanwhile."""
    if not count:
        yield
        return
    command = [bench.generator, "-p", str(server.ready["port"]), "-H", messages, "-c", str(count), "-k", "3600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        if line.get("held") != count:
            raise SystemExit(f"{server.script}: {line}")
        try:
            yield
        finally:
            process.kill()
    wait_until_idle(server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--open", type=int, nargs="+", default=[0, 100, 1000])
    parser.add_argument("--peer-open", type=int, nargs="+", default=[0])
    parser.add_argument("--idle", type=float, default=10.0, help="seconds to watch 100 idle associations")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    raise_file_limit()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rates: dict[tuple[str, int], list[float]] = defaultdict(list)
    lines = ["| server | open | set up, per s | one weighs | 100 idle ones, processor time |", "| --- |" + " --- |" * 4]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(compiled(Path(folder), "loadgen"), 0)
        servers = contestants(stack)
        messages = {
            name: ",".join(message.hex() for message in record(server.ready["port"])[0])
            for name, server in servers.items()
        }
        weights: dict[str, str] = {}
        for name, server in servers.items():
            count = max(*options.peer_open, PEER_HELD) if name == THEIRS else max(*options.open, 1)
            wait_until_idle(server)
            before = server("memory")
            with held(bench, server, messages[name], count):
                weights[name] = f"{(server('memory') - before) / count / 1000:.1f} kB ({count} held)"
        for number in range(options.rounds):
            for name, server in servers.items():
                is_ours = name != THEIRS
                for count in options.open if is_ours else options.peer_open:
                    with held(bench, server, messages[name], count):
                        answer = bench.run(server.ready["port"], "-a", SET_UP[is_ours], "-H", messages[name])
                        rates[name, count].append(answer["per_s"])
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        idle: dict[str, str] = {}
        for name, server in servers.items():
            count = max(*options.peer_open, PEER_HELD) if name == THEIRS else 100
            with held(bench, server, messages[name], count):
                time.sleep(0.5)
                before = server("seconds")
                time.sleep(options.idle)
                used = server("seconds") - before
            idle[name] = f"{used * 1000:.0f} ms in {options.idle:g} s" + ("" if count == 100 else f" ({count} held)")
        for (name, count), figures in rates.items():
            middle = statistics.median(figures)
            unit = "k" if middle >= 1000 else ""
            lines.append(f"| {name} | {count} | {low_middle_high(figures, unit)} | {weights[name]} | {idle[name]} |")
    text = "\n".join(lines)
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
