"""Supervision and monitoring (IEC 61850-7-4, group S)."""

from ..cdc import ASG, INC, ING, INS, MV, SPS
from ..declare import DO, AtLeastOne, F, M, O
from .abstract import LineSupervisionLN, SupervisionLN, SwitchgearSupervisionLN

__all__ = [
    "SARC", "SCBR", "SIMG", "SIML", "SLTC", "SOPM", "SPDC", "SPRS", "SPTR", "SSWI", "STMP", "SVBR",
]  # fmt: skip


class SARC(SupervisionLN):
    """Arc supervision."""

    FADet = DO(SPS, M, F)
    SwArcDet = DO(SPS, O, F)
    FACntRs = DO(INC, M, O)
    ArcCntRs = DO(INC, O)


class SCBR(SwitchgearSupervisionLN):
    """Breaker supervision."""

    ColOpn = DO(SPS, M, F)
    ColAlm = DO(SPS, O, F)
    AbrAlm = DO(SPS, O, F)
    AbrWrn = DO(SPS, O, F)
    SwA = DO(MV, O)
    ActAbr = DO(MV, O)
    AbrAlmLev = DO(ASG, O, F)
    AbrWrnLev = DO(ASG, O, F)


class SIMG(LineSupervisionLN):
    """Gas insulation supervision."""

    PresAlm = DO(SPS, AtLeastOne(1), F)
    DenAlm = DO(SPS, AtLeastOne(1), F)
    TmpAlm = DO(SPS, AtLeastOne(1), F)
    InsBlkTmh = DO(INS, O)
    Den = DO(MV, O)


class SIML(LineSupervisionLN):
    """Liquid insulation supervision."""

    TmpAlm = DO(SPS, O, F)
    GasInsAlm = DO(SPS, O, F)
    GasInsTr = DO(SPS, O, F)
    GasFlwTr = DO(SPS, O, F)
    H2Alm = DO(SPS, O, F)
    H2Wrn = DO(SPS, O, F)
    MstAlm = DO(SPS, O, F)
    MstWrn = DO(SPS, O, F)
    Lev = DO(MV, O)
    H2O = DO(MV, O)
    H2OPap = DO(MV, O)
    H2OAir = DO(MV, O)
    H2OTmp = DO(MV, O)
    H2ppm = DO(MV, O)
    N2ppm = DO(MV, O)
    COppm = DO(MV, O)
    CO2ppm = DO(MV, O)
    CH4ppm = DO(MV, O)
    C2H2ppm = DO(MV, O)
    C2H4ppm = DO(MV, O)
    C2H6ppm = DO(MV, O)
    O2ppm = DO(MV, O)
    CmbuGas = DO(MV, O)
    FltGas = DO(MV, O)


class SLTC(SupervisionLN):
    """Tap changer supervision."""

    OilFil = DO(SPS, O, F)
    MotDrvBlk = DO(SPS, O, F)
    VacCelAlm = DO(SPS, O, F)
    OilFilTr = DO(SPS, O, F)
    Torq = DO(MV, O)
    MotDrvA = DO(MV, O)
    AbrPrt = DO(MV, O)


class SOPM(SupervisionLN):
    """Operating mechanism supervision."""

    MotOp = DO(SPS, O, F)
    MotStrAlm = DO(SPS, O, F)
    HyAlm = DO(SPS, O, F)
    HyBlk = DO(SPS, O, F)
    EnBlk = DO(SPS, O, F)
    EnAlm = DO(SPS, O, F)
    MotAlm = DO(SPS, O, F)
    HeatAlm = DO(SPS, O, F)
    ChaIntvTms = DO(INS, O)
    MotStrNum = DO(INS, O)
    En = DO(MV, O)
    HyPres = DO(MV, O)
    HyTmp = DO(MV, O)
    MotTm = DO(MV, O)
    MotA = DO(MV, O)
    Tmp = DO(MV, O)
    MotAlmTms = DO(ING, O, F)
    MotAlmNum = DO(ING, O, F)
    MotStrTms = DO(ING, O, F)


class SPDC(SupervisionLN):
    """Partial discharge supervision."""

    PaDschAlm = DO(SPS, AtLeastOne(1), F)
    OpCnt = DO(INS, O)
    AcuPaDsch = DO(MV, AtLeastOne(1), O)
    AppPaDsch = DO(MV, AtLeastOne(1), O)
    NQS = DO(MV, AtLeastOne(1), O)
    UhfPaDsch = DO(MV, AtLeastOne(1), O)
    CtrHz = DO(ASG, O, F)
    BndWid = DO(ASG, O, F)


class SPRS(SupervisionLN):
    """Pressure supervision."""

    Alm = DO(SPS, O, F)
    RteAlm = DO(SPS, O, F)
    Trip = DO(SPS, O, F)
    RteTrip = DO(SPS, O, F)
    Pres = DO(MV, M, O)
    PresRte = DO(MV, O)
    AlmSet = DO(ASG, O, F)
    RteAlmSet = DO(ASG, O, F)
    TripSet = DO(ASG, O, F)
    RteTripSet = DO(ASG, O, F)


class SPTR(SupervisionLN):
    """Power transformer supervision."""

    HPTmpAlm = DO(SPS, O, F)
    HPTmpOp = DO(SPS, O, F)
    HPTmpTr = DO(SPS, O, F, transient=True)
    MbrAlm = DO(SPS, O, F)
    CGAlm = DO(SPS, O, F)
    HeatAlm = DO(SPS, O, F)
    AgeRte = DO(MV, O)
    BotTmp = DO(MV, O)
    CoreTmp = DO(MV, O)
    HPTmpClc = DO(MV, O)


class SSWI(SwitchgearSupervisionLN):
    """Switch supervision."""


class STMP(SupervisionLN):
    """Temperature supervision."""

    Alm = DO(SPS, O, F)
    RteAlm = DO(SPS, O, F)
    Trip = DO(SPS, O, F)
    RteTrip = DO(SPS, O, F)
    Tmp = DO(MV, O)
    TmpRte = DO(MV, O)
    AlmSet = DO(ASG, O, F)
    RteAlmSet = DO(ASG, O, F)
    TripSet = DO(ASG, O, F)
    RteTripSet = DO(ASG, O, F)


class SVBR(SupervisionLN):
    """Vibration supervision."""

    Alm = DO(SPS, O, F)
    AxDspAlm = DO(SPS, O, F)
    Trip = DO(SPS, O, F)
    AxDspTrip = DO(SPS, O, F)
    Vbr = DO(MV, O)
    VbrPer = DO(MV, O)
    AxDsp = DO(MV, O)
    VbrAlmSet = DO(ASG, O, F)
    AxDspAlmSet = DO(ASG, O, F)
    VbrTripSet = DO(ASG, O, F)
    AxDspTripSet = DO(ASG, O, F)
