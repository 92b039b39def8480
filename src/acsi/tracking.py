"""Service tracking (IEC 61850-7-2): what clients ask leaves its mark in LTRK, where reports and logs can see it.

A :class:`~.service_event.ServiceEvent` goes into the tracking object of its CDC: BTS and UTS for report control blocks,
LTS, GTS, MTS, NTS, STS for the others, CTS for controls (by the CDC that was operated: ``DpcTrk``, ``EncTrk1``, …), CST
(``GenTrk``) for every service without one of its own. Where the node lacks the special object, ``GenTrk`` takes the event.

All attributes of the object are set in one transaction. What the event says nothing about is cleared, so that no value
of an earlier service stands beside a later one. ``objRef`` has the trigger dupd: every event is reported, the same twice
is two reports. References are ACSI's, not those with ``$`` (8-1, clause on tracking services).

A logical device with an LTRK is tracked there; all others are tracked in the first LTRK of the IED.

Services that only read are not tracked: nobody changes anything by them, and they are most of all traffic.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from ..errors import UnknownNameError, UsageError
from ..models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, check_value
from ..reading import Timestamp
from .engine import Quiet
from .service_event import ServiceEvent, Tracked

__all__ = ["TrackingEngine"]

LN_CLASS = "LTRK"
COMMON = "CST"
CONTROL = "CTS"
MAX_REFERENCE = 129
"""objRef is a reference of at most 129 characters."""
MAX_ORIGINATOR = 64

_OF_CONTROL: Mapping[str, tuple[str, ...]] = {
    "APC": ("ApcFTrk", "ApcIntTrk"),
    **{cdc: (f"{cdc.capitalize()}Trk",) for cdc in ("SPC", "DPC", "INC", "ENC", "BSC", "ISC", "BAC")},
}
"""Tracking objects by the CDC that was operated; EncTrk is numbered, one for every enumeration."""


class TrackingEngine(Quiet):
    """All tracking of an IED; ``wall`` (ns since 1970) dates it, ``identity`` tells the address of a client."""

    def __init__(self, ied: Ied, *, wall: Callable[[], int], identity: Callable[[Hashable], bytes]) -> None:
        self.ied = ied
        self._wall = wall
        self._identity = identity
        self._nodes: dict[str, LogicalNode] = {}
        self._attributes: dict[DataObject, tuple[tuple[str, DataAttribute], ...]] = {}
        self._tracked: list[Tracked] = []
        ied.device_hooks += (self._on_device,)
        self._look_for_nodes()

    @property
    def is_tracking(self) -> bool:
        """The model has an LTRK."""
        return bool(self._nodes)

    def follow(self, *tracked: Tracked) -> None:
        """Track the services of these, while there is an LTRK."""
        self._tracked += tracked
        self._tell()

    def _tell(self) -> None:
        sink = self.track if self._nodes else None
        for tracked in self._tracked:
            if (tracked.on_service is None) != (sink is None):
                tracked.on_service = sink

    def _on_device(self, device: LogicalDevice, is_there: bool) -> None:
        del device, is_there
        self._look_for_nodes()
        self._tell()

    def _look_for_nodes(self) -> None:
        found = ((device.name, node) for device in self.ied.children.values() for node in device.children.values())
        self._nodes = {}
        self._attributes.clear()
        for name, node in found:
            if node.ln_class == LN_CLASS:
                self._nodes.setdefault(name, node)

    # -- events ----------------------------------------------------------------------------

    def track(self, event: ServiceEvent) -> None:
        """Take an event."""
        target = self._target(event)
        if target is None:
            return
        known: dict[str, Any] = {
            "objRef": event.reference[:MAX_REFERENCE],
            "serviceType": event.service,
            "errorCode": event.error,
            "originatorID": self._originator(event),
            "t": Timestamp.from_ns(self._wall()),
        }
        if event.values:
            known = {**event.values, **known}
        changes: list[tuple[DataAttribute, Any]] = []
        attributes = self._attributes.get(target)
        if attributes is None:
            attributes = self._attributes[target] = _attributes(target)
        for name, attribute in attributes:
            _collect(attribute, known.get(name), changes)
        try:
            self.ied.apply(changes)
        except UsageError:  # e.g. a text longer than the tracking CDC has room for: the service went on all the same
            self.ied.apply((leaf, _fitting(leaf, value)) for leaf, value in changes)

    def _target(self, event: ServiceEvent) -> DataObject | None:
        device = event.reference.partition("/")[0]
        node = self._nodes.get(device) or next(iter(self._nodes.values()), None)
        if node is None:
            return None
        objects: dict[str, DataObject] = node.children
        found = self._of_control(event, objects) if event.cdc == CONTROL else _first(objects, event.cdc)
        return found or _first(objects, COMMON)

    def _of_control(self, event: ServiceEvent, objects: Mapping[str, DataObject]) -> DataObject | None:
        """The tracking object whose ctlVal is of the type that was operated."""
        try:
            operated = self.ied.find(event.reference)
        except (UnknownNameError, UsageError):
            return None
        if not isinstance(operated, DataObject):
            return None
        names = _OF_CONTROL.get(operated.cdc, ())
        wanted = _shape(operated.children["Oper"].children.get("ctlVal")) if "Oper" in operated.children else None
        for name, found in objects.items():
            if name.rstrip("0123456789") in names and wanted in (None, _shape(found.children.get("ctlVal"))):
                return found
        return None

    def _originator(self, event: ServiceEvent) -> bytes:
        """orIdent of a control, else the client's address."""
        origin = event.values.get("origin")
        ident = origin.get("orIdent") if isinstance(origin, Mapping) else None
        if ident is None and event.client is not None:
            ident = self._identity(event.client)
        return bytes(ident or b"")[:MAX_ORIGINATOR]

    def close(self) -> None:
        """Let go of the model, and of all that are tracked."""
        self._nodes = {}
        self._tell()
        self.ied.device_hooks = tuple(hook for hook in self.ied.device_hooks if hook != self._on_device)


def _first(objects: Mapping[str, DataObject], cdc: str) -> DataObject | None:
    return next((found for found in objects.values() if found.cdc == cdc), None)


def _shape(value: DataAttribute | None) -> Any:
    """What two ctlVal have in common that are of one type."""
    if value is None:
        return None
    if value.type is None:
        return tuple((name, _shape(member)) for name, member in value.children.items())
    return value.type, value.enum


def _attributes(target: DataObject) -> tuple[tuple[str, DataAttribute], ...]:
    """What an event fills in a tracking object."""
    members = target.children.items()
    return tuple((name, part) for name, part in members if isinstance(part, DataAttribute) and part.fc == "SR")


def _collect(attribute: DataAttribute, value: Any, changes: list[tuple[DataAttribute, Any]]) -> None:
    """Leaves of an attribute with the values of the event, the default where it says nothing."""
    kind = attribute.type
    if kind is None:
        members = value if isinstance(value, Mapping) else {}
        for name, member in attribute.children.items():
            _collect(member, members.get(name), changes)
    elif value is None:
        changes.append((attribute, kind.default))
    else:
        changes.append((attribute, str(value).replace("$", ".") if kind.name == "ObjRef" else value))


def _fitting(leaf: DataAttribute, value: Any) -> Any:
    """The value if the leaf can hold it, else its default."""
    assert leaf.type is not None
    try:
        return check_value(leaf.type, value)
    except UsageError:
        return leaf.type.default
