"""Where a security module (ESAM) plugs in; the cryptography itself is not here.

Both ends of function 03H and of commands with password level 98H or 99H hand octets to an object of these shapes and
take octets back. :class:`NoEsam` is a meter that has none.
"""

from typing import Protocol

from .actions import OTHER_ERROR, refuse
from .commands import SecurityCommand

__all__ = ["MasterEsam", "MeterEsam", "NoEsam"]


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
