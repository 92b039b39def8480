"""docs/dlt645.md and its Chinese twin: what they show runs, and what their tables list is what there is."""

import io
import re
from contextlib import redirect_stdout

import pytest
from house import ROOT

from meterwire.protocols import dlt645
from meterwire.server import meter645

PAGES = ("docs/dlt645.md", "docs/dlt645.zh.md")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code(name: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


def test_both_languages_show_the_same_code() -> None:
    assert code(PAGES[0]) == code(PAGES[1]) != []


def test_the_programs_run_and_print_what_is_promised() -> None:
    names: dict[str, object] = {}
    written = io.StringIO()
    with redirect_stdout(written):
        for program in code(PAGES[0]):
            exec(program, names)
    assert written.getvalue().splitlines() == [
        "003411001043 trip, close, alarm, keep supply 跳合闸、报警、保电, request", "['2181.07 kWh']", "[]",
    ]  # fmt: skip
    assert written.getvalue().splitlines()[0] in code(PAGES[0])[0]


@pytest.mark.parametrize("name", PAGES)
def test_the_table_of_functions_is_complete(name: str) -> None:
    rows = re.findall(r"^\| ([0-9A-F]*) ?\| ([0-9A-F]*) ?\| `(\w+)`", page(name), re.MULTILINE)
    new = {int(row[0], 16): row[2] for row in rows if row[0]}
    old = {int(row[1], 16): row[2] for row in rows if row[1]}
    assert new.keys() == dlt645.FUNCTIONS.keys()
    assert old.keys() == dlt645.FUNCTIONS_1997.keys()
    for request in {*new.values(), *old.values()}:
        assert issubclass(getattr(dlt645, request), dlt645.Request)


@pytest.mark.parametrize("name", PAGES)
def test_what_is_named_exists(name: str) -> None:
    for word in re.findall(r"`(?:dlt645\.)?([A-Z]\w+)(?:\(|\.|`)", page(name)):
        assert hasattr(dlt645, word) or hasattr(meter645, word) or word in {"Decimal", "TT", "SS", "NN", "PP"}, word
