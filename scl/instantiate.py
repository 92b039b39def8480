"""An IED of an SCL file as a model that can be served: types, instances, first values.

What an IED cannot be served without, or could only be served wrongly, is a FileError: types that are missing, contain
themselves or name something twice, bTypes nobody knows, names MMS cannot carry (characters; more than 64 octets), models
beyond the limits below. What does not stop it is told as a note, and the loader goes on: a Val that does not fit its
type, a DAI without an attribute, a data set member or a data set that is not there.

Clients may write leaves of FC SP, CF and DC whose valKind is Set; those of FC SE (in the model: SG) they may edit in setting
groups. Not built: Inputs, Private, substation and line sections, LNs directly under an access point.
"""

from collections.abc import Callable, Iterator
from os import PathLike
from typing import Any

from ..errors import FileError, UsageError
from ..models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode
from .blocks import add_blocks
from .data_sets import add_data_sets
from .document import Element, SclDocument, natural, open_document
from .overlay import Overlay
from .services import capabilities
from .setting_values import GroupValues, served_constraint
from .templates import NAME, Member, Templates
from .values import parse_value

__all__ = ["MAX_ELEMENTS", "MAX_LEAVES", "MAX_NAME", "MAX_NESTING", "MAX_NODES", "load_ied", "servers"]

MAX_LEAVES = 500_000
"""Leaves of one IED; the largest real ones have some ten thousand."""
MAX_NODES = 1_000_000
"""Data objects and attributes of one IED with their members, leaves or not: structures without any have no leaves."""
MAX_ELEMENTS = 4096
"""Elements of one array."""
MAX_NESTING = 16
"""SDOs and structures inside each other."""
MAX_NAME = 64
"""Octets of a domain name and of an item name (8-1)."""
WRITABLE = frozenset({"SP", "CF", "DC"})
"""Functional constraints that clients may write."""


def servers(document: SclDocument, ied: Element) -> dict[str, Element]:
    """The servers of an IED by the name of their access point; ServerAt stands for the server it points to."""
    points = {document.required(point, "name"): point for point in document.children(ied, "AccessPoint")}
    found = {}
    for name, point in points.items():
        alias = document.child(point, "ServerAt")
        owner = points.get(alias.get("apName", "")) if alias is not None else point
        server = document.child(owner, "Server")
        if server is not None:
            found[name] = server
    return found


def load_ied(
    source: str | PathLike[str] | bytes | SclDocument,
    ied_name: str | None = None,
    access_point: str | None = None,
    *,
    note: Callable[[str], None] | None = None,
    reserve: bool = False,
) -> Ied:
    """The model of an IED described in an SCL file, its bytes, or a document opened before.

    ``ied_name`` may be left out when only one IED has a server, ``access_point`` takes the first one with a server when
    left out. ``note`` is called with a line for everything that was passed over. With ``reserve`` the instances of report
    control blocks are kept for the clients the file names for them (ClientLN), known by the IP address that its
    communication section gives them: right on the station's own network, and nobody else's elsewhere.

    Raises FileError for what is wrong with the file, UsageError for an IED or access point that it does not have.
    """
    document = source if isinstance(source, SclDocument) else open_document(source)
    element = _choose_ied(document, ied_name)
    found = servers(document, element)
    name = element.get("name", "")
    if access_point is None:
        access_point = next(iter(found))
        if len(set(found.values())) > 1 and note is not None:
            note(f"{document.where(element)}: {name} has servers at {', '.join(found)}; {access_point} is taken")
    elif access_point not in found:
        msg = f"{name} has no server at {access_point!r}; there are {', '.join(found)}"
        raise UsageError(msg)
    loader = _Loader(document, element, access_point, reserve=reserve)
    ied = loader.load(found[access_point])
    for text in loader.templates.notes if note is not None else ():
        note(text)  # type: ignore[misc]
    return ied


def _choose_ied(document: SclDocument, wanted: str | None) -> Element:
    candidates: dict[str, Element] = {}
    for element in document.ieds:
        name = document.required(element, "name")
        if name in candidates:
            raise document.error(element, f"IED {name} stands twice")
        if servers(document, element):
            candidates[name] = element
    if not candidates:
        raise FileError(f"{document.name}: no IED with a server in this file")
    if wanted is None and len(candidates) == 1:
        return next(iter(candidates.values()))
    if wanted is None or wanted not in candidates:
        there = f"it has {', '.join(list(candidates)[:40])}"
        msg = f"{document.name}: " + (
            f"several IEDs; {there}" if wanted is None else f"no server IED {wanted!r}; {there}"
        )
        raise UsageError(msg)
    return candidates[wanted]


class _Loader:
    """Builds one IED."""

    def __init__(self, document: SclDocument, ied: Element, access_point: str, *, reserve: bool) -> None:
        self.document = document
        self.element = ied
        self.access_point = access_point
        self.reserve = reserve
        self.templates = Templates(document, ied.get("type", ""))
        self.leaves = 0
        self.built = 0
        self.groups = GroupValues(document)

    def note(self, element: Element, text: str) -> None:
        """Remember what is passed over."""
        self.templates.notes[f"{self.document.where(element)}: {text}"] = None

    def load(self, server: Element) -> Ied:
        document = self.document
        name = self._checked(self.element, document.required(self.element, "name"))
        ied = Ied(name, edition=document.edition, capabilities=capabilities(document, self.element, self.access_point))
        nodes: list[tuple[Element, LogicalDevice, LogicalNode]] = []
        settings: list[tuple[LogicalDevice, GroupValues]] = []
        for element in document.children(server, "LDevice"):
            device = self.device(element, name)
            if device.name in ied.children:
                raise document.error(element, f"logical device {device.name} stands twice")
            ied.add(device)
            nodes += [(each, device, node) for each, node in self.nodes(element, device)]
            settings.append((device, self.groups))
        if not ied.children:
            raise document.error(server, f"the server of {name} has no LDevice")
        for each, _, node in nodes:
            add_data_sets(document, ied, each, node, self.note)
        for each, device, node in nodes:
            place = (self.element, self.access_point)
            add_blocks(document, ied, place, each, device, node, self.note, reserve=self.reserve)
        for device, groups in settings:
            groups.give_to(device)
        ied.enums.update(self.templates.literals)
        return ied

    def device(self, element: Element, ied_name: str) -> LogicalDevice:
        document = self.document
        inst = document.required(element, "inst")
        name = element.get("ldName", "").strip() or ied_name + inst
        control = document.child(document.child(element, "LN0"), "SettingControl")
        self.groups = GroupValues(document)
        self.groups.begin(control)
        return LogicalDevice(self._checked(element, name), inst)

    def _checked(self, element: Element, name: str) -> str:
        if not NAME.fullmatch(name):
            raise self.document.error(element, f"{name!r}: MMS names have letters, digits and _, a letter first")
        if len(name) > MAX_NAME:
            raise self.document.error(element, f"{name} has {len(name)} octets, MMS carries {MAX_NAME}")
        return name

    def nodes(self, element: Element, device: LogicalDevice) -> Iterator[tuple[Element, LogicalNode]]:
        """Build the logical nodes of a device into it."""
        for each in self.document.children(element, "LN0", "LN"):
            ln_class = each.get("lnClass", "LLN0" if self.document.tag(each) == "LN0" else "").strip()
            node = LogicalNode(ln_class, each.get("inst", "").strip(), each.get("prefix", "").strip())
            self._checked(each, node.name)
            if node.name in device.children:
                raise self.document.error(each, f"logical node {node.name} stands twice in {device.name}")
            instance = Overlay(self.document, each, "DOI")
            for member in self.templates.node(each):
                room = MAX_NAME - len(node.name) - 3  # $ST
                node.add(self.data_object(member, member.name, instance.below(member.name), room, 0))
            for unused in instance.unused():
                self.note(unused, f"{self.document.tag(unused)} {unused.get('name')}: no such place in its type")
            device.add(node)
            yield each, node

    # -- data ----------------------------------------------------------------------------------

    def data_object(self, member: Member, name: str, instance: Overlay, room: int, depth: int) -> DataObject:
        """A DO or SDO; ``room`` is what is left of an item name before it."""
        room = self._fits(member, name, room, depth)
        kind = self.templates.object(member)
        built = DataObject(name, kind.cdc)
        for part in kind.members:
            below = instance.below(part.name)
            if not part.count:
                if part.is_object:
                    built.add(self.data_object(part, part.name, below, room, depth + 1))
                else:
                    built.add(self.attribute(part, part.name, part, below, room, depth + 1))
                continue
            count = self._count(part, kind.members, instance)
            inner = self._fits(part, part.name, room, depth)
            if part.is_object:
                array = DataObject(part.name, self.templates.object(part).cdc, is_array=True)
                for i in range(count):
                    array.add(self.data_object(part, f"({i})", instance.below(part.name, i), inner, depth + 1))
                built.add(array)
            else:
                built.add(self.array(part, part, count, instance, inner, depth + 1))
        return built

    def array(self, part: Member, owner: Member, count: int, instance: Overlay, room: int, depth: int) -> DataAttribute:
        """An array of attributes; ``owner`` is the DA that gives functional constraint and trigger."""
        built = DataAttribute(part.name, served_constraint(owner.fc), trigger=owner.trigger, is_array=True)
        for i in range(count):
            built.add(self.attribute(part, f"({i})", owner, instance.below(part.name, i), room, depth))
        return built

    def attribute(
        self, part: Member, name: str, owner: Member, instance: Overlay, room: int, depth: int
    ) -> DataAttribute:
        """A DA or BDA, or one element of an array of them."""
        room = self._fits(part, name, room, depth)
        if part.basic is not None:
            return self.leaf(part, name, owner, instance)
        built = DataAttribute(name, served_constraint(owner.fc), trigger=owner.trigger)
        members = self.templates.structure(part)
        for member in members:
            if member.count:
                count = self._count(member, members, instance)
                inner = self._fits(member, member.name, room, depth)
                built.add(self.array(member, owner, count, instance, inner, depth + 1))
            else:
                built.add(self.attribute(member, member.name, owner, instance.below(member.name), room, depth + 1))
        return built

    def leaf(self, part: Member, name: str, owner: Member, instance: Overlay) -> DataAttribute:
        """A leaf with its first value: the instance's, else the type's."""
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise self.document.error(self.element, f"more than {MAX_LEAVES} attributes")
        assert part.basic is not None
        kind = (instance.element.get("valKind") if instance.element is not None else None) or part.val_kind
        editable = owner.fc == "SE" and self.groups.count > 0
        built = DataAttribute(
            name,
            served_constraint(owner.fc),
            part.basic,
            trigger=owner.trigger | part.trigger if owner is part else owner.trigger,
            value=self.value(part, instance, self.groups.active),
            enum=part.enum.id if part.enum else "",
            is_writable=(owner.fc in WRITABLE or editable) and kind == "Set",
        )
        if built.fc == "SG" and self.groups.count:
            self.leaves += self.groups.count
            self.groups.keep(
                built, {g: self.value(part, instance, g, built.value) for g in range(1, self.groups.count + 1)}
            )
        return built

    def value(self, part: Member, instance: Overlay, group: int, default: Any = None) -> Any:
        """The value of a leaf, in a setting group where it is in one: the instance's, else the type's."""
        for source in (instance.element, part.element):
            found = self.groups.value(source, group)
            if found is None:
                continue
            assert part.basic is not None
            try:
                value = parse_value(part.basic, found.text or "", part.enum.ordinals if part.enum else None)
            except UsageError as error:
                self.note(found, f"Val of {part.name}: {error}")
                continue
            if value is not None:
                return value
        return part.enum.default if default is None and part.enum is not None else default

    # -- limits --------------------------------------------------------------------------------

    def _fits(self, member: Member, name: str, room: int, depth: int) -> int:
        """What is left of an item name behind a member; array elements have none and need no room."""
        element = member.element if member.element is not None else self.element
        self.built += 1
        if self.built > MAX_NODES:
            raise self.document.error(self.element, f"more than {MAX_NODES} data objects and attributes")
        if depth > MAX_NESTING:
            text = f"{member.name}: nested deeper than {MAX_NESTING}; does {member.type!r} contain itself?"
            raise self.document.error(element, text)
        if name.startswith("("):
            return MAX_NAME * MAX_NESTING
        room -= len(name) + 1
        if room < 0:
            raise self.document.error(
                element, f"{name}: its MMS name has {MAX_NAME - room} octets, {MAX_NAME} are allowed"
            )
        return room

    def _count(self, member: Member, siblings: tuple[Member, ...], instance: Overlay) -> int:
        """Elements of an array: a number, or the value of the sibling attribute named in its place."""
        element = member.element if member.element is not None else self.element
        count = natural(member.count)
        if count is None:
            sibling = next((each for each in siblings if each.name == member.count), None)
            own = self.groups.value(instance.below(member.count).element, self.groups.active)
            val = own if own is not None or sibling is None else self.groups.value(sibling.element, self.groups.active)
            count = natural(val.text) if val is not None else None
        if count is None or not 1 <= count <= MAX_ELEMENTS:
            text = f"array {member.name} of {member.count!r} elements; 1..{MAX_ELEMENTS} can be built"
            raise self.document.error(element, text)
        return count
