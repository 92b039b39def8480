"""Both forms agree on whatever comes; the compiled one stays inside its buffers (AddressSanitizer, by hand: -m long)."""

import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from house import ROOT

from meterwire import _accel

SCRIPT = Path(__file__).with_name("fuzz_frames.py")
SANITIZED = ("frames", "dlt645", "columns", "arrow", "mms", "mmsdata")
COMPILER = shutil.which("gcc")

compiled_only = pytest.mark.skipif(
    "_py_" in _accel.frames.__name__, reason="the frames are not searched by a compiled form here"
)


def campaign(rounds: int, seed: int) -> None:
    spec = spec_from_file_location("fuzz_frames", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.campaign(rounds, seed)


@compiled_only
def test_some_rounds() -> None:
    campaign(600, 645)


@pytest.mark.long
@compiled_only
@pytest.mark.timeout(900)
def test_many_rounds() -> None:
    campaign(50_000, 698)


def runtime(name: str) -> str:
    return subprocess.run(
        [str(COMPILER), f"-print-file-name={name}"], capture_output=True, text=True, check=True
    ).stdout.strip()  # fmt: skip


@pytest.mark.long
@compiled_only
@pytest.mark.timeout(900)
@pytest.mark.skipif(COMPILER is None, reason="needs gcc with its sanitizers")
def test_under_address_sanitizer(tmp_path: Path) -> None:
    folder = tmp_path / "meterwire"
    shutil.copytree(ROOT / "src", folder, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for name in SANITIZED:
        source = folder / "_accel" / f"_c_{name}.pyx"
        subprocess.run([sys.executable, "-m", "cython", "-3", str(source)], check=True, cwd=tmp_path)
        subprocess.run(
            [str(COMPILER), "-shared", "-fPIC", "-O1", "-g", "-fwrapv", "-fsanitize=address,undefined", "-fno-sanitize=alignment",
             f"-I{sysconfig.get_path('include')}", f"-I{folder / '_accel' / 'include'}", str(source.with_suffix(".c")),
             "-o", str(source.with_suffix(sysconfig.get_config_var("EXT_SUFFIX")))],
            check=True,
        )  # fmt: skip
    environment = {
        **os.environ,
        "LD_PRELOAD": f"{runtime('libasan.so')}:{runtime('libubsan.so')}",
        "ASAN_OPTIONS": "detect_leaks=0",  # Python keeps much until the end
        "UBSAN_OPTIONS": "halt_on_error=1",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "20000", "7"], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "done", "")
