"""Mod, Beh and what follows from them (IEC 61850-7-4, clause 6 and annex A).

Beh of a logical node is its own Mod combined with Beh of LLN0 of its logical device; Beh of LLN0 is its Mod combined
with Beh of LLN0 of the logical device GrRef names. A node without Mod takes what is above it. Mod is a control: whoever
sets its ``stVal``, a client or the application, finds all Beh that follow from it in the next transaction.

What Beh means for the data of a node is done here, by views before ``q``: ``test`` and ``test/blocked`` set q.test,
``off`` makes the validity invalid, ``blocked`` leaves ``q`` alone (tissues 711 and 712). Mod, Beh and Health are spared,
or no client in operation would learn that the mode has changed (tissue 1331). LPHD is the device, which has no mode.

What Beh means for commands is answered to whoever asks :meth:`ModeEngine.command`:

============  ==================  ===============  =================
Beh           command             Test command     reaches process
============  ==================  ===============  =================
on            accepted            refused          yes
blocked       accepted            refused          no
test          refused             accepted         only if allowed
test/blocked  refused             accepted         no
off           refused             refused          no
============  ==================  ===============  =================

Refusals are told as Blocked-by-Mode. Annex A lets a command with Test reach the process where Beh is test; here that has
to be allowed (``test_moves_process``), so that nothing flagged as a test moves anything by default. Mod itself can be
operated in every mode, or nobody could leave ``off``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import UsageError
from ..models import DataAttribute, DataObject, Ied, Kind, LogicalDevice, LogicalNode
from ..models.enums import BehaviourModeKind
from ..reading import Quality, Timestamp
from .derived import Derived
from .engine import Quiet

__all__ = ["BEHAVIOUR", "RULES", "Command", "ModeEngine", "Rule", "combined"]

_B = BehaviourModeKind
_ON, _BLOCKED, _TEST, _BOTH, _OFF = _B.on, _B.blocked, _B.test, _B.test_blocked, _B.off

BEHAVIOUR: Mapping[BehaviourModeKind, Mapping[BehaviourModeKind, BehaviourModeKind]] = {
    above: dict(zip((_ON, _BLOCKED, _TEST, _BOTH, _OFF), row, strict=True))
    for above, row in {
        # own Mod:  on        blocked   test   test/blocked  off
        _ON: (_ON, _BLOCKED, _TEST, _BOTH, _OFF),
        _BLOCKED: (_BLOCKED, _BLOCKED, _BOTH, _BOTH, _OFF),
        _TEST: (_TEST, _BOTH, _TEST, _BOTH, _OFF),
        _BOTH: (_BOTH, _BOTH, _BOTH, _BOTH, _OFF),
        _OFF: (_OFF, _OFF, _OFF, _OFF, _OFF),
    }.items()
}
"""Beh by Beh of what is above and by own Mod."""


@dataclass(frozen=True, slots=True)
class Command:
    """What becomes of a command in the mode a node is in."""

    is_accepted: bool
    """False: refuse it, with AddCause Blocked-by-Mode."""
    reaches_process: bool
    """May an output move? False: go through everything else, report success, move nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a behaviour means."""

    commands: Command
    """Commands without Test."""
    test_commands: Command
    """Commands with Test."""
    takes_test_data: bool
    """Received data with q.test are processed as valid; elsewhere as invalid."""
    takes_data: bool
    """Received data are processed at all."""
    mark: Callable[[Quality], Quality] | None
    """What is done to ``q`` of the node's data."""


def _mark_test(quality: Quality) -> Quality:
    return quality | Quality.TEST


def _mark_invalid(quality: Quality) -> Quality:
    return Quality(quality & ~Quality.QUESTIONABLE | Quality.INVALID)


_MARKS = (_mark_test, _mark_invalid)
_REFUSED, _DONE, _DONE_ON_PAPER = Command(False, False), Command(True, True), Command(True, False)
RULES: Mapping[BehaviourModeKind, Rule] = {
    _ON: Rule(_DONE, _REFUSED, False, True, None),
    _BLOCKED: Rule(_DONE_ON_PAPER, _REFUSED, False, True, None),
    _TEST: Rule(_REFUSED, _DONE, True, True, _mark_test),
    _BOTH: Rule(_REFUSED, _DONE_ON_PAPER, True, True, _mark_test),
    _OFF: Rule(_REFUSED, _REFUSED, False, False, _mark_invalid),
}
"""Annex A, table of the processing rules."""

_SPARED = frozenset(("Mod", "Beh", "Health"))
_MODELESS = "LPHD"


def combined(above: int, own: int) -> BehaviourModeKind:
    """Beh of a node with Mod ``own`` below something with Beh ``above``; an ordinal that is no mode counts as on."""
    return BEHAVIOUR[_known(above)][_known(own)]


def _known(mode: int) -> BehaviourModeKind:
    return _B(mode) if _ON <= mode <= _OFF else _ON


class ModeEngine(Quiet):
    """Beh of every logical node of an IED, and what follows from it.

    ``wall`` (ns since 1970) dates the changes. With ``test_moves_process`` commands flagged Test reach the process of
    nodes whose Beh is test, as annex A has it.
    """

    def __init__(self, ied: Ied, *, wall: Callable[[], int], test_moves_process: bool = False) -> None:
        self.ied = ied
        self._wall = wall
        self._test_moves_process = test_moves_process
        self._behaviour: dict[LogicalNode, BehaviourModeKind] = {}
        self._derived = Derived(ied, self._compute)
        ied.device_hooks += (self._on_device,)
        for device in ied.children.values():
            self._derived.watch(_sources(device))
        self._compute()

    # -- what others ask -------------------------------------------------------------------

    def behaviour(self, node: LogicalNode) -> BehaviourModeKind:
        """Beh of a node, whether it shows it or not."""
        return self._behaviour.get(node, _ON)

    def command(self, target: DataObject, *, test: bool) -> Command:
        """What becomes of a command to a data object."""
        node = _node_of(target)
        rule = RULES[self.behaviour(node)]
        if target.name == "Mod" and target.parent is node:
            return _DONE if rule.test_commands.is_accepted or not test else _REFUSED
        command = rule.test_commands if test else rule.commands
        if test and command.reaches_process and not self._test_moves_process:
            return _DONE_ON_PAPER
        return command

    def takes(self, node: LogicalNode, quality: Quality) -> bool:
        """Does a node process received data of this quality as valid (``q`` apart from q.test is another matter)?"""
        rule = RULES[self.behaviour(node)]
        return rule.takes_data and (rule.takes_test_data or not quality & Quality.TEST)

    def set(self, node: LogicalNode, mode: BehaviourModeKind) -> None:
        """Set Mod of a node from here; UsageError when the node has none."""
        if "Mod" not in node.children:
            msg = f"{node.reference} has no Mod; it follows what is above it"
            raise UsageError(msg)
        node.children["Mod"].update(stVal=_known(mode), q=Quality.GOOD, t=Timestamp.from_ns(self._wall()))

    # -- what follows ----------------------------------------------------------------------

    def _on_device(self, device: LogicalDevice, is_there: bool) -> None:
        if is_there:
            self._derived.watch(_sources(device))
        else:
            self._derived.forget(_sources(device))
            gone = [node for node in device.children.values() if self._behaviour.pop(node, None) is not None]
            self._unmark(gone)
        self._compute()

    def _compute(self) -> None:
        """All Beh anew; a change of mode is rare, and reaches far."""
        now = Timestamp.from_ns(self._wall())
        changes: list[tuple[DataAttribute, object]] = []
        views = []
        devices: dict[str, BehaviourModeKind] = {}
        for device in self.ied.children.values():
            above = self._of_device(device, devices)
            for node in device.children.values():
                if node.ln_class == _MODELESS:
                    continue
                beh = above if node.name == "LLN0" else combined(above, _mode_of(node))
                before = self._behaviour.get(node)
                self._behaviour[node] = beh
                changes += _shown(node, beh, now)
                if (before or _ON) is not beh:
                    views += [(leaf, _marked(leaf, RULES[beh].mark)) for leaf in _qualities(node)]
        if changes or views:
            self.ied.apply(changes, views)

    def _of_device(self, device: LogicalDevice, known: dict[str, BehaviourModeKind]) -> BehaviourModeKind:
        """Beh of LLN0 of a logical device: up the ladder of GrRef, then down again. In a ring everybody is above everybody."""
        ladder: list[LogicalDevice] = []
        step: LogicalDevice | None = device
        while step is not None and step.name not in known and step not in ladder:
            ladder.append(step)
            step = self._above(step)
        above = known.get(step.name, _ON) if step is not None else _ON
        for place in ladder[ladder.index(step) :] if step in ladder else ():
            above = combined(above, _mode_of(place.children.get("LLN0")))
        for place in reversed(ladder):
            above = known[place.name] = combined(above, _mode_of(place.children.get("LLN0")))
        return above

    def _above(self, device: LogicalDevice) -> LogicalDevice | None:
        leaf = _leaf(device.children.get("LLN0"), "GrRef", "setSrcRef")
        name = str(leaf.value).partition("/")[0] if leaf is not None else ""
        # ACSI references begin with the name of the device; SCL files often have its inst.
        return self.ied.children.get(name) or self.ied.children.get(f"{self.ied.name}{name}") if name else None

    def close(self) -> None:
        """Let go of the model; Beh stays as it is."""
        self._derived.forget()
        self.ied.device_hooks = tuple(hook for hook in self.ied.device_hooks if hook != self._on_device)
        self._unmark(self._behaviour)

    def _unmark(self, nodes: Iterable[LogicalNode]) -> None:
        self.ied.apply((), [(leaf, _marked(leaf, None)) for node in nodes for leaf in _qualities(node) if leaf.views])


def _node_of(target: DataObject) -> LogicalNode:
    place = target.parent
    while place is not None and not isinstance(place, LogicalNode):
        place = place.parent
    if place is None:
        msg = f"{target.reference} is not part of a logical node"
        raise UsageError(msg)
    return place


def _leaf(node: LogicalNode | None, name: str, attribute: str) -> DataAttribute | None:
    found = node.children.get(name) if node is not None else None
    leaf: DataAttribute | None = found.children.get(attribute) if found is not None else None
    return leaf


def _mode_of(node: LogicalNode | None) -> int:
    leaf = _leaf(node, "Mod", "stVal")
    return (
        int(leaf.process_value) if leaf is not None and _is_number(leaf) else _ON
    )  # a substituted Mod is seen, and sets no mode


def _is_number(leaf: DataAttribute) -> bool:
    """Files exist whose Mod or Beh is a BOOLEAN; those stay what they are."""
    return leaf.type is not None and leaf.type.kind is Kind.INTEGER


def _sources(device: LogicalDevice) -> Iterator[DataAttribute]:
    """What Beh depends on."""
    for node in device.children.values():
        for name, attribute in (("Mod", "stVal"), ("GrRef", "setSrcRef")):
            leaf = _leaf(node, name, attribute)
            if leaf is not None:
                yield leaf


def _qualities(node: LogicalNode) -> Iterator[DataAttribute]:
    for data_object in node.children.values():
        if data_object.name not in _SPARED:
            for leaf in data_object.leaves():
                if leaf.name == "q" and leaf.fc in ("ST", "MX"):
                    yield leaf


def _marked(leaf: DataAttribute, mark: Callable[[Quality], Quality] | None) -> tuple[Callable[[Quality], Quality], ...]:
    """Views of a ``q``: those of others first, the mode has the last word."""
    others = tuple(view for view in leaf.views if view not in _MARKS)
    return others if mark is None else (*others, mark)


def _shown(node: LogicalNode, beh: BehaviourModeKind, now: Timestamp) -> list[tuple[DataAttribute, object]]:
    """Beh where a node has it and it says something else."""
    leaf = _leaf(node, "Beh", "stVal")
    if leaf is None or leaf.process_value == beh or not _is_number(leaf):
        return []
    found = node.children["Beh"].children
    return [(found[name], value) for name, value in (("stVal", beh), ("q", Quality.GOOD), ("t", now)) if name in found]
