"""What service tracking, and a look at a client's rights, cost our MMS server: the same server with and without them.

    python benchmarks/bench_mms_tracking.py [--rounds 9] [--seconds 0.4] [--markdown FILE]

Reads are not tracked, and must not pay for it; writes are, and pay. Each round measures the plain server before and after the
others and takes the mean of both, so that drift within a round does not count as a difference.
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
from bench_mms_server import DEPTHS, Bench, compiled, low_middle_high  # noqa: E402
from peer import Peer  # noqa: E402

WHAT = ("read one BOOLEAN", "read a data set of 100", "write one INT32")
PLAIN = "plain"
OTHERS = {"tracking": ("--tracking",), "tracking and guard": ("--tracking", "--guard")}


def measure(rounds: int, seconds: float) -> dict[tuple[str, int, str], list[tuple[float, float]]]:
    """Rate of each contestant beside that of the plain server in the same round."""
    figures: dict[tuple[str, int, str], list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(compiled(Path(folder), "loadgen"), seconds)
        script = str(HERE / "our_mms_server.py")
        wanted = {PLAIN: (), **OTHERS}
        ports = {name: stack.enter_context(Peer(script, *options)).ready["port"] for name, options in wanted.items()}
        recorded = {name: record(port) for name, port in ports.items()}

        def rate(name: str, what: str, depth: int) -> float:
            handshake, requests = recorded[name]
            return bench.rate(ports[name], depth, requests[what], handshake)

        for number in range(rounds):
            for depth in DEPTHS:
                for what in WHAT:
                    for name in OTHERS:
                        before, figure, after = (rate(n, what, depth) for n in (PLAIN, name, PLAIN))
                        figures[what, depth, name].append((figure, (before + after) / 2))
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return figures


def table(figures: dict[tuple[str, int, str], list[tuple[float, float]]]) -> str:
    """Markdown: rates, and their ratio to the plain server's."""
    lines = [
        "| request | outstanding | plain, answers/s | " + " | ".join(f"{name}, of plain" for name in OTHERS) + " |"
    ]
    lines.append("| --- | --- | --- |" + " --- |" * len(OTHERS))
    for depth in DEPTHS:
        for what in WHAT:
            plain = [base for name in OTHERS for _, base in figures[what, depth, name]]
            cells = [ratios([figure / base for figure, base in figures[what, depth, name]]) for name in OTHERS]
            lines.append(f"| {what} | {depth} | {low_middle_high(plain, 'k')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


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
