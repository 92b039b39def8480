"""Answers that wait for an engine: several results, of which some are not there yet.

Nothing here knows a loop: whoever owns it gives a ``promise``, which makes something that can be awaited and be given a result.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from ...acsi.control_command import AddCause
from ...acsi.control_handler import Waiting
from .answering import Deferred, Result

__all__ = ["Future", "Promise", "answer_all"]


class Future(Awaitable[Any], Protocol):
    """What asyncio calls a future."""

    def done(self) -> bool:
        """It has a result, or nobody waits any more."""

    def set_result(self, result: Any, /) -> None:
        """Give it its result."""


Promise = Callable[[], Future]


def answer_all(
    results: list[Any],
    promise: Promise,
    convert: Callable[[int, AddCause | None], Any],
    finish: Callable[[list[Any]], Result],
) -> Result | Deferred:
    """What ``finish`` makes of the results, now or when all are there; ``convert`` makes one of what was waited for."""
    waited = [(index, result) for index, result in enumerate(results) if isinstance(result, Waiting)]
    if not waited:
        return finish(results)
    futures = [(index, _future(waiting, promise)) for index, waiting in waited]

    async def work() -> Result:
        for index, future in futures:
            results[index] = convert(index, await future)
        return finish(results)

    def over() -> None:
        for _, waiting in waited:
            waiting.sent()

    return Deferred(work(), over)


def _future(waiting: Waiting, promise: Promise) -> Future:
    future = promise()

    def on_answer(cause: AddCause | None) -> None:
        if not future.done():
            future.set_result(cause)

    waiting.on_answer = on_answer
    return future
