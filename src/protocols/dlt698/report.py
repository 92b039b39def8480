"""REPORT (88, 08): what a server tells unasked, and the client's confirmation."""

from .apdu import ClientApdu, ServerApdu, service
from .records import Byte
from .results import ResultNormal, ResultRecord
from .values import OAD

__all__ = [
    "ReportNotificationList",
    "ReportNotificationRecordList",
    "ReportNotificationTransData",
    "ReportResponseList",
    "ReportResponseRecordList",
    "ReportResponseTransData",
]


@service(0x88, 1)
class ReportNotificationList(ServerApdu):
    """Several attributes."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ResultNormal, ...]
    """Each with its value or DAR."""


@service(0x88, 2)
class ReportNotificationRecordList(ServerApdu):
    """Records of several tables."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ResultRecord, ...]
    """Each with its records or DAR."""


@service(0x88, 3)
class ReportNotificationTransData(ServerApdu):
    """Octets a port received."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    oad: OAD
    """The port."""
    data: tuple[bytes, ...]
    """Octets, piece by piece."""


@service(0x08, 1)
class ReportResponseList(ClientApdu):
    """Confirms a :class:`ReportNotificationList`."""

    piid: Byte = 0
    """Service number and priority of the report."""
    oads: tuple[OAD, ...]
    """What was reported."""


@service(0x08, 2)
class ReportResponseRecordList(ClientApdu):
    """Confirms a :class:`ReportNotificationRecordList`."""

    piid: Byte = 0
    """Service number and priority of the report."""
    oads: tuple[OAD, ...]
    """What was reported."""


@service(0x08, 3)
class ReportResponseTransData(ClientApdu):
    """Confirms a :class:`ReportNotificationTransData`."""

    piid: Byte = 0
    """Service number and priority of the report."""
