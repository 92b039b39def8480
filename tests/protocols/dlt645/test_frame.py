"""Frames: real ones, broken ones, made-up ones; whole, octet by octet, with trailing octets."""

import contextlib
from array import array
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire.errors import ChecksumError, DecodeError, LimitError, TruncatedError, UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Frame, Stream

from .vectors import VECTORS, Vector

pytestmark = pytest.mark.usefixtures("link")
TWO_FORMS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

GOOD = bytes.fromhex("684310001134006811043533B335CD16")
QUIET = bytes.fromhex("68010000000000681104333334339716")  # no octet 16H or 68H but where they belong


def three_ways(wire: bytes) -> Frame:
    """Whole; octet by octet; with octets before and behind. The one frame that all three agree on."""
    whole = dlt645.decode(wire)
    finder = Stream()
    singly = [frame for octet in wire for frame in finder.feed(bytes((octet,)))]
    assert singly == [whole]
    assert finder.pending == finder.discarded == finder.checksum_errors == 0
    assert Stream().feed(b"\x00\xfe\xfe" + wire + b"\xfe\x68\x11") == [whole]
    with pytest.raises(DecodeError, match="after the frame") as trailing:
        dlt645.decode(wire + b"\x00")
    assert trailing.value.offset == len(wire)
    return whole


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
def test_real_frame(vector: Vector) -> None:
    frame = three_ways(vector.wire)
    assert (frame.address, frame.control, frame.data.hex().upper()) == (vector.address, vector.control, vector.data)
    assert frame.di == vector.di
    assert frame.encode() == vector.wire
    assert Frame(address=vector.address, control=vector.control, data=bytes.fromhex(vector.data)) == frame


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.name)
def test_anatomy_covers_every_octet_once(vector: Vector) -> None:
    fields = dlt645.decode(vector.wire).anatomy()
    assert b"".join(f.data for f in fields if f.depth == 0) == vector.wire
    inside = [f for f in fields if f.depth == 1]
    assert b"".join(f.data for f in inside) == vector.wire[10:-2]
    for field in fields:
        assert vector.wire[field.offset :].startswith(field.data)
        assert field.name
        assert field.meaning


def test_anatomy_names_item_and_value() -> None:
    text = " ".join(
        f.meaning for f in dlt645.decode(bytes.fromhex("68020000000099689108333334333AB454334616")).anatomy()
    )
    assert "00010000 forward active energy, total, current (当前)正向有功总电能" in text
    assert "2181.07 kWh" in text


def spoil(wire: bytes, at: int, octet: int) -> bytes:
    return wire[:at] + bytes((octet,)) + wire[at + 1 :]


def long_frame(length: int) -> bytes:
    body = b"\x68" + bytes(6) + b"\x68\x91" + bytes((length,)) + b"\x33" * length
    return body + bytes((sum(body) & 0xFF, 0x16))


BAD = [
    ("empty", b"", TruncatedError, 0),
    ("preamble only", b"\xfe" * 4, TruncatedError, 4),
    ("no 68H", b"\x00" + GOOD, DecodeError, 0),
    ("00 after FE", b"\xfe\x00" + GOOD, DecodeError, 1),
    ("68H alone", b"\x68", TruncatedError, 1),
    ("header cut", GOOD[:9], TruncatedError, 9),
    ("data cut", GOOD[:12], TruncatedError, 12),
    ("end cut", GOOD[:-1], TruncatedError, 15),
    ("A81 second 68H missing", spoil(GOOD, 7, 0x69), DecodeError, 7),
    ("second 68H missing in a cut frame", spoil(GOOD, 7, 0x69)[:8], DecodeError, 7),
    ("checksum wrong", spoil(GOOD, 14, 0xCE), ChecksumError, 14),
    ("an address bit flipped", spoil(GOOD, 3, 0x01), ChecksumError, 14),
    ("A83 checksum right, end octet wrong", spoil(GOOD, 15, 0x17), DecodeError, 15),
    ("L too small", spoil(GOOD, 9, 3), DecodeError, 14),
    ("L too large", spoil(GOOD, 9, 5), TruncatedError, 16),
    ("A82 L 201", long_frame(201), LimitError, 9),
    ("A82 L 255", long_frame(255), LimitError, 9),
    ("trailing", GOOD + b"\x16", DecodeError, 16),
    ("two frames", GOOD + GOOD, DecodeError, 16),
]


@pytest.mark.parametrize(("data", "error", "offset"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_says_what_and_where(data: bytes, error: type[DecodeError], offset: int) -> None:
    with pytest.raises(DecodeError) as caught:
        dlt645.decode(data)
    assert type(caught.value) is error
    assert caught.value.offset == offset
    for kind in (bytearray, memoryview):
        with pytest.raises(error):
            dlt645.decode(kind(data))


@pytest.mark.parametrize("length", [0, 1, 199, 200])
def test_length_up_to_the_limit(length: int) -> None:
    assert three_ways(long_frame(length)).data == bytes(length)


def test_limit_is_the_same_everywhere(link: ModuleType) -> None:
    assert link.MAX_DATA == dlt645.MAX_DATA == 200
    with pytest.raises(UsageError, match="201 octets"):
        Frame(address="1" * 12, control=0x91, data=bytes(201))


@pytest.mark.parametrize(
    "data", [b"\x16" * 20, b"\x68" * 20, bytes((0x35, 0xE3)) * 10, GOOD, GOOD * 3, b"\xcc\xcd\xff\x00"]
)
def test_68_and_16_are_ordinary_inside(data: bytes) -> None:
    frame = Frame(address="681668166816", control=0x91, data=data)
    assert three_ways(frame.encode()) == frame
    masked = bytes((octet - 0x33) & 0xFF for octet in data)  # A84: the wire itself carries these octets
    assert data in three_ways(Frame(address="166816681668", control=0x91, data=masked).encode()).encode()


@pytest.mark.parametrize(
    ("address", "control", "data"),
    [
        ("12345678901", 17, b""),
        ("12345678901G", 17, b""),
        ("12 45 78 01 ", 17, b""),
        ("１23456789012", 17, b""),
        ("\ud800" * 12, 17, b""),
        ("1" * 13, 17, b""),
        ("1" * 12, 256, b""),
        ("1" * 12, -1, b""),
        ("1" * 12, 17, bytes(201)),
    ],
)
def test_what_cannot_be_a_frame(address: str, control: int, data: bytes) -> None:
    with pytest.raises(UsageError):
        Frame(address=address, control=control, data=data)


def test_frame_is_a_value() -> None:
    frame = dlt645.decode(GOOD)
    assert frame == dlt645.decode(b"\xfe" * 9 + GOOD)
    assert hash(frame) == hash(Frame(address="003411001043", control=0x11, data=bytes.fromhex("02008002")))
    with pytest.raises(AttributeError):
        frame.control = 1  # type: ignore[misc]
    assert frame.encode(4) == b"\xfe" * 4 + GOOD == dlt645.encode(frame, 4)
    assert str(frame) == "003411001043 read data 读数据, request, 02800002 grid frequency"
    assert Frame(address="aaaaaaaaaaaa", control=0x13).address == "A" * 12


@pytest.mark.parametrize(
    ("control", "reply", "error", "more"),
    [(0x11, 0, 0, 0), (0x91, 1, 0, 0), (0xB1, 1, 0, 1), (0xD1, 1, 1, 0), (0x31, 0, 0, 0), (0x51, 0, 0, 0)],
)
def test_control_bits(control: int, reply: int, error: int, more: int) -> None:
    frame = Frame(address="1" * 12, control=control, data=b"\x02")
    assert (frame.is_reply, frame.is_error, frame.more_follows, frame.function) == (reply, error, more, 0x11)


addresses = st.text("0123456789ABCDEF", min_size=12, max_size=12)
frames = st.builds(Frame, address=addresses, control=st.integers(0, 255), data=st.binary(max_size=200))


@TWO_FORMS
@given(frame=frames, preamble=st.integers(0, 20))
def test_round_trip(frame: Frame, preamble: int) -> None:
    assert dlt645.decode(frame.encode(preamble)) == frame
    frame.anatomy()
    str(frame)


@TWO_FORMS
@given(data=st.binary(max_size=300) | st.text("\x68\x16\xfe\x00", max_size=300).map(lambda t: t.encode("latin-1")))
def test_garbage_raises_nothing_but_ours(data: bytes) -> None:
    with contextlib.suppress(DecodeError):
        dlt645.decode(data)
    finder = Stream()
    finder.feed(data)
    finder.flush()
    assert finder.pending == 0


@TWO_FORMS
@given(frame=frames, at=st.integers(0, 211), bit=st.integers(0, 7))
def test_one_flipped_bit_is_never_a_frame(frame: Frame, at: int, bit: int) -> None:
    wire = bytearray(frame.encode())
    wire[at % len(wire)] ^= 1 << bit
    with pytest.raises(DecodeError):
        dlt645.decode(wire)


def test_batch(link: ModuleType) -> None:
    wires = [v.wire for v in VECTORS]
    data = b"\x68garbage\xfe\xfe" + b"\xfe".join(wires) + spoil(GOOD, 14, 0) + GOOD[:7]
    rows = array("Q", bytes(8 * link.ROW * 100))
    count, resume, errors, discarded = dlt645.scan_batch(data, rows)
    assert (count, errors) == (len(wires), 1)
    assert resume == len(data) - 7
    assert discarded == 8 + len(GOOD)
    for i, vector in enumerate(VECTORS):
        offset, word, address = rows[3 * i : 3 * i + 3]
        assert data[offset : offset + len(vector.wire)] == vector.wire
        assert word >> 40 == len(vector.data) // 2
        assert word >> 32 & 0xFF == vector.control
        assert f"{address:012X}" == vector.address
        if vector.di:
            assert f"{word & 0xFFFFFFFF:08X}" == vector.di
    few = array("Q", bytes(8 * link.ROW * 2))
    count, resume, _, _ = dlt645.scan_batch(memoryview(data), few)
    assert count == 2
    assert dlt645.scan_batch(data, few, resume)[0] == 2
    assert few[0] == rows[6]
    assert dlt645.scan_batch(data, array("Q"))[:2] == (0, 0)


def test_small_tools(link: ModuleType) -> None:
    every = bytes(range(256))
    assert link.checksum(every) == sum(every) & 0xFF
    assert link.checksum(b"") == 0
    assert link.mask(every)[0] == 0x33
    assert link.unmask(link.mask(memoryview(every))) == every
    assert link.encode("003411001043", 0x11, bytearray.fromhex("02008002")) == GOOD


@TWO_FORMS
@given(data=st.binary(max_size=60).map(lambda b: b + GOOD + b), start=st.integers(0, 30), final=st.booleans())
def test_scan_tells_where(link: ModuleType, data: bytes, start: int, final: bool) -> None:
    if start > len(data):
        with pytest.raises(UsageError):
            link.scan(data, start, final)
        return
    found, offset, end, errors, discarded, examined = link.scan(data, start, final)
    assert start <= offset <= len(data)
    if found:
        assert dlt645.decode(data[offset:end]).encode() == data[offset:end]
    else:
        assert end > len(data)
    assert errors >= 0
    assert 0 <= discarded <= offset - start
    assert examined >= offset - start


@pytest.mark.parametrize("start", [-1, -(2**40), len(GOOD) + 1, 2**40])
def test_start_outside_the_octets(link: ModuleType, start: int) -> None:
    for call in (lambda: link.scan(GOOD, start), lambda: link.extract(Frame, GOOD, start)):
        with pytest.raises(UsageError, match="outside"):
            call()
    with pytest.raises(UsageError, match="outside"):
        link.batch(GOOD, start, array("Q", bytes(24)))
