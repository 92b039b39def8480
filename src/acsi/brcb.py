"""Buffered report control block (IEC 61850-7-2, BRCB): what happens while nobody listens is kept.

It watches its data set from the moment it has one. Every set of values becomes an entry of the buffer; while the block is
enabled, entries leave in their order as soon as the journal has them for good and the client's line has room.

What a client gets after enabling
- EntryID written before: everything after that entry. BufOvfl is false unless something had to go since then.
- EntryID null or not written: the whole buffer. The first report says BufOvfl, for nobody can tell what was before it.
- An EntryID that is not in the buffer is refused (ED1: taken, and the whole buffer is sent, with BufOvfl).

A new general interrogation replaces the one before it in the buffer. PurgeBuf, and a change of RptID, DatSet, BufTm,
TrgOps or IntgPd, empty it; writing the value that is there already changes nothing.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from ..errors import UsageError
from ..models import Edition, ReportControl, TrgOps
from ..models.enums import ServiceNameKind
from ..protocols.mms import BinaryTime
from .buffer import EntryBuffer
from .journal import Entry, EntryKind, Stored, fingerprint
from .report_control import Access, Included, Member, Report, ReportControlBlock, State

__all__ = ["BufferedReportControl"]

_S = State
TRANSITIONS: dict[tuple[State, str], State] = {
    (_S.FREE, "reserve"): _S.RESERVED,
    (_S.FREE, "enable"): _S.ENABLED,
    (_S.RESERVED, "reserve"): _S.RESERVED,
    (_S.RESERVED, "release"): _S.FREE,
    (_S.RESERVED, "enable"): _S.ENABLED,
    (_S.RESERVED, "lost"): _S.FREE,
    (_S.RESERVED, "vanish"): _S.LOST,
    (_S.ENABLED, "disable"): _S.RESERVED,
    (_S.ENABLED, "stop"): _S.FREE,
    (_S.ENABLED, "lost"): _S.FREE,
    (_S.ENABLED, "vanish"): _S.LOST,
    (_S.LOST, "return"): _S.RESERVED,
    (_S.LOST, "expire"): _S.FREE,
}
"""What can happen to a BRCB. A client without reservation in ResvTms stops and is lost, one with it disables and vanishes."""

SQ_NUM_MODULUS = 1 << 16
"""SqNum of a BRCB is INT16U."""
IMPLICIT_RESV_TMS = 10
"""Seconds a block stays reserved for a vanished client that used it without writing ResvTms."""
CONFIGURED = -1
"""ResvTms of a block that is kept for a client by configuration."""
NULL_ENTRY = bytes(8)
SECOND = 1_000_000_000
PURGING = frozenset(("RptID", "DatSet", "BufTm", "TrgOps", "IntgPd"))
"""Attributes whose change makes the buffered entries meaningless."""
SETTINGS = ("RptID", "DatSet", "ConfRev", "OptFlds", "BufTm", "TrgOps", "IntgPd")
"""Attributes that survive a restart together with the entries they belong to."""


class BufferedReportControl(ReportControlBlock):
    """One BRCB instance."""

    fc = "BR"
    cdc = "BRCB"
    service = ServiceNameKind.SetBRCBValues
    tracking_cdc = "BTS"
    attributes = (
        ("RptID", "VisString129"),
        ("RptEna", "BOOLEAN"),
        ("DatSet", "ObjRef"),
        ("ConfRev", "INT32U"),
        ("OptFlds", "OptFlds"),
        ("BufTm", "INT32U"),
        ("SqNum", "INT16U"),
        ("TrgOps", "TrgOps"),
        ("IntgPd", "INT32U"),
        ("GI", "BOOLEAN"),
        ("PurgeBuf", "BOOLEAN"),
        ("EntryID", "EntryID"),
        ("TimeofEntry", "EntryTime"),
        ("ResvTms", "INT16"),
    )
    read_only = frozenset(("ConfRev", "SqNum", "Owner", "TimeofEntry"))
    reservation = "ResvTms"
    transitions = TRANSITIONS
    sq_num_modulus = SQ_NUM_MODULUS
    opt_flds_mask = 0b0111111111

    def __init__(
        self,
        engine: Any,
        declaration: ReportControl,
        name: str,
        reference: str,
        data_set: str,
        reserved_for: bytes = b"",
    ) -> None:
        super().__init__(engine, declaration, name, reference, data_set, reserved_for)
        self.buffer = EntryBuffer(engine.limits)
        """Entries, sent and unsent."""
        self._overflow = True
        self._resumed = False
        self._expire_at: int | None = None
        self._last_address = b""
        self._declared = fingerprint((declaration.rpt_id, data_set, declaration.conf_rev))
        if reserved_for and self._has_resv_tms:
            self._put("ResvTms", CONFIGURED)
        self._restore()
        self.watch()

    def _rows(self, declaration: ReportControl) -> tuple[tuple[str, str], ...]:
        rows = super()._rows(declaration)
        if self.edition is Edition.ED2_1 or (declaration.resv_tms and self.edition is Edition.ED2):
            return rows
        return tuple(row for row in rows if row[0] != "ResvTms")

    @property
    def _has_resv_tms(self) -> bool:
        return "ResvTms" in self.object.children

    # -- reservation -----------------------------------------------------------------------

    def _admit(self, client: Hashable, attribute: str) -> int | None:
        if self.state is State.LOST:
            if self.engine.identity(client) != self._last_address:
                return Access.TEMPORARILY_UNAVAILABLE
            self._move("return", client)
        return super()._admit(client, attribute)

    def _write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """In ED2 a successful write to a free block reserves it."""
        refused = super()._write(client, attribute, value)
        if refused is None and self.state is State.FREE and attribute != "ResvTms" and self._has_resv_tms:
            self._move("reserve", client)
            self._reserve_implicitly()
        return refused

    def _reserve_implicitly(self) -> None:
        if self._has_resv_tms and self["ResvTms"] == 0:
            self._put("ResvTms", IMPLICIT_RESV_TMS)

    def _reserve(self, client: Hashable, value: Any) -> int | None:
        if not self._has_resv_tms:
            return Access.ACCESS_DENIED
        if self.state is State.ENABLED:
            return Access.TEMPORARILY_UNAVAILABLE
        if self["ResvTms"] == CONFIGURED:
            # Before Edition 2.1 such a block is the client's already, and ResvTms is not his to write.
            return self._move("reserve", client) if self.edition is Edition.ED2_1 else Access.ACCESS_DENIED
        if value < 0:
            return Access.VALUE_INVALID
        refused = self._move("reserve" if value else "release", client)
        if refused is None:
            self._put("ResvTms", value)
        return refused

    def client_gone(self, client: Hashable) -> None:
        """The client's association ended; its reservation lasts for ResvTms seconds."""
        if self.client != client or client is None:
            return
        if self.state is State.ENABLED:
            self._disabled()
        seconds = self["ResvTms"] if self._has_resv_tms else 0
        self._last_address = self.engine.identity(client)
        if seconds > 0:
            self._move("vanish")
            self._expire_at = self.engine.clock() + seconds * SECOND
            self.engine.wake(self._expire_at, self)
        else:
            self._move("lost")
        self.tell(ServiceNameKind.InternalChange, None, None, {})

    def _moved(self) -> None:
        if self.state is not State.LOST:
            self._expire_at = None
        if self.state is State.FREE and self._has_resv_tms and self["ResvTms"] > 0:
            self._put("ResvTms", 0)

    # -- configuration ---------------------------------------------------------------------

    def _configure(self, attribute: str, value: Any) -> int | None:
        if attribute == "EntryID":
            return self._resume(value)
        if attribute == "DatSet" and value.startswith("@"):
            return Access.VALUE_INVALID  # it ends with its association, and the buffer does not
        if attribute == "PurgeBuf":
            if value:
                self._purge()
            return None
        before = self[attribute]
        refused = super()._configure(attribute, value)
        if refused is None and self[attribute] != before:
            if attribute in PURGING:
                self._start_anew()
            else:
                self._define()
        return refused

    def _start_anew(self) -> None:
        """The entries mean nothing any more."""
        self._ignore()
        self._purge()
        self.watch()

    def _resume(self, value: bytes) -> int | None:
        if len(value) != len(NULL_ENTRY):
            return Access.VALUE_INVALID
        self._resumed = False
        if value == NULL_ENTRY:
            self.buffer.rewind()
        elif self.buffer.resume(int.from_bytes(value)):
            self._resumed, self._overflow = True, False
        elif self.edition is not Edition.ED1:
            return Access.VALUE_INVALID
        self._put("EntryID", value)
        return None

    def _purge(self) -> None:
        self._pending.clear()
        self._flush_at = None
        self.buffer.clear()
        self._resumed = False
        self._put("EntryID", NULL_ENTRY)
        if self.engine.journal is not None:
            self.engine.journal.purge(self.reference)
            self._define()

    def watch(self) -> None:
        """Buffer what the data set does from now on."""
        self.members = (self.engine.resolve(self["DatSet"]) or ()) if self["DatSet"] else ()
        self._listen()

    def _enabled(self, members: tuple[Member, ...]) -> None:
        if [m.reference for m in members] != [m.reference for m in self.members]:
            # A data set that was deleted and defined anew under its old name.
            self._start_anew()
        self._reserve_implicitly()
        if not self._resumed:
            self.buffer.rewind()
            self._overflow = True
        self._resumed = False
        self.pump()

    def _disable(self) -> int | None:
        if self.state is State.ENABLED and not self._has_resv_tms:
            self._disabled()
            return self._move("stop")
        return super()._disable()

    def _disabled(self) -> None:
        self._show(self.buffer.newest)

    # -- entries ---------------------------------------------------------------------------

    def _emit(self, entries: Included, time_ns: int, scan: int) -> None:
        kind = {TrgOps.GI: EntryKind.GI, TrgOps.INTEGRITY: EntryKind.INTEGRITY}.get(scan, EntryKind.EVENT)
        journal = self.engine.journal
        if kind is EntryKind.GI:
            for entry_id in self.buffer.discard_interrogations():
                if journal is not None:
                    journal.discard(self.reference, entry_id)
        entry = Entry(entry_id=self.engine.next_entry_id(), time_ns=time_ns, kind=kind, members=entries)
        gone, lost = self.buffer.append(entry)
        self._overflow = self._overflow or lost
        if journal is not None:
            journal.append(self.reference, entry)
            if gone:
                journal.trim(self.reference, gone)
        if self.state is State.ENABLED:
            self.pump()
        elif not self._resumed:
            self._show(entry)

    def pump(self) -> None:
        """Send what is waiting, as far as the journal and the client's line allow."""
        journal = self.engine.journal
        while self.state is State.ENABLED:
            entry = self.buffer.waiting
            if entry is None or (journal is not None and entry.entry_id > journal.durable):
                return
            report = Report(
                control=self,
                client=self.client,
                entries=entry.members,
                sq_num=self._sq_num,
                time_ns=entry.time_ns,
                entry_id=entry.entry_id,
                buf_ovfl=self._overflow,
            )
            if self.engine.deliver(report) is False:
                return
            self.buffer.sent()
            self._overflow = False
            self._next_sq_num()
            self._show(entry)

    def _show(self, entry: Entry | None) -> None:
        """EntryID and TimeofEntry: the last entry sent while enabled, the newest one otherwise (7-2)."""
        if entry is not None:
            self._put("EntryID", entry.entry_id.to_bytes(8))
            self._put("TimeofEntry", BinaryTime.from_ns(entry.time_ns).data)

    # -- what survives ---------------------------------------------------------------------

    def _defined(self) -> str:
        members = self.engine.resolve(self["DatSet"]) if self["DatSet"] else None
        return fingerprint((self["DatSet"], self["ConfRev"], *(member.reference for member in members or ())))

    def _define(self) -> None:
        if self.engine.journal is not None:
            self.engine.journal.define(self.reference, self._stored())

    def _stored(self) -> Stored:
        settings = {name: self[name] for name in SETTINGS}
        last_id = self.engine.last_entry_id
        return Stored(declared=self._declared, defined=self._defined(), settings=settings, last_id=last_id)

    def _restore(self) -> None:
        """Take settings and entries back from the journal, unless they belong to another definition."""
        journal = self.engine.journal
        if journal is None:
            return
        stored = journal.load(self.reference)
        if stored is None:
            self._define()
            return
        self.engine.raise_entry_id(max((stored.last_id, *(entry.entry_id for entry in stored.entries))))
        if self._adopt(stored):
            for entry in stored.entries:
                self.buffer.restore(entry)
            self._show(self.buffer.newest)
            return
        journal.purge(self.reference)
        self._define()
        if stored.entries:
            count = len(stored.entries)
            self.engine.notice(f"{self.reference}: data set or ConfRev changed, {count} buffered entries dropped")

    def _adopt(self, stored: Stored) -> bool:
        """Take the settings over if the declaration is still the one they were made for."""
        if stored.declared != self._declared:
            return False
        declared = {name: self[name] for name in SETTINGS}
        try:
            for name, value in stored.settings.items():
                self._put(name, value)
        except (UsageError, KeyError):
            pass  # not what we wrote: as good as another definition
        else:
            if stored.defined == self._defined():
                return True
        for name, value in declared.items():
            self._put(name, value)
        return False

    # -- time ------------------------------------------------------------------------------

    def timers(self) -> Iterator[int]:
        """Moments at which :meth:`poll` has something to do."""
        yield from super().timers()
        if self._expire_at is not None:
            yield self._expire_at

    def poll(self, now: int) -> None:
        """Do what is due."""
        super().poll(now)
        if self._expire_at is not None and now >= self._expire_at:
            self._move("expire")
            self.tell(ServiceNameKind.InternalChange, None, None, {})

    def close(self) -> None:
        """Keep what is pending, and let go of the model."""
        self._flush()
        super().close()
