"""A small IED in SCL, made of parts that a test can replace."""

HEAD = '<SCL xmlns="http://www.iec.ch/61850/2003/SCL" {versions}><Header id="t"/>{communication}'
ED2 = 'version="2007" revision="B"'
BASE_TYPES = """
<LNodeType id="LLN0_t" lnClass="LLN0"><DO name="Mod" type="ENC_t"/>{dos}</LNodeType>
<LNodeType id="MMXU_t" lnClass="MMXU"><DO name="TotW" type="MV_t"/><DO name="PhV" type="WYE_t"/></LNodeType>
<LNodeType id="MHAI_t" lnClass="MHAI"><DO name="HaA" type="HWYE_t"/></LNodeType>
<DOType id="ENC_t" cdc="ENC">
  <DA name="stVal" fc="ST" bType="Enum" type="Mod" dchg="true"/>
  <DA name="q" fc="ST" bType="Quality" qchg="true"/><DA name="t" fc="ST" bType="Timestamp"/>
  <DA name="ctlModel" fc="CF" bType="Enum" type="Ctl"><Val>status-only</Val></DA>
</DOType>
<DOType id="MV_t" cdc="MV">
  <DA name="mag" fc="MX" bType="Struct" type="AV_t" dchg="true" dupd="true"/>
  <DA name="q" fc="MX" bType="Quality" qchg="true"/><DA name="t" fc="MX" bType="Timestamp"/>
  <DA name="db" fc="CF" bType="INT32U"/><DA name="d" fc="DC" bType="VisString255"/>
</DOType>
<DOType id="WYE_t" cdc="WYE"><SDO name="phsA" type="MV_t"/><DA name="dU" fc="DC" bType="Unicode255"/></DOType>
<DOType id="HWYE_t" cdc="HWYE">
  <SDO name="phsAHar" type="MV_t" count="numHar"/><DA name="numHar" fc="CF" bType="INT16U"><Val>3</Val></DA>
  <DA name="pts" fc="CF" bType="INT32" count="4"/>
</DOType>
{types}
<DAType id="AV_t"><BDA name="f" bType="FLOAT32"/></DAType>
<EnumType id="Mod"><EnumVal ord="1">on</EnumVal><EnumVal ord="5">off</EnumVal></EnumType>
<EnumType id="Ctl"><EnumVal ord="0">status-only</EnumVal><EnumVal ord="1">direct</EnumVal></EnumType>
"""


def scl(
    *,
    versions: str = ED2,
    ln0: str = "",
    nodes: str = "",
    dos: str = "",
    types: str = "",
    services: str = "",
    ied: str = 'name="IED1"',
    device: str = 'inst="LD0"',
    communication: str = "",
    point: str = "",
    more: str = "",
) -> bytes:
    """A file with one IED; every part that is given goes to its place."""
    return "\n".join(
        (
            HEAD.format(versions=versions, communication=communication),
            f'<IED {ied}>{services}<AccessPoint name="P1">{point}<Server><Authentication/><LDevice {device}>',
            f'<LN0 lnClass="LLN0" inst="" lnType="LLN0_t">{ln0}</LN0>',
            f"{nodes}</LDevice></Server></AccessPoint></IED>{more}",
            f"<DataTypeTemplates>{BASE_TYPES.format(dos=dos, types=types)}</DataTypeTemplates></SCL>",
        )
    ).encode()


def leaf_file(b_type: str, val: str, attributes: str = "", enum: str = "") -> bytes:
    """A file whose LLN0.Any.x [SP] has a type and a value."""
    type_ = f'<DOType id="Any_t" cdc="X"><DA name="x" fc="SP" bType="{b_type}" {attributes}/></DOType>{enum}'
    doi = f'<DOI name="Any"><DAI name="x"><Val>{val}</Val></DAI></DOI>'
    return scl(dos='<DO name="Any" type="Any_t"/>', types=type_, ln0=doi)
