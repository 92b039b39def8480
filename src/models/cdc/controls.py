"""Controllable data (IEC 61850-7-3).

Timeouts are in milliseconds.
"""

from ..declare import (
    BL,
    BOOLEAN,
    CF,
    CO,
    ENUM,
    FLOAT32,
    INT8,
    INT8U,
    INT32,
    INT32U,
    MO,
    MX,
    OR,
    ST,
    SV,
    AllByDefault,
    Dbpos,
    M,
    MFscaledAV,
    MFsubst,
    MOctrl,
    MOenhanced,
    MOsbo,
    MOsboEnhanced,
    MOsboNormal,
    O,
    Quality,
    Tcmd,
    Timestamp,
    VisString64,
    VisString129,
    dchg,
    dupd,
    qchg,
)
from ..enums import CtlModelKind, SboClassKind
from . import constructed
from .constructed import (
    AnalogueValue,
    AnalogueValueCtl,
    Originator,
    PulseConfig,
    ScaledValueConfig,
    Unit,
    ValWithTrans,
)
from .description import Described

__all__ = ["APC", "BAC", "BSC", "DPC", "ENC", "INC", "ISC", "SPC", "Operable"]


class Operable(Described):
    """A CDC with the control objects of IEC 61850-8-1, there when ctlModel is not status-only."""

    SBO = CO(VisString129, MOsboNormal)
    SBOw = CO(constructed.SBOw, MOsboEnhanced)
    Oper = CO(constructed.Oper, MOctrl)
    Cancel = CO(constructed.Cancel, MOsbo)


class SPC(Operable):
    """Controllable single point."""

    control_value = BOOLEAN

    origin = ST(Originator, O)
    ctlNum = ST(INT8U, O)
    stVal = ST(BOOLEAN, AllByDefault(1), dchg)
    q = ST(Quality, AllByDefault(1), qchg)
    t = ST(Timestamp, AllByDefault(1))
    stSeld = ST(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(BOOLEAN, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    pulseConfig = CF(PulseConfig, O, dchg)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)


class DPC(Operable):
    """Controllable double point."""

    control_value = BOOLEAN

    origin = ST(Originator, O)
    ctlNum = ST(INT8U, O)
    stVal = ST(Dbpos, M, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    stSeld = ST(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(Dbpos, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    pulseConfig = CF(PulseConfig, O, dchg)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)


class INC(Operable):
    """Controllable integer."""

    control_value = INT32

    origin = ST(Originator, O)
    ctlNum = ST(INT8U, O)
    stVal = ST(INT32, M, dchg | dupd)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    stSeld = ST(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(INT32, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    minVal = CF(INT32, O, dchg)
    maxVal = CF(INT32, O, dchg)
    stepSize = CF(INT32U, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)
    units = CF(Unit, O, dchg)


class ENC(Operable):
    """Controllable enumeration."""

    control_value = ENUM

    origin = ST(Originator, O)
    ctlNum = ST(INT8U, O)
    stVal = ST(ENUM, M, dchg)
    q = ST(Quality, M, qchg)
    t = ST(Timestamp)
    stSeld = ST(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(ENUM, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)


class BSC(Operable):
    """Binary controlled step position."""

    control_value = Tcmd

    origin = ST(Originator, O)
    ctlNum = ST(INT8U, O)
    valWTr = ST(ValWithTrans, AllByDefault(1), dchg)
    q = ST(Quality, AllByDefault(1), qchg)
    t = ST(Timestamp, AllByDefault(1))
    stSeld = ST(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(ValWithTrans, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    persistent = CF(BOOLEAN, M, dchg)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    minVal = CF(INT8, O, dchg)
    maxVal = CF(INT8, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)


class ISC(Operable):
    """Integer controlled step position."""

    control_value = INT8

    origin = ST(Originator, O)
    ctlNum = ST(INT8U, O)
    valWTr = ST(ValWithTrans, AllByDefault(1), dchg)
    q = ST(Quality, AllByDefault(1), qchg)
    t = ST(Timestamp, AllByDefault(1))
    stSeld = ST(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(ValWithTrans, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    minVal = CF(INT8, O, dchg)
    maxVal = CF(INT8, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)


class APC(Operable):
    """Controllable analogue set point."""

    control_value = AnalogueValueCtl

    origin = MX(Originator, O)
    ctlNum = MX(INT8U, O)
    mxVal = MX(AnalogueValue, AllByDefault(1), dchg)
    q = MX(Quality, AllByDefault(1), qchg)
    t = MX(Timestamp, AllByDefault(1))
    stSeld = MX(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(AnalogueValue, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    units = CF(Unit, O, dchg)
    db = CF(INT32U, O, dchg)
    sVC = CF(ScaledValueConfig, MFscaledAV, dchg)
    minVal = CF(AnalogueValue, O, dchg)
    maxVal = CF(AnalogueValue, O, dchg)
    stepSize = CF(AnalogueValue, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)
    dbRef = CF(FLOAT32, MO("db"), dchg)


class BAC(Operable):
    """Binary controlled analogue value."""

    control_value = Tcmd

    origin = MX(Originator, O)
    ctlNum = MX(INT8U, O)
    mxVal = MX(AnalogueValue, AllByDefault(1), dchg)
    q = MX(Quality, AllByDefault(1), qchg)
    t = MX(Timestamp, AllByDefault(1))
    stSeld = MX(BOOLEAN, MOsbo, dchg)
    opRcvd = OR(BOOLEAN, O, dchg)
    opOk = OR(BOOLEAN, O, dchg)
    tOpOk = OR(Timestamp, O)
    subEna = SV(BOOLEAN, MFsubst)
    subVal = SV(AnalogueValue, MFsubst)
    subQ = SV(Quality, MFsubst)
    subID = SV(VisString64, MFsubst)
    blkEna = BL(BOOLEAN, O)
    persistent = CF(BOOLEAN, M, dchg)
    ctlModel = CF(CtlModelKind, M, dchg)
    sboTimeout = CF(INT32U, MOsbo, dchg)
    sboClass = CF(SboClassKind, O, dchg)
    units = CF(Unit, O, dchg)
    db = CF(INT32U, O, dchg)
    sVC = CF(ScaledValueConfig, MFscaledAV, dchg)
    minVal = CF(AnalogueValue, O, dchg)
    maxVal = CF(AnalogueValue, O, dchg)
    stepSize = CF(AnalogueValue, O, dchg)
    operTimeout = CF(INT32U, MOenhanced, dchg)
    dbRef = CF(FLOAT32, MO("db"), dchg)
