"""The limits SECURITY.md states are those of the code, and it names them all."""

import re
from dataclasses import fields, is_dataclass
from typing import Any

from house import ROOT

from meterwire.acsi import BufferLimits
from meterwire.acsi.files import FileLimits
from meterwire.binding.mms.data_sets import DataSetLimits
from meterwire.server import Limits

CLASSES: tuple[Any, ...] = (Limits, FileLimits, BufferLimits, DataSetLimits)


def test_limits() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    stated = {
        f"{name}.{setting}": float(value.replace(",", ""))
        for name, setting, value in re.findall(r"^\| `(\w+)\.(\w+)` \| ([\d,.]+) \|", text, re.MULTILINE)
    }
    real = {
        f"{cls.__name__}.{field.name}": getattr(cls(), field.name)
        for cls in CLASSES
        for field in fields(cls)
        if not is_dataclass(getattr(cls(), field.name))
    }
    assert stated == real
