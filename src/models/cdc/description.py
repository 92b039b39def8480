"""Name plates and descriptions (IEC 61850-7-3, description information)."""

from ..declare import (
    CF,
    DC,
    EX,
    FLOAT32,
    INT16U,
    INT32,
    ST,
    CommonDataClass,
    M,
    MFln0,
    MOdataNs,
    MOln0,
    MOlnNs,
    O,
    Unicode255,
    VisString64,
    VisString255,
    dchg,
)
from .constructed import Point, Unit

__all__ = ["CSD", "DPL", "LPL", "VSD", "Described", "Extended"]


class Extended(CommonDataClass):
    """What every CDC may carry: the name spaces of a private extension."""

    cdcName = EX(VisString255, O)
    dataNs = EX(VisString255, MOdataNs)


class Described(Extended):
    """A CDC with a text in ASCII and one in Unicode."""

    d = DC(VisString255, O)
    dU = DC(Unicode255, O)


class DPL(Described):
    """Device name plate."""

    vendor = DC(VisString255)
    hwRev = DC(VisString255, O)
    swRev = DC(VisString255, O)
    serNum = DC(VisString255, O)
    model = DC(VisString255, O)
    location = DC(VisString255, O)
    name = DC(VisString64, O)
    owner = DC(VisString255, O)
    ePSName = DC(VisString255, O)
    primeOper = DC(VisString255, O)
    secondOper = DC(VisString255, O)
    latitude = DC(FLOAT32, O)
    longitude = DC(FLOAT32, O)
    altitude = DC(FLOAT32, O)
    mRID = DC(VisString255, O)


class LPL(Extended):
    """Logical node name plate."""

    paramRev = ST(INT32, O, dchg)
    valRev = ST(INT32, O, dchg)
    vendor = DC(VisString255)
    swRev = DC(VisString255)
    ldNs = EX(VisString255, MFln0)
    lnNs = EX(VisString255, MOlnNs)
    d = DC(VisString255, O)
    dU = DC(Unicode255, O)
    configRev = DC(VisString255, MOln0)


class CSD(Described):
    """Curve shape description."""

    xUnits = DC(Unit)
    xD = DC(VisString255)
    xDU = DC(Unicode255, O)
    yUnits = DC(Unit)
    yD = DC(VisString255)
    yDU = DC(Unicode255, O)
    zUnits = DC(Unit, O)
    zD = DC(VisString255, O)
    zDU = DC(Unicode255, O)
    numPts = DC(INT16U)
    crvPts = DC(Point, size="maxPts")
    maxPts = CF(INT16U, M, dchg)


class VSD(Described):
    """Visible string description."""

    val = DC(VisString255)
