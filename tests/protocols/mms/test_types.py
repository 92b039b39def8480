"""Type specifications, as GetVariableAccessAttributes tells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, TruncatedError
from meterwire.protocols import ber
from meterwire.protocols.mms import DataTag, TypeSpec, decode_type, encode_type
from meterwire.protocols.mms.data import MAX_DEPTH
from meterwire.protocols.mms.types import MAX_COMPONENTS

INT32 = TypeSpec(DataTag.INTEGER, 32)
FLOAT32 = TypeSpec(DataTag.FLOAT, 32)
QUALITY = TypeSpec(DataTag.BIT_STRING, -13)
UTC = TypeSpec(DataTag.UTC_TIME)
MV = TypeSpec(
    DataTag.STRUCTURE,
    components=(("mag", TypeSpec(DataTag.STRUCTURE, components=(("f", FLOAT32),))), ("q", QUALITY), ("t", UTC)),
)

# -- vectors: type, element; the forms are those libIEC61850 sends ----------------------------------------------------

VECTORS = [
    (TypeSpec(DataTag.BOOLEAN), "8300"),
    (QUALITY, "8401f3"),
    (TypeSpec(DataTag.BIT_STRING, 2), "840102"),
    (TypeSpec(DataTag.INTEGER, 8), "850108"),
    (TypeSpec(DataTag.INTEGER, 64), "850140"),
    (TypeSpec(DataTag.INTEGER, 128), "85020080"),
    (TypeSpec(DataTag.UNSIGNED, 32), "860120"),
    (FLOAT32, "a706020120020108"),
    (TypeSpec(DataTag.FLOAT, 64), "a70602014002010b"),
    (TypeSpec(DataTag.OCTET_STRING, -64), "8901c0"),
    (TypeSpec(DataTag.OCTET_STRING, 8), "890108"),
    (TypeSpec(DataTag.VISIBLE_STRING, -129), "8a02ff7f"),
    (TypeSpec(DataTag.VISIBLE_STRING, -255), "8a02ff01"),
    (TypeSpec(DataTag.MMS_STRING, -255), "9002ff01"),
    (TypeSpec(DataTag.BINARY_TIME, 1), "8c01ff"),
    (TypeSpec(DataTag.BINARY_TIME, 0), "8c0100"),
    (UTC, "9100"),
    (TypeSpec(DataTag.STRUCTURE), "a202a100"),
    (TypeSpec(DataTag.STRUCTURE, components=(("q", QUALITY),)), "a20c a10a 3008 800171 a1038401f3"),
    (TypeSpec(DataTag.ARRAY, 3, element=INT32), "a108 810103 a203850120"),
    (TypeSpec(DataTag.ARRAY, 0, element=MV), None),
    (MV, None),
]


@pytest.mark.parametrize(("spec", "element"), VECTORS)
def test_vectors(spec: TypeSpec, element: str | None) -> None:
    octets = encode_type(spec) if element is None else bytes.fromhex(element)
    assert encode_type(spec) == octets
    assert decode_type(octets, 0, len(octets)) == (spec, len(octets))
    assert decode_type(b"\xff" + octets + b"\xff", 1, len(octets) + 2) == (spec, len(octets) + 1)
    for size in range(len(octets)):
        with pytest.raises(TruncatedError):
            decode_type(octets, 0, size)


ONE_WAY = [
    ("8706020120020108", FLOAT32),  # primitive, as some write it
    ("8c00", TypeSpec(DataTag.BINARY_TIME, 0)),
    ("a20f 800100 a10a 3008 800171 a1038401f3", TypeSpec(DataTag.STRUCTURE, components=(("q", QUALITY),))),  # packed
    ("a209 a107 3005 a103850120", TypeSpec(DataTag.STRUCTURE, components=(("", INT32),))),
]


@pytest.mark.parametrize(("element", "spec"), ONE_WAY)
def test_what_is_read_but_not_written(element: str, spec: TypeSpec) -> None:
    octets = bytes.fromhex(element)
    assert decode_type(octets, 0, len(octets)) == (spec, len(octets))


BAD = [
    ("", TruncatedError, "nothing is left"),
    ("8b00", DecodeError, "8B is not one of 8-1"),
    ("8d0108", DecodeError, "8D is not one of 8-1"),
    ("8000", DecodeError, "80 is not one"),
    ("8500", DecodeError, "integer of 0"),
    ("8a00", DecodeError, "integer of 0"),
    ("a700", TruncatedError, "nothing is left"),
    ("a703800120", DecodeError, "floating-point"),
    ("a7020200", DecodeError, "integer of 0"),
    ("a100", DecodeError, "without count or element"),
    ("a103810103", DecodeError, "without count or element"),
    ("a105a203850120", DecodeError, "without count or element"),
    ("a1028101", TruncatedError, "1 octets in 0"),
    ("a205a1033001ff", TruncatedError, "tag ends early"),
    ("a207a1053003800171", DecodeError, "component without type"),
    ("a206a1043002a100", TruncatedError, "nothing is left"),
    ("a280a100" + "0000", DecodeError, "indefinite"),
]


@pytest.mark.parametrize(("element", "kind", "reason"), BAD)
def test_bad_types(element: str, kind: type[DecodeError], reason: str) -> None:
    octets = bytes.fromhex(element)
    with pytest.raises(kind, match=reason):
        decode_type(octets, 0, len(octets))


def nested_structure(depth: int) -> bytes:
    inner = encode_type(INT32)
    for _ in range(depth):
        inner = ber.tlv(0xA2, ber.tlv(0xA1, ber.tlv(0x30, b"\x80\x01a" + ber.tlv(0xA1, inner))))
    return inner


def nested_array(depth: int) -> bytes:
    inner = encode_type(INT32)
    for _ in range(depth):
        inner = ber.tlv(0xA1, b"\x81\x01\x01" + ber.tlv(0xA2, inner))
    return inner


@pytest.mark.parametrize("made", [nested_structure, nested_array])
def test_depth_limit(made: object) -> None:
    """A37"""
    assert callable(made)
    good = made(MAX_DEPTH - 1)
    assert decode_type(good, 0, len(good))[1] == len(good)
    for depth in (MAX_DEPTH, 10_000):
        bad = made(depth)
        with pytest.raises(LimitError, match="nested deeper than 25"):
            decode_type(bad, 0, len(bad))


def test_component_limit() -> None:
    one = ber.tlv(0x30, b"\x80\x01a\xa1\x02\x83\x00")
    good = ber.tlv(0xA2, ber.tlv(0xA1, one * MAX_COMPONENTS))
    assert len(decode_type(good, 0, len(good))[0].components) == MAX_COMPONENTS
    bad = ber.tlv(0xA2, ber.tlv(0xA1, one * (MAX_COMPONENTS + 1)))
    with pytest.raises(LimitError, match="more than 10000"):
        decode_type(bad, 0, len(bad))


def test_names_and_components() -> None:
    assert MV.names == ("mag", "q", "t")
    assert MV.component("q") is QUALITY
    assert MV.component("x") is None
    assert UTC.names == ()


SIZES = st.integers(-300, 300)
LEAVES = st.one_of(
    st.sampled_from([TypeSpec(DataTag.BOOLEAN), UTC, FLOAT32, TypeSpec(DataTag.FLOAT, 64)]),
    st.builds(TypeSpec, st.sampled_from([0x84, 0x85, 0x86, 0x89, 0x8A, 0x90]), SIZES),
    st.builds(TypeSpec, st.just(DataTag.BINARY_TIME), st.integers(0, 1)),
)
NAMES = st.text(st.characters(min_codepoint=0x30, max_codepoint=0x7A), min_size=1, max_size=8)
SPECS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(lambda n, e: TypeSpec(DataTag.ARRAY, n, element=e), st.integers(0, 1 << 40), inner)
        | st.lists(st.tuples(NAMES, inner), max_size=4).map(lambda c: TypeSpec(DataTag.STRUCTURE, components=tuple(c)))
    ),
    max_leaves=12,
)


@given(SPECS)
def test_round_trips(spec: TypeSpec) -> None:
    octets = encode_type(spec)
    assert decode_type(octets, 0, len(octets)) == (spec, len(octets))


@given(st.binary(max_size=80))
def test_any_octets_are_a_type_or_our_error(octets: bytes) -> None:
    try:
        _, stop = decode_type(octets, 0, len(octets))
    except DecodeError:
        return
    assert 0 < stop <= len(octets)
