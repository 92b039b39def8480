"""Generic nodes (IEC 61850-7-4, group G)."""

from ..cdc import ACD, ACT, APC, ASG, BCR, DPC, INC, INS, MV, ORG, SEC, SPC, SPS
from ..declare import DO, F, M, O, Omulti
from .abstract import AutomaticControlLN, ControlEquipmentInterfaceLN, FunctionLN

__all__ = [
    "GAPC", "GGIO", "GLOG", "GSAL",
]  # fmt: skip


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


class GLOG(FunctionLN):
    """Generic log."""

    OpCntRs = DO(INC, O)
    LogTrg = DO(SPC, O, F)
    LogRef = DO(ORG, O, F)
    TrgRef = DO(ORG, Omulti, F)


class GSAL(FunctionLN):
    """Security violations."""

    AuthFail = DO(SEC, M, F)
    AcsCtlFail = DO(SEC, M, F)
    SvcViol = DO(SEC, M, F)
    Ina = DO(SEC, M, F)
    NumCntRs = DO(INS, O)
    OpCntRs = DO(INC, M, O)
