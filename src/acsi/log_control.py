"""Logging (IEC 61850-7-2, LCB): control blocks that write what happens to their data sets into logs.

What makes an entry is what makes a report: a change with a reason in TrgOps, or an integrity scan. There is no
general interrogation, no reservation, and no sequence number; any client may stop and configure a block, and it
goes on with its configuration after a restart of the server. A block logs while it is enabled, whether or not anybody is
connected.

An entry larger than :data:`ENTRY_OCTETS` becomes several, of the same time, so that clients with small PDUs can read it.
"""

import itertools
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..models import DataAttribute, DataObject, Ied, LogicalNode, TrgOps, basic_type
from ..models.control_blocks import LogControl
from ..models.enums import ServiceNameKind
from ..protocols.mms import BinaryTime
from .log_store import LogBounds, LogLimits, LogMember, LogRecord, LogStore
from .report_control import MAX_BUF_TM, MIN_INTG_PD, MS, Access, Included, Member
from .service_event import ServiceEvent, ServiceSink, status_of
from .watch import Watch, Watches

__all__ = ["ENTRY_OCTETS", "Log", "LogControlBlock", "LogEngine"]

ENTRY_OCTETS = 16_000
"""Octets of values and references of one entry; a single value beyond it stands alone."""
MEMBER_OCTETS = 16
"""What a member of an entry takes beside its value and reference."""

ATTRIBUTES = (
    ("LogEna", "BOOLEAN"),
    ("LogRef", "ObjRef"),
    ("DatSet", "ObjRef"),
    ("OldEntrTm", "EntryTime"),
    ("NewEntrTm", "EntryTime"),
    ("OldEntr", "EntryID"),
    ("NewEntr", "EntryID"),
    ("TrgOps", "TrgOps"),
    ("IntgPd", "INT32U"),
)
"""Attributes in the order of 8-1."""
READ_ONLY = frozenset(("OldEntrTm", "NewEntrTm", "OldEntr", "NewEntr"))
_TRACKED = {"OldEntr": "oldEnt", "NewEntr": "newEnt"}
"""Attributes whose names in the tracking CDC are others than with a small letter."""


@dataclass(slots=True)
class Log:
    """One log of the server."""

    reference: str
    """``LD/LN$name``."""
    last_id: int
    """Highest EntryID given away, or a number above all that were before the start."""
    bounds: LogBounds
    """What it holds, with what is still on its way to the disk."""


class LogControlBlock:
    """One log control block."""

    def __init__(self, engine: "LogEngine", declaration: LogControl, node: LogicalNode) -> None:
        self.engine = engine
        self.node = node.reference
        self.name = declaration.name
        self.reference = f"{node.reference}.{declaration.name}"
        self.object = DataObject(declaration.name, "LCB")
        for attribute, type_name in ATTRIBUTES:
            self.object.add(DataAttribute(attribute, "LG", basic_type(type_name)))
        self._put("LogRef", declaration.log)
        self._put("DatSet", f"{node.reference}${declaration.data_set}" if declaration.data_set else "")
        self._put("TrgOps", declaration.trg_ops & ~TrgOps.GI)
        self._put("IntgPd", declaration.intg_pd)
        self.members: tuple[Member, ...] = ()
        self._buf_tm = min(declaration.buf_tm, MAX_BUF_TM)
        self._reasons = declaration.reason_code
        self._fixed = declaration.fixed
        self._watch: Watch | None = None
        self._pending: dict[int, tuple[int, bytes]] = {}
        self._pending_since = 0
        self._flush_at: int | None = None
        self._integrity_at: int | None = None
        self.show()
        if declaration.enabled:
            self._enable()

    def __getitem__(self, attribute: str) -> Any:
        """The value of an attribute, e.g. ``block["LogEna"]``."""
        return self.object.children[attribute].value

    def _put(self, attribute: str, value: Any) -> None:
        self.object.children[attribute].put(value)

    # -- what a client does ----------------------------------------------------------------

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """Write one attribute; None, or the error code of the refusal."""
        refused = self._write(attribute, value)
        sink = self.engine.on_service
        if sink is not None:
            values = {_TRACKED.get(n, n[0].lower() + n[1:]): leaf.value for n, leaf in self.object.children.items()}
            values["datSet"] = values["datSet"].replace("$", ".")
            values["logRef"] = values["logRef"].replace("$", ".")
            sink(ServiceEvent(ServiceNameKind.SetLCBValues, self.reference, client, status_of(refused), values))
        return refused

    def _write(self, attribute: str, value: Any) -> int | None:
        if attribute in READ_ONLY or attribute in self._fixed:
            return Access.ACCESS_DENIED
        if attribute == "LogEna":
            return self._enable() if value else self._disable()
        if self["LogEna"]:
            return Access.TEMPORARILY_UNAVAILABLE
        if attribute == "DatSet" and value and (value.startswith("@") or self.engine.resolve(value) is None):
            return Access.VALUE_INVALID
        if attribute == "LogRef" and value and value not in self.engine.logs:
            return Access.VALUE_INVALID
        if attribute == "IntgPd" and 0 < value < MIN_INTG_PD:
            return Access.VALUE_INVALID
        if attribute == "TrgOps":
            value &= TrgOps.DCHG | TrgOps.QCHG | TrgOps.DUPD | TrgOps.INTEGRITY
        self._put(attribute, value)
        if attribute == "LogRef":
            self.show()
        return None

    def _enable(self) -> int | None:
        if self["LogEna"]:
            return None
        if self["LogRef"] not in self.engine.logs or not self.watch():
            return Access.ATTRIBUTE_INCONSISTENT
        self._put("LogEna", True)
        return None

    def _disable(self) -> int | None:
        self.close()
        self._put("LogEna", False)
        return None

    def close(self) -> None:
        """Log what was gathered, and let go of the model."""
        self._flush()
        self.ignore()

    # -- what the model does ---------------------------------------------------------------

    def watch(self) -> bool:
        """Listen to the members of the data set; False when there are none."""
        members = self.engine.resolve(self["DatSet"]) if self["DatSet"] else None
        self.members = members or ()
        if not members:
            return False
        wanted = self["TrgOps"] & (TrgOps.DCHG | TrgOps.QCHG | TrgOps.DUPD)
        if wanted:
            self._watch = self.engine.watches.join(self, members, wanted)
        if self["IntgPd"] and self["TrgOps"] & TrgOps.INTEGRITY:
            self._integrity_at = self.engine.clock() + self["IntgPd"] * MS
            self.engine.schedule()
        return True

    def ignore(self) -> None:
        """Let go of the members."""
        if self._watch is not None:
            self.engine.watches.leave(self._watch, self)
            self._watch = None
        self._pending.clear()
        self._flush_at = self._integrity_at = None
        self.members = ()

    def changed(self, entries: Included, time_ns: int) -> None:
        """Members changed in one transaction, which is over; these are their values."""
        if not self._buf_tm:
            self._log(entries, time_ns)
            return
        if any(index in self._pending for index, _, _ in entries):
            self._flush()
        if not self._pending:
            self._pending_since = time_ns
            self._flush_at = self.engine.clock() + self._buf_tm * MS
            self.engine.schedule()
        for index, reason, value in entries:
            self._pending[index] = (reason, value)

    def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        self._flush_at = None
        if pending:
            self._log(tuple((i, r, v) for i, (r, v) in sorted(pending.items())), self._pending_since)

    def _log(self, entries: Included, time_ns: int) -> None:
        shown = self._reasons
        members = [(self.members[i].reference, reason if shown else 0, value) for i, reason, value in entries]
        for part in _parts(members):
            self.engine.append(self["LogRef"], part, time_ns)

    def show(self) -> None:
        """The log has got other bounds."""
        log = self.engine.logs.get(self["LogRef"])
        bounds = log.bounds if log is not None else LogBounds()
        self._put("OldEntrTm", _entry_time(bounds.old_time, bounds.old_entry))
        self._put("NewEntrTm", _entry_time(bounds.new_time, bounds.new_entry))
        self._put("OldEntr", bounds.old_entry.to_bytes(8))
        self._put("NewEntr", bounds.new_entry.to_bytes(8))

    # -- what time does --------------------------------------------------------------------

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work, ns."""
        return min((due for due in (self._flush_at, self._integrity_at) if due is not None), default=None)

    def poll(self, now: int) -> None:
        """Do what is due."""
        if self._flush_at is not None and now >= self._flush_at:
            self._flush()
        if self._integrity_at is not None and now >= self._integrity_at:
            self._flush()
            scan = tuple((i, int(TrgOps.INTEGRITY), member.snapshot()) for i, member in enumerate(self.members))
            self._log(scan, self.engine.wall())
            period = self["IntgPd"] * MS
            # A server that was held up skips missed scans instead of making them all at once.
            self._integrity_at += ((now - self._integrity_at) // period + 1) * period


class LogEngine:
    """All logs and log control blocks of one server.

    ``clock`` (ns, any origin, never set back) decides when something is due; ``wall`` (ns since 1970, the same clock when
    not given) dates the entries. ``resolve`` gives the members of a data set ``LD/LN$name``. ``store`` keeps the entries,
    ``limits`` bound each log.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        clock: Callable[[], int],
        wall: Callable[[], int] | None = None,
        resolve: Callable[[str], tuple[Member, ...] | None],
        on_schedule: Callable[[], None] | None = None,
        store: LogStore,
        limits: LogLimits | None = None,
    ) -> None:
        self.clock = clock
        self.wall = wall or clock
        self.resolve = resolve
        self.schedule: Callable[[], None] = on_schedule or (lambda: None)
        self.store = store
        self.limits = limits or LogLimits()
        self.watches = Watches(ied, self.wall)
        self.on_service: ServiceSink | None = None
        """Who tracks services."""
        self.logs: dict[str, Log] = {}
        """Logs by reference."""
        self.blocks: list[LogControlBlock] = []

    # -- logs and blocks -------------------------------------------------------------------

    def add_log(self, reference: str) -> Log:
        """Make a log, unless it is there."""
        log = self.logs.get(reference)
        if log is None:
            # From the time of day on: the last ones before a crash may have been shown, and not have reached the disk.
            last_id = max(self.store.open(reference), self.wall())
            log = self.logs[reference] = Log(reference, last_id, self.store.bounds(reference))
        return log

    def declare(self, declaration: LogControl, node: LogicalNode) -> LogControlBlock:
        """Create a control block; its log must have been made."""
        block = LogControlBlock(self, declaration, node)
        self.blocks.append(block)
        return block

    def device_gone(self, device: str) -> None:
        """A logical device went, its blocks and logs with it; blocks elsewhere do not log what is left of a data set."""
        here = f"{device}/"
        for block in list(self.blocks):
            if block.reference.startswith(here):
                self.blocks.remove(block)
                block.ignore()
            elif any(member.reference.startswith(here) for member in block.members):
                block.ignore()
        self.logs = {name: log for name, log in self.logs.items() if not name.startswith(here)}

    def device_came(self) -> None:
        """A logical device came: blocks whose data set is whole again log it."""
        for block in self.blocks:
            if block["LogEna"] and not block.members:
                block.watch()

    def uses(self, data_set: str, client: Hashable = None) -> bool:
        """Is a data set (``LD/LN$name``) the one of a control block? Then it must stay."""
        del client
        return any(block["DatSet"] == data_set for block in self.blocks)

    # -- entries ---------------------------------------------------------------------------

    @property
    def keep_from(self) -> int:
        """Entries before this time (ms since 1970) are too old."""
        age = self.limits.age_seconds
        return 0 if age is None else max(0, self.wall() // MS - int(age * 1000))

    def append(self, reference: str, members: tuple[LogMember, ...], time_ns: int) -> None:
        """Write an entry into a log; into one that is gone with its device, nothing."""
        log = self.logs.get(reference)
        if log is None:
            return
        log.last_id += 1
        record = LogRecord(log.last_id, time_ns // MS, members)
        self.store.append(reference, record, self.keep_from)
        known = log.bounds
        first = (known.old_entry, known.old_time) if known.old_entry else (record.entry_id, record.time_ms)
        log.bounds = LogBounds(known.count + 1, *first, record.entry_id, record.time_ms)
        self._show(log)

    def refresh(self) -> None:
        """The store has changed: old entries may have gone."""
        for log in self.logs.values():
            kept = self.store.bounds(log.reference)
            if kept.old_entry > log.bounds.old_entry:
                log.bounds = replace(log.bounds, old_entry=kept.old_entry, old_time=kept.old_time)
                self._show(log)

    def _show(self, log: Log) -> None:
        for block in self.blocks:
            if block["LogRef"] == log.reference:
                block.show()

    # -- time and clients ------------------------------------------------------------------

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work, ns."""
        return min((due for block in self.blocks if (due := block.deadline) is not None), default=None)

    def poll(self) -> None:
        """Do what is due: integrity scans, entries that were gathered."""
        now = self.clock()
        for block in self.blocks:
            block.poll(now)

    def client_gone(self, client: Hashable) -> None:
        """Logging goes on without clients."""

    def close(self) -> None:
        """Let go of the model."""
        for block in self.blocks:
            block.close()
        self.watches.close()


def _entry_time(time_ms: int, entry_id: int) -> bytes:
    return BinaryTime.from_ns(time_ms * MS).data if entry_id else bytes(6)


def _parts(members: list[LogMember]) -> Iterator[tuple[LogMember, ...]]:
    """Members in pieces of :data:`ENTRY_OCTETS`."""
    sizes = itertools.accumulate(len(name) + len(value) + MEMBER_OCTETS for name, _, value in members)
    part: list[LogMember] = []
    begin = end = 0
    for member, size in zip(members, sizes, strict=True):
        if part and size - begin > ENTRY_OCTETS:
            yield tuple(part)
            part, begin = [], end
        part.append(member)
        end = size
    yield tuple(part)
