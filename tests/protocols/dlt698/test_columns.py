"""Record tables as columns: the compiled way and the general one say the same."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire.errors import DecodeError, MeterError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import columns, data
from meterwire.protocols.dlt698.columns import NOT_A_TIME, decode_columns

from .grammar import any_data, moment

pytestmark = pytest.mark.usefixtures("codec")

START = dt.datetime(2026, 2, 27, 23, 30)
SECONDS = int((START - dt.datetime(1970, 1, 1)).total_seconds())


def table(*rows: tuple[Any, ...], rcsd: Any = None) -> bytes:
    made = rcsd if rcsd is not None else d.RCSD([d.OAD(n) for n in range(len(rows[0]))])
    return d.GetResponseRecord(piid=1, result=d.ResultRecord(d.OAD("50020200"), made, tuple(rows))).encode()


def test_a_load_curve() -> None:
    rows = [
        (
            d.DateTimeS.of(START + dt.timedelta(minutes=15 * n)),
            d.DoubleLongUnsigned(1000 + n),
            d.Long(-n),
            d.Long64Unsigned(2**64 - 1 - n),
            1.5 * n,
            bytes((n,)) * 6,
            f"no {n}",
            n % 2 == 0,
        )
        for n in range(96)
    ]
    found = decode_columns(table(*rows))
    assert (found.rows, len(found), found.oad) == (96, 96, d.OAD("50020200"))
    assert found.rcsd == d.RCSD([d.OAD(n) for n in range(8)])
    assert list(found.tags) == [28, 6, 16, 21, 24, 9, 10, 3]
    assert list(found.column(0)) == [SECONDS + 900 * n for n in range(96)]
    assert list(found.column(1)) == [1000 + n for n in range(96)]
    assert list(found.column(2)) == [-n for n in range(96)]
    assert list(found.column(3)) == [2**64 - 1 - n for n in range(96)]
    assert list(found.column(4)) == [1.5 * n for n in range(96)]
    assert found.column(5) == tuple(bytes((n,)) * 6 for n in range(96))
    assert found.column(6) == tuple(f"no {n}" for n in range(96))
    assert list(found.column(7)) == [1, 0] * 48
    assert [view.format for view in map(found.column, range(5))] == ["q", "q", "q", "Q", "d"]  # type: ignore[union-attr]
    assert all(bytes(found.valid(c)) == b"\x01" * 96 for c in range(8))
    for wrong in (-1, 8):
        with pytest.raises(IndexError):
            found.column(wrong)
        with pytest.raises(IndexError):
            found.valid(wrong)


def test_what_is_missing_is_marked() -> None:
    stamp = d.DateTimeS.of(START)
    found = decode_columns(
        table((None, None, stamp), (d.Unsigned(7), None, d.DateTimeS(b"\xff" * 7)), (None, None, None))
    )
    assert list(found.column(0)) == [0, 7, 0]
    assert bytes(found.valid(0)) == b"\x00\x01\x00"
    assert found.column(1) == (None, None, None)
    assert list(found.column(2)) == [SECONDS, NOT_A_TIME, 0]
    assert bytes(found.valid(2)) == b"\x01\x00\x00"


@pytest.mark.parametrize(
    ("year", "month", "day", "exists"),
    [
        (2024, 2, 29, True),
        (2026, 2, 29, False),
        (2000, 2, 29, True),
        (1900, 2, 29, False),
        (1, 1, 1, True),
        (9999, 12, 31, True),
        (1969, 12, 31, True),
        (2026, 4, 31, False),
        (2026, 13, 1, False),
        (2026, 0, 1, False),
        (2026, 1, 0, False),
        (0, 1, 1, False),
    ],
)
def test_dates(year: int, month: int, day: int, exists: bool) -> None:
    stamp = d.DateTimeS.make(year=year, month=month, day=day, hour=1, minute=2, second=3)
    found = decode_columns(table((stamp,), (stamp,)))
    assert bool(found.valid(0)[1]) == exists == (stamp.datetime is not None)
    if stamp.datetime is not None:
        assert found.column(0)[1] == (stamp.datetime - dt.datetime(1970, 1, 1)) // dt.timedelta(seconds=1)


def test_columns_of_several_types_or_of_structures_are_objects() -> None:
    demand = d.Structure([d.DoubleLongUnsigned(1), d.DateTimeS.of(START)])
    found = decode_columns(table((d.Unsigned(1), demand), (d.Enum(2), demand)))
    assert list(found.tags) == [255, 2]
    assert [repr(cell) for cell in found.column(0)] == ["Unsigned(1)", "Enum(2)"]
    assert found.column(1) == (demand, demand)
    road = d.RCSD([d.ROAD(d.OAD("50040200"), (d.OAD("00100200"),)), d.OAD("20210200")])
    found = decode_columns(table((d.Array([]), d.Unsigned(3)), rcsd=road))
    assert found.rcsd == road
    assert list(found.column(1)) == [3]


def test_no_records() -> None:
    empty = d.GetResponseRecord(result=d.ResultRecord(d.OAD("50020200"), d.RCSD([d.OAD(1), d.OAD(2)]), ())).encode()
    found = decode_columns(empty)
    assert (len(found), list(found.tags), list(found.column(1))) == (0, [0, 0], [])


def test_many_columns_and_a_tail() -> None:
    found = decode_columns(table(tuple(d.Unsigned(n) for n in range(200))))
    assert [found.column(n)[0] for n in range(200)] == list(range(200))
    tagged = d.GetResponseRecord(
        result=d.ResultRecord(d.OAD(1), d.RCSD([d.OAD(1)]), ((d.Unsigned(1),),)),
        time_tag=d.TimeTag(d.DateTimeS.of(START), d.TI(0, 1)),
    )
    assert list(decode_columns(tagged.encode()).column(0)) == [1]


def test_what_is_no_table() -> None:
    refused = d.GetResponseRecord(result=d.ResultRecord(d.OAD(1), d.RCSD([d.OAD(1)]), d.DAR(6)))
    with pytest.raises(MeterError, match="does not exist"):
        decode_columns(refused.encode())
    with pytest.raises(DecodeError, match="not SetResponseNormal"):
        decode_columns(d.SetResponseNormal(oad=d.OAD(1), dar=d.DAR(0)).encode())
    good = table((d.DateTimeS.of(START), d.LongUnsigned(1), b"abc"), (None, d.LongUnsigned(2), b""))
    for cut in range(len(good)):
        with pytest.raises(DecodeError):
            decode_columns(good[:cut])
    with pytest.raises(DecodeError):
        decode_columns(good + b"\x00")


KINDS = (
    st.integers(0, 255).map(d.Unsigned),
    st.integers(0, 2**64 - 1).map(d.Long64Unsigned),
    st.integers(-(2**63), 2**63 - 1).map(d.Long64),
    st.integers(-128, 127).map(d.Integer),
    moment(d.DateTimeS),
    moment(d.DateTime),
    st.floats(allow_nan=False),
    st.booleans(),
    st.integers(2, 255).map(d.Bool),
    st.binary(max_size=150),
    st.binary(max_size=5).map(d.UTF8String),
    st.binary(max_size=5).map(d.TSA),
    st.text("abc", max_size=5),
    any_data(),
)


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.sampled_from(KINDS).map(lambda kind: kind | st.none()), min_size=1, max_size=4), st.data())
def test_both_ways_say_the_same(kinds: list[Any], drawn: st.DataObject) -> None:
    rows = drawn.draw(st.lists(st.tuples(*kinds), min_size=1, max_size=6))
    octets = table(*rows)
    found = decode_columns(octets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns._accel, "read_table", lambda octets: None)
        general = decode_columns(octets)
    assert (found.tags, found.rcsd, found.oad, found.rows) == (general.tags, general.rcsd, general.oad, general.rows)
    for number in range(len(kinds)):
        ours, theirs = found.column(number), general.column(number)
        assert type(ours) is type(theirs)
        assert repr(list(ours)) == repr(list(theirs))
        assert bytes(found.valid(number)) == bytes(general.valid(number))
    assert repr(d.decode_apdu(octets).result.rows) == repr(tuple(rows))  # type: ignore[union-attr]


def test_the_limit_is_the_same_everywhere(codec: Any) -> None:
    assert codec.MAX_DEPTH == d.axdr.MAX_DEPTH == 32
    nested: Any = None
    for _ in range(32):
        nested = d.Array([nested])
    octets = d.encode_data(nested)
    assert codec.read_data(octets, 0, len(octets), data.KINDS)[1] == len(octets)


def test_places_outside_the_octets(codec: Any) -> None:
    octets = d.encode_data(d.Array([d.LongUnsigned(1)] * 3))
    for at, end in ((0, 4), (3, 3), (5, 5)):
        with pytest.raises(DecodeError):
            codec.read_data(octets, at, end, data.KINDS)
    assert codec.read_data(octets, 2, len(octets), data.KINDS) == (1, 5)
