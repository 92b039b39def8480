"""Both roles of MMS over an association: pairing, negotiation, concluding, refusing, and every wrong PDU."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import (
    AssociationError,
    DecodeError,
    ProtocolError,
    RejectError,
    ServiceError,
    StateError,
    UsageError,
)
from meterwire.protocols.mms import (
    Answer,
    Closed,
    Initiate,
    Initiator,
    MmsEvent,
    Opened,
    PduTag,
    Proposal,
    Report,
    Request,
    Responder,
    decode_pdu,
)
from meterwire.protocols.mms.associations import SERVER_SERVICES
from meterwire.protocols.mms.pdu import (
    CONCLUDE_REQUEST,
    confirmed_error,
    confirmed_request,
    confirmed_response,
    reject,
    unconfirmed,
)
from meterwire.protocols.osi import (
    Association,
    Authentication,
    Data,
    Released,
    Role,
    State,
    cotp,
    presentation,
    session,
    tpkt,
)

from ..osi.frames import ABB, ITI, SISCO, octets

READ = bytes.fromhex("a40ca10aa0083006a00480026d75")


def answer_all(server: Responder, chunk: bytes) -> list[MmsEvent]:
    """Events of a server that accepts everybody and answers every request with an empty read."""
    events = []
    for event in server.receive(chunk):
        events.append(event)
        if isinstance(event, Proposal):
            server.accept()
        elif isinstance(event, Request):
            assert event.pdu.invoke_id is not None
            server.osi.send(confirmed_response(event.pdu.invoke_id, b"\xa4\x02\xa1\x00"))
    return events


def exchange(client: Initiator, server: Responder) -> tuple[list[MmsEvent], list[MmsEvent]]:
    of_client: list[MmsEvent] = []
    of_server: list[MmsEvent] = []
    while True:
        up = client.osi.take_output()
        of_server += answer_all(server, up)
        down = server.osi.take_output()
        of_client += client.receive(down)
        if not up and not down:
            return of_client, of_server


def pair(wanted: Initiate | None = None, offered: Initiate | None = None) -> tuple[Initiator, Responder]:
    client, server = Initiator(wanted=wanted), Responder(offered)
    client.connect()
    of_client, of_server = exchange(client, server)
    assert [type(e) for e in of_client] == [Opened]
    assert [type(e) for e in of_server] == [Proposal]
    return client, server


def frame(pdu: bytes, context: int = 3) -> bytes:
    return tpkt.encode(cotp.DT_LAST + session.DATA + presentation.encode_user_data(context, pdu))


def pdus(server: Responder) -> list[bytes]:
    """MMS PDUs in the server's output."""
    reader = Association(Role.CLIENT)
    reader.state = State.OPEN
    return [e.pdu for e in reader.receive(server.osi.take_output()) if isinstance(e, Data)]


# -- a life in order --------------------------------------------------------------------------------------------------


def test_a_life_in_order() -> None:
    client, server = pair()
    first, second = client.request(READ), client.request(READ)
    assert (first, second) == (1, 2)
    of_client, of_server = exchange(client, server)
    assert [type(e) for e in of_server] == [Request, Request]
    assert [e.invoke_id for e in of_client if isinstance(e, Answer)] == [1, 2]
    server.osi.send(unconfirmed(bytes.fromhex("a00ba1058003525054a0028a00")))
    client.release()
    of_client, of_server = exchange(client, server)
    assert [type(e) for e in of_client] == [Report, Closed]
    assert of_client[-1] == of_server[-1] == Closed(None)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_same_in_pieces(size: int) -> None:
    server = Responder()
    stream = b"".join(octets(ABB[n]) for n in ("CR", "CONNECT", "request", "conclude", "FINISH"))
    events = [e for i in range(0, len(stream), size) for e in answer_all(server, stream[i : i + size])]
    assert [type(e) for e in events] == [Proposal, Request, Closed]
    assert server.negotiated.max_pdu == 64000


def test_real_clients_and_servers() -> None:
    for origin in (SISCO, ITI):
        server = Responder()
        events = answer_all(server, octets(ITI["CR"]) + octets(origin["CONNECT"]) + octets(origin["request"]))
        assert [type(e) for e in events] == [Proposal, Request]
    client = Initiator()
    client.connect()
    list(client.receive(octets(ABB["CC"])))
    (opened,) = client.receive(octets(ABB["ACCEPT"]))
    assert isinstance(opened, Opened)
    assert (opened.initiate.max_pdu, opened.initiate.max_called) == (32000, 8)
    (report,) = client.receive(octets(ABB["report"]))
    assert isinstance(report, Report)
    client._last_id = 303730
    assert client.request(READ) == 303731
    (answer,) = client.receive(octets(ABB["error"]))
    assert isinstance(answer, Answer)
    assert isinstance(answer.error, ServiceError)
    assert (answer.pdu, answer.error.code) == (None, 2)
    assert list(client.receive(octets(ABB["response"]))) == [], "303732 was not asked"
    assert list(client.receive(octets(ABB["concluded"]))) == []
    assert list(client.receive(octets(ABB["DISCONNECT"]))) == [Closed(None)]


# -- negotiation ------------------------------------------------------------------------------------------------------

NEGOTIATIONS = [
    (Initiate(), Initiate(), 65_000, 10, 10, 10),
    (Initiate(max_pdu=1_000), Initiate(), 1_000, 10, 10, 10),
    (Initiate(max_pdu=1_000_000), Initiate(max_pdu=32_000), 32_000, 10, 10, 10),
    (Initiate(max_calling=1, max_called=99), Initiate(max_calling=5, max_called=5), 65_000, 1, 5, 10),
    (Initiate(nesting=4), Initiate(), 65_000, 10, 10, 4),
]


@pytest.mark.parametrize(("wanted", "offered", "pdu", "calling", "called", "nesting"), NEGOTIATIONS)
def test_negotiation(wanted: Initiate, offered: Initiate, pdu: int, calling: int, called: int, nesting: int) -> None:
    client, server = pair(wanted, offered)
    assert client.negotiated == server.negotiated
    found = client.negotiated
    assert (found.max_pdu, found.max_calling, found.max_called, found.nesting) == (pdu, calling, called, nesting)


def test_only_what_both_know_is_conformed_to_and_only_what_is_served_is_told() -> None:
    client, _ = pair(Initiate(parameters=bytes.fromhex("e1ff")))
    assert client.negotiated.parameters.hex() == "e100"
    assert client.negotiated.services == SERVER_SERVICES
    numbers = {i for i in range(85) if SERVER_SERVICES[i // 8] & 0x80 >> i % 8}
    assert numbers == {0, 1, 2, 4, 5, 6, 11, 12, 13, 79, 83, 84}


def test_no_more_requests_than_agreed() -> None:
    client, server = pair(Initiate(max_calling=2))
    client.request(READ)
    assert client.room == 1
    client.request(READ)
    with pytest.raises(StateError, match="2 requests are outstanding"):
        client.request(READ)
    exchange(client, server)
    assert client.room == 2
    assert client.request(READ) == 3, "a refused request takes no number"


def test_no_request_larger_than_agreed() -> None:
    client, _ = pair(Initiate(max_pdu=300))
    assert client.request(b"\xa4\x82\x01\x21" + bytes(289)) == 1
    with pytest.raises(UsageError, match="request of 301 octets, the peer takes 300"):
        client.request(b"\xa4\x82\x01\x22" + bytes(290))
    assert client.room == 9


def test_invoke_ids_wrap_before_they_turn_negative() -> None:
    client, server = pair()
    client._last_id = 0x7FFFFFFE
    assert [client.request(READ), client.request(READ)] == [0x7FFFFFFF, 1]
    of_client, _ = exchange(client, server)
    assert [e.invoke_id for e in of_client if isinstance(e, Answer)] == [0x7FFFFFFF, 1]


@pytest.mark.parametrize(("failed", "text"), [(True, "authentication failure"), (False, "no reason given")])
def test_refusal(failed: bool, text: str) -> None:
    client, server = Initiator(), Responder()
    client.connect(Authentication(b"wrong"))
    list(server.receive(client.osi.take_output()))
    list(client.receive(server.osi.take_output()))
    (proposal,) = server.receive(client.osi.take_output())
    assert isinstance(proposal, Proposal)
    assert proposal.request.authentication == Authentication(b"wrong")
    server.refuse(13 if failed else 1)
    (closed,) = client.receive(server.osi.take_output())
    assert isinstance(closed, Closed)
    assert isinstance(closed.error, AssociationError)
    assert text in str(closed.error)
    assert "refused the association" in str(closed.error)


def test_nobody_can_be_accepted_who_has_not_asked() -> None:
    with pytest.raises(StateError):
        Responder().accept()
    with pytest.raises(StateError):
        Responder().refuse()


@pytest.mark.parametrize("mms", ["", "8b00", "a000", "aa05a003880100", "a8048002001f", "a80280"])
def test_initiates_that_are_none(mms: str) -> None:
    """What breaks the initiate breaks the association: the client is told, not left alone."""
    client, server = Association(Role.CLIENT), Responder()
    client.connect(bytes.fromhex(mms))
    list(server.receive(client.take_output()))
    list(client.receive(server.osi.take_output()))
    with pytest.raises(DecodeError):
        list(server.receive(client.take_output()))
    assert server.osi.state is State.CLOSED
    assert list(client.receive(server.osi.take_output())), "an abort"


# -- the server: PDU, what it answers ---------------------------------------------------------------------------------

PDU_ERROR, UNKNOWN_TYPE = "a403850101", "a403850100"
SERVER = [
    ("a0050201018200", None),
    ("a00502017f8200", None),
    ("8b00", "8c00"),
    ("8b0100", "8c00"),  # conclude with something in it
    ("850105", "a70a800105a105a0038a0101"),  # cancel: it has been answered long ago
    ("850400ffffff", "a70d800400ffffffa105a0038a0101"),
    ("8500", "a403860101"),
    ("8506000000000001", "a403860101"),
    ("a403850101", ""),  # a reject is the end of a matter
    ("a3058003525054", ""),  # unconfirmed PDUs to a server say nothing
    ("a1050201008200", UNKNOWN_TYPE),  # A51, S12: an answer nobody asked for
    ("a108020100bf48020500", UNKNOWN_TYPE),  # S12: FileOpen response, invoke id 0
    ("a20a800105a205a003870102", UNKNOWN_TYPE),
    ("a8028000", UNKNOWN_TYPE),  # a second initiate
    ("8c00", UNKNOWN_TYPE),
    ("860105", UNKNOWN_TYPE),
    ("a70a800105a105a0038a0101", UNKNOWN_TYPE),
    ("ad00", UNKNOWN_TYPE),
    ("8f00", UNKNOWN_TYPE),
    ("3000", UNKNOWN_TYPE),
    ("", PDU_ERROR),
    ("a0", PDU_ERROR),
    ("a003020101", PDU_ERROR),
    ("a0050201ff8200", PDU_ERROR),  # S27
    ("a08000000000", PDU_ERROR),  # A34
    ("a0050201018200" + "00", PDU_ERROR),
    ("a10802", PDU_ERROR),
]


@pytest.mark.parametrize(("pdu", "answer"), SERVER)
def test_what_a_server_answers_by_itself(pdu: str, answer: str | None) -> None:
    _, server = pair()
    events = list(server.receive(frame(bytes.fromhex(pdu))))
    if answer is None:
        assert [type(e) for e in events] == [Request]
        return
    assert events == []
    assert [p.hex() for p in pdus(server)] == ([answer] if answer else [])
    assert [type(e) for e in server.receive(frame(bytes.fromhex("a0050201018200")))] == [Request], "it goes on"


def test_a_request_is_answered_before_the_release_behind_it() -> None:
    client, server = pair()
    client.request(READ)
    client.osi.send(b"\x8b\x00")
    client.osi.release()
    events = answer_all(server, client.osi.take_output())
    assert [type(e) for e in events] == [Request, Closed]
    assert [type(e) for e in client.receive(server.osi.take_output())] == [Answer, Closed]


# -- the client: PDU, what it makes of it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pdu", "kind"),
    [
        (confirmed_response(1, b"\xa4\x02\xa1\x00"), None),
        (confirmed_error(1, 7, 2), ServiceError),
        (reject(1, 1, 4), RejectError),
    ],
)
def test_answers(pdu: bytes, kind: type[ProtocolError] | None) -> None:
    client, _ = pair()
    client.request(READ)
    (answer,) = client.receive(frame(pdu))
    assert isinstance(answer, Answer)
    assert answer.invoke_id == 1
    assert (answer.pdu is None) == (kind is not None)
    assert kind is None or isinstance(answer.error, kind)
    assert list(client.receive(frame(pdu))) == [], "the second answer is to nobody"


@pytest.mark.parametrize(
    "pdu",
    [
        confirmed_response(2, b"\xa4\x02\xa1\x00"),
        confirmed_error(0, 7, 2),
        reject(None, 5, 1),
        reject(2, 1, 4),
        bytes.fromhex("a207a205a003870102"),  # an error that does not say to what
    ],
)
def test_answers_to_nobody_are_dropped(pdu: bytes) -> None:
    client, _ = pair()
    client.request(READ)
    assert list(client.receive(frame(pdu))) == []
    assert client.room == 9


@pytest.mark.parametrize(
    "pdu", ["", "a8028000", "8500", "8600", "ad00", "a400", "a203800101", "30", "a105020101000000"]
)
def test_what_breaks_a_client(pdu: str) -> None:
    client, _ = pair()
    client.request(READ)
    with pytest.raises(DecodeError):
        list(client.receive(frame(bytes.fromhex(pdu))))
    assert client.osi.state is State.CLOSED
    assert client.osi.take_output(), "the server is told"


def test_a_server_may_conclude() -> None:
    client, server = pair()
    server.osi.send(b"\x8b\x00")
    assert list(client.receive(server.osi.take_output())) == []
    assert [decode_pdu(e.pdu).tag for e in server.osi.receive(client.osi.take_output()) if isinstance(e, Data)] == [
        PduTag.CONCLUDE_RESPONSE
    ]


def test_both_sides_conclude_and_release_at_once() -> None:
    """What crosses on the wire is no error of anybody: neither answers behind its FINISH, both end in order."""
    client, server = pair()
    client.release()
    server.osi.send(CONCLUDE_REQUEST)
    first, second = client.osi.take_output(), server.osi.take_output()
    assert list(client.receive(second)) == answer_all(server, first) == []
    first, second = client.osi.take_output(), server.osi.take_output()
    server.osi.release()
    crossing = server.osi.take_output()
    assert list(client.receive(second)) == [], "its FINISH is on its way"
    assert list(client.receive(frame(CONCLUDE_REQUEST) + frame(confirmed_request(1, READ)))) == [], "no answer any more"
    finish = client.osi.take_output()
    assert list(client.receive(crossing)) == [Closed(None)]
    assert [type(event) for event in server.osi.receive(first + finish)] == [Data, Released]
    first, second = client.osi.take_output(), server.osi.take_output()
    assert [*client.receive(second), *server.osi.receive(first)] == []
    assert client.osi.state is server.osi.state is State.CLOSED


def test_an_answer_larger_than_agreed_is_taken() -> None:
    """Its values are right; a client that refused them would be of no use with the package iec61850 0.14."""
    client, _ = pair(Initiate(max_pdu=300))
    client.request(READ)
    chunk = frame(confirmed_response(1, b"\xa4\x82\x01\x22" + bytes(290)))
    assert [answer.error for answer in client.receive(chunk) if isinstance(answer, Answer)] == [None]


@pytest.mark.parametrize("max_pdu", [-1, 0, 255, 1_000_001])
def test_a_pdu_size_that_cannot_be_is_not_proposed(max_pdu: int) -> None:
    with pytest.raises(UsageError, match=f"max_pdu={max_pdu} cannot be agreed on; it is 256 to 1000000 octets"):
        Initiator(wanted=Initiate(max_pdu=max_pdu))


def test_abort_of_either_side() -> None:
    for who in (0, 1):
        ends = pair()
        ends[who].osi.abort()
        told = exchange(*ends)[1 - who]
        assert len(told) == 1
        assert isinstance(told[0], Closed)
        assert "aborted" in str(told[0].error)


@given(st.binary(max_size=60))
def test_any_pdu_leaves_the_server_serving(pdu: bytes) -> None:
    _, server = pair()
    answer_all(server, frame(pdu))
    assert server.osi.state is State.OPEN
    assert len(pdus(server)) <= 1


@given(st.binary(max_size=60))
def test_any_pdu_is_something_to_a_client_or_our_error(pdu: bytes) -> None:
    client, _ = pair()
    client.request(READ)
    try:
        for event in client.receive(frame(pdu)):
            assert isinstance(event, MmsEvent)
    except ProtocolError:
        assert client.osi.state is State.CLOSED
