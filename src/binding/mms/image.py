"""The served model: domains, variables, named variable lists, and their sorted name lists."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ...errors import LimitError, UsageError
from ...models import DataAttribute, Ied, LogicalDevice
from ...protocols import ber
from ...protocols.mms import ObjectName, Selector
from ...protocols.mms.names import MAX_IDENTIFIER
from ...protocols.mms.services import Access, ObjectClass
from .data_sets import DataSet, DataSetScope, member_access
from .static_blocks import add_static_blocks
from .variables import Variable, logical_node_variable

__all__ = [
    "Domain",
    "Edited",
    "Failure",
    "MmsImage",
    "NamePart",
    "Picks",
    "Selection",
    "SortedNames",
    "Source",
    "item_of",
    "select",
]

OBJECT_UNDEFINED = 4
NON_EXISTENT = 10
INVALID_ADDRESS = 5


def item_of(path: tuple[str, ...], fc: str) -> str:
    """MMS item of an ACSI path: ``("MMTR1", "DmdWh"), "ST"`` → ``MMTR1$ST$DmdWh``."""
    return "$".join((path[0], fc, *path[1:]) if fc else path)


class Failure:
    """A Source that answers with a DataAccessError, always the same."""

    __slots__ = ("ber",)

    def __init__(self, code: int) -> None:
        self.ber = bytes((0x80, 1, code))

    def encoded(self) -> bytes:
        """The access result."""
        return self.ber


class Edited:
    """A Source of values that are there while a setting group is edited."""

    __slots__ = ("_is_editing", "_value")

    ber = None
    """Nothing is kept: whether there is a value may have changed."""

    def __init__(self, value: "Variable | Selection", is_editing: Callable[[], bool]) -> None:
        self._value = value
        self._is_editing = is_editing

    def encoded(self) -> bytes:
        """The access result."""
        return self._value.encoded() if self._is_editing() else NOT_NOW.ber

    def leaves(self) -> Iterator[DataAttribute]:
        """Model leaves of the values."""
        return self._value.leaves()


NOT_NOW = Failure(2)
"""temporarily-unavailable."""


class Selection:
    """A Source over several nodes: an array range, or several selections."""

    __slots__ = ("nodes", "tag")

    def __init__(self, tag: int, nodes: "list[Variable | Selection]") -> None:
        self.tag = tag
        self.nodes = nodes

    def encoded(self) -> bytes:
        """The selected values under one structure or array."""
        return ber.tlv(self.tag, b"".join(n.encoded() for n in self.nodes))

    def leaves(self) -> Iterator[DataAttribute]:
        """Model leaves of everything selected."""
        for node in self.nodes:
            yield from node.leaves()


Source = Variable | Selection | Edited | Failure
"""One thing a Read picks; ``encoded()`` is asked at every answer."""


MAX_PICKS = 32_768
"""Nodes that the alternate accesses of one request may pick; the smallest values of more fill no PDU of 65,000."""


class Picks:
    """Counts what alternate accesses pick: nested selections multiply, a few octets can ask for millions."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MAX_PICKS

    @property
    def taken(self) -> int:
        """Nodes picked so far."""
        return MAX_PICKS - self._left

    def take(self, count: int) -> None:
        """LimitError when the request has picked too much."""
        self._left -= count
        if self._left < 0:
            msg = f"alternate access to more than {MAX_PICKS} nodes in one request"
            raise LimitError(msg)


def select(
    variable: Variable, selectors: tuple[Selector, ...], picks: Picks | None = None
) -> "Variable | Selection | None":
    """The part of ``variable`` an alternate access picks, None when there is no such part.

    One selection gives the thing itself, several give a structure of them, a range an array.
    """
    picks = picks or Picks()
    picks.take(len(selectors))
    picked: list[Variable | Selection] = []
    for selector in selectors:
        part = _select_one(variable, selector, picks)
        if part is None:
            return None
        picked.append(part)
    return picked[0] if len(picked) == 1 else Selection(0xA2, picked)


def _select_one(variable: Variable, selector: Selector, picks: Picks) -> "Variable | Selection | None":
    if selector.component is not None:
        if variable.tag != 0xA2:
            return None
        member = variable.descend(selector.component.split("$"))
        if member is None or not selector.nested:
            return member
        return select(member, selector.nested, picks)
    if variable.tag != 0xA1:
        return None
    elements = variable.members
    low, count = (0, len(elements)) if selector.is_all else (selector.index or 0, selector.count or 0)
    single = selector.count is None and not selector.is_all
    if single:
        count = 1
    if low + count > len(elements) or (count < 1 and not selector.is_all):
        return None
    picks.take(count)
    parts: list[Variable | Selection] = []
    for i in range(low, low + count):
        element = elements[f"({i})"]
        part = select(element, selector.nested, picks) if selector.nested else element
        if part is None:
            return None
        parts.append(part)
    return parts[0] if single else Selection(0xA1, parts)


@dataclass(frozen=True, slots=True)
class NamePart:
    """A part of a name list, encoded."""

    names: bytes
    """Ready ``1a`` elements."""
    more_follows: bool
    """The list goes on."""


class SortedNames:
    """A sorted name list with each name's element ready."""

    __slots__ = ("elements", "names", "parts")

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self.elements = [ber.tlv(0x1A, name.encode("ascii")) for name in self.names]
        self.parts: dict[tuple[int, int], NamePart] = {}

    def part(self, after: str | None, room: int) -> NamePart:
        """The names behind ``after`` that fit into ``room`` octets."""
        start = 0 if after is None else bisect_right(self.names, after)
        kept = self.parts.get((start, room))
        if kept is None:
            size = 0
            stop = start
            while stop < len(self.elements) and size + len(self.elements[stop]) <= room:
                size += len(self.elements[stop])
                stop += 1
            names = b"".join(self.elements[start:stop])
            kept = NamePart(names, stop < len(self.elements))
            if len(self.parts) < MAX_KEPT_PARTS:
                self.parts[start, room] = kept
        return kept


MAX_KEPT_PARTS = 64
"""Encoded parts kept per name list; clients with odd PDU sizes must not grow it for ever."""

_NO_NAMES = SortedNames(())


@dataclass(slots=True)
class Domain:
    """One logical device."""

    name: str
    """Domain name."""
    nodes: dict[str, Variable] = field(default_factory=dict)
    """Logical nodes."""
    data_sets: DataSetScope = field(default_factory=DataSetScope)
    """Named variable lists by item (``LLN0$dsEv``)."""
    journals: set[str] = field(default_factory=set)
    """Logs (``LLN0$EventLog``)."""
    is_editing: Callable[[], bool] | None = None
    """Is a setting group being edited? Then there are values of FC SE. None without setting groups."""
    lists: dict[int, SortedNames] = field(default_factory=dict)
    """Name lists by object class, made when first asked for."""

    def find(self, item: str) -> Variable | None:
        """The variable an item names."""
        path = item.split("$")
        node = self.nodes.get(path[0])
        return node.descend(path[1:]) if node is not None else None

    def name_list(self, object_class: int) -> SortedNames:
        """Names of variables or named variable lists."""
        kept = self.lists.get(object_class)
        if kept is None:
            if object_class == ObjectClass.NAMED_VARIABLE:
                kept = SortedNames(n for node in self.nodes.values() for n in node.names())
            elif object_class == ObjectClass.NAMED_VARIABLE_LIST:
                kept = SortedNames(self.data_sets.sets)
            elif object_class == ObjectClass.JOURNAL:
                kept = SortedNames(self.journals)
            else:
                return _NO_NAMES  # not kept: a client may ask for any number
            self.lists[object_class] = kept
        return kept


def _insist_names(device: LogicalDevice, node: Variable, data_sets: Iterable[str]) -> Variable:
    """MMS cannot ask for a name beyond its 64 characters: better no server than one with dark corners."""
    for name in (device.name, *node.names(), *(f"{node.name}${data_set}" for data_set in data_sets)):
        if len(name) > MAX_IDENTIFIER:
            msg = f"{device.name}/{name}: MMS names have at most {MAX_IDENTIFIER} characters, this one {len(name)}"
            raise UsageError(msg)
    return node


class MmsImage:
    """All domains of an IED."""

    def __init__(self, ied: Ied) -> None:
        self.ied = ied
        self.domains: dict[str, Domain] = {}
        for device in ied.children.values():
            self._add_device(device)
        self.vmd_data_sets = DataSetScope()
        self._domain_names = SortedNames(self.domains)

    def _add_device(self, device: LogicalDevice) -> None:
        domain = Domain(device.name)
        for node in device.children.values():
            domain.nodes[node.name] = _insist_names(device, logical_node_variable(node), node.data_sets)
            for name, members in node.data_sets.items():
                data_set = DataSet(tuple(map(member_access, members)))
                domain.data_sets.sets[f"{node.name}${name}"] = data_set
        add_static_blocks(device, domain.nodes)
        domain.data_sets.on_change = domain.lists.clear
        self.domains[device.name] = domain

    def add_device(self, device: LogicalDevice) -> None:
        """A logical device came."""
        self._add_device(device)
        self._domain_names = SortedNames(self.domains)

    def remove_device(self, name: str) -> None:
        """A logical device went, and with it the data sets that clients made in it."""
        domain = self.domains.pop(name, None)
        for node in domain.nodes.values() if domain is not None else ():
            node.release()
        self._domain_names = SortedNames(self.domains)

    def close(self) -> None:
        """Let go of the model."""
        for domain in self.domains.values():
            for node in domain.nodes.values():
                node.release()

    def find(self, name: ObjectName) -> Variable | None:
        """The variable of a domain-specific name; 8-1 has no others in the server."""
        domain = self.domains.get(name.domain or "")
        return domain.find(name.item) if domain is not None else None

    def scope(self, name: ObjectName) -> DataSetScope | None:
        """Where a data set of this name lives; None for an unknown domain."""
        if name.domain is None:
            return self.vmd_data_sets
        domain = self.domains.get(name.domain)
        return domain.data_sets if domain is not None else None

    def data_set(self, name: ObjectName) -> DataSet | None:
        """A data set of a logical device or the VMD; association-specific ones are the client's."""
        scope = None if name.is_association_specific else self.scope(name)
        return scope.sets.get(name.item) if scope is not None else None

    def name_list(self, object_class: int, domain: str | None, after: str | None, room: int) -> NamePart | None:
        """A part of a name list of at most ``room`` octets; None for an unknown domain."""
        if domain is not None:
            found = self.domains.get(domain)
            return found.name_list(object_class).part(after, room) if found else None
        if object_class == ObjectClass.NAMED_VARIABLE_LIST and self.vmd_data_sets.sets:
            return SortedNames(self.vmd_data_sets.sets).part(after, room)
        names = self._domain_names if object_class == ObjectClass.DOMAIN else _NO_NAMES
        return names.part(after, room)

    def source(self, access: Access, picks: Picks | None = None) -> Source:
        """What a Read of ``access`` answers with, now and later."""
        variable = self.find(access.name)
        if variable is None:
            known = access.name.domain in self.domains
            code = NON_EXISTENT if known else OBJECT_UNDEFINED
            return Failure(code)
        found = select(variable, access.alternate, picks) if access.alternate else variable
        if found is None:
            return Failure(INVALID_ADDRESS)
        is_editing = self.domains[access.name.domain or ""].is_editing
        if is_editing is not None and access.name.item.split("$", 2)[1:2] == ["SE"]:
            return Edited(found, is_editing)
        return found
