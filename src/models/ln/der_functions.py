"""Operational functions of distributed energy resources (IEC 61850-7-420)."""

from ..cdc import APC, ASG, CSG, ENC, ENG, ENS, ING, MV, SPC, SPG, SPS, TCS, TSG
from ..declare import DO, AllOfOneGroup, F, M, O
from ..enums import (
    CeasetoEnergizeStateKind,
    CeasetoEnergizeStateTransitionKind,
    ReactivePowerRefParamKind,
    VoltageActivePowerRefParamKind,
)
from .abstract_der_functions import (
    ActivePowerLimitLN,
    ActivePowerLN,
    FrequencyActivePowerLN,
    HysteresisSnapshotLN,
    OperationalFunctionLN,
    RampRatesLN,
    ReactivePowerLN,
    RideThroughLN,
)

__all__ = [
    "DAGC", "DCTE", "DFPF", "DHFT", "DHFW", "DHVT", "DLFT", "DLFW", "DLVT", "DRGS", "DTCD", "DVAR", "DVVR", "DVWC",
    "DWFL", "DWGC", "DWMN", "DWMX", "DWVR",
]  # fmt: skip


class DCTE(OperationalFunctionLN):
    """Cease to energise."""

    CeaEgzReqSt = DO(ENS, M, F, enum=CeasetoEnergizeStateKind)
    CeaEgzReq = DO(SPS, M, F)
    CeaEgzAuth = DO(SPC, O, F)
    CeaEgzReqCtl = DO(ENC, M, F, enum=CeasetoEnergizeStateTransitionKind)
    RtnSvcAuth = DO(SPC, O, F)
    RtnSvcAuto = DO(SPG, M, F)
    RtnRmpTmms = DO(ING, M, F)
    RtnDlTmms = DO(ING, M, F)
    VArLimPct = DO(ASG, M, F)
    VHiLim = DO(ASG, M, F)
    VLoLim = DO(ASG, M, F)
    HzHiLim = DO(ASG, M, F)
    HzLoLim = DO(ASG, M, F)


class DHVT(RideThroughLN):
    """High-voltage ride-through."""


class DLVT(RideThroughLN):
    """Low-voltage ride-through."""


class DHFT(RideThroughLN):
    """High-frequency ride-through."""

    HzChgMaxRte = DO(ING, O, F)


class DLFT(RideThroughLN):
    """Low-frequency ride-through."""

    HzChgMaxRte = DO(ING, O, F)


class DHFW(FrequencyActivePowerLN):
    """High-frequency active power."""


class DLFW(FrequencyActivePowerLN):
    """Low-frequency active power."""


class DAGC(ActivePowerLN):
    """Automatic generation control."""

    WMinAvl = DO(MV, O)
    WMaxAvl = DO(MV, O)


class DTCD(ActivePowerLN):
    """Dynamic reactive current support."""

    SocDate = DO(TCS, O, F)
    WhReq = DO(MV, O)
    DurMin = DO(MV, O)
    SocUseTgtPct = DO(ING, M, F)
    DateTgt = DO(TSG, M, F)
    ChaDurMax = DO(ING, O, F)
    DschDurMax = DO(ING, O, F)


class DVWC(HysteresisSnapshotLN):
    """Volt-watt control."""

    ReqWMax = DO(MV, O)
    VRefEsp = DO(MV, M, O)
    VWCrv = DO(CSG, O, F)
    VWCrvRef = DO(ENG, O, F, enum=VoltageActivePowerRefParamKind)
    VRefOfs = DO(ASG, O, F)
    VRefPct = DO(ASG, O, F)


class DWFL(ActivePowerLN):
    """Active power following."""

    FolWRef = DO(MV, O)
    FolWThr = DO(ASG, M, F)
    FolWPct = DO(ASG, M, F)
    FolWTgt = DO(ASG, M, F)


class DWGC(ActivePowerLN):
    """Active power generation control."""


class DWMN(ActivePowerLimitLN):
    """Minimum active power limit."""

    ReqWMin = DO(MV, O)
    WMinSptPct = DO(APC, AllOfOneGroup(1), O)
    WMinSpt = DO(APC, AllOfOneGroup(2), O)


class DWMX(ActivePowerLimitLN):
    """Maximum active power limit."""

    ReqWMax = DO(MV, O)
    WMaxSptPct = DO(APC, AllOfOneGroup(1), O)
    WMaxSpt = DO(APC, AllOfOneGroup(2), O)


class DFPF(RampRatesLN):
    """Fixed power factor."""

    ReqPFExt = DO(SPS, M, F)
    ReqPF = DO(MV, M, O)
    PFGnTgtSpt = DO(APC, M, O)
    PFGnExtQud = DO(SPC, O, F)
    PFLodTgtSpt = DO(APC, O)
    PFLodExtQud = DO(SPC, O, F)


class DVVR(ReactivePowerLN):
    """Volt-var control."""

    VRefEsp = DO(MV, M, O)
    VRefSpt = DO(APC, O)
    VVArCrv = DO(CSG, AllOfOneGroup(1), F)
    VRefAdjEna = DO(SPG, O, F)
    VRefTmms = DO(ING, O, F)
    VRefOfs = DO(ASG, O, F)
    VVArCrvDel = DO(CSG, AllOfOneGroup(2), F)
    VRefPct = DO(ASG, O, F)


class DVAR(ReactivePowerLN):
    """Constant reactive power."""


class DWVR(ReactivePowerLN):
    """Watt-var control."""

    WVArCrv = DO(CSG, M, F)
    WBarEna = DO(SPG, M, F)


class DRGS(ReactivePowerLN):
    """Reactive current support."""

    HiVRtSt = DO(SPS, O, F)
    LoVRtSt = DO(SPS, O, F)
    ReqA = DO(MV, M, O)
    DelV = DO(MV, O)
    VAv = DO(MV, O)
    ArGraMod = DO(SPG, M, F)
    ArGraSag = DO(ASG, M, F)
    ArGraSwl = DO(ASG, M, F)
    HysBlkZnV = DO(ASG, O, F)
    BlkZnV = DO(ASG, O, F)
    BlkZnTmms = DO(ING, O, F)
    FilTms = DO(ING, O, F)
    HoldTmms = DO(ING, O, F)
    DbVMin = DO(ASG, O, F)
    DbVMax = DO(ASG, O, F)
    VArSptRef = DO(ENG, O, F, enum=ReactivePowerRefParamKind)
