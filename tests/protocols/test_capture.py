"""Capture files: vectors written by hand from the formats, bad input, round trips, real files, and tshark's opinion."""

import contextlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, StateError, TruncatedError, UsageError
from meterwire.protocols.capture import (
    Packet,
    TcpSession,
    packets,
    pcap_header,
    pcap_record,
    read,
    read_pcap,
    read_pcapng,
    write_pcap,
    write_pcapng,
)
from meterwire.protocols.capture.packet import MAX_PACKET
from meterwire.protocols.capture.pcapng import MAX_BLOCK, MAX_INTERFACES

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"
FRAME = bytes.fromhex("010203040506")
TIME = 1_795_220_469_877_123_456  # 2026-11-21 01:01:09.877123456

# -- vectors: file, what it holds -------------------------------------------------------------------------------------


def pcap_file(order: str, magic: int, fraction: int, link: int = 1) -> bytes:
    header = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    return header + struct.pack(f"{order}IIII", 1_795_220_469, fraction, 6, 60) + FRAME


PCAP_VECTORS = {
    "microseconds, little-endian": (pcap_file("<", 0xA1B2C3D4, 877_123), TIME // 1000 * 1000),
    "microseconds, big-endian": (pcap_file(">", 0xA1B2C3D4, 877_123), TIME // 1000 * 1000),
    "nanoseconds, little-endian": (pcap_file("<", 0xA1B23C4D, 877_123_456), TIME),
    "nanoseconds, big-endian": (pcap_file(">", 0xA1B23C4D, 877_123_456), TIME),
    "checksum bits above the link type": (pcap_file("<", 0xA1B23C4D, 877_123_456, 0x2400_0001), TIME),
}


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(f"{order}II", kind, len(body) + 12) + body + struct.pack(f"{order}I", len(body) + 12)


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, options: bytes = b"", link: int = 1, snap: int = 0) -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link, 0, snap) + options)


def enhanced(order: str, stamp: int, data: bytes = FRAME, number: int = 0, options: bytes = b"") -> bytes:
    head = struct.pack(f"{order}IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(data), 60)
    return block(order, 6, head + data + bytes(-len(data) % 4) + options)


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


PCAPNG_VECTORS = {
    "microseconds unless told otherwise": (
        section("<") + interface("<") + enhanced("<", TIME // 1000),
        TIME // 1000 * 1000,
    ),
    "big-endian": (section(">") + interface(">") + enhanced(">", TIME // 1000), TIME // 1000 * 1000),
    "nanoseconds": (section("<") + interface("<", option("<", 9, b"\x09")) + enhanced("<", TIME), TIME),
    "picoseconds": (section("<") + interface("<", option("<", 9, b"\x0c")) + enhanced("<", 5_999), 5),
    "powers of two": (section("<") + interface("<", option("<", 9, b"\x8a")) + enhanced("<", 3 << 9), 1_500_000_000),
    "offset in seconds": (
        section("<") + interface("<", option("<", 14, struct.pack("<q", 1_795_220_469))) + enhanced("<", 877_123),
        TIME // 1000 * 1000,
    ),
    "unknown blocks between": (
        section("<") + block("<", 5, bytes(12)) + interface("<") + block("<", 0x80000001, b"x") + enhanced("<", 7),
        7000,
    ),
    "a second section in the other byte order": (section("<") + section(">") + interface(">") + enhanced(">", 7), 7000),
    "obsolete packet block": (
        section("<") + interface("<") + block("<", 2, struct.pack("<HHIIII", 0, 9, 0, 7, 6, 60) + FRAME),
        7000,
    ),
    "simple packet block": (section("<") + interface("<", snap=6) + block("<", 3, struct.pack("<I", 60) + FRAME), 0),
}


@pytest.mark.parametrize(("data", "time_ns"), PCAP_VECTORS.values(), ids=PCAP_VECTORS)
def test_pcap(data: bytes, time_ns: int) -> None:
    assert read(data) == (Packet(time_ns=time_ns, data=FRAME, original_length=60),)
    assert list(read_pcap(data)) == list(packets(data))


@pytest.mark.parametrize(("data", "time_ns"), PCAPNG_VECTORS.values(), ids=PCAPNG_VECTORS)
def test_pcapng(data: bytes, time_ns: int) -> None:
    assert read(data) == (Packet(time_ns=time_ns, data=FRAME, original_length=60),)
    assert list(read_pcapng(data)) == list(packets(data))


def test_two_interfaces_and_a_comment() -> None:
    file = section("<") + interface("<") + interface("<", link=147)
    file += enhanced("<", 1, options=option("<", 1, "电表".encode())) + enhanced("<", 2, number=1)
    first, second = read(file)
    assert (first.link_type, first.comment) == (1, "电表")
    assert (second.link_type, second.comment) == (147, "")


# -- bad input: what, octets, where the offence is ---------------------------------------------------------------------

ONE = section("<") + interface("<")
BAD = {
    "empty": (b"", 0),
    "three octets": (b"\xd4\xc3\xb2", 0),
    "no capture": (b"MZ\x90\x00", 0),
    "modified pcap of 1999": (bytes.fromhex("34cdb2a1") + bytes(20), 0),
    "pcap header cut": (pcap_file("<", 0xA1B2C3D4, 0)[:20], 4),
    "pcap version 3": (struct.pack("<IHHiIII", 0xA1B2C3D4, 3, 0, 0, 0, 65535, 1), 4),
    "record header cut": (pcap_file("<", 0xA1B2C3D4, 0)[:30], 24),
    "record cut": (pcap_file("<", 0xA1B2C3D4, 0)[:-1], 40),
    "record lies about its length": (pcap_header() + struct.pack("<IIII", 0, 0, 7, 7) + FRAME, 40),
    "record of 4 GiB": (pcap_header() + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 60) + FRAME, 24),
    "second of a million microseconds": (pcap_file("<", 0xA1B2C3D4, 1_000_000), 28),
    "pcapng cut in the section header": (section("<")[:10], 8),
    "no byte order magic": (block("<", 0x0A0D0D0A, bytes(16)), 8),
    "block of length 0": (ONE + struct.pack("<II", 6, 0), 52),
    "block of length 11": (ONE + struct.pack("<II", 6, 11) + bytes(8), 52),
    "block of odd length": (ONE + struct.pack("<II", 6, 14) + bytes(10), 52),
    "block of 4 GiB": (ONE + struct.pack("<II", 6, 0xFFFFFFFC) + bytes(8), 52),
    "block beyond the file": (ONE + struct.pack("<II", 6, 100) + bytes(8), 56),
    "two lengths that differ": (ONE + enhanced("<", 1)[:-4] + struct.pack("<I", 48), 84),
    "packet beyond its block": (ONE + block("<", 6, struct.pack("<IIIII", 0, 0, 0, 9, 9) + FRAME), 76),
    "packet of 1 GiB": (ONE + block("<", 6, struct.pack("<IIIII", 0, 0, 0, 1 << 30, 9) + FRAME), 76),
    "packet of no interface": (ONE + enhanced("<", 1, number=1), 56),
    "packet block too short": (ONE + block("<", 6, bytes(8)), 56),
    "simple packet without interface": (section("<") + block("<", 3, struct.pack("<I", 6) + FRAME), 36),
    "option beyond its block": (section("<") + interface("<", struct.pack("<HH", 9, 500)), 48),
    "time resolution of two octets": (section("<") + interface("<", option("<", 9, b"\x09\x09")), 52),
    "time offset of one octet": (section("<") + interface("<", option("<", 14, b"\x09")), 52),
    "section header of another version of bytes in the middle": (ONE + b"\x0a\x0d\x0d\x0a" + bytes(24), 56),
}  # fmt: skip


@pytest.mark.parametrize(("data", "offset"), BAD.values(), ids=BAD)
def test_bad_input(data: bytes, offset: int) -> None:
    with pytest.raises(DecodeError) as caught:
        read(data)
    assert caught.value.offset == offset


def test_what_comes_before_the_damage_is_given() -> None:
    whole = pcap_file("<", 0xA1B2C3D4, 0)
    seen = packets(whole + whole[24:-2])
    assert next(seen).data == FRAME
    with pytest.raises(TruncatedError):
        next(seen)


@pytest.mark.parametrize("make", [write_pcap, write_pcapng])
def test_every_truncation_is_an_error_of_ours(make: object) -> None:
    whole = make([Packet(time_ns=i, data=FRAME * i, comment="c") for i in range(3)])  # type: ignore[operator]
    boundaries = 0
    for length in range(len(whole)):
        try:
            read(whole[:length])
        except DecodeError:
            continue
        boundaries += 1  # between records a file may end
    assert boundaries <= 6


@given(st.binary(max_size=200), st.sampled_from(["", "d4c3b2a1", "a1b23c4d", "0a0d0d0a"]))
def test_any_bytes_are_read_or_refused(noise: bytes, magic: str) -> None:
    for data in (noise, bytes.fromhex(magic) + noise, ONE + noise):
        with contextlib.suppress(DecodeError):
            read(data)


@given(st.binary(min_size=1, max_size=8), st.integers(0, 200))
def test_a_damaged_file_is_read_or_refused(patch: bytes, place: int) -> None:
    for whole in (write_pcap([Packet(time_ns=5, data=FRAME)] * 3), write_pcapng([Packet(time_ns=5, data=FRAME)] * 3)):
        damaged = whole[:place] + patch + whole[place + len(patch) :]
        with contextlib.suppress(DecodeError):
            read(damaged)


def test_the_limits_themselves() -> None:
    largest = Packet(time_ns=0, data=bytes(MAX_PACKET))
    for make in (write_pcap, write_pcapng):
        assert read(make([largest])) == (largest,)
        with pytest.raises(UsageError):
            make([Packet(time_ns=0, data=bytes(MAX_PACKET + 1))])
    with pytest.raises(LimitError):
        read(pcap_header() + struct.pack("<IIII", 0, 0, MAX_PACKET + 1, MAX_PACKET + 1) + bytes(MAX_PACKET + 1))
    assert read(section("<") + block("<", 5, bytes(MAX_BLOCK - 12))) == ()
    with pytest.raises(LimitError):
        read(section("<") + block("<", 5, bytes(MAX_BLOCK - 8)))
    assert read(section("<") + interface("<") * MAX_INTERFACES) == ()
    with pytest.raises(LimitError):
        read(section("<") + interface("<") * (MAX_INTERFACES + 1))


# -- round trips -------------------------------------------------------------------------------------------------------

PACKETS = st.builds(
    Packet,
    time_ns=st.integers(0, (1 << 32) * 1_000_000_000 - 1),
    data=st.binary(max_size=80),
    original_length=st.none() | st.integers(100, 0xFFFFFFFF),
)


@given(st.lists(PACKETS, max_size=5))
def test_pcap_round_trip(written: list[Packet]) -> None:
    assert read(write_pcap(written)) == tuple(written)
    whole = write_pcap(written, nanoseconds=False)
    assert [packet.time_ns // 1000 for packet in read(whole)] == [packet.time_ns // 1000 for packet in written]


@given(st.lists(st.tuples(PACKETS, st.text(max_size=20), st.sampled_from([1, 147, 195])), max_size=5))
def test_pcapng_round_trip(written: list[tuple[Packet, str, int]]) -> None:
    whole = [
        Packet(
            time_ns=packet.time_ns,
            data=packet.data,
            original_length=packet.original_length,
            comment=text,
            link_type=link,
        )
        for packet, text, link in written
    ]
    assert read(write_pcapng(whole)) == tuple(whole)


def test_writing_piece_by_piece_is_writing_at_once() -> None:
    two = [Packet(time_ns=TIME, data=FRAME), Packet(time_ns=TIME + 1, data=b"")]
    assert pcap_header() + b"".join(pcap_record(packet) for packet in two) == write_pcap(two)


@pytest.mark.parametrize(
    "packet",
    [
        Packet(time_ns=-1, data=b""),
        Packet(time_ns=1 << 64, data=b""),
        Packet(time_ns=0, data=b"", original_length=-1),
        Packet(time_ns=0, data=b"", original_length=1 << 32),
    ],
)
def test_what_no_file_can_hold_is_refused(packet: Packet) -> None:
    for make in (write_pcap, write_pcapng):
        with pytest.raises(UsageError):
            make([packet])


def test_mixtures_and_long_comments() -> None:
    with pytest.raises(UsageError, match="one link type"):
        write_pcap([Packet(time_ns=0, data=b""), Packet(time_ns=0, data=b"", link_type=147)])
    with pytest.raises(UsageError, match="65535"):
        write_pcapng([Packet(time_ns=0, data=b"", comment="x" * 65536)])


# -- TCP sessions ------------------------------------------------------------------------------------------------------

CLIENT, SERVER = ("127.0.0.1", 40000), ("127.0.0.1", 10102)


def session(client: tuple[str, int] = CLIENT, server: tuple[str, int] = SERVER) -> TcpSession:
    return TcpSession(client=client, server=server)


def checksum_holds(data: bytes) -> bool:
    """RFC 1071 word by word: the sum over everything with its checksum in place is all ones."""
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


def tcp_of(frame: bytes) -> tuple[bytes, bytes]:
    """(pseudo header, TCP segment) of an Ethernet frame, with its IP header checked."""
    if frame[12:14] == b"\x08\x00":
        ip = frame[14 : 14 + int.from_bytes(frame[16:18], "big")]
        assert checksum_holds(ip[:20])
        assert len(frame) == 14 + len(ip)
        addresses, segment = ip[12:20], ip[20:]
    else:
        assert frame[12:14] == b"\x86\xdd"
        addresses, segment = frame[22:54], frame[54:]
        assert len(segment) == int.from_bytes(frame[18:20], "big")
    return addresses + struct.pack(">II", len(segment), 6), segment


@pytest.mark.parametrize(("client", "server"), [(CLIENT, SERVER), (("::1", 40000), ("::1", 102))], ids=["IPv4", "IPv6"])
@given(turns=st.lists(st.tuples(st.booleans(), st.binary(max_size=4000)), max_size=6))
def test_a_receiver_gets_what_was_sent(
    client: tuple[str, int], server: tuple[str, int], turns: list[tuple[bool, bytes]]
) -> None:
    made = session(client, server)
    for i, (from_server, data) in enumerate(turns):
        (made.server_sends if from_server else made.client_sends)(i, data)
    made.close()
    expected = {True: 0x1000, False: 0x1000}
    streams = {True: b"", False: b""}
    for packet in made.packets:
        pseudo, segment = tcp_of(packet.data)
        assert checksum_holds(pseudo + segment)
        source, target, sequence, acknowledged, offset, flags = struct.unpack(">HHIIBB", segment[:14])
        from_server = source == server[1]
        assert (source, target) == ((server[1], client[1]) if from_server else (client[1], server[1]))
        assert sequence == expected[from_server]
        data = segment[(offset >> 4) * 4 :]
        streams[from_server] += data
        expected[from_server] += len(data) + bool(flags & 3)
        if flags & 0x10:
            assert acknowledged == expected[not from_server]
    for side in (True, False):
        assert streams[side] == b"".join(data for from_server, data in turns if from_server == side)


def test_times_never_run_backwards() -> None:
    made = session()
    made.client_sends(100, b"a")
    made.server_sends(50, b"b")
    made.close(10)
    times = [packet.time_ns for packet in made.packets]
    assert times == [100] * len(times)


def test_closing() -> None:
    silent = session()
    silent.close()
    assert silent.packets == ()
    made = session()
    made.client_sends(0, b"a")
    made.close(reset=True)
    made.close()
    assert tcp_of(made.packets[-1].data)[1][13] == 0x14  # RST ACK, once
    with pytest.raises(StateError):
        made.client_sends(1, b"b")


def test_take_forgets_frames_but_not_the_connection() -> None:
    made = session()
    made.client_sends(0, b"abc")
    first = made.take()
    made.client_sends(1, b"d")
    assert len(first) == 5
    assert [tcp_of(packet.data)[1][4:8] for packet in made.packets][:1] == [(0x1004).to_bytes(4, "big")]
    assert read(made.to_pcap()) == read(made.to_pcapng()) == made.packets


def test_an_empty_chunk_is_nothing() -> None:
    made = session()
    made.client_sends(0, b"")
    assert made.packets == ()


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (("localhost", 1), SERVER),
        (("::1", 1), SERVER),
        (("127.0.0.1", 0), SERVER),
        (CLIENT, ("127.0.0.1", 65536)),
    ],
)
def test_wrong_ends(client: tuple[str, int], server: tuple[str, int]) -> None:
    with pytest.raises(UsageError):
        session(client, server)


# -- others' files, others' opinion ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in SHARED.glob("*.pcap*")) or [None])
def test_real_files(name: str | None) -> None:
    """Captures of other people's devices; tshark counts the same packets with the same times and lengths."""
    if name is None:
        pytest.skip("../shared/captures is not here")
    data = (SHARED / name).read_bytes()
    found = read(data)
    assert read(write_pcapng(found)) == found
    if shutil.which("tshark"):
        fields = ["-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len"]
        command = ["tshark", "-r", str(SHARED / name), "-n", "-T", "fields", *fields]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        theirs = [line.split("\t") for line in lines]
        ours = [
            [
                f"{packet.time_ns // 10**9}.{packet.time_ns % 10**9:09d}",
                str(len(packet.data)),
                str(packet.original_length or len(packet.data)),
            ]
            for packet in found
        ]
        assert ours == theirs


@pytest.mark.parametrize("form", ["to_pcap", "to_pcapng"])
def test_wireshark_follows_a_session(form: str, tmp_path: Path) -> None:
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed: apt-get install tshark")
    made = session()
    made.client_sends(TIME, b"question " * 500)
    made.server_sends(TIME + 1000, b"answer " * 10_000)
    made.client_sends(TIME + 2000, b"thanks")
    made.close(TIME + 3000)
    path = tmp_path / "session"
    path.write_bytes(getattr(made, form)())
    checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    command = ["tshark", "-r", str(path), "-n", *checks]
    complaints = subprocess.run(
        [*command, "-z", "expert,note", "-q"], capture_output=True, text=True, check=True
    ).stdout
    # Notes of the closing are Wireshark's way to mark it; anything else would be a fault of ours.
    lines = [line for line in complaints.splitlines() if "TCP" in line and "connection closing" not in line]
    assert not lines, complaints
    follow = [*command, "-q", "-z", "follow,tcp,raw,0"]
    text = subprocess.run(follow, capture_output=True, text=True, check=True).stdout.splitlines()
    octets = [line for line in text if line.strip() and all(c in "0123456789abcdef" for c in line.strip())]
    ours = "".join(line.strip() for line in octets if not line.startswith("\t"))
    theirs = "".join(line.strip() for line in octets if line.startswith("\t"))
    assert bytes.fromhex(ours) == b"question " * 500 + b"thanks"
    assert bytes.fromhex(theirs) == b"answer " * 10_000
