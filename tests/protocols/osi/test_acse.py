"""ACSE: real AARQs and AAREs, titles and passwords, and what is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError
from meterwire.protocols import ber
from meterwire.protocols.osi import acse, presentation, session
from meterwire.protocols.osi.acse import (
    Associate,
    Authentication,
    decode_associate_request,
    decode_associate_response,
    encode_associate_request,
    encode_associate_response,
)

from .frames import ABB, ITI, SISCO, sdu

MMS = b"\xa8\x00"


def request(frame: str) -> bytes:
    return presentation.decode_connect(session.decode(sdu(frame)).user_data).user_data


def response(frame: str) -> bytes:
    return presentation.decode_accept(session.decode(sdu(frame)).user_data).user_data


# -- vectors: PDU, called title and qualifier, calling title and qualifier, first octets of MMS -----------------------

REQUESTS = {
    "ABB": (request(ABB["CONNECT"]), None, None, None, None, "a826800300fa00"),
    "SISCO": (request(SISCO["CONNECT"]), (1, 1, 1, 999, 1), 12, (1, 1, 1, 999), 12, "a826800300ff00"),
    "ITI": (request(ITI["CONNECT"]), (1, 3, 9999, 2), 23, None, None, "a82880027530"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_real_requests(name: str) -> None:
    octets, called, called_ae, calling, calling_ae, mms = REQUESTS[name]
    found = decode_associate_request(octets)
    assert (found.called_ap_title, found.called_ae_qualifier) == (called, called_ae)
    assert (found.calling_ap_title, found.calling_ae_qualifier) == (calling, calling_ae)
    assert found.authentication is None
    assert found.user_data.hex().startswith(mms)


@pytest.mark.parametrize("frame", [ABB["ACCEPT"], SISCO["ACCEPT"]])
def test_real_responses(frame: str) -> None:
    found = decode_associate_response(response(frame))
    assert (found.result, found.diagnostic) == (0, 0)
    assert found.user_data[0] == 0xA9


@pytest.mark.parametrize("octets", [r[0] for r in REQUESTS.values()] + [response(SISCO["ACCEPT"])])
def test_cut_short_or_with_octets_behind(octets: bytes) -> None:
    decode = decode_associate_request if octets[0] == 0x60 else decode_associate_response
    for size in range(len(octets)):
        with pytest.raises(DecodeError):
            decode(octets[:size])
    with pytest.raises(DecodeError):
        decode(octets + b"\x00")


def test_the_password_stands_where_8_1_says() -> None:
    octets = encode_associate_request(Associate(user_data=MMS, authentication=Authentication(b"secret")), 3)
    assert bytes.fromhex("8a020480 8b03520301 ac08") + b"\x80\x06secret" in octets
    assert decode_associate_request(octets).authentication == Authentication(b"secret")


def test_a_password_is_never_shown() -> None:
    found = decode_associate_request(
        encode_associate_request(Associate(user_data=MMS, authentication=Authentication(b"secret")), 3)
    )
    assert "secret" not in repr(found)
    assert "secret" not in str(found)


# -- bad input --------------------------------------------------------------------------------------------------------

CONTEXT = bytes.fromhex("a107060528ca220203")
USER = bytes.fromhex("be0b2809020103a004") + b"\xa8\x02\x80\x00"
PASSWORD = b"\xac\x08\x80\x06secret"
MECHANISM = bytes.fromhex("8b03520301")


def aarq(*fields: bytes) -> bytes:
    return ber.tlv(0x60, b"".join(fields))


BAD_REQUESTS = {
    "another PDU": (ber.tlv(0x61, CONTEXT + USER), "AARQ: expected one element 60"),
    "A24 no user information": (aarq(CONTEXT), "without user information"),
    "S6 user information empty": (aarq(CONTEXT, b"\xbe\x00"), "nothing is left"),
    "user information without MMS": (aarq(CONTEXT, bytes.fromhex("be052803020103")), "without MMS"),
    "two externals": (aarq(CONTEXT, ber.tlv(0xBE, USER[2:] * 2)), "expected one element 28"),
    "S6 calling title empty": (aarq(CONTEXT, b"\xa6\x00", USER), "nothing is left"),
    "S6 calling qualifier empty": (aarq(CONTEXT, b"\xa7\x00", USER), "nothing is left"),
    "called title empty": (aarq(CONTEXT, b"\xa2\x00", USER), "nothing is left"),
    "title cut": (aarq(CONTEXT, b"\xa6\x03\x06\x01\x80", USER), "object identifier"),
    "qualifier of no octets": (aarq(CONTEXT, b"\xa7\x02\x02\x00", USER), "integer of 0"),
    "A25 mechanism without value": (aarq(CONTEXT, MECHANISM, USER), "both mechanism and value"),
    "A26 value without mechanism": (aarq(CONTEXT, PASSWORD, USER), "both mechanism and value"),
    "another mechanism": (aarq(CONTEXT, bytes.fromhex("8b0352030a"), PASSWORD, USER), "not password"),
    "password is something else": (aarq(CONTEXT, MECHANISM, b"\xac\x03\x81\x01\x00", USER), "password"),
    "A27 64 KiB": (aarq(CONTEXT, MECHANISM, ber.tlv(0xAC, ber.tlv(0x80, bytes(65536))), USER), "more than 128"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_bad_requests(name: str) -> None:
    octets, reason = BAD_REQUESTS[name]
    with pytest.raises(DecodeError, match=reason):
        decode_associate_request(octets)


@pytest.mark.parametrize("password", [b"", b"\x00", b"a\x00b", bytes(acse.MAX_PASSWORD)])
def test_passwords_that_are_strange_but_legal(password: bytes) -> None:
    """A27: empty, NUL, and the longest."""
    octets = encode_associate_request(Associate(user_data=MMS, authentication=Authentication(password)), 3)
    assert decode_associate_request(octets).authentication == Authentication(password)
    with pytest.raises(LimitError):
        decode_associate_request(
            encode_associate_request(Associate(user_data=MMS, authentication=Authentication(bytes(129))), 3)
        )


BAD_RESPONSES = {
    "another PDU": (aarq(CONTEXT, USER), "AARE: expected one element 61"),
    "accepted without MMS": (ber.tlv(0x61, CONTEXT + bytes.fromhex("a203020100")), "accepts without MMS"),
    "S6 result empty": (ber.tlv(0x61, CONTEXT + b"\xa2\x00" + USER), "nothing is left"),
    "result is no integer": (ber.tlv(0x61, CONTEXT + b"\xa2\x03\x04\x01\x00" + USER), "result"),
    "no result": (ber.tlv(0x61, CONTEXT + USER), "result"),
    "S6 diagnostic empty": (ber.tlv(0x61, CONTEXT + bytes.fromhex("a203020101") + b"\xa3\x00"), "nothing is left"),
    "S6 user information empty": (ber.tlv(0x61, CONTEXT + bytes.fromhex("a203020100be00")), "nothing is left"),
}


@pytest.mark.parametrize("name", BAD_RESPONSES)
def test_bad_responses(name: str) -> None:
    octets, reason = BAD_RESPONSES[name]
    with pytest.raises(DecodeError, match=reason):
        decode_associate_response(octets)


def test_a_refusal_may_carry_nothing_but_its_reason() -> None:
    octets = encode_associate_response(Associate(user_data=b"", result=1, diagnostic=13), 3)
    found = decode_associate_response(octets)
    assert (found.result, found.diagnostic, found.user_data) == (1, 13, b"")


# -- release and abort, as the ABB relay and its client send them, with another reason --------------------------------


def test_release_and_abort() -> None:
    assert acse.encode_release_request().hex() == "6203800100"
    assert acse.encode_release_response().hex() == "6303800100"
    assert acse.encode_abort().hex() == "6403800100"
    assert acse.encode_abort(by_provider=True).hex() == "6403800101"


ARCS = st.none() | st.builds(
    lambda head, rest: (*head, *rest),
    st.tuples(st.integers(0, 2), st.integers(0, 39)),
    st.lists(st.integers(0, 1 << 31), max_size=5).map(tuple),
)
QUALIFIERS = st.none() | st.integers(-(1 << 31), (1 << 31) - 1)


@given(ARCS, QUALIFIERS, ARCS, QUALIFIERS, st.none() | st.binary(max_size=128), st.binary(min_size=1, max_size=300))
def test_requests_round_trip(
    called: tuple[int, ...] | None,
    called_ae: int | None,
    calling: tuple[int, ...] | None,
    calling_ae: int | None,
    password: bytes | None,
    mms: bytes,
) -> None:
    expected = Associate(
        user_data=mms,
        called_ap_title=called,
        called_ae_qualifier=called_ae,
        calling_ap_title=calling,
        calling_ae_qualifier=calling_ae,
        authentication=None if password is None else Authentication(password),
    )
    assert decode_associate_request(encode_associate_request(expected, 3)) == expected
    answer = Associate(user_data=mms, result=0)
    assert decode_associate_response(encode_associate_response(answer, 3)) == answer
