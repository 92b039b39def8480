"""Interfaces and archives (IEC 61850-7-4, group I)."""

from ..cdc import ASG, ENG, INC, ING, INS, MV, ORG, SPC, SPS
from ..declare import DO, F, M, O, Omulti
from ..enums import RecordingModeKind, TpcAppModeKind
from .abstract import NonProcessControllingEquipmentInterfaceLN, NonProcessInterfaceLN

__all__ = [
    "IARC", "IHMI", "ISAF", "ITCI", "ITMI", "ITPC",
]  # fmt: skip


class IARC(NonProcessInterfaceLN):
    """Archiving."""

    MemOv = DO(SPS, M, F)
    MemUsed = DO(INS, O)
    NumRcd = DO(INS, O)
    InTrg = DO(ORG, Omulti, F)
    InLog = DO(ORG, Omulti, F)
    MaxNumRcd = DO(ING, O, F)
    RcdMod = DO(ENG, O, F, enum=RecordingModeKind)
    MemFull = DO(ING, O, F)


class IHMI(NonProcessControllingEquipmentInterfaceLN):
    """Human machine interface."""


class ISAF(NonProcessInterfaceLN):
    """Safety alarm function."""

    Alm = DO(SPS, M, F)
    OpCntRs = DO(INC, O)
    AlmRs = DO(SPC, O, F, transient=True)


class ITCI(NonProcessControllingEquipmentInterfaceLN):
    """Telecontrol interface."""

    Alm = DO(SPS, Omulti, F)


class ITMI(NonProcessInterfaceLN):
    """Telemonitoring interface."""


class ITPC(NonProcessInterfaceLN):
    """Teleprotection channel interface."""

    GrdRxCmd = DO(SPS, O, F)
    LosSig = DO(SPS, O, F)
    TxCmdCnt = DO(INS, Omulti, O)
    RxCmdCnt = DO(INS, Omulti, O)
    LosSyn = DO(SPS, O, F)
    Ber = DO(MV, O)
    Fer = DO(MV, O)
    CarLev = DO(MV, O)
    Snr = DO(MV, O)
    LoopTestTm = DO(MV, O)
    NumTxCmd = DO(ING, O, F)
    NumRxCmd = DO(ING, O, F)
    TpcTxMod = DO(ENG, Omulti, F, enum=TpcAppModeKind)
    TpcRxMod = DO(ENG, Omulti, F, enum=TpcAppModeKind)
    SecTmms = DO(ING, O, F)
    BstRat = DO(ASG, O, F)
    TxPwr = DO(ASG, O, F)
    TxCtrHz = DO(ASG, O, F)
    RxCtrHz = DO(ASG, O, F)
    TxBndWid = DO(ASG, O, F)
    RxBndWid = DO(ASG, O, F)
