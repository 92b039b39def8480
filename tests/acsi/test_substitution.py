"""Substitution: what is seen, what goes on beneath, whose it is, and that none survives its client."""

from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meterwire.acsi.health import HealthEngine
from meterwire.acsi.mode import ModeEngine
from meterwire.acsi.substitution import SEEN, SubstitutionEngine
from meterwire.errors import UnknownNameError, UsageError
from meterwire.models.cdc import CDCS
from meterwire.models.enums import BehaviourModeKind
from meterwire.reading import Quality, Timestamp

from .behaving import CHILD, ROOT, Clock, behaving_ied

ALICE, BOB = "alice", "bob"
ADDRESSES: dict[Hashable, bytes] = {ALICE: bytes((192, 168, 1, 5)), BOB: bytes((10, 0, 0, 9))}
SUBSTITUTED = Quality.SUBSTITUTED

PHASE = {"subCVal.mag.f": 230.0, "subCVal.ang.f": 30.0}
OBJECTS: list[tuple[str, dict[str, Any], str, Any, tuple[Any, Any]]] = [
    # object                    substitute        seen at   as   process before and later
    (f"{ROOT}/GGIO1.Ind1", {"subVal": True}, "stVal", True, (False, False)),  # SPS
    (f"{ROOT}/GGIO1.Ind1", {"subVal": False}, "stVal", False, (True, True)),
    (f"{ROOT}/GGIO1.IntIn1", {"subVal": -7}, "stVal", -7, (12, 13)),  # INS
    (f"{ROOT}/GGIO1.SPCSO1", {"subVal": True}, "stVal", True, (False, False)),  # SPC
    (f"{ROOT}/GGIO1.DPCSO1", {"subVal": 2}, "stVal", 2, (1, 0)),  # DPC
    (f"{CHILD}/XSWI1.Pos", {"subVal": 1}, "stVal", 1, (2, 3)),  # DPC
    (f"{ROOT}/GGIO1.ISCSO1", {"subVal": 30}, "stVal", 30, (4, 5)),  # INC
    (f"{ROOT}/GGIO1.AnOut1", {"subVal.f": 1.5}, "mxVal.f", 1.5, (2.5, 3.0)),  # APC
    (f"{ROOT}/MMXU1.Hz", {"subMag.f": 49.5}, "mag.f", 49.5, (50.0, 50.25)),  # MV
    (f"{ROOT}/MMXU1.Hz", {"subMag.f": 49.5}, "instMag.f", 49.5, (50.0, 50.25)),
    (f"{ROOT}/MMXU1.PhV.phsA", PHASE, "cVal.mag.f", 230.0, (229.5, 231.0)),  # CMV
    (f"{ROOT}/MMXU1.PhV.phsA", PHASE, "instCVal.ang.f", 30.0, (-2.0, 2.0)),
]
IDS = [f"{reference.partition('/')[2]}.{seen}" for reference, _, seen, *_ in OBJECTS]


class Rig:
    def __init__(self) -> None:
        self.ied = behaving_ied()
        self.clock = Clock()
        self.engine = SubstitutionEngine(self.ied, wall=self.clock, identity=lambda client: ADDRESSES[client])

    def write(self, client: Hashable, reference: str, **values: Any) -> int | None:
        found = self.ied.find(reference)
        return self.engine.write_changes(client, [(found[n.replace("__", ".")], v) for n, v in values.items()])

    def value(self, reference: str) -> Any:
        return self.ied.find(reference).value


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.engine.close()
    assert not any(leaf.views for leaf in rig.ied.leaves())


def test_every_cdc_that_has_it_can_be_substituted() -> None:
    """subEna stands beside exactly one substitute, and that beside what it is seen instead of."""
    found = set()
    for name, cdc in CDCS.items():
        members = cdc.members()
        if "subEna" in members:
            (substitute,) = [n for n in members if n in SEEN]
            assert any(seen in members for seen in SEEN[substitute]), name
            found.add(name)
    assert found == {"SPS", "DPS", "INS", "ENS", "MV", "CMV", *"SPC DPC INC ENC BSC ISC APC BAC".split()}


@pytest.mark.parametrize(("reference", "values", "seen", "expected", "process"), OBJECTS, ids=IDS)
def test_substitute_and_release(
    rig: Rig, reference: str, values: dict[str, Any], seen: str, expected: Any, process: tuple[Any, Any]
) -> None:
    found = rig.ied.find(reference)
    leaf = found[seen]
    earlier = Timestamp.from_ns(rig.clock() - 60_000_000_000)
    rig.ied.apply([(leaf, process[0]), (found["t"], earlier), (found["q"], Quality.QUESTIONABLE)])
    moment = rig.clock.later()
    changes = [(found[name], value) for name, value in values.items()]
    assert rig.engine.write_changes(ALICE, [*changes, (found["subEna"], True)]) is None
    assert (leaf.value, found["q"].value, found["t"].value) == (expected, SUBSTITUTED, moment)
    assert (leaf.process_value, found["subID"].value) == (process[0], "192.168.1.5")
    later = rig.clock.later()
    rig.ied.apply([(leaf, process[1]), (found["t"], later), (found["q"], Quality.GOOD)])
    assert (leaf.value, found["t"].value) == (expected, moment), "the process does not show through"
    assert rig.write(ALICE, reference, subEna=False) is None
    assert (leaf.value, found["q"].value, found["t"].value) == (process[1], Quality.GOOD, later)
    assert found["subID"].value == ""


def test_quality_is_that_of_the_substitute_and_always_says_so(rig: Rig) -> None:
    rig.write(ALICE, f"{ROOT}/GGIO1.Ind1", subQ=Quality.QUESTIONABLE | Quality.INACCURATE, subEna=True)
    assert rig.value(f"{ROOT}/GGIO1.Ind1.q") == Quality.QUESTIONABLE | Quality.INACCURATE | SUBSTITUTED
    assert rig.value(f"{ROOT}/GGIO1.Ind1.subQ") == Quality.QUESTIONABLE | Quality.INACCURATE
    rig.clock.later()
    rig.write(ALICE, f"{ROOT}/GGIO1.Ind1", subQ=Quality.GOOD)
    assert rig.value(f"{ROOT}/GGIO1.Ind1.q") == SUBSTITUTED
    assert rig.value(f"{ROOT}/GGIO1.Ind1.t") == Timestamp.from_ns(rig.clock())


def test_values_can_be_written_before_and_while_it_is_on(rig: Rig) -> None:
    hz = f"{ROOT}/MMXU1.Hz"
    rig.write(ALICE, hz, subMag__f=51.0)
    assert rig.value(f"{hz}.mag.f") == 0.0
    rig.write(ALICE, hz, subEna=True)
    moment = Timestamp.from_ns(rig.clock())
    rig.clock.later()
    rig.write(ALICE, hz, subID="control room")
    assert rig.value(f"{hz}.t") == moment, "a name changes nothing that is seen"
    assert rig.value(f"{hz}.subID") == "control room"
    rig.write(ALICE, hz, subMag__f=52.0)
    assert rig.value(f"{hz}.mag.f") == 52.0
    assert rig.value(f"{hz}.t") == Timestamp.from_ns(rig.clock())
    assert rig.value(f"{hz}.subID") == "control room"


@pytest.mark.parametrize(("magnitude", "expected"), [(50.0, 0), (51.0, 0), (51.5, 1), (48.5, 2), (53.5, 3)])
def test_range_is_that_of_the_substitute(rig: Rig, magnitude: float, expected: int) -> None:
    hz = rig.ied.find(f"{ROOT}/MMXU1.Hz")
    hz.update(rangeC__hhLim__f=53.0, rangeC__hLim__f=51.0, rangeC__lLim__f=49.0, range=2)
    rig.write(ALICE, f"{ROOT}/MMXU1.Hz", subMag__f=magnitude, subEna=True)
    assert hz["range"].value == expected
    rig.engine.client_gone(ALICE)
    assert hz["range"].value == 2, "the range of the process, whoever works it out"


def test_reports_see_one_change_with_value_quality_and_time(rig: Rig) -> None:
    found = rig.ied.find(f"{ROOT}/GGIO1.Ind1")
    seen: list[Any] = []
    commits: list[None] = []
    for name in ("stVal", "q"):
        found[name].change_hooks += (lambda *_: seen.append((found["stVal"].value, found["q"].value)),)
    rig.ied.commit_hooks += (lambda: commits.append(None),)
    rig.write(ALICE, f"{ROOT}/GGIO1.Ind1", subVal=True, subEna=True)
    assert (seen, len(commits)) == ([(True, SUBSTITUTED)] * 2, 1)
    found.update(stVal=False, q=Quality.GOOD)
    assert len(seen) == 2, "nothing is told of the process while it is not seen"
    rig.engine.client_gone(ALICE)
    assert seen[2:] == [(False, Quality.GOOD)] * 2


# -- whose it is ------------------------------------------------------------------------------------------------------


def test_no_substitution_survives_its_client(rig: Rig) -> None:
    objects = [reference for reference, *_ in OBJECTS]
    for reference in objects:
        rig.write(ALICE, reference, subEna=True)
    rig.write(BOB, f"{ROOT}/GGIO1.IntIn1", subVal=3)
    rig.engine.client_gone(ALICE)
    assert [s.object.reference for s in rig.engine] == [f"{ROOT}/GGIO1.IntIn1"], "Bob's last word keeps his"
    rig.engine.client_gone(BOB)
    assert not list(rig.engine)
    assert {rig.value(f"{reference}.subEna") for reference in objects} == {False}
    assert {rig.value(f"{reference}.subID") for reference in objects} == {""}


def test_anybody_may_release(rig: Rig) -> None:
    rig.write(ALICE, f"{ROOT}/GGIO1.Ind1", subVal=True, subEna=True)
    assert rig.write(BOB, f"{ROOT}/GGIO1.Ind1", subEna=False) is None
    assert rig.value(f"{ROOT}/GGIO1.Ind1.stVal") is False
    rig.write(BOB, f"{ROOT}/GGIO1.Ind1", subEna=True)
    rig.engine.client_gone(ALICE)
    assert rig.value(f"{ROOT}/GGIO1.Ind1.stVal") is True
    assert rig.value(f"{ROOT}/GGIO1.Ind1.subID") == "10.0.0.9"


def test_the_applications_own(rig: Rig) -> None:
    rig.engine.substitute(f"{ROOT}/MMXU1.Hz", Quality.QUESTIONABLE, subMag__f=50.0)
    rig.engine.client_gone(ALICE)
    assert (rig.value(f"{ROOT}/MMXU1.Hz.mag.f"), rig.value(f"{ROOT}/MMXU1.Hz.subID")) == (50.0, "")
    rig.engine.release(f"{ROOT}/MMXU1.Hz")
    assert rig.value(f"{ROOT}/MMXU1.Hz.mag.f") == 0.0
    for reference in (f"{ROOT}/MMXU1.PhV", f"{ROOT}/GGIO1.Ind2", f"{ROOT}/GGIO1"):
        with pytest.raises(UnknownNameError, match="has no substitution"):
            rig.engine.substitute(reference, subVal=True)
    with pytest.raises(UsageError):
        rig.engine.substitute(f"{ROOT}/GGIO1.Ind1", subVal=1.5)
    assert rig.value(f"{ROOT}/GGIO1.Ind1.subEna") is False


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_a_value_and_a_substitute_of_other_members(rig: Rig) -> None:
    """TotW has mag.f and subMag.i: half of it would be a wrong value."""
    assert rig.write(ALICE, f"{ROOT}/MMXU1.TotW", subMag__i=5) is None
    assert rig.write(ALICE, f"{ROOT}/MMXU1.TotW", subEna=True) == 9
    assert rig.value(f"{ROOT}/MMXU1.TotW.subEna") is False


def test_all_or_nothing(rig: Rig) -> None:
    ind, hz = rig.ied.find(f"{ROOT}/GGIO1.Ind1"), rig.ied.find(f"{ROOT}/MMXU1.TotW")
    assert rig.engine.write_changes(ALICE, [(ind["subEna"], True), (hz["subEna"], True)]) == 9
    assert rig.engine.write_changes(ALICE, [(ind["subEna"], True), (ind["stVal"], True)]) == 3
    assert not list(rig.engine)
    assert rig.engine.write_changes(ALICE, []) is None


def test_a_model_that_begins_substituted_has_nobody_to_whom_it_belongs() -> None:
    ied = behaving_ied()
    ied.find(f"{ROOT}/GGIO1.Ind1.subEna").put(True)
    engine = SubstitutionEngine(ied, wall=Clock(), identity=lambda _: b"")
    assert ied.find(f"{ROOT}/GGIO1.Ind1.subEna").value is False
    engine.close()


def test_a_device_that_goes_takes_its_substitutions_along(rig: Rig) -> None:
    rig.write(ALICE, f"{CHILD}/XSWI1.Pos", subVal=2, subEna=True)
    gone = rig.ied.remove(CHILD)
    assert not any(leaf.views for leaf in gone.leaves())
    rig.engine.client_gone(ALICE)
    rig.ied.add(gone)
    assert rig.write(ALICE, f"{CHILD}/XSWI1.Pos", subVal=2, subEna=True) is None
    assert rig.value(f"{CHILD}/XSWI1.Pos.stVal") == 2


def test_test_mode_marks_a_substituted_quality_too(rig: Rig) -> None:
    modes = ModeEngine(rig.ied, wall=rig.clock)
    q = f"{ROOT}/GGIO1.Ind1.q"
    modes.set(rig.ied.find(f"{ROOT}/GGIO1"), BehaviourModeKind.test)
    rig.write(ALICE, f"{ROOT}/GGIO1.Ind1", subQ=Quality.OLD_DATA, subEna=True)
    assert rig.value(q) == Quality.OLD_DATA | SUBSTITUTED | Quality.TEST
    modes.set(rig.ied.find(f"{ROOT}/GGIO1"), BehaviourModeKind.off)
    assert rig.value(q) == Quality.OLD_DATA | SUBSTITUTED | Quality.INVALID
    rig.engine.client_gone(ALICE)
    assert rig.value(q) == Quality.INVALID
    modes.set(rig.ied.find(f"{ROOT}/GGIO1"), BehaviourModeKind.on)
    assert rig.value(q) == Quality.GOOD
    modes.close()


def test_a_substituted_health_is_seen_whatever_the_nodes_say(rig: Rig) -> None:
    ied = rig.ied
    head = ied.find(f"{ROOT}/LLN0.Health.stVal")
    health = HealthEngine(ied, wall=rig.clock)
    ied.find(f"{ROOT}/MMXU1.Health").update(stVal=3)
    substitute = lambda _: 1  # noqa: E731 - what a Substitution of LLN0.Health would put there
    ied.apply((), [(head, (*head.views, substitute))])
    ied.find(f"{ROOT}/GGIO1.Health").update(stVal=2)
    assert (head.value, len(head.views)) == (1, 2)
    ied.apply((), [(head, tuple(view for view in head.views if view is not substitute))])
    assert head.value == 3
    health.close()


# -- any order ---------------------------------------------------------------------------------------------------------


class Substituting(RuleBasedStateMachine):
    """Against a model of a dozen lines: process, substitute, whether it is on and whose it is."""

    clients = st.sampled_from([ALICE, BOB])
    objects = st.sampled_from([f"{ROOT}/GGIO1.IntIn1", f"{ROOT}/GGIO1.ISCSO1"])
    numbers = st.integers(-100, 100)

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig()
        self.process = dict.fromkeys((f"{ROOT}/GGIO1.IntIn1", f"{ROOT}/GGIO1.ISCSO1"), 0)
        self.substitute = dict(self.process)
        self.owner: dict[str, str] = {}

    @rule(name=objects, number=numbers)
    def measure(self, name: str, number: int) -> None:
        self.rig.ied.find(name).update(stVal=number)
        self.process[name] = number

    @rule(client=clients, name=objects, number=numbers)
    def write(self, client: str, name: str, number: int) -> None:
        assert self.rig.write(client, name, subVal=number) is None
        self.substitute[name] = number
        if name in self.owner:
            self.owner[name] = client

    @rule(client=clients, name=objects, on=st.booleans())
    def switch(self, client: str, name: str, on: bool) -> None:
        assert self.rig.write(client, name, subEna=on) is None
        if on:
            self.owner[name] = client
        else:
            self.owner.pop(name, None)

    @rule(client=clients)
    def leave(self, client: str) -> None:
        self.rig.engine.client_gone(client)
        self.owner = {name: owner for name, owner in self.owner.items() if owner != client}

    @invariant()
    def is_seen(self) -> None:
        for name, process in self.process.items():
            on = name in self.owner
            assert self.rig.value(f"{name}.stVal") == (self.substitute[name] if on else process)
            assert self.rig.value(f"{name}.subEna") is on
            assert bool(self.rig.value(f"{name}.q") & SUBSTITUTED) is on
            assert bool(self.rig.value(f"{name}.subID")) is on

    def teardown(self) -> None:
        self.rig.engine.close()


TestSubstituting = Substituting.TestCase
TestSubstituting.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
