"""Unbuffered reporting with a clock that only moves when told: triggers, BufTm, integrity, GI, SqNum, reservation."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from meterwire.acsi.reporting import (
    MAX_BUF_TM,
    MIN_INTG_PD,
    SQ_NUM_MODULUS,
    TRANSITIONS,
    Access,
    Member,
    Report,
    ReportEngine,
    State,
    UnbufferedReportControl,
)
from meterwire.models import DataAttribute, Ied, OptFlds, ReportControl, TrgOps, Trigger
from meterwire.reading import Quality

from ..mms_end import LD, small_ied

MS = 1_000_000
WALL = 1_795_220_469_877_000_000
EV, MX = f"{LD}/LLN0$dsEv", f"{LD}/LLN0$dsMx"
ALL = TrgOps.DCHG | TrgOps.QCHG | TrgOps.DUPD | TrgOps.INTEGRITY | TrgOps.GI


class Bench:
    """A model, an engine, and what it delivered."""

    def __init__(self, **declared: Any) -> None:
        self.ied = small_ied()
        self.now = 1000 * MS
        self.wall: int | None = None
        self.reports: list[Report] = []
        self.scheduled = 0
        self.engine = ReportEngine(
            self.ied,
            clock=lambda: self.now,
            wall=lambda: self.wall if self.wall is not None else WALL + self.now,
            resolve=self.resolve,
            deliver=self.reports.append,
            on_schedule=self._on_schedule,
        )
        declaration = ReportControl(name="urcb", **{"trg_ops": ALL, **declared})
        references = [(name, f"{LD}/LLN0$RP${name}") for name in declaration.instance_names]
        made = self.engine.declare(declaration, references, EV)
        self.controls = [c for c in made if isinstance(c, UnbufferedReportControl)]
        self.control = self.controls[0]

    def _on_schedule(self) -> None:
        self.scheduled += 1

    def resolve(self, data_set: str) -> tuple[Member, ...] | None:
        """Members of LLN0's data sets; a snapshot is the text of the values."""
        references = self.ied[f"{LD}.LLN0"].data_sets.get(data_set.removeprefix(f"{LD}/LLN0$"))
        if references is None:
            return None
        members = []
        for reference in references:
            leaves = tuple(leaf for leaf in self.ied.find(reference.with_fc("")).leaves() if leaf.fc == reference.fc)
            members.append(
                Member(str(reference), leaves, lambda leaves=leaves: repr([v.value for v in leaves]).encode())
            )
        return tuple(members)

    def update(self, path: str, **values: Any) -> None:
        self.ied[f"{LD}.{path}"].update(**values)

    def wait(self, milliseconds: float) -> None:
        """Let time pass, acting at each deadline as the owner of a loop would."""
        end = self.now + int(milliseconds * MS)
        while (deadline := self.engine.deadline) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.engine.poll()
        self.now = end

    def write(self, attribute: str, value: Any, client: int = 1) -> int | None:
        return self.control.write(client, attribute, value)

    def enable(self, client: int = 1, **settings: Any) -> None:
        for attribute, value in settings.items():
            assert self.write(attribute, value, client) is None
        assert self.write("RptEna", True, client) is None

    def take(self) -> list[tuple[list[tuple[int, int]], int]]:
        """Member indices with reasons, and the sequence number, of what was delivered since."""
        told = [([(i, reason) for i, reason, _ in r.entries], r.sq_num) for r in self.reports]
        self.reports.clear()
        return told


# -- triggers ---------------------------------------------------------------------------------------------------------

DCHG, QCHG, DUPD = TrgOps.DCHG, TrgOps.QCHG, TrgOps.DUPD
INVALID = Quality.INVALID

TRIGGERS: list[tuple[int, str, dict[str, Any], list[tuple[int, int]]]] = [
    (DCHG, "GGIO1.Ind1", {"stVal": True}, [(0, DCHG)]),
    (DCHG, "GGIO1.Ind2", {"stVal": True}, [(1, DCHG)]),
    (DCHG, "GGIO1.Ind1", {"stVal": False}, []),  # no change
    (DCHG, "GGIO1.Ind1", {"q": INVALID}, []),  # not what was asked for
    (DCHG, "GGIO1.Ind1", {"d": "text"}, []),  # not in the data set
    (QCHG, "GGIO1.Ind1", {"q": INVALID}, [(0, QCHG)]),
    (QCHG, "GGIO1.Ind1", {"stVal": True}, []),
    (QCHG, "GGIO1.Ind1", {"stVal": True, "q": INVALID}, [(0, QCHG)]),
    (DCHG | QCHG, "GGIO1.Ind1", {"stVal": True, "q": INVALID}, [(0, DCHG | QCHG)]),
    (DUPD, "GGIO1.Cnt1", {"actVal": 0}, [(2, DUPD)]),  # the same value again
    (DUPD, "GGIO1.Cnt1", {"actVal": 1}, [(2, DUPD)]),
    (DCHG, "GGIO1.Cnt1", {"actVal": 0}, []),
    (DCHG, "GGIO1.Cnt1", {"actVal": 1}, [(2, DCHG)]),
    (DUPD, "GGIO1.Ind1", {"stVal": False}, []),  # an update of what has no dupd
    (0, "GGIO1.Ind1", {"stVal": True, "q": INVALID}, []),
    (TrgOps.INTEGRITY | TrgOps.GI, "GGIO1.Ind1", {"stVal": True}, []),
]


@pytest.mark.parametrize(("trg_ops", "path", "values", "entries"), TRIGGERS)
def test_trigger_options(trg_ops: int, path: str, values: dict[str, Any], entries: list[tuple[int, int]]) -> None:
    bench = Bench()
    bench.enable(TrgOps=trg_ops)
    bench.update(path, **values)
    assert bench.take() == ([(entries, 0)] if entries else [])


def test_a_transaction_is_one_report_with_all_its_values() -> None:
    bench = Bench()
    bench.enable()
    leaves = [bench.ied[f"{LD}.GGIO1.{p}"] for p in ("Ind2.stVal", "Ind1.q", "Ind1.stVal")]
    bench.ied.apply(zip(leaves, (True, INVALID, True), strict=True))
    (report,) = bench.reports
    assert [(i, r) for i, r, _ in report.entries] == [(0, DCHG | QCHG), (1, DCHG)]
    assert b"[True, Quality(invalid)" in report.entries[0][2]
    assert (report.client, report.control, report.sq_num) == (1, bench.control, 0)
    assert report.time_ns == WALL + bench.now


def test_a_measurement_that_stays_no_number_is_reported_once() -> None:
    bench = Bench()
    bench.enable(DatSet=MX)
    for value in (math.nan, float("nan"), -math.nan, 1.0, 1.0, math.nan):
        bench.update("MMXU1.Hz", mag__f=value)
    assert len(bench.take()) == 3


def test_a_transaction_that_is_refused_reports_nothing() -> None:
    bench = Bench()
    bench.enable()
    with pytest.raises(ValueError, match="does not fit"):
        bench.update("GGIO1.Ind1", stVal=True, q=99_999)
    assert bench.take() == []
    assert bench.ied[f"{LD}.GGIO1.Ind1.stVal"].value is False


def test_what_is_not_enabled_listens_to_nothing() -> None:
    bench = Bench()
    leaves = list(bench.ied.leaves())
    assert not any(leaf.change_hooks for leaf in leaves)
    bench.enable()
    assert any(leaf.change_hooks for leaf in leaves)
    assert bench.write("RptEna", False) is None
    assert not any(leaf.change_hooks for leaf in leaves)
    bench.update("GGIO1.Ind1", stVal=True)
    bench.wait(10_000_000)
    assert bench.take() == []


def test_two_blocks_over_one_data_set_do_not_disturb_each_other() -> None:
    bench = Bench(instances=2)
    first, second = bench.controls
    assert first.write(1, "RptEna", True) is None
    assert second.write(2, "TrgOps", QCHG) is None
    assert second.write(2, "RptEna", True) is None
    bench.update("GGIO1.Ind1", stVal=True)
    assert [r.client for r in bench.reports] == [1]
    assert first.write(1, "RptEna", False) is None
    bench.update("GGIO1.Ind1", q=INVALID)
    assert [r.client for r in bench.reports] == [1, 2]


# -- BufTm ------------------------------------------------------------------------------------------------------------


def test_changes_within_buf_tm_leave_together() -> None:
    bench = Bench()
    bench.enable(BufTm=100)
    began = bench.now
    bench.update("GGIO1.Ind2", stVal=True)
    assert bench.engine.deadline == began + 100 * MS
    bench.wait(60)
    bench.update("GGIO1.Ind1", stVal=True)
    bench.wait(39)
    assert bench.take() == []
    bench.wait(1)
    (report,) = bench.reports
    assert report.time_ns == WALL + began, "the time of the first change"
    assert bench.take() == [([(0, DCHG), (1, DCHG)], 0)]
    bench.wait(1000)
    assert bench.take() == []
    assert bench.engine.deadline is None


def test_a_second_change_of_the_same_member_sends_the_first_at_once() -> None:
    """And the time starts again: no value is ever hidden by its successor."""
    bench = Bench()
    bench.enable(BufTm=100)
    bench.update("GGIO1.Cnt1", actVal=1)
    bench.update("GGIO1.Ind1", stVal=True)
    bench.wait(50)
    second = bench.now
    bench.update("GGIO1.Cnt1", actVal=2)
    (report,) = bench.reports
    assert report.entries[1][2].startswith(b"[1,")
    assert bench.take() == [([(0, DCHG), (2, DCHG | DUPD)], 0)]
    assert bench.engine.deadline == second + 100 * MS
    bench.wait(100)
    (report,) = bench.reports
    assert report.entries[0][2].startswith(b"[2,")
    assert report.time_ns == WALL + second
    assert bench.take() == [([(2, DCHG | DUPD)], 1)]


def test_values_are_those_of_the_change_not_of_the_sending() -> None:
    bench = Bench()
    bench.enable(BufTm=100, TrgOps=DCHG)
    bench.update("GGIO1.Ind1", stVal=True)
    bench.update("GGIO1.Ind1", q=INVALID)  # not a trigger here
    bench.wait(100)
    (report,) = bench.reports
    assert b"Quality(good)" in report.entries[0][2]


def test_gi_and_integrity_send_what_is_pending_first() -> None:
    bench = Bench()
    bench.enable(BufTm=1000, IntgPd=300)
    bench.update("GGIO1.Ind1", stVal=True)
    assert bench.write("GI", True) is None
    every = [(i, TrgOps.GI) for i in range(3)]
    assert bench.take() == [([(0, DCHG)], 0), (every, 1)]
    bench.update("GGIO1.Ind1", stVal=False)
    bench.wait(300)
    every = [(i, TrgOps.INTEGRITY) for i in range(3)]
    assert bench.take() == [([(0, DCHG)], 2), (every, 3)]
    bench.wait(10)
    assert bench.take() == []


def test_disabling_forgets_what_is_pending() -> None:
    bench = Bench()
    bench.enable(BufTm=100)
    bench.update("GGIO1.Ind1", stVal=True)
    assert bench.write("RptEna", False) is None
    bench.wait(1000)
    bench.enable()
    bench.wait(1000)
    assert bench.take() == []


# -- integrity --------------------------------------------------------------------------------------------------------


def test_integrity_scans_come_at_their_period() -> None:
    bench = Bench()
    bench.enable(IntgPd=250)
    bench.wait(249)
    assert bench.take() == []
    bench.wait(1)
    assert bench.take() == [([(i, TrgOps.INTEGRITY) for i in range(3)], 0)]
    bench.wait(1000)
    assert len(bench.take()) == 4


def test_scans_that_were_missed_are_not_made_up_for() -> None:
    bench = Bench()
    bench.enable(IntgPd=100)
    began = bench.now
    bench.now += 1_050 * MS  # the server was held up
    bench.engine.poll()
    assert len(bench.take()) == 1
    assert bench.engine.deadline == began + 1_100 * MS, "and the rhythm is kept"


@pytest.mark.parametrize(("trg_ops", "period"), [(ALL & ~TrgOps.INTEGRITY, 100), (ALL, 0)])
def test_no_integrity_without_both_option_and_period(trg_ops: int, period: int) -> None:
    bench = Bench()
    bench.enable(TrgOps=trg_ops, IntgPd=period)
    assert bench.engine.deadline is None
    bench.wait(10_000)
    assert bench.take() == []


# -- general interrogation --------------------------------------------------------------------------------------------


def test_general_interrogation() -> None:
    bench = Bench()
    assert bench.write("GI", True) == Access.TEMPORARILY_UNAVAILABLE, "not enabled"
    bench.enable()
    assert bench.write("GI", False) is None
    assert bench.take() == []
    assert bench.write("GI", True) is None
    assert bench.take() == [([(i, TrgOps.GI) for i in range(3)], 0)]
    assert bench.control["GI"] is False, "GI falls back by itself"


def test_general_interrogation_that_is_not_among_the_triggers() -> None:
    bench = Bench()
    bench.enable(TrgOps=ALL & ~TrgOps.GI)
    assert bench.write("GI", True) == Access.TEMPORARILY_UNAVAILABLE
    assert bench.take() == []


# -- SqNum ------------------------------------------------------------------------------------------------------------


def test_sq_num_wraps_at_eight_bits_and_starts_anew_when_enabled() -> None:
    bench = Bench()
    bench.enable()
    for _ in range(SQ_NUM_MODULUS + 2):
        assert bench.write("GI", True) is None
    assert [r.sq_num for r in bench.reports] == [*range(256), 0, 1]
    assert bench.control["SqNum"] == 2
    assert bench.write("RptEna", False) is None
    bench.enable()
    assert bench.control["SqNum"] == 0
    bench.reports.clear()
    assert bench.write("GI", True) is None
    assert bench.reports[0].sq_num == 0


# -- who may write what, and when -------------------------------------------------------------------------------------

SETTINGS: dict[str, Any] = {
    "RptID": "mine",
    "DatSet": MX,
    "OptFlds": OptFlds.USUAL,
    "BufTm": 1,
    "TrgOps": DCHG,
    "IntgPd": 1000,
}


@pytest.mark.parametrize("attribute", SETTINGS)
def test_settings_are_written_while_disabled_and_refused_while_enabled(attribute: str) -> None:
    bench = Bench()
    before = bench.control[attribute]
    bench.enable()
    assert bench.write(attribute, SETTINGS[attribute]) == Access.TEMPORARILY_UNAVAILABLE
    assert bench.control[attribute] == before
    assert bench.write("RptEna", False) is None
    assert bench.write(attribute, SETTINGS[attribute]) is None
    assert bench.control[attribute] == SETTINGS[attribute]


@pytest.mark.parametrize("attribute", ["ConfRev", "SqNum", "Owner"])
def test_what_no_client_writes(attribute: str) -> None:
    assert Bench(owner=True).write(attribute, 1) == Access.ACCESS_DENIED


LIMITS = [
    ("BufTm", 0, None),
    ("BufTm", MAX_BUF_TM, None),
    ("BufTm", MAX_BUF_TM + 1, Access.VALUE_INVALID),
    ("IntgPd", 0, None),
    ("IntgPd", 1, Access.VALUE_INVALID),
    ("IntgPd", MIN_INTG_PD - 1, Access.VALUE_INVALID),
    ("IntgPd", MIN_INTG_PD, None),
    ("IntgPd", (1 << 32) - 1, None),
    ("DatSet", f"{LD}/LLN0$nobody", Access.VALUE_INVALID),
    ("DatSet", "nonsense", Access.VALUE_INVALID),
    ("DatSet", "", None),
]


@pytest.mark.parametrize(("attribute", "value", "answer"), LIMITS)
def test_limits(attribute: str, value: Any, answer: int | None) -> None:
    bench = Bench()
    before = bench.control[attribute]
    assert bench.write(attribute, value) == answer
    assert bench.control[attribute] == (value if answer is None else before)


@pytest.mark.parametrize("data_set", ["", f"{LD}/LLN0$dsEmpty"])
def test_nothing_to_report_cannot_be_enabled(data_set: str) -> None:
    bench = Bench()
    bench.ied[f"{LD}.LLN0"].data_sets["dsEmpty"] = ()
    assert bench.write("DatSet", data_set) is None
    assert bench.write("RptEna", True) == Access.VALUE_INVALID
    assert bench.control.state is State.FREE
    assert bench.control["RptEna"] is False


def test_another_data_set_is_another_configuration() -> None:
    bench = Bench(conf_rev=7)
    assert bench.write("DatSet", EV) is None
    assert bench.control["ConfRev"] == 7, "the same data set"
    assert bench.write("DatSet", MX) is None
    assert bench.control["ConfRev"] == 8
    bench.enable()
    bench.update("MMXU1.Hz", mag__f=50.0)
    assert bench.take() == [([(1, DCHG)], 0)]
    bench = Bench(conf_rev=(1 << 32) - 1)
    assert bench.write("DatSet", MX) is None
    assert bench.control["ConfRev"] == 1, "0 stands for no configuration"


def test_options_a_urcb_does_not_have_are_taken_away() -> None:
    bench = Bench()
    assert bench.write("OptFlds", 0b1111111111) is None
    assert bench.control["OptFlds"] == 0b0111110011
    assert bench.write("TrgOps", 0b111111) is None
    assert bench.control["TrgOps"] == 0b011111


# -- reservation ------------------------------------------------------------------------------------------------------

_STIMULI: dict[str, tuple[str, Any]] = {
    "reserve": ("Resv", True),
    "release": ("Resv", False),
    "enable": ("RptEna", True),
    "disable": ("RptEna", False),
}


@pytest.mark.parametrize("stimulus", [*_STIMULI, "lost"])
@pytest.mark.parametrize("state", [State.FREE, State.RESERVED, State.ENABLED])
def test_every_state_and_stimulus(state: State, stimulus: str) -> None:
    bench = Bench()
    for attribute in {State.FREE: (), State.RESERVED: ("Resv",), State.ENABLED: ("RptEna",)}[state]:
        assert bench.write(attribute, True) is None
    control = bench.control
    assert control.state is state
    if stimulus == "lost":
        bench.engine.client_gone(1)
        assert control.state is State.FREE
    else:
        answer = bench.write(*_STIMULI[stimulus])
        target = TRANSITIONS.get((state, stimulus))
        idle = (state, stimulus) in {
            (State.FREE, "release"),
            (State.FREE, "disable"),
            (State.RESERVED, "disable"),
            (State.ENABLED, "enable"),
        }
        assert control.state is (target or state)
        assert answer == (None if target or idle else Access.TEMPORARILY_UNAVAILABLE)
    assert control["Resv"] is (control.state is not State.FREE)
    assert control["RptEna"] is (control.state is State.ENABLED)
    assert (control.client is None) is (control.state is State.FREE)


def test_the_table_knows_no_other_states() -> None:
    stimuli = {*_STIMULI, "lost"}
    assert {stimulus for _, stimulus in TRANSITIONS} == stimuli
    assert {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values()) == set(State) - {State.LOST}


@pytest.mark.parametrize("attribute", ["Resv", "RptEna"])
@pytest.mark.parametrize("other", [*SETTINGS, "Resv", "RptEna", "GI"])
def test_a_block_is_its_clients_alone(attribute: str, other: str) -> None:
    bench = Bench()
    assert bench.write(attribute, True, client=1) is None
    for value in (SETTINGS.get(other, True), SETTINGS.get(other, False)):
        assert bench.write(other, value, client=2) == Access.TEMPORARILY_UNAVAILABLE
    bench.engine.client_gone(2)
    assert bench.control.client == 1
    bench.engine.client_gone(1)
    assert bench.write(attribute, True, client=2) is None
    assert bench.control.client == 2


def test_a_client_that_goes_ends_its_reports_and_no_others() -> None:
    bench = Bench(instances=3)
    for client, control in enumerate(bench.controls):
        assert control.write(client % 2, "BufTm", 100) is None
        assert control.write(client % 2, "RptEna", True) is None
    bench.update("GGIO1.Ind1", stVal=True)
    bench.engine.client_gone(0)
    bench.wait(1000)
    assert [r.client for r in bench.reports] == [1]
    assert [c.state for c in bench.controls] == [State.FREE, State.ENABLED, State.FREE]


def test_the_owner_is_shown_when_declared() -> None:
    bench = Bench(owner=True)
    assert bench.control["Owner"] == b""
    bench.enable(client=42)
    assert bench.control["Owner"] == b"42"
    bench.engine.client_gone(42)
    assert bench.control["Owner"] == b""
    with pytest.raises(KeyError):
        Bench().control["Owner"]


def test_closing_lets_go_of_the_model() -> None:
    bench = Bench(instances=2)
    bench.enable()
    bench.engine.close()
    assert not bench.ied.commit_hooks
    assert not any(leaf.change_hooks for leaf in bench.ied.leaves())
    bench.update("GGIO1.Ind1", stVal=True)
    assert bench.take() == []


# -- time -------------------------------------------------------------------------------------------------------------


def test_the_engine_says_when_it_wants_to_be_called() -> None:
    bench = Bench(instances=2)
    assert bench.engine.deadline is None
    first, second = bench.controls
    for control, period in ((first, 500), (second, 300)):
        assert control.write(1, "IntgPd", period) is None
        scheduled = bench.scheduled
        assert control.write(1, "RptEna", True) is None
        assert bench.scheduled > scheduled
    assert bench.engine.deadline == bench.now + 300 * MS
    assert second.write(1, "RptEna", False) is None
    assert bench.engine.deadline == bench.now + 500 * MS
    assert first.write(1, "RptEna", False) is None
    assert bench.engine.deadline is None


def test_calling_too_early_does_nothing() -> None:
    bench = Bench()
    bench.enable(IntgPd=100, BufTm=50)
    bench.update("GGIO1.Ind1", stVal=True)
    for _ in range(10):
        bench.engine.poll()
    assert bench.take() == []
    bench.wait(50)
    assert len(bench.take()) == 1


def test_setting_the_time_of_day_back_delays_nothing() -> None:
    bench = Bench()
    bench.wall = 5
    bench.enable(BufTm=100)
    bench.update("GGIO1.Ind1", stVal=True)
    bench.wait(100)
    (report,) = bench.reports
    assert report.time_ns == 5


def test_many_changes_leave_no_timers_behind() -> None:
    bench = Bench()
    bench.enable(BufTm=100)
    for turn in range(5_000):
        bench.update("GGIO1.Cnt1", actVal=turn + 1)  # each one flushes its predecessor
    assert len(bench.engine._timers) < 1_000
    assert len(bench.take()) == 4_999


# -- whatever happens -------------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """Random clients and changes: what the block shows is what it is, and no change is lost or told twice."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.expected = 0
        self.told = 0
        self.value = 0

    @property
    def control(self) -> UnbufferedReportControl:
        return self.bench.control

    @rule(client=st.integers(1, 2), value=st.booleans())
    def enable(self, client: int, value: bool) -> None:
        was = self.control.state
        self.count()
        if self.control.write(client, "RptEna", value) is None and was is State.ENABLED and not value:
            self.expected = self.told = 0

    @rule(client=st.integers(1, 2), value=st.booleans())
    def reserve(self, client: int, value: bool) -> None:
        self.control.write(client, "Resv", value)

    @rule(client=st.integers(1, 2), attribute=st.sampled_from(["BufTm", "IntgPd"]), value=st.sampled_from([0, 20, 100]))
    def configure(self, client: int, attribute: str, value: int) -> None:
        answer = self.control.write(client, attribute, value)
        assert answer is None or self.control.state is not State.FREE

    @rule(client=st.integers(1, 2))
    def leave(self, client: int) -> None:
        was = self.control.client
        self.count()
        self.bench.engine.client_gone(client)
        if was == client:
            assert self.control.state is State.FREE
            self.expected = self.told = 0

    @rule()
    def change(self) -> None:
        self.value += 1
        if self.control.state is State.ENABLED:
            self.expected += 1
        self.bench.update("GGIO1.Cnt1", actVal=self.value)

    @rule(milliseconds=st.sampled_from([1, 15, 100, 1000]))
    def wait(self, milliseconds: int) -> None:
        self.bench.wait(milliseconds)

    @precondition(lambda self: self.control.state is State.ENABLED)
    @rule()
    def interrogate(self) -> None:
        assert self.control.write(self.control.client, "GI", True) is None

    def count(self) -> None:
        """Changes told so far; every report of events has exactly the one."""
        for report in self.bench.reports:
            if report.entries[0][1] & (DCHG | DUPD):
                assert len(report.entries) == 1
                self.told += 1
        self.bench.reports.clear()

    @invariant()
    def nothing_is_lost(self) -> None:
        self.count()
        pending = len(self.control._pending)
        assert pending <= 1
        if self.control.state is State.ENABLED:
            assert self.told + pending == self.expected

    @invariant()
    def shown_is_true(self) -> None:
        control = self.control
        assert control["Resv"] is (control.state is not State.FREE)
        assert control["RptEna"] is (control.state is State.ENABLED)
        assert (control.client is None) is (control.state is State.FREE)
        hooked = any(leaf.change_hooks for leaf in self.bench.ied.leaves())
        assert hooked is (control.state is State.ENABLED)


Life.TestCase.settings = settings(derandomize=True, max_examples=60, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase


def test_hooks_of_other_listeners_stay() -> None:
    """Somebody else listens to the same leaf, before and after."""
    bench = Bench()
    heard: list[Trigger] = []

    def listen(_: DataAttribute, reason: Trigger) -> None:
        heard.append(reason)

    leaf: DataAttribute = bench.ied[f"{LD}.GGIO1.Ind1.stVal"]
    leaf.change_hooks += (listen,)
    bench.enable()
    assert bench.write("RptEna", False) is None
    assert leaf.change_hooks == (listen,)
    bench.update("GGIO1.Ind1", stVal=True)
    assert heard == [Trigger.DCHG]


def test_a_leaf_in_many_members_is_let_go_by_all_of_them() -> None:
    bench = Bench()
    (first, *_) = bench.resolve(EV) or ()
    bench.engine._resolve = lambda _: (first,) * 500
    leaf = bench.ied.find(f"{LD}/GGIO1.Ind1.stVal")
    heard: list[Trigger] = []
    leaf.change_hooks += (mine := lambda _, reason: heard.append(reason),)
    bench.enable()
    assert len(leaf.change_hooks) == 501
    bench.update("GGIO1.Ind1", stVal=True)
    assert [index for index, _, _ in bench.reports[-1].entries] == list(range(500))
    assert bench.write("RptEna", False) is None
    assert leaf.change_hooks == (mine,)
    assert heard == [Trigger.DCHG]


def test_instances_are_numbered() -> None:
    names: Callable[[ReportControl], tuple[str, ...]] = lambda declared: declared.instance_names  # noqa: E731
    assert names(ReportControl(name="urcb", instances=3)) == ("urcb01", "urcb02", "urcb03")
    assert names(ReportControl(name="urcb", indexed=False)) == ("urcb",)
    for wrong in ({"instances": 0}, {"instances": 100}, {"instances": 2, "indexed": False}):
        with pytest.raises(ValueError, match=r"1\.\.99"):
            ReportControl(name="urcb", **wrong)  # type: ignore[arg-type]


def test_a_bench_is_what_it_seems() -> None:
    bench = Bench()
    assert isinstance(bench.ied, Ied)
    members = bench.resolve(EV)
    assert members is not None
    assert [m.reference for m in members] == [f"{LD}/GGIO1.{n} [ST]" for n in ("Ind1", "Ind2", "Cnt1")]
    assert len(list(itertools.chain.from_iterable(m.leaves for m in members))) == 9
