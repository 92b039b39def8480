"""Enumerations of IEC 61850-7-4: control, supervision, equipment."""

from ._base import Literals

__all__ = [
    "AdjustmentKind", "AngleReferenceKind", "ControlOutputKind", "FilterFunctionKind", "FuseFunctionKind",
    "InstrumentTransformerMeasurementRatingKind", "InstrumentTransformerProtectionRatingKind", "LiveDeadModeKind",
    "PIDAlgorithmKind", "ParallelCoilModeKind", "ParallelCtrlModeKind", "ParallelTransfModeKind",
    "RectifierControlModeKind", "RotatingMachineStateKind", "RotationalDirectionKind", "RotorThermalStateKind",
    "ScheduleEnablingErrorKind", "ScheduleStateKind", "SetpointEndKind", "StageControlKind",
    "SynchOperationModeKind", "TankFillKind", "TpcAppModeKind", "TransientPerformanceClassKind", "TuningKind",
]  # fmt: skip


class AdjustmentKind(Literals):
    """Adjustment (AdjSt)."""

    Completed = 1
    Cancelled = 2
    New_adjustments = 3, "New adjustments"
    Under_way = 4, "Under way"


class AngleReferenceKind(Literals):
    """Angle reference."""

    V = 0
    A = 1
    other = 2
    Synchrophasor = 3


class ControlOutputKind(Literals):
    """Control output."""

    pulse = 0
    persistent = 1
    persistent_feedback = 2, "persistent-feedback"


class FilterFunctionKind(Literals):
    """Filter function (FilTyp)."""

    Low_pass = 1, "Low pass"
    High_pass = 2, "High pass"
    Bandpass = 3
    Bandstop = 4
    Deadband = 5


class FuseFunctionKind(Literals):
    """Fuse function (FuTyp)."""

    Slow_time_delay = 1, "Slow time delay"
    Fast_time_delay = 2, "Fast time delay"
    Fast_acting = 3, "Fast acting"
    Very_fast_acting = 4, "Very fast acting"
    Not_applicable_Unknown = 98, "Not applicable / Unknown"
    Other = 99


class InstrumentTransformerMeasurementRatingKind(Literals):
    """Instrument transformer measurement rating (AccMeas)."""

    n0_05 = 1, "0.05"
    n0_1 = 2, "0.1"
    n0_2 = 3, "0.2"
    n0_2S = 4, "0.2S"
    n0_5 = 5, "0.5"
    n0_5S = 6, "0.5S"
    n1 = 7, "1"
    n3 = 8, "3"
    n5 = 9, "5"


class InstrumentTransformerProtectionRatingKind(Literals):
    """Instrument transformer protection rating (AccPro)."""

    n1 = 1, "1"
    n2 = 2, "2"
    n3 = 3, "3"
    n5 = 4, "5"
    n6 = 5, "6"
    n10 = 6, "10"


class LiveDeadModeKind(Literals):
    """Live dead mode (LivDeaMod)."""

    Dead_Line_Dead_Bus = 1, "Dead Line, Dead Bus"
    Live_Line_Dead_Bus = 2, "Live Line, Dead Bus"
    Dead_Line_Live_Bus = 3, "Dead Line, Live Bus"
    Dead_Line_Dead_Bus_OR_Live_Line_Dead_Bus = 4, "Dead Line, Dead Bus OR Live Line, Dead Bus"
    Dead_Line_Dead_Bus_OR_Dead_Line_Live_Bus = 5, "Dead Line, Dead Bus OR Dead Line, Live Bus"
    Live_Line_Dead_Bus_OR_Dead_Line_Live_Bus = 6, "Live Line, Dead Bus OR Dead Line, Live Bus"
    Dead_Line_Dead_Bus_OR_Live_Line_Dead_Bus_OR_Dead_Line_Live_Bus = (
        7,
        "Dead Line, Dead Bus OR Live Line, Dead Bus OR Dead Line, Live Bus",
    )


class PIDAlgorithmKind(Literals):
    """PID algorithm (PIDAlg)."""

    P = 1
    I = 2  # noqa: E741
    D = 3
    PI = 4
    PD = 5
    ID = 6
    PID = 7


class ParallelCoilModeKind(Literals):
    """Parallel coil mode (ParColMod)."""

    Master_Slave = 1, "Master/Slave"
    Master_Slave_with_fixed_slave_position = 2, "Master/Slave with fixed slave position"
    Master_Slave_with_variable_slave_position = 3, "Master/Slave with variable slave position"
    Parallel_operation_without_communication = 4, "Parallel operation without communication"


class ParallelCtrlModeKind(Literals):
    """Parallel ctrl mode (ParMod)."""

    Master = 1
    Slave = 2
    Independent = 3


class ParallelTransfModeKind(Literals):
    """Parallel transf mode (ParTrfMod)."""

    No_Mode_predefined = 1, "No Mode predefined"
    Master = 2
    Follower = 3
    Power_Factor = 4, "Power Factor"
    Negative_Reactance = 5, "Negative Reactance"
    Circulating_Current = 6, "Circulating Current"
    Circulating_Reactive_Current = 7, "Circulating Reactive Current (var balancing)"
    Circulating_Reactive_Current_by_equalizing_power_factor = (
        8,
        "Circulating Reactive Current by equalizing power factor",
    )


class RectifierControlModeKind(Literals):
    """Rectifier control mode (OpModRect)."""

    Current = 1
    Voltage = 2
    Active_Power = 3, "Active Power"


class RotatingMachineStateKind(Literals):
    """Rotating machine state (GnSt, MotSt)."""

    Stopped = 1
    Stopping = 2
    Started = 3
    Starting = 4
    Disabled = 5


class RotationalDirectionKind(Literals):
    """Rotational direction (RotDir)."""

    Clockwise = 1
    Counter_Clockwise = 2, "Counter-Clockwise"
    Unknown = 3


class RotorThermalStateKind(Literals):
    """Rotor thermal state (RotThmSt)."""

    Cold = 1
    Warm = 2
    Overload = 3


class ScheduleEnablingErrorKind(Literals):
    """Schedule enabling error (SchdEnaErr)."""

    None_ = 1, "None"
    Missing_valid_NumEntr = 2, "Missing valid NumEntr"
    Missing_valid_SchdIntv = 3, "Missing valid SchdIntv"
    Missing_valid_schedule_values = 4, "Missing valid schedule values"
    Inconsistent_values_CDC = 5, "Inconsistent values CDC"
    Missing_valid_StrTm = 6, "Missing valid StrTm"
    Other = 99


class ScheduleStateKind(Literals):
    """Schedule state (SchdSt)."""

    Not_ready = 1, "Not ready"
    Start_Time_required = 2, "Start Time required"
    Ready = 3
    Running = 4


class SetpointEndKind(Literals):
    """Setpoint end (SptEndSt)."""

    Ended_normally = 1, "Ended normally"
    Ended_with_overshoot = 2, "Ended with overshoot"
    Cancelled_measurement_was_deviating = 3, "Cancelled: measurement was deviating"
    Cancelled_loss_of_communication_with_dispatch_centre = 4, "Cancelled: loss of communication with dispatch centre"
    Cancelled_loss_of_communication_with_local_area_network = (
        5,
        "Cancelled: loss of communication with local area network",
    )
    Cancelled_loss_of_communication_with_the_local_interface = (
        6,
        "Cancelled: loss of communication with the local interface",
    )
    Cancelled_timeout = 7, "Cancelled: timeout"
    Cancelled_voluntarily = 8, "Cancelled: voluntarily"
    Cancelled_noisy_environments = 9, "Cancelled: noisy environments"
    Cancelled_material_failure = 10, "Cancelled: material failure"
    Cancelled_new_set_point_request = 11, "Cancelled: new set-point request"
    Cancelled_improper_environment = 12, "Cancelled: improper environment (blockage)"
    Cancelled_stability_time_was_reached = 13, "Cancelled: stability time was reached"
    Cancelled_immobilisation_time_was_reached = 14, "Cancelled: immobilisation time was reached"
    Cancelled_equipment_was_in_the_wrong_mode = 15, "Cancelled: equipment was in the wrong mode"
    Unknown_causes = 16, "Unknown causes"


class StageControlKind(Literals):
    """Stage control (FanCtl, FanCtlGen, PmpCtl, PmpCtlGen)."""

    Inactive = 1
    Stage1 = 2
    Stage2 = 3
    Stage3 = 4


class SynchOperationModeKind(Literals):
    """Synch operation mode (OpModSyn)."""

    Automatic_synchronizing = 1, "Automatic-synchronizing"
    Automatic_paralleling = 2, "Automatic-paralleling"
    Manual = 3
    Test = 4


class TankFillKind(Literals):
    """Tank fill (TnkTyp)."""

    pressure_only = 1, "pressure only"
    level_only = 2, "level only"
    both_pressure_and_level = 3, "both pressure and level"


class TpcAppModeKind(Literals):
    """Tpc app mode (TpcRxMod, TpcTxMod)."""

    Unused = 1
    Blocking = 2
    Permissive = 3
    Direct = 4
    Unblocking = 5
    Status = 6


class TransientPerformanceClassKind(Literals):
    """Transient performance class (Trp)."""

    Unknown = 1
    P = 2
    PR = 3
    PX = 4
    PXR = 5
    TPX = 6
    TPY = 7
    TPZ = 8
    TPE = 9
    TPS = 10, "TPS", "deprecated"
    TPM = 11


class TuningKind(Literals):
    """Tuning (StClcTun)."""

    Not_tuned = 1, "Not tuned"
    Tuned = 2
    Tuned_but_not_compensated = 3, "Tuned but not compensated"
    Umax = 4
    Umax_but_not_compensated = 5, "Umax but not compensated"
    Umax_but_not_compensated_due_to_U_continous_limitation = 6, "Umax but not compensated due to U continous limitation"
