"""Everything docs/scl.md tells a reader to type is typed here."""

import re
import shlex
from pathlib import Path

import pytest
from house import ROOT

from meterwire.cli.app import main
from meterwire.scl.rules import RULES

from ..scl.rules.base import BASE
from ..scl.test_nsd import NSD

PAGES = ("scl.md", "scl.zh.md")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def commands(name: str) -> list[str]:
    return [line.strip() for line in page(name).splitlines() if line.startswith("    meterwire ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("station.scd").write_text(BASE, encoding="utf-8")
    Path("vendor.nsd").write_text(NSD, encoding="utf-8")
    Path("one.icd").write_text(BASE.replace('<IED name="A"', '<IED name="TEMPLATE"'), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", PAGES)
def test_commands(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = commands(name)
    assert len(typed) == 6
    for command in typed:
        words = [
            part
            for word in shlex.split(command)[1:]
            for part in (sorted(map(str, folder.glob(word))) if "*" in word else [word])
        ]
        assert main(words) in (0, 1), command
        assert not capsys.readouterr().err, command
    assert Path("findings.sarif").is_file()
    assert Path("known.json").is_file()


def test_both_languages_have_the_same_commands() -> None:
    assert commands("scl.md") == commands("scl.zh.md")


def test_python(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, use = re.findall(r"^```python\n(.*?)^```$", page("scl.md"), re.MULTILINE | re.DOTALL)
    Path("our_rules.py").write_text(own, encoding="utf-8")
    (configuration,) = re.findall(r"^    (\[scl\]\n(?:    .*\n)+)", page("scl.md"), re.MULTILINE)
    Path("meterwire.toml").write_text(configuration.replace("\n    ", "\n"), encoding="utf-8")
    try:
        assert main(["scl", "check", str(folder / "station.scd")]) == 0
        assert "OUR-01" in capsys.readouterr().out
    finally:
        RULES.pop("OUR-01", None)
    exec(compile(use, "docs/scl.md", "exec"), {})


def test_families_that_the_page_names_exist() -> None:
    families = {rule.partition("-")[0] for rule in RULES}
    named = set(re.findall(r"`([A-Z]{2,4})`", page("scl.md"))) - {"ICD"}
    assert families <= named
