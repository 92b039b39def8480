"""The vocabulary of the declarations: presence, attributes, data objects.

A CDC, a constructed type and an LN class are Python classes whose body names its members in the order
of the standard, each with one call::

    class SPS(CommonDataClass):
        stVal = ST(BOOLEAN, M, dchg)

Nothing here builds anything; :mod:`meterwire.models.build` turns a declaration into a tree.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import ClassVar

from .tree import Trigger
from .types import BasicType, basic_type

__all__ = [
    "ADDRESS",
    "BL",
    "BOOLEAN",
    "CF",
    "CO",
    "CONTROL",
    "DC",
    "DO",
    "ENUM",
    "EX",
    "FLOAT32",
    "FM",
    "INT8",
    "INT8U",
    "INT16",
    "INT16U",
    "INT32",
    "INT32U",
    "INT64",
    "MF",
    "MO",
    "MX",
    "OF",
    "OM",
    "OR",
    "SP",
    "SR",
    "ST",
    "SV",
    "AllByDefault",
    "AllOfOneGroup",
    "AllOfSomeGroup",
    "AllOrNone",
    "AtLeastOne",
    "AtMostOne",
    "Attribute",
    "AttributeType",
    "Check",
    "CommonDataClass",
    "Constructed",
    "Currency",
    "Dbpos",
    "EntryID",
    "EntryTime",
    "F",
    "LogicalNodeClass",
    "M",
    "MFcond",
    "MFln0",
    "MFscaledAV",
    "MFscaledAngV",
    "MFscaledMagV",
    "MFsubst",
    "MONamPlt",
    "MORange",
    "MOcond",
    "MOctrl",
    "MOdataNs",
    "MOenhanced",
    "MOln0",
    "MOlnNs",
    "MOoperTm",
    "MOrms",
    "MOrootLD",
    "MOsbo",
    "MOsboEnhanced",
    "MOsboNormal",
    "Mmulti",
    "MmultiF",
    "MmultiRange",
    "O",
    "OFcond",
    "OMSynPh",
    "ObjRef",
    "Octet6",
    "Octet16",
    "Octet64",
    "Omulti",
    "OmultiRange",
    "OptFlds",
    "Parameter",
    "Presence",
    "Quality",
    "SubObject",
    "SvOptFlds",
    "Tcmd",
    "Timestamp",
    "TrgOps",
    "Unicode255",
    "VisString64",
    "VisString129",
    "VisString255",
    "dchg",
    "dupd",
    "part",
    "qchg",
]


@dataclass(frozen=True, slots=True)
class Presence:
    """A presence condition of IEC 61850-7-2 (annex on NSD): its code and what the code refers to."""

    code: str
    """As the name space files write it, e.g. ``M``, ``AtLeastOne``, ``MO``."""
    arg: str = ""
    """Group number, name of a sibling, number of a textual condition, or first and last instance number."""

    def __str__(self) -> str:
        return f"{self.code}({self.arg})" if self.arg else self.code

    @property
    def is_numbered(self) -> bool:
        """Instances carry numbers behind the name (``Ind1``)."""
        return "multi" in self.code

    def allows(self, number: int) -> bool:
        """May an instance have this number?"""
        first, _, last = self.arg.partition(",") if self.code.endswith("Range") else ("1", "", "")
        return int(first) <= number and (not last or number <= int(last))


M, O, F = Presence("M"), Presence("O"), Presence("F")  # noqa: E741 - the standard's letter
Omulti, Mmulti = Presence("Omulti"), Presence("Mmulti")
AtMostOne = Presence("AtMostOne")

# The rest depends on a sibling, a group, or the place in the model; build.py says how each is decided.
MFsubst, MOrms, MOoperTm = Presence("MFsubst"), Presence("MOrms"), Presence("MOoperTm")
MOln0, MFln0, MOlnNs, MOdataNs = Presence("MOln0"), Presence("MFln0"), Presence("MOlnNs"), Presence("MOdataNs")
MOrootLD, MONamPlt = Presence("MOrootLD"), Presence("MONamPlt")
MFscaledAV, MFscaledMagV = Presence("MFscaledAV"), Presence("MFscaledMagV")
MFscaledAngV, MORange = Presence("MFscaledAngV"), Presence("MORange")
MOctrl, MOsbo, MOenhanced = Presence("MOctrl"), Presence("MOsbo"), Presence("MOenhanced")
MOsboNormal, MOsboEnhanced = Presence("MOsboNormal"), Presence("MOsboEnhanced")
OMSynPh = Presence("OMSynPh")


def AtLeastOne(group: int) -> Presence:
    """At least one member of the group."""
    return Presence("AtLeastOne", str(group))


def AllOrNone(group: int) -> Presence:
    """The group is complete or absent."""
    return Presence("AllOrNonePerGroup", str(group))


def AllByDefault(group: int) -> Presence:
    """The group is complete or absent; complete unless there is a reason."""
    return Presence("MAllOrNonePerGroup", str(group))


def AllOfOneGroup(group: int) -> Presence:
    """Exactly one group is there, and complete."""
    return Presence("AllOnlyOneGroup", str(group))


def AllOfSomeGroup(group: int) -> Presence:
    """At least one group is there; every group that is there is complete."""
    return Presence("AllAtLeastOneGroup", str(group))


def MO(sibling: str) -> Presence:
    """Mandatory beside the sibling, else optional."""
    return Presence("MO", sibling)


def MF(sibling: str) -> Presence:
    """Mandatory beside the sibling, else forbidden."""
    return Presence("MF", sibling)


def OM(sibling: str) -> Presence:
    """Optional beside the sibling, else mandatory."""
    return Presence("OM", sibling)


def FM(sibling: str) -> Presence:
    """Forbidden beside the sibling, else mandatory."""
    return Presence("FM", sibling)


def OF(sibling: str) -> Presence:
    """Optional beside the sibling, else forbidden."""
    return Presence("OF", sibling)


def MmultiF(sibling: str) -> Presence:
    """At least one numbered instance beside the sibling, which is numbered too; else forbidden."""
    return Presence("MmultiF", sibling)


def OmultiRange(first: int, last: int) -> Presence:
    """Any number of instances with numbers from ``first`` to ``last``."""
    return Presence("OmultiRange", f"{first}, {last}")


def MmultiRange(first: int, last: int) -> Presence:
    """At least one instance, with numbers from ``first`` to ``last``."""
    return Presence("MmultiRange", f"{first}, {last}")


def MOcond(number: int) -> Presence:
    """Mandatory under a condition the standard gives in prose, else optional."""
    return Presence("MOcond", str(number))


def MFcond(number: int) -> Presence:
    """Mandatory under a condition the standard gives in prose, else forbidden."""
    return Presence("MFcond", str(number))


def OFcond(number: int) -> Presence:
    """Optional under a condition the standard gives in prose, else forbidden."""
    return Presence("OFcond", str(number))


dchg, qchg, dupd = Trigger.DCHG, Trigger.QCHG, Trigger.DUPD


@dataclass(frozen=True, slots=True)
class Parameter:
    """A type that the user of a CDC supplies."""

    name: str

    def __repr__(self) -> str:
        return f"<parameter {self.name}>"


ENUM = Parameter("enumeration")
"""Supplied by the data object (ENS, ENC, ENG)."""
CONTROL = Parameter("ctlVal")
"""Supplied by the CDC that is operated or tracked."""
ADDRESS = Parameter("PhyComAddr")
"""Supplied by the communication mapping."""

BOOLEAN, Dbpos, Tcmd, Check = (basic_type(n) for n in ("BOOLEAN", "Dbpos", "Tcmd", "Check"))
INT8, INT16, INT32, INT64 = (basic_type(f"INT{n}") for n in (8, 16, 32, 64))
INT8U, INT16U, INT32U = (basic_type(f"INT{n}U") for n in (8, 16, 32))
FLOAT32, Quality, Timestamp = (basic_type(n) for n in ("FLOAT32", "Quality", "Timestamp"))
VisString64, VisString129, VisString255 = (basic_type(f"VisString{n}") for n in (64, 129, 255))
Unicode255, Octet64, ObjRef = (basic_type(n) for n in ("Unicode255", "Octet64", "ObjRef"))
Octet6, Octet16 = basic_type("Octet6"), basic_type("Octet16")
Currency, EntryID, EntryTime = (basic_type(n) for n in ("Currency", "EntryID", "EntryTime"))
TrgOps, OptFlds, SvOptFlds = (basic_type(n) for n in ("TrgOps", "OptFlds", "SvOptFlds"))


@dataclass(frozen=True, slots=True)
class Attribute:
    """A data attribute of a CDC, or a member of a constructed type (then without an fc)."""

    fc: str
    """Functional constraint; a member of a constructed type has its user's."""
    type: "AttributeType"
    """Basic type, constructed type, enumeration, or a parameter of the CDC."""
    presence: Presence = M
    trigger: Trigger = Trigger.NONE
    """Trigger options; members of a constructed type have their user's."""
    size: str = ""
    """For an array: the attribute that gives its number of elements."""


@dataclass(frozen=True, slots=True)
class SubObject:
    """A sub data object of a CDC."""

    cdc: "type[CommonDataClass]"
    presence: Presence = M
    size: str = ""
    """For an array: the attribute that gives its number of elements."""


@dataclass(frozen=True, slots=True)
class DO:
    """A data object of an LN class."""

    cdc: "type[CommonDataClass]"
    presence: Presence = M
    statistics: Presence | None = None
    """Presence in an instance that holds derived statistics; None when that makes no difference."""
    enum: type[IntEnum] | None = None
    """Enumeration of an ENS, ENC or ENG."""
    type: "AttributeType | None" = None
    """What the CDC leaves open besides: ctlVal of a CTS, the address of a GTS or MTS."""
    transient: bool = False
    """The value falls back by itself; only the change to true counts."""
    deprecated: bool = False
    """Kept for old devices; not for new ones."""


ST, MX, SP, SV = (partial(Attribute, fc) for fc in ("ST", "MX", "SP", "SV"))
CF, DC, EX, BL = (partial(Attribute, fc) for fc in ("CF", "DC", "EX", "BL"))
OR, SR, CO = (partial(Attribute, fc) for fc in ("OR", "SR", "CO"))
part = partial(Attribute, "")
"""A member of a constructed type."""


class Constructed:
    """A constructed attribute type; its members carry the FC of the attribute that uses it."""

    preferred: ClassVar[tuple[str, ...]] = ()
    """Members taken where the standard leaves a choice and nobody made it."""

    @classmethod
    def members(cls) -> dict[str, Attribute]:
        """Members by name, in order."""
        return {name: member for name, member in vars(cls).items() if isinstance(member, Attribute)}


AttributeType = BasicType | type[IntEnum] | type[Constructed] | Parameter


class CommonDataClass:
    """A common data class of IEC 61850-7-3.

    Members are those of the class itself followed by those of its bases; a base marked ``leading``
    puts its own in front.
    """

    leading: ClassVar[bool] = False
    preferred: ClassVar[tuple[str, ...]] = ()
    """Members taken where the standard leaves a choice and nobody made it."""
    control_value: ClassVar[AttributeType | None] = None
    """Type of ctlVal; None for a CDC that cannot be operated."""

    @classmethod
    def members(cls) -> "dict[str, Attribute | SubObject]":
        """Attributes and sub data objects by name, in order."""
        leading = [c for c in reversed(cls.__mro__) if vars(c).get("leading", False)]
        rest = [c for c in cls.__mro__ if c not in leading]
        members: dict[str, Attribute | SubObject] = {}
        for base in leading + rest:
            for name, member in vars(base).items():
                if isinstance(member, (Attribute, SubObject)):
                    members.setdefault(name, member)
        return members


class LogicalNodeClass:
    """A logical node class of IEC 61850-7-4: its data objects, own first, then those of its bases."""

    @classmethod
    def members(cls) -> dict[str, DO]:
        """Data objects by name, in order."""
        members: dict[str, DO] = {}
        for base in cls.__mro__:
            for name, member in vars(base).items():
                if isinstance(member, DO):
                    members.setdefault(name, member)
        return members
