"""The stream finds every frame, forgets all garbage, and never works more than in proportion to the octets."""

import random
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Frame, Stream

from .vectors import VECTORS

pytestmark = pytest.mark.usefixtures("link")
TWO_FORMS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

FRAME = Frame(address="003411001043", control=0x91, data=bytes.fromhex("0000010078563412"))
WIRE = FRAME.encode()
LARGEST = 212
"""Octets of the longest frame; also what one false start can cost at most."""


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 7, 11, 64, 100_000])
def test_all_real_frames_in_a_row_with_noise_between(size: int) -> None:
    draw = random.Random(size)
    noise = [bytes(draw.choice((0xFE, 0x00, 0x16, 0x11)) for _ in range(draw.randrange(9))) for _ in VECTORS]
    data = b"".join(n + v.wire for n, v in zip(noise, VECTORS, strict=True))
    finder = Stream()
    found = [frame for chunk in chunked(data, size) for frame in finder.feed(chunk)]
    assert [f.encode() for f in found] == [v.wire for v in VECTORS]
    assert finder.discarded == sum(len(n) - n.count(0xFE) for n in noise)
    assert finder.frames == len(VECTORS)
    assert list(dlt645.stream(chunked(data, size))) == found


def test_extra_68_before_the_frame() -> None:
    """WKJay/DLT645 issue 3: two 68H arrive."""
    for extra in (b"\x68", b"\x68\x68", b"\x68" * 7, b"\x68" * 8, b"\xfe\x00\x68"):
        assert Stream().feed(extra + WIRE + bytes(LARGEST)) == [FRAME]
        assert list(dlt645.stream([extra + WIRE])) == [FRAME]


def test_good_frame_inside_a_broken_one() -> None:
    broken = bytearray(Frame(address="1" * 12, control=0x91, data=bytes(len(WIRE))).encode())
    broken[10:-2] = WIRE
    finder = Stream()
    assert finder.feed(bytes(broken)) == [FRAME]
    assert finder.checksum_errors == 1
    assert finder.discarded == 12


def test_good_frame_right_behind_a_broken_one() -> None:
    broken = bytearray(WIRE)
    broken[-2] ^= 0xFF
    finder = Stream()
    assert finder.feed(bytes(broken) + WIRE) == [FRAME]
    assert (finder.checksum_errors, finder.discarded) == (1, len(WIRE))


def test_a_false_start_with_a_long_length_waits_for_the_line_to_go_quiet() -> None:
    false = b"\x68" + bytes(6) + b"\x68\x91\xc8"  # announces 200 octets that never come
    finder = Stream()
    assert finder.feed(false + WIRE) == []
    assert finder.pending == len(false + WIRE)
    assert finder.flush() == [FRAME]
    assert finder.pending == 0
    assert finder.flush() == []
    assert finder.feed(WIRE) == [FRAME]


def test_length_above_the_limit_is_no_start() -> None:
    assert Stream().feed(b"\x68" + bytes(6) + b"\x68\x91\xc9" + WIRE) == [FRAME]


def nasty(count: int) -> dict[str, bytes]:
    """Garbage made to cost as much as it can."""
    trap = bytearray()
    while len(trap) < count:  # every start looks like a frame of 200 octets with a wrong checksum
        trap += b"\x68\x01\x01\x01\x01\x01\x01\x68\x91\x16"
    wrong = b"\x68" * 8 + b"\x91\x01\x68\x68\x16" * 3
    return {
        "FE": b"\xfe" * count,
        "68": b"\x68" * count,
        "16": b"\x16" * count,
        "zeros": bytes(count),
        "68 16": b"\x68\x16" * (count // 2),
        "traps": bytes(trap[:count]),
        "headers": (b"\x68" * 9 + b"\xc8") * (count // 10),
        "wrong checksums": (wrong * (count // len(wrong) + 1))[:count],
        "broken frames": (WIRE[:-2] + b"\x00\x16") * (count // len(WIRE)),
        "random": random.Random(1).randbytes(count),
    }


@pytest.mark.parametrize("kind", list(nasty(0)))
@pytest.mark.parametrize("size", [1000, 10**6])
def test_garbage_costs_linear_work_and_no_memory(kind: str, size: int) -> None:
    count = 10**6 if size > 1000 else 10**5
    data = nasty(count)[kind]
    finder = Stream()
    for chunk in chunked(data, size):
        assert all(isinstance(f, Frame) for f in finder.feed(chunk))
        assert finder.pending < LARGEST
    assert finder.feed(bytes(LARGEST) + WIRE)[-1:] == [FRAME]
    octets = count + 2 * LARGEST + len(WIRE)
    assert finder.examined <= (LARGEST + 1) * octets, "more than one frame's worth of work per octet"
    if kind not in {"traps", "wrong checksums", "random", "broken frames"}:
        assert finder.examined <= 3 * octets
    assert finder.discarded >= count - data.count(0xFE) - LARGEST - finder.frames * LARGEST


def test_octet_by_octet_is_not_searched_again() -> None:
    """A frame that comes slowly is looked at once when it begins, once with its header, once when it is whole."""
    big = Frame(address="1" * 12, control=0x91, data=b"\x35" * 200).encode()  # 35H + 33H = 68H on the wire
    finder = Stream()
    found = [f for octet in big for f in finder.feed(bytes((octet,)))]
    assert len(found) == 1
    assert finder.examined <= len(big) + 10


def test_a_million_fe_before_a_frame(link: ModuleType) -> None:
    """A91."""
    data = b"\xfe" * 10**6 + WIRE
    assert dlt645.decode(data) == FRAME
    finder = Stream()
    assert finder.feed(data) == [FRAME]
    assert finder.discarded == 0
    assert link.scan(data)[:3] == (True, 10**6, len(data))


pieces = st.lists(
    st.one_of(
        st.sampled_from([v.wire for v in VECTORS]),
        st.binary(max_size=30),
        st.text("\x68\x16\xfe", max_size=30).map(lambda t: t.encode("latin-1")),
    ),
    max_size=12,
)


@TWO_FORMS
@given(pieces=pieces, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_cutting_does_not_matter(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    whole = Stream()
    expected = whole.feed(data) + whole.flush()
    finder, found, at = Stream(), [], 0
    while at < len(data):
        for cut in cuts:
            found += finder.feed(data[at : at + cut])
            at += cut
    found += finder.flush()
    assert found == expected
    assert (finder.discarded, finder.checksum_errors) == (whole.discarded, whole.checksum_errors)
    assert finder.discarded == len(data) - data.count(0xFE) - sum(
        len(w) - w.count(0xFE) for w in (f.encode() for f in found)
    )


@TWO_FORMS
@given(pieces=pieces, final=st.booleans())
def test_compiled_and_pure_agree(link: ModuleType, pieces: list[bytes], final: bool) -> None:
    from meterwire._accel import _py_dlt645 as twin

    data = b"".join(pieces)
    assert link.extract(Frame, data, 0, final) == twin.extract(Frame, data, 0, final)
    assert link.scan(bytearray(data), 0, final) == twin.scan(data, 0, final)
