"""Supervisory control (IEC 61850-7-4, group C)."""

from ..cdc import ACT, ASG, DPC, ENC, ENS, ING, INS, MV, SPC, SPG, SPS
from ..declare import DO, AllOfOneGroup, AtLeastOne, F, M, O, Omulti
from ..enums import RotationalDirectionKind, StageControlKind, SynchOperationModeKind
from .abstract import AutomaticControlLN, ControlledLN, FunctionLN, SynchronisationLN

__all__ = [
    "CALH", "CCGR", "CILO", "CPOW", "CSWI", "CSYN",
]  # fmt: skip


class CALH(FunctionLN):
    """Alarm grouping."""

    GrAlm = DO(SPS, AtLeastOne(1), F)
    GrWrn = DO(SPS, AtLeastOne(1), F)
    GrInd = DO(SPS, AtLeastOne(1), F)
    AlmLstOv = DO(SPS, O, F)


class CCGR(AutomaticControlLN):
    """Cooling group control."""

    OpTmh = DO(INS, O)
    FanOvCur = DO(SPS, O, F)
    PmpOvCur = DO(SPS, O, F)
    PmpAlm = DO(SPS, O, F)
    EnvTmp = DO(MV, O)
    OilTmpIn = DO(MV, AllOfOneGroup(1), O)
    OilTmpOut = DO(MV, AllOfOneGroup(1), O)
    OilMotA = DO(MV, AllOfOneGroup(1), O)
    ClTmpIn = DO(MV, AllOfOneGroup(2), O)
    ClTmpOut = DO(MV, AllOfOneGroup(2), O)
    ClMotA = DO(MV, AllOfOneGroup(2), O)
    FanFlw = DO(MV, O)
    CETmpIn = DO(MV, O)
    CETmpOut = DO(MV, O)
    CEPres = DO(MV, O)
    CEFlw = DO(MV, O)
    FanA = DO(MV, O)
    CEBlk = DO(SPC, O, F, deprecated=True)
    CECtl = DO(SPC, O, F)
    PmpCtlGen = DO(ENC, O, F, enum=StageControlKind)
    PmpCtl = DO(ENC, Omulti, F, enum=StageControlKind)
    FanCtlGen = DO(ENC, O, F, enum=StageControlKind)
    FanCtl = DO(ENC, Omulti, F, enum=StageControlKind)
    OilTmpSet = DO(ASG, AllOfOneGroup(1), F)
    ClTmpSet = DO(ASG, AllOfOneGroup(2), F)


class CILO(FunctionLN):
    """Interlocking."""

    EnaOpn = DO(SPS, M, F)
    EnaCls = DO(SPS, M, F)


class CPOW(FunctionLN):
    """Point-on-wave switching."""

    TmExc = DO(SPS, M, F)
    StrPOW = DO(SPS, O, F)
    OpOpn = DO(ACT, O, F, transient=True)
    OpCls = DO(ACT, O, F, transient=True)
    Pos = DO(DPC, O, F)
    PosA = DO(DPC, O, F)
    PosB = DO(DPC, O, F)
    PosC = DO(DPC, O, F)
    MaxDlTmms = DO(ING, O, F)


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


class CSYN(SynchronisationLN):
    """Synchroniser controller."""

    Cmd = DO(SPS, AtLeastOne(1), F)
    LHz = DO(SPS, O, F)
    LV = DO(SPS, O, F)
    Rel = DO(SPS, AtLeastOne(1), F)
    RHz = DO(SPS, O, F)
    RotDir = DO(ENS, O, F, enum=RotationalDirectionKind)
    RV = DO(SPS, O, F)
    AccClc = DO(MV, O)
    AccClcDev = DO(MV, O)
    OpModSyn = DO(ENC, O, F, enum=SynchOperationModeKind)
    RelDeaBus = DO(SPC, O, F)
    DlSynTmms = DO(ING, O, F)
    DlTmms = DO(ING, O, F)
    HzNom = DO(ASG, O, F)
    MltCmd = DO(SPG, O, F)
    VAdj = DO(SPG, O, F)
    VChr = DO(ASG, O, F)
    VIntvTmms = DO(ING, O, F)
    VNom = DO(ASG, O, F)
    MinVTmms = DO(ING, O, F)
    MaxVTmms = DO(ING, O, F)
    HzAdj = DO(SPG, O, F)
    HzChr = DO(ASG, O, F)
    HzIntvTmms = DO(ING, O, F)
    MinHzTmms = DO(ING, O, F)
    MaxHzTmms = DO(ING, O, F)
    HzTgtVal = DO(ASG, O, F)
    KckPls = DO(SPG, O, F)
