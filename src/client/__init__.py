"""Clients for asyncio: the ones that ask."""

from .ied import IedClient, connect
from .logs import LogControlStatus, LogEntry
from .reports import Report, ReportEntry
from .setting_groups import SettingGroupStatus
from .subscription import Subscription
from .values import Structure

__all__ = [
    "IedClient",
    "LogControlStatus",
    "LogEntry",
    "Report",
    "ReportEntry",
    "SettingGroupStatus",
    "Structure",
    "Subscription",
    "connect",
]
