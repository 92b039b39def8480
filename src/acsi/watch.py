"""Members of a data set, watched for all control blocks that want to know the same of them.

Ten clients that subscribe to one data set have ten control blocks and one watch: a change is noticed once, and its values
are taken and encoded once. What the control blocks get is the same tuple for all, so that whoever encodes reports can do that
once as well.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..models import DataAttribute, Ied, Trigger

if TYPE_CHECKING:
    from .report_control import Hook, Included, Member

__all__ = ["Listener", "Watch", "Watches"]


class Listener(Protocol):
    """A control block over a data set."""

    def changed(self, entries: "Included", time_ns: int) -> None:
        """Members changed in one transaction, which is over; these are their values."""


class Watch:
    """Watches ``members`` for changes with a reason in ``wanted`` (TrgOps bits) while somebody listens."""

    __slots__ = ("_controls", "_fresh", "_hooked", "_watches", "key", "members")

    def __init__(self, watches: "Watches", members: "tuple[Member, ...]", wanted: int) -> None:
        self.members = members
        self.key = (members, wanted)
        self._watches = watches
        self._controls: tuple[Listener, ...] = ()
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
        fresh, touched = self._fresh, self._watches.touched
        bits = int.__and__  # an IntFlag makes an object of every result

        def hook(leaf: DataAttribute, reason: Trigger) -> None:
            del leaf
            told = bits(reason, wanted)
            if told:
                fresh[index] = fresh.get(index, 0) | told
                touched(self)

        return hook

    def join(self, control: Listener) -> None:
        """``control`` listens."""
        self._controls += (control,)

    def leave(self, control: Listener) -> bool:
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
        now = self._watches.wall()
        for control in self._controls:
            control.changed(entries, now)


class Watches:
    """The watches over one IED; ``wall`` (ns since 1970) dates the changes."""

    def __init__(self, ied: Ied, wall: Callable[[], int]) -> None:
        self.wall = wall
        self._ied = ied
        self._touched: dict[Watch, None] = {}
        self._watches: dict[tuple[tuple[Member, ...], int], Watch] = {}

    def join(self, listener: Listener, members: "tuple[Member, ...]", wanted: int) -> Watch:
        """Let ``listener`` know of changes; the watch there is already if somebody else has the same members."""
        key = (members, wanted)
        found = self._watches.get(key)
        if found is None:
            if not self._watches:  # who watches nothing costs nothing
                self._ied.commit_hooks += (self._commit,)
            found = self._watches[key] = Watch(self, members, wanted)
        found.join(listener)
        return found

    def leave(self, watch: Watch, listener: Listener) -> None:
        """``listener`` listens no more."""
        if watch.leave(listener):
            self._touched.pop(watch, None)
            self._watches.pop(watch.key, None)
            if not self._watches:
                self.close()

    def touched(self, watch: Watch) -> None:
        """A member of ``watch`` changed in the running transaction."""
        self._touched[watch] = None

    def _commit(self) -> None:
        if self._touched:
            touched, self._touched = self._touched, {}
            for watch in touched:
                watch.commit()

    def close(self) -> None:
        """Let go of the IED."""
        self._ied.commit_hooks = tuple(hook for hook in self._ied.commit_hooks if hook != self._commit)
