"""What goes on in an association beyond question and answer: requests that take time, and questions to the client.

Each deferred request is a task. A cancel-request stops it, the end of the association stops all of them.
"""

import asyncio
import logging
from collections.abc import Callable

from ..binding.mms.answering import Pending
from ..errors import LinkError, LinkTimeoutError
from ..protocols.mms import Answer, Pdu, Responder
from ..protocols.mms.pdu import OTHER, OTHERS_CLASS, confirmed_error
from ..protocols.osi import State

__all__ = ["Calls"]

log = logging.getLogger(__name__)


class Calls:
    """The requests of one association that are under way, in both directions."""

    __slots__ = ("_flush", "_mms", "_places", "_seconds", "_tasks", "_waiting")

    def __init__(self, mms: Responder, flush: Callable[[], None], seconds: float) -> None:
        self._mms = mms
        self._flush = flush
        self._seconds = seconds
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._places: asyncio.Semaphore | None = None

    # -- requests of the client ------------------------------------------------------------

    def start(self, invoke_id: int, pending: Pending) -> None:
        """Work on a request whose answer takes time."""
        self._mms.defer(invoke_id)
        task = self._tasks[invoke_id] = asyncio.create_task(self._run(invoke_id, pending))
        task.add_done_callback(lambda _: pending.close())  # cancelled before its first step, it has not begun at all

    async def _run(self, invoke_id: int, pending: Pending) -> None:
        try:
            pdu = await pending.work
        except Exception:
            log.exception("a request failed")
            pdu = confirmed_error(invoke_id, OTHERS_CLASS, OTHER)
        finally:
            # A cancelled request's number may belong to another by now.
            if self._tasks.get(invoke_id) is asyncio.current_task():
                del self._tasks[invoke_id]
        if self._mms.osi.state is State.OPEN:
            self._mms.answer(invoke_id, pdu)
            self._flush()

    def cancel(self, invoke_id: int) -> None:
        """The client has cancelled a request, and has been answered: stop working on it."""
        task = self._tasks.pop(invoke_id, None)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """The association is over."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkError("the association is gone"))
                future.exception()
        self._waiting.clear()

    # -- requests to the client ------------------------------------------------------------

    async def call(self, service: bytes) -> Pdu:
        """Ask the client; ServiceError or RejectError when it refuses, LinkTimeoutError when it is silent."""
        if self._places is None:
            self._places = asyncio.Semaphore(max(1, self._mms.negotiated.max_called))
        async with self._places:
            invoke_id = self._mms.request(service)
            self._flush()
            future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
            self._waiting[invoke_id] = future
            try:
                async with asyncio.timeout(self._seconds):
                    return await future
            except TimeoutError:
                msg = f"no answer from the client within {self._seconds:g} s"
                raise LinkTimeoutError(msg) from None
            finally:
                self._waiting.pop(invoke_id, None)
                if self._mms.osi.state is State.OPEN:
                    self._mms.cancel(invoke_id)  # nothing happens when it was answered
                    self._flush()

    async def aside(self, work: Callable[[], None]) -> None:
        """Do something that blocks in a thread. A cancellation waits until it is done: nothing may go on behind us."""
        task = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait((task,))
            task.exception()
            raise

    def post(self, service: bytes) -> None:
        """Ask the client, whatever it answers; nothing when that cannot be any more."""
        if self._mms.osi.state is State.OPEN and self._mms.room > 0:
            self._mms.request(service)
            self._flush()

    def answered(self, answer: Answer) -> None:
        """An answer of the client."""
        future = self._waiting.get(answer.invoke_id)
        if future is None or future.done():
            return
        if answer.pdu is None:
            future.set_exception(answer.error or LinkError("no answer"))
        else:
            future.set_result(answer.pdu)
