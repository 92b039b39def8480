"""What service tracking, and a look at a client's rights, cost our MMS server: the same server with and without them.

    python benchmarks/bench_mms_tracking.py [--rounds 9] [--seconds 0.4] [--markdown FILE]

Reads are not tracked, and must not pay for it; writes are, and pay. What is compared is the processor time the server takes for
an answer: that of other processes on the machine does not count in it. Each round measures the plain server before and after
the others and takes the mean of both, so that drift within a round does not count as a difference.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "interop")]

from _mms_requests import record  # noqa: E402 - found through the path above
from bench_mms_server import DEPTHS, Bench, compiled  # noqa: E402
from peer import Peer  # noqa: E402

WHAT = ("read one BOOLEAN", "read a data set of 100", "write one INT32")
PLAIN = "plain"
OTHERS = {"tracking": ("--tracking",), "tracking and guard": ("--tracking", "--guard")}


def measure(rounds: int, seconds: float) -> dict[tuple[str, int, str], list[tuple[float, float]]]:
    """Cost of each contestant beside that of the plain server in the same round."""
    figures: dict[tuple[str, int, str], list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(compiled(Path(folder), "loadgen"), seconds)
        script = str(HERE / "our_mms_server.py")
        wanted = {PLAIN: (), **OTHERS}
        servers = {name: stack.enter_context(Peer(script, *options)) for name, options in wanted.items()}
        recorded = {name: record(server.ready["port"]) for name, server in servers.items()}

        def cost(name: str, what: str, depth: int) -> float:
            """Microseconds of the server's processor time for one answer."""
            handshake, requests = recorded[name]
            server, request = servers[name], requests[what]
            load = ["-d", depth, "-t", seconds, "-w", 0, "-r", request.octets.hex(), "-o", request.id_place]
            before = server("seconds")
            answer = bench.run(server.ready["port"], "-H", ",".join(m.hex() for m in handshake), *load)
            return float((server("seconds") - before) / (answer["per_s"] * seconds) * 1e6)

        for number in range(rounds):
            for depth in DEPTHS:
                for what in WHAT:
                    for name in OTHERS:
                        before, figure, after = (cost(n, what, depth) for n in (PLAIN, name, PLAIN))
                        figures[what, depth, name].append((figure, (before + after) / 2))
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return figures


def table(figures: dict[tuple[str, int, str], list[tuple[float, float]]]) -> str:
    """Markdown: costs, and their ratio to the plain server's."""
    lines = [
        "| request | outstanding | plain, µs an answer | " + " | ".join(f"{name}, of plain" for name in OTHERS) + " |"
    ]
    lines.append("| --- | --- | --- |" + " --- |" * len(OTHERS))
    for depth in DEPTHS:
        for what in WHAT:
            plain = [base for name in OTHERS for _, base in figures[what, depth, name]]
            cells = [ratios([figure / base for figure, base in figures[what, depth, name]]) for name in OTHERS]
            lines.append(f"| {what} | {depth} | {middle(plain)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def middle(found: list[float]) -> str:
    return f"{min(found):.2f} / {statistics.median(found):.2f} / {max(found):.2f}"


def ratios(found: list[float]) -> str:
    return f"{min(found):.2f} / **{statistics.median(found):.3f}** / {max(found):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # inherited by everything started from here
    text = table(measure(options.rounds, options.seconds))
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
