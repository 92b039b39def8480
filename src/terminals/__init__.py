"""Terminals at work: meters asked on one side, an IEC 61850 server on the other."""

from .residential import LineStatistics, MeterAt, ResidentialTerminal, find_meters

__all__ = ["LineStatistics", "MeterAt", "ResidentialTerminal", "find_meters"]
