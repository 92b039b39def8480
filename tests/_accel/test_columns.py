"""Frames into columns: what a row says is what the catalogue says, and where there is doubt there is no value."""

import random
from array import array
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire._accel import _py_columns, layout
from meterwire._accel._py_dlt645 import encode
from meterwire.errors import UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import catalogue, decode_item, expand
from meterwire.protocols.dlt645.values import Decoded
from meterwire.reading import Quality

Load = Callable[[str], ModuleType]
TWO_FORMS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
ADDRESS = "003411001043"
NAMES = [name for name, _ in _py_columns.COLUMNS]
STATUS = {name: number for number, name in enumerate(_py_columns.STATUSES)}


@pytest.fixture
def columns(accel: Load) -> ModuleType:
    return accel("columns")


@pytest.fixture
def items(columns: ModuleType) -> tuple[Any, tuple[str, ...]]:
    """The layout for this form of the accelerator, and its units."""
    units: dict[str, int] = {"": 0}
    return columns.Layout(layout.rules645(units)), tuple(units)


@cache
def twin_items() -> Any:
    return _py_columns.Layout(layout.rules645({"": 0}))


def table(rows: int) -> list[Any]:
    return [array(code, bytes(rows * array(code).itemsize)) for _, code in _py_columns.COLUMNS]


SMALL = table(400)


def rows_of(columns: ModuleType, items: Any, data: bytes | Sequence[bytes], **how: Any) -> list[dict[str, int]]:
    made = SMALL if isinstance(data, bytes) else table(1100)
    count, *_ = columns.fill(items, [data] if isinstance(data, bytes) else data, made, **how)
    return [{name: column[k] for name, column in zip(NAMES, made, strict=True)} for k in range(count)]


def answer(di: str, data: bytes, control: int = 0x91) -> bytes:
    return encode(ADDRESS, control, bytes.fromhex(di)[::-1] + data)


def value_of(row: dict[str, int]) -> Decimal | None:
    return Decimal(f"{row['value']}E{row['scale']}") if row["status"] <= _py_columns.LAST_VALUE else None


def test_one_energy(columns: ModuleType, items: Any) -> None:
    (row,) = rows_of(columns, items[0], b"\xfe\xfe" + answer("00010000", bytes.fromhex("78563412")))
    assert row == {
        "address": 0x003411001043, "value": 12345678, "offset": 2, "item": 0x00010000, "source": 0, "control": 0x91,
        "protocol": 4, "part": 0, "scale": -2, "unit": items[1].index("kWh"), "status": STATUS["good"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wire", "status", "part"),
    [
        (encode(ADDRESS, 0x11, bytes.fromhex("00000100")), "request", 0),
        (encode(ADDRESS, 0x14, bytes(20)), "request", 0),
        (encode(ADDRESS, 0xD1, b"\x02"), "error answer", 2),
        (encode(ADDRESS, 0xD1, b""), "error answer", 0),
        (encode(ADDRESS, 0x93, bytes(6)), "no item", 0),
        (encode(ADDRESS, 0x94, b""), "no item", 0),
        (encode(ADDRESS, 0x91, b"\x00\x00"), "undecoded", 0),
        (answer("0001FF00", bytes(8), control=0xB1), "undecoded", 0),  # the rest comes in another frame
        (answer("0001FF00", bytes(9), control=0x92), "undecoded", 0),
        (answer("0001FF00", bytes(9)), "undecoded", 0),  # no whole number of members
        (answer("0001FF00", b""), "undecoded", 0),
        (answer("0FFFFFFF", bytes(4)), "unknown item", 0),
        (answer("00010000", bytes.fromhex("785634")), "short", 0),
        (answer("00010000", bytes.fromhex("FFFFFFFF")), "no data", 0),
        (answer("00010000", bytes.fromhex("7856341A")), "not BCD", 0),
        (answer("00010000", bytes.fromhex("78563480")), "good", 0),  # 80 million kWh: forward energy has no sign
        (answer("04000101", bytes.fromhex("01300226")), "no such time", 0),
    ],
)
def test_no_value_where_there_is_none(columns: ModuleType, items: Any, wire: bytes, status: str, part: int) -> None:
    (row,) = rows_of(columns, items[0], wire)
    assert (_py_columns.STATUSES[row["status"]], row["part"]) == (status, part)
    if status != "good":
        assert row["value"] == columns.NO_VALUE


def test_values_of_a_block_and_a_value_with_its_time(columns: ModuleType, items: Any) -> None:
    data = answer("0001FF00", bytes.fromhex("8903000000000000FFFFFFFF"))
    demand = answer("01010000", bytes.fromhex("563412" + "1507211126"))
    rows = rows_of(columns, items[0], data + demand)
    assert [(f"{r['item']:08X}", value_of(r), r["part"], items[1][r["unit"]]) for r in rows] == [
        ("00010000", Decimal("3.89"), 0, "kWh"),
        ("00010100", Decimal("0.00"), 0, "kWh"),
        ("00010200", None, 0, "kWh"),
        ("01010000", Decimal("12.3456"), 0, "kW"),
        ("01010000", Decimal(2611210715), 1, "YYMMDDhhmm"),
    ]
    assert [r["offset"] for r in rows] == [0, 0, 0, len(data), len(data)]


def test_a_sign_and_octets_behind_the_value(columns: ModuleType, items: Any) -> None:
    rows = rows_of(
        columns,
        items[0],
        answer("00000000", bytes.fromhex("78563492"))
        + answer("02010100", bytes.fromhex("012200"))
        + answer("02010100", bytes.fromhex("012201"))
        + answer("04000503", bytes.fromhex("10FF")),
    )
    assert [(r["value"], r["status"]) for r in rows] == [(-12345678, 0), (2201, 0), (2201, STATUS["long"]), (0xFF10, 0)]


def same(row: dict[str, int], decoded: Decoded, units: tuple[str, ...]) -> bool:
    """A row tells what the decoder of single frames tells."""
    item = f"{row['item']:08X}" if len(decoded.item.partition(".")[0]) == 8 else f"{row['item']:04X}"
    if item != decoded.item.partition(".")[0]:
        return False
    status = _py_columns.STATUSES[row["status"]]
    if status == "undecoded":
        return row["value"] == _py_columns.NO_VALUE
    if status not in {"good", "long"}:
        return decoded.value is None and row["value"] == _py_columns.NO_VALUE
    if {"good": Quality.GOOD, "long": Quality.QUESTIONABLE}[status] != decoded.quality:
        return False
    if decoded.raw is not None:
        return (row["value"], row["scale"], units[row["unit"]]) == (decoded.raw, decoded.exponent, decoded.unit)
    if isinstance(decoded.value, str) and decoded.value.isdecimal():
        return row["value"] == int(decoded.value)
    fields = units[row["unit"]]
    digits = f"{row['value']:0{len(fields)}d}"
    told = {fields[k : k + 2]: digits[k : k + 2] for k in range(0, len(fields), 2)}
    text = str(decoded.value)
    number = told.pop("NN", "")
    return text.endswith(f"/{int(number)}" if number else text[-1]) and all(
        part in text for name, part in told.items() if name != "WW"
    )


def check_items(columns: ModuleType, items: Any, every: int) -> None:
    """Random legal digits, and random octets: rows and the decoder of single frames agree, item by item."""
    draw = random.Random(645)
    known = [item for item in catalogue() if item.length and item.length + len(item.di) // 2 <= 200]
    for item in known[::every]:
        width = item.length
        for data in (
            bytes.fromhex("".join(draw.choice("01234567") for _ in range(2 * width))),
            bytes.fromhex("1511211126"[-2 * width :]).ljust(width, b"\x01"),
            draw.randbytes(width),
            b"\xff" * width,
        ):
            rows = rows_of(columns, items[0], answer(item.di, data, 0x91 if len(item.di) == 8 else 0x81))
            decoded = decode_item(item.di, data)
            assert len(rows) == len(decoded) or "undecoded" in {_py_columns.STATUSES[r["status"]] for r in rows}
            for row, told in zip(rows, decoded, strict=False):
                assert same(row, told, items[1]), (item.di, data.hex(), row, told)


def test_items_of_the_catalogue(columns: ModuleType, items: Any) -> None:
    check_items(columns, items, 29)


@pytest.mark.long
def test_every_item_of_the_catalogue(columns: ModuleType, items: Any) -> None:
    check_items(columns, items, 1)


def blocks() -> list[str]:
    """One identifier of each rule for blocks."""
    found = []
    for b3, b2, b1, _, b0, _, keep, _ in layout.rules645({"": 0}):
        if keep != 0xFFFFFFFF:
            found.append(f"{b2:02X}{b0:02X}" if b3 == _py_columns.EDITION_1997 else f"{b3:02X}{b2:02X}{b1:02X}{b0:02X}")
    return found


def check_blocks(columns: ModuleType, items: Any, every: int) -> None:
    """With as many members as a meter may send: the rows of the decoder of single frames, or one that says undecoded."""
    draw = random.Random(645)
    tried = decoded_blocks = 0
    known = blocks()
    assert len(known) > 500
    for di in known[::every]:
        is_old = len(di) == 4
        sizes = [0]
        for member in expand(di):
            sizes.append(sizes[-1] + member.length)
        sizes = [size for size in sizes if 0 < size <= 196]
        if not sizes:
            continue
        for size in {sizes[0], draw.choice(sizes), sizes[-1], sizes[0] + 1, max(1, sizes[-1] - 1)}:
            data = bytes.fromhex("".join(draw.choice("01234567") for _ in range(2 * size)))
            for body in (data, data + b"\xaa") if is_old else (data,):
                rows = rows_of(columns, items[0], answer(di, body, 0x81 if is_old else 0x91))
                tried += 1
                if {r["status"] for r in rows} == {STATUS["undecoded"]}:
                    assert [r["value"] for r in rows if r["part"] == 0][:1] == [columns.NO_VALUE]
                    continue
                decoded_blocks += 1
                decoded = decode_item(di, body)
                assert len(rows) == len(decoded)
                assert all(same(row, told, items[1]) for row, told in zip(rows, decoded, strict=True)), (di, body.hex())
    assert decoded_blocks > tried // 3


def test_blocks(columns: ModuleType, items: Any) -> None:
    check_blocks(columns, items, 11)


@pytest.mark.long
def test_every_block(columns: ModuleType, items: Any) -> None:
    check_blocks(columns, items, 1)


def test_the_file_is_what_the_catalogue_gives() -> None:
    """After a change of the catalogue: make layout."""
    import write_layout

    assert write_layout.TARGET.read_text("utf-8") == "\n".join(write_layout.lines()) + "\n"


def test_names_and_counts_agree_with_the_protocol_and_the_units(columns: ModuleType) -> None:
    made = layout.items645()
    assert set(made.units) >= {item.unit for item in catalogue() if item.format and not item.format.startswith("Y")}
    assert columns.MOST_ROWS == dlt645.MAX_DATA


def test_a_list_of_buffers(columns: ModuleType, items: Any) -> None:
    one, half = answer("00010000", bytes(4)), answer("02010100", bytes(2))
    sources = [one, half[:-1], b"", half + one, bytearray(one), memoryview(b"\xfe" + one)]
    rows = rows_of(columns, items[0], sources)
    assert [(r["source"], r["offset"]) for r in rows] == [(0, 0), (3, 0), (3, len(half)), (4, 0), (5, 1)]
    many = [one] * 2500  # more than are held at once
    made = table(2800)
    assert columns.fill(items[0], many, made) == (2500, 2500, 0, 2500, 0, 0)
    assert list(made[NAMES.index("source")][:2500]) == list(range(2500))


def test_stop_and_go_on(columns: ModuleType, items: Any) -> None:
    sources = [answer("0001FF00", bytes(20)) * 100, answer("00010000", bytes(4)) * 300]
    made = table(columns.MOST_ROWS + 30)
    got, source, start, frames = [], 0, 0, 0
    while source < len(sources):
        count, source, start, new, *_ = columns.fill(items[0], sources, made, 0, source, start)
        assert count <= columns.MOST_ROWS + 30
        frames += new
        got += [(made[4][k], made[2][k], made[3][k]) for k in range(count)]
    assert frames == 400
    expected = [(r["source"], r["offset"], r["item"]) for r in rows_of(columns, items[0], sources)]
    assert got == expected
    assert len(got) == 800


def test_a_frame_that_goes_on_later(columns: ModuleType, items: Any) -> None:
    one = answer("00010000", bytes(4))
    made = table(300)
    assert columns.fill(items[0], [one + one[:9]], made, final=False) == (1, 0, len(one), 1, 0, 0)
    assert columns.fill(items[0], [one + one[:9]], made) == (1, 1, 0, 1, 0, 9)
    assert columns.fill(items[0], [one[:9], one[:9]], made, final=False) == (0, 1, 0, 0, 0, 9)
    assert columns.fill(items[0], [], made) == (0, 0, 0, 0, 0, 0)


def test_wrong_places_and_buffers(columns: ModuleType, items: Any) -> None:
    one = answer("00010000", bytes(4))
    made = table(300)
    for how in ({"row": -1}, {"source": 2}, {"source": -1}, {"start": -1}, {"start": len(one) + 1}):
        with pytest.raises(UsageError):
            columns.fill(items[0], [one], made, **how)
    with pytest.raises(UsageError, match="11 columns"):
        columns.fill(items[0], [one], made[1:])
    with pytest.raises((TypeError, BufferError)):
        columns.fill(items[0], [one], [bytes(8 * 300)] * 11)
    with pytest.raises(TypeError):
        columns.fill(items[0], [one, 5], made)
    with pytest.raises(TypeError):
        columns.fill(items[0], [one], [*made[:10], bytearray(300).decode("latin-1")])
    assert columns.fill(items[0], [one], table(columns.MOST_ROWS - 1)) == (0, 0, 0, 0, 0, 0)
    assert columns.fill(items[0], [one], made, 10**9) == (10**9, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "rule",
    [
        (257, 0, 0, 0, 0, 0, 0, ((0, 0, 4, 0, 0, 0),)),
        (0, 256, 0, 0, 0, 0, 0, ((0, 0, 4, 0, 0, 0),)),
        (0, 0, 0, 0, 0, 0, 0, ()),
        (0, 0, 0, 0, 0, 0, 0, ((0, 0, 9, 0, 0, 0),)),
        (0, 0, 0, 0, 0, 0, 0, ((0, 2, 8, 0, 0, 0),)),
        (0, 0, 0, 0, 0, 0, 0, ((0, 6, 4, 0, 0, 0),)),
        (0, 0, 0, 0, 0, 0, 0, ((0, 0, 0, 0, 0, 0),)),
        (0, 0, 0, 0, 0, 0, 0, ((0, 0, 4, 200, 0, 0),)),
    ],
)
def test_a_layout_out_of_range(columns: ModuleType, rule: Any) -> None:
    with pytest.raises(UsageError):
        columns.Layout([rule])


def test_first_rule_wins_and_rules_of_1997(columns: ModuleType) -> None:
    four, two = ((0, 0, 4, -2, 1, 0),), ((0, 0, 2, -1, 2, 0),)
    made = columns.Layout(
        [
            (0x00, 0x01, 0x00, 0x0F, 0x05, 0x05, 0xFFFFFFFF, four),
            (0x00, 0x01, 0x00, 0xFF, 0x00, 0xFF, 0xFFFFFFFF, two),
            (columns.EDITION_1997, 0x90, 0, 0, 0x10, 0x1F, 0xFFFFFFFF, four),
        ]
    )
    old = encode(ADDRESS, 0x81, bytes.fromhex("1090") + bytes.fromhex("38000000"))
    data = answer("00010505", bytes(4)) + answer("00011005", bytes(2)) + old + answer("00900010", bytes(4))
    rows = rows_of(columns, made, data)
    assert [(r["item"], r["scale"], r["status"], r["protocol"]) for r in rows] == [
        (0x00010505, -2, 0, 4),
        (0x00011005, -1, 0, 4),
        (0x9010, -2, 0, 5),
        (0x00900010, 0, STATUS["unknown item"], 4),
    ]
    assert rows[2]["value"] == 38


def test_validity(columns: ModuleType) -> None:
    for size in (0, 1, 7, 8, 9, 300):
        statuses = bytes(random.Random(size).choice((0, 1, 2, 7, 10)) for _ in range(size))
        bits = int.from_bytes(columns.validity(statuses), "little")
        assert [bits >> k & 1 for k in range(size)] == [status <= 1 for status in statuses]


interesting = st.sampled_from(
    [
        "00010000",
        "00000000",
        "0001FF00",
        "000100FF",
        "01010000",
        "0101FF00",
        "0201FF00",
        "02010100",
        "0203FF00",
        "028000FF",
        "04000101",
        "0400010C",
        "04000102",
        "04000401",
        "04000501",
        "040005FF",
        "05060101",
        "00FFFF00",
    ]
)
bodies = st.one_of(
    st.binary(max_size=30),
    st.text("0123456789F", max_size=60).map(lambda text: bytes.fromhex(text[: len(text) // 2 * 2])),
    st.integers(0, 49).map(lambda count: bytes.fromhex("78563412") * count),
)
controls = st.sampled_from([0x91, 0x91, 0x91, 0xB1, 0x92, 0xD1, 0x11, 0x81, 0xA1, 0x83, 0x88])
wires = st.one_of(
    st.builds(answer, interesting, bodies, controls),
    st.builds(
        lambda di, data: encode(ADDRESS, 0x81, bytes.fromhex(di)[::-1] + data),
        st.sampled_from(["9010", "901F", "B611"]),
        bodies,
    ),
    st.binary(max_size=20),
)


@TWO_FORMS
@given(
    sources=st.lists(st.lists(wires, max_size=4).map(b"".join), max_size=4),
    capacity=st.sampled_from([150, 200, 210, 1000]),
    final=st.booleans(),
)
def test_twins_agree(columns: ModuleType, items: Any, sources: list[bytes], capacity: int, final: bool) -> None:
    ours, theirs = table(capacity), table(capacity)
    place = (0, 0)
    for _ in range(3):
        result = columns.fill(items[0], sources, ours, 0, *place, final)
        assert result == _py_columns.fill(twin_items(), sources, theirs, 0, *place, final)
        assert [column[: result[0]] for column in ours] == [column[: result[0]] for column in theirs]
        place = result[1:3]
