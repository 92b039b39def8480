"""One controllable data object (IEC 61850-7-2, control class model): its state, and what moves it.

The table of states is in :mod:`.control_state`, what the model has against a command in :mod:`.control_rules`. Here is the way of
a command: who may give it, whether it has been given before, the hooks of the application one after the other, its answer, its
execution, its termination. A command is executed once (:mod:`.control_memory`).
"""

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any

from ..models import DataObject
from ..models.enums import CtlModelKind, SboClassKind, ServiceNameKind
from ..reading import Timestamp
from .control_asking import Asking
from .control_command import AddCause, Command, PulseTrain
from .control_feedback import Feedback
from .control_handler import Handler, Hook, Waiting
from .control_memory import Memory
from .control_rules import leaf_of, rules_of
from .control_state import TRANSITIONS, State, Stimulus

if TYPE_CHECKING:
    from .control import ControlEngine

__all__ = ["DEFAULT_OPER_TIMEOUT", "DEFAULT_SBO_TIMEOUT", "ControlObject"]

DEFAULT_SBO_TIMEOUT = 30_000
"""Milliseconds a selection lasts where sboTimeout is absent or 0; no selection is for ever."""
DEFAULT_OPER_TIMEOUT = 60_000
"""Milliseconds a command with enhanced security may take where operTimeout is absent or 0."""
RECHECK = 10_000_000_000
"""After so many ns an operTm is looked at again: the time of day may have been set meanwhile."""
MS = 1_000_000

_M, _S, _E, _N = CtlModelKind, State, Stimulus, ServiceNameKind
SBO_MODELS = frozenset((_M.sbo_with_normal_security, _M.sbo_with_enhanced_security))
ENHANCED_MODELS = frozenset((_M.direct_with_enhanced_security, _M.sbo_with_enhanced_security))
_OBSERVED = ("origin.orCat", "origin.orIdent", "ctlNum", "opRcvd", "opOk", "tOpOk")
_PULSE = tuple(f"pulseConfig.{name}" for name in PulseTrain._fields)
_ATTRIBUTES = (*_OBSERVED, *_PULSE, "ctlModel", "stSeld", "sboTimeout", "sboClass", "operTimeout")


class ControlObject:
    """One controllable data object of a server."""

    def __init__(self, engine: "ControlEngine", data_object: DataObject) -> None:
        self.engine = engine
        self.object = data_object
        self.reference = data_object.reference
        self.state = State.UNSELECTED
        self.client: Hashable = None
        """Who has selected it, or whose command is under way."""
        self.selected: Command | None = None
        """The selection."""
        self.command: Command | None = None
        """The command under way."""
        self.handler: Handler | None = None
        """Without one it cannot be operated."""
        self.due: int | None = None
        """When :meth:`poll` has work, ns of the engine's clock."""
        self._rules = rules_of(data_object)
        self._leaves = {name: leaf for name in _ATTRIBUTES if (leaf := leaf_of(data_object, name)) is not None}
        self._ctl_model = self._leaves.get("ctlModel")
        self._is_observed = any(name in self._leaves for name in _OBSERVED)
        self._feedback = Feedback(data_object, self._arrived)
        self._memory = Memory()
        self._asking = Asking(engine.launch, engine.notice)
        self._waiting: Waiting | None = None
        self._answered: tuple[AddCause | None] | None = None
        self._is_shown_selected = False
        self._is_timed = False
        self._starts = False
        self._reaches_process = False
        self._limit = 0

    # -- what it is --------------------------------------------------------------------------

    @property
    def model(self) -> int:
        """ctlModel, as it is now."""
        return _M.status_only if self._ctl_model is None else int(self._ctl_model.value)

    def _setting(self, name: str, default: int) -> int:
        leaf = self._leaves.get(name)
        return (leaf.value if leaf is not None else 0) or default

    @property
    def pulse(self) -> PulseTrain | None:
        """pulseConfig, where there is one."""
        if _PULSE[0] not in self._leaves:
            return None
        found = [leaf.value for name in _PULSE if (leaf := self._leaves.get(name)) is not None]
        return PulseTrain(*found) if len(found) == len(_PULSE) else None

    def _put(self, **values: Any) -> None:
        """Set attributes where they exist, in one transaction; ``a__b`` means ``a.b``."""
        named = ((name.replace("__", "."), value) for name, value in values.items())
        changes = [(self._leaves[name], value) for name, value in named if name in self._leaves]
        if changes:
            self.engine.ied.apply(changes)

    def _move(self, stimulus: Stimulus) -> None:
        """Take a transition of the table; there is one, for everything else has been refused before."""
        self.state = TRANSITIONS[self.state, stimulus]
        if self.state is _S.UNSELECTED:
            self.selected = self.command = None
            self._is_timed = self._starts = False
            if self.client is not None:
                self._own(None)
            if self.due is not None:
                self._wake(None)
        if (self.selected is not None) is not self._is_shown_selected:
            self._is_shown_selected = not self._is_shown_selected
            self._put(stSeld=self._is_shown_selected)

    def _own(self, client: Hashable) -> None:
        before, self.client = self.client, client
        self.engine.held(self, before)

    def _wake(self, due: int | None) -> None:
        self.due = due
        self.engine.wake(self)

    # -- Select, SelectWithValue -------------------------------------------------------------

    def select(self, command: Command) -> AddCause | Waiting | None:
        """Select or SelectWithValue: None when it is selected, else why not, or an answer to wait for."""
        refused = self._select_refusal(command)
        if refused is not None:
            return self._refuse(command, refused)
        handler = self.handler
        assert handler is not None
        self._own(command.client)
        self.command = command
        self._move(_E.SELECT)
        hooks = (handler.check, handler.interlock if command.interlock_check else None)
        self._asking.ask(iter(hooks), handler, command, self._select_checked)
        return self._collect(command)

    def _select_refusal(self, command: Command) -> AddCause | None:
        if self.model not in SBO_MODELS:
            return AddCause.Not_supported
        if self.state is not _S.UNSELECTED:
            is_own = command.client == self.client
            return AddCause.Object_already_selected if is_own else AddCause.Locked_by_other_client
        return self._model_refusal(command)

    def _select_checked(self, cause: AddCause | None) -> None:
        command = self.command
        assert command is not None
        if cause is not None:
            self._move(_E.REFUSED)
            self._answer(self._refuse(command, cause))
            return
        self.command, self.selected = None, command
        self._move(_E.ACCEPTED)
        self._wake(self.engine.clock() + self._setting("sboTimeout", DEFAULT_SBO_TIMEOUT) * MS)
        self.engine.tell(command)
        self._answer(None)

    # -- Operate -----------------------------------------------------------------------------

    def operate(self, command: Command) -> AddCause | Waiting | None:
        """Operate: None when it is accepted (with normal security: done), else why not, or an answer to wait for."""
        refused = self._operate_refusal(command)
        if refused is not None:
            return self._refuse(command, refused)
        handler = self.handler
        assert handler is not None
        if self._goes_straight(command, handler):
            return self._operate_straight(command, handler)
        self.command = command
        if self.due is not None:
            self._wake(None)
        self._move(_E.OPERATE)
        if self._is_observed:
            self._put(opRcvd=True)
        self._asking.ask(self._hooks(handler, command), handler, command, self._operate_checked)
        return self._collect(command)

    def _goes_straight(self, command: Command, handler: Handler) -> bool:
        """Between Operate and the handler there is nothing to ask, to show or to wait for."""
        return (
            self.state is _S.UNSELECTED
            and not self._is_observed
            and command.operTm is None
            and self._reaches_process
            and handler.is_bare
            and self.model == _M.direct_with_normal_security
        )

    def _operate_straight(self, command: Command, handler: Handler) -> AddCause | Waiting | None:
        """The three transitions of a direct command in one; a handler that answers at once has moved nothing that anybody sees."""
        self.command = command
        self.state = TRANSITIONS[TRANSITIONS[self.state, _E.OPERATE], _E.ACCEPTED]
        self._memory.add(command)
        if not self._asking.passes(handler.operate, handler, command, self._executed):
            return self._collect(command)
        self.state = TRANSITIONS[self.state, _E.DONE]
        self.command = None
        self.engine.tell(command)
        return None

    def _operate_refusal(self, command: Command) -> AddCause | None:
        """Why an Operate is not even looked at; reasons that lie in the command itself end the selection."""
        model, state = self.model, self.state
        if model == _M.status_only:
            return AddCause.Not_supported
        if state is _S.UNSELECTED:
            if model in SBO_MODELS:
                return AddCause.Object_not_selected
        elif state is not _S.SELECTED:
            return AddCause.Command_already_in_execution
        elif command.client != self.client:
            return AddCause.Locked_by_other_client
        cause = self._own_refusal(command)
        if cause is None and command in self._memory:
            return AddCause.Inconsistent_parameters
        if cause is not None and state is _S.SELECTED:
            self._move(_E.REFUSED)
        return cause

    def _own_refusal(self, command: Command) -> AddCause | None:
        selected = self.selected
        if selected is not None and selected.service is _N.SelectWithValue and not command.agrees(selected):
            return AddCause.Inconsistent_parameters
        if command.operTm is not None and command.operTm.ns <= self.engine.wall():
            return AddCause.Inconsistent_parameters
        return self._model_refusal(command)

    def _model_refusal(self, command: Command) -> AddCause | None:
        if self.handler is None:
            return AddCause.Not_supported
        verdict = self.engine.modes.command(self.object, test=command.Test)
        if not verdict.is_accepted and not self._may_become_test(command):
            return AddCause.Blocked_by_Mode
        self._reaches_process = verdict.reaches_process
        try:
            for rule in self._rules:
                cause = rule(command)
                if cause is not None:
                    return cause
        except (TypeError, AttributeError) as error:  # a model from SCL may have other types than its CDC
            self.engine.notice(f"{self.reference}: its limits cannot be compared with what is commanded: {error}")
            return AddCause.Inconsistent_parameters
        return None

    def _may_become_test(self, command: Command) -> bool:
        """A Select does not say whether it is a test; its Operate will."""
        return command.service is _N.Select and self.engine.modes.command(self.object, test=True).is_accepted

    @staticmethod
    def _hooks(handler: Handler, command: Command) -> Iterator[Hook | None]:
        interlock = handler.interlock if command.interlock_check else None
        return iter((handler.check, interlock, handler.synchrocheck if command.synchro_check else None))

    def _operate_checked(self, cause: AddCause | None) -> None:
        command = self.command
        assert command is not None
        if self._is_observed:
            self._put(opRcvd=False)
        if cause is not None:
            self._move(_E.REFUSED)
            self._answer(self._refuse(command, cause))
        elif command.operTm is not None:
            self._accept_for_later(command, command.operTm)
        elif self.model in ENHANCED_MODELS:
            # First the answer, then the process, then CommandTermination.
            self._accept(command, _E.ACCEPTED)
            self._starts = True
            if self._waiting is None:
                self._wake(self.engine.clock())
            self.engine.tell(command)
            self._answer(None)
        else:
            self._move(_E.ACCEPTED)
            self._execute(command)

    def _accept(self, command: Command, stimulus: Stimulus) -> None:
        self._move(stimulus)
        if self.client != command.client:
            self._own(command.client)

    # -- time-activated ----------------------------------------------------------------------

    def _accept_for_later(self, command: Command, moment: Timestamp) -> None:
        command = self.command = command._replace(service=_N.TimeActivatedOperate)
        self._accept(command, _E.LATER)
        self._wake(self._until(moment))
        self.engine.tell(command)
        self._answer(None)

    def _until(self, moment: Timestamp) -> int:
        return self.engine.clock() + max(0, min(moment.ns - self.engine.wall(), RECHECK))

    def _activate(self) -> None:
        """operTm has come: everything is checked once more, for much can have changed."""
        command, handler = self.command, self.handler
        assert command is not None
        assert command.operTm is not None
        if command.operTm.ns > self.engine.wall():
            self._wake(self._until(command.operTm))
            return
        self._is_timed = True
        self._move(_E.DUE)
        cause = self._model_refusal(command)
        if cause is not None or handler is None:
            self._activation_checked(cause)
        else:
            self._asking.ask(self._hooks(handler, command), handler, command, self._activation_checked)

    def _activation_checked(self, cause: AddCause | None) -> None:
        command, client = self.command, self.client
        assert command is not None
        if cause is None:
            self._move(_E.ACCEPTED)
            self._execute(command)
            return
        self._move(_E.REFUSED)
        self.engine.ended(self, command, client, cause)

    # -- execution ---------------------------------------------------------------------------

    def _execute(self, command: Command) -> None:
        handler, engine = self.handler, self.engine
        if handler is None:  # taken away since the command was accepted
            self._finish(AddCause.Not_supported)
            return
        if self._is_observed:
            moment = Timestamp.from_ns(engine.wall())
            cat, identity = command.origin
            self._put(origin__orCat=int(cat), origin__orIdent=identity, ctlNum=command.ctlNum, opOk=True, tOpOk=moment)
        if self.model in ENHANCED_MODELS:
            self._limit = engine.clock() + self._setting("operTimeout", DEFAULT_OPER_TIMEOUT) * MS
            self._wake(self._limit)
        hook = handler.operate if self._reaches_process else handler.test if command.Test else None
        if self._reaches_process:
            self._memory.add(command)
        self._asking.ask(iter((hook,)), handler, command, self._executed)

    def _executed(self, cause: AddCause | None) -> None:
        command, handler = self.command, self.handler
        assert command is not None
        wants_feedback = handler is not None and handler.feedback and self.model in ENHANCED_MODELS
        if cause is None and wants_feedback and not command.Test and not self._feedback.has_arrived(command):
            self._feedback.watch(command)
        else:
            self._finish(cause)

    def _arrived(self) -> None:
        """The status is what was commanded; the transaction that made it so is not over yet."""
        self._wake(self.engine.clock())

    def _finish(self, cause: AddCause | None, stimulus: Stimulus = _E.DONE) -> None:
        """The command is over."""
        command, client, model, was_timed = self.command, self.client, self.model, self._is_timed
        assert command is not None
        self._feedback.ignore()
        if self._is_observed:
            self._put(opOk=False)
        if self._keeps_selection() and stimulus is _E.DONE:
            self.command = None
            self._is_timed = self._starts = False
            self._move(_E.KEPT)
            self._wake(self.engine.clock() + self._setting("sboTimeout", DEFAULT_SBO_TIMEOUT) * MS)
        else:
            self._move(stimulus)
        if was_timed or model in ENHANCED_MODELS:
            # With normal security nobody waits for the end of a command with a time, unless it goes wrong.
            is_told = model in ENHANCED_MODELS or cause is not None
            self.engine.ended(self, command, client if is_told else None, cause)
        elif cause is not None:
            self._answer(self._refuse(command, cause))
        else:
            self.engine.tell(command)
            self._answer(None)

    def _keeps_selection(self) -> bool:
        is_held = self.selected is not None and self.client is not None
        return is_held and self._setting("sboClass", 0) == SboClassKind.operate_many

    # -- Cancel ------------------------------------------------------------------------------

    def cancel(self, command: Command) -> AddCause | None:
        """Cancel: None when there is nothing of this client left, else why not."""
        cause = self._cancel_refusal(command)
        if cause is not None:
            return self._refuse(command, cause)
        self.engine.tell(command)
        if self.state is _S.SELECTED or self.state is _S.WAITING:
            self._move(_E.CANCEL)
        elif self.state is not _S.UNSELECTED:
            self._abort(AddCause.Abortion_by_cancel, _E.CANCEL)
        return None

    def _cancel_refusal(self, command: Command) -> AddCause | None:
        if self.model == _M.status_only:
            return AddCause.Not_supported
        if self.state is _S.UNSELECTED:
            # With nothing selected there is nothing to give back, which is what the client wants.
            return None if self.model in SBO_MODELS else AddCause.Object_not_selected
        # Who lost his association finds his command again in a new one.
        return AddCause.Locked_by_other_client if self.client not in (None, command.client) else None

    def _abort(self, cause: AddCause, stimulus: Stimulus) -> None:
        """Stop hooks and handler, and say so to whoever waits."""
        command = self.command
        assert command is not None
        self.close()
        if self.state is _S.EXECUTING:
            self._finish(cause, stimulus)
            return
        if self._is_observed and self.state is _S.TESTING:
            self._put(opRcvd=False)
        was_timed, client = self._is_timed, self.client
        self._move(stimulus)
        if was_timed:
            self.engine.ended(self, command, client, cause)
        else:
            self._answer(self._refuse(command, cause))

    # -- clients and time --------------------------------------------------------------------

    def client_gone(self, client: Hashable) -> None:
        """The association ended. What has been accepted goes on; nobody is told any more."""
        if self.client != client or client is None:
            return
        if self.state is _S.SELECTED:
            self._move(_E.LOST)
        elif self.state is _S.SELECTING or (self.state is _S.TESTING and not self._is_timed):
            self._abort(AddCause.Abortion_by_communication_loss, _E.LOST)
        else:
            self._own(None)

    def poll(self) -> None:
        """Its time has come."""
        self._wake(None)
        if self.state is _S.SELECTED:
            self._move(_E.TIMEOUT)
        elif self.state is _S.WAITING:
            self._activate()
        elif self.state is _S.EXECUTING:
            self._go_on()

    def _go_on(self) -> None:
        command = self.command
        assert command is not None
        if self._starts:
            self._starts = False
            self._execute(command)
        elif self._feedback.is_watching and self._feedback.has_arrived(command):
            self._finish(None)
        elif self.engine.clock() < self._limit:
            self._wake(self._limit)
        elif self._feedback.is_watching and self._feedback.is_between:
            self._abort(AddCause.Invalid_position, _E.DONE)
        else:
            self._abort(AddCause.Time_limit_over, _E.DONE)

    def close(self) -> None:
        """Stop what takes its time: the command is aborted, or the object goes with its server or device."""
        self._feedback.ignore()
        self._asking.stop()

    # -- answers -----------------------------------------------------------------------------

    def _answer(self, cause: AddCause | None) -> None:
        """The answer to the request under way."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            self._answered = (cause,)
        elif waiting.on_answer is not None:
            waiting.on_answer(cause)

    def _collect(self, command: Command) -> AddCause | Waiting | None:
        """What the request gets: its answer, or something to wait for it."""
        answered, self._answered = self._answered, None
        if answered is not None:
            return answered[0]
        if self.client != command.client:
            self._own(command.client)
        self._waiting = Waiting(lambda: self._sent(command))
        return self._waiting

    def _sent(self, command: Command) -> None:
        """The answer to this command has left, or never will."""
        if self._starts and self.command is command:
            self._wake(self.engine.clock())

    def _refuse(self, command: Command, cause: AddCause) -> AddCause:
        """Tell the client why, before its request is answered."""
        self.engine.refused(self, command, cause)
        return cause
