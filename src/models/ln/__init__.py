"""Logical node classes of IEC 61850-7-4 (edition 2.1, NSD 2007B5), declared one class each.

Here are the classes the terminals of this package use; a class that is not here is not supported.
"""

from ...errors import UnknownNameError
from ..declare import LogicalNodeClass
from .generic import GAPC, GGIO, GSAL, KVLV, STMP, ZBAT
from .metering import MFLW, MHET, MMDC, MMTN, MMTR, MMXN, MMXU, MSQI
from .switching import CALH, CILO, CSWI, XCBR, XSWI
from .system import LCCH, LGOS, LLN0, LPHD, LSVS, LTIM, LTMS, LTRK

__all__ = [
    "CALH",
    "CILO",
    "CSWI",
    "GAPC",
    "GGIO",
    "GSAL",
    "KVLV",
    "LCCH",
    "LGOS",
    "LLN0",
    "LN_CLASSES",
    "LPHD",
    "LSVS",
    "LTIM",
    "LTMS",
    "LTRK",
    "MFLW",
    "MHET",
    "MMDC",
    "MMTN",
    "MMTR",
    "MMXN",
    "MMXU",
    "MSQI",
    "STMP",
    "XCBR",
    "XSWI",
    "ZBAT",
    "ln_class",
]

LN_CLASSES: dict[str, type[LogicalNodeClass]] = {
    ln.__name__: ln
    for ln in (
        *(LPHD, LLN0, LCCH, LGOS, LSVS, LTIM, LTMS, LTRK),
        *(MMTR, MMTN, MMXU, MMXN, MMDC, MSQI, MFLW, MHET),
        *(XSWI, XCBR, CSWI, CILO, CALH),
        *(GGIO, GAPC, GSAL, STMP, KVLV, ZBAT),
    )
}
"""Every LN class by its name."""


def ln_class(name: str) -> type[LogicalNodeClass]:
    """The LN class called ``name``; UnknownNameError for any other name."""
    try:
        return LN_CLASSES[name]
    except KeyError:
        msg = f"no LN class {name!r}; there are {', '.join(LN_CLASSES)}"
        raise UnknownNameError(msg) from None
