"""Many meters on one line: polled in turn, asked in between, found by their addresses.

Example::

    async with await MeterBus.open("645:///dev/ttyUSB0?baud=2400") as bus:
        for address in await bus.discover():
            bus.poll(address, "00010000", every=900)
        async for result in bus.results():
            print(result.address, result.readings or result.error)

One request is on the line at a time. What somebody asks with :meth:`MeterBus.ask` goes before all polls that wait, so it
waits for one request at most. Polls that are due take turns by meter: the meter that was served longest ago is next, so a
meter with many items does not starve one with few. A meter that does not answer is asked less and less often, down to once
in :data:`MAX_BACKOFF` intervals, and at once again when it answers.
"""

import asyncio
import contextlib
import heapq
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from ..errors import LinkError, LinkTimeoutError, MeterwireError, UsageError
from ..protocols.dlt645 import Request, check_address, shortened
from ..protocols.dlt645.requests import plain_read
from ..reading import Reading
from .dlt645 import MeterMaster

__all__ = ["Discovery", "MeterBus", "PollResult"]

MAX_BACKOFF: Final = 16
"""A meter that stays silent is asked once in so many intervals."""
MAX_RESULTS: Final = 10_000
"""Results kept for a reader that does not come; the oldest are dropped, and counted."""
MAX_URGENT: Final = 1_000
"""Questions that may wait."""
ADDRESS_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll brought."""

    address: str
    """The meter that was asked."""
    di: str
    """What it was asked for."""
    readings: tuple[Reading, ...]
    """What it answered; empty when it did not."""
    error: MeterwireError | None
    """Why there are no readings: LinkTimeoutError, MeterError …"""


@dataclass(slots=True)
class Discovery:
    """How a search goes on."""

    found: list[str] = field(default_factory=list)
    """Addresses that answered, in the order they were found."""
    asked: int = 0
    """Requests sent so far."""
    collisions: int = 0
    """Patterns that several meters answered at once."""


@dataclass(slots=True, eq=False)
class _Poll:
    address: str
    request: Request
    di: str
    every: float
    due: float
    silent: int = 0


class MeterBus:
    """One line with many meters; one per line. ``master`` does the asking; nobody else may use it meanwhile."""

    def __init__(self, master: MeterMaster, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.master = master
        self.lost = 0
        """Results that nobody fetched in time."""
        self._clock = clock
        self._polls: list[_Poll] = []
        self._waiting: list[tuple[float, int, _Poll]] = []
        self._ready: dict[str, deque[_Poll]] = {}
        self._served: dict[str, float] = {}
        self._urgent: deque[tuple[Request, str, asyncio.Future[list[Reading]]]] = deque()
        self._results: deque[PollResult] = deque()
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self._fresh = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._error: LinkError | None = None

    @classmethod
    async def open(cls, url: str, *, timeout: float = 1.5, retries: int = 1, preamble: int = 4) -> Self:
        """Open the line of a meter URL (its ``addr`` is not used)."""
        return cls(await MeterMaster.open(url, timeout=timeout, retries=retries, preamble=preamble))

    # -- asking ----------------------------------------------------------------------------

    async def ask(self, request: Request | str, address: str) -> list[Reading]:
        """Ask now, before any poll that waits; an item's identifier reads it.

        Raises what :meth:`MeterMaster.ask` raises; LinkError when the line is gone.
        """
        if self._error is not None:
            raise LinkError(str(self._error))
        if len(self._urgent) >= MAX_URGENT:
            raise UsageError(f"{MAX_URGENT} questions wait already; the line is too slow for more")
        wanted = plain_read(request) if isinstance(request, str) else request
        future: asyncio.Future[list[Reading]] = asyncio.get_running_loop().create_future()
        self._urgent.append((wanted, check_address(address), future))
        self._start()
        self._wake.set()
        return await future

    def poll(self, address: str, di: str, *, every: float, first: float = 0.0) -> None:
        """Read ``di`` of ``address`` every so many seconds, the first time in ``first`` seconds."""
        if every <= 0:
            raise UsageError(f"every is a number of seconds above 0, not {every}")
        poll = _Poll(check_address(address), plain_read(di), di, every, self._clock() + first)
        self._polls.append(poll)
        self._push(poll)
        self._start()
        self._wake.set()

    def forget(self, address: str) -> None:
        """Poll nothing more of a meter."""
        text = check_address(address)
        self._polls = [poll for poll in self._polls if poll.address != text]
        self._waiting = [entry for entry in self._waiting if entry[2].address != text]
        heapq.heapify(self._waiting)
        self._ready.pop(text, None)

    async def results(self) -> AsyncIterator[PollResult]:
        """What the polls bring, as it comes; ends with LinkError when the line is gone."""
        while True:
            while self._results:
                yield self._results.popleft()
            if self._error is not None:
                raise LinkError(str(self._error))
            self._fresh.clear()
            await self._fresh.wait()

    # -- finding ---------------------------------------------------------------------------

    async def discover(
        self, di: str = "04000401", *, progress: Callable[[Discovery], None] | None = None, most: int = 1000
    ) -> list[str]:
        """Find the meters on the line: ask all for ``di``; where what comes back is no whole frame, several have answered at
        once, and are asked by their last two digits, then by two more, until each answers alone.

        ``di`` is an item that every meter has; ``9010`` finds those of 1997. Stops at ``most`` meters. Polls and questions
        go on in between.
        """
        state = Discovery()
        pending = [""]
        while pending and len(state.found) < most:
            digits = pending.pop()
            if self._error is not None:
                raise LinkError(str(self._error))
            state.asked += 1
            answered, crowded = await self.master.probe(shortened(digits), di)
            state.found += [address for address in answered if address not in state.found]
            if crowded and len(digits) < ADDRESS_DIGITS:
                state.collisions += 1
                pending += [f"{pair:02d}{digits}" for pair in reversed(range(100))]
            if progress is not None:
                progress(state)
        return state.found

    # -- the one that serves ---------------------------------------------------------------

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._serve())

    def _push(self, poll: _Poll) -> None:
        heapq.heappush(self._waiting, (poll.due, next(self._order), poll))

    def _collect_due(self) -> None:
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, poll = heapq.heappop(self._waiting)
            self._ready.setdefault(poll.address, deque()).append(poll)

    def _next_poll(self) -> _Poll | None:
        self._collect_due()
        if not self._ready:
            return None
        address = min(self._ready, key=lambda each: self._served.get(each, float("-inf")))
        queue = self._ready[address]
        poll = queue.popleft()
        if not queue:
            del self._ready[address]
        return poll

    async def _serve(self) -> None:
        try:
            while True:
                if self._urgent:
                    await self._answer(*self._urgent.popleft())
                elif (poll := self._next_poll()) is not None:
                    await self._poll(poll)
                else:
                    self._wake.clear()
                    rest = self._waiting[0][0] - self._clock() if self._waiting else None
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(rest):
                            await self._wake.wait()
        except LinkError as error:
            self._error = error
            self._fresh.set()
            for _, _, future in self._urgent:
                if not future.done():
                    future.set_exception(LinkError(str(error)))
            self._urgent.clear()

    async def _answer(self, request: Request, address: str, future: "asyncio.Future[list[Reading]]") -> None:
        if future.cancelled():
            return
        try:
            readings = await self.master.ask(request, address)
        except LinkError as error:
            if not future.done():
                future.set_exception(error)
            if not isinstance(error, LinkTimeoutError):
                raise
        except MeterwireError as error:
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(readings)
        finally:
            if not future.done():  # the bus was closed meanwhile: nobody may wait for ever
                future.set_exception(LinkError(f"{self.master.link.name}: closed"))

    async def _poll(self, poll: _Poll) -> None:
        error: MeterwireError | None = None
        readings: list[Reading] = []
        try:
            readings = await self.master.ask(poll.request, poll.address)
            poll.silent = 0
        except LinkTimeoutError as failure:
            error = failure
            poll.silent += 1
        except LinkError:
            raise
        except MeterwireError as failure:
            error = failure
            poll.silent = 0
        now = self._clock()
        self._served[poll.address] = now
        interval = poll.every * min(MAX_BACKOFF, 2 ** min(max(0, poll.silent - 1), MAX_BACKOFF))
        following = poll.due + interval
        poll.due = following if following > now else now + interval
        if poll in self._polls:
            self._push(poll)
        self._results.append(PollResult(poll.address, poll.di, tuple(readings), error))
        if len(self._results) > MAX_RESULTS:
            self._results.popleft()
            self.lost += 1
        self._fresh.set()

    # -- end -------------------------------------------------------------------------------

    async def close(self) -> None:
        """Stop asking and let the line go; questions that wait fail with LinkError."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._error = self._error or LinkError(f"{self.master.link.name}: closed")
        for _, _, future in self._urgent:
            if not future.done():
                future.set_exception(LinkError(str(self._error)))
        self._urgent.clear()
        self._fresh.set()
        await self.master.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
