"""Values as a person types them, and as a person reads them.

What a word means is decided by the type the server tells, never by its looks: ``5`` written to a string is the
string "5", written to a FLOAT32 it is 5.0.
"""

import datetime as dt
import json
import re
import struct
from collections.abc import Callable
from typing import Any

from ..client.values import Structure, plain
from ..errors import DataAccessError, UsageError
from ..protocols.mms import BinaryTime, BitString, DataTag, TypeSpec
from ..reading import Timestamp

__all__ = ["from_text", "number", "to_text", "type_name"]

_NAMES = {
    DataTag.BOOLEAN: "boolean",
    DataTag.BIT_STRING: "bit-string",
    DataTag.INTEGER: "integer",
    DataTag.UNSIGNED: "unsigned",
    DataTag.FLOAT: "float",
    DataTag.OCTET_STRING: "octet-string",
    DataTag.VISIBLE_STRING: "visible-string",
    DataTag.BINARY_TIME: "binary-time",
    DataTag.MMS_STRING: "mms-string",
    DataTag.UTC_TIME: "utc-time",
}
_CODED = ("intermediate", "off", "on", "bad")
"""Dbpos by name. Tcmd and Check have two bits as well; for them there are numbers."""
_BLANKS = re.compile(r"[\s:-]")


def type_name(spec: TypeSpec) -> str:
    """A leaf's type in words: ``integer 64``, ``bit-string 13``."""
    size = f" {abs(spec.size)}" if spec.size and spec.tag != DataTag.BINARY_TIME else ""
    return _NAMES.get(spec.tag, f"type {spec.tag:02X}") + size


# -- typed by a person ---------------------------------------------------------------------


def from_text(text: str, spec: TypeSpec) -> Any:
    """The value ``text`` means for this type; UsageError tells what such a value looks like.

    ============  ======================================================================
    boolean       true, false
    integers      12, -12, 0x1F
    floats        12, 12.5, 1e3
    strings       the text as it is
    octets        hex digits
    bit strings   as many 0 and 1 as it has bits, a number (0b10, 24, 0x18), or for two
                  bits intermediate, off, on, bad
    times         2026-05-06T12:30:00+08:00; without a zone nobody knows what it means
    structures    JSON object, arrays JSON list
    ============  ======================================================================
    """
    if spec.tag in (DataTag.STRUCTURE, DataTag.ARRAY):
        try:
            # Numbers stay text until their own type has been seen: no float on the way of an integer.
            value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            return _refuse(text, spec)
        return _from_json(value, spec)
    try:
        return _PARSERS[spec.tag](text, spec)
    except (KeyError, ValueError, OverflowError):
        return _refuse(text, spec)


def _from_json(value: Any, spec: TypeSpec) -> Any:
    if spec.tag == DataTag.STRUCTURE:
        if not isinstance(value, dict) or set(value) != set(spec.names):
            return _refuse(json.dumps(value, ensure_ascii=False), spec)
        return {name: _from_json(value[name], part) for name, part in spec.components}
    if spec.tag == DataTag.ARRAY and spec.element is not None:
        if not isinstance(value, list) or len(value) != spec.size:
            return _refuse(json.dumps(value, ensure_ascii=False), spec)
        return [_from_json(item, spec.element) for item in value]
    return from_text(value if isinstance(value, str) else json.dumps(value), spec)


def _refuse(text: str, spec: TypeSpec) -> Any:
    if spec.tag == DataTag.STRUCTURE:
        looks = "JSON with the members " + ", ".join(spec.names)
        name = "structure"
    elif spec.tag == DataTag.ARRAY:
        looks, name = f"a JSON list of {spec.size}", "array"
    else:
        looks, name = _LOOKS.get(spec.tag, "nothing that can be typed"), type_name(spec)
    msg = f"{text[:60]!r} is no {name}; write {looks}"
    raise UsageError(msg)


def _boolean(text: str, _: TypeSpec) -> bool:
    return {"true": True, "false": False}[text.strip().lower()]


def _integer(text: str, _: TypeSpec) -> int:
    try:
        return int(text, 0)
    except ValueError:
        return int(text)  # 007


def _float(text: str, _: TypeSpec) -> float:
    return float(text)


def _string(text: str, _: TypeSpec) -> str:
    return text


def _octets(text: str, _: TypeSpec) -> bytes:
    return bytes.fromhex(_BLANKS.sub("", text).removeprefix("0x"))


def _bits(text: str, spec: TypeSpec) -> int:
    size = abs(spec.size)
    if len(text) == size and set(text) <= set("01"):
        return int(text, 2)
    if size == 2 and text in _CODED:
        return _CODED.index(text)
    value = int(text, 0)
    if not 0 <= value < 1 << size:
        raise ValueError(text)
    return value


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text.strip().removesuffix(" (not synchronised)"))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _utc_time(text: str, _: TypeSpec) -> Timestamp:
    return Timestamp.from_datetime(_moment(text))


def _binary_time(text: str, _: TypeSpec) -> BinaryTime:
    return BinaryTime.from_ns(Timestamp.from_datetime(_moment(text)).ns)


_PARSERS: dict[int, Callable[[str, TypeSpec], Any]] = {
    DataTag.BOOLEAN: _boolean,
    DataTag.BIT_STRING: _bits,
    DataTag.INTEGER: _integer,
    DataTag.UNSIGNED: _integer,
    DataTag.FLOAT: _float,
    DataTag.OCTET_STRING: _octets,
    DataTag.VISIBLE_STRING: _string,
    DataTag.MMS_STRING: _string,
    DataTag.UTC_TIME: _utc_time,
    DataTag.BINARY_TIME: _binary_time,
}
_LOOKS = {
    DataTag.BOOLEAN: "true or false",
    DataTag.BIT_STRING: "all its bits, or a number such as 0b10 or 24",
    DataTag.INTEGER: "digits, such as 12",
    DataTag.UNSIGNED: "digits, such as 12",
    DataTag.FLOAT: "a number, such as 12.5",
    DataTag.OCTET_STRING: "hex digits, two an octet",
    DataTag.UTC_TIME: "date, time and zone, such as 2026-05-06T12:30:00+08:00",
    DataTag.BINARY_TIME: "date, time and zone, such as 2026-05-06T12:30:00+08:00",
}


# -- read by a person ----------------------------------------------------------------------

_SINGLE = struct.Struct(">f")


def number(value: float) -> str:
    """A float with the fewest digits that lead back to it: 230.1, not the 230.10000610351562 behind a FLOAT32."""
    try:
        if _SINGLE.unpack(_SINGLE.pack(value))[0] == value:
            for digits in range(6, 10):
                text = f"{value:.{digits}g}"
                if _SINGLE.unpack(_SINGLE.pack(float(text)))[0] == value:
                    return repr(float(text))
    except OverflowError:
        pass
    return repr(value)


def to_text(value: Any) -> str:
    """A value on one line. The exact form is what ``--json`` gives."""
    if isinstance(value, Structure):
        return "{" + ", ".join(f"{name}={to_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(to_text, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, DataAccessError):
        return f"<{value}>"
    if isinstance(value, (bytes, BinaryTime, BitString)):
        return str(plain(value))
    return str(value)
