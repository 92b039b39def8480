"""Automatic control (IEC 61850-7-4, group A)."""

from ..cdc import APC, ASG, BAC, BSC, CMV, ENG, ENS, ING, INS, ISC, MV, SPC, SPG, SPS
from ..declare import DO, AtLeastOne, F, M, O, Omulti
from ..enums import ParallelCoilModeKind, ParallelCtrlModeKind, ParallelTransfModeKind, TuningKind
from .abstract import AutomaticControlLN

__all__ = [
    "ANCR", "ARCO", "ARIS", "ATCC", "AVCO",
]  # fmt: skip


class ANCR(AutomaticControlLN):
    """Neutral current regulator."""

    HiColPos = DO(INS, O)
    LoColPos = DO(INS, O)
    ColChgOp = DO(SPS, O, F)
    StFixCol = DO(SPS, O, F)
    StClcTun = DO(ENS, O, F, enum=TuningKind)
    PotAlm = DO(SPS, O, F)
    MotAlm = DO(SPS, O, F)
    MotWrn = DO(SPS, O, F)
    ClcSeqWrn = DO(SPS, O, F)
    ColPosA = DO(MV, O)
    AResoPt = DO(MV, O)
    AWatt = DO(MV, O)
    ADetun = DO(MV, O)
    Damp = DO(MV, O)
    CapacImb = DO(MV, O)
    VolResoPt = DO(CMV, O)
    NeutVol = DO(CMV, O)
    TapChg = DO(BSC, AtLeastOne(1), O)
    ColTapPos = DO(ISC, AtLeastOne(1), O)
    ColPos = DO(APC, AtLeastOne(1), O)
    ColChg = DO(BAC, AtLeastOne(1), O)
    StrClc = DO(SPC, O, F)
    ParOp = DO(SPC, O, F)
    FixCol = DO(ASG, O, F)
    ParColMod = DO(ENG, M, F, enum=ParallelCoilModeKind)
    ParMod = DO(ENG, O, F, enum=ParallelCtrlModeKind)
    ADetunSet = DO(ASG, O, F)
    BndWid = DO(ASG, O, F)


class ARCO(AutomaticControlLN):
    """Reactive power compensation control."""

    VOvSt = DO(SPS, O, F)
    NeutAlm = DO(SPS, O, F)
    DschBlk = DO(SPS, O, F)
    TapChg = DO(BSC, M, O)


class ARIS(AutomaticControlLN):
    """Resistor step control."""

    ZBlk = DO(SPS, O, F)
    TmpAlm = DO(SPS, O, F)
    NeutVol = DO(CMV, O)
    RisTmp = DO(MV, O)
    RisTmpClc = DO(MV, O)
    StrSeq = DO(SPC, O, F, transient=True)


class ATCC(AutomaticControlLN):
    """Tap changer automatic control."""

    HiTapPos = DO(INS, O)
    LoTapPos = DO(INS, O)
    TapOpR = DO(SPS, O, F, transient=True)
    TapOpL = DO(SPS, O, F, transient=True)
    TapOpStop = DO(SPS, O, F, transient=True)
    TapOpErr = DO(SPS, O, F)
    LTCBlkVLo = DO(SPS, O, F)
    LTCBlkVHi = DO(SPS, O, F)
    LTCBlkAHi = DO(SPS, O, F)
    EndPosR = DO(SPS, O, F)
    EndPosL = DO(SPS, O, F)
    ErrPar = DO(SPS, O, F)
    CtlV = DO(MV, O)
    LodA = DO(MV, O)
    CircA = DO(MV, O)
    PhAng = DO(MV, O)
    HiCtlV = DO(MV, O)
    LoCtlV = DO(MV, O)
    HiDmdA = DO(MV, O)
    TapChg = DO(BSC, AtLeastOne(1), O)
    TapPos = DO(ISC, AtLeastOne(1), O)
    VolSpt = DO(APC, AtLeastOne(2), O)
    BndCtrChg = DO(BAC, AtLeastOne(2), O)
    ParOp = DO(SPC, O, F)
    LTCBlk = DO(SPC, O, F)
    LTCDragRs = DO(SPC, O, F, transient=True)
    VRed = DO(SPC, Omulti, F, deprecated=True)
    BndCtr = DO(ASG, AtLeastOne(2), F)
    BndWid = DO(ASG, O, F)
    CtlDlTmms = DO(ING, O, F)
    LDCR = DO(ASG, O, F)
    LDCX = DO(ASG, O, F)
    BlkLV = DO(ASG, O, F)
    BlkRV = DO(ASG, O, F)
    BlkVLo = DO(ASG, O, F)
    BlkVHi = DO(ASG, O, F)
    RnbkRV = DO(ASG, O, F)
    LimLodA = DO(ASG, O, F)
    LDC = DO(SPG, O, F)
    ParTrfMod = DO(ENG, O, F, enum=ParallelTransfModeKind)
    TmDlChr = DO(SPG, O, F)
    LDCZ = DO(ASG, O, F)
    VRedVal = DO(ASG, O, F, deprecated=True)
    TapBlkR = DO(ING, O, F)
    TapBlkL = DO(ING, O, F)


class AVCO(AutomaticControlLN):
    """Voltage regulation control."""

    BlkEF = DO(SPS, O, F)
    BlkAOv = DO(SPS, O, F)
    BlkVOv = DO(SPS, O, F)
    TapChg = DO(BSC, O)
    VolSpt = DO(APC, O)
    LimAOv = DO(ASG, O, F)
    LimVOv = DO(ASG, O, F)
