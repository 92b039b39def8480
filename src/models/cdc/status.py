"""Status information (IEC 61850-7-3)."""

from ..declare import (
    BL,
    BOOLEAN,
    CF,
    DC,
    ENUM,
    FLOAT32,
    INT16U,
    INT32,
    INT32U,
    INT64,
    OF,
    ST,
    SV,
    AllOfSomeGroup,
    AllOrNone,
    Dbpos,
    M,
    MFsubst,
    O,
    ObjRef,
    Octet64,
    Quality,
    Timestamp,
    Unicode255,
    VisString64,
    VisString255,
    dchg,
    dupd,
    qchg,
)
from ..enums import FaultDirectionKind, PhaseFaultDirectionKind, SeverityKind
from .constructed import Cell, Originator, Unit
from .description import Described

__all__ = ["ACD", "ACT", "BCR", "DPS", "ENS", "HST", "INS", "ORS", "SEC", "SPS", "TCS", "VSS"]


class SPS(Described):
    """Single point status."""

    stVal = ST(BOOLEAN, M, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(BOOLEAN, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)


class DPS(Described):
    """Double point status."""

    stVal = ST(Dbpos, M, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(Dbpos, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)


class INS(Described):
    """Integer status."""

    stVal = ST(INT32, M, dchg | dupd)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(INT32, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    units = CF(Unit, O, dchg)


class ENS(Described):
    """Enumerated status."""

    stVal = ST(ENUM, M, dchg | dupd)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(ENUM, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)


class ACT(Described):
    """Protection activation."""

    general = ST(BOOLEAN, M, dchg)
    phsA = ST(BOOLEAN, O, dchg)
    phsB = ST(BOOLEAN, O, dchg)
    phsC = ST(BOOLEAN, O, dchg)
    neut = ST(BOOLEAN, O, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    originSrc = ST(Originator, O)
    operTmPhsA = ST(Timestamp, O)
    operTmPhsB = ST(Timestamp, O)
    operTmPhsC = ST(Timestamp, O)


class ACD(Described):
    """Directional protection activation."""

    general = ST(BOOLEAN, M, dchg)
    dirGeneral = ST(FaultDirectionKind, M, dchg)
    phsA = ST(BOOLEAN, AllOrNone(1), dchg)
    dirPhsA = ST(PhaseFaultDirectionKind, AllOrNone(1), dchg)
    phsB = ST(BOOLEAN, AllOrNone(2), dchg)
    dirPhsB = ST(PhaseFaultDirectionKind, AllOrNone(2), dchg)
    phsC = ST(BOOLEAN, AllOrNone(3), dchg)
    dirPhsC = ST(PhaseFaultDirectionKind, AllOrNone(3), dchg)
    neut = ST(BOOLEAN, AllOrNone(4), dchg)
    dirNeut = ST(PhaseFaultDirectionKind, AllOrNone(4), dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)


class SEC(Described):
    """Security violation counter."""

    cnt = ST(INT32U, M, dchg)
    sev = ST(SeverityKind)
    t = ST(Timestamp)
    addr = ST(Octet64, O)
    addInfo = ST(VisString64, O)


class BCR(Described):
    """Binary counter reading: actVal counts pulses of pulsQty units each."""

    preferred = ("actVal", "t")

    actVal = ST(INT64, AllOfSomeGroup(2), dchg)
    frVal = ST(INT64, AllOfSomeGroup(1), dupd)
    frTm = ST(Timestamp, AllOfSomeGroup(1))
    q = ST(Quality, M, qchg)
    t = ST(Timestamp, AllOfSomeGroup(2))
    units = CF(Unit, O, dchg)
    pulsQty = CF(FLOAT32, M, dchg)
    frEna = CF(BOOLEAN, AllOfSomeGroup(1), dchg)
    strTm = CF(Timestamp, OF("frVal"), dchg)
    frPd = CF(INT32, AllOfSomeGroup(1), dchg)
    frRs = CF(BOOLEAN, AllOfSomeGroup(1), dchg)


class HST(Described):
    """Histogram."""

    hstVal = ST(INT32, M, dchg | dupd, size="maxPts")
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    numPts = CF(INT16U, M, dchg)
    hstRangeC = CF(Cell, M, dchg, size="maxPts")
    xUnits = CF(Unit, M, dchg)
    yUnits = CF(Unit, O, dchg)
    units = CF(Unit, O, dchg)
    maxPts = CF(INT16U, M, dchg)
    xD = DC(VisString255)
    xDU = DC(Unicode255, O)
    yD = DC(VisString255, O)
    yDU = DC(Unicode255, O)


class VSS(Described):
    """Visible string status."""

    stVal = ST(VisString255, M, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)


class ORS(Described):
    """Object reference status."""

    stVal = ST(ObjRef, M, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)


class TCS(Described):
    """Time status."""

    stVal = ST(Timestamp, M, dchg | dupd)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
