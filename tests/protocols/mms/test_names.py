"""Object names and alternate access: what peers send, ours, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, TruncatedError, UsageError
from meterwire.protocols import ber
from meterwire.protocols.mms import ObjectName, Selector
from meterwire.protocols.mms.names import (
    MAX_ALTERNATE_DEPTH,
    MAX_IDENTIFIER,
    MAX_SELECTORS,
    decode_alternate_access,
    decode_object_name,
    encode_alternate_access,
    encode_object_name,
)

# -- vectors: name, element -------------------------------------------------------------------------------------------

NAMES = [
    (ObjectName("RPT"), "8003525054"),
    (ObjectName("mu"), "80026d75"),  # ITI capture
    (
        ObjectName("LLN0$BR$rcb_B02", "AA1E1Q01FP2LD0"),  # ABB capture
        "a1211a0e41413145315130314650324c44301a0f4c4c4e30244252247263625f423032",
    ),
    (ObjectName("ds", is_association_specific=True), "82026473"),
    (ObjectName("$", "D"), "a1061a01441a0124"),  # A44: strange, but legal
]


@pytest.mark.parametrize(("name", "element"), NAMES)
def test_names(name: ObjectName, element: str) -> None:
    octets = bytes.fromhex(element)
    assert encode_object_name(name) == octets
    assert decode_object_name(octets, 0, len(octets)) == (name, len(octets))
    assert decode_object_name(octets + b"\xff", 0, len(octets) + 1) == (name, len(octets))
    for size in range(len(octets)):
        with pytest.raises(TruncatedError):
            decode_object_name(octets, 0, size)


def test_how_names_read() -> None:
    assert str(ObjectName("LLN0$ST$Mod", "LD")) == "LD/LLN0$ST$Mod"
    assert str(ObjectName("RPT")) == "RPT"
    assert str(ObjectName("ds", is_association_specific=True)) == "@ds"


BAD_NAMES = [
    ("8000", LimitError, "identifier of 0"),  # A44
    ("8041" + "41" * 65, LimitError, "identifier of 65"),
    ("8200", LimitError, "identifier of 0"),
    ("a1051a001a0141", LimitError, "identifier of 0"),
    ("a1051a01411a00", LimitError, "identifier of 0"),
    ("a1461a01411a41" + "41" * 65, LimitError, "identifier of 65"),
    ("800180", DecodeError, "not ASCII"),
    ("a1061a01c31a0141", DecodeError, "not ASCII"),
    ("a100", TruncatedError, "nothing is left"),
    ("a1031a0141", TruncatedError, "nothing is left"),
    ("a106190141190141", DecodeError, "malformed object name"),
    ("a1091a01411a01411a0141", DecodeError, "malformed object name"),
    ("83026473", DecodeError, "malformed object name"),
    ("3000", DecodeError, "malformed object name"),
    ("1a8b" + "41" * 11, LimitError, "length of 11"),  # S8
]


@pytest.mark.parametrize(("element", "kind", "reason"), BAD_NAMES)
def test_bad_names(element: str, kind: type[DecodeError], reason: str) -> None:
    octets = bytes.fromhex(element)
    with pytest.raises(kind, match=reason):
        decode_object_name(octets, 0, len(octets))


@pytest.mark.parametrize("size", [1, MAX_IDENTIFIER])
def test_identifier_limits(size: int) -> None:
    name = ObjectName("i" * size, "d" * size)
    octets = encode_object_name(name)
    assert decode_object_name(octets, 0, len(octets))[0] == name


TOO_MUCH = [
    ObjectName("i" * 65),
    ObjectName("i", "d" * 65),
    ObjectName("i" * 65, is_association_specific=True),
    ObjectName(""),
    ObjectName("i", ""),
    ObjectName("Zähler", "d"),
    ObjectName("i", "电表"),
]


@pytest.mark.parametrize("name", TOO_MUCH)
def test_names_that_cannot_be_sent(name: ObjectName) -> None:
    with pytest.raises(UsageError):
        encode_object_name(name)


# -- alternate access: selections, content of a5 ----------------------------------------------------------------------

MAG = Selector(component="mag")
ACCESSES = [
    ((Selector(index=2),), "820102"),  # seen on the wire
    ((Selector(index=2, nested=(MAG,)),), "a00a81010230058103" + b"mag".hex()),  # seen on the wire
    ((MAG,), "8103" + b"mag".hex()),
    ((Selector(component="mag$f"),), "8105" + b"mag$f".hex()),
    ((Selector(component="mag", nested=(Selector(component="f"),)),), "a00a8003" + b"mag".hex() + "3003810166"),
    ((Selector(),), "8400"),
    ((Selector(nested=(MAG,)),), "a009" + "8300" + "30058103" + b"mag".hex()),
    ((Selector(index=1, count=3),), "a306800101810103"),
    ((Selector(index=1, count=3, nested=(MAG,)),), "a00fa206800101810103" + "30058103" + b"mag".hex()),
    ((Selector(index=0), Selector(index=200)), "820100" + "820200c8"),
]


@pytest.mark.parametrize(("selectors", "content"), ACCESSES)
def test_alternate_access(selectors: tuple[Selector, ...], content: str) -> None:
    octets = bytes.fromhex(content)
    assert encode_alternate_access(selectors) == octets
    assert decode_alternate_access(octets, 0, len(octets)) == selectors
    assert decode_alternate_access(b"\xff" + octets + b"\xff", 1, len(octets) + 1) == selectors


READ_ONLY = [
    ("a1051a03" + b"mag".hex(), (MAG,)),  # iec61850bean: the component explicit
    ("a00e" + "a0051a03" + b"mag".hex() + "3005" + "8103" + b"mag".hex(), (Selector(component="mag", nested=(MAG,)),)),
    ("a506" + "80016e" + "820102", (Selector(index=2),)),  # named form: the name is for the answer
]


@pytest.mark.parametrize(("content", "selectors"), READ_ONLY)
def test_other_forms(content: str, selectors: tuple[Selector, ...]) -> None:
    octets = bytes.fromhex(content)
    assert decode_alternate_access(octets, 0, len(octets)) == selectors


BAD_ACCESSES = [
    ("8100", LimitError, "identifier of 0"),
    ("8141" + "41" * 65, LimitError, "identifier of 65"),
    ("8101ff", DecodeError, "not ASCII"),
    ("8200", DecodeError, "integer of 0"),
    ("a300", TruncatedError, "nothing is left"),
    ("a303800101", TruncatedError, "nothing is left"),
    ("a306810101800101", DecodeError, "selection A3"),
    ("850100", DecodeError, "selection 85"),
    ("a000", TruncatedError, "nothing is left"),
    ("a003810102", TruncatedError, "nothing is left"),
    ("a005810102" + "3000", DecodeError, "empty nested"),
    ("a008810102" + "3103820101", DecodeError, "malformed nested"),
    ("a00a810102" + "3003820101" + "0500", DecodeError, "malformed nested"),
    ("a506800101", TruncatedError, "6 octets in 3"),
]


@pytest.mark.parametrize(("content", "kind", "reason"), BAD_ACCESSES)
def test_bad_alternate_access(content: str, kind: type[DecodeError], reason: str) -> None:
    octets = bytes.fromhex(content)
    with pytest.raises(kind, match=reason):
        decode_alternate_access(octets, 0, len(octets))


def deep(levels: int) -> bytes:
    inner = b"\x82\x01\x00"
    for _ in range(levels - 1):
        inner = ber.tlv(0xA0, b"\x81\x01\x00" + ber.tlv(0x30, inner))
    return inner


def deep_named(levels: int) -> bytes:
    inner = b"\x82\x01\x00"
    for _ in range(levels):
        inner = ber.tlv(0xA5, b"\x80\x01n" + inner)
    return inner


@pytest.mark.parametrize("made", [deep, deep_named])
def test_depth_limit(made: object) -> None:
    assert callable(made)
    good = made(MAX_ALTERNATE_DEPTH - (made is deep_named))
    assert decode_alternate_access(good, 0, len(good))
    for levels in (MAX_ALTERNATE_DEPTH + 1, 5_000):
        bad = made(levels)
        with pytest.raises(LimitError, match="deeper than 10"):
            decode_alternate_access(bad, 0, len(bad))


def test_selector_limit() -> None:
    one = b"\x82\x01\x00"
    assert len(decode_alternate_access(one * MAX_SELECTORS, 0, 3 * MAX_SELECTORS)) == MAX_SELECTORS
    with pytest.raises(LimitError, match="more than 256"):
        decode_alternate_access(one * (MAX_SELECTORS + 1), 0, 3 * (MAX_SELECTORS + 1))


@pytest.mark.parametrize("count", [0, 2, MAX_SELECTORS])
def test_a_named_form_is_one_selection(count: int) -> None:
    many = ber.tlv(0xA5, b"\x80\x01n" + b"\x82\x01\x00" * count)
    with pytest.raises(DecodeError, match=f"of {count} selections"):
        decode_alternate_access(many, 0, len(many))


# -- properties -------------------------------------------------------------------------------------------------------

IDENTIFIERS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)
NUMBERS = st.integers(0, 1 << 32)
BARE = st.one_of(
    st.builds(Selector, component=IDENTIFIERS),
    st.builds(Selector, index=NUMBERS),
    st.builds(Selector, index=NUMBERS, count=NUMBERS),
    st.just(Selector()),
)
SELECTORS = st.recursive(
    BARE,
    lambda inner: st.builds(
        lambda outer, nested: Selector(outer.component, outer.index, outer.count, tuple(nested)),
        BARE,
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(IDENTIFIERS, st.none() | IDENTIFIERS, st.booleans())
def test_names_round_trip(item: str, domain: str | None, associated: bool) -> None:
    name = ObjectName(item, None if associated else domain, associated)
    octets = encode_object_name(name)
    assert decode_object_name(octets, 0, len(octets)) == (name, len(octets))


@given(st.lists(SELECTORS, min_size=1, max_size=4).map(tuple))
def test_alternate_access_round_trips(selectors: tuple[Selector, ...]) -> None:
    octets = encode_alternate_access(selectors)
    assert decode_alternate_access(octets, 0, len(octets)) == selectors


@given(st.binary(max_size=60))
def test_any_octets_give_our_error_or_a_name(octets: bytes) -> None:
    for decode in (decode_object_name, decode_alternate_access):
        try:
            decode(octets, 0, len(octets))
        except DecodeError:
            continue
