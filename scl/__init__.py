"""SCL documents (IEC 61850-6): from a file to a model that can be served.

::

    from meterwire.scl import load_ied
    ied = load_ied("station.scd", "AA1D1Q01")

and from a file to what is wrong with it::

    from meterwire.scl import check
    for finding in check("station.scd").findings:
        print(finding.where, finding.rule, finding.message)
"""

from .check import CheckOptions, CheckReport, check
from .document import SclDocument, open_document
from .findings import Finding, Severity
from .instantiate import load_ied
from .nsd import load_namespaces
from .rules import rule

__all__ = [
    "CheckOptions",
    "CheckReport",
    "Finding",
    "SclDocument",
    "Severity",
    "check",
    "load_ied",
    "load_namespaces",
    "open_document",
    "rule",
]
