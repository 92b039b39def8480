"""Adversarial input to a real server on loopback.

Every case is named by its number in the collection of published failures (A… by layer, S… published crashes). What must
hold each time: the peer gets a reject, an error, an abort or is cut off; nothing reaches the loop's exception handler;
another client that is connected all the while reads its value before, during and after; and no slot stays taken.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from meterwire.models import Ied
from meterwire.protocols import ber
from meterwire.protocols.mms import Initiate, ObjectName, PduTag, Selector, decode_pdu, encode_data
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.lists import named_variable_list_request
from meterwire.protocols.mms.pdu import confirmed_request, confirmed_response, reject
from meterwire.protocols.mms.services import Access
from meterwire.protocols.osi import acse, cotp, presentation, session, tpkt
from meterwire.server import association as server_association
from meterwire.server.mms import Limits, MmsServer

from ..helpers import until
from ..mms_end import LD, Raw, dt, frame, opened, raw, run, segmented, small_ied, soon
from ..protocols.osi.frames import ABB

IND1 = ObjectName("GGIO1$ST$Ind1$stVal", LD)
FALSE = bytes.fromhex("830100")


@contextlib.asynccontextmanager
async def serving(ied: Ied | None = None, **limits: Any) -> AsyncIterator[tuple[MmsServer, Raw]]:
    """A server, and a client that is served all the while."""
    async with MmsServer(ied or small_ied(), port=0, limits=Limits(**limits)) as server:
        async with raw(server.port) as witness:
            await witness.associate()
            await still_served(witness)
            yield server, witness
            await still_served(witness)
            await soon(lambda: len(server.associations) == 1)
        await soon(lambda: not server.associations)


async def still_served(client: Raw) -> None:
    """A correct read is answered correctly."""
    client.send(frame(confirmed_request(99, s.read_request([Access(IND1)]))))
    assert await client.pdu() == confirmed_response(99, s.read_response([FALSE]))


# -- what must come of it ---------------------------------------------------------------------------------------------

Outcome = Callable[[Raw], Awaitable[None]]


async def ends(peer: Raw) -> None:
    """Cut off, with or without an abort, and without an answer."""
    assert await peer.closed() == []


async def aborts(peer: Raw) -> None:
    """An abort, and cut off."""
    assert await peer.closed() == []
    assert peer.aborted or peer.was_reset


def answers(*pdus: bytes | str) -> Outcome:
    """These PDUs, and the association goes on."""

    async def outcome(peer: Raw) -> None:
        for pdu in pdus:
            assert (await peer.pdu()).hex() == (pdu if isinstance(pdu, str) else pdu.hex())
        await still_served(peer)

    return outcome


async def refuses(peer: Raw) -> None:
    """An error or a reject that bears the invoke id, and the association goes on."""
    answer = await peer.pdu()
    pdu = decode_pdu(answer)
    assert pdu.tag in (PduTag.CONFIRMED_ERROR, PduTag.REJECT)
    assert b"\x80\x01\x07" in answer
    await still_served(peer)


@dataclass(frozen=True)
class Case:
    """Bytes, the layer where they are sent, and what must come of it."""

    name: str
    data: bytes | Callable[[], bytes]
    outcome: Outcome
    where: str = "open"
    """tcp: on a fresh connection; transport: after CR and CC; open: in a standing association."""


INVOKE = 7
INVALID_ARGUMENT = reject(INVOKE, 1, 4)
OUT_OF_RANGE = reject(INVOKE, 1, 9)
UNRECOGNISED = reject(INVOKE, 1, 1)
INVALID_PDU = reject(None, 5, 1)
TOO_LARGE = reject(INVOKE, 5, 1)
UNKNOWN_PDU = reject(None, 5, 0)


def asked(service: bytes | str) -> bytes:
    return frame(confirmed_request(INVOKE, bytes.fromhex(service) if isinstance(service, str) else service))


def answered(service: bytes) -> bytes:
    return confirmed_response(INVOKE, service)


# -- transport --------------------------------------------------------------------------------------------------------

CR = bytes.fromhex(ABB["CR"])


def cr(body: str) -> bytes:
    return tpkt.encode(bytes.fromhex(body))


TRANSPORT = [
    Case("A1 version 4", b"\x04\x00\x00\x07\x02\xf0\x80", ends, "tcp"),
    Case("A1 version 4 in an association", b"\x04\x00\x00\x07\x02\xf0\x80", aborts),
    *(Case(f"A2 S1 length {n}", bytes((3, 0, 0, n)) + bytes(8), ends, "tcp") for n in range(7)),
    *(Case(f"A2 S1 length {n} in an association", bytes((3, 0, 0, n)), aborts) for n in (0, 4, 6)),
    Case("A3 65535 then silence", b"\x03\x00\xff\xff", ends, "tcp"),
    Case("A3 65535, half of it, then silence", b"\x03\x00\xff\xff" + bytes(30_000), ends, "tcp"),
    Case("A5 shorter than the COTP header", cr("02e000"), ends, "tcp"),
    Case("A5 CR of two octets length", cr("01e0000000010000"), ends, "tcp"),
    Case("A7 LI 255", cr("ffe00000000100"), ends, "tcp"),
    Case("A7 LI 255 in an association", cr("fff080"), aborts),
    Case("A8 DT before CR", frame(b"\x8b\x00"), ends, "tcp"),
    Case("A8 DT with more to follow before CR", tpkt.encode(cotp.DT_MORE + bytes(1000)), ends, "tcp"),
    Case("A9 CR twice", CR, ends, "transport"),
    Case("A9 CR twice in one segment", CR + CR, ends, "tcp"),
    Case("A9 CR in an association", CR, aborts),
    Case("A9 CC to a server", bytes.fromhex(ABB["CC"]), ends, "tcp"),
    *(Case(f"A10 S2 size code {c:02X}", cr(f"09e00000000100c001{c:02x}"), ends, "tcp") for c in (0, 6, 14, 0xA2, 0xFF)),
    Case("A11 no end mark", lambda: tpkt.encode(cotp.DT_MORE + bytes(60_000)) * 20, aborts),
    Case("A11 no end mark, octet by octet", lambda: tpkt.encode(cotp.DT_MORE + b"\x00") * 20_000, ends, "tcp"),
    Case("A12 flood of empty DTs", lambda: tpkt.encode(cotp.DT_MORE) * 20_000 + asked("8200"), answers(
        answered(s.identify_response(s.Identity("meterwire", "TEST", "0"))))),
    Case("A12 empty SDU", tpkt.encode(cotp.DT_LAST), aborts),
    Case("A13 parameter beyond the end", cr("09e00000000100c0ff0b"), ends, "tcp"),
    Case("class 4", cr("06e00000000140"), ends, "tcp"),
    Case("an unknown TPDU", cr("021080"), ends, "tcp"),
    Case("an unknown TPDU in an association", cr("021080"), aborts),
    Case("a disconnect request", cr("06800001000000"), ends),
    Case("TLS hello", bytes.fromhex("16030100c8010000c40303") + bytes(200), ends, "tcp"),
    Case("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ends, "tcp"),
    Case("nothing but zeros", bytes(100_000), ends, "tcp"),
    Case("native mode: MMS without session", tpkt.encode(cotp.DT_LAST + bytes.fromhex(
        "a8268002001f81010382010383020808a416800101810305e800820c03ffffffffffffffffffffff")), ends, "transport"),
]  # fmt: skip


# -- session, presentation, ACSE --------------------------------------------------------------------------------------

INITIATE = Initiate().encode(PduTag.INITIATE_REQUEST)
AARQ = acse.encode_associate_request(acse.Associate(user_data=INITIATE), 3)
MODE = b"\xa0\x03\x80\x01\x01"


def context(identifier: int, syntax: bytes = presentation.MMS_SYNTAX, transfer: bytes = b"\x51\x01") -> bytes:
    number = ber.tlv(0x02, ber.encode_integer(identifier))
    return ber.tlv(0x30, number + ber.tlv(0x06, syntax) + ber.tlv(0x30, ber.tlv(0x06, transfer)))


ACSE = context(1, presentation.ACSE_SYNTAX)


def cp(*contexts: bytes, user: bytes | None = None, mode: bytes = MODE) -> bytes:
    """A presentation connect; two contexts and the AARQ unless told otherwise."""
    body = ber.tlv(0xA4, b"".join(contexts or (ACSE, context(3))))
    body += presentation.encode_user_data(1, AARQ) if user is None else user
    return ber.tlv(0x31, mode + ber.tlv(0xA2, body))


def connect(ppdu: bytes | None = None) -> bytes:
    return dt(session.encode_connect(cp() if ppdu is None else ppdu, b"", b""))


def aarq(*fields: str | bytes) -> bytes:
    """An AARQ of these fields, in a connect."""
    body = b"".join(f if isinstance(f, bytes) else bytes.fromhex(f) for f in fields)
    return connect(cp(user=presentation.encode_user_data(1, ber.tlv(0x60, body))))


def with_mms(mms: bytes) -> bytes:
    return connect(
        cp(user=presentation.encode_user_data(1, acse.encode_associate_request(acse.Associate(user_data=mms), 3)))
    )


NAME = "a107060528ca220203"
USER = ber.tlv(0xBE, ber.tlv(0x28, b"\x02\x01\x03" + ber.tlv(0xA0, INITIATE)))
FINISH = bytes.fromhex(ABB["FINISH"])
ABORT = dt(session.encode_other(session.SpduKind.ABORT, b""))

UPPER = [
    Case("A14 group beyond the end", dt(bytes.fromhex("0d0605ff00ff1301")), ends, "transport"),
    Case("A14 S3 length beyond the SPDU", dt(bytes.fromhex("0d03c10500")), ends, "transport"),
    Case("A15 long form with 0", dt(bytes.fromhex("0dff0000")), ends, "transport"),
    Case("A15 long form cut", dt(bytes.fromhex("0dff")), ends, "transport"),
    Case("A16 selector of 200 octets", dt(session.encode_connect(cp(), bytes(200), b"")), ends, "transport"),
    *(Case(f"A17 {n} {where}", data, ends, where)
      for n, data in (("ABORT", ABORT), ("FINISH", FINISH)) for where in ("tcp", "transport", "open")),
    Case("A17 ABORT ACCEPT", dt(bytes.fromhex("1a00")), answers()),
    Case("A17 DISCONNECT without FINISH", bytes.fromhex(ABB["DISCONNECT"]), aborts),
    Case("A17 REFUSE to a server", dt(bytes.fromhex("0c03320100")), ends, "transport"),
    Case("A17 ACCEPT to a server", bytes.fromhex(ABB["ACCEPT"]), ends, "transport"),
    Case("A18 give tokens without data", dt(b"\x01\x00"), aborts),
    Case("A18 data before an association", frame(b"\x8b\x00"), ends, "transport"),
    *(Case(f"A19 context {n}", connect(cp(ACSE, context(n))), ends, "transport") for n in (0, -1, 128, 1 << 31, 1 << 120)),
    Case("A19 one context twice", connect(cp(ACSE, context(1))), ends, "transport"),
    Case("A19 data on context 2^31", frame(b"\x8b\x00", 1 << 31), aborts),
    Case("A20 200 contexts", connect(cp(ACSE, context(3), *(context(n, b"\x29\x01") for n in range(5, 205)))), ends, "transport"),
    Case("A21 undefined transfer syntax", connect(cp(ACSE, context(3, transfer=b"\x29\x01"))), ends, "transport"),
    Case("A22 data on a context not negotiated", frame(b"\x8b\x00", 5), aborts),
    Case("A22 data on the context of ACSE", frame(b"\x8b\x00", 1), aborts),
    Case("A23 S4 undecodable length", connect(ber.tlv(0x31, MODE + b"\xa2\x05\x81\x85\x00\x00\x00")), ends, "transport"),
    Case("A23 lengths of zero", connect(ber.tlv(0x31, MODE + ber.tlv(0xA2, b"\x81\x00\x82\x00\xa4\x00\x61\x00"))), ends, "transport"),
    Case("A23 X.410 mode", connect(cp(mode=b"\xa0\x03\x80\x01\x00")), ends, "transport"),
    Case("S5 no normal-mode parameters", connect(ber.tlv(0x31, MODE)), ends, "transport"),
    Case("S5 no user data", connect(cp(user=b"")), ends, "transport"),
    Case("S5 nothing at all", connect(b""), ends, "transport"),
    Case("A24 no user information", aarq(NAME), ends, "transport"),
    Case("A25 mechanism without value", aarq(NAME, "8a0204808b03520301", USER), ends, "transport"),
    Case("A26 value without mechanism", aarq(NAME, "ac0380017a", USER), ends, "transport"),
    Case("A27 password of 64 KiB", lambda: segmented_connect(
        aarq_sdu(NAME, "8a0204808b03520301", ber.tlv(0xAC, ber.tlv(0x80, bytes(65_536))), USER)), ends, "transport"),
    *(Case(f"S6 {tag}00", aarq(NAME, f"{tag}00", *([] if tag == "be" else [USER])), ends, "transport") for tag in ("a2", "a3", "a6", "a7", "be")),
    Case("A32 AARQ after association", connect(), aborts),
    Case("A32 AARQ twice in one segment", connect() + connect(), ends, "transport"),
    Case("A32 AARQ as data", frame(AARQ), answers(UNKNOWN_PDU)),
    Case("A32 initiate after association", frame(INITIATE), answers(UNKNOWN_PDU)),
    Case("initiate that is none", with_mms(b"\x8b\x00"), ends, "transport"),
    Case("initiate of nothing", with_mms(b""), ends, "transport"),
    Case("initiate for PDUs of 31 octets", with_mms(Initiate(max_pdu=31).encode(0xA8)), ends, "transport"),
    Case("initiate for PDUs of -1 octets", with_mms(Initiate(max_pdu=-1).encode(0xA8)), ends, "transport"),
]  # fmt: skip


def aarq_sdu(*fields: str | bytes) -> bytes:
    body = b"".join(f if isinstance(f, bytes) else bytes.fromhex(f) for f in fields)
    # A session parameter ends at 65,535 octets: the length then lies, as an attacker's would.
    ppdu = cp(user=presentation.encode_user_data(1, ber.tlv(0x60, body)))
    return b"\x0d\xff\xff\xff\xc1\xff\xff\xfb" + ppdu


def segmented_connect(sdu: bytes) -> bytes:
    return b"".join(map(tpkt.encode, cotp.segments(sdu, 8192)))


# -- MMS --------------------------------------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    data = b"\x85\x01\x07"
    for _ in range(depth):
        data = ber.tlv(0xA2, data)
    return data


def deep_access(depth: int) -> bytes:
    inner = b"\x82\x01\x00"
    for _ in range(depth):
        inner = ber.tlv(0xA0, b"\x81\x01\x00" + ber.tlv(0x30, inner))
    return inner


def read_of(variables: bytes) -> bytes:
    return ber.tlv(0xA4, ber.tlv(0xA1, ber.tlv(0xA0, variables)))


def variable(item: bytes, *, domain: bytes = LD.encode(), behind: bytes = b"") -> bytes:
    name = ber.tlv(0xA1, ber.tlv(0x1A, domain) + ber.tlv(0x1A, item))
    return ber.tlv(0x30, ber.tlv(0xA0, name) + behind)


def read(item: str, *selectors: Selector) -> bytes:
    return asked(s.read_request([Access(ObjectName(item, LD), selectors)]))


def write(item: str, data: bytes | str) -> bytes:
    element = bytes.fromhex(data) if isinstance(data, str) else data
    return asked(s.write_request([(Access(ObjectName(item, LD)), element)]))


def failed(code: int) -> bytes:
    return answered(s.read_response([bytes((0x80, 1, code))]))


def wrote(code: int | None) -> bytes:
    return answered(s.write_response([code]))


def names(scope: bytes, after: bytes = b"") -> bytes:
    return ber.tlv(0xA1, b"\xa0\x03\x80\x01\x00" + ber.tlv(0xA1, scope) + (ber.tlv(0x82, after) if after else b""))


UNDEFINED, INVALID_ADDRESS, DENIED, INCONSISTENT, NON_EXISTENT, VALUE_INVALID = 4, 5, 3, 7, 10, 11
INT8, QUALITY, FLOAT = "GGIO1$SP$Every$vINT8", "GGIO1$SP$Every$vQuality", "GGIO1$SP$Every$vFLOAT32"
NO_MORE_NAMES = answered(s.name_list_response(b"", more_follows=False))

MMS = [
    Case("A34 indefinite PDU", frame(bytes.fromhex("a08002010782000000")), answers(INVALID_PDU)),
    Case("A34 S7 indefinite in the service", asked("a4028080"), answers(INVALID_ARGUMENT)),
    Case("A34 indefinite Data", write(INT8, "a2808501000000"), answers(INVALID_ARGUMENT)),
    Case("A34 S7 nested indefinite lengths", frame(b"\xa0\x80" * 10_000), answers(INVALID_PDU)),
    Case("A35 length 84 FFFFFFFF", frame(bytes.fromhex("a084ffffffff")), answers(INVALID_PDU)),
    Case("A35 in the service", asked("a407a184ffffffff00"), answers(INVALID_ARGUMENT)),
    Case("A36 S7 length of five octets", frame(bytes.fromhex("a0850000000003020107")), answers(INVALID_PDU)),
    Case("A36 S7 length of 127 octets", asked(b"\xa4\x81\x82\xa1\xff" + bytes(128)), answers(OUT_OF_RANGE)),
    Case("A36 in the presentation", dt(session.DATA + b"\x61\x85\x00\x00\x00\x00\x00"), aborts),
    Case("A37 data of depth 10,000", lambda: segmented(confirmed_request(INVOKE, s.write_request(
        [(Access(ObjectName(INT8, LD)), nested(10_000))]))), answers(wrote(INCONSISTENT))),
    Case("A37 data of depth 10,000 to a structure", lambda: segmented(confirmed_request(INVOKE, s.write_request(
        [(Access(ObjectName("GGIO1$SP$Crv1$crvPts", LD)), nested(10_000))]))), answers(wrote(INCONSISTENT))),
    Case("A37 access of depth 4,000", lambda: segmented(confirmed_request(INVOKE, read_of(
        variable(b"GGIO1", behind=ber.tlv(0xA5, deep_access(4_000)))))), answers(OUT_OF_RANGE)),
    Case("A37 access of depth 10,000", lambda: segmented(confirmed_request(INVOKE, read_of(
        variable(b"GGIO1", behind=ber.tlv(0xA5, deep_access(10_000)))))), answers(TOO_LARGE)),
    Case("A38 integer of no octets", write(INT8, "8500"), answers(wrote(INCONSISTENT))),
    Case("A38 invoke id of no octets", frame(bytes.fromhex("a00402008200")), answers(INVALID_PDU)),
    Case("A39 integer that is not minimal", write(INT8, "85020007"), answers(wrote(None))),
    Case("A39 integer of 18 octets", write(INT8, "8512" + "00" * 18), answers(wrote(INCONSISTENT))),
    Case("an integer that does not fit", write(INT8, "85020080"), answers(wrote(VALUE_INVALID))),
    *(Case(f"A40 padding {n}", write(QUALITY, f"8403{n:02x}0000"), answers(wrote(INCONSISTENT))) for n in (0, 4, 8, 255)),
    Case("A40 padding of nothing", write(QUALITY, "840103"), answers(wrote(INCONSISTENT))),
    Case("A40 S11 no padding octet", write(QUALITY, "8400"), answers(wrote(INCONSISTENT))),
    Case("A41 exponent of a double", write(FLOAT, "87050b40400000"), answers(wrote(INCONSISTENT))),
    Case("A41 float of no octets", write(FLOAT, "8700"), answers(wrote(INCONSISTENT))),
    Case("A41 a double beyond a single", write(FLOAT, "87090b7fe0000000000000"), answers(wrote(VALUE_INVALID))),
    Case("A42 high tag", frame(bytes.fromhex("a0080201071f80808000")), answers(INVALID_PDU)),
    Case("A42 high tag in the service", asked("a4061f8080800000"), answers(OUT_OF_RANGE)),
    Case("A43 invoke id 0", frame(confirmed_request(0, b"\x80\x01\x00")), answers(confirmed_response(0, s.status_response()))),
    Case("A43 invoke id 2^32-1", frame(confirmed_request((1 << 32) - 1, b"\x80\x01\x00")),
         answers(confirmed_response((1 << 32) - 1, s.status_response()))),
    Case("A43 invoke id 2^32", frame(confirmed_request(1 << 32, b"\x80\x01\x00")), answers(INVALID_PDU)),
    Case("A43 duplicate invoke ids", asked("800100") * 2, answers(*[answered(s.status_response())] * 2)),
    Case("A44 item $", asked(read_of(variable(b"$"))), answers(failed(NON_EXISTENT))),
    Case("A44 item $$$", asked(read_of(variable(b"$$$"))), answers(failed(NON_EXISTENT))),
    Case("A44 item of a $ behind", asked(read_of(variable(b"GGIO1$ST$"))), answers(failed(NON_EXISTENT))),
    Case("A44 S14 item empty", asked(read_of(variable(b""))), answers(OUT_OF_RANGE)),
    Case("A44 item of 64", asked(read_of(variable(b"A" * 64))), answers(failed(NON_EXISTENT))),
    Case("A44 item of 65", asked(read_of(variable(b"A" * 65))), answers(OUT_OF_RANGE)),
    Case("A44 S14 item of 60,000", asked(read_of(variable(b"A" * 60_000))), answers(OUT_OF_RANGE)),
    Case("A44 item of 64 $", asked(read_of(variable(b"$" * 64))), answers(failed(NON_EXISTENT))),
    Case("A44 domain empty", asked(read_of(variable(b"GGIO1", domain=b""))), answers(OUT_OF_RANGE)),
    Case("A44 domain of 65", asked(read_of(variable(b"GGIO1", domain=b"D" * 65))), answers(OUT_OF_RANGE)),
    Case("A44 domain unknown", asked(read_of(variable(b"GGIO1", domain=b"OTHER"))), answers(failed(UNDEFINED))),
    Case("A44 no functional constraint", asked(read_of(variable(b"GGIO1$Ind1"))), answers(failed(NON_EXISTENT))),
    Case("A44 NUL in the item", asked(read_of(variable(b"GGIO1\x00$ST"))), answers(failed(NON_EXISTENT))),
    Case("A44 item beyond ASCII", asked(read_of(variable(b"GGIO\xff"))), answers(INVALID_ARGUMENT)),
    Case("A44 names of the VMD", asked(read_of(ber.tlv(0x30, b"\xa0\x0a\x80\x08$MSG$1$$"))), answers(failed(UNDEFINED))),
    Case("A44 names of the association", asked(read_of(ber.tlv(0x30, b"\xa0\x04\x82\x02ds"))), answers(failed(UNDEFINED))),
    Case("A45 continue after the last", asked(names(b"\x81\x06" + LD.encode(), b"~")), answers(NO_MORE_NAMES)),
    Case("A45 continue after what is beyond ASCII", asked(names(b"\x81\x06" + LD.encode(), b"\xff\xff")), answers(NO_MORE_NAMES)),
    Case("A45 continue after 10,000 octets", asked(names(b"\x81\x06" + LD.encode(), b"~" * 10_000)), answers(NO_MORE_NAMES)),
    Case("A45 names of a domain nobody has", asked(names(b"\x81\x05OTHER")), refuses),
    Case("A45 names of a domain of no name", asked(names(b"\x81\x00")), refuses),
    Case("A46 10,001 variables", lambda: segmented(confirmed_request(INVOKE, read_of(bytes.fromhex("3005a003800161") * 10_001))),
         answers(TOO_LARGE)),
    Case("A46 100,000 variables", lambda: segmented(confirmed_request(INVOKE, read_of(bytes.fromhex("3005a003800161") * 100_000))),
         answers(TOO_LARGE)),
    Case("A46 10^6 variables", lambda: segmented(confirmed_request(INVOKE, read_of(bytes.fromhex("3005a003800161") * 1_000_000))),
         aborts),
    Case("A46 no variable", asked(read_of(b"")), answers(answered(s.read_response([])))),
    Case("A47 S13 structure for a leaf", write(INT8, "a203850107"), answers(wrote(INCONSISTENT))),
    Case("A47 S13 boolean for an integer", write(INT8, "8301ff"), answers(wrote(INCONSISTENT))),
    Case("A47 S13 leaf for a structure", write("GGIO1$SP$Crv1", "850107"), answers(wrote(INCONSISTENT))),
    Case("A47 S13 array for a structure", write("GGIO1$SP$Crv1", "a100"), answers(wrote(INCONSISTENT))),
    Case("A47 too few members", write("GGIO1$SP$Crv1", "a203860105"), answers(wrote(INCONSISTENT))),
    Case("A47 too many elements", write("GGIO1$SP$Crv1$crvPts", ber.tlv(0xA1, encode_data((0.0, 0.0)) * 6)), answers(wrote(INCONSISTENT))),
    Case("A47 wrong types inside", write("GGIO1$SP$Crv1$crvPts", ber.tlv(0xA1, encode_data((0, 0)) * 5)), answers(wrote(INCONSISTENT))),
    Case("A47 one member of a structure read-only", write("GGIO1$SP$Crv1", encode_data((5, [(0.0, 0.0)] * 5, 7)).replace(
        b"\x85\x01\x05", b"\x86\x01\x05").replace(b"\x85\x01\x07", b"\x86\x01\x07")), answers(wrote(DENIED))),
    Case("A47 a universal type", write(INT8, "020107"), answers(wrote(INCONSISTENT))),
    Case("A47 text beyond its length", write("GGIO1$DC$Ind1$d", ber.tlv(0x8A, b"a" * 256)), answers(wrote(VALUE_INVALID))),
    Case("A47 S14 text of 60,000", write("GGIO1$DC$Ind1$d", ber.tlv(0x8A, b"a" * 60_000)), answers(wrote(VALUE_INVALID))),
    Case("A47 text with control characters", write("GGIO1$DC$Ind1$d", "8a0100"), answers(wrote(VALUE_INVALID))),
    Case("A47 a whole logical node", write("GGIO1", "a200"), answers(wrote(INCONSISTENT))),
    Case("what cannot be written", write("GGIO1$ST$Ind1$stVal", "8301ff"), answers(wrote(DENIED))),
    Case("what is not there to write", write("GGIO1$ST$Ind9$stVal", "8301ff"), answers(wrote(NON_EXISTENT))),
    Case("more values than variables", asked("a517a00d300ba0098007" + b"GGIO1$S".hex() + "a006850107850107"), answers(INVALID_ARGUMENT)),
    Case("A48 S15 fileOpen ../", asked(ber.tlv(0xBF48, ber.tlv(0xA0, ber.tlv(0x19, b"../../passwd")) + b"\x81\x01\x00")), refuses),
    Case("A48 S15 fileOpen /etc/passwd", asked(b"\xbf\x48\x12\xa0\x0d\x19\x0b/etc/passwd\x81\x01\x00"), refuses),
    Case("A48 fileDelete NUL", asked(b"\xbf\x4c\x05\x19\x03a\x00b"), refuses),
    Case("A48 fileOpen of 4 KiB", asked(ber.tlv(0xBF48, ber.tlv(0xA0, ber.tlv(0x19, b"a" * 4096)) + b"\x81\x01\x00")), refuses),
    Case("A49 obtainFile", asked(ber.tlv(0xBF2E, ber.tlv(0xA1, b"\x19\x01a") + ber.tlv(0xA2, b"\x19\x01b"))), refuses),
    Case("A50 defineNamedVariableList of itself", asked(ber.tlv(0xAB, b"\x82\x02ds" + ber.tlv(0xA0, variable(b"ds")))), refuses),
    Case("S8 identifier of length 8B", asked("a112a003800100a10b818b" + "41" * 9), answers(OUT_OF_RANGE)),
    Case("S8 identifier of length 8B in an object name", asked("a60da00ba1091a8b" + "41" * 7), answers(OUT_OF_RANGE)),
    Case("S9 deleteNamedVariableList without list", asked("ad00"), refuses),
    Case("S9 deleteNamedVariableList of an empty list", asked("ad05800100a100"), refuses),
    Case("S10 read of nothing, then a tag of another class", frame(bytes.fromhex("a008020107a4007f4a00")), answers(INVALID_PDU)),
    Case("S10 service of another class", asked("7f4a0105"), answers(UNRECOGNISED)),
    Case("S11 octet string beyond its element", write("GGIO1$SP$Every$vOctet64", "8905ffff"), answers(INVALID_ARGUMENT)),
    Case("S11 bit string beyond its element", write(QUALITY, "84050300"), answers(INVALID_ARGUMENT)),
    Case("S12 unsolicited FileOpen response", frame(bytes.fromhex("a108020100bf48020500")), answers(UNKNOWN_PDU)),
    Case("S12 unsolicited error", frame(bytes.fromhex("a20a800105a205a003870102")), answers(UNKNOWN_PDU)),
    Case("S13 element of a structure", read("GGIO1$SP$Crv1", Selector(index=0)), answers(failed(INVALID_ADDRESS))),
    Case("S13 component of an array", read("GGIO1$SP$Crv1$crvPts", Selector(component="xVal")), answers(failed(INVALID_ADDRESS))),
    Case("S13 component of a leaf", read("GGIO1$ST$Ind1$stVal", Selector(component="x")), answers(failed(INVALID_ADDRESS))),
    Case("S13 element beyond the array", read("GGIO1$SP$Crv1$crvPts", Selector(index=5)), answers(failed(INVALID_ADDRESS))),
    Case("S13 element 2^128", read("GGIO1$SP$Crv1$crvPts", Selector(index=(1 << 128) - 1)), answers(failed(INVALID_ADDRESS))),
    Case("S13 range beyond the array", read("GGIO1$SP$Crv1$crvPts", Selector(index=3, count=3)), answers(failed(INVALID_ADDRESS))),
    Case("S13 range of nothing", read("GGIO1$SP$Crv1$crvPts", Selector(index=0, count=0)), answers(failed(INVALID_ADDRESS))),
    Case("S13 range of 2^32", read("GGIO1$SP$Crv1$crvPts", Selector(index=0, count=1 << 32)), answers(failed(INVALID_ADDRESS))),
    Case("S13 a path through an array", asked(read_of(variable(b"GGIO1$SP$Crv1$crvPts$(0)$xVal"))), answers(failed(NON_EXISTENT))),
    Case("S13 attributes of an array's element", asked(s.variable_attributes_request(ObjectName("GGIO1$SP$Crv1$crvPts$(0)", LD))), refuses),
    Case("S19 whole control block", write("LLN0$RP$urcb01", encode_data(("", False))), answers(wrote(INCONSISTENT))),
    Case("S19 write to CO where there is none", write("GGIO1$CO$Ind1$Oper$ctlVal", "8301ff"), answers(wrote(NON_EXISTENT))),
    Case("S19 write to LN$CO", write("GGIO1$CO", "a200"), answers(wrote(NON_EXISTENT))),
    Case("S19 setting groups nobody has", write("LLN0$SP$SGCB", "a200"), answers(wrote(NON_EXISTENT))),
    Case("S27 negative invoke id", frame(bytes.fromhex("a0050201ff8200")), answers(INVALID_PDU)),
    Case("S27 negative invoke id of four octets", frame(bytes.fromhex("a0080204800000008200")), answers(INVALID_PDU)),
    Case("S27 reject with a constructed [0]", frame(bytes.fromhex("a405a003800105")), answers()),
    Case("S27 error with its modifier position", frame(bytes.fromhex("a20d800105810100a205a003870102")), answers(UNKNOWN_PDU)),
    Case("unconfirmed PDUs to a server", frame(bytes.fromhex("a30fa00da1058003525054a004840200ff")), answers()),
    Case("a request of nothing", frame(bytes.fromhex("a003020107")), answers(INVALID_PDU)),
    Case("an empty PDU", frame(b""), answers(INVALID_PDU)),
    Case("octets behind the PDU", frame(bytes.fromhex("a005020107820000")), answers(INVALID_PDU)),
    Case("modifiers and nothing behind", frame(bytes.fromhex("a0050201073000")), answers(INVALID_PDU)),
    Case("cancel of nothing", frame(bytes.fromhex("8500")), answers(reject(None, 6, 1))),
    Case("a service of the far future", asked("bf6300"), answers(UNRECOGNISED)),
    Case("attributes by address", asked("a604a1028000"), answers(INVALID_ARGUMENT)),
    Case("attributes of a named list nobody has", asked(named_variable_list_request(ObjectName("LLN0$nobody", LD))), refuses),
    Case("data set nobody has", asked(s.read_list_request(ObjectName("LLN0$nobody", LD))), refuses),
]  # fmt: skip

ITI_REQUESTS = {
    "deleteProgramInvocation": "a01e0201019f27184d7553656375726974795f4170706c69636174696f6e5f31",
    "getAlarmSummary": "a00c020101bf3f06800100810100",
    "getDomainAttributes": "a0160201019f251044544c6f6746696c6573446f6d61696e",
    "takeControl": "a017020101b312a00a80087265736572766564830101860101",
    "initiateDownloadSequence": "a029020101ba24801044544c6f6746696c6573446f6d61696ea10d1a0b4d7553656341433830304d820100",
    "initiateUploadSequence": "a0150201019d1044544c6f6746696c6573446f6d61696e",
    "terminateUploadSequence": "a0080201019f1f020000",
    "kill": "a01f020101bf2c198017523339353032343339374170706c69636174696f6e5f31",
    "relinquishControl": "a011020101b40ca00a80087265736572766564",
    "reset": "a01f020101bf2b198017523339353032343339374170706c69636174696f6e5f31",
    "resume": "a01f020101bf2a198017523339353032343339374170706c69636174696f6e5f31",
    "start": "a021020101bf281b8017523339353032343339374170706c69636174696f6e5f318100",
    "stop": "a01f020101bf29198017523339353032343339374170706c69636174696f6e5f31",
}
"""Requests of the ITI laboratory for services that IEC 61850 does not have."""

FOREIGN = [
    *(Case(f"ITI {name}", frame(bytes.fromhex(pdu)), answers(reject(1, 1, 1))) for name, pdu in ITI_REQUESTS.items()),
    Case("ITI request of nothing", frame(bytes.fromhex("a003020101")), answers(INVALID_PDU)),
    Case("ITI cancel", frame(bytes.fromhex("850101")), answers("a70a800101a105a0038a0101")),
    Case("ITI read of $MSG$1$$", frame(bytes.fromhex("a017020101a412a110a00e300ca00a8008244d534724312424")), answers("a10a020101a405a103800104")),
]  # fmt: skip

CASES = TRANSPORT + UPPER + MMS + FOREIGN


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_case(case: Case) -> None:
    async def play() -> None:
        # Silence on a half-open connection is part of some cases, so its time-out is short.
        async with serving(half_open_seconds=0.2) as (server, witness), raw(server.port) as peer:
            if case.where == "transport":
                await peer.connect_transport()
            elif case.where == "open":
                await peer.associate()
            peer.send(case.data if isinstance(case.data, bytes) else case.data())
            await case.outcome(peer)
            await still_served(witness)
            await peer.close()

    run(play())


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.where == "open" and isinstance(c.data, bytes)], ids=lambda c: c.name
)
def test_cases_octet_by_octet_and_behind_a_good_request(case: Case) -> None:
    """The same in a hurry and at leisure: what is good in front of it is answered, and the pieces do not matter."""
    assert isinstance(case.data, bytes)
    size = max(1, len(case.data) // 40)

    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            await peer.trickle(frame(confirmed_request(98, b"\x80\x01\x00")) + case.data, size)
            assert await peer.pdu() == confirmed_response(98, s.status_response()) or peer.was_reset
            await case.outcome(peer)

    run(play())


def test_s10_all_tags_as_services() -> None:
    """Every one-octet tag as a service: answered, with the invoke id or as an invalid PDU, and never silence."""

    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            for tag in range(256):
                peer.send(frame(ber.tlv(0xA0, b"\x02\x01\x07" + bytes((tag, 0)))))
                answer = decode_pdu(await peer.pdu())
                assert answer.invoke_id == 7 or answer.tag == PduTag.REJECT
            await still_served(peer)

    run(play())


def test_all_tags_as_pdus() -> None:
    """Every one-octet tag as a PDU; the reject that follows the concluding of an association is not counted."""

    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            for tag in range(256):
                peer.send(frame(bytes((tag, 0))))
                peer.send(frame(confirmed_request(7, b"\x80\x01\x00")))
                found = []
                while not found or found[-1] != answered(s.status_response()):
                    found.append(await peer.pdu())
                assert len(found) <= 2

    run(play())


# -- sequences --------------------------------------------------------------------------------------------------------


def test_a4_one_octet_a_segment() -> None:
    async def play() -> None:
        async with serving() as (server, witness), raw(server.port) as peer:
            await peer.trickle(CR)
            assert list(peer.initiator.osi._splitter.feed(await peer._read()))
            await peer.trickle(connect())
            reader = opened(peer.initiator.osi.role)
            reader.state = type(reader.state).ASSOCIATE_REQUESTED
            assert list(reader.receive(await peer._read()))
            peer.initiator.osi = opened(peer.initiator.osi.role)
            await peer.trickle(read("GGIO1$ST$Ind1$stVal"))
            await still_served(witness)
            assert await peer.pdu() == answered(s.read_response([FALSE]))

    run(play())


def test_a6_two_frames_in_one_segment_the_second_cut() -> None:
    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            two = read("GGIO1$ST$Ind1$stVal") * 2
            peer.send(two[:-5])
            assert await peer.pdu() == answered(s.read_response([FALSE]))
            peer.send(two[-5:])
            assert await peer.pdu() == answered(s.read_response([FALSE]))

    run(play())


def test_a3_the_largest_frame_and_then_silence_holds_nobody_up() -> None:
    async def play() -> None:
        async with serving() as (server, witness), raw(server.port) as peer:
            await peer.associate()
            peer.send(b"\x03\x00\xff\xff" + bytes(1000))
            for _ in range(3):
                await still_served(witness)
            await peer.close()

    run(play())


@pytest.mark.parametrize("start", [b"", b"\x03", CR[:10], CR, CR + connect()[:50]])
def test_half_open_connections_are_closed_in_time(start: bytes) -> None:
    async def play() -> None:
        async with serving(half_open_seconds=0.05) as (server, _), raw(server.port) as peer:
            peer.send(start)
            await peer.closed()

    run(play())


def test_an_association_is_not_closed_for_being_silent() -> None:
    async def play() -> None:
        async with serving(half_open_seconds=0.05) as (server, _), raw(server.port) as peer:
            await peer.associate()
            await asyncio.sleep(0.2)
            await still_served(peer)

    run(play())


def test_conclude_and_finish_in_one_segment() -> None:
    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            peer.send(read("GGIO1$ST$Ind1$stVal") + frame(b"\x8b\x00") + FINISH)
            assert await peer.closed() == [answered(s.read_response([FALSE])), b"\x8c\x00"]

    run(play())


@pytest.mark.parametrize("request_", ["80 01 00", "a4 00"], ids=["known", "unknown"])
def test_a_good_request_in_front_of_a_broken_header_is_answered(request_: str) -> None:
    """They share a segment: what came first was right."""

    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            good = read("GGIO1$ST$Ind1$stVal") if request_ == "a4 00" else asked(request_)
            peer.send(good + b"\x04\x00\x00\x07\x02\xf0\x80")
            pdus = await peer.closed()
            assert pdus == [answered(s.read_response([FALSE]) if request_ == "a4 00" else s.status_response())]

    run(play())


def test_a_request_larger_than_agreed_is_rejected_and_the_next_one_is_not() -> None:
    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate(Initiate(max_pdu=256))
            few, many = (read_of(variable(b"GGIO1$ST$Ind1$stVal") * count) for count in (2, 20))
            for _ in range(2):  # the second time it is known, which must not let it through
                for data, answer in ((few, answered(s.read_response([FALSE] * 2))), (many, TOO_LARGE)):
                    peer.send(frame(confirmed_request(INVOKE, data)))
                    assert await peer.pdu() == answer
            async with raw(server.port) as other:
                await other.associate()
                other.send(frame(confirmed_request(INVOKE, many)))
                assert await other.pdu() == answered(s.read_response([FALSE] * 20))
            peer.send(frame(confirmed_request(INVOKE, many)))
            assert await peer.pdu() == TOO_LARGE

    run(play())


def test_the_whole_session_in_one_segment() -> None:
    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            peer.send(CR + connect() + read("GGIO1$ST$Ind1$stVal") + frame(b"\x8b\x00") + FINISH)
            stream = await peer.reader.read()
            tpdus = list(tpkt.TpktSplitter().feed(stream))
            assert len(tpdus) == 5
            assert tpdus[2].endswith(answered(s.read_response([FALSE])))
            assert server.statistics.broken == 0

    run(play())


def test_what_follows_the_finish_is_not_answered() -> None:
    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            peer.send(FINISH + read("GGIO1$ST$Ind1$stVal"))
            assert await peer.closed() == []

    run(play())


def test_s28_broken_connections_leave_no_slot_taken() -> None:
    starts = [b"", CR, CR + connect()[:-3], CR + connect(), CR + CR, b"\x00", CR + connect() + b"\x00"]

    async def play() -> None:
        async with serving(max_associations=60) as (server, witness):
            for start in starts * 20:
                peer = await Raw.open(server.port)
                peer.send(start)
                await peer.writer.drain()
                peer.reset()
            await until(lambda: len(server.associations) == 1)
            await still_served(witness)
            async with raw(server.port) as good:
                await good.associate()

    run(play())


def test_more_than_max_associations() -> None:
    async def play() -> None:
        async with serving(max_associations=5) as (server, witness):
            held = [await Raw.open(server.port) for _ in range(4)]
            for peer in held:
                await peer.associate()
            for _ in range(3):
                async with raw(server.port) as refused:
                    assert await refused.closed() == []
            assert server.statistics.refused == 3
            await still_served(witness)
            await held.pop().close()
            await until(lambda: len(server.associations) == 4)
            async with raw(server.port) as again:
                await again.associate()
                await still_served(again)
            for peer in held:
                await peer.close()

    run(play())


# -- reports ----------------------------------------------------------------------------------------------------------


async def accepted(peer: Raw, item: str, value: Any) -> None:
    peer.send(write(item, encode_data(value)))
    while (answer := await peer.pdu())[0] == PduTag.UNCONFIRMED:
        pass
    assert answer == wrote(None)


@pytest.mark.parametrize("ending", ["reset", "close", "abort", "garbage", "finish"])
def test_a_client_that_goes_with_its_report_control_enabled(ending: str) -> None:
    """The reservation ends with the association, however that ends; the next client gets the instance."""

    async def play() -> None:
        ied = small_ied(instances=1)
        async with serving(ied) as (server, _), raw(server.port) as next_:
            async with raw(server.port) as peer:
                await peer.associate()
                await accepted(peer, "LLN0$RP$urcb01$RptEna", True)
                control = server.reports.controls[0]
                assert control["RptEna"] is True
                await next_.associate()
                next_.send(write("LLN0$RP$urcb01$RptEna", encode_data(True)))
                assert await next_.pdu() == wrote(2)
                if ending == "reset":
                    peer.reset()
                else:
                    peer.send({"close": b"", "abort": ABORT, "garbage": b"\x00", "finish": FINISH}[ending])
            await until(lambda: control["RptEna"] is False)
            assert control["Resv"] is False
            await accepted(next_, "LLN0$RP$urcb01$RptEna", True)
            ied[f"{LD}.GGIO1.Ind1"].update(q=0x800)
            assert (await next_.pdu())[0] == PduTag.UNCONFIRMED
            await next_.close()

    run(play())


def test_reports_for_a_client_that_is_leaving_reach_nobody_and_harm_nobody() -> None:
    """The change comes in the same turn of the loop as the FINISH, before TCP has told that the client is gone."""

    async def play() -> None:
        ied = small_ied(instances=2)
        async with serving(ied) as (server, _), raw(server.port) as leaving, raw(server.port) as staying:
            for peer in (leaving, staying):
                await peer.associate()
            await accepted(leaving, "LLN0$RP$urcb01$RptEna", True)
            await accepted(staying, "LLN0$RP$urcb02$RptEna", True)
            association = next(a for n, a in server.associations.items() if n == server.reports.controls[0].client)
            association.data_received(FINISH)
            ied[f"{LD}.GGIO1.Ind1"].update(q=0x800)
            assert (await staying.pdu())[0] == PduTag.UNCONFIRMED
            assert await leaving.closed() == []
            await staying.close()

    run(play())


def small_window(port: int) -> socket.socket:
    """A connection whose receiver takes little at a time."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


async def deaf(port: int) -> Raw:
    """A connection that stops reading when it likes: the stream's own buffer is small."""
    return Raw(*await asyncio.open_connection(sock=small_window(port), limit=1024))


def test_answers_to_a_client_that_never_reads_do_not_pile_up() -> None:
    """One segment of small requests asks for many times its size: the work stops when the answers are not taken."""

    async def play() -> None:
        limit = 1_000_000
        ied = small_ied(fillers=1000)
        async with serving(ied, max_unsent=limit) as (server, witness):
            peer = await deaf(server.port)
            await peer.associate()
            number = max(server.associations)
            association = server.associations[number]
            transport = association._transport
            assert transport is not None
            # 2,000 times 40 octets ask for 2,000 times 40,000.
            association.data_received(read("MMXU1$MX") * 2000)
            assert transport.get_write_buffer_size() <= limit + 100_000
            await still_served(witness)
            peer.reset()
            await until(lambda: number not in server.associations)

    run(play())


def test_one_request_does_not_make_an_answer_that_nobody_may_get() -> None:
    """A PDU that names a large node 1,500 times would be 60 MB: refused before it is put together."""
    import tracemalloc

    async def play() -> None:
        async with serving(small_ied(fillers=1000)) as (server, _), raw(server.port) as peer:
            await peer.associate()
            peer.send(read("MMXU1$MX"))
            assert len(await peer.pdu()) > 20_000
            tracemalloc.start()
            peer.send(segmented(confirmed_request(INVOKE, read_of(variable(b"MMXU1$MX") * 1500))))
            await refuses(peer)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 5_000_000

    run(play())


def test_an_alternate_access_selects_no_more_than_a_pdu_holds() -> None:
    """Selections multiply: 256 components of each of all elements, in 40 variables, would be millions of nodes."""
    import tracemalloc

    async def play() -> None:
        async with serving() as (server, _), raw(server.port) as peer:
            await peer.associate()
            each = Selector(nested=(Selector(component="xVal"),) * 256)
            access = ber.tlv(0xA5, s.encode_alternate_access((each,) * 20))
            tracemalloc.start()
            peer.send(
                segmented(confirmed_request(INVOKE, read_of(variable(b"GGIO1$SP$Crv1$crvPts", behind=access) * 10)))
            )
            answer = await peer.pdu()
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert len(answer) < 100
            assert peak < 10_000_000

    run(play())


def test_s18_a_report_larger_than_the_pdu_agreed_on() -> None:
    async def play() -> None:
        ied = small_ied(fillers=100, data_set="dsMx")
        async with serving(ied) as (server, _), raw(server.port) as peer:
            await peer.associate(Initiate(max_pdu=256))
            await accepted(peer, "LLN0$RP$urcb01$RptEna", True)
            peer.send(write("LLN0$RP$urcb01$GI", encode_data(True)))
            assert await peer.pdu() == wrote(None), "the answer comes in front of what it has caused"
            peer.send(asked(b"\x80\x01\x00"))
            sizes = []
            while (pdu := await peer.pdu())[0] == PduTag.UNCONFIRMED:
                sizes.append(len(pdu))
            assert pdu == answered(s.status_response())
            assert len(sizes) > 10
            assert max(sizes) <= 256
            await peer.close()

    run(play())


def test_a_client_that_leaves_without_reading_gives_its_slot_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last answers may linger, but not for ever."""
    monkeypatch.setattr(server_association, "LINGER_SECONDS", 0.1)

    async def play() -> None:
        async with serving(small_ied(fillers=1000), max_unsent=10_000_000) as (server, _):
            peer = await deaf(server.port)
            await peer.associate()
            number = max(server.associations)
            server.associations[number].data_received(read("MMXU1$MX") * 200 + FINISH)
            await until(lambda: number not in server.associations)
            peer.reset()

    run(play())


def test_closing_the_server_does_not_wait_for_a_client_that_does_not_read() -> None:
    async def play() -> None:
        ied = small_ied(fillers=1000)
        async with MmsServer(ied, port=0) as server:
            peer = await deaf(server.port)
            await peer.associate()
            for _ in range(200):
                peer.send(read("MMXU1$MX"))
            association = next(iter(server.associations.values()))
            await until(
                lambda: association._transport is not None and association._transport.get_write_buffer_size() > 0
            )
        await until(lambda: not server.associations)
        peer.reset()

    run(play())
