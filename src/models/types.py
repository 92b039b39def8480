"""Basic types of IEC 61850-7-2 and their Python values.

A basic type has a *kind* (how MMS carries it, IEC 61850-8-1) and a size. Bit strings are Python
integers whose most significant bit is the standard's bit 0 (the first one transmitted), so a Dbpos
is 0..3 and quality is :class:`~meterwire.reading.Quality`.
"""

import enum
import math
import struct
from dataclasses import dataclass
from typing import Any

from ..errors import UnknownNameError, UsageError
from ..reading import Quality, Timestamp

__all__ = ["BASIC_TYPES", "BasicType", "Kind", "basic_type", "check_value"]


class Kind(enum.Enum):
    """How a leaf travels: the MMS Data alternatives an IEC 61850 leaf can take."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    UNSIGNED = "unsigned"
    FLOAT = "floating-point"
    BITS = "bit-string"
    OCTETS = "octet-string"
    VISIBLE = "visible-string"
    UNICODE = "mms-string"
    UTC_TIME = "utc-time"
    BINARY_TIME = "binary-time"

    # Members are alike only to themselves; Enum's own hash is a Python call for every look-up.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class BasicType:
    """One basic type."""

    name: str
    """Name as SCL's bType writes it."""
    kind: Kind
    """How MMS carries it."""
    size: int
    """Bits of a number or bit string; largest count of octets or characters of a string."""
    default: Any
    """Value of an attribute nobody has set."""

    def __repr__(self) -> str:
        return f"<{self.name}>"


_SINGLE = struct.Struct(">f")


def _table() -> dict[str, BasicType]:
    rows: list[tuple[str, Kind, int, Any]] = [("BOOLEAN", Kind.BOOLEAN, 1, False)]
    rows += [(f"INT{n}", Kind.INTEGER, n, 0) for n in (8, 16, 24, 32, 64, 128)]
    rows += [(f"INT{n}U", Kind.UNSIGNED, n, 0) for n in (8, 16, 24, 32)]
    rows += [("FLOAT32", Kind.FLOAT, 32, 0.0), ("FLOAT64", Kind.FLOAT, 64, 0.0)]
    # 8-1 carries every enumeration as an 8-bit integer; SCL ordinals beyond that are vendor errors.
    rows += [("Enum", Kind.INTEGER, 8, 0)]
    rows += [("Octet6", Kind.OCTETS, 6, bytes(6)), ("Octet16", Kind.OCTETS, 16, b"")]
    rows += [("Octet64", Kind.OCTETS, 64, b""), ("EntryID", Kind.OCTETS, 8, bytes(8))]
    rows += [(f"VisString{n}", Kind.VISIBLE, n, "") for n in (32, 64, 65, 129, 255)]
    rows += [("ObjRef", Kind.VISIBLE, 129, ""), ("Currency", Kind.VISIBLE, 3, "")]
    rows += [("Unicode255", Kind.UNICODE, 255, "")]
    rows += [("Timestamp", Kind.UTC_TIME, 64, Timestamp())]
    rows += [("EntryTime", Kind.BINARY_TIME, 6, bytes(6))]
    rows += [("Quality", Kind.BITS, 13, Quality.GOOD), ("Dbpos", Kind.BITS, 2, 0)]
    rows += [("Tcmd", Kind.BITS, 2, 0), ("Check", Kind.BITS, 2, 0)]
    rows += [("TrgOps", Kind.BITS, 6, 0), ("OptFlds", Kind.BITS, 10, 0)]
    rows += [("SvOptFlds", Kind.BITS, 5, 0)]
    return {row[0]: BasicType(*row) for row in rows}


BASIC_TYPES: dict[str, BasicType] = _table()
"""Every basic type by its SCL name."""


def basic_type(name: str) -> BasicType:
    """The basic type called ``name``; UnknownNameError for any other name."""
    try:
        return BASIC_TYPES[name]
    except KeyError:
        msg = f"no basic type {name!r}"
        raise UnknownNameError(msg) from None


def check_value(kind: BasicType, value: Any) -> Any:
    """``value`` as the type holds it; UsageError when it does not fit (nothing is clipped)."""
    fitted = _FITTERS[kind.kind](kind, value)
    if fitted is None:
        msg = f"{value!r} does not fit {kind.name}"
        raise UsageError(msg)
    return fitted


def _fit_boolean(_: BasicType, value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _fit_integer(kind: BasicType, value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    half = 1 << (kind.size - 1)
    return int(value) if -half <= value < half else None


def _fit_unsigned(kind: BasicType, value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return int(value) if 0 <= value < 1 << kind.size else None


def _fit_float(kind: BasicType, value: Any) -> Any:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
        if math.isnan(number):
            return math.nan  # always the same object, so that the tree can tell that it is still no number
        # Kept as the wire will carry it, so that a reader and the model agree bit by bit.
        return number if kind.size == 64 else _SINGLE.unpack(_SINGLE.pack(number))[0]
    except OverflowError:
        return None


def _fit_bits(kind: BasicType, value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << kind.size:
        return None
    return Quality(value) if kind.name == "Quality" else int(value)


def _fit_octets(kind: BasicType, value: Any) -> Any:
    return bytes(value) if isinstance(value, bytes) and len(value) <= kind.size else None


def _fit_visible(kind: BasicType, value: Any) -> Any:
    fits = isinstance(value, str) and len(value) <= kind.size and value.isascii()
    return value if fits and (value.isprintable() or not value) else None


def _fit_unicode(kind: BasicType, value: Any) -> Any:
    fits = isinstance(value, str) and len(value) <= kind.size
    return value if fits else None


def _fit_utc(_: BasicType, value: Any) -> Any:
    return value if isinstance(value, Timestamp) else None


def _fit_binary_time(_: BasicType, value: Any) -> Any:
    return bytes(value) if isinstance(value, bytes) and len(value) in (4, 6) else None


_FITTERS = {
    Kind.BOOLEAN: _fit_boolean,
    Kind.INTEGER: _fit_integer,
    Kind.UNSIGNED: _fit_unsigned,
    Kind.FLOAT: _fit_float,
    Kind.BITS: _fit_bits,
    Kind.OCTETS: _fit_octets,
    Kind.VISIBLE: _fit_visible,
    Kind.UNICODE: _fit_unicode,
    Kind.UTC_TIME: _fit_utc,
    Kind.BINARY_TIME: _fit_binary_time,
}
