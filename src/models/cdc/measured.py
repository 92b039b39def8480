"""Measurand information (IEC 61850-7-3).

Magnitudes are in the unit of ``units``; ``db`` and ``zeroDb`` are in 0.001 % of their references.
"""

from ..declare import (
    BL,
    BOOLEAN,
    CF,
    FLOAT32,
    INT16U,
    INT32U,
    MO,
    MX,
    SV,
    AtLeastOne,
    M,
    MFscaledAngV,
    MFscaledAV,
    MFscaledMagV,
    MFsubst,
    MOrms,
    O,
    OMSynPh,
    Quality,
    SubObject,
    Timestamp,
    VisString64,
    dchg,
    dupd,
    qchg,
)
from ..enums import HvReferenceKind, PhaseAngleReferenceKind, PhaseReferenceKind, RangeKind, SequenceKind
from .constructed import AnalogueValue, RangeConfig, ScaledValueConfig, Unit, Vector
from .description import Described

__all__ = ["CMV", "DEL", "HDEL", "HMV", "HWYE", "MV", "SAV", "SEQ", "WYE"]


class MV(Described):
    """Measured value."""

    instMag = MX(AnalogueValue, O)
    mag = MX(AnalogueValue, M, dchg | dupd)
    range = MX(RangeKind, O, dchg)
    q = MX(Quality, M, qchg)
    t = MX(Timestamp)
    subEna = SV(BOOLEAN, MFsubst)
    subMag = SV(AnalogueValue, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    units = CF(Unit, O, dchg)
    db = CF(INT32U, O, dchg)
    zeroDb = CF(INT32U, O, dchg)
    sVC = CF(ScaledValueConfig, MFscaledAV, dchg)
    rangeC = CF(RangeConfig, MO("range"), dchg)
    smpRate = CF(INT32U, O, dchg)
    dbRef = CF(FLOAT32, MO("db"), dchg)
    zeroDbRef = CF(FLOAT32, MO("zeroDb"), dchg)


class CMV(Described):
    """Complex measured value."""

    instCVal = MX(Vector, O)
    cVal = MX(Vector, M, dchg | dupd)
    range = MX(RangeKind, O, dchg)
    rangeAng = MX(RangeKind, O, dchg)
    q = MX(Quality, M, qchg)
    t = MX(Timestamp)
    subEna = SV(BOOLEAN, MFsubst)
    subCVal = SV(Vector, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    units = CF(Unit, O, dchg)
    db = CF(INT32U, O, dchg)
    dbAng = CF(INT32U, O, dchg)
    zeroDb = CF(INT32U, O, dchg)
    rangeC = CF(RangeConfig, MO("range"), dchg)
    rangeAngC = CF(RangeConfig, MO("rangeAng"), dchg)
    magSVC = CF(ScaledValueConfig, MFscaledMagV, dchg)
    angSVC = CF(ScaledValueConfig, MFscaledAngV, dchg)
    angRef = CF(PhaseAngleReferenceKind, O, dchg)
    smpRate = CF(INT32U, O, dchg)
    dbRef = CF(FLOAT32, MO("db"), dchg)
    zeroDbRef = CF(FLOAT32, MO("zeroDb"), dchg)
    dbAngRef = CF(FLOAT32, MO("dbAng"), dchg)


class SAV(Described):
    """Sampled value."""

    instMag = MX(AnalogueValue)
    q = MX(Quality, M, qchg)
    t = MX(Timestamp, O)
    units = CF(Unit, O, dchg)
    sVC = CF(ScaledValueConfig, MFscaledAV, dchg)
    min = CF(AnalogueValue, O, dchg)
    max = CF(AnalogueValue, O, dchg)


class WYE(Described):
    """Phase to ground values of a three-phase system."""

    phsA = SubObject(CMV, AtLeastOne(1))
    phsB = SubObject(CMV, AtLeastOne(1))
    phsC = SubObject(CMV, AtLeastOne(1))
    neut = SubObject(CMV, AtLeastOne(1))
    net = SubObject(CMV, AtLeastOne(1))
    res = SubObject(CMV, AtLeastOne(1))
    angRef = CF(PhaseAngleReferenceKind, O, dchg)
    phsToNeut = CF(BOOLEAN, O, dchg)


class DEL(Described):
    """Phase to phase values of a three-phase system."""

    phsAB = SubObject(CMV, AtLeastOne(1))
    phsBC = SubObject(CMV, AtLeastOne(1))
    phsCA = SubObject(CMV, AtLeastOne(1))
    angRef = CF(PhaseAngleReferenceKind, O, dchg)


class SEQ(Described):
    """Sequence components."""

    c1 = SubObject(CMV)
    c2 = SubObject(CMV, OMSynPh)
    c3 = SubObject(CMV, OMSynPh)
    seqT = MX(SequenceKind)
    phsRef = CF(PhaseReferenceKind, O, dchg)


class HMV(Described):
    """Harmonic values."""

    har = SubObject(CMV, size="maxPts")
    numHar = CF(INT16U, M, dchg)
    numCyc = CF(INT16U, M, dchg)
    evalTm = CF(INT16U, M, dchg)
    smpRate = CF(INT32U, O, dchg)
    frequency = CF(FLOAT32, M, dchg)
    hvRef = CF(HvReferenceKind, O, dchg)
    rmsCyc = CF(INT16U, MOrms, dchg)
    maxPts = CF(INT16U, M, dchg)


class HWYE(Described):
    """Harmonic values, phase to ground."""

    phsAHar = SubObject(CMV, size="maxPts")
    phsBHar = SubObject(CMV, O, size="maxPts")
    phsCHar = SubObject(CMV, O, size="maxPts")
    neutHar = SubObject(CMV, O, size="maxPts")
    netHar = SubObject(CMV, O, size="maxPts")
    resHar = SubObject(CMV, O, size="maxPts")
    numHar = CF(INT16U, M, dchg)
    numCyc = CF(INT16U, M, dchg)
    evalTm = CF(INT16U, M, dchg)
    angRef = CF(PhaseAngleReferenceKind, O, dchg)
    smpRate = CF(INT32U, O, dchg)
    frequency = CF(FLOAT32, M, dchg)
    hvRef = CF(HvReferenceKind, O, dchg)
    rmsCyc = CF(INT16U, MOrms, dchg)
    maxPts = CF(INT16U, M, dchg)


class HDEL(Described):
    """Harmonic values, phase to phase."""

    phsABHar = SubObject(CMV, size="maxPts")
    phsBCHar = SubObject(CMV, O, size="maxPts")
    phsCAHar = SubObject(CMV, O, size="maxPts")
    numHar = CF(INT16U, M, dchg)
    numCyc = CF(INT16U, M, dchg)
    evalTm = CF(INT16U, M, dchg)
    angRef = CF(PhaseAngleReferenceKind, O, dchg)
    smpRate = CF(INT32U, O, dchg)
    frequency = CF(FLOAT32, M, dchg)
    hvRef = CF(HvReferenceKind, O, dchg)
    rmsCyc = CF(INT16U, MOrms, dchg)
    maxPts = CF(INT16U, M, dchg)
