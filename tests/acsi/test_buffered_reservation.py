"""BRCB and URCB: who may use a block, in each edition, and for how long after he vanished."""

import pytest
from rig import BOB, Rig

from meterwire.acsi.brcb import IMPLICIT_RESV_TMS, TRANSITIONS
from meterwire.acsi.report_control import State
from meterwire.models import Edition

UNAVAILABLE, DENIED, INVALID = 2, 3, 11


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
