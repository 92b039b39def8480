"""From SCL to a model: every feature on a small file, then everything that is wrong with files."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from meterwire.client import connect
from meterwire.errors import DataAccessError, FileError, LinkError, UsageError
from meterwire.models import Edition, Ied, OptFlds, Reference, ReportControl, TrgOps, Trigger
from meterwire.models.control_blocks import GooseControl, LogControl, SampledValueControl, SettingControl
from meterwire.reading import Quality, Timestamp
from meterwire.scl import instantiate, load_ied
from meterwire.server import MmsServer

from .snippets import leaf_file, scl


def noted(data: bytes, **more: Any) -> tuple[Ied, list[str]]:
    notes: list[str] = []
    return load_ied(data, note=notes.append, **more), notes


def quiet(data: bytes, **more: Any) -> Ied:
    """The model of a file nothing is wrong with."""
    ied, notes = noted(data, **more)
    assert notes == []
    return ied


# -- tree and names ----------------------------------------------------------------------------------------------


def test_the_tree() -> None:
    nodes = '<LN prefix="Met" lnClass="MMXU" inst="1" lnType="MMXU_t"/><LN lnClass="MHAI" inst="2" lnType="MHAI_t"/>'
    ied = quiet(scl(nodes=nodes))
    assert list(ied.children) == ["IED1LD0"]
    assert list(ied["IED1LD0"].children) == ["LLN0", "MetMMXU1", "MHAI2"]
    mag = ied.find("IED1LD0/MetMMXU1.PhV.phsA.mag.f [MX]")
    assert mag.trigger == Trigger.DCHG | Trigger.DUPD
    assert ied.find("IED1LD0/MetMMXU1.TotW.q").trigger == Trigger.QCHG
    assert ied.find("IED1LD0/MetMMXU1.TotW").cdc == "MV"
    assert list(ied.find("IED1LD0/MetMMXU1.TotW").children) == ["mag", "q", "t", "db", "d"]


def test_ld_name_replaces_the_ied_name() -> None:
    assert list(quiet(scl(device='inst="LD0" ldName="Met_A"')).children) == ["Met_A"]


def test_arrays_count_by_number_or_by_attribute() -> None:
    nodes = (
        '<LN lnClass="MHAI" inst="1" lnType="MHAI_t"><DOI name="HaA"><SDI name="phsAHar" ix="1"><SDI name="mag">'
        '<DAI name="f"><Val>2.5</Val></DAI></SDI></SDI><DAI name="pts" ix="3"><Val>9</Val></DAI></DOI></LN>'
        '<LN lnClass="MHAI" inst="2" lnType="MHAI_t"><DOI name="HaA"><DAI name="numHar"><Val>5</Val></DAI></DOI></LN>'
    )
    device = quiet(scl(nodes=nodes))["IED1LD0"]
    assert list(device["MHAI1.HaA.phsAHar"].children) == ["(0)", "(1)", "(2)"]
    assert len(device["MHAI2.HaA.phsAHar"].children) == 5
    assert [device[f"MHAI1.HaA.phsAHar({i}).mag.f"].value for i in range(3)] == [0.0, 2.5, 0.0]
    assert device["MHAI1.HaA.pts"].value == [0, 0, 0, 9]


def test_values_of_instance_before_values_of_type() -> None:
    ln0 = '<DOI name="Mod"><DAI name="ctlModel"><Val>direct</Val></DAI><DAI name="stVal"><Val>5</Val></DAI></DOI>'
    plain, told = quiet(scl()), quiet(scl(ln0=ln0))
    assert [plain.find(f"IED1LD0/LLN0.Mod.{name}").value for name in ("ctlModel", "stVal")] == [0, 1]
    assert [told.find(f"IED1LD0/LLN0.Mod.{name}").value for name in ("ctlModel", "stVal")] == [1, 5]
    assert told.enums["Mod"] == {1: "on", 5: "off"}


@pytest.mark.parametrize(("fc", "editable"), [("SG", False), ("SE", True)])
def test_every_setting_group_has_its_values(fc: str, editable: bool) -> None:
    types = (
        f'<DOType id="S_t" cdc="ING"><DA name="setVal" fc="{fc}" bType="INT32"/></DOType>'
        f'<DOType id="M_t" cdc="ASG"><DA name="setMag" fc="{fc}" bType="Struct" type="mag_t"><Val>1.5</Val></DA></DOType>'
        '<DAType id="mag_t"><BDA name="f" bType="FLOAT32"><Val>2.5</Val></BDA></DAType>'
    )
    ln0 = (
        '<DOI name="Set"><DAI name="setVal"><Val>7</Val><Val sGroup="1">11</Val><Val sGroup="2">22</Val></DAI></DOI>'
        '<SettingControl numOfSGs="3" actSG="2" resvTms="30"/>'
    )
    ied = quiet(scl(dos='<DO name="Set" type="S_t"/><DO name="Mag" type="M_t"/>', types=types, ln0=ln0))
    leaf = ied.find("IED1LD0/LLN0.Set.setVal [SG]")
    assert (leaf.value, leaf.is_writable) == (22, editable)
    values = {
        group: {"LLN0.Set.setVal": value, "LLN0.Mag.setMag.f": 2.5} for group, value in ((1, 11), (2, 22), (3, 7))
    }
    declared = ied["IED1LD0.LLN0"].control_blocks
    assert declared == {"SGCB": SettingControl(groups=3, active=2, resv_tms=30, values=values)}


def test_settings_in_groups_without_groups_are_values_like_others() -> None:
    types = '<DOType id="S_t" cdc="ING"><DA name="setVal" fc="SE" bType="INT32"><Val sGroup="1">5</Val></DA></DOType>'
    ied = quiet(scl(dos='<DO name="Set" type="S_t"/>', types=types))
    leaf = ied.find("IED1LD0/LLN0.Set.setVal [SG]")
    assert (leaf.value, leaf.is_writable, ied["IED1LD0.LLN0"].control_blocks) == (5, False, {})


@pytest.mark.parametrize(
    ("services", "resv_tms", "editable"),
    [
        ("", None, True),
        ("<Services><SettingGroups/></Services>", None, False),
        ("<Services><SettingGroups><SGEdit/></SettingGroups></Services>", None, True),
        ('<Services><SettingGroups><SGEdit resvTms="true"/></SettingGroups></Services>', 0, True),
    ],
)
def test_services_say_whether_groups_are_edited(services: str, resv_tms: int | None, editable: bool) -> None:
    ied = quiet(scl(services=services, ln0='<SettingControl numOfSGs="2"/>'))
    assert ied["IED1LD0.LLN0"].control_blocks["SGCB"] == SettingControl(groups=2, resv_tms=resv_tms, editable=editable)


def test_logs_and_what_writes_into_them() -> None:
    ln0 = (
        '<Log name="Main"/><Log/><Log name="no good"/>'
        '<LogControl name="here" logName="Main" reasonCode="false" bufTime="20"/>'
        '<LogControl name="there" logName="Other" lnClass="GGIO" lnInst="1" prefix="x" logEna="false"/>'
    )
    notes: list[str] = []
    services = '<Services><LogSettings logEna="Dyn" intgPd="Conf"/></Services>'
    ied = load_ied(scl(ln0=ln0, services=services), note=notes.append)
    node = ied["IED1LD0.LLN0"]
    assert node.logs == ("Main",)
    fixed = frozenset(("DatSet", "TrgOps", "IntgPd"))
    common: dict[str, Any] = {"fixed": fixed}
    assert list(node.control_blocks.values()) == [
        LogControl(name="here", log="IED1LD0/LLN0$Main", reason_code=False, buf_tm=20, **common),
        LogControl(name="there", log="IED1LD0/xGGIO1$Other", enabled=False, **common),
    ]
    assert len(notes) == 1
    assert "no good" in notes[0]


@pytest.mark.parametrize(("kind", "writable"), [("Set", True), ("RO", False), ("Conf", False), ("Spec", False)])
def test_val_kind_decides_who_may_write(kind: str, writable: bool) -> None:
    nodes = f'<LN lnClass="MMXU" inst="1" lnType="MMXU_t"><DOI name="TotW"><DAI name="db" valKind="{kind}"/></DOI></LN>'
    device = quiet(scl(nodes=nodes))["IED1LD0"]
    assert device["MMXU1.TotW.db"].is_writable is writable
    assert device["MMXU1.TotW.d"].is_writable
    assert not device["MMXU1.TotW.mag.f"].is_writable


# -- values ------------------------------------------------------------------------------------------------------

MONTH = Timestamp(1704067200, 1 << 23, 0x0A)
VALUES: tuple[tuple[str, str, Any], ...] = (
    ("BOOLEAN", "TRUE", True),
    ("BOOLEAN", "0", False),
    ("INT8", "-128", -128),
    ("INT24", "8388607", 8388607),
    ("INT128", str(1 << 100), 1 << 100),
    ("INT32U", "4294967295", 4294967295),
    ("INT32", "5.0", 5),
    ("FLOAT32", "-1.5E3", -1500.0),
    ("FLOAT64", ".5", 0.5),
    ("Dbpos", "on", 2),
    ("Dbpos", "10", 2),
    ("Dbpos", "3", 3),
    ("Tcmd", "higher", 2),
    ("Check", "synchrocheck", 2),
    ("Check", "3", 3),
    ("Quality", "0100000000001", Quality(0x0801)),
    ("Quality", "questionable", Quality.QUESTIONABLE),
    ("Timestamp", "2024-01-01T00:00:00.5Z", MONTH),
    ("Timestamp", "2024-01-01T08:00:00.5+08:00", MONTH),
    ("Timestamp", "2024-01-01T00:00:00.5", MONTH),
    ("EntryTime", "1984-01-03T00:00:01Z", bytes.fromhex("000003e80002")),
    ("VisString32", "a b", "a b"),
    ("Unicode255", "电能 µ", "电能 µ"),
    ("Octet64", "01-0C-CD", b"\x01\x0c\xcd"),
    ("Octet64", "AQz=", b"\x01\x0c"),
    ("EntryID", "0102030405060708", bytes(range(1, 9))),
    ("Currency", "CNY", "CNY"),
    ("ObjRef", "IED1LD0/LLN0.Mod", "IED1LD0/LLN0.Mod"),
    ("TrgOps", "011000", 24),
    ("OptFlds", "0111110000", 0b0111110000),
)


@pytest.mark.parametrize(("b_type", "text", "value"), VALUES, ids=[f"{b}-{t}" for b, t, _ in VALUES])
def test_values(b_type: str, text: str, value: Any) -> None:
    leaf = quiet(leaf_file(b_type, text)).find("IED1LD0/LLN0.Any.x [SP]")
    assert leaf.value == value
    assert leaf.value.__class__ is value.__class__


UNFIT = (
    ("BOOLEAN", "yes"),
    ("INT8", "128"),
    ("INT8U", "-1"),
    ("INT32", "1.5"),
    ("INT32", "1_000"),
    ("INT32", "٣"),
    ("FLOAT32", "1,5"),
    ("FLOAT32", "1e39"),
    ("Dbpos", "4"),
    ("Quality", "9999"),
    ("Timestamp", "yesterday"),
    ("Timestamp", "1969-12-31T23:59:59Z"),
    ("EntryTime", "9999-01-01T00:00:00Z"),
    ("VisString32", "x" * 33),
    ("VisString255", "AUSLÖSUNG"),
    ("Octet64", "not octets"),
    ("INT32", "9" * 5000),
)


@pytest.mark.parametrize(("b_type", "text"), UNFIT, ids=[f"{b}-{t[:20]}" for b, t in UNFIT])
def test_values_that_do_not_fit_are_told_and_passed_over(b_type: str, text: str) -> None:
    ied, (note,) = noted(leaf_file(b_type, text))
    leaf = ied.find("IED1LD0/LLN0.Any.x")
    assert leaf.value == leaf.type.default
    assert note.startswith("SCL:3: Val of x: ")
    assert len(note) < 200


def test_empty_values_are_no_values() -> None:
    for b_type in ("INT32", "Timestamp", "BOOLEAN", "VisString32"):
        quiet(leaf_file(b_type, ""))


def test_enumerations_beyond_one_octet_widen() -> None:
    enum = '<EnumType id="Big"><EnumVal ord="-1">no</EnumVal><EnumVal ord="2048">far</EnumVal></EnumType>'
    leaf = quiet(leaf_file("Enum", "far", 'type="Big"', enum)).find("IED1LD0/LLN0.Any.x")
    assert (leaf.value, leaf.type.size, leaf.enum) == (2048, 32, "Big")
    ied, (note,) = noted(leaf_file("Enum", "near", 'type="Big"', enum))
    assert ied.find("IED1LD0/LLN0.Any.x").value == -1
    assert note == "SCL:3: Val of x: 'near' is none of 'no', 'far'"


def test_phy_com_addr_is_a_structure() -> None:
    place = quiet(leaf_file("PhyComAddr", "")).find("IED1LD0/LLN0.Any.x")
    assert list(place.children) == ["Addr", "PRIORITY", "VID", "APPID"]


# -- data sets and control blocks --------------------------------------------------------------------------------

MEMBERS = """<DataSet name="ds">
<FCDA ldInst="LD0" lnClass="LLN0" doName="Mod" daName="stVal" fc="ST"/>
<FCDA ldInst="LD0" lnClass="MMXU" lnInst="1" doName="PhV.phsA" fc="MX"/>
<FCDA ldInst="LD0" lnClass="MHAI" lnInst="1" doName="HaA.phsAHar" daName="mag.f" ix="2" fc="MX"/>
<FCDA ldInst="LD0" lnClass="MHAI" lnInst="1" doName="HaA.phsAHar(1)" daName="mag.f" ix="1" fc="MX"/>
<FCDA ldInst="LD0" lnClass="MHAI" lnInst="1" doName="HaA" daName="pts" ix="0" fc="CF"/>
<FCDA ldInst="LD0" lnClass="MMXU" lnInst="1" fc="MX"/>
{more}</DataSet>"""
MEASURED = '<LN lnClass="MMXU" inst="1" lnType="MMXU_t"/><LN lnClass="MHAI" inst="1" lnType="MHAI_t"/>'


def test_data_sets_keep_their_order() -> None:
    ied = quiet(scl(ln0=MEMBERS.format(more=""), nodes=MEASURED))
    assert list(map(str, ied["IED1LD0.LLN0"].data_sets["ds"])) == [
        "IED1LD0/LLN0.Mod.stVal [ST]",
        "IED1LD0/MMXU1.PhV.phsA [MX]",
        "IED1LD0/MHAI1.HaA.phsAHar(2).mag.f [MX]",
        "IED1LD0/MHAI1.HaA.phsAHar(1).mag.f [MX]",
        "IED1LD0/MHAI1.HaA.pts(0) [CF]",
        "IED1LD0/MMXU1 [MX]",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        'ldInst="LD9" lnClass="LLN0" doName="Mod" fc="ST"',
        'ldInst="LD0" lnClass="XCBR" lnInst="1" doName="Pos" fc="ST"',
        'ldInst="LD0" lnClass="LLN0" doName="Mode" fc="ST"',
        'ldInst="LD0" lnClass="LLN0" doName="Mod" fc="MX"',
        'ldInst="LD0" lnClass="LLN0" doName="Mod" daName="stVal" fc="CF"',
        'ldInst="LD0" lnClass="MHAI" lnInst="1" doName="HaA.phsAHar" ix="3" fc="MX"',
        'ldInst="LD0" lnClass="MHAI" lnInst="1" doName="HaA.phsAHar" daName="mag.f" fc="MX"',
    ],
)
def test_members_that_are_not_there_are_told_and_left_out(entry: str) -> None:
    ied, notes = noted(scl(ln0=MEMBERS.format(more=f"<FCDA {entry}/>"), nodes=MEASURED))
    assert len(ied["IED1LD0.LLN0"].data_sets["ds"]) == 6
    (note,) = notes
    assert note.startswith("SCL:10: data set ds: no LD")


def test_data_sets_reach_over_logical_devices() -> None:
    ln0 = '<DataSet name="ds"><FCDA ldInst="B" lnClass="LLN0" doName="Mod" fc="ST"/></DataSet>'
    nodes = '</LDevice><LDevice inst="B"><LN0 lnClass="LLN0" inst="" lnType="LLN0_t"/>'
    ied = quiet(scl(ln0=ln0, nodes=nodes))
    assert ied["IED1LD0.LLN0"].data_sets["ds"] == (Reference("IED1B", ("LLN0", "Mod"), "ST"),)


REPORTS = """<ReportControl name="brcb" datSet="ds" rptID="R1" confRev="7" buffered="true" bufTime="50" intgPd="1000">
<TrgOps dchg="true" qchg="true" period="true" gi="false"/>
<OptFields seqNum="true" timeStamp="true" dataSet="true" reasonCode="true" entryID="true" configRef="true"/>
<RptEnabled max="3"/></ReportControl>
<ReportControl name="urcb" confRev="1" indexed="false"><OptFields bufOvfl="false"/></ReportControl>"""


ALL_FIXED = frozenset(("RptID", "DatSet", "OptFlds", "BufTm", "TrgOps", "IntgPd"))


def test_report_controls() -> None:
    services = '<Services><ReportSettings owner="true" resvTms="true"/></Services>'
    ln0 = MEMBERS.format(more="") + REPORTS
    ied = quiet(scl(ln0=ln0, nodes=MEASURED, services=services, versions='version="2007" revision="B" release="4"'))
    usual = OptFlds.SEQ_NUM | OptFlds.TIME_STAMP | OptFlds.DATA_SET | OptFlds.REASON | OptFlds.CONF_REV
    edition = Edition.ED2_1
    assert list(ied["IED1LD0.LLN0"].control_blocks.values()) == [
        ReportControl(
            name="brcb",
            data_set="ds",
            buffered=True,
            rpt_id="R1",
            conf_rev=7,
            trg_ops=TrgOps.DCHG | TrgOps.QCHG | TrgOps.INTEGRITY,
            opt_flds=usual | OptFlds.ENTRY_ID | OptFlds.BUF_OVFL,
            buf_tm=50,
            intg_pd=1000,
            instances=3,
            owner=True,
            edition=edition,
            fixed=ALL_FIXED,
        ),
        ReportControl(
            name="urcb", trg_ops=TrgOps.GI, opt_flds=0, indexed=False, owner=True, edition=edition, fixed=ALL_FIXED
        ),
    ]
    assert ied["IED1LD0.LLN0"].control_blocks["brcb"].instance_names == ("brcb01", "brcb02", "brcb03")


def test_what_services_fix_no_client_writes_and_no_more_associate_than_declared() -> None:
    services = (
        """<Services><DynAssociation max="2"/><ReportSettings rptID="Dyn" trgOps="Dyn" bufTime="Conf"/></Services>"""
    )
    ied = quiet(scl(ln0=MEMBERS.format(more="") + REPORTS, nodes=MEASURED, services=services))

    async def play() -> None:
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            block = "IED1LD0/LLN0.brcb01"
            await client.write(f"{block}.RptID", "mine")
            await client.write(f"{block}.TrgOps", TrgOps.GI)
            for name in ("BufTm", "IntgPd", "OptFlds"):
                with pytest.raises(DataAccessError, match="object-access-denied"):
                    await client.write(f"{block}.{name}", 0)
            async with connect(server.url):
                with pytest.raises(LinkError):
                    await connect(server.url)

    asyncio.run(play())


CLIENTS = """<ReportControl name="urcb" confRev="1" indexed="true"><OptFields/><RptEnabled max="4">
<ClientLN iedName="HMI" lnClass="IHMI" lnInst="1" ldInst="none"/>
<ClientLN iedName="GW" apRef="B" lnClass="ITCI" lnInst="1" ldInst="none"/>
<ClientLN iedName="NOBODY" lnClass="IHMI" lnInst="1" ldInst="none"/></RptEnabled></ReportControl>"""
ADDRESSES = """<Communication><SubNetwork name="S">
<ConnectedAP iedName="HMI" apName="A"><Address><P type="IP">127.0.0.1</P></Address></ConnectedAP>
<ConnectedAP iedName="GW" apName="A"><Address><P type="IP">10.0.0.7</P></Address></ConnectedAP>
<ConnectedAP iedName="GW" apName="B"><Address><P type="IP">10.0.0.8</P></Address></ConnectedAP>
</SubNetwork></Communication>"""


def test_instances_are_kept_for_the_clients_a_file_names_when_that_is_wanted() -> None:
    file = scl(ln0=CLIENTS, communication=ADDRESSES)
    assert quiet(file)["IED1LD0.LLN0"].control_blocks["urcb"].reserved_for == ()
    ied, notes = noted(file, reserve=True)
    assert ied["IED1LD0.LLN0"].control_blocks["urcb"].reserved_for == (b"\x7f\0\0\1", b"\x0a\0\0\x08", b"")
    assert [note.rpartition(": ")[2] for note in notes] == ["no IP address of NOBODY; its instance is anybody's"]

    async def play() -> None:
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            for instance, refused in ((1, False), (2, True), (3, False), (4, False)):
                writing = client.write(f"IED1LD0/LLN0.urcb{instance:02}.Resv", True)
                if not refused:
                    await writing
                    continue
                with pytest.raises(DataAccessError, match="object-access-denied"):
                    await writing

    asyncio.run(play())


COMMUNICATION = """<Communication><SubNetwork name="S"><ConnectedAP iedName="IED1" apName="P1">
<GSE ldInst="LD0" cbName="gcb"><Address><P type="MAC-Address">01-0C-CD-01-00-0A</P><P type="VLAN-ID">00B</P>
<P type="VLAN-PRIORITY">5</P><P type="APPID">3001</P></Address><MinTime>4</MinTime><MaxTime>1000</MaxTime></GSE>
</ConnectedAP></SubNetwork></Communication>"""
OTHERS = """<LogControl name="lcb" datSet="ds" logName="Log1" intgPd="60000"><TrgOps dchg="true"/></LogControl>
<GSEControl name="gcb" datSet="ds" appID="G1" confRev="2" fixedOffs="true"/>
<SampledValueControl name="gcb" smvID="V1" smpRate="80" nofASDU="2" confRev="3" multicast="false" smpMod="SmpPerSec">
<SmvOpts refreshTime="true" sampleRate="true"/></SampledValueControl>"""


def test_other_control_blocks_are_declarations() -> None:
    ied = quiet(scl(ln0=MEMBERS.format(more="") + OTHERS, nodes=MEASURED, communication=COMMUNICATION))
    log, goose, sampled = ied["IED1LD0.LLN0"].control_blocks.values()
    assert log == LogControl(name="lcb", data_set="ds", log="IED1LD0/LLN0$Log1", trg_ops=TrgOps.DCHG, intg_pd=60000)
    assert isinstance(goose, GooseControl)
    assert (goose.go_id, goose.conf_rev, goose.fixed_offs, goose.min_time, goose.max_time) == ("G1", 2, True, 4, 1000)
    assert goose.address is not None
    assert (goose.address.mac.hex(), goose.address.vlan) == ("010ccd01000a", 11)
    assert (goose.address.priority, goose.address.app_id) == (5, 0x3001)
    assert sampled == SampledValueControl(
        name="gcb", smv_id="V1", conf_rev=3, multicast=False, smp_rate=80, smp_mod=1, no_asdu=2, opt_flds=0b11100
    )


def test_services_and_edition() -> None:
    services = (
        '<Services nameLength="64"><DynDataSet max="5" maxAttributes="50"/><ConfDataSet max="9"/><FileHandling/>'
        '<ReportSettings datSet="Dyn" rptID="Fix"/><SettingGroups><SGEdit/></SettingGroups></Services>'
    )
    found = quiet(scl(services=services)).capabilities
    assert (found.dyn_data_set_max, found.dyn_data_set_max_attributes, found.conf_data_set_max) == (5, 50, 9)
    assert (found.has_file_handling, found.has_setting_group_edit, found.max_associations) == (True, True, None)
    assert found.report_settings["datSet"] == "Dyn"
    assert quiet(scl(versions="")).edition is Edition.ED1


# -- which IED, which access point -------------------------------------------------------------------------------

SECOND = """<IED name="IED2"><AccessPoint name="A"><Server><LDevice inst="X"><LN0 lnClass="LLN0" inst="" lnType="LLN0_t"/>
</LDevice></Server></AccessPoint><AccessPoint name="B"><ServerAt apName="A"/></AccessPoint></IED><IED name="NONE"/>"""


def test_choosing_an_ied() -> None:
    both = scl(more=SECOND)
    assert list(quiet(both, ied_name="IED2").children) == ["IED2X"]
    assert list(quiet(both, ied_name="IED2", access_point="B").children) == ["IED2X"]
    with pytest.raises(UsageError, match="several IEDs; it has IED1, IED2"):
        load_ied(both)
    with pytest.raises(UsageError, match="no server IED 'NONE'"):
        load_ied(both, "NONE")
    with pytest.raises(UsageError, match="no server at 'C'; there are A, B"):
        load_ied(both, "IED2", "C")
    with pytest.raises(FileError, match="no IED with a server"):
        load_ied(b'<SCL xmlns="http://www.iec.ch/61850/2003/SCL"><IED name="x"/></SCL>')


# -- what is refused ---------------------------------------------------------------------------------------------


def do_type(inside: str, id: str = "Any_t") -> dict[str, str]:
    return {"dos": '<DO name="Any" type="Any_t"/>', "types": f'\n<DOType id="{id}" cdc="X">\n{inside}</DOType>'}


def nest(levels: int) -> str:
    """DATypes inside each other."""
    types = "".join(f'<DAType id="n{i}"><BDA name="b" bType="Struct" type="n{i + 1}"/></DAType>' for i in range(levels))
    return types + f'<DAType id="n{levels}"><BDA name="b" bType="INT32"/></DAType>'


def refused() -> Iterator[tuple[str, dict[str, str], str]]:
    yield "no LNodeType", {"nodes": '<LN lnClass="XCBR" inst="1" lnType="none"/>'}, "LN: no LNodeType 'none'"
    yield "no lnType", {"nodes": '<LN lnClass="XCBR" inst="1"/>'}, "LN without lnType"
    yield "no DOType", {"dos": '<DO name="Any" type="none"/>'}, "DO Any: no DOType 'none'"
    yield "no DAType", do_type('<DA name="x" fc="ST" bType="Struct" type="none"/>'), "DA x: no DAType 'none'"
    yield "no EnumType", do_type('<DA name="x" fc="ST" bType="Enum" type="none"/>'), "DA x: no EnumType 'none'"
    yield "Struct without type", do_type('<DA name="x" fc="ST" bType="Struct"/>'), "DA without type"
    yield "unknown bType", do_type('<DA name="x" fc="ST" bType="INT33"/>'), "DA x: unknown bType 'INT33'"
    yield "unknown fc", do_type('<DA name="x" fc="QQ" bType="INT32"/>'), "no functional constraint 'QQ'"
    yield "no fc", do_type('<DA name="x" bType="INT32"/>'), "DA without fc"
    yield "DO twice", {"dos": '<DO name="Mod" type="ENC_t"/>'}, "DO Mod stands twice"
    yield "SDO and DA", do_type('<DA name="x" fc="ST" bType="INT8"/><SDO name="x" type="MV_t"/>'), "SDO x stands twice"
    yield "SDO of itself", do_type('<SDO name="s" type="Any_t"/>'), "contain itself"
    cycle = (
        '<DA name="x" fc="ST" bType="Struct" type="c"/></DOType><DAType id="c"><BDA name="c" bType="Struct" type="d"/>'
    )
    cycle += '</DAType><DAType id="d"><BDA name="c" bType="Struct" type="c"/></DAType><DOType id="z" cdc="Z">'
    yield "DAType of itself", do_type(cycle), "contain itself"
    for count in ("2147483648", "4097", "-1", "none", "1e3"):
        yield f"SDO count {count}", do_type(f'<SDO name="s" type="MV_t" count="{count}"/>'), f"array s of '{count}'"
        array = f'<DA name="x" fc="ST" bType="INT32" count="{count}"/>'
        yield f"DA count {count}", do_type(array), f"array x of '{count}'"
    yield "count by structure", do_type('<SDO name="s" type="MV_t" count="s"/>'), "array s of 's'"
    yield "bad name", do_type('<DA name="x$y" fc="ST" bType="INT32"/>'), "MMS cannot carry that"
    yield "long name", do_type(f'<DA name="{"x" * 53}" fc="ST" bType="INT32"/>'), "has 65 octets"
    yield "IED name", {"ied": 'name="my-ied"'}, "'my-ied': MMS names"
    yield "long domain", {"device": f'inst="{"L" * 61}"'}, "has 65 octets"
    yield "LD twice", {"nodes": '</LDevice><LDevice inst="LD0">'}, "IED1LD0 stands twice"
    yield "LN twice", {"nodes": MEASURED + MEASURED}, "logical node MMXU1 stands twice"
    yield "IED twice", {"more": '<IED name="IED1"/>'}, "IED IED1 stands twice"
    yield "types differ", {"types": '<DAType id="AV_t"><BDA name="i" bType="INT32"/></DAType>'}, "'AV_t' stands twice"
    yield "data set twice", {"ln0": (MEMBERS + MEMBERS).format(more=""), "nodes": MEASURED}, "ds stands twice"
    yield "block twice", {"ln0": '<ReportControl name="r" confRev="1"/>' * 2}, "ReportControl r stands twice"
    yield "block name", {"ln0": f'<ReportControl name="r{"r" * 42}" confRev="1"/>'}, "MMS cannot carry"
    yield "confRev", {"ln0": '<ReportControl name="r" confRev="one"/>'}, "confRev='one' is no unsigned number"
    yield "intgPd", {"ln0": '<ReportControl name="r" confRev="1" intgPd="4294967296"/>'}, "is no INT32U"
    yield "EnumVal", {"types": '<EnumType id="E"><EnumVal ord="x"/></EnumType>', **enum_user()}, "ord='x'"


def enum_user() -> dict[str, str]:
    types = '<DOType id="Any_t" cdc="X"><DA name="x" fc="ST" bType="Enum" type="E"/></DOType>'
    types += '<EnumType id="E"><EnumVal ord="x"/></EnumType>'
    return {"dos": '<DO name="Any" type="Any_t"/>', "types": types}


REFUSED = list(refused())


@pytest.mark.parametrize(("parts", "told"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(parts: dict[str, str], told: str) -> None:
    with pytest.raises(FileError) as caught:
        load_ied(scl(**parts))
    text = str(caught.value)
    assert told in text
    assert text.startswith("SCL:")
    assert text.split(":")[1].isdigit()
    assert "\n" not in text


def test_a_name_of_64_octets_fits() -> None:
    ied = quiet(scl(**do_type(f'<DA name="{"x" * 52}" fc="ST" bType="INT32"/>')))
    assert len(f"LLN0$ST$Any${'x' * 52}") == 64
    assert ied.find(f"IED1LD0/LLN0.Any.{'x' * 52}").value == 0


def test_nesting_has_a_limit() -> None:
    struct = '<DA name="x" fc="ST" bType="Struct" type="n0"/></DOType>{}<DOType id="z" cdc="Z">'
    limit = instantiate.MAX_NESTING - 2
    quiet(scl(**do_type(struct.format(nest(limit)))))
    for levels in (limit + 1, 5000):
        with pytest.raises(FileError, match=r"nested deeper|octets"):
            load_ied(scl(**do_type(struct.format(nest(levels)))))


def test_leaves_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(list(quiet(scl(nodes=MEASURED)).leaves()))
    monkeypatch.setattr(instantiate, "MAX_LEAVES", count)
    quiet(scl(nodes=MEASURED))
    monkeypatch.setattr(instantiate, "MAX_LEAVES", count - 1)
    with pytest.raises(FileError, match="more than"):
        load_ied(scl(nodes=MEASURED))


def test_a_type_that_multiplies_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """14 levels of 10 structures each would be 10**14 leaves: the limit stops it."""
    monkeypatch.setattr(instantiate, "MAX_LEAVES", 10_000)
    levels = "".join(
        f'<DAType id="n{i}">'
        + "".join(f'<BDA name="b{j}" bType="Struct" type="n{i + 1}"/>' for j in range(10))
        + "</DAType>"
        for i in range(14)
    )
    types = levels + '<DAType id="n14"><BDA name="b" bType="INT32"/></DAType>'
    struct = f'<DA name="x" fc="ST" bType="Struct" type="n0"/></DOType>{types}<DOType id="z" cdc="Z">'
    with pytest.raises(FileError, match="more than 10000 attributes"):
        load_ied(scl(**do_type(struct)))


@pytest.mark.parametrize("kind", ["DAType", "DOType"])
def test_a_type_that_multiplies_nothing_is_stopped(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """10**12 structures without a single leaf."""
    monkeypatch.setattr(instantiate, "MAX_NODES", 10_000)
    part, rest, first = {
        "DAType": (
            '<BDA name="b{}" bType="Struct" type="n{}"/>',
            "",
            '<DA name="x" fc="ST" bType="Struct" type="n0"/>',
        ),
        "DOType": ('<SDO name="b{}" type="n{}"/>', ' cdc="X"', '<SDO name="x" type="n0"/>'),
    }[kind]
    levels = "".join(
        f'<{kind} id="n{i}"{rest}>' + "".join(part.format(j, i + 1) for j in range(10)) + f"</{kind}>"
        for i in range(12)
    )
    inner = f'{first}</DOType>{levels}<{kind} id="n12"{rest}/><DOType id="z" cdc="Z">'
    with pytest.raises(FileError, match="more than 10000 data objects and attributes"):
        load_ied(scl(**do_type(inner)))


def test_types_given_twice_alike_are_taken_once() -> None:
    _, notes = noted(scl(types='<DAType id="AV_t" desc="again">\n<BDA name="f" bType="FLOAT32"/></DAType>'))
    (note,) = notes
    assert "both are alike" in note
