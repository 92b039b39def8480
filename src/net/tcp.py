"""TCP for asyncio protocols: listen and dial, with errors a person can act on."""

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from ..errors import LinkError, LinkTimeoutError, UsageError

__all__ = [
    "addressed",
    "as_stream",
    "dial",
    "is_loopback",
    "listen",
    "local_port",
    "peer_octets",
    "reason",
    "set_low_latency",
]

BACKLOG = 1024

P = TypeVar("P", bound=asyncio.BaseProtocol)


def as_stream(transport: asyncio.BaseTransport) -> asyncio.Transport:
    """What a stream protocol's connection_made gets, by its right name.

    Not checked: uvloop's transports are streams without being subclasses of asyncio's.
    """
    return cast("asyncio.Transport", transport)


def is_loopback(host: str) -> bool:
    """True for names and addresses that cannot be reached from another machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"  # any other name, 127.0.0.1.example.org too, means what its owner says


def reason(error: OSError) -> str:
    """What the system says, without asyncio's wrapping ("Connect call failed (…)")."""
    number = error.errno
    return os.strerror(number) if number and number > 0 else error.strerror or str(error)


def set_low_latency(transport: asyncio.BaseTransport) -> None:
    """Send small frames at once, and notice dead peers in about a minute.

    Keep-alive notices them while nothing is to be said; what is on its way to a dead peer would be repeated for a quarter of
    an hour, and with it live its reservations, hence TCP_USER_TIMEOUT (ms).
    """
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 60_000)):
        option = getattr(socket, name, None)
        if option is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, option, value)


@contextlib.contextmanager
def addressed(host: str, port: int) -> Iterator[None]:
    """What Python says of a host or port that can be none, as a UsageError."""
    try:
        yield
    except OverflowError:
        msg = f"port {port} is not in 0..65535"
        raise UsageError(msg) from None
    except UsageError:
        raise
    except ValueError:  # a label too long, a null
        msg = f"{host!r} is no host name"
        raise UsageError(msg) from None


def peer_octets(transport: asyncio.BaseTransport) -> bytes:
    """The peer's IP address as octets; empty where there is none."""
    peer = transport.get_extra_info("peername")
    try:
        return ipaddress.ip_address(str(peer[0]).partition("%")[0]).packed if isinstance(peer, tuple) else b""
    except ValueError:
        return b""


async def listen(
    factory: Callable[[], asyncio.Protocol],
    host: str,
    port: int,
    *,
    allow_remote: bool = False,
) -> asyncio.Server:
    """Serve ``factory`` on ``host:port``; port 0 takes a free one.

    Raises UsageError for an address beyond loopback without ``allow_remote``, LinkError when the
    port cannot be had.
    """
    if not allow_remote and not is_loopback(host):
        msg = f"{host} can be reached from other machines; say so on purpose (allow_remote=True)"
        raise UsageError(msg)
    loop = asyncio.get_running_loop()
    try:
        with addressed(host, port):
            return await loop.create_server(factory, host, port, backlog=BACKLOG)
    except OSError as error:
        msg = f"cannot listen on {host}:{port}: {reason(error)}; choose another port"
        raise LinkError(msg) from None


def local_port(server: asyncio.Server) -> int:
    """The port a server listens on."""
    port: int = server.sockets[0].getsockname()[1]
    return port


async def dial(factory: Callable[[], P], host: str, port: int, *, timeout: float) -> P:
    """Connect within ``timeout`` seconds; LinkError or LinkTimeoutError when it cannot be done."""
    loop = asyncio.get_running_loop()
    try:
        with addressed(host, port):
            async with asyncio.timeout(timeout):
                _, protocol = await loop.create_connection(factory, host, port)
    except TimeoutError:
        msg = f"{host}:{port} did not answer within {timeout:g} s"
        raise LinkTimeoutError(msg) from None
    except OSError as error:
        msg = f"cannot connect to {host}:{port}: {reason(error)}; is the server running there?"
        raise LinkError(msg) from None
    return protocol
