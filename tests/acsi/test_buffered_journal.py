"""BRCB: lines that are full, a journal that is slow, and restarts."""

from typing import Any

import pytest
from rig import ALICE, BOB, WALL, FakeJournal, Rig

from meterwire.acsi import BufferLimits
from meterwire.acsi.report_control import State

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
    assert {report.client for report in rig.sent} == {ALICE}
