"""What became of a control service, as a client knows it."""

import enum
from dataclasses import dataclass
from typing import Any

from ..acsi.control_command import AddCause, ApplicationError, Origin
from ..errors import DataAccessError
from ..models.enums import CtlModelKind

__all__ = ["ControlResult", "LastApplError", "Outcome"]


class Outcome(enum.Enum):
    """How far a command got."""

    DONE = "done"
    """Accepted, and with enhanced security carried out: CommandTermination+ has come."""
    ACCEPTED = "accepted"
    """Accepted, and will be carried out at its operTm."""
    REFUSED = "refused"
    """The server answered no; nothing was carried out."""
    FAILED = "failed"
    """Accepted, and then CommandTermination-."""


@dataclass(frozen=True, slots=True)
class LastApplError:
    """Why a server refused a command or could not carry it out (IEC 61850-8-1)."""

    CntrlObj: str
    """What it is about, as the server wrote it, e.g. ``LD/LN$CO$DO$Oper``."""
    Error: int
    """An :class:`~meterwire.acsi.control_command.ApplicationError`, or a number beyond."""
    Origin: Origin
    ctlNum: int
    AddCause: int
    """A :data:`~meterwire.acsi.control_command.AddCause`, or a number beyond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """What became of one ``operate``, ``select`` or ``cancel``; true when it succeeded."""

    reference: str
    """The data object."""
    service: str
    """The service that decided it: ``Select``, ``SelectWithValue``, ``Operate``, ``Cancel``, ``CommandTermination``."""
    outcome: Outcome
    """How far it got."""
    model: int
    """ctlModel of the data object, a CtlModelKind."""
    ctlNum: int
    """Number of the command."""
    value: Any = None
    """ctlVal."""
    add_cause: AddCause | int | None = None
    """Why not; None when the server did not tell, or when there is nothing to tell."""
    error: ApplicationError | int | None = None
    """``Error`` of the LastApplError, where there was one."""
    refusal: DataAccessError | None = None
    """What the request itself was answered with, where that was a refusal."""
    last_appl_error: LastApplError | None = None
    """The whole LastApplError, where there was one."""

    def __bool__(self) -> bool:
        return self.outcome in (Outcome.DONE, Outcome.ACCEPTED)

    def __str__(self) -> str:
        kind = CtlModelKind(self.model).literal if self.model in tuple(CtlModelKind) else f"ctlModel {self.model}"
        text = f"{self.reference}: {self.service} {self.outcome.value} ({kind}, ctlNum {self.ctlNum})"
        if self.add_cause is not None:
            name = self.add_cause.literal if isinstance(self.add_cause, AddCause) else "unknown to the standard"
            text += f", AddCause {int(self.add_cause)} {name}"
        if self.refusal is not None:
            text += f", {self.refusal}"
        return text
