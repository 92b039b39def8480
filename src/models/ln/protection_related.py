"""What belongs to protection: recorders, fault location, reclosing (IEC 61850-7-4, group R)."""

from ..cdc import ACD, ACT, ASG, CMV, ENG, ENS, INC, ING, INS, MV, SAV, SPC, SPG, SPS, WYE
from ..declare import DO, AllOfOneGroup, AtLeastOne, F, M, MOcond, O, Omulti
from ..enums import (
    AutoReclosingKind,
    FailureDetectionKind,
    FaultLoopKind,
    PolarizingQuantityKind,
    RecordingModeKind,
    RetripModeKind,
    TripBehaviourKind,
    TripModeKind,
)
from .abstract import FunctionLN, SynchronisationLN
from .abstract_protection import DRChannelLN, RecorderLN

__all__ = [
    "RADR", "RBDR", "RBRF", "RDIR", "RDRE", "RDRS", "RFLO", "RMXU", "RPSB", "RREC", "RSYN",
]  # fmt: skip


class RADR(DRChannelLN):
    """Analogue recorder channel."""

    HiTrgLev = DO(ASG, O, F)
    LoTrgLev = DO(ASG, O, F)


class RBDR(DRChannelLN):
    """Binary recorder channel."""


class RBRF(FunctionLN):
    """Breaker failure."""

    Str = DO(ACD, O, F)
    OpEx = DO(ACT, AtLeastOne(1), F, transient=True)
    OpIn = DO(ACT, AtLeastOne(1), F, transient=True)
    OpCntRs = DO(INC, O)
    FailMod = DO(ENG, O, F, enum=FailureDetectionKind)
    FailTmms = DO(ING, O, F)
    SPlTrTmms = DO(ING, O, F)
    TPTrTmms = DO(ING, O, F)
    DetValA = DO(ASG, O, F)
    ReTrMod = DO(ENG, O, F, enum=RetripModeKind)


class RDIR(FunctionLN):
    """Directional element."""

    Dir = DO(ACD, M, F)
    ChrAng = DO(ASG, O, F)
    MinFwdAng = DO(ASG, O, F)
    MinRvAng = DO(ASG, O, F)
    MaxFwdAng = DO(ASG, O, F)
    MaxRvAng = DO(ASG, O, F)
    BlkValA = DO(ASG, O, F)
    BlkValV = DO(ASG, O, F)
    PolQty = DO(ENG, O, F, enum=PolarizingQuantityKind)
    MinPPV = DO(ASG, O, F)


class RDRE(RecorderLN):
    """Disturbance recorder."""

    RcdMade = DO(SPS, M, F, transient=True)
    FltNum = DO(INS, M, O)
    GriFltNum = DO(INS, O)
    RcdStr = DO(SPS, O, F)
    MemUsed = DO(INS, O)
    RcdTrg = DO(SPC, O, F, transient=True)
    MemRs = DO(SPC, O, F, transient=True)
    MemClr = DO(SPC, O, F, transient=True)
    MemFull = DO(ING, O, F)
    MaxNumRcd = DO(ING, O, F)
    ReTrgMod = DO(SPG, O, F)
    PerTrgTms = DO(ING, O, F)
    ExclTmms = DO(ING, O, F)
    RcdMod = DO(ENG, O, F, enum=RecordingModeKind)
    StoRte = DO(ING, O, F)


class RDRS(FunctionLN):
    """Disturbance record handling."""

    AutoUpLod = DO(SPC, O, F)
    DltRcd = DO(SPC, O, F, transient=True)


class RFLO(FunctionLN):
    """Fault locator."""

    FltLoop = DO(ENS, O, F, enum=FaultLoopKind)
    FltZ = DO(CMV, MOcond(2), O)
    FltDiskm = DO(MV, O)
    FltR = DO(MV, MOcond(2), O)
    FltX = DO(MV, MOcond(2), O)
    OpCntRs = DO(INC, O)


class RMXU(FunctionLN):
    """Differential measurements."""

    ALoc = DO(WYE, AllOfOneGroup(1), O)
    AmpLocPhsA = DO(SAV, AllOfOneGroup(2), O)
    AmpLocPhsB = DO(SAV, AllOfOneGroup(2), O)
    AmpLocPhsC = DO(SAV, AllOfOneGroup(2), O)
    AmpLocRes = DO(SAV, O)


class RPSB(FunctionLN):
    """Power swing blocking."""

    Str = DO(ACD, MOcond(2), F)
    Op = DO(ACT, MOcond(3), F, transient=True)
    BlkZn = DO(SPS, MOcond(2), F)
    OpCntRs = DO(INC, O)
    ZeroEna = DO(SPG, O, F)
    NgEna = DO(SPG, O, F)
    MaxEna = DO(SPG, O, F)
    SwgVal = DO(ASG, O, F)
    SwgRis = DO(ASG, O, F)
    SwgReact = DO(ASG, O, F)
    SwgTmms = DO(ING, O, F)
    UnBlkTmms = DO(ING, O, F)
    MaxNumSlp = DO(ING, O, F)
    EvTmms = DO(ING, O, F)


class RREC(FunctionLN):
    """Autoreclosing."""

    TrBeh = DO(ENS, O, F, enum=TripBehaviourKind)
    RecCyc = DO(INS, O)
    OpCls = DO(ACT, M, F, transient=True)
    AutoRecSt = DO(ENS, M, F, enum=AutoReclosingKind)
    Rec1PhCnt = DO(INS, Omulti, O)
    Rec3PhCnt = DO(INS, Omulti, O)
    CycTrMod = DO(ENG, Omulti, F, enum=TripModeKind)
    MaxCyc = DO(ING, O, F)
    UseCyc = DO(ING, O, F)
    MaxTmms = DO(ING, O, F)
    Rec1Tmms = DO(ING, Omulti, F)
    Rec13Tmms = DO(ING, Omulti, F)
    Rec3Tmms = DO(ING, Omulti, F)
    RclTmms = DO(ING, O, F)
    RdyTmms = DO(ING, O, F)


class RSYN(SynchronisationLN):
    """Synchronism check."""

    Rel = DO(SPS, M, F)
    DifV = DO(ASG, O, F)
    DifHz = DO(ASG, O, F)
    DifAng = DO(ASG, O, F)
