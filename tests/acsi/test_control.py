"""One controllable data object: the way of a command through each model, and everything that can come between."""

import itertools

import pytest
from controlling import ALICE, BOB, MS, WALL, ControlRig, Later, N, control_ied

from meterwire.acsi.control import STATUS_OF_CAUSE
from meterwire.acsi.control_command import AddCause, ApplicationError, Command, Origin, PulseTrain
from meterwire.acsi.control_handler import Waiting
from meterwire.acsi.control_memory import MAX_REMEMBERED
from meterwire.acsi.control_object import DEFAULT_OPER_TIMEOUT, DEFAULT_SBO_TIMEOUT
from meterwire.acsi.control_state import TRANSITIONS, State, Stimulus
from meterwire.errors import UnknownNameError, UsageError
from meterwire.models.enums import ServiceStatusKind
from meterwire.reading import Timestamp

DIRECT, SBO, ENHANCED, SBO_ENHANCED = (f"GGIO1.SPCSO{i}" for i in (1, 2, 3, 4))


@pytest.fixture(params=[True, False], ids=["all attributes", "the least"])
def rig(request: pytest.FixtureRequest) -> ControlRig:
    """With little to show a direct command goes straight to its handler."""
    return ControlRig(control_ied(shown=request.param))


def select(rig: ControlRig, name: str, **parts: object) -> object:
    return rig.select(name, True if name == SBO_ENHANCED else None, **parts)


def same(rig: ControlRig, name: str) -> dict[str, object]:
    """What an Operate must repeat of its SelectWithValue."""
    selected = rig.engine.objects[f"ILD/{name}"].selected
    assert selected is not None
    return {"ctlNum": selected.ctlNum}


# -- the four models ---------------------------------------------------------------------------------------------------


def test_direct_normal(rig: ControlRig) -> None:
    rig.handle(DIRECT)
    assert rig.operate(DIRECT) is None
    assert [command.ctlVal for command in rig.done] == [True]
    assert rig.told == []
    assert [(event.service, event.error) for event in rig.events] == [(N.Operate, ServiceStatusKind.no_error)]


def test_sbo_normal(rig: ControlRig) -> None:
    rig.handle(SBO)
    assert rig.operate(SBO) is AddCause.Object_not_selected
    assert select(rig, SBO) is None
    assert rig.value("GGIO1.SPCSO2.stSeld") is True
    assert rig.operate(SBO) is None
    assert rig.value("GGIO1.SPCSO2.stSeld") is False
    assert rig.operate(SBO) is AddCause.Object_not_selected
    assert len(rig.done) == 1


def test_direct_enhanced(rig: ControlRig) -> None:
    rig.handle(ENHANCED)
    assert rig.operate(ENHANCED) is None
    assert rig.done == []  # the answer leaves before anything is carried out
    rig.turn()
    assert len(rig.done) == 1
    assert rig.causes == [(None, True)]
    assert [event.service for event in rig.events] == [N.Operate, N.CommandTermination]


def test_sbo_enhanced(rig: ControlRig) -> None:
    rig.handle(SBO_ENHANCED)
    assert select(rig, SBO_ENHANCED) is None
    assert rig.operate(SBO_ENHANCED, **same(rig, SBO_ENHANCED)) is None
    rig.turn()
    assert rig.causes == [(None, True)]
    assert rig.engine.deadline is None


def test_operate_must_say_what_was_selected(rig: ControlRig) -> None:
    rig.handle(SBO_ENHANCED)
    for parts in ({"value": False}, {"ctlNum": 77}, {"origin": Origin(1, b"b")}, {"Check": 1}, {"Test": True}):
        select(rig, SBO_ENHANCED)
        arguments = {**same(rig, SBO_ENHANCED), **parts}
        assert rig.operate(SBO_ENHANCED, arguments.pop("value", True), **arguments) is AddCause.Inconsistent_parameters
        assert rig.engine.objects[f"ILD/{SBO_ENHANCED}"].state is State.UNSELECTED
    assert not rig.done


def test_status_only_and_without_handler(rig: ControlRig) -> None:
    assert rig.operate(DIRECT) is AddCause.Not_supported
    rig.handle(DIRECT)
    rig.set("GGIO1.SPCSO1.ctlModel", 0)
    assert rig.operate(DIRECT) is AddCause.Not_supported
    assert rig.cancel(DIRECT) is AddCause.Not_supported
    assert select(rig, DIRECT) is AddCause.Not_supported
    with pytest.raises(UnknownNameError, match="has no Oper"):
        rig.engine.handle("ILD/GGIO1.Beh", None)
    with pytest.raises(UnknownNameError):
        rig.engine.handle("ILD/GGIO1.Nothing", None)
    with pytest.raises(UsageError, match="no data object"):
        rig.engine.handle("ILD/GGIO1", None)


# -- selections --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [SBO, SBO_ENHANCED])
def test_two_clients_never_hold_one_selection(rig: ControlRig, name: str) -> None:
    rig.handle(name)
    assert select(rig, name) is None
    assert select(rig, name, client=BOB) is AddCause.Locked_by_other_client
    assert select(rig, name) is AddCause.Object_already_selected
    assert rig.operate(name, client=BOB) is AddCause.Locked_by_other_client
    assert rig.cancel(name, BOB) is AddCause.Locked_by_other_client
    assert rig.engine.objects[f"ILD/{name}"].client == ALICE
    assert rig.cancel(name) is None
    assert select(rig, name, client=BOB) is None


@pytest.mark.parametrize("name", [SBO, SBO_ENHANCED])
def test_a_selection_ends_with_its_client(rig: ControlRig, name: str) -> None:
    rig.handle(name)
    select(rig, name)
    rig.engine.client_gone(BOB)
    assert rig.value(f"{name}.stSeld") is True
    rig.engine.client_gone(ALICE)
    assert rig.value(f"{name}.stSeld") is False
    assert select(rig, name, client=BOB) is None


def test_a_selection_ends_with_its_time(rig: ControlRig) -> None:
    rig.handle(SBO)
    rig.set("GGIO1.SPCSO2.sboTimeout", 2000)
    select(rig, SBO)
    rig.pass_time(1999)
    assert rig.value("GGIO1.SPCSO2.stSeld") is True
    rig.pass_time(1)
    assert rig.value("GGIO1.SPCSO2.stSeld") is False
    rig.set("GGIO1.SPCSO2.sboTimeout", 0)
    select(rig, SBO)
    rig.pass_time(DEFAULT_SBO_TIMEOUT)
    assert rig.operate(SBO) is AddCause.Object_not_selected


def test_operate_many_keeps_the_selection_and_its_time(rig: ControlRig) -> None:
    ied = control_ied(**{"SPCSO2.sboClass": 1, "SPCSO2.sboTimeout": 1000})
    rig = ControlRig(ied)
    rig.handle(SBO)
    select(rig, SBO)
    for _ in range(3):
        rig.pass_time(900)
        assert rig.operate(SBO) is None
    rig.pass_time(1000)
    assert rig.operate(SBO) is AddCause.Object_not_selected
    assert len(rig.done) == 3


def test_a_refused_operate_ends_the_selection(rig: ControlRig) -> None:
    rig.handle(SBO, AddCause.Blocked_by_process)
    select(rig, SBO)
    assert rig.operate(SBO) is AddCause.Blocked_by_process
    assert rig.value("GGIO1.SPCSO2.stSeld") is False


def test_cancel_with_nothing_to_cancel(rig: ControlRig) -> None:
    rig.handle(SBO)
    rig.handle(DIRECT)
    assert rig.cancel(SBO) is None
    assert rig.cancel(DIRECT) is AddCause.Object_not_selected


# -- hooks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [cause for cause in AddCause if cause is not AddCause.None_])
def test_every_add_cause_can_come_from_a_handler(rig: ControlRig, cause: AddCause) -> None:
    rig.handle(DIRECT, cause)
    rig.handle(ENHANCED, cause)
    assert rig.operate(DIRECT) is cause
    assert rig.operate(ENHANCED) is None
    rig.turn()
    assert rig.causes == [(cause, False), (cause, True)]
    expected = STATUS_OF_CAUSE.get(cause, ServiceStatusKind.access_not_allowed_in_current_state)
    assert [event.error for event in rig.events if event.error] == [expected] * 2
    assert {event.values["respAddCause"] for event in rig.events if event.error} == {cause}


@pytest.mark.parametrize("verdict", [None, True, AddCause.None_])
def test_verdicts_that_let_pass(rig: ControlRig, verdict: object) -> None:
    rig.handle(DIRECT, verdict, check=lambda _: verdict)
    assert rig.operate(DIRECT) is None


def test_hooks_are_asked_when_the_command_wants_them(rig: ControlRig) -> None:
    asked: list[str] = []

    def hook(name: str, verdict: object) -> object:
        return lambda _: asked.append(name) or verdict

    hooks = {name: hook(name, None) for name in ("check", "interlock", "synchrocheck")}
    rig.handle(DIRECT, **hooks)
    for check, expected in ((0, ["check"]), (1, ["check", "interlock"]), (2, ["check", "synchrocheck"]), (3, [*hooks])):
        asked.clear()
        rig.operate(DIRECT, Check=check)
        assert asked == expected
    rig.handle(DIRECT, interlock=lambda _: False)
    assert rig.operate(DIRECT, Check=1) is AddCause.Blocked_by_interlocking
    assert rig.operate(DIRECT) is None
    rig.handle(DIRECT, synchrocheck=lambda _: False)
    assert rig.operate(DIRECT, Check=2) is AddCause.Blocked_by_synchrocheck
    rig.handle(SBO_ENHANCED, interlock=lambda _: False)
    assert rig.select(SBO_ENHANCED, True, Check=1) is AddCause.Blocked_by_interlocking
    rig.handle(SBO, check=lambda command: AddCause.One_of_n_control if command.service is N.Select else None)
    assert select(rig, SBO) is AddCause.One_of_n_control


@pytest.mark.parametrize("wrong", [1000, "yes", object()])
def test_a_hook_that_fails_or_says_nonsense_is_unknown(rig: ControlRig, wrong: object) -> None:
    def broken(_: Command) -> object:
        if isinstance(wrong, str):
            raise OSError(wrong)
        return wrong

    rig.engine.launch = lambda work, done: work.nothing  # an object that cannot be awaited
    rig.handle(DIRECT, broken)
    rig.engine.objects[f"ILD/{DIRECT}"]._asking._launch = rig.engine.launch
    assert rig.operate(DIRECT) is AddCause.Unknown
    assert "failed" in rig.log[0]
    assert rig.engine.objects[f"ILD/{DIRECT}"].state is State.UNSELECTED


def test_a_handler_that_takes_its_time(rig: ControlRig) -> None:
    later = Later()
    rig.handle(DIRECT, later)
    waiting = rig.operate(DIRECT)
    assert isinstance(waiting, Waiting)
    answers: list[AddCause | None] = []
    waiting.on_answer = answers.append
    assert rig.operate(DIRECT) is AddCause.Command_already_in_execution
    assert rig.operate(DIRECT, client=BOB) is AddCause.Command_already_in_execution
    later.finish()
    waiting.sent()
    assert answers == [None]
    assert rig.engine.objects[f"ILD/{DIRECT}"].client is None
    later.finish(ValueError("late"))  # whatever comes once more
    assert answers == [None]


def test_enhanced_security_answers_first_even_when_checks_take_their_time(rig: ControlRig) -> None:
    check, work = Later(), Later()
    rig.handle(ENHANCED, work, check=lambda _: check)
    waiting = rig.operate(ENHANCED)
    assert isinstance(waiting, Waiting)
    answers: list[AddCause | None] = []
    waiting.on_answer = answers.append
    check.finish()
    assert answers == [None]
    rig.turn()
    assert not rig.done  # the answer is still on its way
    waiting.sent()
    rig.turn()
    assert len(rig.done) == 1
    work.finish(RuntimeError("relay"))
    assert rig.causes == [(AddCause.Unknown, True)]
    assert "RuntimeError" in rig.log[0]


def test_a_client_that_goes_while_its_command_is_checked(rig: ControlRig) -> None:
    check = Later()
    rig.handle(SBO_ENHANCED, check=lambda _: check)
    assert isinstance(select(rig, SBO_ENHANCED), Waiting)
    rig.engine.client_gone(ALICE)
    assert check.is_stopped
    assert rig.engine.objects[f"ILD/{SBO_ENHANCED}"].state is State.UNSELECTED
    rig.handle(DIRECT, check=lambda _: check)
    assert isinstance(rig.operate(DIRECT), Waiting)
    rig.engine.client_gone(ALICE)
    check.finish()
    assert not rig.done


def test_what_was_accepted_is_carried_out_when_its_client_goes(rig: ControlRig) -> None:
    work = Later()
    rig.handle(ENHANCED, work)
    rig.operate(ENHANCED)
    rig.turn()
    rig.engine.client_gone(ALICE)
    assert not work.is_stopped
    work.finish()
    assert rig.told == []  # nobody is there
    assert rig.events[-1].service is N.CommandTermination
    assert rig.operate(ENHANCED, client=BOB) is None


def test_cancel_aborts_what_is_under_way(rig: ControlRig) -> None:
    work = Later()
    rig.handle(ENHANCED, work)
    rig.operate(ENHANCED)
    rig.turn()
    assert rig.cancel(ENHANCED, BOB) is AddCause.Locked_by_other_client
    assert rig.cancel(ENHANCED) is None
    assert work.is_stopped
    assert rig.causes[1:] == [(AddCause.Abortion_by_cancel, True)]
    rig.handle(DIRECT, Later())
    waiting = rig.operate(DIRECT)
    assert isinstance(waiting, Waiting)
    answers: list[AddCause | None] = []
    waiting.on_answer = answers.append
    assert rig.cancel(DIRECT) is None
    assert answers == [AddCause.Abortion_by_cancel]


# -- once --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [DIRECT, ENHANCED])
def test_a_command_that_comes_again_is_not_carried_out_again(rig: ControlRig, name: str) -> None:
    rig.handle(name)
    once = rig.command(name)
    control = rig.engine.objects[f"ILD/{name}"]
    assert control.operate(once) is None
    rig.turn()
    for client in (ALICE, BOB):
        assert control.operate(once._replace(client=client)) is AddCause.Inconsistent_parameters
    for _ in range(MAX_REMEMBERED - 1):
        assert rig.operate(name) is None
        rig.turn()
    assert control.operate(once) is AddCause.Inconsistent_parameters
    assert len(rig.done) == MAX_REMEMBERED
    assert rig.operate(name) is None  # one more than is remembered


def test_a_replay_under_a_new_selection(rig: ControlRig) -> None:
    rig.handle(SBO)
    once = rig.command(SBO)
    control = rig.engine.objects[f"ILD/{SBO}"]
    select(rig, SBO)
    assert control.operate(once) is None
    select(rig, SBO)
    assert control.operate(once) is AddCause.Inconsistent_parameters
    assert rig.operate(SBO) is None  # its selection is untouched
    assert len(rig.done) == 2


def test_a_command_without_time_is_told_from_the_one_before_by_what_it_says(rig: ControlRig) -> None:
    rig.handle(DIRECT)
    parts = {"T": Timestamp(), "ctlNum": 0}
    assert [rig.operate(DIRECT, value, **parts) for value in (True, True, False, False, True)] == [
        None, AddCause.Inconsistent_parameters, None, AddCause.Inconsistent_parameters, None,
    ]  # fmt: skip


def test_a_refused_command_may_come_again(rig: ControlRig) -> None:
    allowed = iter((AddCause.Blocked_by_interlocking, None))
    rig.handle(DIRECT, check=lambda _: next(allowed))
    once = rig.command(DIRECT)
    control = rig.engine.objects[f"ILD/{DIRECT}"]
    assert control.operate(once) is AddCause.Blocked_by_interlocking
    assert control.operate(once) is None
    assert len(rig.done) == 1


# -- time --------------------------------------------------------------------------------------------------------------


def soon(ms: float) -> Timestamp:
    return Timestamp.from_ns(WALL + int(ms * MS))


@pytest.mark.parametrize("name", [DIRECT, ENHANCED])
def test_a_command_with_a_time(rig: ControlRig, name: str) -> None:
    rig.handle(name)
    assert rig.operate(name, operTm=soon(5000)) is None
    assert rig.operate(name) is AddCause.Command_already_in_execution
    rig.pass_time(4999)
    assert not rig.done
    rig.pass_time(2)
    assert len(rig.done) == 1
    assert rig.causes[1:] == ([(None, True)] if name == ENHANCED else [])
    assert [event.service for event in rig.events if not event.error][:1] == [N.TimeActivatedOperate]


def test_a_time_that_is_over_is_refused(rig: ControlRig) -> None:
    rig.handle(DIRECT)
    assert rig.operate(DIRECT, operTm=soon(0)) is AddCause.Inconsistent_parameters


def test_a_command_with_a_time_survives_its_client_and_can_be_cancelled(rig: ControlRig) -> None:
    rig.handle(DIRECT)
    rig.operate(DIRECT, operTm=soon(5000))
    assert rig.cancel(DIRECT, BOB) is AddCause.Locked_by_other_client
    rig.engine.client_gone(ALICE)
    assert rig.cancel(DIRECT, BOB) is None
    rig.pass_time(6000)
    assert not rig.done
    rig.operate(DIRECT, operTm=soon(9000))
    rig.engine.client_gone(ALICE)
    rig.pass_time(4000)
    assert len(rig.done) == 1


def test_everything_is_checked_again_when_the_time_has_come(rig: ControlRig) -> None:
    rig.handle(DIRECT)
    rig.operate(DIRECT, operTm=soon(5000))
    rig.set("LLN0.Mod.stVal", 5)
    rig.pass_time(6000)
    assert not rig.done
    assert rig.causes == [(AddCause.Blocked_by_Mode, True)]


def test_setting_the_clock_back_delays_a_command(rig: ControlRig) -> None:
    rig.handle(DIRECT)
    rig.operate(DIRECT, operTm=soon(5000))
    rig.wall -= 60_000 * MS
    rig.pass_time(6000)
    assert not rig.done
    rig.pass_time(60_000)
    assert len(rig.done) == 1


def test_oper_timeout(rig: ControlRig) -> None:
    work = Later()
    rig.handle(ENHANCED, work)
    rig.operate(ENHANCED)
    rig.turn()
    rig.pass_time(DEFAULT_OPER_TIMEOUT - 1)
    assert rig.told == []
    rig.pass_time(1)
    assert work.is_stopped
    assert rig.causes == [(AddCause.Time_limit_over, True)]
    assert rig.told[0].error is ApplicationError.TIMEOUT_TEST


def test_status_as_feedback() -> None:
    rig = ControlRig(control_ied(**{"XSWI1__Pos.operTimeout": 1000}))
    rig.handle("XSWI1.Pos", feedback=True)
    rig.set("XSWI1.Pos.stVal", 1)
    rig.operate("XSWI1.Pos")
    rig.turn()
    rig.set("XSWI1.Pos.stVal", 0)
    rig.pass_time(500)
    assert rig.told == []
    rig.set("XSWI1.Pos.stVal", 2)
    rig.turn()
    assert rig.causes == [(None, True)]
    rig.operate("XSWI1.Pos")  # it is there already
    rig.turn()
    assert rig.causes[1:] == [(None, True)]
    rig.operate("XSWI1.Pos", False)
    rig.turn()
    rig.pass_time(1000)
    assert rig.causes[2:] == [(AddCause.Time_limit_over, True)]
    rig.operate("XSWI1.Pos", False)
    rig.turn()
    rig.set("XSWI1.Pos.stVal", 0)
    rig.pass_time(1000)
    assert rig.causes[3:] == [(AddCause.Invalid_position, True)]


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_status_attributes() -> None:
    rig = ControlRig(control_ied())
    seen: list[tuple[str, object]] = []
    control = rig.handle(DIRECT, lambda _: seen.append(("opOk", rig.value("GGIO1.SPCSO1.opOk"))))
    rig.handle(DIRECT, control.handler.operate if control.handler else None)
    leaf = rig.ied.find("ILD/GGIO1.SPCSO1.opRcvd")
    leaf.change_hooks += (lambda leaf, _: seen.append(("opRcvd", leaf.value)),)
    assert rig.operate(DIRECT, ctlNum=9, origin=Origin(2, b"me")) is None
    assert seen == [("opRcvd", True), ("opRcvd", False), ("opOk", True)]
    assert rig.value("GGIO1.SPCSO1.opOk") is False
    assert rig.value("GGIO1.SPCSO1.ctlNum") == 9
    assert rig.value("GGIO1.SPCSO1.origin") == {"orCat": 2, "orIdent": b"me"}
    assert rig.value("GGIO1.SPCSO1.tOpOk") == Timestamp.from_ns(rig.wall)


def test_pulses() -> None:
    assert PulseTrain(0, 100, 50, 3).steps == ((True, 100), (False, 50), (True, 100), (False, 50), (True, 100))
    assert PulseTrain(1, 100, 50, 3).steps == ((True, 0),)
    assert PulseTrain(0, 100, 50, 0).steps == ()
    assert len(PulseTrain(0, 1, 1, 2**32 - 1).steps) == 19_999
    values = {f"SPCSO1.pulseConfig.{name}": i for i, name in enumerate(PulseTrain._fields)}
    rig = ControlRig(control_ied(**values))
    assert (
        rig.engine.objects["ILD/GGIO1.SPCSO1"].pulse == PulseTrain(0, 1, 2, 3)
        if "ILD/GGIO1.SPCSO1" in rig.engine.objects
        else True
    )


# -- mode --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [DIRECT, SBO, ENHANCED, SBO_ENHANCED])
@pytest.mark.parametrize(("mode", "test"), list(itertools.product((1, 2, 3, 4, 5), (False, True))))
def test_a_test_never_moves_the_process(rig: ControlRig, name: str, mode: int, test: bool) -> None:
    tests: list[Command] = []
    rig.handle(name, test=tests.append)
    rig.set("LLN0.Mod.stVal", mode)
    parts: dict[str, object] = {"Test": test}
    refused = select(rig, name, **({} if name == SBO else parts)) if name in (SBO, SBO_ENHANCED) else None
    if refused is None:
        parts |= same(rig, name) if name == SBO_ENHANCED else {}
        refused = rig.operate(name, **parts)
        rig.turn()
    allowed = mode in (3, 4) if test else mode in (1, 2)
    assert (refused is None) is allowed
    assert refused is None or refused is AddCause.Blocked_by_Mode
    assert len(rig.done) == (mode == 1 and not test)
    assert len(tests) == (allowed and test)


# -- the table ---------------------------------------------------------------------------------------------------------


def test_every_state_can_be_left_and_every_stimulus_means_something() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    assert {stimulus for _, stimulus in TRANSITIONS} == set(Stimulus)
    reached = {State.UNSELECTED}
    while grown := {target for (state, _), target in TRANSITIONS.items() if state in reached} - reached:
        reached |= grown
    assert reached == set(State)


def test_devices_come_and_go(rig: ControlRig) -> None:
    rig.handle(SBO)
    select(rig, SBO)
    device = rig.ied.children["ILD"]
    rig.engine.remove_device("ILD")
    assert (rig.engine.objects, rig.engine.deadline) == ({}, None)
    rig.engine.client_gone(ALICE)
    assert len(rig.engine.add_device(device)) == 6
