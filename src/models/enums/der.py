"""Enumerations of IEC 61850-7-420: resources and their functions."""

from ._base import Literals

__all__ = [
    "ACSystemKind", "CeasetoEnergizeStateKind", "CeasetoEnergizeStateTransitionKind", "ChargeSourceKind",
    "CoolingMethodKind", "DERStateKind", "DERStateTransitionKind", "DERSynchronizationKind", "DERUnitKind",
    "ECPConnKind", "ECPIslandStateKind", "EquipmentTestResultKind", "FrequencyActivePowerRefParamKind",
    "GroundingSystemKind", "IsolationKind", "PhaseKind", "QuadrantRunningStateKind", "ReactivePowerRefParamKind",
    "VoltageActivePowerRefParamKind",
]  # fmt: skip


class ACSystemKind(Literals):
    """AC system (ACTyp)."""

    Single_phase = 1, "Single phase"
    Two_phases = 2, "Two phases"
    Three_phases = 3, "Three phases"


class CeasetoEnergizeStateKind(Literals):
    """Ceaseto energize state (CeaEgzReqSt)."""

    CTE_not_authorized = 1, "CTE not authorized"
    CTE_authorized_but_not_requested = 2, "CTE authorized but not requested"
    CTE_auth_and_requested_but_DER_not_in_CTE_mode = 3, "CTE auth and requested but DER not in CTE mode"
    DER_in_CTE_mode_but_RTS_not_authorized = 4, "DER in CTE mode but RTS not authorized"
    DER_in_CTE_RTS_auth_and_not_requested = 5, "DER in CTE, RTS auth and not requested"
    RTS_authorized_and_requested = 6, "RTS authorized and requested"


class CeasetoEnergizeStateTransitionKind(Literals):
    """Ceaseto energize state transition (CeaEgzReqCtl)."""

    Cease_to_energize = 1, "Cease to energize"
    Return_to_service = 2, "Return to service"


class ChargeSourceKind(Literals):
    """Charge source (ChaSrc, ChaSrcRtg)."""

    Mode_A = 1, "Mode A"
    Mode_B = 2, "Mode B"
    Mode_C = 3, "Mode C"


class CoolingMethodKind(Literals):
    """Cooling method (ClMthTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Passive_air_cooling_heatsink = 1, "Passive air cooling (heatsink)"
    Forced_air_cooling = 2, "Forced air cooling (fan + heatsink)"
    Fluid_cooling_water = 3, "Fluid cooling (water)"
    Heat_pipe = 4, "Heat pipe"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class DERStateKind(Literals):
    """DER state (DEROpSt)."""

    on_but_disconnected_and_not_ready = 1, "on but disconnected and not ready"
    starting_up = 2, "starting up"
    disconnected_and_available = 3, "disconnected and available"
    disconnected_and_authorized = 4, "disconnected and authorized"
    synchronizing = 5
    running = 6
    stopping_and_disconnecting_under_emergency_conditions = 7, "stopping and disconnecting under emergency conditions"
    stopping = 8
    disconnected_and_blocked = 9, "disconnected and blocked"
    disconnected_and_in_maintenance = 10, "disconnected and in maintenance"
    failed = 11
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class DERStateTransitionKind(Literals):
    """DER state transition (DEROpStCtl)."""

    Start = 1
    Connect = 2
    Disconnect = 3
    Disconnect_under_emergency_conditions = 4, "Disconnect under emergency conditions"
    Get_blocked = 5, "Get blocked"
    Get_unblocked = 6, "Get unblocked"
    Go_to_maintenance = 7, "Go to maintenance"
    Go_out_of_maintenance = 8, "Go out of maintenance"
    Stop = 9
    Turn_off_controller = 10, "Turn off controller"


class DERSynchronizationKind(Literals):
    """DER synchronization (GnSynSt)."""

    Unavailable_to_connect = 1, "Unavailable to connect"
    Not_synchronized_available_to_connect = 2, "Not synchronized, available to connect"
    In_synchronization_process = 3, "In synchronization process"
    Synchronized_and_not_connected = 4, "Synchronized and not connected"
    Synchronized_and_connected = 5, "Synchronized and connected"
    Synchronization_failure = 6, "Synchronization failure"
    Disconnecting_from_grid = 7, "Disconnecting from grid"
    Not_applicable_or_Unknown = 98, "Not applicable or Unknown"


class DERUnitKind(Literals):
    """DER unit (DERTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Diesel_gas_engine = 1, "Diesel / gas engine"
    Gas_Turbine_engine = 2, "Gas Turbine engine"
    PV = 3
    PV_plus_Storage = 4, "PV plus Storage"
    Lithium_Ion_Battery_Storage = 5, "Lithium Ion Battery Storage"
    Fuel_cell = 6, "Fuel cell"
    Hydro_generator = 7, "Hydro generator"
    Wind_turbine = 8, "Wind turbine"
    Flow_battery_storage = 9, "Flow battery storage"
    Air_compression_storage = 10, "Air compression storage"
    Flywheel_storage = 11, "Flywheel storage"
    Capacitor_storage = 12, "Capacitor storage"
    Vehicle_to_Grid_V2G = 13, "Vehicle-to-Grid (V2G)"
    Mixed_hybrid_DER = 50, "Mixed, hybrid DER"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class ECPConnKind(Literals):
    """ECP conn (EcpConnTyp)."""

    PoC = 1, "PoC: Electric point positioned at the connection of the DER to its local EPS"
    IntDER = 2, "IntDER: Electric point positioned internally to the DER"
    PCC = (
        3,
        "PCC: Electric point positioned at the connection of local EPS to area EPS - the EPS contains DERs including local loads",
    )
    PCCD = 4, "PCCD: specific PCC when the EPS contains only DERs with no loads"
    PoCoL = 5, "PoCoL: Electric point positioned at the connection of load within the DER local EPS"
    ExtPCC = 6, "ExtPCC: Electric point positioned at the connection to a PCC external to the area EPS"
    ExtPoC = (
        7,
        "ExtPoC: Electric point positioned at the connection of DER within local EPS outside of the DER local EPS",
    )
    AuxLoad = 8, "AuxLoad: Connection of auxilliary load to DER"
    PoCG = 9, "PoCG: Connection of group of possibly different types of DERs to local EPS"
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class ECPIslandStateKind(Literals):
    """ECP island state (EcpIsldSt)."""

    Factory_configuration = 1, "Factory configuration (from vendor)"
    Default_configuration = 2, "Default configuration (after installation)"
    Normal_grid_connected_configuration = 3, "Normal grid-connected configuration"
    Islanded_condition_1 = 4, "Islanded condition 1 (local island behind the PCC)"
    Islanded_condition_2 = 5, "Islanded condition 2 (islanded at PCC)"
    Islanded_condition_3 = 6, "Islanded condition 3 (multiple PCC regional island)"
    n1st_Alternate_grid_connected_configuration = 7, "1st Alternate grid-connected configuration"
    n2nd_Alternate_grid_connected_configuration = 8, "2nd Alternate grid-connected configuration"
    n3rd_Alternate_grid_connected_configuration = 9, "3rd Alternate grid-connected configuration"
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class EquipmentTestResultKind(Literals):
    """Equipment test result (TestAddRsl)."""

    unavailable = 1
    success = 2
    fault_bad = 3, "fault (bad)"
    test_running = 4, "test running"
    test_aborted = 5, "test aborted"
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class FrequencyActivePowerRefParamKind(Literals):
    """Frequency active power ref param (HzWCrvRef)."""

    Active_power_as_absolute_value = 1, "Active power as absolute value"
    Active_power_as_percent_of_maximum_active_power = 2, "Active power as percent of maximum active power"
    Active_power_as_percent_of_snapshot_active_power_reference = (
        3,
        "Active power as percent of snapshot active power reference",
    )
    Active_power_as_percent_of_the_available_range_active_power = (
        4,
        "Active power as percent of the available range active power",
    )
    Active_power_as_percent_of_the_full_range_active_power = 5, "Active power as percent of the full range active power"


class GroundingSystemKind(Literals):
    """Grounding system (GndSys)."""

    IT = 1
    TN_S = 2, "TN-S"
    TN_C = 3, "TN-C"
    TN_C_S = 4, "TN-C-S"
    TT = 5


class IsolationKind(Literals):
    """Isolation (IsoTyp)."""

    Not_applicable_or_Unknown = 0, "Not applicable or Unknown", "deprecated"
    Low_frequency_transformer_isolated = 1, "Low frequency transformer isolated"
    Hi_frequency_transformer_isolated = 2, "Hi frequency transformer isolated"
    Non_isolated_grounded = 3, "Non-isolated, grounded"
    Non_isolated_isolated_DC_source = 4, "Non-isolated, isolated DC source"
    Not_applicable_or_not_known = 98, "Not applicable or not known"
    Other = 99, "Other", "deprecated"


class PhaseKind(Literals):
    """Phase (PhsConnTyp)."""

    Single_phase_to_neutral = 1, "Single phase to neutral"
    Split_phase = 2, "Split phase"
    n2_phase = 3, "2-phase"
    n3_phase_delta = 4, "3-phase delta"
    n3_phase_wye_4_wires = 5, "3-phase wye / 4-wires"
    n3_phase_wye_5_wires = 6, "3-phase wye / 5-wires"
    DC = 9
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class QuadrantRunningStateKind(Literals):
    """Quadrant running state (PQSt)."""

    P_greater_than_zero_Q_greater_than_zero = 1, "P greater than zero, Q greater than zero"
    P_less_than_zero_Q_greater_than_zero = 2, "P less than zero, Q greater than zero"
    P_less_than_zero_Q_less_than_zero = 3, "P less than zero, Q less than zero"
    P_greater_than_zero_Q_less_than_zero = 4, "P greater than zero, Q less than zero"
    P_equals_zero_Q_greater_than_zero = 5, "P equals zero, Q greater than zero"
    P_equals_zero_Q_less_than_zero = 6, "P equals zero, Q less than zero"
    P_greater_than_zero_Q_equals_zero = 7, "P greater than zero, Q equals zero"
    P_less_than_zero_Q_equals_zero = 8, "P less than zero, Q equals zero"
    P_equals_zero_Q_equals_zero = 9, "P equals zero, Q equals zero"


class ReactivePowerRefParamKind(Literals):
    """Reactive power ref param (VArSptRef)."""

    Reactive_power_in_percent_of_WMax = 1, "Reactive power in percent of WMax"
    Reactive_power_in_percent_of_VArMax = 2, "Reactive power in percent of VArMax"
    Reactive_power_in_percent_of_VArAvl = 3, "Reactive power in percent of VArAvl"
    Not_applicable_or_not_known = 98, "Not applicable or not known"


class VoltageActivePowerRefParamKind(Literals):
    """Voltage active power ref param (VWCrvRef)."""

    Active_power_as_absolute_value = 1, "Active power as absolute value"
    Active_power_as_percent_of_maximum_active_power = 2, "Active power as percent of maximum active power"
    Active_power_as_percent_of_snapshot_active_power_reference = (
        3,
        "Active power as percent of snapshot active power reference",
    )
    Active_power_as_percent_of_the_available_range_active_power = (
        4,
        "Active power as percent of the available range active power",
    )
    Active_power_as_percent_of_the_full_range_active_power = 5, "Active power as percent of the full range active power"
