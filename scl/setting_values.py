"""Values of settings in groups: of every group a file gives one for, not of the active one alone.

A Val with sGroup is that group's, one without is that of all groups which have none of their own.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..models import DataAttribute, LogicalDevice, LogicalNode
from ..models.control_blocks import SettingControl
from .document import Element, SclDocument, natural

__all__ = ["MAX_GROUPS", "GroupValues", "served_constraint"]

MAX_GROUPS = 255
"""NumOfSG is INT8U."""


def served_constraint(fc: str) -> str:
    """Where a DA stands in the model: one of FC SE is there under SG as well, and SG is what the model holds."""
    return "SG" if fc == "SE" else fc


class GroupValues:
    """Setting groups of the logical device being built."""

    def __init__(self, document: SclDocument) -> None:
        self._document = document
        self.active = 1
        """The group whose values the model begins with."""
        self.count = 0
        """Groups there are, 0 without a SettingControl that can be served."""
        self._values: list[tuple[DataAttribute, dict[int, Any]]] = []

    def begin(self, control: Element | None) -> None:
        """A logical device with this SettingControl, or none."""
        self.active = self._document.number(control, "actSG", 1)
        count = self._document.number(control, "numOfSGs", 0)
        self.count = count if 1 <= self.active <= count <= MAX_GROUPS else 0
        self._values = []

    def value(self, source: Element | None, group: int) -> Element | None:
        """The Val of a group that an element has; for values without groups any number does."""
        values = list(self._document.children(source, "Val"))
        own = [value for value in values if natural(value.get("sGroup")) == group]
        common = [value for value in values if value.get("sGroup") is None]
        return next(iter(own or common or values), None)

    def keep(self, leaf: DataAttribute, values: dict[int, Any]) -> None:
        """A setting with its values by group."""
        self._values.append((leaf, values))

    def give_to(self, device: LogicalDevice) -> None:
        """Put the values into the declaration of the control block."""
        node: LogicalNode | None = device.children.get("LLN0")
        if node is not None:
            for name, declared in node.control_blocks.items():
                if isinstance(declared, SettingControl):
                    node.control_blocks[name] = replace(declared, values=self._by_group(device))

    def _by_group(self, device: LogicalDevice) -> dict[int, dict[str, Any]]:
        head = len(device.name) + 1
        paths = [(leaf.reference[head:], values) for leaf, values in self._values]
        return {group: dict(self._of(group, paths)) for group in range(1, self.count + 1)} if paths else {}

    def _of(self, group: int, paths: list[tuple[str, dict[int, Any]]]) -> Iterator[tuple[str, Any]]:
        for path, values in paths:
            yield path, values[group]
