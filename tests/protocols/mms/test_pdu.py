"""MMS envelopes, initiate, errors and rejects: real PDUs, ours, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, TruncatedError
from meterwire.protocols.mms import Initiate, Pdu, PduTag, RejectKind, Service, decode_pdu
from meterwire.protocols.mms import pdu as p

# -- vectors: PDU, tag, invoke id, service, content of the service; origin --------------------------------------------

PDUS = [
    ("a0050201018200", 0xA0, 1, 0x82, ""),  # SISCO: identify
    ("a006020102800100", 0xA0, 2, 0x80, "00"),  # SISCO: status
    ("a00e020100a109a003800100a1028000", 0xA0, 0, 0xA1, "a003800100a1028000"),  # ITI: VMD name list
    ("a00c800304a273a205a003870102", 0xA0, None, 0, ""),  # an error's content under the request's tag
    ("a10c020304a274a405a10380010a", 0xA1, 303732, 0xA4, "a10380010a"),  # ABB: failed read
    ("a20c800304a273a205a003870102", 0xA2, 303731, 0, "a205a003870102"),  # ABB: refused
    ("a007020105bf480100", 0xA0, 5, 0xBF48, "00"),  # fileOpen
    ("a00d0201013000a406a104a0028000", 0xA0, 1, 0xA4, "a104a0028000"),  # with an empty list of modifiers
    ("a3058003525054", 0xA3, None, 0x80, "525054"),
    ("8b00", 0x8B, None, 0, ""),  # conclude
    ("8c00", 0x8C, None, 0, ""),
    ("850101", 0x85, None, 0, "01"),  # ITI: cancel
    ("a403850101", 0xA4, None, 0, "850101"),
]


@pytest.mark.parametrize(("octets", "tag", "invoke_id", "service", "content"), PDUS, ids=[x[0] for x in PDUS])
def test_envelopes(octets: str, tag: int, invoke_id: int | None, service: int, content: str) -> None:
    data = bytes.fromhex(octets)
    if invoke_id is None and tag == 0xA0:
        with pytest.raises(DecodeError, match="without invoke id"):
            decode_pdu(data)
        return
    pdu = decode_pdu(data)
    assert (pdu.tag, pdu.invoke_id, pdu.service) == (tag, invoke_id, service)
    assert pdu.data[pdu.start : pdu.stop].hex() == content
    for size in range(len(data)):
        with pytest.raises(TruncatedError):
            decode_pdu(data[:size])
    with pytest.raises(DecodeError, match="1 octets behind"):
        decode_pdu(data + b"\x00")


BAD = [
    ("", TruncatedError, "nothing is left"),
    ("a003020101", TruncatedError, "nothing is left"),  # ITI: a request that asks nothing
    ("a103020100", TruncatedError, "nothing is left"),  # ITI: a response that says nothing
    ("a1050201003000", TruncatedError, "nothing is left"),  # ITI: modifiers and nothing behind
    ("a000", TruncatedError, "nothing is left"),
    ("a00402008200", DecodeError, "integer of 0"),
    ("a0058001018200", DecodeError, "without invoke id"),
    ("a0050201ff8200", DecodeError, "invoke id -1"),  # S27
    ("a009020501000000008200", DecodeError, "invoke id 4294967296"),
    ("a108020480000000a400", DecodeError, "invoke id -2147483648"),
    ("a2038001ff", DecodeError, "invoke id -1"),
    ("a00402010182", TruncatedError, "length is missing"),
    ("a00702010182050000", TruncatedError, "5 octets in 2"),
    ("a0800000", DecodeError, "indefinite"),  # A34
    ("a084ffffffff", TruncatedError, "4294967295"),  # A35
    ("a0850000000000", LimitError, "length of 5"),  # A36
    ("a007020101bf808080", LimitError, "tag of more than 3"),  # A42
]


@pytest.mark.parametrize(("octets", "kind", "reason"), BAD, ids=[x[0] for x in BAD])
def test_bad_envelopes(octets: str, kind: type[DecodeError], reason: str) -> None:
    with pytest.raises(kind, match=reason):
        decode_pdu(bytes.fromhex(octets))


@pytest.mark.parametrize("invoke_id", [0, 1, 127, 128, 303731, p.MAX_INVOKE_ID])
def test_invoke_ids(invoke_id: int) -> None:
    """A43: zero is an invoke id as any other."""
    for make in (p.confirmed_request, p.confirmed_response):
        pdu = decode_pdu(make(invoke_id, b"\xa4\x00"))
        assert (pdu.invoke_id, pdu.service, pdu.start) == (invoke_id, 0xA4, pdu.stop)


# -- initiate ---------------------------------------------------------------------------------------------------------

INITIATES = [
    (  # ABB 2008, the client
        "a826800300fa0081010a82010a830105a416800101810305e100820c03a00000000000000000e110",
        Initiate(max_pdu=64000, nesting=5, parameters=bytes.fromhex("e100"), services=bytes.fromhex("a00000000000000000e110")),
    ),
    (  # ABB 2008, the relay
        "a92580027d0081010a820108830105a416800101810305e100820c03ee0800000400000001ed18",
        Initiate(max_pdu=32000, max_called=8, nesting=5, parameters=bytes.fromhex("e100"), services=bytes.fromhex("ee0800000400000001ed18")),
    ),
    (  # SISCO, the client
        "a826800300ff0081010a82010a830105a416800101810305f100820c03ee1c000004000000010118",
        Initiate(max_pdu=65280, nesting=5, services=bytes.fromhex("ee1c000004000000010118")),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "initiate"), INITIATES)
def test_real_initiates(octets: str, initiate: Initiate) -> None:
    data = bytes.fromhex(octets)
    assert p.decode_initiate(data) == initiate
    assert initiate.encode(data[0]) == data
    for size in range(len(data)):
        with pytest.raises(DecodeError):
            p.decode_initiate(data[:size])


def test_an_initiate_of_the_iti_laboratory() -> None:
    found = p.decode_initiate(
        bytes.fromhex("a82880027530810203e8820203e8830105a417800101810305fb00820d03ffffffffffffffffffffff00")
    )
    assert (found.max_pdu, found.max_calling, found.max_called) == (30000, 1000, 1000)
    assert found.parameters.hex() == "fb00"


LAX_INITIATES = [
    ("a800", Initiate(max_calling=1, max_called=1)),  # nothing said
    ("a80a 80020100 810100 8201ff", Initiate(max_pdu=256, max_calling=1, max_called=1)),
    ("a80a 8005 0100000000 8301ff", Initiate(max_pdu=1 << 32, max_calling=1, max_called=1, nesting=0)),
    ("a802a400", Initiate(max_calling=1, max_called=1)),
]


@pytest.mark.parametrize(("octets", "initiate"), LAX_INITIATES)
def test_lax_initiates(octets: str, initiate: Initiate) -> None:
    assert p.decode_initiate(bytes.fromhex(octets)) == initiate


BAD_INITIATES = [
    ("", "nothing is left"),
    ("a000", "PDU A0 found"),
    ("aa05a003880100", "PDU AA found"),
    ("8b00", "PDU 8B found"),
    ("a8048002001f", "31 octets, 256 are needed"),  # ITI: what a scanner proposes
    ("a803800100", "0 octets, 256 are needed"),
    ("a803800180", "-128 octets, 256 are needed"),
    ("a804800200ff", "255 octets, 256 are needed"),
    ("a8028000", "integer of 0"),
    ("a8028100", "integer of 0"),
    ("a812" + "8010" + "ff" * 16, "256 are needed"),
    ("a814" + "8012" + "ff" * 18, "integer of 18"),
    ("a803a40181", "missing"),
    ("a8028002", "2 octets in"),
]


@pytest.mark.parametrize(("octets", "reason"), BAD_INITIATES)
def test_bad_initiates(octets: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        p.decode_initiate(bytes.fromhex(octets))


@given(
    st.builds(
        Initiate,
        max_pdu=st.integers(256, 1 << 31),
        max_calling=st.integers(1, 1 << 15),
        max_called=st.integers(1, 1 << 15),
        nesting=st.integers(0, 127),
        services=st.binary(min_size=11, max_size=11),
        parameters=st.binary(min_size=2, max_size=2),
    ),
    st.sampled_from([PduTag.INITIATE_REQUEST, PduTag.INITIATE_RESPONSE]),
)
def test_initiates_round_trip(initiate: Initiate, tag: int) -> None:
    assert p.decode_initiate(initiate.encode(tag)) == initiate


# -- errors -----------------------------------------------------------------------------------------------------------

ERRORS = [
    ("a20c800304a273a205a003870102", 303731, 7, 2, "class access, code 2"),  # ABB
    ("a20a 800105 a205 a003 830103", 5, 3, 3, "class resource, code 3"),
    ("a20d 800105 810100 a205 a003 8b0107", 5, 11, 7, "class file, code 7"),  # S27: with a modifier position
    ("a20d 800105 a208 a003 870101 810163", 5, 7, 1, "class access, code 1"),  # with an additional code
    ("a20a 800105 a205 a003 9e0101", 5, 30, 1, "class 30, code 1"),
    ("aa05 a003 880100", None, 8, 0, "class initiate, code 0"),
]


@pytest.mark.parametrize(("octets", "invoke_id", "error_class", "code", "text"), ERRORS)
def test_service_errors(octets: str, invoke_id: int | None, error_class: int, code: int, text: str) -> None:
    pdu = decode_pdu(bytes.fromhex(octets))
    error = p.decode_service_error(pdu)
    assert (pdu.invoke_id, error.error_class, error.code) == (invoke_id, error_class, code)
    assert text in str(error)


@pytest.mark.parametrize(
    "octets", ["a203800105", "a205800105a200", "a207800105a202a000", "a209800105a204a0028700", "a206800105830101"]
)
def test_bad_service_errors(octets: str) -> None:
    pdu = decode_pdu(bytes.fromhex(octets))
    with pytest.raises(DecodeError):
        p.decode_service_error(pdu)


def test_our_errors() -> None:
    assert p.confirmed_error(303731, 7, 2).hex() == "a20c800304a273a205a003870102"
    assert p.initiate_error(8, 0).hex() == "aa05a003880100"


# -- rejects ----------------------------------------------------------------------------------------------------------

REJECTS = [
    ("a406 800105 810101", 5, 1, 1),
    ("a403 850101", None, 5, 1),
    ("a403 8b0101", None, 11, 1),
    ("a409 800105 a00102 810101", 5, 1, 1),  # S27: a constructed [0] is no reason
    ("a408 800105 a000 810101", 5, 1, 1),
    ("a409 800400ffffff 810103", 0xFFFFFF, 1, 3),
]


@pytest.mark.parametrize(("octets", "invoke_id", "kind", "code"), REJECTS)
def test_rejects(octets: str, invoke_id: int | None, kind: int, code: int) -> None:
    found, error = p.decode_reject(decode_pdu(bytes.fromhex(octets)))
    assert (found, error.kind, error.code) == (invoke_id, kind, code)
    assert f"kind {kind}, reason {code}" in str(error)


@pytest.mark.parametrize("octets", ["a400", "a403800105", "a4028100", "a403a10101", "a4038c0101"])
def test_bad_rejects(octets: str) -> None:
    with pytest.raises(DecodeError):
        p.decode_reject(decode_pdu(bytes.fromhex(octets)))


def test_our_rejects() -> None:
    assert p.reject(5, RejectKind.CONFIRMED_REQUEST, RejectKind.UNRECOGNISED_SERVICE).hex() == "a406800105810101"
    assert p.reject(None, RejectKind.PDU_ERROR, RejectKind.INVALID_PDU).hex() == "a403850101"
    assert p.reject(0xFFFFFFFF, 1, 4).hex() == "a40a800500ffffffff810104"


@given(st.binary(max_size=60))
def test_any_octets_are_a_pdu_or_our_error(octets: bytes) -> None:
    try:
        pdu = decode_pdu(octets)
    except DecodeError:
        return
    assert 0 <= pdu.start <= pdu.stop == len(octets) or pdu.service
    for decode in (p.decode_service_error, p.decode_reject):
        try:
            decode(pdu)
        except DecodeError:
            continue


def test_services_are_numbered_as_iso_9506_has_them() -> None:
    tags = {name: value for name, value in vars(Service).items() if name.isupper()}
    numbers = {name: value & (0x1F if value < 0x100 else 0x7F) for name, value in tags.items()}
    assert numbers == {
        "STATUS": 0,
        "GET_NAME_LIST": 1,
        "IDENTIFY": 2,
        "READ": 4,
        "WRITE": 5,
        "GET_VARIABLE_ACCESS_ATTRIBUTES": 6,
        "DEFINE_NAMED_VARIABLE_LIST": 11,
        "GET_NAMED_VARIABLE_LIST_ATTRIBUTES": 12,
        "DELETE_NAMED_VARIABLE_LIST": 13,
        "OBTAIN_FILE": 46,
        "READ_JOURNAL": 65,
        "REPORT_JOURNAL_STATUS": 68,
        "FILE_OPEN": 72,
        "FILE_READ": 73,
        "FILE_CLOSE": 74,
        "FILE_RENAME": 75,
        "FILE_DELETE": 76,
        "FILE_DIRECTORY": 77,
    }
    assert isinstance(decode_pdu(b"\x8b\x00"), Pdu)
