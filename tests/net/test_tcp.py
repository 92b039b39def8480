"""Listening and dialling: what stays on this machine, and errors a person can act on."""

import asyncio

import pytest

from meterwire.errors import LinkError, MeterwireError, UsageError
from meterwire.net.blocking import BlockingStream
from meterwire.net.meterlink import MeterUrl, open_meter_link
from meterwire.net.tcp import dial, is_loopback, listen, local_port

from ..mms_end import run

LOOPBACK = ["127.0.0.1", "127.1.2.3", "::1", "localhost"]
ELSEWHERE = [
    "",
    "0.0.0.0",
    "::",
    "192.168.1.1",
    "128.0.0.1",
    "127.0.0.1.example.org",
    "127.example.org",
    "127.",
    "localhost.example.org",
    "fe80::1",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_what_stays_here(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_what_can_be_reached_from_elsewhere_is_said_on_purpose(host: str) -> None:
    assert not is_loopback(host)

    async def play() -> None:
        with pytest.raises(UsageError, match="allow_remote"):
            await listen(asyncio.Protocol, host, 0)

    run(play())


def test_a_free_port_is_taken_and_told() -> None:
    async def play() -> None:
        server = await listen(asyncio.Protocol, "127.0.0.1", 0)
        port = local_port(server)
        assert port > 0
        with pytest.raises(LinkError, match=f"cannot listen on 127.0.0.1:{port}.*choose another port"):
            await listen(asyncio.Protocol, "127.0.0.1", port)
        protocol = await dial(asyncio.Protocol, "127.0.0.1", port, timeout=10)
        assert isinstance(protocol, asyncio.Protocol)
        server.close()

    run(play())


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("a" * 70, 1), ("a\x00b", 1), ("a..b", 1)]
)
def test_what_cannot_be_dialled(host: str, port: int) -> None:
    async def play() -> None:
        with pytest.raises(MeterwireError) as caught:
            await dial(asyncio.Protocol, host, port, timeout=10)
        assert "\n" not in str(caught.value)

    run(play())


@pytest.mark.parametrize("port", [70_000, -1])
def test_ports_that_are_none(port: int) -> None:
    async def play() -> None:
        with pytest.raises(UsageError, match=r"not in 0\.\.65535"):
            await listen(asyncio.Protocol, "127.0.0.1", port)

    run(play())


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("a" * 70, 1), ("a\x00b", 1), ("a..b", 1)])
def test_the_other_ways_to_connect_say_so_too(host: str, port: int) -> None:
    """Over a blocking socket, and to a meter."""
    with pytest.raises(MeterwireError) as blocking:
        BlockingStream(host, port, 10)
    with pytest.raises(UsageError) as meter:
        asyncio.run(open_meter_link(MeterUrl(dialect="645", host=host, port=port)))
    for error in (blocking.value, meter.value):
        assert type(error) in (UsageError, LinkError)
        assert "\n" not in str(error)
