"""RSD, which records of a table are wanted, and MS, of which meters.

=====  =======================================================  ==========================================
RSD    selector                                                 records
=====  =======================================================  ==========================================
0      :class:`Selector0`                                       not selected
1      :class:`Selector1` OAD, value                            where the column has this value
2      :class:`Selector2` OAD, start, end, interval             start <= column < end, every interval
3      :class:`Selector3` several Selector2                     all of these
4 5    :class:`Selector4` :class:`Selector5` time, MS           acquisition started, stored at this time
6 7 8  :class:`Selector6` … start, end, TI, MS                  started, stored, succeeded in between
9      :class:`Selector9` n                                     the n-th last record
10     :class:`Selector10` n, MS                                the last n records
=====  =======================================================  ==========================================

MS: :class:`NoMeter`, :class:`AllMeters`, :class:`UserTypes`, :class:`UserAddresses`, :class:`ConfigNumbers`, and regions
of the last three.
"""

from typing import Annotated, ClassVar, Final, TypeAlias

from .address import TSA
from .axdr import Choice, record, wire_of
from .data import Data, extend
from .dates import DateTimeS
from .records import TI, Byte, Region, Word
from .values import OAD

__all__ = [
    "MS",
    "RSD",
    "AddressRegions",
    "AllMeters",
    "ConfigNumbers",
    "NoMeter",
    "NumberRegions",
    "Selector0",
    "Selector1",
    "Selector2",
    "Selector3",
    "Selector4",
    "Selector5",
    "Selector6",
    "Selector7",
    "Selector8",
    "Selector9",
    "Selector10",
    "TypeRegions",
    "UserAddresses",
    "UserTypes",
]


@record
class NoMeter:
    """MS 0: no meter."""

    CHOICE: ClassVar = 0


@record
class AllMeters:
    """MS 1: every meter."""

    CHOICE: ClassVar = 1


@record
class UserTypes:
    """MS 2: meters of these user types."""

    CHOICE: ClassVar = 2
    types: tuple[Byte, ...]
    """User types."""


@record
class UserAddresses:
    """MS 3: these meters."""

    CHOICE: ClassVar = 3
    addresses: tuple[TSA, ...]
    """Their addresses."""


@record
class ConfigNumbers:
    """MS 4: meters of these configuration numbers."""

    CHOICE: ClassVar = 4
    numbers: tuple[Word, ...]
    """Numbers in the meter archive."""


@record
class TypeRegions:
    """MS 5: meters whose user type is in one of these regions."""

    CHOICE: ClassVar = 5
    regions: tuple[Region, ...]
    """Regions of unsigned."""


@record
class AddressRegions:
    """MS 6: meters whose address is in one of these regions."""

    CHOICE: ClassVar = 6
    regions: tuple[Region, ...]
    """Regions of TSA."""


@record
class NumberRegions:
    """MS 7: meters whose configuration number is in one of these regions."""

    CHOICE: ClassVar = 7
    regions: tuple[Region, ...]
    """Regions of long-unsigned."""


_METERS: Final = (
    NoMeter,
    AllMeters,
    UserTypes,
    UserAddresses,
    ConfigNumbers,
    TypeRegions,
    AddressRegions,
    NumberRegions,
)
_MS: Final = Choice("MS", {cls.CHOICE: (cls, wire_of(cls)) for cls in _METERS})
MS: TypeAlias = Annotated[
    NoMeter | AllMeters | UserTypes | UserAddresses | ConfigNumbers | TypeRegions | AddressRegions | NumberRegions, _MS
]
"""Any set of meters."""


@record
class Selector0:
    """RSD 0: no selection."""

    CHOICE: ClassVar = 0


@record
class Selector1:
    """RSD 1: records whose column has a value."""

    CHOICE: ClassVar = 1
    oad: OAD
    """The column."""
    value: Data
    """The value."""


@record
class Selector2:
    """RSD 2: records whose column is in an interval."""

    CHOICE: ClassVar = 2
    oad: OAD
    """The column."""
    start: Data
    """First value, included."""
    end: Data
    """Last value, excluded."""
    interval: Data
    """Distance of the values wanted (TI for times); null for all."""


@record
class Selector3:
    """RSD 3: records that several :class:`Selector2` select together."""

    CHOICE: ClassVar = 3
    selectors: tuple[Selector2, ...]
    """The conditions."""


@record
class Selector4:
    """RSD 4: acquisition started at a time."""

    CHOICE: ClassVar = 4
    time: DateTimeS
    """Start of the acquisition."""
    meters: MS
    """Of which meters."""


@record
class Selector5:
    """RSD 5: stored at a time."""

    CHOICE: ClassVar = 5
    time: DateTimeS
    """Storage time."""
    meters: MS
    """Of which meters."""


@record
class Selector6:
    """RSD 6: acquisition started between two times."""

    CHOICE: ClassVar = 6
    start: DateTimeS
    """From, included."""
    end: DateTimeS
    """To, excluded."""
    interval: TI
    """Distance of the records wanted."""
    meters: MS
    """Of which meters."""


@record
class Selector7:
    """RSD 7: stored between two times."""

    CHOICE: ClassVar = 7
    start: DateTimeS
    """From, included."""
    end: DateTimeS
    """To, excluded."""
    interval: TI
    """Distance of the records wanted."""
    meters: MS
    """Of which meters."""


@record
class Selector8:
    """RSD 8: acquisition succeeded between two times."""

    CHOICE: ClassVar = 8
    start: DateTimeS
    """From, included."""
    end: DateTimeS
    """To, excluded."""
    interval: TI
    """Distance of the records wanted."""
    meters: MS
    """Of which meters."""


@record
class Selector9:
    """RSD 9: the n-th last record."""

    CHOICE: ClassVar = 9
    n: Byte
    """1 the last one."""


@record
class Selector10:
    """RSD 10: the last n records."""

    CHOICE: ClassVar = 10
    n: Byte
    """How many."""
    meters: MS
    """Of which meters."""


_SELECTORS: Final = (
    Selector0,
    Selector1,
    Selector2,
    Selector3,
    Selector4,
    Selector5,
    Selector6,
    Selector7,
    Selector8,
    Selector9,
    Selector10,
)
_RSD: Final = Choice("RSD", {cls.CHOICE: (cls, wire_of(cls)) for cls in _SELECTORS})
RSD: TypeAlias = Annotated[
    Selector0
    | Selector1
    | Selector2
    | Selector3
    | Selector4
    | Selector5
    | Selector6
    | Selector7
    | Selector8
    | Selector9
    | Selector10,
    _RSD,
]
"""Any selection of records."""

for _tag, _name, _choice in ((90, "RSD", _RSD), (92, "MS", _MS)):
    for _cls, _ in _choice.by_tag.values():
        extend(_tag, _cls, _choice, _name)
