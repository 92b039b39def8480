"""Enumerations of IEC 61850-7-4: what data objects of logical nodes hold."""

from ._base import Literals

__all__ = [
    "BehaviourModeKind",
    "BreakerOpCapabilityKind",
    "CalcIntervalKind",
    "CalcMethodKind",
    "CalcModeKind",
    "ClockSourceKind",
    "ClockSyncKind",
    "ClockSyncLockingKind",
    "HealthKind",
    "LeapSecondKind",
    "MaterialKind",
    "MaterialStateKind",
    "PFSignKind",
    "POWSwitchingCapabilityKind",
    "STotalCalcMethodKind",
    "StrWeekDayKind",
    "SwitchFunctionKind",
    "SwitchingCapabilityKind",
]


class BehaviourModeKind(Literals):
    """Mode and behaviour (Mod, Beh)."""

    on = 1
    blocked = 2
    test = 3
    test_blocked = 4, "test/blocked"
    off = 5


class BreakerOpCapabilityKind(Literals):
    """Operating sequence a breaker can do (CBOpCap)."""

    None_ = 1, "None"
    Open = 2
    Close_Open = 3, "Close-Open"
    Open_Close_Open = 4, "Open-Close-Open"
    Close_Open_Close_Open = 5, "Close-Open-Close-Open"
    Open_Close_Open_Close_Open = 6, "Open-Close-Open-Close-Open"
    more = 7


class CalcIntervalKind(Literals):
    """Unit of the calculation interval (ClcIntvTyp)."""

    MS = 1
    PER_CYCLE = 2
    CYCLE = 3
    DAY = 4
    WEEK = 5
    MONTH = 6
    YEAR = 7
    EXTERNAL = 8


class CalcMethodKind(Literals):
    """How statistics are calculated (ClcMth)."""

    UNSPECIFIED = 1
    TRUE_RMS = 2
    PEAK_FUNDAMENTAL = 3
    RMS_FUNDAMENTAL = 4
    MIN = 5
    MAX = 6
    AVG = 7
    SDV = 8
    PREDICTION = 9, "PREDICTION", "deprecated"
    RATE = 10, "RATE", "deprecated"
    P_CLASS = 11, "P-CLASS"
    M_CLASS = 12, "M-CLASS"
    DIFF = 13


class CalcModeKind(Literals):
    """Period of the calculation (ClcMod)."""

    TOTAL = 1
    PERIOD = 2
    SLIDING = 3


class ClockSyncKind(Literals):
    """How the clock is synchronised (TmSyn)."""

    InternalClock = 0
    LocalAreaClock = 1
    GlobalAreaClock = 2


class HealthKind(Literals):
    """Health of a node or device."""

    Ok = 1
    Warning = 2
    Alarm = 3


class PFSignKind(Literals):
    """Sign convention of the power factor."""

    IEC = 1
    EEI = 2


class POWSwitchingCapabilityKind(Literals):
    """Point-on-wave switching capability (POWCap)."""

    None_ = 1, "None"
    Close = 2
    Open = 3
    Close_and_Open = 4, "Close and Open"


class STotalCalcMethodKind(Literals):
    """How total apparent power is calculated."""

    Vector = 1
    Arithmetic = 2


class SwitchFunctionKind(Literals):
    """Kind of an XSWI (SwTyp)."""

    Load_Break = 1, "Load Break"
    Disconnector = 2
    Earthing_Switch = 3, "Earthing Switch"
    High_Speed_Earthing_Switch = 4, "High Speed Earthing Switch"


class SwitchingCapabilityKind(Literals):
    """What a switch can still do (SwOpCap)."""

    None_ = 1, "None"
    Open = 2
    Close = 3
    Open_and_Close = 4, "Open and Close"


class StrWeekDayKind(Literals):
    """First day of the week."""

    Monday = 1
    Tuesday = 2
    Wednesday = 3
    Thursday = 4
    Friday = 5
    Saturday = 6
    Sunday = 7


class ClockSourceKind(Literals):
    """Kind of time source (TmSrcTyp)."""

    Unknown = 1
    SNTP = 2
    PTP = 3
    IRIG_B = 4, "IRIG-B"
    Substation_internal = 5, "Substation internal"


class ClockSyncLockingKind(Literals):
    """How long the clock has been unlocked (TmSynLkd)."""

    Locked = 1
    Unlocked10s = 2
    Unlocked100s = 3
    Unlocked1000s = 4
    UnlockedMoreThan1000s = 5


class LeapSecondKind(Literals):
    """Leap second announcement (Leap)."""

    Unknown = 1
    Normal_Time = 2, "Normal Time"
    Last_minute_of_the_day_has_61_seconds = 3, "Last minute of the day has 61 seconds"
    Last_minute_of_the_day_has_59_seconds = 4, "Last minute of the day has 59 seconds"


class MaterialKind(Literals):
    """Medium that flows (MatTyp)."""

    Air = 1
    Water = 2
    Steam = 3
    Oil = 4
    Hydrogen = 5
    Natural_gas = 6, "Natural gas"
    Butane = 7
    Propane = 8
    Waste_gas = 9, "Waste gas"
    Not_applicable_or_Unknown = 98, "Not applicable / Unknown"
    Other = 99


class MaterialStateKind(Literals):
    """State of the medium (MatSt)."""

    Gaseous = 1
    Liquid = 2
    Solid = 3
    Not_applicable_or_Unknown = 98, "Not applicable / Unknown"
    Other = 99
