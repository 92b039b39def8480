"""Any order of commands, answers, losses and time, against a model of a few lines.

The model knows nothing of the table: who has the object, until when, what is under way, what has been carried out. After every
step the engine must have answered, and moved the process, exactly as the model says.
"""

from typing import Any

import pytest
from controlling import ALICE, BOB, MS, ControlRig, Later, N, control_ied
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from meterwire.acsi.control_command import AddCause, Command
from meterwire.acsi.control_handler import Waiting

SBO_TIMEOUT, OPER_TIMEOUT = 1000, 5000
CLIENTS = st.sampled_from((ALICE, BOB))


class Control(RuleBasedStateMachine):
    """One object of any model, two clients, a handler that sometimes takes its time."""

    @initialize(model=st.integers(1, 4), many=st.booleans(), shown=st.booleans())
    def begin(self, model: int, many: bool, shown: bool) -> None:
        self.name = f"GGIO1.SPCSO{model}"
        self.shown = shown
        values: dict[str, Any] = {"shown": shown}
        if model in (2, 4):
            values |= {f"SPCSO{model}.sboTimeout": SBO_TIMEOUT, f"SPCSO{model}.sboClass": int(many)}
        if model in (3, 4):
            values[f"SPCSO{model}.operTimeout"] = OPER_TIMEOUT
        self.rig = ControlRig(control_ied(**values))
        self.is_sbo, self.is_enhanced, self.many = model in (2, 4), model in (3, 4), many and model in (2, 4)
        self.verdict: Any = None
        self.rig.handle(self.name, lambda _: self.verdict)
        self.control = self.rig.engine.objects[f"ILD/{self.name}"]
        self.owner: str | None = None
        self.until = 0
        self.selected: Command | None = None
        self.work: Later | None = None
        self.running: Command | None = None
        self.limit = 0
        self.carried_out: list[Command] = []
        self.ended: list[AddCause | None] = []
        self.answers: list[AddCause | None] = []

    # -- the model's own view ----------------------------------------------------------------

    def free(self) -> None:
        self.owner = self.selected = None

    def over(self, cause: AddCause | None) -> None:
        """The command under way has ended."""
        client = self.running_client
        self.running = self.work = None
        if self.is_enhanced and client is not None:
            self.ended.append(cause)
        if self.many and self.selected is not None and client is not None and cause is not AddCause.Abortion_by_cancel:
            self.until = self.rig.now + SBO_TIMEOUT * MS
        else:
            self.free()

    def start(self, command: Command) -> None:
        """The engine accepted a command; what follows in this turn."""
        self.running, self.running_client = command, command.client
        if self.is_enhanced:
            self.rig.turn()
            self.limit = self.rig.now + OPER_TIMEOUT * MS
        self.carried_out.append(command)
        if isinstance(self.verdict, Later):
            self.work = self.verdict
        else:
            self.over(self.verdict)

    # -- what happens ------------------------------------------------------------------------

    @precondition(lambda self: self.is_sbo)
    @rule(client=CLIENTS, value=st.booleans())
    def select(self, client: str, value: bool) -> None:
        service = N.SelectWithValue if self.is_enhanced else N.Select
        command = self.rig.command(self.name, value if self.is_enhanced else None, service=service, client=client)
        answer = self.control.select(command)
        if self.owner is not None:
            own = AddCause.Object_already_selected
            assert answer is (own if client == self.owner else AddCause.Locked_by_other_client)
            return
        assert answer is (AddCause.Locked_by_other_client if self.running is not None else None)
        if self.running is None:
            self.owner, self.selected, self.until = client, command, self.rig.now + SBO_TIMEOUT * MS

    @rule(client=CLIENTS, agrees=st.booleans(), verdict=st.sampled_from((None, AddCause.Blocked_by_process, "later")))
    def operate(self, client: str, agrees: bool, verdict: Any) -> None:
        self.verdict = Later() if verdict == "later" else verdict
        chosen = self.selected if self.is_enhanced else None
        command = self.rig.command(self.name, True, client=client)
        if chosen is not None:
            command = command._replace(ctlVal=chosen.ctlVal if agrees else not chosen.ctlVal, ctlNum=chosen.ctlNum)
        self.give(command)

    @precondition(lambda self: self.carried_out)
    @rule(client=CLIENTS)
    def replay(self, client: str) -> None:
        """The last command that was carried out comes again: nothing moves."""
        self.verdict = None
        before = len(self.rig.done)
        self.give(self.carried_out[-1]._replace(client=client))
        assert len(self.rig.done) == before

    def give(self, command: Command) -> None:
        answer = self.control.operate(command)
        expected = self.expected(command)
        if isinstance(answer, Waiting):
            assert expected is None
            assert not self.is_enhanced
            answer.on_answer = self.answers.append
            self.running, self.running_client, self.work = command, command.client, self.verdict
            self.carried_out.append(command)
        elif expected is not None:
            assert answer is expected
        elif self.is_enhanced:
            assert answer is None
            self.start(command)
        else:
            assert answer is self.verdict
            self.carried_out.append(command)
            self.running, self.running_client = command, command.client
            self.over(self.verdict) if self.verdict is None else self.refused_by_handler()

    def refused_by_handler(self) -> None:
        """With normal security a refusal of the handler ends the command like any end."""
        self.over(self.verdict)

    def expected(self, command: Command) -> AddCause | None:
        """Why the command is refused without reaching the handler; what that does to the selection."""
        if self.running is not None:
            return AddCause.Command_already_in_execution
        if self.is_sbo:
            if self.owner is None:
                return AddCause.Object_not_selected
            if command.client != self.owner:
                return AddCause.Locked_by_other_client
            assert self.selected is not None
            if self.is_enhanced and not command.agrees(self.selected):
                self.free()
                return AddCause.Inconsistent_parameters
        if any((c.ctlNum, c.T) == (command.ctlNum, command.T) for c in self.carried_out):
            return AddCause.Inconsistent_parameters
        return None

    @precondition(lambda self: self.work is not None)
    @rule(verdict=st.sampled_from((None, AddCause.Step_limit)))
    def finish(self, verdict: AddCause | None) -> None:
        work, had_client = self.work, self.running_client
        assert work is not None
        before = len(self.answers)
        work.finish(verdict)
        self.over(verdict)
        if not self.is_enhanced:
            assert self.answers[before:] == [verdict]
        del had_client

    @rule(client=CLIENTS)
    def cancel(self, client: str) -> None:
        answer = self.rig.cancel(self.name, client)
        if self.running is not None:
            if self.running_client not in (None, client):
                assert answer is AddCause.Locked_by_other_client
                return
            assert answer is None
            assert self.work is not None
            assert self.work.is_stopped
            self.over(AddCause.Abortion_by_cancel)
        elif self.owner is None:
            assert answer is (None if self.is_sbo else AddCause.Object_not_selected)
        elif client != self.owner:
            assert answer is AddCause.Locked_by_other_client
        else:
            assert answer is None
            self.free()

    @rule(client=CLIENTS)
    def lose(self, client: str) -> None:
        self.rig.engine.client_gone(client)
        if self.running is not None and self.running_client == client:
            self.running_client = None
        if self.owner == client:
            if self.running is None:
                self.free()
            else:
                self.owner = None

    @rule(ms=st.sampled_from((1, 400, SBO_TIMEOUT, OPER_TIMEOUT)))
    def wait(self, ms: int) -> None:
        self.rig.pass_time(ms)
        if self.running is not None and self.is_enhanced and self.rig.now >= self.limit:
            ended_at = self.limit
            self.over(AddCause.Time_limit_over)
            if self.owner is not None:  # the time of the selection began when the command ended
                self.until = ended_at + SBO_TIMEOUT * MS
        if self.running is None and self.owner is not None and self.rig.now >= self.until:
            self.free()

    # -- always ------------------------------------------------------------------------------

    @invariant()
    def the_engine_is_where_the_model_is(self) -> None:
        if not hasattr(self, "rig"):
            return
        assert [c._replace(pulse=None) for c in self.rig.done] == self.carried_out
        assert [n.add_cause for n in self.rig.told if n.is_termination] == self.ended
        is_selected = self.is_sbo and self.selected is not None
        assert (self.control.selected is not None) is is_selected
        if self.is_sbo:
            assert self.rig.value(f"{self.name}.stSeld") is is_selected
        if self.shown:
            assert self.rig.value(f"{self.name}.opOk") is (self.running is not None)


TestControl = Control.TestCase
TestControl.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


@pytest.mark.long
@pytest.mark.timeout(3600)
class TestControlLong(Control.TestCase):  # type: ignore[misc]
    """100,000 sequences."""

    settings = settings(max_examples=100_000, stateful_step_count=25, deadline=None)
