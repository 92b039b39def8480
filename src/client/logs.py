"""Logs of a server: log control blocks, and what the logs hold, entry by entry.

A log is written ``LD/LN.name`` (or, as MMS has it, ``LD/LN$name``). A query takes its entries in pages as large as a PDU and gives them one by one, so that a
log of a million entries is read in the memory of one page.

Example::

    async for entry in ied.logs.query("HOME/LLN0.EventLog", start=yesterday):
        for value in entry.entries:
            print(entry.time.datetime, value.reference, value.value, value.reasons)
"""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ProtocolError, RemoteError, UsageError
from ..models import parse_reference
from ..protocols.mms import BinaryTime, BitString, ObjectName, TypeSpec
from ..protocols.mms.journals import (
    JournalEntry,
    JournalPage,
    ReadJournal,
    decode_journal_status_response,
    decode_read_journal_response,
    journal_status_request,
    read_journal_request,
)
from ..reading import Timestamp
from .reports import ReportEntry, acsi_reference, reasons_of
from .values import dress

if TYPE_CHECKING:
    from .ied import IedClient

__all__ = ["LogControlStatus", "LogEntry", "Logs", "log_name"]

REASON_CODE = "ReasonCode"
"""Tag of the variable that follows a value and says why it is there."""
FIRST, LAST = BinaryTime(bytes(6)), BinaryTime((86_399_999).to_bytes(4, "big") + b"\xff\xff")
"""Earliest and latest time there is."""

HALF_MILLISECOND = 500_000
"""Fractions of 1/2**24 s stand for the millisecond they are next to."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Moment = dt.datetime | Timestamp
"""A time to query by; logs count milliseconds."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of a log."""

    entry_id: bytes
    """EntryID, 8 octets."""
    time: BinaryTime
    """When it happened; ``.datetime`` is the same as datetime."""
    entries: tuple[ReportEntry, ...]
    """Values with their reasons; a value that could not be decoded is a DecodeError object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogControlStatus:
    """A log control block."""

    enabled: bool
    """It is logging (LogEna)."""
    log: str
    """Where to, ``LD/LN$name`` (LogRef)."""
    data_set: str
    """What, ``LD/LN$name`` (DatSet)."""
    old_time: BinaryTime
    """Time of the oldest entry of the log (OldEntrTm)."""
    new_time: BinaryTime
    """Time of the newest one (NewEntrTm)."""
    old_entry: bytes
    """EntryID of the oldest one (OldEntr)."""
    new_entry: bytes
    """EntryID of the newest one (NewEntr)."""
    trg_ops: BitString
    """What is logged (TrgOps); see :class:`meterwire.models.TrgOps`."""
    intg_pd: int
    """Milliseconds between integrity entries, 0 for none (IntgPd)."""


def log_name(reference: str) -> ObjectName:
    """MMS name of a log ``LD/LN.name``; with ``$`` it is taken as it stands, whatever a server calls its journals.

    UsageError when it is neither.
    """
    domain, _, item = reference.partition("/")
    if "$" in item:
        return ObjectName(item, domain)
    parsed = parse_reference(reference)
    if len(parsed.path) != 2:
        msg = f"{reference} is no log; write e.g. HOME/LLN0.EventLog ('meterwire log' shows them)"
        raise UsageError(msg)
    return ObjectName("$".join(parsed.path), parsed.ld)


def _time(moment: Moment) -> BinaryTime:
    """A time in the milliseconds of logs."""
    if isinstance(moment, Timestamp):
        return BinaryTime.from_ns(moment.ns + HALF_MILLISECOND)
    if moment.tzinfo is None:
        msg = f"{moment} has no time zone: nobody knows when that is"
        raise UsageError(msg)
    return BinaryTime.from_ns((moment - _EPOCH) // dt.timedelta(milliseconds=1) * 1_000_000)


def _order(time: BinaryTime) -> tuple[bytes, bytes]:
    """What sorts times: day, then millisecond."""
    return time.data[4:], time.data[:4]


class Logs:
    """The logs of one association."""

    def __init__(self, ied: "IedClient") -> None:
        self._ied = ied

    # -- directory -------------------------------------------------------------------------

    async def list(self, ld: str) -> tuple[str, ...]:
        """References of the logs of a logical device, ``LD/LN.name``."""
        return await self._ied.directory.logs(ld)

    async def blocks(self, ld: str) -> tuple[str, ...]:
        """References of the log control blocks of a logical device, ``LD/LN.name``."""
        return tuple(f"{ld}/{node}.{name}" for node, name in await self._ied.directory.under(ld, "LG"))

    async def count(self, log: str) -> int:
        """How many entries a log has; RejectError from servers that do not tell (most)."""
        pdu = await self._ied._request(journal_status_request(log_name(log)))
        return decode_journal_status_response(pdu).entries

    # -- control blocks --------------------------------------------------------------------

    async def status(self, block: str) -> LogControlStatus:
        """A log control block, ``LD/LN.name``."""
        found = await self._ied.read(f"{block.removesuffix(' [LG]')} [LG]")
        return LogControlStatus(
            enabled=found["LogEna"],
            log=found["LogRef"],
            data_set=found["DatSet"],
            old_time=found["OldEntrTm"],
            new_time=found["NewEntrTm"],
            old_entry=found["OldEntr"],
            new_entry=found["NewEntr"],
            trg_ops=found["TrgOps"],
            intg_pd=found["IntgPd"],
        )

    async def enable(self, block: str, **settings: Any) -> None:
        """Start logging; ``settings`` are attributes to set before, by their standard names: ``TrgOps=``, ``IntgPd=`` (ms),
        ``DatSet=``, ``LogRef=``. With any of these the block is stopped first, for it takes them only then.
        """
        plain = block.removesuffix(" [LG]")
        if settings:
            await self.disable(plain)
        for name, value in settings.items():
            await self._ied.write(f"{plain}.{name} [LG]", value)
        await self._ied.write(f"{plain}.LogEna [LG]", True)

    async def disable(self, block: str) -> None:
        """Stop logging; what is logged stays."""
        await self._ied.write(f"{block.removesuffix(' [LG]')}.LogEna [LG]", False)

    # -- entries ---------------------------------------------------------------------------

    async def query(
        self,
        log: str,
        *,
        start: Moment | None = None,
        stop: Moment | None = None,
        after: LogEntry | bytes | None = None,
    ) -> AsyncIterator[LogEntry]:
        """Entries of a log, in its order: from ``start`` to ``stop``, both included, or those behind ``after``.

        ``after`` is an entry got before or its EntryID (QueryLogAfter); eight null octets are before the first. Without it the
        entries of a time are asked for (QueryLogByTime), with neither all there are. Raises ServiceError when the server
        has no such log, UsageError for ``start`` together with ``after``.
        """
        if after is not None and start is not None:
            msg = "entries after an entry have no start of their own; give start or after"
            raise UsageError(msg)
        pages = _Pages(log_name(log), start, stop, after)
        types: dict[str, TypeSpec | None] = {}
        while (request := pages.request) is not None:
            page = decode_read_journal_response(await self._ied._request(read_journal_request(request)))
            for entry in pages.take(page):
                yield await self._dress(entry, types)

    async def _dress(self, entry: JournalEntry, types: dict[str, TypeSpec | None]) -> LogEntry:
        """An entry with references, typed values and reasons."""
        values: list[ReportEntry] = []
        for variable in entry.variables:
            if variable.tag == REASON_CODE and values:
                if isinstance(variable.value, BitString):
                    last = values.pop()
                    values.append(ReportEntry(last.reference, last.value, reasons_of(variable.value)))
                continue
            if variable.tag not in types:
                types[variable.tag] = await self._type_of(variable.tag)
            value = dress(variable.value, types[variable.tag])
            values.append(ReportEntry(acsi_reference(variable.tag), value, ()))
        return LogEntry(entry.entry_id, entry.time, tuple(values))

    async def _type_of(self, tag: str) -> TypeSpec | None:
        domain, _, item = tag.partition("/")
        try:
            return await self._ied.directory.type_of(ObjectName(item, domain))
        except (RemoteError, UsageError):  # not in the model any more, or no name at all
            return None


class _Pages:
    """The requests of one query, page by page.

    A server is asked for the same time again, behind the last entry it gave. There are servers (libIEC61850) that then
    begin anew at that entry's time: what was there already is passed over, and when a page brings nothing else, they are
    asked for what is behind the entry, whatever its time, and the time is looked at here.
    """

    def __init__(
        self, name: ObjectName, start: Moment | None, stop: Moment | None, after: LogEntry | bytes | None
    ) -> None:
        self._stop = LAST if stop is None else _time(stop)
        self._known: frozenset[bytes] = frozenset()
        self._is_by_time = after is None
        if after is None:
            first = FIRST if start is None else _time(start)
            request = ReadJournal(name=name, start_time=first, stop_time=self._stop)
        elif isinstance(after, LogEntry):
            request = ReadJournal(name=name, after=(after.time, after.entry_id))
        else:
            request = ReadJournal(name=name, after=(FIRST, after))
        self._first = request
        self.request: ReadJournal | None = request
        """What to ask next; None when there is no more."""

    def take(self, page: JournalPage) -> list[JournalEntry]:
        """The new entries of an answer; prepares the next request."""
        fresh = [entry for entry in page.entries if entry.entry_id not in self._known]
        if not page.more_follows:
            self.request = None
        elif not page.entries:
            msg = "the server says that more entries follow, and gives none"
            raise ProtocolError(msg)
        else:
            if not fresh:
                if not self._is_by_time:
                    msg = "the server gives the same entries of its log again and again"
                    raise ProtocolError(msg)
                self._is_by_time = False
            last = page.entries[-1]
            after = (last.time, last.entry_id)
            first = self._first
            self.request = (
                ReadJournal(name=first.name, start_time=first.start_time, stop_time=first.stop_time, after=after)
                if self._is_by_time
                else ReadJournal(name=first.name, after=after)
            )
            self._known = frozenset(entry.entry_id for entry in page.entries)
        return [entry for entry in fresh if _order(entry.time) <= _order(self._stop)]
