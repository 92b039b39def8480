"""One transaction of a supervised node: values that changed, with quality and time."""

from typing import Any, Self

from ..models import DataAttribute, Ied, LogicalNode
from ..reading import Quality, Timestamp

__all__ = ["Saying"]

_VALUES = ("stVal", "actVal", "setVal")


class Saying:
    """Collects what a node says: ``saying.say("St", True).say("SimSt", False).done()``. What it does not have is left out."""

    __slots__ = ("_changes", "_ied", "_node", "_now")

    def __init__(self, ied: Ied, node: LogicalNode, wall: int) -> None:
        self._ied = ied
        self._node = node
        self._now = Timestamp.from_ns(wall)
        self._changes: list[tuple[DataAttribute, Any]] = []

    def say(self, name: str, value: Any) -> Self:
        """A data object's value; its ``t`` is now when that is news."""
        members = self._node.children[name].children if name in self._node.children else {}
        leaf = next((members[attribute] for attribute in _VALUES if attribute in members), None)
        if leaf is None:
            return self
        quality = members.get("q")
        if leaf.process_value != value or (quality is not None and quality.process_value != Quality.GOOD):
            self._changes.append((leaf, value))
            if quality is not None:
                self._changes.append((quality, Quality.GOOD))
            if "t" in members:
                self._changes.append((members["t"], self._now))
        return self

    def set(self, name: str, attribute: str, value: Any) -> Self:
        """One attribute of a data object, without more."""
        found = self._node.children.get(name)
        leaf = found.children.get(attribute) if found is not None else None
        if leaf is not None and leaf.value != value:
            self._changes.append((leaf, value))
        return self

    def done(self) -> None:
        """Have it told."""
        if self._changes:
            self._ied.apply(self._changes)
