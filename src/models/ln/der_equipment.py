"""Equipment of distributed energy resources (IEC 61850-7-420)."""

from ..cdc import APC, ASG, CSG, ENC, ENG, ENS, ING, INS, MV, SPC, SPS
from ..declare import DO, F, M, O, Omulti
from ..enums import (
    ACToDCConversionKind,
    BatteryTypeKind,
    EquipmentTestResultKind,
    InverterControlSourceKind,
    InverterSwitchKind,
    OutputFilterKind,
    PhaseFeedKind,
    PVArrayControlModeKind,
    PVAssemblyKind,
    PVConfigKind,
    PVControlStateKind,
    PVGroundingKind,
    PVTrackingControlKind,
    PVTrackingKind,
    PVTrackingStatusKind,
    PVTrackingTechnologyKind,
    VoltageRegulationKind,
    WaveformConditioningKind,
)
from .abstract import ControlEquipmentInterfaceLN, EquipmentInterfaceLN, SupervisionLN
from .abstract_der import DERConverterLN, GeneratorUnitLN, StorageUnitLN

__all__ = [
    "DBAT", "DINV", "DPVA", "DPVC", "DPVM", "DRTF", "DTRC", "SBAT", "SINV",
]  # fmt: skip


class SBAT(SupervisionLN):
    """Battery supervision."""

    BatEF = DO(SPS, O, F)
    CelVolLoAlm = DO(SPS, O, F)
    CelVolHiAlm = DO(SPS, O, F)
    DschAmpHiAlm = DO(SPS, O, F)
    DschAmpHiWrn = DO(SPS, O, F)
    ChaAmpHiAlm = DO(SPS, O, F)
    ChaAmpHiWrn = DO(SPS, O, F)
    IntnTmpHiAlm = DO(SPS, O, F)
    IntnTmpHiWrn = DO(SPS, O, F)
    IntnTmpLoAlm = DO(SPS, O, F)
    IntnTmpLoWrn = DO(SPS, O, F)
    UnbTmpAlm = DO(SPS, O, F)
    UnbTmpWrn = DO(SPS, O, F)
    UnbVolAlm = DO(SPS, O, F)
    UnbVolWrn = DO(SPS, O, F)
    ExtTmpHiAlm = DO(SPS, O, F)
    ExtTmpLoAlm = DO(SPS, O, F)
    ExtVolHiAlm = DO(SPS, O, F)
    ExtVolLoAlm = DO(SPS, O, F)
    IntnVolHiAlm = DO(SPS, O, F)
    IntnVolLoAlm = DO(SPS, O, F)
    IntnA = DO(MV, O)
    IntnV = DO(MV, O)
    CelVolLo = DO(MV, O)
    CelVolHi = DO(MV, O)
    CelTmpMax = DO(MV, O)
    CelTmpMin = DO(MV, O)
    IntnAmp = DO(MV, O)
    IntnTmp = DO(MV, Omulti, O)
    ExtTmp = DO(MV, O)
    ExtVol = DO(MV, O)
    IntnVol = DO(MV, O)
    CelVolRs = DO(SPC, O, F, transient=True)
    CelVolLoAls = DO(ASG, O, F)
    CelVolHiAls = DO(ASG, O, F)
    DschAmpHiAls = DO(ASG, O, F)
    DschAmpHiWrs = DO(ASG, O, F)
    ChaAmpHiAls = DO(ASG, O, F)
    ChaAmpHiWrs = DO(ASG, O, F)
    IntnTmpHiAls = DO(ASG, O, F)
    IntnTmpHiWrs = DO(ASG, O, F)
    IntnTmpLoAls = DO(ASG, O, F)
    IntnTmpLoWrs = DO(ASG, O, F)
    UnbTmpAls = DO(ASG, O, F)
    UnbTmpWrs = DO(ASG, O, F)
    UnbVolAls = DO(ASG, O, F)
    UnbVolWrs = DO(ASG, O, F)
    ExtTmpHiAls = DO(ASG, O, F)
    ExtTmpLoAls = DO(ASG, O, F)
    ExtVolHiAls = DO(ASG, O, F)
    ExtVolLoAls = DO(ASG, O, F)
    IntnVolMxLim = DO(ASG, O, F)
    IntnVolMnLim = DO(ASG, O, F)
    IntnVolHiAls = DO(ASG, O, F)
    IntnVolLoAls = DO(ASG, O, F)


class DBAT(StorageUnitLN):
    """Battery storage."""

    SocPro = DO(SPS, O, F)
    ChaSt = DO(SPS, O, F)
    DschSt = DO(SPS, O, F)
    TestRsl = DO(SPS, O, F)
    TestAddRsl = DO(ENS, O, F, enum=EquipmentTestResultKind)
    DCSwCls = DO(SPS, O, F)
    BatSt = DO(SPS, M, F, deprecated=True)
    Amp = DO(MV, O)
    Watt = DO(MV, O)
    ChaAmpLim = DO(MV, O)
    EffAhr = DO(MV, O)
    ChaVolLim = DO(MV, O)
    DschAmpLim = DO(MV, O)
    CelStrgCnt = DO(MV, O)
    AvlChaAhr = DO(MV, O)
    AvlDschAhr = DO(MV, O)
    ChaAhrTot = DO(MV, O)
    DschAhrTot = DO(MV, O)
    SocEffAhrPct = DO(MV, O)
    SocDvPct = DO(MV, O)
    VolChgRte = DO(MV, O)
    DschVolLim = DO(MV, O)
    CycSocRngPct = DO(MV, O)
    CycAmpAv = DO(MV, O)
    BatTest = DO(SPC, O, F, transient=True, deprecated=True)
    BatOn = DO(SPC, O, F, deprecated=True)
    BatTyp = DO(ENG, M, F, enum=BatteryTypeKind)
    ChaAmpMaxRtg = DO(ASG, O, F)
    AhrRtg = DO(ASG, O, F)
    EffAhrRtg = DO(ASG, O, F)
    AhrMinRtg = DO(ASG, O, F)
    ChaVolMaxRtg = DO(ASG, O, F)
    DschAmpMxRtg = DO(ASG, O, F)
    ExtVolMaxRtg = DO(ASG, O, F)
    ExtVolNom = DO(ASG, O, F)
    IntnVolNom = DO(ASG, O, F)
    IntnVNom = DO(ASG, O, F)
    SelfDschWRte = DO(ASG, O, F)
    CelParCnt = DO(ING, O, F)
    CelSerCnt = DO(ING, O, F)
    DschWattCrv = DO(CSG, O, F)
    DschWattTm = DO(CSG, O, F)
    BatVNom = DO(ASG, O, F, deprecated=True)


class DPVA(EquipmentInterfaceLN):
    """PV array."""

    Typ = DO(ENG, M, F, enum=PVAssemblyKind)
    GndConn = DO(ENG, O, F, enum=PVGroundingKind)
    MdulCnt = DO(ING, O, F)
    StrgCnt = DO(ING, O, F)
    SubArrCnt = DO(ING, O, F)
    ArrArea = DO(ASG, O, F)
    ArrWRtg = DO(ASG, O, F)
    Tilt = DO(ASG, O, F)
    Azi = DO(ASG, O, F)


class DPVM(EquipmentInterfaceLN):
    """PV module."""

    AVCrvIx = DO(INS, O)
    MdulCfgTyp = DO(ENG, O, F, enum=PVConfigKind)
    MdulAVCrv = DO(CSG, O, F)
    MdulWRtg = DO(ASG, O, F)
    MdulW200Rtg = DO(ASG, O, F)
    MaxMdulV = DO(ASG, O, F)
    MaxMdulA = DO(ASG, O, F)
    MdulOcV = DO(ASG, O, F)
    MdulScA = DO(ASG, O, F)
    MdulWTmpDrt = DO(ASG, O, F)
    MdulATmpDrt = DO(ASG, O, F)
    MdulVTmpDrt = DO(ASG, O, F)
    MdulDrtPct = DO(ASG, O, F)


class DPVC(GeneratorUnitLN):
    """PV array controller."""

    CtlModSt = DO(INS, O, deprecated=True)
    PVCtlSt = DO(ENS, M, F, enum=PVControlStateKind)
    ArrModCtl = DO(ENC, O, F, enum=PVArrayControlModeKind)
    TrkRefV = DO(ASG, O, F)
    TrkWkupV = DO(ASG, O, F)
    TrkDlWkupTms = DO(ING, O, F)
    TrkDlSlpTms = DO(ING, O, F)
    TrkSlpW = DO(ASG, O, F)
    TrkRte = DO(ING, O, F)
    TrkVStep = DO(ASG, O, F)


class DTRC(ControlEquipmentInterfaceLN):
    """PV tracking controller."""

    TrkAlm = DO(SPS, O, F)
    TrkSt = DO(ENS, O, F, enum=PVTrackingStatusKind)
    AziDeg = DO(MV, O)
    ElDeg = DO(MV, O)
    TrkCtl = DO(ENC, M, F, enum=PVTrackingControlKind)
    TrkTyp = DO(ENG, M, F, enum=PVTrackingKind)
    TrkTech = DO(ENG, M, F, enum=PVTrackingTechnologyKind)
    StowAziDeg = DO(ASG, O, F)
    StowElDeg = DO(ASG, O, F)
    StormAziDeg = DO(ASG, O, F)
    StormElDeg = DO(ASG, O, F)
    SnwAziDeg = DO(ASG, O, F)
    SnwElDeg = DO(ASG, O, F)
    NightAziDeg = DO(ASG, O, F)
    NightElDeg = DO(ASG, O, F)
    MaintAziDeg = DO(ASG, O, F)
    MaintElDeg = DO(ASG, O, F)
    IntvAzi = DO(ASG, O, F)
    IntvEl = DO(ASG, O, F)
    IntvTm = DO(ASG, O, F)
    AziDegTgt = DO(ASG, M, F)
    ElDegTgt = DO(ASG, M, F)


class DINV(DERConverterLN):
    """Inverter."""

    InvACLosAlm = DO(SPS, O, F)
    InvDCLosAlm = DO(SPS, M, F)
    InvGriLosAlm = DO(SPS, M, F)
    InvSwAlm = DO(SPS, O, F)
    Stdby = DO(SPS, O, F)
    CurLev = DO(SPS, O, F)
    InvManStopSt = DO(SPS, O, F)
    GriModSt = DO(ENS, O, F, deprecated=True)
    VArAvl = DO(MV, O, deprecated=True)
    DCVSpt = DO(APC, O)
    InvSwTyp = DO(ENG, O, F, enum=InverterSwitchKind)
    InvCtlSrc = DO(ENG, O, F, enum=InverterControlSourceKind)
    WRtg = DO(ASG, M, F)
    VARtg = DO(ASG, M, F)
    WVArVLim = DO(CSG, O, F)
    WVArVLimSet = DO(CSG, O, F)
    SwHz = DO(ASG, O, F)
    PhsACfg = DO(ENG, O, F, enum=PhaseFeedKind)
    PhsBCfg = DO(ENG, O, F, enum=PhaseFeedKind)
    PhsCCfg = DO(ENG, O, F, enum=PhaseFeedKind)
    GriMod = DO(ENG, O, F, deprecated=True)
    OutHzSet = DO(ASG, O, F, deprecated=True)
    OutPFSet = DO(ASG, O, F, deprecated=True)
    OutVArSet = DO(ASG, O, F, deprecated=True)


class DRTF(DERConverterLN):
    """Rectifier."""

    VRegTyp = DO(ENG, M, F, enum=VoltageRegulationKind)
    CnvTyp = DO(ENG, O, F, enum=ACToDCConversionKind)
    OutFilTyp = DO(ENG, O, F, enum=OutputFilterKind)
    InWavTyp = DO(ENG, O, F, enum=WaveformConditioningKind)
    OutVSet = DO(ASG, O, F)
    OutALim = DO(ASG, O, F)


class SINV(SupervisionLN):
    """Inverter supervision."""

    TmpHiAlm = DO(SPS, O, F)
    EnclTmp = DO(MV, Omulti, O)
    HeatSinkTmp = DO(MV, Omulti, O)
    TrfTmp = DO(MV, Omulti, O)
    FanSpd = DO(MV, O)
