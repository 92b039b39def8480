"""docs/dlt698.md and its Chinese twin: what they show runs, and what their tables list is what there is."""

import re

import pytest
from house import ROOT

from meterwire.protocols import dlt698
from meterwire.protocols.dlt698 import apdu

PAGES = ("docs/dlt698.md", "docs/dlt698.zh.md")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


def test_both_show_the_same_code() -> None:
    assert blocks(PAGES[0], "python") == blocks(PAGES[1], "python")
    assert blocks(PAGES[0], "text") == blocks(PAGES[1], "text")


def test_what_they_show_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for block in blocks(PAGES[0], "python"):
        exec(compile(block, PAGES[0], "exec"), names)
    assert capsys.readouterr().out == "".join(blocks(PAGES[0], "text"))


@pytest.mark.parametrize("name", PAGES)
def test_the_table_of_services(name: str) -> None:
    rows = re.findall(r"^\| ([0-9A-F, ]+) \| [A-Z]+ \| (.*) \|$", page(name), re.MULTILINE)
    listed = {int(tag, 16) for tags, _ in rows for tag in tags.split(", ")}
    assert listed == set(apdu._REGISTER)
    for tags, classes in rows:
        for word in re.findall(r"`(\w+)`", classes):
            assert getattr(dlt698, word).TAG in {int(tag, 16) for tag in tags.split(", ")}


@pytest.mark.parametrize("name", PAGES)
def test_every_class_named_exists(name: str) -> None:
    for word in re.findall(r"`(?:dlt698\.)?([A-Z]\w+)(?:\(|\.|`)", page(name)):
        assert hasattr(dlt698, word) or word == "None", word
