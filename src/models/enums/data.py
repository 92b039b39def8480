"""Enumerations of IEC 61850-7-3: what attributes of CDCs hold."""

from ._base import Literals

__all__ = [
    "CtlModelKind",
    "CurveCharKind",
    "FaultDirectionKind",
    "HvReferenceKind",
    "MonthKind",
    "MultiplierKind",
    "OccurrenceKind",
    "OutputSignalKind",
    "PeriodKind",
    "PhaseAngleReferenceKind",
    "PhaseFaultDirectionKind",
    "PhaseReferenceKind",
    "RangeKind",
    "SIUnitKind",
    "SboClassKind",
    "SequenceKind",
    "SeverityKind",
    "WeekdayKind",
]


class CtlModelKind(Literals):
    """Control model (ctlModel)."""

    status_only = 0, "status-only"
    direct_with_normal_security = 1, "direct-with-normal-security"
    sbo_with_normal_security = 2, "sbo-with-normal-security"
    direct_with_enhanced_security = 3, "direct-with-enhanced-security"
    sbo_with_enhanced_security = 4, "sbo-with-enhanced-security"


class CurveCharKind(Literals):
    """Curve characteristic (setCharact)."""

    None_ = 0, "None"
    ANSI_Extremely_Inverse = 1, "ANSI Extremely Inverse"
    ANSI_Very_Inverse = 2, "ANSI Very Inverse"
    ANSI_Normal_Inverse = 3, "ANSI Normal Inverse", "deprecated"
    ANSI_Moderate_Inverse = 4, "ANSI Moderate Inverse"
    ANSI_Definite_Time = 5, "ANSI Definite Time"
    Long_Time_Extremely_Inverse = 6, "Long-Time Extremely Inverse", "deprecated"
    Long_Time_Very_Inverse = 7, "Long-Time Very Inverse", "deprecated"
    Long_Time_Inverse = 8, "Long-Time Inverse", "deprecated"
    IEC_Normal_Inverse = 9, "IEC Normal Inverse", "deprecated"
    IEC_Very_Inverse = 10, "IEC Very Inverse"
    IEC_Inverse = 11, "IEC Inverse"
    IEC_Extremely_Inverse = 12, "IEC Extremely Inverse"
    IEC_Short_Time_Inverse = 13, "IEC Short-Time Inverse", "deprecated"
    IEC_Long_Time_Inverse = 14, "IEC Long-Time Inverse", "deprecated"
    IEC_Definite_Time = 15, "IEC Definite Time"
    Reserved = 16
    Polynom_1 = 17, "Polynom 1"
    Polynom_2 = 18, "Polynom 2"
    Polynom_3 = 19, "Polynom 3"
    Polynom_4 = 20, "Polynom 4"
    Polynom_5 = 21, "Polynom 5"
    Polynom_6 = 22, "Polynom 6"
    Polynom_7 = 23, "Polynom 7"
    Polynom_8 = 24, "Polynom 8"
    Polynom_9 = 25, "Polynom 9"
    Polynom_10 = 26, "Polynom 10"
    Polynom_11 = 27, "Polynom 11"
    Polynom_12 = 28, "Polynom 12"
    Polynom_13 = 29, "Polynom 13"
    Polynom_14 = 30, "Polynom 14"
    Polynom_15 = 31, "Polynom 15"
    Polynom_16 = 32, "Polynom 16"
    Multiline_1 = 33, "Multiline 1"
    Multiline_2 = 34, "Multiline 2"
    Multiline_3 = 35, "Multiline 3"
    Multiline_4 = 36, "Multiline 4"
    Multiline_5 = 37, "Multiline 5"
    Multiline_6 = 38, "Multiline 6"
    Multiline_7 = 39, "Multiline 7"
    Multiline_8 = 40, "Multiline 8"
    Multiline_9 = 41, "Multiline 9"
    Multiline_10 = 42, "Multiline 10"
    Multiline_11 = 43, "Multiline 11"
    Multiline_12 = 44, "Multiline 12"
    Multiline_13 = 45, "Multiline 13"
    Multiline_14 = 46, "Multiline 14"
    Multiline_15 = 47, "Multiline 15"
    Multiline_16 = 48, "Multiline 16"


class FaultDirectionKind(Literals):
    """Direction of a fault."""

    unknown = 0
    forward = 1
    backward = 2
    both = 3


class HvReferenceKind(Literals):
    """What harmonic values refer to (hvRef)."""

    fundamental = 0
    rms = 1
    absolute = 2


class MonthKind(Literals):
    """Month of a calendar time."""

    reserved = 0
    January = 1
    February = 2
    March = 3
    April = 4
    May = 5
    June = 6
    July = 7
    August = 8
    September = 9
    October = 10
    November = 11
    December = 12


class MultiplierKind(Literals):
    """Decimal multiplier of a unit: the ordinal is the exponent."""

    y = -24
    z = -21
    a = -18
    f = -15
    p = -12
    n = -9
    u = -6, "µ"
    m = -3
    c = -2
    d = -1
    none = 0, ""
    da = 1
    h = 2
    k = 3
    M = 6
    G = 9
    T = 12
    P = 15
    E = 18
    Z = 21
    Y = 24


class OccurrenceKind(Literals):
    """What an occurrence counts (occType)."""

    Time = 0
    WeekDay = 1
    WeekOfYear = 2
    DayOfMonth = 3
    DayOfYear = 4
    NONE = 5


class PeriodKind(Literals):
    """Period of an occurrence (occPer)."""

    Hour = 0
    Day = 1
    Week = 2
    Month = 3
    Year = 4


class PhaseAngleReferenceKind(Literals):
    """What angles refer to (angRef)."""

    Va = 0
    Vb = 1
    Vc = 2
    Aa = 3
    Ab = 4
    Ac = 5
    Vab = 6
    Vbc = 7
    Vca = 8
    Vother = 9
    Aother = 10
    Synchrophasor = 11


class PhaseFaultDirectionKind(Literals):
    """Direction of a fault in one phase."""

    unknown = 0
    forward = 1
    backward = 2


class PhaseReferenceKind(Literals):
    """Reference phase of sequence components."""

    A = 0
    B = 1
    C = 2
    Synchrophasor = 3


class RangeKind(Literals):
    """Where a value lies between its limits (range)."""

    normal = 0
    high = 1
    low = 2
    high_high = 3, "high-high"
    low_low = 4, "low-low"


class SIUnitKind(Literals):
    """SI units (units.SIUnit)."""

    none = 1, ""
    m = 2
    kg = 3
    s = 4
    A = 5
    K = 6
    mol = 7
    cd = 8
    deg = 9
    rad = 10
    sr = 11
    Gy = 21
    Bq = 22
    degC = 23, "°C"
    Sv = 24
    F = 25
    C = 26
    S = 27
    H = 28
    V = 29
    ohm = 30
    J = 31
    N = 32
    Hz = 33
    lx = 34
    Lm = 35
    Wb = 36
    T = 37
    W = 38
    Pa = 39
    m2 = 41, "m²"
    m3 = 42, "m³"
    m_per_s = 43, "m/s"
    m_per_s2 = 44, "m/s²"
    m3_per_s = 45, "m³/s"
    m_per_m3 = 46, "m/m³"
    M = 47
    kg_per_m3 = 48, "kg/m³"
    m2_per_s = 49, "m²/s"
    W_per_mK = 50, "W/m K"
    J_per_K = 51, "J/K"
    ppm = 52
    per_s = 53, "1/s"
    rad_per_s = 54, "rad/s"
    W_per_m2 = 55, "W/m²"
    J_per_m2 = 56, "J/m²"
    S_per_m = 57, "S/m"
    K_per_s = 58, "K/s"
    Pa_per_s = 59, "Pa/s"
    J_per_kgK = 60, "J/kg K"
    VA = 61
    Watts = 62, "Watts", "deprecated"
    VAr = 63
    phi = 64, "phi", "deprecated"
    cos_phi = 65, "cos(phi)"
    Vs = 66
    V2 = 67, "V²"
    As = 68
    A2 = 69, "A²"
    A2t = 70, "A²t"
    VAh = 71
    Wh = 72
    VArh = 73
    V_per_Hz = 74, "V/Hz"
    Hz_per_s = 75, "Hz/s"
    char = 76
    char_per_s = 77, "char/s"
    kgm2 = 78, "kgm²"
    dB = 79
    J_per_Wh = 80, "J/Wh"
    W_per_s = 81, "W/s"
    l_per_s = 82, "l/s"
    dBm = 83
    h = 84
    min = 85
    Ohm_per_m = 86, "Ohm/m"
    percent_per_s = 87, "percent/s"
    A_per_V = 88, "A/V"
    A_per_Vs = 89, "A/Vs"


class SboClassKind(Literals):
    """Whether a selection outlives one operation."""

    operate_once = 0, "operate-once"
    operate_many = 1, "operate-many"


class SequenceKind(Literals):
    """Kind of sequence components (seqT)."""

    pos_neg_zero = 0, "pos-neg-zero"
    dir_quad_zero = 1, "dir-quad-zero"


class SeverityKind(Literals):
    """Severity of a security event (sev)."""

    unknown = 0
    critical = 1
    major = 2
    minor = 3
    warning = 4


class WeekdayKind(Literals):
    """Day of the week of a calendar time."""

    reserved = 0
    Monday = 1
    Tuesday = 2
    Wednesday = 3
    Thursday = 4
    Friday = 5
    Saturday = 6
    Sunday = 7


class OutputSignalKind(Literals):
    """Shape of a command output (cmdQual)."""

    pulse = 0
    persistent = 1
    persistent_feedback = 2, "persistent-feedback"
