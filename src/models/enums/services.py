"""Enumerations of IEC 61850-7-2: services and control."""

from ._base import Literals

__all__ = [
    "ControlServiceStatusKind",
    "OriginatorCategoryKind",
    "SamplingModeKind",
    "ServiceNameKind",
    "ServiceStatusKind",
]


class ServiceNameKind(Literals):
    """ACSI service that was tracked."""

    Unknown = 0
    Associate = 1
    Abort = 2
    Release = 3
    GetServerDirectory = 4
    GetLogicalDeviceDirectory = 5
    GetAllDataValues = 6
    GetDataValues = 7
    SetDataValues = 8
    GetDataDirectory = 9
    GetDataDefinition = 10
    GetDataSetValues = 11
    SetDataSetValues = 12
    CreateDataSet = 13
    DeleteDataSet = 14
    GetDataSetDirectory = 15
    SelectActiveSG = 16
    SelectEditSG = 17
    SetEditSGValue = 18
    ConfirmEditSGValues = 19
    GetEditSGValue = 20
    GetSGCBValues = 21
    Report = 22
    GetBRCBValues = 23
    SetBRCBValues = 24
    GetURCBValues = 25
    SetURCBValues = 26
    GetLCBValues = 27
    SetLCBValues = 28
    QueryLogByTime = 29
    QueryLogAfter = 30
    GetLogStatusValues = 31
    SendGOOSEMessage = 32
    GetGoCBValues = 33
    SetGoCBValues = 34
    GetGoReference = 35
    GetGOOSEElementNumber = 36
    SendMSVMessage = 37
    GetMSVCBValues = 38
    SetMSVCBValues = 39
    SendUSVMessage = 40, "SendUSVMessage", "deprecated"
    GetUSVCBValues = 41, "GetUSVCBValues", "deprecated"
    SetUSVCBValues = 42, "SetUSVCBValues", "deprecated"
    Select = 43
    SelectWithValue = 44
    Cancel = 45
    Operate = 46
    CommandTermination = 47
    TimeActivatedOperate = 48
    GetFile = 49
    SetFile = 50
    DeleteFile = 51
    GetFileAttributeValues = 52
    TimeSynchronization = 53
    InternalChange = 54
    GetLogicalNodeDirectory = 55
    GetMsvReference = 56
    GetMSVElementNumber = 57


class ServiceStatusKind(Literals):
    """Result of a tracked service."""

    no_error = 0, "no-error"
    instance_not_available = 1, "instance-not-available"
    instance_in_use = 2, "instance-in-use"
    access_violation = 3, "access-violation"
    access_not_allowed_in_current_state = 4, "access-not-allowed-in-current-state"
    parameter_value_inappropriate = 5, "parameter-value-inappropriate"
    parameter_value_inconsistent = 6, "parameter-value-inconsistent"
    class_not_supported = 7, "class-not-supported"
    instance_locked_by_other_client = 8, "instance-locked-by-other-client"
    control_must_be_selected = 9, "control-must-be-selected", "deprecated"
    type_conflict = 10, "type-conflict"
    failed_due_to_communications_constraint = 11, "failed-due-to-communications-constraint"
    failed_due_to_server_constraint = 12, "failed-due-to-server-constraint"


class OriginatorCategoryKind(Literals):
    """Who caused a change (orCat)."""

    not_supported = 0, "not-supported"
    bay_control = 1, "bay-control"
    station_control = 2, "station-control"
    remote_control = 3, "remote-control"
    automatic_bay = 4, "automatic-bay"
    automatic_station = 5, "automatic-station"
    automatic_remote = 6, "automatic-remote"
    maintenance = 7
    process = 8


class ControlServiceStatusKind(Literals):
    """Additional cause of a control's outcome (AddCause)."""

    Unknown = 0
    Not_supported = 1, "Not-supported"
    Blocked_by_switching_hierarchy = 2, "Blocked-by-switching-hierarchy"
    Select_failed = 3, "Select-failed"
    Invalid_position = 4, "Invalid-position"
    Position_reached = 5, "Position-reached"
    Parameter_change_in_execution = 6, "Parameter-change-in-execution"
    Step_limit = 7, "Step-limit"
    Blocked_by_Mode = 8, "Blocked-by-Mode"
    Blocked_by_process = 9, "Blocked-by-process"
    Blocked_by_interlocking = 10, "Blocked-by-interlocking"
    Blocked_by_synchrocheck = 11, "Blocked-by-synchrocheck"
    Command_already_in_execution = 12, "Command-already-in-execution"
    Blocked_by_health = 13, "Blocked-by-health"
    One_of_n_control = 14, "1-of-n-control"
    Abortion_by_cancel = 15, "Abortion-by-cancel"
    Time_limit_over = 16, "Time-limit-over"
    Abortion_by_trip = 17, "Abortion-by-trip"
    Object_not_selected = 18, "Object-not-selected"
    Object_already_selected = 19, "Object-already-selected"
    No_access_authority = 20, "No-access-authority"
    Ended_with_overshoot = 21, "Ended-with-overshoot"
    Abortion_due_to_deviation = 22, "Abortion-due-to-deviation"
    Abortion_by_communication_loss = 23, "Abortion-by-communication-loss"
    Blocked_by_command = 24, "Blocked-by-command"
    None_ = 25, "None"
    Inconsistent_parameters = 26, "Inconsistent-parameters"
    Locked_by_other_client = 27, "Locked-by-other-client"


class SamplingModeKind(Literals):
    """What a sampling rate counts."""

    SamplesPerPeriod = 0
    SamplesPerSecond = 1
    SecondsPerSample = 2
