"""Constructed attribute types of IEC 61850-7-2 and 7-3, and the control parameters of 8-1."""

from ..declare import (
    BOOLEAN,
    CONTROL,
    FLOAT32,
    INT8,
    INT8U,
    INT16U,
    INT32,
    INT32U,
    AllOfOneGroup,
    AtLeastOne,
    Check,
    Constructed,
    MOoperTm,
    MORange,
    O,
    Octet64,
    Timestamp,
    part,
)
from ..enums import (
    MonthKind,
    MultiplierKind,
    OccurrenceKind,
    OriginatorCategoryKind,
    OutputSignalKind,
    PeriodKind,
    SIUnitKind,
    WeekdayKind,
)

__all__ = [
    "AnalogueValue",
    "AnalogueValueCtl",
    "AnalogueValueCtlF",
    "AnalogueValueCtlInt",
    "CalendarTime",
    "Cancel",
    "Cell",
    "Oper",
    "Originator",
    "Point",
    "PulseConfig",
    "RangeConfig",
    "SBOw",
    "ScaledValueConfig",
    "Unit",
    "ValWithTrans",
    "Vector",
]


class AnalogueValue(Constructed):
    """A number, floating or scaled."""

    preferred = ("f",)

    i = part(INT32, AtLeastOne(1))
    f = part(FLOAT32, AtLeastOne(1))


class AnalogueValueCtl(Constructed):
    """A commanded or set number, floating or scaled, not both."""

    preferred = ("f",)

    i = part(INT32, AllOfOneGroup(1))
    f = part(FLOAT32, AllOfOneGroup(2))


class AnalogueValueCtlF(Constructed):
    """A floating commanded number."""

    f = part(FLOAT32)


class AnalogueValueCtlInt(Constructed):
    """A scaled commanded number."""

    i = part(INT32)


class Vector(Constructed):
    """Magnitude and angle (degrees, -180..180)."""

    mag = part(AnalogueValue)
    ang = part(AnalogueValue, O)


class ScaledValueConfig(Constructed):
    """value = i * scaleFactor + offset."""

    scaleFactor = part(FLOAT32)
    offset = part(FLOAT32)


class RangeConfig(Constructed):
    """Limits of the range supervision; limDb is in 0.001 %, 0..100000."""

    hhLim = part(AnalogueValue, MORange)
    hLim = part(AnalogueValue, MORange)
    lLim = part(AnalogueValue, MORange)
    llLim = part(AnalogueValue, MORange)
    min = part(AnalogueValue)
    max = part(AnalogueValue)
    limDb = part(INT32U, O)


class Unit(Constructed):
    """SI unit and decimal multiplier."""

    SIUnit = part(SIUnitKind)
    multiplier = part(MultiplierKind, O)


class PulseConfig(Constructed):
    """Shape of a command output; durations in milliseconds."""

    cmdQual = part(OutputSignalKind)
    onDur = part(INT32U)
    offDur = part(INT32U)
    numPls = part(INT32U)


class ValWithTrans(Constructed):
    """Step position -64..63 and whether it is in transit."""

    posVal = part(INT8)
    transInd = part(BOOLEAN, O)


class Originator(Constructed):
    """Who caused a change (IEC 61850-7-2)."""

    orCat = part(OriginatorCategoryKind)
    orIdent = part(Octet64)


class Point(Constructed):
    """Point of a curve."""

    xVal = part(FLOAT32)
    yVal = part(FLOAT32)
    zVal = part(FLOAT32, O)


class Cell(Constructed):
    """Cell of a histogram."""

    xStart = part(FLOAT32)
    xEnd = part(FLOAT32, O)
    yStart = part(FLOAT32, O)
    yEnd = part(FLOAT32, O)


class CalendarTime(Constructed):
    """Recurring calendar time."""

    occ = part(INT16U)
    occType = part(OccurrenceKind)
    occPer = part(PeriodKind)
    weekDay = part(WeekdayKind)
    month = part(MonthKind)
    day = part(INT8U)
    hr = part(INT8U)
    mn = part(INT8U)


class SBOw(Constructed):
    """Select with value (IEC 61850-8-1 control parameters)."""

    ctlVal = part(CONTROL)
    operTm = part(Timestamp, MOoperTm)
    origin = part(Originator)
    ctlNum = part(INT8U)
    T = part(Timestamp)
    Test = part(BOOLEAN)
    Check = part(Check)


class Oper(Constructed):
    """Operate (IEC 61850-8-1 control parameters)."""

    ctlVal = part(CONTROL)
    operTm = part(Timestamp, MOoperTm)
    origin = part(Originator)
    ctlNum = part(INT8U)
    T = part(Timestamp)
    Test = part(BOOLEAN)
    Check = part(Check)


class Cancel(Constructed):
    """Cancel a selection or a timed operate (IEC 61850-8-1 control parameters)."""

    ctlVal = part(CONTROL)
    operTm = part(Timestamp, MOoperTm)
    origin = part(Originator)
    ctlNum = part(INT8U)
    T = part(Timestamp)
    Test = part(BOOLEAN)
