"""docs/conformance.md is drawn from what was measured, and what it tells a reader to type works."""

import importlib.util
import json
import re
import sys
from types import ModuleType

import pytest
from house import ROOT

from meterwire.cli import main
from meterwire.conform import select_cases

PAGE = ROOT / "docs" / "conformance.md"


def load(name: str, folder: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_tool_draws() -> None:
    assert PAGE.read_text("utf-8") == load("draw_conformance", "tools").render(), "make conformance"


def test_every_failure_has_a_reading_and_its_octets() -> None:
    tool = load("draw_conformance", "tools")
    for name in tool.SERVERS:
        for result in tool.load(name)["results"]:
            if result["verdict"] == "fail":
                whose, reading = tool.reading_of(name, result)
                assert whose.startswith(("theirs", "the model's", "ours"))
                assert reading
                assert result["octets"] or (name, result["id"]) in tool.WITHHELD, f"{name} {result['id']}"


def test_our_own_server_fails_nothing() -> None:
    document = json.loads((ROOT / "docs" / "conformance" / "ours.json").read_text("utf-8"))
    assert not [result["id"] for result in document["results"] if result["verdict"] == "fail"]


def test_the_cases_measured_are_the_cases_there_are() -> None:
    known = [case.id for case in select_cases()]
    for name in ("ours", "libiec61850", "iec61850"):
        document = json.loads((ROOT / "docs" / "conformance" / f"{name}.json").read_text("utf-8"))
        assert [result["id"] for result in document["results"]] == known, "run tools/run_conformance.py"


def test_the_command_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """With the groups the page names, for the whole takes its time."""
    sys.path.insert(0, str(ROOT / "tests" / "conform"))
    (line,) = re.findall(r"^meterwire (conform .*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    (groups,) = re.findall(r"`--groups ([^`]*)`", PAGE.read_text("utf-8"))
    chosen = groups.replace("Rp,Br", "sRp4,sBr1")
    with load("everything", "tests/conform").in_background() as url:
        assert main([*line.replace("mms://127.0.0.1:10102", url).split(), "--groups", chosen]) == 0
    assert "3 cases, 3 pass" in capsys.readouterr().out


def test_the_flags_of_the_page_are_those_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "--help"]) == 0
    told = capsys.readouterr().out
    for flag in set(re.findall(r"`(--[a-z-]+)", PAGE.read_text("utf-8"))):
        assert flag in told, flag
