"""PROXY (09, 89): a terminal asks the meters behind it.

One published grammar puts the TSA of a ProxyGetResponseList before the list; the standard's own example has it inside,
once per meter, as here.
"""

from .address import TSA
from .apdu import ClientApdu, ServerApdu, service
from .axdr import record
from .records import COMDCB, RCSD, Byte, Word
from .results import (
    ActionResult,
    ActionThenGet,
    ActionThenGetResult,
    DarOrOctets,
    OadData,
    OadResult,
    OmdData,
    ResultNormal,
    ResultRecord,
    SetThenGet,
    SetThenGetResult,
)
from .selectors import RSD
from .values import OAD

__all__ = [
    "ProxyAction",
    "ProxyActionRequestList",
    "ProxyActionResponseList",
    "ProxyActionResults",
    "ProxyActionThenGet",
    "ProxyActionThenGetRequestList",
    "ProxyActionThenGetResponseList",
    "ProxyActionThenGetResults",
    "ProxyGet",
    "ProxyGetRequestList",
    "ProxyGetRequestRecord",
    "ProxyGetResponseList",
    "ProxyGetResponseRecord",
    "ProxyGetResults",
    "ProxySet",
    "ProxySetRequestList",
    "ProxySetResponseList",
    "ProxySetResults",
    "ProxySetThenGet",
    "ProxySetThenGetRequestList",
    "ProxySetThenGetResponseList",
    "ProxySetThenGetResults",
    "ProxyTransCommandRequest",
    "ProxyTransCommandResponse",
]


@record
class ProxyGet:
    """What to read from one meter."""

    tsa: TSA
    """The meter."""
    timeout: Word
    """Seconds for this meter."""
    oads: tuple[OAD, ...]
    """The attributes."""


@record
class ProxyGetResults:
    """What one meter answered."""

    tsa: TSA
    """The meter."""
    results: tuple[ResultNormal, ...]
    """Each attribute with its value or DAR."""


@record
class ProxySet:
    """What to write to one meter."""

    tsa: TSA
    """The meter."""
    timeout: Word
    """Seconds for this meter."""
    items: tuple[OadData, ...]
    """Attributes and values."""


@record
class ProxySetResults:
    """Whether one meter took it."""

    tsa: TSA
    """The meter."""
    results: tuple[OadResult, ...]
    """Attributes and results."""


@record
class ProxySetThenGet:
    """What to write to and read from one meter."""

    tsa: TSA
    """The meter."""
    timeout: Word
    """Seconds for this meter."""
    items: tuple[SetThenGet, ...]
    """What to write and what to read."""


@record
class ProxySetThenGetResults:
    """Whether one meter took it, and what was read."""

    tsa: TSA
    """The meter."""
    results: tuple[SetThenGetResult, ...]
    """Results of writing and reading."""


@record
class ProxyAction:
    """What to run on one meter."""

    tsa: TSA
    """The meter."""
    timeout: Word
    """Seconds for this meter."""
    items: tuple[OmdData, ...]
    """Methods and parameters."""


@record
class ProxyActionResults:
    """Whether it ran on one meter."""

    tsa: TSA
    """The meter."""
    results: tuple[ActionResult, ...]
    """Methods and results."""


@record
class ProxyActionThenGet:
    """What to run on and read from one meter."""

    tsa: TSA
    """The meter."""
    timeout: Word
    """Seconds for this meter."""
    items: tuple[ActionThenGet, ...]
    """What to run and what to read."""


@record
class ProxyActionThenGetResults:
    """Whether it ran on one meter, and what was read."""

    tsa: TSA
    """The meter."""
    results: tuple[ActionThenGetResult, ...]
    """Results of running and reading."""


@service(0x09, 1)
class ProxyGetRequestList(ClientApdu):
    """Read attributes of several meters."""

    piid: Byte = 0
    """Service number and priority."""
    timeout: Word
    """Seconds for all of it."""
    items: tuple[ProxyGet, ...]
    """Meter by meter."""


@service(0x09, 2)
class ProxyGetRequestRecord(ClientApdu):
    """Read records of one table of one meter."""

    piid: Byte = 0
    """Service number and priority."""
    timeout: Word
    """Seconds for all of it."""
    tsa: TSA
    """The meter."""
    oad: OAD
    """The table."""
    rsd: RSD
    """Which records."""
    rcsd: RCSD
    """Which columns."""


@service(0x09, 3)
class ProxySetRequestList(ClientApdu):
    """Write attributes of several meters."""

    piid: Byte = 0
    """Service number and priority."""
    timeout: Word
    """Seconds for all of it."""
    items: tuple[ProxySet, ...]
    """Meter by meter."""


@service(0x09, 4)
class ProxySetThenGetRequestList(ClientApdu):
    """Write and read attributes of several meters."""

    piid: Byte = 0
    """Service number and priority."""
    timeout: Word
    """Seconds for all of it."""
    items: tuple[ProxySetThenGet, ...]
    """Meter by meter."""


@service(0x09, 5)
class ProxyActionRequestList(ClientApdu):
    """Run methods of several meters."""

    piid: Byte = 0
    """Service number and priority."""
    timeout: Word
    """Seconds for all of it."""
    items: tuple[ProxyAction, ...]
    """Meter by meter."""


@service(0x09, 6)
class ProxyActionThenGetRequestList(ClientApdu):
    """Run methods of several meters and read attributes."""

    piid: Byte = 0
    """Service number and priority."""
    timeout: Word
    """Seconds for all of it."""
    items: tuple[ProxyActionThenGet, ...]
    """Meter by meter."""


@service(0x09, 7)
class ProxyTransCommandRequest(ClientApdu):
    """Send octets out of a port and return what comes back: any protocol to any meter."""

    piid: Byte = 0
    """Service number and priority."""
    oad: OAD
    """The port, e.g. F2010201."""
    port: COMDCB
    """Its settings."""
    frame_timeout: Word
    """Seconds to wait for an answer."""
    byte_timeout: Word
    """Milliseconds of silence that end it."""
    command: bytes
    """The octets."""


@service(0x89, 1)
class ProxyGetResponseList(ServerApdu):
    """Attributes of several meters."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ProxyGetResults, ...]
    """Meter by meter."""


@service(0x89, 2)
class ProxyGetResponseRecord(ServerApdu):
    """Records of one table of one meter."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    tsa: TSA
    """The meter."""
    result: ResultRecord
    """The records or DAR."""


@service(0x89, 3)
class ProxySetResponseList(ServerApdu):
    """Whether several meters took what was written."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ProxySetResults, ...]
    """Meter by meter."""


@service(0x89, 4)
class ProxySetThenGetResponseList(ServerApdu):
    """Whether several meters took what was written, and what was read."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ProxySetThenGetResults, ...]
    """Meter by meter."""


@service(0x89, 5)
class ProxyActionResponseList(ServerApdu):
    """Whether methods ran on several meters."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ProxyActionResults, ...]
    """Meter by meter."""


@service(0x89, 6)
class ProxyActionThenGetResponseList(ServerApdu):
    """Whether methods ran on several meters, and what was read."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ProxyActionThenGetResults, ...]
    """Meter by meter."""


@service(0x89, 7)
class ProxyTransCommandResponse(ServerApdu):
    """What came back through a port."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    oad: OAD
    """The port."""
    result: DarOrOctets
    """The octets, or DAR."""
