"""Instrument transformers and sensors (IEC 61850-7-4, group T)."""

from ..cdc import ASG, ENG, ING, SAV, SPS
from ..declare import DO, F, M, MOcond, O
from ..enums import TransientPerformanceClassKind
from .abstract import InstrumentTransformerLN, SensorLN

__all__ = [
    "TANG", "TAXD", "TCTR", "TDST", "TFLW", "TFRQ", "TGSN", "THUM", "TLVL", "TMGF", "TMVM", "TPOS", "TPRS", "TRTN",
    "TSND", "TTMP", "TTNS", "TVBR", "TVTR", "TWPH",
]  # fmt: skip


class TANG(SensorLN):
    """Angle sensor."""

    AngSv = DO(SAV, O)


class TAXD(SensorLN):
    """Axial displacement sensor."""

    AxDspSv = DO(SAV, O)


class TCTR(InstrumentTransformerLN):
    """Current transformer."""

    AmpSv = DO(SAV, O)
    ARtg = DO(ASG, M, F)
    Trp = DO(ENG, O, F, enum=TransientPerformanceClassKind)
    ScndTmms = DO(ING, MOcond(6), F)
    DynRngMin = DO(ASG, O, F)
    DynRngMax = DO(ASG, O, F)


class TDST(SensorLN):
    """Distance sensor."""

    DisSv = DO(SAV, O)


class TFLW(SensorLN):
    """Liquid flow sensor."""

    FlwSv = DO(SAV, O)


class TFRQ(SensorLN):
    """Frequency sensor."""

    HzSv = DO(SAV, O)


class TGSN(SensorLN):
    """Generic sensor."""

    GenSv = DO(SAV, O)


class THUM(SensorLN):
    """Humidity sensor."""

    HumSv = DO(SAV, O)


class TLVL(SensorLN):
    """Level sensor."""

    LevPctSv = DO(SAV, O)


class TMGF(SensorLN):
    """Magnetic field sensor."""

    MagFldSv = DO(SAV, O)


class TMVM(SensorLN):
    """Movement sensor."""

    MvmRteSv = DO(SAV, O)


class TPOS(SensorLN):
    """Position sensor."""

    PosPctSv = DO(SAV, O)


class TPRS(SensorLN):
    """Pressure sensor."""

    PresSv = DO(SAV, O)


class TRTN(SensorLN):
    """Rotation sensor."""

    RotSpdSv = DO(SAV, O)


class TSND(SensorLN):
    """Sound pressure sensor."""

    SndSv = DO(SAV, O)


class TTMP(SensorLN):
    """Temperature sensor."""

    TmpSv = DO(SAV, O)


class TTNS(SensorLN):
    """Mechanical tension sensor."""

    TnsSv = DO(SAV, O)


class TVBR(SensorLN):
    """Vibration sensor."""

    VbrSv = DO(SAV, O)


class TVTR(InstrumentTransformerLN):
    """Voltage transformer."""

    FuFail = DO(SPS, O, F)
    VolSv = DO(SAV, O)
    VRtg = DO(ASG, M, F)


class TWPH(SensorLN):
    """Water acidity sensor."""

    H2OPHSv = DO(SAV, O)
