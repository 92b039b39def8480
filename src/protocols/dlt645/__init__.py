"""DL/T 645-2007 with its amendments, and DL/T 645-1997: frames, items, requests and answers, master and meter; no I/O.

Example::

    from meterwire.protocols import dlt645
    frame = dlt645.decode(bytes.fromhex("684310001134006811043533B335CD16"))
    print(anatomy.render(frame.anatomy()))
    for frame in dlt645.stream(chunks): ...          # resynchronises on garbage
    dlt645.lookup("00010100").name                   # 'forward active energy, tariff 1, current'
    reading, = dlt645.readings(frame)                # of an answer; Decimal value, quality, the frame itself
    dlt645.request_frame("003411001043", dlt645.Freeze())

Every function of both editions is a value (:mod:`.requests`, :mod:`.commands`), made into a frame and read back from
one; :class:`Master` and :class:`MeterSession` are the two ends. The cryptography of the security module is not here,
only the place where it plugs in (:mod:`.security`). docs/dlt645.md tells the rest.
"""

from .access import Access
from .actions import MeterActions, refuse
from .address import BROADCAST, WILDCARD, address_matches, check_address, shortened
from .apdu import (
    Answer,
    broadcast_time,
    follow_up,
    parse_answer,
    read_address,
    read_data,
    readings,
    request_frame,
)
from .commands import (
    ChangePassword,
    ClearDemand,
    ClearEvents,
    ClearMeter,
    Freeze,
    Output,
    OutputKind,
    RelayAction,
    RelayCommand,
    SealedCommand,
    SecurityCommand,
    WriteData,
)
from .faults import FaultInjector, Faults, Piece
from .frame import MAX_DATA, Frame, Stream, decode, encode, scan_batch, stream
from .functions import ERROR_BITS, FUNCTIONS, FUNCTIONS_1997, Edition, edition_of, error_meaning, function_name
from .items import Bit, Item, catalogue, expand, lookup, search
from .load_record import encode_record
from .meter import MeterSession
from .numbers import NumberFormat, numbers
from .parse import parse_request
from .registers import RegisterActions
from .requests import (
    SPEEDS,
    SPEEDS_1997,
    BroadcastTime,
    ChangeBaud,
    FollowUp,
    ReadAddress,
    ReadData,
    Request,
    Reread,
    WriteAddress,
)
from .security import MasterEsam, MeterEsam, seal
from .session import Completed, Counters, Event, Failed, Master, Send
from .values import Decoded, decode_item

__all__ = [
    "BROADCAST",
    "ERROR_BITS",
    "FUNCTIONS",
    "FUNCTIONS_1997",
    "MAX_DATA",
    "SPEEDS",
    "SPEEDS_1997",
    "WILDCARD",
    "Access",
    "Answer",
    "Bit",
    "BroadcastTime",
    "ChangeBaud",
    "ChangePassword",
    "ClearDemand",
    "ClearEvents",
    "ClearMeter",
    "Completed",
    "Counters",
    "Decoded",
    "Edition",
    "Event",
    "Failed",
    "FaultInjector",
    "Faults",
    "FollowUp",
    "Frame",
    "Freeze",
    "Item",
    "Master",
    "MasterEsam",
    "MeterActions",
    "MeterEsam",
    "MeterSession",
    "NumberFormat",
    "Output",
    "OutputKind",
    "Piece",
    "ReadAddress",
    "ReadData",
    "RegisterActions",
    "RelayAction",
    "RelayCommand",
    "Request",
    "Reread",
    "SealedCommand",
    "SecurityCommand",
    "Send",
    "Stream",
    "WriteAddress",
    "WriteData",
    "address_matches",
    "broadcast_time",
    "catalogue",
    "check_address",
    "decode",
    "decode_item",
    "edition_of",
    "encode",
    "encode_record",
    "error_meaning",
    "expand",
    "follow_up",
    "function_name",
    "lookup",
    "numbers",
    "parse_answer",
    "parse_request",
    "read_address",
    "read_data",
    "readings",
    "refuse",
    "request_frame",
    "scan_batch",
    "seal",
    "search",
    "shortened",
    "stream",
]
