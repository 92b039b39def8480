"""Mechanical and other non-electrical equipment (IEC 61850-7-4, group K)."""

from ..cdc import APC, ASG, BSC, DPC, ENG, INC, ING, INS, MV, SPC, SPS
from ..declare import DO, AllOfOneGroup, AtLeastOne, AtMostOne, F, O
from ..enums import TankFillKind
from .abstract import ControlEquipmentInterfaceLN, EquipmentInterfaceLN

__all__ = [
    "KFAN", "KFIL", "KPMP", "KTNK", "KVLV",
]  # fmt: skip


class KFAN(ControlEquipmentInterfaceLN):
    """Fan."""

    Spd = DO(MV, O)
    OpCtl = DO(SPC, AllOfOneGroup(1), F)
    SpdSpt = DO(APC, AllOfOneGroup(2), O)
    MinOpTmm = DO(ING, O, F)
    MaxOpTmm = DO(ING, O, F)


class KFIL(ControlEquipmentInterfaceLN):
    """Filter equipment."""

    ACAlm = DO(SPS, O, F)
    MotPro = DO(SPS, O, F)
    Flush = DO(SPS, O, F)
    FilAlm = DO(SPS, O, F)
    DifPresHi = DO(MV, O)
    FlushCnt = DO(INC, O)
    OpCtl = DO(SPC, O, F)
    AlmSpt = DO(ASG, O, F)


class KPMP(ControlEquipmentInterfaceLN):
    """Pump."""

    Spd = DO(MV, O)
    OpCtl = DO(SPC, AllOfOneGroup(1), F)
    SpdSpt = DO(APC, AllOfOneGroup(2), O)
    MinOpTmm = DO(ING, O, F)
    MaxOpTmm = DO(ING, O, F)


class KTNK(EquipmentInterfaceLN):
    """Tank."""

    LevPct = DO(MV, O)
    Vlm = DO(MV, O)
    VlmCap = DO(ASG, O, F)
    TnkTyp = DO(ENG, O, F, enum=TankFillKind)


class KVLV(ControlEquipmentInterfaceLN):
    """Valve."""

    OpCnt = DO(INS, O)
    ClsPos = DO(SPS, AtLeastOne(1), F)
    OpnPos = DO(SPS, AtLeastOne(1), F)
    Mvm = DO(SPS, O, F)
    Stuck = DO(SPS, O, F)
    PosVlv = DO(MV, O)
    Flw = DO(MV, O)
    PosSpt = DO(APC, O)
    Pos = DO(DPC, O, F)
    PosChg = DO(BSC, AtMostOne, O)
    PosChgIncr = DO(INC, AtMostOne, O)
    BlkOpn = DO(SPC, O, F)
    BlkCls = DO(SPC, O, F)
    OpnLim = DO(ASG, O, F)
    ClsLim = DO(ASG, O, F)
    Incr = DO(ASG, O, F)
