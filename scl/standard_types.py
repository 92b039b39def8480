"""Which standard type each DA, BDA, DAType and EnumType of a document stands for.

What is found once is not followed again: a DAType is looked at once for each standard type it stands for.
"""

from dataclasses import dataclass, field

from ..models.declare import CONTROL, ENUM, Attribute, AttributeType, Constructed, Parameter
from ..models.enums._base import Literals
from ..models.types import BasicType
from .data_model import DataModel
from .document import Element
from .index import SclIndex

__all__ = ["StandardTypes", "Use"]


@dataclass(frozen=True, slots=True)
class Use:
    """A DA or BDA with what the standard declares for it."""

    element: Element
    declared: Attribute
    type: AttributeType | None
    """Its type; None where the user of the CDC may choose."""


@dataclass(slots=True)
class StandardTypes:
    """All uses in one document."""

    uses: list[Use] = field(default_factory=list)
    structures: dict[tuple[Element, type[Constructed], AttributeType | None], tuple[Element, bool]] = field(
        default_factory=dict
    )
    """DATypes with the type they stand for and the type of its ctlVal: who uses it first, and whether range is there."""
    enumerations: dict[tuple[Element, type[Literals]], Element] = field(default_factory=dict)
    """EnumTypes with the enumeration they stand for: who uses it first."""

    @classmethod
    def of(cls, scl: SclIndex) -> "StandardTypes":
        """Those of a document."""
        return _Walk(scl).found


class _Walk:
    def __init__(self, scl: SclIndex) -> None:
        self.scl = scl
        self.model = scl.once(DataModel)
        self.found = StandardTypes()
        for kind, cdc, members in self.model.object_types:
            for element in scl.children(kind, "DA"):
                declared = members.get(element.get("name", ""))
                if isinstance(declared, Attribute):
                    ranged = element.get("name") == "rangeC" and scl.member(kind, "range") is not None
                    self.visit(element, declared, cdc.control_value, is_ranged=ranged)
        self.enumerated()

    def visit(self, element: Element, declared: Attribute, control: AttributeType | None, *, is_ranged: bool) -> None:
        kind: AttributeType | None = control if declared.type is CONTROL else declared.type
        if isinstance(kind, Parameter):
            kind = None
        is_enumerated = declared.type is ENUM or (declared.type is CONTROL and control is ENUM)
        self.found.uses.append(Use(element, declared, Literals if is_enumerated else kind))
        if kind is None or isinstance(kind, BasicType):
            return
        below = self.scl.type_of(element)
        if below is None:
            return
        if issubclass(kind, Constructed):
            if element.get("bType") == "Struct":
                self.structure(below, kind, control, element, is_ranged=is_ranged)
        elif element.get("bType") == "Enum" and issubclass(kind, Literals):
            self.found.enumerations.setdefault((below, kind), element)

    def structure(
        self, type_: Element, kind: type[Constructed], control: AttributeType | None, user: Element, *, is_ranged: bool
    ) -> None:
        key = (type_, kind, control)
        if key in self.found.structures:
            return
        self.found.structures[key] = (user, is_ranged)
        members = kind.members()
        for element in self.scl.children(type_, "BDA"):
            declared = members.get(element.get("name", ""))
            if declared is not None:
                self.visit(element, declared, control, is_ranged=False)

    def enumerated(self) -> None:
        """Enumerations that the LN class gives to an ENS, ENC or ENG."""
        done: set[tuple[Element, type]] = set()
        for node_type, _ in self.model.node_types:
            objects = self.model.objects(node_type.get("lnClass", ""))
            for member in self.scl.children(node_type, "DO"):
                name = member.get("name", "")
                declared = objects.get(name) or objects.get(name.rstrip("0123456789"))
                kind = self.scl.type_of(member)
                if declared is None or declared.enum is None or kind is None or (kind, declared.enum) in done:
                    continue
                done.add((kind, declared.enum))
                self.give(kind, declared.enum)

    def give(self, kind: Element, enum: type) -> None:
        for element in self.scl.children(kind, "DA"):
            if element.get("name") in ("stVal", "subVal", "setVal") and element.get("bType") == "Enum":
                self.add(element, enum)
            elif element.get("name") in ("Oper", "SBOw", "Cancel"):
                value = self.scl.member(self.scl.type_of(element), "ctlVal")
                if value is not None and value.get("bType") == "Enum":
                    self.add(value, enum)

    def add(self, element: Element, enum: type) -> None:
        below = self.scl.type_of(element)
        if below is not None:
            self.found.enumerations.setdefault((below, enum), element)
