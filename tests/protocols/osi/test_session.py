"""Session SPDUs: real ones, ours, and lengths that lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, TruncatedError
from meterwire.protocols.osi import session
from meterwire.protocols.osi.session import Spdu, SpduKind

from .frames import ABB, ITI, SISCO, sdu

S1 = b"\x00\x01"

# -- vectors: SPDU, kind, calling, called, first octets of the user data ----------------------------------------------

REAL = {
    "ABB CONNECT": (sdu(ABB["CONNECT"]), SpduKind.CONNECT, S1, S1, "318185"),
    "ABB ACCEPT": (sdu(ABB["ACCEPT"]), SpduKind.ACCEPT, b"", b"", "3179"),
    "ABB FINISH": (sdu(ABB["FINISH"]), SpduKind.FINISH, b"", b"", "610c"),
    "ABB DISCONNECT": (sdu(ABB["DISCONNECT"]), SpduKind.DISCONNECT, b"", b"", "610c"),
    "SISCO CONNECT": (sdu(SISCO["CONNECT"]), SpduKind.CONNECT, S1, S1, "31819d"),
    "SISCO ACCEPT": (sdu(SISCO["ACCEPT"]), SpduKind.ACCEPT, b"", b"", "318184"),
    "ITI CONNECT": (sdu(ITI["CONNECT"]), SpduKind.CONNECT, S1, S1, "318199"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_spdus(name: str) -> None:
    octets, kind, calling, called, user = REAL[name]
    spdu = session.decode(octets)
    assert (spdu.kind, spdu.calling, spdu.called) == (kind, calling, called)
    assert spdu.user_data.hex().startswith(user)
    assert octets.endswith(spdu.user_data)
    for size in range(len(octets)):
        with pytest.raises(TruncatedError):
            session.decode(octets[:size])
    with pytest.raises(DecodeError, match="left over"):
        session.decode(octets + b"\x00")


def test_ours_are_octet_for_octet_those_of_the_relay() -> None:
    connect, accept = session.decode(sdu(ABB["CONNECT"])), session.decode(sdu(ABB["ACCEPT"]))
    assert session.encode_connect(connect.user_data, S1, S1) == sdu(ABB["CONNECT"])
    assert session.encode_accept(accept.user_data, b"") == sdu(ABB["ACCEPT"])
    for kind in (SpduKind.FINISH, SpduKind.DISCONNECT):
        octets = sdu(ABB[SpduKind.NAMES[kind]])
        assert session.encode_other(kind, session.decode(octets).user_data) == octets


MADE = [
    ("0800", None),  # not one of ours
    ("0900", Spdu(kind=SpduKind.FINISH)),
    ("1900", Spdu(kind=SpduKind.ABORT)),
    ("1903110103", Spdu(kind=SpduKind.ABORT)),
    ("1a00", Spdu(kind=SpduKind.ABORT_ACCEPT)),
    ("0c03320100", Spdu(kind=SpduKind.REFUSE)),
    ("09ff0000", Spdu(kind=SpduKind.FINISH)),  # A15: the long form of a short length
    ("09ff0004c1020102", Spdu(kind=SpduKind.FINISH, user_data=b"\x01\x02")),
    ("0904c2020102", Spdu(kind=SpduKind.FINISH, user_data=b"\x01\x02")),  # extended user data
    ("0902c100", Spdu(kind=SpduKind.FINISH)),
    ("0d04330034" + "00", Spdu(kind=SpduKind.CONNECT)),
]


@pytest.mark.parametrize(("octets", "spdu"), MADE)
def test_made_spdus(octets: str, spdu: Spdu | None) -> None:
    if spdu is None:
        with pytest.raises(DecodeError, match="SPDU 8 is not known"):
            session.decode(bytes.fromhex(octets))
    else:
        assert session.decode(bytes.fromhex(octets)) == spdu


BAD = [
    ("", TruncatedError, "one byte"),
    ("0d", TruncatedError, "one byte"),
    ("0dff", TruncatedError, "2 bytes"),
    ("0dff00", TruncatedError, "2 bytes"),
    ("0dffffff", TruncatedError, "65535 bytes"),
    ("0d0205ff", TruncatedError, "2 bytes"),  # S3: a length beyond the SPDU
    ("0d03c10500", TruncatedError, "5 bytes"),
    ("0d0133", TruncatedError, "one byte"),
    ("0d0605ff00ff1301", TruncatedError, "255 bytes"),  # A14: a group beyond the end
    ("01000100", DecodeError, "SPDU 1 is not known"),  # data is not for this decoder
    ("0100", DecodeError, "SPDU 1 is not known"),  # A18: give tokens alone
    ("ff00", DecodeError, "SPDU 255"),
    ("0d133311" + "00" * 17, LimitError, "selector"),  # A16
    ("0d133411" + "00" * 17, LimitError, "selector"),
    ("0dca33c8" + "00" * 200, LimitError, "selector"),
]


@pytest.mark.parametrize(("octets", "kind", "reason"), BAD)
def test_bad_spdus(octets: str, kind: type[DecodeError], reason: str) -> None:
    with pytest.raises(kind, match=reason) as caught:
        session.decode(bytes.fromhex(octets))
    assert type(caught.value) is kind


@pytest.mark.parametrize("size", [0, 1, 200, 254, 255, 256, 60_000])
def test_lengths_of_user_data(size: int) -> None:
    octets = session.encode_other(SpduKind.FINISH, bytes(size))
    assert session.decode(octets).user_data == bytes(size)


@given(st.binary(max_size=16), st.binary(max_size=16), st.binary(max_size=400))
def test_round_trips(calling: bytes, called: bytes, user: bytes) -> None:
    expected = Spdu(kind=SpduKind.CONNECT, calling=calling, called=called, user_data=user)
    assert session.decode(session.encode_connect(user, calling, called)) == expected
    accepted = Spdu(kind=SpduKind.ACCEPT, called=called, user_data=user)
    assert session.decode(session.encode_accept(user, called)) == accepted


@given(st.binary(max_size=60))
def test_any_octets_are_an_spdu_or_our_error(octets: bytes) -> None:
    try:
        spdu = session.decode(octets)
    except DecodeError:
        return
    assert spdu.kind in SpduKind.NAMES
