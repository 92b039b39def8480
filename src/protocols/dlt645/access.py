"""Who changes something: password level, password and operator code, in front of most commands.

::

    PA P0 P1 P2 C0 C1 C2 C3      2007: level, password, operator; all low digits first
    PA P0 P1 P2                  1997: no operator

PA 00 is the highest level, 09 the lowest. 98H and 99H say that what follows was made by an ESAM security module: 98H
enciphered with a MAC, 99H plain with a MAC; the password octets then mean nothing.
"""

from dataclasses import dataclass, field
from typing import Final, Self

from ...errors import TruncatedError, UsageError
from .functions import Edition

__all__ = [
    "CIPHERED",
    "MAX_LEVEL",
    "PLAIN_WITH_MAC",
    "Access",
    "access_size",
    "check_operator",
    "check_password",
    "password_octets",
]

MAX_LEVEL: Final = 9
"""Lowest password level."""
CIPHERED: Final = 0x98
"""Level octet of a command whose data is enciphered and carries a MAC."""
PLAIN_WITH_MAC: Final = 0x99
"""Level octet of a command whose data is plain and carries a MAC."""


def check_password(password: str) -> str:
    """Six digits (shorter texts get leading zeros); UsageError otherwise, without telling the text."""
    text = str(password).zfill(6)
    if len(text) != 6 or not (text.isascii() and text.isdecimal()):
        raise UsageError("a meter's password is up to 6 digits")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Level, password and operator of a command."""

    level: int = 2
    """PA: 0 (highest) to 9, or :data:`CIPHERED` or :data:`PLAIN_WITH_MAC`."""
    password: str = field(default="000000", repr=False)
    """Six digits."""
    operator: str = "00000000"
    """Operator code C3..C0, 8 hex digits as people write it; the meter keeps it in its event records."""

    def __post_init__(self) -> None:
        if not (0 <= self.level <= MAX_LEVEL or self.level in {CIPHERED, PLAIN_WITH_MAC}):
            raise UsageError(f"a password level is 0..{MAX_LEVEL}, 98H or 99H, not {self.level:02X}H")
        object.__setattr__(self, "password", check_password(self.password))
        object.__setattr__(self, "operator", check_operator(self.operator))

    @property
    def is_sealed(self) -> bool:
        """True when an ESAM made what follows."""
        return self.level > MAX_LEVEL

    def octets(self, edition: Edition = "2007") -> bytes:
        """As they lie in the data field: 8 octets, of 1997 4."""
        return password_octets(self.level, self.password) + (
            bytes.fromhex(self.operator)[::-1] if edition == "2007" else b""
        )

    @classmethod
    def parse(cls, data: bytes, edition: Edition = "2007") -> Self:
        """From the front of ``data``; TruncatedError or UsageError when there is no such thing."""
        size = access_size(edition)
        if len(data) < size:
            raise TruncatedError(f"level, password and operator take {size} octets", offset=len(data), data=data)
        operator = data[7:3:-1].hex() if edition == "2007" else "00000000"
        level = data[0]
        password = data[3:0:-1].hex() if level <= MAX_LEVEL else "000000"
        return cls(level=level, password=password, operator=operator)


def access_size(edition: Edition) -> int:
    """Octets of level, password and operator."""
    return 8 if edition == "2007" else 4


def check_operator(operator: str) -> str:
    """Up to 8 hex digits, filled with leading zeros; UsageError otherwise."""
    text = str(operator).upper().zfill(8)
    if len(text) != 8 or not all(c in "0123456789ABCDEF" for c in text):
        raise UsageError(f"an operator code is up to 8 hex digits, not {operator!r}")
    return text


def password_octets(level: int, password: str) -> bytes:
    """PA P0 P1 P2."""
    return bytes((level,)) + bytes.fromhex(password)[::-1]
