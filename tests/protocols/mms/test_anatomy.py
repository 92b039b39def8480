"""Anatomy of MMS frames: every octet once, names of the standard, and nothing but our errors for hostile ones.

The frames are what a client and our server say to each other about the awkward model of tests/interop/ours.py.
"""

import asyncio
import contextlib
import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.anatomy import Field, as_dicts, render
from meterwire.client import connect
from meterwire.errors import DataAccessError, DecodeError, MeterwireError, UnknownNameError
from meterwire.protocols import ber
from meterwire.protocols.mms.anatomy import MAX_FIELDS, explain_mms, explain_sdu, explain_tpkt
from meterwire.protocols.osi.cotp import DT, DT_LAST, Reassembler
from meterwire.protocols.osi.tpkt import TpktSplitter, encode
from meterwire.server import MmsServer

from ...interop.ours import awkward_ied

DATA = bytes.fromhex("02f080 01000100")
SECONDS = 10.0


@cache
def recorded() -> tuple[bytes, ...]:
    """Every TPKT of a session in which a client does all it can."""
    heard: dict[str, bytearray] = {"in": bytearray(), "out": bytearray()}

    async def talk() -> None:
        tap = lambda _number, _time, way, data: heard[way].extend(data)  # noqa: E731
        ied = awkward_ied()
        async with MmsServer(ied, port=0, tap=tap) as server, connect(server.url, password="secret") as client:
            await client.identify()
            async for _ in client.walk("OURSLD0"):
                pass
            data_set, *_ = await client.data_sets("OURSLD0")
            await client.read_data_set(data_set)
            await client.read_many([leaf.reference + f" [{leaf.fc}]" for leaf in ied.leaves()])
            await client.read("OURSLD0/MHAI1.HaAmp.har(2).mag.f")
            await client.write("OURSLD0/GGIO2.IntSet.setVal", -5)
            with contextlib.suppress(DataAccessError):
                await client.write("OURSLD0/MMTR1.DmdWh.actVal", 1)
            with contextlib.suppress(UnknownNameError):
                await client.logical_nodes("NOWHERE")
            async with client.reports("OURSLD0/LLN0.urcbStat") as reports:
                await reports.interrogate()
                await reports.next(20)

    asyncio.run(talk())
    frames = []
    for octets in heard.values():
        joiner = Reassembler()
        for tpdu in TpktSplitter().feed(bytes(octets)):
            is_data = tpdu[1] & 0xF0 == DT
            sdu = joiner.feed(tpdu) if is_data else None
            if sdu is not None:
                frames.append(encode(DT_LAST + sdu))
            elif not is_data:
                frames.append(encode(tpdu))
    assert len(frames) > 50
    return tuple(frames)


def tiles(fields: tuple[Field, ...]) -> bytes:
    """The octets of all fields one after the other; every field must begin where the last one ended."""
    at = fields[0].offset
    for field in fields:
        assert field.offset == at, f"{field.name} at {field.offset}, {at} octets are explained"
        at += len(field.data)
    return b"".join(field.data for field in fields)


def test_every_octet_is_explained_once() -> None:
    for frame in recorded():
        assert tiles(explain_tpkt(frame)) == frame


def test_no_tag_of_a_session_is_unknown() -> None:
    unknown = {field.name for frame in recorded() for field in explain_tpkt(frame) if field.name.startswith("[")}
    assert unknown == set()


def test_names_are_those_of_the_standard() -> None:
    names = {field.name for frame in recorded() for field in explain_tpkt(frame)}
    assert names >= {
        "TPKT", "COTP CR", "COTP CC", "COTP DT", "session CONNECT", "session ACCEPT", "session",
        "AARQ", "AARE", "initiate-request", "initiate-response", "conclude-request", "conclude-response",
        "confirmed-request", "confirmed-response", "confirmed-error", "unconfirmed", "informationReport",
        "identify", "getNameList", "getVariableAccessAttributes", "getNamedVariableListAttributes", "read", "write",
        "invokeID", "domain-specific", "identifier", "alternate access", "success", "failure",
        "boolean", "integer", "unsigned", "floating-point", "bit-string", "octet-string", "visible-string",
        "mms-string", "utc-time", "binary-time", "structure", "array",
    }  # fmt: skip


def test_meanings_are_values() -> None:
    found = {(field.name, field.meaning) for frame in recorded() for field in explain_tpkt(frame)}
    assert ("integer", "9223372036854775807") in found
    assert ("mms-string", "电能表 µ € 🔌") in found
    assert ("failure", "3 object-access-denied") in found
    assert ("vendor", "meterwire") in found
    assert ("mechanism name", "2.2.3.1") in found or any(name == "mechanism name" for name, _ in found)


def test_without_its_transport() -> None:
    for frame in recorded():
        if frame[5:7] == b"\xf0\x80":
            assert tiles(explain_sdu(frame[7:])) == frame[7:]
            with_transport = [(f.name, f.meaning, f.depth) for f in explain_tpkt(frame)[2:]]
            assert [(f.name, f.meaning, f.depth) for f in explain_sdu(frame[7:])] == with_transport


def test_it_can_be_shown() -> None:
    for frame in recorded():
        fields = explain_tpkt(frame)
        assert len(render(fields).splitlines()) == len(as_dicts(fields)) == len(fields)


def test_a_bare_pdu() -> None:
    assert [field.name for field in explain_mms(bytes.fromhex("a0050201018200"))] == [
        "confirmed-request",
        "invokeID",
        "identify",
    ]


def test_part_of_a_segmented_message() -> None:
    frame = encode(bytes.fromhex("02f000") + b"some octets")
    fields = explain_tpkt(frame)
    assert [field.name for field in fields] == ["TPKT", "COTP DT", "segment"]
    assert tiles(fields) == frame


def deep(levels: int) -> bytes:
    content = b""
    for _ in range(levels):
        content = ber.tlv(0xA2, content)
    return content


def user_data(pdv: bytes) -> bytes:
    return encode(DATA + ber.tlv(0x61, pdv))


BAD: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("header alone", b"\x03\x00\x00\x04"),
    ("length 0", b"\x03\x00\x00\x00\x02\xf0\x80"),
    ("length lies", encode(DATA)[:-1]),
    ("other version", b"\x04" + encode(DATA)[1:]),
    ("DT header of 0 octets", encode(b"\x00\xf0\x80" + DATA)),
    ("DT header beyond the frame", encode(b"\xff\xf0\x80" + DATA)),
    ("no session", encode(bytes.fromhex("02f080"))),
    ("unknown SPDU", encode(bytes.fromhex("02f080 ff00"))),
    ("SPDU length lies", encode(bytes.fromhex("02f080 0dff ffff"))),
    ("parameters behind user data", encode(bytes.fromhex("02f080 0d06 c102 3100 3400"))),
    ("no presentation", encode(DATA)),
    ("no PDV list", user_data(b"\x02\x01\x03")),
    ("two PDV lists", user_data(b"\x30\x00\x30\x00")),
    ("indefinite length", user_data(bytes.fromhex("3080 0000"))),
    ("length of 85 octets", user_data(b"\x30\xd5" + bytes(85))),
    ("PDU longer than its PDV", user_data(bytes.fromhex("3004 a0057f 00"))),
    ("integer without octets", user_data(ber.tlv(0x30, b"\x02\x00"))),
    ("integer of 18 octets", user_data(ber.tlv(0x30, ber.tlv(2, bytes(18))))),
    ("object identifier without end", user_data(ber.tlv(0x30, b"\x06\x01\x80"))),
    (
        "40 levels too many",
        user_data(ber.tlv(0x30, ber.tlv(0xA0, ber.tlv(0xA1, ber.tlv(0xA4, ber.tlv(0xA1, deep(80))))))),
    ),
    ("10,000 levels", user_data(ber.tlv(0x30, ber.tlv(0xA0, deep(10_000))))),
]


@pytest.mark.parametrize("frame", [b[1] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_frames_raise_our_error(frame: bytes) -> None:
    with pytest.raises(DecodeError):
        explain_tpkt(frame)


def test_the_number_of_fields_is_limited() -> None:
    def nulls(count: int) -> bytes:
        return ber.tlv(0xA0, b"\x82\x00" * count)

    assert len(explain_mms(nulls(MAX_FIELDS - 1))) == MAX_FIELDS
    with pytest.raises(DecodeError, match=f"more than {MAX_FIELDS} fields"):
        explain_mms(nulls(MAX_FIELDS))


@pytest.mark.parametrize("inner", [b"\x82\x00", b"\xa5\x00", b"\x05\x00", b"\xa2\x00"], ids=lambda b: b.hex())
def test_work_is_bounded(inner: bytes) -> None:
    """The largest frame there is, filled with the smallest elements, at the places where they are looked at twice."""
    filled = inner * 32_000
    for pdu in (ber.tlv(0xA0, b"\x02\x01\x01" + ber.tlv(0xA5, filled)), ber.tlv(0xA3, ber.tlv(0xA0, filled))):
        began = time.perf_counter()
        with contextlib.suppress(MeterwireError):
            explain_mms(pdu)
        assert time.perf_counter() - began < SECONDS


@given(st.data())
def test_spoilt_frames_are_explained_or_refused(data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from(recorded())))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(4, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        fields = explain_tpkt(bytes(frame))
    except DecodeError:
        return
    assert tiles(fields) == frame


@given(st.binary(max_size=60))
def test_any_octets_are_explained_or_refused(data: bytes) -> None:
    for explain, octets in ((explain_mms, data), (explain_tpkt, encode(data)), (explain_tpkt, user_data(data))):
        try:
            fields = explain(octets)
        except DecodeError:
            continue
        assert not fields or tiles(fields) == octets
