"""How DL/T 645 items lie in the data field: packed BCD, clocks, digit strings, bit words (appendix A of the standard).

All are sent least significant octet first. A format is written as the catalogue prints it, most significant first::

    XXXXXX.XX        BCD, two decimals; with a sign, bit 7 of the top octet means negative
    YYMMDDhhmm       clock fields and table entries, see :mod:`.clocks`
    N12              12 digits that name something, kept as text
    bits16           a status word
    H4               four octets shown as hex digits: an operator code, an identifier
    A32              ASCII text, unused octets zero in front of it

Several formats with a space between follow each other on the wire. Values are exact: integers and Decimals, no float.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from ...errors import UsageError
from ...reading import Quality, Value
from .clocks import clock_decode, clock_encode, clock_fields

__all__ = ["Format", "Parsed", "RawValue", "parse_formats"]

_MAX_PLACES: Final = 60

RawValue = int | Decimal | str | bytes | dt.datetime
"""What an item can be set to: an int counts in the last decimal place, a Decimal in the item's unit, bytes are
taken as they lie in the data field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A value read from octets, or the reason why there is none."""

    value: Value = None
    """The value, None when the octets hold none."""
    raw: int | None = None
    """The integer on the wire, for numbers and bit words."""
    quality: Quality = Quality.GOOD
    """INVALID when there is no value."""
    note: str = ""
    """Why there is no value, or what was odd."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of the catalogue."""

    text: str
    """As the catalogue writes it."""
    kind: str
    """``bcd``, ``clock``, ``digits``, ``bits``, ``hex`` or ``text``."""
    length: int
    """Octets on the wire."""
    exponent: int = 0
    """Decimal exponent of a BCD number: value = raw * 10**exponent."""

    def decode(self, data: bytes, *, signed: bool = False) -> Parsed:
        """Read ``data`` (exactly ``length`` octets, wire order); never raises for any content."""
        return _DECODERS[self.kind](self, data, signed)

    def encode(self, value: RawValue, *, signed: bool = False) -> bytes:
        """The octets for ``value`` in wire order; UsageError when it does not fit."""
        if isinstance(value, bytes):
            if len(value) != self.length:
                raise UsageError(f"{self.text} takes {self.length} octets, not {len(value)}")
            return value
        return _ENCODERS[self.kind](self, value, signed)


def _decode_bcd(fmt: Format, data: bytes, signed: bool) -> Parsed:
    digits = data[::-1].hex()
    negative = signed and data[-1] & 0x80
    if negative:
        digits = f"{int(digits[0], 16) & 7:x}{digits[1:]}"
    if not digits.isdecimal():
        note = "no data (all FF)" if data.count(0xFF) == len(data) else f"not BCD: {data[::-1].hex().upper()}"
        return Parsed(quality=Quality.INVALID, note=note)
    raw = -int(digits) if negative else int(digits)
    return Parsed(value=Decimal(f"{raw}E{fmt.exponent}"), raw=raw)


def _encode_bcd(fmt: Format, value: RawValue, signed: bool) -> bytes:
    if isinstance(value, Decimal):
        raw = _last_places(fmt, value)
    elif isinstance(value, int) and not isinstance(value, bool):
        raw = value
    else:
        raise UsageError(f"{fmt.text} takes an int in the last place or a Decimal, not {type(value).__name__}")
    limit = 10 ** (2 * fmt.length) * (8 if signed else 10) // 10
    if not (-limit if signed else -1) < raw < limit:
        raise UsageError(f"{raw} does not fit {fmt.text}{' with sign' if signed else ''}")
    data = bytearray(bytes.fromhex(f"{abs(raw):0{2 * fmt.length}d}")[::-1])
    if raw < 0:
        data[-1] |= 0x80
    return bytes(data)


def _last_places(fmt: Format, value: Decimal) -> int:
    """``value`` in units of the last place, exactly; no context, no rounding."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > _MAX_PLACES:
        raise UsageError(f"{value} does not fit {fmt.text}")
    number = int("".join(map(str, digits)) or "0")
    shift = exponent - fmt.exponent
    power = int("1" + "0" * abs(shift))
    raw, rest = (number * power, 0) if shift >= 0 else divmod(number, power)
    if rest:
        raise UsageError(f"{value} has more decimals than {fmt.text}")
    return -raw if sign else raw


def _decode_digits(_fmt: Format, data: bytes, _signed: bool) -> Parsed:
    text = data[::-1].hex().upper()
    if not text.isdecimal():
        return Parsed(quality=Quality.INVALID, note=f"not BCD: {text}")
    return Parsed(value=text)


def _encode_digits(fmt: Format, value: RawValue, _signed: bool) -> bytes:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 * fmt.length):
        raise UsageError(f"{fmt.text} takes up to {2 * fmt.length} digits, not {value!r}")
    return bytes.fromhex(text.zfill(2 * fmt.length))[::-1]


def _decode_bits(_fmt: Format, data: bytes, _signed: bool) -> Parsed:
    raw = int.from_bytes(data, "little")
    return Parsed(value=raw, raw=raw)


def _encode_bits(fmt: Format, value: RawValue, _signed: bool) -> bytes:
    if not isinstance(value, int) or not 0 <= value < 1 << 8 * fmt.length:
        raise UsageError(f"{fmt.text} takes 0..{(1 << 8 * fmt.length) - 1}, not {value!r}")
    return value.to_bytes(fmt.length, "little")


def _decode_clock(fmt: Format, data: bytes, _signed: bool) -> Parsed:
    value, note = clock_decode(fmt.text, data[::-1].hex())
    return Parsed(value=value, note=note, quality=Quality.INVALID if value is None else Quality.GOOD)


def _encode_clock(fmt: Format, value: RawValue, _signed: bool) -> bytes:
    return bytes.fromhex(clock_encode(fmt.text, value))[::-1]


def _decode_hex(_fmt: Format, data: bytes, _signed: bool) -> Parsed:
    return Parsed(value=data[::-1].hex().upper())


def _encode_hex(fmt: Format, value: RawValue, _signed: bool) -> bytes:
    text = str(value)
    if len(text) != 2 * fmt.length or not all(c in "0123456789abcdefABCDEF" for c in text):
        raise UsageError(f"{fmt.text} takes {2 * fmt.length} hex digits, not {value!r}")
    return bytes.fromhex(text)[::-1]


def _decode_text(_fmt: Format, data: bytes, _signed: bool) -> Parsed:
    text = data[::-1].lstrip(b"\0").rstrip(b"\0")
    if not text or text.count(0xFF) == len(text):
        return Parsed(quality=Quality.INVALID, note="no text")
    if not all(0x20 <= octet < 0x7F for octet in text):
        return Parsed(quality=Quality.INVALID, note=f"not ASCII: {text.hex().upper()}")
    return Parsed(value=text.decode("ascii"))


def _encode_text(fmt: Format, value: RawValue, _signed: bool) -> bytes:
    text = str(value)
    if not (text and len(text) <= fmt.length and text.isascii() and text.isprintable()):
        raise UsageError(f"{fmt.text} takes 1..{fmt.length} ASCII characters, not {value!r}")
    return text.encode("ascii")[::-1].ljust(fmt.length, b"\0")


_DECODERS: Final[dict[str, Callable[[Format, bytes, bool], Parsed]]] = {
    "bcd": _decode_bcd,
    "digits": _decode_digits,
    "bits": _decode_bits,
    "clock": _decode_clock,
    "hex": _decode_hex,
    "text": _decode_text,
}
_ENCODERS: Final[dict[str, Callable[[Format, RawValue, bool], bytes]]] = {
    "bcd": _encode_bcd,
    "digits": _encode_digits,
    "bits": _encode_bits,
    "clock": _encode_clock,
    "hex": _encode_hex,
    "text": _encode_text,
}


_SIZED: Final = {"N": ("digits", 2), "bits": ("bits", 8), "H": ("hex", 1), "A": ("text", 1)}
"""Letters before a size: the kind, and how many of them fill an octet."""


@lru_cache(maxsize=256)
def parse_formats(text: str) -> tuple[Format, ...]:
    """The formats in a catalogue cell; UsageError when one is not understood."""
    return tuple(_parse(word) for word in text.split())


def _parse(word: str) -> Format:
    if re.fullmatch(r"X+(\.X+)?", word) and word.count("X") % 2 == 0:
        decimals = len(word.partition(".")[2])
        return Format(text=word, kind="bcd", length=word.count("X") // 2, exponent=-decimals)
    if len(word) % 2 == 0 and clock_fields(word):
        return Format(text=word, kind="clock", length=len(word) // 2)
    if match := re.fullmatch(r"(N|bits|H|A)([1-9][0-9]*)", word):
        kind, unit = _SIZED[match[1]]
        return Format(text=word, kind=kind, length=int(match[2]) // unit)
    raise UsageError(f"the catalogue format {word!r} is not understood")
