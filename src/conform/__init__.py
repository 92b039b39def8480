"""Conformance of a server, case by case, under the names IEC 61850-10 gives to groups of them.

::

    from meterwire.conform import Options, run
    outcome = await run("mms://127.0.0.1:10102", Options(groups=("Rp", "Br")))

The cases are tables in :mod:`meterwire.conform.cases`; docs/conformance.md tells how they are numbered and judged.
"""

from .bench import Options
from .case import Case, Group, Permission, Verdict
from .results import Result, Run, to_document
from .runner import run, select_cases

__all__ = [
    "Case",
    "Group",
    "Options",
    "Permission",
    "Result",
    "Run",
    "Verdict",
    "run",
    "select_cases",
    "to_document",
]
