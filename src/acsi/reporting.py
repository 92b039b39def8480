"""Unbuffered reporting (IEC 61850-7-2, URCB) as an engine without I/O.

The clock is injected and reports go to a ``deliver`` callback; whoever owns the event loop calls
:meth:`ReportEngine.poll` when :attr:`ReportEngine.deadline` has come. A control block that nobody
has enabled costs nothing: it listens to the model only while it is enabled.

Values are taken when the change is committed, not when the report leaves, so a second change within
BufTm never hides the first one (7-2: it sends the report at once and starts the time again).
"""

import enum
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from ..models import (
    DataAttribute,
    DataObject,
    Ied,
    OptFlds,
    ReportControl,
    TrgOps,
    Trigger,
    basic_type,
)

__all__ = [
    "Access",
    "Member",
    "Report",
    "ReportEngine",
    "State",
    "UnbufferedReportControl",
]


class Access(enum.IntEnum):
    """Why a write to a control block is refused; the numbers are MMS DataAccessErrors."""

    TEMPORARILY_UNAVAILABLE = 2
    ACCESS_DENIED = 3
    VALUE_INVALID = 11


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a data set, as reporting needs it."""

    reference: str
    """Reference as reports show it."""
    leaves: tuple[DataAttribute, ...]
    """Leaves whose change is a change of the member."""
    snapshot: Callable[[], bytes]
    """The member's value, encoded, at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, to be encoded and sent."""

    control: "UnbufferedReportControl"
    """The control block it comes from."""
    client: Hashable
    """Who gets it."""
    entries: tuple[tuple[int, int, bytes], ...]
    """Member index, reason (TrgOps bits), encoded value; ascending index."""
    sq_num: int
    """Sequence number."""
    time_ns: int
    """When the first of the changes happened (or when the integrity scan or GI did)."""


class State(enum.Enum):
    """Where a control block stands."""

    FREE = "free"
    RESERVED = "reserved"
    ENABLED = "enabled"


_S = State
TRANSITIONS: dict[tuple[State, str], State] = {
    (_S.FREE, "reserve"): _S.RESERVED,
    (_S.FREE, "enable"): _S.ENABLED,
    (_S.RESERVED, "reserve"): _S.RESERVED,
    (_S.RESERVED, "release"): _S.FREE,
    (_S.RESERVED, "enable"): _S.ENABLED,
    (_S.RESERVED, "lost"): _S.FREE,
    (_S.ENABLED, "disable"): _S.RESERVED,
    (_S.ENABLED, "lost"): _S.FREE,
}
"""What a client can do to a control block; anything else is refused."""

MS = 1_000_000
MAX_BUF_TM = 3_600_000
"""Longest BufTm accepted, milliseconds."""
MIN_INTG_PD = 10
"""Shortest integrity period accepted besides 0, milliseconds: shorter ones only burn the line."""
SQ_NUM_MODULUS = 256
"""SqNum of a URCB is INT8U."""

_ATTRIBUTES = (
    ("RptID", "VisString129"),
    ("RptEna", "BOOLEAN"),
    ("Resv", "BOOLEAN"),
    ("DatSet", "ObjRef"),
    ("ConfRev", "INT32U"),
    ("OptFlds", "OptFlds"),
    ("BufTm", "INT32U"),
    ("SqNum", "INT8U"),
    ("TrgOps", "TrgOps"),
    ("IntgPd", "INT32U"),
    ("GI", "BOOLEAN"),
)
_READ_ONLY = {"ConfRev", "SqNum", "Owner"}
_UNBUFFERED_OPT_FLDS = ~(OptFlds.BUF_OVFL | OptFlds.ENTRY_ID | 0b1000000000)

Resolver = Callable[[str], "tuple[Member, ...] | None"]


class UnbufferedReportControl:
    """One URCB instance."""

    def __init__(
        self,
        engine: "ReportEngine",
        declaration: ReportControl,
        name: str,
        reference: str,
        data_set: str,
    ) -> None:
        self.engine = engine
        self.name = name
        self.reference = reference
        self.state = State.FREE
        self.client: Hashable = None
        self.members: tuple[Member, ...] = ()
        self.object = DataObject(name, "URCB")
        rows = _ATTRIBUTES + ((("Owner", "Octet64"),) if declaration.owner else ())
        for attribute, type_name in rows:
            self.object.add(DataAttribute(attribute, "RP", basic_type(type_name)))
        self._put("RptID", declaration.rpt_id)
        self._put("DatSet", data_set)
        self._put("ConfRev", declaration.conf_rev)
        self._put("OptFlds", declaration.opt_flds & _UNBUFFERED_OPT_FLDS)
        self._put("BufTm", declaration.buf_tm)
        self._put("TrgOps", declaration.trg_ops)
        self._put("IntgPd", declaration.intg_pd)
        self._sq_num = 0
        self._fresh: dict[int, int] = {}
        self._pending: dict[int, tuple[int, bytes]] = {}
        self._pending_since = 0
        self._flush_at: int | None = None
        self._integrity_at: int | None = None
        self._hooked: list[tuple[DataAttribute, Any]] = []

    def __getitem__(self, attribute: str) -> Any:
        """The value of an attribute, e.g. ``control["RptEna"]``."""
        return self.object.children[attribute].value

    def _put(self, attribute: str, value: Any) -> None:
        self.object.children[attribute].put(value)

    @property
    def rpt_id(self) -> str:
        """RptID as reports carry it: the reference when the attribute is empty."""
        return self["RptID"] or self.reference

    # -- what a client does ----------------------------------------------------------------

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """Write one attribute for ``client``; None, or the error code of the refusal."""
        if attribute in _READ_ONLY:
            return Access.ACCESS_DENIED
        if self.client is not None and self.client != client:
            return Access.TEMPORARILY_UNAVAILABLE
        if attribute == "RptEna":
            return self._enable(client) if value else self._disable()
        if attribute == "Resv":
            return self._move("reserve" if value else "release", client)
        if attribute == "GI":
            return self._interrogate() if value else None
        if self.state is State.ENABLED:
            return Access.TEMPORARILY_UNAVAILABLE
        return self._configure(attribute, value)

    def _configure(self, attribute: str, value: Any) -> int | None:
        if attribute == "DatSet":
            if value and self.engine.resolve(value) is None:
                return Access.VALUE_INVALID
            if value != self["DatSet"]:
                self._put("ConfRev", (self["ConfRev"] + 1) % (1 << 32))
        elif attribute == "OptFlds":
            value &= _UNBUFFERED_OPT_FLDS
        elif (attribute == "BufTm" and value > MAX_BUF_TM) or (attribute == "IntgPd" and 0 < value < MIN_INTG_PD):
            return Access.VALUE_INVALID
        elif attribute == "TrgOps":
            value &= 0b011111
        self._put(attribute, value)
        return None

    def _move(self, stimulus: str, client: Hashable = None) -> int | None:
        target = TRANSITIONS.get((self.state, stimulus))
        if target is None:
            if stimulus in ("release", "disable") and self.state is State.FREE:
                return None
            return Access.TEMPORARILY_UNAVAILABLE
        self.state = target
        if target is State.FREE:
            self.client = None
        elif client is not None:
            self.client = client
        self._put("Resv", target is not State.FREE)
        self._put("RptEna", target is State.ENABLED)
        if "Owner" in self.object.children:
            owner = b"" if self.client is None else str(self.client).encode()[:64]
            self._put("Owner", owner)
        return None

    def _enable(self, client: Hashable) -> int | None:
        if self.state is State.ENABLED:
            return None
        members = self.engine.resolve(self["DatSet"]) if self["DatSet"] else None
        if not members:
            return Access.VALUE_INVALID
        refused = self._move("enable", client)
        if refused is not None:
            return refused
        self.members = members
        self._sq_num = 0
        self._put("SqNum", 0)
        self._listen()
        period = self["IntgPd"]
        if period and self["TrgOps"] & TrgOps.INTEGRITY:
            self._integrity_at = self.engine.clock() + period * MS
        self.engine.activate(self)
        return None

    def _disable(self) -> int | None:
        if self.state is State.ENABLED:
            self._stop()
            return self._move("disable")
        return None

    def _interrogate(self) -> int | None:
        if self.state is not State.ENABLED or not self["TrgOps"] & TrgOps.GI:
            return Access.TEMPORARILY_UNAVAILABLE
        self._flush()
        self._scan(TrgOps.GI)
        return None

    def client_gone(self, client: Hashable) -> None:
        """The client's association ended: its reservation ends with it."""
        if self.client == client and client is not None:
            if self.state is State.ENABLED:
                self._stop()
            self._move("lost")

    # -- what the model does ---------------------------------------------------------------

    def _listen(self) -> None:
        wanted = self["TrgOps"] & (TrgOps.DCHG | TrgOps.QCHG | TrgOps.DUPD)
        if not wanted:
            return
        for index, member in enumerate(self.members):

            def hook(leaf: DataAttribute, reason: Trigger, index: int = index, wanted: int = wanted) -> None:
                del leaf
                if reason & wanted:
                    self._fresh[index] = self._fresh.get(index, 0) | reason & wanted
                    self.engine.touched(self)

            for leaf in member.leaves:
                if leaf.trigger & wanted:
                    leaf.change_hooks += (hook,)
                    self._hooked.append((leaf, hook))

    def _stop(self) -> None:
        for leaf, hook in self._hooked:
            leaf.change_hooks = tuple(h for h in leaf.change_hooks if h is not hook)
        self._hooked.clear()
        self._fresh.clear()
        self._pending.clear()
        self._flush_at = self._integrity_at = None
        self.engine.deactivate(self)

    def commit(self) -> None:
        """The transaction that touched members is over: take their values."""
        if not self._fresh:
            return
        fresh, self._fresh = self._fresh, {}
        now = self.engine.clock()
        if self._pending and not self._pending.keys().isdisjoint(fresh):
            self._flush()
        if not self._pending:
            self._pending_since = self.engine.wall()
        for index, reason in fresh.items():
            self._pending[index] = (reason, self.members[index].snapshot())
        buffer_time = self["BufTm"]
        if not buffer_time:
            self._flush()
        elif self._flush_at is None:
            self._flush_at = now + buffer_time * MS
            self.engine.schedule()

    def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        self._flush_at = None
        if pending:
            entries = tuple((i, r, v) for i, (r, v) in sorted(pending.items()))
            self._emit(entries, self._pending_since)

    def _scan(self, reason: int) -> None:
        entries = tuple((i, reason, m.snapshot()) for i, m in enumerate(self.members))
        self._emit(entries, self.engine.wall())

    def _emit(self, entries: tuple[tuple[int, int, bytes], ...], time_ns: int) -> None:
        report = Report(
            control=self,
            client=self.client,
            entries=entries,
            sq_num=self._sq_num,
            time_ns=time_ns,
        )
        self._sq_num = (self._sq_num + 1) % SQ_NUM_MODULUS
        self._put("SqNum", self._sq_num)
        self.engine.deliver(report)

    @property
    def deadline(self) -> int | None:
        """When :meth:`poll` has something to do, ns; None for never."""
        times = [t for t in (self._flush_at, self._integrity_at) if t is not None]
        return min(times) if times else None

    def poll(self, now: int) -> None:
        """Send what is due."""
        if self._flush_at is not None and now >= self._flush_at:
            self._flush()
        if self._integrity_at is not None and now >= self._integrity_at:
            self._flush()
            self._scan(TrgOps.INTEGRITY)
            period = self["IntgPd"] * MS
            # A server that was held up skips missed scans instead of sending a burst of them.
            missed = (now - self._integrity_at) // period
            self._integrity_at += (missed + 1) * period


class ReportEngine:
    """All report control blocks of one server.

    ``clock`` (ns, any origin, never set back) decides when something is due; ``wall`` (ns since
    1970, the same clock when not given) only dates the entries, so that setting the time of day
    neither delays nor repeats a report.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        clock: Callable[[], int],
        wall: Callable[[], int] | None = None,
        resolve: Resolver,
        deliver: Callable[[Report], None],
        on_schedule: Callable[[], None],
    ) -> None:
        self.ied = ied
        self.clock = clock
        self.wall = wall or clock
        self.resolve = resolve
        self.deliver = deliver
        self.schedule = on_schedule
        self.controls: list[UnbufferedReportControl] = []
        self._active: dict[UnbufferedReportControl, None] = {}
        self._touched: dict[UnbufferedReportControl, None] = {}
        ied.commit_hooks += (self._commit,)

    def close(self) -> None:
        """Let go of the model."""
        for control in list(self._active):
            control.client_gone(control.client)
        self.ied.commit_hooks = tuple(h for h in self.ied.commit_hooks if h != self._commit)

    def declare(
        self, declaration: ReportControl, references: Iterable[tuple[str, str]], data_set: str
    ) -> list[UnbufferedReportControl]:
        """Create the instances of a declaration; ``references`` gives name and reference of each."""
        made = [UnbufferedReportControl(self, declaration, name, reference, data_set) for name, reference in references]
        self.controls += made
        return made

    def activate(self, control: UnbufferedReportControl) -> None:
        """``control`` was enabled."""
        self._active[control] = None
        self.schedule()

    def deactivate(self, control: UnbufferedReportControl) -> None:
        """``control`` was disabled."""
        self._active.pop(control, None)
        self._touched.pop(control, None)

    def touched(self, control: UnbufferedReportControl) -> None:
        """A member of ``control`` changed in the running transaction."""
        self._touched[control] = None

    def _commit(self) -> None:
        if self._touched:
            touched, self._touched = self._touched, {}
            for control in touched:
                control.commit()

    def client_gone(self, client: Hashable) -> None:
        """An association ended: release what it held."""
        for control in self.controls:
            control.client_gone(client)

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work, ns."""
        times = [t for t in (c.deadline for c in self._active) if t is not None]
        return min(times) if times else None

    def poll(self) -> None:
        """Send every report that is due."""
        now = self.clock()
        for control in list(self._active):
            control.poll(now)
