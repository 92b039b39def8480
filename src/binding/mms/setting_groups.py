"""Setting groups under an image: the control block, and what is edited under FC SE.

Values of the active group are FC SG and never written directly. The edited ones, FC SE, are readable and writable while a
group is selected for editing; otherwise asking for them is answered with temporarily-unavailable. A whole logical
node shows its SE group all the same, with what was edited last: a structure has no place for an error.
"""

from ...acsi.setting_groups import SettingGroupBlock, SettingGroupEngine
from ...models import LogicalDevice
from .image import Domain, MmsImage
from .variables import data_object_variable, fc_group

__all__ = ["SettingGroupFollower", "install_setting_groups"]


def install_setting_groups(engine: SettingGroupEngine, image: MmsImage, device: LogicalDevice) -> None:
    """Make the setting groups of a logical device, and their variables."""
    domain = image.domains[device.name]
    block = engine.add_device(device)
    if block is None:
        return
    head = data_object_variable(block.object, "SP")
    assert head is not None
    head.handler = block
    fc_group(domain.nodes["LLN0"], "SP").add(head)
    _install_edited(domain, block)
    domain.is_editing = lambda: block.is_editing
    domain.lists.clear()


def _install_edited(domain: Domain, block: SettingGroupBlock) -> None:
    for name, data_objects in block.edit_objects.items():
        group = fc_group(domain.nodes[name], "SE")
        for data_object in data_objects:
            variable = data_object_variable(data_object, "SE")
            assert variable is not None
            group.add(variable)


class SettingGroupFollower:
    """Setting groups of logical devices that come and go."""

    def __init__(self, engine: SettingGroupEngine, image: MmsImage) -> None:
        self._engine = engine
        self._image = image
        for device in image.ied.children.values():
            self.device_came(device)

    def device_came(self, device: LogicalDevice) -> None:
        """A logical device is there."""
        install_setting_groups(self._engine, self._image, device)

    def device_gone(self, device: str) -> None:
        """A logical device went."""
        self._engine.remove_device(device)
