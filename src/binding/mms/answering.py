"""From a handler's result to the PDU that answers, at once or later.

A handler gets the request and who asks. It gives a service element, class and code of a ServiceError, or a coroutine
that will give one of these; a ServiceError it raises is answered as such.
"""

from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from ...errors import LimitError, LinkTimeoutError, MeterwireError, ProtocolError, ServiceError, UsageError
from ...protocols.mms import Pdu, RejectKind
from ...protocols.mms.pdu import (
    CAPABILITY_UNAVAILABLE,
    OTHER,
    OTHERS_CLASS,
    PREEMPT_CLASS,
    PREEMPT_TIMEOUT,
    RESOURCE_CLASS,
    confirmed_error,
    confirmed_response,
    reject,
)

__all__ = ["Asker", "Deferred", "Handler", "Pending", "Result", "respond"]

Result = bytes | tuple[int, int]
"""A service element, or class and code of a ServiceError."""


class Asker(Protocol):
    """The association a request came from."""

    @property
    def key(self) -> Hashable:
        """Its identity."""

    @property
    def max_pdu(self) -> int:
        """Negotiated PDU size, octets."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """A result that takes its time, and somebody who wants to know when it is over."""

    work: Coroutine[Any, Any, Result]
    """Gives the result."""
    over: Callable[[], None]
    """To be called when the answer has left, or never will."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that takes its time; whoever owns the loop runs it, and may cancel it."""

    work: Coroutine[Any, Any, bytes]
    """Gives the answering PDU; raises nothing of ours."""
    result: Coroutine[Any, Any, Any]
    """What it waits for."""
    over: Callable[[], None] | None = None
    """Who wants to know that the answer has left, or never will."""

    def close(self) -> None:
        """The answer has left, or it will not be run, or not any further; to be called once."""
        self.work.close()
        self.result.close()
        if self.over is not None:
            self.over()


Handler = Callable[[Pdu, Asker], Result | Deferred | Coroutine[Any, Any, Result]]


def respond(handler: Handler, pdu: Pdu, asker: Asker) -> bytes | Pending:
    """Ask a handler: response, error or reject, or the promise of one."""
    invoke_id = pdu.invoke_id
    assert invoke_id is not None
    try:
        result = handler(pdu, asker)
    except LimitError:
        return reject(invoke_id, RejectKind.CONFIRMED_REQUEST, RejectKind.VALUE_OUT_OF_RANGE)
    except ServiceError as error:
        return confirmed_error(invoke_id, error.error_class, error.code or 0)
    except ProtocolError:
        return reject(invoke_id, RejectKind.CONFIRMED_REQUEST, RejectKind.INVALID_ARGUMENT)
    except UsageError:  # the model has what MMS cannot carry, e.g. a name beyond 64 characters
        return confirmed_error(invoke_id, RESOURCE_CLASS, CAPABILITY_UNAVAILABLE)
    if isinstance(result, (bytes, tuple)):
        return _envelope(invoke_id, result, asker.max_pdu)
    if isinstance(result, Deferred):
        return Pending(_finish(invoke_id, result.work, asker.max_pdu), result.work, result.over)
    return Pending(_finish(invoke_id, result, asker.max_pdu), result)


def _envelope(invoke_id: int, result: Result, max_pdu: int) -> bytes:
    """The PDU around a result; one that is larger than agreed becomes an error."""
    if isinstance(result, tuple):
        return confirmed_error(invoke_id, *result)
    response = confirmed_response(invoke_id, result)
    if len(response) > max_pdu:
        return confirmed_error(invoke_id, RESOURCE_CLASS, CAPABILITY_UNAVAILABLE)
    return response


async def _finish(invoke_id: int, work: Coroutine[Any, Any, Result], max_pdu: int) -> bytes:
    result: Result
    try:
        result = await work
    except ServiceError as error:
        result = error.error_class, error.code or 0
    except LinkTimeoutError:
        result = PREEMPT_CLASS, PREEMPT_TIMEOUT
    except MeterwireError:
        result = OTHERS_CLASS, OTHER
    return _envelope(invoke_id, result, max_pdu)
