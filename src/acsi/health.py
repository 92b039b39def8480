"""Health of logical devices (IEC 61850-7-4): LLN0.Health tells the worst of the nodes of its logical device.

What the application sets in LLN0.Health itself counts as one of them and comes back when the others are better; it is a
view, not a value that overwrites another.
"""

from collections.abc import Callable, Iterator

from ..models import DataAttribute, Ied, LogicalDevice
from ..reading import Timestamp
from .derived import Derived
from .engine import Quiet

__all__ = ["HealthEngine"]


class HealthEngine(Quiet):
    """Health of every logical device of an IED; ``wall`` (ns since 1970) dates what changes."""

    def __init__(self, ied: Ied, *, wall: Callable[[], int]) -> None:
        self.ied = ied
        self._wall = wall
        self._views: dict[DataAttribute, Callable[[int], int]] = {}
        self._derived = Derived(ied, self._compute)
        ied.device_hooks += (self._on_device,)
        for device in ied.children.values():
            self._on_device(device, True)

    def _on_device(self, device: LogicalDevice, is_there: bool) -> None:
        head, rest = _leaves(device)
        if head is None or not rest:
            return
        if is_there:
            self._derived.watch(rest)
            self._views[head] = lambda own: max(own, *(leaf.value for leaf in rest))
            self._compute()
        else:
            self._derived.forget(rest)
            self._release(head)

    def _compute(self) -> None:
        now = Timestamp.from_ns(self._wall())
        changes: list[tuple[DataAttribute, Timestamp]] = []
        for head, view in self._views.items():
            dated = head.parent.children.get("t") if head.parent is not None else None
            if view(head.process_value) != head.value and dated is not None:
                changes.append((dated, now))
        self.ied.apply(changes, [(head, (view, *_others(head, view))) for head, view in self._views.items()])

    def _release(self, head: DataAttribute) -> None:
        self.ied.apply((), [(head, _others(head, self._views.pop(head)))])

    def close(self) -> None:
        """Let go of the model."""
        self._derived.forget()
        self.ied.device_hooks = tuple(hook for hook in self.ied.device_hooks if hook != self._on_device)
        for head in list(self._views):
            self._release(head)


def _others(leaf: DataAttribute, view: Callable[[int], int]) -> tuple[Callable[[int], int], ...]:
    return tuple(other for other in leaf.views if other is not view)


def _leaves(device: LogicalDevice) -> tuple[DataAttribute | None, tuple[DataAttribute, ...]]:
    """Health of LLN0, and that of the other nodes."""

    def health(nodes: Iterator[str]) -> Iterator[DataAttribute]:
        for name in nodes:
            found = device.children[name].children.get("Health")
            if found is not None and "stVal" in found.children:
                yield found.children["stVal"]

    head = next(health(name for name in device.children if name == "LLN0"), None)
    return head, tuple(health(name for name in device.children if name != "LLN0"))
