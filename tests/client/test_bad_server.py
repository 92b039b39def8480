"""Our client against a server that says nothing, the wrong thing, too much, or goes away.

Whatever the server does, a call ends within its time with one of our errors, told in one line.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from meterwire.binding.mms import Client, MmsImage, MmsService
from meterwire.client import IedClient, connect
from meterwire.client import connection as connection_module
from meterwire.client.connection import open_connection
from meterwire.errors import (
    AssociationError,
    DataAccessError,
    DecodeError,
    LinkError,
    LinkTimeoutError,
    MeterwireError,
    ProtocolError,
    RejectError,
    ServiceError,
    UnknownNameError,
    UsageError,
)
from meterwire.models import OptFlds
from meterwire.net.tcp import dial
from meterwire.protocols import ber
from meterwire.protocols.mms import (
    BitString,
    Initiate,
    Initiator,
    Pdu,
    PduTag,
    Proposal,
    Request,
    Responder,
    Service,
    encode_data,
)
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.pdu import confirmed_error, confirmed_request, confirmed_response, reject, unconfirmed
from meterwire.protocols.mms.services import Identity
from meterwire.protocols.osi import acse, cotp, presentation, session, tpkt

from ..helpers import until
from ..mms_end import LD, dt, frame, run, small_ied
from ..protocols.osi.frames import ABB

TIMEOUT = 0.2
"""Seconds a call to a silent server takes; nothing here waits for it in vain."""
PATIENT = 10.0
"""Seconds for calls that are answered; they take milliseconds."""

Answer = Callable[["BadServer", Pdu], bytes | None]


class BadServer(asyncio.Protocol):
    """Answers as a good server would, but for what ``answer`` makes of a request: PDUs, or None for silence."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.mms = Responder()
        self.service = MmsService(MmsImage(small_ied(fillers=40)), Identity("a", "b", "c"))
        self.asked = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        with contextlib.suppress(ProtocolError):
            for event in self.mms.receive(data):
                if isinstance(event, Proposal):
                    self.mms.accept()
                elif isinstance(event, Request):
                    self.asked += 1
                    pdu = self.answer(self, event.pdu)
                    if pdu is not None:
                        self.mms.osi.send(pdu)
        self.flush()

    def flush(self) -> None:
        assert self.transport is not None
        self.transport.write(self.mms.osi.take_output())

    def send_raw(self, data: bytes) -> None:
        self.flush()
        assert self.transport is not None
        self.transport.write(data)

    def close(self) -> None:
        self.flush()
        assert self.transport is not None
        self.transport.close()

    def good(self, pdu: Pdu) -> bytes:
        """What a good server answers."""
        answer = self.service.answer(pdu, Client(1))
        assert isinstance(answer, bytes)
        return answer


def instead(service: int, answer: Answer) -> Answer:
    """A server that is good but for one service."""
    return lambda server, pdu: answer(server, pdu) if pdu.service == service else server.good(pdu)


@contextlib.asynccontextmanager
async def listening(factory: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def one_line(error: BaseException) -> bool:
    text = str(error)
    return bool(text) and "\n" not in text and len(text) < 400


def attempt(
    answer: Answer,
    call: Callable[[IedClient], Awaitable[Any]],
    *,
    timeout: float = PATIENT,
    wanted: Initiate | None = None,
) -> Any:
    """What ``call`` gives against a server with these answers: its value, or its error."""

    async def play() -> Any:
        async with listening(lambda: BadServer(answer)) as port:
            ied = await connect(f"mms://127.0.0.1:{port}", timeout=PATIENT, wanted=wanted)
            ied._timeout = timeout  # of the calls: a machine with much to do may take long to connect
            try:
                return await call(ied)
            except MeterwireError as error:
                return error
            finally:
                ied.abort()

    found = run(play())
    assert one_line(found) if isinstance(found, BaseException) else True
    return found


# -- before there is an association -----------------------------------------------------------------------------------

CC = bytes.fromhex(ABB["CC"])


class Scripted(asyncio.Protocol):
    """Says its lines one after the other, one each time something arrives; None closes."""

    def __init__(self, *lines: bytes | None, first: bytes | None = b"") -> None:
        self.lines = list(lines)
        self.first = first

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._say(self.first)

    def data_received(self, data: bytes) -> None:
        del data
        if self.lines:
            self._say(self.lines.pop(0))

    def _say(self, line: bytes | None) -> None:
        if line is None:
            self.transport.close()
        elif line:
            self.transport.write(line)


def accept(
    mms: bytes, *, result: int = 0, diagnostic: int = 0, contexts: tuple[bool, ...] = (True, True), kind: int = 14
) -> bytes:
    aare = acse.encode_associate_response(acse.Associate(user_data=mms, result=result, diagnostic=diagnostic), 3)
    cpa = presentation.encode_accept(aare, presentation.Connect(user_data=b"", results=contexts))
    return dt(session.encode_accept(cpa, b"") if kind == 14 else session.encode_other(kind, cpa))


RESPONSE = Initiate().encode(PduTag.INITIATE_RESPONSE)

REFUSALS = {
    "silence": ([], LinkTimeoutError, "no association within 0.2 s"),
    "CC and silence": ([CC], LinkTimeoutError, "no association within 0.2 s"),
    "half a CC and silence": ([CC[:10]], LinkTimeoutError, "no association within 0.2 s"),
    "65,535 octets announced and silence": ([CC, b"\x03\x00\xff\xff\x02"], LinkTimeoutError, "no association"),
    "an accept without end": ([CC, tpkt.encode(cotp.DT_MORE + bytes(100))], LinkTimeoutError, "no association"),
    "closes": ([None], AssociationError, "closed the connection"),
    "closes after CC": ([CC, None], AssociationError, "closed the connection"),
    "closes within the accept": ([CC + accept(RESPONSE)[:40], None], AssociationError, "closed the connection"),
    "disconnects": ([tpkt.encode(bytes.fromhex("06800001000000"))], AssociationError, "transport disconnected"),
    "garbage": ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], AssociationError, "not a TPKT header"),
    "garbage after CC": ([CC, b"\x00" * 100], AssociationError, "not a TPKT header"),
    "CC of class 4": ([tpkt.encode(bytes.fromhex("06d00000000140"))], AssociationError, "class 4"),
    "CR for CC": ([bytes.fromhex(ABB["CR"])], AssociationError, "CR is not allowed"),
    "CC twice": ([CC, CC], AssociationError, "CC is not allowed"),
    "data at once": ([CC, frame(b"\x8b\x00")], AssociationError, "DATA is not allowed"),
    "session refuse": ([CC, dt(bytes.fromhex("0c03320100"))], AssociationError, "refused the association"),
    "session abort": ([CC, dt(bytes.fromhex("1903110103"))], AssociationError, "aborted"),
    "session garbage": ([CC, dt(b"\xff\x00")], AssociationError, "SPDU 255 is not known"),
    "context refused": ([CC, accept(RESPONSE, contexts=(True, False))], AssociationError, "refused a presentation"),
    "ACSE refuses": ([CC, accept(b"", result=1, diagnostic=1)], AssociationError, "no reason given .ACSE result 1"),
    "ACSE refuses in a refuse": (
        [CC, accept(b"", result=1, diagnostic=9, kind=12)],
        AssociationError,
        "AE-qualifier|diagnostic 9",
    ),
    "authentication failure": ([CC, accept(b"", result=1, diagnostic=13)], AssociationError, "authentication failure"),
    "ACSE accepts nothing": ([CC, accept(b"")], AssociationError, "accepts without MMS"),
    "initiate error": ([CC, accept(bytes.fromhex("aa05a003880100"))], AssociationError, "initiate expected, PDU AA"),
    "initiate garbage": ([CC, accept(b"\xa9\x80")], AssociationError, "indefinite"),
    "PDUs of 31 octets": ([CC, accept(Initiate(max_pdu=31).encode(0xA9))], AssociationError, "31 octets"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_no_association(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, kind, text = REFUSALS[name]

    async def patient(*args: Any, timeout: float) -> Any:
        """TCP may take its time on a machine with much to do; the time-out is for the association."""
        del timeout
        return await dial(*args, timeout=PATIENT)

    monkeypatch.setattr(connection_module, "dial", patient)

    async def play() -> None:
        async with listening(lambda: Scripted(*lines)) as port:
            with pytest.raises(kind, match=text) as caught:
                await connect(f"mms://127.0.0.1:{port}", timeout=TIMEOUT if kind is LinkTimeoutError else PATIENT)
            assert one_line(caught.value)
            assert isinstance(caught.value, LinkError)

    run(play())


def test_a_server_that_speaks_first() -> None:
    async def play() -> None:
        async with listening(lambda: Scripted(first=b"SSH-2.0-OpenSSH\r\n")) as port:
            with pytest.raises(AssociationError, match="not a TPKT header"):
                await connect(f"mms://127.0.0.1:{port}", timeout=PATIENT)

    run(play())


def test_nobody_there() -> None:
    async def play() -> None:
        async with listening(Scripted) as port:
            pass
        with pytest.raises(LinkError, match="is the server running there") as caught:
            await connect(f"mms://127.0.0.1:{port}", timeout=PATIENT)
        assert one_line(caught.value)

    run(play())


BAD_TARGETS = [
    "mms://[",
    "mms://[::1",
    "mms://",
    "mms:///x",
    "mms://127.0.0.1:70000",
    "mms://127.0.0.1:x",
    "http://127.0.0.1",
    "127.0.0.1:102",
    "",
    "mms://127.0.0.1/HOMEMET",
    "mms://" + "a" * 300,
    "mms://a..b",
    "mms://a\x00b",
]


@pytest.mark.parametrize("url", BAD_TARGETS)
def test_targets_that_are_none(url: str) -> None:
    async def play() -> None:
        with pytest.raises(MeterwireError) as caught:
            await connect(url, timeout=PATIENT)
        assert one_line(caught.value)

    run(play())


def test_giving_up_while_associating_leaves_no_connection_behind() -> None:
    ended = asyncio.Event()

    class Silent(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            del exc
            ended.set()

    async def play() -> None:
        async with listening(Silent) as port:
            connecting = asyncio.ensure_future(open_connection("127.0.0.1", port, timeout=PATIENT))
            await asyncio.sleep(0.02)
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            async with asyncio.timeout(PATIENT):
                await ended.wait()

    run(play())


# -- answers to one request -------------------------------------------------------------------------------------------


def wrong(make: Callable[[int], bytes]) -> Answer:
    return lambda _, pdu: make(pdu.invoke_id or 0)


def raw(*parts: bytes, close: bool = False) -> Answer:
    def answer(server: BadServer, _: Pdu) -> None:
        server.send_raw(b"".join(parts))
        if close:
            server.close()

    return answer


IDENTITY = s.identify_response(Identity("a", "b", "c"))

ANSWERS: dict[str, tuple[Answer, type[MeterwireError], str]] = {
    "silence": (lambda *_: None, LinkTimeoutError, "no answer"),
    "another invoke id": (wrong(lambda i: confirmed_response(i + 1, IDENTITY)), LinkTimeoutError, "no answer"),
    "an invoke id long ago": (wrong(lambda _: confirmed_response(0, IDENTITY)), LinkTimeoutError, "no answer"),
    "reject without invoke id": (wrong(lambda _: reject(None, 5, 1)), LinkTimeoutError, "no answer"),
    "error to another": (wrong(lambda i: confirmed_error(i + 1, 7, 2)), LinkTimeoutError, "no answer"),
    "half an answer": (raw(frame(confirmed_response(1, IDENTITY))[:-3]), LinkTimeoutError, "no answer"),
    "reject": (wrong(lambda i: reject(i, 1, 1)), RejectError, "kind 1, reason 1"),
    "error": (wrong(lambda i: confirmed_error(i, 7, 2)), ServiceError, "class access, code 2"),
    "error of an unknown class": (wrong(lambda i: confirmed_error(i, 29, 99)), ServiceError, "class 29, code 99"),
    "closes": (raw(close=True), AssociationError, "closed the connection"),
    "closes in the middle": (raw(frame(confirmed_response(1, IDENTITY))[:-3], close=True), AssociationError, "closed"),
    "aborts": (raw(dt(session.encode_other(25, b""))), AssociationError, "aborted"),
    "releases": (raw(bytes.fromhex(ABB["FINISH"])), AssociationError, "released"),
    "garbage": (raw(b"\xde\xad\xbe\xef"), AssociationError, "not a TPKT header"),
    "garbage in a TPKT": (raw(tpkt.encode(b"\x02\xf0\x80\xde\xad")), AssociationError, "SPDU 222"),
    "garbage as a PDU": (raw(frame(b"\xde\xad")), AssociationError, "broke the protocol"),
    "a PDU that lies": (raw(frame(bytes.fromhex("a184ffffffff"))), AssociationError, "4294967295"),
    "a PDU of indefinite length": (raw(frame(bytes.fromhex("a1800201010000"))), AssociationError, "indefinite"),
    "another context": (raw(frame(confirmed_response(1, IDENTITY), 5)), AssociationError, "context 5"),
    "a second initiate": (raw(frame(RESPONSE)), AssociationError, "A9 is not for a client"),
    "an answer without service": (wrong(lambda i: confirmed_response(i, b"")), AssociationError, "nothing is left"),
    "a request with no answer": (raw(frame(bytes.fromhex("a203800101"))), AssociationError, "without class"),
    "an SDU without end": (raw(tpkt.encode(cotp.DT_MORE + bytes(60_000)) * 20), AssociationError, "without end mark"),
    "another service": (
        wrong(lambda i: confirmed_response(i, s.name_list_response(b"", more_follows=False))),
        DecodeError,
        "answers another service",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(name: str) -> None:
    answer, kind, text = ANSWERS[name]
    timeout = TIMEOUT if kind is LinkTimeoutError else PATIENT
    error = attempt(answer, lambda ied: ied.identify(), timeout=timeout)
    assert type(error) is kind
    assert text in str(error)


def test_identities_of_any_length_and_code_page() -> None:
    """S21: an oversize Identify answer is only long."""
    content = ber.tlv(0x80, b"a" * 60_000) + ber.tlv(0x81, b"\xff\xfe") + ber.tlv(0x82, b"")
    found = attempt(wrong(lambda i: confirmed_response(i, ber.tlv(0xA2, content))), lambda ied: ied.identify())
    assert (len(found.vendor), found.model, found.revision) == (60_000, "\ufffd\ufffd", "")


def test_a_late_answer_is_nobodys() -> None:
    """The answer to a request given up must not be taken for that to the next one."""
    kept: list[int] = []

    def answer(server: BadServer, pdu: Pdu) -> bytes | None:
        assert pdu.invoke_id is not None
        kept.append(pdu.invoke_id)
        if len(kept) == 1:
            return None
        server.mms.osi.send(confirmed_response(kept[0], s.identify_response(Identity("late", "", ""))))
        return confirmed_response(pdu.invoke_id, IDENTITY)

    async def call(ied: IedClient) -> Any:
        with pytest.raises(LinkTimeoutError):
            await ied._connection.request(s.identify_request(), TIMEOUT)
        return await ied.identify()

    assert attempt(answer, call) == Identity("a", "b", "c")


def test_silence_does_not_hold_more_than_its_own_callers() -> None:
    """As many calls as the server allows hang; those that wait for a place get their time-out too."""

    async def call(ied: IedClient) -> Any:
        return await asyncio.gather(*(ied.identify() for _ in range(25)), return_exceptions=True)

    errors = attempt(lambda *_: None, call, timeout=TIMEOUT)
    assert len(errors) == 25
    assert all(isinstance(e, LinkTimeoutError) and one_line(e) for e in errors)


def test_all_callers_are_told_when_the_server_goes() -> None:
    def answer(server: BadServer, _: Pdu) -> None:
        if server.asked == 5:
            server.close()

    async def call(ied: IedClient) -> Any:
        return await asyncio.gather(*(ied.identify() for _ in range(25)), return_exceptions=True)

    errors = attempt(answer, call)
    assert len(errors) == 25
    assert all(isinstance(e, AssociationError) for e in errors)


def test_a_place_that_its_waiter_no_longer_wants_goes_to_the_next() -> None:
    """Two wait for one place; the first is woken and given up in the same turn of the loop."""

    async def play() -> None:
        async with listening(lambda: BadServer(lambda *_: None)) as port:
            connection = await open_connection("127.0.0.1", port, timeout=PATIENT, wanted=Initiate(max_calling=1))
            server_id = asyncio.ensure_future(connection.request(s.identify_request(), PATIENT))
            await asyncio.sleep(0)
            first = asyncio.ensure_future(connection.request(s.identify_request(), PATIENT))
            second = asyncio.ensure_future(connection.request(s.identify_request(), PATIENT))
            await asyncio.sleep(0.01)
            connection.data_received(frame(confirmed_response(1, IDENTITY)))
            first.cancel()
            assert (await server_id).invoke_id == 1
            await until(lambda: bool(connection._waiting))
            connection.data_received(frame(confirmed_response(2, IDENTITY)))
            assert (await second).invoke_id == 2
            connection.abort()

    run(play())


def test_a_place_whose_request_is_too_large_goes_to_the_next() -> None:
    async def play() -> None:
        async with listening(lambda: BadServer(lambda *_: None)) as port:
            connection = await open_connection("127.0.0.1", port, timeout=PATIENT, wanted=Initiate(max_calling=1))
            service = s.identify_request()
            requests = (service, service + bytes(connection.mms.negotiated.max_pdu), service)
            first, large, last = [asyncio.ensure_future(connection.request(r, PATIENT)) for r in requests]
            await asyncio.sleep(0.01)
            connection.data_received(frame(confirmed_response(1, IDENTITY)))
            assert (await first).invoke_id == 1
            with pytest.raises(UsageError):
                await large
            await until(lambda: bool(connection._waiting))
            connection.data_received(frame(confirmed_response(max(connection._waiting), IDENTITY)))
            await last
            connection.abort()

    run(play())


def test_a_server_may_ask_and_is_told_no() -> None:
    heard = bytearray()

    class Asking(BadServer):
        def data_received(self, data: bytes) -> None:
            heard.extend(data)
            super().data_received(data)

    def answer(server: BadServer, pdu: Pdu) -> bytes:
        server.mms.osi.send(confirmed_request(77, s.identify_request()))
        return server.good(pdu)

    async def play() -> None:
        async with listening(lambda: Asking(answer)) as port:
            ied = await connect(f"mms://127.0.0.1:{port}", timeout=PATIENT)
            for _ in range(2):
                assert await ied.identify() == Identity("a", "b", "c")
            ied.abort()

    run(play())
    assert reject(77, 1, 1) in heard


def test_closing_does_not_wait_for_a_server_that_does_not_conclude() -> None:
    class Stubborn(BadServer):
        def data_received(self, data: bytes) -> None:
            if self.mms.osi.state.value != "open":
                super().data_received(data)

    async def play() -> None:
        async with listening(lambda: Stubborn(lambda *_: None)) as port:
            ied = await connect(f"mms://127.0.0.1:{port}", timeout=PATIENT)
            ied._timeout = TIMEOUT
            await ied.close()
            assert not ied.is_open
            with pytest.raises(AssociationError, match="released"):
                await ied.identify()
            await ied.close()

    run(play())


# -- directories ------------------------------------------------------------------------------------------------------


def listed(*names: bytes, more: bool) -> Answer:
    service = s.name_list_response(b"".join(ber.tlv(0x1A, n) for n in names), more_follows=more)
    return instead(Service.GET_NAME_LIST, wrong(lambda i: confirmed_response(i, service)))


def counting(make: Callable[[int], list[bytes]]) -> Answer:
    def answer(server: BadServer, pdu: Pdu) -> bytes:
        elements = b"".join(ber.tlv(0x1A, n) for n in make(server.asked))
        return confirmed_response(pdu.invoke_id or 0, s.name_list_response(elements, more_follows=True))

    return instead(Service.GET_NAME_LIST, answer)


def test_more_follows_for_ever_with_the_same_names() -> None:
    assert attempt(listed(b"A", b"B", more=True), lambda ied: ied.logical_devices()) == ("A", "B")


def test_more_follows_and_nothing_comes() -> None:
    assert attempt(listed(more=True), lambda ied: ied.logical_devices()) == ()


def test_more_follows_in_a_circle() -> None:
    found = attempt(counting(lambda n: [b"A", b"B"] if n % 2 else [b"C", b"D"]), lambda ied: ied.logical_devices())
    assert sorted(set(found)) == ["A", "B", "C", "D"]
    assert len(found) <= 6


def test_more_follows_for_ever_with_new_names() -> None:
    names = counting(lambda n: [b"%08d" % (n * 1000 + i) for i in range(1000)])
    error = attempt(names, lambda ied: ied.logical_devices())
    assert isinstance(error, ProtocolError)
    assert "names" in str(error)


def test_names_beyond_ascii() -> None:
    def answer(_: BadServer, pdu: Pdu) -> bytes:
        request = s.decode_name_list_request(pdu.data, pdu.start, pdu.stop)
        names = (
            [b"Z\xe4hler"]
            if request.continue_after is None
            else [b"next" if request.continue_after == "Z\xe4hler" else b"lost"]
        )
        elements = b"".join(ber.tlv(0x1A, n) for n in names)
        more = request.continue_after is None
        return confirmed_response(pdu.invoke_id or 0, s.name_list_response(elements, more_follows=more))

    found = attempt(instead(Service.GET_NAME_LIST, answer), lambda ied: ied.logical_devices())
    assert found == ("Z\xe4hler", "next")
    error = attempt(listed(b"Z\xe4hler", more=False), lambda ied: ied.logical_nodes("Z\xe4hler"))
    assert isinstance(error, UsageError)


def test_a_server_without_names() -> None:
    error = attempt(listed(more=False), lambda ied: ied.read(f"{LD}/GGIO1.Ind1"))
    assert isinstance(error, UnknownNameError)
    error = attempt(listed(b"$", b"$$", b"GGIO1$", more=False), lambda ied: ied.read(f"{LD}/GGIO1.Ind1"))
    assert isinstance(error, UnknownNameError)


def typed(element: bytes) -> Answer:
    service = ber.tlv(Service.GET_VARIABLE_ACCESS_ATTRIBUTES, b"\x80\x01\x00" + ber.tlv(0xA2, element))
    return instead(Service.GET_VARIABLE_ACCESS_ATTRIBUTES, wrong(lambda i: confirmed_response(i, service)))


def deep_type(depth: int) -> bytes:
    inner = b"\x83\x00"
    for _ in range(depth):
        inner = ber.tlv(0xA2, ber.tlv(0xA1, ber.tlv(0x30, b"\x80\x01a" + ber.tlv(0xA1, inner))))
    return inner


TYPES = {
    "nested too deep": (deep_type(10_000), "nested deeper than 25"),
    "of another standard": (b"\x8d\x01\x08", "not one of 8-1"),
    "nothing": (b"", "nothing is left"),
    "lying": (b"\xa2\x05\xa1\xff", "octets in"),
}


@pytest.mark.parametrize("name", TYPES)
def test_types(name: str) -> None:
    element, text = TYPES[name]
    error = attempt(typed(element), lambda ied: ied.read(f"{LD}/GGIO1.Ind1.stVal"))
    assert isinstance(error, DecodeError)
    assert text in str(error)


def members(*names: bytes) -> Answer:
    body = b"\x80\x01\x00" + ber.tlv(0xA1, b"".join(ber.tlv(0x30, ber.tlv(0xA0, n)) for n in names))
    service = ber.tlv(Service.GET_NAMED_VARIABLE_LIST_ATTRIBUTES, body)
    return instead(Service.GET_NAMED_VARIABLE_LIST_ATTRIBUTES, wrong(lambda i: confirmed_response(i, service)))


def named(item: bytes) -> bytes:
    return ber.tlv(0xA1, ber.tlv(0x1A, LD.encode()) + ber.tlv(0x1A, item))


@pytest.mark.parametrize("item", [b"$", b"$$", b"LLN0", b"GGIO1$ST", b"a" * 64, b"$ST$Ind1"])
def test_members_of_strange_names(item: bytes) -> None:
    """S20: a member called "$", or without functional constraint, is a member all the same."""
    answer = members(named(item), named(b"GGIO1$ST$Ind2"), named(b"GGIO1$ST$Cnt1"))
    found = attempt(answer, lambda ied: ied.read_data_set(f"{LD}/LLN0.dsEv"))
    assert isinstance(found, dict)
    assert len(found) == 3


def test_members_without_domain() -> None:
    answer = members(ber.tlv(0x80, b"vmd"), ber.tlv(0x82, b"association"), named(b"GGIO1$ST$Ind1"))
    assert len(attempt(answer, lambda ied: ied.read_data_set(f"{LD}/LLN0.dsEv"))) == 3


# -- reads and writes -------------------------------------------------------------------------------------------------


def results(*elements: str) -> Answer:
    service = s.read_response([bytes.fromhex(e) for e in elements])
    return instead(Service.READ, wrong(lambda i: confirmed_response(i, service)))


READS: dict[str, tuple[Answer, type[MeterwireError], str]] = {
    "nothing": (results(), ProtocolError, "1"),
    "two for one": (results("8301ff", "8301ff"), ProtocolError, "1"),
    "failure": (results("80010a"), DataAccessError, "object-non-existent"),
    "failure of a code nobody knows": (results("800163"), DataAccessError, "data access error 99"),
    "failure of no octets": (results("8000"), DecodeError, "integer of 0"),
    "a value of no type": (results("8d0100"), DecodeError, "no Data alternative"),
    "a value that lies": (results("8305ff"), DecodeError, "octets in"),
    "a value too deep": (results(("a280" * 0) + "".join(f"a282{4 * (9_999 - i):04x}" for i in range(10_000))), DecodeError, "deeper than 25"),
    "no results": (instead(Service.READ, wrong(lambda i: confirmed_response(i, b"\xa4\x00"))), DecodeError, "without results"),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_reads(name: str) -> None:
    answer, kind, text = READS[name]
    error = attempt(answer, lambda ied: ied.read(f"{LD}/GGIO1.Ind1.stVal"))
    assert isinstance(error, kind)
    assert text in str(error)


@pytest.mark.parametrize("element", ["8a0178", "a203830100", "a103830100", "850101", "840100", "8900", "a200"])
@pytest.mark.parametrize(
    "reference", ["GGIO1.Ind1.stVal", "GGIO1.Ind1", "GGIO1.Crv1.crvPts", "GGIO1.Ind1.q", "GGIO1.Ind1.t"]
)
def test_a_value_of_another_type_than_told_is_given_as_it_is(reference: str, element: str) -> None:
    found = attempt(results(element), lambda ied: ied.read(f"{LD}/{reference}"))
    assert not isinstance(found, MeterwireError)


def written(content: str) -> Answer:
    service = bytes.fromhex(content)
    return instead(Service.WRITE, wrong(lambda i: confirmed_response(i, service)))


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (written("a500"), ProtocolError, "0 answered"),
        (written("a50481008100"), ProtocolError, "2 answered"),
        (written("a503800103"), DataAccessError, "object-access-denied"),
        (written("a5028000"), DecodeError, "integer of 0"),
        (written("a503830100"), DecodeError, "no result of a write"),
        (written("a502a100"), DecodeError, "no result of a write"),
        (written("a402a100"), DecodeError, "answers another service"),
        (written("bf4500"), DecodeError, "answers another service"),
    ],
)
def test_writes(answer: Answer, kind: type[MeterwireError], text: str) -> None:
    error = attempt(answer, lambda ied: ied.write(f"{LD}/GGIO1.Ind1.d", "x"))
    assert isinstance(error, kind)
    assert text in str(error)


# -- reports ----------------------------------------------------------------------------------------------------------

FLAGS = OptFlds.SEQ_NUM | OptFlds.REASON
MEMBERS = [(True, BitString(0, 13)), (False, BitString(0, 13)), (7, BitString(0, 13))]
REASON = BitString(0b010000, 6)


def report(*values: Any, rpt_id: str = f"{LD}/LLN0$RP$urcb01", flags: int = FLAGS) -> bytes:
    head = (rpt_id, BitString(flags, 10), *values)
    return unconfirmed(s.information_report(b"".join(map(encode_data, head))))


GOOD = report(5, BitString(0b100, 3), MEMBERS[0], REASON)

BAD_REPORTS = {
    "A52 more bits set than values": (report(5, BitString(0b111, 3), MEMBERS[0]), "ends"),
    "A52 fewer bits set than values": (report(5, BitString(0, 3), MEMBERS[0], REASON), "left over"),
    "A52 an inclusion of 400,000 bits": (report(5, BitString((1 << 400_000) - 1, 400_000), *MEMBERS), "400000 members"),
    "A52 more values than bits set": (report(5, BitString(0b100, 3), *MEMBERS, REASON), "report"),
    "values left over": (report(5, BitString(0b100, 3), MEMBERS[0], REASON, 1, 2, 3), "left over"),
    "no reason": (report(5, BitString(0b100, 3), MEMBERS[0]), "without reason"),
    "no sequence number": (report(BitString(0b100, 3), MEMBERS[0], REASON), "without SqNum"),
    "no inclusion": (report(5), "without inclusion"),
    "nothing": (report(), "without SqNum"),
    "flags that promise everything": (report(5, BitString(0b100, 3), MEMBERS[0], flags=0x3FF), "without"),
    "no flags": (unconfirmed(s.information_report(encode_data(f"{LD}/LLN0$RP$urcb01"))), "without OptFlds"),
}


@pytest.mark.parametrize("name", BAD_REPORTS)
def test_bad_reports(name: str) -> None:
    """The reader is told, the next report arrives, and leaving disables the control block."""
    bad, text = BAD_REPORTS[name]
    servers: list[BadServer] = []
    disabled: list[bytes] = []

    def answer(server: BadServer, pdu: Pdu) -> bytes:
        servers[:] = [server]
        if pdu.service == Service.WRITE and b"$RptEna" in pdu.data:
            disabled.append(pdu.data[-1:])
            return confirmed_response(pdu.invoke_id or 0, s.write_response([None]))
        return report_control(server, pdu)

    async def call(ied: IedClient) -> Any:
        async with ied.reports(f"{LD}/LLN0.urcb01") as subscription:
            servers[0].send_raw(frame(bad) + frame(GOOD))
            with pytest.raises(DecodeError, match=text) as caught:
                await subscription.next(PATIENT)
            assert one_line(caught.value)
            good = await subscription.next(PATIENT)
            assert good[f"{LD}/GGIO1.Ind1"] is not None
        return True

    assert attempt(answer, call) is True
    assert disabled[-1] == b"\x00", "the last write to RptEna is FALSE"


UNREADABLE = {
    "another list": unconfirmed(ber.tlv(0xA0, b"\xa1\x05\x80\x03XYZ" + ber.tlv(0xA0, b"\x85\x01\x01"))),
    "another RptID": report(5, rpt_id="somebody else"),
    "no RptID": unconfirmed(s.information_report(b"")),
    "RptID is no text": unconfirmed(s.information_report(encode_data(5))),
    "variables instead of a list": unconfirmed(
        ber.tlv(0xA0, ber.tlv(0xA0, ber.tlv(0x30, b"\xa0\x04\x80\x02ab")) + ber.tlv(0xA0, b"\x85\x01\x01"))
    ),
    "lying values": unconfirmed(ber.tlv(0xA0, b"\xa1\x05\x80\x03RPT" + ber.tlv(0xA0, b"\x85\x09\x01"))),
    "no values": unconfirmed(ber.tlv(0xA0, b"\xa1\x05\x80\x03RPT")),
    "another unconfirmed service": unconfirmed(b"\xa1\x00"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_reports_nobody_asked_for(name: str) -> None:
    """They are dropped, and the association and its subscriptions live on."""
    servers: list[BadServer] = []

    def answer(server: BadServer, pdu: Pdu) -> bytes:
        servers[:] = [server]
        return report_control(server, pdu)

    async def call(ied: IedClient) -> Any:
        async with ied.reports(f"{LD}/LLN0.urcb01") as subscription:
            servers[0].send_raw(frame(UNREADABLE[name]) + frame(GOOD))
            assert (await subscription.next(PATIENT)).sq_num == 5
        return True

    assert attempt(answer, call) is True


@pytest.mark.parametrize(
    ("bits", "place"), [(BitString(0b0100, 4), 1), (BitString(0b10, 2), 0), (BitString(1, 100), 99)]
)
def test_a52_a_report_over_another_number_of_members_names_them_by_their_place(bits: BitString, place: int) -> None:
    """The data set is not the one we know: the values come, but under no name that may be wrong."""
    servers: list[BadServer] = []

    def answer(server: BadServer, pdu: Pdu) -> bytes:
        servers[:] = [server]
        return report_control(server, pdu)

    async def call(ied: IedClient) -> Any:
        async with ied.reports(f"{LD}/LLN0.urcb01") as subscription:
            servers[0].send_raw(frame(report(5, bits, MEMBERS[0], REASON)))
            (entry,) = (await subscription.next(PATIENT)).entries
            return entry

    entry = attempt(answer, call)
    assert entry.reference == f"member({place})"
    assert entry.value == MEMBERS[0]
    assert entry.reasons == ("data-change",)


def test_reports_that_nobody_takes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from meterwire.client import subscription as module

    monkeypatch.setattr(module, "MAX_QUEUED", 50)
    servers: list[BadServer] = []

    def answer(server: BadServer, pdu: Pdu) -> bytes:
        servers[:] = [server]
        return report_control(server, pdu)

    async def call(ied: IedClient) -> Any:
        async with ied.reports(f"{LD}/LLN0.urcb01") as subscription:
            servers[0].send_raw(frame(GOOD) * 200)
            await until(lambda: subscription.dropped == 150)
            assert len(subscription._queue) == 50
        return True

    assert attempt(answer, call) is True


def test_a_subscription_that_could_not_start_does_not_hang_at_the_second_try() -> None:
    async def call(ied: IedClient) -> Any:
        subscription = ied.reports(f"{LD}/LLN0.nobody")
        for _ in range(2):
            with pytest.raises(UnknownNameError):
                await subscription.next(PATIENT)
        return True

    assert attempt(report_control, call) is True


def test_a_server_that_goes_while_we_wait_for_reports() -> None:
    servers: list[BadServer] = []

    def answer(server: BadServer, pdu: Pdu) -> bytes:
        servers[:] = [server]
        return report_control(server, pdu)

    async def call(ied: IedClient) -> Any:
        subscription = ied.reports(f"{LD}/LLN0.urcb01")
        await subscription.start()
        servers[0].close()
        with pytest.raises(AssociationError):
            await subscription.next(PATIENT)
        with pytest.raises(StopAsyncIteration):
            await anext(subscription)
        await subscription.aclose()
        return True

    assert attempt(answer, call) is True


def report_control(server: BadServer, pdu: Pdu) -> bytes:
    """Good answers of a server with report control blocks."""
    if not hasattr(server, "engine"):
        from meterwire.binding.mms import report_engine

        server.engine = report_engine(  # type: ignore[attr-defined]
            server.service.image, clock=lambda: 0, deliver=lambda _: True, on_schedule=lambda: None
        )
    return server.good(pdu)


def test_answers_octet_by_octet() -> None:
    async def play() -> None:
        async with listening(lambda: BadServer(lambda server, pdu: server.good(pdu))) as port:
            connection = await open_connection("127.0.0.1", port, timeout=PATIENT)
            waiting = asyncio.ensure_future(connection.request(b"\xa4\x00", PATIENT))
            await asyncio.sleep(0)
            for octet in frame(confirmed_response(1, s.read_response([b"\x83\x01\xff"]))):
                connection.data_received(bytes((octet,)))
            assert s.decode_read_response(await waiting) == [True]
            connection.abort()

    run(play())


def test_initiator_and_bad_server_are_what_they_seem() -> None:
    """The helpers of this file, without sockets."""
    client, server = Initiator(), BadServer(lambda server, pdu: server.good(pdu))
    client.connect()
    for _ in range(3):
        for event in server.mms.receive(client.osi.take_output()):
            if isinstance(event, Proposal):
                server.mms.accept()
        list(client.receive(server.mms.osi.take_output()))
    assert client.osi.state.value == server.mms.osi.state.value == "open"
