"""Data sets as named variable lists: those of the configuration, and those clients create.

Scopes are those of MMS: a logical device (persistent, every client sees it), the VMD, or one
association (ACSI writes ``@name``; it ends with its association).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from ...errors import UsageError
from ...models import Capabilities, Reference
from ...protocols.mms import ObjectName, Selector
from ...protocols.mms.services import Access

__all__ = ["DataSet", "DataSetLimits", "DataSetScope", "member_access"]


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set."""

    members: tuple[Access, ...]
    """Members in order."""
    is_deletable: bool = False
    """Created by a client; those of the configuration stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetLimits:
    """What clients may create; the Services section of SCL gives these for a real device."""

    max_persistent: int = 100
    """Data sets clients may create in all logical devices and the VMD together."""
    max_per_association: int = 10
    """Association-specific data sets of one client."""
    max_members: int = 500
    """Members of one data set."""

    def __post_init__(self) -> None:
        if min(self.max_persistent, self.max_per_association, self.max_members) < 0:
            msg = "limits of data sets are 0 or more"
            raise UsageError(msg)

    @classmethod
    def declared(cls, capabilities: Capabilities) -> Self:
        """As the model's Services section declares them; our own where it says nothing."""
        usual = cls()
        count, members = capabilities.dyn_data_set_max, capabilities.dyn_data_set_max_attributes
        return cls(
            max_persistent=usual.max_persistent if count is None else count,
            max_members=usual.max_members if members is None else members,
        )


@dataclass(slots=True)
class DataSetScope:
    """Data sets by item name, of one logical device, the VMD or one association."""

    sets: dict[str, DataSet] = field(default_factory=dict)
    """The data sets."""
    on_change: Callable[[], None] | None = None
    """Told when one comes or goes: name lists and plans are stale then."""

    def add(self, item: str, data_set: DataSet) -> None:
        """Take a data set in."""
        self.sets[item] = data_set
        if self.on_change is not None:
            self.on_change()

    def remove(self, item: str) -> None:
        """Drop a data set."""
        del self.sets[item]
        if self.on_change is not None:
            self.on_change()


def member_access(reference: Reference) -> Access:
    """A member reference as MMS: array elements become alternate access."""
    path = reference.path
    cut = next((i for i, name in enumerate(path) if name.startswith("(")), len(path))
    item = "$".join((path[0], reference.fc, *path[1:cut]) if reference.fc else path[:cut])
    return Access(ObjectName(item, reference.ld), _selectors(path[cut:]))


def _selectors(path: tuple[str, ...]) -> tuple[Selector, ...]:
    if not path:
        return ()
    name, nested = path[0], _selectors(path[1:])
    if name.startswith("("):
        return (Selector(index=int(name[1:-1]), nested=nested),)
    return (Selector(component=name, nested=nested),)
