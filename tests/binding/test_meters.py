"""A meter's readings become attributes: every row of the table, and every rule of quality."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from meterwire.binding.clock import CHINA, MeterClock
from meterwire.binding.meter_table import DATE, DATE_TIME, RATES, TIME, rows
from meterwire.binding.meters import MISSES_UNTIL_DEAD, NO_TIME, SILENCES_UNTIL_SPLIT, MeterBinding, bind_meters
from meterwire.errors import UnknownNameError, UsageError
from meterwire.models import DataAttribute, Ied, LogicalDevice, Trigger
from meterwire.models.terminals import MeterConfig, residential_terminal
from meterwire.protocols import dlt645
from meterwire.reading import Quality, Reading, Timestamp

ADDRESS = "003411001043"
OTHER = "000000063295"
NOW = Timestamp.from_datetime(dt.datetime(2024, 5, 6, 4, 30, 15, tzinfo=dt.UTC))
LATER = Timestamp.from_datetime(dt.datetime(2024, 5, 6, 4, 31, 15, tzinfo=dt.UTC))
LOWERED = Timestamp(NOW.seconds, NOW.fraction, 0)
OLD = Quality.INVALID | Quality.OLD_DATA
LOCAL = dt.datetime(2024, 5, 6, 12, 30, 15)  # NOW as a meter in China shows it


@pytest.fixture
def ied() -> Ied:
    return residential_terminal(meters=[MeterConfig(address=ADDRESS), MeterConfig(address=OTHER, phases=1, rates=0)])


@pytest.fixture
def meter(ied: Ied) -> MeterBinding:
    return MeterBinding(ied, "HOMEMET", ADDRESS)


def answer(di: str, *values: Any, address: str = ADDRESS, time: Timestamp | None = NOW) -> list[Reading]:
    """What the protocol makes of a meter's answer: encoded by its catalogue, decoded from the frame."""
    item = dlt645.lookup(di)
    members = dlt645.expand(di) or (item,)
    payload = b"".join(m.encode(v) for m, v in zip(members, values, strict=False))
    frame = dlt645.Frame(address=address, control=0x91, data=bytes.fromhex(di)[::-1] + payload)
    return dlt645.readings(dlt645.decode(frame.encode()), time=time)


def read(ied: Ied, path: str) -> Any:
    return ied.find(f"HOMEMET/{path}").value


def state(ied: Ied, path: str, attribute: str) -> tuple[Any, Quality, Timestamp]:
    return read(ied, f"{path}.{attribute}"), read(ied, f"{path}.q"), read(ied, f"{path}.t")


# --- the table: item, what the meter shows, attribute, what a client must see ------------------------------------------

ROWS: list[tuple[str, Any, str, str, Any]] = [
    ("00000000", 12345678, "MMTR1.TotWh", "actVal", 12345678),
    ("00000000", -1234, "MMTR1.TotWh", "actVal", -1234),
    ("00000000", -79999999, "MMTR1.TotWh", "actVal", -79999999),
    ("00010000", 99999999, "MMTR1.DmdWh", "actVal", 99999999),
    ("00010000", 0, "MMTR1.DmdWh", "actVal", 0),
    ("00020000", 16777217, "MMTR1.SupWh", "actVal", 16777217),  # the first integer a FLOAT32 loses
    ("00010100", 1, "Rt1MMTR1.DmdWh", "actVal", 1),
    ("00010200", 99999998, "Rt2MMTR1.DmdWh", "actVal", 99999998),
    ("00010300", 33554433, "Rt3MMTR1.DmdWh", "actVal", 33554433),
    ("00010400", 4, "Rt4MMTR1.DmdWh", "actVal", 4),
    ("00020100", 11, "Rt1MMTR1.SupWh", "actVal", 11),
    ("00020200", 12, "Rt2MMTR1.SupWh", "actVal", 12),
    ("00020300", 13, "Rt3MMTR1.SupWh", "actVal", 13),
    ("00020400", 14, "Rt4MMTR1.SupWh", "actVal", 14),
    ("01010000", (32768, dt.datetime(2024, 4, 30, 19, 45)), "DmdMMXU1.TotW", "mag.f", 3276.8),
    ("02010100", 2203, "MMXU1.PhV.phsA", "cVal.mag.f", 220.3),
    ("02010200", 2198, "MMXU1.PhV.phsB", "cVal.mag.f", 219.8),
    ("02010300", 0, "MMXU1.PhV.phsC", "cVal.mag.f", 0.0),
    ("02020100", 5123, "MMXU1.A.phsA", "cVal.mag.f", 5.123),
    ("02020200", -5123, "MMXU1.A.phsB", "cVal.mag.f", -5.123),
    ("02020300", 799999, "MMXU1.A.phsC", "cVal.mag.f", 799.999),
    ("02030000", 11004, "MMXU1.TotW", "mag.f", 1100.4),
    ("02030100", -1, "MMXU1.W.phsA", "cVal.mag.f", -0.1),
    ("02030200", 799999, "MMXU1.W.phsB", "cVal.mag.f", 79999.9),
    ("02030300", 10, "MMXU1.W.phsC", "cVal.mag.f", 1.0),
    ("02040000", -2500, "MMXU1.TotVAr", "mag.f", -250.0),
    ("02060000", -987, "MMXU1.TotPF", "mag.f", -0.987),
    ("02800002", 4999, "MMXU1.Hz", "mag.f", 49.99),
    ("04000503", 0x0010, "XSWI1.Pos", "stVal", 1),  # bit 4 set: open, off
    ("04000503", 0xFFEF, "XSWI1.Pos", "stVal", 2),  # every other bit says nothing about it
    ("04000503", 0x0040, "XSWI1.Pos", "stVal", 2),  # commanded open, and still closed
    ("04000503", 0x0004, "GGIO3.IntIn2", "stVal", 2),  # supplied by battery
    ("04000503", 0x0300, "GGIO3.IntIn9", "stVal", 3),
    *((f"0400050{w}", 1 << b.bit, f"GGIO{w}.Ind{b.bit + 1}", "stVal", True)
      for w in range(1, 8) for b in dlt645.lookup(f"0400050{w}").bits if b.width == 1),
    *((f"0400050{w}", 0xFFFF & ~(1 << b.bit), f"GGIO{w}.Ind{b.bit + 1}", "stVal", False)
      for w in range(1, 8) for b in dlt645.lookup(f"0400050{w}").bits if b.width == 1),
]  # fmt: skip


@pytest.mark.parametrize(("di", "shown", "path", "attribute", "expected"), ROWS)
def test_row(ied: Ied, meter: MeterBinding, di: str, shown: Any, path: str, attribute: str, expected: Any) -> None:
    meter.apply(answer(di, shown), asked=di)
    value, quality, _ = state(ied, path, attribute)
    assert value == (pytest.approx(expected, rel=1e-7) if isinstance(expected, float) else expected)
    assert type(value) is type(expected)
    assert quality == Quality.GOOD


def test_every_row_of_the_binding_is_in_the_table_above(ied: Ied) -> None:
    present = {(row.item, row.target) for row in rows() if row.target in ied["HOMEMET"]}
    assert present == {(di, path) for di, _, path, _, _ in ROWS}


def test_rules_for_rates_cover_all_rates() -> None:
    rates = {row.item: row.target for row in rows() if row.target.startswith("Rt")}
    assert len(rates) == 2 * len(RATES)
    assert (rates["00013F00"], rates["00020A00"]) == ("Rt63MMTR1.DmdWh", "Rt10MMTR1.SupWh")


def test_every_item_is_in_the_catalogue_and_every_target_in_some_terminal() -> None:
    home = residential_terminal(meters=[MeterConfig(address=ADDRESS, rates=63)])["HOMEMET"]
    for row in rows():
        assert dlt645.lookup(row.item).known, row.item
        assert row.value in home[row.target], row.target


def test_energy_never_becomes_a_float(ied: Ied, meter: MeterBinding) -> None:
    for raw in (0, 1, 16777217, 99999999):
        meter.apply(answer("00010000", raw))
        value = read(ied, "MMTR1.DmdWh.actVal")
        assert type(value) is int
        watt_hours = Decimal(value) * Decimal(read(ied, "MMTR1.DmdWh.pulsQty"))
        assert watt_hours == answer("00010000", raw)[0].value * 1000  # type: ignore[operator]


def test_counters_beyond_what_a_double_holds(ied: Ied, meter: MeterBinding) -> None:
    """Not a register of today's meters (8 digits); but then no float lies hidden on the way."""
    raw = (1 << 53) + 1
    assert int(float(raw)) != raw
    meter.apply(
        [
            Reading(
                address=ADDRESS,
                item="00010000",
                name="",
                value=Decimal(raw).scaleb(-2),
                raw=raw,
                exponent=-2,
                unit="kWh",
                time=NOW,
            )
        ]
    )
    assert read(ied, "MMTR1.DmdWh.actVal") == raw


# --- rules of quality ---------------------------------------------------------------------------------------------------


def fed(ied: Ied, device: str = "HOMEMET") -> list[DataAttribute]:
    targets = [ied[device][row.target] for row in rows() if row.target in ied[device]]
    return [target["q"] for target in targets]


def test_at_the_start_everything_is_invalid_and_no_zero_looks_good(ied: Ied) -> None:
    ied.apply((q, Quality.GOOD) for q in fed(ied))  # whatever the model said before
    MeterBinding(ied, "HOMEMET", ADDRESS)
    assert {q.value for q in fed(ied)} == {Quality.INVALID}


def test_good_when_check_address_and_item_match(ied: Ied, meter: MeterBinding) -> None:
    assert meter.apply(answer("00010000", 42), asked="00010000") == 1
    assert state(ied, "MMTR1.DmdWh", "actVal") == (42, Quality.GOOD, LOWERED)
    assert (meter.counters.accepted, meter.counters.discarded) == (1, 0)


def test_timeout_keeps_the_value_and_says_invalid_and_old(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("00010000", 42))
    meter.missed("00010000", at=LATER)
    assert read(ied, "MMTR1.DmdWh.actVal") == 42
    assert read(ied, "MMTR1.DmdWh.q") == OLD
    assert read(ied, "MMTR1.DmdWh.t").seconds == LATER.seconds  # t goes with the change of q
    assert not read(ied, "MMTR1.DmdWh.q").is_good
    meter.apply(answer("00010000", 43))
    assert state(ied, "MMTR1.DmdWh", "actVal") == (43, Quality.GOOD, LOWERED)


def test_timeout_before_the_first_answer_claims_no_old_data(ied: Ied, meter: MeterBinding) -> None:
    meter.missed("00010000")
    assert state(ied, "MMTR1.DmdWh", "actVal")[:2] == (0, Quality.INVALID)


def test_timeout_of_a_block_concerns_its_members(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("0001FF00", 10, 4, 3, 2, 1))
    meter.apply(answer("00020000", 5))
    meter.missed("0001FF00")
    assert [read(ied, f"{node}.DmdWh.q") for node in ("MMTR1", "Rt1MMTR1", "Rt4MMTR1")] == [OLD] * 3
    assert read(ied, "MMTR1.SupWh.q") == Quality.GOOD


def test_bad_check_is_counted_and_never_shown(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("00010000", 42))
    meter.discard(3, at=LATER)
    assert state(ied, "MMTR1.DmdWh", "actVal") == (42, Quality.GOOD, LOWERED)
    assert meter.counters.bad_check == meter.counters.discarded == read(ied, "LCCH1.FerCh.stVal") == 3
    with pytest.raises(UsageError):
        meter.discard(0)


def test_wrong_item_is_counted_and_never_shown(ied: Ied, meter: MeterBinding) -> None:
    assert meter.apply(answer("00020000", 7), asked="00010000") == 0
    assert state(ied, "MMTR1.SupWh", "actVal")[:2] == (0, Quality.INVALID)
    assert (meter.counters.wrong_item, read(ied, "LCCH1.FerCh.stVal")) == (1, 1)


def test_wrong_address_is_counted_and_never_shown(ied: Ied, meter: MeterBinding) -> None:
    assert meter.apply(answer("00010000", 7, address=OTHER)) == 0
    assert state(ied, "MMTR1.DmdWh", "actVal")[:2] == (0, Quality.INVALID)
    assert (meter.counters.wrong_address, read(ied, "LCCH1.FerCh.stVal")) == (1, 1)


def test_wrong_unit_is_counted_and_never_shown(ied: Ied, meter: MeterBinding) -> None:
    (good,) = answer("00010000", 42)
    strange = Reading(
        address=ADDRESS, item=good.item, name="", value=good.value, raw=420, exponent=-3, unit="kWh", time=NOW
    )
    assert meter.apply([strange]) == 0
    assert state(ied, "MMTR1.DmdWh", "actVal")[:2] == (0, Quality.INVALID)
    assert meter.counters.wrong_unit == 1


@pytest.mark.parametrize("octets", [b"\xff\xff\xff\xff", b"\x0a\x00\x00\x00"], ids=["all FF", "hex digit"])
def test_octets_that_are_no_value_are_never_shown(ied: Ied, meter: MeterBinding, octets: bytes) -> None:
    meter.apply(answer("00010000", 42))
    assert meter.apply(answer("00010000", octets)) == 0
    assert state(ied, "MMTR1.DmdWh", "actVal")[:2] == (42, OLD)
    assert meter.counters.no_value == 1


def test_the_last_word_of_one_answer_counts(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("00010000", 42))
    meter.missed("00010000")
    meter.apply([*answer("00010000", 43), *answer("00010000", b"\xff" * 4)])
    assert read(ied, "MMTR1.DmdWh.q") == OLD


def test_refusal_leaves_the_item_unread_and_the_line_alive(ied: Ied, meter: MeterBinding) -> None:
    for item in meter.poll_list():
        meter.refused(item)
    assert {q.value for q in fed(ied)} == {Quality.INVALID}
    assert (read(ied, "LCCH1.ChLiv.stVal"), read(ied, "LCCH1.ChLiv.q")) == (True, Quality.GOOD)
    assert meter.counters.refused == len(meter.poll_list())


def test_block_answer_with_fewer_members_leaves_the_rest_unread(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("0001FF00", 10, 4, 3, 2, 1), asked="0001FF00")
    meter.apply(answer("0001FF00", 11, 5, 3), asked="0001FF00")
    assert [read(ied, f"{n}.DmdWh.actVal") for n in ("MMTR1", "Rt1MMTR1", "Rt2MMTR1", "Rt3MMTR1")] == [11, 5, 3, 2]
    assert [read(ied, f"{n}.DmdWh.q") for n in ("Rt2MMTR1", "Rt3MMTR1", "Rt4MMTR1")] == [Quality.GOOD, OLD, OLD]


def test_what_a_block_lacks_is_asked_alone_and_keeps_its_own_quality(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("0001FF00", 10, 4, 3), asked="0001FF00")
    assert {"0001FF00", "00010300", "00010400"} <= set(meter.poll_list(blocks=True))
    meter.apply(answer("00010300", 7), asked="00010300")
    meter.apply(answer("0001FF00", 10, 4, 3), asked="0001FF00")
    assert (read(ied, "Rt3MMTR1.DmdWh.actVal"), read(ied, "Rt3MMTR1.DmdWh.q")) == (7, Quality.GOOD)
    assert read(ied, "Rt4MMTR1.DmdWh.q") == Quality.INVALID


def test_tolerated_octets_stay_questionable(ied: Ied, meter: MeterBinding) -> None:
    frame = dlt645.Frame(address=ADDRESS, control=0x91, data=bytes.fromhex("000101020322" + "07"))
    meter.apply(dlt645.readings(dlt645.decode(frame.encode()), time=NOW))
    assert read(ied, "MMXU1.PhV.phsA.q") == Quality.QUESTIONABLE


def test_items_nobody_wants_are_counted(meter: MeterBinding) -> None:
    assert meter.apply(answer("02070100", 1200)) == 0
    assert meter.counters.unbound == 1


# --- time -----------------------------------------------------------------------------------------------------------------


def test_receipt_time_claims_no_more_than_a_second(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("02800002", 5000))
    stamp = read(ied, "MMXU1.Hz.t")
    assert (stamp.seconds, stamp.quality) == (NOW.seconds, 0)


def test_receipt_time_can_come_with_the_call_and_is_never_invented(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("02800002", 5000, time=None), at=NOW)
    assert read(ied, "MMXU1.Hz.t") == LOWERED
    meter.apply(answer("02800002", 5000, time=None))
    assert read(ied, "MMXU1.Hz.t") == NO_TIME


def test_demand_has_the_meters_own_time(ied: Ied, meter: MeterBinding) -> None:
    demand = answer("01010000", (32768, dt.datetime(2024, 4, 30, 19, 45)))
    meter.apply(demand)
    stamp = read(ied, "DmdMMXU1.TotW.t")
    assert stamp.datetime == dt.datetime(2024, 4, 30, 11, 45, tzinfo=dt.UTC)
    assert not stamp.is_synchronised  # nobody has compared the meter's clock yet
    meter.apply([*clock(LOCAL), *demand])
    assert read(ied, "DmdMMXU1.TotW.t").is_synchronised
    meter.missed("01010000", at=LATER)
    assert read(ied, "DmdMMXU1.TotW.t").datetime == dt.datetime(2024, 4, 30, 11, 45, tzinfo=dt.UTC)


def test_demand_without_an_occurrence_has_no_time(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(answer("01010000", bytes(8)))
    assert state(ied, "DmdMMXU1.TotW", "mag.f") == (0.0, Quality.GOOD, NO_TIME)


def clock(local: dt.datetime, received: Timestamp = NOW) -> list[Reading]:
    weekday = local.isoweekday() % 7
    date = bytes.fromhex(f"{weekday:02d}{local:%d%m%y}")
    time = bytes.fromhex(f"{local:%S%M%H}")
    return [*answer(DATE, date, time=received), *answer(TIME, time, time=received)]


def test_clock_out_of_tolerance_makes_readings_questionable(ied: Ied, meter: MeterBinding) -> None:
    meter.apply([*answer("00010000", 42), *answer("02800002", 5000)])
    meter.apply(clock(LOCAL + dt.timedelta(minutes=6)))
    assert read(ied, "MMTR1.DmdWh.q") == Quality.QUESTIONABLE  # shown before, doubted now
    meter.apply(answer("00010000", 43))
    assert state(ied, "MMTR1.DmdWh", "actVal")[:2] == (43, Quality.QUESTIONABLE)
    assert state(ied, "LTMS1.TmChSt1", "stVal")[:2] == (False, Quality.GOOD)
    assert read(ied, "LPHD1.PhyHealth.stVal") == 2
    meter.apply([*clock(LOCAL), *answer("00010000", 44)])
    assert state(ied, "MMTR1.DmdWh", "actVal")[:2] == (44, Quality.GOOD)
    assert state(ied, "LTMS1.TmChSt1", "stVal")[:2] == (True, Quality.GOOD)
    assert read(ied, "LPHD1.PhyHealth.stVal") == 1


def test_a_clock_that_is_no_longer_told_is_old(ied: Ied, meter: MeterBinding) -> None:
    meter.missed(TIME)
    assert read(ied, "LTMS1.TmChSt1.q") == Quality.INVALID
    meter.apply(clock(LOCAL))
    meter.missed(TIME)
    assert state(ied, "LTMS1.TmChSt1", "stVal")[:2] == (True, OLD)


def test_clock_and_value_in_one_transaction(ied: Ied, meter: MeterBinding) -> None:
    meter.apply([*answer("00010000", 42), *clock(LOCAL - dt.timedelta(minutes=10))])
    assert read(ied, "MMTR1.DmdWh.q") == Quality.QUESTIONABLE


def test_unread_values_stay_invalid_when_the_clock_is_wrong(ied: Ied, meter: MeterBinding) -> None:
    meter.apply(clock(LOCAL + dt.timedelta(days=1)))
    assert read(ied, "MMTR1.DmdWh.q") == Quality.INVALID


TOLERANCE = dt.timedelta(minutes=5)
CLOCKS: list[tuple[str, list[Reading], bool | None]] = [
    ("exact", clock(LOCAL), True),
    ("at the limit", clock(LOCAL + TOLERANCE), True),
    ("a second beyond", clock(LOCAL + TOLERANCE + dt.timedelta(seconds=1)), False),
    ("slow", clock(LOCAL - TOLERANCE - dt.timedelta(seconds=1)), False),
    ("a day wrong", clock(LOCAL - dt.timedelta(days=1)), False),
    ("in UTC by mistake", clock(LOCAL - CHINA), False),
    ("one item", answer(DATE_TIME, bytes.fromhex("15301201060524")), True),
    ("one item, wrong", answer(DATE_TIME, bytes.fromhex("15301301060524")), False),
    ("time without a date", clock(LOCAL)[1:], None),
    ("date alone", clock(LOCAL)[:1], None),
    (
        "date and time received two minutes apart",
        [*clock(LOCAL)[:1], *clock(LOCAL, Timestamp(NOW.seconds + 120))[1:]],
        None,
    ),
    ("no date at all", [Reading(address=ADDRESS, item=DATE, name="", value="soon", time=NOW), *clock(LOCAL)[1:]], None),
    ("no time at all", [*clock(LOCAL)[:1], Reading(address=ADDRESS, item=TIME, name="", value="soon", time=NOW)], None),
    ("all FF", [*answer(DATE, b"\xff" * 4), *answer(TIME, b"\xff" * 3)], None),
    ("just after midnight", clock(dt.datetime(2024, 5, 6, 0, 4, 59)), None),
    ("just before midnight", clock(dt.datetime(2024, 5, 6, 23, 55, 0)), None),
    ("the terminal has no clock", clock(LOCAL, Timestamp(0, 0, Timestamp.CLOCK_FAILURE)), None),
]


@pytest.mark.parametrize(("readings", "verdict"), [c[1:] for c in CLOCKS], ids=[c[0] for c in CLOCKS])
def test_verdict_on_a_clock(readings: list[Reading], verdict: bool | None) -> None:
    judged = MeterClock(CHINA, TOLERANCE)
    for reading in readings:
        assert reading.time is not None
        judged.take(reading, reading.time)
    assert judged.is_right is verdict


# --- the line and the meter ---------------------------------------------------------------------------------------------


def test_channel_dies_after_some_misses_and_lives_again(ied: Ied, meter: MeterBinding) -> None:
    assert read(ied, "LCCH1.ChLiv.q") == Quality.INVALID
    for _ in range(MISSES_UNTIL_DEAD - 1):
        meter.missed("00010000", at=NOW)
        assert read(ied, "LCCH1.ChLiv.q") == Quality.INVALID
    meter.missed("00010000", at=NOW)
    assert state(ied, "LCCH1.ChLiv", "stVal") == (False, Quality.GOOD, LOWERED)
    meter.apply(answer("02800002", 5000))
    assert state(ied, "LCCH1.ChLiv", "stVal")[:2] == (True, Quality.GOOD)
    assert (read(ied, "LPHD1.PhyHealth.stVal"), read(ied, "LPHD1.PhyHealth.q")) == (1, Quality.GOOD)
    for _ in range(MISSES_UNTIL_DEAD):
        meter.missed("00010000", at=NOW)
    assert read(ied, "LCCH1.ChLiv.stVal") is False
    assert read(ied, "LPHD1.PhyHealth.q") == OLD


def test_one_answer_is_one_transaction(ied: Ied, meter: MeterBinding) -> None:
    commits: list[int] = []
    seen: list[tuple[Any, ...]] = []
    target = ied["HOMEMET"]["MMTR1.DmdWh"]

    def look(_leaf: DataAttribute, _reason: Trigger) -> None:
        seen.append((target["actVal"].value, target["q"].value, target["t"].value))

    for leaf in target.leaves():
        leaf.change_hooks += (look,)
    ied.commit_hooks += (lambda: commits.append(1),)
    meter.apply(answer("0001FF00", 10, 4, 3, 2, 1), asked="0001FF00")
    assert len(commits) == 1
    assert set(seen) == {(10, Quality.GOOD, LOWERED)}


def test_poll_list(ied: Ied, meter: MeterBinding) -> None:
    items = meter.poll_list()
    assert items[:2] == (DATE, TIME)
    assert len(items) == len(set(items)) == 2 + 3 + 8 + 1 + 3 + 3 + 4 + 1 + 1 + 1 + 7
    assert all(dlt645.lookup(item).known and not dlt645.expand(item) for item in items)
    single = MeterBinding(ied, "HOMEMET2", OTHER).poll_list()
    assert not {"00010100", "02010200", "04000505"}.intersection(single)


def test_poll_list_in_blocks_asks_for_the_same_items(meter: MeterBinding) -> None:
    blocks = meter.poll_list(blocks=True)
    assert blocks == (
        *(DATE, TIME, "00000000", "0001FF00", "0002FF00", "01010000"),
        *("0201FF00", "0202FF00", "0203FF00", "02040000", "02060000", "02800002", "040005FF"),
    )
    asked = {member.di for block in blocks for member in dlt645.expand(block) or (dlt645.lookup(block),)}
    assert set(meter.poll_list()) <= asked


PHASES = ("02010100", "02010200", "02010300")


def test_a_refused_block_is_asked_item_by_item(meter: MeterBinding) -> None:
    meter.refused("0201FF00")
    assert "0201FF00" not in meter.poll_list(blocks=True)
    assert set(PHASES) < set(meter.poll_list(blocks=True))
    assert "0202FF00" in meter.poll_list(blocks=True)


def test_a_block_left_unanswered_by_a_meter_that_is_there_is_asked_item_by_item(meter: MeterBinding) -> None:
    for _ in range(SILENCES_UNTIL_SPLIT):
        assert "0201FF00" in meter.poll_list(blocks=True)
        meter.apply(answer("02800002", 5000), asked="02800002")
        meter.missed("0201FF00")
    assert set(PHASES) < set(meter.poll_list(blocks=True))


def test_a_block_of_unknown_layout_shows_nothing_and_is_asked_item_by_item(ied: Ied, meter: MeterBinding) -> None:
    """Five octets for each energy have been seen: cut into fours they would be five wrong registers that look good."""
    registers = {"00010000": 567901, "00010100": 11111, "00010200": 22222, "00010300": 3, "00010400": 4}
    wire = {item: bytes.fromhex(f"{value:010d}")[::-1] for item, value in registers.items()}

    def told(di: str, payload: bytes) -> list[Reading]:
        frame = dlt645.Frame(address=ADDRESS, control=0x91, data=bytes.fromhex(di)[::-1] + payload)
        return dlt645.readings(frame, time=NOW)

    assert meter.apply(told("0001FF00", b"".join(wire.values())), asked="0001FF00") == 0
    nodes = ("MMTR1", "Rt1MMTR1", "Rt2MMTR1", "Rt3MMTR1", "Rt4MMTR1")
    assert {read(ied, f"{node}.DmdWh.q") for node in nodes} == {Quality.INVALID}
    assert set(registers) < set(meter.poll_list(blocks=True))
    assert "0001FF00" not in meter.poll_list(blocks=True)
    for item, octets in wire.items():
        meter.apply(told(item, octets), asked=item)
    assert [read(ied, f"{node}.DmdWh.actVal") for node in nodes] == list(registers.values())


def test_a_silent_meter_does_not_lose_its_blocks(meter: MeterBinding) -> None:
    meter.apply(answer("0201FF00", 2200, 2201, 2202), asked="0201FF00")
    before = meter.poll_list(blocks=True)
    for _ in range(5):
        for block in before:
            meter.missed(block)
    assert meter.poll_list(blocks=True) == before


def test_meters_do_not_mix(ied: Ied) -> None:
    bindings = bind_meters(ied)
    assert {address: b.ld_name for address, b in bindings.items()} == {ADDRESS: "HOMEMET", OTHER: "HOMEMET2"}
    bindings[ADDRESS].apply(answer("00010000", 1))
    bindings[OTHER].apply(answer("00010000", 2, address=OTHER))
    assert [ied[d]["MMTR1.DmdWh.actVal"].value for d in ("HOMEMET", "HOMEMET2")] == [1, 2]
    assert {q.value for q in fed(ied, "HOMEMET2")} == {Quality.INVALID, Quality.GOOD}


def test_a_device_without_anything_to_feed_is_refused(ied: Ied) -> None:
    ied.add(LogicalDevice("HOMEXX", "XX"))
    with pytest.raises(UnknownNameError):
        MeterBinding(ied, "HOMEXX", ADDRESS)
    with pytest.raises(UnknownNameError):
        MeterBinding(ied, "HOMENO", ADDRESS)
