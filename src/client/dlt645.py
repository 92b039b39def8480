"""Asking DL/T 645-2007 meters from asyncio.

Example::

    async with await MeterMaster.open("645+tcp://127.0.0.1:10645?addr=003411001043") as master:
        for reading in await master.read("0001FF00"):
            print(reading.name, reading.value, reading.unit, reading.quality)
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from ..errors import LinkTimeoutError, StateError
from ..net.meterlink import MeterLink, open_meter_link, parse_meter_url
from ..protocols.dlt645 import WILDCARD, Completed, Counters, Event, Failed, Master, Send, check_address
from ..protocols.dlt645.requests import Request
from ..reading import Reading, Timestamp

__all__ = ["MeterMaster"]

WRITE_TIMEOUT: Final = 5.0
"""Seconds a line may refuse to take a request."""


class MeterMaster:
    """One master on one line, one request at a time; tasks that ask together take turns.

    ``address`` is asked when a call names none. ``timeout`` seconds are allowed for each frame of an answer, each
    request is repeated up to ``retries`` times. Raises LinkTimeoutError (no valid answer), MeterError (the meter
    refused; ``code`` is its error octet) and LinkError (the line is gone). Answers of other meters or about other
    items are counted in :attr:`counters` and never returned.
    """

    def __init__(
        self,
        link: MeterLink,
        *,
        address: str = WILDCARD,
        timeout: float = 1.5,
        retries: int = 2,
        preamble: int = 4,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.link = link
        self.address = check_address(address)
        self._session = Master(timeout=timeout, retries=retries, preamble=preamble)
        self._lock = asyncio.Lock()
        self._wall_ns = wall_ns

    @classmethod
    async def open(cls, url: str, *, timeout: float = 1.5, retries: int = 2, preamble: int = 4) -> Self:
        """Open the line of a meter URL; its ``addr`` option is the address asked by default."""
        where = parse_meter_url(url)
        address = where.address or WILDCARD
        check_address(address)
        link = await open_meter_link(where)
        return cls(link, address=address, timeout=timeout, retries=retries, preamble=preamble)

    @property
    def counters(self) -> Counters:
        """What this master has seen."""
        return self._session.counters

    @property
    def checksum_errors(self) -> int:
        """Frames with a wrong checksum, dropped."""
        return self._session.stream.checksum_errors

    @property
    def discarded(self) -> int:
        """Octets that belonged to no frame."""
        return self._session.stream.discarded

    async def read(
        self,
        di: str | int,
        address: str | None = None,
        *,
        blocks: int | None = None,
        since: dt.datetime | None = None,
    ) -> list[Reading]:
        """Read an item or a block (``"0001FF00"``); one Reading per item, follow-up frames joined."""
        target = self.address if address is None else address
        return await self._ask(lambda now: self._session.read(target, di, now, blocks=blocks, since=since))

    async def command(self, request: Request, address: str | None = None) -> None:
        """Tell a meter to do something (:mod:`meterwire.protocols.dlt645.commands`); returning means that it said yes.

        What cannot be undone is sent once: after LinkTimeoutError nobody knows whether it was done.
        """
        target = self.address if address is None else address
        await self._ask(lambda now: self._session.request(target, request, now))

    async def read_address(self) -> str:
        """The address of the only meter on the line."""
        (reading,) = await self._ask(self._session.read_address)
        if not isinstance(reading.value, str):
            raise StateError(f"a meter answers, but not with an address: {reading.note}")
        return reading.value

    async def broadcast_time(self, moment: dt.datetime | None = None) -> None:
        """Set the clocks of all meters on the line (local time; default now); nobody answers."""
        async with self._lock:
            await self._write(
                self._session.broadcast_time(moment or dt.datetime.now().astimezone().replace(tzinfo=None))
            )

    async def close(self) -> None:
        """Let the line go."""
        await self.link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _write(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(WRITE_TIMEOUT):
                await self.link.write(data)
        except TimeoutError:
            raise LinkTimeoutError(f"{self.link.name}: the line takes no octets") from None

    async def _ask(self, begin: Callable[[float], bytes]) -> list[Reading]:
        clock = asyncio.get_running_loop().time
        session = self._session
        async with self._lock:
            stale = self.link.read_now()
            if stale:
                session.feed(stale, clock())  # late answers to earlier requests: counted, never shown
            try:
                await self._write(begin(clock()))
                while session.deadline is not None:
                    data = await self.link.read_some(max(0.0, session.deadline - clock()))
                    received = Timestamp.from_ns(self._wall_ns())
                    events = session.feed(data, clock(), received) if data else []
                    events += session.tick(clock(), received)  # a line that never stops babbling runs out of time too
                    done = await self._handle(events)
                    if done is not None:
                        return done
            finally:
                session.cancel()
        raise StateError("the session ended without a result")

    async def _handle(self, events: list[Event]) -> list[Reading] | None:
        for event in events:
            if isinstance(event, Completed):
                return list(event.readings)
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Send):
                await self._write(event.data)
        return None
