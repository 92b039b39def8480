"""The complaints of issue 3 are all answered by tests that exist, and docs/interop.md tells what the tables say."""

import ast
from dataclasses import fields
from functools import cache
from typing import Any

from draw_interop import ROOT, TARGET, render

from meterwire.acsi import BufferLimits
from meterwire.acsi.files import FileLimits
from meterwire.acsi.log_store import LogLimits
from meterwire.binding.mms.data_sets import DataSetLimits
from meterwire.server import Limits
from meterwire.server.admission import Admission

from .must_not_happen import BEHAVIOUR, COMPLAINTS, SETTINGS

CLASSES: tuple[Any, ...] = (Limits, FileLimits, Admission, DataSetLimits, BufferLimits, LogLimits)


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_complaint_has_tests_that_exist() -> None:
    assert len(COMPLAINTS) == 10
    told = (test for table in (COMPLAINTS, BEHAVIOUR) for tests in table.values() for test in tests)
    for name in (*told, *SETTINGS.values()):
        file, _, function = name.partition("::")
        assert function in functions(file), name


def test_every_setting_has_a_test() -> None:
    assert set(SETTINGS) == {f"{cls.__name__}.{field.name}" for cls in CLASSES for field in fields(cls)}


def test_the_page_is_drawn_from_the_tables() -> None:
    assert TARGET.read_text("utf-8") == render(), "python3 tools/draw_interop.py"
