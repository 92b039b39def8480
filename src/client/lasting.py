"""A connection that comes back: when the association is lost, it dials again until it stands.

It has the interface of :class:`~.connection.MmsConnection`. A request that was under way fails, for nobody can know whether
the server carried it out; a request made meanwhile waits for the new association as long as its time-out allows.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from ..errors import AssociationError, LinkTimeoutError, MeterwireError
from ..protocols.mms import Initiator, Pdu
from .connection import MmsConnection
from .upcalls import Upcalls

__all__ = ["LONGEST_PAUSE", "Backoff", "LastingConnection"]

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
"""Seconds between attempts: doubled after each, up to the longest."""


class Backoff:
    """Seconds to wait before each next attempt: ``backoff = Backoff()``, then ``await asyncio.sleep(next(backoff))``."""

    def __init__(self, longest: float = LONGEST_PAUSE) -> None:
        self._next = FIRST_PAUSE
        self._longest = longest

    def __next__(self) -> float:
        pause, self._next = self._next, min(2 * self._next, self._longest)
        return pause


class LastingConnection(Upcalls):
    """An association that is made anew whenever it is lost, until :meth:`release` or :meth:`abort`."""

    def __init__(
        self,
        connection: MmsConnection,
        dial: Callable[[], Awaitable[MmsConnection]],
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        super().__init__()
        self.on_lost: Callable[[AssociationError], None] | None = None
        """Called when an association is lost, before a new one is tried."""
        self.on_restored: Callable[[], None] | None = None
        """Called after every new association; what was known of the server may be stale."""
        self._dial = dial
        self._longest_pause = longest_pause
        self._inner = connection
        self._stands = asyncio.Event()
        self._is_over = False
        self._dialling: asyncio.Task[None] | None = None
        self._adopt(connection)

    def _adopt(self, connection: MmsConnection) -> None:
        self._inner = connection
        connection.on_report = self._report
        connection.on_request = self._answer
        connection.on_closed = self._lost
        self._stands.set()

    @property
    def mms(self) -> Initiator:
        """The protocol machine of the present association."""
        return self._inner.mms

    @property
    def error(self) -> MeterwireError | None:
        """Why it is over; None while it stands or is being made anew."""
        return self._inner.error if self._is_over else None

    @property
    def is_open(self) -> bool:
        """True while requests can be sent at once."""
        return self._inner.is_open

    # -- lost and found --------------------------------------------------------------------

    def _lost(self, error: AssociationError | None) -> None:
        self._stands.clear()
        if self._is_over:
            self._finish(error)
            return
        error = error or AssociationError("the server released the association")
        log.warning("%s; connecting again", error)
        self._dialling = asyncio.get_running_loop().create_task(self._dial_again())
        if self.on_lost is not None:
            self.on_lost(error)

    async def _dial_again(self) -> None:
        backoff = Backoff(self._longest_pause)
        while True:
            await asyncio.sleep(next(backoff))
            try:
                connection = await self._dial()
            except MeterwireError as error:
                log.info("%s", error)
                continue
            if connection.is_open:
                break
        self._adopt(connection)
        log.warning("connected again")
        if self.on_restored is not None:
            self.on_restored()

    def _finish(self, error: AssociationError | None) -> None:
        self._stands.set()  # whoever waits is told that it is over
        told, self.on_closed = self.on_closed, None
        if told is not None:
            told(error)

    async def _stop_dialling(self) -> None:
        task, self._dialling = self._dialling, None
        if task is not None and not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # -- the interface of a connection -----------------------------------------------------

    async def request(self, service: bytes, timeout: float) -> Pdu:
        """Send a confirmed request and wait for its answer; see MmsConnection."""
        if self._inner.is_open:
            return await self._inner.request(service, timeout)
        if self._is_over:
            raise self._inner.error or AssociationError("the connection was closed")
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(timeout):
                await self._stands.wait()
        except TimeoutError:
            msg = f"the server did not come back within {timeout:g} s"
            raise LinkTimeoutError(msg) from None
        left = timeout - (asyncio.get_running_loop().time() - began)
        return await self._inner.request(service, max(left, FIRST_PAUSE))

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait for what the server says unasked; see MmsConnection. Another association does not say it any more."""
        return await self._inner.until(condition, timeout)

    async def release(self, timeout: float) -> None:
        """Conclude in order; there will be no new association."""
        self._is_over = True
        await self._stop_dialling()
        await self._inner.release(timeout)
        self._finish(None)

    def abort(self) -> None:
        """Cut the association off; there will be no new one."""
        self._is_over = True
        if self._dialling is not None:
            self._dialling.cancel()
        self._inner.abort()
        self._finish(AssociationError("the association was aborted here"))
