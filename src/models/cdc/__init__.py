"""The common data classes of IEC 61850-7-3 (edition 2.1, NSD 2007B5), declared one class each.

Not here: SCSM realisations of PhyComAddr. Settings are declared for FC SP; :func:`in_group` gives them as
members of a setting group.
"""

from dataclasses import replace

from ...errors import UnknownNameError
from ..declare import Attribute, CommonDataClass, SubObject
from ..tree import Trigger
from .controls import APC, BAC, BSC, DPC, ENC, INC, ISC, SPC, Operable
from .description import CSD, DPL, LPL, VSD, Described, Extended
from .measured import CMV, DEL, HDEL, HMV, HWYE, MV, SAV, SEQ, WYE
from .settings import ASG, CSG, CUG, CURVE, ENG, ING, ORG, SCR, SPG, TSG, VSG
from .status import ACD, ACT, BCR, DPS, ENS, HST, INS, ORS, SEC, SPS, TCS, VSS
from .tracking import BTS, CST, CTS, GTS, LTS, MTS, NTS, STS, UTS, ServiceTracking

__all__ = [
    "ACD",
    "ACT",
    "APC",
    "ASG",
    "BAC",
    "BCR",
    "BSC",
    "BTS",
    "CDCS",
    "CMV",
    "CSD",
    "CSG",
    "CST",
    "CTS",
    "CUG",
    "CURVE",
    "DEL",
    "DPC",
    "DPL",
    "DPS",
    "ENC",
    "ENG",
    "ENS",
    "GTS",
    "HDEL",
    "HMV",
    "HST",
    "HWYE",
    "INC",
    "ING",
    "INS",
    "ISC",
    "LPL",
    "LTS",
    "MTS",
    "MV",
    "NTS",
    "ORG",
    "ORS",
    "SAV",
    "SCR",
    "SEC",
    "SEQ",
    "SPC",
    "SPG",
    "SPS",
    "STS",
    "TCS",
    "TSG",
    "UTS",
    "VSD",
    "VSG",
    "VSS",
    "WYE",
    "Described",
    "Extended",
    "Operable",
    "ServiceTracking",
    "cdc_class",
    "in_group",
]

CDCS: dict[str, type[CommonDataClass]] = {
    cdc.__name__: cdc
    for cdc in (
        *(SPS, DPS, INS, ENS, ACT, ACD, SEC, BCR, HST, VSS, ORS, TCS),
        *(MV, CMV, SAV, WYE, DEL, SEQ, HMV, HWYE, HDEL),
        *(SPC, DPC, INC, ENC, BSC, ISC, APC, BAC),
        *(SPG, ING, ENG, ORG, TSG, CUG, VSG, ASG, CURVE, CSG),
        *(DPL, LPL, CSD, VSD),
        *(CST, BTS, UTS, LTS, GTS, MTS, NTS, STS, CTS),
    )
}
"""Every CDC of IEC 61850-7-3 by its name."""


def cdc_class(name: str) -> type[CommonDataClass]:
    """The CDC called ``name``; UnknownNameError for any other name."""
    try:
        return CDCS[name]
    except KeyError:
        msg = f"no CDC {name!r}; there are {', '.join(CDCS)}"
        raise UnknownNameError(msg) from None


def in_group(cdc: type[CommonDataClass], fc: str) -> dict[str, Attribute | SubObject]:
    """Members of a setting CDC inside a setting group: ``fc`` is SG (active) or SE (edited)."""
    return {
        name: replace(member, fc=fc, trigger=Trigger.NONE)
        if isinstance(member, Attribute) and member.fc == "SP"
        else member
        for name, member in cdc.members().items()
    }
