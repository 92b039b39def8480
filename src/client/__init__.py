"""Clients for asyncio: the ones that ask."""

from .control import Control
from .control_result import ControlResult, LastApplError, Outcome
from .ied import IedClient, connect
from .logs import LogControlStatus, LogEntry
from .reports import Report, ReportEntry
from .setting_groups import SettingGroupStatus
from .subscription import Subscription
from .values import Structure

__all__ = [
    "Control",
    "ControlResult",
    "IedClient",
    "LastApplError",
    "LogControlStatus",
    "LogEntry",
    "Outcome",
    "Report",
    "ReportEntry",
    "SettingGroupStatus",
    "Structure",
    "Subscription",
    "connect",
]
