"""Mod, Beh and Health over the hierarchy, what they do to quality and to commands, against a model of three lines."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire.acsi.health import HealthEngine
from meterwire.acsi.mode import BEHAVIOUR, RULES, ModeEngine, combined
from meterwire.errors import UsageError
from meterwire.models import Ied, LogicalNode
from meterwire.models.enums import BehaviourModeKind as Mode
from meterwire.reading import Quality, Timestamp, Validity

from .behaving import CHILD, LEAF, ROOT, Clock, behaving_ied

MODES = list(Mode)
NODES = {name: behaving_ied().find(name).ln_class for name in (f"{ROOT}/MMXU1", f"{CHILD}/XSWI1", f"{LEAF}/GAPC1")}
WITH_MOD = [f"{ROOT}/LLN0", f"{ROOT}/MMXU1", f"{ROOT}/GGIO1", f"{CHILD}/LLN0", f"{CHILD}/XSWI1", f"{LEAF}/GAPC1"]


@pytest.fixture
def ied() -> Ied:
    return behaving_ied()


@pytest.fixture
def engine(ied: Ied) -> Iterator[ModeEngine]:
    engine = ModeEngine(ied, wall=Clock())
    yield engine
    engine.close()


def beh(ied: Ied, node: str) -> Mode:
    return Mode(ied.find(f"{node}.Beh.stVal").value)


def set_mod(ied: Ied, node: str, mode: Mode) -> None:
    ied.find(f"{node}.Mod").update(stVal=mode)


# -- the table --------------------------------------------------------------------------------------------------------

FLAGS = {Mode.on: 0, Mode.blocked: 1, Mode.test: 2, Mode.test_blocked: 3}
"""What a mode says, apart from off: blocked 1, test 2."""


@pytest.mark.parametrize("above", MODES)
@pytest.mark.parametrize("own", MODES)
def test_the_table_is_that_of_the_flags(above: Mode, own: Mode) -> None:
    found = BEHAVIOUR[above][own]
    if Mode.off in (above, own):
        assert found is Mode.off
    else:
        assert FLAGS[found] == FLAGS[above] | FLAGS[own]


@given(st.sampled_from(MODES), st.sampled_from(MODES), st.sampled_from(MODES))
def test_combining_forgets_no_restriction(a: Mode, b: Mode, c: Mode) -> None:
    assert combined(a, b) is combined(b, a)
    assert combined(combined(a, b), c) is combined(a, combined(b, c))
    assert combined(a, a) is a is combined(Mode.on, a)


@given(st.integers(-128, 127), st.sampled_from(MODES))
def test_an_ordinal_that_is_no_mode_counts_as_on(ordinal: int, mode: Mode) -> None:
    if ordinal not in range(1, 6):
        assert combined(mode, ordinal) is combined(ordinal, mode) is mode


# -- the hierarchy ----------------------------------------------------------------------------------------------------


def test_beh_is_there_from_the_start(ied: Ied, engine: ModeEngine) -> None:
    assert {beh(ied, node) for node in (f"{ROOT}/LLN0", f"{CHILD}/GGIO2", f"{LEAF}/LGOS1")} == {Mode.on}
    assert ied.find(f"{ROOT}/LTRK1.Beh.q").value == Quality.GOOD


def test_a_mode_reaches_down_two_ladders_and_through_nodes_without_mod(ied: Ied, engine: ModeEngine) -> None:
    set_mod(ied, f"{ROOT}/LLN0", Mode.test)
    set_mod(ied, f"{CHILD}/LLN0", Mode.blocked)
    assert beh(ied, f"{ROOT}/MMXU1") is Mode.test
    assert beh(ied, f"{CHILD}/LLN0") is beh(ied, f"{CHILD}/GGIO2") is beh(ied, f"{LEAF}/GAPC1") is Mode.test_blocked
    assert ied.find(f"{CHILD}/LLN0.Mod.stVal").value == Mode.blocked, "Mod is what was set, Beh what follows"
    set_mod(ied, f"{ROOT}/LLN0", Mode.off)
    assert beh(ied, f"{LEAF}/LGOS1") is Mode.off
    set_mod(ied, f"{ROOT}/LLN0", Mode.on)
    assert (beh(ied, f"{ROOT}/MMXU1"), beh(ied, f"{LEAF}/LGOS1")) == (Mode.on, Mode.blocked)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WITH_MOD), st.sampled_from(MODES)), max_size=12))
def test_any_order_of_modes_ends_in_the_same_behaviour(steps: list[tuple[str, Mode]]) -> None:
    """The model: what is above a node, written out, and the restrictions of all of it together."""
    ied = behaving_ied()
    engine = ModeEngine(ied, wall=Clock())
    mods = dict.fromkeys(WITH_MOD, Mode.on)
    for node, mode in steps:
        set_mod(ied, node, mode)
        mods[node] = mode
    above = {
        f"{ROOT}/MMXU1": (f"{ROOT}/LLN0", f"{ROOT}/MMXU1"),
        f"{ROOT}/LTRK1": (f"{ROOT}/LLN0",),
        f"{CHILD}/XSWI1": (f"{ROOT}/LLN0", f"{CHILD}/LLN0", f"{CHILD}/XSWI1"),
        f"{LEAF}/LLN0": (f"{ROOT}/LLN0", f"{CHILD}/LLN0"),
        f"{LEAF}/GAPC1": (f"{ROOT}/LLN0", f"{CHILD}/LLN0", f"{LEAF}/GAPC1"),
    }
    for node, places in above.items():
        said = [mods[place] for place in places]
        found = beh(ied, node)
        assert found is engine.behaviour(ied.find(node))
        assert (found is Mode.off) == (Mode.off in said)
        if found is not Mode.off:
            assert FLAGS[found] == reduce(or_, (FLAGS[mode] for mode in said))
        quality = ied.find(f"{ROOT}/MMXU1.Hz.q").value
        assert bool(quality & Quality.TEST) == (beh(ied, f"{ROOT}/MMXU1") in (Mode.test, Mode.test_blocked))
    engine.close()
    assert not any(leaf.views for leaf in ied.leaves())


def test_devices_in_a_ring_end_somewhere(ied: Ied) -> None:
    ied.find(f"{CHILD}/LLN0.GrRef").update(setSrcRef=f"{LEAF}/LLN0")
    engine = ModeEngine(ied, wall=Clock())
    set_mod(ied, f"{CHILD}/LLN0", Mode.test)
    assert beh(ied, f"{CHILD}/LLN0") is beh(ied, f"{LEAF}/GAPC1") is Mode.test
    engine.close()


def test_gr_ref_can_be_set_while_it_runs(ied: Ied, engine: ModeEngine) -> None:
    set_mod(ied, f"{ROOT}/LLN0", Mode.test)
    ied.find(f"{CHILD}/LLN0.GrRef").update(setSrcRef="")
    assert (beh(ied, f"{CHILD}/XSWI1"), beh(ied, f"{ROOT}/GGIO1")) == (Mode.on, Mode.test)


def test_devices_come_and_go(ied: Ied, engine: ModeEngine) -> None:
    gone = ied.remove(ROOT)
    assert not any(leaf.views for leaf in gone.leaves())
    set_mod(ied, f"{CHILD}/LLN0", Mode.blocked)
    gone["LLN0.Mod.stVal"].put(Mode.test)
    ied.add(gone)
    assert (beh(ied, f"{ROOT}/MMXU1"), beh(ied, f"{LEAF}/GAPC1")) == (Mode.test, Mode.test_blocked)


def test_a_device_that_goes_in_test_comes_back_without_its_marks(ied: Ied, engine: ModeEngine) -> None:
    set_mod(ied, f"{ROOT}/LLN0", Mode.test)
    gone = ied.remove(ROOT)
    assert gone["MMXU1.Hz.q"].value == Quality.GOOD
    gone["LLN0.Mod.stVal"].put(Mode.on)
    ied.add(gone)
    assert ied.find(f"{ROOT}/MMXU1.Hz.q").value == Quality.GOOD
    set_mod(ied, f"{ROOT}/LLN0", Mode.test)
    assert ied.find(f"{ROOT}/MMXU1.Hz.q").value == Quality.TEST


def test_a_substituted_mod_sets_no_mode(ied: Ied, engine: ModeEngine) -> None:
    set_mod(ied, f"{ROOT}/LLN0", Mode.off)
    ied.apply((), [(ied.find(f"{ROOT}/LLN0.Mod.stVal"), (lambda _: Mode.on,))])
    set_mod(ied, f"{CHILD}/LLN0", Mode.test)
    assert beh(ied, f"{ROOT}/LLN0") is beh(ied, f"{CHILD}/XSWI1") is Mode.off


def test_beh_tells_when_it_changed(ied: Ied) -> None:
    clock = Clock()
    engine = ModeEngine(ied, wall=clock)
    moment = clock.later(5)
    engine.set(ied.find(f"{CHILD}/LLN0"), Mode.test)
    assert ied.find(f"{LEAF}/GAPC1.Beh.t").value == ied.find(f"{CHILD}/LLN0.Mod.t").value == moment
    assert ied.find(f"{ROOT}/GGIO1.Beh.t").value == Timestamp(), "nothing changed there"
    with pytest.raises(UsageError, match="no Mod"):
        engine.set(ied.find(f"{CHILD}/GGIO2"), Mode.on)
    engine.close()


# -- quality ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_quality_of_all_data_of_a_node(ied: Ied, engine: ModeEngine, mode: Mode) -> None:
    ied.find(f"{ROOT}/MMXU1.PhV.phsB.q").put(Quality.QUESTIONABLE | Quality.OLD_DATA)
    set_mod(ied, f"{ROOT}/LLN0", mode)
    plain, doubtful = (ied.find(f"{ROOT}/MMXU1.{name}.q").value for name in ("PhV.phsA", "PhV.phsB"))
    assert bool(plain & Quality.TEST) is bool(doubtful & Quality.TEST) is (mode in (Mode.test, Mode.test_blocked))
    assert doubtful & Quality.OLD_DATA
    assert not plain & Quality.OPERATOR_BLOCKED, "blocked is said by Beh, not by q (tissue 711)"
    validities = [quality.validity for quality in (plain, doubtful)]
    assert validities == ([Validity.INVALID] * 2 if mode is Mode.off else [Validity.GOOD, Validity.QUESTIONABLE])
    spared = [ied.find(f"{ROOT}/MMXU1.{name}.q").value for name in ("Mod", "Beh", "Health")]
    assert spared == [Quality.GOOD] * 3, "whoever is in operation must learn that the mode has changed (tissue 1331)"
    assert ied.find(f"{ROOT}/LPHD1.PhyHealth.q").value == Quality.GOOD


def test_the_process_sets_quality_beneath(ied: Ied, engine: ModeEngine) -> None:
    hz = ied.find(f"{ROOT}/MMXU1.Hz")
    set_mod(ied, f"{ROOT}/MMXU1", Mode.test)
    hz.update(mag__f=50.0, q=Quality.OVERFLOW)
    assert hz["q"].value == Quality.OVERFLOW | Quality.TEST
    set_mod(ied, f"{ROOT}/MMXU1", Mode.on)
    assert hz["q"].value == Quality.OVERFLOW


def test_a_mode_that_has_no_trigger_option_in_its_file_works_too(ied: Ied) -> None:
    ied.find(f"{ROOT}/LLN0.Mod.stVal").trigger = type(ied.find(f"{ROOT}/LLN0.Mod.stVal").trigger).NONE
    engine = ModeEngine(ied, wall=Clock())
    set_mod(ied, f"{ROOT}/LLN0", Mode.off)
    assert beh(ied, f"{LEAF}/GAPC1") is Mode.off
    engine.close()


# -- commands and received data -----------------------------------------------------------------------------------------

COMMANDS = [
    # Beh              Test    accepted  moves an output
    (Mode.on, False, True, True),
    (Mode.on, True, False, False),
    (Mode.blocked, False, True, False),
    (Mode.blocked, True, False, False),
    (Mode.test, False, False, False),
    (Mode.test, True, True, False),
    (Mode.test_blocked, False, False, False),
    (Mode.test_blocked, True, True, False),
    (Mode.off, False, False, False),
    (Mode.off, True, False, False),
]


@pytest.mark.parametrize(("mode", "test", "accepted", "moves"), COMMANDS)
def test_commands(ied: Ied, engine: ModeEngine, mode: Mode, test: bool, accepted: bool, moves: bool) -> None:
    set_mod(ied, f"{CHILD}/LLN0", mode)
    command = engine.command(ied.find(f"{CHILD}/XSWI1.Pos"), test=test)
    assert (command.is_accepted, command.reaches_process) == (accepted, moves)


@pytest.mark.parametrize("mode", MODES)
def test_a_test_flagged_command_moves_nothing_in_any_mode(ied: Ied, engine: ModeEngine, mode: Mode) -> None:
    set_mod(ied, f"{ROOT}/LLN0", mode)
    assert not engine.command(ied.find(f"{CHILD}/XSWI1.Pos"), test=True).reaches_process


def test_annex_a_to_the_letter_has_to_be_asked_for(ied: Ied) -> None:
    engine = ModeEngine(ied, wall=Clock(), test_moves_process=True)
    relay = ied.find(f"{CHILD}/XSWI1.Pos")
    for mode in MODES:
        set_mod(ied, f"{CHILD}/LLN0", mode)
        assert engine.command(relay, test=True).reaches_process is (mode is Mode.test)
    engine.close()


@pytest.mark.parametrize("mode", MODES)
def test_mod_itself_can_be_operated_in_every_mode(ied: Ied, engine: ModeEngine, mode: Mode) -> None:
    set_mod(ied, f"{ROOT}/LLN0", mode)
    for reference in (f"{ROOT}/LLN0.Mod", f"{ROOT}/MMXU1.Mod"):
        mod = ied.find(reference)
        plain, flagged = (engine.command(mod, test=test) for test in (False, True))
        assert plain.is_accepted
        assert plain.reaches_process
        assert flagged.is_accepted is (mode in (Mode.test, Mode.test_blocked))


@pytest.mark.parametrize("mode", MODES)
def test_received_test_data(ied: Ied, engine: ModeEngine, mode: Mode) -> None:
    set_mod(ied, f"{ROOT}/LLN0", mode)
    node: LogicalNode = ied.find(f"{ROOT}/GGIO1")
    assert engine.takes(node, Quality.GOOD) is (mode is not Mode.off)
    assert engine.takes(node, Quality.TEST) is (mode in (Mode.test, Mode.test_blocked))


def test_rules_are_complete() -> None:
    assert list(RULES) == list(BEHAVIOUR) == MODES


# -- health -----------------------------------------------------------------------------------------------------------


def test_health_of_a_device_is_the_worst_of_its_nodes(ied: Ied) -> None:
    clock = Clock()
    engine = HealthEngine(ied, wall=clock)
    leaf: Any = ied.find(f"{ROOT}/LLN0.Health.stVal")
    ied.find(f"{ROOT}/MMXU1.Health").update(stVal=2)
    moment = clock.later()
    ied.find(f"{ROOT}/GGIO1.Health").update(stVal=3)
    assert (leaf.value, ied.find(f"{ROOT}/LLN0.Health.t").value) == (3, moment)
    ied.find(f"{ROOT}/LLN0.Health").update(stVal=2)
    ied.find(f"{ROOT}/GGIO1.Health").update(stVal=1)
    ied.find(f"{ROOT}/MMXU1.Health").update(stVal=1)
    assert leaf.value == 2, "what the application says of the device itself counts too"
    ied.find(f"{ROOT}/LLN0.Health").update(stVal=1)
    assert leaf.value == 1
    assert ied.find(f"{CHILD}/LLN0.Health.stVal").value == 1
    ied.find(f"{ROOT}/GGIO1.Health").update(stVal=3)
    engine.close()
    assert (leaf.value, leaf.views) == (1, ())
