"""What the enumerations of IEC 61850 have in common: an ordinal on the wire, a literal for people."""

import enum
from typing import Self

from ...errors import UnknownNameError

__all__ = ["Literals"]

ORDINALS = range(-128, 128)
"""8-1 carries an enumeration in one octet; nothing outside is a member."""


class Literals(enum.IntEnum):
    """Enumeration whose members are written ``name = ordinal`` or ``name = ordinal, "literal"``.

    The second form is for literals that are no Python names; a third item ``"deprecated"`` marks what new devices
    should not use. An ordinal without a literal, as vendors
    send them, becomes a member that prints as its number.
    """

    def __new__(cls, ordinal: int, literal: str | None = None, state: str = "") -> Self:
        """A member; ``literal`` None means its name."""
        member = int.__new__(cls, ordinal)
        member._value_ = ordinal
        member.__dict__["_text"] = literal
        member.__dict__["_state"] = state
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or value not in ORDINALS:
            return None
        stranger = int.__new__(cls, value)
        stranger._name_ = str(int(value))
        stranger._value_ = int(value)
        stranger.__dict__["_text"] = None
        stranger.__dict__["_state"] = ""
        return stranger

    @property
    def literal(self) -> str:
        """The standard's text for this ordinal."""
        text: str | None = self.__dict__["_text"]
        return self.name if text is None else text

    @property
    def is_deprecated(self) -> bool:
        """The standard keeps it for old devices only."""
        return bool(self.__dict__["_state"])

    @classmethod
    def from_literal(cls, text: str) -> Self:
        """The member with this literal; UnknownNameError lists the literals there are."""
        for member in cls:
            if member.literal == text:
                return member
        msg = f"{cls.__name__} has no {text!r}; it has {', '.join(repr(m.literal) for m in cls)}"
        raise UnknownNameError(msg)

    @classmethod
    def default(cls) -> Self:
        """What an attribute holds that nobody has set: ordinal 0 where it exists, else the first."""
        return next((m for m in cls if m == 0), next(iter(cls)))

    def __str__(self) -> str:
        return self.literal
