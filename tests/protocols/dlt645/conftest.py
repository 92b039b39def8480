"""Both forms of the link layer, one after the other, under everything that uses it."""

from collections.abc import Callable
from types import ModuleType

import pytest

from meterwire.protocols.dlt645 import frame


@pytest.fixture(name="link")
def link_layer(accel: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The accelerator in use: compiled, then pure; ``dlt645.decode``, ``Stream`` and the rest run on it."""
    module = accel("dlt645")
    monkeypatch.setattr(frame, "_accel", module)
    return module
