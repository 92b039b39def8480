"""What the associations of one MMS server share: the served model, the engines that make it behave, one timer for them.

An engine (:class:`~meterwire.acsi.engine.Engine`) has no clock and no loop of its own. It says when it has work
(``deadline``), and is asked to do it (``poll``) by the one timer here: an idle server has nothing to wake up for.
"""

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypedDict

from ..acsi import BufferLimits, Member, Report, ReportEngine
from ..acsi.control import ControlEngine, ControlObject
from ..acsi.control_handler import Handler, Hook
from ..acsi.engine import Engine
from ..acsi.files import FileEngine, FileStore
from ..acsi.health import HealthEngine
from ..acsi.log_control import LogEngine
from ..acsi.mode import ModeEngine
from ..acsi.mode_control import operate_modes
from ..acsi.setting_groups import SettingCheck, SettingGroupEngine
from ..acsi.substitution import SubstitutionEngine
from ..acsi.supervision import SupervisionEngine
from ..acsi.tracking import TrackingEngine
from ..binding.mms import Client, MmsImage, MmsService, ReportFrames, follow, report_engine
from ..binding.mms.answering import Result
from ..binding.mms.controls import encode_notice, follow_controls
from ..binding.mms.data_sets import DataSetLimits
from ..binding.mms.files import FileServices
from ..binding.mms.journals import JournalServices
from ..binding.mms.reporting import data_set_members, members_of
from ..binding.mms.setting_groups import SettingGroupFollower
from ..models import Ied
from ..protocols.mms.associations import FILE_SERVICES, LOG_SERVICES, SERVER_SERVICES
from ..protocols.mms.services import Identity
from .admission import Admission
from .control_process import control_own
from .journal import SqliteJournal
from .launching import Launcher
from .limits import Limits, Statistics
from .log_store import SqliteLogs
from .setting_store import SqliteSettings

__all__ = ["Peer", "ServerCore", "ServerOptions", "Tap"]

log = logging.getLogger(__name__)

Tap = Callable[[int, int, str, bytes], None]
"""Called with connection number, time (ns), direction ``"in"``/``"out"`` and bytes."""


class Peer(Protocol):
    """An association, as the engines and the server see it."""

    client: Client
    address: bytes

    def report(self, report: Report) -> bool:
        """Send a report; False when there is no room for it."""

    def inform(self, pdu: bytes) -> None:
        """Send an unconfirmed PDU; before the answer when one is being worked out."""

    def abort(self) -> None:
        """Tell the client that it is over, and close."""

    def drop(self) -> None:
        """Cut the connection without a word."""


class ServerOptions(TypedDict, total=False):
    """Keyword arguments of :class:`ServerCore`."""

    identity: Identity | None
    limits: Limits | None
    clock: Callable[[], int]
    tap: Tap | None
    journal: SqliteJournal | None
    buffers: BufferLimits | None
    files: FileStore | None
    admission: Admission | None
    data_sets: DataSetLimits | None
    test_moves_process: bool
    setting_store: SqliteSettings | None
    setting_check: SettingCheck | None
    log_store: SqliteLogs | None


class ServerCore:
    """Model, services and engines of one server; who listens is :class:`~meterwire.server.mms.MmsServer`.

    ``journal`` keeps buffered reports, ``setting_store`` confirmed settings and ``log_store`` logs over restarts; all are closed
    with the server. Without a ``log_store`` logs are in memory, within the usual limits. ``setting_check`` may refuse values of
    a setting group (:class:`~meterwire.acsi.setting_groups.SettingGroupEngine`).
    """

    def __init__(
        self,
        ied: Ied,
        *,
        identity: Identity | None = None,
        limits: Limits | None = None,
        clock: Callable[[], int] = time.time_ns,
        tap: Tap | None = None,
        journal: SqliteJournal | None = None,
        buffers: BufferLimits | None = None,
        files: FileStore | None = None,
        admission: Admission | None = None,
        data_sets: DataSetLimits | None = None,
        test_moves_process: bool = False,
        setting_store: SqliteSettings | None = None,
        setting_check: SettingCheck | None = None,
        log_store: SqliteLogs | None = None,
    ) -> None:
        self.ied = ied
        self.limits = limits or Limits.declared(ied.capabilities)
        self.admission = admission or Admission()
        self.clock = clock
        self.tap = tap
        self.statistics = Statistics()
        self.associations: dict[Hashable, Peer] = {}
        self._numbers = itertools.count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: int | None = None
        self.engines: list[Engine] = []
        """What is polled when its deadline has come, told when a client is gone, and closed with the server."""
        self.image = MmsImage(ied)
        self.service = MmsService(self.image, identity or Identity("meterwire", ied.name, "0"))
        self.setting_store = setting_store
        """Where confirmed settings survive a restart; closed with the server."""
        self.settings = self._make_settings(setting_store, setting_check)
        self.service.owners.update(SG=self.settings, SE=self.settings)
        # Before anything watches the model: the values that were kept are no change.
        groups = SettingGroupFollower(self.settings, self.image)
        self.journal = journal
        """Where buffered reports survive a restart; closed with the server."""
        self.reports = self._make_reports(journal, buffers)
        self.engines.append(self.reports)
        self.modes = ModeEngine(ied, wall=clock, test_moves_process=test_moves_process)
        self.substitution = SubstitutionEngine(ied, wall=clock, identity=self.address_of)
        self.service.owners["SV"] = self.substitution
        self.tracking = TrackingEngine(ied, wall=clock, identity=self.address_of)
        self.tracking.follow(self.service, self.reports)
        self.supervision = SupervisionEngine(ied, clock=time.monotonic_ns, wall=clock, on_schedule=self.schedule)
        """LGOS, LSVS, LCCH, LTMS and LTIM follow what it is told."""
        self.engines += [self.modes, HealthEngine(ied, wall=clock), self.substitution, self.tracking, self.supervision]
        self.controls = self._make_controls()
        self.engines.append(self.controls)
        self.tracking.follow(self.controls)
        control_own(self.controls)
        self.service.promise = lambda: asyncio.get_running_loop().create_future()
        self.frames = ReportFrames()
        """Encodes the reports of all associations."""
        self.service.data_set_limits = data_sets or DataSetLimits.declared(ied.capabilities)
        self.service.data_set_users.append(self.reports.uses)
        self.log_store = log_store or SqliteLogs()
        """Where entries of logs are; closed with the server."""
        self.logs = self._make_logs(self.log_store)
        self.engines += (self.settings, self.logs)
        self.tracking.follow(self.settings, self.logs)
        self.service.data_set_users.append(self.logs.uses)
        journals = JournalServices(self.logs, self.image, _aside)
        self.service.extra.update(journals.handlers)
        followers = (groups, journals)
        self._unfollow = follow(self.image, self.reports, self.service, followers)
        self._unfollow_controls = follow_controls(self.image, self.controls)
        self._unfollow_modes = operate_modes(self.controls, self.modes)
        self.files: FileServices | None = None
        if files is not None:
            self.files = FileServices(FileEngine(files, self.limits.files))
            self.service.extra.update(self.files.handlers)
            self.tracking.follow(self.files)

    # -- engines ---------------------------------------------------------------------------

    def _make_settings(self, store: SqliteSettings | None, check: SettingCheck | None) -> SettingGroupEngine:
        return SettingGroupEngine(
            self.ied,
            clock=time.monotonic_ns,
            wall=self.clock,
            on_schedule=self.schedule,
            store=store,
            check=check,
            notice=log.warning,
        )

    def _make_reports(self, journal: SqliteJournal | None, limits: BufferLimits | None) -> ReportEngine:
        return report_engine(
            self.image,
            clock=time.monotonic_ns,
            wall=self.clock,
            deliver=self._deliver,
            on_schedule=self.schedule,
            identity=self.address_of,
            own=self._own_data_set,
            journal=journal,
            limits=limits,
            notice=log.warning,
        )

    def _make_controls(self) -> ControlEngine:
        return ControlEngine(
            self.ied,
            clock=time.monotonic_ns,
            wall=self.clock,
            inform=lambda notice: self.inform(notice.client, encode_notice(notice)),
            launch=Launcher(),
            on_schedule=self.schedule,
            modes=self.modes,
            notice=log.warning,
        )

    def _make_logs(self, store: SqliteLogs) -> LogEngine:
        return LogEngine(
            self.ied,
            clock=time.monotonic_ns,
            wall=self.clock,
            resolve=lambda data_set: data_set_members(self.image, data_set),
            on_schedule=self.schedule,
            store=store,
            limits=store.limits,
        )

    @property
    def services(self) -> bytes:
        """MMS services that are there, as an initiate response says them."""
        services = SERVER_SERVICES
        for wanted, more in ((self.files is not None, FILE_SERVICES), (bool(self.logs.logs), LOG_SERVICES)):
            if wanted:
                services = bytes(a | b for a, b in zip(services, more, strict=True))
        return services

    def next_number(self) -> int:
        """Number of a new connection."""
        return next(self._numbers)

    def run(self) -> None:
        """The loop is there: wait for what the engines have to do."""
        self._loop = asyncio.get_running_loop()
        self.schedule()
        if self.journal is not None:
            self.journal.on_durable = self._from_thread(self.reports.pump)
        self.log_store.on_change = self._from_thread(self.logs.refresh)

    async def end(self) -> None:
        """Let go of the model, and of what is kept on disk."""
        if self._timer is not None:
            self._timer.cancel()
        self._unfollow_modes()
        self._unfollow_controls()
        self._unfollow()
        for engine in self.engines:
            engine.close()
        self.image.close()
        self.log_store.on_change = None
        if self.journal is not None:
            self.journal.on_durable = None
        for store in (self.journal, self.setting_store, self.log_store):
            if store is not None:
                await asyncio.get_running_loop().run_in_executor(None, store.close)

    def client_gone(self, client: Hashable) -> None:
        """An association ended: nothing it held stays held."""
        for engine in self.engines:
            engine.client_gone(client)

    def control(self, reference: str, operate: Hook, **hooks: Any) -> ControlObject:
        """Say what the commands to a controllable data object do, ``LD/LN.DO``; without that it cannot be operated.

        ``operate`` gets a :class:`~meterwire.acsi.control_command.Command` and returns None when it has carried it out, or the
        AddCause that says why not; it may be a coroutine function. ``hooks`` are the other fields of
        :class:`~meterwire.acsi.control_handler.Handler`. Raises UnknownNameError when there is no such data object.
        """
        return self.controls.handle(reference, Handler(operate=operate, **hooks))

    # -- reports ---------------------------------------------------------------------------

    def _deliver(self, report: Report) -> bool:
        association = self.associations.get(report.client)
        return association is not None and association.report(report)

    def inform(self, client: Hashable, pdu: bytes) -> None:
        """Send an unconfirmed PDU to a client, if it is still there."""
        association = self.associations.get(client)
        if association is not None:
            association.inform(pdu)

    def _from_thread(self, work: Callable[[], None]) -> Callable[[], None]:
        """What a store's thread calls when it has got further: does ``work`` in the loop."""
        loop = self._loop
        assert loop is not None

        def tell() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to be told
                loop.call_soon_threadsafe(work)

        return tell

    def _own_data_set(self, name: str, client: Hashable) -> tuple[Member, ...] | None:
        """Members of a data set that lives in one association."""
        association = self.associations.get(client)
        found = association.client.data_sets.sets.get(name) if association is not None else None
        return members_of(self.image, found)

    def address_of(self, client: Hashable) -> bytes:
        """Octets of a client's IP address: its identity for reservations, and what Owner shows."""
        association = self.associations.get(client)
        return association.address if association is not None else b""

    # -- time ------------------------------------------------------------------------------

    def schedule(self) -> None:
        """Some engine's deadline may have changed."""
        loop = self._loop
        if loop is None:  # buffered blocks have their first timers before there is a loop to wait in
            return
        deadline = min((due for engine in self.engines if (due := engine.deadline) is not None), default=None)
        if deadline == self._due and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = deadline
        if deadline is not None:
            self._timer = loop.call_later(max(0, deadline - time.monotonic_ns()) / 1e9, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = time.monotonic_ns()
        for engine in self.engines:
            due = engine.deadline
            if due is not None and due <= now:
                engine.poll()
        self.schedule()


async def _aside(work: Callable[[], Result]) -> Result:
    """Do what may wait for the disk in a thread."""
    return await asyncio.to_thread(work)
