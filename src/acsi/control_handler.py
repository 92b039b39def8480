"""What an application does with commands: the hooks of one controllable data object."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .control_command import AddCause, Command

__all__ = ["Handler", "Hook", "Verdict", "Waiting", "cause_of"]

Verdict = AddCause | int | bool | None
"""What a hook says: None, True or AddCause "None" let the command pass, False and any other AddCause stop it."""
Hook = Callable[[Command], "Verdict | Awaitable[Verdict]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What an application does with the commands to one data object. Every hook may be a coroutine function."""

    operate: Hook
    """Carries a command out. With normal security its verdict is the answer, with enhanced security the CommandTermination."""
    check: Hook | None = None
    """Asked before a selection and before an operation, when the model has nothing against it."""
    interlock: Hook | None = None
    """Asked when the command says interlock-check; False is Blocked-by-interlocking."""
    synchrocheck: Hook | None = None
    """Asked before an operation that says synchrocheck; False is Blocked-by-synchrocheck."""
    test: Hook | None = None
    """What a command marked as test does instead of ``operate``, which it never reaches; nothing by default."""
    feedback: bool = False
    """With enhanced security: a command is done when the status says so, at the latest after operTimeout."""

    @property
    def is_bare(self) -> bool:
        """Nothing but ``operate`` is asked about a command that is no test."""
        return self.check is None and self.interlock is None and self.synchrocheck is None


def cause_of(handler: Handler, hook: Hook, verdict: Verdict) -> AddCause | None:
    """The AddCause a verdict means, None where it lets the command pass; ValueError where it means nothing."""
    if verdict is None or verdict is True or verdict == AddCause.None_:
        return None
    if verdict is not False:
        return AddCause(verdict)
    if hook is handler.interlock:
        return AddCause.Blocked_by_interlocking
    return AddCause.Blocked_by_synchrocheck if hook is handler.synchrocheck else AddCause.Unknown


class Waiting:
    """An answer that takes its time."""

    __slots__ = ("on_answer", "sent")

    def __init__(self, sent: Callable[[], None]) -> None:
        self.on_answer: Callable[[AddCause | None], None] | None = None
        """Called with the answer, once; whoever waits sets it at once."""
        self.sent = sent
        """To be called when the answer has left, or never will."""
