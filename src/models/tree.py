"""The tree of an IED: logical devices, nodes, data objects, attributes, with values and changes.

The tree is generic: it is built from the LN and CDC declarations of this package or from SCL, and
it knows no protocol. A change is a transaction: :meth:`Ied.apply` stores every value first, then
tells listeners, then says that the transaction is over, so that nobody ever sees a new value
beside an old quality or time.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..errors import UnknownNameError, UsageError
from .capabilities import Capabilities, Edition
from .reference import Reference, parse_reference
from .types import BasicType, check_value

__all__ = [
    "DataAttribute",
    "DataObject",
    "Ied",
    "LogicalDevice",
    "LogicalNode",
    "Node",
    "Trigger",
    "View",
]


class Trigger(enum.IntFlag):
    """Trigger options of a data attribute and reasons of a change (IEC 61850-7-2 TrgOps order)."""

    NONE = 0
    DCHG = 0b010000
    QCHG = 0b001000
    DUPD = 0b000100


_DUPD = Trigger.DUPD
_bits = int.__and__
"""As &, without making an IntFlag of the result: this is asked at every write."""

StoreHook = Callable[[], None]
View = Callable[[Any], Any]
"""What a client sees instead of the value it is given, e.g. a substituted one."""
ChangeHook = Callable[["DataAttribute", Trigger], None]
DeviceHook = Callable[["LogicalDevice", bool], None]
"""Told of a logical device that came (True) or went (False)."""


Views = Iterable[tuple["DataAttribute", tuple[View, ...]]]


class Node:
    """A named place in the tree."""

    __slots__ = ("children", "name", "parent")

    def __init__(self, name: str) -> None:
        self.name = name
        self.parent: Node | None = None
        self.children: dict[str, Any] = {}

    def _adopt(self, child: "Node") -> None:
        if child.name in self.children:
            msg = f"{child.name} exists twice in {self.name}"
            raise UsageError(msg)
        child.parent = self
        self.children[child.name] = child

    def __getitem__(self, path: str) -> Any:
        """The descendant at a dotted path; array elements are written ``name(3)``."""
        return self._descend(path.replace("(", ".(").removeprefix(".").split("."))

    def _descend(self, names: Iterable[str]) -> Any:
        node: Any = self
        for name in names:
            try:
                node = node.children[name]
            except KeyError:
                msg = f"no {name} in {node.reference}"
                raise UnknownNameError(msg) from None
        return node

    def __contains__(self, path: str) -> bool:
        try:
            self[path]
        except UnknownNameError:
            return False
        return True

    @property
    def reference(self) -> str:
        """ACSI object reference, e.g. ``HOMEMET/MMTR1.DmdWh.actVal``."""
        parent = self.parent
        if parent is None:
            return self.name
        if self.name.startswith("("):
            return parent.reference + self.name
        return f"{parent.reference}.{self.name}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.reference}>"


class DataAttribute(Node):
    """A leaf with a value, a structure of attributes, or an array of equal elements.

    ``type`` is None for structures and arrays; children of an array are named ``(0)``, ``(1)``, ….

    What is set is the process value. ``views``, which engines put before a leaf with :meth:`Ied.apply`, decide
    what is seen of it: readers, reports and hooks know only the value seen, and the process value goes on
    changing beneath until they are taken away. ``store_hooks`` are called when something new is stored, seen or not.
    """

    __slots__ = (
        "_process",
        "_value",
        "change_hooks",
        "enum",
        "fc",
        "is_array",
        "is_writable",
        "store_hooks",
        "trigger",
        "type",
        "views",
    )

    def __init__(
        self,
        name: str,
        fc: str,
        type: BasicType | None = None,
        *,
        trigger: Trigger = Trigger.NONE,
        value: Any = None,
        enum: str = "",
        is_array: bool = False,
        is_writable: bool = False,
    ) -> None:
        super().__init__(name)
        self.fc = fc
        self.type = type
        self.trigger = trigger
        self.enum = enum
        self.is_array = is_array
        self.is_writable = is_writable
        self.store_hooks: tuple[StoreHook, ...] = ()
        self.change_hooks: tuple[ChangeHook, ...] = ()
        self.views: tuple[View, ...] = ()
        self._process: Any = None
        self._value: Any = None
        if type is not None:
            self._value = type.default if value is None else check_value(type, value)

    def add(self, *members: "DataAttribute") -> "DataAttribute":
        """Add members of a structure or elements of an array; returns self."""
        if self.type is not None:
            msg = f"{self.name} is a leaf of type {self.type.name}"
            raise UsageError(msg)
        for member in members:
            self._adopt(member)
        return self

    @property
    def is_leaf(self) -> bool:
        """True when this attribute holds a value itself."""
        return self.type is not None

    @property
    def value(self) -> Any:
        """The value of a leaf; a dict of a structure, a list of an array."""
        if self.type is not None:
            return self._value
        values = {name: child.value for name, child in self.children.items()}
        return list(values.values()) if self.is_array else values

    @property
    def process_value(self) -> Any:
        """What the process, or whoever owns the leaf, says; the same as ``value`` unless there are views."""
        return self._process if self.views else self.value

    def leaves(self) -> Iterator["DataAttribute"]:
        """Every leaf at or below this attribute, in declaration order."""
        if self.type is not None:
            yield self
        for child in self.children.values():
            yield from child.leaves()

    def put(self, value: Any) -> None:
        """Set the value outside transactions: for engines that own the attribute."""
        if self.type is None:
            msg = f"{self.name} is a structure; set its members"
            raise UsageError(msg)
        self._store(check_value(self.type, value))

    def _store(self, value: Any) -> Trigger | None:
        """Store a checked value and tell what happened; None when there is nothing to tell."""
        if self.views:
            self._process = value
            for view in self.views:
                value = view(value)
        known = self._value
        # Identity first: a value that is no number does not equal itself.
        changed = value is not known and (value != known or value.__class__ is not known.__class__)
        if changed:
            self._value = value
        elif not self.views:
            return _DUPD if _bits(self.trigger, _DUPD) else None
        for hook in self.store_hooks:
            hook()
        # What goes on beneath a view is no update of what is seen.
        return self.trigger if changed else None

    def _look(self, views: tuple[View, ...]) -> Trigger | None:
        """Have it seen through other views; an update only where that changes what is seen."""
        seen, process = self._value, self.process_value
        self.views = views
        told = self._store(process)
        return None if self._value is seen else told


class DataObject(Node):
    """A data object or sub data object: attributes and sub data objects of one CDC."""

    __slots__ = ("cdc", "is_array")

    def __init__(self, name: str, cdc: str = "", *, is_array: bool = False) -> None:
        super().__init__(name)
        self.cdc = cdc
        self.is_array = is_array

    def add(self, *members: "DataObject | DataAttribute") -> "DataObject":
        """Add attributes, sub data objects or, for an array, its elements; returns self."""
        for member in members:
            self._adopt(member)
        return self

    def leaves(self) -> Iterator[DataAttribute]:
        """Every leaf below this data object, in declaration order."""
        for child in self.children.values():
            yield from child.leaves()

    def update(self, **values: Any) -> None:
        """Set attributes in one transaction; ``a__b`` means ``a.b``."""
        changes = [(self[name.replace("__", ".")], value) for name, value in values.items()]
        root: Node = self
        while root.parent is not None:
            root = root.parent
        if not isinstance(root, Ied):
            msg = f"{self.reference} is not part of an IED yet"
            raise UsageError(msg)
        root.apply(changes)


class LogicalNode(Node):
    """A logical node instance: data objects under prefix + class + instance."""

    __slots__ = ("control_blocks", "data_sets", "inst", "ln_class", "logs", "prefix")

    def __init__(self, ln_class: str, inst: str = "", prefix: str = "") -> None:
        super().__init__(f"{prefix}{ln_class}{inst}")
        self.ln_class = ln_class
        self.inst = inst
        self.prefix = prefix
        self.data_sets: dict[str, tuple[Reference, ...]] = {}
        """Data sets by name; members are references with a functional constraint."""
        self.control_blocks: dict[str, Any] = {}
        """Control block declarations by name (:mod:`meterwire.models.control_blocks`)."""
        self.logs: tuple[str, ...] = ()
        """Names of logs that are here even where no log control block of the server writes into them."""

    @property
    def reference(self) -> str:
        """ACSI object reference: e.g. ``HOMEMET/MMTR1``."""
        return f"{self.parent.name}/{self.name}" if self.parent is not None else self.name

    def add(self, *data_objects: DataObject) -> "LogicalNode":
        """Add data objects; returns self."""
        for data_object in data_objects:
            self._adopt(data_object)
        return self

    def leaves(self) -> Iterator[DataAttribute]:
        """Every leaf of the node, in declaration order."""
        for child in self.children.values():
            yield from child.leaves()


class LogicalDevice(Node):
    """A logical device; ``name`` is the MMS domain name: IED name + inst, or ldName."""

    __slots__ = ("inst",)

    def __init__(self, name: str, inst: str = "") -> None:
        super().__init__(name)
        self.inst = inst

    def add(self, *nodes: LogicalNode) -> "LogicalDevice":
        """Add logical nodes; returns self."""
        for node in nodes:
            self._adopt(node)
        return self

    @property
    def reference(self) -> str:
        """ACSI object reference: its name."""
        return self.name

    def leaves(self) -> Iterator[DataAttribute]:
        """Every leaf of the device."""
        for child in self.children.values():
            yield from child.leaves()


class Ied(Node):
    """An IED: logical devices, and the place where changes pass through.

    Logical devices may come and go while the IED is served: :meth:`add` and :meth:`remove` tell the
    ``device_hooks``.
    """

    __slots__ = ("capabilities", "commit_hooks", "device_hooks", "edition", "enums", "model_version")

    def __init__(self, name: str, *, edition: Edition = Edition.ED2, capabilities: Capabilities | None = None) -> None:
        super().__init__(name)
        self.edition = edition
        """Which edition's rules engines follow where editions differ."""
        self.capabilities = capabilities or Capabilities()
        """What engines allow clients to do."""
        self.enums: dict[str, Mapping[int, str]] = {}
        """Literals by ordinal of the enumerations that are not classes of :mod:`.enums`, by name."""
        self.commit_hooks: tuple[Callable[[], None], ...] = ()
        self.device_hooks: tuple[DeviceHook, ...] = ()
        self.model_version = 0
        """Grows whenever a logical device comes or goes; name lists are cached by it."""

    def add(self, *devices: LogicalDevice) -> "Ied":
        """Add logical devices; returns self. A hook that refuses a device (by raising) leaves it out."""
        for device in devices:
            self._adopt(device)
            self.model_version += 1
            try:
                for hook in self.device_hooks:
                    hook(device, True)
            except Exception:
                self.remove(device.name)
                raise
        return self

    def remove(self, name: str) -> LogicalDevice:
        """Take a logical device out and return it; UnknownNameError when there is none of that name."""
        device: LogicalDevice | None = self.children.pop(name, None)
        if device is None:
            msg = f"no logical device {name!r}; this IED has {', '.join(self.children)}"
            raise UnknownNameError(msg)
        self.model_version += 1
        for hook in reversed(self.device_hooks):
            hook(device, False)
        device.parent = None
        return device

    @property
    def reference(self) -> str:
        """ACSI object reference: its name."""
        return self.name

    def leaves(self) -> Iterator[DataAttribute]:
        """Every leaf of the IED."""
        for child in self.children.values():
            yield from child.leaves()

    def find(self, reference: "str | Reference") -> Any:
        """The node a reference names, whatever its functional constraint.

        Raises UnknownNameError when there is none and UsageError for a malformed reference.
        """
        wanted = parse_reference(reference) if isinstance(reference, str) else reference
        device = self.children.get(wanted.ld)
        if device is None:
            known = ", ".join(self.children)
            msg = f"no logical device {wanted.ld!r}; this IED has {known}"
            raise UnknownNameError(msg)
        node = device._descend(wanted.path)
        if wanted.fc and isinstance(node, DataAttribute) and node.fc != wanted.fc:
            msg = f"{node.reference} is FC {node.fc}, not {wanted.fc}"
            raise UnknownNameError(msg)
        return node

    def apply(self, changes: Iterable[tuple[DataAttribute, Any]], views: Views = ()) -> None:
        """Set leaves in one transaction, and then put views before leaves: before each the ``views`` it has from now on.

        Every value is checked before any is stored: a UsageError leaves the tree as it was. To have what
        depends on other leaves seen anew, give a leaf the views it has already.
        """
        checked = []
        for leaf, value in changes:
            if leaf.type is None:
                msg = f"{leaf.reference} is a structure; set its members"
                raise UsageError(msg)
            checked.append((leaf, check_value(leaf.type, value)))
        told: list[tuple[DataAttribute, Trigger]] = []
        for leaf, value in checked:
            reason = leaf._store(value)
            if reason and leaf.change_hooks:
                told.append((leaf, reason))
        for leaf, through in views:
            reason = leaf._look(through)
            if reason and leaf.change_hooks:
                told.append((leaf, reason))
        for leaf, reason in told:
            for hook in leaf.change_hooks:
                hook(leaf, reason)
        for commit in self.commit_hooks:
            commit()
