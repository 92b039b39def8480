"""What earlier editions said otherwise: the classes of this package are those of edition 2.1 (2007B5).

Edition 2 is NSD 2007A3, compared name by name. Edition 1 (2003) was published on paper only; what is known of it here is
which CDCs came later and what stood in their place. Namespaces name the edition, e.g. ``IEC 61850-7-4:2007A``.
"""

from .declare import AllOrNone, Attribute, LogicalNodeClass, M, MFcond, MOcond, O, Presence

__all__ = ["EDITIONS", "NEW_CDCS", "OLD_LITERALS", "attribute_in_2007a", "edition_of", "new_in_2007b", "only_in_2007a", "presence_in_2007a"]  # fmt: skip

EDITIONS = ("2003", "2007A", "2007B")
"""Editions 1, 2 and 2.1."""

NEW_CDCS = {
    "ENS": "INS", "ENC": "INC", "ENG": "ING",
    **dict.fromkeys("BAC HST VSS ORS TCS ORG TSG CUG VSG VSD CTS CST BTS UTS LTS GTS MTS NTS STS".split(), ""),
}  # fmt: skip
"""CDCs that edition 1 does not have, and what it has instead."""


def _pair(key: str) -> tuple[str, str]:
    owner, _, name = key.partition(".")
    return owner, name


_NEW = frozenset(
    """ADetunSet AccMeas AccPro AccmAbr AffPhs AlmRs AlmSet AxDspAlm AxDspAlmSet AxDspTrip AxDspTripSet CO2Em COEm ClMotA
    ClTmpIn ClTmpOut ClTmpSet ClcNxtTmms Clip Db Drp DscDlTmms DspA DynRngMax DynRngMin FldAmpRtgZer FltA FltPhV FltR
    FltValTyp FltX GocbUdpTrk GrdRxCmd H2OPHSv HKFact HTiFact HiBatVol HoldTmms HoldTms HzRte Leap LivLivBlk LkgA LoBatVol
    MaxDl MaxVASet Mir MsvcbUdpTrk NOxEm OpTmClsAlm OpTmClsSet OpTmOpnAlm OpTmOpnSet OvlTmEmg OvlTmEmgSet OvlTmSet
    POWClsTmms POWOpnTmms ParTrfMod Rec1PhCnt Rec3PhCnt RteAlm RteAlmSet RteTrip RteTripSet SOxEm ScndTmms SmokLev SttLkgX
    SttRis SttRisTmp SwModKey Tm1LdTmms Tm2LdTmms TmSrcTyp TmSynLkd TmpRte TripSet Trp VaEnd VaStr VbrAlmSet VbrPer
    VbrTripSet""".split()
)
"""Data objects no class of 2007A has."""
_NEW_IN = {
    "ATCC": "VolSpt", "IARC": "EEHealth EEName OpTmh", "KVLV": "OpCntRs OpTmh", "LPHD": "NamPlt", "YEFN": "OpCntRs TapChg",
    "RSYN": "AdpAngDeg DetSyn DifAngNg DifAngPs DifHzNg DifHzPs DifVNg DifVPs Hz1Clc Hz2Clc Loc LocKey LocSta MaxVSyn"
            " MinVSyn OpCntRs V1Clc V2Clc VAdpFact",
    "TCTR": "SmpRte", "TVTR": "SmpRte", "YLTC": "OpCntRs OpTmh", "ZSMC": "WRtg",
    "ZCAB": "LinLenkm RPs RZer RmZer XPs XZer XmZer ZPsAng ZPsMag ZZerAng ZZerMag ZmZerAng ZmZerMag",
    **dict.fromkeys("CCGR FSPT KFAN KFIL KPMP YPSH ZRRC".split(), "OpCntRs"),
    **dict.fromkeys("GGIO IHMI ISAF ITCI ITMI ITPC KTNK TANG TAXD TDST TFLW TFRQ TGSN THUM TLVL TMGF TMVM TPOS TPRS TRTN TSND"
                    " TTMP TTNS TVBR TWPH XCBR XSWI ZSAR".split(), "OpTmh"),
}  # fmt: skip
"""Data objects that classes of 2007A do not have yet, though others do."""

_STATISTICS = "ClcExp ClcIntvPer ClcIntvTyp ClcMod ClcMth ClcRfPer ClcRfTyp ClcSrc ClcStr InSyn NumSubIntv"
_OLD_IN = {
    "ANCR": "ADetunSpt", "ATCC": "ParTraMod", "FFIL": "DeaBnd Tm1ldTmms Tm2ldTmms", "FPID": "Droop",
    "ISAF": "AlmReset Blk BlkRef", "ITPC": "Blk BlkRef GrdRxCmdRx", "MENV": "CCdt CO2Ems COEms CTrd GrnTag NOxEms PartSens SOxEms",
    "MHAI": "HKf HTif", "SCBR": "AccAbr OpTmh", "SSWI": "AccAbr OpTmh", "STMP": "TmpAlmSpt TmpTripSpt",
    "SVBR": "AxDAlmSpt AxDTripSpt VbrAlmSpt VbrTripSpt", "TWPH": "H2OPhSv", "XSWI": "MaxOpCap", "YPSH": "MaxOpCap",
    "YPTR": "CmdBlk MaxVASpt OvlTEmg OvlTEmgSpt OvlTmSpt", "ZBAT": "HiBatVal LoBatVal", "ZBSH": "DisplA LeakA",
    "ZCAP": "CmdBlk", "ZSMC": "FldAmpRtgO StatLeakX StatRis StatRisTmp",
    **dict.fromkeys("IARC IHMI ITCI ITMI".split(), "Blk BlkRef"),
    **dict.fromkeys("LCCH LGOS LLN0 LSVS LTIM LTMS LTRK".split(), f"Blk BlkRef {_STATISTICS}"),
    **dict.fromkeys("QFVR QITR QIUB QVTR QVUB QVVR".split(), "VarEnd VarStr"),
}  # fmt: skip
"""Data objects that only 2007A has; besides, every class but LPHD has ClcNxTmms there."""

_PRESENCE_OF = {
    **dict.fromkeys("NamPlt Health Mod ClcExp ClcMth ClcMod ClcIntvTyp ClcIntvPer ClcSrc".split(), MOcond(0)),
    "RedFerCh": O, "RedRxCnt": O,
}  # fmt: skip
"""Presence in 2007A of what stands in many classes; which condition MOcond meant there is not known."""
_PRESENCE_IN: dict[tuple[str, str], Presence] = {
    **{_pair(key): M for key in (
        "ARIS.StrSeq ATCC.CtlV FCSD.Out FFIL.Out FLIM.Out FPID.Out FRMP.Out FSPT.SptMem FSPT.SptVal KTNK.TnkTyp QVUB.UnbDetMth"
        " QVUB.StrVal SPDC.OpCnt YEFN.Loc ZBAT.Vol ZBSH.React ZCAP.CapDS ZGEN.GnCtl ZRRC.GnCtl ZGEN.DExt ZRRC.GnSt"
    ).split()},
    **{_pair(key): O for key in (
        "ATCC.BndCtrChg ATCC.BndCtr CCGR.OilTmpIn CCGR.OilTmpOut CCGR.OilMotA CCGR.OilTmpSet RFLO.FltZ TCTR.ARtg TCTR.HzRtg"
        " TVTR.HzRtg TVTR.VRtg YEFN.LocKey YLTC.LocKey YPSH.LocKey ZRRC.LocKey YEFN.LocSta YLTC.LocSta YPSH.LocSta ZRRC.LocSta"
    ).split()},
    **{("RPSB", name): MFcond(0) for name in ("Str", "Op", "BlkZn")},
}  # fmt: skip

_ATTRIBUTES = {
    **dict.fromkeys("stSeld sboTimeout operTimeout".split(), O),
    **dict.fromkeys("dbRef zeroDbRef dbAngRef maxPts certIssuer".split(), O),
}
"""Presence in 2007A of attributes that 2007B wants; those of the second line are new, and harmless."""
_COUNTER = {"actVal": M, "t": M, **dict.fromkeys("frVal frTm frEna strTm frPd frRs".split(), AllOrNone(1))}

OLD_LITERALS: dict[str, dict[int, str]] = {
    "ClockSyncKind": {0: "ExternalAreaClock"},
}
"""Literals of 2007A that read otherwise, by enumeration and ordinal."""


def edition_of(namespace: str) -> str:
    """One of :data:`EDITIONS` that a namespace such as ``IEC 61850-7-4:2007B4`` belongs to; empty for others."""
    version = namespace.rpartition(":")[2].strip()
    if version.startswith("2003"):
        return EDITIONS[0]
    if version.startswith("2007B"):
        return EDITIONS[2]
    return EDITIONS[1] if version.startswith(("2007", "2010")) else ""


def new_in_2007b(ln_class: str, name: str) -> bool:
    """Did edition 2 not have this data object in this class?"""
    return name in _NEW or name in _NEW_IN.get(ln_class, "").split()


def only_in_2007a(ln_class: str, name: str) -> bool:
    """Did edition 2 have a data object here that edition 2.1 dropped or renamed?"""
    return name in _OLD_IN.get(ln_class, "").split() or (name == "ClcNxTmms" and ln_class != "LPHD")


def presence_in_2007a(ln_class: type[LogicalNodeClass], name: str) -> Presence | None:
    """Presence edition 2 gave a data object; None where it is that of edition 2.1."""
    if new_in_2007b(ln_class.__name__, name):
        return O
    return _PRESENCE_IN.get((ln_class.__name__, name)) or _PRESENCE_OF.get(name)


def attribute_in_2007a(cdc: str, name: str, attribute: Attribute) -> Presence:
    """Presence edition 2 gave an attribute of a CDC."""
    return (_COUNTER.get(name) if cdc == "BCR" else _ATTRIBUTES.get(name)) or attribute.presence
