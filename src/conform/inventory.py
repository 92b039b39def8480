"""What the server has: asked once, before the cases, and what the cases choose their subjects from."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..client import IedClient
from ..client.directory import REPORT_CONTROL
from ..client.values import largest
from ..errors import LinkError, MeterwireError
from ..protocols.mms import DataTag, ObjectName, TypeSpec
from ..protocols.mms.lists import NamedVariableList
from ..protocols.mms.services import Identity, ObjectClass
from .session import Session

__all__ = ["BLOCK_CONSTRAINTS", "BRCB", "URCB", "Block", "Control", "Device", "Inventory", "Leaf", "take_inventory"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A variable without components, or an array."""

    domain: str
    """Logical device."""
    item: str
    """MMS name, ``LN$FC$DO$…``."""
    spec: TypeSpec
    """Its type."""

    @property
    def fc(self) -> str:
        """Functional constraint."""
        return self.item.split("$")[1]

    @property
    def last(self) -> str:
        """Name of the attribute."""
        return self.item.rpartition("$")[2]

    @property
    def name(self) -> ObjectName:
        """As MMS names it."""
        return ObjectName(self.item, self.domain)

    def __str__(self) -> str:
        return f"{self.domain}/{self.item}"


@dataclass(frozen=True, slots=True)
class Block:
    """A control block."""

    domain: str
    """Logical device."""
    item: str
    """MMS name, ``LN$RP$name``."""
    spec: TypeSpec
    """Its type."""

    @property
    def fc(self) -> str:
        """RP, BR, SP, LG, GO, MS or US."""
        return self.item.split("$")[1]

    def has(self, attribute: str) -> bool:
        """The block has this attribute."""
        return self.spec.component(attribute) is not None

    def name(self, attribute: str) -> ObjectName:
        """An attribute as MMS names it."""
        return ObjectName(f"{self.item}${attribute}", self.domain)

    def __str__(self) -> str:
        return f"{self.domain}/{self.item}"


@dataclass(frozen=True, slots=True)
class Control:
    """A data object that can be operated."""

    domain: str
    """Logical device."""
    node: str
    """Logical node."""
    path: str
    """Data object, ``Pos`` or ``DO$SDO``."""
    spec: TypeSpec
    """Type below FC CO: Oper, SBO, SBOw, Cancel."""
    model: int
    """ctlModel as read: 0 status-only, 1 direct, 2 SBO, 3 direct enhanced, 4 SBO enhanced; -1 where it cannot be read."""

    @property
    def reference(self) -> str:
        """``LD/LN.DO``."""
        return f"{self.domain}/{self.node}.{self.path.replace('$', '.')}"

    def item(self, fc: str, attribute: str) -> str:
        """MMS name of an attribute of the object."""
        return f"{self.node}${fc}${self.path}${attribute}"


@dataclass(slots=True)
class Device:
    """A logical device."""

    name: str
    """Domain."""
    names: list[str] = field(default_factory=list)
    """Its variables, in the server's order."""
    objects: dict[str, list[tuple[str, str, TypeSpec]]] = field(default_factory=dict)
    """Functional constraint, name and type of every data object, by logical node."""
    untyped: list[Block] = field(default_factory=list)
    """Report control blocks that are listed, and in no type."""
    data_sets: dict[str, NamedVariableList | None] = field(default_factory=dict)
    """Data sets by MMS name; None where the directory cannot be had."""
    journals: list[str] = field(default_factory=list)
    """Logs."""

    @property
    def nodes(self) -> list[str]:
        """Logical nodes."""
        return [name for name in self.names if "$" not in name]


@dataclass(slots=True)
class Inventory:
    """The whole server."""

    identity: Identity | None = None
    """What Identify says."""
    devices: dict[str, Device] = field(default_factory=dict)
    """Logical devices."""
    controls: list[Control] = field(default_factory=list)
    """What can be operated, or says it is status-only."""
    problems: list[str] = field(default_factory=list)
    """What could not be found out."""
    failure: str = ""
    """Why the server could not be looked at; a case that finds nothing to be tried on has failed then."""
    values: object = None
    """A :class:`~.sweep.Sweep` once a case has asked for it."""

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf of every data object; not those of control blocks."""
        for device in self.devices.values():
            for node, objects in device.objects.items():
                for fc, name, spec in objects:
                    if fc not in BLOCK_CONSTRAINTS and name != "SGCB":
                        yield from _leaves(device.name, f"{node}${fc}${name}", spec)

    def blocks(self, *constraints: str) -> list[Block]:
        """Control blocks of these functional constraints."""
        typed = [
            Block(device.name, f"{node}${fc}${name}", spec)
            for device in self.devices.values()
            for node, objects in device.objects.items()
            for fc, name, spec in objects
            if fc in constraints and (fc != "SP" or name == "SGCB")
        ]
        return typed + [own for device in self.devices.values() for own in device.untyped if own.fc in constraints]

    def data_sets(self) -> list[tuple[ObjectName, NamedVariableList]]:
        """Data sets whose directories are known."""
        return [
            (ObjectName(item, device.name), found)
            for device in self.devices.values()
            for item, found in device.data_sets.items()
            if found is not None
        ]

    def largest_answer(self) -> int:
        """Octets that the largest data object can take."""
        sizes = (
            largest(spec) for d in self.devices.values() for objects in d.objects.values() for _, _, spec in objects
        )
        return max(sizes, default=0)


BLOCK_CONSTRAINTS = frozenset({"RP", "BR", "LG", "GO", "GS", "MS", "US"})
"""Functional constraints below which stand control blocks, and no data."""


def _leaves(domain: str, item: str, spec: TypeSpec) -> Iterator[Leaf]:
    if spec.tag != DataTag.STRUCTURE:
        yield Leaf(domain, item, spec)
        return
    for name, part in spec.components:
        yield from _leaves(domain, f"{item}${name}", part)


async def take_inventory(session: Session) -> Inventory:
    """Ask for everything. What cannot be had is noted in ``problems``; a lost association raises LinkError."""
    found = Inventory()
    # The client's directory knows ways round what servers lack; the cases themselves take none.
    client = IedClient(session.connection, session.timeout)
    session.connection.on_report = session._on_report
    try:
        found.identity = await client.identify()
    except LinkError:
        raise
    except MeterwireError as error:
        found.problems.append(f"Identify: {error}")
    for name in await client.logical_devices():
        found.devices[name] = await _device(session, client, name, found.problems)
    for device in found.devices.values():
        found.controls += await _controls(session, device)
    return found


async def _device(session: Session, client: IedClient, name: str, problems: list[str]) -> Device:
    device = Device(name)
    for what, object_class in (
        ("variables", ObjectClass.NAMED_VARIABLE),
        ("data sets", ObjectClass.NAMED_VARIABLE_LIST),
        ("logs", ObjectClass.JOURNAL),
    ):
        try:
            names = await session.names(object_class, name)
        except LinkError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the cases will meet it again
            problems.append(f"{what} of {name}: {error}")
            continue
        if object_class == ObjectClass.NAMED_VARIABLE:
            device.names = names
        elif object_class == ObjectClass.JOURNAL:
            device.journals = names
        else:
            device.data_sets = dict.fromkeys(names)
    for node in device.nodes:
        try:
            device.objects[node] = await client.directory.objects(name, node)
        except LinkError:
            raise
        except MeterwireError as error:
            problems.append(f"type of {name}/{node}: {error}")
    _add_untyped_blocks(device)
    for item in device.data_sets:
        try:
            device.data_sets[item] = await session.members(ObjectName(item, name))
        except LinkError:
            raise
        except MeterwireError as error:
            problems.append(f"data set {name}/{item}: {error}")
    return device


def _add_untyped_blocks(device: Device) -> None:
    """Report control blocks that are listed, and in no type: their components are those of the standard then."""
    for item in device.names:
        node, _, rest = item.partition("$")
        fc, _, name = rest.partition("$")
        if fc not in STANDARD_BLOCKS or not name or "$" in name:
            continue
        if all((own, other) != (fc, name) for own, other, _ in device.objects.get(node, ())):
            components = tuple((part, REPORT_CONTROL[part]) for part in STANDARD_BLOCKS[fc])
            device.untyped.append(Block(device.name, item, TypeSpec(DataTag.STRUCTURE, components=components)))


URCB = ("RptID", "RptEna", "Resv", "DatSet", "ConfRev", "OptFlds", "BufTm", "SqNum", "TrgOps", "IntgPd", "GI")
BRCB = ("RptID", "RptEna", "DatSet", "ConfRev", "OptFlds", "BufTm", "SqNum", "TrgOps", "IntgPd", "GI", "PurgeBuf", "EntryID", "TimeofEntry")  # fmt: skip
STANDARD_BLOCKS = {"RP": URCB, "BR": BRCB}
"""Components of report control blocks in the order of 8-1, without those that Edition 2 added."""


async def _controls(session: Session, device: Device) -> list[Control]:
    found = []
    for node, objects in device.objects.items():
        configured = {name for fc, name, spec in objects if fc == "CF" and spec.component("ctlModel")}
        below = {name: spec for fc, name, spec in objects if fc == "CO"}
        for name in sorted(configured | set(below)):
            model = -1
            if name in configured:
                (value,) = await session.read(ObjectName(f"{node}$CF${name}$ctlModel", device.name))
                model = value if isinstance(value, int) else -1
            spec = below.get(name, TypeSpec(DataTag.STRUCTURE))
            found.append(Control(device.name, node, name, spec, model))
    return found
