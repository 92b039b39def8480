"""Hooks that take their time: engines without a loop give them to one here, and are told what came of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["Launcher"]


class Launcher:
    """Runs awaitables of applications, each as a task."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __call__(self, work: Awaitable[Any], done: Callable[[Any], None]) -> Callable[[], None]:
        """Run ``work``; ``done`` gets its result, or what it raised. The result stops it, and ``done`` is not called any more."""
        task = asyncio.ensure_future(_awaited(work))
        self._tasks.add(task)  # the loop itself keeps tasks only weakly
        is_stopped = False

        def finished(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            if not is_stopped:
                done(error if error is not None else task.result())

        def stop() -> None:
            nonlocal is_stopped
            is_stopped = True
            task.cancel()

        task.add_done_callback(finished)
        return stop


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work
