"""Report control blocks of a model under an image: their variables, and data sets as members."""

from collections.abc import Callable
from typing import Any

from ...acsi import Member, Report, ReportEngine
from ...errors import UsageError
from ...models import LogicalDevice, LogicalNode, ReportControl
from ...protocols.mms import ObjectName
from .data_sets import DataSet
from .image import Domain, Failure, MmsImage
from .variables import data_object_variable, fc_group

__all__ = ["data_set_members", "install_reports", "members_of", "report_engine"]


def report_engine(
    image: MmsImage,
    *,
    clock: Callable[[], int],
    wall: Callable[[], int] | None = None,
    deliver: Callable[[Report], bool | None],
    on_schedule: Callable[[], None],
    **options: Any,
) -> ReportEngine:
    """An engine for every report control the model declares; its blocks become variables.

    ``options`` are those of :class:`~meterwire.acsi.ReportEngine`.
    """
    engine = ReportEngine(
        image.ied,
        clock=clock,
        wall=wall,
        resolve=lambda data_set: data_set_members(image, data_set),
        deliver=deliver,
        on_schedule=on_schedule,
        **options,
    )
    for device in image.ied.children.values():
        install_reports(engine, image, device)
    return engine


def install_reports(engine: ReportEngine, image: MmsImage, device: LogicalDevice) -> None:
    """Make the report control blocks of a logical device, and their variables."""
    domain = image.domains[device.name]
    for node in device.children.values():
        for declaration in node.control_blocks.values():
            if isinstance(declaration, ReportControl):
                _install(engine, image, domain, node, declaration)
    domain.lists.clear()


def data_set_members(image: MmsImage, data_set: str) -> tuple[Member, ...] | None:
    """Members of ``LD/LN$name``, None when there is no such data set, or not all of it."""
    domain, _, item = data_set.partition("/")
    return members_of(image, image.data_set(ObjectName(item, domain)))


def members_of(image: MmsImage, data_set: DataSet | None) -> tuple[Member, ...] | None:
    """A data set's members as reporting needs them, None without a data set or when one is not in the model."""
    if data_set is None:
        return None
    members = []
    for access in data_set.members:
        source = image.source(access)
        if isinstance(source, Failure):
            return None
        members.append(Member(str(access.name), tuple(source.leaves()), source.encoded))
    return tuple(members)


def _insist_members(image: MmsImage, data_set: str) -> None:
    """A member that does not exist is told now, not at first use; one of a logical device that is away may come."""
    domain, _, item = data_set.partition("/")
    found = image.data_set(ObjectName(item, domain))
    for access in found.members if found is not None else ():
        if access.name.domain in image.domains and isinstance(image.source(access), Failure):
            msg = f"data set {data_set}: member {access.name} is not in the model"
            raise UsageError(msg)


def _install(
    engine: ReportEngine, image: MmsImage, domain: Domain, node: LogicalNode, declaration: ReportControl
) -> None:
    head = f"{domain.name}/{node.name}"
    data_set = f"{head}${declaration.data_set}" if declaration.data_set else ""
    if data_set:
        _insist_members(image, data_set)
    fc = "BR" if declaration.buffered else "RP"
    names = [(name, f"{head}${fc}${name}") for name in declaration.instance_names]
    group = fc_group(domain.nodes[node.name], fc)
    for control in engine.declare(declaration, names, data_set):
        block = data_object_variable(control.object, fc)
        assert block is not None
        block.handler = control
        group.add(block)
