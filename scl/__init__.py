"""SCL documents (IEC 61850-6): from a file to a model that can be served.

::

    from meterwire.scl import load_ied
    ied = load_ied("station.scd", "AA1D1Q01")

Checking a file against the rules of 61850-6 is not done here: what does not stop an IED from being served is a note.
"""

from .document import SclDocument, open_document
from .instantiate import load_ied

__all__ = ["SclDocument", "load_ied", "open_document"]
