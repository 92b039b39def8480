"""Round trips of a reading over TCP: our client and simulated meter, PyPI dlt645's, and a blocking Python socket echo.

    python benchmarks/bench_dlt645_rtt.py [--rounds 7] [--seconds 0.5] [--json]

Each server is a process of its own, the clients share this one; all on one CPU, so that what is measured is the work per
request and not the waking of an idle processor. The echo sends our request back: the limit of one blocking Python socket.
Every row reads the same register (00000000), value included. Rounds are interleaved, the ratio is taken within a round.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal

from meterwire.client.dlt645 import MeterMaster
from meterwire.protocols import dlt645
from meterwire.server.meter645 import SimulatedMeter, serve_meter
from meterwire.sync import MeterMaster as BlockingMaster

ADDRESS = "123456789012"
ITEM = "00000000"
ECHO = "limit: blocking Python socket echo of the request"
REQUEST = dlt645.Frame(address=ADDRESS, control=0x11, data=bytes.fromhex(ITEM)[::-1]).encode(4)


def serve_echo() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := connection.recv(4096):
        connection.sendall(data)


def serve_ours() -> None:
    async def run() -> None:
        async with serve_meter(SimulatedMeter(ADDRESS), speed=0) as meter:
            print(meter.port, flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    asyncio.run(run())


def serve_theirs() -> None:
    from dlt645 import MeterServerService, disable_logging

    disable_logging()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = MeterServerService.new_tcp_server("127.0.0.1", port, 30)
    server.set_address(ADDRESS)
    server.set_00(0, 1234.56)
    server.start()
    time.sleep(0.3)
    print(port, flush=True)
    sys.stdin.read()


SERVERS = {"echo": serve_echo, "ours": serve_ours, "theirs": serve_theirs}


def start(kind: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:  # the package prints of its own
        if line.strip().isdecimal():
            return process, int(line)
    raise SystemExit(f"the server {kind!r} did not start")


def raw_client(port: int) -> Callable[[], bytes]:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask() -> bytes:
        line.sendall(REQUEST)
        return line.recv(4096)

    return ask


def blocking_client(port: int) -> Callable[[], object]:
    master = BlockingMaster(f"645+tcp://127.0.0.1:{port}?addr={ADDRESS}")
    (reading,) = master.read(ITEM)
    assert isinstance(reading.value, Decimal)
    return lambda: master.read(ITEM)


def their_client(port: int) -> Callable[[], object]:
    from dlt645 import MeterClientService, disable_logging

    disable_logging()
    client = MeterClientService.new_tcp_client("127.0.0.1", port, 5.0)
    client.set_address(ADDRESS)
    client.connect()
    assert client.read_00(0).value == 1234.56
    return lambda: client.read_00(0)


async def our_rate(master: MeterMaster, seconds: float) -> float:
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for _ in range(10):
            (reading,) = await master.read(ITEM)
        count += 10
    assert isinstance(reading.value, Decimal)
    return count / (time.perf_counter() - begun)


def rate(ask: Callable[[], object], seconds: float) -> float:
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for _ in range(10):
            ask()
        count += 10
    return count / (time.perf_counter() - begun)


async def measure(rounds: int, seconds: float) -> dict[str, list[float]]:
    servers = {kind: start(kind) for kind in ("echo", "ours")}
    try:
        servers["theirs"] = start("theirs")
    except SystemExit:
        print("PyPI dlt645 is not here: its row is missing", file=sys.stderr)
    rows: dict[str, Callable[[], object] | None] = {
        ECHO: raw_client(servers["echo"][1]),
        "meterwire: raw socket, our simulated meter": raw_client(servers["ours"][1]),
        "meterwire.sync: MeterMaster.read, our simulated meter": blocking_client(servers["ours"][1]),
        "meterwire: MeterMaster.read, asyncio, our simulated meter": None,
    }
    if "theirs" in servers:
        rows["PyPI dlt645: its client, its server"] = their_client(servers["theirs"][1])
    results: dict[str, list[float]] = {name: [] for name in rows}
    async with await MeterMaster.open(f"645+tcp://127.0.0.1:{servers['ours'][1]}?addr={ADDRESS}") as master:
        for number in range(rounds):
            for name, ask in rows.items():
                results[name].append(await our_rate(master, seconds) if ask is None else rate(ask, seconds))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    for process, _ in servers.values():
        process.kill()
        process.wait()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if arguments.serve:
        SERVERS[arguments.serve]()
        return
    results = asyncio.run(measure(arguments.rounds, arguments.seconds))
    if arguments.json:
        print(json.dumps(results, indent=1))
        return
    print("| what | readings/s min / median / max | of the echo |\n| --- | --- | --- |")
    for name, rates in results.items():
        ratio = statistics.median(mine / echo for mine, echo in zip(rates, results[ECHO], strict=True))
        low, middle, high = (f"{value / 1000:.1f}" for value in (min(rates), statistics.median(rates), max(rates)))
        print(f"| {name} | {low} / **{middle}** / {high} k | {ratio:.2f} |")


if __name__ == "__main__":
    main()
