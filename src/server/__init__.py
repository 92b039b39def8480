"""Things that serve: the MMS server, simulated meters, terminals."""

from .admission import Admission
from .mms import Limits, MmsServer

__all__ = ["Admission", "Limits", "MmsServer"]
