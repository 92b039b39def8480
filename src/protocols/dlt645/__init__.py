"""DL/T 645-2007: frames, the catalogue of items, requests and answers, master and meter; all without I/O.

Example::

    from meterwire.protocols import dlt645
    frame = dlt645.decode(bytes.fromhex("684310001134006811043533B335CD16"))
    print(anatomy.render(frame.anatomy()))
    for frame in dlt645.stream(chunks): ...          # resynchronises on garbage
    dlt645.lookup("00010100").name                   # 'forward active energy, tariff 1, current'
    reading, = dlt645.readings(frame)                # of an answer; Decimal value, quality, the frame itself

Done: reading with follow-up frames, reading the address, broadcast time; energy, maximum demand, variables, status
words, clock. Not done here: writing, freezing, clearing, relay control, events, load record, the edition of 1997.
"""

from .apdu import (
    BROADCAST,
    WILDCARD,
    Answer,
    broadcast_time,
    check_address,
    follow_up,
    parse_answer,
    read_address,
    read_data,
    readings,
)
from .explain import ERROR_BITS, error_meaning
from .faults import FaultInjector, Faults, Piece
from .frame import FUNCTIONS, MAX_DATA, Frame, Stream, decode, encode, function_name, scan_batch, stream
from .items import Bit, Decoded, Item, catalogue, decode_item, expand, lookup
from .meter import MeterSession
from .session import Completed, Counters, Event, Failed, Master, Send

__all__ = [
    "BROADCAST",
    "ERROR_BITS",
    "FUNCTIONS",
    "MAX_DATA",
    "WILDCARD",
    "Answer",
    "Bit",
    "Completed",
    "Counters",
    "Decoded",
    "Event",
    "Failed",
    "FaultInjector",
    "Faults",
    "Frame",
    "Item",
    "Master",
    "MeterSession",
    "Piece",
    "Send",
    "Stream",
    "broadcast_time",
    "catalogue",
    "check_address",
    "decode",
    "decode_item",
    "encode",
    "error_meaning",
    "expand",
    "follow_up",
    "function_name",
    "lookup",
    "parse_answer",
    "read_address",
    "read_data",
    "readings",
    "scan_batch",
    "stream",
]
