"""What the model has against a command: authority, health, blockings, limits; one row a rule."""

from typing import Any

import pytest

from meterwire.acsi.control_command import AddCause, Command, Origin
from meterwire.acsi.control_rules import rules_of
from meterwire.errors import UsageError
from meterwire.models import Ied, LogicalDevice, build
from meterwire.models.enums import ServiceNameKind
from meterwire.models.ln import CSWI, GGIO, KVLV, LLN0

C = AddCause
BAY, STATION, REMOTE = 1, 2, 3


def cause(target: str, value: Any, orCat: int = REMOTE, **settings: Any) -> AddCause | None:
    """What is said to a command; settings as ``LLN0__Loc__stVal=True``."""
    values: dict[str, dict[str, Any]] = {"LLN0": {}, "CSWI1": {}, "GGIO1": {}, "KVLV1": {}}
    for name, given in settings.items():
        node, _, path = name.partition("__")
        values[node][path.replace("__", ".")] = given
    node, name = target.split(".")
    values[node][f"{name}.ctlModel"] = 1
    ied = Ied("I").add(
        LogicalDevice("ILD", "LD").add(
            build(LLN0, include=("MltLev",) if "LLN0__MltLev__setVal" in settings else (), values=values["LLN0"]),
            build(CSWI, inst="1", values={"Pos.ctlModel": 1, **values["CSWI1"]}),
            build(GGIO, inst="1", values=values["GGIO1"]),
            build(KVLV, inst="1", include=("ClsPos", "OpnPos"), values=values["KVLV1"]),
        )
    )
    command = Command(ServiceNameKind.Operate, target, "me", value, Origin(orCat, b""))
    for rule in rules_of(ied.find(f"ILD/{target}")):
        found = rule(command)
        if found is not None:
            return found
    return None


HIERARCHY = C.Blocked_by_switching_hierarchy


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, {0, 1, 2, 3, 4, 5, 6, 7}),
        ({"CSWI1__Loc__stVal": False}, {0, 1, 2, 3, 4, 5, 6, 7}),
        ({"CSWI1__Loc__stVal": True}, {1, 4, 7}),
        ({"LLN0__Loc__stVal": True}, {1, 4, 7}),
        ({"LLN0__LocKey__stVal": True}, {1, 4, 7}),
        ({"LLN0__LocSta__stVal": True}, {0, 2, 5}),
        ({"LLN0__LocSta__stVal": False}, {0, 3, 6}),
        ({"LLN0__LocSta__stVal": False, "LLN0__MltLev__setVal": True}, {0, 1, 2, 3, 4, 5, 6, 7}),
        ({"LLN0__LocSta__stVal": True, "LLN0__MltLev__setVal": True}, {0, 1, 2, 4, 5, 7}),
        ({"LLN0__LocSta__stVal": True, "LLN0__Loc__stVal": True}, {1, 4, 7}),
    ],
)
def test_who_may_switch(settings: dict[str, Any], allowed: set[int]) -> None:
    for category in range(8):
        expected = None if category in allowed else HIERARCHY
        assert cause("CSWI1.Pos", True, category, **settings) is expected, category


def test_a_command_of_the_process_is_none() -> None:
    assert cause("CSWI1.Pos", True, 8, CSWI1__Loc__stVal=False) is C.Inconsistent_parameters


def test_who_has_the_authority_may_hand_it_over() -> None:
    assert cause("LLN0.LocSta", False, STATION, LLN0__LocSta__stVal=True) is None
    assert cause("LLN0.LocSta", True, STATION, LLN0__LocSta__stVal=False) is None
    assert cause("LLN0.LocSta", True, STATION, LLN0__Loc__stVal=True) is HIERARCHY


@pytest.mark.parametrize(
    ("target", "value", "settings", "expected"),
    [
        ("CSWI1.Pos", True, {"CSWI1__Health__stVal": 3}, C.Blocked_by_health),
        ("CSWI1.Pos", True, {"CSWI1__Health__stVal": 2}, None),
        ("CSWI1.Pos", True, {"CSWI1__CmdBlk__stVal": True}, C.Blocked_by_command),
        ("CSWI1.CmdBlk", False, {"CSWI1__CmdBlk__stVal": True}, None),
        ("KVLV1.Pos", True, {"KVLV1__BlkCls__stVal": True, "KVLV1__BlkOpn__stVal": False}, C.Blocked_by_process),
        ("KVLV1.Pos", False, {"KVLV1__BlkCls__stVal": True, "KVLV1__BlkOpn__stVal": False}, None),
        ("KVLV1.Pos", False, {"KVLV1__BlkCls__stVal": False, "KVLV1__BlkOpn__stVal": True}, C.Blocked_by_process),
        ("GGIO1.ISCSO1", 5, {"GGIO1__ISCSO1__minVal": 1, "GGIO1__ISCSO1__maxVal": 9}, None),
        ("GGIO1.ISCSO1", 0, {"GGIO1__ISCSO1__minVal": 1, "GGIO1__ISCSO1__maxVal": 9}, C.Inconsistent_parameters),
        ("GGIO1.ISCSO1", 10, {"GGIO1__ISCSO1__minVal": 1, "GGIO1__ISCSO1__maxVal": 9}, C.Inconsistent_parameters),
        ("GGIO1.ISCSO1", 10, {"GGIO1__ISCSO1__minVal": 0, "GGIO1__ISCSO1__maxVal": 0}, None),
        ("GGIO1.ISCSO1", 6, {"GGIO1__ISCSO1__stepSize": 5}, C.Inconsistent_parameters),
        ("GGIO1.ISCSO1", 10, {"GGIO1__ISCSO1__stepSize": 5}, None),
        ("GGIO1.AnOut1", {"f": 2.0}, {"GGIO1__AnOut1__minVal__f": 0.0, "GGIO1__AnOut1__maxVal__f": 1.5}, C.Inconsistent_parameters),
        ("GGIO1.AnOut1", {"f": 1.0}, {"GGIO1__AnOut1__minVal__f": 0.0, "GGIO1__AnOut1__maxVal__f": 1.5}, None),
        ("KVLV1.PosChg", 2, {"KVLV1__PosChg__minVal": 0, "KVLV1__PosChg__maxVal": 3, "KVLV1__PosChg__valWTr__posVal": 3}, C.Step_limit),
        ("KVLV1.PosChg", 1, {"KVLV1__PosChg__minVal": 0, "KVLV1__PosChg__maxVal": 3, "KVLV1__PosChg__valWTr__posVal": 3}, None),
        ("KVLV1.PosChg", 1, {"KVLV1__PosChg__minVal": 0, "KVLV1__PosChg__maxVal": 3, "KVLV1__PosChg__valWTr__posVal": 0}, C.Step_limit),
        ("KVLV1.PosChg", 0, {"KVLV1__PosChg__minVal": 0, "KVLV1__PosChg__maxVal": 3, "KVLV1__PosChg__valWTr__posVal": 0}, None),
        ("KVLV1.PosChg", 3, {}, C.Inconsistent_parameters),
        ("LLN0.Mod", 5, {}, None),
        ("LLN0.Mod", 6, {}, C.Inconsistent_parameters),
    ],
)  # fmt: skip
def test_blockings_and_limits(target: str, value: Any, settings: dict[str, Any], expected: AddCause | None) -> None:
    assert cause(target, value, **settings) is expected


def test_an_originator_that_cannot_be_sent() -> None:
    assert Origin(3, bytes(64)).checked()
    for origin in (Origin(3, bytes(65)), Origin(9, b""), Origin(-1, b"")):
        with pytest.raises(UsageError):
            origin.checked()
