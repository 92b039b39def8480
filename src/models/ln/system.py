"""System nodes: the device, its clock and its channels (IEC 61850-7-4, group L)."""

from ..cdc import (
    BCR,
    BTS,
    CST,
    CTS,
    DPL,
    ENC,
    ENG,
    ENS,
    GTS,
    ING,
    INS,
    LPL,
    LTS,
    MTS,
    NTS,
    ORG,
    SPC,
    SPG,
    SPS,
    STS,
    TSG,
    UTS,
    VSG,
    VSS,
)
from ..cdc.addresses import PhyComAddrL2, PhyComAddrUDP
from ..cdc.constructed import AnalogueValueCtlF, AnalogueValueCtlInt
from ..declare import (
    BOOLEAN,
    DO,
    INT8,
    INT32,
    OF,
    LogicalNodeClass,
    MFcond,
    MOcond,
    MONamPlt,
    MOrootLD,
    O,
    Omulti,
    Tcmd,
)
from ..enums import (
    BehaviourModeKind,
    ClockSourceKind,
    ClockSyncKind,
    ClockSyncLockingKind,
    HealthKind,
    LeapSecondKind,
    StrWeekDayKind,
)
from .abstract import DomainLN, SubscriptionSupervisionLN

__all__ = ["LCCH", "LGOS", "LLN0", "LPHD", "LSVS", "LTIM", "LTMS", "LTRK"]


class LPHD(LogicalNodeClass):
    """Physical device."""

    NamPlt = DO(LPL, MONamPlt)
    PhyNam = DO(DPL)
    PhyHealth = DO(ENS, enum=HealthKind)
    OutOv = DO(SPS, O)
    Proxy = DO(SPS)
    InOv = DO(SPS, O)
    OpTmh = DO(INS, O)
    NumPwrUp = DO(INS, O)
    WrmStr = DO(INS, O)
    WacTrg = DO(INS, O)
    PwrUp = DO(SPS, O, transient=True)
    PwrDn = DO(SPS, O, transient=True)
    PwrSupAlm = DO(SPS, O)
    RsStat = DO(SPC, O, transient=True)
    Sim = DO(SPC, O)
    MaxDl = DO(ING, MOcond(1))


class LLN0(LogicalNodeClass):
    """Logical device."""

    NamPlt = DO(LPL, MOrootLD)
    Beh = DO(ENS, enum=BehaviourModeKind)
    Health = DO(ENS, MOrootLD, enum=HealthKind)
    LocKey = DO(SPS, O)
    Loc = DO(SPS, O)
    Mod = DO(ENC, MOrootLD, enum=BehaviourModeKind)
    LocSta = DO(SPC, O)
    Diag = DO(SPC, O)
    LEDRs = DO(SPC, O, transient=True)
    SwModKey = DO(SPC, O)
    InRef = DO(ORG, Omulti)
    GrRef = DO(ORG, O)
    MltLev = DO(SPG, O)


class LCCH(DomainLN):
    """Communication channel supervision."""

    ChLiv = DO(SPS)
    RedChLiv = DO(SPS, MFcond(2))
    OutOv = DO(SPS, O)
    InOv = DO(SPS, O)
    FerCh = DO(INS, O)
    RedFerCh = DO(INS, OF("RedChLiv"))
    RxCnt = DO(BCR, O)
    RedRxCnt = DO(BCR, OF("RedChLiv"))
    TxCnt = DO(BCR, O)
    ApNam = DO(VSG, O)
    ChLivTms = DO(ING, O)


class LGOS(SubscriptionSupervisionLN):
    """GOOSE subscription supervision."""

    LastStNum = DO(INS, O)
    GoCBRef = DO(ORG)


class LSVS(SubscriptionSupervisionLN):
    """Sampled value subscription supervision."""

    SvCBRef = DO(ORG)


class LTIM(DomainLN):
    """Local time and summer time."""

    TmDT = DO(SPS)
    Leap = DO(ENS, O, enum=LeapSecondKind)
    TmOfsTmm = DO(ING)
    TmUseDT = DO(SPG)
    TmChgDT = DO(TSG, O)
    TmChgST = DO(TSG, O)
    StrWeekDay = DO(ENG, O, enum=StrWeekDayKind)


class LTMS(DomainLN):
    """Time source supervision."""

    TmAcc = DO(INS, O)
    TmSrc = DO(VSS)
    TmSrcTyp = DO(ENS, enum=ClockSourceKind)
    TmSyn = DO(ENS, O, enum=ClockSyncKind)
    TmChSt = DO(SPS, Omulti)
    TmSynLkd = DO(ENS, O, enum=ClockSyncLockingKind)
    TmSrcSet = DO(VSG, Omulti)
    HoldTms = DO(ING, O)


class LTRK(DomainLN):
    """Service tracking; the enumeration of an EncTrk is that of the ENC it tracks."""

    SpcTrk = DO(CTS, O, type=BOOLEAN)
    DpcTrk = DO(CTS, O, type=BOOLEAN)
    IncTrk = DO(CTS, O, type=INT32)
    EncTrk = DO(CTS, Omulti)
    ApcFTrk = DO(CTS, O, type=AnalogueValueCtlF)
    ApcIntTrk = DO(CTS, O, type=AnalogueValueCtlInt)
    BscTrk = DO(CTS, O, type=Tcmd)
    IscTrk = DO(CTS, O, type=INT8)
    BacTrk = DO(CTS, O, type=Tcmd)
    GenTrk = DO(CST, O)
    UrcbTrk = DO(UTS, O)
    BrcbTrk = DO(BTS, O)
    LocbTrk = DO(LTS, O)
    GocbTrk = DO(GTS, O, type=PhyComAddrL2)
    MsvcbTrk = DO(MTS, O, type=PhyComAddrL2)
    UsvcbTrk = DO(NTS, O)
    SgcbTrk = DO(STS, O)
    GocbUdpTrk = DO(GTS, O, type=PhyComAddrUDP)
    MsvcbUdpTrk = DO(MTS, O, type=PhyComAddrUDP)
