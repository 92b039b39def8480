"""Every accelerator has a twin, types, and the same public names; the choice between them is made in one place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from house import ROOT, modules, room_of

from meterwire import _accel

FOLDER = ROOT / "src" / "_accel"
NAMES = sorted(path.stem.removeprefix("_c_") for path in FOLDER.glob("_c_*.pyx"))
MOST_LINES = 400


def in_a_new_process(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_files_of_an_accelerator(name: str) -> None:
    assert (FOLDER / f"_py_{name}.py").exists()
    assert (FOLDER / f"_c_{name}.pyi").exists()
    assert (FOLDER / f"_c_{name}.pyx").read_text("utf-8").count("\n") <= MOST_LINES
    assert hasattr(_accel, name)
    assert name in _accel.__all__


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_have_the_same_public_names(name: str) -> None:
    def public(module: object) -> set[str]:
        listed = getattr(module, "__all__", None)
        return set(listed) if listed is not None else {item for item in dir(module) if not item.startswith("_")}

    twin = __import__(f"meterwire._accel._py_{name}", fromlist=["_"])
    try:
        compiled = __import__(f"meterwire._accel._c_{name}", fromlist=["_"])
    except ModuleNotFoundError:
        pytest.skip(f"_c_{name} is not compiled here")
    assert public(compiled) == public(twin)


def test_pure_can_be_forced() -> None:
    said = in_a_new_process(
        "from meterwire import _accel; print([n for n in __import__('sys').modules if '._accel._c_' in n]);"
        "print(_accel.describe())",
        METERWIRE_PURE="1",
    )
    assert said.splitlines() == ["[]", "accelerators: pure Python (METERWIRE_PURE is set)"]


def test_one_line_says_what_is_in_use() -> None:
    said = in_a_new_process("from meterwire import _accel; print(_accel.describe())", METERWIRE_PURE="")
    compiled = any(FOLDER.glob("_c_*.so")) or Path(_accel.__file__).parent != FOLDER
    assert said.startswith("accelerators: compiled" if compiled else "accelerators: pure Python")
    assert "\n" not in said


def test_only_accel_names_a_form() -> None:
    """Nobody imports ``_c_…`` or ``_py_…`` directly: that would make the choice a second time."""
    wrong = [
        f"{module.path}:{item.line}"
        for module in modules()
        for item in module.imports
        if item.target.startswith(("meterwire._accel._c_", "meterwire._accel._py_"))
        and room_of(module.name) != "_accel"
    ]
    assert not wrong
