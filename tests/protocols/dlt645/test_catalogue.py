"""Every row of the catalogue of both editions: unique, complete, within ranges, and its values survive the wire."""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Item, decode_item, expand, lookup
from meterwire.protocols.dlt645.formats import RawValue
from meterwire.protocols.dlt645.items import FILES, OWN_FORMS, SOURCES
from meterwire.protocols.dlt645.layouts import Part, layout_of, rows_of
from meterwire.protocols.dlt645.patterns import FIELDS, OCTETS, fields_in, match, members
from meterwire.reading import Quality

ROWS = [{**row, "file": name} for name in FILES for row in rows_of(name)]
ALL = list(dlt645.catalogue())
UNITS = {
    "", "kWh", "kvarh", "kVAh", "kW", "kvar", "kVA", "V", "A", "Ah", "Hz", "deg", "%", "°C", "ms", "s", "min",
    "CNY", "CNY/kWh", "imp/kWh", "imp/kvarh",
}  # fmt: skip
EDITIONS = {"1997", "2007", "2007+1", "2007+2", "2007+3"}
LONGEST = 255 * 195
"""Octets that can be read: a first frame and 255 more."""


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["di"])
def test_row(row: dict[str, str]) -> None:
    assert len(row["di"]) == (4 if row["edition"] == "1997" else 8)
    assert row["edition"] in EDITIONS
    assert ("1997" in row["file"]) == (row["edition"] == "1997")
    assert row["name"].isascii()
    assert row["name"] == row["name"].strip()
    assert is_chinese(row["name_zh"])
    assert row["unit"] in UNITS
    assert row["signed"] in {"", "1"}
    assert row["access"] in {"r", "w", "rw"}
    assert row["source"]
    assert set(row["source"]) <= set(SOURCES)
    assert row["source"] != "U" or "1997" in row["file"] or row["file"] == "security", "nothing new from hearsay"
    for field in row["block"].split():
        assert field in OCTETS or field in row["di"]
    rest = row["di"]
    for name, at in fields_in(row["di"]):
        rest = rest[:at] + "0" * len(name) + rest[at + len(name) :]
    assert all(c in "0123456789ABCDEF" for c in rest)
    if row["format"] in OWN_FORMS:
        return
    layout = layout_of(row["format"].partition("#")[0], row["unit"], row["signed"] == "1")
    assert 1 <= layout.max_length <= LONGEST
    assert not row["signed"] or (layout.fixed or layout.tail)[0].format.kind == "bcd"
    keys = [part.key for part in layout.fixed + layout.tail]
    assert len(set(keys)) == len(keys)
    for part in layout.fixed + layout.tail:
        assert not part.signed or part.format.kind == "bcd"
        assert part.unit in UNITS
        assert not part.name or is_chinese(part.name_zh)


def test_no_two_items_share_an_identifier_or_a_name() -> None:
    assert len(ROWS) == len({row["di"] for row in ROWS}) > 650
    assert len({item.di for item in ALL}) == len(ALL) > 39_000
    assert len({(item.name, item.edition[:4], item.di[:2]) for item in ALL}) == len(ALL)
    assert len({(item.name_zh, item.edition[:4]) for item in ALL}) == len(ALL)


def test_every_class_of_the_standard_is_there() -> None:
    classes = Counter(item.di[:2] for item in ALL if len(item.di) == 8)
    assert set(classes) == {f"{n:02X}" for n in (*range(8), *range(0x10, 0x20))}
    assert Counter(item.di[0] for item in ALL if len(item.di) == 4).keys() == set("9ABC")


def test_a_look_up_gives_what_the_catalogue_lists() -> None:
    for item in ALL:
        assert lookup(item.di) == item


def test_every_kind_of_open_place_and_every_record_is_used() -> None:
    assert {name for row in ROWS for name, _ in fields_in(row["di"])} == set(FIELDS)
    table = rows_of("records")
    named = {row["format"] for row in [*ROWS, *table] if row["format"].startswith("@")}
    assert {name[1:].partition("#")[0] for name in named} == {row["record"] for row in table}


def test_open_places_are_within_their_ranges() -> None:
    for row in ROWS:
        for name, at in fields_in(row["di"]):
            span = FIELDS[name].values
            width = len(name)
            assert 0 <= span[0] <= span[-1] < 16**width - 1, "the largest is left for blocks"
            for value in (span[0] - 1, span[-1] + 1, 16**width - 1):
                di = next(members(row["di"]))
                outside = f"{di[:at]}{value:0{width}X}{di[at + width :]}" if value >= 0 else ""
                assert match(row["di"], outside) is None


def test_bits_are_within_their_words_and_do_not_overlap() -> None:
    words = [item for item in ALL if item.bits]
    assert len(words) == 24
    assert {row["di"] for row in rows_of("status_bits")} == {item.di for item in words}
    for item in words:
        seen: set[int] = set()
        for bit in item.bits:
            span = set(range(bit.bit, bit.bit + bit.width))
            assert span <= set(range(8 * item.length))
            assert not span & seen
            seen |= span
            assert is_chinese(bit.name_zh) or "bps" in bit.name_zh
        assert len({bit.key for bit in item.bits}) == len(item.bits)


# Values.


def some_value(part: Part, draw: random.Random) -> RawValue:
    """A legal value, the edges more often than chance has it."""
    fmt = part.format
    if fmt.kind == "bcd":
        top = 10 ** (2 * fmt.length) * (8 if part.signed else 10) // 10 - 1
        low = -top if part.signed else 0
        return draw.choice((0, top, low, draw.randint(low, top), draw.randint(low, top)))
    if fmt.kind == "bits":
        return draw.choice((0, (1 << 8 * fmt.length) - 1, draw.randrange(1 << 8 * fmt.length)))
    if fmt.kind == "digits":
        return f"{draw.randrange(10 ** (2 * fmt.length)):0{2 * fmt.length}d}"
    if fmt.kind == "hex":
        return f"{draw.randrange(1 << 8 * fmt.length):0{2 * fmt.length}X}"
    if fmt.kind == "text":
        return "".join(chr(draw.randint(0x21, 0x7E)) for _ in range(draw.randint(1, fmt.length)))
    return some_time(fmt.text, draw)


def some_time(form: str, draw: random.Random) -> RawValue:
    moment = dt.datetime(2000, 1, 1) + dt.timedelta(seconds=draw.randrange(99 * 365 * 86_400))
    shown = {
        "YYMMDDWW": f"{moment:%Y-%m-%d}", "hhmmss": f"{moment:%H:%M:%S}", "hhmm": f"{moment:%H:%M}",
        "MMDDhhmm": f"{moment:%m-%dT%H:%M}", "DDhh": f"{moment:%dT%H}", "MMDDNN": f"{moment:%m-%d}",
        "hhmmNN": f"{moment:%H:%M}", "YYMMDDNN": f"{moment:%Y-%m-%d}",
    }  # fmt: skip
    if form in shown:
        return shown[form] + (f"/{draw.randrange(100)}" if form.endswith("NN") else "")
    return moment if "ss" in form else moment.replace(second=0)


def check_round_trip(item: Item, draw: random.Random) -> None:
    layout = item.layout
    parts = layout.fixed + layout.tail * (draw.randint(1, layout.times) if layout.tail else 0)
    values = tuple(some_value(part, draw) for part in parts)
    octets = item.encode(values)
    assert len(octets) == sum(part.format.length for part in parts)
    assert item.encode(octets) == octets
    found = decode_item(item.di, octets)
    assert len(found) == len(parts)
    for part, value, got in zip(parts, values, found, strict=True):
        assert got.quality == Quality.GOOD, (item, value, got)
        assert value == (got.raw if isinstance(value, int) else got.value), (item, value, got)
        if part.format.kind == "bcd":
            assert got.value == Decimal(got.raw or 0).scaleb(part.format.exponent)
        assert got.unit == part.unit
    keys = [got.item for got in found]
    assert len(set(keys)) == len(keys)
    negative_zero = any(value == 0 for value in values)
    again = tuple(got.value for got in found)
    assert item.encode(again) == octets or negative_zero  # type: ignore[arg-type]


VALUED = [row["di"] for row in ROWS if row["format"] not in OWN_FORMS]


@pytest.mark.parametrize("pattern", VALUED)
@settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_random_legal_values_survive_the_wire(pattern: str, seed: int) -> None:
    draw = random.Random(seed)
    choices = [di for di in members(pattern) if lookup(di).known]
    check_round_trip(lookup(draw.choice(choices)), draw)


def test_every_item_encodes_and_decodes() -> None:
    draw = random.Random(645)
    for item in ALL:
        if item.format not in OWN_FORMS and item.layout.max_length < 200:
            check_round_trip(item, draw)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(5))
def test_every_item_encodes_and_decodes_whatever_its_length(seed: int) -> None:
    draw = random.Random(seed)
    for item in ALL:
        if item.format not in OWN_FORMS:
            check_round_trip(item, draw)


def test_every_block_is_its_members() -> None:
    seen = 0
    for row in ROWS:
        for field in row["block"].split():
            first = next(members(row["di"]))
            at, width = (
                (OCTETS[field], 1 if field == "N0" else 2) if field in OCTETS else (row["di"].find(field), len(field))
            )
            di = first[:at] + "F" * width + first[at + width :]
            items = expand(di)
            assert [item.di for item in items] == sorted(item.di for item in items)
            assert lookup(di).known
            draw = random.Random(di)
            octets = b"".join(
                item.encode(tuple(some_value(part, draw) for part in item.layout.fixed)) for item in items
            )
            found = decode_item(di, octets)
            assert all(value.quality == Quality.GOOD for value in found)
            assert {value.item.partition(".")[0] for value in found} == {item.di for item in items}
            seen += 1
    assert seen > 300


def test_numbers_for_batch_decoding() -> None:
    table = dict(dlt645.numbers())
    assert table[0x00010000] == (8, 2, False, "kWh", 4)
    assert table[0x00000000] == (8, 2, True, "kWh", 4)
    assert table[0x01010000] == (6, 4, False, "kW", 8)
    assert table[0x02010100] == (4, 1, False, "V", 2)
    assert table[0x02060000] == (4, 3, True, "", 2)
    for absent in (0x04000101, 0x04000401, 0x04000501, 0x03010101, 0x06000001, 0x05060101):
        assert absent not in table
    assert dict(dlt645.numbers("1997"))[0x9010] == (8, 2, False, "kWh", 4)
    draw = random.Random(1)
    for di, number in draw.sample(sorted(table.items()), 2000):
        item = lookup(di)
        top = 10**number.digits * (8 if number.signed else 10) // 10 - 1
        value = draw.randint(-top if number.signed else 0, top)
        octets = item.layout.fixed[0].format.encode(value, signed=number.signed)
        assert 2 * len(octets) == number.digits
        magnitude = int(octets[::-1].hex()) if value >= 0 else -int(f"{octets[-1] & 0x7F:02x}" + octets[-2::-1].hex())
        assert magnitude == value
        assert (number.unit, -number.scale, number.size) == (item.layout.fixed[0].unit, item.exponent, item.length)


@pytest.mark.parametrize(
    ("words", "found", "absent"),
    [
        ("电压", "02010100", "02020100"),
        ("voltage phase a", "02010100", "02010200"),
        ("正向有功 费率 3", "00010300", "00020300"),
        ("00010000", "00010000", "00010100"),
        ("kWh 剩余", "00900100", "00900200"),
        ("9010", "9010", "9020"),
    ],
)
def test_search(words: str, found: str, absent: str) -> None:
    items = {item.di for item in dlt645.search(words)}
    assert found in items
    assert absent not in items


def test_search_tells_a_rule_once() -> None:
    found = [item.di for item in dlt645.search("forward active energy")]
    assert "0001TTSS" in found
    assert "00010000" not in found
    assert not list(dlt645.search("no such thing at all"))
