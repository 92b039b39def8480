"""Setting groups (IEC 61850-7-2, SGCB): several banks of values for the same settings, one of them active.

A logical device has one control block. Its banks hold a value for every leaf of FC SG below the device; the leaves
themselves have those of the active bank. Selecting another group changes them in one transaction. To edit a group a client
selects it; the bank is copied, the copy is what FC SE shows and takes, and confirming puts the copy in place of the bank,
all at once. An edit ends unconfirmed when its client goes, when it selects group 0, or when its time (ResvTms) is over,
counted from the last thing its client did in it. One client edits at a time; which group is active can be changed meanwhile.

Confirmed values and the active group are kept before anybody is told that they were accepted (:class:`.SettingStore`): a
change that cannot be kept is refused and has not happened. They belong to the configuration they were made under: when
names, types or declared values of the settings change, the configuration's own values count again.

Selecting the group that is active already is accepted and changes nothing, not LActTm either.
"""

import enum
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

from ..errors import FileError, UsageError
from ..models import DataAttribute, DataObject, Ied, LogicalDevice, basic_type, check_value
from ..models.control_blocks import SettingControl
from ..models.enums import ServiceNameKind
from ..reading import Timestamp
from .journal import fingerprint
from .report_control import Access
from .service_event import ServiceEvent, ServiceSink, status_of
from .setting_mirror import edited_object, leaf_type, leaves_below, setting_leaves
from .setting_store import Plain, SettingStore, StoredGroups, plain_value, typed_value

__all__ = ["EDIT_SECONDS", "TRANSITIONS", "EditState", "SettingCheck", "SettingGroupBlock", "SettingGroupEngine"]

EDIT_SECONDS = 100
"""What a client has for an edit where the configuration does not say (ResvTms)."""
SECOND = 1_000_000_000


class EditState(enum.Enum):
    """Where editing stands."""

    IDLE = "idle"
    EDITING = "editing"


_S = EditState
TRANSITIONS: dict[tuple[EditState, str], EditState] = {
    (_S.IDLE, "select"): _S.EDITING,
    (_S.IDLE, "deselect"): _S.IDLE,
    (_S.EDITING, "select"): _S.EDITING,
    (_S.EDITING, "set"): _S.EDITING,
    (_S.EDITING, "deselect"): _S.IDLE,
    (_S.EDITING, "confirm"): _S.IDLE,
    (_S.EDITING, "expire"): _S.IDLE,
    (_S.EDITING, "lost"): _S.IDLE,
}
"""What can happen to an edit; selecting while editing begins anew with the values of the group."""
REFUSALS: dict[str, Access] = {"set": Access.TEMPORARILY_UNAVAILABLE, "confirm": Access.ACCESS_DENIED}
"""How the rest is refused."""

SettingCheck = Callable[["SettingGroupBlock", int, Mapping[str, Any]], bool]
Values = tuple[Any, ...]
"""A bank: values in the order of the leaves."""


class SettingGroupBlock:
    """Setting groups of one logical device."""

    def __init__(self, engine: "SettingGroupEngine", device: LogicalDevice, declaration: SettingControl) -> None:
        self.engine = engine
        self.device = device.name
        self.reference = f"{device.name}/LLN0.{declaration.name}"
        self.count = declaration.groups
        self.editable = declaration.editable
        self.state = EditState.IDLE
        self.client: Hashable = None
        """Who is editing."""
        self.leaves: dict[str, DataAttribute] = setting_leaves(device)
        """Leaves of the active group by path below the device."""
        self.edited: dict[str, DataAttribute] = {}
        """Leaves of the edited group, FC SE; those that clients may edit."""
        self.edit_objects: dict[str, list[DataObject]] = {}
        """The data objects these are in, by logical node."""
        if self.editable:
            self._mirror(device)
        self._editable = frozenset(self.edited.values())
        self._seconds = declaration.resv_tms or EDIT_SECONDS
        self.expires: int | None = None
        """When the edit ends by itself, ns."""
        self.object = DataObject(declaration.name, "SGCB")
        for name, type_name in _ATTRIBUTES if declaration.resv_tms is None else (*_ATTRIBUTES, _RESV_TMS):
            self.object.add(DataAttribute(name, "SP", basic_type(type_name)))
        self._put("NumOfSG", self.count)
        self._put("ActSG", declaration.active)
        self.banks: dict[int, Values] = {
            group: self._declared_values(declaration.values.get(group, {})) for group in range(1, self.count + 1)
        }
        """Values of every group."""
        types = [f"{path}:{leaf.type}" for path, leaf in self.leaves.items()]
        given = sorted((group, sorted(values.items())) for group, values in declaration.values.items())
        self._declared = fingerprint((self.count, *types, given))
        self._is_kept = False
        self._restore()
        self._apply()

    def _mirror(self, device: LogicalDevice) -> None:
        for node in device.children.values():
            for data_object in node.children.values():
                mirror = edited_object(data_object)
                if mirror is not None:
                    self.edit_objects.setdefault(node.name, []).append(mirror)
                    self.edited.update(leaves_below(f"{node.name}.{mirror.name}", mirror))

    def _declared_values(self, given: Mapping[str, Any]) -> Values:
        for path in given:
            if path not in self.leaves:
                msg = f"{self.reference}: {path} is no setting in a group of {self.device}"
                raise UsageError(msg)
        return tuple([check_value(leaf_type(leaf), given.get(path, leaf.value)) for path, leaf in self.leaves.items()])

    def __getitem__(self, attribute: str) -> Any:
        """The value of an attribute of the control block, e.g. ``block["ActSG"]``."""
        return self.object.children[attribute].value

    def _put(self, attribute: str, value: Any) -> None:
        self.object.children[attribute].put(value)

    def values(self, group: int) -> dict[str, Any]:
        """Values of a group by path below the device."""
        return dict(zip(self.leaves, self.banks[group], strict=True))

    # -- what a client does ----------------------------------------------------------------

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """Write an attribute of the control block; None, or the error code of the refusal."""
        services = {
            "ActSG": (ServiceNameKind.SelectActiveSG, self.select),
            "EditSG": (ServiceNameKind.SelectEditSG, self.select_edit),
            "CnfEdit": (ServiceNameKind.ConfirmEditSGValues, self._confirm),
        }
        if attribute not in services:
            return Access.ACCESS_DENIED
        service, act = services[attribute]
        refused = act(value, client)
        self._tell(service, client, refused)
        return refused

    def select(self, group: int, client: Hashable = None) -> int | None:
        """Make a group the active one (SelectActiveSG)."""
        del client
        if not 1 <= group <= self.count:
            return Access.VALUE_INVALID
        if group == self["ActSG"]:
            return None
        if not self._accepts(group, self.values(group)):
            return Access.ACCESS_DENIED
        activated = Timestamp.from_ns(self.engine.wall())
        if not self._keep(group, activated, ()):
            return Access.HARDWARE_FAULT
        self._put("ActSG", group)
        self._put("LActTm", activated)
        self._apply()
        return None

    def select_edit(self, group: int, client: Hashable) -> int | None:
        """Select a group for editing, or give it back with 0 (SelectEditSG)."""
        if not self.editable:
            return Access.ACCESS_DENIED
        if not 0 <= group <= self.count:
            return Access.VALUE_INVALID
        refused = self._move("select" if group else "deselect", client)
        if refused is None and group:
            self._put("EditSG", group)
            bank = self.values(group)
            for path, leaf in self.edited.items():
                leaf.put(bank[path])
        return refused

    def has(self, leaf: DataAttribute) -> bool:
        """It is one of the leaves that are edited here."""
        return leaf in self._editable

    def set_values(self, client: Hashable, changes: Sequence[tuple[DataAttribute, Any]]) -> int | None:
        """Set leaves of the edited group, all or none (SetEditSGValue)."""
        refused = self._set(client, changes)
        self._tell(ServiceNameKind.SetEditSGValue, client, refused)
        return refused

    def _set(self, client: Hashable, changes: Sequence[tuple[DataAttribute, Any]]) -> int | None:
        if not changes or not all(self.has(leaf) for leaf, _ in changes):
            return Access.ACCESS_DENIED
        refused = self._move("set", client)
        if refused is None:
            for leaf, value in changes:
                leaf.put(value)
        return refused

    def _confirm(self, value: bool, client: Hashable) -> int | None:
        return self.confirm(client) if value else Access.VALUE_INVALID

    def confirm(self, client: Hashable) -> int | None:
        """Put the edited values in place of those of the group (ConfirmEditSGValues)."""
        refused = self._admit("confirm", client)
        if refused is not None:
            return refused
        group: int = self["EditSG"]
        values = self.values(group) | {path: leaf.value for path, leaf in self.edited.items()}
        refused = self._replace(group, values)
        if refused is None:
            self._move("confirm", client)
            self._activate(group)
        return refused

    def change(self, group: int, values: Mapping[str, Any]) -> None:
        """Change values of a group from the server's own side, by path below the device, at once and for good.

        Raises UsageError for a value or path that does not fit, and when the change is refused or cannot be kept.
        """
        bank = self.values(group)
        for path, value in values.items():
            if path not in bank:
                msg = f"{path} is no setting in a group of {self.device}"
                raise UsageError(msg)
            bank[path] = check_value(leaf_type(self.leaves[path]), value)
        if self._replace(group, bank) is not None:
            msg = f"group {group} of {self.device} could not be changed"
            raise UsageError(msg)
        self._activate(group)

    def _replace(self, group: int, values: Mapping[str, Any]) -> int | None:
        if not self._accepts(group, values):
            return Access.VALUE_INVALID
        before = self.banks[group]
        self.banks[group] = tuple([values[path] for path in self.leaves])
        if not self._keep(self["ActSG"], self["LActTm"], (group,)):
            self.banks[group] = before
            return Access.HARDWARE_FAULT
        return None

    def _activate(self, group: int) -> None:
        if group == self["ActSG"]:
            self._apply()

    def _apply(self) -> None:
        """The active bank takes effect, in one transaction."""
        pairs = zip(self.leaves.values(), self.banks[self["ActSG"]], strict=True)
        self.engine.ied.apply([(leaf, value) for leaf, value in pairs if leaf.value != value])

    def _accepts(self, group: int, values: Mapping[str, Any]) -> bool:
        return self.engine.check is None or self.engine.check(self, group, values)

    # -- the state of the edit -------------------------------------------------------------

    @property
    def is_editing(self) -> bool:
        """Somebody is editing."""
        return self.state is EditState.EDITING

    def _admit(self, stimulus: str, client: Hashable) -> int | None:
        """May this client do that now?"""
        if self.state is EditState.EDITING and client != self.client:
            return Access.TEMPORARILY_UNAVAILABLE
        if (self.state, stimulus) not in TRANSITIONS:
            return REFUSALS[stimulus]
        return None

    def _move(self, stimulus: str, client: Hashable) -> int | None:
        """Take a transition of the table, or refuse."""
        refused = self._admit(stimulus, client)
        if refused is not None:
            return refused
        self.state = TRANSITIONS[self.state, stimulus]
        if self.state is EditState.EDITING:
            self.client = client
            self.expires = self.engine.clock() + self._seconds * SECOND
        else:
            self.client = self.expires = None
            self._put("EditSG", 0)
        if "ResvTms" in self.object.children:
            self._put("ResvTms", self._seconds if self.is_editing else 0)
        self.engine.schedule()
        return None

    def end(self, stimulus: str) -> None:
        """The edit ends without its client: ``expire`` or ``lost``."""
        if self.is_editing:
            self._move(stimulus, self.client)
            self._tell(ServiceNameKind.InternalChange, None, None)

    def _tell(self, service: ServiceNameKind, client: Hashable, refused: int | None) -> None:
        sink = self.engine.on_service
        if sink is not None:
            values = {name[0].lower() + name[1:]: leaf.value for name, leaf in self.object.children.items()}
            values["cnfEdit"] = service is ServiceNameKind.ConfirmEditSGValues
            sink(ServiceEvent(service, self.reference, client, status_of(refused), values, "STS"))

    # -- what survives ---------------------------------------------------------------------

    def _keep(self, active: int, activated: Timestamp, groups: Iterable[int]) -> bool:
        """Keep a change before it counts, the first time with all groups; False when that failed."""
        store = self.engine.store
        if store is None:
            return True
        kept = {group: self._plain(group) for group in (groups if self._is_kept else self.banks)}
        stored = StoredGroups(active=active, activated=activated.to_bytes(), groups=kept)
        try:
            store.save(self.device, self._declared, stored)
        except FileError as error:
            self.engine.notice(f"{self.reference}: the change is refused, it cannot be kept: {error}")
            return False
        self._is_kept = True
        return True

    def _plain(self, group: int) -> dict[str, Plain]:
        pairs = zip(self.leaves.items(), self.banks[group], strict=True)
        return {path: plain_value(leaf_type(leaf), value) for (path, leaf), value in pairs}

    def _restore(self) -> None:
        store = self.engine.store
        if store is None:
            return
        try:
            stored = store.load(self.device, self._declared)
            if stored is None:
                if store.is_known(self.device):
                    self.engine.notice(
                        f"{self.reference}: the configuration of the settings has changed; its values count, "
                        "not those that were confirmed under another one"
                    )
                return
            banks, activated = self._typed(stored)
        except (UsageError, KeyError, FileError) as error:
            self.engine.notice(f"{self.reference}: what was kept of the settings cannot be read ({error}); not used")
            return
        self.banks, self._is_kept = banks, True
        self._put("ActSG", stored.active)
        self._put("LActTm", activated)

    def _typed(self, stored: StoredGroups) -> tuple[dict[int, Values], Timestamp]:
        """Banks and LActTm out of what was kept; UsageError or KeyError when it is not what the model wants."""
        leaves = self.leaves.items()
        banks = {}
        for group in self.banks:
            values = stored.groups[group]
            banks[group] = tuple([typed_value(leaf_type(leaf), values[path]) for path, leaf in leaves])
        if stored.active not in banks:
            msg = f"there is no group {stored.active}"
            raise UsageError(msg)
        return banks, Timestamp.from_bytes(stored.activated)


_ATTRIBUTES = (
    ("NumOfSG", "INT8U"),
    ("ActSG", "INT8U"),
    ("EditSG", "INT8U"),
    ("CnfEdit", "BOOLEAN"),
    ("LActTm", "Timestamp"),
)
"""Attributes of the control block in the order of 8-1."""
_RESV_TMS = ("ResvTms", "INT16U")


class SettingGroupEngine:
    """All setting groups of one server, one control block for each logical device that has them.

    ``clock`` (ns, any origin, never set back) ends edits; ``wall`` (ns since 1970, the same clock when not given) dates
    LActTm. ``store`` keeps what was confirmed. ``check`` is asked before values of a group are taken over or become
    active, with the block, the group and its values by path; False refuses. ``notice`` gets sentences for a log.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        clock: Callable[[], int],
        wall: Callable[[], int] | None = None,
        on_schedule: Callable[[], None] | None = None,
        store: SettingStore | None = None,
        check: SettingCheck | None = None,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self.ied = ied
        self.clock = clock
        self.wall = wall or clock
        self.schedule: Callable[[], None] = on_schedule or (lambda: None)
        self.store = store
        self.check = check
        self.notice: Callable[[str], None] = notice or (lambda _: None)
        self.on_service: ServiceSink | None = None
        """Who tracks services."""
        self.blocks: dict[str, SettingGroupBlock] = {}
        """Control blocks by logical device."""

    def add_device(self, device: LogicalDevice) -> SettingGroupBlock | None:
        """A logical device: its control block, None when it declares none."""
        node = device.children.get("LLN0")
        for declaration in node.control_blocks.values() if node is not None else ():
            if isinstance(declaration, SettingControl):
                block = self.blocks[device.name] = SettingGroupBlock(self, device, declaration)
                return block
        return None

    def remove_device(self, device: str) -> None:
        """A logical device went, and an edit of its settings with it."""
        block = self.blocks.pop(device, None)
        if block is not None:
            block.end("lost")

    def write_changes(self, client: Hashable, changes: Sequence[tuple[DataAttribute, Any]]) -> int | None:
        """Leaves of FC SE are set in the edited group of their device, all or none; others, those of FC SG, never."""
        for block in self.blocks.values():
            if block.has(changes[0][0]):
                return block.set_values(client, changes)
        return Access.ACCESS_DENIED

    @property
    def deadline(self) -> int | None:
        """When the next edit ends by itself, ns."""
        return min((b.expires for b in self.blocks.values() if b.expires is not None), default=None)

    def poll(self) -> None:
        """End edits whose time is over."""
        now = self.clock()
        for block in self.blocks.values():
            if block.expires is not None and block.expires <= now:
                block.end("expire")

    def client_gone(self, client: Hashable) -> None:
        """An association ended, and its edits with it."""
        for block in self.blocks.values():
            if block.client == client and client is not None:
                block.end("lost")

    def close(self) -> None:
        """Nothing is edited any more."""
        for block in self.blocks.values():
            block.end("lost")
