"""Ass: associate, negotiate, release, abort; and what must not get in, or must not bring the server down."""

import asyncio
import dataclasses

from ...errors import AssociationError, LinkError, LinkTimeoutError, RemoteError
from ...protocols import ber
from ...protocols.mms import Initiate
from ...protocols.mms.pdu import CONCLUDE_REQUEST, PduTag, confirmed_request
from ...protocols.mms.services import (
    NameListRequest,
    ObjectClass,
    identify_request,
    name_list_request,
)
from ...protocols.osi import AddressSet, Authentication, cotp
from ..bench import Bench
from ..case import Group, Permission
from ..session import Session
from .raw import RawAssociation, data_frame

__all__ = ["DOMAINS", "ask", "connection_request", "fill", "group", "no_silence"]

group = Group("Ass", "Application association")

DOMAINS = name_list_request(NameListRequest(ObjectClass.DOMAIN, None))
"""What any server of 8-1 can answer."""


async def ask(session: Session) -> list[str]:
    """Logical devices, asked anew."""
    return await session.names(ObjectClass.DOMAIN)


# -- associate and leave -------------------------------------------------------------------


@group.case("1", "A client associates, is answered, and releases: Conclude is agreed to and the connection ends")
async def _release(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    raw.send(CONCLUDE_REQUEST)
    answer = await raw.answer()
    if answer is None and raw.has_ended:
        bench.note("the server ends the connection in answer to Conclude")
        bench.check(not raw.is_aborted, "Conclude was answered with an abort")
        return
    bench.check(answer is not None, "no answer to Conclude")
    assert answer is not None
    bench.check(answer.tag == PduTag.CONCLUDE_RESPONSE, f"Conclude was answered with PDU {answer.tag:02X}, not 8C")
    if not raw.has_ended:
        raw.osi.release()
        raw.line.send(raw.osi.take_output())
    bench.check(await raw.ends(), "the association stands after Conclude and release")
    bench.check(not raw.is_aborted, "the release was answered with an abort")


@group.case("2", "A client aborts: the server ends the connection and lets it in again")
async def _abort(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    raw.osi.abort()
    raw.line.send(raw.osi.take_output())
    bench.check(await raw.ends(), "the connection stands after the client's abort")
    bench.check(await ask(await bench.open()), "after an abort a new association gets no logical devices")


async def fill(bench: Bench) -> list[Session]:
    """Associate until the server refuses, or as often as is allowed."""
    sessions: list[Session] = []
    while len(sessions) < bench.options.max_clients:
        try:
            sessions.append(await bench.open())
        except LinkTimeoutError:
            if not sessions:
                raise
            break
        except LinkError:
            break
    bench.check(sessions, "the server lets nobody in")
    return sessions


@group.case("3", "As many clients as the server takes are all answered at the same time", Permission.LOAD)
async def _maximum(bench: Bench) -> None:
    sessions = await fill(bench)
    answers = await asyncio.gather(*(ask(session) for session in sessions))
    bench.check(all(answer == answers[0] for answer in answers), "clients get different lists of logical devices")
    bench.note(
        f"{len(sessions)} associations" + (" (no limit met)" if len(sessions) == bench.options.max_clients else "")
    )


@group.case("101", "Two associations are independent: the end of one leaves the other alone")
async def _independent(bench: Bench) -> None:
    first, second = await bench.open(), await bench.open()
    before = await ask(second)
    first.abort()
    await asyncio.sleep(0.1)
    bench.check(await ask(second) == before, "the other association is no longer answered as before")


@group.case("102", "Associating and releasing twenty times leaves no association behind")
async def _again(bench: Bench) -> None:
    for i in range(20):
        session = await bench.open()
        bench.check(await ask(session), f"association {i + 1} gets no logical devices")
        await session.release()


@group.case("103", "Associating and vanishing without a word, ten times, leaves the server able to take a new client")
async def _vanish(bench: Bench) -> None:
    for _ in range(10):
        (await bench.open()).vanish()
    await asyncio.sleep(0.2)
    bench.check(await ask(await bench.open()), "a new association gets no logical devices")


# -- what is negotiated --------------------------------------------------------------------

OUR_REFERENCE, OUR_SIZE_CODE = 1, 11
"""What our transport connection requests carry."""


@group.case(
    "104", "The transport connection is confirmed for class 0, for our reference, with a TPDU size of at most ours"
)
async def _transport(bench: Bench) -> None:
    raw = RawAssociation(bench, await bench.line())
    answer = await raw.connect_transport()
    confirm = cotp.decode_connection(answer[4:])
    bench.check(confirm.code == cotp.CC, f"TPDU {confirm.code:02X} instead of CC")
    bench.check(
        confirm.destination == OUR_REFERENCE, f"confirmed to reference {confirm.destination}, ours is {OUR_REFERENCE}"
    )
    size = confirm.size_code
    bench.check(
        size is None or size <= OUR_SIZE_CODE, f"TPDU size code {size} confirmed, at most {OUR_SIZE_CODE} asked"
    )


@group.case("105", "The negotiated PDU size is at most what the client proposed")
async def _pdu_size(bench: Bench) -> None:
    for proposed in (65_000, 16_000, 4_000, 1_024):
        session = await bench.open(wanted=Initiate(max_pdu=proposed))
        agreed = session.negotiated.max_pdu
        bench.check(agreed <= proposed, f"{proposed} octets proposed, {agreed} answered")
        await session.release()


@group.case(
    "106", "The negotiated numbers of outstanding requests are at least one and at most what the client proposed"
)
async def _outstanding(bench: Bench) -> None:
    for proposed in (10, 1):
        raw = await RawAssociation.open(bench, Initiate(max_calling=proposed, max_called=proposed))
        for tag, what in ((0x81, "calling"), (0x82, "called")):
            value = _initiate_integer(raw.initiate, tag)
            bench.check(value is not None, f"the initiate response has no number of outstanding requests ({what})")
            assert value is not None
            bench.check(1 <= value <= proposed, f"{what}: {proposed} proposed, {value} answered")
        raw.line.close()


def _initiate_integer(pdu: bytes, wanted: int) -> int | None:
    _, start, stop = ber.read_header(pdu, 0, len(pdu))
    return next((ber.decode_integer(pdu, a, b) for tag, a, b in ber.elements(pdu, start, stop) if tag == wanted), None)


def _detail(pdu: bytes) -> dict[int, bytes]:
    """Fields of the initiate response's detail: version 80, parameters 81, services 82."""
    _, start, stop = ber.read_header(pdu, 0, len(pdu))
    for tag, a, b in ber.elements(pdu, start, stop):
        if tag == 0xA4:
            return {field: pdu[c:d] for field, c, d in ber.elements(pdu, a, b)}
    return {}


@group.case("107", "The server answers version 1 of MMS")
async def _version(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    version = _detail(raw.initiate).get(0x80, b"")
    bench.check(version == b"\x01", f"version {version.hex() or 'absent'}")


def _bit(field: bytes, number: int) -> bool:
    octet = 1 + number // 8
    return octet < len(field) and bool(field[octet] >> (7 - number % 8) & 1)


PARAMETERS = {0: "str1", 1: "str2", 2: "vnam", 3: "valt", 7: "vlis"}
"""Parameter conformance blocks that 8-1 asks for."""


@group.case("108", "The server's parameter support has str1, str2, vnam, valt and vlis")
async def _parameters(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    field = _detail(raw.initiate).get(0x81, b"")
    missing = [name for number, name in PARAMETERS.items() if not _bit(field, number)]
    bench.check(not missing, f"parameter support {field.hex() or 'absent'} lacks {', '.join(missing)}")


SERVICES = {1: "getNameList", 2: "identify", 4: "read", 5: "write", 6: "getVariableAccessAttributes", 79: "informationReport", 83: "conclude"}  # fmt: skip
"""Services every server of 8-1 with reports has."""


@group.case("109", "The services the server declares include those every server has")
async def _services(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    field = _detail(raw.initiate).get(0x82, b"")
    missing = [name for number, name in SERVICES.items() if not _bit(field, number)]
    bench.check(not missing, f"services {field.hex() or 'absent'} lack {', '.join(missing)}")


async def no_silence(bench: Bench, addresses: AddressSet, what: str) -> None:
    """Let in or refused, but answered."""
    try:
        session = await bench.open(addresses=addresses)
    except AssociationError as error:
        bench.note(f"refused: {error}")
        return
    bench.check(await ask(session), f"let in {what}, but not answered")


@group.case("110", "A client without AP-titles and AE-qualifiers is let in, or refused in order")
async def _no_titles(bench: Bench) -> None:
    addresses = dataclasses.replace(
        bench.options.addresses or AddressSet(),
        calling_ap_title=None,
        called_ap_title=None,
        calling_ae_qualifier=None,
        called_ae_qualifier=None,
    )
    await no_silence(bench, addresses, "without titles")


@group.case("111", "A client with longer selectors of its own is let in")
async def _calling_selectors(bench: Bench) -> None:
    addresses = dataclasses.replace(
        bench.options.addresses or AddressSet(),
        calling_t_selector=b"\x00\x01\x02\x03",
        calling_s_selector=bytes(range(16)),
        calling_p_selector=bytes(range(8)),
    )
    bench.check(await ask(await bench.open(addresses=addresses)), "no logical devices for this client")


# -- framing -------------------------------------------------------------------------------


@group.case("112", "A request that arrives octet by octet is answered")
async def _trickle(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    for octet in data_frame(confirmed_request(7, DOMAINS), raw.osi.context):
        raw.line.send(bytes((octet,)))
        await asyncio.sleep(0.002)
    await _expect_answers(bench, raw, {7})


async def _expect_answers(bench: Bench, raw: RawAssociation, invoke_ids: set[int]) -> None:
    missing = set(invoke_ids)
    while missing:
        answer = await raw.answer()
        if answer is None:
            bench.fail(f"no answer to invoke ID {', '.join(map(str, sorted(missing)))}")
        if answer.tag == PduTag.UNCONFIRMED:
            continue
        bench.check(answer.tag == PduTag.CONFIRMED_RESPONSE, f"answered with PDU {answer.tag:02X}")
        bench.check(
            answer.invoke_id in missing, f"answer with invoke ID {answer.invoke_id}, asked were {sorted(missing)}"
        )
        missing.discard(answer.invoke_id or 0)


@group.case("113", "A request in many transport segments is put together and answered")
async def _segments(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    frame = data_frame(confirmed_request(9, DOMAINS), raw.osi.context)
    sdu = frame[7:]
    for i in range(0, len(sdu), 5):
        last = i + 5 >= len(sdu)
        body = sdu[i : i + 5]
        size = 7 + len(body)
        raw.line.send(bytes((3, 0, size >> 8, size & 0xFF, 2, 0xF0, 0x80 if last else 0)) + body)
    await _expect_answers(bench, raw, {9})


@group.case("114", "Several requests in one TCP segment are all answered, each under its invoke ID")
async def _together(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    count = min(4, raw.initiator.negotiated.max_calling)
    ids = range(20, 20 + count)
    raw.send(*(confirmed_request(i, DOMAINS) for i in ids))
    await _expect_answers(bench, raw, set(ids))


@group.case("115", "Invoke IDs from 0 to 2147483647 are echoed")
async def _invoke_ids(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    for invoke_id in (0, 1, 127, 128, 255, 256, 32_768, 2**31 - 1):
        raw.send(confirmed_request(invoke_id, identify_request()))
        await _expect_answers(bench, raw, {invoke_id})


@group.case("116", "As many requests as were negotiated may be outstanding")
async def _pipeline(bench: Bench) -> None:
    session = await bench.open(wanted=Initiate(max_calling=20, max_called=20))
    count = session.negotiated.max_calling
    answers = await asyncio.gather(*(session.attempt(DOMAINS) for _ in range(count)))
    refused = [answer for answer in answers if isinstance(answer, RemoteError)]
    bench.check(not refused, f"{len(refused)} of {count} outstanding requests were refused: {refused[:1]}")
    bench.note(f"{count} outstanding")


@group.case("117", "Answers longer than the client's TPDU size come in segments of at most that size")
async def _small_tpdus(bench: Bench) -> None:
    raw = RawAssociation(bench, await bench.line())
    request = bytearray(connection_request(raw, bench.options.password))
    at = request.find(b"\xc0\x01")
    bench.check(at > 0, "our request has no TPDU size")
    request[at + 2] = 7  # 128 octets
    raw.line.send(bytes(request))
    answer = await raw.line.settle(bench.options.timeout)
    bench.check(answer, "no answer to a transport connection request for TPDUs of 128 octets")
    confirm = cotp.decode_connection(answer[4:])
    bench.check(confirm.size_code == 7, f"TPDU size code {confirm.size_code} confirmed, 7 asked")
    list(raw.initiator.receive(answer))
    raw.line.send(raw.osi.take_output())
    accepted = await raw.line.settle(bench.options.timeout, _whole_sdu)
    bench.check(accepted, "no answer to the association request")
    _insist_small(bench, accepted)
    list(raw.initiator.receive(accepted))
    domain = next(iter(bench.inventory.devices), None)
    if domain is None:
        bench.skip("no logical device whose names could be asked for")
    raw.send(confirmed_request(1, name_list_request(NameListRequest(ObjectClass.NAMED_VARIABLE, domain))))
    names = await raw.line.settle(bench.options.timeout, _whole_sdu)
    bench.check(len(names) > 128 + 7, "the name list is too short to need segments" if names else "no answer")
    _insist_small(bench, names)


def connection_request(raw: RawAssociation, password: str | None) -> bytes:
    """CR with a fresh association behind it."""
    raw.initiator.connect(None if password is None else Authentication(password.encode()))
    return raw.osi.take_output()


def _tpkts(data: bytes) -> list[bytes]:
    found = []
    while len(data) >= 4:
        size = int.from_bytes(data[2:4], "big")
        if size < 5 or len(data) < size:
            break
        found.append(data[:size])
        data = data[size:]
    return found


def _whole_sdu(data: bytes) -> bool:
    frames = _tpkts(data)
    return bool(frames) and sum(map(len, frames)) == len(data) and bool(frames[-1][6] & 0x80)


def _insist_small(bench: Bench, data: bytes) -> None:
    longest = max(len(frame) - 4 for frame in _tpkts(data))
    bench.check(longest <= 128, f"a TPDU of {longest} octets, 128 were agreed on")
