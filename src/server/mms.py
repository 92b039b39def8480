"""The MMS server: associations of an asyncio loop over one served model.

All answers to what one read of the socket brought leave in one write: with pipelined clients that,
not the event loop, decides the rate.
"""

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Self

from .._accel import mms as accelerated
from ..acsi import BufferLimits, Member, Report
from ..acsi.files import FileEngine, FileStore
from ..binding.mms import Client, MmsImage, MmsService, ReportFrames, encode_report, follow, report_engine
from ..binding.mms.data_sets import DataSetLimits
from ..binding.mms.files import FileServices
from ..binding.mms.reporting import members_of
from ..errors import ProtocolError, StateError
from ..models import Ied
from ..net.tcp import as_stream, listen, local_port, peer_octets, set_low_latency
from ..protocols.mms import Answer, Cancelled, Closed, Initiate, MmsEvent, Proposal, Request, Responder
from ..protocols.mms.associations import FILE_SERVICES, SERVER_SERVICES
from ..protocols.mms.services import Identity
from ..protocols.osi import State
from .admission import Admission
from .calls import Calls
from .journal import SqliteJournal
from .limits import Limits, Statistics

__all__ = ["Limits", "MmsServer", "Statistics", "Tap"]

log = logging.getLogger(__name__)

CLOSING_SECONDS, CLOSING_STEPS = 1.0, 50
"""How long a closing server waits for its last words to be read, and how often it looks."""
LINGER_SECONDS = 10.0
"""How long a client that is gone may take for its last answers before its connection is cut."""
EVENTS_A_FLUSH = 16
"""Requests of one segment answered before their answers leave: small ones can ask for many times their size."""

LARGE = 1 << 15
"""Octets of an answer that leaves at once: joined with others it would only be copied out of the processor's cache and back."""
BURST = 1 << 16
"""Octets of buffered reports sent in one turn of the loop."""

Tap = Callable[[int, int, str, bytes], None]
"""Called with connection number, time (ns), direction ``"in"``/``"out"`` and bytes."""


class MmsServer:
    """Serves an IED; use as ``async with MmsServer(ied, port=10102) as server``.

    ``files`` is what the file services work on, e.g. a :class:`~meterwire.server.files.FolderStore`; without it
    they are rejected as unsupported.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        host: str = "127.0.0.1",
        port: int = 10102,
        allow_remote: bool = False,
        identity: Identity | None = None,
        limits: Limits | None = None,
        clock: Callable[[], int] = time.time_ns,
        tap: Tap | None = None,
        journal: SqliteJournal | None = None,
        buffers: BufferLimits | None = None,
        files: FileStore | None = None,
        admission: Admission | None = None,
        data_sets: DataSetLimits | None = None,
    ) -> None:
        self.ied = ied
        self.host = host
        self.port = port
        self.allow_remote = allow_remote
        self.limits = limits or Limits()
        self.admission = admission or Admission()
        self.clock = clock
        self.tap = tap
        self.statistics = Statistics()
        self.associations: dict[Hashable, _Association] = {}
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due: int | None = None
        self.image = MmsImage(ied)
        self.service = MmsService(self.image, identity or Identity("meterwire", ied.name, "0"))
        self.journal = journal
        """Where buffered reports survive a restart; :meth:`close` closes it."""
        self.reports = report_engine(
            self.image,
            clock=time.monotonic_ns,
            wall=clock,
            deliver=self._deliver,
            on_schedule=self._schedule,
            identity=self._address_of,
            own=self._own_data_set,
            journal=journal,
            limits=buffers,
            notice=log.warning,
        )
        self.frames = ReportFrames()
        """Encodes the reports of all associations."""
        self.service.data_set_limits = data_sets or DataSetLimits.declared(ied.capabilities)
        self.service.data_set_users.append(self.reports.uses)
        self._unfollow = follow(self.image, self.reports, self.service)
        self.files: FileServices | None = None
        if files is not None:
            self.files = FileServices(FileEngine(files, self.limits.files))
            self.service.extra.update(self.files.handlers)

    async def start(self) -> None:
        """Listen; ``port`` then holds the real port. When that fails the server is closed, and its journal with it."""
        try:
            self._server = await listen(
                lambda: _Association(self), self.host, self.port, allow_remote=self.allow_remote
            )
        except BaseException:
            await self.close()
            raise
        self.port = local_port(self._server)
        self._schedule()
        if self.journal is not None:
            self.journal.on_durable = self._pump_from(asyncio.get_running_loop())

    async def close(self) -> None:
        """Abort every association and stop listening."""
        if self._server is not None:
            self._server.close()
        associations = list(self.associations.values())
        for association in associations:
            association.abort()
        if self._timer is not None:
            self._timer.cancel()
        self._unfollow()
        self.reports.close()
        self.image.close()
        if self.journal is not None:
            self.journal.on_durable = None
            await asyncio.get_running_loop().run_in_executor(None, self.journal.close)
        for _ in range(CLOSING_STEPS):
            if not self.associations:
                break
            await asyncio.sleep(CLOSING_SECONDS / CLOSING_STEPS)
        for association in associations:
            association.drop()
        if self._server is not None:
            await self._server.wait_closed()

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

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"mms://{self.host}:{self.port}"

    def next_number(self) -> int:
        """Number of a new connection."""
        return next(self._numbers)

    # -- reports ---------------------------------------------------------------------------

    def _deliver(self, report: Report) -> bool:
        association = self.associations.get(report.client)
        return association is not None and association.report(report)

    def _pump_from(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        """What the journal's thread calls when it has got further."""

        def tell() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is left to be told
                loop.call_soon_threadsafe(self.reports.pump)

        return tell

    def _own_data_set(self, name: str, client: Hashable) -> tuple[Member, ...] | None:
        """Members of a data set that lives in one association."""
        association = self.associations.get(client)
        found = association.client.data_sets.sets.get(name) if association is not None else None
        return members_of(self.image, found)

    def _address_of(self, client: Hashable) -> bytes:
        """Octets of a client's IP address: its identity for reservations, and what Owner shows."""
        association = self.associations.get(client)
        return association.address if association is not None else b""

    def _schedule(self) -> None:
        if self._server is None:  # buffered blocks have their first timers before there is a loop to wait in
            return
        deadline = self.reports.deadline
        if deadline == self._due and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = deadline
        if deadline is not None:
            loop = asyncio.get_running_loop()
            delay = max(0, deadline - time.monotonic_ns()) / 1e9
            self._timer = loop.call_later(delay, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self.reports.poll()
        self._schedule()


class _Association(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: MmsServer) -> None:
        self.server = server
        self.number = server.next_number()
        limits = server.limits
        offered = Initiate(
            max_pdu=limits.max_pdu,
            max_calling=limits.max_outstanding,
            max_called=limits.max_outstanding,
            services=SERVER_SERVICES if server.files is None else _with_files(SERVER_SERVICES),
        )
        self.mms = Responder(offered)
        self.client = Client(self.number)
        self._write = server.service.write_ready(self.client)
        self.address = b""
        """Octets of the client's IP address."""
        self._is_paused = False
        self._is_answering = False
        self._burst = 0
        self._wants_room = False
        self._lost = 0
        self._written = self._taken = 0
        self._stall: asyncio.TimerHandle | None = None
        self.calls = Calls(self.mms, self._plan_flush, limits.call_seconds)
        self._flush_planned = False
        self._half_open: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    # -- asyncio ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = stream = as_stream(transport)
        server = self.server
        if len(server.associations) >= server.limits.max_associations:
            server.statistics.refused += 1
            stream.abort()
            return
        server.associations[self.number] = self
        self.address = peer_octets(stream)
        set_low_latency(stream)
        loop = asyncio.get_running_loop()
        self._half_open = loop.call_later(server.limits.half_open_seconds, self.abort)

    def data_received(self, data: bytes) -> None:
        server = self.server
        if server.tap is not None:
            server.tap(self.number, server.clock(), "in", data)
        self._is_answering = True
        try:
            data = self._answer_known(data)
            for count, event in enumerate(self.mms.receive(data) if data else (), 1):
                self._on_event(event)
                if not count % EVENTS_A_FLUSH:
                    self._relieve()
        except ProtocolError as error:
            server.statistics.broken += 1
            log.info("association %d broken: %s", self.number, error)
            self._end()
            return
        finally:
            self._is_answering = False
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self._expect_nothing()
        if self._half_open is not None:
            self._half_open.cancel()
        if self.number in self.server.associations:
            self._leave()
            del self.server.associations[self.number]

    def pause_writing(self) -> None:
        # A client that asks without reading the answers gets no more of them worked out.
        self._is_paused = True
        if self._transport is not None:
            self._transport.pause_reading()
            self._expect_progress()

    def resume_writing(self) -> None:
        self._is_paused = False
        self._expect_nothing()
        if self._lost:
            log.info("association %d reads again, %d reports to it were lost", self.number, self._lost)
            self._lost = 0
        if self._transport is not None:
            self._transport.resume_reading()
            self._give_room()

    def _expect_progress(self) -> None:
        """Somebody who waits for the client's sake waits only while it takes something."""
        transport = self._transport
        if transport is None:
            return
        taken = self._written - transport.get_write_buffer_size()
        if taken == self._taken and self._stall is not None:
            self.server.statistics.stalled += 1
            log.warning("association %d has stopped reading; cut off", self.number)
            self.drop()
            return
        self._taken = taken
        self._stall = asyncio.get_running_loop().call_later(self.server.limits.stalled_seconds, self._expect_progress)

    def _expect_nothing(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def has_room(self) -> bool:
        """May a buffered report be sent now?

        Not before the answer to the request that enabled it, and not more at once than the line takes: a long buffer
        must fill neither our memory nor one turn of the loop. Whoever gets no is told when it has changed.
        """
        room = not (self._is_paused or self._is_answering) and self._burst < BURST
        self._wants_room = self._wants_room or not room
        return room

    def _give_room(self) -> None:
        if self._wants_room and not self._is_paused and self._transport is not None:
            self._wants_room = False
            self.server.reports.ready(self.number)

    # -- MMS -------------------------------------------------------------------------------

    def _answer_known(self, data: bytes) -> bytes:
        """Answer the known Reads and Writes at the start of ``data`` on the short way; what is left of it."""
        osi = self.mms.osi
        server = self.server
        service = server.service
        if self.mms.deferred or not osi.is_between_frames:
            return data
        answers, used, count = accelerated.answer_known(
            data, osi.context, service.ready, service.ready_writes, self._write, self.client.max_pdu, osi.max_tpdu
        )
        if not count:
            return data
        osi.put(answers)
        server.statistics.requests += count
        return data[used:]

    def _on_event(self, event: MmsEvent) -> None:
        if isinstance(event, Request):
            self.server.statistics.requests += 1
            answer = self.server.service.answer(event.pdu, self.client)
            if isinstance(answer, bytes):
                self.mms.osi.send(answer)
                if len(answer) > LARGE:
                    self.flush()
            else:
                self.calls.start(event.pdu.invoke_id or 0, answer)
        elif isinstance(event, Answer):
            self.calls.answered(event)
        elif isinstance(event, Cancelled):
            self.calls.cancel(event.invoke_id)
        elif isinstance(event, Proposal):
            refusal = self.server.admission.refusal(event)
            if refusal is not None:
                self.server.statistics.refused += 1
                log.info("association %d refused, ACSE diagnostic %d", self.number, refusal)
                self.mms.refuse(refusal)
                self._end()
                return
            opened = self.mms.accept()
            self.client.max_pdu = opened.initiate.max_pdu
            if self.server.files is not None:
                self.server.files.join(self.number, self.calls)
            self.server.statistics.associations += 1
            if self._half_open is not None:
                self._half_open.cancel()
        elif isinstance(event, Closed):
            self._end()

    def report(self, report: Report) -> bool:
        """Send a report, together with whatever else this turn of the loop brings; False when there is no room for it."""
        if report.entry_id:
            if not self.has_room():
                return False
        elif (self._is_paused or self._burst) and self._is_behind():
            self._lose()
            return False
        osi = self.mms.osi
        if osi.state is not State.OPEN:
            return False
        server = self.server
        frame = server.frames.frame(report, osi.context, self.client.max_pdu, osi.max_tpdu)
        if frame is not None:
            osi.put(frame)
            self._burst += len(frame)
        else:
            for pdu in encode_report(report, self.client.max_pdu):
                osi.send(pdu)
                self._burst += len(pdu)
        server.statistics.reports += 1
        if not self._flush_planned:
            self._plan_flush()
        return True

    def _is_behind(self) -> bool:
        """More waits for the client than may."""
        waiting = self._burst
        if self._is_paused and self._transport is not None:
            waiting += self._transport.get_write_buffer_size()
        return waiting > self.server.limits.max_unsent_reports

    def _lose(self) -> None:
        """A report finds no room."""
        if not self._lost:
            log.warning("association %d does not keep up: reports to it are being lost", self.number)
        self._lost += 1
        self.server.statistics.lost += 1

    def _plan_flush(self) -> None:
        if not self._flush_planned:
            self._flush_planned = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Write what is to be sent."""
        self._flush_planned = False
        output = self.mms.osi.take_output()
        if output and self._transport is not None:
            if self.server.tap is not None:
                self.server.tap(self.number, self.server.clock(), "out", output)
            self._transport.write(output)
            self._written += len(output)
        self._burst = 0
        if self._wants_room:
            asyncio.get_running_loop().call_soon(self._give_room)

    def _relieve(self) -> None:
        """Let the answers so far leave; StateError for a client that asks for more than it reads."""
        self.flush()
        transport = self._transport
        if transport is not None and transport.get_write_buffer_size() > self.server.limits.max_unsent:
            self.drop()
            msg = "the client asks without reading the answers"
            raise StateError(msg)

    def _end(self) -> None:
        """The association is over: release what it held at once, not when TCP notices."""
        self._leave()
        self.flush()
        transport = self._transport
        if transport is not None:
            transport.close()
            if transport.get_write_buffer_size():
                asyncio.get_running_loop().call_later(LINGER_SECONDS, transport.abort)

    def _leave(self) -> None:
        self.calls.close()
        self.server.reports.client_gone(self.number)
        if self.server.files is not None:
            self.server.files.leave(self.number)

    def drop(self) -> None:
        """Cut the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def abort(self) -> None:
        """Tell the client that it is over, and close."""
        self.mms.osi.abort()
        self._end()


def _with_files(services: bytes) -> bytes:
    return bytes(a | b for a, b in zip(services, FILE_SERVICES, strict=True))
