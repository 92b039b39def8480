"""Rules about types and instances: what DataTypeTemplates refer to, and what DOI, SDI and DAI instantiate."""

from .document import Element, natural
from .index import SclIndex, node_name, tag_of
from .rules import Say, rule

__all__: list[str] = []

P6 = "IEC 61850-6 9.5"
INSTANCES = "IEC 61850-6 9.3.6"
MAX_NESTING = 64
"""Types inside each other that are followed."""
TYPED = ("Struct", "Enum")


@rule("REF-01", title="lnType names an LNodeType of the same class", part=P6, layer="semantics",
      hint="Correct lnType, or add the LNodeType to DataTypeTemplates.")  # fmt: skip
def _node_types(scl: SclIndex, say: Say) -> None:
    """The type tells what a logical node has; without it nothing can be built, and nobody knows its data."""
    for node in scl.all("LN0", "LN"):
        wanted = node.get("lnType")
        if wanted is not None and wanted not in scl.node_types:
            say(node, f"{node_name(node)}: no LNodeType {wanted!r}")


@rule("REF-02", title="An LN has the class of its LNodeType", part=P6, layer="semantics")
def _node_classes(scl: SclIndex, say: Say) -> None:
    """Two LNodeTypes of one id and different classes are told apart by the class."""
    classes: dict[str, set[str]] = {}
    for each in scl.all("LNodeType"):
        classes.setdefault(each.get("id", ""), set()).add(each.get("lnClass", ""))
    for node in scl.all("LN0", "LN"):
        known = classes.get(node.get("lnType", ""))
        if known and node.get("lnClass", "") not in known:
            say(
                node,
                f"{node_name(node)} is of class {node.get('lnClass')}, its type {node.get('lnType')!r} of {', '.join(known)}",
            )


def _object_references(scl: SclIndex, say: Say, name: str) -> None:
    for member in scl.all(name):
        wanted = member.get("type")
        if wanted is not None and wanted not in scl.object_types:
            say(member, f"{name} {member.get('name')}: no DOType {wanted!r}")


@rule("REF-03", title="The type of a DO names a DOType", part=P6, layer="semantics",
      hint="Correct the type, or add the DOType to DataTypeTemplates.")  # fmt: skip
def _object_types(scl: SclIndex, say: Say) -> None:
    """A data object without its type has no attributes."""
    _object_references(scl, say, "DO")


@rule("REF-04", title="The type of an SDO names a DOType", part=P6, layer="semantics",
      hint="Correct the type, or add the DOType to DataTypeTemplates.")  # fmt: skip
def _sub_object_types(scl: SclIndex, say: Say) -> None:
    """A data object without its type has no attributes."""
    _object_references(scl, say, "SDO")


@rule("REF-05", title="The type of a structured DA or BDA names a DAType", part=P6, layer="semantics",
      hint="Correct the type, or add the DAType to DataTypeTemplates.")  # fmt: skip
def _structure_types(scl: SclIndex, say: Say) -> None:
    """A structure without its type has no members."""
    for member in scl.all("DA", "BDA"):
        wanted = member.get("type")
        if member.get("bType") == "Struct" and wanted is not None and wanted not in scl.structure_types:
            say(member, f"{tag_of(member)} {member.get('name')}: no DAType {wanted!r}")


@rule("REF-06", title="The type of an enumerated DA or BDA names an EnumType", part=P6, layer="semantics",
      hint="Correct the type, or add the EnumType to DataTypeTemplates.")  # fmt: skip
def _enum_types(scl: SclIndex, say: Say) -> None:
    """Without the enumeration nobody knows what the numbers mean."""
    for member in scl.all("DA", "BDA"):
        wanted = member.get("type")
        if member.get("bType") == "Enum" and wanted is not None and wanted not in scl.enum_types:
            say(member, f"{tag_of(member)} {member.get('name')}: no EnumType {wanted!r}")


@rule("REF-07", title="A type stands only beside bType Struct or Enum", part=P6, severity="warning", layer="semantics")
def _needless_types(scl: SclIndex, say: Say) -> None:
    """Other basic types are complete by themselves; a type beside them is ignored, and makes readers doubt the bType."""
    for member in scl.all("DA", "BDA"):
        if member.get("type") and member.get("bType") not in TYPED:
            say(
                member,
                f"{tag_of(member)} {member.get('name')} of bType {member.get('bType')} has type {member.get('type')!r}",
            )


@rule("REF-08", title="bType Struct and Enum have a type", part=P6, layer="semantics")
def _needed_types(scl: SclIndex, say: Say) -> None:
    """Structures and enumerations are described by their type alone."""
    for member in scl.all("DA", "BDA"):
        if member.get("bType") in TYPED and not member.get("type"):
            say(member, f"{tag_of(member)} {member.get('name')} of bType {member.get('bType')} has no type")


def _cycles(types: dict[str, Element], scl: SclIndex, members: tuple[str, ...], say: Say) -> None:
    done: set[str] = set()
    for start in types:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, depth = stack.pop()
            del path[depth:]
            if name in path:
                if types[name].get("id") not in done:
                    say(
                        types[name],
                        f"{tag_of(types[name])} {name!r} contains itself: {' → '.join([*path[path.index(name) :], name])}",
                    )
                done.update(path[path.index(name) :])
                continue
            if name in done or name not in types or depth > MAX_NESTING:
                continue
            path.append(name)
            below = {each.get("type", "") for each in scl.children(types[name], *members)}
            stack += [(each, depth + 1) for each in sorted(below)]
        done.add(start)


@rule("REF-09", title="A DOType does not contain itself", part=P6, layer="semantics",
      hint="Break the circle: an SDO must not lead back to its own type.")  # fmt: skip
def _object_cycles(scl: SclIndex, say: Say) -> None:
    """A type within itself has no end; tools that build models from it hang or fail."""
    _cycles(scl.object_types, scl, ("SDO",), say)


@rule("REF-10", title="A DAType does not contain itself", part=P6, layer="semantics",
      hint="Break the circle: a BDA must not lead back to its own type.")  # fmt: skip
def _structure_cycles(scl: SclIndex, say: Say) -> None:
    """A type within itself has no end; tools that build models from it hang or fail."""
    _cycles(scl.structure_types, scl, ("BDA",), say)


@rule("REF-11", title="A DOI names a DO of its LNodeType", part=INSTANCES, layer="semantics")
def _instances_of_objects(scl: SclIndex, say: Say) -> None:
    """An instance of what the type does not have belongs to nothing."""
    for instance in scl.all("DOI"):
        node = instance.getparent()
        kind = scl.node_types.get(node.get("lnType", "")) if node is not None else None
        name = instance.get("name", "")
        if node is not None and kind is not None and scl.member(kind, name) is None:
            say(instance, f"{node_name(node)}.{name}: the type {node.get('lnType')!r} has no DO {name!r}")


def _lead(instance: Element) -> tuple[Element | None, list[str]]:
    """The logical node an SDI or DAI stands in, and the names on the way from it."""
    names = [instance.get("name", "")]
    above = instance.getparent()
    while above is not None and tag_of(above) in ("SDI", "DOI"):
        names.append(above.get("name", ""))
        above = above.getparent()
    return above, names[::-1]


def _instances(scl: SclIndex, say: Say, name: str) -> None:
    for instance in scl.all(name):
        node, names = _lead(instance)
        if node is None or node.get("lnType", "") not in scl.node_types:
            continue
        found = scl.path(node, *names)
        if len(found) == len(names) - 1 and len(found) and scl.type_of(found[-1]) is not None:
            say(instance, f"{node_name(node)}.{'.'.join(names)}: {names[-2]} has no {names[-1]!r}")


@rule("REF-12", title="An SDI names an SDO, or a structured DA or BDA", part=INSTANCES, layer="semantics")
def _instances_of_parts(scl: SclIndex, say: Say) -> None:
    """An instance of what the type does not have belongs to nothing."""
    _instances(scl, say, "SDI")


@rule("REF-13", title="A DAI names a DA or BDA that is no structure", part=INSTANCES, layer="semantics")
def _instances_of_attributes(scl: SclIndex, say: Say) -> None:
    """Values belong to leaves; an instance of what the type does not have belongs to nothing."""
    _instances(scl, say, "DAI")
    for instance in scl.all("DAI"):
        if next(iter(scl.children(instance, "Val")), None) is None:
            continue
        node, names = _lead(instance)
        found = scl.path(node, *names)
        if len(found) == len(names) and found[-1].get("bType") == "Struct":
            say(instance, f"{'.'.join(names)} is a structure and cannot have a Val: use SDI and a DAI for each member")


@rule("REF-14", title="ix stays within the array", part=INSTANCES, layer="semantics")
def _array_indices(scl: SclIndex, say: Say) -> None:
    """Arrays count from 0 to count minus 1."""
    for instance in scl.all("SDI", "DAI"):
        index = natural(instance.get("ix"))
        if index is None:
            continue
        node, names = _lead(instance)
        found = scl.path(node, *names)
        count = natural(found[-1].get("count")) if len(found) == len(names) else None
        if count is not None and index >= max(1, count):
            say(instance, f"{'.'.join(names)} has {count or 1} elements, ix={index} is none of them")


def _used(scl: SclIndex, users: tuple[str, ...], attribute: str = "type") -> set[str]:
    return {each.get(attribute, "") for each in scl.all(*users)}


@rule("REF-53", title="Every type is used", part=P6, severity="warning", layer="semantics",
      hint="Remove it, or use it; tools keep unused types for ever.")  # fmt: skip
def _unused_types(scl: SclIndex, say: Say) -> None:
    """Types nobody refers to are left over from other devices, or somebody meant to use them."""
    used = {
        "LNodeType": _used(scl, ("LN", "LN0", "LNode"), "lnType"),
        "DOType": _used(scl, ("DO", "SDO")),
        "DAType": _used(scl, ("DA", "BDA")),
        "EnumType": _used(scl, ("DA", "BDA")),
    }
    for tag, known in used.items():
        for each in scl.all(tag):
            if each.get("id", "") not in known:
                say(each, f"nothing refers to {tag} {each.get('id')!r}")
