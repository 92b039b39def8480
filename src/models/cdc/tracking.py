"""Service tracking (IEC 61850-7-3)."""

from ..declare import (
    ADDRESS,
    BOOLEAN,
    CONTROL,
    INT8U,
    INT16,
    INT16U,
    INT32U,
    SR,
    Check,
    EntryID,
    EntryTime,
    M,
    MOoperTm,
    O,
    ObjRef,
    Octet64,
    OptFlds,
    SvOptFlds,
    Timestamp,
    TrgOps,
    Unicode255,
    VisString129,
    dupd,
)
from ..enums import ControlServiceStatusKind, SamplingModeKind, ServiceNameKind, ServiceStatusKind
from .constructed import Originator
from .description import Described

__all__ = ["BTS", "CST", "CTS", "GTS", "LTS", "MTS", "NTS", "STS", "UTS", "ServiceTracking"]


class ServiceTracking(Described):
    """What every tracked service leaves behind."""

    leading = True

    objRef = SR(ObjRef, M, dupd)
    serviceType = SR(ServiceNameKind)
    errorCode = SR(ServiceStatusKind)
    originatorID = SR(Octet64, O)
    t = SR(Timestamp)


class CST(ServiceTracking):
    """Common service tracking."""

    leading = True

    certIssuer = SR(Unicode255, O)


class BTS(CST):
    """Buffered report control block tracking."""

    rptID = SR(VisString129)
    rptEna = SR(BOOLEAN)
    datSet = SR(ObjRef)
    confRev = SR(INT32U)
    optFlds = SR(OptFlds)
    bufTm = SR(INT32U)
    sqNum = SR(INT16U)
    trgOps = SR(TrgOps)
    intgPd = SR(INT32U)
    gi = SR(BOOLEAN)
    purgeBuf = SR(BOOLEAN)
    entryID = SR(EntryID)
    timeOfEntry = SR(EntryTime)
    resvTms = SR(INT16, O)
    owner = SR(Octet64, O)


class UTS(CST):
    """Unbuffered report control block tracking."""

    rptID = SR(VisString129)
    rptEna = SR(BOOLEAN)
    resv = SR(BOOLEAN)
    datSet = SR(ObjRef)
    confRev = SR(INT32U)
    optFlds = SR(OptFlds)
    bufTm = SR(INT32U)
    sqNum = SR(INT8U)
    trgOps = SR(TrgOps)
    intgPd = SR(INT32U)
    gi = SR(BOOLEAN)
    owner = SR(Octet64, O)


class LTS(CST):
    """Log control block tracking."""

    logEna = SR(BOOLEAN)
    logRef = SR(ObjRef)
    datSet = SR(ObjRef)
    oldEntrTm = SR(EntryTime)
    newEntrTm = SR(EntryTime)
    oldEnt = SR(EntryID)
    newEnt = SR(EntryID)
    trgOps = SR(TrgOps)
    intgPd = SR(INT32U)


class GTS(CST):
    """GOOSE control block tracking."""

    goEna = SR(BOOLEAN)
    goID = SR(VisString129)
    datSet = SR(ObjRef)
    confRev = SR(INT32U)
    ndsCom = SR(BOOLEAN)
    dstAddress = SR(ADDRESS)


class MTS(CST):
    """Multicast sampled value control block tracking."""

    svEna = SR(BOOLEAN)
    msvID = SR(VisString129)
    datSet = SR(ObjRef)
    confRev = SR(INT32U)
    smpRate = SR(INT16U)
    optFlds = SR(SvOptFlds)
    smpMod = SR(SamplingModeKind)
    dstAddress = SR(ADDRESS)


class NTS(ServiceTracking):
    """Unicast sampled value control block tracking."""

    svEna = SR(BOOLEAN)
    resv = SR(BOOLEAN)
    usvID = SR(VisString129)
    datSet = SR(ObjRef)
    confRev = SR(INT32U)
    smpMod = SR(SamplingModeKind)
    smpRate = SR(INT16U)
    optFlds = SR(SvOptFlds)
    dstAddress = SR(ADDRESS)


class STS(CST):
    """Setting group control block tracking."""

    numOfSG = SR(INT8U)
    actSG = SR(INT8U)
    editSG = SR(INT8U)
    cnfEdit = SR(BOOLEAN)
    lActTm = SR(Timestamp)
    resvTms = SR(INT16U, O)


class CTS(CST):
    """Control service tracking."""

    ctlVal = SR(CONTROL)
    operTm = SR(Timestamp, MOoperTm)
    origin = SR(Originator)
    ctlNum = SR(INT8U)
    T = SR(Timestamp)
    Test = SR(BOOLEAN)
    Check = SR(Check)
    respAddCause = SR(ControlServiceStatusKind)
