"""What unbuffered and buffered report control blocks have in common (IEC 61850-7-2, clause on reporting).

Attributes and who may write them, reservation, triggers, BufTm, integrity and general interrogation are here; what
becomes of a finished set of values (:meth:`ReportControlBlock._emit`) is what :mod:`.urcb` and :mod:`.brcb` differ in.

Values are taken when the change is committed, not when the report leaves, so a second change within BufTm never hides
the first one (7-2: it sends the report at once and starts the time again).

What the editions of the standard see differently (:attr:`meterwire.models.ReportControl.edition`):

=======  ======================  ============================  ============================================
edition  shown beside the rest   EntryID that is not buffered  who may write to a block nobody has reserved
=======  ======================  ============================  ============================================
ED1      nothing                 taken: whole buffer is sent   anybody; only enabling reserves
ED2      ResvTms in a BRCB       refused, value invalid        anybody; in a BRCB any such write reserves
ED2_1    ResvTms, and Owner      refused, value invalid        nobody before it is reserved
=======  ======================  ============================  ============================================
"""

import enum
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ..models import (
    DataAttribute,
    DataObject,
    Edition,
    ReportControl,
    TrgOps,
    Trigger,
    basic_type,
)
from ..models.enums import ServiceNameKind
from .service_event import ServiceEvent, status_of
from .watch import Watch

if TYPE_CHECKING:
    from .reporting import ReportEngine

__all__ = ["Access", "Included", "Member", "Report", "ReportControlBlock", "State", "Style"]


class Access(enum.IntEnum):
    """Why a write to a control block is refused; the numbers are MMS DataAccessErrors."""

    HARDWARE_FAULT = 1
    TEMPORARILY_UNAVAILABLE = 2
    ACCESS_DENIED = 3
    ATTRIBUTE_INCONSISTENT = 8
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


Included = tuple[tuple[int, int, bytes], ...]
"""Members of a report: index in the data set, reason (TrgOps bits), encoded value; ascending index."""


class Report(NamedTuple):
    """One report, to be encoded and sent."""

    control: "ReportControlBlock"
    """The control block it comes from."""
    client: Hashable
    """Who gets it."""
    entries: Included
    """What it says."""
    sq_num: int
    """Sequence number."""
    time_ns: int
    """When the first of the changes happened (or when the integrity scan or GI did)."""
    entry_id: int = 0
    """EntryID of a buffered report."""
    buf_ovfl: bool = False
    """Entries before this one may have been lost (buffered reports)."""


class Style:
    """What all reports of a control block have in common while it is enabled."""

    __slots__ = ("conf_rev", "data_set", "head", "opt_flds", "patterns", "rpt_id", "shared")

    def __init__(self, control: "ReportControlBlock") -> None:
        self.rpt_id: str = control.rpt_id
        self.opt_flds: int = control["OptFlds"]
        self.data_set: str = control["DatSet"]
        self.conf_rev: int = control["ConfRev"]
        self.shared = (self.opt_flds, self.data_set, self.conf_rev)
        """Equal for control blocks whose reports of the same entries differ in RptID and SqNum only."""
        self.head = b""
        """Room for whoever encodes the reports: what each begins with,"""
        self.patterns: dict[tuple[Any, ...], tuple[bytes, bytes]] = {}
        """and what stands around the values, by members and reasons."""


class State(enum.Enum):
    """Where a control block stands."""

    FREE = "free"
    RESERVED = "reserved"
    ENABLED = "enabled"
    LOST = "lost"
    """Its client vanished and may still come back (buffered, ResvTms)."""


MS = 1_000_000
MAX_BUF_TM = 3_600_000
"""Longest BufTm accepted, milliseconds."""
MIN_INTG_PD = 10
"""Shortest integrity period accepted besides 0, milliseconds: shorter ones only burn the line."""
CONF_REV_MODULUS = 1 << 32

_TRACKED = {"GI": "gi", "TimeofEntry": "timeOfEntry"}
"""Names of attributes in BTS and UTS that are not just written small."""

Hook = Callable[[DataAttribute, Trigger], None]


class ReportControlBlock:
    """One instance of a report control block."""

    fc: ClassVar[str]
    """Functional constraint of its attributes, RP or BR."""
    cdc: ClassVar[str]
    """URCB or BRCB."""
    attributes: ClassVar[tuple[tuple[str, str], ...]]
    """Names and basic types of the attributes in the order of 8-1."""
    read_only: ClassVar[frozenset[str]]
    """Attributes no client writes."""
    service: ClassVar[ServiceNameKind]
    """What writing to it is called."""
    tracking_cdc: ClassVar[str]
    """BTS or UTS."""
    reservation: ClassVar[str]
    """The attribute that reserves, Resv or ResvTms."""
    transitions: ClassVar[Mapping[tuple[State, str], State]]
    """What can happen to a control block; anything else is refused."""
    sq_num_modulus: ClassVar[int]
    """Where SqNum starts again."""
    opt_flds_mask: ClassVar[int]
    """Optional fields its reports can have."""

    def __init__(
        self,
        engine: "ReportEngine",
        declaration: ReportControl,
        name: str,
        reference: str,
        data_set: str,
        reserved_for: bytes = b"",
    ) -> None:
        self.engine = engine
        self.name = name
        self.reference = reference
        self.edition = declaration.edition
        self.fixed = declaration.fixed
        """Attributes no client writes, by configuration."""
        self.reserved_for = reserved_for
        """Address of the only client that may use it, by configuration; empty for any."""
        self.state = State.FREE
        self.client: Hashable = None
        self.members: tuple[Member, ...] = ()
        self.object = DataObject(name, self.cdc)
        for attribute, type_name in self._rows(declaration):
            self.object.add(DataAttribute(attribute, self.fc, basic_type(type_name)))
        self._put("RptID", declaration.rpt_id)
        self._put("DatSet", data_set)
        self._put("ConfRev", declaration.conf_rev)
        self._put("OptFlds", declaration.opt_flds & self.opt_flds_mask)
        self._put("BufTm", declaration.buf_tm)
        self._put("TrgOps", declaration.trg_ops)
        self._put("IntgPd", declaration.intg_pd)
        self._sq_num = 0
        self._sq_num_leaf: DataAttribute = self.object.children["SqNum"]
        self._pending: dict[int, tuple[int, bytes]] = {}
        self._pending_since = 0
        self._flush_at: int | None = None
        self._integrity_at: int | None = None
        self._style: Style | None = None
        self._gathers = False
        self._watch: Watch | None = None

    def _rows(self, declaration: ReportControl) -> tuple[tuple[str, str], ...]:
        """Attributes this instance has; Edition 2.1 always shows the owner, Edition 1 does not know one."""
        shown = self.edition is Edition.ED2_1 or (declaration.owner and self.edition is not Edition.ED1)
        return self.attributes + ((("Owner", "Octet64"),) if shown else ())

    def __getitem__(self, attribute: str) -> Any:
        """The value of an attribute, e.g. ``control["RptEna"]``."""
        return self.object.children[attribute].value

    def _put(self, attribute: str, value: Any) -> None:
        self.object.children[attribute].put(value)
        self._style = None

    @property
    def style(self) -> Style:
        """What its reports have in common now."""
        style = self._style
        if style is None:
            style = self._style = Style(self)
        return style

    @property
    def rpt_id(self) -> str:
        """RptID as reports carry it: the reference when the attribute is empty."""
        return self["RptID"] or self.reference

    # -- what a client does ----------------------------------------------------------------

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """Write one attribute for ``client``; None, or the error code of the refusal."""
        refused = self._write(client, attribute, value)
        if self.engine.on_service is not None:
            self.tell(self.service, client, refused, {attribute: value})
        return refused

    def tell(self, service: ServiceNameKind, client: Hashable, refused: int | None, asked: Mapping[str, Any]) -> None:
        """Have a service tracked: what the block says now, and over it what was asked."""
        sink = self.engine.on_service
        if sink is not None:
            values = {leaf.name: leaf.value for leaf in self.object.leaves()} | dict(asked)
            tracked = {_TRACKED.get(name, name[0].lower() + name[1:]): value for name, value in values.items()}
            reference = self.reference.replace(f"${self.fc}$", ".")
            sink(ServiceEvent(service, reference, client, status_of(refused), tracked, self.tracking_cdc))

    def _write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        if attribute in self.read_only or attribute in self.fixed:
            return Access.ACCESS_DENIED
        refused = self._admit(client, attribute)
        if refused is not None:
            return refused
        if attribute == "RptEna":
            return self._enable(client) if value else self._disable()
        if attribute == self.reservation:
            return self._reserve(client, value)
        if attribute == "GI":
            return self._interrogate() if value else None
        if self.state is State.ENABLED:
            return Access.TEMPORARILY_UNAVAILABLE
        return self._configure(attribute, value)

    def _admit(self, client: Hashable, attribute: str) -> int | None:
        """May this client write at all?"""
        if self.reserved_for and self.engine.identity(client) != self.reserved_for:
            return Access.ACCESS_DENIED
        if self.client is not None and self.client != client:
            return Access.TEMPORARILY_UNAVAILABLE
        if self.edition is Edition.ED2_1 and self.client is None and attribute != self.reservation:
            return Access.ACCESS_DENIED
        return None

    def _reserve(self, client: Hashable, value: Any) -> int | None:
        raise NotImplementedError

    def _configure(self, attribute: str, value: Any) -> int | None:
        if attribute == "DatSet":
            if value and self.engine.resolve(value, self.client) is None:
                return Access.VALUE_INVALID
            if value != self["DatSet"]:
                # 0 stands for "no configuration" (7-2) and is skipped.
                self._put("ConfRev", (self["ConfRev"] + 1) % CONF_REV_MODULUS or 1)
        elif attribute == "OptFlds":
            value &= self.opt_flds_mask
        elif (attribute == "BufTm" and value > MAX_BUF_TM) or (attribute == "IntgPd" and 0 < value < MIN_INTG_PD):
            return Access.VALUE_INVALID
        elif attribute == "TrgOps":
            value &= 0b011111
        self._put(attribute, value)
        return None

    def _move(self, stimulus: str, client: Hashable = None) -> int | None:
        """Take a transition of the table, or refuse."""
        target = self.transitions.get((self.state, stimulus))
        if target is None:
            if stimulus in ("release", "disable") and self.state is State.FREE:
                return None
            return Access.TEMPORARILY_UNAVAILABLE
        self.state = target
        before = self.client
        if target in (State.FREE, State.LOST):
            self.client = None
        elif client is not None:
            self.client = client
        if self.client != before:
            self.engine.held(self, before)
        self._put("RptEna", target is State.ENABLED)
        if "Owner" in self.object.children and target is not State.LOST:
            address = b"" if self.client is None else self.engine.identity(self.client)
            self._put("Owner", address[:64])
        self._moved()
        return None

    def _moved(self) -> None:
        """A transition was taken."""

    def _enable(self, client: Hashable) -> int | None:
        if self.state is State.ENABLED:
            return None
        members = self.engine.resolve(self["DatSet"], client) if self["DatSet"] else None
        if not members:
            return Access.VALUE_INVALID
        refused = self._move("enable", client)
        if refused is not None:
            return refused
        self._sq_num = 0
        self._put("SqNum", 0)
        self._enabled(members)
        return None

    def _enabled(self, members: tuple[Member, ...]) -> None:
        """Reports may flow from now on."""
        raise NotImplementedError

    def _disable(self) -> int | None:
        if self.state is State.ENABLED:
            self._disabled()
            return self._move("disable")
        return None

    def _disabled(self) -> None:
        """Reports stop flowing."""
        raise NotImplementedError

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
                self._disabled()
            self._move("lost")
            if self["DatSet"].startswith("@"):  # it has ended with the association
                self._put("DatSet", "")
            self.tell(ServiceNameKind.InternalChange, None, None, {})

    # -- what the model does ---------------------------------------------------------------

    def _listen(self) -> None:
        """Watch the members, and scan them when integrity is wanted."""
        self._gathers = self["BufTm"] != 0
        wanted = self["TrgOps"] & (TrgOps.DCHG | TrgOps.QCHG | TrgOps.DUPD)
        if wanted and self.members:
            self._watch = self.engine.watches.join(self, self.members, wanted)
        period = self["IntgPd"]
        if period and self.members and self["TrgOps"] & TrgOps.INTEGRITY:
            self._integrity_at = self.engine.clock() + period * MS
            self.engine.wake(self._integrity_at, self)

    def _ignore(self) -> None:
        """Let go of the members and of what is pending."""
        if self._watch is not None:
            self.engine.watches.leave(self._watch, self)
            self._watch = None
        self._pending.clear()
        self._flush_at = self._integrity_at = None

    def changed(self, entries: Included, time_ns: int) -> None:
        """Members changed in one transaction, which is over; these are their values."""
        if not self._gathers:
            self._emit(entries, time_ns, 0)
            return
        pending = self._pending
        if pending and any(index in pending for index, _, _ in entries):
            self._flush()
            pending = self._pending
        if not pending:
            self._pending_since = time_ns
        for index, reason, value in entries:
            pending[index] = (reason, value)
        if self._flush_at is None:
            self._flush_at = self.engine.clock() + self["BufTm"] * MS
            self.engine.wake(self._flush_at, self)

    def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        self._flush_at = None
        if pending:
            entries = tuple((i, r, v) for i, (r, v) in sorted(pending.items()))
            self._emit(entries, self._pending_since, 0)

    def _scan(self, reason: int) -> None:
        entries = tuple((i, reason, m.snapshot()) for i, m in enumerate(self.members))
        self._emit(entries, self.engine.wall(), reason)

    def _emit(self, entries: Included, time_ns: int, scan: int) -> None:
        """A set of values is complete; ``scan`` is the reason of a scan (integrity, GI), 0 for events."""
        raise NotImplementedError

    def _next_sq_num(self) -> int:
        number = self._sq_num
        self._sq_num = (number + 1) % self.sq_num_modulus
        self._sq_num_leaf._store(self._sq_num)  # it fits, and the style of the reports is not touched
        return number

    # -- what time does --------------------------------------------------------------------

    def timers(self) -> Iterator[int]:
        """Moments (ns) at which :meth:`poll` has something to do."""
        if self._flush_at is not None:
            yield self._flush_at
        if self._integrity_at is not None:
            yield self._integrity_at

    @property
    def deadline(self) -> int | None:
        """The earliest of :meth:`timers`; None for never."""
        return min(self.timers(), default=None)

    def poll(self, now: int) -> None:
        """Do what is due."""
        if self._flush_at is not None and now >= self._flush_at:
            self._flush()
        if self._integrity_at is not None and now >= self._integrity_at:
            self._flush()
            self._scan(TrgOps.INTEGRITY)
            period = self["IntgPd"] * MS
            # A server that was held up skips missed scans instead of sending a burst of them.
            missed = (now - self._integrity_at) // period
            self._integrity_at += (missed + 1) * period
            self.engine.wake(self._integrity_at, self)

    def close(self) -> None:
        """Let go of the model."""
        self.client_gone(self.client)
        self._ignore()
