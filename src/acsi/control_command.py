"""What a control service says (IEC 61850-7-2, control class model), and what is answered to it.

Names are those of the standard: ``ctlVal``, ``operTm``, ``origin`` with ``orCat`` and ``orIdent``, ``ctlNum``, ``T``,
``Test``, ``Check``. Nothing here knows MMS; client and server share it.
"""

import enum
from collections.abc import Hashable
from typing import Any, NamedTuple

from ..errors import UsageError
from ..models.enums import ControlServiceStatusKind as AddCause
from ..models.enums import OriginatorCategoryKind, ServiceNameKind
from ..reading import Timestamp

__all__ = [
    "INTERLOCK_CHECK",
    "MAX_OR_IDENT",
    "SYNCHRO_CHECK",
    "AddCause",
    "ApplicationError",
    "Command",
    "Origin",
    "PulseTrain",
]

MAX_OR_IDENT = 64
"""Octets of an orIdent; some IEDs restart when they get more."""
SYNCHRO_CHECK, INTERLOCK_CHECK = 0b10, 0b01
"""Bits of Check; the first one transmitted is synchrocheck."""
MAX_CTL_NUM = 255


class ApplicationError(enum.IntEnum):
    """``Error`` of LastApplError (IEC 61850-8-1)."""

    NO_ERROR = 0
    UNKNOWN = 1
    TIMEOUT_TEST = 2
    OPERATOR_TEST = 3


class Origin(NamedTuple):
    """Who causes a change."""

    orCat: int = OriginatorCategoryKind.remote_control
    """Category, a value of :class:`~meterwire.models.enums.OriginatorCategoryKind`."""
    orIdent: bytes = b"meterwire"
    """Who exactly; at most :data:`MAX_OR_IDENT` octets."""

    def checked(self) -> "Origin":
        """Itself; UsageError when it cannot be sent."""
        if len(self.orIdent) > MAX_OR_IDENT:
            msg = f"an orIdent is at most {MAX_OR_IDENT} octets, not {len(self.orIdent)}"
            raise UsageError(msg)
        if not 0 <= self.orCat <= max(OriginatorCategoryKind):
            msg = f"an orCat is 0..{int(max(OriginatorCategoryKind))}, not {self.orCat}"
            raise UsageError(msg)
        return self


class PulseTrain(NamedTuple):
    """What pulseConfig makes of a command; durations in milliseconds."""

    cmdQual: int
    """0 pulse, 1 persistent, 2 persistent with feedback (OutputSignalKind)."""
    onDur: int
    offDur: int
    numPls: int

    @property
    def steps(self) -> tuple[tuple[bool, int], ...]:
        """States of the output and how long each lasts; a persistent output has one that does not end (0)."""
        if self.cmdQual != 0:
            return ((True, 0),)
        train = ((True, self.onDur), (False, self.offDur)) * min(self.numPls, MAX_PULSES)
        return train[:-1]


MAX_PULSES = 10_000
"""Pulses of one command; INT32U allows four thousand million."""


class Command(NamedTuple):
    """One control service of a client, as handlers and hooks see it."""

    service: ServiceNameKind
    """``Select``, ``SelectWithValue``, ``Operate`` or ``Cancel``; ``TimeActivatedOperate`` with an operTm to come."""
    reference: str
    """The data object, e.g. ``HOMECTL/XSWI1.Pos``."""
    client: Hashable
    """The association."""
    ctlVal: Any = None
    """The commanded value, of a structure a mapping; None in a Select, which has none."""
    origin: Origin = Origin()
    """Who causes it."""
    ctlNum: int = 0
    """Number of the command, 0..255."""
    T: Any = Timestamp()
    """When the client sent it."""
    Test: bool = False
    """It must not move the process."""
    Check: int = 0
    """:data:`SYNCHRO_CHECK` and :data:`INTERLOCK_CHECK`."""
    operTm: Timestamp | None = None
    """When it is to be carried out; None for at once."""
    pulse: PulseTrain | None = None
    """pulseConfig of the data object, where it has one."""
    octets: bytes = b""
    """The command as it came; CommandTermination repeats it."""

    @property
    def synchro_check(self) -> bool:
        """Carry it out only when in synchronism."""
        return bool(self.Check & SYNCHRO_CHECK)

    @property
    def interlock_check(self) -> bool:
        """Carry it out only when no interlocking stands against it."""
        return bool(self.Check & INTERLOCK_CHECK)

    def agrees(self, selected: "Command") -> bool:
        """An Operate must say what its SelectWithValue said; T alone is its own."""
        return (
            self.ctlVal == selected.ctlVal
            and self.origin == selected.origin
            and self.ctlNum == selected.ctlNum
            and self.Test == selected.Test
            and self.Check == selected.Check
            and self.operTm == selected.operTm
        )
