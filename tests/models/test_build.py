"""Building a logical node: mandatory members come by themselves, forbidden ones never."""

from typing import Any

import pytest

from meterwire.errors import UnknownNameError, UsageError
from meterwire.models import DataAttribute, DataObject, LogicalNode, build
from meterwire.models.build import MAX_ELEMENTS
from meterwire.models.cdc import CDCS, CTS
from meterwire.models.declare import CO, DO, INT8, AtMostOne, CommonDataClass, LogicalNodeClass, M, O, Omulti
from meterwire.models.enums import BehaviourModeKind, CtlModelKind
from meterwire.models.enums._base import Literals
from meterwire.models.ln import (
    GGIO,
    GSAL,
    KVLV,
    LCCH,
    LLN0,
    LN_CLASSES,
    LPHD,
    LTIM,
    LTMS,
    MMTR,
    MMXU,
    MSQI,
    XSWI,
    ln_class,
)
from meterwire.reading import Quality

CHOSEN = {"WYE": "phsA", "DEL": "phsAB", "TSG": "setTm"}
"""Members to choose in CDCs that leave a choice."""
ARRAYS = ("CSD", "CSG", "HST", "HMV", "HWYE", "HDEL")
"""CDCs with arrays: somebody has to say how long they are."""


def names(node: LogicalNode | DataObject | DataAttribute) -> str:
    return " ".join(node.children)


MINIMAL = {
    MMTR: "Beh",
    MMXU: "Beh",
    LPHD: "PhyNam PhyHealth Proxy",
    LLN0: "NamPlt Beh Health Mod",
    XSWI: "SwTyp Loc OpCnt Pos BlkOpn BlkCls Beh",
    GGIO: "Beh",
    LTMS: "TmSrc TmSrcTyp Beh",
    LTIM: "TmDT TmOfsTmm TmUseDT Beh",
    LCCH: "ChLiv Beh",
    GSAL: "AuthFail AcsCtlFail SvcViol Ina OpCntRs Beh",
}


@pytest.mark.parametrize(("cls", "expected"), MINIMAL.items())
def test_mandatory_data_objects(cls: type[LogicalNodeClass], expected: str) -> None:
    assert names(build(cls)) == expected


ATTRIBUTES: list[tuple[type[LogicalNodeClass], tuple[str, ...], dict[str, Any], str, str]] = [
    (MMTR, ("DmdWh",), {}, "DmdWh", "actVal q t pulsQty"),
    (MMTR, ("DmdWh.frVal",), {}, "DmdWh", "frVal frTm q pulsQty frEna frPd frRs"),
    (MMTR, ("DmdWh.frVal", "DmdWh.actVal"), {}, "DmdWh", "actVal frVal frTm q t pulsQty frEna frPd frRs"),
    (MMTR, ("DmdWh.strTm", "DmdWh.frTm"), {}, "DmdWh", "frVal frTm q pulsQty frEna strTm frPd frRs"),
    (MMTR, (), {"DmdWh.units.SIUnit": "Wh"}, "DmdWh.units", "SIUnit"),
    (MMXU, ("TotW",), {}, "TotW", "mag q t"),
    (MMXU, ("TotW",), {}, "TotW.mag", "f"),
    (MMXU, ("TotW.mag.i",), {}, "TotW", "mag q t sVC"),
    (MMXU, ("TotW.mag.i", "TotW.mag.f"), {}, "TotW.mag", "i f"),
    (MMXU, ("TotW.db", "TotW.zeroDb"), {}, "TotW", "mag q t db zeroDb dbRef zeroDbRef"),
    (MMXU, ("TotW.range",), {}, "TotW", "mag range q t rangeC"),
    (MMXU, ("TotW.range",), {}, "TotW.rangeC", "hhLim hLim lLim llLim min max"),
    (MMXU, ("TotW.rangeC",), {}, "TotW.rangeC", "min max"),
    (MMXU, ("TotW.subQ",), {}, "TotW", "mag q t subEna subMag subQ subID"),
    (MMXU, ("PhV.phsB",), {}, "PhV", "phsB"),
    (MMXU, ("PhV.phsC", "PhV.phsA"), {}, "PhV", "phsA phsC"),
    (MMXU, ("PhV.phsA.cVal.ang.i",), {}, "PhV.phsA", "cVal q t angSVC"),
    (LLN0, (), {}, "NamPlt", "vendor swRev ldNs configRev"),
    (LPHD, ("NamPlt",), {}, "NamPlt", "vendor swRev"),
    (XSWI, (), {}, "Pos", "stVal q t ctlModel"),
    (XSWI, (), {"Pos.ctlModel": 1}, "Pos", "stVal q t ctlModel Oper"),
    (XSWI, (), {"Pos.ctlModel": "sbo-with-normal-security"}, "Pos", "stVal q t stSeld ctlModel sboTimeout SBO Oper Cancel"),
    (XSWI, (), {"Pos.ctlModel": CtlModelKind.direct_with_enhanced_security}, "Pos", "stVal q t ctlModel operTimeout Oper"),
    (XSWI, (), {"Pos.ctlModel": 4}, "Pos", "stVal q t stSeld ctlModel sboTimeout operTimeout SBOw Oper Cancel"),
    (XSWI, (), {"Pos.ctlModel": 4}, "Pos.Oper", "ctlVal origin ctlNum T Test Check"),
    (XSWI, (), {"Pos.ctlModel": 4}, "Pos.Cancel", "ctlVal origin ctlNum T Test"),
    (XSWI, ("Pos.Oper.operTm",), {"Pos.ctlModel": 1}, "Pos.Oper", "ctlVal operTm origin ctlNum T Test Check"),
    (GSAL, (), {}, "AuthFail", "cnt sev t"),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "include", "values", "path", "expected"), ATTRIBUTES)
def test_attributes(
    cls: type[LogicalNodeClass], include: tuple[str, ...], values: dict[str, Any], path: str, expected: str
) -> None:
    assert names(build(cls, include=include, values=values)[path]) == expected


@pytest.mark.parametrize("cls", LN_CLASSES.values(), ids=LN_CLASSES.keys())
def test_every_class_with_every_member_that_may_be_there(cls: type[LogicalNodeClass]) -> None:
    """All optional data objects, the order of the declaration, every leaf with a value of its type."""
    include: list[str] = []
    values: dict[str, int] = {}
    enums: dict[str, type[Literals]] = {}
    groups: set[str] = set()
    for name, member in cls.members().items():
        code, arg = member.presence.code, member.presence.arg
        first = int(arg.partition(",")[0]) if code == "OmultiRange" else 1
        wanted = [f"{name}{first + n}" for n in (1, 0, 9)] if code.startswith("Omulti") else [name]
        if code == "Mmulti":
            wanted = [f"{name}1"]
        elif code in ("AtLeastOne", "AllOnlyOneGroup") and (code == "AtLeastOne" or groups <= {code + arg}):
            groups.add(code + arg)
        elif code not in ("M", "O") and not code.startswith("Omulti"):
            continue
        for each in wanted:
            cdc = member.cdc.__name__
            include.append(f"{each}.{CHOSEN[cdc]}" if cdc in CHOSEN else each)
            values |= {f"{each}.maxPts": 2} if cdc in ARRAYS else {}
            enums |= {} if member.enum else {each: BehaviourModeKind}
    node = build(cls, include=include, values=values, enums=enums)
    position = {name: i for i, name in enumerate(cls.members())}
    order = [position.get(name, position.get(name.rstrip("0123456789"))) for name in node.children]
    assert order == sorted(order, key=lambda i: -1 if i is None else i)
    assert all(leaf.type is not None and leaf.value is not None for leaf in node.leaves())


def test_numbered_data_objects_stand_in_the_order_of_their_numbers() -> None:
    assert names(build(GGIO, include=("Ind10", "SPCSO1", "Ind2", "Ind1"))) == "Ind1 Ind2 Ind10 SPCSO1 Beh"


def test_order_does_not_depend_on_the_arguments() -> None:
    one = build(
        MMXU, include=("Hz", "TotW", "TotPF.units.SIUnit"), values={"A.phsB.units.SIUnit": 5, "A.phsA.units.SIUnit": 5}
    )
    two = build(
        MMXU,
        include=("A.phsA", "A.phsB", "TotW"),
        values={"A.phsA.units.SIUnit": 5, "Hz.q": Quality.GOOD, "A.phsB.units.SIUnit": 5, "TotPF.units.SIUnit": 1},
    )
    assert [leaf.reference for leaf in one.leaves()] == [leaf.reference for leaf in two.leaves()]


def test_enumerations_triggers_and_constraints_reach_the_leaf() -> None:
    node = build(MMXU, inst="1", values={"TotW.units.multiplier": "k"})
    magnitude, unit = node["TotW.mag.f"], node["TotW.units.multiplier"]
    assert (magnitude.fc, magnitude.trigger.name) == ("MX", "DCHG|DUPD")
    assert (unit.fc, unit.trigger.name, unit.enum, unit.value) == ("CF", "DCHG", "MultiplierKind", 3)
    assert (node["Beh.stVal"].enum, node["Beh.stVal"].value) == ("BehaviourModeKind", 1)


def test_a_command_value_has_the_type_of_its_cdc() -> None:
    switch = build(XSWI, values={"Pos.ctlModel": 1})
    assert switch["Pos.Oper.ctlVal"].type.name == "BOOLEAN"
    mode = build(MMTR, values={"Mod.ctlModel": 1})["Mod.Oper.ctlVal"]
    assert (mode.type.name, mode.enum) == ("Enum", "BehaviourModeKind")
    valve = build(KVLV, include=("OpnPos", "PosSpt.mxVal"), values={"PosSpt.ctlModel": 1})
    assert names(valve["PosSpt.Oper.ctlVal"]) == "f"


def test_quality_is_the_first_value_of_every_q() -> None:
    node = build(MMXU, include=("PhV.phsA", "TotW"), values={"Beh.q": Quality.GOOD}, quality=Quality.INVALID)
    assert [node[f"{p}.q"].value for p in ("TotW", "PhV.phsA", "Beh")] == [
        Quality.INVALID,
        Quality.INVALID,
        Quality.GOOD,
    ]


def test_writable() -> None:
    node = build(MMXU, include=("TotW.d",), values={"TotW.db": 100, "TotW.dbRef": 1000.0}, writable=("TotW.units",))
    writable = {leaf.reference.partition(".")[2] for leaf in node.leaves() if leaf.is_writable}
    assert writable == {"TotW.d", "TotW.db", "TotW.units.SIUnit"}


def test_derived_statistics_change_presence() -> None:
    node = build(MMXU, prefix="Dmd", include=("TotW",), values={"ClcMth.setVal": "MAX"}, statistics=True)
    assert names(node) == "TotW ClcMth ClcSrc Beh"
    with pytest.raises(UsageError, match="cannot have Blk"):
        build(MMXU, include=("Blk",), statistics=True)
    with pytest.raises(UsageError, match="cannot have ClcSrc"):
        build(MMXU, include=("ClcSrc",))


def test_a_device_with_a_group_reference_is_no_root() -> None:
    assert names(build(LLN0, include=("GrRef",))) == "Beh GrRef"


class Curves(LogicalNodeClass):
    """Arrays, which none of our classes has without asking for much else."""

    Har = DO(CDCS["HMV"], O)
    His = DO(CDCS["HST"], O)
    Trk = DO(CTS, O)
    One = DO(CDCS["SPS"], AtMostOne)
    Two = DO(CDCS["SPS"], AtMostOne)
    Num = DO(CDCS["SPS"], Omulti)


def test_arrays() -> None:
    node = build(Curves, values={"Har.maxPts": 3, "Har.har(2).cVal.mag.f": 1.5, "His.maxPts": 2, "His.hstVal(1)": 7})
    assert [member.value for member in node["Har.har(2).cVal"].leaves()] == [1.5]
    assert names(node["Har.har"]) == "(0) (1) (2)"
    assert (node["His.hstVal"].value, node["His.hstVal"].is_array) == ([0, 7], True)
    assert node["His.hstRangeC(1).xStart"].fc == "CF"
    assert node["Har.har"].is_array


@pytest.mark.parametrize("count", [1, MAX_ELEMENTS])
def test_limits_of_arrays(count: int) -> None:
    assert len(build(Curves, values={"His.maxPts": count})["His.hstVal"].children) == count


class OpenCdc(CommonDataClass):
    """A CDC nobody gave a control value."""

    Oper = CO(CDCS["SPC"].members()["Oper"].type, M)  # type: ignore[union-attr]


class Odd(LogicalNodeClass):
    """Declarations that leave something open."""

    Act = DO(OpenCdc, O)


REFUSED: list[tuple[type[LogicalNodeClass], dict[str, Any], type[Exception], str]] = [
    (MMTR, {"include": ("Foo",)}, UnknownNameError, "MMTR has no Foo; it has TotVAh, TotWh"),
    (MMTR, {"include": ("DmdWh.foo",)}, UnknownNameError, "DmdWh .BCR. has no foo; it has actVal"),
    (MMTR, {"include": ("DmdWh.units.foo",)}, UnknownNameError, "has no foo; it has SIUnit, multiplier"),
    (MMTR, {"include": ("DmdWh.actVal.foo",)}, UnknownNameError, "is a leaf"),
    (MMTR, {"include": ("DmdWh.actVal(0)",)}, UnknownNameError, "is a leaf"),
    (MMTR, {"writable": ("DmdWh.foo",)}, UnknownNameError, "has no foo"),
    (MMTR, {"include": ("DmdWh1",)}, UnknownNameError, "has no DmdWh1"),
    (GGIO, {"include": ("Ind",)}, UnknownNameError, "has no Ind; it has .* Ind1.."),
    (MMTR, {"values": {"DmdWh.units": 72}}, UsageError, "MMTR.DmdWh.units is a structure"),
    (MMTR, {"values": {"DmdWh.actVal": 1.5}}, UsageError, "DmdWh.actVal: 1.5 does not fit INT64"),
    (MMTR, {"values": {"DmdWh.units.SIUnit": "kWh"}}, UnknownNameError, "SIUnitKind has no 'kWh'"),
    (MMTR, {"include": ("DmdWh.strTm",)}, UsageError, r"cannot have strTm here \(presence OF\(frVal\)\)"),
    (MMXU, {"include": ("PhV",)}, UsageError, r"PhV \(WYE\) needs at least one of phsA, phsB"),
    (MMXU, {"include": ("TotW.sVC",)}, UsageError, "cannot have sVC here"),
    (LPHD, {"include": ("NamPlt.ldNs",)}, UsageError, "cannot have ldNs here"),
    (XSWI, {"include": ("Pos.Oper",)}, UsageError, "cannot have Oper here"),
    (XSWI, {"include": ("Pos.SBO",), "values": {"Pos.ctlModel": 4}}, UsageError, "cannot have SBO here"),
    (XSWI, {"values": {"Pos.ctlModel": "on demand"}}, UnknownNameError, "status-only"),
    (LCCH, {"include": ("RedFerCh",)}, UsageError, "cannot have RedFerCh"),
    (MSQI, {}, UsageError, "MSQI needs at least one of SeqA, SeqV"),
    (Curves, {"include": ("One", "Two")}, UsageError, "Curves takes only one of One or Two"),
    (Curves, {"include": ("Har",)}, UsageError, "Har.maxPts must say how many"),
    (Curves, {"values": {"His.maxPts": 0}}, UsageError, "how many"),
    (Curves, {"values": {"His.maxPts": MAX_ELEMENTS + 1}}, UsageError, "how many"),
    (Curves, {"values": {"His.maxPts": 2, "His.hstVal(2)": 1}}, UnknownNameError, r"has no \(2\)"),
    (Curves, {"values": {"Har.maxPts": 2, "Har.har(2).q": 0}}, UnknownNameError, r"has no \(2\)"),
    (Curves, {"include": ("Trk",)}, UsageError, "leaves its ctlVal open"),
    (Odd, {"include": ("Act",)}, UsageError, "leaves its ctlVal open"),
]


@pytest.mark.parametrize(("cls", "options", "error", "message"), REFUSED)
def test_refused(cls: type[LogicalNodeClass], options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build(cls, **options)


def test_registry() -> None:
    assert ln_class("MMTR") is MMTR
    with pytest.raises(UnknownNameError, match="no LN class 'XXXX'; there are LPHD, LLN0"):
        ln_class("XXXX")


def test_declared_type_of_int8_is_shared() -> None:
    assert build(KVLV, include=("OpnPos", "PosChg"))["PosChg.valWTr.posVal"].type is INT8
