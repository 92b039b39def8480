"""Rules of the namespaces layer about logical nodes and their data objects: are they those of the standard?"""

import re

from ..models.declare import DO
from ..models.earlier import EDITIONS, only_in_2007a
from .data_model import DataModel
from .document import Element
from .index import SclIndex, tag_of
from .rules import Say, rule

__all__ = ["declared_name"]

P1, P3, P4 = "IEC 61850-7-1 14", "IEC 61850-7-3", "IEC 61850-7-4"
NAME = re.compile(r".+:.+")
_NUMBERED = re.compile(r"(.*?[A-Za-z_])([0-9]{1,9})")


def declared_name(objects: dict[str, DO] | object, name: str) -> tuple[str, int | None] | None:
    """Name of the declaration a data object belongs to, and its instance number; None when there is none."""
    known: dict[str, DO] = objects  # type: ignore[assignment]
    if name in known:
        return name, None
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match and match[1] in known else None


@rule("VER-07", title="The data model belongs to an edition that can be compared", severity="note", part="IEC 61850-7-7",
      layer="namespaces", hint="--as 2007B4 compares with edition 2.1 all the same.")  # fmt: skip
def _comparable(scl: SclIndex, say: Say) -> None:
    """Name spaces exist as data since edition 2 (2007A). What IEDs of edition 1 (2003) hold is not compared with them."""
    model = scl.once(DataModel)
    old = [ied for ied in scl.children(scl.root, "IED") if model.edition_of_ied(ied) == EDITIONS[0]]
    if old:
        more = f" and {len(old) - 1} more" if len(old) > 1 else ""
        say(
            old[0],
            f"IED {old[0].get('name')}{more} of edition 1: logical nodes and data are not compared with name spaces",
        )


@rule("NSD-01", title="Name spaces are written as name:edition", part=P1, layer="namespaces",
      hint="For example IEC 61850-7-4:2007B.")  # fmt: skip
def _named(scl: SclIndex, say: Say) -> None:
    """ldNs, lnNs, dataNs and cdcNs say which standard, and which edition of it, tells what the data mean."""
    said: set[str] = set()
    for name, values in scl.once(DataModel).named.items():
        for value, _, text in values:
            if text and text not in said and not NAME.fullmatch(text):
                said.add(text)
                say(value, f"{name} {text!r} does not name a name space and its edition")


@rule("NSD-02", title="Name spaces are at hand", severity="warning", part=P1, layer="namespaces",
      hint="--nsd FILE loads the NSD file of a name space.")  # fmt: skip
def _loaded(scl: SclIndex, say: Say) -> None:
    """What belongs to a name space that is not at hand is not compared with anything."""
    model = scl.once(DataModel)
    said: set[str] = set()
    for name, values in model.named.items():
        for value, _, text in values:
            if text not in said and NAME.fullmatch(text) and not model.is_loaded(text):
                said.add(text)
                say(value, f"{name} {text!r} is not at hand; what belongs to it is not compared")


@rule("NSD-03", title="Logical node classes are those of their name space", part=P4, layer="namespaces",
      hint="Correct lnClass; or name the name space it comes from in NamPlt.lnNs, and load it with --nsd.")  # fmt: skip
def _classes(scl: SclIndex, say: Say) -> None:
    """A client knows nothing of a class that no name space declares."""
    model = scl.once(DataModel)
    for each, _ in model.node_types:
        name = each.get("lnClass", "")
        if name and model.ln_class(name) is None and not model.is_foreign(each):
            say(each, f"no name space at hand has LN class {name}, and no lnNs tells where it comes from")


def _members(scl: SclIndex) -> list[tuple[Element, str, Element]]:
    """Every DO of an LNodeType whose class is known: the LNodeType, its edition, the DO."""
    model = scl.once(DataModel)
    return [
        (each, edition, member)
        for each, edition in model.node_types
        if model.ln_class(each.get("lnClass", "")) is not None
        for member in scl.children(each, "DO")
    ]


@rule("NSD-04", title="Data objects are those of the LN class", part=P4, layer="namespaces",
      hint="Correct the name; or say in dataNs (of the data object) or lnNs (of the node) which name space has it.")  # fmt: skip
def _objects(scl: SclIndex, say: Say) -> None:
    """A data object that no name space declares means nothing to anybody else."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        ln_class, name = each.get("lnClass", ""), member.get("name", "")
        if declared_name(model.objects(ln_class), name) is not None or only_in_2007a(
            ln_class, name.rstrip("0123456789")
        ):
            continue
        if model.is_foreign(each) or scl.member(scl.type_of(member), "dataNs") is not None:
            continue
        say(member, f"{ln_class} has no data object {name}")


@rule("NSD-05", title="Only data objects that may stand several times carry a number", part=P4, layer="namespaces")
def _numbers(scl: SclIndex, say: Say) -> None:
    """A number behind a name says which of several instances it is; most data objects have but one."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        objects = model.objects(each.get("lnClass", ""))
        found = declared_name(objects, member.get("name", ""))
        if found is None or found[1] is None or objects[found[0]].presence.is_numbered:
            continue
        if not _explained(scl, each, member):
            say(member, f"{each.get('lnClass')} has {found[0]} once: {member.get('name')} cannot carry a number")


def _explained(scl: SclIndex, node_type: Element, member: Element) -> bool:
    """Does a name space that need not be at hand account for a data object?"""
    return scl.once(DataModel).is_foreign(node_type) or scl.member(scl.type_of(member), "dataNs") is not None


@rule("NSD-06", title="Data objects that may stand several times carry a number", part=P4, layer="namespaces",
      hint="Write Ind1 instead of Ind, even when there is but one.")  # fmt: skip
def _without_number(scl: SclIndex, say: Say) -> None:
    """Clients look for the number."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        objects, name = model.objects(each.get("lnClass", "")), member.get("name", "")
        if name in objects and objects[name].presence.is_numbered:
            say(member, f"{name} of {each.get('lnClass')} stands without a number")


@rule("NSD-07", title="Instance numbers stay in their range", part=P4, layer="namespaces")
def _ranges(scl: SclIndex, say: Say) -> None:
    """Numbers begin with 1; characteristics of users, for example, have 33 to 48."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        objects = model.objects(each.get("lnClass", ""))
        found = declared_name(objects, member.get("name", ""))
        if found and found[1] is not None:
            presence = objects[found[0]].presence
            if presence.is_numbered and not presence.allows(found[1]):
                allowed = presence.arg.replace(", ", " to ") if presence.arg[:1].isdigit() else "1 and up"
                say(member, f"{member.get('name')}: numbers of {found[0]} are {allowed}")


@rule("NSD-08", title="A data object does not stand with and without number", part=P4, layer="namespaces")
def _twice(scl: SclIndex, say: Say) -> None:
    """Which of the two would be meant?"""
    for each, _, member in _members(scl):
        match = _NUMBERED.fullmatch(member.get("name", ""))
        objects = scl.once(DataModel).objects(each.get("lnClass", ""))
        if match and match[0] not in objects and match[1] in objects and scl.member(each, match[1]) is not None:
            say(member, f"{match[1]} and {match[0]} stand beside each other")


@rule("NSD-18", title="Conditions in prose are looked at by a person", severity="note", part=P4, layer="namespaces")
def _prose(scl: SclIndex, say: Say) -> None:
    """Some data objects depend on conditions that the standard gives in words. Mir and MaxDl (condition 1) are not listed."""
    model = scl.once(DataModel)
    said: set[str] = set()
    for each, edition in model.node_types:
        name = each.get("lnClass", "")
        if name in said or edition != EDITIONS[2]:
            continue
        present = {member.get("name", "") for member in scl.children(each, "DO")}
        open_ = [
            f"{key} ({member.presence})"
            for key, member in model.objects(name).items()
            if (member.presence.code == "MOcond" and member.presence.arg != "1" and key not in present)
            or (member.presence.code in ("MFcond", "OFcond") and key in present)
        ]
        if open_:
            said.add(name)
            say(each, f"{name}: to be judged by hand: {', '.join(open_)}")


@rule("NSD-23", title="Data objects have the CDC of the standard", severity="warning", part=P4, layer="namespaces")
def _cdcs(scl: SclIndex, say: Say) -> None:
    """A client that knows the class expects the attributes of that CDC."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        objects = model.objects(each.get("lnClass", ""))
        found = declared_name(objects, member.get("name", ""))
        kind = scl.type_of(member)
        if found is None or kind is None or _explained(scl, each, member):
            continue
        wanted = objects[found[0]].cdc.__name__
        if kind.get("cdc") != wanted:
            say(member, f"{each.get('lnClass')}.{member.get('name')} is {kind.get('cdc')}, the standard has {wanted}")


@rule("NSD-24", title="Names of the standard keep their CDC in classes of one's own", severity="warning", part=P1,
      layer="namespaces")  # fmt: skip
def _reused(scl: SclIndex, say: Say) -> None:
    """A name that means one thing everywhere else should not mean another here."""
    model = scl.once(DataModel)
    for each, _ in model.node_types:
        objects = model.objects(each.get("lnClass", ""))
        for member in scl.children(each, "DO"):
            name = member.get("name", "")
            kind = scl.type_of(member)
            if kind is None or declared_name(objects, name) is not None:
                continue
            known = model.standard_objects.get(name) or model.standard_objects.get(name.rstrip("0123456789"))
            if known and kind.get("cdc") not in known:
                say(member, f"{name} is {' or '.join(sorted(known))} in the standard, here {kind.get('cdc')}")


@rule("NSD-25", title="A data object of another name space names it in dataNs", part=P1, layer="namespaces")
def _data_ns(scl: SclIndex, say: Say) -> None:
    """dataNs without a value names nothing."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        name = member.get("name", "")
        if declared_name(model.objects(each.get("lnClass", "")), name) is not None or model.is_foreign(each):
            continue
        has = scl.member(scl.type_of(member), "dataNs") is not None
        if has and not model.names_given(each, name, "dataNs"):
            say(member, f"{each.get('lnClass')}.{name} is of another name space, and its dataNs has no value")


@rule("NSD-26", title="Nothing deprecated is used", severity="warning", part=P4, layer="namespaces")
def _deprecated(scl: SclIndex, say: Say) -> None:
    """The standard keeps it for old devices; new ones have something better."""
    model = scl.once(DataModel)
    for each, _, member in _members(scl):
        objects = model.objects(each.get("lnClass", ""))
        found = declared_name(objects, member.get("name", ""))
        if found and objects[found[0]].deprecated:
            say(member, f"{each.get('lnClass')}.{member.get('name')} is deprecated")
    for each in scl.all("DOType"):
        if each.get("cdc") == "NTS" and model.edition(each) != EDITIONS[0]:
            say(each, "CDC NTS is deprecated")
    _deprecated_literals(scl, say)


def _deprecated_literals(scl: SclIndex, say: Say) -> None:
    from .standard_types import StandardTypes  # noqa: PLC0415 - only here

    enums = {kind.get("id", ""): enum for kind, enum in scl.once(StandardTypes.of).enumerations}
    for value, leaf in scl.presets.get("Enum", ()):
        enum = enums.get(leaf.get("type", ""))
        text = (value.text or "").strip()
        if enum is not None and any(member.is_deprecated and member.literal == text for member in enum):
            say(value, f"{tag_of(leaf)} {leaf.get('name')}: {text!r} of {enum.__name__} is deprecated")
