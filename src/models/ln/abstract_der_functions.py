"""Abstract LN classes of IEC 61850-7-420: operational functions."""

from ..cdc import APC, ASG, CSG, ENG, INC, ING, INS, MV, ORG, SPG, SPS
from ..declare import DO, AllOfOneGroup, F, M, O
from ..enums import ECPConnKind, FrequencyActivePowerRefParamKind, ReactivePowerRefParamKind
from .abstract import ControlledLN

__all__ = [
    "ActivePowerLN", "ActivePowerLimitLN", "ElectricalContextReferenceLN", "FrequencyActivePowerLN",
    "HysteresisSnapshotLN", "LowPassFilterOnFunctionInputLN", "LowPassFilterOnFunctionOutputLN",
    "OperationalFunctionLN", "RampRatesLN", "ReactivePowerLN", "RideThroughLN",
]  # fmt: skip


class ElectricalContextReferenceLN(ControlledLN):
    """Refers to its point of connection."""

    InEcpRef = DO(ORG, M, F)
    EcpConnTyp = DO(ENG, O, F, enum=ECPConnKind)


class OperationalFunctionLN(ElectricalContextReferenceLN):
    """An operational function."""

    RvrtTmExp = DO(SPS, O, F, transient=True)
    ModPrio = DO(INC, O)
    ActDlTmms = DO(ING, O, F)
    WinTms = DO(ING, O, F)
    RvrtTms = DO(ING, O, F)
    RmpTms = DO(ING, O, F)
    ModPsAcc = DO(ASG, O, F)
    ModNgAcc = DO(ASG, O, F)
    SocUseMaxPct = DO(ASG, O, F)
    SocUseMinPct = DO(ASG, O, F)


class LowPassFilterOnFunctionInputLN(OperationalFunctionLN):
    """Filters its input."""

    InFilByp = DO(SPG, O, F)
    RspTmms = DO(ING, O, F)


class LowPassFilterOnFunctionOutputLN(LowPassFilterOnFunctionInputLN):
    """Filters its output."""

    OutFilByp = DO(SPG, O, F)
    OplTmsMax = DO(ING, O, F)
    OplTmsMin = DO(ING, O, F)


class RampRatesLN(LowPassFilterOnFunctionOutputLN):
    """Ramps."""

    RmpRteUse = DO(SPG, M, F)
    RpuMax = DO(ASG, O, F)
    RpdMax = DO(ASG, O, F)
    ChaRpuMax = DO(ASG, O, F)
    ChaRpdMax = DO(ASG, O, F)
    EmgRpuMax = DO(ASG, O, F)
    EmgRpdMax = DO(ASG, O, F)
    ChaEmgRpuMax = DO(ASG, O, F)
    ChaEmgRpdMax = DO(ASG, O, F)
    RpuMin = DO(ASG, O, F)
    RpdMin = DO(ASG, O, F)


class ActivePowerLN(RampRatesLN):
    """Active power."""

    SocExpcTms = DO(INS, O)
    ReqW = DO(MV, M, O)
    SocExpc = DO(MV, O)
    SocWhExpc = DO(MV, O)
    WSpt = DO(APC, AllOfOneGroup(2), O)
    WSptPct = DO(APC, AllOfOneGroup(1), O)


class HysteresisSnapshotLN(RampRatesLN):
    """Hysteresis and snapshot."""

    WRef = DO(MV, O)
    ReqW = DO(MV, M, O)
    HysEna = DO(SPG, O, F)
    SnptBarEna = DO(SPG, M, F)
    StrDlTmms = DO(ING, O, F)
    StopDlTmms = DO(ING, O, F)
    WMaxRefEna = DO(SPG, O, F)
    FilTms = DO(ING, O, F)
    RtnRmpRte = DO(ASG, O, F)


class FrequencyActivePowerLN(HysteresisSnapshotLN):
    """Active power by frequency."""

    HzWCrv = DO(CSG, AllOfOneGroup(1), F)
    HzWCrvRef = DO(ENG, O, F, enum=FrequencyActivePowerRefParamKind)
    WGra = DO(ASG, AllOfOneGroup(2), F)
    HzRef = DO(ASG, O, F)
    HzStr = DO(ASG, O, F)
    HzStop = DO(ASG, O, F)
    ChaWGra = DO(ASG, AllOfOneGroup(2), F)
    HzChgRteTms = DO(ING, O, F)


class RideThroughLN(OperationalFunctionLN):
    """Ride-through."""

    ModRtSt = DO(SPS, M, F)
    TrZnSt = DO(SPS, O, F)
    CeaZnSt = DO(SPS, O, F)
    PrmZnSt = DO(SPS, O, F)
    RtRs = DO(INC, O)
    EvtStopTm = DO(ING, O, F)
    PreScCapMin = DO(ASG, O, F)
    PstScCapMin = DO(ASG, O, F)


class ReactivePowerLN(RampRatesLN):
    """Reactive power."""

    ReqVAr = DO(MV, M, O)
    VArTgtSpt = DO(APC, AllOfOneGroup(1), O)
    VArTgtSptPct = DO(APC, AllOfOneGroup(2), O)
    VArSptRef = DO(ENG, O, F, enum=ReactivePowerRefParamKind)
    VArAct = DO(SPG, O, F)


class ActivePowerLimitLN(RampRatesLN):
    """Limits active power."""
