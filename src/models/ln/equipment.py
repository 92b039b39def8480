"""Other power equipment (IEC 61850-7-4, group Z)."""

from ..cdc import APC, ASG, DPC, ENG, ENS, INS, MV, SPC, SPS
from ..declare import DO, F, M, MFcond, O
from ..enums import RectifierControlModeKind, RotatingMachineStateKind, RotationalDirectionKind, RotorThermalStateKind
from .abstract import (
    BaseConverterLN,
    BatteryLN,
    CmdEquipmentInterfaceLN,
    ConductorLN,
    ControlEquipmentInterfaceLN,
    EquipmentInterfaceLN,
)

__all__ = [
    "ZAXN", "ZBAT", "ZBSH", "ZCAB", "ZCAP", "ZCON", "ZGEN", "ZGIL", "ZLIN", "ZMOT", "ZREA", "ZRES", "ZRRC", "ZSAR",
    "ZSCR", "ZSMC", "ZTCF", "ZTCR",
]  # fmt: skip


class ZAXN(EquipmentInterfaceLN):
    """Auxiliary network."""

    Vol = DO(MV, O)
    Amp = DO(MV, O)


class ZBAT(BatteryLN):
    """Battery."""

    TestRsl = DO(SPS, O, F)
    BatTest = DO(SPC, O, F, transient=True)


class ZBSH(EquipmentInterfaceLN):
    """Bushing."""

    React = DO(MV, O)
    AbsReact = DO(MV, O)
    LosFact = DO(MV, O)
    Vol = DO(MV, O)
    DspA = DO(MV, O)
    LkgA = DO(MV, O)
    RefReact = DO(ASG, O, F)
    RefPF = DO(ASG, O, F)
    RefV = DO(ASG, O, F)


class ZCAB(ConductorLN):
    """Power cable."""


class ZCAP(EquipmentInterfaceLN):
    """Capacitor bank."""

    DschBlk = DO(SPS, M, F)
    CapDS = DO(SPS, O, F)


class ZCON(BaseConverterLN):
    """Converter."""


class ZGEN(CmdEquipmentInterfaceLN):
    """Generator."""

    GnSt = DO(ENS, M, F, enum=RotatingMachineStateKind)
    OpNoLod = DO(SPS, M, F)
    RotDir = DO(ENS, M, F, enum=RotationalDirectionKind)
    OpUnExt = DO(SPS, M, F)
    OpOvExt = DO(SPS, M, F)
    LosOil = DO(SPS, O, F)
    LosVac = DO(SPS, O, F)
    PresAlm = DO(SPS, O, F)
    GnSpd = DO(MV, O)
    GnCtl = DO(DPC, O, F)
    DExt = DO(SPC, O, F)
    AuxSco = DO(SPC, O, F)
    VArR = DO(SPC, O, F)
    VArL = DO(SPC, O, F)
    DmdW = DO(ASG, O, F)
    WRtg = DO(ASG, O, F)
    VARtg = DO(ASG, O, F)
    VRtg = DO(ASG, O, F)


class ZGIL(EquipmentInterfaceLN):
    """Gas insulated line."""


class ZLIN(ConductorLN):
    """Overhead line."""


class ZMOT(CmdEquipmentInterfaceLN):
    """Motor."""

    MotSt = DO(ENS, O, F, enum=RotatingMachineStateKind)
    RotThmSt = DO(ENS, O, F, enum=RotorThermalStateKind)
    LosOil = DO(SPS, O, F)
    LosVac = DO(SPS, O, F)
    PresAlm = DO(SPS, O, F)
    DExt = DO(SPC, O, F)


class ZREA(EquipmentInterfaceLN):
    """Reactor."""

    VRtg = DO(ASG, O, F)
    ARtg = DO(ASG, O, F)
    VARtg = DO(ASG, O, F)
    VArRtg = DO(ASG, O, F)


class ZRES(EquipmentInterfaceLN):
    """Resistor."""


class ZRRC(ControlEquipmentInterfaceLN):
    """Rotating reactive component."""

    GnSt = DO(ENS, O, F, enum=RotatingMachineStateKind)
    GnSpd = DO(MV, O)
    GnCtl = DO(DPC, O, F)


class ZSAR(EquipmentInterfaceLN):
    """Surge arrestor."""

    OpCnt = DO(INS, O)
    OpSar = DO(SPS, M, F, transient=True)


class ZSCR(CmdEquipmentInterfaceLN):
    """Semiconductor rectifier."""

    Alm = DO(SPS, M, F)
    AmpSpt = DO(APC, MFcond(2), O)
    VolSpt = DO(APC, MFcond(3), O)
    OpModRect = DO(ENG, M, F, enum=RectifierControlModeKind)
    SetA = DO(ASG, MFcond(3), F)
    SetV = DO(ASG, MFcond(2), F)


class ZSMC(EquipmentInterfaceLN):
    """Synchronous machine."""

    RotDir = DO(ENS, O, F, enum=RotationalDirectionKind)
    VRtg = DO(ASG, M, F)
    ARtg = DO(ASG, M, F)
    WRtg = DO(ASG, O, F)
    VARtg = DO(ASG, M, F)
    SpdRtg = DO(ASG, M, F)
    SpdCrit = DO(ASG, O, F)
    FldRisTmp = DO(ASG, O, F)
    SttRisTmp = DO(ASG, O, F)
    SttRis = DO(ASG, O, F)
    PFRtg = DO(ASG, O, F)
    Iner = DO(ASG, O, F)
    FldAmpRtg = DO(ASG, O, F)
    FldAmpRtgZer = DO(ASG, O, F)
    FldRis = DO(ASG, O, F)
    BaseImp = DO(ASG, O, F)
    SttLkgX = DO(ASG, O, F)
    Xd = DO(ASG, O, F)
    Xdp = DO(ASG, O, F)
    Xds = DO(ASG, O, F)
    Xq = DO(ASG, O, F)
    Xqp = DO(ASG, O, F)
    Xqs = DO(ASG, O, F)
    X0 = DO(ASG, O, F)
    X2 = DO(ASG, O, F)
    TmTdp = DO(ASG, O, F)
    TmTds = DO(ASG, O, F)
    TmTd0p = DO(ASG, O, F)
    TmTd0s = DO(ASG, O, F)
    TmTqp = DO(ASG, O, F)
    TmTqs = DO(ASG, O, F)
    TmTq0p = DO(ASG, O, F)
    TmTq0s = DO(ASG, O, F)
    TmTa = DO(ASG, O, F)
    SatCffS10 = DO(ASG, O, F)
    SatCffS12 = DO(ASG, O, F)


class ZTCF(EquipmentInterfaceLN):
    """Thyristor frequency converter."""

    PwrHz = DO(ASG, O, F)


class ZTCR(EquipmentInterfaceLN):
    """Thyristor reactive component."""
