"""docs/behaviour.md and its Chinese twin: the program runs and prints what they say, and their tables are those of the engines."""

import io
import re
from contextlib import redirect_stdout

import pytest
from house import ROOT

from meterwire.acsi.mode import BEHAVIOUR, RULES
from meterwire.acsi.service_event import CDC_OF_SERVICE
from meterwire.models.enums import BehaviourModeKind
from meterwire.models.ln import LTRK

PAGES = ("docs/behaviour.md", "docs/behaviour.zh.md")
YES = ("yes", "接受", "是")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


def rows(name: str, heading: str) -> list[list[str]]:
    """Cells of the table whose first line begins with the heading."""
    lines = page(name).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_both_languages_show_the_same_program() -> None:
    assert blocks(PAGES[0], "python") == blocks(PAGES[1], "python") != []
    assert blocks(PAGES[0], "text") == blocks(PAGES[1], "text") != []


def test_the_program_prints_what_is_promised() -> None:
    (program,), (promised,) = blocks(PAGES[0], "python"), blocks(PAGES[0], "text")
    written = io.StringIO()
    with redirect_stdout(written):
        exec(program, {"__name__": "behaviour"})
    assert written.getvalue() == promised


@pytest.mark.parametrize(("name", "heading"), [(PAGES[0], "above \\ own"), (PAGES[1], "上级 \\ 自身")])
def test_beh_is_that_of_the_engine(name: str, heading: str) -> None:
    told = {row[0]: row[1:] for row in rows(name, heading)}
    assert told == {above.literal: [own.literal for own in row.values()] for above, row in BEHAVIOUR.items()}


@pytest.mark.parametrize("name", PAGES)
def test_rules_are_those_of_the_engine(name: str) -> None:
    told = {row[0]: tuple(cell in YES for cell in row[1:4]) for row in rows(name, "Beh")}
    assert told == {
        mode.literal: (rule.commands.is_accepted, rule.test_commands.is_accepted, rule.commands.reaches_process)
        for mode, rule in RULES.items()
    }
    quality = {row[0]: row[5] for row in rows(name, "Beh")}
    assert [quality[mode.literal] for mode in BehaviourModeKind][2:] == ["test", "test", "invalid"]


@pytest.mark.parametrize(("name", "heading"), [(PAGES[0], "tracking object"), (PAGES[1], "跟踪对象")])
def test_tracking_objects_are_those_of_the_model(name: str, heading: str) -> None:
    told = {part for row in rows(name, heading) for part in row[0].replace("*n*", "").split(", ")}
    assert told == {member for member in LTRK.members() if member.endswith("Trk") and "Udp" not in member}
    cdcs = {cdc for row in rows(name, heading) for cdc in row[1].split(", ")}
    assert cdcs == {*CDC_OF_SERVICE.values(), "CST"}
