"""Logs under an image: control blocks as variables, logs as journals, and the services that read them.

A journal's name is that of its log, ``LLN0$EventLog``. An answer takes as many entries as fit into the client's PDU, and
reads no more than these. A query can take the time of a disk, so it runs where its owner says (``aside``): whoever has
a loop gives it a thread.
"""

from collections.abc import Callable, Coroutine, Hashable, Iterator
from typing import Any

from ...acsi.log_control import LogEngine
from ...acsi.log_store import LogMember, LogQuery, LogRecord
from ...acsi.service_event import ServiceEvent
from ...errors import DecodeError, FileError
from ...models import Edition, LogicalDevice
from ...models.control_blocks import LogControl
from ...models.enums import ServiceNameKind, ServiceStatusKind
from ...protocols.mms import BinaryTime, ObjectName, Pdu, Service
from ...protocols.mms import data as mms
from ...protocols.mms.journals import (
    JournalStatus,
    ReadJournal,
    decode_journal_status_request,
    decode_read_journal_request,
    encode_entry,
    encode_variable,
    journal_status_response,
    read_journal_response,
)
from ...protocols.mms.pdu import (
    ACCESS_CLASS,
    CAPABILITY_UNAVAILABLE,
    OBJECT_NON_EXISTENT,
    OTHER,
    OTHERS_CLASS,
    RESOURCE_CLASS,
)
from .answering import Asker, Handler, Result
from .image import MmsImage
from .variables import data_object_variable, fc_group

__all__ = ["JournalServices", "Work"]

ENVELOPE = 40
"""Octets of a PDU around the entries."""
ENTRY_ID_OCTETS = 8
REASON_CODE = "ReasonCode"
MS = 1_000_000

Work = Callable[[Callable[[], Result]], Coroutine[Any, Any, Result]]
"""Runs something that may wait for a disk where it holds up nobody, and gives its result."""


class JournalServices:
    """Logs of one server: makes them for every logical device, and answers for them."""

    def __init__(self, engine: LogEngine, image: MmsImage, aside: Work | None = None) -> None:
        self._engine = engine
        self._image = image
        self._aside = aside
        self._reason_bits = 6 if image.ied.edition is Edition.ED1 else 7
        for device in image.ied.children.values():
            self._add_logs(device)
        for device in image.ied.children.values():
            self._add_blocks(device)

    # -- the model -------------------------------------------------------------------------

    def device_came(self, device: LogicalDevice) -> None:
        """A logical device is there."""
        self._add_logs(device)
        self._add_blocks(device)
        self._engine.device_came()

    def device_gone(self, device: str) -> None:
        """A logical device went."""
        self._engine.device_gone(device)

    def _add_logs(self, device: LogicalDevice) -> None:
        for node in device.children.values():
            for name in node.logs:
                self._add_log(f"{node.reference}${name}")
            for declaration in node.control_blocks.values():
                if isinstance(declaration, LogControl) and declaration.log:
                    self._add_log(declaration.log)

    def _add_log(self, reference: str) -> None:
        domain, _, item = reference.partition("/")
        if domain in self._image.domains:  # a log of a device that is away comes with it
            self._engine.add_log(reference)
            self._image.domains[domain].journals.add(item)
            self._image.domains[domain].lists.clear()

    def _add_blocks(self, device: LogicalDevice) -> None:
        domain = self._image.domains[device.name]
        for node in device.children.values():
            for declaration in node.control_blocks.values():
                if isinstance(declaration, LogControl):
                    block = self._engine.declare(declaration, node)
                    variable = data_object_variable(block.object, "LG")
                    assert variable is not None
                    variable.handler = block
                    fc_group(domain.nodes[node.name], "LG").add(variable)
        domain.lists.clear()

    # -- services --------------------------------------------------------------------------

    @property
    def handlers(self) -> dict[int, Handler]:
        """Handlers by service tag."""
        return {Service.READ_JOURNAL: self._read, Service.REPORT_JOURNAL_STATUS: self._status}

    def _find(self, name: ObjectName) -> str | None:
        reference = str(name)
        return reference if name.domain is not None and reference in self._engine.logs else None

    def _when_idle(self, work: Callable[[], Result]) -> Result | Coroutine[Any, Any, Result]:
        return work() if self._aside is None else self._aside(work)

    def _status(self, pdu: Pdu, asker: Asker) -> Result | Coroutine[Any, Any, Result]:
        del asker
        log = self._find(decode_journal_status_request(pdu.data, pdu.start, pdu.stop))
        if log is None:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        return self._when_idle(lambda: journal_status_response(JournalStatus(self._count(log), is_deletable=False)))

    def _count(self, log: str) -> int:
        store = self._engine.store
        with store.reading(log, LogQuery()):  # what is on its way to the disk counts as well
            return store.bounds(log).count

    def _read(self, pdu: Pdu, asker: Asker) -> Result | Coroutine[Any, Any, Result]:
        request = decode_read_journal_request(pdu.data, pdu.start, pdu.stop)
        query = _query(request)
        log = self._find(request.name)
        self._tell(request, asker.key, found=log is not None)
        if log is None:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        keep_from, room = self._engine.keep_from, asker.max_pdu - ENVELOPE
        return self._when_idle(lambda: self._page(log, query, request, keep_from, room))

    def _page(self, log: str, query: LogQuery, request: ReadJournal, keep_from: int, room: int) -> Result:
        """The entries of one answer."""
        entries: list[bytes] = []
        more = False
        try:
            with self._engine.store.reading(log, query) as records:
                for record in _wanted(records, request, keep_from):
                    entry = self._entry(record)
                    room -= len(entry)
                    more = room < 0 or len(entries) == request.count
                    if more:
                        break
                    entries.append(entry)
        except FileError:
            return OTHERS_CLASS, OTHER
        if more and room < 0 and not entries:
            return RESOURCE_CLASS, CAPABILITY_UNAVAILABLE  # an entry beyond the client's PDU: it never got any further
        return read_journal_response(entries, more_follows=more and len(entries) != request.count)

    def _entry(self, record: LogRecord) -> bytes:
        variables = []
        for reference, reason, value in record.members:
            variables.append(encode_variable(reference, value))
            if reason:
                # Six bits in Edition 1; a seventh, application-trigger, stands behind them in Edition 2.
                code = mms.encode_bits(reason << self._reason_bits - 6, self._reason_bits)
                variables.append(encode_variable(REASON_CODE, code))
        time = BinaryTime.from_ns(record.time_ms * MS)
        return encode_entry(record.entry_id.to_bytes(ENTRY_ID_OCTETS), time, b"".join(variables))

    def _tell(self, request: ReadJournal, client: Hashable, *, found: bool) -> None:
        sink = self._engine.on_service
        if sink is not None:
            is_after = request.after is not None and request.start_time is None and request.stop_time is None
            service = ServiceNameKind.QueryLogAfter if is_after else ServiceNameKind.QueryLogByTime
            error = ServiceStatusKind.no_error if found else ServiceStatusKind.instance_not_available
            sink(ServiceEvent(service, str(request.name).replace("$", "."), client, error))


def _wanted(records: Iterator[LogRecord], request: ReadJournal, keep_from: int) -> Iterator[LogRecord]:
    """Entries that are not too old, with the variables that were asked for; without any of these none at all."""
    tags = frozenset(request.tags)
    for record in records:
        if record.time_ms < keep_from:
            continue
        if tags:
            members: tuple[LogMember, ...] = tuple(member for member in record.members if member[0] in tags)
            if not members:
                continue
            record = LogRecord(record.entry_id, record.time_ms, members)
        yield record


def _query(request: ReadJournal) -> LogQuery:
    """What a request asks the store for; DecodeError for what 8-1 does not have."""
    if request.count is not None and request.count < 1:
        msg = f"journal read backwards ({request.count} entries)"
        raise DecodeError(msg)
    start = None if request.start_time is None else _ms(request.start_time)
    stop = None if request.stop_time is None else _ms(request.stop_time)
    if request.after is not None:
        time, entry_id = request.after
        return LogQuery(start=start, stop=stop, after=_number(entry_id), after_time=_ms(time))
    if request.start_entry is not None:
        if stop is not None:
            msg = "journal read from an entry to a time"
            raise DecodeError(msg)
        return LogQuery(after=_number(request.start_entry) - 1)
    return LogQuery(start=start, stop=stop)


def _ms(time: BinaryTime) -> int:
    ms = time.ms
    if ms is None:
        msg = "a time without a day"
        raise DecodeError(msg)
    return ms


def _number(entry_id: bytes) -> int:
    if len(entry_id) != ENTRY_ID_OCTETS:
        msg = f"EntryID of {len(entry_id)} octets"
        raise DecodeError(msg)
    # The store counts with signed numbers; an EntryID beyond them is behind every entry there is.
    return min(int.from_bytes(entry_id), (1 << 63) - 1)
