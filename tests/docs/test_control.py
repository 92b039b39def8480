"""docs/control.md: its snippet is run, its picture is drawn from the table, its AddCauses are those of the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from draw_control import TARGET, draw
from house import ROOT

from meterwire.acsi.control_command import MAX_OR_IDENT
from meterwire.acsi.control_memory import MAX_REMEMBERED
from meterwire.cli import main

TEXT = (ROOT / "docs" / "control.md").read_text("utf-8")


def block(language: str) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0]


def test_ten_lines(tmp_path: Path) -> None:
    path = os.pathsep.join(str(Path(p).resolve()) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p)
    done = subprocess.run(
        [sys.executable, "-c", block("python")], capture_output=True, encoding="utf-8", timeout=60, cwd=tmp_path,
        check=False, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (block("text"), "")


def test_the_picture_is_drawn_from_the_table() -> None:
    assert TARGET.read_text("utf-8") == draw(), "PYTHONPATH=build/linktree python tools/draw_control.py"


def test_options_are_those_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = TEXT[TEXT.index("From the shell:") : TEXT.index("Exit code 1")]
    options = re.findall(r"(--[a-z]+)", sentence)
    assert len(options) == 9
    assert main(["control", "--help"]) == 0
    told = capsys.readouterr().out
    assert [option for option in options if option not in told] == []


def test_numbers_are_those_of_the_code() -> None:
    assert f", {MAX_REMEMBERED} commands an object," in TEXT
    assert f"at most {MAX_OR_IDENT} octets" in TEXT
