"""A small station that breaks no rule, and what one change of it does.

Every example is the base with some texts replaced. The base has two IEDs: A sends a GOOSE message and reports, B takes the
message; a bay with a breaker they serve; addresses for both.
"""

from meterwire.scl import CheckOptions, check

__all__ = ["BASE", "Change", "changed", "rules_of"]

Change = tuple[tuple[str, str], ...]
"""Texts and what replaces them, each once."""

BASE = """<?xml version="1.0" encoding="UTF-8"?>
<SCL xmlns="http://www.iec.ch/61850/2003/SCL" version="2007" revision="B" release="4">
 <Header id="base"><History><Hitem version="1" revision="0" when="2026-01-01"/></History></Header>
 <Substation name="S">
  <VoltageLevel name="E1" nomFreq="50" numPhases="3"><Voltage unit="V" multiplier="k">110</Voltage>
   <Bay name="Q01">
    <ConductingEquipment name="QA1" type="CBR">
     <LNode iedName="A" ldInst="LD" lnClass="XCBR" lnInst="1" lnType="XCBR"/>
     <Terminal connectivityNode="S/E1/Q01/N1" substationName="S" voltageLevelName="E1" bayName="Q01" cNodeName="N1"/>
    </ConductingEquipment>
    <ConductingEquipment name="T1" type="VTR"><SubEquipment name="R" phase="AB"/></ConductingEquipment>
    <ConnectivityNode name="N1" pathName="S/E1/Q01/N1"/>
   </Bay>
  </VoltageLevel>
 </Substation>
 <Communication>
  <SubNetwork name="W1" type="8-MMS">
   <ConnectedAP iedName="A" apName="P">
    <Address><P type="IP">10.0.0.1</P><P type="IP-SUBNET">255.255.255.0</P><P type="IP-GATEWAY">10.0.0.254</P>
     <P type="OSI-TSEL">0001</P><P type="MMS-Port">102</P></Address>
    <GSE ldInst="LD" cbName="gcb"><Address><P type="MAC-Address">01-0C-CD-01-00-01</P><P type="APPID">0001</P>
     <P type="VLAN-ID">005</P><P type="VLAN-PRIORITY">4</P></Address>
     <MinTime unit="s" multiplier="m">4</MinTime><MaxTime unit="s" multiplier="m">1000</MaxTime></GSE>
    <PhysConn type="Connection"><P type="Plug">RJ45</P></PhysConn>
   </ConnectedAP>
   <ConnectedAP iedName="B" apName="P">
    <Address><P type="IP">10.0.0.2</P><P type="IP-SUBNET">255.255.255.0</P><P type="IP-GATEWAY">10.0.0.254</P></Address>
   </ConnectedAP>
  </SubNetwork>
 </Communication>
 <IED name="A" manufacturer="m" type="t" configVersion="1">
  <Services nameLength="64"><SettingGroups><SGEdit/></SettingGroups><ConfDataSet max="4" maxAttributes="8"/>
   <ConfReportControl max="4"/><GSESettings cbName="Conf"><McSecurity signature="true"/></GSESettings><GOOSE max="2"/><SMVsc max="1"/></Services>
  <AccessPoint name="P"><Server><Authentication/>
   <LDevice inst="LD">
    <LN0 lnClass="LLN0" inst="" lnType="LLN0">
     <DataSet name="ds"><FCDA ldInst="LD" lnClass="XCBR" lnInst="1" doName="Pos" daName="stVal" fc="ST"/>
      <FCDA ldInst="LD" lnClass="XCBR" lnInst="1" doName="Pos" daName="q" fc="ST"/></DataSet>
     <DataSet name="dsR"><FCDA ldInst="LD" lnClass="XCBR" lnInst="1" doName="Pos" fc="ST"/></DataSet>
     <DataSet name="dsL"><FCDA ldInst="LD" lnClass="LLN0" doName="Mod" fc="ST"/></DataSet>
     <ReportControl name="rcb" datSet="dsR" confRev="1" rptID="r"><TrgOps dchg="true"/><OptFields/>
      <RptEnabled max="2"><ClientLN iedName="B" ldInst="LD" lnClass="IHMI" lnInst="1"/></RptEnabled></ReportControl>
     <LogControl name="lcb" datSet="dsL" logName="log" ldInst="LD"/>
     <DOI name="Mod"><DAI name="ctlModel"><Val>status-only</Val></DAI></DOI>
     <Log name="log"/>
     <GSEControl name="gcb" datSet="ds" confRev="1" appID="A/gcb"><IEDName apRef="P" ldInst="LD">B</IEDName></GSEControl>
     <SettingControl numOfSGs="2" actSG="1"/>
    </LN0>
    <LN lnClass="LPHD" inst="1" lnType="LPHD"/>
    <LN lnClass="XCBR" inst="1" lnType="XCBR"><DOI name="Pos"><DAI name="ctlModel"><Val>status-only</Val></DAI></DOI></LN>
    <LN prefix="Z" lnClass="PTOC" inst="1" lnType="PTOC"><DOI name="StrVal"><SDI name="setMag"><DAI name="f"><Val sGroup="1">1.5</Val>
      <Val sGroup="2">2.5</Val></DAI></SDI><SDI name="minVal"><DAI name="f"><Val>1</Val></DAI></SDI>
      <SDI name="maxVal"><DAI name="f"><Val>9</Val></DAI></SDI></DOI></LN>
    <LN lnClass="MHAI" inst="1" lnType="MHAI"/>
   </LDevice>
   <Association kind="predefined" associationID="1" iedName="B" ldInst="LD" lnClass="IHMI" lnInst="1"/>
  </Server></AccessPoint>
  <AccessPoint name="Q"><ServerAt apName="P"/></AccessPoint>
 </IED>
 <IED name="B" manufacturer="m" type="t" configVersion="1">
  <Services nameLength="64"><ClientServices goose="true" maxGOOSE="1" maxSMV="0"/></Services>
  <AccessPoint name="P"><Server><Authentication/>
   <LDevice inst="LD" ldName="BLD">
    <LN0 lnClass="LLN0" inst="" lnType="LLN0">
     <Inputs><ExtRef iedName="A" ldInst="LD" lnClass="XCBR" lnInst="1" doName="Pos" daName="stVal" intAddr="x" serviceType="GOOSE"
      srcLDInst="LD" srcLNClass="LLN0" srcCBName="gcb" pLN="XCBR" pDO="Pos"/></Inputs>
    </LN0>
    <LN lnClass="LPHD" inst="1" lnType="LPHD"/>
    <LN lnClass="IHMI" inst="1" lnType="IHMI"/>
    <LN lnClass="LGOS" inst="1" lnType="LGOS"><DOI name="GoCBRef"><DAI name="setSrcRef"><Val>ALD/LLN0.gcb</Val></DAI></DOI></LN>
   </LDevice>
  </Server></AccessPoint>
 </IED>
 <DataTypeTemplates>
  <LNodeType id="LLN0" lnClass="LLN0"><DO name="Mod" type="ENC"/><DO name="Beh" type="ENS"/><DO name="Health" type="Health"/><DO name="NamPlt" type="LPL"/></LNodeType>
  <LNodeType id="LPHD" lnClass="LPHD"><DO name="PhyNam" type="DPL"/><DO name="PhyHealth" type="Health"/><DO name="Proxy" type="SPS"/></LNodeType>
  <LNodeType id="XCBR" lnClass="XCBR"><DO name="Beh" type="ENS"/><DO name="Pos" type="DPC"/><DO name="BlkOpn" type="SPC"/><DO name="BlkCls" type="SPC"/><DO name="OpCnt" type="INS"/><DO name="Loc" type="SPS"/></LNodeType>
  <LNodeType id="PTOC" lnClass="PTOC"><DO name="Beh" type="ENS"/><DO name="StrVal" type="ASG"/><DO name="Op" type="ACT"/><DO name="Str" type="ACD"/></LNodeType>
  <LNodeType id="MHAI" lnClass="MHAI"><DO name="Beh" type="ENS"/><DO name="HA" type="HWYE"/><DO name="HzSet" type="ASG"/></LNodeType>
  <LNodeType id="IHMI" lnClass="IHMI"><DO name="Beh" type="ENS"/></LNodeType>
  <LNodeType id="LGOS" lnClass="LGOS"><DO name="Beh" type="ENS"/><DO name="GoCBRef" type="ORG"/><DO name="St" type="SPS"/></LNodeType>
  <DOType id="ENC" cdc="ENC"><DA name="stVal" bType="Enum" type="Mode" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/><DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"/></DOType>
  <DOType id="ENS" cdc="ENS"><DA name="stVal" bType="Enum" type="Mode" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/></DOType>
  <DOType id="Health" cdc="ENS"><DA name="stVal" bType="Enum" type="Health_" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/></DOType>
  <DOType id="SPC" cdc="SPC"><DA name="stVal" bType="BOOLEAN" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/><DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"/></DOType>
  <DOType id="SPS" cdc="SPS"><DA name="stVal" bType="BOOLEAN" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/></DOType>
  <DOType id="INS" cdc="INS"><DA name="stVal" bType="INT32" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/></DOType>
  <DOType id="ACT" cdc="ACT"><DA name="general" bType="BOOLEAN" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/></DOType>
  <DOType id="ACD" cdc="ACD"><DA name="general" bType="BOOLEAN" fc="ST" dchg="true"/><DA name="dirGeneral" bType="Enum" type="Dir" fc="ST" dchg="true"/>
   <DA name="q" bType="Quality" fc="ST" qchg="true"/><DA name="t" bType="Timestamp" fc="ST"/></DOType>
  <DOType id="DPC" cdc="DPC"><DA name="stVal" bType="Dbpos" fc="ST" dchg="true"/><DA name="q" bType="Quality" fc="ST" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="ST"/><DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"/></DOType>
  <DOType id="ASG" cdc="ASG"><DA name="setMag" bType="Struct" type="Mag" fc="SG"/><DA name="minVal" bType="Struct" type="Mag" fc="CF"/>
   <DA name="maxVal" bType="Struct" type="Mag" fc="CF"/></DOType>
  <DOType id="HWYE" cdc="HWYE"><SDO name="phsAHar" type="CMV" count="8"/><DA name="numHar" bType="INT16U" fc="CF"><Val>8</Val></DA>
   <DA name="numCyc" bType="INT16U" fc="CF"><Val>1</Val></DA><DA name="evalTm" bType="INT16U" fc="CF"/><DA name="maxPts" bType="INT16U" fc="CF"/><DA name="frequency" bType="FLOAT32" fc="CF"><Val>50.0</Val></DA></DOType>
  <DOType id="CMV" cdc="CMV"><DA name="cVal" bType="Struct" type="Vector" fc="MX" dchg="true"/><DA name="q" bType="Quality" fc="MX" qchg="true"/>
   <DA name="t" bType="Timestamp" fc="MX"/></DOType>
  <DOType id="ORG" cdc="ORG"><DA name="setSrcRef" bType="ObjRef" fc="SP" dchg="true"/></DOType>
  <DOType id="LPL" cdc="LPL"><DA name="vendor" bType="VisString255" fc="DC"><Val>m</Val></DA><DA name="swRev" bType="VisString255" fc="DC"/>
   <DA name="ldNs" bType="VisString255" fc="EX"><Val>IEC 61850-7-4:2007B</Val></DA><DA name="configRev" bType="VisString255" fc="DC"/></DOType>
  <DOType id="DPL" cdc="DPL"><DA name="vendor" bType="VisString255" fc="DC"/></DOType>
  <DAType id="Mag"><BDA name="f" bType="FLOAT32"/></DAType>
  <DAType id="Vector"><BDA name="mag" bType="Struct" type="Mag"/></DAType>
  <EnumType id="Mode"><EnumVal ord="1">on</EnumVal><EnumVal ord="2">blocked</EnumVal><EnumVal ord="3">test</EnumVal><EnumVal ord="4">test/blocked</EnumVal><EnumVal ord="5">off</EnumVal></EnumType>
  <EnumType id="Health_"><EnumVal ord="1">Ok</EnumVal><EnumVal ord="2">Warning</EnumVal><EnumVal ord="3">Alarm</EnumVal></EnumType>
  <EnumType id="CtlModels"><EnumVal ord="0">status-only</EnumVal><EnumVal ord="1">direct-with-normal-security</EnumVal></EnumType>
  <EnumType id="Dir"><EnumVal ord="0">unknown</EnumVal><EnumVal ord="1">forward</EnumVal></EnumType>
 </DataTypeTemplates>
</SCL>
"""


def changed(change: Change) -> str:
    """The base with a change; a text that is not there is a mistake of the example."""
    text = BASE
    for before, after in change:
        assert before in text, f"the base has no {before!r}"
        text = text.replace(before, after, 1)
    return text


def rules_of(text: str, name: str = "base.scd", schema: str = "") -> set[str]:
    """The rules that a file breaks."""
    report = check(text.encode(), name, options=CheckOptions(schema_set=schema))
    return {finding.rule for finding in report.findings}
