"""Enumerations of IEC 61850-7-2, 7-3, 7-4 (2007B5) and 7-420 (2019A4).

``str(member)`` is the literal of the standard, ``Kind.from_literal(text)`` the way back. Each is imported when it is
first asked for.
"""
# ruff: noqa: F403, F405 - the stars are for type checkers and editors; __getattr__ below is what runs

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..lazy import LazyClasses
from ._base import Literals

if TYPE_CHECKING:
    from .control import *
    from .data import *
    from .der import *
    from .der_equipment import *
    from .nodes import *
    from .protection import *
    from .services import *

__all__ = [
    "ENUMERATIONS", "ACSystemKind", "ACToDCConversionKind", "AdjustmentKind", "AffectedPhasesKind",
    "AngleReferenceKind", "AutoReclosingKind", "BatteryTypeKind", "BehaviourModeKind", "BoilerKind",
    "BreakerOpCapabilityKind", "CHPEnergyConverterKind", "CHPGeneratorKind", "CHPOperatingModeKind",
    "CalcIntervalKind", "CalcMethodKind", "CalcModeKind", "CeasetoEnergizeStateKind",
    "CeasetoEnergizeStateTransitionKind", "ChargeSourceKind", "ClockSourceKind", "ClockSyncKind",
    "ClockSyncLockingKind", "ControlOutputKind", "ControlServiceStatusKind", "CoolingMethodKind", "CtlModelKind",
    "CurveCharKind", "DERStateKind", "DERStateTransitionKind", "DERSynchronizationKind", "DERUnitKind",
    "DirectionModeKind", "ECPConnKind", "ECPIslandStateKind", "EquipmentTestResultKind", "ExciterKind",
    "FailureDetectionKind", "FaultDirectionKind", "FaultLoopKind", "FaultMeasuredValueTypeKind",
    "FilterFunctionKind", "FrequencyActivePowerRefParamKind", "FuelDeliveryKind", "FuelKind",
    "FuelProcessingInFuelKind", "FuelProcessingKind", "FuelProcessingOutFuelKind", "FuseFunctionKind",
    "GroundingSystemKind", "HealthKind", "HvReferenceKind", "InstrumentTransformerMeasurementRatingKind",
    "InstrumentTransformerProtectionRatingKind", "InverterControlSourceKind", "InverterSwitchKind",
    "IsolationKind", "LeapSecondKind", "LevelTriggerModeKind", "Literals", "LiveDeadModeKind", "MaterialKind",
    "MaterialStateKind", "MonthKind", "MultiplierKind", "OccurrenceKind", "OriginatorCategoryKind",
    "OutputFilterKind", "OutputSignalKind", "PFSignKind", "PIDAlgorithmKind", "POWSwitchingCapabilityKind",
    "PVArrayControlModeKind", "PVAssemblyKind", "PVConfigKind", "PVControlStateKind", "PVGroundingKind",
    "PVTrackingControlKind", "PVTrackingKind", "PVTrackingStatusKind", "PVTrackingTechnologyKind",
    "ParallelCoilModeKind", "ParallelCtrlModeKind", "ParallelTransfModeKind", "PeriodKind",
    "PhaseAngleReferenceKind", "PhaseFaultDirectionKind", "PhaseFeedKind", "PhaseKind", "PhaseReferenceKind",
    "PolarizingQuantityKind", "QuadrantRunningStateKind", "RangeKind", "ReactivePowerRefParamKind",
    "RecordingModeKind", "RectifierControlModeKind", "ResetCurveKind", "RestraintModeKind", "RetripModeKind",
    "RotatingMachineStateKind", "RotationalDirectionKind", "RotorThermalStateKind", "SIUnitKind",
    "SOFEnablingModeKind", "SOFOperationModeKind", "STotalCalcMethodKind", "SamplingModeKind", "SboClassKind",
    "ScheduleEnablingErrorKind", "ScheduleStateKind", "SequenceKind", "ServiceNameKind", "ServiceStatusKind",
    "SetpointEndKind", "SeverityKind", "StageControlKind", "StrWeekDayKind", "SwitchFunctionKind",
    "SwitchingCapabilityKind", "SynchOperationModeKind", "TankFillKind", "ThermalEnergyMediumKind",
    "ThermalEnergyStorageKind", "TpcAppModeKind", "TransientPerformanceClassKind", "TriggerSourceKind",
    "TripBehaviourKind", "TripModeKind", "TuningKind", "UnbalanceDetectionKind", "UnblockModeKind",
    "VoltInterruptDetectionKind", "VoltageActivePowerRefParamKind", "VoltageRegulationKind",
    "WaveformConditioningKind", "WeakEndInfeedModeKind", "WeekdayKind",
]  # fmt: skip

ENUMERATIONS: Mapping[str, type[Literals]] = LazyClasses(
    __name__,
    {
        "services": (
            "ServiceNameKind ServiceStatusKind OriginatorCategoryKind ControlServiceStatusKind SamplingModeKind"
        ),
        "data": (
            "CtlModelKind CurveCharKind FaultDirectionKind HvReferenceKind MonthKind MultiplierKind "
            "OccurrenceKind PeriodKind PhaseAngleReferenceKind PhaseFaultDirectionKind PhaseReferenceKind "
            "RangeKind SIUnitKind SboClassKind SequenceKind SeverityKind WeekdayKind OutputSignalKind"
        ),
        "nodes": (
            "BehaviourModeKind BreakerOpCapabilityKind CalcIntervalKind CalcMethodKind CalcModeKind "
            "ClockSyncKind HealthKind PFSignKind POWSwitchingCapabilityKind STotalCalcMethodKind "
            "SwitchFunctionKind SwitchingCapabilityKind StrWeekDayKind ClockSourceKind ClockSyncLockingKind "
            "LeapSecondKind MaterialKind MaterialStateKind"
        ),
        "protection": (
            "AffectedPhasesKind AutoReclosingKind DirectionModeKind FailureDetectionKind FaultLoopKind "
            "FaultMeasuredValueTypeKind LevelTriggerModeKind PolarizingQuantityKind RecordingModeKind "
            "ResetCurveKind RestraintModeKind RetripModeKind SOFEnablingModeKind SOFOperationModeKind "
            "TriggerSourceKind TripBehaviourKind TripModeKind UnbalanceDetectionKind UnblockModeKind "
            "VoltInterruptDetectionKind WeakEndInfeedModeKind"
        ),
        "control": (
            "AdjustmentKind AngleReferenceKind ControlOutputKind FilterFunctionKind FuseFunctionKind "
            "InstrumentTransformerMeasurementRatingKind InstrumentTransformerProtectionRatingKind "
            "LiveDeadModeKind PIDAlgorithmKind ParallelCoilModeKind ParallelCtrlModeKind "
            "ParallelTransfModeKind RectifierControlModeKind RotatingMachineStateKind "
            "RotationalDirectionKind RotorThermalStateKind ScheduleEnablingErrorKind ScheduleStateKind "
            "SetpointEndKind StageControlKind SynchOperationModeKind TankFillKind TpcAppModeKind "
            "TransientPerformanceClassKind TuningKind"
        ),
        "der": (
            "ACSystemKind CeasetoEnergizeStateKind CeasetoEnergizeStateTransitionKind ChargeSourceKind "
            "CoolingMethodKind DERStateKind DERStateTransitionKind DERSynchronizationKind DERUnitKind "
            "ECPConnKind ECPIslandStateKind EquipmentTestResultKind FrequencyActivePowerRefParamKind "
            "GroundingSystemKind IsolationKind PhaseKind QuadrantRunningStateKind ReactivePowerRefParamKind "
            "VoltageActivePowerRefParamKind"
        ),
        "der_equipment": (
            "ACToDCConversionKind BatteryTypeKind BoilerKind CHPEnergyConverterKind CHPGeneratorKind "
            "CHPOperatingModeKind ExciterKind FuelDeliveryKind FuelKind FuelProcessingInFuelKind "
            "FuelProcessingKind FuelProcessingOutFuelKind InverterControlSourceKind InverterSwitchKind "
            "OutputFilterKind PVArrayControlModeKind PVAssemblyKind PVConfigKind PVControlStateKind "
            "PVGroundingKind PVTrackingControlKind PVTrackingKind PVTrackingStatusKind "
            "PVTrackingTechnologyKind PhaseFeedKind ThermalEnergyMediumKind ThermalEnergyStorageKind "
            "VoltageRegulationKind WaveformConditioningKind"
        ),
    },
)
"""Every enumeration by its name."""

if not TYPE_CHECKING:  # else every name would be one of this module to a type checker

    def __getattr__(name: str) -> Any:
        if name not in ENUMERATIONS:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return ENUMERATIONS[name]
