"""Enumerations of IEC 61850-7-4: protection, fault recording, power quality."""

from ._base import Literals

__all__ = [
    "AffectedPhasesKind", "AutoReclosingKind", "DirectionModeKind", "FailureDetectionKind", "FaultLoopKind",
    "FaultMeasuredValueTypeKind", "LevelTriggerModeKind", "PolarizingQuantityKind", "RecordingModeKind",
    "ResetCurveKind", "RestraintModeKind", "RetripModeKind", "SOFEnablingModeKind", "SOFOperationModeKind",
    "TriggerSourceKind", "TripBehaviourKind", "TripModeKind", "UnbalanceDetectionKind", "UnblockModeKind",
    "VoltInterruptDetectionKind", "WeakEndInfeedModeKind",
]  # fmt: skip


class AffectedPhasesKind(Literals):
    """Affected phases (AffPhs)."""

    PhaseA = 1
    PhaseB = 2
    PhaseAB = 3
    PhaseC = 4
    PhaseAC = 5
    PhaseBC = 6
    PhaseABC = 7
    None_ = 8, "None"


class AutoReclosingKind(Literals):
    """Auto reclosing (AutoRecSt)."""

    Ready = 1
    InProgress = 2, "InProgress", "deprecated"
    Successful = 3
    WaitingForTrip = 4
    TripFromProtection = 5
    FaultDisappeared = 6
    WaitToComplete = 7
    CBclosed = 8
    CycleUnsuccessful = 9
    Unsuccessful = 10
    Aborted = 11
    NotReady = 12


class DirectionModeKind(Literals):
    """Direction mode (DirMod)."""

    NonDirectional = 1
    Forward = 2
    Reverse = 3


class FailureDetectionKind(Literals):
    """Failure detection (FailMod)."""

    Current = 1
    Breaker_Status = 2, "Breaker Status"
    Both_current_and_breaker_status = 3, "Both current and breaker status"
    Other = 4


class FaultLoopKind(Literals):
    """Fault loop (FltLoop)."""

    PhaseAtoGround = 1
    PhaseBtoGround = 2
    PhaseCtoGround = 3
    PhaseAtoB = 4
    PhaseBtoC = 5
    PhaseCtoA = 6
    Others = 7


class FaultMeasuredValueTypeKind(Literals):
    """Fault measured value type (FltValTyp)."""

    At_Start_Moment = 1, "At Start Moment"
    At_Trip_Moment = 2, "At Trip Moment"
    Peak_Fault_Value = 3, "Peak Fault Value"


class LevelTriggerModeKind(Literals):
    """Level trigger mode (LevMod)."""

    Positive_or_Rising = 1, "Positive or Rising"
    Negative_or_Falling = 2, "Negative or Falling"
    Both = 3
    Other = 4


class PolarizingQuantityKind(Literals):
    """Polarizing quantity (PolQty)."""

    None_ = 1, "None"
    Zero_Sequence_Current = 2, "Zero Sequence Current"
    Zero_Sequence_Voltage = 3, "Zero Sequence Voltage"
    Negative_Sequence_Voltage = 4, "Negative Sequence Voltage"
    Phase_to_Phase_Voltages = 5, "Phase to Phase Voltages"
    Phase_to_Ground_Voltages = 6, "Phase to Ground Voltages"
    Positive_sequence_voltage = 7, "Positive sequence voltage"


class RecordingModeKind(Literals):
    """Recording mode (RcdMod)."""

    Overwrite_existing_values = 1, "Overwrite existing values"
    Stop_when_full_or_saturated = 2, "Stop when full or saturated"


class ResetCurveKind(Literals):
    """Reset curve (TypRsCrv)."""

    None_ = 1, "None"
    Definite_Time_Delayed_Reset = 2, "Definite Time Delayed Reset"
    Inverse_Reset = 3, "Inverse Reset"


class RestraintModeKind(Literals):
    """Restraint mode (RstMod)."""

    None_ = 1, "None"
    Harmonic2 = 2
    Harmonic5 = 3
    Harmonic2and5 = 4
    WaveformAnalysis = 5
    WaveformAnalysisAndHarmonic2 = 6
    Other = 7
    WaveformAnalysisAndHarmonic5 = 8
    WaveformAnalysisAndHarmonic2AndHarmonic5 = 9


class RetripModeKind(Literals):
    """Retrip mode (ReTrMod)."""

    Off = 1
    Without_Check = 2, "Without Check"
    With_Current_Check = 3, "With Current Check"
    With_Breaker_Status_Check = 4, "With Breaker Status Check"
    With_Current_and_Breaker_Status_Check = 5, "With Current and Breaker Status Check"
    Other_Checks = 6, "Other Checks"


class SOFEnablingModeKind(Literals):
    """SOF enabling mode (EnaMod)."""

    SwitchCommand = 1
    BreakerClosed = 2
    VoltageAndCurrentLevel = 3


class SOFOperationModeKind(Literals):
    """SOF operation mode (OpModSof)."""

    ExternalSignal = 1
    VoltageAndCurrent = 2
    ExternalSignal_or_VoltageAndCurrent = 3, "ExternalSignal or VoltageAndCurrent"


class TriggerSourceKind(Literals):
    """Trigger source (TrgMod)."""

    Internal = 1
    External = 2
    Both = 3


class TripBehaviourKind(Literals):
    """Trip behaviour (TrBeh)."""

    Single_Pole_Tripping = 1, "Single Pole Tripping"
    Undefined = 2
    Three_Pole_Tripping = 3, "Three Pole Tripping"


class TripModeKind(Literals):
    """Trip mode (CycTrMod, TrMod)."""

    n3_phase_tripping = 1, "3 phase tripping"
    n1_or_3_phase_tripping = 2, "1 or 3 phase tripping"
    specific = 3
    n1_phase_tripping = 4, "1 phase tripping"


class UnbalanceDetectionKind(Literals):
    """Unbalance detection (UnbDetMth)."""

    Negative_sequence = 1, "Negative sequence"
    Zero_sequence = 2, "Zero sequence"
    Neg_pos_sequence = 3, "Neg-pos sequence"
    Zero_pos_sequence = 4, "Zero-pos sequence"
    Phase_vector_comparison = 5, "Phase vector comparison"
    Others = 6


class UnblockModeKind(Literals):
    """Unblock mode (UnBlkMod)."""

    Off = 1
    Permanent = 2
    Time_window = 3, "Time window"


class VoltInterruptDetectionKind(Literals):
    """Volt interrupt detection (IntrDetMth)."""

    Voltage = 1
    Voltage_and_Current = 2, "Voltage and Current"
    Voltage_and_Normally_Open_breaker_contact = 3, "Voltage and Normally Open breaker contact"
    Voltage_and_Normally_Closed_breaker_contact = 4, "Voltage and Normally Closed breaker contact"
    Voltage_and_Normally_Open_and_Normally_Closed_breaker_contacts = (
        5,
        "Voltage and Normally Open and Normally Closed breaker contacts",
    )
    Normally_Open_breaker_contact = 6, "Normally Open breaker contact"
    Normally_Closed_breaker_contact = 7, "Normally Closed breaker contact"
    Both_Normally_Open_and_Normally_Closed_breaker_contacts = (
        8,
        "Both Normally Open and Normally Closed breaker contacts",
    )


class WeakEndInfeedModeKind(Literals):
    """Weak end infeed mode (WeiMod)."""

    Off = 1
    Operate = 2
    Echo = 3
    Echo_and_Operate = 4, "Echo and Operate"
