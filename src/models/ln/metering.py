"""Metering and measurement (IEC 61850-7-4, group M)."""

from ..cdc import ASG, BCR, CMV, DEL, ENG, HDEL, HMV, HST, HWYE, MV, SEQ, SPC, SPS, WYE
from ..declare import DO, AtLeastOne, F, M, O
from ..enums import MaterialKind, MaterialStateKind, PFSignKind, STotalCalcMethodKind
from .abstract import EnergyLN, FunctionLN, HarmonicsLN

__all__ = [
    "MENV", "MFLK", "MFLW", "MHAI", "MHAN", "MHET", "MHYD", "MMDC", "MMET", "MMTN", "MMTR", "MMXN", "MMXU", "MSQI",
]  # fmt: skip


class MENV(FunctionLN):
    """Environmental information."""

    SmokAlm = DO(SPS, O, F)
    FloodAlm = DO(SPS, O, F)
    CO2Em = DO(MV, O)
    COEm = DO(MV, O)
    NOxEm = DO(MV, O)
    SOxEm = DO(MV, O)
    Dust = DO(MV, O)
    Snd = DO(MV, O)
    O2CmbuGas = DO(MV, O)
    O3Air = DO(MV, O)
    SmokLev = DO(ASG, O, F)
    FloodLev = DO(ASG, O, F)


class MFLK(FunctionLN):
    """Flicker measurement."""

    PPPcbLs = DO(HST, O, F)
    PhPcbLs = DO(HST, O, F)
    PPPcbLl = DO(HST, O, F)
    PhPcbLl = DO(HST, O, F)
    PPPst = DO(DEL, O)
    PhPst = DO(WYE, O)
    PPPlt = DO(DEL, O)
    PhPlt = DO(WYE, O)
    PPPiMax = DO(DEL, O)
    PhPiMax = DO(WYE, O)
    PPPiLoFil = DO(DEL, O)
    PhPiLoFil = DO(WYE, O)
    PPPiRoot = DO(DEL, O)
    PhPiRoot = DO(WYE, O)
    PPPdmWav = DO(HDEL, O)
    PhPdmWav = DO(HWYE, O)
    PPPdmSpec = DO(HDEL, O)
    PhPdmSpec = DO(HWYE, O)


class MFLW(FunctionLN):
    """Flow of a medium (water, gas)."""

    VlmCnt = DO(BCR, AtLeastOne(1), O)
    FlwRte = DO(MV, AtLeastOne(1), O)
    FanSpd = DO(MV, O)
    FlwHorDir = DO(MV, O)
    FlwVerDir = DO(MV, O)
    MatDen = DO(MV, O)
    MatCndct = DO(MV, O)
    MatLev = DO(MV, O)
    FlwVlvPct = DO(MV, O)
    MatTyp = DO(ENG, M, F, enum=MaterialKind)
    MatSt = DO(ENG, M, F, enum=MaterialStateKind)
    FlwRteSet = DO(ASG, O, F)
    MinXsecArea = DO(ASG, O, F)
    FlwVlvTgt = DO(ASG, O, F)
    FanSpdSet = DO(ASG, O, F)


class MHAI(HarmonicsLN):
    """Harmonics, three-phase."""

    HA = DO(HWYE, O)
    HPhV = DO(HWYE, O)
    HPPV = DO(HDEL, O)
    HW = DO(HWYE, O)
    HVAr = DO(HWYE, O)
    HVA = DO(HWYE, O)
    HRmsA = DO(WYE, O)
    HRmsPhV = DO(WYE, O)
    HRmsPPV = DO(DEL, O)
    HTuW = DO(WYE, O)
    HTsW = DO(WYE, O)
    HATm = DO(WYE, O)
    HKFact = DO(WYE, O)
    HTdf = DO(WYE, O)
    ThdA = DO(WYE, O)
    ThdOddA = DO(WYE, O)
    ThdEvnA = DO(WYE, O)
    TddA = DO(WYE, O)
    TddOddA = DO(WYE, O)
    TddEvnA = DO(WYE, O)
    ThdPhV = DO(WYE, O)
    ThdOddPhV = DO(WYE, O)
    ThdEvnPhV = DO(WYE, O)
    ThdPPV = DO(DEL, O)
    ThdOddPPV = DO(DEL, O)
    ThdEvnPPV = DO(DEL, O)
    HCfPhV = DO(WYE, O)
    HCfPPV = DO(DEL, O)
    HCfA = DO(WYE, O)
    HTiFact = DO(WYE, O)


class MHAN(HarmonicsLN):
    """Harmonics, single-phase."""

    HaAmp = DO(HMV, O)
    HaVol = DO(HMV, O)
    HaWatt = DO(HMV, O)
    HaVolAmpr = DO(HMV, O)
    HaVolAmp = DO(HMV, O)
    HaRmsAmp = DO(MV, O)
    HaRmsVol = DO(MV, O)
    HaTuWatt = DO(MV, O)
    HaTsWatt = DO(MV, O)
    HaAmpTm = DO(MV, O)
    HaKFact = DO(MV, O)
    HaTdFact = DO(MV, O)
    ThdAmp = DO(MV, O)
    ThdOddAmp = DO(MV, O)
    ThdEvnAmp = DO(MV, O)
    TddAmp = DO(MV, O)
    TddOddAmp = DO(MV, O)
    TddEvnAmp = DO(MV, O)
    ThdVol = DO(MV, O)
    ThdOddVol = DO(MV, O)
    ThdEvnVol = DO(MV, O)
    HaCfAmp = DO(MV, O)
    HaCfVol = DO(MV, O)
    HaTiFact = DO(MV, O)


class MHET(FunctionLN):
    """Heat of a medium."""

    MatVlm = DO(MV, O)
    MatPct = DO(MV, O)
    MatCal = DO(MV, O)
    HeatOut = DO(MV, O)
    AccmHeatOut = DO(MV, O)
    AccmHeatRs = DO(SPC, O, F)
    MatTyp = DO(ENG, M, F, enum=MaterialKind)
    HeatSpcf = DO(ASG, O, F)
    MaxMatCal = DO(ASG, O, F)
    MaxHeatOut = DO(ASG, O, F)


class MHYD(FunctionLN):
    """Hydrological information."""

    FishCnt = DO(BCR, O)
    Lev = DO(MV, O)
    Flw = DO(MV, O)
    SpdSrfc = DO(MV, O)
    Tmp = DO(MV, O)
    Cndct = DO(MV, O)
    HydPH = DO(MV, O)
    Slnt = DO(MV, O)


class MMDC(FunctionLN):
    """Measurement of direct current."""

    Watt = DO(MV, O)
    Amp = DO(MV, O)
    Vol = DO(MV, O)
    VolPsGnd = DO(MV, O)
    VolNgGnd = DO(MV, O)
    Ris = DO(MV, O)
    RisPsGnd = DO(MV, O)
    RisNgGnd = DO(MV, O)


class MMET(FunctionLN):
    """Meteorological information."""

    EnvTmp = DO(MV, O)
    WetBlbTmp = DO(MV, O)
    CloudCvr = DO(MV, O)
    EnvHum = DO(MV, O)
    DewPt = DO(MV, O)
    DffInsol = DO(MV, O)
    DctInsol = DO(MV, O)
    DlDur = DO(MV, O)
    HorInsol = DO(MV, O)
    HorWdDir = DO(MV, O)
    HorWdSpd = DO(MV, O)
    VerWdDir = DO(MV, O)
    VerWdSpd = DO(MV, O)
    WdGustSpd = DO(MV, O)
    EnvPres = DO(MV, O)
    RnFll = DO(MV, O)
    SnwDen = DO(MV, O)
    SnwTmp = DO(MV, O)
    SnwCvr = DO(MV, O)
    SnwFll = DO(MV, O)
    SnwEq = DO(MV, O)


class MMTN(EnergyLN):
    """Energy of a single-phase system."""


class MMTR(EnergyLN):
    """Energy of a three-phase system."""


class MMXN(FunctionLN):
    """Measurement of a single-phase system."""

    Amp = DO(MV, O)
    Vol = DO(MV, O)
    Watt = DO(MV, O)
    VolAmpr = DO(MV, O)
    VolAmp = DO(MV, O)
    PwrFact = DO(MV, O)
    Imp = DO(CMV, O)
    Hz = DO(MV, O)


class MMXU(FunctionLN):
    """Measurement of a three-phase system."""

    TotW = DO(MV, O)
    TotVAr = DO(MV, O)
    TotVA = DO(MV, O)
    TotPF = DO(MV, O)
    Hz = DO(MV, O)
    PPV = DO(DEL, O)
    PNV = DO(WYE, O)
    PhV = DO(WYE, O)
    A = DO(WYE, O)
    W = DO(WYE, O)
    VAr = DO(WYE, O)
    VA = DO(WYE, O)
    PF = DO(WYE, O)
    Z = DO(WYE, O)
    AvAPhs = DO(MV, O)
    AvPPVPhs = DO(MV, O)
    AvPhVPhs = DO(MV, O)
    AvWPhs = DO(MV, O)
    AvVAPhs = DO(MV, O)
    AvVArPhs = DO(MV, O)
    AvPFPhs = DO(MV, O)
    AvZPhs = DO(MV, O)
    MaxAPhs = DO(MV, O)
    MaxPPVPhs = DO(MV, O)
    MaxPhVPhs = DO(MV, O)
    MaxWPhs = DO(MV, O)
    MaxVAPhs = DO(MV, O)
    MaxVArPhs = DO(MV, O)
    MaxPFPhs = DO(MV, O)
    MaxZPhs = DO(MV, O)
    MinAPhs = DO(MV, O)
    MinPPVPhs = DO(MV, O)
    MinPhVPhs = DO(MV, O)
    MinWPhs = DO(MV, O)
    MinVAPhs = DO(MV, O)
    MinVArPhs = DO(MV, O)
    MinPFPhs = DO(MV, O)
    MinZPhs = DO(MV, O)
    HzRte = DO(MV, O)
    ClcTotVA = DO(ENG, O, F, enum=STotalCalcMethodKind)
    PFSign = DO(ENG, O, F, enum=PFSignKind)


class MSQI(FunctionLN):
    """Sequence components and imbalance."""

    SeqA = DO(SEQ, AtLeastOne(1), O)
    SeqV = DO(SEQ, AtLeastOne(1), O)
    DQ0Seq = DO(SEQ, O)
    ImbA = DO(WYE, O)
    ImbNgA = DO(MV, O)
    ImbNgV = DO(MV, O)
    ImbPPV = DO(DEL, O)
    ImbV = DO(WYE, O)
    ImbZroA = DO(MV, O)
    ImbZroV = DO(MV, O)
    MaxImbA = DO(MV, O)
    MaxImbPPV = DO(MV, O)
    MaxImbV = DO(MV, O)
