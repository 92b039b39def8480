"""Distributed energy resources, their points of connection and their market (IEC 61850-7-420)."""

from ..cdc import APC, ASG, CSG, CUG, DPC, ENG, ENS, HMV, INS, MV, ORG, ORS, SCR, SPC, SPS, VSG
from ..declare import DO, F, M, O, Omulti
from ..enums import QuadrantRunningStateKind
from .abstract import ControllingLN, FunctionLN
from .abstract_der import (
    DER_GeneratorLN,
    DER_LoadLN,
    DER_StateAbstractLN,
    DER_StorageLN,
    PhysicalElectricalConnectionPointLN,
    VirtualElectricalReferenceLN,
)

__all__ = [
    "DCCT", "DCST", "DECP", "DGEN", "DLOD", "DMDR", "DPCC", "DPMC", "DSTO", "DVER",
]  # fmt: skip


class DECP(PhysicalElectricalConnectionPointLN):
    """Electrical connection point."""


class DPCC(PhysicalElectricalConnectionPointLN):
    """Point of common coupling."""

    AreaEpsEcpId = DO(VSG, M, F)
    AreaEpsWMax = DO(ASG, M, F)


class DVER(VirtualElectricalReferenceLN):
    """Virtual electrical reference point."""


class DPMC(ControllingLN):
    """Power management controller."""

    PFExtQudEsp = DO(SPS, O, F)
    ReqPFExtQud = DO(SPS, Omulti, F)
    WTopFct = DO(ORS, Omulti, F)
    VArTopFct = DO(ORS, Omulti, F)
    PQSt = DO(ENS, O, F, enum=QuadrantRunningStateKind)
    DifWEsp = DO(MV, Omulti, O)
    DifVArEsp = DO(MV, Omulti, O)
    PFEsp = DO(MV, O)
    ReqPF = DO(MV, Omulti, O)
    ReqW = DO(MV, Omulti, O)
    ReqTotW = DO(MV, O)
    ReqWMin = DO(MV, Omulti, O)
    ReqWMax = DO(MV, Omulti, O)
    ReqTotWMin = DO(MV, O)
    ReqTotWMax = DO(MV, O)
    ReqVAr = DO(MV, Omulti, O)
    ReqTotVAr = DO(MV, O)
    ReqVArMin = DO(MV, Omulti, O)
    ReqVArMax = DO(MV, Omulti, O)
    ReqTotVArMin = DO(MV, O)
    ReqTotVArMax = DO(MV, O)
    WSpt = DO(APC, Omulti, O)
    DifWSpt = DO(APC, Omulti, O)
    WMinSpt = DO(APC, Omulti, O)
    WMaxSpt = DO(APC, Omulti, O)
    VArSpt = DO(APC, Omulti, O)
    DifVArSpt = DO(APC, Omulti, O)
    VArMaxSpt = DO(APC, Omulti, O)
    VArMinSpt = DO(APC, Omulti, O)
    PFSpt = DO(APC, Omulti, O)
    PFExtQudSpt = DO(SPC, Omulti, F)
    CeaEgzCtl = DO(SPC, O, F)
    RenChaEna = DO(SPC, O, F)
    DERRef = DO(ORG, M, F)
    OutEcpRef = DO(ORG, M, F)
    FctRef = DO(ORG, Omulti, F)
    StrWRpuPct = DO(ASG, O, F)


class DMDR(DER_StateAbstractLN):
    """Mixed DER."""

    InclDER = DO(ORG, Omulti, F)
    InclGn = DO(ORG, Omulti, F)
    InclSto = DO(ORG, Omulti, F)
    InclLod = DO(ORG, Omulti, F)
    EqGn = DO(ORG, O, F)
    EqSto = DO(ORG, O, F)
    EqLod = DO(ORG, O, F)


class DGEN(DER_GeneratorLN):
    """Generating unit."""

    GnOpSt = DO(ENS, M, F, deprecated=True)
    OpTmsRs = DO(INS, M, O, deprecated=True)
    GnH = DO(HMV, O, deprecated=True)
    GnCtl = DO(DPC, O, F, deprecated=True)
    GnRL = DO(DPC, O, F, deprecated=True)
    GnBlk = DO(SPC, O, F, deprecated=True)
    GnOnCntRs = DO(SPC, O, F, deprecated=True)
    PerStrCntRs = DO(SPC, O, F, deprecated=True)
    InclGn = DO(ORG, Omulti, F)
    DERUnit = DO(ORG, O, F)
    EqGn = DO(ORG, Omulti, F)


class DSTO(DER_StorageLN):
    """Storage unit."""

    EqSto = DO(ORG, M, F)
    InclSto = DO(ORG, Omulti, F)
    DERUnit = DO(ORG, O, F)


class DLOD(DER_LoadLN):
    """Controllable load unit."""

    InclLod = DO(ORG, Omulti, F)
    DERUnit = DO(ORG, O, F)
    EqLod = DO(ORG, O, F)


class DCCT(FunctionLN):
    """Cost or economic dispatch data."""

    Ccy = DO(CUG, M, F)
    OpCost = DO(ASG, M, F)
    OpWhCost = DO(ASG, O, F)
    StrCost = DO(ASG, O, F)
    StopCost = DO(ASG, O, F)
    RampCost = DO(ASG, O, F)
    HeatRteCost = DO(CSG, O, F)
    CRteCost = DO(CSG, O, F)
    CnttExptWLim = DO(ASG, O, F, deprecated=True)
    CnttImptWLim = DO(ASG, O, F, deprecated=True)
    CnttPF = DO(ASG, O, F, deprecated=True)
    CnttHiV = DO(ASG, O, F, deprecated=True)
    CnttLoV = DO(ASG, O, F, deprecated=True)
    CnttAnc = DO(ENG, O, F, deprecated=True)
    HeatRtePrc = DO(SCR, O, F, deprecated=True)
    CRtePrc = DO(SCR, O, F, deprecated=True)


class DCST(FunctionLN):
    """DER cost curve data."""

    Ccy = DO(CUG, O, F)
    HeatRteAct = DO(CSG, M, F)
    HeatRteCost = DO(CSG, O, F)
    RampCost = DO(ASG, O, F)
    StrCost = DO(ASG, O, F)
    StopCost = DO(ASG, O, F)
    CostRamp = DO(CSG, O, F, deprecated=True)
