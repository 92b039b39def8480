"""Associations: the table of states, both roles against each other and against real peers' bytes."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, ProtocolError, StateError, UsageError
from meterwire.protocols import ber
from meterwire.protocols.osi import (
    Aborted,
    Accepted,
    AddressSet,
    Association,
    Authentication,
    ConnectIndication,
    Data,
    Event,
    Refused,
    Released,
    Role,
    State,
    acse,
    cotp,
    presentation,
    session,
    tpkt,
)
from meterwire.protocols.osi.association import TRANSITIONS
from meterwire.protocols.osi.session import SpduKind

from .frames import ABB, ITI, SISCO, octets, sdu

INITIATE, RESPONSE = b"\xa8\x00", b"\xa9\x00"


def feed(association: Association, chunk: bytes) -> list[Event]:
    """All events of a chunk; a server accepts whoever asks."""
    events = []
    for event in association.receive(chunk):
        events.append(event)
        if isinstance(event, ConnectIndication):
            association.accept(RESPONSE)
    return events


def exchange(client: Association, server: Association) -> tuple[list[Event], list[Event]]:
    """Carry bytes to and fro until nobody has any; the events of both."""
    of_client: list[Event] = []
    of_server: list[Event] = []
    while True:
        up, down = client.take_output(), b""
        of_server += feed(server, up)
        down = server.take_output()
        of_client += feed(client, down)
        if not up and not down:
            return of_client, of_server


def pair(addresses: AddressSet | None = None) -> tuple[Association, Association]:
    """A client and a server with an open association."""
    client, server = Association(Role.CLIENT, addresses), Association(Role.SERVER)
    client.connect(INITIATE)
    exchange(client, server)
    assert client.state is server.state is State.OPEN
    return client, server


def dt(sdu_: bytes) -> bytes:
    return tpkt.encode(cotp.DT_LAST + sdu_)


# -- the table --------------------------------------------------------------------------------------------------------

REFUSE = session.encode_other(SpduKind.REFUSE, b"")
ABORT = session.encode_other(SpduKind.ABORT, b"")
DATA = session.DATA + presentation.encode_user_data(3, b"\x8b\x00")

RECEIVED = {
    "CR": octets(ABB["CR"]),
    "CC": octets(ABB["CC"]),
    "DR": tpkt.encode(bytes.fromhex("06800001000000")),
    "CONNECT": octets(ABB["CONNECT"]),
    "ACCEPT": octets(ABB["ACCEPT"]),
    "REFUSE": dt(REFUSE),
    "FINISH": octets(ABB["FINISH"]),
    "DISCONNECT": octets(ABB["DISCONNECT"]),
    "ABORT": dt(ABORT),
    "DATA": dt(DATA),
}
DONE: dict[str, Callable[[Association], object]] = {
    "connect": lambda a: a.connect(INITIATE),
    "accept": lambda a: a.accept(RESPONSE),
    "refuse": lambda a: a.refuse(),
    "send": lambda a: a.send(b"\x8b\x00"),
    "release": lambda a: a.release(),
}
WAYS = {
    (Role.CLIENT, State.IDLE): (),
    (Role.CLIENT, State.TRANSPORT_REQUESTED): ("connect",),
    (Role.CLIENT, State.ASSOCIATE_REQUESTED): ("connect", "CC"),
    (Role.CLIENT, State.OPEN): ("connect", "CC", "ACCEPT"),
    (Role.CLIENT, State.RELEASING): ("connect", "CC", "ACCEPT", "release"),
    (Role.CLIENT, State.CLOSED): ("connect", "CC", "ACCEPT", "release", "DISCONNECT"),
    (Role.SERVER, State.IDLE): (),
    (Role.SERVER, State.TRANSPORT_OPEN): ("CR",),
    (Role.SERVER, State.DECIDING): ("CR", "CONNECT"),
    (Role.SERVER, State.OPEN): ("CR", "CONNECT", "accept"),
    (Role.SERVER, State.RELEASING): ("CR", "CONNECT", "accept", "release"),
    (Role.SERVER, State.CLOSED): ("CR", "CONNECT", "refuse"),
}


def apply(association: Association, stimulus: str) -> list[Event]:
    if stimulus in DONE:
        DONE[stimulus](association)
        return []
    return list(association.receive(RECEIVED[stimulus]))


def standing(role: Role, state: State) -> Association:
    """An association that came to ``state`` by the shortest way, or was put there where there is none."""
    association = Association(role)
    for stimulus in WAYS.get((role, state), ()):
        apply(association, stimulus)
    association.state = state if (role, state) not in WAYS else association.state
    assert association.state is state
    association.take_output()
    return association


def test_the_stimuli_are_those_of_the_table() -> None:
    assert {stimulus for _, _, stimulus in TRANSITIONS} == {*RECEIVED, *DONE, "abort"}


@pytest.mark.parametrize("stimulus", [*RECEIVED, *DONE])
@pytest.mark.parametrize(("role", "state"), list(itertools.product(Role, State)))
def test_every_state_and_stimulus(role: Role, state: State, stimulus: str) -> None:
    """A8, A9, A17, A32 and the rest: what is not in the table is a StateError, and ends the association."""
    association = standing(role, state)
    target = TRANSITIONS.get((role, state, stimulus))
    if target is not None:
        apply(association, stimulus)
        assert association.state is target
        return
    with pytest.raises(StateError, match=f"while the association is {state.value}"):
        apply(association, stimulus)
    assert association.state is (State.CLOSED if stimulus in RECEIVED else state)


@pytest.mark.parametrize(("role", "state"), list(itertools.product(Role, State)))
def test_abort_is_possible_at_any_time(role: Role, state: State) -> None:
    association = standing(role, state)
    association.abort()
    assert association.state is State.CLOSED
    told = state in (State.OPEN, State.RELEASING, State.DECIDING, State.ASSOCIATE_REQUESTED)
    assert bool(association.take_output()) is told


@pytest.mark.parametrize("state", [s for s in State if s is not State.IDLE])
@pytest.mark.parametrize("role", Role)
def test_a_transport_error_ends_it_as_a_disconnect_does(role: Role, state: State) -> None:
    association = standing(role, state)
    assert list(association.receive(tpkt.encode(bytes.fromhex("0470000100")))) == [
        Aborted("the peer's transport disconnected")
    ]
    assert association.state is State.CLOSED


@pytest.mark.parametrize("role", Role)
def test_segments_before_the_transport_stands_are_refused(role: Role) -> None:
    """A8 with more to follow: nothing is kept for somebody who has not even connected."""
    with pytest.raises(StateError):
        list(Association(role).receive(tpkt.encode(cotp.DT_MORE + bytes(1000))))


# -- real peers -------------------------------------------------------------------------------------------------------


def bytewise(association: Association, chunk: bytes) -> list[Event]:
    return [event for i in range(len(chunk)) for event in feed(association, chunk[i : i + 1])]


@pytest.mark.parametrize("way", [feed, bytewise])
def test_a_whole_session_of_the_abb_client(way: Callable[[Association, bytes], list[Event]]) -> None:
    server = Association(Role.SERVER)
    stream = b"".join(octets(ABB[n]) for n in ("CR", "CONNECT", "request", "conclude", "FINISH"))
    asked, request, conclude, released = way(server, stream)
    assert isinstance(asked, ConnectIndication)
    assert asked.user_data.hex().startswith("a826800300fa00")
    assert asked.request.authentication is None
    assert isinstance(request, Data)
    assert request.pdu.hex().startswith("a02c020304a273a6")
    assert conclude == Data(b"\x8b\x00")
    assert released == Released()
    assert server.state is State.CLOSED
    answered = list(tpkt.TpktSplitter().feed(server.take_output()))
    assert answered[0] == bytes.fromhex("11d00778000100c0010dc2020001c1020001")
    assert [session.decode(a[3:]).kind for a in answered[1:]] == [SpduKind.ACCEPT, SpduKind.DISCONNECT]


@pytest.mark.parametrize("way", [feed, bytewise])
def test_a_whole_session_with_the_abb_relay(way: Callable[[Association, bytes], list[Event]]) -> None:
    client = Association(Role.CLIENT)
    client.connect(INITIATE)
    assert way(client, octets(ABB["CC"])) == []
    stream = b"".join(octets(ABB[n]) for n in ("ACCEPT", "report", "error", "concluded"))
    accepted, report, error, concluded = way(client, stream)
    assert isinstance(accepted, Accepted)
    assert accepted.user_data.hex().startswith("a92580027d00")
    assert isinstance(report, Data)
    assert report.pdu[0] == 0xA3
    assert error == Data(bytes.fromhex("a20c800304a273a205a003870102"))
    assert concluded == Data(b"\x8c\x00")
    client.release()
    assert way(client, octets(ABB["DISCONNECT"])) == [Released()]
    assert client.state is State.CLOSED


def test_sisco_and_iti() -> None:
    server = Association(Role.SERVER)
    events = feed(server, octets(ITI["CR"]) + octets(SISCO["CONNECT"]) + octets(SISCO["request"]))
    assert [type(e) for e in events] == [ConnectIndication, Data]
    assert events[-1] == Data(bytes.fromhex("a0050201018200"))
    client = Association(Role.CLIENT)
    client.connect(INITIATE)
    feed(client, octets(ABB["CC"]))
    assert [type(e) for e in feed(client, octets(SISCO["ACCEPT"]) + octets(SISCO["response"]))] == [Accepted, Data]
    with pytest.raises(DecodeError):  # the server of the ITI laboratory cannot count
        feed(standing(Role.CLIENT, State.ASSOCIATE_REQUESTED), octets(ITI["ACCEPT"]))


# -- both roles against each other ------------------------------------------------------------------------------------


def test_a_life_in_order() -> None:
    client, server = pair()
    client.send(b"\x01up")
    server.send(b"\x02down")
    assert exchange(client, server) == ([Data(b"\x02down")], [Data(b"\x01up")])
    client.release()
    assert exchange(client, server) == ([Released()], [Released()])
    assert client.state is server.state is State.CLOSED


def test_the_server_may_release() -> None:
    client, server = pair()
    server.release()
    assert exchange(client, server) == ([Released()], [Released()])


def test_data_under_way_when_the_release_is_asked() -> None:
    client, server = pair()
    server.send(b"late")
    client.release()
    assert exchange(client, server) == ([Data(b"late"), Released()], [Released()])


@pytest.mark.parametrize("who", [0, 1])
def test_abort_is_told(who: int) -> None:
    ends = pair()
    ends[who].abort()
    told = exchange(*ends)
    assert told[1 - who] == [Aborted("the peer aborted the association")]
    assert told[who] == []
    assert ends[0].state is ends[1].state is State.CLOSED


@pytest.mark.parametrize(
    ("diagnostic", "reason"),
    [
        (13, "authentication failure (ACSE result 1)"),
        (1, "no reason given (ACSE result 1)"),
        (99, "diagnostic 99 (ACSE result 1)"),
    ],
)
def test_refusal(diagnostic: int, reason: str) -> None:
    client, server = Association(Role.CLIENT), Association(Role.SERVER)
    client.connect(INITIATE, Authentication(b"wrong"))
    list(server.receive(client.take_output()))
    feed(client, server.take_output())
    (asked,) = server.receive(client.take_output())
    assert isinstance(asked, ConnectIndication)
    assert asked.request.authentication == Authentication(b"wrong")
    server.refuse(diagnostic=diagnostic, mms=b"\xaa\x00")
    assert feed(client, server.take_output()) == [Refused(reason, b"\xaa\x00")]
    assert client.state is server.state is State.CLOSED


def test_session_refusals_of_any_content() -> None:
    for user in (b"", b"garbage"):
        client = standing(Role.CLIENT, State.ASSOCIATE_REQUESTED)
        refused = list(client.receive(dt(session.encode_other(SpduKind.REFUSE, user))))
        assert refused == [Refused("the session was refused")]
    client = standing(Role.CLIENT, State.ASSOCIATE_REQUESTED)
    aare = acse.encode_associate_response(acse.Associate(user_data=b"", result=1, diagnostic=9), 3)
    cpa = presentation.encode_accept(aare, presentation.Connect(user_data=b"", results=(True, True)))
    assert list(client.receive(dt(session.encode_other(SpduKind.REFUSE, cpa)))) == [Refused("ACSE diagnostic 9")]


ADDRESSES = [
    AddressSet(),
    AddressSet(
        calling_t_selector=b"",
        called_t_selector=b"",
        calling_s_selector=b"",
        called_s_selector=b"",
        calling_p_selector=b"",
        called_p_selector=b"",
        calling_ap_title=None,
        calling_ae_qualifier=None,
        called_ap_title=None,
        called_ae_qualifier=None,
    ),
    AddressSet(
        calling_t_selector=bytes(32),
        called_t_selector=bytes(32),
        calling_s_selector=bytes(16),
        called_s_selector=bytes(16),
        calling_p_selector=bytes(16),
        called_p_selector=bytes(16),
        calling_ap_title=(2, 999, 1 << 30),
        called_ap_title=(0, 1),
        calling_ae_qualifier=-1,
    ),
]


@pytest.mark.parametrize("addresses", ADDRESSES)
def test_addresses(addresses: AddressSet) -> None:
    client, server = Association(Role.CLIENT, addresses), Association(Role.SERVER)
    client.connect(INITIATE)
    _, (asked,) = exchange(client, server)
    assert isinstance(asked, ConnectIndication)
    assert asked.request.calling_ap_title == addresses.calling_ap_title
    assert asked.request.called_ap_title == addresses.called_ap_title
    assert asked.request.calling_ae_qualifier == addresses.calling_ae_qualifier
    assert asked.request.called_ae_qualifier == addresses.called_ae_qualifier
    assert client.state is State.OPEN


BAD_ADDRESSES = [
    {"calling_t_selector": bytes(33)},
    {"called_t_selector": bytes(300)},
    {"calling_s_selector": bytes(17)},
    {"called_s_selector": bytes(17)},
    {"calling_p_selector": bytes(17)},
    {"called_p_selector": bytes(17)},
    {"calling_ap_title": ()},
    {"calling_ap_title": (1,)},
    {"called_ap_title": (1, -1)},
    {"called_ap_title": (1, 40)},
    {"called_ap_title": (3, 1)},
    {"called_ap_title": (2, 1, *[1 << 30] * 20)},
]


@pytest.mark.parametrize("wrong", BAD_ADDRESSES)
def test_addresses_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        AddressSet(**wrong)


# -- sizes ------------------------------------------------------------------------------------------------------------


def cr(size_code: int | None) -> bytes:
    return tpkt.encode(cotp.ConnectionTpdu(code=cotp.CR, size_code=size_code).encode())


@pytest.mark.parametrize("size_code", [None, 7, 8, 10, 11, 13])
def test_no_tpdu_exceeds_what_was_negotiated(size_code: int | None) -> None:
    server = Association(Role.SERVER)
    list(server.receive(cr(size_code)))
    confirmed = cotp.decode_connection(server.take_output()[4:])
    assert confirmed.size_code == size_code
    limit = 1 << (7 if size_code is None else size_code)
    feed(server, octets(ABB["CONNECT"]))
    server.take_output()
    for size in (1, limit - 40, *range(limit - 32, limit + 2), 5 * limit, 65_000):
        pdu = bytes(size)
        server.send(pdu)
        tpdus = list(tpkt.TpktSplitter().feed(server.take_output()))
        assert max(map(len, tpdus)) <= limit
        joiner = cotp.Reassembler()
        joined = [joiner.feed(tpdu) for tpdu in tpdus]
        assert joined[:-1] == [None] * (len(tpdus) - 1)
        whole = joined[-1]
        assert whole is not None
        assert whole.endswith(pdu)
        assert whole.startswith(session.DATA)


@pytest.mark.parametrize("size", [0, 1, 100, 120, 127, 128, 250, 255, 256, 65_000, 200_000])
def test_pdus_of_any_size_arrive(size: int) -> None:
    client, server = pair()
    client.send(bytes(size))
    assert exchange(client, server) == ([], [Data(bytes(size))])


def test_bits_of_a_context_are_honoured() -> None:
    """The caller's context identifiers are used, and data on any other is refused (A22)."""
    server = Association(Role.SERVER)
    list(server.receive(cr(11)))
    aarq = acse.encode_associate_request(acse.Associate(user_data=INITIATE), 5)
    contexts = b"".join(
        ber.tlv(0x30, ber.tlv(0x02, bytes((n,))) + ber.tlv(0x06, s) + bytes.fromhex("300406025101"))
        for n, s in ((7, presentation.ACSE_SYNTAX), (5, presentation.MMS_SYNTAX), (3, b"\x29\x01"))
    )
    body = ber.tlv(0xA4, contexts) + presentation.encode_user_data(7, aarq)
    cp = ber.tlv(0x31, b"\xa0\x03\x80\x01\x01" + ber.tlv(0xA2, body))
    feed(server, dt(session.encode_connect(cp, b"", b"")))
    server.take_output()
    assert feed(server, dt(session.DATA + presentation.encode_user_data(5, b"\x8b\x00"))) == [Data(b"\x8b\x00")]
    server.send(b"\x8c\x00")
    assert server.take_output().endswith(presentation.encode_user_data(5, b"\x8c\x00"))
    with pytest.raises(DecodeError, match="context 3, negotiated is 5"):
        feed(server, dt(DATA))
    assert presentation.encode_user_data(7, acse.encode_abort()) in server.take_output()


# -- bad input --------------------------------------------------------------------------------------------------------

BROKEN = [
    (cotp.DT_LAST, "one byte"),  # A12: an SDU of nothing
    (cotp.DT_LAST + b"\x01\x00", "SPDU 1"),  # A18
    (cotp.DT_LAST + session.DATA, "nothing is left"),
    (cotp.DT_LAST + session.DATA + b"\x61\x00", "nothing is left"),
    (cotp.DT_LAST + session.DATA + b"\x61\x80\x00\x00", "indefinite"),
    (cotp.DT_LAST + session.DATA + b"\x62\x00", "presentation data"),
    (cotp.DT_LAST + DATA + b"\x00", "presentation data"),
    (b"\x02\xf0\x81" + DATA, "malformed DT"),
    (b"\x02\x10\x80", "TPDU 10 is not known"),
    (b"\xff\xe0\x00", "needed"),  # A7
]


@pytest.mark.parametrize(("tpdu", "reason"), BROKEN)
@pytest.mark.parametrize("role", Role)
def test_what_breaks_an_open_association(role: Role, tpdu: bytes, reason: str) -> None:
    association = standing(role, State.OPEN)
    with pytest.raises(ProtocolError, match=reason):
        list(association.receive(tpkt.encode(tpdu)))
    assert association.state is State.CLOSED
    (told,) = tpkt.TpktSplitter().feed(association.take_output())
    assert session.decode(told[3:]).kind == SpduKind.ABORT
    with pytest.raises(StateError):
        association.send(b"\x8b\x00")


def test_what_came_before_the_offence_is_told() -> None:
    server = standing(Role.SERVER, State.OPEN)
    events = server.receive(dt(DATA) * 2 + tpkt.encode(cotp.DT_LAST))
    assert [next(events), next(events)] == [Data(b"\x8b\x00")] * 2
    with pytest.raises(DecodeError):
        next(events)


def test_an_sdu_that_never_ends() -> None:
    """A11"""
    server = standing(Role.SERVER, State.OPEN)
    part = tpkt.encode(cotp.DT_MORE + bytes(60_000))
    for _ in range(cotp.MAX_SDU // 60_000):
        assert list(server.receive(part)) == []
    with pytest.raises(LimitError):
        list(server.receive(part))
    assert server.state is State.CLOSED


def test_segments_of_one_octet() -> None:
    server = standing(Role.SERVER, State.OPEN)
    parts = [cotp.DT_MORE + DATA[i : i + 1] for i in range(len(DATA))]
    stream = b"".join(map(tpkt.encode, parts)) + tpkt.encode(cotp.DT_LAST)
    assert list(server.receive(stream)) == [Data(b"\x8b\x00")]


@given(st.binary(max_size=120), st.sampled_from([s for r, s in WAYS if r is Role.SERVER]), st.booleans())
def test_any_octets_in_any_state(data: bytes, state: State, framed: bool) -> None:
    server = standing(Role.SERVER, state)
    if framed and len(data) >= 3:
        data = tpkt.encode(data)
    try:
        for event in server.receive(data):
            assert isinstance(event, Event)
    except ProtocolError:
        assert server.state is State.CLOSED
    server.take_output()


def test_the_unfinished_is_counted() -> None:
    server = Association(Role.SERVER)
    list(server.receive(octets(ABB["CR"])[:9]))
    assert server.open_pdu_bytes == 9


def test_sdu_helper_cuts_where_the_frames_say() -> None:
    assert dt(sdu(ABB["FINISH"])) == octets(ABB["FINISH"])
