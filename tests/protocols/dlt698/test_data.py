"""Data: value ↔ octets first, then what is wrong; dates, addresses, descriptors, units."""

import copy
import datetime as dt
import pickle
from decimal import Decimal
from typing import Any

import pytest

from meterwire.errors import DecodeError, LimitError, TruncatedError, UsageError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import axdr, data
from meterwire.protocols.dlt698.axdr import OctetsOf, count_prefix

pytestmark = pytest.mark.usefixtures("codec")

SID = d.SID(0x811B0000, b"\x01")
GOOD: list[tuple[Any, str]] = [
    (None, "00"),
    (d.Array([]), "0100"),
    (d.Array([True, False]), "010203010300"),
    (d.Structure([d.Unsigned(1), None]), "0202110100"),
    (d.Bool(0xFF), "03ff"),
    (d.BitString("10100000"), "0408a0"),
    (d.BitString("101"), "0403a0"),
    (d.BitString(""), "0400"),
    (d.BitString(b"\xff\xff" + bytes(15), 130), "04818 2ffff" + "00" * 15),
    (d.DoubleLong(-2), "05fffffffe"),
    (d.DoubleLongUnsigned(4294967295), "06ffffffff"),
    (b"", "0900"),
    (bytes(200), "0981c8" + "00" * 200),
    ("1.0S", "0a04312e3053"),
    ("é", "0a01e9"),
    (d.UTF8String.of("电"), "0c03e794b5"),
    (d.Integer(-128), "0f80"),
    (d.Long(-2), "10fffe"),
    (d.Unsigned(255), "11ff"),
    (d.LongUnsigned(2413), "12096d"),
    (d.Long64(-1), "14ffffffffffffffff"),
    (d.Long64Unsigned(2**64 - 1), "15ffffffffffffffff"),
    (d.Enum(1), "1601"),
    (d.Float32(1.5), "173fc00000"),
    (d.Float32(bytes.fromhex("7f800001")), "177f800001"),  # a signalling NaN
    (1.5, "183ff8000000000000"),
    (d.DateTime.of(dt.datetime(2026, 10, 5, 12, 30, 1, 250_000)), "1907ea0a05010c1e0100fa"),
    (d.Date.of(dt.date(2026, 10, 4)), "1a07ea0a0400"),
    (d.Time.of(dt.time(12, 30)), "1b0c1e00"),
    (d.DateTimeS.of(dt.datetime(2026, 10, 5, 12, 30)), "1c07ea0a050c1e00"),
    (d.OI("0010"), "500010"),
    (d.OAD("00100201"), "5100100201"),
    (d.ROAD(d.OAD("50040200"), (d.OAD("00100200"),)), "52500402000100100200"),
    (d.OMD("80008100"), "5380008100"),
    (d.TI(1, 15), "5401000f"),
    (d.TSA.of("201601200001"), "550705201601200001"),
    (d.TSA(b""), "5500"),
    (d.MAC(b"\xbb"), "5601bb"),
    (d.RN(b"\xaa"), "5701aa"),
    (d.Region(2, d.Unsigned(1), d.Unsigned(9)), "580211011109"),
    (d.ScalerUnit(-2, 33), "59fe21"),
    (d.Selector0(), "5a00"),
    (d.Selector1(d.OAD("20220200"), d.Unsigned(1)), "5a0120220200 1101"),
    (d.Selector2(d.OAD("20220200"), d.Unsigned(1), d.Unsigned(2), None), "5a0220220200 1101 1102 00"),
    (d.Selector9(1), "5a0901"),
    (d.Selector10(3, d.AllMeters()), "5a0a0301"),
    (d.CSD(d.OAD("00100201")), "5b0000100201"),
    (d.CSD(d.ROAD(d.OAD("50040200"), ())), "5b015004020000"),
    (d.NoMeter(), "5c00"),
    (d.UserTypes((1, 2)), "5c02020102"),
    (d.UserAddresses((d.TSA.of("1234"),)), "5c03 01 03 01 1234"),
    (d.ConfigNumbers((1, 258)), "5c04 02 0001 0102"),
    (d.NumberRegions((d.Region(0, d.LongUnsigned(1), d.LongUnsigned(5)),)), "5c07 01 00 120001 120005"),
    (SID, "5d811b00000101"),
    (d.SidMac(SID, d.MAC(b"m")), "5e811b00000101 016d"),
    (d.COMDCB(6, 2), "5f0602080100"),
    (
        d.RCSD([d.OAD("20210200"), d.ROAD(d.OAD("50040200"), (d.OAD("00100200"),))]),
        "60 02 00 20210200 01 50040200 01 00100200",
    ),
    (d.RCSD(), "6000"),
]


@pytest.mark.parametrize(("value", "octets"), GOOD, ids=[repr(g[0])[:40] for g in GOOD])
def test_value(value: Any, octets: str) -> None:
    wire = bytes.fromhex(octets.replace(" ", ""))
    assert d.encode_data(value) == wire
    found = d.decode_data(wire)
    assert repr(found) == repr(value)
    assert type(found) is type(value)
    for kind in (bytearray, memoryview):
        assert repr(d.decode_data(kind(wire))) == repr(value)
    with pytest.raises(DecodeError, match="left over"):
        d.decode_data(wire + b"\x00")
    for cut in range(len(wire)):
        with pytest.raises(DecodeError):
            d.decode_data(wire[:cut])
    assert repr(copy.deepcopy(value)) == repr(pickle.loads(pickle.dumps(value))) == repr(value)
    str(value)


BAD: list[tuple[str, str, type[DecodeError], int]] = [
    ("empty", "", TruncatedError, 0),
    ("A95 octet-string of 84 FFFFFFFF", "0984ffffffff00", TruncatedError, 1),
    ("A95 array of 84 FFFFFFFF", "0184ffffffff00", TruncatedError, 1),
    ("A95 bit-string of 84 FFFFFFFF", "0484ffffffff00", TruncatedError, 6),
    ("A95 RCSD of 84 FFFFFFFF", "6084ffffffff00", TruncatedError, 1),
    ("length of five octets", "0985010000000000", DecodeError, 1),
    ("indefinite length", "0980 00", DecodeError, 1),
    ("bit-string with an indefinite length", "048000", DecodeError, 1),
    ("length cut", "098201", TruncatedError, 2),
    ("an element short", "0103 1101 1101", TruncatedError, 6),
    ("elements end within one", "0202 1101 12", TruncatedError, 5),
]


@pytest.mark.parametrize(("octets", "error", "offset"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_says_what_and_where(octets: str, error: type[DecodeError], offset: int) -> None:
    wire = bytes.fromhex(octets.replace(" ", ""))
    with pytest.raises(DecodeError) as caught:
        d.decode_data(wire)
    assert type(caught.value) is error
    assert caught.value.offset == offset


def test_a_96_nesting_is_limited() -> None:
    nested: Any = d.Unsigned(1)
    for _ in range(32):
        nested = d.Array([nested])
    octets = d.encode_data(nested)
    assert d.encode_data(d.decode_data(octets)) == octets
    with pytest.raises(LimitError, match="deeper than 32"):
        d.decode_data(b"\x01\x01" + octets)
    with pytest.raises(LimitError, match="deeper than 32"):
        d.decode_data(b"\x01\x01" * 1000 + b"\x00")
    with pytest.raises(LimitError):
        d.decode_data(b"\x58\x00" * 1000 + b"\x00")  # a Region's lower bound is Data again
    with pytest.raises(LimitError):
        d.decode_data(b"\x5a\x01\x00\x00\x00\x00" * 1000)  # so is the value of a selector
    with pytest.raises(UsageError, match="deeper than 32"):
        d.encode_data(d.Array([nested]))
    for fields in (d.explain_apdu(b"\x06\x01\x00\x40\x00\x02\x00" + b"\x01\x01" * 1000 + b"\x00\x00"),):
        assert "deeper than 32" in fields[-1].meaning


def test_unknown_tags_are_kept_whole() -> None:
    for octets, offset in (("63aabb", 0), ("0202 1101 c8 01", 4), ("5b02 00100201", 1), ("5a0b", 1), ("5c08", 1)):
        wire = bytes.fromhex(octets.replace(" ", ""))
        found = d.decode_data(wire)
        assert isinstance(found, d.UnknownData)
        assert (found.octets, found.offset, found.tag) == (wire, offset, wire[0])
        assert d.encode_data(found) == wire
        assert copy.copy(found) == found
        assert hash(found) == hash(d.UnknownData(found.tag, wire))
    with pytest.raises(AttributeError):
        found.tag = 1  # type: ignore[misc]
    assert found != 1


def test_a_new_data_type_can_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(d.MAC):
        __slots__ = ()

    for name in ("_WRITERS", "_WIRES", "_NAMES"):
        monkeypatch.setattr(data, name, dict(getattr(data, name)))
    monkeypatch.setattr(data, "KINDS", list(data.KINDS))
    data.extend(200, Later, OctetsOf("later", Later))
    assert d.decode_data(b"\xc8\x01\x61") == Later(b"a")
    assert d.encode_data(d.Array([Later(b"a")])) == b"\x01\x01\xc8\x01a"


@pytest.mark.parametrize(
    "value",
    [5, "电", object(), [1], (1,), d.DAR(1), bytearray(b"x"), d.Array([5]), d.Structure([d.Array([[]])]), 2**80],
    ids=repr,
)
def test_what_is_no_data(value: Any) -> None:
    with pytest.raises(UsageError):
        d.encode_data(value)


@pytest.mark.parametrize(
    "cls",
    [
        d.DoubleLong,
        d.DoubleLongUnsigned,
        d.Integer,
        d.Long,
        d.Unsigned,
        d.LongUnsigned,
        d.Long64,
        d.Long64Unsigned,
        d.Enum,
    ],
)
def test_ranges(cls: Any) -> None:
    low = -(1 << (8 * cls.SIZE - 1)) if cls.SIGNED else 0
    high = low + (1 << 8 * cls.SIZE) - 1
    for value in (low, high):
        assert cls(value) == value
        assert d.decode_data(d.encode_data(cls(value))) == value
    for value in (low - 1, high + 1):
        with pytest.raises(UsageError, match=cls.NAME):
            cls(value)
    assert str(cls(1)) == f"{cls(1)}" == "1"
    assert cls(3) + 1 == 4


def test_descriptors() -> None:
    oad = d.OAD.of("0010", 2, 1, feature=3)
    assert (str(oad), oad.oi, oad.attribute, oad.feature, oad.index) == ("00106201", d.OI(0x10), 2, 3, 1)
    assert d.OAD(0x00106201) == oad == d.OAD("00106201")
    assert repr(oad) == "OAD('00106201')"
    omd = d.OMD.of(0x8000, 129)
    assert (str(omd), omd.oi, omd.method, omd.mode) == ("80008100", d.OI("8000"), 129, 0)
    wrong: list[Any] = [
        lambda: d.OAD("0010"),
        lambda: d.OAD("xx100201"),
        lambda: d.OAD.of("0010", 32),
        lambda: d.OAD.of("0010", 2, 256),
        lambda: d.OAD.of("0010", 2, 0, 8),
        lambda: d.OMD.of("8000", 256),
        lambda: d.OI(65536),
    ]
    for make in wrong:
        with pytest.raises(UsageError):
            make()


def test_dates_keep_what_is_not_given() -> None:
    whole = d.DateTimeS.of(dt.datetime(2026, 10, 5, 12, 30, tzinfo=dt.UTC))
    assert whole.datetime == dt.datetime(2026, 10, 5, 12, 30)
    assert whole.is_complete
    assert str(whole) == "2026-10-05 12:30:00"
    part = d.DateTimeS.make(month=10, day=1)
    assert part.hex() == "ffff0a01ffffff"
    assert (part.part("year"), part.part("month")) == (None, 10)
    assert part.datetime is None
    assert not part.is_complete
    assert str(part) == "****-10-01 **:**:**"
    assert d.DateTimeS(bytes.fromhex("07ea0d20183c3c")).datetime is None  # no such date: kept, but no moment
    exact = d.DateTime.of(dt.datetime(2026, 10, 4, 1, 2, 3, 45_000))
    assert exact.part("weekday") == 0
    assert exact.datetime == dt.datetime(2026, 10, 4, 1, 2, 3, 45_000)
    assert str(exact) == "2026-10-04 01:02:03.045"
    assert d.DateTime(b"\xff" * 10).datetime is None
    assert d.DateTime.make(year=2026, month=1, day=1, hour=0, minute=0, second=0, millisecond=5000).datetime is None
    assert d.Date.of(dt.date(2026, 10, 4)).date == dt.date(2026, 10, 4)
    assert (d.Date(b"\xff" * 5).date, d.Time(b"\xff" * 3).time) == (None, None)
    assert d.Time.of(dt.datetime(2026, 10, 4, 5, 6, 7)).time == dt.time(5, 6, 7)
    assert str(d.Date.of(dt.date(2026, 10, 4))) == "2026-10-04"
    assert str(d.Time.make(hour=5)) == "05:**:**"
    assert (
        min(
            [d.DateTimeS.make(year=y, month=m, day=1, hour=0, minute=0, second=0) for y, m in ((2026, 2), (2025, 12))]
        ).part("year")
        == 2025
    )
    for wrong in (lambda: d.DateTimeS(b"123"), lambda: d.Time.make(day=1), lambda: d.Date.make(month=300)):
        with pytest.raises(UsageError):
            wrong()
    with pytest.raises(UsageError, match="no millisecond"):
        whole.part("millisecond")


ADDRESSES: list[tuple[str, int | None, int, str, str]] = [
    ("201601200001", None, 0, "05010020011620", "05201601200001"),
    ("1", None, 0, "00f1", "00f1"),
    ("12345", None, 1, "124523f1", "12f12345"),
    ("123456789012", None, 5, "2605129078563412", "2605123456789012"),
    ("AAAAAAAAAAAA", None, 0, "45aaaaaaaaaaaa", "45aaaaaaaaaaaa"),
    ("AA", 3, 0, "c0aa", "c0aa"),
    ("0102", 2, 0, "810201", "810102"),
]


@pytest.mark.parametrize(("digits", "kind", "logical", "sa", "tsa"), ADDRESSES)
def test_addresses(digits: str, kind: int | None, logical: int, sa: str, tsa: str) -> None:
    on_link = d.ServerAddress.of(digits, kind=kind, logical=logical)
    in_apdu = d.TSA.of(digits, kind=kind, logical=logical)
    assert (on_link.hex(), in_apdu.hex()) == (sa, tsa)
    assert d.TSA.of(on_link) == in_apdu
    assert d.ServerAddress.of(in_apdu) == on_link
    for address in (on_link, in_apdu):
        assert address.digits.lstrip("F") == digits.lstrip("F")
        assert address.logical == logical
        assert address.kind == (kind if kind is not None else "A" in digits)
    assert on_link.is_answered == (kind is None)


@pytest.mark.parametrize(
    ("asked", "device", "matches"),
    [
        ("000000000001", "000000000001", True),
        ("000000000001", "000000000002", False),
        ("1", "000000000001", True),
        ("A" * 12, "202011190001", True),
        ("AAAAAAAA0001", "202011190001", True),
        ("AAAAAAAA0002", "202011190001", False),
        ("AA", "202011190001", True),
        ("20201119000A", "202011190001", True),
    ],
)
def test_who_is_meant(asked: str, device: str, matches: bool) -> None:
    assert d.ServerAddress.of(asked).matches(d.ServerAddress.of(device)) == matches
    assert d.ServerAddress.of("AA", kind=d.BROADCAST).matches(d.ServerAddress.of(device))
    assert not d.ServerAddress.of(asked, logical=1).matches(d.ServerAddress.of(device))
    assert not d.ServerAddress.of(asked, kind=d.GROUP).matches(d.ServerAddress.of(device))
    group = d.ServerAddress.of("0001", kind=d.GROUP)
    assert group.matches(d.ServerAddress.of("0001", kind=d.GROUP))


def test_what_is_no_address() -> None:
    for wrong in ("", "12G4", "1" * 33):
        with pytest.raises(UsageError):
            d.ServerAddress.of(wrong)
    with pytest.raises(UsageError, match="16 octets"):
        d.ServerAddress.of("1" * 32, logical=7)
    with pytest.raises(UsageError, match="kind"):
        d.ServerAddress.of("1", kind=4)
    with pytest.raises(UsageError, match="another length"):
        d.ServerAddress(b"\x05\x01")
    empty = d.TSA(b"")
    assert (empty.kind, empty.logical, empty.digits) == (0, 0, "")
    assert str(d.ServerAddress.of("AA", kind=3, logical=1)) == "AA (broadcast) logical 1"


def test_small_values_in_words() -> None:
    assert str(d.DAR(4)) == "DAR 4 object undefined 对象未定义"
    assert str(d.DAR(99)) == "DAR 99 reserved 保留"
    with pytest.raises(UsageError):
        d.DAR(256)
    assert d.ScalerUnit(-2, 33).scaled(d.DoubleLongUnsigned(12345)) == Decimal("123.45")
    assert str(d.ScalerUnit(-2, 33)) == "10^-2 kWh"
    assert (d.unit_symbol(255), d.unit_symbol(200)) == ("", "unit 200")
    assert len(d.UNITS) == 58
    assert str(d.TI(1, 15)) == "15 min"
    assert (d.TI(1, 15).seconds, d.TI(4, 1).seconds) == (900, None)
    assert str(d.TI(9, 1)) == "1 units 9"
    assert str(d.Region(0, d.Unsigned(1), d.Unsigned(5))) == "[1, 5)"
    for kind, inside in ((0, (1,)), (1, (5,)), (2, (1, 5)), (3, ())):
        region = d.Region(kind, d.Unsigned(1), d.Unsigned(5))
        assert [value in region for value in (0, 1, 3, 5, 6)] == [False, 1 in inside, True, 5 in inside, False]
    assert str(d.COMDCB(6, 2)) == "9600 8E1 flow 0"
    assert (d.COMDCB(255).bits_per_second, d.COMDCB(3).bits_per_second) == (None, 2400)
    assert str(d.ROAD(d.OAD("50040200"), (d.OAD("00100200"),))) == "50040200[00100200]"
    assert str(d.RCSD()) == "all columns"
    assert d.type_name(18) == "long-unsigned"
    assert d.type_name(99) == "type 99"


def test_bits() -> None:
    bits = d.BitString("1000000001")
    assert (bits[0], bits[1], bits[9], len(bits), str(bits)) == (True, False, True, 10, "1000000001")
    with pytest.raises(IndexError):
        bits[10]
    assert bits == d.BitString(bytes.fromhex("8040"), 10)
    assert bits != d.BitString(bytes.fromhex("8041"), 10)  # padding is kept: other octets, another value
    assert bits != "1000000001"
    assert hash(bits) == hash(d.BitString("1000000001"))
    for wrong in (lambda: d.BitString("12"), lambda: d.BitString(b"a", 9), lambda: d.BitString(b"a", -1)):
        with pytest.raises(UsageError):
            wrong()
    with pytest.raises(AttributeError):
        bits.size = 3  # type: ignore[misc]


def test_floats() -> None:
    assert d.Float32(0.1) != 0.1
    assert str(d.Float32(0.1)) == "0.1"
    for wrong in (1e39, b"abc"):
        with pytest.raises(UsageError):
            d.Float32(wrong)


def test_texts() -> None:
    bad = d.UTF8String(b"a\xff")
    assert str(bad) == "a\ufffd"
    assert repr(bad) == "UTF8String.fromhex('61ff')"
    assert d.decode_data(d.encode_data("\xff")) == "\xff"


def test_null_that_was_sent() -> None:
    assert not d.NULL
    assert d.Null() == d.NULL
    assert (repr(d.NULL), str(d.NULL)) == ("NULL", "null")
    assert d.encode_data(d.NULL) == b"\x00"
    assert len({d.NULL, d.Null()}) == 1


def test_lengths() -> None:
    for count, octets in (
        (0, "00"),
        (127, "7f"),
        (128, "8180"),
        (255, "81ff"),
        (256, "820100"),
        (1 << 24, "8401000000"),
    ):
        assert count_prefix(count).hex() == octets
    with pytest.raises(UsageError):
        count_prefix(1 << 32)


def test_what_has_no_form_on_the_wire() -> None:
    for annotation in (complex, tuple[int, int], [1]):
        with pytest.raises(UsageError, match="no form on the wire"):
            axdr.wire_of(annotation)
