"""Logical node classes of this project's own, for what no published name space has: tariff, prepayment, meter archive.

Their name space is ``meterwire:2026``: an LN of these classes carries it as lnNs in its NamPlt.
"""

from .cdc import BCR, CUG, ENS, ING, INS, MV, SPC, SPG, SPS, TCS, TSG, VSG, VSS
from .declare import DO, M, Mmulti, O, Omulti
from .enums import HealthKind
from .ln.abstract import DomainLN

__all__ = ["FTRF", "IFLD", "IMAR", "IMSG", "MPPY", "NAMESPACE"]

NAMESPACE = "meterwire:2026"


class FTRF(DomainLN):
    """Tariff: which rate is in force, what each costs, and when the spare tariff takes over."""

    ActRte = DO(INS, M)
    RtePrc = DO(ING, Mmulti)
    StpPrc = DO(ING, Omulti)
    StpLim = DO(ING, Omulti)
    Cur = DO(CUG, M)
    SprTm = DO(TSG, O)
    SprEna = DO(SPG, O)


class MPPY(DomainLN):
    """Prepayment: counts of the smallest coin, scaled by pulsQty."""

    Bal = DO(BCR, M)
    Ovd = DO(BCR, O)
    CrdLim = DO(ING, O)
    Alm = DO(SPS, O)
    TopUp = DO(SPC, O)
    TopUpNum = DO(INS, O)


class IMAR(DomainLN):
    """Archive entry of a meter: where it is and how it is spoken to."""

    MetAdr = DO(VSG, M)
    MetProt = DO(VSG, M)
    Port = DO(VSG, M)
    Baud = DO(ING, O)
    CltrAdr = DO(VSG, O)
    MetHealth = DO(ENS, O, enum=HealthKind)
    LstRd = DO(TCS, O)


class IMSG(DomainLN):
    """A message to the customer, and whether it was read."""

    Msg = DO(VSG, M)
    Pri = DO(ING, O)
    MsgRd = DO(SPS, O)
    MsgAns = DO(VSS, O)


class IFLD(DomainLN):
    """A job in the field: order, place and permits."""

    JobId = DO(VSG, M)
    JobSt = DO(INS, M)
    Lat = DO(MV, O)
    Lon = DO(MV, O)
    ClsPerm = DO(SPC, O)
