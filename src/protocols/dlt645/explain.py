"""What the data field of a DL/T 645 frame says, octet by octet; used by :meth:`.frame.Frame.anatomy`.

Works on control and data only, so it explains frames of unknown functions and items, and broken ones, as well as good
ones: :data:`LAYOUTS` tells how each function's data begins, and whatever does not fit it is shown as octets.
"""

from collections.abc import Callable
from typing import Final

from . import functions as fn
from .access import CIPHERED, MAX_LEVEL, PLAIN_WITH_MAC, access_size
from .commands import DELAY_UNIT, SEALABLE, OutputKind, RelayAction
from .functions import Edition, edition_of, error_meaning
from .items import lookup
from .requests import SPEEDS_1997
from .values import Decoded, decode_item

__all__ = ["explain"]

Part = tuple[int, int, str, str]  # offset, size, name, meaning
Layout = tuple[tuple[str, int, Callable[[bytes], str]], ...]  # name, size, what its octets say


def explain(control: int, data: bytes) -> list[Part]:
    """Parts of the data field (33H taken off) in order: offset, size, name, meaning."""
    if not data:
        return []
    edition = edition_of(control, data)
    function = control & 0x1F
    is_answer = bool(control & fn.REPLY)
    if is_answer and control & fn.ERROR:
        parts = _refusal(function, edition, data)
    elif is_answer and function in _READS[edition]:
        parts = _values(function, edition, data)
    else:
        layout = LAYOUTS.get((edition, function, is_answer), ())
        is_sealed = function in SEALABLE and data[0] > MAX_LEVEL
        parts = _laid_out(layout[:2] if is_sealed else layout, data)
        if function in WRITES and not is_answer and len(parts) == len(layout):
            parts += _written(edition, data)
    known = parts[-1][0] + parts[-1][1] if parts else 0
    if known < len(data):
        parts.append((known, len(data) - known, "data", data[known:].hex(" ").upper()))
    return parts


def _refusal(function: int, edition: Edition, data: bytes) -> list[Part]:
    if function == fn.SECURITY and edition == "2007":
        error = int.from_bytes(data[:2], "little")
        return [(0, 2, "error SERR", f"{error:04X}H: {error_meaning(error, security=True)}")]
    return [(0, 1, "error ERR", f"{data[0]:02X}H: {error_meaning(data[0], edition)}")]


def _values(function: int, edition: Edition, data: bytes) -> list[Part]:
    size = 4 if edition == "2007" else 2
    if len(data) < size:
        return []
    item = lookup(data[size - 1 :: -1].hex())
    parts: list[Part] = [(0, size, f"DI0..DI{size - 1}", f"{item.di} {item.name} {item.name_zh}")]
    payload, has_seq = data[size:], function == fn.FOLLOW_UP
    if has_seq:
        payload = payload[:-1]
    if payload and function in {fn.FOLLOW_UP, fn.FOLLOW_UP_97}:
        parts.append((size, len(payload), "data", "part of an answer in several frames"))
    elif payload:
        parts += [(size + d.offset, d.size, d.item, _value(d)) for d in decode_item(item.di, payload)]
    if has_seq and len(data) > size:
        parts.append((len(data) - 1, 1, "SEQ", f"frame {data[-1]}"))
    return parts


def _written(edition: Edition, data: bytes) -> list[Part]:
    """What a write puts into its item; passwords and what an ESAM sealed are not told."""
    size = 4 if edition == "2007" else 2
    at = size + access_size(edition)
    item = lookup(data[size - 1 :: -1].hex())
    if data[size] > MAX_LEVEL or not item.known or at >= len(data):
        return []
    if item.access == "w":
        return [(at, len(data) - at, item.di, "not shown")]
    return [(at + d.offset, d.size, d.item, _value(d)) for d in decode_item(item.di, data[at:])]


def _value(value: Decoded) -> str:
    shown = value.value.hex(" ").upper() if isinstance(value.value, bytes) else str(value.value)
    text = f"{value.name} {value.name_zh} = {shown} {value.unit}".rstrip()
    item = lookup(value.item) if len(value.item) in {4, 8} else None
    if item and item.bits and value.raw is not None:
        on = [f"{bit.name} {bit.name_zh}" for bit in item.bits if value.raw >> bit.bit & (1 << bit.width) - 1]
        text += f" ({'; '.join(on) or 'no bit set'})"
    return text + (f" [{value.quality}: {value.note}]" if value.note else "")


def _laid_out(layout: Layout, data: bytes) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for name, size, meaning in layout:
        if at + size > len(data):
            break
        parts.append((at, size, name, meaning(data[at : at + size])))
        at += size
    return parts


# What the octets of a field say.


def _item(octets: bytes) -> str:
    item = lookup(octets[::-1].hex())
    return f"{item.di} {item.name} {item.name_zh}"


def _cleared(octets: bytes) -> str:
    return "all events 全部事件" if octets == b"\xff" * 4 else _item(octets)


def _digits(octets: bytes) -> str:
    return octets[::-1].hex().upper()


def _address(octets: bytes) -> str:
    return f"address {_digits(octets)}"


def _level(octets: bytes) -> str:
    sealed = {CIPHERED: ", enciphered with MAC", PLAIN_WITH_MAC: ", plain with MAC"}.get(octets[0], "")
    return f"level {octets[0]:02X}{sealed}, password not shown"


def _clock(octets: bytes) -> str:
    """Low octet first: [ss] mm hh DD MM YY."""
    year, month, day, hour, minute, *second = (f"{octet:02X}" for octet in octets[::-1])
    return f"20{year}-{month}-{day} {':'.join((hour, minute, *second))}"


def _from(octets: bytes) -> str:
    return f"from {_clock(octets)}"


def _until(octets: bytes) -> str:
    return f"valid until {_clock(octets)}"


def _blocks(octets: bytes) -> str:
    return f"{octets[0]:02X}H blocks"


def _seq(octets: bytes) -> str:
    return f"frame {octets[0]}"


def _freeze(octets: bytes) -> str:
    minute, hour, day, month = (f"{octet:02X}" for octet in octets)
    if octets == b"\x99" * 4:
        return "now"
    every = "hour" if hour == "99" else "day" if day == "99" else "month" if month == "99" else "year"
    when = [f"{name} {text}" for name, text in (("month", month), ("day", day)) if text != "99"]
    return " ".join((f"each {every}", *when, f"at {'xx' if hour == '99' else hour}:{minute}"))


def _speed(octets: bytes) -> str:
    speeds = [str(speed) for speed, bit in SPEEDS_1997.items() if octets[0] & bit]
    return f"{' or '.join(speeds) or 'no'} bit/s"


def _action(octets: bytes) -> str:
    known = octets[0] in tuple(RelayAction)
    return RelayAction(octets[0]).name.lower().replace("_", " ") if known else f"unknown command {octets[0]:02X}H"


def _delay(octets: bytes) -> str:
    return f"closes again after {octets[0] * DELAY_UNIT} min" if octets[0] else "no delay"


def _output(octets: bytes) -> str:
    known = octets[0] in tuple(OutputKind)
    return OutputKind(octets[0]).name.lower().replace("_", " ") if known else f"unknown output {octets[0]:02X}H"


_ITEM: Final = ("DI0..DI3", 4, _item)
_ITEM_97: Final = ("DI0..DI1", 2, _item)
_PASSWORD: Final = ("PA P0 P1 P2", 4, _level)
_OPERATOR: Final = ("C0..C3 operator", 4, _digits)
_ADDRESS: Final = ("A0..A5", 6, _address)
_Z: Final = ("Z", 1, _speed)
_NEW: Final = ("new PA P0 P1 P2", 4, _level)
_TIME: Final = ("time ss mm hh DD MM YY", 6, _clock)

WRITES: Final = frozenset({fn.WRITE, fn.WRITE_97})
_READS: Final[dict[Edition, frozenset[int]]] = {
    "2007": frozenset({fn.READ, fn.FOLLOW_UP}),
    "1997": frozenset({fn.READ_97, fn.FOLLOW_UP_97, fn.REREAD_97}),
}
LAYOUTS: Final[dict[tuple[Edition, int, bool], Layout]] = {
    ("2007", fn.SECURITY, False): (_ITEM, _OPERATOR),
    ("2007", fn.SECURITY, True): (_ITEM,),
    ("2007", fn.BROADCAST_TIME, False): (_TIME,),
    ("2007", fn.READ, False): (_ITEM, ("N", 1, _blocks), ("time mm hh DD MM YY", 5, _from)),
    ("2007", fn.FOLLOW_UP, False): (_ITEM, ("SEQ", 1, _seq)),
    ("2007", fn.READ_ADDRESS, True): (_ADDRESS,),
    ("2007", fn.WRITE, False): (_ITEM, _PASSWORD, _OPERATOR),
    ("2007", fn.WRITE_ADDRESS, False): (_ADDRESS,),
    ("2007", fn.FREEZE, False): (("mm hh DD MM", 4, _freeze),),
    ("2007", fn.CHANGE_BAUD, False): (_Z,),
    ("2007", fn.CHANGE_BAUD, True): (_Z,),
    ("2007", fn.CHANGE_PASSWORD, False): (_ITEM, ("old PA P0 P1 P2", 4, _level), _NEW),
    ("2007", fn.CHANGE_PASSWORD, True): (_NEW,),
    ("2007", fn.CLEAR_DEMAND, False): (_PASSWORD, _OPERATOR),
    ("2007", fn.CLEAR_METER, False): (_PASSWORD, _OPERATOR),
    ("2007", fn.CLEAR_EVENTS, False): (_PASSWORD, _OPERATOR, ("DI0..DI3", 4, _cleared)),
    ("2007", fn.RELAY, False): (
        _PASSWORD,
        _OPERATOR,
        ("N1", 1, _action),
        ("N2", 1, _delay),
        ("end of validity ss mm hh DD MM YY", 6, _until),
    ),
    ("2007", fn.OUTPUT, False): (("output", 1, _output),),
    ("1997", fn.READ_97, False): (_ITEM_97,),
    ("1997", fn.FOLLOW_UP_97, False): (_ITEM_97,),
    ("1997", fn.REREAD_97, False): (_ITEM_97,),
    ("1997", fn.WRITE_97, False): (_ITEM_97, _PASSWORD),
    ("1997", fn.WRITE_ADDRESS_97, False): (_ADDRESS,),
    ("1997", fn.CHANGE_BAUD_97, False): (_Z,),
    ("1997", fn.CHANGE_BAUD_97, True): (_Z,),
    ("1997", fn.CHANGE_PASSWORD_97, False): (("old PA P0 P1 P2", 4, _level), _NEW),
    ("1997", fn.CHANGE_PASSWORD_97, True): (_NEW,),
    ("1997", fn.CLEAR_DEMAND_97, False): (_PASSWORD,),
}
"""Edition, function and whether it is an answer, to the fields its data begins with."""
