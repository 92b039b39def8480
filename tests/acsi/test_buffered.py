"""BRCB: every rule of the buffer, the reservation and the editions, on a clock that only the test turns."""

import itertools
from typing import Any

import pytest
from rig import ALICE, BOB, MS, WALL, FakeJournal, Rig

from meterwire.acsi import BufferLimits
from meterwire.acsi.brcb import IMPLICIT_RESV_TMS, PURGING, SQ_NUM_MODULUS, TRANSITIONS
from meterwire.acsi.report_control import State
from meterwire.models import Edition, TrgOps
from meterwire.reading import Quality

UNAVAILABLE, DENIED, INVALID = 2, 3, 11
PLAIN = "RptID RptEna DatSet ConfRev OptFlds BufTm SqNum TrgOps IntgPd GI PurgeBuf EntryID TimeofEntry ResvTms Owner".split()


def entry_ids(rig: Rig) -> list[int]:
    return [report.entry_id for report in rig.sent]


# -- attributes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edition", "more", "missing"),
    [
        (Edition.ED1, {}, {"ResvTms", "Owner"}),
        (Edition.ED1, {"owner": True}, {"ResvTms", "Owner"}),
        (Edition.ED2, {}, {"Owner"}),
        (Edition.ED2, {"owner": True}, set()),
        (Edition.ED2, {"resv_tms": False}, {"ResvTms", "Owner"}),
        (Edition.ED2_1, {"resv_tms": False}, set()),
    ],
)
def test_attributes_by_edition(edition: Edition, more: dict[str, Any], missing: set[str]) -> None:
    control = Rig(edition=edition, **more).control
    assert list(control.object.children) == [name for name in PLAIN if name not in missing]


@pytest.mark.parametrize("attribute", ["ConfRev", "SqNum", "Owner", "TimeofEntry"])
def test_nobody_writes_these(attribute: str) -> None:
    rig = Rig(owner=True)
    assert rig.write(attribute, rig.control[attribute]) == DENIED


@pytest.mark.parametrize(
    "attribute", [n for n in PLAIN if n not in ("ConfRev", "SqNum", "Owner", "TimeofEntry", "RptEna", "GI")]
)
def test_nothing_but_gi_is_written_while_enabled(attribute: str) -> None:
    rig = Rig()
    assert rig.enable() is None
    value = True if attribute == "PurgeBuf" else rig.control[attribute]
    assert rig.write(attribute, value) == UNAVAILABLE
    assert rig.write("GI", True) is None


def test_sq_num_has_sixteen_bits() -> None:
    rig = Rig(limits=BufferLimits(entries=4))
    rig.enable()
    rig.change(*range(1, SQ_NUM_MODULUS + 2))
    assert [report.sq_num for report in rig.sent[:2]] == [0, 1]
    assert [report.sq_num for report in rig.sent[-2:]] == [SQ_NUM_MODULUS - 1, 0]


def test_sq_num_starts_anew_with_each_enabling() -> None:
    rig = Rig()
    rig.enable()
    rig.change(1, 2)
    rig.write("RptEna", False)
    rig.take()
    rig.enable()
    assert [report.sq_num for report in rig.sent] == [0, 1]


# -- buffering -------------------------------------------------------------------------------------------------------


def test_events_before_the_first_client_are_kept() -> None:
    rig = Rig()
    rig.change(1, 2, 3)
    assert rig.take() == []
    rig.enable()
    assert rig.numbers() == [1, 2, 3]
    rig.change(4)
    assert rig.numbers() == [4]


def test_the_whole_buffer_comes_with_overflow_on_its_first_report() -> None:
    """Nobody can tell what was before it."""
    rig = Rig()
    rig.change(1, 2)
    rig.enable()
    assert [report.buf_ovfl for report in rig.sent] == [True, False]


def test_resume_behind_an_entry() -> None:
    rig = Rig()
    rig.enable()
    rig.change(1, 2, 3)
    second = entry_ids(rig)[1]
    rig.lose()
    rig.change(4)
    rig.take()
    assert rig.resume(second, "alice/2") is None
    assert rig.enable("alice/2") is None
    assert [report.buf_ovfl for report in rig.sent] == [False, False]
    assert rig.numbers() == [3, 4]


def test_resume_behind_the_newest_gives_what_comes() -> None:
    rig = Rig()
    rig.enable()
    rig.change(1)
    rig.lose()
    rig.resume(rig.take()[0].entry_id)
    rig.enable()
    assert rig.take() == []
    rig.change(2)
    assert [report.buf_ovfl for report in rig.sent] == [False]
    assert rig.numbers() == [2]


def test_null_entry_gives_all() -> None:
    rig = Rig()
    rig.enable()
    rig.change(1, 2)
    rig.write("RptEna", False)
    rig.take()
    assert rig.resume(0) is None
    rig.enable()
    assert rig.sent[0].buf_ovfl
    assert rig.numbers() == [1, 2]


@pytest.mark.parametrize("edition", Edition)
def test_unknown_entry(edition: Edition) -> None:
    rig = Rig(edition=edition)
    rig.change(1, 2)
    if edition is Edition.ED2_1:
        rig.write("ResvTms", 5)
    assert rig.resume(77) == (None if edition is Edition.ED1 else INVALID)
    rig.enable()
    assert rig.sent[0].buf_ovfl
    assert rig.numbers() == [1, 2]


@pytest.mark.parametrize("value", [b"", b"\1", bytes(7)])
def test_entry_id_has_eight_octets(value: bytes) -> None:
    assert Rig().write("EntryID", value) == INVALID


def test_entry_ids_grow_and_differ_between_instances() -> None:
    rig = Rig()
    rig.change(*range(1, 50))
    ids = [[entry.entry_id for entry in control.buffer._unsent] for control in rig.controls]
    assert all(one == sorted(set(one)) for one in ids)
    assert not set(ids[0]) & set(ids[1])


def test_entry_id_and_time_show_the_newest_then_the_last_sent() -> None:
    rig = Rig()
    assert rig.control["EntryID"] == bytes(8)
    rig.change(1)
    rig.turn(1)
    rig.change(2)
    first, second = (entry.entry_id.to_bytes(8) for entry in rig.control.buffer._unsent)
    assert rig.control["EntryID"] == second
    newest = rig.control["TimeofEntry"]
    rig.resume(int.from_bytes(first))
    rig.change(3)
    assert rig.control["EntryID"] == first  # what the client set, until something is sent
    rig.has_room = False
    rig.enable()
    assert rig.control["EntryID"] == first
    rig.has_room = True
    rig.engine.ready(ALICE)
    assert rig.control["EntryID"] == rig.sent[-1].entry_id.to_bytes(8)
    assert rig.sent[0].time_ns - rig.wall_offset == rig.now
    assert rig.control["TimeofEntry"] == newest
    ms = (WALL // MS + 1000 - 441_763_200_000) % 86_400_000
    assert int.from_bytes(newest[:4]) == ms


# -- bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("events", "kept"), [(3, [1, 2, 3]), (4, [2, 3, 4])])
def test_bound_of_entries(events: int, kept: list[int]) -> None:
    rig = Rig(limits=BufferLimits(entries=3))
    rig.change(*range(1, events + 1))
    rig.enable()
    assert rig.numbers() == kept


def test_bound_of_octets() -> None:
    rig = Rig(limits=BufferLimits(octets=2000))
    rig.change(*range(1, 100))
    buffer = rig.control.buffer
    assert 1 < len(buffer) < 10
    assert buffer.octets <= 2000
    rig.enable()
    kept = rig.numbers()
    assert kept == list(range(100 - len(kept), 100))


def test_the_newest_entry_stays_however_large() -> None:
    rig = Rig(limits=BufferLimits(octets=1))
    rig.change(1, 2)
    rig.enable()
    assert rig.numbers() == [2]


def test_overflow_while_the_line_is_full() -> None:
    rig = Rig(limits=BufferLimits(entries=2))
    rig.enable()
    rig.change(1)
    rig.has_room = False
    rig.change(2, 3, 4)
    rig.has_room = True
    rig.engine.ready(ALICE)
    assert [report.buf_ovfl for report in rig.sent] == [True, True, False]
    assert rig.numbers() == [1, 3, 4]


def test_sent_entries_that_go_are_no_overflow() -> None:
    rig = Rig(limits=BufferLimits(entries=2))
    rig.enable()
    rig.change(*range(1, 10))
    assert [report.buf_ovfl for report in rig.sent] == [True, *[False] * 8]


def test_overflow_between_resume_and_enable() -> None:
    rig = Rig(limits=BufferLimits(entries=3))
    rig.change(1, 2)
    rig.resume(rig.control.buffer._unsent[0].entry_id)
    rig.change(3, 4, 5, 6)
    rig.enable()
    assert [report.buf_ovfl for report in rig.sent] == [True, False, False]
    assert rig.numbers() == [4, 5, 6]


def test_an_entry_that_had_to_go_is_unknown() -> None:
    rig = Rig(limits=BufferLimits(entries=2))
    rig.enable()
    rig.change(1)
    rig.lose()
    rig.change(2, 3, 4)
    assert rig.resume(rig.sent[0].entry_id) == INVALID


# -- interrogation, integrity, BufTm, triggers -----------------------------------------------------------------------


def test_a_new_interrogation_replaces_the_old_one() -> None:
    rig = Rig()
    rig.enable()
    rig.change(1)
    rig.write("GI", True)
    rig.write("GI", True)
    assert [[r & (TrgOps.DCHG | TrgOps.GI) for _, r, _ in report.entries] for report in rig.take()] == [
        [TrgOps.DCHG],
        [TrgOps.GI] * 3,
        [TrgOps.GI] * 3,
    ]
    assert len(rig.control.buffer) == 2
    assert rig.control["GI"] is False


def test_a_replaced_interrogation_is_still_a_place_to_go_on() -> None:
    rig = Rig()
    rig.enable()
    rig.change(1)
    rig.write("GI", True)
    replaced = rig.take()[-1].entry_id
    rig.change(2)
    rig.write("GI", True)
    rig.lose()
    rig.take()
    assert rig.resume(replaced) is None
    rig.enable()
    assert [len(report.entries) for report in rig.take()] == [1, 3]


def test_interrogation_only_while_enabled_and_wanted() -> None:
    rig = Rig()
    assert rig.write("GI", True) == UNAVAILABLE
    assert rig.write("GI", False) is None
    rig.write("TrgOps", TrgOps.DCHG)
    rig.enable()
    assert rig.write("GI", True) == UNAVAILABLE


def test_integrity_is_buffered_and_comes_on_time() -> None:
    rig = Rig(intg_pd=1000)
    rig.turn(2.5)
    rig.enable()
    assert [[r for _, r, _ in report.entries] for report in rig.sent] == [[TrgOps.INTEGRITY] * 3] * 2
    assert [report.time_ns - WALL for report in rig.take()] == [1000 * MS, 2000 * MS]
    rig.turn(0.5)
    assert len(rig.take()) == 1


def test_buf_tm_gathers_and_a_second_change_sends() -> None:
    rig = Rig(buf_tm=100)
    rig.enable()
    rig.set(n=1)
    rig.turn(0.05)
    rig.set(b=True)
    assert rig.take() == []
    rig.turn(0.05)
    (report,) = rig.take()
    assert [index for index, _, _ in report.entries] == [0, 1]
    assert report.time_ns == WALL
    rig.set(n=2)
    rig.set(n=3)
    assert rig.numbers() == [2]
    rig.turn(0.1)
    assert rig.numbers() == [3]


def test_what_buf_tm_gathers_outlives_the_client() -> None:
    rig = Rig(buf_tm=100)
    rig.enable()
    rig.set(n=1)
    rig.lose()
    rig.turn(0.2)
    rig.enable()
    assert rig.numbers() == [1]


def test_triggers() -> None:
    rig = Rig()
    rig.enable()
    rig.set(n=1)
    rig.set(n=1)
    rig.set(q=Quality.INVALID)
    reasons = [report.entries[0][1] for report in rig.take()]
    assert reasons[0] & TrgOps.DCHG
    assert reasons[1:] == [TrgOps.DUPD, TrgOps.QCHG]
    rig.write("RptEna", False)
    rig.write("TrgOps", TrgOps.QCHG)
    rig.set(n=2, q=Quality.GOOD)
    rig.enable()
    assert [[index for index, _, _ in report.entries] for report in rig.take()] == [[2]]


# -- purging ---------------------------------------------------------------------------------------------------------


def test_purge() -> None:
    rig = Rig()
    rig.change(1, 2)
    assert rig.write("PurgeBuf", False) is None
    assert len(rig.control.buffer) == 2
    assert rig.write("PurgeBuf", True) is None
    assert (rig.control["PurgeBuf"], rig.control["EntryID"]) == (False, bytes(8))
    rig.change(3)
    rig.enable()
    assert rig.sent[0].buf_ovfl
    assert rig.numbers() == [3]


CHANGES = {"RptID": "mine", "DatSet": "other", "BufTm": 5, "TrgOps": 0b010000, "IntgPd": 50, "OptFlds": 0b0111111111}


@pytest.mark.parametrize(("attribute", "value"), CHANGES.items())
def test_a_changed_attribute_purges_the_same_value_does_not(attribute: str, value: Any) -> None:
    rig = Rig()
    rig.change(1)
    assert rig.write(attribute, rig.control[attribute]) is None
    assert len(rig.control.buffer) == 1
    assert rig.write(attribute, value) is None
    assert len(rig.control.buffer) == (0 if attribute in PURGING else 1)
    assert rig.control[attribute] == value
    assert (rig.control["ConfRev"] == 2) == (attribute == "DatSet")


@pytest.mark.parametrize(("attribute", "value"), [("DatSet", "no such"), ("BufTm", 3_600_001), ("IntgPd", 9)])
def test_a_refused_change_purges_nothing(attribute: str, value: Any) -> None:
    rig = Rig()
    rig.change(1)
    assert rig.write(attribute, value) == INVALID
    assert len(rig.control.buffer) == 1


def test_another_data_set_is_watched() -> None:
    rig = Rig()
    rig.write("DatSet", "other")
    rig.set(b=True)
    rig.set(n=5)
    rig.enable()
    assert rig.numbers() == [5]
    rig.write("RptEna", False)
    rig.write("DatSet", "")
    assert rig.enable() == INVALID


def test_a_data_set_defined_anew_under_its_name_starts_anew() -> None:
    rig = Rig()
    rig.change(1)
    rig.data_sets["ds"] = "bn"
    rig.enable()
    assert rig.take() == []
    rig.set(n=2)
    assert [index for report in rig.take() for index, _, _ in report.entries] == [1]
    assert rig.engine.uses("ds")
    assert not rig.engine.uses("other")


# -- reservation -----------------------------------------------------------------------------------------------------


def test_reserve_and_release() -> None:
    rig = Rig(owner=True)
    assert rig.write("ResvTms", 20) is None
    assert (rig.control["ResvTms"], rig.control["Owner"]) == (20, b"alice")
    assert rig.write("ResvTms", 5, BOB) == UNAVAILABLE
    assert rig.enable(BOB) == UNAVAILABLE
    assert rig.write("ResvTms", -3) == INVALID
    assert rig.write("ResvTms", 0) is None
    assert (rig.control["ResvTms"], rig.control["Owner"]) == (0, b"")
    assert rig.enable(BOB) is None


@pytest.mark.parametrize("enabled", [False, True])
def test_a_vanished_client_has_res_tms_seconds(enabled: bool) -> None:
    """Must not happen: a BRCB stuck reserved after a client vanishes."""
    rig = Rig(owner=True)
    rig.write("ResvTms", 20)
    if enabled:
        rig.enable()
    rig.lose()
    assert (rig.control["RptEna"], rig.control["ResvTms"], rig.control["Owner"]) == (False, 20, b"alice")
    rig.turn(19.9)
    assert rig.enable(BOB) == UNAVAILABLE
    rig.turn(0.2)
    assert (rig.control["ResvTms"], rig.control["Owner"]) == (0, b"")
    assert rig.enable(BOB) is None


def test_a_vanished_client_comes_back_in_time() -> None:
    rig = Rig()
    rig.write("ResvTms", 20)
    rig.enable()
    rig.lose()
    rig.turn(10)
    assert rig.write("OptFlds", 0, "alice/2") is None
    rig.turn(100)
    assert rig.enable(BOB) == UNAVAILABLE
    assert rig.enable("alice/2") is None
    assert rig.control["ResvTms"] == 20


def test_edition_2_reserves_by_any_write() -> None:
    rig = Rig()
    assert rig.write("OptFlds", 0) is None
    assert rig.control["ResvTms"] == IMPLICIT_RESV_TMS
    assert rig.enable(BOB) == UNAVAILABLE
    rig.lose()
    rig.turn(IMPLICIT_RESV_TMS + 0.1)
    assert rig.enable(BOB) is None
    assert rig.control["ResvTms"] == IMPLICIT_RESV_TMS


def test_a_refused_write_reserves_nothing() -> None:
    rig = Rig()
    assert rig.write("BufTm", 1 << 31) == INVALID
    assert rig.control["ResvTms"] == 0
    assert rig.enable(BOB) is None


def test_edition_1_is_reserved_only_while_enabled() -> None:
    rig = Rig(edition=Edition.ED1)
    assert rig.write("OptFlds", 0) is None
    assert rig.enable(BOB) is None
    assert rig.enable() == UNAVAILABLE
    assert rig.write("RptEna", False, BOB) is None
    assert rig.enable() is None
    rig.lose()
    assert rig.enable(BOB) is None


@pytest.mark.parametrize("buffered", [True, False])
def test_edition_2_1_wants_a_reservation_first(buffered: bool) -> None:
    rig = Rig(edition=Edition.ED2_1, buffered=buffered)
    attribute, value, none = ("ResvTms", 30, 0) if buffered else ("Resv", True, False)
    assert rig.write("OptFlds", 0) == DENIED
    assert rig.enable() == DENIED
    assert rig.write(attribute, value) is None
    assert rig.write("OptFlds", 0) is None
    assert rig.enable() is None
    rig.write("RptEna", False)
    rig.write(attribute, none)
    assert rig.enable() == DENIED


@pytest.mark.parametrize("buffered", [True, False])
def test_kept_for_a_client_by_configuration(buffered: bool) -> None:
    rig = Rig(reserved_for=(b"alice",), buffered=buffered)
    attribute, shown = ("ResvTms", -1) if buffered else ("Resv", True)
    assert rig.control[attribute] == shown
    assert rig.enable(BOB) == DENIED
    assert rig.controls[1].write(BOB, "RptEna", True) is None  # the second instance is anybody's
    if buffered:
        assert rig.write("ResvTms", 10) == DENIED
    assert rig.enable() is None
    rig.lose()
    assert rig.control[attribute] == shown
    assert rig.enable(BOB) == DENIED
    assert rig.enable("alice/2") is None


def test_edition_2_1_reserves_even_what_is_configured() -> None:
    rig = Rig(reserved_for=(b"alice",), edition=Edition.ED2_1)
    assert rig.enable() == DENIED
    assert rig.write("ResvTms", 10) is None
    assert rig.control["ResvTms"] == -1
    assert rig.enable() is None


def test_every_state_can_be_reached_and_left() -> None:
    reached, seen = {State.FREE}, set[State]()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {target for (source, _), target in TRANSITIONS.items() if source is state}
    assert reached == set(State)
    assert {source for source, _ in TRANSITIONS} == set(State)


# -- line and journal ------------------------------------------------------------------------------------------------


def test_a_full_line_loses_nothing() -> None:
    rig = Rig()
    rig.change(1, 2)
    rig.has_room = False
    rig.enable()
    rig.change(3)
    assert rig.take() == []
    rig.has_room = True
    rig.engine.ready(BOB)
    assert rig.take() == []
    rig.engine.ready(ALICE)
    assert [report.sq_num for report in rig.sent] == [0, 1, 2]
    assert rig.numbers() == [1, 2, 3]


def test_nothing_leaves_before_the_journal_has_it() -> None:
    journal = FakeJournal()
    rig = Rig(journal)
    rig.enable()
    rig.change(1, 2)
    assert rig.take() == []
    journal.commit()
    assert rig.numbers() == [1, 2]


def restarted(rig: Rig, **more: Any) -> Rig:
    """The server was killed; another one finds its journal."""
    assert rig.journal is not None
    return Rig(rig.journal.crash(), **more)


def test_a_restart_resumes_where_the_client_was() -> None:
    rig = Rig(FakeJournal())
    rig.enable()
    rig.change(1, 2, 3)
    rig.journal.commit()
    got = rig.take()
    rig.change(4)  # never committed, so nobody can have seen it
    rig = restarted(rig)
    rig.change(5)
    rig.journal.commit()
    assert rig.resume(got[1].entry_id) is None
    rig.enable()
    assert not rig.sent[0].buf_ovfl
    assert rig.numbers() == [3, 5]


@pytest.mark.parametrize("purge", [False, True])
def test_entry_ids_are_never_given_twice(purge: bool) -> None:
    """Not even when the clock was set back while the server was down."""
    rig = Rig(FakeJournal())
    rig.change(1, 2)
    last = rig.engine.last_entry_id
    if purge:
        rig.write("PurgeBuf", True)
    rig.journal.commit()
    rig = restarted(rig, wall=WALL - 10**15)
    rig.change(3)
    assert rig.control.buffer.newest.entry_id > last


@pytest.mark.parametrize("changed", ["conf_rev", "members", "declared data set"])
def test_entries_of_another_definition_are_dropped(changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(FakeJournal())
    rig.change(1, 2)
    rig.journal.commit()
    if changed == "conf_rev":
        rig = restarted(rig, conf_rev=2)
    elif changed == "members":
        with monkeypatch.context() as patch:
            resolve = Rig._resolve
            patch.setattr(Rig, "_resolve", lambda self, name: (resolve(self, name) or ())[1:])
            rig = restarted(rig)
    else:
        rig = restarted(rig, rpt_id="renamed")
    assert len(rig.control.buffer) == 0
    assert any("2 buffered entries dropped" in notice for notice in rig.notices)
    rig.journal.commit()
    assert rig.journal.controls["ILD/LLN0$BR$b01"].entries == ()


def test_what_clients_set_survives_with_the_entries() -> None:
    """Otherwise a client that sets it again after the restart would purge what it came for."""
    rig = Rig(FakeJournal())
    for attribute, value in (("TrgOps", 0b010001), ("DatSet", "other"), ("BufTm", 7), ("RptID", "mine")):
        assert rig.write(attribute, value) is None
    rig.write("RptEna", False)
    rig.change(1)
    rig.turn(0.1)
    rig.journal.commit()
    rig = restarted(rig)
    assert [rig.control[name] for name in ("TrgOps", "DatSet", "BufTm", "RptID", "ConfRev")] == [
        0b010001,
        "other",
        7,
        "mine",
        2,
    ]
    assert rig.write("TrgOps", 0b010001) is None
    rig.enable()
    assert rig.numbers() == [1]


def test_settings_that_make_no_sense_are_dropped() -> None:
    rig = Rig(FakeJournal())
    rig.change(1)
    rig.journal.commit()
    stored = rig.journal.controls["ILD/LLN0$BR$b01"]
    for settings in ({"TrgOps": "text"}, {"NoSuch": 1}):
        rig.journal.controls["ILD/LLN0$BR$b01"] = type(stored)(
            declared=stored.declared, defined=stored.defined, settings=settings, entries=stored.entries
        )
        fresh = restarted(rig)
        assert fresh.control["TrgOps"] == 0b011111
        assert len(fresh.control.buffer) == 0


def test_the_journal_holds_what_the_buffer_holds() -> None:
    rig = Rig(FakeJournal(), limits=BufferLimits(entries=4))
    rig.enable()
    for number in range(1, 8):
        rig.change(number)
        rig.write("GI", True)
        rig.journal.commit()
        kept = rig.journal.controls["ILD/LLN0$BR$b01"].entries
        assert [e for e in kept if e.members] == [*rig.control.buffer._sent, *rig.control.buffer._unsent]
    replaced = rig.sent[-3].entry_id
    rig = restarted(rig)
    assert rig.resume(replaced) is None


def test_closing_keeps_what_is_gathered() -> None:
    rig = Rig(FakeJournal(), buf_tm=1000)
    rig.change(1)
    rig.engine.close()
    rig.journal.commit()
    assert len(rig.journal.controls["ILD/LLN0$BR$b01"].entries) == 1
    rig.change(2)
    assert not any(leaf.change_hooks for leaf in rig.ied.leaves())


def test_timers_do_not_pile_up() -> None:
    rig = Rig(buf_tm=3_600_000)
    for number in range(1, 5000):
        rig.change(number)
    assert len(rig.engine._timers) < 1000
    rig.turn(3601)
    assert rig.engine.deadline is None


def test_clients_of_both_instances_are_apart() -> None:
    rig = Rig()
    first, second = rig.controls
    for control, client in zip(rig.controls, (ALICE, BOB), strict=True):
        assert control.write(client, "RptEna", True) is None
    rig.change(1)
    assert [control.client for control in rig.controls] == [ALICE, BOB]
    rig.lose(BOB)
    assert (first.state, second.state) == (State.ENABLED, State.LOST)
    assert list(itertools.chain(*(report.entries for report in rig.sent)))[0][0] == 0
