"""Behaviour of the model (IEC 61850-7-2) as engines without I/O; the clock is injected."""

from .reporting import Member, Report, ReportEngine, UnbufferedReportControl

__all__ = ["Member", "Report", "ReportEngine", "UnbufferedReportControl"]
