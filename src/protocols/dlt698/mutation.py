"""SET (06, 86) and ACTION (07, 87): write attributes, run methods, and read back."""

from .apdu import ClientApdu, ServerApdu, service
from .dar import DAR
from .data import Data
from .records import Byte
from .results import (
    ActionResult,
    ActionThenGet,
    ActionThenGetResult,
    OadData,
    OadResult,
    OmdData,
    OptionalData,
    SetThenGet,
    SetThenGetResult,
)
from .values import OAD, OMD

__all__ = [
    "ActionRequestNormal",
    "ActionRequestNormalList",
    "ActionResponseNormal",
    "ActionResponseNormalList",
    "ActionThenGetRequestNormalList",
    "ActionThenGetResponseNormalList",
    "SetRequestNormal",
    "SetRequestNormalList",
    "SetResponseNormal",
    "SetResponseNormalList",
    "SetThenGetRequestNormalList",
    "SetThenGetResponseNormalList",
]


@service(0x06, 1)
class SetRequestNormal(ClientApdu):
    """Write one attribute."""

    piid: Byte = 0
    """Service number and priority."""
    oad: OAD
    """The attribute."""
    data: Data
    """The value."""


@service(0x06, 2)
class SetRequestNormalList(ClientApdu):
    """Write several attributes."""

    piid: Byte = 0
    """Service number and priority."""
    items: tuple[OadData, ...]
    """Attributes and values."""


@service(0x06, 3)
class SetThenGetRequestNormalList(ClientApdu):
    """Write several attributes, reading one after each."""

    piid: Byte = 0
    """Service number and priority."""
    items: tuple[SetThenGet, ...]
    """What to write and what to read."""


@service(0x86, 1)
class SetResponseNormal(ServerApdu):
    """Whether one attribute was written."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    oad: OAD
    """The attribute."""
    dar: DAR
    """The result."""


@service(0x86, 2)
class SetResponseNormalList(ServerApdu):
    """Whether several attributes were written."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[OadResult, ...]
    """Attributes and results."""


@service(0x86, 3)
class SetThenGetResponseNormalList(ServerApdu):
    """Whether several attributes were written, and what was read."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[SetThenGetResult, ...]
    """Results of writing and reading."""


@service(0x07, 1)
class ActionRequestNormal(ClientApdu):
    """Run one method."""

    piid: Byte = 0
    """Service number and priority."""
    omd: OMD
    """The method."""
    data: Data = None
    """Its parameter."""


@service(0x07, 2)
class ActionRequestNormalList(ClientApdu):
    """Run several methods."""

    piid: Byte = 0
    """Service number and priority."""
    items: tuple[OmdData, ...]
    """Methods and parameters."""


@service(0x07, 3)
class ActionThenGetRequestNormalList(ClientApdu):
    """Run several methods, reading an attribute after each."""

    piid: Byte = 0
    """Service number and priority."""
    items: tuple[ActionThenGet, ...]
    """What to run and what to read."""


@service(0x87, 1)
class ActionResponseNormal(ServerApdu):
    """Whether one method ran, and what it returned."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    omd: OMD
    """The method."""
    dar: DAR
    """The result."""
    data: OptionalData = None
    """What it returned."""


@service(0x87, 2)
class ActionResponseNormalList(ServerApdu):
    """Whether several methods ran, and what they returned."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ActionResult, ...]
    """Methods and results."""


@service(0x87, 3)
class ActionThenGetResponseNormalList(ServerApdu):
    """Whether several methods ran, and what was read."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ActionThenGetResult, ...]
    """Results of running and reading."""
