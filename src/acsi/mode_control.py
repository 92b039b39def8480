"""Mod as a control: an operation of it sets the mode of its node, whatever mode that is in.

An application that gives a Mod a handler of its own keeps it.
"""

from collections.abc import Callable

from ..models import DataObject, LogicalDevice, LogicalNode
from ..models.enums import BehaviourModeKind
from .control import ControlEngine
from .control_command import AddCause, Command
from .control_handler import Handler, Hook
from .mode import ModeEngine

__all__ = ["operate_modes"]

MOD = "Mod"
MODES = tuple(BehaviourModeKind)


def operate_modes(controls: ControlEngine, modes: ModeEngine) -> Callable[[], None]:
    """Give every controllable Mod its handler, now and of devices that come, until the result is called."""

    def on_device(device: LogicalDevice, is_there: bool) -> None:
        for node in device.children.values() if is_there else ():
            mod = node.children.get(MOD)
            control = controls.objects.get(mod.reference) if isinstance(mod, DataObject) else None
            if control is not None and control.handler is None:
                control.handler = Handler(operate=_setter(modes, node))

    for device in controls.ied.children.values():
        on_device(device, True)
    controls.ied.device_hooks += (on_device,)

    def stop() -> None:
        controls.ied.device_hooks = tuple(hook for hook in controls.ied.device_hooks if hook is not on_device)

    return stop


def _setter(modes: ModeEngine, node: LogicalNode) -> Hook:
    def operate(command: Command) -> AddCause | None:
        if command.ctlVal not in MODES:
            return AddCause.Inconsistent_parameters
        modes.set(node, BehaviourModeKind(command.ctlVal))
        return None

    return operate
