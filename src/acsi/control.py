"""All controllable data objects of a server (IEC 61850-7-2, control class model) as one engine without I/O.

An object is controllable when it has an ``Oper``; it can be operated when a :class:`~.control_handler.Handler` was given to it.
The clock is injected; whoever owns the loop calls :meth:`ControlEngine.poll` when :attr:`ControlEngine.deadline` has come, waits for hooks
that take their time (``launch``), and sends what clients are told (``inform``). What one object does is in
:mod:`.control_object`.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import UnknownNameError, UsageError
from ..models import DataObject, Ied, LogicalDevice
from ..models.enums import ServiceNameKind, ServiceStatusKind
from .control_asking import Launch
from .control_command import AddCause, ApplicationError, Command
from .control_handler import Handler, Waiting
from .control_object import ControlObject
from .control_state import TRANSITIONS, State, Stimulus
from .mode import ModeEngine
from .service_event import ServiceEvent, ServiceSink

__all__ = [
    "TRANSITIONS",
    "AddCause",
    "Command",
    "ControlEngine",
    "ControlObject",
    "Handler",
    "Notice",
    "State",
    "Stimulus",
    "Waiting",
]

_N, _S = ServiceNameKind, ServiceStatusKind

STATUS_OF_CAUSE: dict[AddCause, ServiceStatusKind] = {
    AddCause.Not_supported: _S.class_not_supported,
    AddCause.Object_not_selected: _S.control_must_be_selected,
    AddCause.Locked_by_other_client: _S.instance_locked_by_other_client,
    AddCause.Object_already_selected: _S.instance_in_use,
    AddCause.Command_already_in_execution: _S.instance_in_use,
    AddCause.Inconsistent_parameters: _S.parameter_value_inconsistent,
    AddCause.No_access_authority: _S.access_violation,
    AddCause.Step_limit: _S.parameter_value_inappropriate,
}
"""What service tracking calls a refusal; anything else is access-not-allowed-in-current-state."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a client is told unasked: LastApplError, CommandTermination, or both."""

    object: ControlObject
    """The data object."""
    client: Hashable
    """Who is told."""
    command: Command
    """What it is about."""
    add_cause: AddCause | None
    """Why not; None for CommandTermination+."""
    is_termination: bool
    """It says what became of a command that was accepted."""

    @property
    def error(self) -> ApplicationError:
        """``Error`` of the LastApplError. Many clients take 0 for no error at all, whatever the AddCause says."""
        if self.add_cause is AddCause.Time_limit_over:
            return ApplicationError.TIMEOUT_TEST
        return ApplicationError.NO_ERROR if self.add_cause is None else ApplicationError.UNKNOWN


class ControlEngine:
    """Every controllable data object of one server.

    ``clock`` (ns, any origin, never set back) decides when something is due, ``wall`` (ns since 1970) when an operTm has come.
    ``modes`` knows the behaviour of every node. ``on_schedule`` is called when :attr:`deadline` may have changed, ``notice`` gets sentences for a log.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        clock: Callable[[], int],
        wall: Callable[[], int] | None = None,
        inform: Callable[[Notice], None],
        launch: Launch,
        on_schedule: Callable[[], None],
        modes: ModeEngine | None = None,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        self.ied = ied
        self.modes = modes or ModeEngine(ied, wall=wall or clock)
        self.clock = clock
        self.wall = wall or clock
        self.launch = launch
        self.notice: Callable[[str], None] = notice or (lambda _: None)
        self.on_service: ServiceSink | None = None
        self.objects: dict[str, ControlObject] = {}
        """By reference."""
        self._inform = inform
        self._schedule = on_schedule
        self._held: dict[Hashable, dict[ControlObject, None]] = {}
        self._timed: dict[ControlObject, int] = {}
        self._makers: list[Callable[[ControlObject], Handler | None]] = []
        for device in ied.children.values():
            self.add_device(device)

    # -- the model ---------------------------------------------------------------------------

    def add_device(self, device: LogicalDevice) -> list[ControlObject]:
        """A logical device came; its controllable data objects."""
        found = [ControlObject(self, data_object) for data_object in _controllable(device)]
        self.objects.update((control.reference, control) for control in found)
        for control in found:
            self._equip(control)
        return found

    def remove_device(self, name: str) -> None:
        """A logical device went."""
        for reference in [reference for reference in self.objects if reference.startswith(f"{name}/")]:
            control = self.objects.pop(reference)
            control.close()
            self._timed.pop(control, None)
            if control.client is not None:
                self._held.get(control.client, {}).pop(control, None)

    def handle(self, reference: str, handler: Handler | None) -> ControlObject:
        """Give a data object its handler, or take it away; UnknownNameError when it is not controllable."""
        control = self.objects.get(reference)
        if control is None:
            self._explain(reference)
        else:
            control.handler = handler
            return control
        raise AssertionError

    def handle_others(self, make: Callable[[ControlObject], Handler | None]) -> None:
        """Where an object has no handler, ask for one: now, and when logical devices come. Who came last is asked first."""
        self._makers.insert(0, make)
        for control in self.objects.values():
            self._equip(control)

    def _equip(self, control: ControlObject) -> None:
        for make in self._makers:
            if control.handler is None:
                control.handler = make(control)

    def _explain(self, reference: str) -> None:
        found = self.ied.find(reference)  # its error tells what there is
        if not isinstance(found, DataObject):
            msg = f"{reference} is no data object; controls belong to one, such as LD/XSWI1.Pos"
            raise UsageError(msg)
        msg = f"{reference} has no Oper: its ctlModel is status-only; these are controllable: {', '.join(self.objects) or 'none'}"
        raise UnknownNameError(msg)

    def close(self) -> None:
        """Stop everything under way."""
        for control in self.objects.values():
            control.close()
        self._timed.clear()

    # -- clients and time --------------------------------------------------------------------

    def client_gone(self, client: Hashable) -> None:
        """An association ended: its selections end with it."""
        for control in tuple(self._held.get(client, ())):
            control.client_gone(client)

    def held(self, control: ControlObject, before: Hashable) -> None:
        """``control`` belongs to another client than ``before``; None is nobody."""
        if before is not None:
            mine = self._held.get(before, {})
            mine.pop(control, None)
            if not mine:
                self._held.pop(before, None)
        if control.client is not None:
            self._held.setdefault(control.client, {})[control] = None

    def wake(self, control: ControlObject) -> None:
        """``control`` has something to do at another time than before."""
        if control.due is None:
            self._timed.pop(control, None)
        else:
            self._timed[control] = control.due
        self._schedule()

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work, ns."""
        return min(self._timed.values()) if self._timed else None

    def poll(self) -> None:
        """Do what is due: selections that end, commands that begin or have taken too long."""
        now = self.clock()
        for control in [control for control, due in self._timed.items() if due <= now]:
            if control.due is not None and control.due <= now:
                control.poll()

    # -- what is told ------------------------------------------------------------------------

    def refused(self, control: ControlObject, command: Command, cause: AddCause) -> None:
        """A request is refused: say why, before it is answered."""
        self.tell(command, cause)
        self._inform(Notice(control, command.client, command, cause, is_termination=False))

    def ended(self, control: ControlObject, command: Command, client: Hashable, cause: AddCause | None) -> None:
        """A command that was accepted is over."""
        self.tell(command._replace(service=_N.CommandTermination), cause)
        if client is not None:
            self._inform(Notice(control, client, command, cause, is_termination=True))

    def tell(self, command: Command, cause: AddCause | None = None) -> None:
        """Tell whoever tracks services."""
        if self.on_service is not None:
            self.on_service(_event(command, cause))


def _controllable(device: LogicalDevice) -> Iterator[DataObject]:
    for node in device.children.values():
        waiting = list(node.children.values())
        while waiting:
            place = waiting.pop()
            if isinstance(place, DataObject):
                if "Oper" in place.children:
                    yield place
                waiting.extend(place.children.values())


def _event(command: Command, cause: AddCause | None) -> ServiceEvent:
    values: dict[str, Any] = {
        "origin": {"orCat": int(command.origin.orCat), "orIdent": command.origin.orIdent},
        "ctlNum": command.ctlNum,
        "T": command.T,
        "Test": command.Test,
        "Check": command.Check,
        "respAddCause": AddCause.None_ if cause is None else cause,
    }
    if command.ctlVal is not None:
        values["ctlVal"] = command.ctlVal
    if command.operTm is not None:
        values["operTm"] = command.operTm
    status = _S.no_error
    if cause is not None:
        status = STATUS_OF_CAUSE.get(cause, _S.access_not_allowed_in_current_state)
    return ServiceEvent(command.service, command.reference, command.client, status, values)
