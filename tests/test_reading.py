"""Quality, time and readings."""

import copy
import datetime as dt
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meterwire.errors import UsageError
from meterwire.reading import Quality, Reading, Timestamp, Validity

# -- quality: 13 bits, what they say; bit 0 of the standard is the first of the string --------------------------------

QUALITIES = [
    ("0000000000000", "good", ()),
    ("0100000000000", "invalid", ()),
    ("1000000000000", "reserved", ()),
    ("1100000000000", "questionable", ()),
    ("0010000000000", "good", ("overflow",)),
    ("0001000000000", "good", ("outOfRange",)),
    ("0000100000000", "good", ("badReference",)),
    ("0000010000000", "good", ("oscillatory",)),
    ("0000001000000", "good", ("failure",)),
    ("0100000100000", "invalid", ("oldData",)),
    ("0000000010000", "good", ("inconsistent",)),
    ("0000000001000", "good", ("inaccurate",)),
    ("0000000000100", "good", ("substituted",)),
    ("0000000000010", "good", ("test",)),
    ("0000000000001", "good", ("operatorBlocked",)),
    ("1100000000011", "questionable", ("test", "operatorBlocked")),
]


@pytest.mark.parametrize(("bits", "validity", "details"), QUALITIES)
def test_quality_bits(bits: str, validity: str, details: tuple[str, ...]) -> None:
    quality = Quality(int(bits, 2))
    assert quality.validity == validity
    assert quality.details == details
    assert quality.is_good == (validity == Validity.GOOD)
    assert str(quality) == "+".join((validity, *details))
    assert repr(quality) == f"Quality({quality})"


def test_named_qualities_are_what_they_are_called() -> None:
    assert Quality.INVALID.validity == "invalid"
    assert Quality.QUESTIONABLE.validity == "questionable"
    assert (Quality.INVALID | Quality.OLD_DATA).details == ("oldData",)
    names = "OVERFLOW OUT_OF_RANGE BAD_REFERENCE OSCILLATORY FAILURE OLD_DATA INCONSISTENT INACCURATE SUBSTITUTED TEST"
    for name in (*names.split(), "OPERATOR_BLOCKED"):
        quality: Quality = getattr(Quality, name)
        assert [d.lower() for d in quality.details] == [name.replace("_", "").lower()]


@pytest.mark.parametrize("value", [0, 8191])
def test_quality_limits(value: int) -> None:
    assert Quality(value) == value


@pytest.mark.parametrize("value", [-1, 8192])
def test_quality_beyond_its_limits(value: int) -> None:
    with pytest.raises(UsageError, match="13 bits"):
        Quality(value)


def test_combining_beyond_thirteen_bits_is_refused() -> None:
    with pytest.raises(UsageError):
        _ = Quality.GOOD | 8192


def test_quality_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(Quality.INVALID))
    assert (again, type(again)) == (Quality.INVALID, Quality)
    assert type(copy.deepcopy(Quality.TEST)) is Quality


# -- time: eight octets, moment, quality ------------------------------------------------------------------------------

TIMES = [
    ("00000000 000000 1f", "1970-01-01T00:00:00+00:00", True),
    ("00000000 000001 00", "1970-01-01T00:00:00+00:00", True),
    ("00000000 800000 0a", "1970-01-01T00:00:00.500000+00:00", True),
    ("48808dc9 8a7efa 0a", "2008-07-18T12:34:17.541000+00:00", True),  # ABB relay, capture of 2008
    ("48808dd0 73f7cf 0a", "2008-07-18T12:34:24.453000+00:00", True),
    ("ffffffff ffffff ff", "2106-02-07T06:28:16+00:00", False),
    ("00000001 000000 40", "1970-01-01T00:00:01+00:00", False),
    ("00000001 000000 20", "1970-01-01T00:00:01+00:00", False),
    ("00000001 000000 80", "1970-01-01T00:00:01+00:00", True),
]


@pytest.mark.parametrize(("octets", "moment", "synchronised"), TIMES)
def test_time_octets(octets: str, moment: str, synchronised: bool) -> None:
    stamp = Timestamp.from_bytes(bytes.fromhex(octets))
    assert stamp.to_bytes() == bytes.fromhex(octets)
    assert stamp.datetime.isoformat() == moment
    assert stamp.is_synchronised is synchronised
    assert str(stamp).endswith("Z") is synchronised


BAD_TIMES = [
    ((-1,), "out of range"),
    ((1 << 32,), "out of range"),
    ((0, -1), "out of range"),
    ((0, 1 << 24), "out of range"),
    ((0, 0, -1), "one octet"),
    ((0, 0, 256), "one octet"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD_TIMES)
def test_times_that_do_not_fit(arguments: tuple[int, ...], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        Timestamp(*arguments)


@pytest.mark.parametrize("size", [0, 7, 9])
def test_a_timestamp_is_eight_octets(size: int) -> None:
    with pytest.raises(UsageError, match="8 octets"):
        Timestamp.from_bytes(bytes(size))


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(UsageError, match="time zone"):
        Timestamp.from_datetime(dt.datetime(2026, 1, 1))


def test_nanoseconds_before_the_epoch_are_refused() -> None:
    with pytest.raises(UsageError):
        Timestamp.from_ns(-1)


def test_a_zone_is_converted() -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    assert Timestamp.from_datetime(dt.datetime(1970, 1, 1, 8, tzinfo=zone)).seconds == 0


@given(st.integers(0, (1 << 32) * 1_000_000_000 - 1))
@example(999_999_999)
def test_nanoseconds_round_trip_within_one_step(ns: int) -> None:
    assert -60 <= Timestamp.from_ns(ns).ns - ns <= 0


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2106, 1, 1), timezones=st.just(dt.UTC)))
@example(dt.datetime(2000, 1, 1, 0, 0, 0, 999_999, tzinfo=dt.UTC))
def test_datetimes_come_back_to_the_microsecond(moment: dt.datetime) -> None:
    assert Timestamp.from_datetime(moment).datetime == moment


@given(st.binary(min_size=8, max_size=8))
def test_any_eight_octets_come_back(octets: bytes) -> None:
    stamp = Timestamp.from_bytes(octets)
    assert stamp.to_bytes() == octets
    assert str(stamp)
    assert stamp.ns >= 0


def test_a_reading_says_only_what_is_known() -> None:
    reading = Reading(address="003411001043", item="00010000", name="energy")
    assert (reading.value, reading.raw, reading.unit, reading.time, reading.frame) == (None, None, "", None, b"")
    assert reading.quality is Quality.GOOD
    with pytest.raises(AttributeError):
        reading.value = 1  # type: ignore[misc]
