"""Abstract LN classes of IEC 61850-7-4: protection, power quality, recording."""

from ..cdc import ACD, ACT, ASG, CSD, CSG, CURVE, ENG, HST, INC, ING, ORG, SPC, SPS, WYE
from ..declare import DO, F, M, O, Omulti, OmultiRange
from ..enums import (
    DirectionModeKind,
    FaultMeasuredValueTypeKind,
    LevelTriggerModeKind,
    ResetCurveKind,
    TriggerSourceKind,
    UnbalanceDetectionKind,
)
from .abstract import FunctionLN

__all__ = [
    "CurrentProtectionLN", "DRChannelLN", "EarthfaultProtectionLN", "FrequencyProtectionLN",
    "GeneratorProtectionLN", "MotorStartupProtectionLN", "PowerFactorProtectionLN", "PowerProtectionLN",
    "PowerQualityLN", "ProtectionLN", "RecorderLN", "UnbalanceDetectionLN", "VoltageProtectionLN",
]  # fmt: skip


class ProtectionLN(FunctionLN):
    """A protection function."""

    FltPhV = DO(WYE, O)
    FltA = DO(WYE, O)
    OpCntRs = DO(INC, O)
    FltValTyp = DO(ENG, O, F, enum=FaultMeasuredValueTypeKind)


class CurrentProtectionLN(ProtectionLN):
    """Protection by current."""

    TmASt = DO(CSD, O, F)
    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    TmACrv = DO(CURVE, O, F)
    TmAChr = DO(CSG, OmultiRange(33, 48), F)
    TmMult = DO(ASG, O, F)
    MinOpTmms = DO(ING, O, F)
    MaxOpTmms = DO(ING, O, F)
    OpDlTmms = DO(ING, O, F)
    TypRsCrv = DO(ENG, O, F, enum=ResetCurveKind)
    RsDlTmms = DO(ING, O, F)


class EarthfaultProtectionLN(ProtectionLN):
    """Protection against earth faults."""

    FltIndRs = DO(SPC, O, F)
    GndStr = DO(ASG, O, F)
    DirMod = DO(ENG, O, F, enum=DirectionModeKind)


class FrequencyProtectionLN(ProtectionLN):
    """Protection by frequency."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    BlkV = DO(SPS, O, F)
    StrVal = DO(ASG, O, F)
    BlkVal = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)


class GeneratorProtectionLN(ProtectionLN):
    """Protection of generators."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    StrVal = DO(ASG, O, F)


class MotorStartupProtectionLN(ProtectionLN):
    """Protection of starting motors."""

    Op = DO(ACT, O, F, transient=True)
    SetA = DO(ASG, O, F)
    SetTms = DO(ING, O, F)


class PowerProtectionLN(ProtectionLN):
    """Protection by power."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    DirMod = DO(ENG, O, F, enum=DirectionModeKind)
    StrVal = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)


class PowerFactorProtectionLN(ProtectionLN):
    """Protection by power factor."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    BlkA = DO(SPS, O, F)
    BlkV = DO(SPS, O, F)
    StrVal = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)
    BlkValA = DO(ASG, O, F)
    BlkValV = DO(ASG, O, F)


class VoltageProtectionLN(ProtectionLN):
    """Protection by voltage."""

    Str = DO(ACD, M, F)
    StrVal = DO(ASG, O, F)
    TmMult = DO(ASG, O, F)
    MinOpTmms = DO(ING, O, F)
    MaxOpTmms = DO(ING, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)


class PowerQualityLN(FunctionLN):
    """A power quality event."""

    VaStr = DO(SPS, O, F)
    VaEnd = DO(SPS, O, F, transient=True)
    EvtCnt = DO(HST, O, F)
    OpCntRs = DO(INC, O)


class UnbalanceDetectionLN(PowerQualityLN):
    """Detects unbalance."""

    UnbDetMth = DO(ENG, O, F, enum=UnbalanceDetectionKind)
    StrVal = DO(ASG, O, F)


class RecorderLN(FunctionLN):
    """Records."""

    OpCntRs = DO(INC, O)
    TrgMod = DO(ENG, O, F, enum=TriggerSourceKind)
    LevMod = DO(ENG, O, F, enum=LevelTriggerModeKind)
    PreTmms = DO(ING, O, F)
    PstTmms = DO(ING, O, F)


class DRChannelLN(RecorderLN):
    """Channel of a disturbance recorder."""

    ChTrg = DO(SPS, O, F)
    ChNum = DO(ING, Omulti, F)
    SrcRef = DO(ORG, O, F)
