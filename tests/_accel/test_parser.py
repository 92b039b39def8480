"""The embeddable parser as its users see it: columns with names, rows in words, Arrow, and other threads that go on."""

import ctypes
import gc
import mmap
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from meterwire._accel import _py_arrow, _py_columns, arrow, layout, parser
from meterwire._accel._py_dlt645 import encode
from meterwire.errors import UsageError

Load = Callable[[str], ModuleType]
ENERGY = encode("123456789012", 0x91, bytes.fromhex("00000100" + "78563412"))
BLOCK = encode("000000000001", 0x91, bytes.fromhex("00FF0100" + "89030000" + "FFFFFFFF"))
OLD = bytes.fromhex("6895320600000068810633C36B3333331E16")  # KTS-Intek/DLT645: 1997, 9000 = 0.38


@pytest.fixture
def both(accel: Load, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The parser on each form of its accelerators."""
    monkeypatch.setattr(parser, "columns", accel("columns"))
    monkeypatch.setattr(parser, "frames", accel("frames"))
    monkeypatch.setattr(layout, "columns", accel("columns"))
    layout.items645.cache_clear()
    yield
    layout.items645.cache_clear()


@pytest.mark.usefixtures("both")
def test_rows_in_words() -> None:
    found = parser.decode645([b"\xfe" + ENERGY + BLOCK, OLD])
    assert len(found) == 4
    assert found.row(0) == parser.Row(
        address="123456789012", item="00010000", value=Decimal("123456.78"), unit="kWh", status="good", part=0,
        control=0x91, protocol="645-2007", source=0, offset=1,
    )  # fmt: skip
    assert [(row.item, row.value, row.status) for row in found][1:3] == [
        ("00010000", Decimal("3.89"), "good"),
        ("00010100", None, "no data"),
    ]
    assert (found.row(3).protocol, found.row(3).item, found.row(3).source) == ("645-1997", "9000", 1)
    with pytest.raises(IndexError):
        found.row(4)


@pytest.mark.usefixtures("both")
def test_columns_are_buffers_of_the_promised_types() -> None:
    found = parser.decode645(ENERGY * 3)
    formats = {name: getattr(found, name).format for name, _ in _py_columns.COLUMNS}
    assert formats == dict(_py_columns.COLUMNS)
    assert {getattr(found, name).nbytes // getattr(found, name).itemsize for name in formats} == {3}
    assert list(found.value) == [12345678] * 3
    assert [f"{address:012X}" for address in found.address] == ["123456789012"] * 3
    assert found.units[found.unit[0]] == "kWh"


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("count", [0, 1, 199, 200, 5000])
def test_columns_grow_as_needed(count: int) -> None:
    """Blocks of many members have more rows than the first guess has room for."""
    many = encode("000000000001", 0x91, bytes.fromhex("00FF0100") + bytes(4 * 49))
    found = parser.decode645(many * (count // 49) + ENERGY * (count % 49))
    assert (len(found), found.frames) == (count, count // 49 + count % 49)
    assert (found.errors, found.discarded) == (0, 0)


@pytest.mark.usefixtures("both")
def test_fill_again_and_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(ENERGY * 1000)
    columns, place, values = parser.Columns(300), (0, 0), []
    with (tmp_path / "file").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        while place[0] == 0:
            place = columns.fill(mapped, *place)
            values += list(columns.value)
    assert values == [12345678] * 1000
    assert columns.fill(ENERGY + ENERGY[:7], final=False) == (0, 20)
    with pytest.raises(UsageError, match="200"):
        parser.Columns(199)
    with pytest.raises(UsageError):
        columns.fill(ENERGY, 0, 21)


@pytest.mark.usefixtures("both")
def test_detect() -> None:
    assert parser.detect(b"\x68\x00" + ENERGY) == "645-2007"
    assert parser.detect(OLD) == "645-1997"
    assert parser.detect(bytes.fromhex("681100630501000000000000E9E40080D67816")) == "698"
    assert parser.detect(ENERGY[:-1]) is None
    assert parser.detect(b"") is None


def test_include_folder() -> None:
    assert {path.name for path in Path(parser.get_include()).iterdir()} >= {
        "meterwire_frames.h",
        "meterwire_frames.pxd",
    }


def test_other_threads_go_on_while_columns_are_filled() -> None:
    """With a switch interval without end a thread yields the GIL only when it lets go of it by itself."""
    if "_py_" in parser.columns.__name__:
        pytest.skip("the pure form holds the GIL")
    data = ENERGY * 500_000
    columns = parser.Columns(500_200)
    before = sys.getswitchinterval()
    overlapped = False
    sys.setswitchinterval(1000)
    try:
        for _ in range(50):
            begun, done = threading.Event(), []

            def work(begun: threading.Event = begun, done: list[bool] = done) -> None:
                begun.set()
                columns.fill(data)
                done.append(True)

            thread = threading.Thread(target=work)
            thread.start()
            begun.wait()
            overlapped = not done
            thread.join()
            if overlapped:
                break
    finally:
        sys.setswitchinterval(before)
    assert overlapped


# ---- Arrow, read as the specification of its C data interface says


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


Schema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_char_p), ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("children", ctypes.POINTER(ctypes.POINTER(Schema))), ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(Schema))), ("private_data", ctypes.c_void_p),
]  # fmt: skip
Array._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))), ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(Array))), ("private_data", ctypes.c_void_p),
]  # fmt: skip
pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def taken(columns: parser.Columns) -> tuple[Schema, Array]:
    """Move both structures out of their capsules, as a consumer does."""
    moved: list[Any] = []
    for capsule, name, kind in zip(
        columns.__arrow_c_array__(), (b"arrow_schema", b"arrow_array"), (Schema, Array), strict=True
    ):
        there = ctypes.cast(pointer_of(capsule, name), ctypes.POINTER(kind)).contents
        here = kind.from_buffer_copy(there)
        there.release = type(there.release)(0)
        moved.append(here)
    return moved[0], moved[1]


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    if "_py_" in arrow.__name__:
        pytest.skip("Arrow needs the compiled form")
    gc.collect()
    before = arrow.held()
    yield
    gc.collect()
    assert arrow.held() == before, "what was handed out is kept for ever"


def test_without_the_compiled_form_arrow_refuses() -> None:
    """A callback in Python would be called when the interpreter is gone."""
    for call in (lambda: _py_arrow.schema(()), lambda: _py_arrow.batch((), 0, {}, ())):
        with pytest.raises(UsageError, match="numpy"):
            call()
    assert _py_arrow.held() == 0


@pytest.mark.usefixtures("both", "nothing_kept")
def test_arrow_structures() -> None:
    columns = parser.decode645(ENERGY + BLOCK)
    schema, array = taken(columns)
    assert (schema.format, schema.n_children, array.length, array.n_children) == (b"+s", 11, 3, 11)
    assert (array.n_buffers, array.buffers[0], array.null_count) == (1, None, 0)
    formats = {}
    for k in range(11):
        child, field = array.children[k].contents, schema.children[k].contents
        formats[field.name] = field.format
        assert (child.length, child.n_buffers, child.offset, bool(child.buffers[0])) == (
            3,
            2,
            0,
            field.name == b"value",
        )
    assert formats[b"address"] == b"L"
    assert (formats[b"value"], formats[b"scale"], formats[b"item"]) == (b"l", b"c", b"I")
    value = array.children[1].contents
    assert value.null_count == 1
    assert ctypes.cast(value.buffers[0], ctypes.POINTER(ctypes.c_uint8))[0] == 0b011
    content = ctypes.cast(value.buffers[1], ctypes.POINTER(ctypes.c_int64))
    assert [content[k] for k in range(3)] == list(columns.value)
    columns.fill(OLD)  # what was handed out is not overwritten
    assert content[0] == 12345678
    assert len(columns) == 1
    del columns
    gc.collect()
    assert content[0] == 12345678
    array.release(ctypes.pointer(array))
    schema.release(ctypes.pointer(schema))
    assert not array.release
    assert not schema.release


@pytest.mark.usefixtures("both", "nothing_kept")
def test_capsules_that_nobody_takes() -> None:
    columns = parser.decode645(ENERGY)
    columns.__arrow_c_array__()
    columns.__arrow_c_schema__()
    del columns


@pytest.mark.usefixtures("both", "nothing_kept")
def test_a_child_moved_away_before_its_parent_is_released() -> None:
    columns = parser.decode645(ENERGY)
    schema, array = taken(columns)
    schema.release(ctypes.pointer(schema))
    there = array.children[1].contents
    child = Array.from_buffer_copy(there)
    there.release = type(there.release)(0)
    array.release(ctypes.pointer(array))
    content = ctypes.cast(child.buffers[1], ctypes.POINTER(ctypes.c_int64))
    assert content[0] == 12345678
    child.release(ctypes.pointer(child))


@pytest.mark.usefixtures("both", "nothing_kept")
def test_pyarrow() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    columns = parser.decode645((ENERGY + BLOCK) * 100)
    batch = pyarrow.record_batch(columns)
    batch.validate(full=True)
    assert batch.column("value").to_pylist()[:3] == [12345678, columns.value[1], None]
    assert batch.column("value").null_count == 100
    assert pyarrow.table(columns).num_rows == 300
    assert pyarrow.record_batch(parser.decode645(b"")).num_rows == 0
    del batch, columns


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize("way", ["", "import sys; sys.kept = kept", "ring = [kept]; ring.append(ring); del kept, ring"])
def test_arrow_that_outlives_the_interpreter(way: str) -> None:
    pytest.importorskip("pyarrow")
    code = f"import pyarrow; from meterwire._accel.parser import decode645; kept = pyarrow.table(decode645({ENERGY!r}))\n{way}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("both")
def test_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    columns = parser.decode645(numpy.frombuffer(ENERGY * 10, "u1"))
    value = numpy.asarray(columns.value)
    assert (value.dtype, value.sum()) == (numpy.int64, 123456780)
    assert numpy.shares_memory(value, numpy.asarray(columns.value))
