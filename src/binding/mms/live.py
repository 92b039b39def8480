"""An image that follows its IED: logical devices come and go while clients are connected.

A device that comes is readable at once, its report control blocks with it. With a device that goes, its control blocks are
disabled and reservations of them end; so are blocks of other devices whose data set has members there: a data set that has
lost members is not reported any more, and watched again when they are back.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from ...acsi import ReportEngine
from ...models import LogicalDevice
from .image import MmsImage
from .reporting import install_reports
from .service import MmsService

__all__ = ["Follower", "follow"]


class Follower(Protocol):
    """Somebody else who has something for every logical device."""

    def device_came(self, device: LogicalDevice) -> None:
        """A logical device is there, and in the image."""

    def device_gone(self, device: str) -> None:
        """A logical device went."""


def follow(
    image: MmsImage, engine: ReportEngine, service: MmsService, followers: Sequence[Follower] = ()
) -> Callable[[], None]:
    """Keep image, reports, plans of the service, and ``followers`` up with the IED of the image, until the result is called.

    Followers are told in their order.
    """

    def on_device(device: LogicalDevice, is_there: bool) -> None:
        if is_there:
            image.add_device(device)
            install_reports(engine, image, device)
            engine.device_came()
            for follower in followers:
                follower.device_came(device)
        else:
            for follower in reversed(followers):
                follower.device_gone(device.name)
            engine.device_gone(device.name)
            image.remove_device(device.name)
        service.forget_plans()

    image.ied.device_hooks += (on_device,)

    def stop() -> None:
        image.ied.device_hooks = tuple(hook for hook in image.ied.device_hooks if hook is not on_device)

    return stop
