"""docs/settings_and_logs.md and its Chinese twin: one program, which runs and prints what they say; limits are those of the code."""

import asyncio
import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from house import ROOT

from meterwire.acsi.log_control import ENTRY_OCTETS
from meterwire.acsi.log_store import LogLimits
from meterwire.acsi.setting_groups import EDIT_SECONDS

PAGES = ("docs/settings_and_logs.md", "docs/settings_and_logs.zh.md")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def block(name: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)
    text: str = found
    return text


def test_both_languages_show_the_same_program() -> None:
    for language in ("python", "text"):
        assert block(PAGES[0], language) == block(PAGES[1], language)


def test_the_program_prints_what_is_promised(tmp_path: Path) -> None:
    names: dict[str, Any] = {"__name__": "settings_and_logs"}
    exec(block(PAGES[0], "python"), names)
    written = io.StringIO()
    with redirect_stdout(written):
        asyncio.run(names["main"](str(tmp_path)))
    assert written.getvalue() == block(PAGES[0], "text")


@pytest.mark.parametrize("name", PAGES)
def test_limits_are_those_of_the_code(name: str) -> None:
    text = page(name)
    limits = LogLimits()
    assert (
        f"LogLimits(entries={limits.entries:_}, octets={limits.octets >> 20} << 20, age_seconds={limits.age_seconds})"
        in text
    )
    assert f"{ENTRY_OCTETS:,}" in text
    assert str(EDIT_SECONDS) in text
