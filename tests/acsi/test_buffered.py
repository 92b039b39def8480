"""BRCB: attributes, the buffer and its bounds, on a clock that only the test turns."""

from typing import Any

import pytest
from rig import ALICE, MS, WALL, Rig

from meterwire.acsi import BufferLimits
from meterwire.acsi.brcb import SQ_NUM_MODULUS
from meterwire.models import Edition

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
