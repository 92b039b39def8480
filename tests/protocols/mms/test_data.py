"""MMS Data: every alternative of 8-1 both ways, real values, and what is none."""

import datetime as dt
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DataAccessError, DecodeError, LimitError, TruncatedError, UsageError
from meterwire.protocols import ber
from meterwire.protocols.mms import BinaryTime, BitString, DataTag, decode_data, encode_data
from meterwire.protocols.mms import data as mms
from meterwire.reading import Timestamp

# -- vectors: value, element ------------------------------------------------------------------------------------------

VECTORS: list[tuple[Any, str]] = [
    (True, "8301ff"),
    (False, "830100"),
    (0, "850100"),
    (-1, "8501ff"),
    (127, "85017f"),
    (128, "85020080"),
    (-(1 << 63), "85088000000000000000"),
    (0.0, "870508 00000000"),
    (-1.5, "870508 bfc00000"),
    (3.0, "870508 40400000"),
    (math.inf, "870508 7f800000"),
    (BitString(0, 13), "8403030000"),  # quality good, in the ABB capture
    (BitString(0b0100000100000, 13), "8403034100"),  # invalid, oldData
    (BitString(0b10, 2), "84020680"),  # Dbpos on
    (BitString(0, 0), "840100"),
    (BitString(0xFF, 8), "840200ff"),
    (BitString(1, 9), "8403070080"),
    (b"", "8900"),
    (b"\x00\xff", "890200ff"),
    ("", "8a00"),
    ("AA1C1Q01A1LD0/LLN0$rcb_I02", "8a1a" + b"AA1C1Q01A1LD0/LLN0$rcb_I02".hex()),  # RptID of the ABB relay
    (BinaryTime(bytes.fromhex("0037ff753d31")), "8c060037ff753d31"),
    (BinaryTime(bytes(4)), "8c0400000000"),
    (Timestamp(0x48808DC9, 0x8A7EFA, 0x0A), "910848808dc98a7efa0a"),  # ABB capture
    ((), "a200"),
    ([], "a100"),
    ((True, (1,)), "a208 8301ff a203850101"),
    ([1, 2], "a106 850101 850102"),
]


@pytest.mark.parametrize(("value", "element"), VECTORS, ids=[e for _, e in VECTORS])
def test_vectors(value: Any, element: str) -> None:
    octets = bytes.fromhex(element)
    assert encode_data(value) == octets
    # whole, in the middle of other octets, cut
    assert decode_data(octets, 0, len(octets)) == (value, len(octets))
    assert decode_data(b"\xff" + octets + b"\x00", 1, len(octets) + 2) == (value, len(octets) + 1)
    for size in range(len(octets)):
        with pytest.raises(TruncatedError):
            decode_data(octets, 0, size)


ONE_WAY: list[tuple[str, Any]] = [
    ("830101", True),  # what some IEDs want TRUE to be
    ("850200ff", 255),
    ("860200ff", 255),
    ("8601ff", 255),  # unsigned without its leading zero
    ("8609" + "0080000000000000ff", 0x80000000000000FF),
    ("87090b4008000000000000", 3.0),
    ("9004e4bda041", "你A"),
    ("8a02c3a9", "é"),
    ("8a01e9", "é"),  # a national code page
    ("840700" + "00" * 6, BitString(0, 48)),
    ("8404073c4080", BitString(0x3C4080 >> 7, 17)),
    ("8c06000000000000", BinaryTime(bytes(6))),
]


@pytest.mark.parametrize(("element", "value"), ONE_WAY)
def test_what_is_read_but_not_written(element: str, value: Any) -> None:
    octets = bytes.fromhex(element)
    assert decode_data(octets, 0, len(octets)) == (value, len(octets))


def test_a_value_of_a_real_relay() -> None:
    """First member of a report of the ABB relay: { { 0.291… }, dbpos-like enum 1, quality, time }."""
    octets = bytes.fromhex("a25da21da209a2078705083e5a95fc8501018403030000910848808dc98a7efa0a") + bytes.fromhex(
        "a21da209a2078705083dfe7e228501018403030000910848808dc4a353f80a"
        "a21da209a2078705083e5beed48501008403030000910848808dcea49ba60a"
    )
    value, stop = decode_data(octets, 0, len(octets))
    assert stop == len(octets)
    assert len(value) == 3
    (((magnitude,),), status, quality, time) = value[0]
    assert magnitude == pytest.approx(0.21346, abs=1e-5)
    assert (status, quality) == (1, BitString(0, 13))
    assert str(time) == "2008-07-18T12:34:17.541Z"


# -- bad input: element, error, reason --------------------------------------------------------------------------------

BAD = [
    ("", TruncatedError, "nothing is left"),
    ("8300", DecodeError, "boolean of other than one octet"),
    ("83020000", DecodeError, "boolean of other than one octet"),
    ("8400", DecodeError, "without padding octet"),  # A40
    ("840101", DecodeError, "padding 1"),
    ("840107", DecodeError, "padding 7"),
    ("840208ff", DecodeError, "padding 8"),
    ("8402ffff", DecodeError, "padding 255"),
    ("8405030000", TruncatedError, "5 octets in 3"),  # S11
    ("8500", DecodeError, "integer of 0"),  # A38
    ("8600", DecodeError, "integer of 0"),
    ("8512" + "00" * 18, DecodeError, "integer of 18"),
    ("8700", DecodeError, "neither single nor double"),
    ("870408404000", DecodeError, "neither single nor double"),
    ("87050b40400000", DecodeError, "neither single nor double"),  # A41: exponent width of a double
    ("8709084008000000000000", DecodeError, "neither single nor double"),
    ("870508404000", TruncatedError, "5 octets in 4"),
    ("8905ffff", TruncatedError, "5 octets in 2"),  # S11
    ("8c00", DecodeError, "4 or 6"),
    ("8c050000000000", DecodeError, "4 or 6"),
    ("9107" + "00" * 7, DecodeError, "other than 8"),
    ("9109" + "00" * 9, DecodeError, "other than 8"),
    ("0101ff", DecodeError, "01 is no Data"),  # a universal boolean
    ("8001ff", DecodeError, "80 is no Data"),
    ("8d0112", DecodeError, "8D is no Data"),
    ("a30100", DecodeError, "A3 is no Data"),
    ("a280830100" + "0000", DecodeError, "indefinite"),  # A34
    ("a284ffffffff", TruncatedError, "4294967295"),  # A35
    ("a2850000000000", LimitError, "length of 5"),  # A36
    ("a203850200", TruncatedError, "2 octets in 1"),
    ("bf808001" + "00", LimitError, "tag of more than"),  # A42
    ("7f4a00", DecodeError, "7F4A is no Data"),  # S10
]


@pytest.mark.parametrize(("element", "kind", "reason"), BAD, ids=[b[0] for b in BAD])
def test_bad_data(element: str, kind: type[DecodeError], reason: str) -> None:
    octets = bytes.fromhex(element)
    with pytest.raises(kind, match=reason):
        decode_data(octets, 0, len(octets))


def nested(depth: int, tag: int = 0xA2) -> bytes:
    data = b"\x85\x01\x07"
    for _ in range(depth):
        data = ber.tlv(tag, data)
    return data


@pytest.mark.parametrize("tag", [0xA1, 0xA2])
def test_depth_limit(tag: int) -> None:
    """A37"""
    good = nested(mms.MAX_DEPTH, tag)
    value, _ = decode_data(good, 0, len(good))
    for _ in range(mms.MAX_DEPTH):
        (value,) = value
    assert value == 7
    for depth in (mms.MAX_DEPTH + 1, 10_000):
        bad = nested(depth, tag)
        with pytest.raises(LimitError, match="nested deeper than 25"):
            decode_data(bad, 0, len(bad))


# -- encoders for a known type ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "element"), [(0, "860100"), (127, "86017f"), (128, "86020080"), ((1 << 32) - 1, "860500ffffffff")])  # fmt: skip
def test_unsigned(value: int, element: str) -> None:
    assert mms.encode_unsigned(value).hex() == element


def test_the_other_encoders() -> None:
    assert mms.encode_float(3.0, double=True).hex() == "87090b4008000000000000"
    assert mms.encode_string(DataTag.MMS_STRING, "你").hex() == "9003e4bda0"
    assert mms.encode_bits(0b101, 3).hex() == "840205a0"


@pytest.mark.parametrize("value", [None, object(), {1}, 1j])
def test_what_has_no_mms_form(value: object) -> None:
    with pytest.raises(UsageError, match="no MMS form"):
        encode_data(value)


# -- bit strings and binary time --------------------------------------------------------------------------------------


def test_bit_strings() -> None:
    bits = BitString(0b0100000100000, 13)
    assert str(bits) == "0100000100000"
    assert [i for i in range(13) if bits[i]] == [1, 7]
    assert str(BitString(0, 0)) == ""
    for index in (-1, 13):
        with pytest.raises(IndexError):
            bits[index]


BINARY_TIMES = [
    (441_763_200_000_000_000, "000000000000", "1984-01-01T00:00:00+00:00"),
    (1_795_222_869_877_000_000, "0037ff753d31", "2026-11-21T01:01:09.877000+00:00"),
    (0, "000000000000", "1984-01-01T00:00:00+00:00"),
]


@pytest.mark.parametrize(("ns", "octets", "moment"), BINARY_TIMES)
def test_binary_times(ns: int, octets: str, moment: str) -> None:
    time = BinaryTime.from_ns(ns)
    assert time.data.hex() == octets
    assert time.datetime == dt.datetime.fromisoformat(moment)


def test_binary_time_extremes() -> None:
    assert BinaryTime(b"\xff" * 4).datetime is None
    assert BinaryTime(b"\xff" * 6).datetime is not None
    for size in (0, 5, 7):
        with pytest.raises(UsageError, match="4 or 6 octets"):
            BinaryTime(bytes(size))


# -- access results ---------------------------------------------------------------------------------------------------


def test_access_results() -> None:
    octets = bytes.fromhex("85010180010a8301ff800103a200")
    one, missing, two, denied, nothing = mms.decode_access_results(octets, 0, len(octets))
    assert (one, two, nothing) == (1, True, ())
    assert isinstance(missing, DataAccessError)
    assert (missing.code, str(missing)) == (10, "object-non-existent")
    assert isinstance(denied, DataAccessError)
    assert denied.code == 3


@pytest.mark.parametrize("octets", ["8000", "8012" + "00" * 18, "85", "0201ff", "8501"])
def test_bad_access_results(octets: str) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(DecodeError):
        mms.decode_access_results(data, 0, len(data))


def test_access_result_limit() -> None:
    for count, good in ((mms.MAX_RESULTS, True), (mms.MAX_RESULTS + 1, False)):
        octets = b"\x80\x01\x03" * count
        if good:
            assert len(mms.decode_access_results(octets, 0, len(octets))) == count
        else:
            with pytest.raises(LimitError, match="access results"):
                mms.decode_access_results(octets, 0, len(octets))


# -- properties -------------------------------------------------------------------------------------------------------

SINGLES = st.integers(0, (1 << 32) - 1).map(lambda n: struct.unpack(">f", n.to_bytes(4, "big"))[0])
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.integers(-(1 << 127), (1 << 127) - 1),
    SINGLES.filter(lambda x: not math.isnan(x)),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.integers(0, 40).flatmap(lambda n: st.builds(BitString, st.integers(0, (1 << n) - 1), st.just(n))),
    st.builds(Timestamp, st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 24) - 1), st.integers(0, 255)),
    st.sampled_from([4, 6]).flatmap(lambda n: st.builds(BinaryTime, st.binary(min_size=n, max_size=n))),
)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.lists(v, max_size=4).map(tuple), max_leaves=20)


@given(VALUES)
def test_round_trips(value: Any) -> None:
    octets = encode_data(value)
    assert decode_data(octets, 0, len(octets)) == (value, len(octets))


@given(st.binary(max_size=100))
def test_any_octets_are_data_or_our_error(octets: bytes) -> None:
    try:
        _, stop = decode_data(octets, 0, len(octets))
    except DecodeError:
        return
    assert 0 < stop <= len(octets)
