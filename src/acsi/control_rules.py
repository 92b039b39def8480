"""What the model itself has against a command: control authority, blockings, limits (IEC 61850-7-2, 7-3, 7-4).

Each rule looks at attributes of the data object, its node and LLN0, where they exist, and gives the AddCause of its refusal.
What modes have against it is in :mod:`.mode`. A substitute lifts no block: what is seen and what the process says both count.

Control authority (7-4): ``Loc`` or ``LocKey`` true leaves commands to the bay. Otherwise ``LocSta`` true leaves them to the
station (and what is nearer, with ``MltLev``), false to remote ones (with ``MltLev`` to all). Without ``LocSta`` station and
remote have the same rights. An originator that does not tell where it is (orCat 0) is held to be remote under ``Loc``, and
let in otherwise.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..models import DataAttribute, DataObject, Ied, LogicalNode
from ..models import enums as standard_enums
from ..models.enums import HealthKind, OriginatorCategoryKind
from ..models.tree import Node
from .control_command import AddCause, Command

__all__ = ["Rule", "leaf_of", "node_of", "rules_of"]

Rule = Callable[[Command], AddCause | None]
"""None: nothing against it."""
_C = OriginatorCategoryKind
BAY = frozenset((_C.bay_control, _C.automatic_bay, _C.maintenance))
STATION = frozenset((_C.station_control, _C.automatic_station))
REMOTE = frozenset((_C.remote_control, _C.automatic_remote))
UNKNOWN = frozenset((_C.not_supported,))
ALARM = HealthKind.Alarm
STOP, LOWER, HIGHER = 0, 1, 2
"""Values of Tcmd."""


def rules_of(data_object: DataObject) -> tuple[Rule, ...]:
    """The rules that apply to a data object."""
    node = node_of(data_object)
    return tuple(rule for make in _MAKERS for rule in make(data_object, node))


def node_of(data_object: DataObject) -> LogicalNode:
    """The logical node a data object is in."""
    place: Node | None = data_object
    while place is not None and not isinstance(place, LogicalNode):
        place = place.parent
    assert place is not None, "a control object that is in no logical node"
    return place


def _root(node: LogicalNode) -> Node | None:
    device = node.parent
    return device.children.get("LLN0") if device is not None else None


def leaf_of(place: Node | None, path: str) -> DataAttribute | None:
    """The leaf at a dotted path, None when there is none."""
    for name in path.split("."):
        if place is None:
            return None
        place = place.children.get(name)
    return place if isinstance(place, DataAttribute) and place.is_leaf else None


# -- authority, health, blockings ----------------------------------------------------------


def _authority(data_object: DataObject, node: LogicalNode) -> Iterator[Rule]:
    root = _root(node)
    places = (node, root)
    local = [leaf for name in ("Loc", "LocKey") for place in places if (leaf := leaf_of(place, f"{name}.stVal"))]
    station = leaf_of(node, "LocSta.stVal") or leaf_of(root, "LocSta.stVal")
    levels = leaf_of(root, "MltLev.setVal")
    if data_object.name == "LocSta":
        station = None  # who has the authority may hand it over

    def rule(command: Command) -> AddCause | None:
        category = command.origin.orCat
        if category == _C.process:
            return AddCause.Inconsistent_parameters
        if any(leaf.value or leaf.process_value for leaf in local):
            return None if category in BAY else AddCause.Blocked_by_switching_hierarchy
        if station is None or category in UNKNOWN:
            return None
        several = levels is not None and levels.value
        allowed = category in (STATION if station.value else REMOTE)
        if several:
            allowed = allowed or category in BAY or (category in STATION)
        return None if allowed else AddCause.Blocked_by_switching_hierarchy

    if local or station is not None:
        yield rule


def _stopped(leaf: DataAttribute | None, cause: AddCause, when: Callable[[Any], bool] = bool) -> Iterator[Rule]:
    """A rule that refuses while a leaf says so."""
    if leaf is not None:
        yield lambda _: cause if when(leaf.value) or when(leaf.process_value) else None


def _health(_: DataObject, node: LogicalNode) -> Iterator[Rule]:
    yield from _stopped(leaf_of(node, "Health.stVal"), AddCause.Blocked_by_health, lambda value: value == ALARM)


def _command_block(data_object: DataObject, node: LogicalNode) -> Iterator[Rule]:
    if data_object.name != "CmdBlk":  # or it could never be taken back
        yield from _stopped(leaf_of(node, "CmdBlk.stVal"), AddCause.Blocked_by_command)


def _switch_block(data_object: DataObject, node: LogicalNode) -> Iterator[Rule]:
    """BlkOpn and BlkCls of a switch, for its Pos."""
    leaves = {False: leaf_of(node, "BlkOpn.stVal"), True: leaf_of(node, "BlkCls.stVal")}

    def rule(command: Command) -> AddCause | None:
        leaf = leaves.get(command.ctlVal)
        return AddCause.Blocked_by_process if leaf is not None and (leaf.value or leaf.process_value) else None

    if data_object.name == "Pos" and any(leaves.values()):
        yield rule


# -- values --------------------------------------------------------------------------------


def _limits(data_object: DataObject, member: str = "") -> tuple[Any, Any] | None:
    """minVal and maxVal; None when there are none, or nobody has set them."""
    path = f".{member}" if member else ""
    low, high = leaf_of(data_object, f"minVal{path}"), leaf_of(data_object, f"maxVal{path}")
    return (low, high) if low is not None and high is not None else None


def _range(data_object: DataObject, _: LogicalNode) -> Iterator[Rule]:
    """Commanded values beyond minVal and maxVal, which mean nothing while they are equal."""
    cause = AddCause.Step_limit if data_object.cdc == "ISC" else AddCause.Inconsistent_parameters
    for member in ("", "f", "i"):
        limits = _limits(data_object, member)
        if limits is not None and data_object.cdc not in ("BSC", "BAC"):
            yield _range_rule(limits, member, cause)


def _range_rule(limits: tuple[Any, Any], member: str, cause: AddCause) -> Rule:
    low, high = limits

    def rule(command: Command) -> AddCause | None:
        value = command.ctlVal.get(member) if isinstance(command.ctlVal, Mapping) else command.ctlVal
        if value is None or low.value >= high.value or low.value <= value <= high.value:
            return None
        return cause

    return rule


def _step_size(data_object: DataObject, _: LogicalNode) -> Iterator[Rule]:
    step, low = leaf_of(data_object, "stepSize"), leaf_of(data_object, "minVal")

    def rule(command: Command) -> AddCause | None:
        assert step is not None
        if step.value and command.ctlVal is not None and (command.ctlVal - (low.value if low else 0)) % step.value:
            return AddCause.Inconsistent_parameters
        return None

    if step is not None and data_object.cdc == "INC":
        yield rule


def _step(data_object: DataObject, _: LogicalNode) -> Iterator[Rule]:
    """A step position that is at its end takes no further step."""
    limits, position = _limits(data_object), leaf_of(data_object, "valWTr.posVal")
    if data_object.cdc != "BSC":
        return

    def rule(command: Command) -> AddCause | None:
        if command.ctlVal is None:
            return None
        if command.ctlVal not in (STOP, LOWER, HIGHER):
            return AddCause.Inconsistent_parameters
        if limits is None or position is None or limits[0].value >= limits[1].value:
            return None
        ends = {LOWER: position.value <= limits[0].value, HIGHER: position.value >= limits[1].value}
        return AddCause.Step_limit if ends.get(command.ctlVal) else None

    yield rule


def _literal(data_object: DataObject, node: LogicalNode) -> Iterator[Rule]:
    """An enumeration takes only what it has literals for."""
    leaf = leaf_of(data_object, "stVal")
    if leaf is None or not leaf.enum or data_object.cdc != "ENC":
        return
    ied = node.parent.parent if node.parent is not None else None
    own = ied.enums.get(leaf.enum) if isinstance(ied, Ied) else None
    members = frozenset(own if own is not None else map(int, getattr(standard_enums, leaf.enum, ())))
    if not members:
        return
    yield (
        lambda command: (
            None if command.ctlVal is None or command.ctlVal in members else AddCause.Inconsistent_parameters
        )
    )


_MAKERS = (_authority, _health, _command_block, _switch_block, _range, _step_size, _step, _literal)
