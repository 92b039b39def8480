"""Lines to meters: URLs, TCP, and a serial port that is a pseudo terminal."""

import asyncio
import os
import sys
import tty
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from meterwire.errors import LinkError, UsageError
from meterwire.net import meterlink
from meterwire.net.meterlink import MeterUrl, SerialLink, open_meter_link, parse_meter_url

WIRE = bytes.fromhex("684310001134006811043533B335CD16")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("645:///dev/ttyUSB0", MeterUrl(dialect="645", device="/dev/ttyUSB0")),
        ("645:/dev/ttyUSB0?baud=9600&parity=n", MeterUrl(dialect="645", device="/dev/ttyUSB0", baud=9600, parity="N")),
        ("645://COM3?addr=12", MeterUrl(dialect="645", device="COM3", address="12")),
        ("645+tcp://127.0.0.1:10645", MeterUrl(dialect="645", host="127.0.0.1", port=10645)),
        ("645+tcp://[::1]:10645?addr=1", MeterUrl(dialect="645", host="::1", port=10645, address="1")),
        ("698+tcp://meter.example:9001", MeterUrl(dialect="698", host="meter.example", port=9001)),
        ("698:///dev/ttyS1", MeterUrl(dialect="698", device="/dev/ttyS1", baud=9600)),
        ("dlms+tcp://h:1", MeterUrl(dialect="dlms", host="h", port=1)),
    ],
)
def test_urls(url: str, expected: MeterUrl) -> None:
    assert parse_meter_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "645",
        "645:",
        "645://",
        "/dev/ttyUSB0",
        "645+tcp://host",
        "645+tcp://:1",
        "645+tcp://h:99999",
        "645+tcp://h:x",
        "645+udp://h:1",
        "645:///dev/x?baud=fast",
        "645:///dev/x?baud=1",
        "645:///dev/x?parity=X",
        "645:///dev/x?speed=1",
    ],
)
def test_wrong_urls_say_what_to_write(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_meter_url(url)
    assert "\n" not in str(caught.value)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await test()

    asyncio.run(limited())


@asynccontextmanager
async def tcp_peer(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"645+tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)


def test_tcp() -> None:
    async def test() -> None:
        async with tcp_peer(echo) as url:
            link = await open_meter_link(url)
            assert await link.read_some(0.01) == b""
            assert link.read_now() == b""
            await link.write(WIRE)
            assert await link.read_some(5) == WIRE
            await link.close()
            await link.close()
            with pytest.raises(LinkError, match="closed"):
                await link.write(WIRE)
            with pytest.raises(LinkError, match="closed"):
                await link.read_some(1)

    run(test)


def test_tcp_closed_by_the_other_side_after_octets() -> None:
    async def last_words(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(WIRE)

    async def test() -> None:
        async with tcp_peer(last_words) as url:
            link = await open_meter_link(url)
            got = b""
            with pytest.raises(LinkError, match="closed by the other side"):  # noqa: PT012
                while True:
                    got += await link.read_some(5)
            assert got == WIRE
            await link.close()

    run(test)


def test_flood_is_held_back() -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _i in range(300):
            writer.write(bytes(65_536))
            await writer.drain()

    async def test() -> None:
        async with tcp_peer(flood) as url:
            link = await open_meter_link(url)
            await asyncio.sleep(0.2)
            kept = link.read_now()
            assert meterlink.MAX_INBOX <= len(kept) < 10 * meterlink.MAX_INBOX
            assert await link.read_some(5)
            await link.close()

    run(test)


def test_nobody_there() -> None:
    async def test() -> None:
        async with tcp_peer(echo) as url:
            pass
        with pytest.raises(LinkError, match="cannot connect") as caught:
            await open_meter_link(url)
        assert "\n" not in str(caught.value)

    run(test)


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    if sys.platform == "win32":
        pytest.skip("no pseudo terminals on Windows")
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    for descriptor in (ours, theirs):
        with suppress(OSError):
            os.close(descriptor)


@pytest.mark.parametrize("threaded", [False, True], ids=["loop", "thread"])
@pytest.mark.parametrize("parity", ["E", "N"])
def test_serial(pty: tuple[int, str], threaded: bool, parity: str) -> None:
    ours, name = pty

    async def test() -> None:
        link = SerialLink(name, 2400, parity, threaded=threaded)
        assert await link.read_some(0.01) == b""
        await link.write(b"\xfe" * 4 + WIRE)
        assert os.read(ours, 100) == b"\xfe" * 4 + WIRE
        got = b""
        os.write(ours, b"\xfe\xfe" + WIRE[:5])
        while len(got) < 7:
            got += await link.read_some(5)
        os.write(ours, WIRE[5:])
        while len(got) < 2 + len(WIRE):
            got += await link.read_some(5)
        assert got == b"\xfe\xfe" + WIRE
        await link.close()
        await link.close()
        with pytest.raises(LinkError, match="closed"):
            await link.write(WIRE)
        with pytest.raises(LinkError, match="closed"):
            await link.read_some(1)

    run(test)


def test_serial_from_a_url(pty: tuple[int, str]) -> None:
    async def test() -> None:
        link = await open_meter_link(f"645://{pty[1]}?baud=1200&parity=O")
        await link.write(WIRE)
        assert os.read(pty[0], 100) == WIRE
        await link.close()

    run(test)


def test_serial_line_that_takes_no_octets_waits_for_room(pty: tuple[int, str]) -> None:
    ours, name = pty

    async def test() -> None:
        link = SerialLink(name)
        data = bytes(range(256)) * 200
        writing = asyncio.create_task(link.write(data))
        await asyncio.sleep(0.05)
        assert not writing.done()
        got = b""
        while len(got) < len(data):
            got += await asyncio.to_thread(os.read, ours, 4096)
        await writing
        assert got == data
        await link.close()

    run(test)


def test_serial_port_unplugged(pty: tuple[int, str]) -> None:
    ours, name = pty

    async def test() -> None:
        link = SerialLink(name)
        os.close(ours)
        with pytest.raises(LinkError, match="lost"):
            await link.read_some(5)

    run(test)


def test_missing_port_says_so_in_one_line() -> None:
    async def test() -> None:
        with pytest.raises(LinkError) as caught:
            await open_meter_link("645:///dev/ttyNOTHERE0")
        assert str(caught.value) == (
            "/dev/ttyNOTHERE0: cannot open the serial port (No such file or directory); is it plugged in and yours to use?"
        )

    run(test)


def test_a_file_is_no_port(tmp_path: object) -> None:
    async def test() -> None:
        path = f"{tmp_path}/file"
        with open(path, "wb"):  # noqa: ASYNC230
            pass
        with pytest.raises(LinkError, match="cannot open the serial port"):
            await open_meter_link(f"645://{path}")

    run(test)
