"""One MMS association of a client: requests with time-outs, reports to a callback."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from ..errors import (
    AssociationError,
    LinkError,
    LinkTimeoutError,
    MeterwireError,
    ProtocolError,
)
from ..net.tcp import as_stream, dial, set_low_latency
from ..protocols.mms import (
    Answer,
    Closed,
    Initiate,
    Initiator,
    MmsEvent,
    Opened,
    Pdu,
    Report,
    Request,
)
from ..protocols.osi import AddressSet, Authentication
from .upcalls import Upcalls

__all__ = ["MmsConnection", "Tap", "open_connection"]

Tap = Callable[[str, bytes], None]
"""Called with the direction, ``"in"`` or ``"out"``, and the octets as they come from the line or go onto it."""


class MmsConnection(Upcalls, asyncio.Protocol):
    """An association; made by :func:`open_connection`."""

    def __init__(self, initiator: Initiator, tap: Tap | None = None) -> None:
        super().__init__()
        self.mms = initiator
        self._tap = tap
        self.error: MeterwireError | None = None
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._queue: deque[asyncio.Future[None]] = deque()
        self._opened: asyncio.Future[Initiate] = asyncio.get_running_loop().create_future()
        self._released = asyncio.Event()
        self._is_releasing = False

    # -- asyncio ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The TCP connection stands."""
        self._transport = as_stream(transport)
        set_low_latency(transport)

    def data_received(self, data: bytes) -> None:
        """Bytes arrived."""
        if self._tap is not None:
            self._tap("in", data)
        try:
            for event in self.mms.receive(data):
                self._on_event(event)
        except ProtocolError as error:
            self._flush()
            self._end(AssociationError(f"the server broke the protocol: {error}"))
            return
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone."""
        del exc
        self._transport = None
        self._end(AssociationError("the server closed the connection"))

    # -- life ------------------------------------------------------------------------------

    async def associate(self, authentication: Authentication | None, timeout: float) -> Initiate:
        """Open the association within ``timeout`` seconds."""
        self.mms.connect(authentication)
        self._flush()
        try:
            async with asyncio.timeout(timeout):
                return await self._opened
        except TimeoutError:
            self.abort()
            msg = f"the server accepted TCP but no association within {timeout:g} s"
            raise LinkTimeoutError(msg) from None

    @property
    def is_open(self) -> bool:
        """True while requests can be sent."""
        return self.error is None and self._transport is not None and not self._is_releasing

    async def release(self, timeout: float) -> None:
        """Conclude in order, or cut off when the server does not answer."""
        if not self.is_open:
            return
        self._is_releasing = True
        with contextlib.suppress(ProtocolError):
            self.mms.release()
        self._flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._released.wait()
        self._end(None)

    def abort(self) -> None:
        """Cut the association off."""
        with contextlib.suppress(ProtocolError):
            self.mms.osi.abort()
        self._flush()
        self._end(AssociationError("the association was aborted here"))

    def _end(self, error: AssociationError | None) -> None:
        if self.error is not None:
            return
        self.error = error or AssociationError("the association was released")
        if self._transport is not None:
            self._transport.close()
        if not self._opened.done():
            self._opened.set_exception(self.error)
            self._opened.exception()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(self.error)
                future.exception()
        self._waiting.clear()
        self._released.set()
        while self._queue:
            self._give_place()
        self._wake()
        if self.on_closed is not None:
            self.on_closed(error)

    # -- requests --------------------------------------------------------------------------

    async def request(self, service: bytes, timeout: float) -> Pdu:
        """Send a confirmed request and wait for its answer.

        Raises LinkTimeoutError, AssociationError, ServiceError or RejectError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        if self.mms.room <= 0:
            await self._take_place(deadline)
        if self.error is not None:
            raise self.error
        if self._is_releasing:
            msg = "the association is being released"
            raise AssociationError(msg)
        try:
            invoke_id = self.mms.request(service)
        except MeterwireError:
            self._give_place()  # it was not taken: the next one must not wait for it in vain
            raise
        self._flush()
        future: asyncio.Future[Pdu] = loop.create_future()
        self._waiting[invoke_id] = future
        # One timer per request: asyncio.timeout costs as much as all the rest of a small read.
        timer = loop.call_at(deadline, _expire, future, timeout)
        try:
            pdu = await future
        except (LinkTimeoutError, asyncio.CancelledError):
            self._cancel(invoke_id)
            raise
        finally:
            timer.cancel()
            self._waiting.pop(invoke_id, None)
        pdu.insist_answers(service)
        return pdu

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until what the server says unasked has made the condition true; False when it has not in time.

        Raises AssociationError when the association ends before.
        """
        news = asyncio.Event()
        self.wakers.append(news.set)
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    if self.error is not None:
                        raise self.error
                    news.clear()
                    await news.wait()
        except TimeoutError:
            return condition()
        finally:
            self.wakers.remove(news.set)
        return True

    def _cancel(self, invoke_id: int) -> None:
        """Nobody waits for the answer any more: ask for the place back."""
        if self.is_open:
            with contextlib.suppress(ProtocolError):
                self.mms.cancel(invoke_id)
            self._flush()

    async def _take_place(self, deadline: float) -> None:
        """Wait until the negotiated number of outstanding requests leaves room."""
        try:
            async with asyncio.timeout_at(deadline):
                while self.mms.room <= 0 and self.error is None:
                    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._queue.append(waiter)
                    try:
                        await waiter
                    except asyncio.CancelledError:
                        if waiter.done() and not waiter.cancelled():
                            self._give_place()  # it was ours, and the next one must not wait for it in vain
                        raise
        except TimeoutError:
            msg = "the server answers none of the requests it already has"
            raise LinkTimeoutError(msg) from None

    def _flush(self) -> None:
        output = self.mms.osi.take_output()
        if output and self._transport is not None:
            if self._tap is not None:
                self._tap("out", output)
            self._transport.write(output)

    def _on_event(self, event: MmsEvent) -> None:
        if isinstance(event, Answer):
            future = self._waiting.get(event.invoke_id)
            if future is not None and not future.done():
                if event.pdu is None:
                    future.set_exception(event.error or LinkError("no answer"))
                else:
                    future.set_result(event.pdu)
            self._give_place()
        elif isinstance(event, Report):
            self._report(event.pdu)
        elif isinstance(event, Request):
            self.mms.osi.send(self._answer(event.pdu))
        elif isinstance(event, Opened):
            if not self._opened.done():
                self._opened.set_result(event.initiate)
        elif isinstance(event, Closed):
            self._end(event.error)

    def _give_place(self) -> None:
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return


def _expire(future: asyncio.Future[Pdu], timeout: float) -> None:
    if not future.done():
        future.set_exception(LinkTimeoutError(f"no answer from the server within {timeout:g} s"))


async def open_connection(
    host: str,
    port: int,
    *,
    timeout: float,
    addresses: AddressSet | None = None,
    wanted: Initiate | None = None,
    authentication: Authentication | None = None,
    tap: Tap | None = None,
) -> MmsConnection:
    """Dial and associate; the whole takes at most ``timeout`` seconds per step. ``tap`` sees every octet."""
    connection = await dial(lambda: MmsConnection(Initiator(addresses, wanted), tap), host, port, timeout=timeout)
    try:
        await connection.associate(authentication, timeout)
    except BaseException:  # a caller who gives up leaves no connection behind
        connection.abort()
        raise
    return connection
