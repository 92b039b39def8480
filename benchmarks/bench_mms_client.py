"""MMS clients against the same server: ours, pyiec61850-ng and iec61850, beside the raw load generator.

    python benchmarks/bench_mms_client.py [--rounds 5] [--seconds 0.4] [--server libIEC61850|meterwire] [--markdown FILE]

Each client is a process of its own on the processor of the server; rounds interleaved, ratios taken within a round. The
load generator sends the same octets from C without decoding anything: what the server leaves to a client.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "interop")]

from _mms_requests import record  # noqa: E402 - found through the path above
from bench_mms_server import Bench, compiled, low_middle_high  # noqa: E402
from peer import Peer  # noqa: E402

RAW = "raw C"
SCRIPTS = {"libIEC61850": "peer_mms_server.py", "meterwire": "our_mms_server.py"}
CLIENTS = {
    "meterwire": "meterwire",
    "meterwire, uvloop": "uvloop",
    "meterwire.sync": "meterwire",
    "pyiec61850-ng": "pyiec61850",
    "iec61850": "iec61850",
}
"""Client and the module it needs."""
ROWS = (
    "read one BOOLEAN",
    "read one BOOLEAN, 10 at once",
    "read 50 variables",
    "read 99 leaves as one FC",
    "associate and release",
)

Figures = dict[tuple[str, str], list[float]]


def measure(rounds: int, seconds: float, server_name: str) -> Figures:
    """(row, client) → one figure a round."""
    figures: Figures = defaultdict(list)
    clients = [name for name, module in CLIENTS.items() if find_spec(module)]
    with tempfile.TemporaryDirectory() as folder, Peer(str(HERE / SCRIPTS[server_name])) as server:
        bench = Bench(compiled(Path(folder), "loadgen"), seconds)
        port = server.ready["port"]
        handshake, requests = record(port)
        for number in range(rounds):
            for row in ROWS[:4]:
                name, _, depth = row.partition(", ")
                figure = bench.rate(port, 10 if depth else 1, requests[name], handshake)
                figures[row, RAW].append(figure)
            for client in clients:
                command = [sys.executable, str(HERE / "_mms_client_worker.py"), client, str(port), str(seconds)]
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
                if done.returncode:
                    raise SystemExit(f"{client}: {done.stderr[-2000:]}")
                for row, figure in json.loads(done.stdout).items():
                    figures[row, client].append(figure)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return figures


def table(figures: Figures) -> str:
    """Markdown; the number in brackets is the share of the raw rate in the same round."""
    clients = [client for client in (RAW, *CLIENTS) if any(name == client for _row, name in figures)]
    lines = ["| calls/s | " + " | ".join(clients) + " |", "| --- |" + " --- |" * len(clients)]
    for row in ROWS:
        cells = [row]
        for client in clients:
            found, raw = figures.get((row, client)), figures.get((row, RAW))
            if not found:
                cells.append("-")
            elif client == RAW or not raw:
                cells.append(low_middle_high(found, "" if row.startswith("associate") else "k"))
            else:
                ratio = statistics.median(a / b for a, b in zip(found, raw, strict=True))
                cells.append(f"{low_middle_high(found, 'k')} ({ratio:.2f})")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--server", choices=SCRIPTS, default="libIEC61850" if find_spec("pyiec61850") else "meterwire")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    text = f"Server: {options.server}.\n\n" + table(measure(options.rounds, options.seconds, options.server))
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
