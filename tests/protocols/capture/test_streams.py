"""TCP payloads out of captured packets: order, retransmissions, VLAN tags, IPv6, padding, and broken packets."""

import struct
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.protocols.capture import Packet, TcpSession
from meterwire.protocols.capture.streams import MAX_EARLY, tcp_payloads

A, B = ("10.0.0.1", 40000), ("10.0.0.2", 102)
TEXT = b"".join(b"%04d" % i for i in range(250))


def packets(*chunks: bytes, client: tuple[str, int] = A, server: tuple[str, int] = B) -> list[Packet]:
    session = TcpSession(client=client, server=server)
    for chunk in chunks:
        session.client_sends(0, chunk)
    return list(session.packets)


def segment(sequence: int, data: bytes, flags: int = 0x10, ports: tuple[int, int] = (40000, 102)) -> Packet:
    """One TCP segment over IPv4 over Ethernet; what nobody checks is zero."""
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence & 0xFFFFFFFF, 0, 0x50, flags, 0, 0, 0) + data
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, bytes(4), bytes(4))
    return Packet(time_ns=sequence, data=bytes(12) + b"\x08\x00" + ip + tcp)


def octets(captured: list[Packet]) -> bytes:
    return b"".join(payload.data for payload in tcp_payloads(captured))


def test_in_order() -> None:
    found = list(tcp_payloads(packets(b"one", b"two")))
    assert [(p.source, p.target, p.data) for p in found] == [
        ("10.0.0.1:40000", "10.0.0.2:102", b"one"),
        ("10.0.0.1:40000", "10.0.0.2:102", b"two"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_out_of_order(order: tuple[int, ...]) -> None:
    start = segment(99, b"", flags=0x02)
    parts = [segment(100 + 10 * i, TEXT[10 * i : 10 * i + 10]) for i in range(4)]
    assert octets([start, *(parts[i] for i in order)]) == TEXT[:40]


@pytest.mark.parametrize("first", [0, 0xFFFFFFFF - 5, 0xFFFFFFFF], ids=["0", "wraps inside", "wraps behind SYN"])
def test_sequence_numbers_wrap(first: int) -> None:
    start = segment(first, b"", flags=0x02)
    parts = [segment(first + 1 + 4 * i, TEXT[4 * i : 4 * i + 4]) for i in range(5)]
    assert octets([start, parts[0], parts[2], parts[1], parts[4], parts[3]]) == TEXT[:20]


# what is sent, as (from, to) of one text, in the order of arrival
RETRANSMITTED: list[tuple[str, list[tuple[int, int]], int]] = [
    ("the same again", [(0, 10), (0, 10), (10, 20)], 20),
    ("a later copy", [(0, 10), (10, 20), (0, 10), (20, 30)], 30),
    ("longer the second time", [(0, 10), (0, 20), (20, 30)], 30),
    ("shorter the second time", [(0, 10), (0, 5), (10, 20)], 20),
    ("overlapping", [(0, 10), (5, 15), (15, 20)], 20),
    ("keep-alive", [(0, 10), (9, 10), (10, 20)], 20),
    ("a gap closed by a longer segment", [(0, 10), (20, 30), (10, 25), (30, 40)], 40),
    ("a gap closed over two early ones", [(0, 10), (20, 30), (30, 40), (10, 35), (40, 50)], 50),
    ("a gap closed by what covers the early one", [(0, 10), (20, 25), (10, 30), (30, 40)], 40),
    ("a gap closed by pieces", [(0, 10), (20, 30), (10, 15), (15, 20), (30, 40)], 40),
    ("a gap that stays", [(0, 10), (20, 30), (30, 40)], 10),
]


@pytest.mark.parametrize(("pieces", "end"), [r[1:] for r in RETRANSMITTED], ids=[r[0] for r in RETRANSMITTED])
def test_retransmitted(pieces: list[tuple[int, int]], end: int) -> None:
    start = segment(999, b"", flags=0x02)
    assert octets([start, *(segment(1000 + a, TEXT[a:b]) for a, b in pieces)]) == TEXT[:end]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=40), st.randoms())
def test_whatever_arrives_nothing_is_invented(pieces: list[tuple[int, int]], random: object) -> None:
    del random
    start = segment(999, b"", flags=0x02)
    cover = [(i, 10) for i in range(0, 130, 10)]
    found = octets([start, *(segment(1000 + a, TEXT[a : a + n]) for a, n in [*pieces, *cover])])
    assert TEXT.startswith(found)
    assert len(found) >= 130


def test_a_capture_that_begins_in_the_middle() -> None:
    assert octets([segment(500, b"abc"), segment(503, b"def")]) == b"abcdef"


def test_a_capture_that_begins_with_a_keep_alive() -> None:
    """Its number is one before the next octet; nothing is missing."""
    assert octets([segment(999, b""), segment(1000, b"one"), segment(1002, b""), segment(1003, b"two")]) == b"onetwo"


def test_a_new_connection_on_the_same_ports_begins_anew() -> None:
    first = [segment(99, b"", flags=0x02), segment(100, b"old")]
    second = [segment(7_000_000, b"", flags=0x02), segment(7_000_001, b"new")]
    assert octets(first + second) == b"oldnew"


def test_both_directions_are_kept_apart() -> None:
    there, back = segment(1, b"there"), segment(1, b"back", ports=(102, 40000))
    found = {p.source.rpartition(":")[2]: p.data for p in tcp_payloads([there, back])}
    assert found == {"40000": b"there", "102": b"back"}


def test_early_segments_are_limited() -> None:
    start = segment(0, b"", flags=0x02)
    early = [segment(3 + i, b"x") for i in range(MAX_EARLY + 1)]  # the last one does not find room
    assert octets([start, *early, segment(1, b"ab")]) == b"ab" + b"x" * MAX_EARLY


@pytest.mark.parametrize("tags", [b"\x81\x00\x00\x05", b"\x88\xa8\x00\x01\x81\x00\x20\x05"], ids=["VLAN", "QinQ"])
def test_vlan(tags: bytes) -> None:
    tagged = [replace(p, data=p.data[:12] + tags + p.data[12:]) for p in packets(b"one", b"two")]
    assert octets(tagged) == b"onetwo"


def test_ipv6() -> None:
    captured = packets(b"one", b"two", client=("::1", 40000), server=("fe80::2", 102))
    found = list(tcp_payloads(captured))
    assert b"".join(p.data for p in found) == b"onetwo"
    assert found[0].source == "[0000:0000:0000:0000:0000:0000:0000:0001]:40000"


@pytest.mark.parametrize("version", [4, 6])
def test_padding_of_short_frames_is_no_data(version: int) -> None:
    ends = {"client": ("::1", 1), "server": ("::2", 2)} if version == 6 else {}
    padded = [replace(p, data=p.data + bytes(46)) for p in packets(b"a", b"b", **ends)]
    assert octets(padded) == b"ab"


@pytest.mark.parametrize(
    ("link_type", "head"),
    [(101, b""), (113, bytes(14) + b"\x08\x00"), (0, b"\x02\x00\x00\x00")],
    ids=["raw IP", "Linux cooked", "loopback"],
)
def test_other_links(link_type: int, head: bytes) -> None:
    captured = [replace(p, data=head + p.data[14:], link_type=link_type) for p in packets(b"one", b"two")]
    assert octets(captured) == b"onetwo"


def test_ip_and_tcp_options() -> None:
    plain = segment(1, b"data").data
    ip, tcp = plain[14:34], plain[34:]
    longer = bytes((0x46,)) + ip[1:2] + struct.pack(">H", 20 + 4 + len(tcp) + 4) + ip[4:] + b"\x01" * 4
    with_options = tcp[:12] + b"\x60" + tcp[13:20] + b"\x01" * 4 + tcp[20:]
    assert octets([Packet(time_ns=0, data=plain[:14] + longer + with_options)]) == b"data"


PASSED_OVER: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("ARP", bytes(12) + b"\x08\x06" + bytes(28)),
    ("GOOSE", bytes(12) + b"\x88\xb8" + bytes(28)),
    ("UDP", segment(1, b"x").data[:23] + b"\x11" + segment(1, b"x").data[24:]),
    ("fragment", segment(1, b"x").data[:20] + b"\x20\x00" + segment(1, b"x").data[22:]),
    ("TCP cut", segment(1, b"x").data[:40]),
    ("IP length beyond the frame", segment(1, b"x").data[:16] + b"\xff\xff" + segment(1, b"x").data[18:]),
    ("IP length below its header", segment(1, b"x").data[:16] + b"\x00\x05" + segment(1, b"x").data[18:]),
    ("IP header length 0", segment(1, b"x").data[:14] + b"\x40" + segment(1, b"x").data[15:]),
    ("TCP header length 0", segment(1, b"x").data[:46] + b"\x00" + segment(1, b"x").data[47:]),
    ("TCP header length beyond the packet", segment(1, b"x").data[:46] + b"\xf0" + segment(1, b"x").data[47:]),
    ("tags without end", bytes(12) + b"\x81\x00\x00\x01" * 100),
]


@pytest.mark.parametrize("data", [p[1] for p in PASSED_OVER], ids=[p[0] for p in PASSED_OVER])
def test_what_is_no_whole_tcp_segment_is_passed_over(data: bytes) -> None:
    assert octets([Packet(time_ns=0, data=data), segment(1, b"good", ports=(5, 6))]) == b"good"
    assert octets([Packet(time_ns=0, data=data, link_type=999)]) == b""


@given(st.binary(max_size=120), st.sampled_from([0, 1, 101, 113, 147]))
def test_no_packet_is_too_odd(data: bytes, link_type: int) -> None:
    list(tcp_payloads([Packet(time_ns=0, data=data, link_type=link_type)]))


@given(st.integers(0, 60), st.integers(0, 255))
def test_one_wrong_octet(at: int, octet: int) -> None:
    data = bytearray(segment(1, b"payload").data)
    data[at] = octet
    assert octets([Packet(time_ns=0, data=bytes(data))]) in (b"payload", b"") or at >= 34
