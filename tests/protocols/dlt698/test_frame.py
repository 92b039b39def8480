"""Frames: real ones, broken ones, made-up ones; whole, octet by octet, surrounded by garbage."""

import contextlib
from array import array
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire import anatomy
from meterwire._accel import frames as search
from meterwire.errors import ChecksumError, DecodeError, LimitError, TruncatedError, UsageError
from meterwire.protocols import dlt698 as d

from .vectors import APDUS, FRAMES, Vector

pytestmark = pytest.mark.usefixtures("link", "codec")
TWO_FORMS = settings(suppress_health_check=list(HealthCheck), deadline=None)
GOOD = FRAMES[0].wire


@pytest.mark.parametrize("vector", FRAMES, ids=lambda v: v.name)
def test_real_frame(vector: Vector) -> None:
    frame = d.decode(vector.wire)
    assert (frame.control, frame.server.digits, frame.client) == (vector.control, vector.address, vector.client)
    assert frame.encode() == vector.wire == d.encode(frame)
    assert d.decode(frame.encode(4)) == frame
    assert repr(d.decode_apdu(frame.data)) == vector.meaning
    stream = d.Stream()
    assert [f for octet in vector.wire for f in stream.feed(bytes((octet,)))] == [frame]
    assert list(d.stream([b"\x68\x68\xfe" + vector.wire[:9], vector.wire[9:] + b"\x16\x68"])) == [frame]
    rebuilt = d.Frame(
        control=vector.control,
        server=d.ServerAddress.of(vector.address),
        client=vector.client,
        data=d.decode_apdu(frame.data).encode(),
    )
    assert rebuilt == frame
    assert hash(rebuilt) == hash(frame)


@pytest.mark.parametrize(("octets", "meaning"), [a[1:] for a in APDUS], ids=[a[0] for a in APDUS])
def test_real_apdu(octets: str, meaning: str) -> None:
    found = d.decode_apdu(bytes.fromhex(octets))
    assert repr(found) == meaning
    assert d.encode_apdu(found) == bytes.fromhex(octets)


def spoil(wire: bytes, at: int, octet: int) -> bytes:
    return wire[:at] + bytes((octet,)) + wire[at + 1 :]


def with_header(length: int, feature: int, address: bytes = bytes(6)) -> bytes:
    """A header whose HCS is right, whatever it says."""
    head = length.to_bytes(2, "little") + bytes((0x43, feature)) + address + b"\x00"
    return b"\x68" + head + search.fcs(head).to_bytes(2, "little")


BAD: list[tuple[str, bytes, type[DecodeError], int]] = [
    ("empty", b"", TruncatedError, 0),
    ("preamble only", b"\xfe" * 4, TruncatedError, 4),
    ("no 68H", b"\x00" + GOOD, DecodeError, 0),
    ("68H alone", b"\x68", TruncatedError, 1),
    ("header cut", GOOD[:12], TruncatedError, 12),
    ("data cut", GOOD[:20], TruncatedError, 20),
    ("end cut", GOOD[:-1], TruncatedError, 24),
    ("A92 HCS wrong, FCS right", GOOD[:12] + b"\x00\x00" + GOOD[14:-3] + b"\x00\x00\x16", ChecksumError, 12),
    ("A92 HCS right, FCS wrong", spoil(GOOD, 22, 0x13), ChecksumError, 22),
    ("an octet of the data flipped", spoil(GOOD, 17, 0x42), ChecksumError, 22),
    ("an octet of the address flipped", spoil(GOOD, 6, 1), ChecksumError, 12),
    ("end octet wrong", spoil(GOOD, 24, 0x17), DecodeError, 24),
    ("A93 L 3FFFH", with_header(0x3FFF, 5) + bytes(100), TruncatedError, 114),
    ("L with a reserved bit", with_header(0x4017, 5) + bytes(11), LimitError, 1),
    ("L of kilobytes", with_header(0x8001, 5) + bytes(11), LimitError, 1),
    ("L smaller than the header", with_header(14, 5) + bytes(11), DecodeError, 1),
    ("L 0", with_header(0, 5) + bytes(11), DecodeError, 1),
    ("A94 address of 16 octets in a short frame", spoil(GOOD, 4, 0x0F), DecodeError, 1),
    ("A94 and an L that would allow it", with_header(0x20, 15, bytes(6))[:20], TruncatedError, 14),
    ("trailing", GOOD + b"\x16", DecodeError, 25),
    ("two frames", GOOD + GOOD, DecodeError, 25),
]


@pytest.mark.parametrize(("data", "error", "offset"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_says_what_and_where(data: bytes, error: type[DecodeError], offset: int) -> None:
    with pytest.raises(DecodeError) as caught:
        d.decode(data)
    assert type(caught.value) is error
    assert caught.value.offset == offset
    for kind in (bytearray, memoryview):
        with pytest.raises(error):
            d.decode(kind(data))


@pytest.mark.parametrize("data", [b[1] for b in BAD if b[0] not in {"trailing", "two frames", "no 68H"}])
def test_a_stream_gets_over_bad_input(data: bytes) -> None:
    stream = d.Stream()
    found = [*stream.feed(data), *stream.feed(GOOD), *stream.flush()]
    assert found[-1:] == [d.decode(GOOD)]
    assert stream.pending == 0
    assert stream.frames == len(found)


def test_a_stream_counts() -> None:
    stream = d.Stream()
    assert stream.feed(b"\xfe\xfe\x01" + spoil(GOOD, 22, 0x13) + GOOD) == [d.decode(GOOD)]
    assert (stream.checksum_errors, stream.frames, stream.discarded) == (1, 1, 26)
    assert stream.examined >= 53


@pytest.mark.parametrize("octet", [0x68, 0xFE, 0x16, 0x00])
def test_garbage_costs_linear_work(octet: int) -> None:
    stream = d.Stream()
    stream.feed(bytes((octet,)) * 200_000)
    assert stream.examined <= 30 * 200_000
    assert stream.pending <= d.MAX_FRAME


def test_headers_that_announce_long_frames_cost_linear_work() -> None:
    """Each begins with a correct header check and claims 16 kB: no octet is summed for each of them."""
    stream = d.Stream()
    data = with_header(0x3FFF, 0, b"\x00") * 20_000
    stream.feed(data)
    stream.flush()
    assert stream.examined <= 40 * len(data)


@pytest.mark.parametrize("size", [0, 1, 16385 - 17])
def test_length_up_to_the_limit(size: int) -> None:
    frame = d.Frame(control=0xC3, server=d.ServerAddress.of("1" * 12), data=bytes(size))
    assert d.decode(frame.encode()) == frame
    assert d.Stream().feed(frame.encode()) == [frame]


def test_beyond_the_limit() -> None:
    with pytest.raises(UsageError, match="fragments"):
        d.Frame(control=0xC3, server=d.ServerAddress.of("1" * 12), data=bytes(16385 - 16))
    assert (
        len(d.Frame(control=0xC3, server=d.ServerAddress.of("1" * 12), data=bytes(16385 - 17)).encode()) == d.MAX_FRAME
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"control": 256},
        {"control": -1},
        {"client": 256},
        {"server": "12x"},
        {"server": "1" * 33},
        {"server": ""},
    ],
    ids=str,
)
def test_what_cannot_be_a_frame(fields: dict[str, Any]) -> None:
    base: dict[str, Any] = {"control": 0x43, "server": "1", "client": 0}
    with pytest.raises(UsageError):
        d.Frame(**base | fields)


def test_scrambled_user_data_are_shown_plain() -> None:
    plain = d.Frame(control=0x43, server=d.ServerAddress.of("000000000001"), data=bytes.fromhex("0501004001020000"))
    scrambled = d.Frame(control=0x4B, server=plain.server, data=plain.data)
    assert scrambled.encode()[14:-3] == bytes((octet + 0x33) & 0xFF for octet in plain.data)
    assert d.decode(scrambled.encode()) == scrambled
    assert scrambled.is_scrambled
    assert d.decode_apdu(scrambled.data) == d.decode_apdu(plain.data)
    fields = scrambled.anatomy()
    assert b"".join(f.data for f in fields if f.depth == 0) == scrambled.encode()
    assert "GetRequestNormal" in {f.name for f in fields}


@pytest.mark.parametrize("octet", [b"0", b"\x33", b"\xff"])
def test_one_scrambled_octet_leaves_the_constants_of_python_alone(octet: bytes) -> None:
    before = [bytes((n,)) for n in range(256)]
    frame = d.Frame(control=0x4B, server=d.ServerAddress.of("1"), data=octet)
    assert d.decode(frame.encode()).data == octet
    assert d.Stream().feed(frame.encode())[0].data == octet
    assert [one[0] for one in before] == list(range(256))


def test_scrambled_fragment() -> None:
    fragment = d.Fragment(7, 3, b"\xcd\x00")
    frame = d.Frame(control=0xEB, server=d.ServerAddress.of("1"), data=fragment.encode())
    assert d.decode(frame.encode()).fragment == fragment
    assert frame.encode()[9:13] == bytes.fromhex("3af30033")


@pytest.mark.parametrize(
    ("control", "text"),
    [
        (0x43, "request of the client, user data 用户数据"),
        (0xC3, "answer of the server, user data 用户数据"),
        (0x83, "report of the server, user data 用户数据"),
        (0x03, "answer of the client to a report, user data 用户数据"),
        (0x81, "request of the server, link management 链路管理"),
        (0x01, "answer of the client, link management 链路管理"),
        (0xF9, "answer of the server, link management 链路管理, fragment, scrambled (+33H), reserved bit 4 set"),
        (0x44, "request of the client, function 4"),
    ],
)
def test_control_in_words(control: int, text: str) -> None:
    assert d.control_name(control) == text


def test_a_frame_is_a_value() -> None:
    frame = d.decode(GOOD)
    with pytest.raises(AttributeError):
        frame.control = 1  # type: ignore[misc]
    assert str(frame) == "000000000000 request of the client, user data 用户数据"
    assert (frame.from_server, frame.by_client, frame.is_fragment, frame.function) == (False, True, False, 3)
    assert frame.fragment is None
    assert d.Frame(control=0x43, server="12", data=b"").server == d.ServerAddress.of("12")  # type: ignore[arg-type]


def test_anatomy_reads_like_the_frame() -> None:
    text = anatomy.render(d.decode(FRAMES[7].wire).anatomy())
    for wanted in (
        "85H GetResponseNormalList",
        "single address, logical address 0, 6 octets",
        "array of 3",
        "1 long-unsigned  2413",
        "DAR 4 object undefined 对象未定义",
    ):
        assert wanted in text
    cut = d.Frame(control=0x63, server=d.ServerAddress.of("1"), data=b"\x01")
    assert "the fragment word is cut" in anatomy.render(cut.anatomy())
    piece = d.Frame(control=0x63, server=d.ServerAddress.of("1"), data=b"\x01\xc0ab")
    assert "fragment 1, middle, 2 octets" in anatomy.render(piece.anatomy())
    assert d.Frame(control=0x43, server=d.ServerAddress.of("1")).anatomy()


def test_batch(link: Any) -> None:
    wires = [v.wire for v in FRAMES]
    data = b"\x68garbage\xfe\xfe" + b"\xfe".join(wires) + spoil(GOOD, 22, 0) + GOOD[:7]
    rows = array("Q", bytes(16 * 100))
    count, resume, errors, _ = d.scan_batch(data, rows)
    assert (count, errors) == (len(wires), 1)
    assert resume == len(data) - 7
    found = [data[rows[2 * i] : rows[2 * i] + (rows[2 * i + 1] >> 8)] for i in range(count)]
    assert found == wires
    assert d.scan_batch(data, array("Q", bytes(32)))[0] == 2
    with pytest.raises(UsageError):
        d.scan_batch(data, rows, len(data) + 1)


@TWO_FORMS
@given(st.binary(max_size=120) | st.builds(lambda a, b: a + b, st.binary(max_size=40), st.just(GOOD)))
def test_garbage_raises_nothing_but_ours(data: bytes) -> None:
    with contextlib.suppress(DecodeError):
        assert d.decode(data).encode() == data.lstrip(b"\xfe")
    stream = d.Stream()
    stream.feed(data)
    stream.flush()
    assert stream.pending == 0


@TWO_FORMS
@given(at=st.integers(0, 8 * len(GOOD) - 1))
def test_one_flipped_bit_is_never_a_frame(at: int) -> None:
    wire = bytearray(GOOD)
    wire[at // 8] ^= 1 << at % 8
    with pytest.raises(DecodeError):
        d.decode(wire)
    assert d.Stream().feed(wire) == []
