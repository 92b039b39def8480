"""Asking the hooks of an application about a command, one after the other; some take their time."""

from collections.abc import Callable, Iterator
from typing import Any

from .control_command import AddCause, Command
from .control_handler import Handler, Hook, Verdict, cause_of

__all__ = ["Asking", "Launch"]

Launch = Callable[[Any, Callable[[Any], None]], Callable[[], None]]
"""Waits for an awaitable and calls back with its result, or with the exception it raised; gives what stops it."""
Then = Callable[[AddCause | None], None]
_NONE: Iterator[Hook | None] = iter(())


class Asking:
    """The hooks of one controllable data object, of which at most one is at work."""

    __slots__ = ("_launch", "_notice", "_serial", "_stop")

    def __init__(self, launch: Launch, notice: Callable[[str], None]) -> None:
        self._launch = launch
        self._notice = notice
        self._serial = 0
        self._stop: Callable[[], None] | None = None

    def ask(self, hooks: Iterator[Hook | None], handler: Handler, command: Command, then: Then) -> None:
        """Ask one hook after the other until one says no; ``then`` gets what it said, None when all let it pass."""
        for hook in hooks:
            if hook is not None and not self.passes(hook, handler, command, then, hooks):
                return
        then(None)

    def passes(
        self, hook: Hook, handler: Handler, command: Command, then: Then, behind: Iterator[Hook | None] = _NONE
    ) -> bool:
        """Ask one hook: True when it lets the command pass at once, else ``then`` is told, now or later."""
        try:
            verdict = hook(command)
            if verdict is None:
                return True
            if not isinstance(verdict, int):
                self._wait_for(verdict, behind, handler, command, hook, then)
                return False
            cause = cause_of(handler, hook, verdict)
        except Exception as error:  # noqa: BLE001 - whatever the application does, the client gets an answer
            cause = self._failed(command, hook, error)
        if cause is None:
            return True
        then(cause)
        return False

    def _wait_for(
        self, work: Any, hooks: Iterator[Hook | None], handler: Handler, command: Command, hook: Hook, then: Then
    ) -> None:
        self._serial += 1
        serial = self._serial

        def heard(result: Verdict | BaseException) -> None:
            if serial != self._serial:
                return  # the command was aborted meanwhile
            self._serial += 1
            self._stop = None
            cause: AddCause | None
            if isinstance(result, BaseException):
                cause = self._failed(command, hook, result)
            else:
                try:
                    cause = cause_of(handler, hook, result)
                except ValueError as error:
                    cause = self._failed(command, hook, error)
            if cause is not None:
                then(cause)
            else:
                self.ask(hooks, handler, command, then)

        self._stop = self._launch(work, heard)

    def _failed(self, command: Command, hook: Hook, error: object) -> AddCause:
        self._notice(f"{command.reference}: {getattr(hook, '__qualname__', hook)} failed: {error!r}")
        return AddCause.Unknown

    def stop(self) -> None:
        """The command is aborted: what the hook at work says does not count any more."""
        self._serial += 1
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()
