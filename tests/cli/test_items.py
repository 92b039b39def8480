"""``meterwire items``: catalogues as tables and as JSON."""

import json
from collections.abc import Callable

import pytest

from meterwire.cli.items import KINDS

from .conftest import Done

Run = Callable[..., Done]


def test_search_in_chinese(run: Run) -> None:
    done = run("items", "645", "--search", "电压")
    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head.split() == ["code", "name", "名称", "unit", "format", "access", "edition", "source"]
    assert next(line for line in lines if line.startswith("02010100")).split() == [
        "02010100", "phase", "A", "voltage", "A相电压", "V", "XXX.X", "r", "2007", "VPFSL",
    ]  # fmt: skip
    assert all("电压" in line for line in lines)
    assert any(line.startswith("B611") for line in lines), "the edition of 1997 too"


def test_json(run: Run) -> None:
    done = run("items", "645", "--search", "forward active energy, tariff 3, current", "--json")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert found[0] == {
        "code": "00010300",
        "name": "forward active energy, tariff 3, current",
        "name_zh": "(当前)正向有功费率3电能",
        "unit": "kWh",
        "format": "XXXXXX.XX",
        "access": "r",
        "edition": "2007",
        "source": "VPFSL",
        "parts": [],
    }


def test_parts_of_a_record(run: Run) -> None:
    done = run("items", "645", "--search", "time setting record", "--parts")
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[1][0] == "033004NN"
    assert [line[0] for line in lines[2:]] == [".operator", ".before", ".after"]
    assert lines[3][-2:] == ["校时前时间", "YYMMDDhhmmss"]
    assert ".before" not in run("items", "645", "--search", "time setting record").out
    table = json.loads(run("items", "645", "--search", "first zone table", "--json").out)
    assert table["parts"] == [{"key": "zone", "name": "zone", "name_zh": "时区", "unit": "", "format": "MMDDNN*14"}]


def test_698(run: Run) -> None:
    done = run("items", "698", "--search", "电能")
    assert (done.code, done.err) == (0, "")
    assert all("电能" in line for line in done.out.splitlines()[1:])
    done = run("items", "698", "--search", "phase B forward active energy", "--json")
    first = json.loads(done.out.splitlines()[0])
    assert (first["code"], first["name_zh"], first["unit"], first["edition"]) == (
        "0012",
        "B相正向有功电能",
        "kWh",
        "IC 1",
    )
    assert first["format"] == "array[double-long-unsigned]"
    assert [part["key"] for part in first["parts"]] == ["1", "2", "3", "4", "5", "m1", "m2"]


@pytest.mark.parametrize("kind", list(KINDS))
def test_everything_is_listed_without_a_search(run: Run, kind: str) -> None:
    done = run("items", kind)
    assert done.code == 0
    assert len(done.out.splitlines()) > 100


def test_what_cannot_be_found(run: Run) -> None:
    done = run("items", "645", "--search", "perpetuum mobile")
    assert (done.code, done.out) == (2, "")
    assert "no item of 645 holds 'perpetuum mobile'" in done.err
    done = run("items", "644")
    assert (done.code, done.out) == (2, "")
    assert done.err == "meterwire: no catalogue '644'; there are 645, 698\n"
