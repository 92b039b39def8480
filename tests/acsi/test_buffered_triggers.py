"""BRCB: what makes an entry, and what empties the buffer."""

from typing import Any

import pytest
from rig import MS, WALL, Rig

from meterwire.acsi.brcb import PURGING
from meterwire.models import TrgOps
from meterwire.reading import Quality

UNAVAILABLE, INVALID = 2, 11


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
