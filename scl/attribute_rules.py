"""Rules of the namespaces layer about attributes: functional constraint, type, triggers, structure and enumeration."""

from ..models.declare import Attribute, Constructed, SubObject
from ..models.earlier import EDITIONS, OLD_LITERALS
from ..models.enums._base import Literals
from ..models.tree import Trigger
from ..models.types import BASIC_TYPES, BasicType
from .data_model import DataModel
from .document import Element
from .index import SclIndex, tag_of
from .presence_rules import Judgement
from .rules import Say, rule
from .standard_types import StandardTypes

__all__: list[str] = []

P3, P6 = "IEC 61850-7-3", "IEC 61850-6 9.5"
_ALIKE = {("ObjRef", "VisString129"), ("VisString129", "ObjRef"), ("INT64", "INT128"), ("Currency", "VisString255")}
"""Types of the standard, and what earlier editions wrote in their place."""
_GROUPS = ("SG", "SE")
_TRIGGERS = (("dchg", Trigger.DCHG), ("qchg", Trigger.QCHG), ("dupd", Trigger.DUPD))
_ELSEWHERE = ("Struct", "Enum", "PhyComAddr")


def _where(kind: Element, element: Element) -> str:
    return f"{element.get('name')} of {kind.get('cdc')} {kind.get('id')!r}"


@rule("NSD-27", title="Attributes are those of the CDC", part=P3, layer="namespaces",
      hint="Correct the name; additions to a CDC need a CDC of their own.")  # fmt: skip
def _attributes(scl: SclIndex, say: Say) -> None:
    """A client that knows the CDC does not know the attribute."""
    for kind, cdc, members in scl.once(DataModel).object_types:
        for element in scl.children(kind, "DA"):
            name = element.get("name", "")
            if not isinstance(members.get(name), Attribute) and name != "cdcNs":
                say(element, f"{cdc.__name__} has no attribute {name}")


@rule("NSD-29", title="Attributes have the functional constraint of the standard", part=P3, layer="namespaces")
def _constraints(scl: SclIndex, say: Say) -> None:
    """Services look an attribute up under its functional constraint; settings may be SP, or SG with SE."""
    for kind, _, members in scl.once(DataModel).object_types:
        for element in scl.children(kind, "DA"):
            declared, fc = members.get(element.get("name", "")), element.get("fc", "")
            if isinstance(declared, Attribute) and fc != declared.fc and not (declared.fc == "SP" and fc in _GROUPS):
                say(element, f"{_where(kind, element)} has fc {fc}, the standard {declared.fc}")


@rule("NSD-30", title="Attributes have the type of the standard", part=P3, layer="namespaces")
def _types(scl: SclIndex, say: Say) -> None:
    """A client decodes what the standard says."""
    said: set[Element] = set()
    for use in scl.once(StandardTypes.of).uses:
        given = use.element.get("bType", "")
        if given not in BASIC_TYPES and given not in _ELSEWHERE:
            continue  # NSD-41
        if isinstance(use.type, BasicType):
            wanted = use.type.name
        elif isinstance(use.type, type) and issubclass(use.type, Constructed):
            wanted = "Struct"
        else:
            continue
        if given != wanted and (wanted, given) not in _ALIKE and use.element not in said:
            said.add(use.element)
            say(use.element, f"{use.element.get('name')} has bType {given}, the standard {wanted}")


@rule("NSD-31", title="Attributes trigger reports only where the standard lets them", part=P3, layer="namespaces")
def _triggers(scl: SclIndex, say: Say) -> None:
    """dchg, qchg and dupd stand only at attributes that have them in the CDC."""
    for kind, _, members in scl.once(DataModel).object_types:
        for element in scl.children(kind, "DA"):
            declared = members.get(element.get("name", ""))
            if not isinstance(declared, Attribute):
                continue
            for name, trigger in _TRIGGERS:
                allowed = Trigger.NONE if element.get("fc") in _GROUPS else declared.trigger
                if element.get(name) in ("true", "1") and not allowed & trigger:
                    say(element, f"{_where(kind, element)} has {name}, the standard does not")


@rule("NSD-32", title="Only arrays have a count", part=P3, layer="namespaces")
def _counts(scl: SclIndex, say: Say) -> None:
    """Elements of an array are read with an index, other attributes without."""
    for kind, _, members in scl.once(DataModel).object_types:
        for element in scl.children(kind, "DA", "SDO"):
            declared = members.get(element.get("name", ""))
            if declared is not None and not declared.size and element.get("count", "0") != "0":
                say(element, f"{_where(kind, element)} is no array")


@rule(
    "NSD-33", title="Sub data objects are those of the CDC, of the right CDC, and complete", part=P3, layer="namespaces"
)
def _sub_objects(scl: SclIndex, say: Say) -> None:
    """WYE, for example, is made of CMVs called phsA, phsB and so on."""
    for kind, cdc, members in scl.once(DataModel).object_types:
        for element in scl.children(kind, "SDO"):
            declared, below = members.get(element.get("name", "")), scl.type_of(element)
            if not isinstance(declared, SubObject):
                say(element, f"{cdc.__name__} has no sub data object {element.get('name')}")
            elif below is not None and below.get("cdc") != declared.cdc.__name__:
                say(element, f"{_where(kind, element)} is {below.get('cdc')}, the standard has {declared.cdc.__name__}")
    for element, text in scl.once(Judgement).found.get("NSD-33", ()):
        say(element, text)


@rule(
    "NSD-37", title="Structures have the members of the standard, and all mandatory ones", part=P3, layer="namespaces"
)
def _members(scl: SclIndex, say: Say) -> None:
    """AnalogueValue, Unit, Originator and so on are decoded by their members."""
    said: set[tuple[Element, str]] = set()
    for (kind, declared, _), (user, _ranged) in scl.once(StandardTypes.of).structures.items():
        if declared.__name__ in ("Oper", "SBOw", "Cancel"):
            continue
        known = declared.members()
        for element in scl.children(kind, "BDA"):
            name = element.get("name", "")
            if name not in known and (element, declared.__name__) not in said:
                said.add((element, declared.__name__))
                say(element, f"{declared.__name__} (used as {user.get('name')}) has no member {name}")
    for element, text in scl.once(Judgement).found.get("NSD-37", ()):
        say(element, text)


def _literals(kind: Element, scl: SclIndex) -> list[tuple[Element, int, str]]:
    found = []
    for value in scl.children(kind, "EnumVal"):
        try:
            found.append((value, int(value.get("ord", "")), (value.text or "").strip()))
        except ValueError:
            continue
    return found


@rule("NSD-38", title="Ordinals of an enumeration are those of the standard", part=P3, layer="namespaces",
      hint="Own values take negative ordinals.")  # fmt: skip
def _ordinals(scl: SclIndex, say: Say) -> None:
    """Only the ordinal travels: another one means nothing to the reader. Negative ones are left to vendors."""
    for kind, enum in scl.once(StandardTypes.of).enumerations:
        known = {int(member) for member in enum}
        for value, ordinal, text in _literals(kind, scl):
            if ordinal >= 0 and ordinal not in known:
                say(value, f"{kind.get('id')!r} stands for {enum.__name__}, which has no {ordinal} ({text})")


@rule("NSD-39", title="Texts of an enumeration are those of the standard", part=P3, layer="namespaces")
def _texts(scl: SclIndex, say: Say) -> None:
    """Only the ordinal travels: a text of one's own makes people and tools read something else than was sent."""
    model = scl.once(DataModel)
    for (kind, enum), user in scl.once(StandardTypes.of).enumerations.items():
        old = OLD_LITERALS.get(enum.__name__, {}) if model.file_edition == EDITIONS[1] else {}
        known = {int(member): member.literal for member in enum}
        for value, ordinal, text in _literals(kind, scl):
            if ordinal in known and text not in (known[ordinal], old.get(ordinal)):
                of = f"{enum.__name__} (used as {user.get('name')})"
                say(value, f"{ordinal} of {kind.get('id')!r} is {text!r}, {known[ordinal]!r} in {of}")


@rule("NSD-40", title="Enumerations of the standard have bType Enum", part=P3, layer="namespaces")
def _enumerated(scl: SclIndex, say: Say) -> None:
    """An integer without its enumeration tells nobody what it means."""
    said: set[Element] = set()
    for use in scl.once(StandardTypes.of).uses:
        is_enum = isinstance(use.type, type) and issubclass(use.type, Literals)
        if is_enum and use.element.get("bType") != "Enum" and use.element not in said:
            said.add(use.element)
            say(
                use.element,
                f"{use.element.get('name')} has bType {use.element.get('bType')}, the standard an enumeration",
            )


@rule("NSD-41", title="Basic types are known", part=P6, layer="namespaces")
def _basic_types(scl: SclIndex, say: Say) -> None:
    """A misspelt type is no type."""
    for element in scl.all("DA", "BDA"):
        given = element.get("bType")
        if given is not None and given not in BASIC_TYPES and given not in (*_ELSEWHERE, "VisString65", "LogOptFlds"):
            say(element, f"{tag_of(element)} {element.get('name')} has bType {given}, which nobody knows")
