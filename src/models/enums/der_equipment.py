"""Enumerations of IEC 61850-7-420: equipment of resources."""

from ._base import Literals

__all__ = [
    "ACToDCConversionKind", "BatteryTypeKind", "BoilerKind", "CHPEnergyConverterKind", "CHPGeneratorKind",
    "CHPOperatingModeKind", "ExciterKind", "FuelDeliveryKind", "FuelKind", "FuelProcessingInFuelKind",
    "FuelProcessingKind", "FuelProcessingOutFuelKind", "InverterControlSourceKind", "InverterSwitchKind",
    "OutputFilterKind", "PVArrayControlModeKind", "PVAssemblyKind", "PVConfigKind", "PVControlStateKind",
    "PVGroundingKind", "PVTrackingControlKind", "PVTrackingKind", "PVTrackingStatusKind",
    "PVTrackingTechnologyKind", "PhaseFeedKind", "ThermalEnergyMediumKind", "ThermalEnergyStorageKind",
    "VoltageRegulationKind", "WaveformConditioningKind",
]  # fmt: skip


class ACToDCConversionKind(Literals):
    """AC to DC conversion (CnvTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    AC_to_DC = 1, "AC to DC"
    AC_to_AC_to_DC = 2, "AC to AC to DC"
    AC_to_DC_to_DC = 3, "AC to DC to DC"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class BatteryTypeKind(Literals):
    """Battery type (BatTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Lead_acid = 1, "Lead-acid"
    Nickel_metal_hydrate_NiMH = 2, "Nickel-metal hydrate (NiMH)"
    Nickel_cadmium_NiCd = 3, "Nickel-cadmium (NiCd)"
    Carbon_zinc = 5, "Carbon zinc"
    Lithium_ion = 4, "Lithium ion"
    Zinc_chloride = 6, "Zinc chloride"
    Alkaline = 7
    Rechargeable_alkaline = 8, "Rechargeable alkaline"
    Sodium_sulphur_NaS = 9, "Sodium sulphur (NaS)"
    Flow = 10
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Unknown = 99, "Unknown", "deprecated"


class BoilerKind(Literals):
    """Boiler (BoilTyp)."""

    Regular_boiler = 1, "Regular boiler"
    Condensing_boiler = 2, "Condensing boiler"
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class CHPEnergyConverterKind(Literals):
    """CHP energy converter (EnCnvTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Gas_turbine = 1, "Gas turbine"
    Fuel_cell = 2, "Fuel cell"
    Reciprocating_engine = 3, "Reciprocating engine"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Unknown = 99, "Unknown", "deprecated"


class CHPGeneratorKind(Literals):
    """CHP generator (GnTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Rotating = 1
    Inverter = 2
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Unknown = 99, "Unknown", "deprecated"


class CHPOperatingModeKind(Literals):
    """CHP operating mode (OpModCHP)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Heat_production_driven = 1, "Heat-production driven"
    Electrical_generation_driven = 2, "Electrical generation driven"
    Combined_heat_and_generation_driven = 3, "Combined heat and generation driven"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Unknown = 99, "Unknown", "deprecated"


class ExciterKind(Literals):
    """Exciter (ExtTyp)."""

    DC = 1
    AC = 2


class FuelDeliveryKind(Literals):
    """Fuel delivery (FuelDlvTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Passive = 1
    Pump = 2
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class FuelKind(Literals):
    """Fuel (FuelTyp, StcFuelTyp)."""

    BIT = 0
    LIG = 1
    SUB = 2
    WC = 3
    SC = 4
    DFO = 5
    JF = 6
    KER = 7
    PC = 8
    RFO = 9
    WO = 10
    NG = 11
    BFG = 12
    OG = 13
    PG = 14
    NUC = 15
    AB = 16
    MSW = 17
    OBS = 18
    TDF = 19
    WDS = 20
    OBL = 21
    BLQ = 22
    SLW = 23
    WDL = 24
    LFG = 25
    OBG = 26
    GEO = 27
    WAT = 28
    SUN = 29
    WND = 30
    HPS = 31
    PUR = 32
    WH = 33
    OTH = 34, "OTH", "deprecated"


class FuelProcessingInFuelKind(Literals):
    """Fuel processing in fuel (InFuelTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Hydrogen_plus_pure_oxygen = 1, "Hydrogen plus pure oxygen"
    Hydrogen = 2
    Methanol = 3
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class FuelProcessingKind(Literals):
    """Fuel processing (ProcTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Steam_reforming = 1, "Steam reforming"
    Partial_oxidation = 2, "Partial oxidation"
    Autothermal_reforming = 3, "Autothermal reforming"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class FuelProcessingOutFuelKind(Literals):
    """Fuel processing out fuel (OutFuelTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Hydrogen = 1
    Reformate = 2
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class InverterControlSourceKind(Literals):
    """Inverter control source (InvCtlSrc)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Current_source_inverter_CSI = 1, "Current-source inverter (CSI)"
    Voltage_controlled_voltage_source_inverter = 2, "Voltage-controlled voltage-source inverter (VC-VSI)"
    Current_controlled_voltage_source_inverter = 3, "Current-controlled voltage-source inverter (CC-VSI)"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class InverterSwitchKind(Literals):
    """Inverter switch (InvSwTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Field_effect_transistor = 1, "Field effect transistor"
    Insulated_gate_bipolar_transistor = 2, "Insulated gate bipolar transistor"
    Thyristor = 3
    Gate_turn_off_thyristor = 4, "Gate turn off thyristor"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class OutputFilterKind(Literals):
    """Output filter (OutFilTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    None_ = 1, "None"
    Series_filter_L = 2, "Series filter (L)"
    Parallel_filter_LC = 3, "Parallel filter (LC)"
    Series_Parallel_LCL = 4, "Series-Parallel (LCL)"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PVArrayControlModeKind(Literals):
    """PV array control mode (ArrModCtl)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Maximum_power_point_tracking = 1, "Maximum power point tracking (MPPT)"
    Power_limiter_controller = 2, "Power limiter controller"
    DC_current_limit = 3, "DC current limit"
    Array_voltage_control = 4, "Array voltage control"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PVAssemblyKind(Literals):
    """PV assembly (Typ)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Array = 1
    Sub_array = 2, "Sub-array"
    String = 3
    Module = 4
    Plant = 5
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PVConfigKind(Literals):
    """PV config (MdulCfgTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Flat_plate = 1, "Flat plate"
    Concentrating = 2
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PVControlStateKind(Literals):
    """PV control state (PVCtlSt)."""

    Not_ready = 1, "Not ready"
    Asleep = 2
    Awaking_up = 3, "Awaking up"
    Awake = 4
    Shutdown_Sleep_test = 5, "Shutdown / Sleep test"
    Under_test = 6, "Under test"


class PVGroundingKind(Literals):
    """PV grounding (GndConn)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Positive_ground = 1, "Positive ground"
    Negative_ground = 2, "Negative ground"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Not_grounded = 3, "Not grounded"
    Other = 99, "Other", "deprecated"


class PVTrackingControlKind(Literals):
    """PV tracking control (TrkCtl)."""

    Stop = 1
    Start_tracking = 2, "Start tracking"
    Start_reference_run = 3, "Start reference run"
    Go_to_manual_mode = 4, "Go to manual mode"
    Go_to_stow_position = 5, "Go to stow position"
    Go_to_storm_position = 6, "Go to storm position"
    Go_to_snow_position = 7, "Go to snow position"
    Go_to_night_position = 8, "Go to night position"
    Go_to_maintenance_position = 9, "Go to maintenance position"


class PVTrackingKind(Literals):
    """PV tracking (TrkTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Fixed = 1
    Vertical = 2
    Inclined = 3
    Hor_Ver = 5, "Hor Ver"
    Horizontal = 4
    Hor_Hor_NS = 6, "Hor Hor NS"
    Hor_Hor_ES = 7, "Hor Hor ES"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PVTrackingStatusKind(Literals):
    """PV tracking status (TrkSt)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Stopped = 1
    Automatic_tracking_in_progress = 2, "Automatic tracking in progress"
    Reference_run_completed = 4, "Reference run completed"
    Manual_mode = 5, "Manual mode"
    Reference_run_in_progress = 3, "Reference run in progress"
    Going_to_position = 6, "Going to position"
    In_target_position = 7, "In target position"
    In_stow_position = 8, "In stow position"
    In_storm_position = 9, "In storm position"
    In_snow_position = 10, "In snow position"
    In_night_position = 11, "In night position"
    In_maintenance_position = 12, "In maintenance position"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PVTrackingTechnologyKind(Literals):
    """PV tracking technology (TrkTech)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Sensory_tracking = 1, "Sensory tracking"
    Astronomical_tracking = 2, "Astronomical tracking"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PhaseFeedKind(Literals):
    """Phase feed (PhsACfg, PhsBCfg, PhsCCfg)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Feeding_from_N_to_A = 1, "Feeding from N to A"
    Feeding_from_N_to_B = 2, "Feeding from N to B"
    Feeding_from_N_to_C = 3, "Feeding from N to C"
    Feeding_from_A_to_B = 4, "Feeding from A to B"
    Feeding_from_A_to_C = 5, "Feeding from A to C"
    Feeding_from_B_to_A = 6, "Feeding from B to A"
    Feeding_from_B_to_C = 7, "Feeding from B to C"
    Feeding_from_C_to_A = 8, "Feeding from C to A"
    Feeding_from_C_to_B = 9, "Feeding from C to B"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class ThermalEnergyMediumKind(Literals):
    """Thermal energy medium (ClTyp, HtTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Water = 1
    Steam = 2
    Air = 3
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class ThermalEnergyStorageKind(Literals):
    """Thermal energy storage (ThmStoTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    For_heating_with_storage = 1, "For heating with storage"
    For_heating_without_storage = 2, "For heating without storage"
    For_cooling_with_storage = 3, "For cooling with storage"
    For_cooling_without_storage = 4, "For cooling without storage"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class VoltageRegulationKind(Literals):
    """Voltage regulation (VRegTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Regulated_output_fixed_voltage = 1, "Regulated output: fixed voltage"
    Regulated_output_variable_voltage = 2, "Regulated output: variable voltage"
    Filtered_output_load_dependent = 3, "Filtered output: load dependent"
    Unregulated_and_unfiltered = 4, "Unregulated and unfiltered"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class WaveformConditioningKind(Literals):
    """Waveform conditioning (InWavTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    None_ = 1, "None"
    EMI_filter = 2, "EMI filter"
    Line_filter = 3, "Line filter"
    EMI_Line_filter = 4, "EMI/Line filter"
    Unified_power_factor = 5, "Unified power factor"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"
