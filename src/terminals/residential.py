"""The residential terminal at work: meters polled over their lines, served as IEC 61850.

One task per line asks the meters on it in turn; a lost line is opened again. What a meter does not
answer becomes invalid in the model, it never keeps looking good.
"""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from ..acsi.files import FileStore
from ..binding.meters import CLOCK_TOLERANCE, MeterBinding, bind_meters
from ..client.dlt645 import MeterMaster
from ..errors import LinkError, LinkTimeoutError, MeterError, ProtocolError
from ..models import Ied
from ..models.terminals.residential import MeterConfig, residential_terminal
from ..net.meterlink import parse_meter_url
from ..protocols.dlt645 import Access
from ..reading import Timestamp
from ..server.admission import Admission
from ..server.journal import SqliteJournal
from ..server.mms import MmsServer
from .relay import RelayOperator

__all__ = ["LineStatistics", "MeterAt", "ResidentialTerminal", "find_meters"]

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Seconds between attempts to open a line again: doubled after each, up to this."""
MISSES_UNTIL_LOST = 3
"""Requests without answer after which a meter is asked no more in this round."""


@dataclass(frozen=True, slots=True)
class MeterAt:
    """A meter and the line it hangs on."""

    line: str
    """URL of the line without the meter's address, e.g. ``645+tcp://192.0.2.7:10645``."""
    config: MeterConfig
    """The meter."""
    access: Access | None = field(default=None, repr=False)
    """Level and password its relay is operated with; without it the relay is status only."""


@dataclass(slots=True)
class LineStatistics:
    """What happened on one line."""

    polls: int = 0
    """Complete rounds over all meters of the line."""
    requests: int = 0
    answers: int = 0
    timeouts: int = 0
    refusals: int = 0
    checksum_errors: int = 0
    reconnects: int = 0


def _line_of(url: str) -> str:
    """A meter URL without its ``addr`` option: meters on one line share it."""
    parts = urlsplit(url)
    options = [o for o in parts.query.split("&") if o and not o.startswith("addr=")]
    head = url.partition("?")[0]
    return head + ("?" + "&".join(options) if options else "")


async def find_meters(urls: Sequence[str], *, timeout: float = 1.5, access: Access | None = None) -> list[MeterAt]:
    """Meters of meter URLs; one without ``addr`` is asked for its address (a single meter answers).

    With ``access`` the relays of all of them can be operated.

    Raises UsageError for a malformed URL and LinkError when a meter without address is silent.
    """
    found = []
    for url in urls:
        address = parse_meter_url(url).address
        if not address:
            async with await MeterMaster.open(url, timeout=timeout) as master:
                try:
                    address = await master.read_address()
                except LinkTimeoutError:
                    msg = f"{url}: no meter tells its address; give it as ?addr=12 digits"
                    raise LinkError(msg) from None
        found.append(MeterAt(_line_of(url), MeterConfig(address=address), access))
    return found


class ResidentialTerminal:
    """Meters and server together: ``async with ResidentialTerminal(meters) as terminal``."""

    def __init__(
        self,
        meters: Sequence[MeterAt],
        *,
        name: str = "HOME",
        host: str = "127.0.0.1",
        port: int = 10102,
        allow_remote: bool = False,
        poll_seconds: float = 5.0,
        timeout: float = 1.5,
        clock: Callable[[], int] = time.time_ns,
        journal: Callable[[Ied], SqliteJournal | None] | None = None,
        files: FileStore | None = None,
        admission: Admission | None = None,
        clock_tolerance: dt.timedelta = CLOCK_TOLERANCE,
    ) -> None:
        started = Timestamp.from_ns(clock())
        configs = [replace(m.config, operable=m.access is not None) for m in meters]
        self.ied = residential_terminal(name, configs, started=started)
        self.bindings = bind_meters(self.ied, clock_tolerance=clock_tolerance)
        self.server = MmsServer(
            self.ied,
            host=host,
            port=port,
            allow_remote=allow_remote,
            clock=clock,
            journal=journal(self.ied) if journal is not None else None,
            files=files,
            admission=admission,
        )
        self.poll_seconds = poll_seconds
        self.timeout = timeout
        self.clock = clock
        self.lines: dict[str, LineStatistics] = {}
        self.polled = asyncio.Event()
        """Set after the first complete round of every line."""
        self._by_line: dict[str, list[MeterBinding]] = {}
        self._masters: dict[str, MeterMaster] = {}
        for meter in meters:
            binding = self.bindings[meter.config.address]
            self._by_line.setdefault(meter.line, []).append(binding)
            if meter.access is not None:
                relay = RelayOperator(meter.line, binding, meter.access, self._masters, clock)
                self.server.controls.handle(f"{binding.ld_name}/XSWI1.Pos", relay.handler)
        self._lost: dict[str, int] = {}  # rounds in a row in which a meter, by address, answered nothing
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Serve, and start polling."""
        await self.server.start()
        for line, bindings in self._by_line.items():
            self.lines[line] = LineStatistics()
            self._tasks.append(asyncio.create_task(self._run_line(line, bindings)))

    async def close(self) -> None:
        """Stop polling and serving."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.server.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # -- one line --------------------------------------------------------------------------

    async def _run_line(self, line: str, bindings: list[MeterBinding]) -> None:
        pause = FIRST_PAUSE
        statistics = self.lines[line]
        while True:
            try:
                async with await MeterMaster.open(line, timeout=self.timeout) as master:
                    pause = FIRST_PAUSE
                    self._masters[line] = master
                    await self._poll_for_ever(master, bindings, statistics)
            except LinkError as error:
                log.warning("%s; next attempt in %g s", error, pause)
                self._silence(bindings)
                statistics.reconnects += 1
            except Exception:
                log.exception("%s is not read any more", line)  # our own mistake; it must not keep looking good
                self._silence(bindings)
                raise
            finally:
                self._masters.pop(line, None)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _silence(self, bindings: list[MeterBinding]) -> None:
        """The line is gone: nothing behind it can look good any more."""
        now = Timestamp.from_ns(self.clock())
        for binding in bindings:
            for item in binding.poll_list(blocks=True):
                binding.missed(item, at=now)

    async def _poll_for_ever(
        self, master: MeterMaster, bindings: list[MeterBinding], statistics: LineStatistics
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            for binding in bindings:
                await self._round(master, binding, statistics)
            statistics.polls += 1
            if all(s.polls for s in self.lines.values()):
                self.polled.set()
            await asyncio.sleep(max(0.0, began + self.poll_seconds - loop.time()))

    async def _round(self, master: MeterMaster, binding: MeterBinding, statistics: LineStatistics) -> None:
        """Ask one meter for everything, but a meter that has gone only until that is plain: others share its line.

        It is given up for this round when items it used to answer stay without answer before it has answered anything.
        Next time those come first, and the others take turns: a meter may know few items and be silent to the rest.
        """
        lost = self._lost.get(binding.address, 0)
        items = list(binding.poll_list(blocks=True))
        if lost:
            turn = lost * MISSES_UNTIL_LOST % len(items)
            items = sorted(items[turn:] + items[:turn], key=lambda item: not binding.has_answered(item))
        answered, misses = False, 0
        for number, item in enumerate(items, 1):
            if await self._ask(master, binding, item, statistics):
                answered = True
            elif lost or binding.has_answered(item):
                misses += 1
            if misses >= MISSES_UNTIL_LOST and not answered:
                now = Timestamp.from_ns(self.clock())
                for left in items[number:]:
                    binding.missed(left, at=now)
                break
        self._lost[binding.address] = 0 if answered else lost + 1

    async def _ask(self, master: MeterMaster, binding: MeterBinding, item: str, statistics: LineStatistics) -> bool:
        """Ask for one item or block; True when the meter said anything to it."""
        answered = False
        dropped = master.checksum_errors
        statistics.requests += 1
        try:
            readings = await master.read(item, binding.address)
        except LinkTimeoutError:
            statistics.timeouts += 1
            binding.missed(item, at=Timestamp.from_ns(self.clock()))
        except MeterError:
            answered = True
            statistics.refusals += 1
            binding.refused(item, at=Timestamp.from_ns(self.clock()))
        except ProtocolError as error:
            log.info("%s %s: %s", binding.address, item, error)
            binding.missed(item, at=Timestamp.from_ns(self.clock()))
        else:
            answered = True
            statistics.answers += 1
            binding.apply(readings, asked=item)
        dropped = master.checksum_errors - dropped
        if dropped:
            statistics.checksum_errors += dropped
            binding.discard(dropped, at=Timestamp.from_ns(self.clock()))
        return answered
