"""TPKT: cutting a stream, however it arrives, and refusing what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError
from meterwire.protocols.osi import tpkt
from meterwire.protocols.osi.tpkt import TpktSplitter

from .frames import ABB, ITI, SISCO, octets

FRAMES = {f"{origin} {name}": octets(frame) for origin, d in (("ABB", ABB), ("SISCO", SISCO), ("ITI", ITI)) for name, frame in d.items()}  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_real_frames_three_ways(frame: bytes) -> None:
    inside = frame[4:]
    assert tpkt.encode(inside) == frame
    # whole
    splitter = TpktSplitter()
    assert list(splitter.feed(frame)) == [inside]
    assert splitter.pending == 0
    # octet by octet
    found = [list(splitter.feed(frame[i : i + 1])) for i in range(len(frame))]
    assert found == [[]] * (len(frame) - 1) + [[inside]]
    assert splitter.pending == 0
    # A6: with the beginning of the next one, which is kept
    assert list(splitter.feed(frame + b"\x03\x00\x00")) == [inside]
    assert splitter.pending == 3
    assert list(splitter.feed(frame[3:])) == ([inside] if frame[2] == 0 else [])


# -- bad input: octets, offset of the offence -------------------------------------------------------------------------

BAD = [
    ("04000007", 0),  # A1
    ("00000007", 0),
    ("160301", 0),  # a TLS client hello
    ("47455420", 0),  # GET
    ("04", 0),
    *((f"030000{size:02x}", 0) for size in range(tpkt.MIN_SIZE)),  # A2, S1
    ("0300000702f080" + "ff", 7),  # behind a good one
    ("0300000702f080" + "03000006", 7),
]


@pytest.mark.parametrize(("stream", "offset"), BAD)
def test_what_is_no_tpkt(stream: str, offset: int) -> None:
    with pytest.raises(DecodeError, match="not a TPKT") as caught:
        list(TpktSplitter().feed(octets(stream)))
    assert caught.value.offset == offset


def test_what_came_in_front_of_the_broken_one_is_told_first() -> None:
    tpdus = TpktSplitter().feed(octets("0300000702f080" + "47455420"))
    assert next(tpdus) == octets("02f080")
    with pytest.raises(DecodeError, match="not a TPKT"):
        next(tpdus)


@pytest.mark.parametrize("size", [tpkt.MIN_SIZE, tpkt.MAX_SIZE])
def test_smallest_and_largest(size: int) -> None:
    frame = tpkt.encode(bytes(size - tpkt.HEADER_SIZE))
    assert len(frame) == size
    assert list(TpktSplitter().feed(frame)) == [bytes(size - 4)]


def test_the_largest_and_then_silence_keeps_only_what_came() -> None:
    """A3"""
    splitter = TpktSplitter()
    assert list(splitter.feed(octets("0300ffff"))) == []
    assert list(splitter.feed(bytes(1000))) == []
    assert splitter.pending == 1004


def test_the_reserved_octet_is_not_looked_at() -> None:
    assert list(TpktSplitter().feed(octets("03ff000702f080"))) == [octets("02f080")]


@given(st.lists(st.binary(min_size=3, max_size=40), max_size=8), st.data())
def test_any_cutting_gives_the_same(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(tpkt.encode, parts))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    splitter = TpktSplitter()
    found = [t for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) for t in splitter.feed(stream[a:b])]
    assert found == parts
    assert splitter.pending == 0


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_any_stream_is_cut_or_refused(chunks: list[bytes]) -> None:
    splitter = TpktSplitter()
    try:
        for chunk in chunks:
            list(splitter.feed(chunk))
    except DecodeError:
        return
    assert splitter.pending <= sum(map(len, chunks))


def test_the_largest_octet_by_octet() -> None:
    """A4: what was received is kept in one buffer and gone through once, however it trickles in."""
    splitter = TpktSplitter()
    frame = tpkt.encode(bytes(tpkt.MAX_SIZE - 4))
    for count, octet in enumerate(frame[:-1], 1):
        assert list(splitter.feed(bytes((octet,)))) == []
        assert splitter.pending == count
    assert list(splitter.feed(frame[-1:] + frame[:9])) == [frame[4:]]
    assert splitter.pending == 9
