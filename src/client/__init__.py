"""Clients for asyncio: the ones that ask."""

from .ied import IedClient, connect
from .reports import Report, ReportEntry
from .subscription import Subscription
from .values import Structure

__all__ = ["IedClient", "Report", "ReportEntry", "Structure", "Subscription", "connect"]
