"""DataTypeTemplates: what LNodeType, DOType, DAType and EnumType declare, each looked at once.

A type that is missing, a name that stands twice, an unknown bType or functional constraint is a FileError with its line:
what is built from such a type would not be what the file's author meant. A type given twice is taken once when both
are alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from lxml import etree

from ..models import BASIC_TYPES, BasicType, Trigger
from ..models.reference import FUNCTIONAL_CONSTRAINTS
from .document import Element, SclDocument

__all__ = ["ADDRESS", "EnumType", "Member", "ObjectType", "Templates"]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""What MMS can carry of the names SCL allows."""
ADDRESS = "\0PhyComAddr"
"""Type id of the structure behind bType PhyComAddr; no file can write this name."""
_INT8 = range(-(1 << 7), 1 << 7)
_INT32 = range(-(1 << 31), 1 << 31)


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration."""

    id: str
    """Its id."""
    ordinals: Mapping[str, int]
    """Ordinals by literal."""
    basic: BasicType
    """INT8; wider only for vendors' ordinals beyond it, which 8-1 does not foresee."""

    @property
    def default(self) -> int:
        """What nobody has set: ordinal 0 where it exists, else the first."""
        values = list(self.ordinals.values())
        return 0 if 0 in values or not values else values[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A DO, SDO, DA or BDA."""

    name: str
    """Its name."""
    element: Element | None
    """Where it stands; None for members that no file writes."""
    type: str = ""
    """Id of the DOType or DAType it is made of; empty for a leaf."""
    basic: BasicType | None = None
    """Type of a leaf."""
    enum: EnumType | None = None
    """Enumeration of a leaf."""
    is_object: bool = False
    """DO or SDO."""
    fc: str = ""
    """Functional constraint of a DA; a BDA has its DA's."""
    trigger: Trigger = Trigger.NONE
    """Trigger options of a DA."""
    count: str = ""
    """Elements of an array: a number, or the name of the attribute that tells; empty for no array."""
    val_kind: str = "Set"
    """Spec, Conf, RO or Set."""


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A DOType."""

    cdc: str
    """Its common data class."""
    members: tuple[Member, ...]
    """SDOs and DAs in order."""


class Templates:
    """The types of a file, as one IED uses them (Ed1 tells types of one id apart by the IED's type)."""

    def __init__(self, document: SclDocument, ied_type: str = "") -> None:
        self.document = document
        self.notes: dict[str, None] = {}
        """What was passed over."""
        self._ied_type = ied_type
        self._elements: dict[tuple[str, str, str], Element] = {}
        self._nodes: dict[str, tuple[Member, ...]] = {}
        self._objects: dict[str, ObjectType] = {}
        self._attributes: dict[str, tuple[Member, ...]] = {ADDRESS: _address_members()}
        self._enums: dict[str, EnumType] = {}
        for section in document.children(document.root, "DataTypeTemplates"):
            for element in document.children(section, "LNodeType", "DOType", "DAType", "EnumType"):
                self._keep(element)

    def _keep(self, element: Element) -> None:
        key = (self.document.tag(element), self.document.required(element, "id"), element.get("iedType", ""))
        first = self._elements.setdefault(key, element)
        if first is not element:
            told = f"{key[0]} {key[1]!r} stands twice, first in line {first.sourceline}"
            if _canonical(first) != _canonical(element):
                raise self.document.error(element, told)
            self.notes[f"{self.document.where(element)}: {told}; both are alike"] = None

    def _element(self, kind: str, id: str, user: Element) -> Element:
        for ied_type in (self._ied_type, ""):
            found = self._elements.get((kind, id, ied_type))
            if found is not None:
                return found
        others = [element for (k, i, _), element in self._elements.items() if (k, i) == (kind, id)]
        if len(others) == 1:
            return others[0]
        name = f" {user.get('name')}" if user.get("name") else ""
        raise self.document.error(user, f"{self.document.tag(user)}{name}: no {kind} {id!r}")

    # -- the four kinds of types ---------------------------------------------------------------

    def node(self, user: Element) -> tuple[Member, ...]:
        """Data objects of the LNodeType that an LN names."""
        id = self.document.required(user, "lnType")
        if id not in self._nodes:
            found = self._element("LNodeType", id, user)
            members = []
            for element in self.document.children(found, "DO"):
                type_ = self.document.required(element, "type")
                members.append(Member(name=self._name(element), element=element, type=type_, is_object=True))
            self._nodes[id] = self._unique(members)
        return self._nodes[id]

    def object(self, member: Member) -> ObjectType:
        """The DOType a DO or SDO is made of."""
        found = self._objects.get(member.type)
        if found is None:
            assert member.element is not None
            element = self._element("DOType", member.type, member.element)
            members = [self._member(part) for part in self.document.children(element, "SDO", "DA")]
            found = ObjectType(element.get("cdc", ""), self._unique(members))
            self._objects[member.type] = found
        return found

    def structure(self, member: Member) -> tuple[Member, ...]:
        """Members of the DAType a structure is made of."""
        found = self._attributes.get(member.type)
        if found is None:
            assert member.element is not None
            element = self._element("DAType", member.type, member.element)
            found = self._unique([self._member(part) for part in self.document.children(element, "BDA")])
            self._attributes[member.type] = found
        return found

    def enumeration(self, id: str, user: Element) -> EnumType:
        """The enumeration a leaf names."""
        found = self._enums.get(id)
        if found is None:
            element = self._element("EnumType", id, user)
            ordinals: dict[str, int] = {}
            for value in self.document.children(element, "EnumVal"):
                text = value.get("ord", "").strip()
                if not re.fullmatch(r"[+-]?[0-9]{1,10}", text) or int(text) not in _INT32:
                    raise self.document.error(value, f"EnumVal with ord={text!r}")
                ordinals.setdefault((value.text or "").strip() or text, int(text))
            basic = BASIC_TYPES["Enum"]
            if not all(number in _INT8 for number in ordinals.values()):
                basic = replace(basic, size=32)
            found = self._enums[id] = EnumType(id, MappingProxyType(ordinals), basic)
        return found

    @property
    def literals(self) -> dict[str, Mapping[int, str]]:
        """Literals by ordinal of every enumeration used so far."""
        return {id: {number: text for text, number in kind.ordinals.items()} for id, kind in self._enums.items()}

    # -- members -------------------------------------------------------------------------------

    def _name(self, element: Element) -> str:
        name = self.document.required(element, "name")
        if not NAME.fullmatch(name):
            raise self.document.error(element, f"{self.document.tag(element)} named {name!r}: MMS cannot carry that")
        return name

    def _unique(self, members: list[Member]) -> tuple[Member, ...]:
        seen: set[str] = set()
        for member in members:
            if member.name in seen:
                assert member.element is not None
                text = f"{self.document.tag(member.element)} {member.name} stands twice in its type"
                raise self.document.error(member.element, text)
            seen.add(member.name)
        return tuple(members)

    def _member(self, element: Element) -> Member:
        document, name = self.document, self._name(element)
        count = element.get("count", "").strip()
        count = "" if count == "0" else count
        if document.tag(element) == "SDO":
            type_ = document.required(element, "type")
            return Member(name=name, element=element, type=type_, is_object=True, count=count)
        fc, basic, enum, type_ = "", None, None, ""
        if document.tag(element) == "DA":
            fc = document.required(element, "fc")
            if fc not in FUNCTIONAL_CONSTRAINTS:
                raise document.error(element, f"DA {name}: no functional constraint {fc!r}")
        b_type = document.required(element, "bType")
        if b_type == "Struct":
            type_ = document.required(element, "type")
        elif b_type == "PhyComAddr":
            type_ = ADDRESS
        elif b_type == "Enum":
            enum = self.enumeration(document.required(element, "type"), element)
            basic = enum.basic
        elif b_type in BASIC_TYPES:
            basic = BASIC_TYPES[b_type]
        else:
            raise document.error(element, f"{document.tag(element)} {name}: unknown bType {b_type!r}")
        return Member(
            name=name,
            element=element,
            type=type_,
            basic=basic,
            enum=enum,
            fc=fc,
            trigger=self._trigger(element),
            count=count,
            val_kind=element.get("valKind", "Set"),
        )

    def _trigger(self, element: Element) -> Trigger:
        wanted = Trigger.NONE
        for name, flag in (("dchg", Trigger.DCHG), ("qchg", Trigger.QCHG), ("dupd", Trigger.DUPD)):
            if self.document.flag(element, name):
                wanted |= flag
        return wanted


def _address_members() -> tuple[Member, ...]:
    rows = (("Addr", "Octet6"), ("PRIORITY", "INT8U"), ("VID", "INT16U"), ("APPID", "INT16U"))
    return tuple(Member(name=name, element=None, basic=BASIC_TYPES[basic]) for name, basic in rows)


def _canonical(element: Element) -> list[tuple[str, ...]]:
    """A type's content, whatever its layout and descriptions."""
    rows = []
    for part in element.iter(etree.Element):
        attributes = sorted(f"{name!s}={value!s}" for name, value in part.attrib.items() if name != "desc")
        rows.append((str(part.tag), (part.text or "").strip(), *attributes))
    return rows
