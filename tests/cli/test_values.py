"""What a person types, by the type of what it is written to; and how values are shown."""

import contextlib
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.cli.values import from_text, number, to_text, type_name
from meterwire.client.values import Structure, encode_value
from meterwire.errors import DataAccessError, UsageError
from meterwire.protocols.mms import BinaryTime, BitString, DataTag, TypeSpec
from meterwire.reading import Quality, Timestamp

BOOLEAN, UTC = TypeSpec(DataTag.BOOLEAN), TypeSpec(DataTag.UTC_TIME)
INT8, INT64, INT32U = TypeSpec(DataTag.INTEGER, 8), TypeSpec(DataTag.INTEGER, 64), TypeSpec(DataTag.UNSIGNED, 32)
FLOAT32, FLOAT64 = TypeSpec(DataTag.FLOAT, 32), TypeSpec(DataTag.FLOAT, 64)
VISIBLE, UNICODE = TypeSpec(DataTag.VISIBLE_STRING, -64), TypeSpec(DataTag.MMS_STRING, -255)
OCTETS, ENTRY_TIME = TypeSpec(DataTag.OCTET_STRING, -64), TypeSpec(DataTag.BINARY_TIME, 1)
DBPOS, TRG_OPS, QUALITY = (TypeSpec(DataTag.BIT_STRING, size) for size in (2, -6, -13))
PAIR = TypeSpec(DataTag.STRUCTURE, components=(("SIUnit", INT8), ("name", VISIBLE)))
THREE = TypeSpec(DataTag.ARRAY, 3, element=INT64)

MEANS: list[tuple[str, TypeSpec, Any]] = [
    ("true", BOOLEAN, True),
    ("False", BOOLEAN, False),
    ("12", INT8, 12),
    ("-128", INT8, -128),
    ("0x1F", INT32U, 31),
    ("007", INT32U, 7),
    ("9223372036854775807", INT64, 2**63 - 1),
    ("9007199254740993", INT64, 2**53 + 1),  # the first integer a double loses
    ("5", FLOAT32, 5.0),
    ("2.5", FLOAT32, 2.5),
    ("-1e3", FLOAT64, -1000.0),
    ("inf", FLOAT32, float("inf")),
    ("12345", VISIBLE, "12345"),
    ("true", VISIBLE, "true"),
    ('"quoted"', VISIBLE, '"quoted"'),
    ("", VISIBLE, ""),
    ("电能表", UNICODE, "电能表"),
    ("0A ff", OCTETS, b"\x0a\xff"),
    ("01:0c:cd:01:00:01", OCTETS, bytes.fromhex("010ccd010001")),
    ("0x0aff", OCTETS, b"\x0a\xff"),
    ("", OCTETS, b""),
    ("0b10", DBPOS, 2),
    ("10", DBPOS, 2),  # as many digits as bits: bits
    ("01", DBPOS, 1),
    ("2", DBPOS, 2),
    ("on", DBPOS, 2),
    ("off", DBPOS, 1),
    ("intermediate", DBPOS, 0),
    ("011011", TRG_OPS, 0b011011),
    ("24", TRG_OPS, 24),
    ("0x18", TRG_OPS, 24),
    ("0b0100000000000", QUALITY, 0x800),
    ("2026-05-06T12:30:00+08:00", UTC, Timestamp(1778041800, 0, 0x0A)),
    ("2026-05-06T04:30:00.500Z", UTC, Timestamp(1778041800, 1 << 23, 0x0A)),
    ("2026-05-06T04:30:00Z", ENTRY_TIME, BinaryTime.from_ns(1778041800 * 10**9)),
    ('{"SIUnit": 72, "name": "72"}', PAIR, {"SIUnit": 72, "name": "72"}),
    ('{"name": "x", "SIUnit": "0x48"}', PAIR, {"SIUnit": 72, "name": "x"}),
    ("[1, 9007199254740993, -3]", THREE, [1, 2**53 + 1, -3]),
]


@pytest.mark.parametrize(("text", "spec", "value"), MEANS, ids=[f"{m[0][:20]!r} {type_name(m[1])}" for m in MEANS])
def test_text_means_what_the_type_says(text: str, spec: TypeSpec, value: Any) -> None:
    found = from_text(text, spec)
    assert (type(found), found) == (type(value), value)
    assert encode_value(found, spec)


REFUSED: list[tuple[str, TypeSpec, str]] = [
    ("1", BOOLEAN, "true or false"),
    ("yes", BOOLEAN, "true or false"),
    ("2.5", INT8, "digits"),
    ("", INT8, "digits"),
    ("1e3", INT64, "digits"),
    ("abc", FLOAT32, "12.5"),
    ("abc", OCTETS, "hex digits"),
    ("123", OCTETS, "hex digits"),
    ("4", DBPOS, "all its bits"),
    ("-1", DBPOS, "all its bits"),
    ("open", DBPOS, "all its bits"),
    ("on", TRG_OPS, "all its bits"),
    ("64", TRG_OPS, "all its bits"),
    ("2026-05-06T12:30:00", UTC, "zone"),
    ("yesterday", UTC, "zone"),
    ("2026-05-06", ENTRY_TIME, "zone"),
    ("5", PAIR, "JSON with the members SIUnit, name"),
    ("{", PAIR, "JSON with the members SIUnit, name"),
    ('{"SIUnit": 1}', PAIR, "JSON with the members SIUnit, name"),
    ('{"SIUnit": 1.5, "name": "x"}', PAIR, "digits"),
    ('{"SIUnit": null, "name": "x"}', PAIR, "digits"),
    ("[" * 100_000, PAIR, "JSON"),
    ("[1, 2]", THREE, "JSON list of 3"),
]


@pytest.mark.parametrize(("text", "spec", "hint"), REFUSED, ids=[f"{r[0][:20]!r} {type_name(r[1])}" for r in REFUSED])
def test_what_does_not_fit_says_what_would(text: str, spec: TypeSpec, hint: str) -> None:
    with pytest.raises(UsageError, match=r"is no .*; write ") as caught:
        from_text(text, spec)
    assert hint in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text(max_size=30), st.sampled_from([spec for _, spec, _ in MEANS]))
def test_any_text_is_a_value_or_a_usage_error(text: str, spec: TypeSpec) -> None:
    with contextlib.suppress(UsageError):
        encode_value(from_text(text, spec), spec)


@given(st.floats(width=32, allow_nan=False))
def test_a_float_is_shown_so_that_it_can_be_typed(value: float) -> None:
    back = from_text(number(value), FLOAT32)
    assert struct.pack(">f", back) == struct.pack(">f", value)


@given(st.floats(allow_nan=False))
def test_a_double_loses_nothing_a_single_has(value: float) -> None:
    back = float(number(value))
    assert back == value or struct.pack(">f", back) == struct.pack(">f", value)


SHOWN: list[tuple[Any, str]] = [
    (True, "true"),
    (5, "5"),
    (2**63 - 1, "9223372036854775807"),
    (230.10000610351562, "230.1"),
    (3.141592653589793, "3.141592653589793"),
    (float("nan"), "nan"),
    (1e300, "1e+300"),
    ("电", "电"),
    (b"\x0a\xff", "0aff"),
    (BitString(0b011, 3), "011"),
    (Quality.INVALID | Quality.OLD_DATA, "invalid+oldData"),
    (BinaryTime(bytes(6)), "1984-01-01T00:00:00Z"),
    ([1.5, True], "[1.5, true]"),
    (Structure({"mag": Structure({"f": 3406.39990234375}), "b": b"\x01"}), "{mag={f=3406.4}, b=01}"),
    (DataAccessError(3), "<object-access-denied>"),
]


@pytest.mark.parametrize(("value", "text"), SHOWN, ids=[s[1] for s in SHOWN])
def test_shown(value: Any, text: str) -> None:
    assert to_text(value) == text
