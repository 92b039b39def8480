"""A subscription: the reports of one control block, one after the other, over losses of the association."""

import asyncio
import contextlib
import logging
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import (
    AssociationError,
    DataAccessError,
    DecodeError,
    LinkError,
    LinkTimeoutError,
    MeterwireError,
    RemoteError,
)
from ..models import TrgOps, parse_reference
from ..protocols.mms import BitString, TypeSpec
from ..protocols.mms.services import InformationReport
from .control_block import NULL_ENTRY, UnknownEntryError, disable, find_instances, prepare, release
from .lasting import Backoff
from .reports import Assembler, Report, decode_report, sq_nums_between

if TYPE_CHECKING:
    from .ied import IedClient

__all__ = ["Subscription"]

log = logging.getLogger(__name__)

MAX_QUEUED = 10_000
"""Reports kept for a reader that is busy; older ones are dropped and counted beyond that."""
MAX_REMEMBERED = 10_000
"""EntryIDs remembered, so that a buffer that has to be read from its start again gives nothing twice."""
LONGEST_PAUSE = 5.0
"""Seconds between attempts to get a control block back that the server still keeps for our lost association."""


class Subscription:
    """Reports of one control block: ``async for report in ied.reports(ref)``.

    The control block is configured and enabled at the first step and disabled on leaving
    ``async with``, on ``aclose`` or when the association ends.

    After a new association (``connect(reconnect=True)``) it is taken again: a buffered one goes on behind the last report
    that arrived whole, an unbuffered one is interrogated, for what happened meanwhile nobody kept.
    """

    def __init__(
        self,
        ied: "IedClient",
        reference: str,
        settings: dict[str, Any],
        *,
        resume_from: bytes | None = None,
        resync: bool = True,
        segments: bool = False,
    ) -> None:
        self._ied = ied
        self._settings = settings
        self._resync = resync
        self._segments = segments
        self.reference = reference
        """The control block in use; the free instance once enabled."""
        self.rpt_id = ""
        self.data_set = ""
        """The data set as the server writes it, once enabled."""
        self.is_buffered = False
        """A BRCB, once enabled."""
        self.members: list[tuple[str, TypeSpec | None]] = []
        self.last_entry_id = resume_from
        """EntryID of the last report that arrived whole: where to go on."""
        self.dropped = 0
        """Reports lost because nobody took them."""
        self.duplicates = 0
        """Reports that came again and were left out."""
        self.resyncs = 0
        """How often it was taken again after a lost association."""
        self.gaps = 0
        """How often the server could not go on behind :attr:`last_entry_id`: entries may be missing."""
        self.missed = 0
        """Reports of an unbuffered block that its SqNum has counted and that never came: the server had no room for them, or
        its line was too slow. Always 0 when OptFlds leaves SqNum out."""
        self._sq_num: int | None = None
        self._assembler = Assembler()
        self._remembered: dict[bytes, None] = {}
        self._queue: deque[Report | MeterwireError] = deque()
        self._arrived = asyncio.Event()
        self._taking: asyncio.Task[None] | None = None
        self._started = False
        self._closed = False

    # -- for its user ----------------------------------------------------------------------

    async def start(self) -> None:
        """Configure and enable now rather than at the first step."""
        if not self._started:
            self._started = True
            try:
                await self._take_any()
            except BaseException:
                self._started = False  # the next step tries again instead of waiting for ever
                raise

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Report:
        await self.start()
        while not self._queue:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        report = self.take()
        assert report is not None
        return report

    def take(self) -> Report | None:
        """A report that has arrived already, None when there is none; raises what ended the subscription."""
        if not self._queue:
            return None
        item = self._queue.popleft()
        if isinstance(item, MeterwireError):
            # A report that cannot be read is one report; a lost association is the end.
            self._closed = self._closed or not isinstance(item, DecodeError)
            raise item
        return item

    async def next(self, timeout: float) -> Report:
        """The next report within ``timeout`` seconds, LinkTimeoutError otherwise."""
        try:
            async with asyncio.timeout(timeout):
                return await anext(self)
        except TimeoutError:
            msg = f"no report from {self.reference} within {timeout:g} s"
            raise LinkTimeoutError(msg) from None

    async def interrogate(self) -> None:
        """Ask for a general interrogation: one report with every member."""
        await self.start()
        await self._ied.write(f"{self.reference}.GI", True)

    async def aclose(self) -> None:
        """Disable the control block and stop."""
        if self._started and not self._closed:
            self._closed = True
            self._arrived.set()
            if self._taking is not None:
                self._taking.cancel()
            if self._ied.forget_subscription(self) and self._ied.is_open:
                await disable(self._ied, self.reference, is_buffered=self.is_buffered)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    # -- taking the control block ----------------------------------------------------------

    async def _take_any(self) -> None:
        """Take the first instance that is free; with an entry to go on behind, one that holds it."""
        candidates = await find_instances(self._ied, parse_reference(self.reference))
        resuming = self.last_entry_id not in (None, NULL_ENTRY)
        refusal: MeterwireError | None = None
        for strict in (True, False) if resuming and len(candidates) > 1 else (False,):
            for reference in candidates:
                try:
                    await self._take(reference, strict=strict)
                except (DataAccessError, UnknownEntryError) as error:
                    refusal = error
                    continue
                return
        msg = f"no instance of {self.reference} is free: {refusal}"
        raise LinkError(msg)

    async def _take(self, reference: str, *, strict: bool = False, again: bool = False) -> None:
        ied, asked = self._ied, self.last_entry_id
        taken = await prepare(ied, reference, self._settings, asked, strict=strict)
        self.reference, self.rpt_id = reference, taken.rpt_id
        self.data_set, self.members = taken.data_set, taken.members
        self.is_buffered = taken.is_buffered
        self._assembler.reset()
        self._sq_num = None
        # From here on reports may arrive, even before the answer to the write.
        ied.remember_subscription(self)
        try:
            await ied.write(f"{reference}.RptEna", True)
        except MeterwireError:
            if not again:
                ied.forget_subscription(self)
                await release(ied, reference, is_buffered=taken.is_buffered)
            raise
        if taken.is_buffered and asked is not None and asked != NULL_ENTRY and not taken.is_resumed:
            self.gaps += 1
            told = "%s does not hold the entry %s any more; what is buffered comes, but some may be missing"
            log.warning(told, reference, asked.hex())

    def on_lost(self, error: AssociationError) -> None:
        """The association was lost; a new one may come."""
        if not self._resync:
            self._ied.forget_subscription(self)
            self.on_closed(error)

    def on_restored(self) -> None:
        """There is a new association."""
        if self._taking is not None:
            self._taking.cancel()
        self._taking = asyncio.get_running_loop().create_task(self._take_again())

    async def _take_again(self) -> None:
        backoff = Backoff(LONGEST_PAUSE)
        while not self._closed:
            try:
                await self._take(self.reference, again=True)
            except AssociationError:
                return  # lost once more: the next association starts anew
            except (RemoteError, LinkTimeoutError) as error:
                # Still kept for our lost association, which the server may notice late.
                log.info("%s: %s; trying again", self.reference, error)
                await asyncio.sleep(next(backoff))
            except MeterwireError as error:
                self._put(error)
                return
            else:
                break
        self.resyncs += 1
        log.warning("%s goes on", self.reference)
        if not self.is_buffered:
            await self._interrogate_again()

    async def _interrogate_again(self) -> None:
        with contextlib.suppress(MeterwireError):
            triggers = await self._ied.read(f"{self.reference}.TrgOps")
            if (triggers.value if isinstance(triggers, BitString) else triggers) & TrgOps.GI:
                await self._ied.write(f"{self.reference}.GI", True)

    # -- what arrives ----------------------------------------------------------------------

    def _put(self, item: Report | MeterwireError) -> None:
        if len(self._queue) >= MAX_QUEUED:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(item)
        self._arrived.set()

    def on_report(self, report: InformationReport) -> None:
        """A report with our RptID arrived."""
        try:
            decoded = decode_report(report, self.members)
        except DecodeError as error:
            self._put(error)
            return
        if not self.is_buffered:
            self._count(decoded.sq_num)
        whole = self._assembler.add(decoded)
        if self._segments:
            self._put(decoded)
        for one in whole:
            if self._is_new(one) and not self._segments:
                self._put(one)

    def _count(self, number: int | None) -> None:
        """Take note of a SqNum, and of those that were left out in front of it."""
        last, self._sq_num = self._sq_num, number
        if last is None or number is None or number == last:
            return
        missed = sq_nums_between(last, number)
        if missed and not self.missed:
            log.warning("%s: reports are being lost, their SqNum never came", self.reference)
        self.missed += missed

    def _is_new(self, report: Report) -> bool:
        """Take note of a report's EntryID; False when it was there before."""
        entry = report.entry_id
        if entry is None or entry == NULL_ENTRY or not report.is_complete:
            return True
        if entry in self._remembered:
            self.duplicates += 1
            return False
        self._remembered[entry] = None
        if len(self._remembered) > MAX_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self.last_entry_id = entry
        return True

    def on_closed(self, error: AssociationError | None) -> None:
        """The association ended for good."""
        if self._taking is not None:
            self._taking.cancel()
        self._put(error or AssociationError("the association was released"))
