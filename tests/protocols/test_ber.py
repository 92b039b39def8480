"""BER primitives: vectors of X.690 and of real frames, limits, round trips, and pyasn1's opinion."""

import itertools
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, TruncatedError
from meterwire.protocols import ber

INTEGERS = [
    (0, "00"),
    (1, "01"),
    (127, "7f"),
    (128, "0080"),
    (255, "00ff"),
    (256, "0100"),
    (-1, "ff"),
    (-128, "80"),
    (-129, "ff7f"),
    (32767, "7fff"),
    (32768, "008000"),
    (-32768, "8000"),
    (65000, "00fde8"),  # the PDU size libIEC61850 proposes
    (303731, "04a273"),  # an invoke id of the ABB capture
    ((1 << 31) - 1, "7fffffff"),
    (-(1 << 31), "80000000"),
    ((1 << 63) - 1, "7fffffffffffffff"),
    ((1 << 127) - 1, "7f" + "ff" * 15),
    (-(1 << 127), "80" + "00" * 15),
    ((1 << 128) - 1, "00" + "ff" * 16),
]


@pytest.mark.parametrize(("value", "content"), INTEGERS)
def test_integers(value: int, content: str) -> None:
    octets = bytes.fromhex(content)
    assert ber.encode_integer(value) == octets
    assert ber.decode_integer(octets, 0, len(octets)) == value
    if value >= 0:
        assert ber.encode_unsigned(value) == octets
        assert ber.decode_unsigned(octets, 0, len(octets)) == value


LAX_INTEGERS = [("0001", 1, 1), ("ffff", -1, 0xFFFF), ("80", -128, 128), ("ffffffff", -1, 0xFFFFFFFF)]


@pytest.mark.parametrize(("content", "signed", "unsigned"), LAX_INTEGERS)
def test_integers_of_lax_peers(content: str, signed: int, unsigned: int) -> None:
    """A39: not minimal, or without the zero that keeps a large unsigned one positive."""
    octets = bytes.fromhex(content)
    assert ber.decode_integer(octets, 0, len(octets)) == signed
    assert ber.decode_unsigned(octets, 0, len(octets)) == unsigned


@pytest.mark.parametrize("decode", [ber.decode_integer, ber.decode_unsigned])
def test_integer_limits(decode: object) -> None:
    assert callable(decode)
    limit = ber.MAX_INTEGER_OCTETS
    assert decode(bytes(limit), 0, limit) == 0
    for size in (0, limit + 1):  # A38: no octets at all
        with pytest.raises(DecodeError, match=f"integer of {size} octets"):
            decode(bytes(size), 0, size)


# -- lengths ----------------------------------------------------------------------------------------------------------

LENGTHS = [
    (0, "00"),
    (1, "01"),
    (127, "7f"),
    (128, "8180"),
    (255, "81ff"),
    (256, "820100"),
    (65535, "82ffff"),
    (65536, "83010000"),
    ((1 << 24) - 1, "83ffffff"),
    (1 << 24, "8401000000"),
]


@pytest.mark.parametrize(("size", "octets"), LENGTHS)
def test_lengths(size: int, octets: str) -> None:
    assert ber.encode_length(size).hex() == octets


@pytest.mark.parametrize("length", ["03", "8103", "820003", "83000003", "8400000003"])
def test_length_forms_that_need_not_be_shortest(length: str) -> None:
    data = bytes.fromhex("30" + length + "020101")
    assert ber.read_header(data, 0, len(data)) == (0x30, len(data) - 3, len(data))


# -- elements ---------------------------------------------------------------------------------------------------------

ELEMENTS = [
    (0x8B, "", "8b00"),  # conclude request
    (0x02, "04a273", "020304a273"),
    (0xA3, "00", "a30100"),
    (0x30, "00" * 127, "307f" + "00" * 127),
    (0x30, "00" * 128, "308180" + "00" * 128),
    (0xBF48, "a000", "bf4802a000"),  # fileOpen
    (0x9F4A, "05", "9f4a0105"),  # fileClose
    (0x7F4A, "05", "7f4a0105"),  # the same number in another class is another tag
    (0xBF8148, "", "bf814800"),
]


@pytest.mark.parametrize(("tag", "content", "element"), ELEMENTS)
def test_elements(tag: int, content: str, element: str) -> None:
    octets, inside = bytes.fromhex(element), bytes.fromhex(content)
    assert ber.tlv(tag, inside) == octets
    # whole
    assert ber.read_header(octets, 0, len(octets)) == (tag, len(octets) - len(inside), len(octets))
    # octet by octet: a beginning is never taken for the whole
    for size in range(len(octets)):
        with pytest.raises(TruncatedError):
            ber.read_header(octets, 0, size)
    # in the middle of other octets
    found, first, stop = ber.read_header(b"\xff\xff" + octets + b"\x00\x00", 2, len(octets) + 4)
    assert (found, first, stop) == (tag, 2 + len(octets) - len(inside), 2 + len(octets))


# -- bad input: octets, error, reason ---------------------------------------------------------------------------------

BAD = [
    ("", TruncatedError, "nothing is left"),
    ("30", TruncatedError, "length is missing"),
    ("3001", TruncatedError, "1 octets in 0"),
    ("30820100ff", TruncatedError, "256 octets in 1"),
    ("3081", TruncatedError, "length ends early"),
    ("308401ffff", TruncatedError, "length ends early"),
    ("3080020100" + "0000", DecodeError, "indefinite"),  # A34
    ("3084ffffffff0000", TruncatedError, "4294967295 octets in 2"),  # A35
    ("30850000000001" + "00", LimitError, "length of 5 octets"),  # A36
    ("30ff" + "00" * 127, LimitError, "length of 127 octets"),
    ("1f", TruncatedError, "tag ends early"),
    ("1f80", TruncatedError, "tag ends early"),
    ("1f808001" + "00", LimitError, "tag of more than 3"),  # A42
    ("bf8181810100", LimitError, "tag of more than 3"),
    ("1a8b" + "00" * 11, LimitError, "length of 11 octets"),  # S8
]


@pytest.mark.parametrize(("octets", "kind", "reason"), BAD)
def test_bad_elements(octets: str, kind: type[DecodeError], reason: str) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(kind, match=reason) as caught:
        ber.read_header(data, 0, len(data))
    assert type(caught.value) is kind
    assert caught.value.offset == 0


def test_an_element_may_not_leave_its_container() -> None:
    data = bytes.fromhex("3003 020201 ff")
    with pytest.raises(TruncatedError, match="2 octets in 1"):
        list(ber.elements(data, 2, 5))
    with pytest.raises(TruncatedError):
        ber.read_header(data, 5, 5)


def test_limits_of_tag_and_length() -> None:
    tag = b"\xbf" + b"\x81" * (ber.MAX_TAG_OCTETS - 2) + b"\x01"
    assert ber.read_header(tag + b"\x00", 0, len(tag) + 1)[0] == int.from_bytes(tag, "big")
    length = bytes((0x80 + ber.MAX_LENGTH_OCTETS,)) + bytes(ber.MAX_LENGTH_OCTETS)
    assert ber.read_header(b"\x30" + length, 0, len(length) + 1)[2] == len(length) + 1


def test_elements_are_told_lazily() -> None:
    data = bytes.fromhex("020101 020102 3005")
    told = ber.elements(data, 0, len(data))
    assert [data[first] for _, first, _ in itertools.islice(told, 2)] == [1, 2]
    with pytest.raises(TruncatedError):
        next(told)
    assert list(ber.elements(data, 3, 3)) == []


@pytest.mark.parametrize(("octets", "good"), [("2803020101", True), ("280302010100", False), ("2a03020101", False)])
def test_only_element(octets: str, good: bool) -> None:
    data = bytes.fromhex(octets)
    if good:
        assert ber.only_element(data, 0, len(data), 0x28, "user information") == (2, 5)
    else:
        with pytest.raises(DecodeError, match="user information: expected one element 28"):
            ber.only_element(data, 0, len(data), 0x28, "user information")


# -- object identifiers -----------------------------------------------------------------------------------------------

OIDS = [
    ((1, 0, 9506, 2, 3), "28ca220203"),  # MMS
    ((2, 2, 1, 0, 1), "52010001"),  # ACSE
    ((2, 1, 1), "5101"),  # BER
    ((2, 2, 3, 1), "520301"),  # ACSE password
    ((1, 1, 1, 999, 1), "2901876701"),  # the customary AP-title
    ((1, 3, 9999, 2), "2bce0f02"),  # AP-title in an ITI capture
    ((0, 0), "00"),
    ((0, 39), "27"),
    ((1, 39), "4f"),
    ((2, 39), "77"),
    ((2, 40), "78"),
    ((2, 999, 3), "883703"),  # the example of X.690
]


@pytest.mark.parametrize(("arcs", "content"), OIDS)
def test_oids(arcs: tuple[int, ...], content: str) -> None:
    octets = bytes.fromhex(content)
    assert ber.encode_oid(arcs) == octets
    assert ber.decode_oid(octets, 0, len(octets)) == arcs


@pytest.mark.parametrize("content", ["", "80", "28ca", "ff" * 65, "01" * 65])
def test_bad_oids(content: str) -> None:
    octets = bytes.fromhex(content)
    with pytest.raises(DecodeError, match="object identifier"):
        ber.decode_oid(octets, 0, len(octets))
    assert len(ber.decode_oid(b"\x01" * ber.MAX_OID_OCTETS, 0, ber.MAX_OID_OCTETS)) == ber.MAX_OID_OCTETS + 1


@pytest.mark.parametrize("arcs", [(), (1,), (3, 1), (1, 40), (0, -1), (1, 1, -1), (2, 1, *[1 << 30] * 20)])
def test_arcs_no_identifier_has(arcs: tuple[int, ...]) -> None:
    assert not ber.is_oid(arcs)
    assert all(ber.is_oid(good) for good, _ in OIDS)


# -- properties -------------------------------------------------------------------------------------------------------

TAGS = st.sampled_from([0x02, 0x30, 0x80, 0xA0, 0x9F4A, 0xBF48, 0xBF8148])


@given(TAGS, st.binary(max_size=300), st.binary(max_size=5))
def test_elements_round_trip(tag: int, content: bytes, behind: bytes) -> None:
    data = ber.tlv(tag, content) + behind
    found, first, stop = ber.read_header(data, 0, len(data))
    assert (found, data[first:stop], data[stop:]) == (tag, content, behind)


@given(st.integers(-(1 << 135), (1 << 135) - 1))
@example(-(1 << 135))
def test_integers_round_trip_in_the_shortest_form(value: int) -> None:
    octets = ber.encode_integer(value)
    assert ber.decode_integer(octets, 0, len(octets)) == value
    assert len(octets) == 1 or octets[0] not in (0, 0xFF) or (octets[0] ^ octets[1]) & 0x80


@given(st.binary(max_size=200))
def test_any_octets_give_elements_or_our_error(data: bytes) -> None:
    offset = 0
    problem = None
    try:
        for _, first, stop in ber.elements(data, 0, len(data)):
            assert offset < first <= stop <= len(data)
            offset = stop
    except DecodeError as error:
        problem = error.offset
    assert problem == (None if offset == len(data) else offset)


# -- an independent implementation ------------------------------------------------------------------------------------

ARCS = st.tuples(st.integers(0, 1), st.integers(0, 39)) | st.tuples(st.just(2), st.integers(0, 1 << 40))


class TestAgainstPyasn1:
    """Every octet the same as pyasn1's, and every element of ours read by it."""

    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("pyasn1")

    @given(st.integers(-(1 << 127), (1 << 128) - 1))
    def test_integers(self, value: int) -> None:
        from pyasn1.codec.ber import decoder, encoder
        from pyasn1.type import univ

        ours = ber.tlv(0x02, ber.encode_integer(value))
        theirs = encoder.encode(univ.Integer(value))
        # pyasn1 gives -128, -32768 … one octet more than X.690 8.3.2 allows.
        assert ours == theirs or (theirs[2:4] == b"\xff\x80" and ours[2:] == theirs[3:])
        assert ber.decode_integer(theirs, 2, len(theirs)) == value
        assert decoder.decode(ours) == (univ.Integer(value), b"")

    @given(st.builds(lambda head, rest: (*head, *rest), ARCS, st.lists(st.integers(0, 1 << 40), max_size=6)))
    def test_oids(self, arcs: tuple[int, ...]) -> None:
        from pyasn1.codec.ber import encoder
        from pyasn1.type import univ

        theirs = encoder.encode(univ.ObjectIdentifier(arcs))
        assert ber.tlv(0x06, ber.encode_oid(arcs)) == theirs
        assert ber.decode_oid(theirs, 2, len(theirs)) == arcs

    @given(st.sampled_from([0x40, 0x80, 0xC0]), st.integers(0, (1 << 14) - 1), st.binary(max_size=300))
    def test_tags_and_lengths(self, klass: int, number: int, content: bytes) -> None:
        from pyasn1.codec.ber import encoder
        from pyasn1.type import tag, univ

        theirs = encoder.encode(univ.OctetString(content).subtype(implicitTag=tag.Tag(klass, 0, number)))
        found, first, stop = ber.read_header(theirs, 0, len(theirs))
        assert (theirs[first:stop], stop) == (content, len(theirs))
        assert ber.tlv(found, content) == theirs

    @given(st.recursive(st.binary(max_size=40), lambda inner: st.lists(inner, min_size=1, max_size=4), max_leaves=20))
    def test_nested_structures(self, tree: object) -> None:
        from pyasn1.codec.ber import decoder
        from pyasn1.type import univ

        def build(node: object) -> bytes:
            if isinstance(node, bytes):
                return ber.tlv(0x04, node)
            assert isinstance(node, list)
            return ber.tlv(0x30, b"".join(map(build, node)))

        def plain(node: Any) -> object:
            return bytes(node) if isinstance(node, univ.OctetString) else [plain(node[i]) for i in range(len(node))]

        octets = build(tree)
        found, rest = decoder.decode(octets)
        assert not rest
        assert plain(found) == tree
