"""Basic types: what fits, what does not, and nothing is ever clipped."""

import datetime as dt
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import UnknownNameError, UsageError
from meterwire.models.enums import HealthKind
from meterwire.models.types import BASIC_TYPES, basic_type, check_value
from meterwire.reading import Quality, Timestamp

INTEGERS = {f"INT{n}": (-(1 << n - 1), (1 << n - 1) - 1) for n in (8, 16, 24, 32, 64, 128)}
INTEGERS |= {f"INT{n}U": (0, (1 << n) - 1) for n in (8, 16, 24, 32)}
INTEGERS |= {"Enum": (-128, 127), "Dbpos": (0, 3), "Tcmd": (0, 3), "Check": (0, 3), "Quality": (0, (1 << 13) - 1)}
INTEGERS |= {"TrgOps": (0, (1 << 6) - 1), "OptFlds": (0, (1 << 10) - 1), "SvOptFlds": (0, (1 << 5) - 1)}

LENGTHS = {"VisString32": "x", "VisString64": "x", "VisString65": "x", "VisString129": "x", "VisString255": "x"}
LENGTHS |= {"ObjRef": "x", "Currency": "x", "Unicode255": "表"}
OCTETS = {"Octet6": 6, "Octet16": 16, "Octet64": 64, "EntryID": 8}

BAD: list[tuple[str, Any, str]] = [
    ("BOOLEAN", 1, "a number is no truth value"),
    ("INT32", True, "nor the other way round"),
    ("INT32", 1.0, "a float is no integer"),
    ("INT32", "1", "nor is text"),
    ("INT32U", -1, "unsigned"),
    ("FLOAT32", 3.5e38, "beyond single precision"),
    ("FLOAT32", True, "a truth value is no number"),
    ("FLOAT32", "1.0", "text"),
    ("Dbpos", 4, "two bits"),
    ("Dbpos", True, "a truth value is no position"),
    ("VisString64", "表", "visible strings are ASCII"),
    ("VisString64", "a\nb", "and printable"),
    ("VisString64", b"abc", "octets are no text"),
    ("Octet64", "abc", "text is no octets"),
    ("Timestamp", 0, "a number has no time quality"),
    ("Timestamp", dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "a datetime has none either"),
    ("EntryTime", bytes(5), "4 or 6 octets"),
    *(
        (name, None, "no value")
        for name in ("BOOLEAN", "INT8", "FLOAT32", "Quality", "Octet64", "Unicode255", "Timestamp")
    ),
]


@pytest.mark.parametrize(("name", "limits"), INTEGERS.items())
def test_limits_of_integers_and_bit_strings(name: str, limits: tuple[int, int]) -> None:
    kind = basic_type(name)
    for value in limits:
        assert check_value(kind, value) == value
    for value in (limits[0] - 1, limits[1] + 1):
        with pytest.raises(UsageError, match=name):
            check_value(kind, value)


@pytest.mark.parametrize(("name", "letter"), LENGTHS.items())
def test_lengths_of_strings(name: str, letter: str) -> None:
    kind = basic_type(name)
    for length in (0, 1, kind.size):
        assert check_value(kind, letter * length) == letter * length
    with pytest.raises(UsageError):
        check_value(kind, letter * (kind.size + 1))


@pytest.mark.parametrize(("name", "size"), OCTETS.items())
def test_lengths_of_octet_strings(name: str, size: int) -> None:
    assert check_value(basic_type(name), bytes(size)) == bytes(size)
    with pytest.raises(UsageError):
        check_value(basic_type(name), bytes(size + 1))


@pytest.mark.parametrize(("name", "value"), [row[:2] for row in BAD], ids=[f"{row[0]}: {row[2]}" for row in BAD])
def test_does_not_fit(name: str, value: Any) -> None:
    with pytest.raises(UsageError):
        check_value(basic_type(name), value)


@pytest.mark.parametrize("name", BASIC_TYPES)
def test_defaults_fit_their_own_type(name: str) -> None:
    kind = BASIC_TYPES[name]
    assert kind.name == name
    assert check_value(kind, kind.default) == kind.default


def test_quality_comes_back_as_quality() -> None:
    value = check_value(basic_type("Quality"), 0x0820)
    assert isinstance(value, Quality)
    assert value == Quality.INVALID | Quality.OLD_DATA


def test_a_subclass_of_int_is_kept_as_plain_int() -> None:
    assert type(check_value(basic_type("Enum"), HealthKind.Alarm)) is int
    assert type(check_value(basic_type("INT32"), Quality(5))) is int


@given(st.floats(width=64, allow_nan=False))
def test_float32_is_kept_as_the_wire_carries_it(value: float) -> None:
    try:
        kept = check_value(basic_type("FLOAT32"), value)
    except UsageError:
        assert abs(value) > 3.4028234e38
        assert math.isfinite(value)
    else:
        assert struct.unpack(">f", struct.pack(">f", value))[0] == kept


@given(st.floats(allow_nan=False))
def test_float64_is_kept_as_it_is(value: float) -> None:
    assert check_value(basic_type("FLOAT64"), value) == value


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(check_value(basic_type("FLOAT32"), math.nan))


def test_timestamp() -> None:
    moment = Timestamp(1, 2, 3)
    assert check_value(basic_type("Timestamp"), moment) is moment


def test_unknown_type() -> None:
    with pytest.raises(UnknownNameError, match="INT7"):
        basic_type("INT7")
