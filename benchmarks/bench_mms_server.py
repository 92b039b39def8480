"""MMS servers under the same raw load: ours beside libIEC61850's, and both beside a C echo.

    python benchmarks/bench_mms_server.py [--rounds 5] [--seconds 0.4] [--markdown FILE] [--json FILE]

One association, one processor for everything (client included), rounds interleaved: each round measures every contestant
once for each request, so that a noisy moment hits all of them. Only ratios of one round are to be trusted; absolute
figures make them vivid. README.md tells why everything is pinned.
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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "interop")]

from _mms_requests import SERVICES, Recorded, record  # noqa: E402 - found through the path above
from peer import Peer  # noqa: E402

DEPTHS = (1, 10)
ECHO = "C echo"
ECHOED = "03000032" + "02f080" + "00" * 43
OURS, THEIRS = "meterwire", "libIEC61850"
HELD = {OURS: 100, "meterwire, uvloop": 100, THEIRS: 4}
"""Associations held to weigh one; the wheel's libIEC61850 takes no more than five."""


def compiled(folder: Path, name: str) -> str:
    """Build a C program; without a compiler there is no benchmark."""
    target = folder / name
    command = [os.environ.get("CC", "cc"), "-O2", "-o", str(target), str(HERE / f"{name}.c")]
    try:
        subprocess.run(command, check=True)
    except OSError as error:
        raise SystemExit(f"a C compiler is needed for the load generator: {error}") from None
    return str(target)


@contextmanager
def echo(program: str) -> Iterator[int]:
    """The echo's port while it runs."""
    with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def contestants(stack: ExitStack) -> dict[str, Peer]:
    """Every server that can run here."""
    running = {OURS: stack.enter_context(Peer(str(HERE / "our_mms_server.py")))}
    if find_spec("uvloop"):
        script = str(HERE / "our_mms_server.py")
        running["meterwire, uvloop"] = stack.enter_context(Peer(script, "--loop", "uvloop"))
    if find_spec("pyiec61850"):
        running[THEIRS] = stack.enter_context(Peer(str(HERE / "peer_mms_server.py")))
    else:
        print("pyiec61850-ng is not installed: no peer to compare with", file=sys.stderr)
    return running


class Bench:
    """The load generator and what it measured: (what, depth, contestant) → one figure a round."""

    def __init__(self, generator: str, seconds: float) -> None:
        self.generator = generator
        self.seconds = seconds
        self.figures: dict[tuple[str, int, str], list[float]] = defaultdict(list)

    def run(self, port: int, *arguments: object) -> dict[str, Any]:
        command = [self.generator, "-p", str(port), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        answer: dict[str, Any] = json.loads(done.stdout or "{}")
        if "per_s" not in answer:
            raise SystemExit(f"{' '.join(command)[:200]}: {answer.get('error')} {done.stderr}")
        return answer

    def rate(self, port: int, depth: int, request: Recorded | None, handshake: list[bytes]) -> float:
        """Answers per second; a server that answers with something else than it did before is found out."""
        load = ["-d", depth, "-t", self.seconds, "-w", self.seconds / 3]
        if request is None:
            return float(self.run(port, "-r", ECHOED, *load)["per_s"])
        messages = ",".join(message.hex() for message in handshake)
        answer = self.run(port, "-r", request.octets.hex(), "-o", request.id_place, "-H", messages, *load)
        # An answer that is still arriving when the time is over counts with a part of its octets.
        if abs(answer["octets"] - request.answer_length) > 2 + request.answer_length / 50:
            raise SystemExit(f"answers of {answer['octets']} octets instead of {request.answer_length}")
        return float(answer["per_s"])


def measure(rounds: int, seconds: float, only: str = "") -> tuple[Bench, dict[str, dict[str, float]]]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(compiled(Path(folder), "loadgen"), seconds)
        echo_port = stack.enter_context(echo(compiled(Path(folder), "echo")))
        servers = contestants(stack)
        recorded = {name: record(server.ready["port"]) for name, server in servers.items()}
        for number in range(rounds):
            for depth in DEPTHS:
                bench.figures["echo", depth, ECHO].append(bench.rate(echo_port, depth, None, []))
                for what in filter(lambda what: what.startswith(only), SERVICES):
                    for name, server in servers.items():
                        handshake, requests = recorded[name]
                        figure = bench.rate(server.ready["port"], depth, requests[what], handshake)
                        bench.figures[what, depth, name].append(figure)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        extra = {name: associations(bench, name, server, recorded[name][0]) for name, server in servers.items()}
    return bench, extra


def associations(bench: Bench, name: str, server: Peer, handshake: list[bytes]) -> dict[str, float]:
    """Time to associate, one after the other, and memory of one association held."""
    port, messages = server.ready["port"], ",".join(message.hex() for message in handshake)
    opened = bench.run(port, "-a", 50, "-H", messages)
    wait_until_idle(server)
    before, held = server("memory"), HELD[name]
    command = [bench.generator, "-p", str(port), "-H", messages, "-c", str(held), "-k", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        if line.get("held") != held:
            raise SystemExit(f"{name}: {line}")
        weight = (server("memory") - before) / held
    wait_until_idle(server)
    return {"associate ms": opened["p50_us"] / 1000, "held": held, "kB each": weight / 1000, "memory MB": before / 1e6}


def wait_until_idle(server: Peer) -> None:
    """Let the server notice that its clients are gone."""
    for _ in range(100):
        if server("connections") == 0:
            return
        time.sleep(0.05)


def tables(bench: Bench, extra: dict[str, dict[str, float]]) -> str:
    """Markdown: rates with the ratios of the same round, then associations."""
    names = list(extra)
    lines = []
    for depth in DEPTHS:
        base = bench.figures["echo", depth, ECHO]
        lines += [
            f"**{depth} outstanding.** C echo, one send for each message: {low_middle_high(base, 'k')} answers/s.",
            "",
            "| request | " + " | ".join(f"{name}, answers/s (of the echo)" for name in names) + f" | ours / {THEIRS} |",
            "| --- |" + " --- |" * (len(names) + 1),
        ]
        for what in (what for what in SERVICES if (what, depth, names[0]) in bench.figures):
            cells = []
            for name in names:
                figures = bench.figures[what, depth, name]
                ratio = statistics.median(a / b for a, b in zip(figures, base, strict=True))
                cells.append(f"{low_middle_high(figures, 'k')} ({ratio:.2f})")
            lines.append(f"| {what} | " + " | ".join(cells) + f" | {ratio_cell(bench, what, depth)} |")
        lines.append("")
    lines += ["| associations | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    lines += [
        "| to associate, after closing the one before, median | "
        + " | ".join(f"{extra[name]['associate ms']:.2f} ms" for name in names) + " |",
        "| memory of one held association | "
        + " | ".join(f"{extra[name]['kB each']:.1f} kB ({extra[name]['held']:.0f} held)" for name in names) + " |",
        "| memory of the process with the model | "
        + " | ".join(f"{extra[name]['memory MB']:.1f} MB" for name in names) + " |",
    ]  # fmt: skip
    return "\n".join(lines)


def ratio_cell(bench: Bench, what: str, depth: int) -> str:
    """Ours through theirs, min / median / max over the rounds."""
    theirs = bench.figures.get((what, depth, THEIRS))
    if not theirs:
        return "-"
    ratios = sorted(a / b for a, b in zip(bench.figures[what, depth, OURS], theirs, strict=True))
    return f"{ratios[0]:.2f} / **{statistics.median(ratios):.2f}** / {ratios[-1]:.2f}"


def low_middle_high(figures: list[float], unit: str) -> str:
    scale = 1000 if unit == "k" else 1
    return f"{min(figures) / scale:.1f} / {statistics.median(figures) / scale:.1f} / {max(figures) / scale:.1f} {unit}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--only", default="", help="requests whose name begins so")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # inherited by everything started from here
    bench, extra = measure(options.rounds, options.seconds, options.only)
    text = tables(bench, extra)
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")
    if options.json:
        figures = {" | ".join(map(str, key)): value for key, value in bench.figures.items()}
        options.json.write_text(json.dumps({"figures": figures, "associations": extra}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
