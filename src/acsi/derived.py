"""Values computed from others, anew after each transaction that changed one of these.

Nothing is asked while nothing changes: whoever computes hooks itself into the leaves it depends on, and into the end
of a transaction only when one of them changed. These are store hooks, for change hooks follow the trigger options, and
an SCL file need not give the leaf any.
"""

from collections.abc import Callable, Iterable

from ..models import DataAttribute, Ied

__all__ = ["Derived"]


class Derived:
    """Calls ``compute`` after transactions that changed a watched leaf; what it sets is a transaction of its own."""

    def __init__(self, ied: Ied, compute: Callable[[], None]) -> None:
        self._ied = ied
        self._compute = compute
        self._watched: set[DataAttribute] = set()

    def watch(self, leaves: Iterable[DataAttribute]) -> None:
        """Depend on these leaves too."""
        for leaf in leaves:
            if leaf not in self._watched:
                self._watched.add(leaf)
                leaf.store_hooks += (self._changed,)

    def forget(self, leaves: Iterable[DataAttribute] | None = None) -> None:
        """Depend on these leaves no more; on none without an argument."""
        for leaf in list(self._watched if leaves is None else leaves):
            if leaf in self._watched:
                self._watched.discard(leaf)
                leaf.store_hooks = tuple(hook for hook in leaf.store_hooks if hook != self._changed)

    def _changed(self) -> None:
        if self._commit not in self._ied.commit_hooks:
            self._ied.commit_hooks += (self._commit,)

    def _commit(self) -> None:
        self._ied.commit_hooks = tuple(hook for hook in self._ied.commit_hooks if hook != self._commit)
        self._compute()
