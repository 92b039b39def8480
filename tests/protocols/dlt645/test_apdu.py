"""Requests and answers: real ones give the readings their sources tell, strange ones give errors or nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, MeterError, MeterwireError, StateError, TruncatedError, UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Frame, apdu
from meterwire.reading import Quality, Reading, Timestamp

from .vectors import VECTORS, Vector

ANSWERS = [v for v in VECTORS if v.values]
ADDRESS = "003411001043"


@pytest.mark.parametrize("vector", ANSWERS, ids=lambda v: v.name)
def test_real_answers(vector: Vector) -> None:
    now = Timestamp.from_ns(1_800_000_000_000_000_000)
    found = dlt645.readings(dlt645.decode(vector.wire), address=vector.address, di=vector.di, time=now)
    assert tuple((r.item, str(r.value)) for r in found) == vector.values
    for reading in found:
        assert reading.address == vector.address
        assert reading.frame == vector.wire
        assert reading.time == now
        assert reading.quality.validity in {"good", "questionable"}
        assert (reading.quality.validity == "questionable") == (vector.name in {"t016", "t053"})  # a fifth octet, not 0
        if reading.raw is not None:
            assert reading.value == Decimal(reading.raw).scaleb(reading.exponent)
        assert reading.name_zh


def test_every_real_request_can_be_made() -> None:
    made = {
        "t001": dlt645.read_data(ADDRESS, "02800002"),
        "t013": dlt645.read_data("202411110002", 0),
        "t015": dlt645.read_data(dlt645.WILDCARD, "02010100"),
        "t071": dlt645.read_data("220000000000", "0400010C"),
    }
    for vector in VECTORS:
        if vector.name in made:
            assert made[vector.name].encode() == vector.wire


def test_requests_with_more() -> None:
    since = dt.datetime(2026, 8, 21, 15, 30)
    assert dlt645.read_data("1", "06000001", blocks=3).data.hex() == "0100000603"
    assert dlt645.read_data("1", "06000001", blocks=3, since=since).data.hex() == "01000006033015210826"
    assert dlt645.follow_up("1", "06000001", 255).data.hex() == "01000006ff"
    assert dlt645.read_address() == Frame(address="A" * 12, control=0x13)
    assert dlt645.broadcast_time(since) == Frame(address="9" * 12, control=0x08, data=bytes.fromhex("003015210826"))
    texts = " ".join(f.meaning for f in dlt645.read_data("1", "06000001", blocks=3, since=since).anatomy())
    assert "03H blocks" in texts
    assert "from 2026-08-21 15:30" in texts


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: dlt645.read_data("1", "06000001", blocks=0),
        lambda: dlt645.read_data("1", "06000001", since=dt.datetime(2026, 1, 1)),
        lambda: dlt645.follow_up("1", "06000001", 0),
        lambda: dlt645.follow_up("1", "06000001", 256),
        lambda: dlt645.read_data("12345678901A", "06000001"),
        lambda: dlt645.read_data("1AA2", "06000001"),
        lambda: dlt645.read_data("1234567890123", "06000001"),
        lambda: dlt645.read_data("-1", "06000001"),
        lambda: dlt645.broadcast_time(dt.datetime(1999, 1, 1)),
    ],
)
def test_requests_that_cannot_be(wrong: object) -> None:
    with pytest.raises(UsageError):
        wrong()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("pattern", "address", "matches"),
    [
        (ADDRESS, ADDRESS, True),
        ("A" * 12, ADDRESS, True),
        ("AAAAAAAA1043", ADDRESS, True),
        ("AAAAAAAA1044", ADDRESS, False),
        ("00AA11001043", ADDRESS, True),
        (ADDRESS, "A" * 12, False),
    ],
)
def test_wildcards(pattern: str, address: str, matches: bool) -> None:
    assert apdu.address_matches(pattern, address) is matches


def test_refusal_tells_why() -> None:
    frame = dlt645.decode(next(v for v in VECTORS if v.name == "t021").wire)
    with pytest.raises(MeterError, match="no such data 无请求数据; wrong password") as caught:
        dlt645.readings(frame)
    assert caught.value.code == 0xFE
    silent = Frame(address=ADDRESS, control=0xD1)
    with pytest.raises(MeterError, match="no bit set") as caught:
        dlt645.readings(silent)
    assert caught.value.code == 0
    for bit, names in enumerate(dlt645.ERROR_BITS):
        assert dlt645.error_meaning(1 << bit) == " ".join(names)


def test_answer_to_another_question_is_never_a_reading() -> None:
    frame = apdu.read_reply(ADDRESS, "00010000", bytes(4))
    with pytest.raises(StateError, match="asked 000000000001, answered by 003411001043"):
        dlt645.readings(frame, address="1")
    with pytest.raises(StateError, match="asked for 00010100, answered with 00010000"):
        dlt645.readings(frame, di="00010100")
    with pytest.raises(StateError, match="request"):
        dlt645.readings(dlt645.read_data(ADDRESS, "00010000"))
    with pytest.raises(StateError, match="several frames"):
        dlt645.readings(apdu.read_reply(ADDRESS, "00010000", bytes(4), more=True))
    with pytest.raises(DecodeError, match="no readings"):
        dlt645.readings(Frame(address=ADDRESS, control=0x94))


@pytest.mark.parametrize("control", [0x91, 0x92])
def test_answer_too_short_for_its_item(control: int) -> None:
    with pytest.raises(TruncatedError):
        dlt645.parse_answer(Frame(address=ADDRESS, control=control, data=bytes(3)))
    assert dlt645.parse_answer(Frame(address=ADDRESS, control=control, data=bytes(5))).di == "00000000"


def test_address_answers() -> None:
    def answer(address: str, data: str) -> Reading:
        (found,) = dlt645.readings(Frame(address=address, control=0x93, data=bytes.fromhex(data)))
        return found

    assert answer(ADDRESS, "431000113400").value == ADDRESS
    assert answer("A" * 12, "431000113400").quality == Quality.GOOD
    other = answer("1" * 12, "431000113400")
    assert (other.value, other.quality) == (ADDRESS, Quality.QUESTIONABLE)
    for broken in ("4310001134", "43100011340000", "4A1000113400", ""):
        assert (answer(ADDRESS, broken).value, answer(ADDRESS, broken).quality) == (None, Quality.INVALID)


@given(
    control=st.integers(0, 255), data=st.binary(max_size=200), di=st.none() | st.sampled_from(["00010000", "0201FF00"])
)
def test_any_frame_gives_readings_or_our_error(control: int, data: bytes, di: str | None) -> None:
    frame = Frame(address=ADDRESS, control=control, data=data)
    frame.anatomy()
    try:
        found = dlt645.readings(frame, di=di)
    except MeterwireError:
        return
    assert all(isinstance(r, Reading) for r in found)
