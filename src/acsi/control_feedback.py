"""Enhanced security: the status of a data object as the proof that a command has been carried out."""

from collections.abc import Callable, Mapping

from ..models import DataAttribute, DataObject
from .control_command import Command
from .control_rules import leaf_of

__all__ = ["Feedback"]

STATUS = ("stVal", "valWTr.posVal", "mxVal.f", "mxVal.i")
"""Where the status of a CDC stands."""
RELATIVE = ("BSC", "BAC")
"""CDCs whose command is a step, from which no final position follows."""
OFF, ON = 1, 2
BETWEEN = (0, 3)
"""Values of Dbpos: positions, and those that are none."""


class Feedback:
    """Watches the status of one data object while a command is under way; ``arrived`` is told when it is as commanded.

    It is the process that has to follow: what a client substitutes proves nothing.
    """

    __slots__ = ("_arrived", "_cdc", "_command", "_leaf")

    def __init__(self, data_object: DataObject, arrived: Callable[[], None]) -> None:
        self._cdc = data_object.cdc
        self._leaf = next((leaf for path in STATUS if (leaf := leaf_of(data_object, path)) is not None), None)
        self._arrived = arrived
        self._command: Command | None = None

    @property
    def is_watching(self) -> bool:
        """A command is waiting for its status."""
        return self._command is not None

    @property
    def is_between(self) -> bool:
        """The status is no position at all."""
        return self._cdc == "DPC" and self._leaf is not None and self._leaf.process_value in BETWEEN

    def has_arrived(self, command: Command) -> bool:
        """The status is what was commanded."""
        leaf, wanted = self._leaf, command.ctlVal
        if leaf is None or self._cdc in RELATIVE:
            return True
        if isinstance(wanted, Mapping):
            wanted = wanted.get(leaf.name)
        if self._cdc == "DPC":
            wanted = ON if wanted else OFF
        return bool(leaf.process_value == wanted)

    def watch(self, command: Command) -> None:
        """Wait for the status this command wants."""
        leaf: DataAttribute | None = self._leaf
        assert leaf is not None
        self._command = command
        leaf.store_hooks += (self._look,)

    def ignore(self) -> None:
        """The command is over."""
        if self._command is not None and self._leaf is not None:
            self._command = None
            self._leaf.store_hooks = tuple(hook for hook in self._leaf.store_hooks if hook != self._look)

    def _look(self) -> None:
        if self._command is not None and self.has_arrived(self._command):
            self._arrived()
