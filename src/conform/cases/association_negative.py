"""AssN: what must not get in, or must not bring the server down."""

import asyncio
import dataclasses
import time
from functools import partial

from ...errors import AssociationError, LinkError
from ...protocols.mms import Initiate, ObjectName
from ...protocols.mms.pdu import PduTag, confirmed_request
from ...protocols.mms.services import (
    Access,
    read_request,
)
from ...protocols.osi import AddressSet, cotp
from ..bench import Bench
from ..case import Group, Permission
from .association import DOMAINS, ask, connection_request, fill, no_silence
from .raw import RawAssociation, data_frame, sdu_frame

__all__ = ["group"]

group = Group("Ass", "Application association: what must be refused")

# -- negative ------------------------------------------------------------------------------


@group.case("N2", "A wrong password, and none, are refused")
async def _wrong_password(bench: Bench) -> None:
    if bench.options.password is None:
        bench.skip("no password given (--password): whether the server wants one is not known")
    for wrong in ("x" + bench.options.password, bench.options.password[:-1] or "y"):
        try:
            await bench.open(password=wrong)
        except AssociationError:
            continue
        bench.fail("let in with a wrong password")
    raw = RawAssociation(bench, await bench.line())
    raw.line.send(connection_request(raw, None))
    list(raw.initiator.receive(await raw.line.settle(bench.options.timeout)))
    raw.line.send(raw.osi.take_output())
    answer = await raw.line.settle(bench.options.timeout)
    bench.check(raw.line.is_closed or not _is_accept(answer), "let in without a password")


def _is_accept(data: bytes) -> bool:
    """A session ACCEPT whose ACSE result is accepted."""
    return len(data) > 8 and data[7] == 0x0E and b"\xa2\x03\x02\x01\x00" in data


@group.case(
    "N3", "Wrong called selectors are refused, or ignored as 8-1 servers may; never met with silence", hostile=True
)
async def _wrong_selectors(bench: Bench) -> None:
    addresses = dataclasses.replace(
        bench.options.addresses or AddressSet(),
        called_p_selector=b"\x7f\x7f",
        called_s_selector=b"\x7f",
        called_t_selector=b"\x7f",
    )
    await no_silence(bench, addresses, "with wrong selectors")


@group.case(
    "N4",
    "One client more than the server takes is refused; the others go on, and a place is free again later",
    Permission.LOAD,
)
async def _too_many(bench: Bench) -> None:
    sessions = await fill(bench)
    if len(sessions) == bench.options.max_clients:
        bench.skip(f"{len(sessions)} associations and no end; raise --max-clients to find it")
    bench.check(await ask(sessions[0]), "the first association is no longer answered")
    await sessions.pop().release()
    await asyncio.sleep(0.5)
    bench.check(await ask(await bench.open()), "a place given back cannot be had")
    bench.note(f"{len(sessions) + 1} associations")


async def _refused_transport(bench: Bench, octets: bytes) -> None:
    """Octets in front of any association: the server may close or say nothing, but must not accept them."""
    line = await bench.line()
    line.send(octets)
    answer = await line.settle(min(1.0, bench.options.timeout))
    bench.check(not (len(answer) > 5 and answer[5] == cotp.CC), "it is confirmed like a transport connection")
    bench.check(not (len(answer) > 7 and answer[5] == cotp.DT), "it is answered with data")
    line.close()


TRANSPORT = (
    ("N101", "A TPKT of version 4 opens no connection", "0400001611e00000000100c0010dc2020001c1020001"),
    ("N102", "A TPKT of length 4 brings nothing down", "03000004"),
    ("N103", "A TPKT of length 0 brings nothing down", "03000000"),
    ("N104", "Session data before any transport connection is not answered", "0300000902f0800d00"),
    ("N105", "A transport request whose length runs past the TPKT is not confirmed", "0300000bffe00000000100"),
    ("N106", "A transport request whose parameter runs past its end is not confirmed", "0300000e09e00000000100c0ff0a"),
    ("N107", "Noise instead of a TPKT brings nothing down", bytes(range(255, 155, -1)).hex()),
)
for _number, _title, _octets in TRANSPORT:
    group.add(_number, _title, partial(_refused_transport, octets=bytes.fromhex(_octets)), hostile=True)


def _edited(request: bytes, anchor: bytes, offset: int, octet: int) -> bytes:
    """The request with one octet changed, ``offset`` behind where ``anchor`` begins."""
    changed = bytearray(request)
    changed[request.index(anchor) + offset] = octet
    return bytes(changed)


async def _wrong_request(bench: Bench, anchor: bytes, offset: int, octet: int) -> None:
    """An association request with one octet that makes it another: not accepted."""
    raw = RawAssociation(bench, await bench.line())
    await raw.connect_transport()
    raw.line.send(_edited(raw.request, anchor, offset, octet))
    answer = await raw.line.settle(min(2.0, bench.options.timeout))
    if not answer:
        bench.note("the server closes the connection" if raw.line.is_closed else "the server says nothing")
    bench.check(not _is_accept(answer), "it is accepted all the same")


WRONG_REQUESTS = (
    ("N108", "An application context that is not MMS is not accepted", "060528ca220203", 6, 0x77),
    ("N109", "An abstract syntax that is not MMS is not accepted", "060528ca220201", 6, 0x77),
    ("N110", "An initiate response in the place of the initiate request is not accepted", "020103a0", 5, 0xA9),
    ("N111", "A presentation mode other than normal mode is not accepted", "a003800101", 4, 0x00),
    ("N112", "An association request whose ACSE part is a release request is not accepted", "020101a0", 5, 0x62),
)
for _number, _title, _anchor, _offset, _octet in WRONG_REQUESTS:
    _run = partial(_wrong_request, anchor=bytes.fromhex(_anchor), offset=_offset, octet=_octet)
    group.add(_number, _title, _run, hostile=True)


@group.case("N113", "A client that opens TCP and says nothing does not keep others out", hostile=True)
async def _half_open(bench: Bench) -> None:
    silent = await bench.line()
    bench.check(await ask(await bench.open()), "another client gets no logical devices meanwhile")
    silent.close()


@group.case(
    "N114", "A second transport connection request on an open association does not disturb other clients", hostile=True
)
async def _second_transport(bench: Bench) -> None:
    other = await bench.open()
    raw = await RawAssociation.open(bench)
    raw.line.send(bytes.fromhex(TRANSPORT[0][2].replace("04000016", "03000016")))
    await raw.line.settle(0.5)
    bench.check(await ask(other), "another client is no longer answered")


@group.case("N115", "A second initiate request on an open association is not accepted", hostile=True)
async def _second_initiate(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    raw.send(Initiate().encode(PduTag.INITIATE_REQUEST))
    answer = await raw.answer(min(2.0, bench.options.timeout))
    bench.check(answer is None or answer.tag != PduTag.INITIATE_RESPONSE, "answered with an initiate response")


@group.case("N116", "An unknown session PDU does not disturb other clients", hostile=True)
async def _unknown_session(bench: Bench) -> None:
    other = await bench.open()
    raw = await RawAssociation.open(bench)
    raw.line.send(sdu_frame(bytes.fromhex("7f0301020300")))
    await raw.line.settle(0.5)
    bench.check(await ask(other), "another client is no longer answered")


@group.case("N117", "A request in a presentation context that was never agreed on is not answered", hostile=True)
async def _unknown_context(bench: Bench) -> None:
    raw = await RawAssociation.open(bench)
    raw.line.send(data_frame(confirmed_request(5, DOMAINS), 77))
    answer = await raw.answer(min(1.0, bench.options.timeout))
    bench.check(answer is None or answer.tag != PduTag.CONFIRMED_RESPONSE, "answered like any other")


@group.case("N118", "A PDU larger than agreed on is refused: rejected, an error, or the association ends", hostile=True)
async def _oversize(bench: Bench) -> None:
    raw = await RawAssociation.open(bench, Initiate(max_pdu=1_024))
    agreed = raw.initiator.negotiated.max_pdu
    domain = next(iter(bench.inventory.devices), "X")
    variable = read_request([Access(ObjectName("LLN0$ST$Mod$stVal", domain))] * (agreed // 30 + 20))
    pdu = confirmed_request(3, variable)
    bench.check(len(pdu) > agreed, "our request is not too large")
    raw.send(pdu)
    answer = await raw.answer()
    if answer is None:
        bench.check(
            raw.has_ended, f"{len(pdu)} octets sent, {agreed} agreed on: neither answer nor end of the association"
        )
        return
    size = len(answer.data)
    bench.check(size <= agreed, f"the answer has {size} octets, {agreed} were agreed on")


@group.case("N119", "An abort in the middle of a request does not disturb other clients", hostile=True)
async def _abort_inside(bench: Bench) -> None:
    other = await bench.open()
    raw = await RawAssociation.open(bench)
    raw.line.send(data_frame(confirmed_request(1, DOMAINS), raw.osi.context)[:-6])
    raw.line.close()
    bench.check(await ask(other), "another client is no longer answered")


@group.case("N120", "A lost link frees the association: the slot can be had again", Permission.LOAD, hostile=True)
async def _lost_link(bench: Bench) -> None:
    sessions = await fill(bench)
    if len(sessions) == bench.options.max_clients:
        bench.skip(f"{len(sessions)} associations and no end; raise --max-clients to find it")
    sessions[-1].vanish()
    end = time.monotonic() + bench.options.wait
    while True:
        try:
            session = await bench.open()
        except LinkError as error:
            bench.check(time.monotonic() < end, f"not free {bench.options.wait:g} s after the link was cut: {error}")
            await asyncio.sleep(0.25)
            continue
        bench.check(await ask(session), "let in, but not answered")
        return
