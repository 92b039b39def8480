"""Which protocol are these octets? And one view over whatever they are."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, MeterwireError, UsageError
from meterwire.protocols import dlt698
from meterwire.protocols.capture import Packet, TcpSession
from meterwire.protocols.detect import PROTOCOLS, explain, explain_capture
from meterwire.protocols.osi import tpkt

REQUEST = bytes.fromhex("684310001134006811043533B335CD16")
ANSWER = bytes.fromhex("68020000000099689108333334333AB454334616")
READ698 = bytes.fromhex("68170043050000000000000072790501004100020000121416")
FOUND698 = bytes.fromhex("681B00C305000000000000005A5F850100410102000111010000004116")
CONNECT = tpkt.encode(bytes.fromhex("11e00000000100c0010ac2020001c1020000"))
BROKEN = tpkt.encode(bytes.fromhex("02f08001000100614780"))
LOOKS_LIKE_645 = bytes.fromhex("6817004305123468000000106EC70501004001020000ED0316")

DETECTED: list[tuple[str, bytes, list[tuple[str, bytes]]]] = [
    ("one frame", REQUEST, [("645", REQUEST)]),
    ("preamble", b"\xfe" * 4 + REQUEST, [("645", REQUEST)]),
    ("two frames", REQUEST + ANSWER, [("645", REQUEST), ("645", ANSWER)]),
    (
        "garbage around",
        b"\x00\x68\x68" + REQUEST + b"\x16\xff" + ANSWER + b"\x68\x01",
        [("645", REQUEST), ("645", ANSWER)],
    ),
    ("a false start before", bytes.fromhex("68000000000000689190") + REQUEST, [("645", REQUEST)]),
    ("698", READ698 + FOUND698, [("698", READ698), ("698", FOUND698)]),
    ("698 behind a preamble", b"\xfe" * 4 + READ698, [("698", READ698)]),
    ("698 behind garbage", b"\x00\x68\x11" + FOUND698 + b"\x68", [("698", FOUND698)]),
    ("698 of an address that looks like 645", LOOKS_LIKE_645, [("698", LOOKS_LIKE_645)]),
    ("TPKT", CONNECT, [("mms", CONNECT)]),
    ("two TPKT", CONNECT + BROKEN, [("mms", CONNECT), ("mms", BROKEN)]),
    ("68H at the place of a TPKT's length", tpkt.encode(bytes(0x64)), [("mms", tpkt.encode(bytes(0x64)))]),
]


@pytest.mark.parametrize(("data", "found"), [d[1:] for d in DETECTED], ids=[d[0] for d in DETECTED])
def test_detected_by_its_framing(data: bytes, found: list[tuple[str, bytes]]) -> None:
    explained = explain(data)
    assert [(e.protocol, e.frame) for e in explained] == found
    for each in explained:
        assert each.fields[0].offset == 0
        assert (each.source, each.target, each.time_ns) == ("", "", 0)


def test_what_cannot_be_explained_says_why() -> None:
    (explained,) = explain(BROKEN)
    assert explained.error
    assert b"".join(f.data for f in explained.fields) == BROKEN


def test_a_message_in_segments_is_explained_as_a_whole() -> None:
    message = bytes.fromhex("01000100 610e 300c 020103 a007 a005 020101 8200")
    parts = [tpkt.encode(bytes.fromhex("02f000") + message[:7]), tpkt.encode(bytes.fromhex("02f080") + message[7:])]
    for explained in (explain(b"".join(parts)), list(explain_capture(session(102, *parts[:1], b"", *parts[1:])))):
        assert [e.frame for e in explained] == [*parts, message]
        assert [e.summary for e in explained] == [
            "segment 1 · COTP DT",
            "segment 2 · COTP DT",
            "2 segments together · context · confirmed-request · identify".replace("context · ", ""),
        ]
        assert [e.error for e in explained] == ["", "", ""]


BAD: list[tuple[str, bytes, str | None, type[MeterwireError], str]] = [
    ("nothing", b"", None, DecodeError, "no known framing in 0 octets"),
    ("no framing", b"\x00\x11\x22", None, DecodeError, "known are 645, 698, mms"),
    ("one wrong bit", REQUEST[:5] + b"\x01" + REQUEST[6:], None, DecodeError, "checksum"),
    ("698 cut", READ698[:-3], None, DecodeError, "L announces 25 octets, 22 are here"),
    ("698 with a wrong frame check", READ698[:-2] + b"\x15\x16", None, DecodeError, "FCS is 1215, 1214 computed"),
    ("645 cut", REQUEST[:-3], None, DecodeError, ""),
    ("TPKT cut", CONNECT[:-1], None, DecodeError, "21 octets of an unfinished TPKT"),
    ("TPKT too short to be one", b"\x03\x00\x00\x04", None, DecodeError, "not a TPKT header"),
    ("garbage behind a TPKT", CONNECT + b"\x55", None, DecodeError, "not a TPKT header"),
    ("forced to be MMS", REQUEST, "mms", DecodeError, "not a TPKT header"),
    ("forced to be 645", CONNECT, "645", DecodeError, ""),
    ("no such protocol", REQUEST, "188", UsageError, "no protocol '188'; known are 645, 698, mms"),
]


@pytest.mark.parametrize(("data", "as_", "error", "text"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_says_what(data: bytes, as_: str | None, error: type[MeterwireError], text: str) -> None:
    with pytest.raises(error) as caught:
        explain(data, as_)
    assert text in str(caught.value)


@given(st.binary(max_size=200), st.sampled_from([None, *PROTOCOLS]))
def test_any_octets_are_explained_or_refused(data: bytes, as_: str | None) -> None:
    try:
        explained = explain(data, as_)
    except DecodeError:
        return
    assert b"".join(e.frame for e in explained) in data or all(e.protocol in {"645", "698"} for e in explained)


@pytest.mark.parametrize(
    "data",
    [b"\x68" * 300_000, b"\xfe" * 1_000_000, b"\x03\x00\x00\x07\x00\x00\x00" * 20_000],
    ids=["68H", "FE", "TPKT"],
)
def test_work_is_linear(data: bytes) -> None:
    began = time.perf_counter()
    with contextlib.suppress(DecodeError):
        explain(data)
    assert time.perf_counter() - began < 20


def session(port: int, *chunks: bytes) -> list[Packet]:
    """A connection whose two ends send these in turn, the client first, one a second."""
    made = TcpSession(client=("10.0.0.1", 40000 + port), server=("10.0.0.2", port))
    for i, chunk in enumerate(chunks):
        (made.server_sends if i % 2 else made.client_sends)(i * 10**9, chunk)
    return list(made.packets)


def test_capture_tells_who_and_when() -> None:
    first, second = explain_capture(session(645, REQUEST, ANSWER))
    assert (first.source, first.target, first.time_ns) == ("10.0.0.1:40645", "10.0.0.2:645", 0)
    assert (second.source, second.target, second.time_ns) == ("10.0.0.2:645", "10.0.0.1:40645", 10**9)
    assert (first.frame, second.frame) == (REQUEST, ANSWER)


def test_capture_of_698_split_anywhere() -> None:
    found = list(explain_capture(session(698, READ698[:9], FOUND698, READ698[9:])))
    assert [(e.protocol, e.frame, e.source) for e in found] == [
        ("698", FOUND698, "10.0.0.2:698"),
        ("698", READ698, "10.0.0.1:40698"),
    ]
    assert "GetRequestNormal" in found[1].summary


def test_a_698_apdu_in_fragments_is_explained_as_a_whole() -> None:
    octets = bytes.fromhex("0501024100020000")
    frames = [
        dlt698.Frame(
            control=control, server=dlt698.ServerAddress.of("1"), data=dlt698.Fragment(number, kind, piece).encode()
        )
        for control, number, kind, piece in (
            (0x63, 0, 0, octets[:3]),
            (0xE3, 0, 2, b""),
            (0x63, 1, 3, octets[3:5]),
            (0x63, 2, 1, octets[5:]),
        )
    ]
    found = explain(b"".join(frame.encode() for frame in frames))
    assert [e.frame for e in found] == [*(frame.encode() for frame in frames), octets]
    assert found[0].summary.endswith("fragment 0, first, 3 octets")
    assert found[-1].summary == "fragments together · GetRequestNormal"
    cut = dlt698.Frame(control=0x63, server=dlt698.ServerAddress.of("1"), data=b"\x01")
    assert "cut" in explain(cut.encode())[0].error


def test_a_698_apdu_that_makes_no_sense_says_why() -> None:
    frame = dlt698.Frame(control=0x43, server=dlt698.ServerAddress.of("1"), data=bytes.fromhex("050100"))
    (explained,) = explain(frame.encode())
    assert "4 bytes needed, 0 left" in explained.error
    assert b"".join(f.data for f in explained.fields if f.depth == 0) == frame.encode()


def test_capture_of_interleaved_connections_and_split_frames() -> None:
    meter = session(645, REQUEST[:7], ANSWER[:1], REQUEST[7:], ANSWER[1:])
    mms = session(102, CONNECT[:5], CONNECT, CONNECT[5:])
    mixed = [packet for pair in zip(meter, mms, strict=False) for packet in pair]
    mixed += meter[len(mms) :] + mms[len(meter) :]
    found = [(e.protocol, e.frame, e.source) for e in explain_capture(mixed)]
    assert sorted(found) == sorted(
        [
            ("645", REQUEST, "10.0.0.1:40645"),
            ("645", ANSWER, "10.0.0.2:645"),
            ("mms", CONNECT, "10.0.0.2:102"),
            ("mms", CONNECT, "10.0.0.1:40102"),
        ]
    )


def test_a_broken_direction_does_not_end_the_capture() -> None:
    found = explain_capture(session(102, CONNECT, b"\x03\x00\x00\x01" + CONNECT, CONNECT))
    assert [e.source for e in found] == ["10.0.0.1:40102", "10.0.0.1:40102"]


def test_a_frame_behind_a_false_start_at_the_end_of_a_capture() -> None:
    false_start = bytes.fromhex("680000000000006891C8")
    assert [e.frame for e in explain_capture(session(645, false_start + REQUEST))] == [REQUEST]


def test_other_traffic_is_passed_over() -> None:
    assert list(explain_capture([Packet(time_ns=0, data=b""), Packet(time_ns=0, data=bytes(60))])) == []
