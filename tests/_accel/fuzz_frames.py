"""Random and nearly right octets through everything compiled that reads frames, in buffers of exactly their size.

    PYTHONPATH=build/linktree python tests/_accel/fuzz_frames.py [rounds] [seed]

The answers are compared with the pure twins; what is read or written out of bounds shows under AddressSanitizer or valgrind,
which test_fuzz_frames.py uses.
"""

import ctypes
import random
import sys
from array import array
from contextlib import suppress

from meterwire._accel import _py_columns, _py_dlt645, _py_frames, layout
from meterwire.errors import DecodeError


class Slotted:
    __slots__ = ("address", "control", "data")


SEEDS = [
    bytes.fromhex(wire)
    for wire in (
        "684310001134006811043533B335CD16",
        "6801004423520068911833323433BC3633333333333333333333BC363333333333331316",
        "6895320600000068810633C36B3333331E16",
        "68170043050000000000000072790501004100020000121416",
        "6810010000050800008303810A009716",
        "6832003200680B0002341200006100000100B516",
    )
]
SPECIAL = b"\x68\x16\xfe\x00\xff\x33\x91\xb1\x81\x10\xc8\xc9\x64"


def exact(data: bytes) -> object:
    """A buffer with nothing before or behind it."""
    return (ctypes.c_ubyte * len(data)).from_buffer_copy(data)


def mangled(draw: random.Random) -> bytes:
    """Frames, damaged, cut, joined, with lengths and checks that are right again now and then."""
    parts = []
    for _ in range(draw.randrange(1, 6)):
        choice = draw.random()
        if choice < 0.3:
            di = draw.choice(
                ("00010000", "0001FF00", "000100FF", "0101FF00", "028000FF", "03100001", "04000101", "9010", "901F")
            )
            body = bytes.fromhex(di)[::-1] + bytes(
                draw.choice(b"\x00\x12\x99\xff\x80\xaa") for _ in range(draw.randrange(60))
            )
            part = bytearray(
                _py_dlt645.encode("123456789012", draw.choice(b"\x91\x91\xb1\x92\xd1\x11\x81\xa1\x03"), body)
            )
        elif choice < 0.9:
            part = bytearray(draw.choice(SEEDS))
        else:
            part = bytearray(draw.choice(SPECIAL) for _ in range(draw.randrange(60)))
        for _ in range(draw.choice((0, 0, 1, 3))):
            if part:
                part[draw.randrange(len(part))] = draw.choice(SPECIAL) if draw.random() < 0.7 else draw.randrange(256)
        if draw.random() < 0.3 and len(part) > 12:  # right again
            part[-2] = sum(part[:-2]) & 0xFF
        if draw.random() < 0.3:
            part = part[: draw.randrange(len(part) + 1)]
        parts.append(bytes(part))
    return b"".join(parts)


def columns_of(module: object, items: object, sources: list, final: bool) -> tuple:
    rows = _py_columns.MOST_ROWS + 7
    made = [exact(bytes(rows * array(code).itemsize)) for _, code in _py_columns.COLUMNS]
    got, place = [], (0, 0)
    for _ in range(20):
        count, *place, frames, errors, discarded = module.fill(items, sources, made, 0, *place, final)
        sizes = [array(code).itemsize for _, code in _py_columns.COLUMNS]
        got.append(
            (count, place, frames, errors, discarded, [bytes(c)[: count * s] for c, s in zip(made, sizes, strict=True)])
        )
        if place[0] == len(sources) or not count:
            return tuple(got)
    return tuple(got)


def check(draw: random.Random, compiled: dict, items: tuple) -> None:
    data = mangled(draw)
    buffer = exact(data)
    frames, dlt645, columns = compiled["frames"], compiled["dlt645"], compiled["columns"]
    dialects = draw.sample(_py_frames.DIALECTS, draw.randrange(1, 5))
    final, start = draw.random() < 0.5, draw.randrange(len(data) + 1)
    assert frames.scan(buffer, dialects) == _py_frames.scan(data, dialects)
    ours, theirs = exact(bytes(16 * 3)), bytearray(16 * 3)
    assert frames.spans(buffer, start, ours, dialects, final) == _py_frames.spans(data, start, theirs, dialects, final)
    assert bytes(ours) == bytes(theirs)
    assert frames.fcs(buffer) == _py_frames.fcs(data)
    scanner, twin, at = frames.Scanner(dialects), _py_frames.Scanner(dialects), 0
    while at < len(data):
        size = draw.randrange(1, 40)
        assert scanner.feed_frames(exact(data[at : at + size])) == twin.feed_frames(data[at : at + size])
        at += size
    assert scanner.flush() == twin.flush()
    assert dlt645.scan(buffer, start, final) == _py_dlt645.scan(data, start, final)
    assert len(dlt645.extract(Slotted, buffer, start, final)[0]) == len(
        _py_dlt645.extract(Slotted, data, start, final)[0]
    )
    ours, theirs = exact(bytes(24 * 2)), bytearray(24 * 2)
    assert dlt645.batch(buffer, start, ours) == _py_dlt645.batch(data, start, theirs)
    with suppress(DecodeError):
        dlt645.decode(Slotted, buffer)
    sources = [data, mangled(draw), b""][: draw.randrange(1, 4)]
    assert columns_of(columns, items[0], [exact(one) for one in sources], final) == columns_of(
        _py_columns, items[1], sources, final
    )


def campaign(rounds: int, seed: int) -> None:
    """Compare both forms ``rounds`` times."""
    from meterwire._accel import _c_columns, _c_dlt645, _c_frames

    compiled = {"frames": _c_frames, "dlt645": _c_dlt645, "columns": _c_columns}
    items = tuple(module.Layout(layout.rules645({"": 0})) for module in (_c_columns, _py_columns))
    draw = random.Random(seed)
    for _ in range(rounds):
        check(draw, compiled, items)


if __name__ == "__main__":
    campaign(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print("done")
