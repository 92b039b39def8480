"""All report control blocks of a server (IEC 61850-7-2) as one engine without I/O.

The clock is injected and reports go to a ``deliver`` callback; whoever owns the event loop calls
:meth:`ReportEngine.poll` when :attr:`ReportEngine.deadline` has come. What one control block does is in
:mod:`.report_control`, :mod:`.urcb` and :mod:`.brcb`.
"""

import heapq
import itertools
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from ..models import Ied, ReportControl
from .brcb import BufferedReportControl
from .buffer import BufferLimits
from .journal import Journal
from .report_control import MAX_BUF_TM, MIN_INTG_PD, Access, Member, Report, ReportControlBlock, State
from .service_event import ServiceSink
from .urcb import SQ_NUM_MODULUS, TRANSITIONS, UnbufferedReportControl
from .watch import Watches

__all__ = [
    "MAX_BUF_TM",
    "MIN_INTG_PD",
    "SQ_NUM_MODULUS",
    "TRANSITIONS",
    "Access",
    "Member",
    "Report",
    "ReportEngine",
    "State",
    "UnbufferedReportControl",
]

Resolver = Callable[[str], "tuple[Member, ...] | None"]


_STALE_TIMERS = 256
"""Timers kept although nothing is due at them any more; beyond that (and four per block) they are sorted out."""


class ReportEngine:
    """All report control blocks of one server.

    ``clock`` (ns, any origin, never set back) decides when something is due; ``wall`` (ns since
    1970, the same clock when not given) only dates the entries, so that setting the time of day
    neither delays nor repeats a report. ``deliver`` takes a report; False means that the client's line has no
    room now: a buffered report is offered again after :meth:`ready`, an unbuffered one is lost,
    which the gap in SqNum tells the client and the block's ``lost`` counts.
    ``identity`` tells a client's address, ``journal`` keeps buffered entries over restarts, ``limits`` bounds each
    buffer, ``notice`` gets sentences for a log.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        clock: Callable[[], int],
        wall: Callable[[], int] | None = None,
        resolve: Resolver,
        deliver: Callable[[Report], bool | None],
        on_schedule: Callable[[], None],
        identity: Callable[[Hashable], bytes] | None = None,
        own: Callable[[str, Hashable], tuple[Member, ...] | None] | None = None,
        journal: Journal | None = None,
        limits: BufferLimits | None = None,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self.ied = ied
        self.clock = clock
        self.wall = wall or clock
        self._resolve = resolve
        self._own = own
        self.deliver = deliver
        self.schedule = on_schedule
        self.identity = identity or (lambda client: str(client).encode())
        self.journal = journal
        self.limits = limits or BufferLimits()
        self.notice: Callable[[str], None] = notice or (lambda _: None)
        self.controls: list[ReportControlBlock] = []
        self.on_service: ServiceSink | None = None
        """Told of what clients write to control blocks, and of what becomes of these when a client is gone."""
        self.last_entry_id = max(1, self.wall())
        """The highest EntryID given away; it starts at the time of day, so that a restart without journal repeats none."""
        self._held: dict[Hashable, dict[ReportControlBlock, None]] = {}
        self._timers: list[tuple[int, int, ReportControlBlock]] = []
        self._order = itertools.count()
        self.watches = Watches(ied, self.wall)

    def close(self) -> None:
        """Let go of the model."""
        for control in self.controls:
            control.close()
        self.watches.close()

    def declare(
        self, declaration: ReportControl, references: Iterable[tuple[str, str]], data_set: str
    ) -> list[ReportControlBlock]:
        """Create the instances of a declaration; ``references`` gives name and reference of each."""
        kind: Any = BufferedReportControl if declaration.buffered else UnbufferedReportControl
        owners = itertools.chain(declaration.reserved_for, itertools.repeat(b""))
        made = [
            kind(self, declaration, name, reference, data_set, owner)
            for (name, reference), owner in zip(references, owners, strict=False)
        ]
        self.controls += made
        return made

    def remove(self, controls: Iterable[ReportControlBlock]) -> None:
        """Control blocks of a logical device that goes."""
        for control in controls:
            control.close()
            self.controls.remove(control)

    def device_gone(self, device: str) -> None:
        """A logical device went, and its control blocks with it. Blocks elsewhere whose data set has members there are
        disabled: what is left of a data set is not reported."""
        here = f"{device}/"
        self.remove([control for control in self.controls if control.reference.startswith(here)])
        for control in self.controls:
            if any(member.reference.startswith(here) for member in control.members):
                control.close()
                control.members = ()

    def device_came(self) -> None:
        """A logical device came: buffered blocks whose data set is whole again watch it, whoever is there."""
        for control in self.controls:
            if isinstance(control, BufferedReportControl) and not control.members:
                control.watch()

    def resolve(self, data_set: str, client: Hashable = None) -> tuple[Member, ...] | None:
        """Members of a data set, None when there is none; ``@name`` is the client's own (association-specific)."""
        if data_set.startswith("@"):
            return self._own(data_set[1:], client) if self._own is not None else None
        return self._resolve(data_set)

    def uses(self, data_set: str, client: Hashable = None) -> bool:
        """Is a data set (``LD/LN$name``, ``@name`` of a client) the one of a control block? Then it must stay."""
        is_own = data_set.startswith("@")
        return any(c["DatSet"] == data_set and (not is_own or c.client == client) for c in self.controls)

    # -- EntryIDs --------------------------------------------------------------------------

    def next_entry_id(self) -> int:
        """A new EntryID: no other entry of this server, now or after a restart, has the same."""
        self.last_entry_id += 1
        return self.last_entry_id

    def raise_entry_id(self, entry_id: int) -> None:
        """Give away only EntryIDs above this one."""
        self.last_entry_id = max(self.last_entry_id, entry_id)

    # -- clients ---------------------------------------------------------------------------

    def client_gone(self, client: Hashable) -> None:
        """An association ended: release what it held."""
        for control in tuple(self._held.get(client, ())):
            control.client_gone(client)

    def held(self, control: ReportControlBlock, before: Hashable) -> None:
        """``control`` has another client than ``before``; None is nobody."""
        if before is not None:
            mine = self._held[before]
            del mine[control]
            if not mine:
                del self._held[before]
        if control.client is not None:
            self._held.setdefault(control.client, {})[control] = None

    def ready(self, client: Hashable) -> None:
        """The line of a client has room again."""
        for control in tuple(self._held.get(client, ())):
            if isinstance(control, BufferedReportControl):
                control.pump()

    def pump(self) -> None:
        """The journal has got further: send what waited for it."""
        for control in self.controls:
            if control.state is State.ENABLED and isinstance(control, BufferedReportControl):
                control.pump()

    # -- time ------------------------------------------------------------------------------

    def wake(self, when: int, control: ReportControlBlock) -> None:
        """``control`` has something to do at ``when``."""
        if len(self._timers) > _STALE_TIMERS + 4 * len(self.controls):
            valid = {(when, control): order for when, order, control in self._timers if when in control.timers()}
            self._timers = [(when, order, control) for (when, control), order in valid.items()]
            heapq.heapify(self._timers)
        heapq.heappush(self._timers, (when, next(self._order), control))
        self.schedule()

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work, ns."""
        timers = self._timers
        while timers:
            when, _, control = timers[0]
            if when in control.timers():
                return when
            heapq.heappop(timers)
        return None

    def poll(self) -> None:
        """Do what is due: reports, integrity scans, reservations that end."""
        now = self.clock()
        due: dict[ReportControlBlock, None] = {}
        while self._timers and self._timers[0][0] <= now:
            due[heapq.heappop(self._timers)[2]] = None
        for control in due:
            control.poll(now)
