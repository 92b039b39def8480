"""What a simulated meter lives through: tariffs, freezes, load records, events, commands, in both editions."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from meterwire.errors import MeterError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Access, RelayAction, RelayCommand, WriteData
from meterwire.reading import Quality, Reading
from meterwire.server.meter645 import PULSE, SimulatedMeter, SimulatedSession

START = dt.datetime(2026, 8, 21, 15, 30)
ADDRESS = "003411001043"
ACCESS = Access(level=2, password="000000", operator="00A1B2C3")
LATER = START + dt.timedelta(days=90)


def new(edition: Any = "2007", **options: Any) -> SimulatedMeter:
    return SimulatedMeter(ADDRESS, seed=3, start=START, edition=edition, **options)


def ask(
    meter: SimulatedMeter, request: dlt645.Request | str, address: str = "", session: SimulatedSession | None = None
) -> list[Reading]:
    """Ask the meter, whole conversation; MeterError when it refuses."""
    master, line = dlt645.Master(), session or meter.session()
    wanted = dlt645.ReadData(di=request) if isinstance(request, str) else request
    octets = master.request(address or meter.address, wanted, 0.0)
    for _ in range(300):
        answer = b"".join(frame.encode() for frame in line.feed(octets))
        assert answer, f"no answer to {request}"
        octets = b""
        for event in master.feed(answer, 0.0):
            if isinstance(event, dlt645.Completed):
                return list(event.readings)
            if isinstance(event, dlt645.Failed):
                raise event.error
            if isinstance(event, dlt645.Send):
                octets = event.data
    raise AssertionError("no end of answers")


def write(meter: SimulatedMeter, di: str, value: Any, access: Access = ACCESS) -> None:
    ask(meter, WriteData(di=di, value=dlt645.lookup(di).encode(value), access=access))


def raw(meter: SimulatedMeter, di: str) -> int:
    (reading,) = ask(meter, di)
    assert reading.raw is not None
    return reading.raw


def refused(meter: SimulatedMeter, request: dlt645.Request | str) -> int | None:
    with pytest.raises(MeterError) as caught:
        ask(meter, request)
    return caught.value.code


def relay(action: RelayAction, delay: int = 0, until: dt.datetime = LATER) -> RelayCommand:
    return RelayCommand(access=ACCESS, action=action, until=until, delay=delay)


# -- tariffs ---------------------------------------------------------------------------------


def test_the_tables_that_were_written_switch_the_tariff() -> None:
    meter = new()
    assert meter.tariff == 3
    write(meter, "04010001", ("00:00/2", "15:40/1", "15:50/4"))
    before = list(meter.load.energy)
    meter.advance(30 * 60)
    grown = [now - old for now, old in zip(meter.load.energy, before, strict=True)]
    assert grown[2] == 0
    assert all(grown[rate] > 0 for rate in (0, 1, 3))
    assert meter.tariff == 4
    (record,) = [r for r in ask(meter, "03300501") if r.item.endswith("operator")]
    assert record.value == ACCESS.operator
    assert raw(meter, "03300500") == 1


def test_the_other_set_takes_over_and_what_was_is_frozen() -> None:
    meter = new()
    write(meter, "04020001", ("00:00/1",))
    write(meter, "04000107", dt.datetime(2026, 8, 21, 16, 0))
    meter.advance(29 * 60)
    assert meter.tariff == 3
    meter.advance(2 * 60)
    assert meter.tariff == 1
    assert dlt645.lookup("04000503").flags(raw(meter, "04000503"))["second_day_table"] == 1
    assert ask(meter, "05030001")[0].value == dt.datetime(2026, 8, 21, 16, 0)


def test_holidays_go_before_rest_days_before_zones() -> None:
    meter = new()
    write(meter, "04010001", ("00:00/1",))
    write(meter, "04010002", ("00:00/2",))
    assert meter.tariff == 1
    write(meter, "04000801", 0x7F & ~(1 << 5))  # Friday
    assert meter.tariff == 2
    meter.registers["04030001"] = "2026-08-21/1"
    write(meter, "04000205", 1)
    assert meter.tariff == 1


def test_a_long_jump_counts_like_many_steps() -> None:
    one, many = new(), new()
    one.load.wander = many.load.wander = lambda: None  # type: ignore[method-assign]
    one.advance(3 * 86_400)
    for _ in range(3 * 24):
        many.advance(3600)
    assert one.load.energy == many.load.energy
    assert one.registers["01010000"][0] == many.registers["01010000"][0]  # type: ignore[index]
    assert [r.value for r in ask(one, "05060101")] == [r.value for r in ask(many, "05060101")]


# -- freezes and load records ----------------------------------------------------------------


def test_freezes_by_the_clock_by_command_and_by_broadcast() -> None:
    meter = new()
    assert refused(meter, "05010001") == 2
    ask(meter, dlt645.Freeze())
    frozen = raw(meter, "00010000")
    ask(meter, dlt645.Freeze(minute=10))
    meter.advance(86_400)
    assert ask(meter, "05010101")[0].raw == frozen
    assert ask(meter, "05000001")[0].value == dt.datetime(2026, 8, 22, 15, 10)
    assert ask(meter, "05000002")[0].value == dt.datetime(2026, 8, 22, 14, 10)
    assert refused(meter, "0500000D") == 2
    assert ask(meter, "05060001")[0].value == dt.datetime(2026, 8, 22)
    assert ask(meter, "05040018")[0].value == dt.datetime(2026, 8, 21, 16)
    whole = {r.item: r for r in ask(meter, "0506FF01")}
    assert {r.quality for r in whole.values()} == {Quality.GOOD}
    assert len([item for item in whole if "050601" in item]) == 5
    everybody = dlt645.Master().broadcast(dlt645.Freeze())
    session = meter.session()
    assert session.feed(everybody) == []
    assert ask(meter, "05010001")[0].value == meter.clock.replace(second=0)
    assert ask(meter, "05010002")[0].value == START


def test_load_records_grow_with_the_clock_and_stay_bounded() -> None:
    meter = new()
    assert refused(meter, "06000000") == 2
    meter.advance(3600)
    records = ask(meter, dlt645.ReadData(di="06040001", blocks=2, since=dt.datetime(2026, 8, 21, 16)))
    times = [r.value for r in records if isinstance(r.value, dt.datetime)]
    assert times == [dt.datetime(2026, 8, 21, 16), dt.datetime(2026, 8, 21, 16, 15)]
    (latest,) = [r for r in ask(meter, "06000002") if r.item.endswith("00010000")]
    assert latest.raw == raw(meter, "00010000")
    assert len(ask(meter, dlt645.ReadData(di="06000000", blocks=255))) == 4 * 30  # in several frames
    write(meter, "04000A05", 1)
    meter.advance(120)
    assert len(ask(meter, dlt645.ReadData(di="06040001", blocks=9, since=dt.datetime(2026, 8, 21, 16, 31)))) == 2 * 5
    meter.advance(3 * 86_400)
    assert len(meter.load_log._kept) == meter.load_log._kept.maxlen


# -- parameters, passwords -------------------------------------------------------------------


def test_passwords_open_levels_and_are_never_read() -> None:
    meter = new()
    wrong = Access(level=2, password="111111")
    assert refused(meter, WriteData(di="04000103", value=b"\x30", access=wrong)) == 4
    write(meter, "04000103", 30)
    assert raw(meter, "04000103") == 30
    change = dlt645.ChangePassword(level=4, new="123456", old_level=2, old="000000")
    ask(meter, change)
    other = meter.session()
    lowly = Access(level=4, password="123456")
    ask(meter, WriteData(di="04000103", value=b"\x15", access=lowly), session=other)
    ask(meter, WriteData(di="04000C05", value=b"\x04\x11\x11\x11", access=ACCESS))
    assert meter.passwords == {2: "000000", 4: "111111"}
    assert (
        refused(meter, WriteData(di="04000C03", value=b"\x02\x99\x99\x99", access=Access(level=4, password="111111")))
        == 4
    )
    assert refused(meter, "04000C05") == 2
    assert refused(meter, WriteData(di="04000409", value=bytes(3), access=ACCESS)) is not None
    assert (
        refused(meter, WriteData(di="04010001", value=dlt645.lookup("04010001").encode(("00:00/5",)), access=ACCESS))
        == 0x40
    )
    assert raw(meter, "03300000") == 3


def test_the_clock_is_written_and_that_is_on_record() -> None:
    meter = new()
    write(meter, "0400010C", START + dt.timedelta(hours=1))
    assert meter.clock == START + dt.timedelta(hours=1)
    write(meter, "04000102", "17:00:00")
    assert meter.clock == dt.datetime(2026, 8, 21, 17)
    times = [r.value for r in ask(meter, "03300401")]
    assert times[1:] == [START + dt.timedelta(hours=1), dt.datetime(2026, 8, 21, 17)]


def test_what_belongs_to_the_meter_holds_on_all_of_its_lines() -> None:
    meter = new()
    one, two = meter.session(), meter.session()
    ask(meter, dlt645.WriteAddress(address="000000000077"), dlt645.WILDCARD, one)
    assert one.address == two.address == meter.address == "000000000077"
    assert ask(meter, "00010000", "000000000077", two)
    told = dlt645.Master().broadcast(dlt645.BroadcastTime(moment=START + dt.timedelta(minutes=2)))
    one.feed(told)
    assert (meter.clock, one.clock_set) == (START + dt.timedelta(minutes=2), 1)
    two.feed(dlt645.Master().broadcast(dlt645.BroadcastTime(moment=START + dt.timedelta(minutes=4))))
    assert (meter.clock, two.clock_refused) == (START + dt.timedelta(minutes=2), 1)


# -- commands and their events ---------------------------------------------------------------


def test_the_relay_does_all_it_is_told() -> None:
    meter = new()
    ask(meter, relay(RelayAction.TRIP))
    assert meter.relay_open
    assert raw(meter, "02030000") == 0
    assert [r.value for r in ask(meter, "1D00FF01")][:2] == [START, ACCESS.operator]
    ask(meter, relay(RelayAction.PERMIT_CLOSE))
    assert meter.relay_open
    meter.press_button()
    assert not meter.relay_open
    assert raw(meter, "1E000001") == raw(meter, "1D000001") == 1
    ask(meter, relay(RelayAction.KEEP))
    assert refused(meter, relay(RelayAction.TRIP)) == 1
    assert not meter.relay_open
    ask(meter, relay(RelayAction.KEEP_OFF))
    ask(meter, relay(RelayAction.TRIP_AUTO_CLOSE, delay=10))
    meter.advance(9 * 60)
    assert meter.relay_open
    meter.advance(60)
    assert not meter.relay_open
    ask(meter, relay(RelayAction.ALARM))
    assert dlt645.lookup("04000503").flags(raw(meter, "04000503"))["trip_warning"] == 1
    ask(meter, relay(RelayAction.ALARM_OFF))
    assert raw(meter, "04000503") == 0
    assert refused(meter, relay(RelayAction.TRIP, until=START)) == 1
    assert not meter.relay_open
    ask(meter, relay(RelayAction.TRIP))
    ask(meter, relay(RelayAction.CLOSE))
    assert not meter.relay_open
    ask(meter, dlt645.Output(kind=dlt645.OutputKind.TARIFF_SWITCH))
    assert meter.output == dlt645.OutputKind.TARIFF_SWITCH


def test_clearing_leaves_a_record_of_what_was() -> None:
    meter = new()
    meter.advance(3600)
    energy = raw(meter, "00010000")
    peak = ask(meter, "01010000")[0].raw
    ask(meter, dlt645.ClearDemand(access=ACCESS))
    assert ask(meter, "01010000")[0].raw == 0
    assert peak in [r.raw for r in ask(meter, "03300201")]
    ask(meter, relay(RelayAction.TRIP))
    ask(meter, dlt645.ClearEvents(access=ACCESS, di="033002FF"))
    assert raw(meter, "03300200") == 0
    assert refused(meter, "03300201") == 2
    assert raw(meter, "1D000001") == 1
    ask(meter, dlt645.ClearEvents(access=ACCESS))
    assert raw(meter, "1D000001") == 0
    assert refused(meter, dlt645.ClearEvents(access=ACCESS, di="030100FF")) == 2
    assert ask(meter, "03300301")[-1].value == "FFFFFFFF"
    ask(meter, dlt645.ClearMeter(access=ACCESS))
    assert raw(meter, "00010000") == 0
    assert refused(meter, "06000000") == 2
    assert energy in [r.raw for r in ask(meter, "03300101")]
    assert raw(meter, "03300300") == 2, "clearing cannot be cleared"


def test_the_last_ten_events_are_kept_and_all_are_counted() -> None:
    meter = new()
    for number in range(12):
        meter.power_off()
        assert raw(meter, "02030000") == 0
        meter.advance(60)
        meter.power_on()
        meter.advance(60)
        assert raw(meter, "03110000") == number + 1
    assert [r.value for r in ask(meter, "03110001")] == [
        START + dt.timedelta(minutes=22),
        START + dt.timedelta(minutes=23),
    ]
    assert next(r.value for r in ask(meter, "0311000A")) == START + dt.timedelta(minutes=4)
    assert len(ask(meter, "031100FF")) == 2 * 10
    assert refused(meter, "0311000B") == 2


# -- edition 1997 ----------------------------------------------------------------------------


def test_a_meter_of_1997_lives_the_same_life() -> None:
    meter, twin = new("1997"), new()
    meter.advance(7200)
    twin.advance(7200)
    assert raw(meter, "9010") == raw(twin, "00010000")
    assert ask(meter, "9010")[0].value == Decimal(raw(twin, "00010000")) / 100
    assert [r.raw for r in ask(meter, "901F")] == [raw(twin, f"0001{rate:02X}00") for rate in range(5)]
    assert raw(meter, "B611") == raw(twin, "02010100") // 10
    assert raw(meter, "A010") == ask(twin, "01010000")[0].raw
    for di, value in meter.registers.items():
        octets = dlt645.lookup(di).encode(value)
        assert all(d.value is not None for d in dlt645.decode_item(di, octets)), di
    write(meter, "C331", "00:00/1", Access(level=2, password="000000"))
    for number in range(2, 0x0C):
        write(meter, f"C33{number:X}", f"{number:02d}:00/1", Access(level=2, password="000000"))
    assert meter.tariff == 1
    ask(meter, dlt645.ClearDemand(access=ACCESS, edition="1997"))
    assert raw(meter, "A010") == 0
    assert (raw(meter, "B212"), raw(meter, "B213")) == (11, 1)
    ask(meter, dlt645.WriteAddress(address="000000001997", edition="1997"), dlt645.WILDCARD)
    assert meter.address == "000000001997"
    ask(meter, dlt645.ChangePassword(level=2, new="222222", old_level=2, old="000000", edition="1997"))
    assert meter.passwords[2] == "222222"
    assert refused(meter, WriteData(di="C111", value=b"\x30", access=ACCESS)) == 4


def test_energy_is_whole_pulses_of_the_load() -> None:
    meter = new(passwords={})
    meter.load.wander = lambda: None  # type: ignore[method-assign]
    before = sum(meter.load.energy)
    meter.advance(86_400)
    assert sum(meter.load.energy) - before == meter.load.active * 86_400_000
    assert raw(meter, "00010000") == sum(energy // PULSE for energy in meter.load.energy)
