"""Behaviour of the model (IEC 61850-7-2) as engines without I/O; the clock is injected."""

from .brcb import BufferedReportControl
from .buffer import BufferLimits
from .journal import Entry, EntryKind, Journal, Stored
from .report_control import Member, Report, ReportControlBlock
from .reporting import ReportEngine
from .urcb import UnbufferedReportControl

__all__ = [
    "BufferLimits",
    "BufferedReportControl",
    "Entry",
    "EntryKind",
    "Journal",
    "Member",
    "Report",
    "ReportControlBlock",
    "ReportEngine",
    "Stored",
    "UnbufferedReportControl",
]
