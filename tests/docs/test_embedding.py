"""What docs/embedding.md shows is run: the scripts, the mapped file, and a Cython and a C module compiled against us."""

import os
import re
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest
from house import ROOT

from meterwire._accel import _py_dlt645, describe, frames, parser

GUIDES = ("embedding.md", "embedding.zh.md")
RECORDING = bytes.fromhex(
    "68170043050000000000000072790501004100020000121416"
    "6801004423520068911833323433BC3633333333333333333333BC363333333333331316"
)
COMPILED = frames.__name__.endswith("_c_frames")
C_COMPILER = (sysconfig.get_config_var("CC") or "cc").split()[0]


def blocks(guide: str, language: str) -> list[str]:
    text = (ROOT / "docs" / guide).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


SCRIPT, COLUMNS, MAPPED, SETUP = blocks("embedding.md", "python")


def run(*arguments: object, cwd: Path, path: str = os.environ.get("PYTHONPATH", "")) -> str:
    """What Python prints, run in another folder."""
    absolute = os.pathsep.join(str(Path(entry).resolve()) for entry in path.split(os.pathsep) if entry)
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False, timeout=110, cwd=cwd,
        env={**os.environ, "PYTHONPATH": absolute},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def has_compiler() -> bool:
    try:
        return subprocess.run([C_COMPILER, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def test_both_languages_show_the_same_code() -> None:
    for language in ("python", "cython", "sh", "text"):
        assert blocks("embedding.md", language) == blocks("embedding.zh.md", language)


def test_ten_lines(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(RECORDING)
    assert len([line for line in SCRIPT.splitlines() if line]) <= 10
    assert run("-c", SCRIPT, tmp_path / "recording", cwd=tmp_path) == blocks("embedding.md", "text")[0]


def test_columns(tmp_path: Path) -> None:
    lines = run("-c", COLUMNS, cwd=tmp_path).splitlines()
    assert lines[:2] == ["005223440001 00010000 389E-2 kWh good", "005223440001 00010100 0E-2 kWh good"]
    assert lines[5:] == lines[:5]


def test_mapped_file(tmp_path: Path) -> None:
    """A smaller file than the document speaks of, but of more rows than the columns hold at once."""
    answers = b"".join(
        _py_dlt645.encode(f"{n:012d}", 0x91, b"\x00\x00\x01\x00" + b"\x34\x12\x00\x00") for n in range(100)
    )
    (tmp_path / "recording").write_bytes((answers + b"\x68 garbage \xfe") * (4000 if COMPILED else 40))
    frames = 100 * (4000 if COMPILED else 40)
    smaller = MAPPED if COMPILED else MAPPED.replace("1 << 18", "1 << 10")
    assert run("-c", smaller, tmp_path / "recording", cwd=tmp_path).strip() == f"{frames} frames, {frames} values"


def test_nothing_else_is_imported() -> None:
    code = "import sys, meterwire._accel.parser; print(*(n for n in sys.modules if n.startswith('meterwire')))"
    loaded = run("-c", code, cwd=ROOT).split()
    assert all(name in {"meterwire", "meterwire.errors"} or name.startswith("meterwire._accel") for name in loaded)
    others = {"numpy", "pyarrow", "asyncio", "socket"}
    code = "import sys, meterwire._accel.parser; print(*sys.modules)"
    assert not others & set(run("-c", code, cwd=ROOT).split())


def test_the_header_says_what_python_says() -> None:
    text = (Path(parser.get_include()) / "meterwire_frames.h").read_text("utf-8")
    numbers = {name: int(value) for name, value in re.findall(r"#define METERWIRE_(\w+) (\d+)u?$", text, re.MULTILINE)}
    named = {name: int(value) for name, value in re.findall(r"METERWIRE_IS_(\w+) (\d+)", text)}
    assert [name.replace("376.1", "376").replace("-", "_") for name in frames.PROTOCOLS] == sorted(
        named, key=named.__getitem__
    )
    assert [numbers[name.removesuffix(".1")] for name in frames.DIALECTS] == [1, 2, 4, 8]
    assert numbers["ALL"] == 15
    pxd = (Path(parser.get_include()) / "meterwire_frames.pxd").read_text("utf-8")
    assert {f"METERWIRE_{name}" for name in numbers} - {"METERWIRE_FRAMES_VERSION"} <= set(
        re.findall(r"METERWIRE_\w+", pxd)
    )


needs_compiler = pytest.mark.skipif(
    not (COMPILED and has_compiler() and find_spec("Cython") and find_spec("setuptools")),
    reason=f"needs a C compiler, Cython, setuptools and the compiled form ({describe()})",
)


def build_and_use(folder: Path, **where: str) -> str:
    """What the document tells to type, in ``folder``."""
    (folder / "longest.pyx").write_text(blocks("embedding.md", "cython")[0], "utf-8")
    (folder / "setup.py").write_text(SETUP, "utf-8")
    build, use = blocks("embedding.md", "sh")[0].splitlines()
    assert build.split()[0] == use.split()[0] == "python"
    run(*build.split()[1:], cwd=folder, **where)
    return run("-c", use.split('"')[1], cwd=folder, **where)


@needs_compiler
def test_from_another_cython_module(tmp_path: Path) -> None:
    assert build_and_use(tmp_path).strip() == "16"
    code = f"import longest; print(longest.longest({RECORDING!r} * 1000), longest.longest(b''), longest.longest(b'h' * 10000))"
    assert run("-c", code, cwd=tmp_path).split() == ["36", "0", "0"]


C_MODULE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "meterwire_frames.h"

static const meterwire_frames_api *frames;

/* cut(data, size): the offsets of all frames, data given to the search in growing pieces of `size` octets */
static PyObject *cut(PyObject *self, PyObject *args)
{
    const char *data;
    Py_ssize_t size, step, base = 0, upto = 0, need = 1;
    meterwire_span span;
    PyObject *found = PyList_New(0);
    meterwire_scan *scan = frames->open(METERWIRE_645 | METERWIRE_698);
    if (!PyArg_ParseTuple(args, "y#n", &data, &size, &step) || found == NULL || scan == NULL)
        return NULL;
    while (upto < size) {
        upto = upto + step < size ? upto + step : size;
        Py_ssize_t start = 0;
        while (frames->next(scan, (const uint8_t *)data + base, upto - base, base, start, upto == size, &span)) {
            PyObject *item = Py_BuildValue("nni", base + span.offset, span.end - span.offset, span.protocol);
            PyList_Append(found, item);
            Py_DECREF(item);
            start = span.end;
        }
        base += span.offset;
        need = span.end;
    }
    frames->close(scan);
    return Py_BuildValue("NniI", found, need, frames->sum8((const uint8_t *)"\\xff\\x02", 2),
                         frames->fcs((const uint8_t *)"123456789", 9));
}

static PyMethodDef methods[] = {{"cut", cut, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "inc", NULL, -1, methods};

PyMODINIT_FUNC PyInit_inc(void)
{
    frames = meterwire_frames_import();
    return frames == NULL || frames->open(0) != NULL ? NULL : PyModule_Create(&definition);
}
"""


@needs_compiler
def test_from_a_c_module(tmp_path: Path) -> None:
    (tmp_path / "inc.c").write_text(C_MODULE, "utf-8")
    code = """from setuptools import Extension, setup; from meterwire._accel.parser import get_include
setup(name="inc", ext_modules=[Extension("inc", ["inc.c"], include_dirs=[get_include()])])"""
    run("-c", code, "build_ext", "--inplace", cwd=tmp_path)
    data = b"\x68\x00" + RECORDING * 3
    expected = [(at, length, parser.PROTOCOLS.index(name)) for at, length, name in parser.scan(data, ["645", "698"])]
    assert len(expected) == 6
    for size in (1, 5, 100, 10_000):
        told = run("-c", f"import inc; print(inc.cut({data!r}, {size}))", cwd=tmp_path)
        assert eval(told)[0] == expected
        assert eval(told)[2:] == (1, 0x906E)
    code = """import sys; sys.modules["meterwire._accel._c_frames"] = None
try: import inc
except ImportError as error: print("refused")"""
    assert run("-c", code, cwd=tmp_path).strip() == "refused"


@pytest.mark.long
@needs_compiler
def test_against_an_installed_wheel(tmp_path: Path) -> None:
    """The same with the package as a user has it: built, installed into a folder of its own, no trace of the source tree."""
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--target", str(site), str(ROOT)], check=True, timeout=600)
    work = tmp_path / "work"
    work.mkdir()
    assert run("-c", "import meterwire; print(meterwire.__file__)", cwd=work, path=str(site)).startswith(str(site))
    assert build_and_use(work, path=str(site)).strip() == "16"
    assert run("-c", COLUMNS, cwd=work, path=str(site)).count("good") == 10
