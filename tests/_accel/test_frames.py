"""One search for several dialects: what it finds, that cutting the stream changes nothing, and how much work it does."""

import random
from array import array
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire._accel import _py_dlt645, _py_frames
from meterwire.errors import UsageError

Load = Callable[[str], ModuleType]
TWO_FORMS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

# fmt: off
REAL = (
    ("645-2007", "684310001134006811043533B335CD16", "johngai19/dlt645Driver:test/dltdriver_test.js"),
    ("645-2007", "68160000001520681104333434350016", "a public script"),
    ("645", "689999999999996800006616", "KTS-Intek/DLT645:test-exchange-dlt645-97.log: a function that neither edition has"),
    ("645-1997", "6895320600000068810633C36B3333331E16", "KTS-Intek/DLT645:test-exchange-dlt645-97.log"),
    ("698", "68170043050000000000000072790501004100020000121416", "600888/dlt698:website/docs/guide/demand.md"),
    ("698", "681100630501000000000000E9E40080D67816", "qinling0918/Frame:protocol698"),
    ("698", "681B00C305000000000000005A5F850100410102000111010000004116", "600888/dlt698:website/docs/guide/meter-parameters.md"),
    ("188", "6810010000050800008303810A009716", "hupengwu/Fox-Edge-Server: cjt188 tests"),
    ("188", "682013470612007400812E1F90000000000005000000000500000000170000000035000000002C022300112300345800094912050923200008F016", "a public heat meter page"),
    ("376.1", "6832003200680B0002341200006100000100B516", "a public comment"),
    ("376.1", "684A004A00680B127A1D8700006900000400020000010000AB16", "a public test"),
)
# fmt: on
FRAMES = tuple((protocol, bytes.fromhex(wire)) for protocol, wire, _ in REAL)


def expected(pieces: list[tuple[str, bytes]], gap: bytes = b"") -> tuple[bytes, list[tuple[int, int, str]]]:
    data, found = bytearray(), []
    for protocol, wire in pieces:
        data += gap
        found.append((len(data), len(wire), protocol))
        data += wire
    return bytes(data), found


def header_698(length: int) -> bytes:
    """A header with a correct HCS that announces ``length`` octets of frame."""
    covered = (length - 2).to_bytes(2, "little") + b"\x43\x00\x00\x00"
    return b"\x68" + covered + _py_frames.fcs(covered).to_bytes(2, "little")


@pytest.fixture
def frames(accel: Load) -> ModuleType:
    return accel("frames")


@pytest.mark.parametrize(("protocol", "wire"), FRAMES, ids=lambda value: value if isinstance(value, str) else "")
def test_real_frames(frames: ModuleType, protocol: str, wire: bytes) -> None:
    assert frames.scan(wire) == [(0, len(wire), protocol)]
    assert frames.scan(b"\x68\xfe\x00" + wire + b"\x68") == [(3, len(wire), protocol)]
    for at in range(len(wire)):  # one octet wrong: no frame, whatever it turns into
        broken = bytearray(wire)
        broken[at] ^= 0x41
        assert (0, len(wire), protocol) not in frames.scan(broken)


def test_fcs(frames: ModuleType) -> None:
    """The check value of the catalogue of CRCs, every length below two strides, and the residue over a sent FCS."""
    assert frames.fcs(b"123456789") == 0x906E
    draw = random.Random(698)
    for size in [*range(40), 200, 5000]:
        data = draw.randbytes(size)
        register = 0xFFFF
        for octet in data:
            register ^= octet
            for _ in range(8):
                register = register >> 1 ^ (0x8408 if register & 1 else 0)
        assert frames.fcs(data) == frames.fcs(memoryview(data)) == register ^ 0xFFFF
        assert frames.fcs(data + frames.fcs(data).to_bytes(2, "little")) == 0x0F47  # F0B8H before the inversion


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 100, 10**6])
def test_mixed_stream(frames: ModuleType, size: int) -> None:
    data, found = expected(list(FRAMES) * 3, gap=b"\xfe\xfe\x68\x00")
    scanner = frames.Scanner()
    got = [span for at in range(0, len(data), size) for span in scanner.feed(data[at : at + size])]
    assert got + scanner.flush() == found
    assert (scanner.found, scanner.pending, scanner.errors) == (len(found), 0, 0)
    assert scanner.discarded == 2 * len(found)
    assert frames.scan(data) == found


def test_frames_themselves(frames: ModuleType) -> None:
    data, found = expected(list(FRAMES), gap=b"\x00")
    scanner = frames.Scanner()
    assert scanner.feed_frames(data + b"\x68") + scanner.flush_frames() == list(FRAMES)
    assert scanner.feed(data[1:]) == [(at + len(data), size, protocol) for at, size, protocol in found], (
        "places count on"
    )


def test_every_cut_in_two(frames: ModuleType) -> None:
    data, found = expected(list(FRAMES), gap=b"\xfe")
    for cut in range(len(data) + 1):
        scanner = frames.Scanner()
        assert scanner.feed(data[:cut]) + scanner.feed(data[cut:]) + scanner.flush() == found


def test_only_the_dialects_asked_for(frames: ModuleType) -> None:
    data, found = expected(list(FRAMES))
    for dialect in frames.DIALECTS:
        assert frames.scan(data, [dialect]) == [span for span in found if span[2].startswith(dialect)]
    assert frames.scan(data, "698") == frames.scan(data, ["698"])
    for wrong in ((), ("646",), "645-2007"):
        with pytest.raises(UsageError, match=r"645, 376\.1, 698, 188"):
            frames.scan(data, wrong)
        with pytest.raises(UsageError):
            frames.Scanner(wrong)


def test_spans_into_a_table(frames: ModuleType) -> None:
    data, found = expected(list(FRAMES) * 2)
    rows = array("Q", bytes(8 * frames.ROW * 5))
    got, at = [], 0
    while True:
        count, at, errors, discarded = frames.spans(data, at, rows)
        assert (errors, discarded) == (0, 0)
        got += [
            (rows[2 * i], rows[2 * i + 1] >> 8, frames.PROTOCOLS[rows[2 * i + 1] & 0xFF])
            for i in range(count)
        ]  # fmt: skip
        if count < 5:
            break
    assert got == found
    assert at == len(data)
    assert frames.spans(data[:-1], 0, rows, final=True)[0] == 5
    for start in (-1, len(data) + 1):
        with pytest.raises(UsageError, match="outside"):
            frames.spans(data, start, rows)
    with pytest.raises((TypeError, BufferError)):
        frames.spans(data, 0, b"read-only, 24 octets.....")


def test_a_header_whose_frame_never_comes_holds_nothing_back_for_ever(frames: ModuleType) -> None:
    wire = FRAMES[0][1]
    scanner = frames.Scanner()
    assert scanner.feed(header_698(4000) + wire) == []
    assert scanner.flush() == [(9, len(wire), "645-2007")]
    scanner = frames.Scanner()
    found = scanner.feed(header_698(4000) + wire + bytes(4000))
    assert found == [(9, len(wire), "645-2007")]


def test_longest_frames(frames: ModuleType) -> None:
    """L of 14 bits; and one more, which uses a reserved bit."""
    for length, is_frame in ((16385, True), (16386, False)):
        head = header_698(length)
        body = head + bytes(length - len(head) - 3)
        wire = body + _py_frames.fcs(body[1:]).to_bytes(2, "little") + b"\x16"
        assert len(wire) == length
        assert frames.scan(wire) == ([(0, length, "698")] if is_frame else [])
    body = b"\x0b" + bytes(16382)
    wire = b"\x68\xfe\xff\xfe\xff\x68" + body + bytes((sum(body) & 0xFF, 0x16))
    assert frames.scan(wire) == [(0, 16391, "376.1")]


def nasty(count: int) -> dict[str, bytes]:
    """Garbage made to cost as much as it can: false starts that overlap, each announcing the longest frame."""
    units = {
        "645 of 207 octets, one every 7": b"\x68\x01\xc3\x16\x01\x01\x01",
        "645 of 209 octets, one every 11": b"\x68\x01\x01\x01\x01\x01\x01\x68\x91\xc5\x16",
        "698 of 16,380 octets, one every 10": header_698(16380) + b"\x16",
        "698 that never end": header_698(16385),
        "376.1 of 16,391 octets, one every 8": b"\x68\xfe\xff\xfe\xff\x68\x16\x16",
        "376.1 and 698, one each every 21": b"\x68\xc2\xff\xc2\xff\x68" + header_698(16370) + b"\x16" * 6,
        "188 of 109 octets, one every 11": b"\x68\x10" + bytes(7) + b"\x16\x60",
    }
    return {name: unit * (count // len(unit)) for name, unit in units.items()} | {
        "68": b"\x68" * count,
        "68 16": b"\x68\x16" * (count // 2),
        "broken 645": (FRAMES[0][1][:-2] + b"\x00\x16") * (count // 16),
        "random": random.Random(1).randbytes(count),
    }


SIZE = 60_000


@pytest.mark.parametrize("chunk", [1, 333, SIZE])
@pytest.mark.parametrize("kind", list(nasty(0)))
def test_no_octet_is_summed_a_third_time(frames: ModuleType, kind: str, chunk: int) -> None:
    """Work is counted, not timed: searched once, summed at most twice for each kind of check."""
    size = SIZE if chunk > 1 else SIZE // 4
    data = nasty(size)[kind]
    starts = data.count(0x68)
    scanner = frames.Scanner()
    for at in range(0, len(data), chunk):
        scanner.feed(data[at : at + chunk])
    scanner.flush()
    assert scanner.pending == 0
    assert scanner.examined <= 5 * len(data) + len(data) // 100
    # an incomplete frame is looked at again when it may be whole, so each start has at most three looks
    assert scanner.headers <= 3 * (10 + 6 + 24 + 11) * starts


@pytest.mark.parametrize("kind", list(nasty(0)))
def test_work_does_not_depend_on_the_length_announced(frames: ModuleType, kind: str) -> None:
    """Twice the garbage is twice the work; without prefix sums some of these cost 16,000 octets per octet."""
    work = []
    for size in (SIZE, 2 * SIZE):
        scanner = frames.Scanner()
        scanner.feed(nasty(size)[kind])
        scanner.flush()
        work.append(scanner.examined + scanner.headers)
    assert work[1] <= 2.2 * work[0] + 100_000


def test_traps_are_traps() -> None:
    """The garbage does reach the checks again and again, otherwise the tests above prove nothing."""
    for kind, data in nasty(SIZE).items():
        scanner = _py_frames.Scanner()
        scanner.feed(data)
        scanner.flush()
        if "every" in kind:
            assert scanner.errors > SIZE // 40, kind


pieces = st.lists(
    st.one_of(
        st.sampled_from([wire for _, wire in FRAMES]),
        st.sampled_from([wire[:-2] + b"\x00\x16" for _, wire in FRAMES]),
        st.sampled_from([header_698(30), header_698(300), b"\x68\xfa\x00\xfa\x00\x68", b"\x68\x10" * 6]),
        st.binary(max_size=30),
        st.text("\x68\x16\xfe\x10", max_size=30).map(lambda text: text.encode("latin-1")),
    ),
    max_size=12,
).map(b"".join)
some_dialects = st.lists(st.sampled_from(_py_frames.DIALECTS), min_size=1, unique=True)


@TWO_FORMS
@given(data=pieces, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=8), dialects=some_dialects)
def test_cutting_changes_nothing_and_the_twin_agrees_to_the_last_count(
    frames: ModuleType, data: bytes, cuts: list[int], dialects: list[str]
) -> None:
    whole = _py_frames.Scanner(dialects)
    found = whole.feed(data) + whole.flush()
    scanner, twin, got, at = frames.Scanner(dialects), _py_frames.Scanner(dialects), [], 0
    while at < len(data):
        for cut in cuts:
            new = scanner.feed(data[at : at + cut])
            assert new == twin.feed(data[at : at + cut])
            got += new
            at += cut
    got += scanner.flush()
    twin.flush()
    assert got == found == frames.scan(data, dialects)
    counts = ("found", "errors", "discarded", "pending")
    assert [getattr(scanner, name) for name in counts] == [getattr(whole, name) for name in counts]
    counts = (*counts, "examined", "headers")
    assert [getattr(scanner, name) for name in counts] == [getattr(twin, name) for name in counts]
    belongs = bytearray(len(data))
    for offset, length, _ in found:
        assert not any(belongs[offset : offset + length])
        belongs[offset : offset + length] = b"\x01" * length
    assert scanner.discarded == sum(not inside and octet != 0xFE for inside, octet in zip(belongs, data, strict=True))


@TWO_FORMS
@given(data=pieces, start=st.integers(0, 40), final=st.booleans(), capacity=st.integers(0, 4), dialects=some_dialects)
def test_tables_agree(
    frames: ModuleType, data: bytes, start: int, final: bool, capacity: int, dialects: list[str]
) -> None:
    ours, theirs = (array("Q", bytes(16 * capacity)) for _ in range(2))
    start = min(start, len(data))
    result = frames.spans(bytearray(data), start, ours, dialects, final)
    assert result == _py_frames.spans(data, start, theirs, dialects, final)
    assert ours == theirs


def test_645_is_the_645_of_the_link_layer(accel: Load) -> None:
    assert _py_frames.MAX_645 == accel("dlt645").MAX_DATA == _py_dlt645.MAX_DATA
    largest = _py_dlt645.encode("1" * 12, 0x91, bytes(200))
    assert accel("frames").scan(largest) == [(0, 212, "645-2007")]
    too_large = bytearray(largest)
    too_large[9] += 1
    too_large[-2:-2] = b"\x33"
    too_large[-2] = sum(too_large[:-2]) & 0xFF
    assert accel("frames").scan(too_large) == []
