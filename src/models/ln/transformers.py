"""Power transformers and what belongs to them (IEC 61850-7-4, group Y)."""

from ..cdc import APC, ASG, BAC, BSC, CMV, DPC, ENS, INS, ISC, MV, SPC, SPS
from ..declare import DO, AtLeastOne, F, M, O
from ..enums import SwitchingCapabilityKind
from .abstract import ControlEquipmentInterfaceLN, EquipmentInterfaceLN

__all__ = [
    "YEFN", "YLTC", "YPSH", "YPTR",
]  # fmt: skip


class YEFN(ControlEquipmentInterfaceLN):
    """Earth fault neutraliser."""

    EndPosR = DO(SPS, O, F)
    EndPosL = DO(SPS, O, F)
    PotAlm = DO(SPS, O, F)
    MotAlm = DO(SPS, O, F)
    ColPosA = DO(MV, O)
    ColAEFN = DO(CMV, O)
    NeutVol = DO(CMV, O)
    TapChg = DO(BSC, AtLeastOne(1), O)
    ColTapPos = DO(ISC, AtLeastOne(1), O)
    ColPos = DO(APC, AtLeastOne(1), O)
    ColChg = DO(BAC, AtLeastOne(1), O)


class YLTC(ControlEquipmentInterfaceLN):
    """Tap changer."""

    OpCnt = DO(INS, O)
    EndPosR = DO(SPS, M, F)
    EndPosL = DO(SPS, M, F)
    OoStep = DO(SPS, O, F)
    LTCCycAlm = DO(SPS, O, F)
    BlkLoVisc = DO(SPS, O, F)
    TapPos = DO(ISC, AtLeastOne(1), O)
    TapChg = DO(BSC, AtLeastOne(1), O)


class YPSH(ControlEquipmentInterfaceLN):
    """Power shunt."""

    ShOpCap = DO(ENS, M, F, enum=SwitchingCapabilityKind)
    Pos = DO(DPC, M, F)
    BlkOpn = DO(SPC, M, F)
    BlkCls = DO(SPC, M, F)
    ChaMotEna = DO(SPC, O, F)


class YPTR(EquipmentInterfaceLN):
    """Power transformer."""

    OpNoLod = DO(SPS, O, F)
    OpOvA = DO(SPS, O, F)
    OpOvV = DO(SPS, O, F)
    OpUnV = DO(SPS, O, F)
    LodFact = DO(MV, O)
    MaxVA = DO(MV, O)
    OvlTm = DO(MV, O)
    OvlTmEmg = DO(MV, O)
    HiVRtg = DO(ASG, O, F)
    LoVRtg = DO(ASG, O, F)
    VARtg = DO(ASG, O, F)
    MaxVASet = DO(ASG, O, F)
    OvlTmSet = DO(ASG, O, F)
    OvlTmEmgSet = DO(ASG, O, F)
