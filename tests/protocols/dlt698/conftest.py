"""Both forms of the link layer and of the data decoder, one after the other, under everything that uses them."""

from collections.abc import Callable
from types import ModuleType

import pytest

from meterwire.protocols.dlt698 import Apdu, apdu, columns, data, frame, results

from .samples import CLASSES, Sampler


@pytest.fixture(name="link")
def link_layer(accel: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The link layer in use: compiled, then pure."""
    module = accel("dlt698")
    monkeypatch.setattr(frame, "_accel", module)
    monkeypatch.setattr(frame, "_frames", accel("frames"))
    return module


@pytest.fixture(name="codec")
def data_codec(accel: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The data decoder in use: compiled, then pure."""
    module = accel("dlt698data")
    monkeypatch.setattr(data, "_accel", module)
    monkeypatch.setattr(results, "_accel", module)
    monkeypatch.setattr(apdu, "_accel", module)
    monkeypatch.setattr(columns, "_accel", module)
    return module


@pytest.fixture(name="every_request")
def requests_of_every_kind() -> list[Apdu]:
    """One example of each APDU a client asks with."""
    sampler = Sampler(698)
    return [sampler.apdu(cls) for cls in CLASSES if cls.TAG in {0x05, 0x06, 0x07, 0x09, 0x10}]
