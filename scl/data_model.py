"""The standard beside a document: which name space each type belongs to, and what it declares there.

Types are looked at once each, however many nodes use them. A type belongs to the edition of the IEDs that use it
(originalSclVersion and so on, else that of the file); one that IEDs of several editions use is judged by the oldest.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from ..models.declare import DO, Attribute, CommonDataClass, LogicalNodeClass, SubObject
from ..models.earlier import EDITIONS, edition_of
from ..models.namespaces import Namespace, private, standard
from .document import Element
from .index import SclIndex, tag_of

__all__ = ["MAX_DEPTH", "DataModel"]

MAX_DEPTH = 16
"""Types inside each other that are followed."""
_EDITION_OF_SET = {"2003": "2003", "2007B": "2007A", "2007B4": "2007B", "2007C5": "2007B"}
_NAMED = ("ldNs", "lnNs", "dataNs", "cdcNs")


class DataModel:
    """What rules of the namespaces layer ask about one document."""

    def __init__(self, scl: SclIndex) -> None:
        self.scl = scl
        self.namespaces: tuple[Namespace, ...] = (*scl.namespaces, *standard(), private())
        self._classes: dict[str, type[LogicalNodeClass] | None] = {}
        self._members: dict[str, Mapping[str, DO]] = {}

    # -- name spaces -------------------------------------------------------------------------

    def is_loaded(self, name: str) -> bool:
        """Is a name space such as ``IEC 61850-7-4:2007B`` one of those at hand, in that edition or one near it?"""
        part, _, version = name.rpartition(":")
        if any(space.id.startswith(name) or (space.part == part and version.startswith(space.id.rpartition(":")[2]))
               for space in self.namespaces):  # fmt: skip
            return True
        return any(space.part == part for space in standard()) and edition_of(name) in ("2007A", "2007B")

    @cached_property
    def home_of(self) -> dict[str, Namespace]:
        """Name space of each LN class; a loaded one goes before the standard's."""
        found: dict[str, Namespace] = {}
        for space in self.namespaces:
            for name in space.ln_classes:
                found.setdefault(name, space)
        return found

    def ln_class(self, name: str) -> type[LogicalNodeClass] | None:
        """The LN class of that name, None when no name space at hand has it."""
        home = self.home_of.get(name)
        return home.ln_classes[name] if home else None

    def objects(self, ln_class: str) -> Mapping[str, DO]:
        """Data objects of an LN class with what other name spaces add to it."""
        known = self._members.get(ln_class)
        if known is None:
            declared = self.ln_class(ln_class)
            members = dict(declared.members()) if declared else {}
            for space in self.namespaces:
                for name, member in space.extensions.get(ln_class, {}).items():
                    members.setdefault(name, member)
            known = self._members[ln_class] = members
        return known

    def extension_of(self, ln_class: str, name: str) -> Namespace | None:
        """The name space that adds a data object to a class of another one."""
        return next((space for space in self.namespaces if name in space.extensions.get(ln_class, {})), None)

    def cdc(self, name: str) -> type[CommonDataClass] | None:
        """The CDC of that name, None when no name space at hand has it."""
        return next((space.cdcs[name] for space in self.namespaces if name in space.cdcs), None)

    @cached_property
    def standard_objects(self) -> dict[str, set[str]]:
        """CDCs that data objects have anywhere in the standard, by name."""
        found: dict[str, set[str]] = {}
        for space in standard():
            for declared in space.ln_classes.values():
                for name, member in declared.members().items():
                    found.setdefault(name, set()).add(member.cdc.__name__)
        return found

    @cached_property
    def named(self) -> dict[str, list[tuple[Element, Element, str]]]:
        """Every Val of ldNs, lnNs, dataNs and cdcNs: the Val, the DA it belongs to, its text."""
        found: dict[str, list[tuple[Element, Element, str]]] = {}
        for values in self.scl.presets.values():
            for value, leaf in values:
                if leaf.get("name") in _NAMED and tag_of(leaf) == "DA":
                    found.setdefault(leaf.get("name", ""), []).append((value, leaf, (value.text or "").strip()))
        return found

    def value_in(self, object_type: Element | None, name: str) -> str:
        """Text of an attribute's Val in a DOType; empty when there is none."""
        member = self.scl.member(object_type, name)
        value = self.scl.child(member, "Val") if member is not None else None
        return (value.text or "").strip() if value is not None else ""

    @cached_property
    def _instance_names(self) -> dict[tuple[str, str, str], set[str]]:
        """Texts that instances give a namespace attribute: by lnType, data object and attribute."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for name, values in self.named.items():
            for value, _, text in values:
                holder = value.getparent()
                if holder is None or tag_of(holder) != "DAI":
                    continue
                instance = holder.getparent()
                node = instance.getparent() if instance is not None else None
                if node is not None and instance is not None:
                    found.setdefault((node.get("lnType", ""), instance.get("name", ""), name), set()).add(text)
        return found

    def names_given(self, node_type: Element, data_object: str, name: str) -> set[str]:
        """Name spaces that a data object of an LNodeType names in ``name``, in its type or in instances."""
        member = self.scl.member(node_type, data_object)
        found = set(self._instance_names.get((node_type.get("id", ""), data_object, name), ()))
        found.add(self.value_in(self.scl.type_of(member), name))
        return found - {""}

    def is_foreign(self, node_type: Element) -> bool:
        """Does the node belong to a name space that is not at hand?"""
        given = self.names_given(node_type, "NamPlt", "lnNs")
        return any(not self.is_loaded(name) for name in given)

    # -- editions ----------------------------------------------------------------------------

    @cached_property
    def file_edition(self) -> str:
        """Edition of the data model the file declares."""
        return _EDITION_OF_SET.get(self.scl.schema_set, EDITIONS[2])

    def edition_of_ied(self, ied: Element) -> str:
        """Edition of the data model an IED was made for."""
        version, revision = ied.get("originalSclVersion"), ied.get("originalSclRevision")
        if version is None:
            return self.file_edition
        if version == "2003":
            return EDITIONS[0]
        return EDITIONS[2] if revision == "C" or (ied.get("originalSclRelease") or "1") >= "4" else EDITIONS[1]

    @cached_property
    def editions(self) -> dict[Element, str]:
        """Edition each LNodeType, DOType and DAType is judged by: the oldest of those that use it."""
        found: dict[Element, str] = {}
        todo: list[tuple[Element, str]] = []
        for device in self.scl.children(self.scl.root, "IED"):
            edition = self.edition_of_ied(device)
            used = {node.get("lnType", "") for node in device.iter("{*}LN0", "{*}LN")}
            kinds = [kind for name in used if (kind := self.scl.node_types.get(name)) is not None]
            todo += [(kind, self._named_edition(kind, edition)) for kind in kinds]
        reached = {kind for kind, _ in todo}
        todo += [(each, self.file_edition) for each in self.scl.all("LNodeType") if each not in reached]
        for edition in EDITIONS:  # the oldest first: what it reaches stays its own
            stack = [kind for kind, mine in todo if mine == edition]
            while stack:
                kind = stack.pop()
                if kind in found:
                    continue
                found[kind] = edition
                stack += [below for below in self._below(kind) if below not in found]
        return found

    def _named_edition(self, kind: Element, edition: str) -> str:
        """A name plate that names its edition knows better than the file."""
        named = {edition_of(name) for key in ("lnNs", "ldNs") for name in self.names_given(kind, "NamPlt", key)}
        return min({edition, *named} - {""})

    def _below(self, kind: Element) -> Iterator[Element]:
        for member in self.scl.children(kind, "DO", "SDO", "DA", "BDA"):
            below = self.scl.type_of(member)
            if below is not None and tag_of(below) != "EnumType":
                yield below

    def edition(self, kind: Element) -> str:
        """Edition a type is judged by; the file's for one that nothing uses."""
        return self.editions.get(kind, self.file_edition)

    @cached_property
    def claimed(self) -> set[Element]:
        """Types that a logical device or node uses which names its name space, directly or through other types."""
        found: set[Element] = set()
        stack: list[Element] = []
        for device in self.scl.all("LDevice"):
            root = self.scl.child(device, "LN0")
            kind = self.scl.node_types.get(root.get("lnType", "")) if root is not None else None
            named = kind is not None and self.names_given(kind, "NamPlt", "ldNs")
            for node in self.scl.children(device, "LN0", "LN"):
                below = self.scl.node_types.get(node.get("lnType", ""))
                if below is not None and (named or self.names_given(below, "NamPlt", "lnNs")):
                    stack.append(below)
        while stack:
            kind = stack.pop()
            if kind in found:
                continue
            found.add(kind)
            for member in self.scl.children(kind, "DO", "SDO", "DA", "BDA"):
                reached = self.scl.type_of(member)
                if reached is not None and reached not in found:
                    stack.append(reached)
        return found

    def is_claimed(self, element: Element) -> bool:
        """Does what an element belongs to name its name space? Where nobody claims one, nothing can be said for certain."""
        for each in (element, *element.iterancestors()):
            name = tag_of(each)
            if name in ("LNodeType", "DOType", "DAType", "EnumType"):
                return each in self.claimed
            if name in ("LN", "LN0"):
                return self.scl.node_types.get(each.get("lnType", "")) in self.claimed
        return True

    # -- types to be judged ------------------------------------------------------------------

    @cached_property
    def node_types(self) -> list[tuple[Element, str]]:
        """LNodeTypes of edition 2 and later with their edition."""
        return [(each, e) for each in self.scl.all("LNodeType") if (e := self.edition(each)) != EDITIONS[0]]

    @cached_property
    def object_types(self) -> list[tuple[Element, type[CommonDataClass], Mapping[str, Attribute | SubObject]]]:
        """DOTypes of edition 2 and later whose CDC is at hand, with it and its members."""
        known: dict[str, Mapping[str, Attribute | SubObject]] = {}
        found = []
        for each in self.scl.all("DOType"):
            declared = self.cdc(each.get("cdc", ""))
            if declared is None or self.edition(each) == EDITIONS[0] or self.value_in(each, "cdcNs"):
                continue
            members = known.get(declared.__name__)
            if members is None:
                members = known[declared.__name__] = declared.members()
            found.append((each, declared, members))
        return found
