"""The cursor: what it gives, and that it never reads past its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, TruncatedError
from meterwire.wire import Cursor

DATA = bytes.fromhex("0102030405060708090a")

# -- vectors: method, arguments, value, octets used -------------------------------------------------------------------

READS = [
    ("u8", (), 0x01, 1),
    ("u16", (), 0x0102, 2),
    ("u32", (), 0x01020304, 4),
    ("take", (0,), b"", 0),
    ("take", (3,), b"\x01\x02\x03", 3),
    ("take", (10,), DATA, 10),
    ("rest", (), DATA, 10),
    ("peek", (), 0x01, 0),
]


@pytest.mark.parametrize(("method", "arguments", "value", "used"), READS)
def test_reads(method: str, arguments: tuple[int, ...], value: object, used: int) -> None:
    cursor = Cursor(DATA)
    assert getattr(cursor, method)(*arguments) == value
    assert cursor.offset == used
    assert cursor.remaining == 10 - used


# -- bad input: octets there are, method, arguments -------------------------------------------------------------------

SHORT = [
    (0, "u8", ()),
    (0, "u16", ()),
    (1, "u16", ()),
    (0, "u32", ()),
    (3, "u32", ()),
    (0, "take", (1,)),
    (9, "take", (10,)),
    (9, "take", (1 << 70,)),
    (9, "take", (-1,)),
    (9, "sub", (10,)),
    (9, "sub", (-1,)),
]


@pytest.mark.parametrize(("size", "method", "arguments"), SHORT)
def test_running_short(size: int, method: str, arguments: tuple[int, ...]) -> None:
    cursor = Cursor(DATA, 0, size)
    with pytest.raises(TruncatedError) as caught:
        getattr(cursor, method)(*arguments)
    assert caught.value.offset == 0
    assert cursor.offset == 0, "a failed read takes nothing"


def test_the_end_is_the_cursors_not_the_datas() -> None:
    cursor = Cursor(DATA, 2, 4)
    assert cursor.u16() == 0x0304
    assert cursor.peek() is None
    with pytest.raises(TruncatedError) as caught:
        cursor.u8()
    assert caught.value.offset == 4


@pytest.mark.parametrize(("start", "end"), [(-1, None), (11, None), (0, 11), (5, 4), (3, -1)])
def test_bounds_outside_the_data(start: int, end: int | None) -> None:
    with pytest.raises(TruncatedError):
        Cursor(DATA, start, end)


def test_sub_is_bounded_and_keeps_the_offsets_of_the_whole() -> None:
    cursor = Cursor(DATA)
    cursor.u8()
    inner = cursor.sub(2)
    assert (inner.offset, inner.end, cursor.offset) == (1, 3, 3)
    assert inner.rest() == b"\x02\x03"
    with pytest.raises(TruncatedError) as caught:
        inner.u8()
    assert caught.value.offset == 3


def test_finish_names_the_element_and_shows_what_is_left() -> None:
    cursor = Cursor(DATA, 0, 4)
    cursor.u16()
    with pytest.raises(DecodeError, match="2 bytes left over in the frame at offset 2") as caught:
        cursor.finish("the frame")
    assert (caught.value.offset, caught.value.data) == (2, b"\x03\x04")
    cursor.u16()
    cursor.finish("the frame")


@given(st.binary(max_size=40), st.lists(st.integers(-2, 45), max_size=12))
def test_whatever_is_taken_the_parts_make_the_whole(data: bytes, counts: list[int]) -> None:
    cursor = Cursor(data)
    taken = b""
    for count in counts:
        before = cursor.offset
        try:
            taken += cursor.take(count)
        except TruncatedError:
            assert cursor.offset == before
            assert count < 0 or count > len(data) - before
    assert taken + cursor.rest() == data
    cursor.finish("everything")
