"""Where the values of setting groups survive, and the form in which they do.

What a client was told is confirmed must be there after a crash, all of it; what it was not told may be there or not, but
never a part of it. Whoever implements :class:`SettingStore` promises that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import UsageError
from ..models import BasicType, Kind, check_value
from ..reading import Timestamp

__all__ = ["Plain", "SettingStore", "StoredGroups", "plain_value", "typed_value"]

Plain = bool | int | str
"""A value as JSON has it; floats as text, exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGroups:
    """What is kept of a logical device."""

    active: int
    """Active group."""
    activated: bytes
    """LActTm, eight octets."""
    groups: Mapping[int, Mapping[str, Plain]]
    """Values by group and path below the device (``PTOC1.StrVal.setMag.f``)."""


class SettingStore(Protocol):
    """Keeps setting groups; ``declared`` names the configuration they belong to (:func:`meterwire.acsi.journal.fingerprint`).

    Every method raises FileError when it could not be done; nothing has changed then.
    """

    def load(self, device: str, declared: str) -> StoredGroups | None:
        """What is kept for a device under this configuration, None when there is nothing."""

    def is_known(self, device: str) -> bool:
        """Something is kept for the device, under whatever configuration."""

    def save(self, device: str, declared: str, stored: StoredGroups) -> None:
        """Keep active group and LActTm, and the values of the groups that are given; other groups stay as they are.

        All of it or, whenever the power fails, nothing. It is on the disk when the call returns.
        """


def plain_value(kind: BasicType, value: Any) -> Plain:
    """A leaf's value as it is kept."""
    to_plain = _PLAIN.get(kind.kind)
    plain: Plain = to_plain(value) if to_plain is not None else value
    return plain


def typed_value(kind: BasicType, plain: Any) -> Any:
    """The value that was kept; UsageError when it is none of this type."""
    to_value = _TYPED.get(kind.kind)
    try:
        return check_value(kind, to_value(plain) if to_value is not None else plain)
    except (ValueError, TypeError, AttributeError, OverflowError):
        msg = f"{plain!r} does not fit {kind.name}"
        raise UsageError(msg) from None


_PLAIN: dict[Kind, Callable[[Any], Plain]] = {
    Kind.FLOAT: float.hex,
    Kind.BITS: int,
    Kind.OCTETS: bytes.hex,
    Kind.BINARY_TIME: bytes.hex,
    Kind.UTC_TIME: lambda value: value.to_bytes().hex(),
}
_TYPED: dict[Kind, Callable[[Any], Any]] = {
    Kind.FLOAT: float.fromhex,
    Kind.OCTETS: bytes.fromhex,
    Kind.BINARY_TIME: bytes.fromhex,
    Kind.UTC_TIME: lambda plain: Timestamp.from_bytes(bytes.fromhex(plain)),
}
