"""Faults: each one does what its name says, the same every time."""

import pytest

from meterwire.errors import ChecksumError, UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import FaultInjector, Faults, Frame, Stream

FRAME = Frame(address="003411001043", control=0x91, data=bytes.fromhex("0000010007812100"))


def join(faults: Faults, preamble: int = 0) -> bytes:
    return b"".join(piece.data for piece in FaultInjector(faults).apply(FRAME, preamble))


def test_no_faults() -> None:
    (piece,) = FaultInjector().apply(FRAME, 4)
    assert (piece.delay, piece.data) == (0.0, FRAME.encode(4))


def test_checksum() -> None:
    with pytest.raises(ChecksumError):
        dlt645.decode(join(Faults(checksum=1)))


def test_late_and_split() -> None:
    pieces = FaultInjector(Faults(late=1, split=1, late_seconds=3, split_gap=0.25)).apply(FRAME)
    assert 2 <= len(pieces) <= 4
    assert [p.delay for p in pieces] == [3, *[0.25] * (len(pieces) - 1)]
    assert b"".join(p.data for p in pieces) == FRAME.encode()
    assert all(p.data for p in pieces)


def test_silence() -> None:
    injector = FaultInjector(Faults(silence=1, checksum=1))
    assert injector.apply(FRAME) == []
    assert (injector.injected["silence"], injector.injected["checksum"]) == (1, 0)


def test_address_and_item() -> None:
    other = dlt645.decode(join(Faults(address=1)))
    assert (other.address != FRAME.address, other.data) == (True, FRAME.data)
    wrong = dlt645.decode(join(Faults(item=1)))
    assert (wrong.di != FRAME.di, wrong.data[4:]) == (True, FRAME.data[4:])
    error = Frame(address="1" * 12, control=0xD1, data=b"\x02")
    assert FaultInjector(Faults(item=1)).apply(error)[0].data == error.encode()


def test_garbage_around_the_frame_is_survived() -> None:
    finder = Stream()
    found = 0
    injector = FaultInjector(Faults(garbage=1, seed=3))
    for _ in range(200):
        wire = b"".join(p.data for p in injector.apply(FRAME))
        found += FRAME in finder.feed(wire) + finder.flush()
    assert found == 200
    assert finder.discarded > 1000


def test_same_seed_same_faults() -> None:
    faults = Faults(checksum=0.3, late=0.3, split=0.3, silence=0.1, garbage=0.3, address=0.2, item=0.2, seed=42)
    first, second = FaultInjector(faults), FaultInjector(faults)
    runs = [[injector.apply(FRAME) for _ in range(300)] for injector in (first, second)]
    assert runs[0] == runs[1]
    assert first.injected == second.injected
    assert all(count > 10 for count in first.injected.values())


def test_from_text() -> None:
    assert Faults.parse("checksum=0.1, late,late_seconds=3,seed=7") == Faults(
        checksum=0.1, late=1, late_seconds=3, seed=7
    )
    assert Faults.parse("") == Faults()


@pytest.mark.parametrize(
    "text", ["chksum=1", "late=2", "late=-1", "late=soon", "seed=1.5", "late=nan", "split_gap=inf"]
)
def test_wrong_text(text: str) -> None:
    with pytest.raises(UsageError, match="fault"):
        Faults.parse(text)
