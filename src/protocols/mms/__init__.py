"""MMS (ISO 9506) as IEC 61850-8-1 uses it: data, types, services, associations."""

from .associations import (
    Answer,
    Cancelled,
    Closed,
    Initiator,
    MmsEvent,
    Opened,
    Proposal,
    Report,
    Request,
    Responder,
)
from .data import BinaryTime, BitString, DataTag, decode_data, encode_data
from .names import ObjectName, Selector
from .pdu import Initiate, Pdu, PduTag, RejectKind, Service, decode_pdu
from .types import TypeSpec, decode_type, encode_type

__all__ = [
    "Answer",
    "BinaryTime",
    "BitString",
    "Cancelled",
    "Closed",
    "DataTag",
    "Initiate",
    "Initiator",
    "MmsEvent",
    "ObjectName",
    "Opened",
    "Pdu",
    "PduTag",
    "Proposal",
    "RejectKind",
    "Report",
    "Request",
    "Responder",
    "Selector",
    "Service",
    "TypeSpec",
    "decode_data",
    "decode_pdu",
    "decode_type",
    "encode_data",
    "encode_type",
]
