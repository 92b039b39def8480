"""Fixtures for the whole suite."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from meterwire import _accel

# A loaded machine makes the drawing of examples slow; that says nothing about the code.
settings.register_profile("meterwire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("meterwire")


@pytest.fixture(params=["compiled", "pure"])
def accel(request: pytest.FixtureRequest) -> Callable[[str], ModuleType]:
    """Load one form of an accelerator: ``accel("dlt645")`` is the compiled module, then in a second run its twin."""

    def load(name: str) -> ModuleType:
        if request.param == "pure":
            return import_module(f"meterwire._accel._py_{name}")
        if _accel.PURE_FORCED:
            pytest.skip("METERWIRE_PURE is set: compiled form not wanted")
        module = f"meterwire._accel._c_{name}"
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            pytest.skip(f"{module} is not compiled here")

    return load
