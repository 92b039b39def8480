"""What rules look up in a document: IEDs, types, nodes and paths by name, each list made once."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from ..models.namespaces import Namespace
from .document import NAMESPACE, Element

__all__ = ["SclIndex", "node_name", "tag_of"]

_PREFIX = f"{{{NAMESPACE}}}"
T = TypeVar("T")


def tag_of(element: Element | None) -> str:
    """Name of an element without its namespace; empty for None."""
    if element is None:
        return ""
    tag: Any = element.tag
    return tag[len(_PREFIX) :] if tag.startswith(_PREFIX) else str(tag).rpartition("}")[2]


def node_name(element: Element) -> str:
    """Prefix, class and instance of an LN, LN0 or of anything that refers to one with inst or lnInst."""
    inst = element.get("inst", element.get("lnInst", ""))
    return f"{element.get('prefix', '')}{element.get('lnClass', '')}{inst or ''}"


class SclIndex:
    """One document as rules see it.

    ``root`` is the element SCL; ``kind`` the kind of file (``ICD`` …), ``schema_set`` the edition it is checked against,
    ``namespaces`` those of the user, besides the standard's.
    """

    def __init__(
        self,
        root: Element,
        *,
        name: str = "",
        kind: str = "",
        schema_set: str = "",
        namespaces: tuple[Namespace, ...] = (),
    ) -> None:
        self.root = root
        self.name = name
        self.kind = kind
        self.schema_set = schema_set
        self.namespaces = namespaces
        self._by_tag: dict[str, list[Element]] | None = None
        self._made: dict[Callable[[SclIndex], object], object] = {}
        self._members: dict[Element, dict[str, Element]] = {}
        self._paths: dict[tuple[Element | None, tuple[str, ...]], list[Element]] = {}

    def all(self, *names: str) -> Iterator[Element]:
        """Every element of these names in the SCL namespace, outside of Private, in document order for each name."""
        if self._by_tag is None:
            self._by_tag = self._sort()
        for name in names:
            yield from self._by_tag.get(name, ())

    def _sort(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        private = f"{_PREFIX}Private"
        hidden: Element | None = None
        for element in self.root.iter(f"{_PREFIX}*"):
            if hidden is not None:
                if any(ancestor is hidden for ancestor in element.iterancestors(private)):
                    continue
                hidden = None
            if element.tag == private:
                hidden = element
            found.setdefault(element.tag[len(_PREFIX) :], []).append(element)
        return found

    def once(self, make: Callable[["SclIndex"], T]) -> T:
        """What ``make`` makes of this document, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[return-value]

    @staticmethod
    def children(parent: Element | None, *names: str) -> Iterator[Element]:
        """Children of ``parent`` with one of these names, in document order."""
        if parent is not None:
            yield from parent.iterchildren(*(_PREFIX + name for name in names))

    @classmethod
    def child(cls, parent: Element | None, name: str) -> Element | None:
        """The first child of that name."""
        return next(cls.children(parent, name), None)

    @staticmethod
    def above(element: Element, *names: str) -> Element | None:
        """The nearest ancestor with one of these names."""
        return next(element.iterancestors(*(_PREFIX + name for name in names)), None)

    # -- IEDs --------------------------------------------------------------------------------

    @cached_property
    def ieds(self) -> dict[str, Element]:
        """IEDs by name."""
        return {ied.get("name", ""): ied for ied in self.children(self.root, "IED")}

    @cached_property
    def devices(self) -> dict[tuple[str, str], Element]:
        """LDevices by IED name and inst."""
        found: dict[tuple[str, str], Element] = {}
        for device in self.all("LDevice"):
            ied = self.above(device, "IED")
            if ied is not None:
                found.setdefault((ied.get("name", ""), device.get("inst", "")), device)
        return found

    @cached_property
    def nodes(self) -> dict[tuple[str, str, str], Element]:
        """LNs and LN0s by IED name, LDevice inst (empty: directly under an access point) and node name."""
        found: dict[tuple[str, str, str], Element] = {}
        for node in self.all("LN0", "LN"):
            ied, device = self.above(node, "IED"), self.above(node, "LDevice")
            if ied is not None:
                inst = device.get("inst", "") if device is not None else ""
                found.setdefault((ied.get("name", ""), inst, node_name(node)), node)
        return found

    def ied_of(self, element: Element) -> str:
        """Name of the IED an element belongs to; empty outside."""
        ied = self.above(element, "IED")
        return ied.get("name", "") if ied is not None else ""

    # -- types -------------------------------------------------------------------------------

    @cached_property
    def node_types(self) -> dict[str, Element]:
        """LNodeTypes by id."""
        return {each.get("id", ""): each for each in self.all("LNodeType")}

    @cached_property
    def object_types(self) -> dict[str, Element]:
        """DOTypes by id."""
        return {each.get("id", ""): each for each in self.all("DOType")}

    @cached_property
    def structure_types(self) -> dict[str, Element]:
        """DATypes by id."""
        return {each.get("id", ""): each for each in self.all("DAType")}

    @cached_property
    def enum_types(self) -> dict[str, Element]:
        """EnumTypes by id."""
        return {each.get("id", ""): each for each in self.all("EnumType")}

    def member(self, owner: Element | None, name: str) -> Element | None:
        """The DO, SDO, DA or BDA of that name in a type."""
        if owner is None:
            return None
        known = self._members.get(owner)
        if known is None:
            known = self._members[owner] = {}
            for each in self.children(owner, "DO", "SDO", "DA", "BDA"):
                known.setdefault(each.get("name", ""), each)
        return known.get(name)

    def type_of(self, member: Element | None) -> Element | None:
        """The DOType, DAType or EnumType that a DO, SDO, DA or BDA names."""
        if member is None:
            return None
        wanted = member.get("type", "")
        if tag_of(member) in ("DO", "SDO"):
            return self.object_types.get(wanted)
        return self.enum_types.get(wanted) if member.get("bType") == "Enum" else self.structure_types.get(wanted)

    def path(self, node: Element | None, *names: str) -> list[Element]:
        """Members of types along a path under an LN, LN0 or LNodeType: as far as the types go, shorter than ``names`` when it breaks."""
        owner = node
        if node is not None and tag_of(node) in ("LN", "LN0"):
            owner = self.node_types.get(node.get("lnType", ""))
        key = (owner, names)
        found = self._paths.get(key)
        if found is None:
            found = self._paths[key] = []
            for name in names:
                member = self.member(owner, name)
                if member is None:
                    break
                found.append(member)
                owner = self.type_of(member)
        return found

    @cached_property
    def presets(self) -> dict[str, list[tuple[Element, Element]]]:
        """Every Val with the DA or BDA that tells its type, by bType."""
        found: dict[str, list[tuple[Element, Element]]] = {}
        known: dict[tuple[str, ...], Element | None] = {}
        for value in self.all("Val"):
            leaf = self._leaf(value, known)
            if leaf is not None:
                found.setdefault(leaf.get("bType", ""), []).append((value, leaf))
        return found

    def _leaf(self, value: Element, known: dict[tuple[str, ...], Element | None]) -> Element | None:
        holder = value.getparent()
        if holder is None or tag_of(holder) != "DAI":
            return holder
        names = [holder.get("name", "")]
        above = holder.getparent()
        while above is not None and tag_of(above) in ("SDI", "DOI"):
            names.append(above.get("name", ""))
            above = above.getparent()
        if above is None:
            return None
        key = (above.get("lnType", ""), *reversed(names))
        if key not in known:
            found = self.path(above, *key[1:])
            known[key] = found[-1] if len(found) == len(names) else None
        return known[key]

    # -- where -------------------------------------------------------------------------------

    @classmethod
    def subject(cls, element: Element) -> str:
        """IED, logical device and node that an element belongs to."""
        parts: list[str] = []
        for each in (element, *element.iterancestors()):
            name = tag_of(each)
            if name in ("LN", "LN0"):
                parts.append(node_name(each))
            elif name == "LDevice":
                parts.append(each.get("inst", ""))
            elif name == "IED":
                parts.append(each.get("name", ""))
        return "/".join(reversed(parts))

    @classmethod
    def xpath(cls, element: Element) -> str:
        """A path with what identifies each step, or its number among its likes."""
        return "/".join(reversed([cls._step(each) for each in (element, *element.iterancestors())] + [""]))

    @classmethod
    def _step(cls, element: Element) -> str:
        name = tag_of(element)
        for key in ("name", "inst", "id", "type"):
            value = element.get(key)
            if value and name not in ("LN", "LN0", "SCL"):
                return f"{name}[@{key}={value!r}]"
        if name in ("LN", "FCDA"):
            return f"{name}[{node_name(element)!r}]" if name == "LN" else f"{name}[{cls._number(element)}]"
        return name if element.getparent() is None or name == "LN0" else f"{name}[{cls._number(element)}]"

    @staticmethod
    def _number(element: Element) -> int:
        return 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))
