"""The client without an event loop: the same calls over a blocking socket.

:class:`~meterwire.client.ied.IedClient` waits for nothing but its connection. Over
:class:`BlockingConnection`, whose ``request`` blocks instead of suspending, its coroutines run to
their end in one step; :func:`drive` takes that step. So there is one client, not two.
"""

import contextlib
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from .._accel import mms as frames
from .._accel import mmscall, mmsdata
from ..errors import AssociationError, LinkError, LinkTimeoutError, MeterwireError, ProtocolError
from ..net.blocking import BlockingStream
from ..protocols.mms import (
    Answer,
    Closed,
    Initiator,
    MmsEvent,
    Opened,
    Pdu,
    Report,
    Request,
    TypeSpec,
)
from ..protocols.osi import Authentication
from ..reading import Quality
from .upcalls import Upcalls
from .values import TIME_MAKER, Structure, dress_results

__all__ = ["BlockingConnection", "drive"]

T = TypeVar("T")


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never has to wait for a loop, and return what it returns."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    msg = "this call needs an event loop; use meterwire.client"
    raise LinkError(msg)


class BlockingConnection(Upcalls):
    """An association over a blocking socket, with the interface of MmsConnection."""

    def __init__(self, host: str, port: int, initiator: Initiator, timeout: float) -> None:
        super().__init__()
        self.mms = initiator
        self.error: MeterwireError | None = None
        self._stream = BlockingStream(host, port, timeout)
        self._answers: dict[int, Answer] = {}
        self._bounds: tuple[int, int, int] | None = None
        """Of a request on the short way: presentation context, sizes of PDU and TPDU. None while something else goes on."""
        self._is_associated = False

    def associate(self, authentication: Authentication | None, timeout: float) -> None:
        """Open the association within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        self.mms.connect(authentication)
        try:
            while not self._is_associated:
                self._wait(deadline, f"the server accepted TCP but no association within {timeout:g} s")
        except LinkTimeoutError:
            self.abort()
            raise

    @property
    def is_open(self) -> bool:
        """True while requests can be sent."""
        return self.error is None

    async def request(self, service: bytes, timeout: float) -> Pdu:
        """Send a confirmed request and block until its answer has come."""
        if self.error is not None:
            raise self.error
        deadline = time.monotonic() + timeout
        while self.mms.room <= 0:
            self._wait(deadline, "the server answers none of the requests it already has")
        return self._answer_to(self.mms.request(service), service, deadline, timeout)

    def read(
        self, service: bytes, specs: Sequence[TypeSpec | None], shapes: Sequence[mmsdata.Shape], timeout: float
    ) -> list[Any]:
        """Values of a Read, see :func:`~.values.dress_results`.

        While nothing else goes on, request and answer are one compiled call; what it cannot finish goes on from there.
        """
        bounds = self._bounds
        fd = self._stream.ready(timeout) if bounds is not None else -1
        if bounds is None or fd < 0:
            return dress_results(drive(self.request(service, timeout)), specs, shapes)
        deadline = time.monotonic() + timeout
        invoke_id = self.mms.take_id()
        try:
            found = mmscall.read(fd, service, invoke_id, *bounds, shapes, Structure, Quality, TIME_MAKER)
        except OSError as error:
            raise self._lose(self._stream.lost(error)) from None
        except BaseException:  # Ctrl-C: the answer is still to come
            self._bounds = None
            self.mms.sent(invoke_id)
            raise
        if isinstance(found, list):
            return found
        if found == 0:
            return dress_results(drive(self.request(service, timeout)), specs, shapes)
        self._bounds = None
        self.mms.sent(invoke_id)
        if isinstance(found, int):
            self.mms.osi.put((frames.request_frame(invoke_id, service, *bounds) or b"")[found:])
        elif found is not None:
            self._take(found, deadline)
        return dress_results(self._answer_to(invoke_id, service, deadline, timeout), specs, shapes)

    def _answer_to(self, invoke_id: int, service: bytes, deadline: float, timeout: float) -> Pdu:
        """Wait for the answer to a request that is on its way, or ready to be sent."""
        try:
            while invoke_id not in self._answers:
                self._wait(deadline, f"no answer from the server within {timeout:g} s")
        except LinkTimeoutError:
            self.mms.cancel(invoke_id)  # leaves with what is sent next
            raise
        answer = self._answers.pop(invoke_id)
        # Late answers to requests that were given up are nobody's any more.
        self._answers.clear()
        self._settle()
        if answer.pdu is None:
            raise answer.error or LinkError("no answer")
        answer.pdu.insist_answers(service)
        return answer.pdu

    def _settle(self) -> None:
        """The short way is free when nothing else goes on: no half of a frame, nothing to send, no answer still to come."""
        mms, osi = self.mms, self.mms.osi
        if self.error is None and osi.is_between_frames and osi.is_silent and mms.is_idle:
            self._bounds = (osi.context, mms.negotiated.max_pdu, osi.max_tpdu)

    def _wait(self, deadline: float, told: str) -> None:
        """One turn, and an error when it was the last: a server that sends and sends must not hold us for ever."""
        if self.error is not None:
            raise self.error
        if time.monotonic() >= deadline or not self._turn(deadline):
            raise LinkTimeoutError(told)

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Block until what the server says unasked has made the condition true; False when it has not in time."""
        deadline = time.monotonic() + timeout
        while not condition():
            if self.error is not None:
                raise self.error
            if time.monotonic() >= deadline or not self._turn(deadline):
                return condition()
        return True

    def pump(self, timeout: float) -> None:
        """Take in what arrives within ``timeout`` seconds, at most one chunk: reports, a release."""
        if self.error is None:
            self._turn(time.monotonic() + timeout)

    async def release(self, timeout: float) -> None:
        """Conclude in order, or cut off when the server does not answer."""
        deadline = time.monotonic() + timeout
        with contextlib.suppress(MeterwireError):
            if self.is_open:
                self.mms.release()
            while self.is_open:
                self._wait(deadline, "the server does not conclude")
        self._end(None)

    def abort(self) -> None:
        """Cut the association off."""
        with contextlib.suppress(MeterwireError):
            self.mms.osi.abort()
            self._stream.send(self.mms.osi.take_output(), time.monotonic() + 1)
        self._end(AssociationError("the association was aborted here"))

    def _turn(self, deadline: float) -> bool:
        """Send what is to be sent and take one chunk in; False when nothing came in time."""
        self._bounds = None
        try:
            output = self.mms.osi.take_output()
            if output:
                self._stream.send(output, deadline)
            chunk = self._stream.receive(deadline)
            if chunk is None:
                return False
        except LinkError as error:  # also half a frame that could not be sent in time: the rest cannot follow
            self._lose(error)
        else:
            self._take(chunk, deadline)
        return True

    def _take(self, chunk: bytes, deadline: float) -> None:
        """What arrived; none of it is the end."""
        try:
            if not chunk:
                raise self._stream.closed()
            for event in self.mms.receive(chunk):
                self._on_event(event)
            output = self.mms.osi.take_output()
            if output and self.is_open:
                self._stream.send(output, deadline)
        except LinkError as error:
            self._lose(error)
        except ProtocolError as error:
            self._end(AssociationError(f"the server broke the protocol: {error}"))

    def _lose(self, error: LinkError) -> AssociationError:
        """The connection is lost, and the association with it."""
        lost = AssociationError(str(error))
        self._end(lost)
        return lost

    def _on_event(self, event: MmsEvent) -> None:
        if isinstance(event, Answer):
            self._answers[event.invoke_id] = event
        elif isinstance(event, Report):
            self._report(event.pdu)
        elif isinstance(event, Request):
            self.mms.osi.send(self._answer(event.pdu))
        elif isinstance(event, Opened):
            self._is_associated = True
        elif isinstance(event, Closed):
            self._end(event.error)

    def _end(self, error: AssociationError | None) -> None:
        self._bounds = None
        self._stream.close()
        if self.error is None:
            self.error = error or AssociationError("the association was released")
            if self.on_closed is not None:
                self.on_closed(error)
