"""Text of ``Val`` as a value of its basic type (61850-6, table of bType against xs types), as files really write it.

Enumerations and coded enumerations by literal or ordinal; bit strings as 0 and 1; octet strings as hexadecimal digits
(with or without separators) or base64; times as xs:dateTime, taken for UTC when they name no zone. Empty text is no value.
"""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UsageError
from ..models import BasicType, Kind, check_value
from ..reading import Quality, Timestamp

__all__ = ["parse_value"]

MAX_TEXT = 4096
"""Longest text looked at; no basic type needs more than 255 characters."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,40}(\.0*)?")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?|[+-]?INF|NaN")
_HEX = re.compile(r"(0[xX])?[0-9A-Fa-f]{2}([ :-]?[0-9A-Fa-f]{2})*")
_EPOCH_1984 = dt.datetime(1984, 1, 1, tzinfo=dt.UTC)
MAX_DAYS = 0xFFFF
"""EntryTime counts days in two octets."""

CODED: dict[str, Mapping[str, int]] = {
    "Dbpos": {"intermediate-state": 0, "intermediate": 0, "off": 1, "on": 2, "bad-state": 3, "bad": 3},
    "Tcmd": {"stop": 0, "lower": 1, "higher": 2, "reserved": 3},
    "Check": {"no-check": 0, "none": 0, "interlocking-check": 1, "interlock-check": 1, "synchrocheck": 2, "both": 3},
}
"""Literals of the coded enumerations; their bits are the integer's, first bit highest."""


def parse_value(type_: BasicType, text: str, literals: Mapping[str, int] | None = None) -> Any:
    """The value that ``text`` writes, None when it is empty; UsageError when it fits the type in no way.

    ``literals`` are those of the enumeration, with their ordinals.
    """
    if len(text) > MAX_TEXT:
        msg = f"{len(text)} characters"
        raise UsageError(msg)
    stripped = text.strip()
    if type_.kind is not Kind.UNICODE and type_.kind is not Kind.VISIBLE and not stripped:
        return None
    if literals is not None:
        return check_value(type_, _enumerated(stripped, literals))
    value = _PARSERS[type_.kind](type_, stripped if type_.kind is not Kind.UNICODE else text)
    if value is None:
        msg = f"{text[:60]!r} is no {type_.name}"
        raise UsageError(msg)
    return check_value(type_, value)


def _enumerated(text: str, literals: Mapping[str, int]) -> int:
    if text in literals:
        return literals[text]
    if _INTEGER.fullmatch(text) and int(text.partition(".")[0]) in literals.values():
        return int(text.partition(".")[0])
    msg = f"{text[:60]!r} is none of {', '.join(map(repr, list(literals)[:12]))}"
    raise UsageError(msg)


def _boolean(_: BasicType, text: str) -> Any:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _integer(_: BasicType, text: str) -> Any:
    return int(text.partition(".")[0]) if _INTEGER.fullmatch(text) else None


def _float(_: BasicType, text: str) -> Any:
    return float(text) if _FLOAT.fullmatch(text) else None


def _bits(type_: BasicType, text: str) -> Any:
    coded = CODED.get(type_.name, {})
    if text in coded:
        return coded[text]
    if len(text) == type_.size and not text.strip("01"):
        return int(text, 2)
    if type_.name == "Quality":
        known = {"good": Quality.GOOD, "invalid": Quality.INVALID, "questionable": Quality.QUESTIONABLE}
        if text.lower() in known:
            return known[text.lower()]
    return int(text) if _INTEGER.fullmatch(text) and "." not in text else None


def _octets(_: BasicType, text: str) -> Any:
    if _HEX.fullmatch(text):
        return bytes.fromhex(re.sub(r"^0[xX]|[ :-]", "", text))
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _text(_: BasicType, text: str) -> Any:
    return text


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _utc_time(_: BasicType, text: str) -> Any:
    moment = _moment(text)
    return Timestamp.from_datetime(moment) if moment is not None else None


def _binary_time(_: BasicType, text: str) -> Any:
    moment = _moment(text)
    if moment is None or moment < _EPOCH_1984:
        return None
    since = moment - _EPOCH_1984
    if since.days > MAX_DAYS:
        return None
    milliseconds = since.seconds * 1000 + since.microseconds // 1000
    return milliseconds.to_bytes(4, "big") + since.days.to_bytes(2, "big")


_PARSERS: dict[Kind, Callable[[BasicType, str], Any]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.UNSIGNED: _integer,
    Kind.FLOAT: _float,
    Kind.BITS: _bits,
    Kind.OCTETS: _octets,
    Kind.VISIBLE: _text,
    Kind.UNICODE: _text,
    Kind.UTC_TIME: _utc_time,
    Kind.BINARY_TIME: _binary_time,
}
