"""The logical node classes of IEC 61850-7-4 (2007B5) and IEC 61850-7-420 (2019A4), declared one class each.

::

    from meterwire.models.ln import MMTR, XCBR

Each is imported when it is first asked for.
"""
# ruff: noqa: F403, F405 - the stars are for type checkers and editors; __getattr__ below is what runs

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import UnknownNameError
from ..declare import LogicalNodeClass
from ..lazy import LazyClasses

if TYPE_CHECKING:
    from .automatic_control import *
    from .control import *
    from .der_engines import *
    from .der_equipment import *
    from .der_functions import *
    from .der_resources import *
    from .equipment import *
    from .functions import *
    from .generic import *
    from .interfaces import *
    from .mechanical import *
    from .metering import *
    from .power_quality import *
    from .protection import *
    from .protection_related import *
    from .sensors import *
    from .supervision import *
    from .switchgear import *
    from .system import *
    from .transformers import *

__all__ = [
    "ANCR", "ARCO", "ARIS", "ATCC", "AVCO", "CALH", "CCGR", "CILO", "CPOW", "CSWI", "CSYN", "DAGC", "DBAT", "DCCT",
    "DCHB", "DCHC", "DCIP", "DCST", "DCTE", "DCTS", "DECP", "DEXC", "DFCL", "DFPF", "DFPM", "DGEN", "DHFT", "DHFW",
    "DHVT", "DINV", "DLFT", "DLFW", "DLOD", "DLVT", "DMDR", "DPCC", "DPMC", "DPVA", "DPVC", "DPVM", "DRGS", "DRTF",
    "DSTK", "DSTO", "DTCD", "DTRC", "DVAR", "DVER", "DVVR", "DVWC", "DWFL", "DWGC", "DWMN", "DWMX", "DWVR", "FCNT",
    "FCSD", "FFIL", "FLIM", "FPID", "FRMP", "FSCC", "FSCH", "FSPT", "FXOT", "FXUT", "GAPC", "GGIO", "GLOG", "GSAL",
    "IARC", "IHMI", "ISAF", "ITCI", "ITMI", "ITPC", "KFAN", "KFIL", "KFLV", "KFUL", "KPMP", "KTNK", "KVLV", "LCCH",
    "LGOS", "LLN0", "LN_CLASSES", "LPHD", "LSVS", "LTIM", "LTMS", "LTRK", "MENV", "MFLK", "MFLW", "MHAI", "MHAN",
    "MHET", "MHYD", "MMDC", "MMET", "MMTN", "MMTR", "MMXN", "MMXU", "MSQI", "PDIF", "PDIR", "PDIS", "PDOP", "PDUP",
    "PFRC", "PHAR", "PHIZ", "PIOC", "PMRI", "PMSS", "POPF", "PPAM", "PRTR", "PSCH", "PSDE", "PSOF", "PTDV", "PTEF",
    "PTHF", "PTOC", "PTOF", "PTOV", "PTRC", "PTTR", "PTUC", "PTUF", "PTUV", "PUPF", "PVOC", "PVPH", "PZSU", "QFVR",
    "QITR", "QIUB", "QVTR", "QVUB", "QVVR", "RADR", "RBDR", "RBRF", "RDIR", "RDRE", "RDRS", "RFLO", "RMXU", "RPSB",
    "RREC", "RSYN", "SARC", "SBAT", "SCBR", "SIMG", "SIML", "SINV", "SLTC", "SOPM", "SPDC", "SPRS", "SPTR", "SSWI",
    "STMP", "SVBR", "TANG", "TAXD", "TCTR", "TDST", "TFLW", "TFRQ", "TGSN", "THUM", "TLVL", "TMGF", "TMVM", "TPOS",
    "TPRS", "TRTN", "TSND", "TTMP", "TTNS", "TVBR", "TVTR", "TWPH", "XCBR", "XFUS", "XSWI", "YEFN", "YLTC", "YPSH",
    "YPTR", "ZAXN", "ZBAT", "ZBSH", "ZCAB", "ZCAP", "ZCON", "ZGEN", "ZGIL", "ZLIN", "ZMOT", "ZREA", "ZRES", "ZRRC",
    "ZSAR", "ZSCR", "ZSMC", "ZTCF", "ZTCR", "ln_class",
]  # fmt: skip

LN_CLASSES: Mapping[str, type[LogicalNodeClass]] = LazyClasses(
    __name__,
    {
        "system": "LPHD LLN0 LCCH LGOS LSVS LTIM LTMS LTRK",
        "automatic_control": "ANCR ARCO ARIS ATCC AVCO",
        "control": "CALH CCGR CILO CPOW CSWI CSYN",
        "functions": "FCNT FCSD FFIL FLIM FPID FRMP FSCC FSCH FSPT FXOT FXUT",
        "generic": "GAPC GGIO GLOG GSAL",
        "interfaces": "IARC IHMI ISAF ITCI ITMI ITPC",
        "mechanical": "KFAN KFIL KPMP KTNK KVLV",
        "metering": "MENV MFLK MFLW MHAI MHAN MHET MHYD MMDC MMET MMTN MMTR MMXN MMXU MSQI",
        "protection": (
            "PDIF PDIR PDIS PDOP PDUP PFRC PHAR PHIZ PIOC PMRI PMSS POPF PPAM PRTR PSCH PSDE PSOF PTDV PTEF "
            "PTHF PTOC PTOF PTOV PTRC PTTR PTUC PTUF PTUV PUPF PVOC PVPH PZSU"
        ),
        "power_quality": "QFVR QITR QIUB QVTR QVUB QVVR",
        "protection_related": "RADR RBDR RBRF RDIR RDRE RDRS RFLO RMXU RPSB RREC RSYN",
        "supervision": "SARC SCBR SIMG SIML SLTC SOPM SPDC SPRS SPTR SSWI STMP SVBR",
        "sensors": (
            "TANG TAXD TCTR TDST TFLW TFRQ TGSN THUM TLVL TMGF TMVM TPOS TPRS TRTN TSND TTMP TTNS TVBR TVTR TWPH"
        ),
        "switchgear": "XCBR XFUS XSWI",
        "transformers": "YEFN YLTC YPSH YPTR",
        "equipment": "ZAXN ZBAT ZBSH ZCAB ZCAP ZCON ZGEN ZGIL ZLIN ZMOT ZREA ZRES ZRRC ZSAR ZSCR ZSMC ZTCF ZTCR",
        "der_resources": "DECP DPCC DVER DPMC DMDR DGEN DSTO DLOD DCCT DCST",
        "der_equipment": "SBAT DBAT DPVA DPVM DPVC DTRC DINV DRTF SINV",
        "der_engines": "DCIP DFCL DSTK DFPM KFUL KFLV DCHC DCTS DCHB DEXC",
        "der_functions": (
            "DCTE DHVT DLVT DHFT DLFT DHFW DLFW DAGC DTCD DVWC DWFL DWGC DWMN DWMX DFPF DVVR DVAR DWVR DRGS"
        ),
    },
)
"""Every LN class by its name."""


def ln_class(name: str) -> type[LogicalNodeClass]:
    """The LN class called ``name``; UnknownNameError for any other name."""
    try:
        return LN_CLASSES[name]
    except KeyError:
        msg = f"no LN class {name!r}; there are {', '.join(LN_CLASSES)}"
        raise UnknownNameError(msg) from None


if not TYPE_CHECKING:  # else every name would be one of this module to a type checker

    def __getattr__(name: str) -> Any:
        if name not in LN_CLASSES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return LN_CLASSES[name]
