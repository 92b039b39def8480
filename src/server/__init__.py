"""Things that serve: the MMS server, simulated meters, terminals."""

from .mms import Limits, MmsServer

__all__ = ["Limits", "MmsServer"]
