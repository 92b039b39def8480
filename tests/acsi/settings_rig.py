"""A setting group engine without server: three groups, a clock to turn, a store in memory that can fail and crash."""

from collections.abc import Mapping
from typing import Any

from meterwire.acsi.service_event import ServiceEvent
from meterwire.acsi.setting_groups import SettingGroupBlock, SettingGroupEngine
from meterwire.acsi.setting_store import StoredGroups
from meterwire.errors import FileError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Trigger, basic_type
from meterwire.models.control_blocks import SettingControl

SECOND = 1_000_000_000
WALL = 1_800_000_000 * SECOND
PICKUP, DELAY, FIXED = "PTOC1.StrVal.setMag.f", "PTOC1.OpDlTmms.setVal", "PTOC1.RsDlTmms.setVal"
FIRST = {1: {PICKUP: 1.0, DELAY: 100}, 2: {PICKUP: 2.0, DELAY: 200}, 3: {PICKUP: 3.0, DELAY: 300}}
"""Values by group; the fixed one is 7 in all of them."""


class FakeStore:
    """A store in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], StoredGroups] = {}
        self.is_broken = False
        self.saves = 0

    def load(self, device: str, declared: str) -> StoredGroups | None:
        if self.is_broken:
            raise FileError("the disk is broken")
        return self.kept.get((device, declared))

    def is_known(self, device: str) -> bool:
        return any(name == device for name, _ in self.kept)

    def save(self, device: str, declared: str, stored: StoredGroups) -> None:
        if self.is_broken:
            raise FileError("the disk is broken")
        self.saves += 1
        before = self.kept.get((device, declared))
        groups: Mapping[int, Any] = {**(before.groups if before else {}), **stored.groups}
        self.kept[device, declared] = StoredGroups(active=stored.active, activated=stored.activated, groups=groups)


def leaf(name: str, type_name: str, value: Any, *, is_writable: bool = True) -> DataAttribute:
    return DataAttribute(name, "SG", basic_type(type_name), trigger=Trigger.DCHG, value=value, is_writable=is_writable)


def protection(**declared: Any) -> Ied:
    """IED "P" with a device PROT: a pick-up, a delay, and a delay that cannot be edited."""
    options: dict[str, Any] = {"groups": 3, "values": FIRST, "resv_tms": 10}
    head = LogicalNode("LLN0")
    head.control_blocks["SGCB"] = SettingControl(**{**options, **declared})
    node = LogicalNode("PTOC", "1").add(
        DataObject("StrVal", "ASG").add(DataAttribute("setMag", "SG").add(leaf("f", "FLOAT32", 1.0))),
        DataObject("OpDlTmms", "ING").add(leaf("setVal", "INT32", 100)),
        DataObject("RsDlTmms", "ING").add(leaf("setVal", "INT32", 7, is_writable=False)),
    )
    return Ied("P").add(LogicalDevice("PROT", "ROT").add(head, node))


class SettingsRig:
    """An engine, and what it said."""

    def __init__(self, store: FakeStore | None = None, *, check: Any = None, **declared: Any) -> None:
        self.ied = protection(**declared)
        self.now = 5 * SECOND
        self.notices: list[str] = []
        self.events: list[ServiceEvent] = []
        self.changes: list[dict[str, Any]] = []
        self.engine = SettingGroupEngine(
            self.ied,
            clock=lambda: self.now,
            wall=lambda: WALL + self.now,
            store=store,
            check=check,
            notice=self.notices.append,
        )
        block = self.engine.add_device(self.ied.children["PROT"])
        assert block is not None
        self.block: SettingGroupBlock = block
        self.engine.on_service = self.events.append
        self.ied.commit_hooks += (lambda: self.changes.append(self.active),)

    @property
    def active(self) -> dict[str, Any]:
        """Values of the model."""
        return {path: attribute.value for path, attribute in self.block.leaves.items()}

    @property
    def edited(self) -> dict[str, Any]:
        """Values under FC SE."""
        return {path: attribute.value for path, attribute in self.block.edited.items()}

    def write(self, attribute: str, value: Any, client: str = "alice") -> int | None:
        return self.block.write(client, attribute, value)

    def set(self, client: str = "alice", **values: Any) -> int | None:
        """Set edited values: ``pickup``, ``delay``."""
        paths = {"pickup": PICKUP, "delay": DELAY}
        return self.engine.write_changes(client, [(self.block.edited[paths[n]], v) for n, v in values.items()])

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        if self.engine.deadline is not None and self.engine.deadline <= self.now:
            self.engine.poll()


def values(pickup: float, delay: int) -> dict[str, Any]:
    """Values of a group."""
    return {PICKUP: pickup, DELAY: delay, FIXED: 7}
