"""The catalogue of objects: whole, unique, every type one the codec knows; and what values mean by it."""

import json
import re
from collections import Counter
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, UsageError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import items
from meterwire.protocols.dlt698.datatypes import DataType, parse_type
from meterwire.protocols.dlt698.quantities import quantities
from meterwire.reading import Quality

from .vectors import FRAMES

ALL = list(items.catalogue())
MEMBERS = [(item, member) for item in ALL for member in (*item.attributes, *item.methods)]
TYPES = sorted({member.type for _, member in MEMBERS})
SHARED = Path(__file__).parents[4] / "shared"
CHINESE = re.compile("[一-鿿]")


def test_size_and_uniqueness() -> None:
    lines = [row["oi"] for name in ("energies", "demands", "objects") for row in items._rows(name)]
    assert max(Counter(lines).values()) == 1
    phased = sum(3 for name in ("energies", "demands") for row in items._rows(name) if row["phases"])
    # fewer objects than lines and phases would mean that a family runs over another object
    assert len(ALL) == len({item.oi for item in ALL}) == len(lines) + phased
    assert len(ALL) > 480


@pytest.mark.parametrize("table", ["class_members", "object_members"])
def test_members_are_given_once(table: str) -> None:
    keys = [tuple(row[k] for k in row if k in {"oi", "ic", "kind", "number"}) for row in items._rows(table)]
    assert max(Counter(keys).values()) == 1
    if table == "object_members":
        assert all(items.lookup(key[0]).known for key in keys)


def test_names_and_sources() -> None:
    for item in ALL:
        assert item.name.strip() == item.name
        assert item.name
        assert not CHINESE.search(item.name), item
        assert CHINESE.search(item.name_zh) or item.name_zh in {"ESAM", "RS232", "RS485"}, item
        assert item.source
        assert set(item.source) <= set(items.SOURCES)
    for _, member in MEMBERS:
        assert member.name
        assert not CHINESE.search(member.name)
        assert CHINESE.search(member.name_zh), member
        assert member.source
        assert set(member.source) <= set(items.SOURCES)
    assert max(Counter(item.name for item in ALL).values()) == 1
    assert max(Counter(item.name_zh for item in ALL).values()) == 1


def test_ranges() -> None:
    symbols = {*d.UNITS.values(), "CNY"}
    for item in ALL:
        assert 1 <= item.ic <= 26
        assert [m.number for m in item.attributes] == sorted({m.number for m in item.attributes})
        assert item.attributes[0].number == 1
        assert all(1 <= m.number <= 31 and m.access in {"r", "rw"} for m in item.attributes), item
        assert all(1 <= m.number <= 255 and m.access == "x" for m in item.methods)
        assert all(m.unit in symbols and -6 <= (m.scaler or 0) <= 0 for m in item.attributes), item


def test_classes() -> None:
    found = items.classes()
    assert list(found) == list(range(1, 27))
    for ic, it in found.items():
        assert it.ic == ic
        assert it.name
        assert CHINESE.search(it.name_zh) or it.name_zh == "ESAM"
        assert len(it.attributes) >= 2
        assert it.attributes[0].name == "logical name"
        assert it.methods[0].number == 1
    assert {item.ic for item in ALL} <= set(found)
    assert [m.number for m in found[1].attributes] == [1, 2, 3, 4, 5]


SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "bool": st.booleans(),
    "octet-string": st.binary(max_size=20),
    "visible-string": st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=20),
    "date_time_s": st.binary(min_size=7, max_size=7).map(d.DateTimeS),
    "Scaler_Unit": st.builds(d.ScalerUnit, st.integers(-128, 127), st.integers(0, 255)),
    "CSD": st.integers(0, 2**32 - 1).map(lambda oad: d.CSD(d.OAD(oad))),
    "TSA": st.just(d.TSA.of("201601200001")),
    **{
        cls.NAME: st.integers(-(2 ** (8 * cls.SIZE - 1)), 2 ** (8 * cls.SIZE - 1) - 1).map(cls)
        if cls.SIGNED
        else st.integers(0, 2 ** (8 * cls.SIZE) - 1).map(cls)
        for cls in (
            d.DoubleLong, d.DoubleLongUnsigned, d.Integer, d.Long, d.Unsigned, d.LongUnsigned, d.Long64, d.Long64Unsigned,
            d.Enum, d.OI, d.OAD, d.OMD,
        )
    },
}  # fmt: skip


def legal(kind: DataType) -> st.SearchStrategy[Any]:
    if kind.name == "any":
        return st.one_of(*SIMPLE.values())
    if kind.name == "array":
        return st.lists(legal(kind.parts[0]), max_size=5).map(d.Array)
    if kind.name == "structure":
        return st.tuples(*map(legal, kind.parts)).map(d.Structure)
    if kind.name == "bit-string":
        bits = st.integers(kind.bits, kind.bits) if kind.bits else st.integers(0, 40)
        return bits.flatmap(lambda n: st.text("01", min_size=n, max_size=n)).map(d.BitString)
    return SIMPLE[kind.name]


@given(st.sampled_from(TYPES).flatmap(lambda text: st.tuples(st.just(text), legal(parse_type(text)))))
def test_values_of_every_type_survive_the_wire(case: tuple[str, Any]) -> None:
    text, value = case
    octets = d.encode_data(value)
    back = d.decode_data(octets)
    assert d.encode_data(back) == octets
    assert parse_type(text).fits(back)


@pytest.mark.parametrize("text", TYPES)
def test_types(text: str) -> None:
    kind = parse_type(text)
    assert str(kind) == text
    assert kind.tag is not None or text == "any"
    assert text == "any" or not kind.fits(d.Float32(1.5))


@pytest.mark.parametrize("text", ["", "$", "array", "array[", "array[long", "{long", "{}", "lang", "long(3)", "long long", "long]"])  # fmt: skip
def test_bad_types(text: str) -> None:
    with pytest.raises(UsageError):
        parse_type(text)


def oads(value: Any) -> list[str]:
    return re.findall(r"OAD\('([0-9A-F]{8})'\)", repr(value))


def test_own_vectors_are_found() -> None:
    found = {oad for vector in FRAMES for oad in oads_of(vector.wire)}
    assert len(found) > 10
    check(found)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not here")
def test_shared_vectors_are_found() -> None:
    lines = (SHARED / "vectors" / "dlt698.jsonl").read_text("utf-8").splitlines()
    found = {oad for line in lines for oad in oads_of(bytes.fromhex(json.loads(line)["hex"]))}
    assert len(found) > 50
    check(found)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not here")
def test_every_object_of_the_facts_is_here() -> None:
    text = (SHARED / "facts" / "dlt698.md").read_text("utf-8").partition("Lists below")[2]
    text = text.partition("**43xx")[0]
    listed = re.findall(r"(?:: |; )([0-9A-F]{4}) (\d+) ", text)
    assert len(listed) > 320
    for oi, ic in listed:
        assert (items.lookup(oi).known, items.lookup(oi).ic) == (True, int(ic)), oi


def oads_of(octets: bytes) -> list[str]:
    try:
        frame = d.decode(octets) if octets[:1] in {b"\x68", b"\xfe"} else None
        apdu = d.decode_apdu(octets if frame is None else frame.data)
    except DecodeError:  # fragments, and one that was spoilt where it was found
        return []
    return oads(apdu)


def check(found: set[str]) -> None:
    for oad in map(d.OAD, found):
        item = items.lookup(oad)
        assert item.known, oad
        assert item.attribute(oad.attribute), oad


ZERO = d.DateTimeS.fromhex("07EA0A050C1E00")
MEANINGS: list[tuple[str, Any, list[tuple[str, str, str, str]]]] = [
    ("00100200", d.Array([d.DoubleLongUnsigned(123456), d.DoubleLongUnsigned(1)]),
     [("forward active energy, total", "正向有功电能 总", "1234.56", "kWh"),
      ("forward active energy, tariff 1", "正向有功电能 费率1", "0.01", "kWh")]),
    ("00100401", d.Long64Unsigned(12345678),
     [("forward active energy, high-precision total and tariffs, total", "正向有功电能 高精度总及费率电能量数组 总", "1234.5678", "kWh")]),
    ("10100201", d.Structure([d.DoubleLongUnsigned(12345), ZERO]),
     [("forward active maximum demand, total", "正向有功最大需量 总", "1.2345", "kW")]),
    ("20000203", d.LongUnsigned(2415), [("voltage, phase C", "电压 C相", "241.5", "V")]),
    ("20010201", d.DoubleLong(-5000), [("current, phase A", "电流 A相", "-5.000", "A")]),
    ("20010400", d.DoubleLong(12), [("current, neutral current", "电流 零线电流", "0.012", "A")]),
    ("20040201", d.DoubleLong(60000), [("active power, total", "有功功率 总", "6000.0", "W")]),
    ("200A0202", d.Long(-894), [("power factor, phase A", "功率因数 A相", "-0.894", "")]),
    ("200E0303", d.Long(125), [("phase B current harmonic content, harmonic 3", "B相电流谐波含有量 3次", "1.25", "%")]),
    ("200F0200", d.LongUnsigned(5000), [("grid frequency", "电网频率", "50.00", "Hz")]),
    ("20170200", d.DoubleLong(12345), [("present active demand", "当前有功需量", "1.2345", "kW")]),
]  # fmt: skip


@pytest.mark.parametrize(("oad", "value", "meaning"), MEANINGS, ids=[m[0] for m in MEANINGS])
def test_meanings(oad: str, value: Any, meaning: list[tuple[str, str, str, str]]) -> None:
    found = quantities(d.OAD(oad), value)
    assert [(q.name, q.name_zh, str(q.value), q.unit) for q in found] == meaning
    assert all(q.quality == Quality.GOOD and not q.note for q in found)
    assert all(isinstance(q.raw, int) and q.value == Decimal(q.raw).scaleb(q.exponent) for q in found)


def test_demand_has_its_time() -> None:
    (found,) = quantities(d.OAD("10100201"), d.Structure([d.DoubleLongUnsigned(12345), ZERO]))
    assert found.time == ZERO.datetime is not None


def test_exact_whatever_the_context() -> None:
    with localcontext(prec=3):
        (found,) = quantities(d.OAD("00100401"), d.Long64Unsigned(2**64 - 1))
    assert str(found.value) == "1844674407370955.1615"


def test_what_is_not_good() -> None:
    (refused,) = quantities(d.OAD("200F0200"), d.DAR(4))
    assert (refused.value, refused.quality) == (None, Quality.INVALID)
    assert refused.note
    (null,) = quantities(d.OAD("200F0200"), None)
    assert (null.value, null.quality, null.note) == (None, Quality.INVALID, "no data")
    (wide,) = quantities(d.OAD("200F0200"), d.DoubleLongUnsigned(5000))
    assert (wide.value, wide.quality) == (Decimal("50.00"), Quality.QUESTIONABLE)
    assert wide.note == "sent as double-long-unsigned, the catalogue says long-unsigned"
    (unknown,) = quantities(d.OAD("12340200"), d.Unsigned(5))
    assert (unknown.value, unknown.quality, unknown.note) == (5, Quality.QUESTIONABLE, "not in the catalogue")
    assert not items.lookup("1234").known
    (flat,) = quantities(d.OAD("20000200"), d.LongUnsigned(5))
    assert (flat.value, flat.raw, flat.quality) == (5, None, Quality.QUESTIONABLE)
    (phase,) = quantities(d.OAD("20000201"), d.OAD("20000200"))
    assert (phase.raw, phase.quality) == (None, Quality.QUESTIONABLE)
    with pytest.raises(UsageError):
        items.lookup("voltage")


def test_elements_without_names() -> None:
    (word,) = quantities(d.OAD("20140202"), d.BitString("01" * 8))
    assert (word.name, word.quality) == ("meter run status words, element 2", Quality.GOOD)
    (group,) = quantities(d.OAD("40050200"), d.Array([b"\x11" * 6]))
    assert (group.value, group.quality) == (d.Array([b"\x11" * 6]), Quality.GOOD)
    (number,) = quantities(d.OAD("400C0203"), d.Unsigned(8))
    assert (number.value, number.quality) == (8, Quality.GOOD)
    prices = quantities(d.OAD("40180200"), d.Array([d.DoubleLongUnsigned(5283), d.DoubleLongUnsigned(1)]))
    assert [(q.value, q.unit) for q in prices] == [(Decimal("0.5283"), "CNY/kWh"), (Decimal("0.0001"), "CNY/kWh")]


@given(st.integers(0, 2**32 - 1) | st.sampled_from(ALL).map(lambda i: int(i.oi) << 16 | 0x200), legal(DataType("any")))
def test_never_raises(oad: int, value: Any) -> None:
    for part in (value, d.Array([value, value]), d.Structure([value, ZERO])):
        assert quantities(d.OAD(oad), part) or part == ()


def test_search() -> None:
    assert next(int(item.oi) for item in items.search("2000")) == 0x2000
    assert items.lookup("0010") in set(items.search("正向有功电能"))
    assert {item.ic for item in items.search("energy kWh")} == {1}
    assert not list(items.search("perpetuum mobile"))
