"""Generic nodes, supervision and equipment (IEC 61850-7-4, groups G, K, S and Z)."""

from ..cdc import ACD, ACT, APC, ASG, BCR, BSC, DPC, INC, INS, MV, SEC, SPC, SPS
from ..declare import DO, AtLeastOne, AtMostOne, F, M, O, Omulti
from .abstract import AutomaticControlLN, BatteryLN, ControlEquipmentInterfaceLN, FunctionLN, SupervisionLN

__all__ = ["GAPC", "GGIO", "GSAL", "KVLV", "STMP", "ZBAT"]


class GGIO(ControlEquipmentInterfaceLN):
    """Generic process input and output."""

    IntIn = DO(INS, Omulti, O)
    Alm = DO(SPS, Omulti, F)
    Wrn = DO(SPS, Omulti, F)
    Ind = DO(SPS, Omulti, F)
    CntVal = DO(BCR, Omulti, O)
    AnIn = DO(MV, Omulti, O)
    AnOut = DO(APC, Omulti, O)
    SPCSO = DO(SPC, Omulti, F)
    DPCSO = DO(DPC, Omulti, F)
    ISCSO = DO(INC, Omulti, O)


class GAPC(AutomaticControlLN):
    """Generic automatic control."""

    Str = DO(ACD, O, F)
    Op = DO(ACT, O, F, transient=True)
    Alm = DO(SPS, Omulti, F)
    Wrn = DO(SPS, Omulti, F)
    Ind = DO(SPS, Omulti, F)
    SPCSO = DO(SPC, Omulti, F)
    DPCSO = DO(DPC, Omulti, F)
    ISCSO = DO(INC, Omulti, O)
    StrVal = DO(ASG, O, F)


class GSAL(FunctionLN):
    """Security violations."""

    AuthFail = DO(SEC, M, F)
    AcsCtlFail = DO(SEC, M, F)
    SvcViol = DO(SEC, M, F)
    Ina = DO(SEC, M, F)
    NumCntRs = DO(INS, O)
    OpCntRs = DO(INC, M, O)


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


class KVLV(ControlEquipmentInterfaceLN):
    """Valve."""

    OpCnt = DO(INS, O)
    ClsPos = DO(SPS, AtLeastOne(1), F)
    OpnPos = DO(SPS, AtLeastOne(1), F)
    Mvm = DO(SPS, O, F)
    Stuck = DO(SPS, O, F)
    PosVlv = DO(MV, O)
    Flw = DO(MV, O)
    PosSpt = DO(APC, O)
    Pos = DO(DPC, O, F)
    PosChg = DO(BSC, AtMostOne, O)
    PosChgIncr = DO(INC, AtMostOne, O)
    BlkOpn = DO(SPC, O, F)
    BlkCls = DO(SPC, O, F)
    OpnLim = DO(ASG, O, F)
    ClsLim = DO(ASG, O, F)
    Incr = DO(ASG, O, F)


class ZBAT(BatteryLN):
    """Battery."""

    TestRsl = DO(SPS, O, F)
    BatTest = DO(SPC, O, F, transient=True)
