"""GET (05, 85): read attributes, records, the next block of a long answer, an MD5."""

from typing import Annotated, TypeAlias

from .apdu import ClientApdu, ServerApdu, service
from .axdr import Choice, wire_of
from .dar import DAR
from .records import Boolean, Byte, Word
from .results import DarOrOctets, GetRecord, ResultNormal, ResultNormals, ResultRecord, ResultRecords
from .values import OAD

__all__ = [
    "GetRequestMD5",
    "GetRequestNext",
    "GetRequestNormal",
    "GetRequestNormalList",
    "GetRequestRecord",
    "GetRequestRecordList",
    "GetResponseMD5",
    "GetResponseNext",
    "GetResponseNormal",
    "GetResponseNormalList",
    "GetResponseRecord",
    "GetResponseRecordList",
]


@service(0x05, 1)
class GetRequestNormal(ClientApdu):
    """Read one attribute."""

    piid: Byte = 0
    """Service number and priority."""
    oad: OAD
    """The attribute."""


@service(0x05, 2)
class GetRequestNormalList(ClientApdu):
    """Read several attributes."""

    piid: Byte = 0
    """Service number and priority."""
    oads: tuple[OAD, ...]
    """The attributes."""


@service(0x05, 3)
class GetRequestRecord(ClientApdu):
    """Read records of one table."""

    piid: Byte = 0
    """Service number and priority."""
    record: GetRecord
    """Table, records, columns."""


@service(0x05, 4)
class GetRequestRecordList(ClientApdu):
    """Read records of several tables."""

    piid: Byte = 0
    """Service number and priority."""
    records: tuple[GetRecord, ...]
    """Tables, records, columns."""


@service(0x05, 5)
class GetRequestNext(ClientApdu):
    """Go on with an answer that comes in blocks."""

    piid: Byte = 0
    """Service number and priority."""
    block: Word
    """The last block received correctly."""


@service(0x05, 6)
class GetRequestMD5(ClientApdu):
    """Read the MD5 of one attribute."""

    piid: Byte = 0
    """Service number and priority."""
    oad: OAD
    """The attribute."""


@service(0x85, 1)
class GetResponseNormal(ServerApdu):
    """One attribute."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    result: ResultNormal
    """Its value or DAR."""


@service(0x85, 2)
class GetResponseNormalList(ServerApdu):
    """Several attributes; go by the OAD of each result, meters do not all keep the order of the request."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ResultNormal, ...]
    """Each with its value or DAR."""


@service(0x85, 3)
class GetResponseRecord(ServerApdu):
    """Records of one table."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    result: ResultRecord
    """The records or DAR."""


@service(0x85, 4)
class GetResponseRecordList(ServerApdu):
    """Records of several tables."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    results: tuple[ResultRecord, ...]
    """Each with its records or DAR."""


_BLOCK = Choice(
    "block",
    {
        0: (DAR, wire_of(DAR)),
        1: (ResultNormals, wire_of(ResultNormals)),
        2: (ResultRecords, wire_of(ResultRecords)),
    },
)
Block: TypeAlias = Annotated[DAR | ResultNormals | ResultRecords, _BLOCK]


@service(0x85, 5)
class GetResponseNext(ServerApdu):
    """One block of an answer too long for one APDU."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    is_last: Boolean
    """True for the last block."""
    block: Word
    """Its number."""
    result: Block
    """Whole results, never a part of one; or DAR."""


@service(0x85, 6)
class GetResponseMD5(ServerApdu):
    """The MD5 of one attribute."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    oad: OAD
    """The attribute."""
    result: DarOrOctets
    """16 octets, or DAR."""
