"""Settings (IEC 61850-7-3).

Declared for FC SP; :func:`in_group` gives the same CDC as a member of a setting group.
"""

from ..declare import (
    BOOLEAN,
    CF,
    DC,
    ENUM,
    FLOAT32,
    INT16U,
    INT32,
    INT32U,
    OF,
    SP,
    AllOrNone,
    AtLeastOne,
    Currency,
    M,
    MFscaledAV,
    O,
    ObjRef,
    Timestamp,
    Unicode255,
    VisString255,
    dchg,
)
from ..enums import CurveCharKind
from .constructed import AnalogueValue, AnalogueValueCtl, CalendarTime, Point, ScaledValueConfig, Unit
from .description import Described

__all__ = ["ASG", "CSG", "CUG", "CURVE", "ENG", "ING", "ORG", "SCR", "SPG", "TSG", "VSG"]


class SPG(Described):
    """Single point setting."""

    setVal = SP(BOOLEAN, M, dchg)


class ING(Described):
    """Integer setting."""

    setVal = SP(INT32, M, dchg)
    minVal = CF(INT32, O, dchg)
    maxVal = CF(INT32, O, dchg)
    stepSize = CF(INT32U, O, dchg)
    units = CF(Unit, O, dchg)


class ENG(Described):
    """Enumeration setting."""

    setVal = SP(ENUM, M, dchg)


class ORG(Described):
    """Object reference setting."""

    setSrcRef = SP(ObjRef, M, dchg)
    setTstRef = SP(ObjRef, AllOrNone(1), dchg)
    setSrcCB = SP(ObjRef, O, dchg)
    setTstCB = SP(ObjRef, OF("setTstRef"), dchg)
    intAddr = SP(VisString255, O, dchg)
    tstEna = SP(BOOLEAN, AllOrNone(1), dchg)
    purpose = DC(VisString255, O)


class TSG(Described):
    """Time setting."""

    setTm = SP(Timestamp, AtLeastOne(1), dchg)
    setCal = SP(CalendarTime, AtLeastOne(1), dchg)


class CUG(Described):
    """Currency setting."""

    cur = SP(Currency, M, dchg)


class VSG(Described):
    """Visible string setting."""

    setVal = SP(VisString255, M, dchg)


class ASG(Described):
    """Analogue setting."""

    setMag = SP(AnalogueValueCtl, M, dchg)
    units = CF(Unit, O, dchg)
    sVC = CF(ScaledValueConfig, MFscaledAV, dchg)
    minVal = CF(AnalogueValue, O, dchg)
    maxVal = CF(AnalogueValue, O, dchg)
    stepSize = CF(AnalogueValue, O, dchg)


class CURVE(Described):
    """Curve setting by formula."""

    setCharact = SP(CurveCharKind, M, dchg)
    setParA = SP(FLOAT32, O, dchg)
    setParB = SP(FLOAT32, O, dchg)
    setParC = SP(FLOAT32, O, dchg)
    setParD = SP(FLOAT32, O, dchg)
    setParE = SP(FLOAT32, O, dchg)
    setParF = SP(FLOAT32, O, dchg)


class CSG(Described):
    """Curve setting by points."""

    pointZ = SP(FLOAT32, O, dchg)
    numPts = SP(INT16U, M, dchg)
    crvPts = SP(Point, M, dchg, size="maxPts")
    xUnits = CF(Unit, M, dchg)
    yUnits = CF(Unit, M, dchg)
    zUnits = CF(Unit, O, dchg)
    maxPts = CF(INT16U, M, dchg)
    xD = DC(VisString255)
    xDU = DC(Unicode255, O)
    yD = DC(VisString255)
    yDU = DC(Unicode255, O)
    zD = DC(VisString255, O)
    zDU = DC(Unicode255, O)


class SCR(Described):
    """What deprecated objects of IEC 61850-7-420 (DCCT) have; no source at hand tells its attributes."""
