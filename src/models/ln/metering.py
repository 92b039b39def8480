"""Metering and measurement (IEC 61850-7-4, group M)."""

from ..cdc import ASG, BCR, CMV, DEL, ENG, MV, SEQ, SPC, WYE
from ..declare import DO, AtLeastOne, F, M, O
from ..enums import MaterialKind, MaterialStateKind, PFSignKind, STotalCalcMethodKind
from .abstract import EnergyLN, FunctionLN

__all__ = ["MFLW", "MHET", "MMDC", "MMTN", "MMTR", "MMXN", "MMXU", "MSQI"]


class MMTR(EnergyLN):
    """Energy of a three-phase system."""


class MMTN(EnergyLN):
    """Energy of a single-phase system."""


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
