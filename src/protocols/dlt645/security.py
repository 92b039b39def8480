"""Where a security module (ESAM) plugs in; the cryptography itself is not here.

Both ends of function 03H and of commands with password level 98H or 99H hand octets to an object of these shapes and
take octets back. :class:`NoEsam` is a meter that has none.
"""

from dataclasses import replace
from typing import Protocol

from ...errors import UsageError
from .access import CIPHERED, Access
from .actions import OTHER_ERROR, refuse
from .commands import (
    ClearDemand,
    ClearEvents,
    ClearMeter,
    RelayCommand,
    SealedCommand,
    SecurityCommand,
    WriteData,
)
from .requests import Request, di_octets

__all__ = ["MasterEsam", "MeterEsam", "NoEsam", "seal"]


class MeterEsam(Protocol):
    """The security module of a meter."""

    def execute(self, command: SecurityCommand) -> bytes:
        """The data of the answer to 03H; MeterError refuses, its ``code`` is SERR (16 bits)."""

    def unseal(self, function: int, di: str | None, level: int, payload: bytes) -> bytes:
        """What a sealed command says in the clear: for 14H the item's value, for 1CH N1 N2 and the end of validity.

        ``level`` is 98H (enciphered with MAC) or 99H (plain with MAC). MeterError refuses, ``code`` is ERR.
        """


class MasterEsam(Protocol):
    """The security module, or key management service, of a master."""

    def seal(self, function: int, di: str | None, level: int, plain: bytes) -> bytes:
        """What to send instead of ``plain`` behind level and operator, MAC included."""


def seal(request: Request, esam: MasterEsam, level: int = CIPHERED) -> Request:
    """``request`` as the security module seals it, with level 98H or 99H instead of a password.

    Takes writing, clearing and the relay of 2007; anything else is a UsageError.
    """
    if not isinstance(request, WriteData | ClearDemand | ClearMeter | ClearEvents | RelayCommand):
        raise UsageError(f"function {request.function:02X}H is not sealed this way")
    if request.edition != "2007":
        raise UsageError("sealed commands are of the edition of 2007")
    access = Access(level=level, operator=request.access.operator)
    if isinstance(request, WriteData):
        return replace(request, access=access, value=esam.seal(request.function, request.di, level, request.value))
    plain = b""
    if isinstance(request, RelayCommand):
        plain = request.plain()
    elif isinstance(request, ClearEvents):
        plain = di_octets(request.di)
    return SealedCommand(code=request.function, access=access, payload=esam.seal(request.function, None, level, plain))


class NoEsam:
    """No security module: everything that needs one is refused."""

    def execute(self, command: SecurityCommand) -> bytes:
        """Refuse."""
        del command
        refuse(OTHER_ERROR, "no security module")

    def unseal(self, function: int, di: str | None, level: int, payload: bytes) -> bytes:
        """Refuse."""
        del function, di, level, payload
        refuse(OTHER_ERROR, "no security module")
