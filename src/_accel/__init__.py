"""Hot loops, each in Cython with a pure Python twin. This is the one module that chooses between them.

Convention, for a loop called ``name``:

    _c_name.pyx    the Cython source; setup.py compiles every .pyx in this folder to meterwire._accel._c_name
    _c_name.pyi    its types
    _py_name.py    the pure twin: same public names, same signatures, same errors, same limits
    name.pxi       inline helpers shared by ``include`` (no cimport between our modules)
    include/       what other people's C and Cython extensions compile against (parser.get_include())

Users write ``from meterwire._accel import name`` and get whichever is in use; a new loop is one entry here.
METERWIRE_PURE=1 at run time forces the twins. METERWIRE_REQUIRE_EXT=1 at build time makes a failed compilation
fatal. Tests take both through the ``accel`` fixture of tests/conftest.py.
"""

import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

__all__ = [
    "PURE_FORCED",
    "arrow",
    "columns",
    "describe",
    "dlt645",
    "dlt698",
    "dlt698data",
    "frames",
    "mms",
    "mmscall",
    "mmsdata",
]

PURE_FORCED: Final = os.environ.get("METERWIRE_PURE", "") not in {"", "0"}
"""True when METERWIRE_PURE asks for the twins even though compiled modules may be present."""

_compiled: Final[dict[str, bool]] = {}


def _choose(name: str) -> ModuleType:
    """Return the compiled module of a loop, or its twin when that is forced or nothing was compiled."""
    compiled = f"{__name__}._c_{name}"
    if not PURE_FORCED:
        try:
            module = import_module(compiled)
        except ModuleNotFoundError as error:
            if error.name != compiled:
                raise
        else:
            _compiled[name] = True
            return module
    _compiled[name] = False
    return import_module(f"{__name__}._py_{name}")


if TYPE_CHECKING:
    from . import _py_arrow as arrow
    from . import _py_columns as columns
    from . import _py_dlt645 as dlt645
    from . import _py_dlt698 as dlt698
    from . import _py_dlt698data as dlt698data
    from . import _py_frames as frames
    from . import _py_mms as mms
    from . import _py_mmscall as mmscall
    from . import _py_mmsdata as mmsdata
else:
    arrow = _choose("arrow")
    columns = _choose("columns")
    dlt645 = _choose("dlt645")
    dlt698 = _choose("dlt698")
    dlt698data = _choose("dlt698data")
    frames = _choose("frames")
    mms = _choose("mms")
    mmscall = _choose("mmscall")
    mmsdata = _choose("mmsdata")


def describe() -> str:
    """Tell in one line which form of each loop is in use.

    Example: ``accelerators: compiled (dlt645)`` or ``accelerators: pure Python (no compiled module found)``.
    """
    if PURE_FORCED:
        return "accelerators: pure Python (METERWIRE_PURE is set)"
    compiled = [name for name, is_compiled in _compiled.items() if is_compiled]
    pure = [name for name, is_compiled in _compiled.items() if not is_compiled]
    if not compiled:
        return "accelerators: pure Python (no compiled module found; with a C compiler, reinstall for speed)"
    return f"accelerators: compiled ({', '.join(compiled)})" + (f", pure Python ({', '.join(pure)})" if pure else "")
