"""Examples for the namespaces layer: changes of the base that break each rule, and some that come near."""

from .base import Change

__all__ = ["NAMESPACE_EXAMPLES", "NAMESPACE_NEAR"]


def _c(*pairs: str) -> Change:
    return tuple(zip(pairs[::2], pairs[1::2], strict=True))


XCBR, LLN0, TYPES = '<LNodeType id="XCBR" lnClass="XCBR">', '<LNodeType id="LLN0" lnClass="LLN0">', '<DOType id="ENC"'
DPC = '<DOType id="DPC" cdc="DPC">'
LPL = '<DOType id="LPL" cdc="LPL">'
LD_NS = "<Val>IEC 61850-7-4:2007B</Val>"
STATUS_ONLY = '<DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"/>'
OPER = '<DA name="Oper" bType="Struct" type="Oper" fc="CO"/>'
PARAMETERS = (
    '<DAType id="Oper"><BDA name="ctlVal" bType="BOOLEAN"/><BDA name="origin" bType="Struct" type="Origin"/>'
    '<BDA name="ctlNum" bType="INT8U"/><BDA name="T" bType="Timestamp"/><BDA name="Test" bType="BOOLEAN"/>'
    '<BDA name="Check" bType="Check"/></DAType><DAType id="Origin"><BDA name="orCat" bType="INT8"/>'
    '<BDA name="orIdent" bType="Octet64"/></DAType>\n  <DAType id="Mag">'
)
"""DAType of Oper, put in front of that of magnitudes."""


def _node(body: str, name: str = "T") -> Change:
    """An LNodeType more; XCBR stands for what the change is not about."""
    return _c(TYPES, f'<LNodeType id="x" lnClass="{name}">{body}</LNodeType>{TYPES}')


def _object(body: str, cdc: str) -> Change:
    """A DOType more."""
    return _c(TYPES, f'<DOType id="x" cdc="{cdc}">{body}</DOType>{TYPES}')


BEH, Q = '<DO name="Beh" type="ENS"/>', '<DA name="q" bType="Quality" fc="ST"/><DA name="t" bType="Timestamp" fc="ST"/>'
STATUS = '<DA name="stVal" bType="BOOLEAN" fc="ST"/>' + Q
NAMESPACE_EXAMPLES: dict[str, tuple[Change, str]] = {
    "VER-07": (_c('<IED name="A"', '<IED originalSclVersion="2003" name="A"'), "scd"),
    "NSD-01": (_c(LD_NS, "<Val>IEC 61850-7-4</Val>"), "scd"),
    "NSD-02": (_c(LD_NS, "<Val>Somebody:2020</Val>"), "scd"),
    "NSD-03": (_node(BEH, "XABC"), "scd"),
    "NSD-04": (_c('<DO name="OpCnt"', '<DO name="Count" type="SPS"/><DO name="OpCnt"'), "scd"),
    "NSD-05": (_c('<DO name="OpCnt"', '<DO name="Dsc2" type="SPS"/><DO name="OpCnt"'), "scd"),
    "NSD-06": (_node(BEH + '<DO name="Ind" type="SPS"/>', "GGIO"), "scd"),
    "NSD-07": (_node(BEH + '<DO name="Ind0" type="SPS"/>', "GGIO"), "scd"),
    "NSD-08": (_node(BEH + '<DO name="Ind" type="SPS"/><DO name="Ind1" type="SPS"/>', "GGIO"), "scd"),
    "NSD-09": (_c('<DO name="Pos" type="DPC"/>', ""), "scd"),
    "NSD-10": (_node(BEH + '<DO name="ClcSrc" type="ORG"/>', "MMXU"), "scd"),
    "NSD-11": (_node(BEH, "FSCC"), "scd"),
    "NSD-12": (_node(BEH, "MFLW"), "scd"),
    "NSD-13": (_node(BEH + '<DO name="PosChg" type="x"/><DO name="PosChgIncr" type="x"/><DO name="OpnPos" type="SPS"/>', "KVLV"), "scd"),
    "NSD-14": (_object('<DA name="stVal" bType="BOOLEAN" fc="ST"/>' + STATUS_ONLY, "SPC"), "scd"),
    "NSD-15": (_c('<DO name="HzSet" type="ASG"/>', ""), "scd"),
    "NSD-16": (_object('<DA name="actVal" bType="INT64" fc="ST"/><DA name="q" bType="Quality" fc="ST"/>', "BCR"), "scd"),
    "NSD-17": (_node(BEH + '<DO name="Pos" type="DPC"/><DO name="LocKey" type="SPS"/>', "CSWI"), "scd"),
    "NSD-18": (_node(BEH + '<DO name="ChLiv" type="SPS"/><DO name="RedChLiv" type="SPS"/>', "LCCH"), "scd"),
    "NSD-19": (_c('<DA name="configRev" bType="VisString255" fc="DC"/>', ""), "scd"),
    "NSD-20": (
        _c('<LN lnClass="MHAI" inst="1" lnType="MHAI"/>', '<LN lnClass="MHAI" inst="1" lnType="MHAI"/><LN lnClass="DWMX" inst="1" lnType="x"/>',
           TYPES, f'<LNodeType id="x" lnClass="DWMX">{BEH}</LNodeType>{TYPES}'), "scd",
    ),
    "NSD-21": (_c('<DO name="Health" type="Health"/><DO name="NamPlt"', '<DO name="NamPlt"'), "scd"),
    "NSD-22": (_node(BEH + '<DO name="ClcSrc" type="ORG"/><DO name="ClcMth" type="x"/><DO name="Blk" type="SPS"/>', "MMXU"), "scd"),
    "NSD-23": (_c('<DO name="BlkOpn" type="SPC"/>', '<DO name="BlkOpn" type="SPS"/>'), "scd"),
    "NSD-24": (_node(BEH + '<DO name="Pos" type="SPS"/>', "XABC"), "scd"),
    "NSD-25": (
        _c('<DO name="OpCnt"', '<DO name="Count" type="x"/><DO name="OpCnt"',
           TYPES, f'<DOType id="x" cdc="SPS">{STATUS}<DA name="dataNs" bType="VisString255" fc="EX"/></DOType>{TYPES}'), "scd",
    ),
    "NSD-26": (_node(BEH + '<DO name="VRed1" type="SPS"/>', "ATCC"), "scd"),
    "NSD-27": (_object(STATUS + '<DA name="extra" bType="BOOLEAN" fc="ST"/>', "SPS"), "scd"),
    "NSD-28": (_object('<DA name="stVal" bType="BOOLEAN" fc="ST"/>', "SPS"), "scd"),
    "NSD-29": (_object(STATUS.replace('"ST"', '"MX"'), "SPS"), "scd"),
    "NSD-30": (_object(STATUS.replace("BOOLEAN", "INT8"), "SPS"), "scd"),
    "NSD-31": (_object(STATUS.replace("<DA ", '<DA dchg="true" ', 2), "SPS"), "scd"),
    "NSD-32": (_object(STATUS.replace("<DA ", '<DA count="3" ', 1), "SPS"), "scd"),
    "NSD-33": (_object('<SDO name="phsA" type="SPS"/>', "WYE"), "scd"),
    "NSD-34": (_object(STATUS + '<DA name="subEna" bType="BOOLEAN" fc="SV"/>', "SPS"), "scd"),
    "NSD-35": (_c('<DAType id="Mag">', '<DAType id="Mag"><BDA name="i" bType="INT32"/>'), "scd"),
    "NSD-36": (_object('<SDO name="c1" type="CMV"/><DA name="seqT" bType="Enum" type="Dir" fc="MX"/>', "SEQ"), "scd"),
    "NSD-37": (_c('<BDA name="mag" bType="Struct" type="Mag"/>', '<BDA name="mag" bType="Struct" type="Mag"/><BDA name="len" bType="INT8"/>'), "scd"),
    "NSD-38": (_c('<EnumVal ord="1">forward</EnumVal>', '<EnumVal ord="9">forward</EnumVal>'), "scd"),
    "NSD-39": (_c('<EnumVal ord="1">forward</EnumVal>', '<EnumVal ord="1">ahead</EnumVal>'), "scd"),
    "NSD-40": (_c('bType="Enum" type="Dir"', 'bType="INT8"'), "scd"),
    "NSD-41": (_c('<DA name="numHar" bType="INT16U"', '<DA name="numHar" bType="INT16UU"'), "scd"),
    "NSD-42": (_c(DPC, DPC.replace("DPC", "x", 1), STATUS_ONLY + '</DOType>\n  <DOType id="ASG"',
                  STATUS_ONLY.replace("/>", "><Val>direct-with-normal-security</Val></DA>") + '</DOType>\n  <DOType id="ASG"'), "scd"),
    "NSD-43": (_c(DPC, DPC + OPER, '<DAType id="Mag">', PARAMETERS.replace('<BDA name="ctlNum" bType="INT8U"/>', "")), "scd"),
    "NSD-44": (_object(STATUS + STATUS_ONLY.replace("/>", "><Val>status-only</Val></DA>") + OPER, "SPC"), "scd"),
    "NSD-45": (_c('<DOI name="Pos"><DAI name="ctlModel"><Val>status-only</Val>', '<DOI name="Pos"><DAI name="ctlModel"><Val>direct-with-normal-security</Val>'), "scd"),
}  # fmt: skip

NAMESPACE_NEAR: dict[str, tuple[Change, str]] = {
    "NSD-03": (_node(BEH + '<DO name="NamPlt" type="x"/>', "XABC")
               + _c(LPL, '<DOType id="x" cdc="LPL"><DA name="lnNs" bType="VisString255" fc="EX"><Val>Somebody:2020</Val></DA></DOType>' + LPL), "scd"),
    "NSD-04": (_c('<DO name="OpCnt"', '<DO name="Count" type="x"/><DO name="OpCnt"',
                  TYPES, f'<DOType id="x" cdc="SPS">{STATUS}<DA name="dataNs" bType="VisString255" fc="EX"><Val>Somebody:2020</Val></DA></DOType>{TYPES}'), "scd"),
    "NSD-05": (_node(BEH + '<DO name="Ind1" type="SPS"/>', "GGIO"), "scd"),
    "NSD-09": (_c('<IED name="A"', '<IED originalSclVersion="2003" name="A"', '<DO name="Pos" type="DPC"/>', ""), "scd"),
    "NSD-12": (_c('<IED name="A"', '<IED originalSclVersion="2007" originalSclRevision="B" originalSclRelease="1" name="A"'), "scd"),
    "NSD-28": (_c(LD_NS, "<Val>IEC 61850-7-4:2003</Val>", '<DA name="vendor" bType="VisString255" fc="DC"><Val>m</Val></DA>', ""), "scd"),
    "NSD-17": (_node(BEH + '<DO name="Pos" type="DPC"/><DO name="Loc" type="SPS"/><DO name="LocKey" type="SPS"/>', "CSWI"), "scd"),
    "NSD-29": (_c('type="Mag" fc="SG"', 'type="Mag" fc="SE"'), "scd"),
    "NSD-35": (_c('<DAType id="Mag">', '<DAType id="Mag"><BDA name="i" bType="INT32"/>',
                  '<DA name="setMag"', '<DA name="sVC" bType="Struct" type="Mag" fc="CF"/><DA name="setMag"',
                  '<DA name="cVal"', '<DA name="magSVC" bType="Struct" type="Mag" fc="CF"/><DA name="cVal"'), "scd"),
    "NSD-38": (_c('<EnumVal ord="1">forward</EnumVal>', '<EnumVal ord="-1">mine</EnumVal>'), "scd"),
    "NSD-43": (_c(DPC, DPC + OPER, '<DAType id="Mag">', PARAMETERS), "scd"),
    "NSD-45": (_c(DPC, DPC + OPER, '<DAType id="Mag">', PARAMETERS,
                  '<DOI name="Pos"><DAI name="ctlModel"><Val>status-only</Val>', '<DOI name="Pos"><DAI name="ctlModel"><Val>direct-with-normal-security</Val>'), "scd"),
}  # fmt: skip
"""What looks alike and is allowed."""
