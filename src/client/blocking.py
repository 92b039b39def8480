"""The client without an event loop: the same calls over a blocking socket.

:class:`~meterwire.client.ied.IedClient` waits for nothing but its connection. Over
:class:`BlockingConnection`, whose ``request`` blocks instead of suspending, its coroutines run to
their end in one step; :func:`drive` takes that step. So there is one client, not two.
"""

import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

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
)
from ..protocols.osi import Authentication
from .upcalls import Upcalls

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
        invoke_id = self.mms.request(service)
        try:
            while invoke_id not in self._answers:
                self._wait(deadline, f"no answer from the server within {timeout:g} s")
        except LinkTimeoutError:
            self.mms.cancel(invoke_id)  # leaves with what is sent next
            raise
        answer = self._answers.pop(invoke_id)
        # Late answers to requests that were given up are nobody's any more.
        self._answers.clear()
        if answer.pdu is None:
            raise answer.error or LinkError("no answer")
        answer.pdu.insist_answers(service)
        return answer.pdu

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
        try:
            output = self.mms.osi.take_output()
            if output:
                self._stream.send(output, deadline)
            chunk = self._stream.receive(deadline)
            if chunk is None:
                return False
            for event in self.mms.receive(chunk):
                self._on_event(event)
            output = self.mms.osi.take_output()
            if output and self.is_open:
                self._stream.send(output, deadline)
        except LinkError as error:  # also half a frame that could not be sent in time: the rest cannot follow
            self._end(AssociationError(str(error)))
        except ProtocolError as error:
            self._end(AssociationError(f"the server broke the protocol: {error}"))
        return True

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
        self._stream.close()
        if self.error is None:
            self.error = error or AssociationError("the association was released")
            if self.on_closed is not None:
                self.on_closed(error)
