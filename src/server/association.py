"""One association of the MMS server: a connection, what it waits for, and what waits for it.

All answers to what one read of the socket brought leave in one write: with pipelined clients that,
not the event loop, decides the rate.
"""

import asyncio
import logging

from .._accel import mms as accelerated
from ..acsi import Report
from ..binding.mms import Client, encode_report
from ..errors import ProtocolError, StateError
from ..net.tcp import as_stream, peer_octets, set_low_latency
from ..protocols.mms import Answer, Cancelled, Closed, Initiate, MmsEvent, Proposal, Request, Responder
from ..protocols.osi import State
from .calls import Calls
from .core import ServerCore

__all__ = ["Association"]

log = logging.getLogger(__name__)

LINGER_SECONDS = 10.0
"""How long a client that is gone may take for its last answers before its connection is cut."""
EVENTS_A_FLUSH = 16
"""Requests of one segment answered before their answers leave: small ones can ask for many times their size."""
LARGE = 1 << 15
"""Octets of an answer that leaves at once: joined with others it would only be copied out of the processor's cache and back."""
BURST = 1 << 16
"""Octets of buffered reports sent in one turn of the loop."""


class Association(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: ServerCore) -> None:
        self.server = server
        self.number = server.next_number()
        limits = server.limits
        offered = Initiate(
            max_pdu=limits.max_pdu,
            max_calling=limits.max_outstanding,
            max_called=limits.max_outstanding,
            services=server.services,
        )
        self.mms = Responder(offered)
        self.client = Client(self.number)
        self._write = server.service.write_ready(self.client)
        self.address = b""
        """Octets of the client's IP address."""
        self._is_paused = False
        self._is_answering = False
        self._answer_at = 0
        """Where in the output the answer goes: in front of the reports that its request causes."""
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
        """A client has connected."""
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
        """Octets of the client, however cut."""
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
        """The connection is gone."""
        del exc
        self._transport = None
        self._expect_nothing()
        if self._half_open is not None:
            self._half_open.cancel()
        if self.number in self.server.associations:
            self._leave()
            del self.server.associations[self.number]

    def pause_writing(self) -> None:
        """The client does not read what is written."""
        # A client that asks without reading the answers gets no more of them worked out.
        self._is_paused = True
        if self._transport is not None:
            self._transport.pause_reading()
            self._expect_progress()

    def resume_writing(self) -> None:
        """The client reads again."""
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
        self._answer_at = osi.mark
        answers, used, count = accelerated.answer_known(
            data, osi.context, service.ready, service.ready_writes, self._write, self.client.max_pdu, osi.max_tpdu
        )
        if not count:
            return data
        osi.put(answers, self._answer_at)
        server.statistics.requests += count
        return data[used:]

    def _on_event(self, event: MmsEvent) -> None:
        if isinstance(event, Request):
            self.server.statistics.requests += 1
            self._answer_at = self.mms.osi.mark
            answer = self.server.service.answer(event.pdu, self.client)
            if isinstance(answer, bytes):
                self.mms.osi.send(answer, self._answer_at)
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

    def inform(self, pdu: bytes) -> None:
        """Send an unconfirmed PDU; before the answer when one is being worked out."""
        osi = self.mms.osi
        if osi.state is not State.OPEN:
            return
        if self._is_answering:
            before = osi.mark
            osi.send(pdu, self._answer_at)
            self._answer_at += osi.mark - before
        else:
            osi.send(pdu)
            self._plan_flush()

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
        self.server.client_gone(self.number)
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
