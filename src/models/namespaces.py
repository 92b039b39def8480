"""Name spaces: what is declared where, so that a document can be compared with it.

The standard's own and this project's are here; :mod:`meterwire.scl.nsd` makes one of an NSD file. A name space holds LN
classes, CDCs, enumerations, and what it adds to the classes of others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from .cdc import CDCS
from .cdc.measured import MV
from .cdc.status import ENS, SPS
from .declare import DO, CommonDataClass, F, LogicalNodeClass, O
from .enums import ENUMERATIONS, QuadrantRunningStateKind
from .enums._base import Literals
from .ln import LN_CLASSES

__all__ = ["DER", "STANDARD", "Namespace", "private", "standard"]

STANDARD = "IEC 61850-7-4:2007B5"
DER = "IEC 61850-7-420:2019A4"


@dataclass(frozen=True, slots=True)
class Namespace:
    """What one name space declares."""

    id: str
    """Name and edition as lnNs writes them, e.g. ``IEC 61850-7-4:2007B5``."""
    ln_classes: Mapping[str, type[LogicalNodeClass]] = field(default_factory=dict)
    """LN classes by name."""
    extensions: Mapping[str, Mapping[str, DO]] = field(default_factory=dict)
    """Data objects it adds to LN classes of other name spaces, by class and name."""
    cdcs: Mapping[str, type[CommonDataClass]] = field(default_factory=dict)
    """CDCs by name."""
    enumerations: Mapping[str, type[Literals]] = field(default_factory=dict)
    """Enumerations by name."""

    @property
    def part(self) -> str:
        """The name without the edition."""
        return self.id.rpartition(":")[0] or self.id


@cache
def standard() -> tuple[Namespace, ...]:
    """7-2, 7-3, 7-4 (2007B5) and 7-420 (2019A4)."""
    der = {name: cls for name, cls in LN_CLASSES.items() if ".der_" in cls.__module__}
    base = {name: cls for name, cls in LN_CLASSES.items() if name not in der}
    more = {
        "MMXU": {"PFExtQud": DO(SPS, O, F), "PQSt": DO(ENS, O, F, enum=QuadrantRunningStateKind)},
        "MMET": {"PoaInsol": DO(MV, O)},
    }
    return (
        Namespace("IEC 61850-7-2:2007B5"),
        Namespace("IEC 61850-7-3:2007B5", cdcs=CDCS, enumerations=ENUMERATIONS),
        Namespace(STANDARD, base),
        Namespace(DER, der, more),
    )


@cache
def private() -> Namespace:
    """This project's own."""
    from . import private as own  # noqa: PLC0415 - its classes are loaded when somebody asks for them

    classes = {name: cls for name in own.__all__ if isinstance(cls := getattr(own, name), type)}
    return Namespace(own.NAMESPACE, classes)
