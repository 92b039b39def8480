"""Switchgear (IEC 61850-7-4, group X)."""

from ..cdc import ASG, BCR, ENG, ENS, ING, INS, SPS
from ..declare import DO, F, M, O
from ..enums import (
    BreakerOpCapabilityKind,
    FuseFunctionKind,
    POWSwitchingCapabilityKind,
    SwitchFunctionKind,
    SwitchingCapabilityKind,
)
from .abstract import EquipmentInterfaceLN, SwitchingEquipmentLN

__all__ = [
    "XCBR", "XFUS", "XSWI",
]  # fmt: skip


class XCBR(SwitchingEquipmentLN):
    """Circuit breaker."""

    CBOpCap = DO(ENS, O, F, enum=BreakerOpCapabilityKind)
    POWCap = DO(ENS, O, F, enum=POWSwitchingCapabilityKind)
    MaxOpCap = DO(INS, O)
    SumSwARs = DO(BCR, O)
    CBTmms = DO(ING, O, F)
    POWOpnTmms = DO(ING, O, F)
    POWClsTmms = DO(ING, O, F)


class XFUS(EquipmentInterfaceLN):
    """Fuse."""

    FuSt = DO(SPS, O, F)
    FuTyp = DO(ENG, M, F, enum=FuseFunctionKind)
    ARtg = DO(ASG, O, F)
    VRtg = DO(ASG, O, F)


class XSWI(SwitchingEquipmentLN):
    """Circuit switch."""

    SwTyp = DO(ENS, M, F, enum=SwitchFunctionKind)
    SwOpCap = DO(ENS, O, F, enum=SwitchingCapabilityKind)
