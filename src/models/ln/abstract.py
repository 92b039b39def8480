"""Abstract LN classes of IEC 61850-7-4: what concrete classes inherit."""

from ..cdc import ACT, ASG, BCR, CSG, DPC, DPL, ENC, ENG, ENS, INC, ING, INS, LPL, MV, ORG, SPC, SPS
from ..declare import DO, OF, AllOfOneGroup, F, LogicalNodeClass, M, MFcond, MOcond, MONamPlt, O, Omulti
from ..enums import (
    BehaviourModeKind,
    CalcIntervalKind,
    CalcMethodKind,
    CalcModeKind,
    HealthKind,
    InstrumentTransformerMeasurementRatingKind,
    InstrumentTransformerProtectionRatingKind,
    LiveDeadModeKind,
)

__all__ = [
    "AutomaticControlLN", "BaseConverterLN", "BatteryLN", "CmdEquipmentInterfaceLN", "ConductorLN",
    "ControlEquipmentInterfaceLN", "ControlledLN", "ControllingLN", "DomainLN", "EnergyLN", "EquipmentInterfaceLN",
    "FunctionLN", "FunctionOutputLN", "HarmonicsLN", "InstrumentTransformerLN", "LineSupervisionLN",
    "NonProcessControllingEquipmentInterfaceLN", "NonProcessInterfaceLN", "SensorLN", "StatisticsLN",
    "SubscriptionSupervisionLN", "SupervisionLN", "SwitchgearSupervisionLN", "SwitchingEquipmentLN",
    "SynchronisationLN", "ThresholdLN",
]  # fmt: skip


class DomainLN(LogicalNodeClass):
    """Common to every node but LLN0 and LPHD."""

    NamPlt = DO(LPL, MONamPlt)
    Beh = DO(ENS, enum=BehaviourModeKind)
    Health = DO(ENS, O, enum=HealthKind)
    Mir = DO(SPS, MOcond(1))
    Mod = DO(ENC, O, enum=BehaviourModeKind)
    InRef = DO(ORG, Omulti)


class StatisticsLN(DomainLN):
    """Can hold derived statistics."""

    ClcExp = DO(SPS, O, transient=True)
    ClcNxtTmms = DO(INS, O)
    ClcStr = DO(SPC, O)
    ClcMth = DO(ENG, O, M, enum=CalcMethodKind)
    ClcMod = DO(ENG, O, enum=CalcModeKind)
    ClcIntvTyp = DO(ENG, O, enum=CalcIntervalKind)
    ClcIntvPer = DO(ING, O)
    NumSubIntv = DO(ING, O)
    ClcRfTyp = DO(ENG, O, enum=CalcIntervalKind)
    ClcRfPer = DO(ING, O)
    ClcSrc = DO(ORG, F, M)
    InSyn = DO(ORG, O)


class NonProcessInterfaceLN(StatisticsLN):
    """An interface to something other than the process."""

    EEName = DO(DPL, O, F)
    EEHealth = DO(ENS, O, F, enum=HealthKind)
    OpTmh = DO(INS, O)


class NonProcessControllingEquipmentInterfaceLN(NonProcessInterfaceLN):
    """Such an interface with a place it is operated from."""

    Loc = DO(SPS, O, F)
    LocKey = DO(SPS, OF("Loc"), F)
    LocSta = DO(SPC, OF("Loc"), F)


class FunctionLN(StatisticsLN):
    """A function of the process, which can be blocked."""

    Blk = DO(SPS, O, F)
    BlkRef = DO(ORG, Omulti, F)


class EquipmentInterfaceLN(FunctionLN):
    """Stands for a piece of equipment."""

    EEName = DO(DPL, O, F)
    EEHealth = DO(ENS, O, F, enum=HealthKind)
    OpTmh = DO(INS, O)


class CmdEquipmentInterfaceLN(EquipmentInterfaceLN):
    """Equipment that can be blocked."""

    CmdBlk = DO(SPC, O, F)


class ControllingLN(FunctionLN):
    """Has a place it is operated from."""

    Loc = DO(SPS, O, F)
    LocKey = DO(SPS, OF("Loc"), F)
    LocSta = DO(SPC, OF("Loc"), F)


class ControlledLN(ControllingLN):
    """Can be operated."""

    CmdBlk = DO(SPC, O, F)
    OpCntRs = DO(INC, O)


class ControlEquipmentInterfaceLN(ControlledLN):
    """Operates a piece of equipment."""

    EEName = DO(DPL, O, F)
    EEHealth = DO(ENS, O, F, enum=HealthKind)
    OpTmh = DO(INS, O)


class AutomaticControlLN(ControlledLN):
    """Automatic control."""

    Auto = DO(SPC, O, F)


class SynchronisationLN(ControlledLN):
    """Synchronisation of two sides."""

    VInd = DO(SPS, O, F)
    AngInd = DO(SPS, O, F)
    HzInd = DO(SPS, O, F)
    DifVClc = DO(MV, O)
    DifHzClc = DO(MV, O)
    DifAngClc = DO(MV, O)
    V1Clc = DO(MV, O)
    V2Clc = DO(MV, O)
    Hz1Clc = DO(MV, O)
    Hz2Clc = DO(MV, O)
    SynPrg = DO(SPC, O, F)
    LivLivBlk = DO(SPC, O, F)
    VAdpFact = DO(ASG, O, F)
    AdpAngDeg = DO(ASG, O, F)
    DifVNg = DO(ASG, O, F)
    DifVPs = DO(ASG, O, F)
    DifHzNg = DO(ASG, O, F)
    DifHzPs = DO(ASG, O, F)
    DifAngNg = DO(ASG, O, F)
    DifAngPs = DO(ASG, O, F)
    MinVSyn = DO(ASG, O, F)
    MaxVSyn = DO(ASG, O, F)
    DetSyn = DO(ASG, O, F)
    LivDeaMod = DO(ENG, O, F, enum=LiveDeadModeKind)
    DeaLinVal = DO(ASG, O, F)
    LivLinVal = DO(ASG, O, F)
    DeaBusVal = DO(ASG, O, F)
    LivBusVal = DO(ASG, O, F)
    TotTmms = DO(ING, O, F)


class SubscriptionSupervisionLN(DomainLN):
    """Supervises a subscription."""

    NdsCom = DO(SPS, O)
    St = DO(SPS)
    SimSt = DO(SPS, O)
    ConfRevNum = DO(INS, O)
    RxConfRevNum = DO(INS, O)


class FunctionOutputLN(FunctionLN):
    """A function with one output."""

    Out = DO(MV, O)


class ThresholdLN(FunctionLN):
    """Supervises a threshold."""

    Op = DO(ACT, M, F, transient=True)
    StrVal = DO(ASG, AllOfOneGroup(1), F)
    OpDlTmms = DO(ING, O, F)
    StrCrv = DO(CSG, AllOfOneGroup(2), F)
    RsDlTmms = DO(ING, O, F)


class EnergyLN(FunctionLN):
    """Counts energy; here Dmd is what the customer takes from the grid, Sup what he feeds into it."""

    TotVAh = DO(BCR, O)
    TotWh = DO(BCR, O)
    TotVArh = DO(BCR, O)
    SupWh = DO(BCR, O)
    SupVArh = DO(BCR, O)
    DmdWh = DO(BCR, O)
    DmdVArh = DO(BCR, O)


class HarmonicsLN(FunctionLN):
    """Harmonics and distortion."""

    Hz = DO(MV, AllOfOneGroup(1), O)
    HzSet = DO(ASG, AllOfOneGroup(2), F)
    EvTmms = DO(ING, O, F)
    NumCyc = DO(ING, O, F)
    ThdAVal = DO(ASG, O, F)
    ThdVVal = DO(ASG, O, F)
    ThdATmms = DO(ING, O, F)
    ThdVTmms = DO(ING, O, F)
    NomA = DO(ASG, O, F)


class SupervisionLN(FunctionLN):
    """Supervises something."""

    OpCntRs = DO(INC, O)


class LineSupervisionLN(SupervisionLN):
    """Supervises insulation or the like."""

    InsAlm = DO(SPS, M, F)
    InsBlk = DO(SPS, O, F)
    InsTr = DO(SPS, O, F)
    InsLevMax = DO(SPS, O, F)
    InsLevMin = DO(SPS, O, F)
    Pres = DO(MV, O)
    Tmp = DO(MV, O)


class SwitchgearSupervisionLN(SupervisionLN):
    """Supervises switchgear."""

    OpCntAlm = DO(SPS, O, F)
    OpCntWrn = DO(SPS, O, F)
    OpTmAlm = DO(SPS, O, F)
    OpTmWrn = DO(SPS, O, F)
    MechHealth = DO(ENS, O, F, enum=HealthKind)
    OpTmOpnAlm = DO(SPS, O, F)
    OpTmClsAlm = DO(SPS, O, F)
    AccmAbr = DO(MV, O)
    AuxSwTmOpn = DO(MV, O)
    AuxSwTmCls = DO(MV, O)
    RctTmOpn = DO(MV, O)
    RctTmCls = DO(MV, O)
    OpSpdOpn = DO(MV, O)
    OpSpdCls = DO(MV, O)
    OpTmOpn = DO(MV, O)
    OpTmCls = DO(MV, O)
    Stk = DO(MV, O)
    OvStkOpn = DO(MV, O)
    OvStkCls = DO(MV, O)
    ColA = DO(MV, O)
    Tmp = DO(MV, O)
    OpAlmTmh = DO(ING, O, F)
    OpWrnTmh = DO(ING, O, F)
    OpAlmNum = DO(ING, O, F)
    OpWrnNum = DO(ING, O, F)
    OpTmOpnSet = DO(ASG, O, F)
    OpTmClsSet = DO(ASG, O, F)


class SensorLN(EquipmentInterfaceLN):
    """A sensor."""

    SmpRte = DO(ING, O, F)
    HoldTmms = DO(ING, MOcond(2), F)


class InstrumentTransformerLN(SensorLN):
    """Current or voltage transformer."""

    HzRtg = DO(ASG, M, F)
    Rat = DO(ASG, O, F)
    Cor = DO(ASG, MFcond(3), F)
    AngCor = DO(ASG, MFcond(3), F)
    CorCrv = DO(CSG, MFcond(4), F)
    Clip = DO(ASG, MOcond(5), F)
    AccMeas = DO(ENG, O, F, enum=InstrumentTransformerMeasurementRatingKind)
    AccPro = DO(ENG, O, F, enum=InstrumentTransformerProtectionRatingKind)


class SwitchingEquipmentLN(EquipmentInterfaceLN):
    """A breaker or switch."""

    Loc = DO(SPS, M, F)
    LocKey = DO(SPS, O, F)
    OpCnt = DO(INS, M, O)
    Dsc = DO(SPS, O, F)
    LocSta = DO(SPC, O, F)
    Pos = DO(DPC, M, F)
    BlkOpn = DO(SPC, M, F)
    BlkCls = DO(SPC, M, F)
    ChaMotEna = DO(SPC, O, F)
    DscDlTmms = DO(ING, O, F)


class BaseConverterLN(EquipmentInterfaceLN):
    """A converter."""

    VArRtg = DO(ASG, O, F)
    VRtg = DO(ASG, O, F)


class BatteryLN(EquipmentInterfaceLN):
    """A battery."""

    BatHi = DO(SPS, O, F)
    BatLo = DO(SPS, O, F)
    VolChgRte = DO(MV, O)
    Vol = DO(MV, O)
    Amp = DO(MV, O)
    HiBatVol = DO(ASG, O, F)
    LoBatVol = DO(ASG, O, F)


class ConductorLN(EquipmentInterfaceLN):
    """A conductor."""

    LinLenkm = DO(ASG, O, F)
    RPs = DO(ASG, O, F)
    XPs = DO(ASG, O, F)
    ZPsMag = DO(ASG, O, F)
    ZPsAng = DO(ASG, O, F)
    RZer = DO(ASG, O, F)
    XZer = DO(ASG, O, F)
    ZZerMag = DO(ASG, O, F)
    ZZerAng = DO(ASG, O, F)
    RmZer = DO(ASG, O, F)
    XmZer = DO(ASG, O, F)
    ZmZerMag = DO(ASG, O, F)
    ZmZerAng = DO(ASG, O, F)
