"""Data terminal units that dial in: the meters' modems connect to us, and each connection is a line to meters.

Example::

    async with DtuListener(port=10646, allow_remote=True) as dtus:
        async for dtu in dtus.arrivals():
            master = MeterMaster(dtu.link, timeout=5)
            print(dtu.identity, await master.read_address())

A unit that says who it is first (a registration packet, often its phone number) is known by that; ``registration`` takes it
from the first octets. Heart-beats in between are no frames: a master drops and counts them. A unit that dials in again
replaces its earlier connection, which a mobile network may not have told us is dead.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from ..errors import LinkError, LinkTimeoutError
from ..net.meterlink import TcpLink
from ..net.tcp import listen, local_port

__all__ = ["Dtu", "DtuListener", "digits_first"]

REGISTRATION_SECONDS: Final = 30.0
"""How long a unit may take to say who it is."""
MAX_UNITS: Final = 10_000
"""Units connected at a time; more are refused."""
MAX_REGISTRATION: Final = 512
"""Octets looked at for a registration."""

Registration = Callable[[bytes], tuple[str, int] | None]
"""Takes what came so far; the identity and how many octets said it, None while that is not known."""


def digits_first(data: bytes) -> tuple[str, int] | None:
    """A registration of 8 to 20 digits, as units with their phone or serial number send it."""
    match = re.match(rb"\s*([0-9]{8,20})(?![0-9])[\r\n\x00]*", data)
    if match is None and re.fullmatch(rb"[0-9]{11}|[0-9]{15}", data):
        return data.decode(), len(data)
    return (match.group(1).decode(), match.end()) if match is not None and match.end(1) < len(data) else None


@dataclass(frozen=True, slots=True)
class Dtu:
    """A unit that has dialled in."""

    identity: str
    """What it registered as; its address and port without registration."""
    link: TcpLink
    """The line to its meters."""


class DtuListener:
    """Waits for units. Loopback unless ``allow_remote``; ``port`` 0 takes a free one, and holds it then."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 10646,
        *,
        allow_remote: bool = False,
        registration: Registration | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.units: dict[str, Dtu] = {}
        """Who is connected, by identity."""
        self.refused = 0
        """Connections that did not say who they are in time, or came when there were too many."""
        self._allow_remote = allow_remote
        self._registration = registration
        self._server: asyncio.Server | None = None
        self._arrived: asyncio.Queue[Dtu] = asyncio.Queue(MAX_UNITS)
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; LinkError when the port cannot be had, UsageError for a wide address without ``allow_remote``."""
        self._server = await listen(self._connect, self.host, self.port, allow_remote=self._allow_remote)
        self.port = local_port(self._server)

    def _connect(self) -> asyncio.Protocol:
        return _Arrival(self)

    def arrived(self, link: "_Arrival") -> None:
        """A connection is there; called by its protocol."""
        task = asyncio.get_running_loop().create_task(self._welcome(link))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _welcome(self, link: "_Arrival") -> None:
        identity: str | None = link.name
        if len(self.units) >= MAX_UNITS:
            identity = None
        elif self._registration is not None:
            identity = await self._identify(link)
        if identity is None:
            self.refused += 1
            await link.close()
            return
        before = self.units.get(identity)
        dtu = self.units[identity] = Dtu(identity, link)
        link.identity = identity
        if before is not None:
            await before.link.close()
        if self._arrived.full():  # nobody follows the arrivals: the oldest is forgotten, its unit is still in ``units``
            self._arrived.get_nowait()
        self._arrived.put_nowait(dtu)
        async with self._changed:
            self._changed.notify_all()

    async def _identify(self, link: "_Arrival") -> str | None:
        assert self._registration is not None
        data, end = b"", asyncio.get_running_loop().time() + REGISTRATION_SECONDS
        while len(data) <= MAX_REGISTRATION:
            rest = end - asyncio.get_running_loop().time()
            if rest <= 0:
                return None
            try:
                data += await link.read_some(rest)
            except LinkError:
                return None
            found = self._registration(data)
            if found is not None:
                link.give_back(data[found[1] :])
                return found[0]
        return None

    def gone(self, link: "_Arrival") -> None:
        """A connection ended; called by its protocol."""
        known = self.units.get(link.identity)
        if known is not None and known.link is link:
            del self.units[link.identity]

    async def arrivals(self) -> AsyncIterator[Dtu]:
        """Units as they dial in."""
        while True:
            yield await self._arrived.get()

    async def wait(self, identity: str, timeout: float = 60.0) -> Dtu:
        """The unit of that identity, now or when it has dialled in; LinkTimeoutError after ``timeout`` seconds."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: identity in self.units)
        except TimeoutError:
            raise LinkTimeoutError(f"{identity} has not dialled in within {timeout:g} s") from None
        return self.units[identity]

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        for dtu in tuple(self.units.values()):
            await dtu.link.close()
        if self._server is not None:
            await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Arrival(TcpLink):
    """A line that tells its listener when it begins and ends."""

    def __init__(self, listener: DtuListener) -> None:
        super().__init__("")
        self.identity = ""
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A unit has dialled in."""
        host, port = transport.get_extra_info("peername")[:2]
        self.name = f"{host}:{port}"
        super().connection_made(transport)
        self._listener.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has hung up."""
        super().connection_lost(exc)
        self._listener.gone(self)
