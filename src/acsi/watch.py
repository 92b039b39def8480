"""Members of a data set, watched for all control blocks that want to know the same of them.

Ten clients that subscribe to one data set have ten control blocks and one watch: a change is noticed once, and its values
are taken and encoded once. What the control blocks get is the same tuple for all, so that whoever encodes reports can do that
once as well.
"""

from typing import TYPE_CHECKING

from ..models import DataAttribute, Trigger

if TYPE_CHECKING:
    from .report_control import Hook, Included, Member, ReportControlBlock
    from .reporting import ReportEngine

__all__ = ["Watch"]


class Watch:
    """Watches ``members`` for changes with a reason in ``wanted`` (TrgOps bits) while somebody listens."""

    __slots__ = ("_controls", "_engine", "_fresh", "_hooked", "key", "members")

    def __init__(self, engine: "ReportEngine", members: "tuple[Member, ...]", wanted: int) -> None:
        self.members = members
        self.key = (members, wanted)
        self._engine = engine
        self._controls: tuple[ReportControlBlock, ...] = ()
        self._fresh: dict[int, int] = {}
        hooks: dict[DataAttribute, list[Hook]] = {}
        for index, member in enumerate(members):
            hook = self._hook(index, wanted)
            for leaf in member.leaves:
                if leaf.trigger & wanted:
                    hooks.setdefault(leaf, []).append(hook)
        # A leaf can be in many members, so its hooks come and go together.
        self._hooked = {leaf: tuple(own) for leaf, own in hooks.items()}
        for leaf, own in self._hooked.items():
            leaf.change_hooks += own

    def _hook(self, index: int, wanted: int) -> "Hook":
        fresh, touched = self._fresh, self._engine.touched
        bits = int.__and__  # an IntFlag makes an object of every result

        def hook(leaf: DataAttribute, reason: Trigger) -> None:
            del leaf
            told = bits(reason, wanted)
            if told:
                fresh[index] = fresh.get(index, 0) | told
                touched(self)

        return hook

    def join(self, control: "ReportControlBlock") -> None:
        """``control`` listens."""
        self._controls += (control,)

    def leave(self, control: "ReportControlBlock") -> bool:
        """``control`` listens no more; True when nobody is left and the model has been let go."""
        self._controls = tuple(other for other in self._controls if other is not control)
        if self._controls:
            return False
        for leaf, own in self._hooked.items():
            gone = set(own)
            leaf.change_hooks = tuple(hook for hook in leaf.change_hooks if hook not in gone)
        self._hooked.clear()
        self._fresh.clear()
        return True

    def commit(self) -> None:
        """The transaction that touched members is over: take their values."""
        fresh = self._fresh
        if not fresh:
            return
        members = self.members
        order = fresh.items() if len(fresh) == 1 else sorted(fresh.items())
        entries: Included = tuple([(index, reason, members[index].snapshot()) for index, reason in order])
        fresh.clear()
        now = self._engine.wall()
        for control in self._controls:
            control.changed(entries, now)
