"""Reports of our MMS server and of libIEC61850's: one BOOLEAN member, updates flat out, 1 and 10 subscribers.

    python benchmarks/bench_mms_reports.py [--rounds 5] [--seconds 0.8] [--cpus 1] [--markdown FILE]

Every subscriber has an unbuffered control block of its own with the usual optional fields. What arrives is counted by the
load generator; the servers tell how many updates were made, and ours how many reports it could not send. The wheel's
libIEC61850 takes five connections: METERWIRE_LIBIEC61850 names a build that takes more.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "interop")]

from _mms_requests import subscriptions  # noqa: E402 - found through the path above
from bench_mms_server import THEIRS, compiled, contestants, low_middle_high, wait_until_idle  # noqa: E402
from peer import Peer  # noqa: E402

WHEEL_LIMIT = 5
Figures = dict[tuple[int, str], list[dict[str, float]]]


def reports(generator: str, server: Peer, count: int, seconds: float, folder: Path) -> dict[str, float]:
    """One measurement: reports a second over all subscribers, updates a second, reports lost a second."""
    port = server.ready["port"]
    handshake, messages = subscriptions(port, count)
    wait_until_idle(server)
    file = folder / "messages"
    file.write_text("\n".join(message.hex() for message in messages), encoding="ascii")
    command = [generator, "-p", str(port), "-H", ",".join(m.hex() for m in handshake), "-s", str(file)]
    command += ["-t", str(seconds), "-w", str(seconds / 3)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        if ready.get("ready") != count:
            raise SystemExit(f"{server.script}: {ready}")
        total = seconds * 1.5 + 0.2
        told = server("update", period=total)
        answer = json.loads(process.stdout.readline() or "{}")
    if "per_s" not in answer:
        raise SystemExit(f"{server.script}: {answer}")
    wait_until_idle(server)
    took = told.get("seconds", total)
    made = {"updates": told["updates"] / took, "lost": told.get("lost", 0) / took}
    return {"reports": answer["per_s"], "octets": answer["octets"], **made}


def measure(rounds: int, seconds: float) -> Figures:
    figures: Figures = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        generator = compiled(Path(folder), "loadgen")
        servers = contestants(stack)
        many = "METERWIRE_LIBIEC61850" in os.environ
        for number in range(rounds):
            for count in (1, 10):
                for name, server in servers.items():
                    if name != THEIRS or many or count <= WHEEL_LIMIT:
                        figures[count, name].append(reports(generator, server, count, seconds, Path(folder)))
                        time.sleep(0.1)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return figures


def table(figures: Figures) -> str:
    lines = [
        "| subscribers | server | reports/s, all together | updates/s | lost and counted, per s | ratio to libIEC61850 |"
    ]
    lines.append("| --- |" + " --- |" * 5)
    for (count, name), rows in figures.items():
        theirs = figures.get((count, THEIRS))
        ratio = "-"
        if theirs and name != THEIRS:
            ratios = sorted(a["reports"] / b["reports"] for a, b in zip(rows, theirs, strict=True))
            ratio = f"{ratios[0]:.2f} / **{statistics.median(ratios):.2f}** / {ratios[-1]:.2f}"
        rate = low_middle_high([row["reports"] for row in rows], "k")
        updates = statistics.median(row["updates"] for row in rows) / 1000
        lost = "not told" if name == THEIRS else f"{statistics.median(row['lost'] for row in rows) / 1000:.1f} k"
        lines.append(f"| {count} | {name} | {rate} | {updates:.1f} k | {lost} | {ratio} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.8)
    parser.add_argument("--cpus", type=int, default=1, help="processors for all processes together")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.cpus]))
    text = table(measure(options.rounds, options.seconds))
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
