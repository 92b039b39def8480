"""Asking DL/T 645 meters, of 2007 and of 1997, from asyncio.

Example::

    async with await MeterMaster.open("645+tcp://127.0.0.1:10645?addr=003411001043") as master:
        for reading in await master.read("0001FF00"):
            print(reading.name, reading.value, reading.unit, reading.quality)

Several meters on one line, polled and asked in between, are :mod:`meterwire.client.meter_bus`; without a loop there is
``meterwire.sync.MeterMaster``.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Final, Self

from ..errors import LinkTimeoutError, MeterwireError, StateError
from ..net.meterlink import MeterLink, open_meter_link, parse_meter_url
from ..protocols.dlt645 import (
    WILDCARD,
    Access,
    BroadcastTime,
    ChangeBaud,
    ChangePassword,
    ClearDemand,
    ClearEvents,
    ClearMeter,
    Completed,
    Counters,
    Edition,
    Event,
    Failed,
    Freeze,
    Master,
    Output,
    OutputKind,
    RelayAction,
    RelayCommand,
    Request,
    Send,
    Stream,
    WriteAddress,
    WriteData,
    address_matches,
    check_address,
    lookup,
    request_frame,
)
from ..protocols.dlt645.items import RegisterValue
from ..protocols.dlt645.requests import plain_read
from ..reading import Reading, Timestamp

__all__ = ["MeterMaster"]

VALIDITY: Final = dt.timedelta(minutes=5)
"""How long a relay command stays valid unless the caller says until when."""
SETTLE: Final = 0.2
"""Seconds a meter gets to change its speed before it is asked at the new one."""


class MeterMaster:
    """One master on one line, one request at a time; tasks that ask together take turns.

    ``address`` is asked when a call names none. ``timeout`` seconds are allowed for each frame of an answer; what may
    be asked twice is repeated up to ``retries`` times, and a command never is unless told so: its answer may have been
    lost after the meter obeyed. Raises LinkTimeoutError (no valid answer), MeterError (the meter
    refused; ``code`` is its error octet) and LinkError (the line is gone). Answers of other meters, about other
    items, and echoes of our own requests are counted in :attr:`counters` and never returned.
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
        lock: AbstractAsyncContextManager[None] | None = None,
    ) -> None:
        self.link = link
        self.address = check_address(address)
        self._session = Master(timeout=timeout, retries=retries, preamble=preamble)
        self._lock = asyncio.Lock() if lock is None else lock
        self._wall_ns = wall_ns
        self._clock: Callable[[], float] = time.monotonic

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

    async def read_address(self) -> str:
        """The address of the only meter on the line."""
        (reading,) = await self._ask(self._session.read_address)
        if not isinstance(reading.value, str):
            raise StateError(f"a meter answers, but not with an address: {reading.note}")
        return reading.value

    async def ask(self, request: Request, address: str | None = None, *, retries: int | None = None) -> list[Reading]:
        """Ask anything: a value of :mod:`meterwire.protocols.dlt645`; readings where it reads, nothing for a command.

        ``retries`` repeats even a command; only whoever knows that doing it twice is harmless should ask for that.
        """
        target = self.address if address is None else address
        return await self._ask(lambda now: self._session.request(target, request, now, retries=retries))

    async def broadcast(self, request: Request) -> None:
        """Tell everybody on the line; nobody answers. UsageError for what is no matter of everybody."""
        async with self._lock:
            await self.link.write(self._session.broadcast(request))

    async def broadcast_time(self, moment: dt.datetime | None = None) -> None:
        """Set the clocks of all meters on the line (local time; default now); nobody answers."""
        await self.broadcast(BroadcastTime(moment=moment or _local_time()))

    async def probe(self, pattern: str, di: str | int) -> tuple[list[str], bool]:
        """Ask every meter that ``pattern`` fits for ``di``, once, and listen for a whole timeout.

        The addresses that answered, and whether anything came that was no frame: several answering at once, or a bad line.
        """
        wire = request_frame(pattern, plain_read(di))
        stream, octets, frames = Stream(), b"", []
        async with self._lock:
            self._session.feed(self.link.read_now(), self._clock())
            await self.link.write(wire.encode(self._session.preamble))
            end = self._clock() + self._session.timeout
            last = end + self._session.timeout
            while (now := self._clock()) < min(end, last):
                data = await self.link.read_some(end - now)
                octets += data
                frames += stream.feed(data)
                if data:
                    end = max(end, self._clock() + self._session.timeout / 2)
        frames += stream.flush()
        noise = _weight(octets) - sum(_weight(frame.encode()) for frame in frames)
        found = dict.fromkeys(f.address for f in frames if f.is_reply and address_matches(pattern, f.address))
        return list(found), noise > 0

    # -- commands: what is None in the answer was acknowledged -----------------------------

    async def write(self, di: str, value: RegisterValue, access: Access, address: str | None = None) -> None:
        """Write an item. An int counts in its last place, a Decimal in its unit; bytes are taken as they are."""
        await self.ask(WriteData(di=di, value=lookup(di).encode(value), access=access), address)

    async def freeze(self, when: Freeze | None = None, address: str | None = None) -> None:
        """Freeze all registers now, or at the time that ``when`` says."""
        await self.ask(when or Freeze(), address)

    async def clear_demand(self, access: Access, address: str | None = None) -> None:
        """Clear the maximum demands and their times."""
        await self.ask(ClearDemand(access=access), address)

    async def clear_meter(self, access: Access, address: str | None = None) -> None:
        """Clear energies, demands, freezes, events and load records."""
        await self.ask(ClearMeter(access=access), address)

    async def clear_events(self, access: Access, di: str = "FFFFFFFF", address: str | None = None) -> None:
        """Clear all event records, or those of one kind (an item of class 03 whose last octet is FF)."""
        await self.ask(ClearEvents(access=access, di=di), address)

    async def relay(
        self,
        action: RelayAction,
        access: Access,
        address: str | None = None,
        *,
        until: dt.datetime | None = None,
    ) -> None:
        """Trip, permit, close, alarm or keep supply; the meter does not obey after ``until`` (its own time)."""
        moment = until or (_local_time() + VALIDITY)
        await self.ask(RelayCommand(access=access, action=action, until=moment), address)

    async def output(self, kind: OutputKind, address: str | None = None) -> None:
        """Switch the multi-function output terminal."""
        await self.ask(Output(kind=kind), address)

    async def change_password(self, request: ChangePassword, address: str | None = None) -> None:
        """Give a level a new password."""
        await self.ask(request, address)

    async def write_address(self, new: str, *, edition: Edition = "2007") -> None:
        """Give the only meter on the line an address; it must permit programming."""
        await self.ask(WriteAddress(address=new, edition=edition), WILDCARD)

    async def change_speed(self, speed: int, address: str | None = None, *, check: str = "04000401") -> None:
        """Go on at ``speed`` bit/s, meter and port together.

        The meter is asked for ``check`` at the new speed. When it does not answer, the port goes back to the old one,
        and the error says so. UsageError for a line that has no speed of its own (a serial server sets it).
        """
        before = self.link.set_speed(None)
        await self.ask(ChangeBaud(speed=speed), address)
        self.link.set_speed(speed)
        await self._pause(SETTLE)
        try:
            await self.ask(plain_read(check), address)
        except MeterwireError as error:
            if not isinstance(error, LinkTimeoutError):
                return  # it answers, if only with a refusal
            self.link.set_speed(before)
            raise LinkTimeoutError(f"no answer at {speed} bit/s; the line is back at {before} bit/s") from error

    async def close(self) -> None:
        """Let the line go."""
        await self.link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _ask(self, begin: Callable[[float], bytes]) -> list[Reading]:
        clock, session = self._clock, self._session
        async with self._lock:
            stale = self.link.read_now()
            if stale:
                session.feed(stale, clock())  # late answers to earlier requests: counted, never shown
            try:
                await self.link.write(begin(clock()))
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
                await self.link.write(event.data)
        return None


def _weight(octets: bytes) -> int:
    """Octets that are no preamble."""
    return len(octets) - octets.count(0xFE)


def _local_time() -> dt.datetime:
    """The time of day here, as meters count it."""
    return dt.datetime.now().astimezone().replace(tzinfo=None)
