"""Functional blocks, set points and schedules (IEC 61850-7-4, group F)."""

from ..cdc import APC, ASG, BAC, BCR, CSG, ENG, ENS, ING, INS, MV, ORG, ORS, SPC, SPG, SPS, TCS, TSG
from ..declare import DO, MF, AtMostOne, F, M, MFcond, Mmulti, MmultiF, O, OFcond, Omulti
from ..enums import (
    AdjustmentKind,
    FilterFunctionKind,
    PIDAlgorithmKind,
    ScheduleEnablingErrorKind,
    ScheduleStateKind,
    SetpointEndKind,
)
from .abstract import AutomaticControlLN, DomainLN, FunctionLN, FunctionOutputLN, ThresholdLN

__all__ = [
    "FCNT", "FCSD", "FFIL", "FLIM", "FPID", "FRMP", "FSCC", "FSCH", "FSPT", "FXOT", "FXUT",
]  # fmt: skip


class FCNT(FunctionLN):
    """Counter."""

    Up = DO(SPS, O, F)
    Dn = DO(SPS, O, F)
    CntVal = DO(BCR, M, O)


class FCSD(FunctionOutputLN):
    """Curve shape description."""

    Crv = DO(CSG, M, F)


class FFIL(FunctionOutputLN):
    """Generic filter."""

    ErrTerm = DO(MV, O)
    FilTyp = DO(ENG, M, F, enum=FilterFunctionKind)
    KP = DO(ASG, O, F)
    KLd = DO(ASG, O, F)
    KLg = DO(ASG, O, F)
    Tm1Tmms = DO(ING, O, F)
    Tm1LdTmms = DO(ING, O, F)
    Tm2Tmms = DO(ING, O, F)
    Tm2LdTmms = DO(ING, O, F)
    Tm3Tmms = DO(ING, O, F)
    Db = DO(ASG, O, F)


class FLIM(FunctionOutputLN):
    """Control limit function."""

    HiLim = DO(SPS, O, F)
    LoLim = DO(SPS, O, F)
    HiLimSpt = DO(ASG, O, F)
    LoLimSpt = DO(ASG, O, F)


class FPID(FunctionOutputLN):
    """PID regulator."""

    PAct = DO(MV, OFcond(1), O)
    IAct = DO(MV, OFcond(2), O)
    DAct = DO(MV, OFcond(3), O)
    ErrTerm = DO(MV, O)
    PIDAlg = DO(ENG, M, F, enum=PIDAlgorithmKind)
    KP = DO(ASG, MFcond(1), F)
    KI = DO(ASG, MFcond(2), F)
    ITmms = DO(ING, MFcond(2), F)
    KD = DO(ASG, MFcond(3), F)
    DTmms = DO(ING, MFcond(3), F)
    DFilTmms = DO(ING, MFcond(3), F)
    Bias = DO(ASG, O, F)
    ILim = DO(ASG, O, F)
    Drp = DO(ASG, O, F)


class FRMP(FunctionOutputLN):
    """Ramp function."""

    AdjSt = DO(ENS, O, F, enum=AdjustmentKind)
    ErrTerm = DO(MV, O)
    RmpUp = DO(ASG, O, F)
    RmpDn = DO(ASG, O, F)
    StepPs = DO(ASG, O, F)
    StepNg = DO(ASG, O, F)


class FSCC(DomainLN):
    """Schedule controller."""

    ActSchdRef = DO(ORS)
    ValINS = DO(INS, AtMostOne)
    ValSPS = DO(SPS, AtMostOne)
    ValENS = DO(ENS, AtMostOne)
    ValMV = DO(MV, AtMostOne)
    CtlEnt = DO(ORG)
    Schd = DO(ORG, Mmulti)


class FSCH(DomainLN):
    """Schedule."""

    SchdSt = DO(ENS, enum=ScheduleStateKind)
    SchdEntr = DO(INS, O)
    ValINS = DO(INS, AtMostOne)
    ValSPS = DO(SPS, AtMostOne)
    ValENS = DO(ENS, AtMostOne)
    ActStrTm = DO(TCS, O)
    NxtStrTm = DO(TCS)
    SchdEnaErr = DO(ENS, enum=ScheduleEnablingErrorKind)
    ValMV = DO(MV, AtMostOne)
    EnaReq = DO(SPC, transient=True)
    DsaReq = DO(SPC, transient=True)
    SchdPrio = DO(ING, O)
    NumEntr = DO(ING)
    SchdIntv = DO(ING)
    ValASG = DO(ASG, MmultiF("ValMV"))
    ValING = DO(ING, MmultiF("ValINS"))
    ValSPG = DO(SPG, MmultiF("ValSPS"))
    ValENG = DO(ENG, MmultiF("ValENS"))
    StrTm = DO(TSG, Omulti)
    EvtTrg = DO(SPG, O)
    InSyn = DO(ORG, MF("EvtTrg"))
    SchdReuse = DO(SPG)


class FSPT(AutomaticControlLN):
    """Setpoint control."""

    SptDvAlm = DO(SPS, O, F)
    SptUp = DO(SPS, O, F)
    SptDn = DO(SPS, O, F)
    SptDir = DO(SPS, O, F)
    SptEndSt = DO(ENS, O, F, enum=SetpointEndKind)
    AdjSt = DO(ENS, O, F, enum=AdjustmentKind)
    Out = DO(MV, O)
    SptMem = DO(MV, O)
    ErrTerm = DO(MV, O)
    SptChg = DO(BAC, O)
    SptVal = DO(APC, O)
    MaxRst = DO(ASG, O, F)
    MinRst = DO(ASG, O, F)
    DvAlm = DO(ASG, O, F)


class FXOT(ThresholdLN):
    """Over-threshold action."""


class FXUT(ThresholdLN):
    """Under-threshold action."""
