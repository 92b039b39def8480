"""The catalogue, row by row; what items say, and what they refuse to say."""

import datetime as dt
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import decode_item, expand, lookup
from meterwire.protocols.dlt645.formats import RawValue, parse_formats
from meterwire.reading import Quality

ALL = list(dlt645.catalogue())

VALUES = [
    # item, octets as sent, value, raw, unit
    ("00010000", "07812100", "2181.07", 218107, "kWh"),
    ("00010100", "00000000", "0.00", 0, "kWh"),
    ("00010000", "99999999", "999999.99", 99999999, "kWh"),
    ("00000000", "05000080", "-0.05", -5, "kWh"),
    ("00000000", "05000000", "0.05", 5, "kWh"),
    ("0003000C", "563412A0", "-201234.56", -20123456, "kvarh"),
    ("00900200", "00500000", "50.00", 5000, "CNY"),
    ("02010100", "1423", "231.4", 2314, "V"),
    ("02020100", "345612", "125.634", 125634, "A"),
    ("02020200", "010080", "-0.001", -1, "A"),
    ("02030000", "127856", "56.7812", 567812, "kW"),
    ("02030000", "1278D6", "-56.7812", -567812, "kW"),
    ("02050000", "127886", "86.7812", 867812, "kVA"),
    ("02060000", "8009", "0.980", 980, ""),
    ("02060100", "8089", "-0.980", -980, ""),
    ("020A0115", "1203", "3.12", 312, "%"),
    ("02800002", "0250", "50.02", 5002, "Hz"),
    ("02800007", "5380", "-5.3", -53, "°C"),
    ("0280000A", "78563412", "12345678", 12345678, "min"),
]


@pytest.mark.parametrize(("di", "octets", "value", "raw", "unit"), VALUES, ids=[f"{v[0]}={v[2]}" for v in VALUES])
def test_numbers(di: str, octets: str, value: str, raw: int, unit: str) -> None:
    (found,) = decode_item(di, bytes.fromhex(octets))
    assert (str(found.value), found.raw, found.unit) == (value, raw, unit)
    assert found.quality == Quality.GOOD
    assert found.value == Decimal(raw).scaleb(found.exponent)
    item = lookup(di)
    assert item.encode(raw) == item.encode(Decimal(value)) == bytes.fromhex(octets)


CLOCKS = [
    ("04000101", "05210826", "2026-08-21", ""),
    ("04000101", "00210826", "2026-08-21", "weekday 0 does not belong to the date"),
    ("04000102", "563412", "12:34:56", ""),
    ("0400010C", "56341205210826", dt.datetime(2026, 8, 21, 12, 34, 56), ""),
    ("04000102", "006024", None, "no such time: 246000"),
    ("04000101", "01300226", None, "no such time: 26023001"),
    ("04000101", "0A210826", None, "not BCD: 2608210A"),
    ("0400010C", "00000000000000", None, "no time recorded (all zeros)"),
]


@pytest.mark.parametrize(("di", "octets", "value", "note"), CLOCKS)
def test_clocks(di: str, octets: str, value: object, note: str) -> None:
    (found,) = decode_item(di, bytes.fromhex(octets))
    assert (found.value, found.note) == (value, note)
    assert found.quality == (Quality.GOOD if value is not None else Quality.INVALID)
    if value is not None and not note:
        assert lookup(di).encode(value) == bytes.fromhex(octets)  # type: ignore[arg-type]


BAD = [
    ("hex digit", "00010000", "0A000000", "not BCD: 0000000A"),
    ("hex digit in a negative number", "00000000", "00000A80", "not BCD: 800A0000"),
    ("all FF", "00010000", "FFFFFFFF", "no data (all FF)"),
    ("all FF, signed", "02030100", "FFFFFF", "no data (all FF)"),
    ("too short", "00010000", "000000", "3 octets where 4 belong"),
    ("nothing", "02010100", "", "0 octets where 2 belong"),
    ("address with a hex digit", "04000401", "A00000000000", "not BCD: 0000000000A0"),
]


@pytest.mark.parametrize(("di", "octets", "note"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_no_value_is_ever_made_up(di: str, octets: str, note: str) -> None:
    (found,) = decode_item(di, bytes.fromhex(octets))
    assert found.value is None
    assert found.raw is None
    assert found.quality == Quality.INVALID
    assert found.note.startswith(note.split("(", maxsplit=1)[0])


def test_longer_answers_are_tolerated_with_a_note() -> None:
    (voltage,) = decode_item("02010100", bytes.fromhex("142300"))  # WKJay/DLT645 issue 5
    assert (str(voltage.value), voltage.quality) == ("231.4", Quality.GOOD)
    assert voltage.note == "3 octets where 2 belong; 00 skipped"
    (energy,) = decode_item("00010000", bytes.fromhex("3726000001"))
    assert (str(energy.value), energy.quality) == ("26.37", Quality.QUESTIONABLE)
    assert energy.note == "5 octets where 4 belong; 01 skipped"


def test_demand_has_its_time() -> None:
    demand, when = decode_item("01010000", bytes.fromhex("7856123015210826"))
    assert (demand.item, str(demand.value), demand.unit, demand.raw) == ("01010000", "12.5678", "kW", 125678)
    assert (when.item, when.value, when.unit) == ("01010000.time", dt.datetime(2026, 8, 21, 15, 30), "")
    assert (when.offset, when.size) == (3, 5)
    assert lookup("01010000").encode((125678, dt.datetime(2026, 8, 21, 15, 30))) == bytes.fromhex("7856123015210826")
    none = decode_item("01010000", bytes(8))
    assert [d.value for d in none] == [Decimal(0), None]


def test_names() -> None:
    names = {
        di: (lookup(di).name, lookup(di).name_zh) for di in ("00010100", "0002000C", "00150000", "01010000", "020B0203")
    }
    assert names == {
        "00010100": ("forward active energy, tariff 1, current", "(当前)正向有功费率1电能"),
        "0002000C": ("reverse active energy, total, settlement -12", "(上12结算日)反向有功总电能"),
        "00150000": ("phase A forward active energy, current", "(当前)A相正向有功电能"),
        "01010000": ("forward active maximum demand, total, current", "(当前)正向有功总最大需量"),
        "020B0203": ("phase B current harmonic content, order 3", "B相电流谐波含有量(3次)"),
    }
    assert lookup("0001FF00").name == "forward active energy, block of tariffs"
    assert lookup("0201FF00").name == "voltage, block of phases"
    assert lookup("0203ff00").name_zh == "瞬时有功功率数据块"
    assert lookup(0x00010000) is lookup("00010000")


@pytest.mark.parametrize(
    "di", ["04DFDFDB", "CDCDCECD", "028022FF", "00014000", "0001000D", "00150100", "FFFFFFFF", "0001FFFF"]
)
def test_unknown_is_visible(di: str) -> None:
    item = lookup(di)
    assert (item.known, item.name, item.name_zh) == (False, f"unknown item {di}", f"未知数据项 {di}")
    (found,) = decode_item(di, b"\x01\x02")
    assert (found.value, found.quality, found.raw) == (b"\x01\x02", Quality.QUESTIONABLE, None)
    assert found.note == "not in the catalogue"
    assert decode_item(di, b"")[0].quality == Quality.INVALID


@pytest.mark.parametrize("di", ["", "0001000", "000100000", "0001000G", "0001 000", "٠٠٠١٠٠٠٠", -1, 2**32])
def test_what_is_no_identifier(di: str | int) -> None:
    with pytest.raises(UsageError):
        lookup(di)


def test_blocks_in_wire_order() -> None:
    assert [i.di for i in expand("0201FF00")] == ["02010100", "02010200", "02010300"]
    assert [i.di for i in expand("0203FF00")] == ["02030000", "02030100", "02030200", "02030300"]
    assert [i.di for i in expand("040005FF")] == [f"0400050{n}" for n in range(1, 8)]
    assert [i.di for i in expand("0001FF00")][:3] == ["00010000", "00010100", "00010200"]
    assert len(expand("0001FF00")) == 64
    assert [i.di for i in expand("000100FF")][-1] == "0001000C"
    assert len(expand("020A01FF")) == 21
    assert expand("00010000") == expand("000100FE") == expand("0001FFFF") == ()


def test_block_values() -> None:
    found = decode_item("0001FF00", bytes.fromhex("89030000 00000000 00000000 89030000 00000000"))
    assert [(f.item, str(f.value)) for f in found] == [
        ("00010000", "3.89"), ("00010100", "0.00"), ("00010200", "0.00"), ("00010300", "3.89"), ("00010400", "0.00"),
    ]  # fmt: skip
    assert [f.offset for f in found] == [0, 4, 8, 12, 16]
    single = decode_item("0201FF00", bytes.fromhex("2022FFFFFFFF"))
    assert [(str(f.value), str(f.quality)) for f in single] == [
        ("222.0", "good"),
        ("None", "invalid"),
        ("None", "invalid"),
    ]


def test_block_with_longer_members() -> None:
    found = decode_item("0201FF00", bytes.fromhex("142300152300162300"))
    assert [str(f.value) for f in found] == ["231.4", "231.5", "231.6"]
    assert all("3 octets where 2 belong" in f.note for f in found)


def test_block_that_does_not_come_out_even() -> None:
    cut = decode_item("0001FF00", bytes(4) + b"\x01\x02")
    assert [f.quality for f in cut] == [Quality.INVALID, Quality.INVALID]
    longer = decode_item("0001FF00", bytes.fromhex("5634120000 1111110000 2222220000 3333330000 9067050000"))
    assert {(f.value, f.raw, f.quality) for f in longer} == {(None, None, Quality.INVALID)}
    assert {f.note for f in longer} == {"25 octets are no whole number of members"}
    more = decode_item("0201FF00", bytes.fromhex("142315231623 99"))
    assert [f.item for f in more] == ["02010100", "02010200", "02010300", "02010300.rest"]
    assert (more[-1].value, more[-1].quality) == (b"\x99", Quality.QUESTIONABLE)


def test_status_word_bits() -> None:
    word = lookup("04000503")
    flags = word.flags(0b0000_0001_0101_0100)
    assert (flags["relay_open"], flags["relay_command_open"], flags["supply"], flags["prepayment"]) == (1, 1, 2, 1)
    assert flags["trip_warning"] == 0
    names = {bit.key: (bit.name, bit.name_zh) for bit in word.bits}
    assert names["relay_open"] == ("relay open", "继电器状态(0通,1断)")
    (found,) = decode_item("04000503", bytes.fromhex("5000"))
    assert found.raw == found.value == 0x50


@pytest.mark.parametrize(
    ("di", "value", "why"),
    [
        ("00010000", 1.5, "not float"),
        ("00010000", True, "not bool"),
        ("00010000", -1, "does not fit"),
        ("00010000", 10**8, "does not fit"),
        ("00000000", 8 * 10**7, "does not fit"),
        ("00000000", -8 * 10**7, "does not fit"),
        ("00010000", Decimal("0.001"), "more decimals"),
        ("00010000", Decimal("1E+999999"), "does not fit"),
        ("00010000", Decimal("NaN"), "does not fit"),
        ("00010000", b"\0", "takes 4 octets"),
        ("01010000", 5, "takes 2 values"),
        ("01010000", (5, "soon"), "ISO text"),
        ("04000101", dt.datetime(1999, 1, 1), "2000..2099"),
        ("04000102", "25:00", "ISO text"),
        ("04000401", "12345678901x", "digits"),
        ("04000501", 65536, "0..65535"),
    ],
)
def test_what_an_item_does_not_take(di: str, value: RawValue, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        lookup(di).encode(value)


def test_values_do_not_depend_on_the_decimal_context() -> None:
    with localcontext(prec=2):
        (found,) = decode_item("00010000", bytes.fromhex("78563412"))
        assert str(found.value) == "123456.78"
        assert lookup("00010000").encode(Decimal("123456.78")) == bytes.fromhex("78563412")


@pytest.mark.parametrize("text", ["XXX", "X.XX", "xx", "N", "bits", "YYQQ", "XX,XX"])
def test_formats_that_are_not_understood(text: str) -> None:
    with pytest.raises(UsageError, match="not understood"):
        parse_formats(text)


items = st.sampled_from(ALL).map(lambda i: i.di) | st.integers(0, 2**32 - 1).map(lambda n: f"{n:08X}")


@given(
    di=items | st.sampled_from(["0001FF00", "0101FF00", "0201FF00", "020A01FF", "040005FF"]),
    data=st.binary(max_size=300),
)
def test_decoding_never_raises_and_accounts_for_every_octet(di: str, data: bytes) -> None:
    found = decode_item(di, data)
    assert found
    for value in found:
        assert (value.value is None) == (value.quality.validity == "invalid")
        assert value.note or value.quality == Quality.GOOD
    at = 0
    for value in found:
        assert value.offset >= at
        at = value.offset + value.size
    assert at <= len(data)
