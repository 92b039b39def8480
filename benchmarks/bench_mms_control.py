"""Direct operate with a Python handler, beside writes: ours and libIEC61850's, under the same raw load.

    python benchmarks/bench_mms_control.py [--rounds 5] [--seconds 0.4]

One association, one processor for everything, rounds interleaved as in bench_mms_server.py. Every command has a time (T) of its
own, which the load generator counts up: a server that takes commands for repetitions would refuse them.
"""

import argparse
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import perf_model as perf
from _mms_requests import SERVICES, Recorder, access, record
from bench_mms_server import DEPTHS, OURS, THEIRS, Bench, compiled, contestants, low_middle_high

from meterwire.protocols import ber
from meterwire.protocols.mms.data import encode_bits, encode_boolean, encode_unsigned
from meterwire.protocols.mms.services import write_request

WRITE, OPERATE = "write one INT32", "direct operate, Python handler"
FIRST_TIME = bytes.fromhex("65000000")
"""Seconds in T of the first command; they are what is counted up."""


def operate_request() -> bytes:
    """Service element of the Write of an Oper."""
    origin = ber.tlv(0xA2, b"\x85\x01\x03" + ber.tlv(0x89, b"bench"))
    T = ber.tlv(0x91, FIRST_TIME + bytes(3) + b"\x0a")
    rest = encode_unsigned(1) + T + encode_boolean(False) + encode_bits(0, 2)
    return write_request([(access(perf.OPERATED), ber.tlv(0xA2, encode_boolean(True) + origin + rest))])


def rate(bench: Bench, port: int, depth: int, handshake: list[bytes]) -> float:
    """Operates answered per second; each must have been accepted."""
    recorder = Recorder(port)
    octets = recorder.message(operate_request())
    recorder.close()
    place = octets.index(b"\x02\x01\x01", octets.index(b"\xa0", octets.index(b"\x02\x01\x03") + 3)) + 2
    messages = ",".join(message.hex() for message in handshake)
    load = ["-d", depth, "-t", bench.seconds, "-w", bench.seconds / 3]
    answer = bench.run(port, "-r", octets.hex(), "-o", place, "-n", octets.index(FIRST_TIME), "-H", messages, *load)
    # A LastApplError beside every answer would count as an answer of its own, and make the mean longer.
    if answer["octets"] > ACCEPTED + 2:
        raise SystemExit(f"answers of {answer['octets']} octets: refused")
    return float(answer["per_s"])


ACCEPTED = 33
"""Octets of the TPKT that says that one variable was written."""


def measure(rounds: int, seconds: float) -> Bench:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = Bench(compiled(Path(folder), "loadgen"), seconds)
        servers = contestants(stack)
        recorded = {name: record(server.ready["port"]) for name, server in servers.items()}
        for number in range(rounds):
            for depth in DEPTHS:
                for name, server in servers.items():
                    handshake, requests = recorded[name]
                    figure = bench.rate(server.ready["port"], depth, requests[WRITE], handshake)
                    bench.figures[WRITE, depth, name].append(figure)
                    if name != THEIRS:
                        figure = rate(bench, server.ready["port"], depth, handshake)
                        bench.figures[OPERATE, depth, name].append(figure)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return bench


def table(bench: Bench) -> str:
    names = sorted({name for _, _, name in bench.figures if name != THEIRS})
    lines = [
        f"| outstanding | server | {OPERATE} | {WRITE} | {THEIRS}, {WRITE} | operate / {THEIRS}'s write |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for depth in DEPTHS:
        theirs = bench.figures.get((WRITE, depth, THEIRS), [])
        for name in names:
            mine = bench.figures[OPERATE, depth, name]
            ratios = sorted(a / b for a, b in zip(mine, theirs, strict=False))
            ratio = f"{ratios[0]:.2f} / **{statistics.median(ratios):.2f}** / {ratios[-1]:.2f}" if ratios else "-"
            cells = [low_middle_high(mine, "k"), low_middle_high(bench.figures[WRITE, depth, name], "k")]
            cells.append(low_middle_high(theirs, "k") if theirs else "-")
            lines.append(f"| {depth} | {name} | " + " | ".join(cells) + f" | {ratio} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    assert WRITE in SERVICES
    assert OURS
    print(table(measure(options.rounds, options.seconds)))


if __name__ == "__main__":
    main()
