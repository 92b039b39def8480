"""A model with modes, substitution and tracking: a root logical device, two below it, every CDC that can be substituted."""

from typing import Any

from meterwire.models import Ied, LogicalDevice, LogicalNode, Reference, ReportControl, TrgOps, build
from meterwire.models.control_blocks import GooseControl, MulticastAddress
from meterwire.models.enums import BehaviourModeKind
from meterwire.models.ln import CSWI, GAPC, GGIO, LGOS, LLN0, LPHD, LTRK, MMXU, XSWI
from meterwire.reading import Timestamp

WALL = 1_800_000_000_000_000_000
SUB = ("subEna", "subQ", "subID")
ROOT, CHILD, LEAF = "TRoot", "TChild", "TLeaf"
TRACKED = (
    "SpcTrk DpcTrk IncTrk ApcFTrk ApcIntTrk BscTrk IscTrk BacTrk GenTrk UrcbTrk BrcbTrk LocbTrk GocbTrk MsvcbTrk SgcbTrk"
).split()


class Clock:
    """A clock to turn."""

    def __init__(self) -> None:
        self.ns = WALL

    def __call__(self) -> int:
        return self.ns

    def later(self, seconds: int = 1) -> Timestamp:
        self.ns += seconds * 1_000_000_000
        return Timestamp.from_ns(self.ns)


def substitutable(name: str, value: str) -> tuple[str, ...]:
    return tuple(f"{name}.{member}" for member in (*SUB, value))


def node(cls: Any, inst: str = "1", *names: str, mod: bool = True, **options: Any) -> LogicalNode:
    values = {"Mod.stVal": 1, "Mod.ctlModel": 1, **options.pop("values", {})} if mod else options.pop("values", {})
    return build(cls, inst=inst, include=names, values=values, **options)


def head(**values: Any) -> LogicalNode:
    options = {"Mod.stVal": 1, "Mod.ctlModel": 1, "Health.stVal": 1, "NamPlt.vendor": "v", **values}
    return build(LLN0, values={name: value for name, value in options.items() if value is not None})


def behaving_ied() -> Ied:
    """TRoot: MMXU1, GGIO1 (status and controls), LTRK1. TChild below it (GrRef): XSWI1, GGIO2 without Mod. TLeaf below that."""
    mmxu = node(
        *(
            MMXU,
            "1",
            "Health",
            "Hz.range",
            "Hz.rangeC.hhLim.f",
            "Hz.rangeC.hLim.f",
            "Hz.rangeC.lLim.f",
            "Hz.instMag",
            "PhV.phsA.instCVal",
        ),
        *(*substitutable("Hz", "subMag.f"), *substitutable("PhV.phsA", "subCVal.mag.f"), "PhV.phsA.subCVal.ang.f"),
        *("PhV.phsA.cVal.ang.f", "PhV.phsA.instCVal.ang.f", "PhV.phsB", "TotW.subEna", "TotW.subMag.i"),
    )
    ggio = node(
        *(GGIO, "1", "Health", *substitutable("Ind1", "subVal"), *substitutable("SPCSO1", "subVal"), "Ind2"),
        *(*substitutable("DPCSO1", "subVal"), *substitutable("ISCSO1", "subVal"), *substitutable("IntIn1", "subVal")),
        *substitutable("AnOut1", "subVal.f"),
        values={f"{name}.ctlModel": 1 for name in ("SPCSO1", "DPCSO1", "ISCSO1", "AnOut1")},
    )
    ltrk = node(LTRK, "1", *TRACKED, enums={"EncTrk1": BehaviourModeKind}, values={"EncTrk1.t": Timestamp()}, mod=False)
    root = LogicalDevice(ROOT, "Root").add(head(), node(LPHD, "1", "PhyHealth", mod=False), mmxu, ggio, ltrk)
    relay = node(XSWI, "1", *substitutable("Pos", "subVal"), values={"Pos.ctlModel": 1})
    below = {"GrRef.setSrcRef": f"{ROOT}/LLN0"}
    child = LogicalDevice(CHILD, "Child").add(head(**below), relay, node(GGIO, "2", "Ind1", mod=False), node(CSWI))
    lowest = {"GrRef.setSrcRef": "Child", "Mod.stVal": None, "Mod.ctlModel": None}
    leaf = LogicalDevice(LEAF, "Leaf").add(head(**lowest), node(GAPC, "1", "Ind1"), node(LGOS, mod=False))
    return Ied("T").add(root, child, leaf)


def tracked_ied() -> Ied:
    """The same with report control blocks, one of them over all tracking objects, and a GoCB."""
    ied = behaving_ied()
    head: LogicalNode = ied.find(f"{ROOT}/LLN0")
    head.data_sets["ds"] = (Reference(ROOT, ("GGIO1", "Ind1"), "ST"),)
    head.data_sets["dsTrk"] = tuple(Reference(ROOT, ("LTRK1", name), "SR") for name in TRACKED)
    told = {"data_set": "dsTrk", "trg_ops": TrgOps.DUPD | TrgOps.GI}
    head.control_blocks["brcbTrk"] = ReportControl(name="brcbTrk", buffered=True, **told)
    head.control_blocks["brcb"] = ReportControl(name="brcb", buffered=True, data_set="ds", rpt_id="events")
    head.control_blocks["urcb"] = ReportControl(name="urcb", data_set="ds", owner=True)
    head.control_blocks["gcb"] = GooseControl(
        name="gcb", data_set="ds", go_id="goose", conf_rev=3, address=MulticastAddress(app_id=0x3001)
    )
    return ied
