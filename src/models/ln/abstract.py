"""Abstract LN classes of IEC 61850-7-4: what concrete classes inherit."""

from ..cdc import ASG, BCR, DPC, DPL, ENC, ENG, ENS, INC, ING, INS, LPL, MV, ORG, SPC, SPS
from ..declare import DO, OF, F, LogicalNodeClass, M, MOcond, MONamPlt, O, Omulti
from ..enums import BehaviourModeKind, CalcIntervalKind, CalcMethodKind, CalcModeKind, HealthKind

__all__ = [
    "AutomaticControlLN",
    "BatteryLN",
    "ControlEquipmentInterfaceLN",
    "ControlledLN",
    "ControllingLN",
    "DomainLN",
    "EnergyLN",
    "EquipmentInterfaceLN",
    "FunctionLN",
    "StatisticsLN",
    "SubscriptionSupervisionLN",
    "SupervisionLN",
    "SwitchingEquipmentLN",
]


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


class FunctionLN(StatisticsLN):
    """A function of the process, which can be blocked."""

    Blk = DO(SPS, O, F)
    BlkRef = DO(ORG, Omulti, F)


class EquipmentInterfaceLN(FunctionLN):
    """Stands for a piece of equipment."""

    EEName = DO(DPL, O, F)
    EEHealth = DO(ENS, O, F, enum=HealthKind)
    OpTmh = DO(INS, O)


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


class SubscriptionSupervisionLN(DomainLN):
    """Supervises a subscription."""

    NdsCom = DO(SPS, O)
    St = DO(SPS)
    SimSt = DO(SPS, O)
    ConfRevNum = DO(INS, O)
    RxConfRevNum = DO(INS, O)


class SupervisionLN(FunctionLN):
    """Supervises something."""

    OpCntRs = DO(INC, O)


class EnergyLN(FunctionLN):
    """Counts energy; here Dmd is what the customer takes from the grid, Sup what he feeds into it."""

    TotVAh = DO(BCR, O)
    TotWh = DO(BCR, O)
    TotVArh = DO(BCR, O)
    SupWh = DO(BCR, O)
    SupVArh = DO(BCR, O)
    DmdWh = DO(BCR, O)
    DmdVArh = DO(BCR, O)


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


class BatteryLN(EquipmentInterfaceLN):
    """A battery."""

    BatHi = DO(SPS, O, F)
    BatLo = DO(SPS, O, F)
    VolChgRte = DO(MV, O)
    Vol = DO(MV, O)
    Amp = DO(MV, O)
    HiBatVol = DO(ASG, O, F)
    LoBatVol = DO(ASG, O, F)
