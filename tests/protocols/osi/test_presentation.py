"""Presentation: real CPs and CPAs, ours beside them, contexts of any number, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError
from meterwire.protocols import ber
from meterwire.protocols.osi import presentation as p
from meterwire.protocols.osi import session

from .frames import ABB, ITI, SISCO, sdu

P1 = b"\x00\x00\x00\x01"


def ppdu(frame: str) -> bytes:
    return session.decode(sdu(frame)).user_data


CPS = {"ABB": ppdu(ABB["CONNECT"]), "SISCO": ppdu(SISCO["CONNECT"]), "ITI": ppdu(ITI["CONNECT"])}
CPAS = {"ABB": ppdu(ABB["ACCEPT"]), "SISCO": ppdu(SISCO["ACCEPT"])}


@pytest.mark.parametrize("name", CPS)
def test_real_cps(name: str) -> None:
    connect = p.decode_connect(CPS[name])
    assert (connect.calling, connect.called) == (P1, P1)
    assert (connect.acse_context, connect.mms_context, connect.results) == (1, 3, (True, True))
    assert connect.user_data[0] == 0x60


@pytest.mark.parametrize("name", CPAS)
def test_real_cpas(name: str) -> None:
    accept = p.decode_accept(CPAS[name])
    assert accept.calling == P1
    assert accept.user_data[0] == 0x61


def test_ours_are_octet_for_octet_those_of_sisco() -> None:
    connect, accept = p.decode_connect(CPS["SISCO"]), p.decode_accept(CPAS["SISCO"])
    assert p.encode_connect(connect.user_data, P1, P1) == CPS["SISCO"]
    assert p.encode_accept(accept.user_data, connect) == CPAS["SISCO"]


@pytest.mark.parametrize("octets", [*CPS.values(), *CPAS.values()])
def test_cut_short_or_with_octets_behind(octets: bytes) -> None:
    decode = p.decode_accept if octets in CPAS.values() else p.decode_connect
    for size in range(len(octets)):
        with pytest.raises(DecodeError):
            decode(octets[:size])
    with pytest.raises(DecodeError):
        decode(octets + b"\x00")


def test_abort_is_what_iso_8823_says() -> None:
    """ARU-PPDU, normal mode: [0] { optional context list [0], user data [APPLICATION 1] }. tshark agrees."""
    assert p.encode_abort(bytes.fromhex("6403800100"), 1).hex() == "a00e610c300a020101a0056403800100"


# -- contexts ---------------------------------------------------------------------------------------------------------


def context(identifier: int, syntax: bytes = p.MMS_SYNTAX, transfer: bytes = p.BER_SYNTAX) -> bytes:
    number = ber.tlv(0x02, ber.encode_integer(identifier))
    return ber.tlv(0x30, number + ber.tlv(0x06, syntax) + ber.tlv(0x30, ber.tlv(0x06, transfer)))


def connect_with(*contexts: bytes, user: bytes | None = None, mode: bytes = b"\xa0\x03\x80\x01\x01") -> bytes:
    body = ber.tlv(0xA4, b"".join(contexts))
    body += p.encode_user_data(1, b"\x60\x00") if user is None else user
    return ber.tlv(0x31, mode + ber.tlv(0xA2, body))


ACSE = context(1, p.ACSE_SYNTAX)
OTHER = context(5, b"\x29\x01")

GOOD = {
    "customary": (connect_with(ACSE, context(3)), 1, 3, (True, True)),
    "the other way round": (connect_with(context(3), ACSE), 1, 3, (True, True)),
    "other numbers": (
        connect_with(context(127, p.ACSE_SYNTAX), context(1), user=p.encode_user_data(127, b"\x60\x00")),
        127,
        1,
        (True, True),
    ),
    "one more nobody serves": (connect_with(ACSE, OTHER, context(7)), 1, 7, (True, False, True)),
    "MMS twice": (connect_with(ACSE, context(3), context(5)), 1, 3, (True, True, False)),
    "several transfer syntaxes": (
        connect_with(
            ACSE,
            ber.tlv(0x30, b"\x02\x01\x03" + ber.tlv(0x06, p.MMS_SYNTAX) + bytes.fromhex("30080602290106025101")),
        ),
        1,
        3,
        (True, True),
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_contexts_are_the_callers_choice(name: str) -> None:
    octets, acse, mms, results = GOOD[name]
    connect = p.decode_connect(octets)
    assert (connect.acse_context, connect.mms_context, connect.results) == (acse, mms, results)
    answer = p.encode_accept(b"\x61\x00", connect)
    if results == (True, True):
        assert p.decode_accept(answer).user_data == b"\x61\x00"
    else:
        with pytest.raises(DecodeError, match="refused"):
            p.decode_accept(answer)


BAD = {
    "empty": (b"", "nothing is left"),
    "X.410 mode": (connect_with(ACSE, context(3), mode=b"\xa0\x03\x80\x01\x00"), "normal mode"),
    "mode missing": (connect_with(ACSE, context(3), mode=b""), "normal mode"),
    "mode without value": (connect_with(ACSE, context(3), mode=b"\xa0\x00"), "nothing is left"),
    "S5 no parameters": (ber.tlv(0x31, b"\xa0\x03\x80\x01\x01"), "normal mode"),
    "S5 no user data": (connect_with(ACSE, context(3), user=b""), "no ACSE data"),
    "S4 undecodable length": (ber.tlv(0x31, b"\xa0\x03\x80\x01\x01\xa2\x05\x81\x85\x00\x00\x00"), "length of 5"),
    "A19 context 0": (connect_with(ACSE, context(0)), "1..127"),
    "A19 context -1": (connect_with(ACSE, context(-1)), "1..127"),
    "A19 context 2^31": (connect_with(ACSE, context(1 << 31)), "1..127"),
    "A21 transfer syntax": (connect_with(ACSE, context(3, transfer=b"\x29\x01")), "no presentation context"),
    "A21 no transfer syntax": (connect_with(ACSE, ber.tlv(0x30, b"\x02\x01\x03")), "no presentation context"),
    "no MMS": (connect_with(ACSE, OTHER), "no presentation context"),
    "no ACSE": (connect_with(context(1), context(3)), "no presentation context"),
    "one number twice": (connect_with(ACSE, context(1)), "context"),
    "ACSE on another": (connect_with(ACSE, context(3), user=p.encode_user_data(3, b"\x60\x00")), "no ACSE data"),
    "PDV list missing": (connect_with(ACSE, context(3), user=b"\x61\x00"), "nothing is left"),
    "PDV empty": (connect_with(ACSE, context(3), user=b"\x61\x02\x30\x00"), "single-ASN1-type"),
    "octet-aligned PDV": (
        connect_with(ACSE, context(3), user=bytes.fromhex("610730050201018100")),
        "single-ASN1-type",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_cps(name: str) -> None:
    octets, reason = BAD[name]
    with pytest.raises(DecodeError, match=reason):
        p.decode_connect(octets)


def test_context_limit() -> None:
    """A20: two hundred contexts, and one beyond the limit."""
    more = [context(n, b"\x29\x01") for n in range(5, 5 + 2 * (p.MAX_CONTEXTS - 2), 2)]
    assert len(p.decode_connect(connect_with(ACSE, context(3), *more)).results) == p.MAX_CONTEXTS
    for extra in (1, 200):
        with pytest.raises(LimitError, match="contexts"):
            p.decode_connect(connect_with(ACSE, context(3), *more, *[OTHER] * extra))


@pytest.mark.parametrize("which", [0, 1])
def test_selector_limit(which: int) -> None:
    for size, good in ((p.MAX_SELECTOR, True), (p.MAX_SELECTOR + 1, False)):
        selectors = [P1, P1]
        selectors[which] = bytes(size)
        octets = p.encode_connect(b"\x60\x00", *selectors)
        if good:
            assert p.decode_connect(octets).user_data == b"\x60\x00"
        else:
            with pytest.raises(LimitError, match="selector"):
                p.decode_connect(octets)


def test_a_refused_context_is_told() -> None:
    proposal = p.decode_connect(connect_with(ACSE, context(3)))
    refused = p.encode_accept(b"\x61\x00", p.Connect(user_data=b"", results=(True, False)))
    with pytest.raises(DecodeError, match="refused a presentation context"):
        p.decode_accept(refused)
    for results in ((True,), (True, True, True)):
        with pytest.raises(DecodeError):
            p.decode_accept(p.encode_accept(b"\x61\x00", p.Connect(user_data=b"", results=results)))
    assert p.decode_accept(p.encode_accept(b"\x61\x00", proposal)).user_data == b"\x61\x00"


# -- user data --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", [ABB["request"], ABB["error"], SISCO["request"], SISCO["response"]])
def test_real_user_data(frame: str) -> None:
    octets = sdu(frame)[4:]
    first, stop = ber.only_element(octets, 0, len(octets), 0x61, "user data")
    context_id, pdu = p.decode_user_data(octets, first, stop)
    assert context_id == 3
    assert p.encode_user_data(3, pdu) == octets


def test_a_transfer_syntax_may_precede_the_value() -> None:
    octets = bytes.fromhex("300b 020103 06025101 a0028b00")
    assert p.decode_user_data(octets, 0, len(octets)) == (3, b"\x8b\x00")
    octets = bytes.fromhex("300b 06025101 020103 a0028b00")
    assert p.decode_user_data(octets, 0, len(octets)) == (3, b"\x8b\x00")


@given(st.integers(1, 127), st.binary(max_size=400))
def test_user_data_round_trip(context_id: int, pdu: bytes) -> None:
    octets = p.encode_user_data(context_id, pdu)
    first, stop = ber.only_element(octets, 0, len(octets), 0x61, "user data")
    assert p.decode_user_data(octets, first, stop) == (context_id, pdu)


@given(st.binary(max_size=80), st.sampled_from([p.decode_connect, p.decode_accept]))
def test_any_octets_give_our_error(octets: bytes, decode: object) -> None:
    assert callable(decode)
    with pytest.raises(DecodeError):
        decode(octets)
