"""Switches and what operates or blocks them (IEC 61850-7-4, groups X and C)."""

from ..cdc import ACT, BCR, DPC, ENS, ING, INS, SPC, SPS
from ..declare import DO, AtLeastOne, F, M, O
from ..enums import BreakerOpCapabilityKind, POWSwitchingCapabilityKind, SwitchFunctionKind, SwitchingCapabilityKind
from .abstract import ControlledLN, FunctionLN, SwitchingEquipmentLN

__all__ = ["CALH", "CILO", "CSWI", "XCBR", "XSWI"]


class XSWI(SwitchingEquipmentLN):
    """Switch."""

    SwTyp = DO(ENS, M, F, enum=SwitchFunctionKind)
    SwOpCap = DO(ENS, O, F, enum=SwitchingCapabilityKind)


class XCBR(SwitchingEquipmentLN):
    """Circuit breaker."""

    CBOpCap = DO(ENS, O, F, enum=BreakerOpCapabilityKind)
    POWCap = DO(ENS, O, F, enum=POWSwitchingCapabilityKind)
    MaxOpCap = DO(INS, O)
    SumSwARs = DO(BCR, O)
    CBTmms = DO(ING, O, F)
    POWOpnTmms = DO(ING, O, F)
    POWClsTmms = DO(ING, O, F)


class CSWI(ControlledLN):
    """Switch controller."""

    OpOpn = DO(ACT, O, F, transient=True)
    SelOpn = DO(SPS, O, F)
    OpCls = DO(ACT, O, F, transient=True)
    SelCls = DO(SPS, O, F)
    Pos = DO(DPC, M, F)
    PosA = DO(DPC, O, F)
    PosB = DO(DPC, O, F)
    PosC = DO(DPC, O, F)
    SwModKey = DO(SPC, O, F)
    DscDlTmms = DO(ING, O, F)


class CILO(FunctionLN):
    """Interlocking."""

    EnaOpn = DO(SPS, M, F)
    EnaCls = DO(SPS, M, F)


class CALH(FunctionLN):
    """Alarm grouping."""

    GrAlm = DO(SPS, AtLeastOne(1), F)
    GrWrn = DO(SPS, AtLeastOne(1), F)
    GrInd = DO(SPS, AtLeastOne(1), F)
    AlmLstOv = DO(SPS, O, F)
