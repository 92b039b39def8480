"""Power quality events (IEC 61850-7-4, group Q)."""

from ..cdc import ASG, ENG, ENS, MV, SPS
from ..declare import DO, F, O
from ..enums import AffectedPhasesKind, VoltInterruptDetectionKind
from .abstract_protection import PowerQualityLN, UnbalanceDetectionLN

__all__ = [
    "QFVR", "QITR", "QIUB", "QVTR", "QVUB", "QVVR",
]  # fmt: skip


class QFVR(PowerQualityLN):
    """Frequency variation event."""

    UnHzStr = DO(SPS, O, F)
    OvHzStr = DO(SPS, O, F)
    HzVaTm = DO(MV, O)
    HzVaMag = DO(MV, O)
    UnHzStrVal = DO(ASG, O, F)
    OvHzStrVal = DO(ASG, O, F)


class QITR(PowerQualityLN):
    """Current transient event."""

    ATrsTm = DO(MV, O)
    MaxATrs = DO(MV, O)
    StrVal = DO(ASG, O, F)


class QIUB(UnbalanceDetectionLN):
    """Current unbalance event."""

    AVaTm = DO(MV, O)
    MaxAVa = DO(MV, O)


class QVTR(PowerQualityLN):
    """Voltage transient event."""

    VTrsTm = DO(MV, O)
    MaxVTrs = DO(MV, O)
    StrVal = DO(ASG, O, F)


class QVUB(UnbalanceDetectionLN):
    """Voltage unbalance event."""

    VVaTm = DO(MV, O)
    MaxVVa = DO(MV, O)


class QVVR(PowerQualityLN):
    """Voltage variation event."""

    DipStr = DO(SPS, O, F)
    SwlStr = DO(SPS, O, F)
    IntrStr = DO(SPS, O, F)
    AffPhs = DO(ENS, O, F, enum=AffectedPhasesKind)
    VVa = DO(MV, O)
    VVaTm = DO(MV, O)
    DipStrVal = DO(ASG, O, F)
    SwlStrVal = DO(ASG, O, F)
    IntrStrVal = DO(ASG, O, F)
    IntrDetMth = DO(ENG, O, F, enum=VoltInterruptDetectionKind)
