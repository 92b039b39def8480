"""Protection (IEC 61850-7-4, group P)."""

from ..cdc import ACD, ACT, ASG, CSD, CSG, CURVE, ENG, ING, INS, MV, ORG, SPG, SPS, WYE
from ..declare import DO, AtLeastOne, AtMostOne, F, M, O, Omulti, OmultiRange
from ..enums import (
    DirectionModeKind,
    ResetCurveKind,
    RestraintModeKind,
    SOFEnablingModeKind,
    SOFOperationModeKind,
    TripModeKind,
    UnblockModeKind,
    WeakEndInfeedModeKind,
)
from .abstract_protection import (
    CurrentProtectionLN,
    EarthfaultProtectionLN,
    FrequencyProtectionLN,
    GeneratorProtectionLN,
    MotorStartupProtectionLN,
    PowerFactorProtectionLN,
    PowerProtectionLN,
    ProtectionLN,
    VoltageProtectionLN,
)

__all__ = [
    "PDIF", "PDIR", "PDIS", "PDOP", "PDUP", "PFRC", "PHAR", "PHIZ", "PIOC", "PMRI", "PMSS", "POPF", "PPAM", "PRTR",
    "PSCH", "PSDE", "PSOF", "PTDV", "PTEF", "PTHF", "PTOC", "PTOF", "PTOV", "PTRC", "PTTR", "PTUC", "PTUF", "PTUV",
    "PUPF", "PVOC", "PVPH", "PZSU",
]  # fmt: skip


class PDIF(ProtectionLN):
    """Differential protection."""

    TmASt = DO(CSD, O, F)
    Str = DO(ACD, O, F)
    Op = DO(ACT, M, F, transient=True)
    DifAClc = DO(WYE, O)
    RstA = DO(WYE, O)
    TmACrv = DO(CURVE, O, F)
    TmAChr = DO(CSG, OmultiRange(33, 48), F)
    LinCapac = DO(ASG, O, F)
    LoSet = DO(ASG, AtMostOne, F)
    HiSet = DO(ASG, AtMostOne, F)
    MinOpTmms = DO(ING, O, F)
    MaxOpTmms = DO(ING, O, F)
    RstMod = DO(ENG, O, F, enum=RestraintModeKind)
    RsDlTmms = DO(ING, O, F)


class PDIR(ProtectionLN):
    """Direction comparison."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    RsDlTmms = DO(ING, O, F)


class PDIS(ProtectionLN):
    """Distance protection zone."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    PoRch = DO(ASG, O, F)
    PhStr = DO(ASG, O, F)
    GndStr = DO(ASG, O, F)
    DirMod = DO(ENG, O, F, enum=DirectionModeKind)
    PctRch = DO(ASG, O, F)
    Ofs = DO(ASG, O, F)
    PctOfs = DO(ASG, O, F)
    RisLod = DO(ASG, O, F)
    AngLod = DO(ASG, O, F)
    TmDlMod = DO(SPG, O, F)
    OpDlTmms = DO(ING, O, F)
    PhDlMod = DO(SPG, O, F)
    PhDlTmms = DO(ING, O, F)
    GndDlMod = DO(SPG, O, F)
    GndDlTmms = DO(ING, O, F)
    X1 = DO(ASG, O, F)
    LinAng = DO(ASG, O, F)
    RisGndRch = DO(ASG, O, F)
    RisPhRch = DO(ASG, O, F)
    K0Fact = DO(ASG, O, F)
    K0FactAng = DO(ASG, O, F)
    RsDlTmms = DO(ING, O, F)


class PDOP(PowerProtectionLN):
    """Directional overpower."""


class PDUP(PowerProtectionLN):
    """Directional underpower."""


class PFRC(FrequencyProtectionLN):
    """Rate of frequency change."""


class PHAR(ProtectionLN):
    """Harmonic restraint."""

    Str = DO(ACD, M, F)
    HaRst = DO(ING, O, F)
    PhStr = DO(ASG, O, F)
    PhStop = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)


class PHIZ(ProtectionLN):
    """High-impedance earth detector."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    AStr = DO(ASG, O, F)
    VStr = DO(ASG, O, F)
    HVStr = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)


class PIOC(ProtectionLN):
    """Instantaneous overcurrent."""

    Str = DO(ACD, O, F)
    Op = DO(ACT, M, F, transient=True)
    StrVal = DO(ASG, O, F)


class PMRI(MotorStartupProtectionLN):
    """Motor restart inhibition."""

    StrInh = DO(SPS, O, F)
    StrInhTmm = DO(INS, O)
    MaxNumStr = DO(ING, O, F)
    MaxWrmStr = DO(ING, O, F)
    MaxStrTmm = DO(ING, O, F)
    EqTmm = DO(ING, O, F)
    InhTmm = DO(ING, O, F)


class PMSS(MotorStartupProtectionLN):
    """Motor start supervision."""

    Str = DO(ACD, O, F)
    MotStr = DO(ASG, O, F)
    LokRotTms = DO(ING, O, F)


class POPF(PowerFactorProtectionLN):
    """Over power factor."""


class PPAM(GeneratorProtectionLN):
    """Phase angle measuring protection."""


class PRTR(GeneratorProtectionLN):
    """Rotor protection."""


class PSCH(ProtectionLN):
    """Protection scheme."""

    TxPrm = DO(ACT, O, F, transient=True)
    TxBlk = DO(ACT, O, F, transient=True)
    TxTr = DO(ACT, O, F)
    RxPrm = DO(ACT, Omulti, F, transient=True)
    RxBlk = DO(ACT, Omulti, F, transient=True)
    RxTr = DO(ACT, Omulti, F)
    Op = DO(ACT, M, F, transient=True)
    EchoWei = DO(SPS, O, F, transient=True)
    EchoWeiOp = DO(SPS, O, F, transient=True)
    RxSrc = DO(ORG, Omulti, F)
    RxSrcTr = DO(ORG, Omulti, F)
    OpDlTmms = DO(ING, O, F)
    CrdTmms = DO(ING, O, F)
    DurTmms = DO(ING, O, F)
    UnBlkMod = DO(ENG, O, F, enum=UnblockModeKind)
    UnBlkTmms = DO(ING, O, F)
    WeiMod = DO(ENG, O, F, enum=WeakEndInfeedModeKind)
    WeiTmms = DO(ING, O, F)


class PSDE(EarthfaultProtectionLN):
    """Sensitive directional earth fault."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, O, F, transient=True)
    Ang = DO(ASG, O, F)
    GndOp = DO(ASG, O, F)
    StrDlTmms = DO(ING, O, F)
    OpDlTmms = DO(ING, O, F)


class PSOF(ProtectionLN):
    """Switch-onto-fault."""

    Str = DO(ACD, O, F)
    Op = DO(ACT, M, F, transient=True)
    OpAccEx = DO(SPS, O, F)
    BlkRec = DO(SPS, O, F)
    EnaTmms = DO(ING, O, F)
    EnaMod = DO(ENG, O, F, enum=SOFEnablingModeKind)
    OpModSof = DO(ENG, O, F, enum=SOFOperationModeKind)
    SetPhV = DO(ASG, O, F)
    StrVal = DO(ASG, O, F)
    BlkValV = DO(ASG, O, F)
    BlkValA = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)


class PTDV(ProtectionLN):
    """Time-derivative voltage protection."""

    Str = DO(ACD, O, F)
    Op = DO(ACT, M, F, transient=True)
    StrVal = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)


class PTEF(EarthfaultProtectionLN):
    """Transient earth fault."""

    Str = DO(ACD, AtLeastOne(1), F)
    Op = DO(ACT, AtLeastOne(1), F, transient=True)


class PTHF(GeneratorProtectionLN):
    """Thyristor protection."""


class PTOC(CurrentProtectionLN):
    """Time overcurrent."""

    StrVal = DO(ASG, O, F)
    DirMod = DO(ENG, O, F, enum=DirectionModeKind)


class PTOF(FrequencyProtectionLN):
    """Over frequency."""


class PTOV(VoltageProtectionLN):
    """Over voltage."""

    TmVSt = DO(CSD, O, F)
    Op = DO(ACT, O, F, transient=True)
    TmVCrv = DO(CURVE, O, F)
    TmVChr = DO(CSG, OmultiRange(33, 48), F)


class PTRC(ProtectionLN):
    """Trip conditioning."""

    Str = DO(ACD, AtLeastOne(1), F)
    Op = DO(ACT, AtLeastOne(1), F, transient=True)
    Tr = DO(ACT, AtLeastOne(1), F)
    TrMod = DO(ENG, O, F, enum=TripModeKind)
    TrPlsTmms = DO(ING, O, F)


class PTTR(ProtectionLN):
    """Thermal overload."""

    TmTmpSt = DO(CSD, O, F)
    TmASt = DO(CSD, O, F)
    Str = DO(ACD, O, F)
    Op = DO(ACT, M, F, transient=True)
    AlmThm = DO(SPS, O, F)
    BlkThm = DO(SPS, O, F)
    Amp = DO(MV, O)
    Tmp = DO(MV, O)
    TmpRl = DO(MV, O)
    LodRsvAlm = DO(MV, O)
    LodRsvTr = DO(MV, O)
    TmTmpCrv = DO(CURVE, O, F)
    TmTmpChr = DO(CSG, OmultiRange(33, 48), F)
    TmACrv = DO(CURVE, O, F)
    TmAChr = DO(CSG, OmultiRange(33, 48), F)
    TmpMax = DO(ASG, O, F)
    StrVal = DO(ASG, O, F)
    MinOpTmms = DO(ING, O, F)
    MaxOpTmms = DO(ING, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)
    ConsTms = DO(ING, Omulti, F)
    AlmVal = DO(ASG, O, F)
    DropoutVal = DO(ASG, O, F)


class PTUC(CurrentProtectionLN):
    """Undercurrent."""

    StrVal = DO(ASG, O, F)
    DirMod = DO(ENG, O, F, enum=DirectionModeKind)


class PTUF(FrequencyProtectionLN):
    """Under frequency."""


class PTUV(VoltageProtectionLN):
    """Under voltage."""

    TmVSt = DO(CSD, O, F)
    Op = DO(ACT, M, F, transient=True)
    TmVCrv = DO(CURVE, O, F)
    TmVChr = DO(CSG, OmultiRange(33, 48), F)


class PUPF(PowerFactorProtectionLN):
    """Under power factor."""


class PVOC(CurrentProtectionLN):
    """Voltage-controlled overcurrent."""

    AVSt = DO(CSD, O, F)
    AVCrv = DO(CURVE, O, F)
    AVChr = DO(CSG, OmultiRange(33, 48), F)


class PVPH(VoltageProtectionLN):
    """Volts per hertz."""

    VHzSt = DO(CSD, O, F)
    Op = DO(ACT, M, F, transient=True)
    VHzCrv = DO(CURVE, O, F)
    VHzChr = DO(CSG, OmultiRange(33, 48), F)
    TypRsCrv = DO(ENG, O, F, enum=ResetCurveKind)


class PZSU(ProtectionLN):
    """Zero speed or underspeed."""

    Str = DO(ACD, M, F)
    Op = DO(ACT, M, F, transient=True)
    StrVal = DO(ASG, O, F)
    OpDlTmms = DO(ING, O, F)
    RsDlTmms = DO(ING, O, F)
