"""Values of many parts: event records, tables, freezes and load records, with what a meter leaves out or adds."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Completed, Decoded, Master, MeterActions, MeterSession, Send, decode_item, lookup
from meterwire.protocols.dlt645.load_record import CLASSES
from meterwire.reading import Quality

NOON = dt.datetime(2026, 8, 21, 12, 0)
ADDRESS = "003411001043"


def told(found: list[Decoded]) -> dict[str, object]:
    return {value.item: value.value for value in found}


def test_voltage_loss_record_octet_by_octet() -> None:
    """The 37 fields that two public tables list, 131 octets."""
    item = lookup("03010102")
    assert item.name == "phase A voltage loss record, last but 1"
    assert item.name_zh == "(上2次)A相失压记录"
    assert (len(item.layout.fixed), item.layout.length) == (37, 131)
    octets = bytearray(131)
    octets[0:6] = bytes.fromhex("010203040526")  # 2026-05-04 03:02:01
    octets[6:12] = bytes.fromhex("000003040526")
    octets[12:16] = bytes.fromhex("11000000")
    octets[20:24] = bytes.fromhex("22000080")  # combined reactive 1 is signed
    octets[44:46] = bytes.fromhex("1423")
    octets[46:49] = bytes.fromhex("345692")  # current, negative
    octets[115:119] = bytes.fromhex("99000000")
    found = told(decode_item("03010102", bytes(octets)))
    assert found["03010102.begin"] == dt.datetime(2026, 5, 4, 3, 2, 1)
    assert found["03010102.end"] == dt.datetime(2026, 5, 4, 3, 0)
    assert found["03010102.total_forward_active"] == Decimal("0.11")
    assert found["03010102.total_combined_reactive_1"] == Decimal("-0.22")
    assert found["03010102.a_voltage"] == Decimal("231.4")
    assert found["03010102.a_current"] == Decimal("-125.634")
    assert found["03010102.total_charge"] == Decimal("0.99")
    assert list(found)[-1] == "03010102.charge_c"


LENGTHS = {
    # event records as the public tables give them, octets
    "03010000": 18, "03010101": 131, "03050001": 15, "03060001": 12, "03070001": 76, "03090001": 78, "030B0101": 115,
    "030E0301": 76, "03100000": 27, "03110001": 12, "03120000": 18, "03120601": 20, "03300101": 106, "03300201": 202,
    "03300301": 14, "03300401": 16, "03300701": 11, "03300D01": 60,
    "1001FF01": 195, "1400FF01": 140, "1600FF01": 143, "1801FF01": 179, "1D00FF01": 34, "1F00FF01": 44,
}  # fmt: skip


@pytest.mark.parametrize(("di", "length"), LENGTHS.items())
def test_length(di: str, length: int) -> None:
    item = lookup(di)
    assert item.known
    assert item.layout.length == length
    found = decode_item(di, bytes(length))
    assert sum(value.size for value in found) == length


def test_a_field_of_an_event_is_the_same_as_in_the_whole() -> None:
    whole = lookup("1002FF03").layout.fixed
    assert len(whole) == 0x35
    for number, part in enumerate(whole, 1):
        alone = lookup(f"1002{number:02X}03")
        assert (alone.formats, alone.unit, alone.signed) == ((part.format,), part.unit, part.signed)
        assert alone.name == f"phase B voltage loss event, {part.name}, last but 2"
    assert not lookup("10023603").known
    assert lookup("1E000101").name == "close event, moment, last"  # 1E000101 is the last closing in public tables
    assert lookup("1D000101").name == "trip event, moment, last"


def test_record_that_is_cut_has_values_up_to_there() -> None:
    found = decode_item("03300301", bytes.fromhex("000012210826D4C3"))
    assert [value.quality.validity for value in found] == ["good", "invalid", "invalid"]
    assert "8 octets where 14 belong" in found[1].note


def test_programming_record_lists_what_was_written() -> None:
    octets = bytes.fromhex("000012210826D4C3B2A10301000401040004" + "FF" * 32)
    found = told(decode_item("03300001", octets))
    assert found["03300001.operator"] == "A1B2C3D4"
    assert (found["03300001.item.1"], found["03300001.item.2"]) == ("04000103", "04000401")
    assert found["03300001.item.10"] == "FFFFFFFF"


def test_tables() -> None:
    table = lookup("04010001")
    octets = table.encode(("00:00/4", "07:00/3", "23:30/4"))
    assert octets.hex() == "040000030007043023"
    assert list(told(decode_item("04010001", octets)).values()) == ["00:00/4", "07:00/3", "23:30/4"]
    assert list(told(decode_item("04010001", octets))) == [f"04010001.period.{n}" for n in (1, 2, 3)]
    zones = lookup("04010000").encode(("01-01/1", "07-01/2"))
    assert told(decode_item("04010000", zones)) == {"04010000.zone.1": "01-01/1", "04010000.zone.2": "07-01/2"}
    with pytest.raises(UsageError, match="up to 14 entries"):
        table.encode(("00:00/1",) * 15)
    with pytest.raises(UsageError, match="octets"):
        table.encode(bytes(4))
    longer = decode_item("04010001", octets * 6)  # 18 entries where 14 belong
    assert len(longer) == 14
    assert all("skipped" in value.note for value in longer)
    holiday = lookup("04030001")
    assert told(decode_item("04030001", holiday.encode("2026-10-01/3"))) == {"04030001": "2026-10-01/3"}
    assert lookup("040501FF").name == "first set, price of tariff, block of tariffs"
    prices = decode_item("040501FF", bytes.fromhex("0055000000350000"))
    assert [(value.item, str(value.value), value.unit) for value in prices] == [
        ("04050101", "0.5500", "CNY/kWh"), ("04050102", "0.3500", "CNY/kWh"),
    ]  # fmt: skip


def test_text() -> None:
    item = lookup("04000404")
    assert item.encode("220V") == b"V022\0\0"
    assert decode_item("04000404", b"V022\0\0")[0].value == "220V"
    assert decode_item("04000404", bytes(6))[0].quality == Quality.INVALID
    assert decode_item("04000404", b"\x01V0220")[0].quality == Quality.INVALID
    for wrong in ("", "1234567", "电", "a\n"):
        with pytest.raises(UsageError):
            item.encode(wrong)


# Freezes.


def whole_freeze(tariffs: int, separator: bytes = b"") -> bytes:
    columns = tariffs + 1
    parts = [bytes.fromhex("0000210826")]
    parts += [b"".join(lookup("00010000").encode(1000 * kind + n) for n in range(columns)) for kind in range(1, 9)]
    demand = lookup("01010000")
    parts += [b"".join(demand.encode((100 * kind + n, NOON)) for n in range(columns)) for kind in (1, 2)]
    parts += [b"".join(lookup("02030000").encode(n) for n in range(8))]
    return separator.join(parts) + separator


@pytest.mark.parametrize("tariffs", [0, 1, 4, 63])
@pytest.mark.parametrize("separator", [b"", b"\xaa"], ids=["plain", "parted"])
def test_whole_freeze(tariffs: int, separator: bytes) -> None:
    found = decode_item("0506FF01", whole_freeze(tariffs, separator))
    values = {value.item: value for value in found}
    assert values["0506FF01.05060001"].value == dt.datetime(2026, 8, 21)
    assert values[f"0506FF01.05060101.{tariffs + 1}"].raw == 1000 + tariffs
    assert values["0506FF01.05060801.1"].raw == 8000
    assert values[f"0506FF01.05060A01.{tariffs + 1}"].raw == 200 + tariffs
    assert values[f"0506FF01.05060A01.time.{tariffs + 1}"].value == NOON
    assert values["0506FF01.05061001.reactive_c"].raw == 7
    assert len(found) == 1 + 8 * (tariffs + 1) + 2 * 2 * (tariffs + 1) + 8
    sure = {value.quality for value in found}
    assert sure == ({Quality.GOOD} if separator else {Quality.QUESTIONABLE})


def test_whole_freeze_that_does_not_come_out_even() -> None:
    (found,) = decode_item("0506FF01", whole_freeze(4)[:-1])
    assert (found.item, found.quality) == ("0506FF01.rest", Quality.QUESTIONABLE)
    assert "no whole number of tariffs" in found.note


def test_freeze_whose_members_nobody_can_tell_apart() -> None:
    parted = whole_freeze(4, b"\xaa")
    fewer = parted.split(b"\xaa", 1)[1]  # one member less, and each would be taken for its neighbour
    (found,) = decode_item("0506FF01", fewer)
    assert (found.item, found.note) == ("0506FF01.rest", f"{len(fewer)} octets are no whole number of members (11)")
    ended = decode_item("0506FF01", whole_freeze(4) + b"\xaa")
    assert [v.value for v in ended] == [v.value for v in decode_item("0506FF01", whole_freeze(4))]


def test_hourly_freeze() -> None:
    octets = bytes.fromhex("00122108260781210001000000")
    found = decode_item("0504FF05", octets)
    assert [(value.item, str(value.value), value.quality.validity) for value in found] == [
        ("0504FF05.05040005", "2026-08-21 12:00:00", "good"),
        ("0504FF05.05040105", "2181.07", "good"),
        ("0504FF05.05040205", "0.01", "good"),
    ]


def test_frozen_energies() -> None:
    found = decode_item("05060101", bytes.fromhex("078121000700000000812100"))
    assert [(value.item, str(value.value)) for value in found] == [
        ("05060101.1", "2181.07"), ("05060101.2", "0.07"), ("05060101.3", "2181.00"),
    ]  # fmt: skip


# Load records.

EVERYTHING = {di: n for n, di in enumerate((di for members in CLASSES for di in members), 1)}


def test_load_record_octets() -> None:
    record = dlt645.encode_record(NOON, {"02800004": 125678, "02800005": 1}, 6)
    assert record.hex().upper() == "A0A00C0012210826785612010000AA38E5"
    found = decode_item("06060002", record)
    assert told(found) == {
        "06060002.1.time": NOON,
        "06060002.1.02800004": Decimal("12.5678"),
        "06060002.1.02800005": Decimal("0.0001"),
    }


def test_load_records_of_all_classes() -> None:
    full = dlt645.encode_record(NOON, EVERYTHING)
    later = dlt645.encode_record(NOON + dt.timedelta(minutes=15), dict.fromkeys(CLASSES[3], 5))
    found = decode_item("06000001", full + later)
    assert all(value.quality == Quality.GOOD for value in found)
    values = told(found)
    assert values["06000001.1.00010000"] == Decimal(EVERYTHING["00010000"]).scaleb(-2)
    assert values["06000001.2.time"] == NOON + dt.timedelta(minutes=15)
    assert values["06000001.2.00040000"] == Decimal("0.05")
    assert "06000001.2.02010100" not in values, "a class that was not recorded has no value"
    assert len(found) == 1 + len(EVERYTHING) + 1 + 4


def test_load_record_whose_classes_nobody_can_tell() -> None:
    full = dlt645.encode_record(NOON, EVERYTHING)
    body = full[3:-2].replace(b"\xaa", b"", 1)
    short = b"\xa0\xa0" + bytes((len(body),)) + body
    short += bytes((sum(short) & 0xFF, 0xE5))
    found = decode_item("06000001", short)
    assert [value.item for value in found] == ["06000001.1.time", "06000001.1.rest"]
    assert found[1].note == "5 classes"
    alone, among = (dlt645.encode_record(NOON, dict.fromkeys(CLASSES[2], 7), n) for n in (3, 0))
    assert told(decode_item("06030001", alone)) == told(decode_item("06030001", among))


def test_load_record_with_a_count_up_to_its_end() -> None:
    """Some count to the sum, some to the end, some from the start; the sum and E5 tell which."""
    record = dlt645.encode_record(NOON, EVERYTHING)
    for more in (2, 5):
        other = record[:2] + bytes((record[2] + more,)) + record[3:-2]
        other += bytes((sum(other) & 0xFF,)) + b"\xe5"
        assert told(decode_item("06000001", other)) == told(decode_item("06000001", record))


@given(data=st.binary(max_size=120), at=st.integers(0, 60), di=st.sampled_from(["06000001", "06030000", "0506FF01"]))
def test_records_account_for_every_octet_and_never_raise(data: bytes, at: int, di: str) -> None:
    record = dlt645.encode_record(NOON, EVERYTHING)
    for octets in (data, record[:at] + data, record + data, whole_freeze(1, b"\xaa")[:at] + data):
        found = decode_item(di, octets)
        assert found
        assert all(value.offset + value.size <= len(octets) for value in found)
        assert all((value.value is None) == (value.quality.validity == "invalid") for value in found)


def test_load_class_that_is_none() -> None:
    with pytest.raises(UsageError, match="class is 1"):
        dlt645.encode_record(NOON, {}, 7)


class Loads(MeterActions):
    """A meter with a quarter-hourly load record; :meth:`read` tells what was asked."""

    def __init__(self) -> None:
        self.asked: list[dlt645.ReadData] = []

    def read(self, request: dlt645.ReadData) -> bytes | None:
        if request.di[:2] != "06":
            return None
        self.asked.append(request)
        start = request.since or NOON
        return b"".join(
            dlt645.encode_record(start + n * dt.timedelta(minutes=15), EVERYTHING) for n in range(request.blocks or 1)
        )


def test_load_records_over_several_frames() -> None:
    actions, master = Loads(), Master()
    session = MeterSession(ADDRESS, {}, actions=actions)
    since = dt.datetime(2026, 8, 20, 23, 45)
    octets, frames = master.read(ADDRESS, "06000001", 0.0, blocks=8, since=since), 0
    while True:
        (answer,) = session.feed(octets)
        frames += 1
        (event,) = master.feed(answer.encode(), 0.0)
        if not isinstance(event, Send):
            break
        octets = event.data
    assert isinstance(event, Completed)
    assert actions.asked == [dlt645.ReadData(di="06000001", blocks=8, since=since)]
    assert frames > 4
    times = [reading.value for reading in event.readings if reading.item.endswith(".time")]
    assert times == [since + n * dt.timedelta(minutes=15) for n in range(8)]
    assert all(reading.quality == Quality.GOOD for reading in event.readings)
