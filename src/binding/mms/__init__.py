"""ACSI and the model as MMS (IEC 61850-8-1): the only place where ``$`` names are made."""

from .image import Domain, MmsImage, item_of
from .live import follow
from .reporting import report_engine
from .reports import ReportFrames, encode_report
from .service import Client, MmsService
from .variables import Variable

__all__ = [
    "Client",
    "Domain",
    "MmsImage",
    "MmsService",
    "ReportFrames",
    "Variable",
    "encode_report",
    "follow",
    "item_of",
    "report_engine",
]
