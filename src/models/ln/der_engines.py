"""Engines, fuel cells, combined heat and power (IEC 61850-7-420)."""

from ..cdc import ASG, CSG, CUG, DPC, ENG, HMV, ING, INS, MV, ORG, SPC, SPG, SPS
from ..declare import DO, F, M, O, Omulti
from ..enums import (
    BoilerKind,
    CHPEnergyConverterKind,
    CHPGeneratorKind,
    CHPOperatingModeKind,
    ExciterKind,
    FuelDeliveryKind,
    FuelKind,
    FuelProcessingInFuelKind,
    FuelProcessingKind,
    FuelProcessingOutFuelKind,
    ThermalEnergyMediumKind,
    ThermalEnergyStorageKind,
)
from .abstract import ControlEquipmentInterfaceLN, EquipmentInterfaceLN, FunctionLN, SupervisionLN
from .abstract_der import GeneratorUnitLN

__all__ = [
    "DCHB", "DCHC", "DCIP", "DCTS", "DEXC", "DFCL", "DFPM", "DSTK", "KFLV", "KFUL",
]  # fmt: skip


class DCIP(GeneratorUnitLN):
    """Reciprocating engine."""

    EngOnOff = DO(SPS, M, F, deprecated=True)
    EngSpd = DO(MV, O)
    EngTorq = DO(MV, O)
    EngTmDeg = DO(MV, O)
    ImpactHzPct = DO(MV, O)
    BlowFlw = DO(MV, O)
    InOxFlwRte = DO(MV, O)
    WstGasFlwRte = DO(MV, O)
    LubCsmp = DO(MV, O)
    TrsVLim = DO(MV, O)
    ImbALim = DO(MV, O)
    ImbVLim = DO(MV, O)
    HACrvPct = DO(HMV, O)
    HVCrvPct = DO(HMV, O)
    ChgLimVPct = DO(MV, O)
    ChgLimAng = DO(MV, O)
    ChgLimRatAng = DO(MV, O)
    CrankCtl = DO(SPC, O, F)
    DiagEna = DO(DPC, O, F, deprecated=True)
    EmgCtl = DO(DPC, O, F, deprecated=True)
    EngCtl = DO(DPC, O, F, deprecated=True)
    HeatRteCrv = DO(CSG, O, F)
    NumPle = DO(ING, O, F)
    SpdMin = DO(ASG, O, F)
    SpdMax = DO(ASG, O, F)
    SpdNom = DO(ASG, O, F)
    SpdTgt = DO(ASG, O, F)
    EngTorqTgt = DO(ASG, O, F)
    WMaxVArCrv = DO(CSG, O, F)
    WMinVArCrv = DO(CSG, O, F)
    WVArVLimCrv = DO(CSG, O, F)
    OcDirTms = DO(ING, O, F)
    OcSubDirTms = DO(ING, O, F)
    OcSubQudTms = DO(ING, O, F)
    ScDirTms = DO(ING, O, F)
    ScSubDirTms = DO(ING, O, F)
    ScSubQudTms = DO(ING, O, F)
    InerTms = DO(ING, O, F)
    InOxFlwTgt = DO(ASG, O, F)
    LubCsmpTgt = DO(ASG, O, F)
    SttLkgX = DO(ASG, O, F)
    X0 = DO(ASG, O, F)
    X2 = DO(ASG, O, F)
    Xd = DO(ASG, O, F)
    Xdp = DO(ASG, O, F)
    Xds = DO(ASG, O, F)
    Xqs = DO(ASG, O, F)
    Xqp = DO(ASG, O, F)
    Xq = DO(ASG, O, F)
    ZerSeqRis = DO(ASG, O, F)
    PosSeqRis = DO(ASG, O, F)
    NgSeqRis = DO(ASG, O, F)


class DFCL(GeneratorUnitLN):
    """Fuel cell."""

    ConnGriCnt = DO(INS, O)
    LifeEfcPct = DO(INS, M, O)
    InstEfcPct = DO(INS, O)
    MaintTms = DO(INS, O)
    StrCnt = DO(INS, M, O, deprecated=True)
    LifeTms = DO(INS, M, O, deprecated=True)
    FuelCsmp = DO(MV, O)
    WtrCsmp = DO(MV, O)
    InOxFlwRte = DO(MV, O)
    WtrLev = DO(MV, O)
    OutH2Rte = DO(MV, O)
    OutH2Lev = DO(MV, O)
    WtrCndct = DO(MV, O)
    LifeWh = DO(MV, M, O, deprecated=True)
    FuelStop = DO(SPC, M, F)
    StrCntRs = DO(SPC, O, F, deprecated=True)
    EmgCtl = DO(SPC, O, F, deprecated=True)
    GriIndpWRtg = DO(ASG, O, F)
    GriDepRtg = DO(ASG, O, F)
    HzRtg = DO(ASG, O, F)
    FuelTyp = DO(ENG, O, F, enum=FuelKind)
    EfcPct = DO(ASG, O, F)
    ALim = DO(ASG, M, F)
    VLim = DO(ASG, O, F)
    VRtg = DO(ASG, O, F, deprecated=True)


class DSTK(FunctionLN):
    """Fuel cell stack."""

    StcSt = DO(SPS, M, F)
    CelVTrCnt = DO(INS, O)
    StcLodTms = DO(INS, O)
    MaintTms = DO(INS, O)
    StcWh = DO(MV, O)
    StcEfcPct = DO(MV, O)
    OutDCV = DO(MV, O)
    OutDCA = DO(MV, O)
    InClTmp = DO(MV, O)
    OutClTmp = DO(MV, O)
    ClFlwRte = DO(MV, O)
    ClPres = DO(MV, O)
    H2FlwRte = DO(MV, O)
    InH2Pres = DO(MV, O)
    InOxFlwRte = DO(MV, O)
    InOxPres = DO(MV, O)
    StcWRtg = DO(ASG, O, F)
    StcVRtg = DO(ASG, O, F)
    StcARtg = DO(ASG, O, F)
    StcFuelTyp = DO(ENG, O, F, enum=FuelKind)
    CelCnt = DO(ING, O, F)


class DFPM(FunctionLN):
    """Fuel processing module."""

    FPMSt = DO(SPS, M, F)
    InAccmWh = DO(MV, O)
    OutAccmWh = DO(MV, O)
    CnvEfc = DO(MV, O)
    ProcTyp = DO(ENG, O, F, enum=FuelProcessingKind)
    ThmRtg = DO(ASG, M, F)
    InFuelTyp = DO(ENG, O, F, enum=FuelProcessingInFuelKind)
    OutFuelTyp = DO(ENG, O, F, enum=FuelProcessingOutFuelKind)


class KFUL(SupervisionLN):
    """Fuel characteristics."""

    AccmOpTms = DO(INS, O)
    FuelCostAv = DO(MV, O)
    FuelEfcPct = DO(MV, O)
    AccmTotFuel = DO(MV, O)
    AccmFuel = DO(MV, O)
    FuelRte = DO(MV, O)
    FuelCalAv = DO(MV, O)
    AccmFuelRs = DO(SPC, O, F)
    AccmOpTmRs = DO(SPC, O, F)
    FuelTyp = DO(ENG, M, F, enum=FuelKind)
    Ccy = DO(CUG, O, F)
    FuelCost = DO(ASG, O, F)
    GrossCalVal = DO(ASG, O, F)
    FuelEfcRtg = DO(ASG, O, F)


class KFLV(ControlEquipmentInterfaceLN):
    """Fuel delivery."""

    FuelSt = DO(SPS, M, F)
    InFuelRte = DO(MV, O)
    OutFuelRte = DO(MV, O)
    InFuelTmp = DO(MV, O)
    OutFuelTmp = DO(MV, O)
    FuelRalA = DO(MV, O)
    FuelRalPres = DO(MV, O)
    EngFuelRte = DO(MV, O)
    TmPres = DO(MV, O)
    TmRalActrA = DO(MV, Omulti, O)
    PmpActrA = DO(MV, O)
    FuelStr = DO(SPC, O, F)
    FuelStop = DO(SPC, O, F)
    FuelDlvTyp = DO(ENG, O, F, enum=FuelDeliveryKind)


class DCHC(GeneratorUnitLN):
    """Combined heat and power."""

    MaintTms = DO(INS, O)
    HtPwrEfc = DO(MV, O)
    HtTyp = DO(ENG, M, F, enum=ThermalEnergyMediumKind)
    MaxHtCap = DO(ASG, O, F)
    HtEfcPct = DO(ASG, O, F)
    ClTyp = DO(ENG, O, F, enum=ThermalEnergyMediumKind)
    EnCnvTyp = DO(ENG, M, F, enum=CHPEnergyConverterKind)
    GnTyp = DO(ENG, O, F, enum=CHPGeneratorKind)
    FuelTyp = DO(ENG, O, F, enum=FuelKind)
    OpModCHP = DO(ENG, O, F, enum=CHPOperatingModeKind)


class DCTS(FunctionLN):
    """CHP thermal storage."""

    ThmCapTot = DO(MV, O)
    ThmCapPct = DO(MV, O)
    ThmIn = DO(MV, O)
    ThmOut = DO(MV, O)
    ThmLos = DO(MV, O)
    ThmStoTyp = DO(ENG, M, F, enum=ThermalEnergyStorageKind)
    ThmOutEst = DO(ORG, O, F)


class DCHB(ControlEquipmentInterfaceLN):
    """CHP boiler."""

    BoilRdy = DO(SPS, M, F)
    BoilDnReg = DO(SPS, O, F)
    BoilWh = DO(MV, O)
    BoilCtl = DO(SPC, M, F)
    BoilTyp = DO(ENG, M, F, enum=BoilerKind)


class DEXC(EquipmentInterfaceLN):
    """Generator excitation."""

    ExtSt = DO(SPS, M, F)
    DrpV = DO(SPS, O, F)
    PwrStab = DO(SPS, O, F)
    MaxHiVLim = DO(SPS, O, F)
    MaxLoVLim = DO(SPS, O, F)
    FlshAlm = DO(SPS, O, F)
    PwrSupAlm = DO(SPS, O, F)
    DCAlm = DO(SPS, O, F)
    ACAlm = DO(SPS, O, F)
    UPSAlm = DO(SPS, O, F)
    BlkA = DO(SPS, O, F)
    BlkV = DO(SPS, O, F)
    ExtTyp = DO(ENG, M, F, enum=ExciterKind)
    NoLodExtV = DO(ASG, O, F)
    NoLodExtA = DO(ASG, O, F)
    PFExtV = DO(ASG, O, F)
    PFExtA = DO(ASG, O, F)
    ExtForc = DO(SPG, O, F)
    ExtInerTms = DO(ING, O, F)
    ExtGain = DO(ASG, O, F)
    PhLdComp = DO(ASG, O, F)
    VSpt = DO(ASG, O, F)
    CtlHzHiLim = DO(ASG, O, F)
    CtlHzLoLim = DO(ASG, O, F)
    StabSigWash = DO(ASG, O, F)
    StabGain = DO(ASG, O, F)
    CtlHzHiAlm = DO(ASG, O, F)
    ExtCeilV = DO(ASG, O, F)
    CtlHzLoAlm = DO(ASG, O, F)
    ExtCeilA = DO(ASG, O, F)
    ExtVTms = DO(ING, O, F)
    ExtVDurTms = DO(ING, O, F)
