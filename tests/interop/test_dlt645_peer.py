"""PyPI dlt645 (MIT, another author) reads our simulated meter, and our master reads its server.

Where the package departs from the standard, the test says so and proves which side does:
its client reads the time of a maximum demand in the opposite order to its own server; its broadcast time is sent year
first, which makes month 40 of it; it knows no blocks over tariffs or phases; it exchanges values as floats.
"""

import asyncio
import datetime as dt
import importlib.util
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from peer import Peer, PeerError

from meterwire.client.dlt645 import MeterMaster
from meterwire.errors import MeterError
from meterwire.protocols import dlt645
from meterwire.reading import Quality, Reading
from meterwire.server.meter645 import SimulatedMeter, serve_meter

ADDRESS = "003411001043"
START = dt.datetime(2026, 8, 21, 15, 30, 0)


def start(*command: str) -> Iterator[Peer]:
    if importlib.util.find_spec("dlt645") is None:
        pytest.skip("dlt645 is not installed: pip install dlt645")
    with Peer(*command) as peer:
        yield peer


@pytest.fixture
def dlt645_client() -> Iterator[Peer]:
    yield from start("dlt645_client.py")


@pytest.fixture
def dlt645_server() -> Iterator[Peer]:
    yield from start("dlt645_server.py", ADDRESS)


def with_their_client(meter: SimulatedMeter, client: Peer, *commands: tuple[str, dict[str, Any]]) -> list[Any]:
    """Serve ``meter``, give the client its commands, return the results; a PeerError is a result too."""

    def ask(port: int) -> list[Any]:
        assert client("connect", port=port, address=meter.address)
        results: list[Any] = []
        for name, arguments in commands:
            try:
                results.append(client(name, **arguments))
            except PeerError as error:
                results.append(error)
        return results

    async def serve() -> list[Any]:
        async with serve_meter(meter, speed=0) as server:
            return await asyncio.to_thread(ask, server.port)

    return asyncio.run(serve())


def test_their_client_reads_every_number_of_our_meter(dlt645_client: Peer) -> None:
    meter = SimulatedMeter(ADDRESS, seed=645, start=START)
    meter.advance(7200)
    numbers = {di: raw for di, raw in meter.registers.items() if isinstance(raw, int) and di[:2] in {"00", "02"}}
    assert len(numbers) > 40
    found = with_their_client(meter, dlt645_client, *(("read", {"di": di}) for di in numbers))
    shown = {di: Decimal(str(value)) for di, value in zip(numbers, found, strict=True)}
    assert shown == {di: Decimal(raw).scaleb(dlt645.lookup(di).exponent) for di, raw in numbers.items()}


def test_their_client_reads_the_rest(dlt645_client: Peer) -> None:
    meter = SimulatedMeter(ADDRESS, seed=645, start=START)
    palindrome = dt.datetime(2010, 12, 11, 12, 10)  # 10-12-11 12:10 is the same from both ends
    meter.registers["01010000"], meter.registers["01010100"] = (12345, palindrome), (12345, START)
    meter.relay_open = True
    dis = ("04000101", "04000102", "04000401", "04000503", "01010000", "01010100", "00020500")
    found = with_their_client(meter, dlt645_client, *(("read", {"di": di}) for di in dis))
    date, time, address, status, demand, backwards, missing = found
    assert (date, time, address) == ("26082105", "153000", ADDRESS)
    assert int(status, 16) == 0x50
    assert demand == {"value": 1.2345, "time": str(palindrome)}
    assert isinstance(backwards, PeerError)  # takes 30-15-21 for the date
    assert isinstance(missing, PeerError)  # our meter refuses, the package says None


def test_their_client_asks_the_address_and_sets_the_time(dlt645_client: Peer) -> None:
    meter = SimulatedMeter(ADDRESS, start=START)
    told, sent = with_their_client(
        meter, dlt645_client, ("read_address", {}), ("broadcast_time", {"time": "2026-08-21T15:31:00"})
    )
    assert told == ADDRESS
    assert sent is True
    assert meter.clock == START, "a broadcast in the wrong order must not set the clock"


SET: list[tuple[str, Any, str]] = [
    ("00000000", -12.34, "-12.34"),
    ("00010000", 123456.78, "123456.78"),
    ("00010100", 7.01, "7.01"),
    ("00020000", 0, "0.00"),
    ("00090000", 799999.99, "799999.99"),
    ("00150000", 1.5, "1.50"),
    ("02010100", 231.4, "231.4"),
    ("02020100", 5.123, "5.123"),
    ("02030000", -1.2345, "-1.2345"),
    ("02040200", 0.0001, "0.0001"),
    ("02060000", 0.98, "0.980"),
    ("02800002", 50.02, "50.02"),
]


def ask_their_server(port: int, *dis: str) -> list[list[Reading] | Exception]:
    async def ask() -> list[list[Reading] | Exception]:
        results: list[list[Reading] | Exception] = []
        async with await MeterMaster.open(f"645+tcp://127.0.0.1:{port}?addr={ADDRESS}", timeout=3) as master:
            assert await master.read_address() == ADDRESS
            for di in dis:
                try:
                    results.append(await master.read(di))
                except MeterError as error:
                    results.append(error)
        return results

    return asyncio.run(ask())


def test_our_master_reads_their_server(dlt645_server: Peer) -> None:
    for di, value, _ in SET:
        assert dlt645_server("set", di=di, value=value)
    found = ask_their_server(dlt645_server.ready["port"], *(di for di, _, _ in SET))
    shown = [(r[0].item, str(r[0].value), r[0].quality) if isinstance(r, list) else r for r in found]
    assert shown == [(di, text, Quality.GOOD) for di, _, text in SET]


def test_our_master_reads_their_demand_and_their_refusal(dlt645_server: Peer) -> None:
    dlt645_server("set", di="01010000", value=[1.2345, "2608211530"])
    demand, refused = ask_their_server(dlt645_server.ready["port"], "01010000", "04DFDFDB")
    assert isinstance(demand, list)
    assert [r.value for r in demand] == [Decimal("1.2345"), START]
    assert isinstance(refused, MeterError)
    assert refused.code == 0x02
