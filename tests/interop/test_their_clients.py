"""Foreign clients against our server, service by service; the pairings of each test come from matrix.py."""

import contextlib
import time
from typing import Any

import pytest
from ours import HARMONICS, HISTORY, POINTS, TEXTS, WRITES, as_json, home, truth
from pairings import OTHER_SIDE, SIDE, Talk, clients, heard, is_rust, other_true, tpkts
from peer import Peer, PeerError

from meterwire.client import connect
from meterwire.models import basic_type
from meterwire.protocols.osi import AddressSet
from meterwire.reading import Quality
from meterwire.server import Admission, Limits

LD = "OURSLD0"
HEADERS = 32
"""Octets of TPKT, COTP, session and presentation around an MMS PDU, at most."""


def until(condition: Any, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def names_of(talk: Talk) -> list[str]:
    """Variables of our device in the order of GetNameList, told by the client of our own."""

    async def ask() -> list[str]:
        async with connect(talk.server.server.url) as ied:
            return sorted(await ied.directory.variables(LD))

    listed: list[str] = talk.server.run(ask())
    return listed


def define(client: Peer, **arguments: Any) -> None:
    """Create a data set; iec61850 0.14.0 takes the right answer (8B 00, NULL) for an error, the set is there all the same."""
    if is_rust(client):
        with pytest.raises(PeerError, match="expected=0xAB, actual=0x8B"):
            client("list_define", **arguments)
    else:
        client("list_define", **arguments)


def silence(client: Peer, seconds: float = 0.15) -> None:
    with pytest.raises(PeerError, match="no report event"):
        client.event("report", seconds=seconds)


# -- association -------------------------------------------------------------------------------------------------------


@clients("associate and release")
def test_associations_come_and_go(client: Peer) -> None:
    with heard(client) as talk:
        server = talk.server.server
        client("release")
        until(lambda: not server.associations)
        for _ in range(5):
            client("connect", host="127.0.0.1", port=talk.recorder.port)
            assert len(server.associations) == 1
            assert client("read", ref=f"{LD}/GGIO1.Ind2.stVal", fc="ST")["value"] is True
            client("release")
            until(lambda: not server.associations)
        assert (server.statistics.associations, server.statistics.broken) == (6, 0)


@clients("abort")
def test_abort(client: Peer) -> None:
    with heard(client) as talk:
        client("enable", rcb=f"{LD}/LLN0.RP.urcbStat01")
        client("abort")
        until(lambda: not talk.server.server.associations)
        last = tpkts(talk.said(by_server=False))[-1]
        # iec61850 closes TCP without an ABORT (session PDU 19 hex); libIEC61850 says it.
        assert (last[7] == 0x19) is not is_rust(client)
        client("connect", host="127.0.0.1", port=talk.recorder.port)
        assert not client("rcb", rcb=f"{LD}/LLN0.RP.urcbStat01")["enabled"]


@clients("several clients at once")
def test_several_clients_at_once(client: Peer) -> None:
    with heard(client) as talk, Peer(client.script) as second, Peer(client.script) as third:
        everybody = (client, second, third)
        for number, one in enumerate(everybody):
            if one is not client:
                one("connect", host="127.0.0.1", port=talk.recorder.port)
            if number:
                one("enable", rcb=f"{LD}/LLN0.RP.urcbStat0{number}", trg_ops=["dchg"], buf_tm=0)
        assert len(talk.server.server.associations) == 3
        client("write", ref=f"{LD}/GGIO2.IntSet.setVal", fc="SP", value=7)
        talk.server.set(f"{LD}/GGIO1.Ind1.stVal", True)
        for one in everybody:
            assert one("read", ref=f"{LD}/GGIO2.IntSet.setVal", fc="SP")["value"] == 7
        for one in (second, third):
            assert [entry["value"] for entry in one.event("report")["entries"]] == [True]
            one("release")


@clients("selectors, AP-titles, AE-qualifiers")
def test_addresses(client: Peer) -> None:
    title = tuple(int(arc) for arc in SIDE["ap_title"].split("."))
    own = AddressSet(
        called_t_selector=bytes.fromhex(SIDE["t"]),
        called_s_selector=bytes.fromhex(SIDE["s"]),
        called_p_selector=bytes.fromhex(SIDE["p"]),
        called_ap_title=title,
        called_ae_qualifier=SIDE["ae_qualifier"],
    )
    options = {"admission": Admission(addresses=own)}
    with heard(client, options=options, called=SIDE, calling=OTHER_SIDE) as talk:
        assert client("read", ref=f"{LD}/GGIO1.Ind2.stVal", fc="ST")["value"] is True
        first, second = tpkts(talk.said(by_server=False))[:2]
        assert bytes.fromhex(f"c104{OTHER_SIDE['t']}") in first
        for octets in (f"3302{OTHER_SIDE['s']}", f"8102{OTHER_SIDE['p']}", "a606060460864801", "a703020103"):
            assert bytes.fromhex(octets) in second
        client("release")
        for field, value in {"t": "0001", "s": "0001", "p": "00000001", "ap_title": "1.3.1", "ae_qualifier": 1}.items():
            with pytest.raises(PeerError):
                client("connect", host="127.0.0.1", port=talk.recorder.port, called={**SIDE, field: value})
        assert talk.server.server.statistics.refused == 5


@clients("ACSE password")
def test_password(client: Peer) -> None:
    with heard(client, options={"admission": Admission(password="密码 1")}, password="密码 1") as talk:
        assert client("read", ref=f"{LD}/GGIO1.Ind2.stVal", fc="ST")["value"] is True
        client("release")
        for given in ({"password": "密码 2"}, {}):
            with pytest.raises(PeerError):
                client("connect", host="127.0.0.1", port=talk.recorder.port, **given)
        assert talk.server.server.statistics.refused == 2


@clients("COTP TPDU sizes")
def test_tpdu_sizes(client: Peer) -> None:
    """What the client proposes is what it gets, and no TPDU of ours is larger."""
    with heard(client, home()) as talk:
        request, confirm = tpkts(talk.said(by_server=False))[0], tpkts(talk.said(by_server=True))[0]
        proposed, given = (tpkt[tpkt.index(b"\xc0\x01") + 2] for tpkt in (request, confirm))
        assert 7 <= given == proposed <= 13
        client("names")
        sizes = [len(tpkt) - 4 for tpkt in tpkts(talk.said(by_server=True))]
        assert max(sizes) <= 1 << given


@pytest.mark.parametrize("max_pdu", [512, 1024])
@clients("small PDUs")
def test_small_pdus(client: Peer, max_pdu: int) -> None:
    """Name lists come in parts, every leaf is read; what cannot be divided is an error, and nobody is hurt by it."""
    with heard(client, max_pdu=max_pdu) as talk:
        assert client("names") == {LD: names_of(talk)}
        for (reference, fc), value in talk.server.call(truth, talk.server.ied).items():
            if "(" not in reference:
                assert client("read", ref=reference, fc=fc)["value"] == value
        if max_pdu == 512:  # 34 components
            with contextlib.suppress(PeerError):
                assert "error" in client("read", ref=f"{LD}/GGIO4.Every", fc="SP")["value"]
        assert client("read", ref=f"{LD}/GGIO1.Ind2.stVal", fc="ST")["value"] is True
        assert max(map(len, tpkts(talk.said(by_server=True)))) <= max_pdu + HEADERS


@pytest.mark.parametrize("max_pdu", [512, 1024])
@clients("PDU size limited by the server")
def test_a_server_that_takes_small_pdus_only(client: Peer, max_pdu: int) -> None:
    with heard(client, options={"limits": Limits(max_pdu=max_pdu)}) as talk:
        assert client("names") == {LD: names_of(talk)}
        targets = [{"ref": f"{LD}/GGIO1.Ind{i % 4 + 1}.stVal", "fc": "ST"} for i in range(4)]
        assert client("read_many", targets=targets) == [False, True, False, False]
        client("enable", rcb=f"{LD}/LLN0.RP.urcbBig01", trg_ops=["gi"], gi=True)
        assert client.event("report", where=lambda report: report["entries"])  # iec61850 shows them with the last part
        assert max(map(len, tpkts(talk.said(by_server=True)))) <= max_pdu + HEADERS


@clients("requests outstanding")
def test_requests_outstanding(client: Peer) -> None:
    with heard(client, outstanding=5):
        nodes = [f"Ind{i % 4 + 1}" for i in range(60)]
        targets = [
            {"domain": LD, "item": f"GGIO1$ST${name}$stVal", "ref": f"{LD}/GGIO1.{name}.stVal", "fc": "ST"}
            for name in nodes
        ]
        assert client("read_async", targets=targets) == [name == "Ind2" for name in nodes]


@clients("Status")
def test_status(client: Peer) -> None:
    with heard(client):
        assert client("status") == {"logical": 0, "physical": 0}


# -- directories, read -------------------------------------------------------------------------------------------------


@clients("names of devices, nodes, variables, data sets")
def test_directories(client: Peer) -> None:
    with heard(client) as talk:
        assert client("names") == {LD: names_of(talk)}
        data_sets = client("datasets")
        assert {device: sorted(listed) for device, listed in data_sets.items()} == {
            LD: ["LLN0$dsBig", "LLN0$dsSet", "LLN0$dsStat", "LLN0$dsTrg"]
        }


@clients("read: range of elements")
def test_ranges(client: Peer) -> None:
    history, harmonics = f"{LD}/MHAI1.Hist.hstVal", f"{LD}/MHAI1.HaAmp.har"
    with heard(client):
        for first, count in ((0, 7), (2, 3), (6, 1)):
            values = client("read_element", ref=history, fc="ST", index=first, count=count)
            assert values == list(HISTORY[first : first + count])
        expected = [[[i + 0.25], [i + 0.5]] for i in range(1, HARMONICS)]
        assert client("read_element", ref=harmonics, fc="MX", index=1, count=4) == expected
        for first, count in ((5, 3), (7, 1)):
            assert "error" in client("read_element", ref=history, fc="ST", index=first, count=count)


@clients("read: component of a structure")
def test_components(client: Peer) -> None:
    with heard(client):
        assert client("read_component", domain=LD, item="GGIO1$ST$Ind2", component="stVal") is True
        assert client("read_component", domain=LD, item="GGIO3$MX$Deep$sub", component="a$b$c") == 77


@clients("read: many variables in one PDU")
def test_many_variables(client: Peer) -> None:
    with heard(client) as talk:
        targets = [{"ref": f"{LD}/GGIO1.Ind{i % 4 + 1}.stVal", "fc": "ST"} for i in range(200)]
        before = talk.server.server.statistics.requests
        client("read_many", targets=targets)
        values = client("read_many", targets=targets)
        assert values == [i % 4 == 1 for i in range(200)]
        assert talk.server.server.statistics.requests - before < 450  # the type of each at most, and one Read
        mixed = client("read_many", targets=[targets[1], {"ref": f"{LD}/GGIO1.Ind1.q", "fc": "ST"}, targets[0]])
        assert mixed == [True, "0" * 13, False]


@clients("read: refusals")
def test_refused_reads(client: Peer) -> None:
    with heard(client):
        for reference in ("GGIO1.Ind9.stVal", "GGIO9.Ind1.stVal", "GGIO1.Ind1.no"):
            value = client("read", ref=f"{LD}/{reference}", fc="ST")["value"]
            assert value["error"] in (10, None)  # iec61850 asks for the type first, which is an error and no code
        assert client("read", ref=f"{LD}/GGIO1.Ind2.stVal", fc="ST")["value"] is True


# -- write -------------------------------------------------------------------------------------------------------------


@clients("write: every type")
def test_every_type_is_written(client: Peer) -> None:
    without = {"bit-string", "mms-string", "utc-time", "binary-time"} if is_rust(client) else set()
    written = 0
    with heard(client) as talk:
        for name, value in WRITES:
            reference = f"{LD}/GGIO4.Every.v{name}"
            if basic_type(name).kind.value in without:
                continue
            given = 1_795_222_869_877 if name == "EntryTime" else value
            if name == "FLOAT64" and is_rust(client):
                given = value = 3.25  # it sends every float with 32 bits
            assert client("write", ref=reference, fc="SP", value=given)["accepted"], name
            leaf = talk.server.ied.find(reference)
            held = talk.server.call(as_json, leaf)
            if name == "EntryTime":
                value = held
                assert held != "000000000000"
            assert (held, str(held)) == (value, str(value)), name
            assert client("read", ref=reference, fc="SP")["value"] == value
            written += 1
    assert written >= 24
    assert without or written == len(WRITES)


@clients("write: several variables in one PDU")
def test_several_written_at_once(client: Peer) -> None:
    with heard(client) as talk:
        items = ["GGIO2$SP$IntSet$setVal", "GGIO1$ST$Ind1$stVal", "GGIO2$SP$TxtSet$setVal"]
        kinds = (("integer", 9), ("boolean", True), ("visible-string", "at once"))
        values = [{"type": {"type": kind}, "value": value} for kind, value in kinds]
        before = talk.server.server.statistics.requests
        assert client("write_many", domain=LD, items=items, values=values) == [None, 3, None]
        assert talk.server.server.statistics.requests == before + 1
        held = [
            talk.value(f"{LD}/{name}") for name in ("GGIO2.IntSet.setVal", "GGIO1.Ind1.stVal", "GGIO2.TxtSet.setVal")
        ]
        assert held == [9, False, "at once"]


@clients("write: element, component of an element")
def test_elements_are_written(client: Peer) -> None:
    curve = {"ref": f"{LD}/GGIO4.Crv.crvPts", "fc": "SP", "domain": LD, "item": "GGIO4$SP$Crv$crvPts"}
    number = {"type": "float", "size": 32}
    with heard(client) as talk:
        for i in range(POINTS):
            for name, value in (("xVal", i + 0.5), ("yVal", i - 0.25)):
                answer = client("write_element", index=i, component=name, value=value, type=number, **curve)
                assert answer["accepted"]
                assert talk.value(f"{LD}/GGIO4.Crv.crvPts({i}).{name}") == value
        answer = client("write_element", index=POINTS, component="xVal", value=9.0, type=number, **curve)
        assert not answer["accepted"]


@clients("BOOLEAN TRUE as 01 and as FF")
def test_true_in_both_forms(client: Peer) -> None:
    """What each side calls TRUE is turned into the other form on its way."""
    forms = set()
    for rewrite in (bytes, other_true):
        with heard(client, rewrite=rewrite) as talk:
            reference = f"{LD}/GGIO4.Every.vBOOLEAN"
            assert client("write", ref=reference, fc="SP", value=True)["accepted"]
            assert talk.value(reference) is True
            assert client("read", ref=reference, fc="SP")["value"] is True
            assert client("enable", rcb=f"{LD}/LLN0.RP.urcbStat01", trg_ops=["dchg"], buf_tm=0)["enabled"]
            talk.server.set(f"{LD}/GGIO1.Ind1.stVal", True)
            assert client.event("report")["entries"][0]["value"] is True
            for by_server in (False, True):
                stream = talk.said(by_server)
                forms |= {(by_server, form) for form in (1, 0xFF) if bytes((0x83, 1, form)) in stream}
    assert forms == {(False, 1), (False, 0xFF), (True, 1), (True, 0xFF)}


# -- data sets ---------------------------------------------------------------------------------------------------------


@clients("data set: values written")
def test_data_set_is_written(client: Peer) -> None:
    with heard(client) as talk:
        name = {"ref": f"{LD}/LLN0.dsSet", "domain": LD, "item": "LLN0$dsSet"}
        typed = [{"type": {"type": "integer"}, "value": 77}, {"type": {"type": "visible-string"}, "value": "both"}]
        values: list[Any] = [one["value"] for one in typed] if is_rust(client) else typed
        assert client("list_write", values=values, **name) in (None, [None, None])
        assert [talk.value(f"{LD}/GGIO2.{leaf}.setVal") for leaf in ("IntSet", "TxtSet")] == [77, "both"]
        name = {"ref": f"{LD}/LLN0.dsTrg", "domain": LD, "item": "LLN0$dsTrg"}
        before = talk.server.call(truth, talk.server.ied)
        if is_rust(client):
            with pytest.raises(PeerError, match="entry 0"):
                client("list_write", values=values, **name)
        else:
            assert client("list_write", values=values, **name) == [7, 7]
        assert talk.server.call(truth, talk.server.ied) == before


@clients("data set: create, delete, persistent")
def test_data_sets_come_and_go(client: Peer) -> None:
    name = {"ref": f"{LD}/LLN0.dyn", "domain": LD, "item": "LLN0$dyn"}
    members = [
        {"ref": f"{LD}/GGIO1.Ind2.stVal", "fc": "ST", "domain": LD, "item": "GGIO1$ST$Ind2$stVal"},
        {"ref": f"{LD}/MMTR1.DmdWh", "fc": "ST", "domain": LD, "item": "MMTR1$ST$DmdWh"},
    ]
    values = [True, [12345678901, "0" * 13, "0000000000000000"]]
    if not is_rust(client):
        members.append({"domain": LD, "item": "MHAI1$MX$HaAmp$har", "index": 2, "component": "mag$f"})  # type: ignore[dict-item]
        values.append(2.25)
    with heard(client) as talk:
        define(client, members=members, **name)
        assert "LLN0$dyn" in client("datasets")[LD]
        found = client("dataset", ref=name["ref"])
        assert found["values"][0] is True
        assert found["values"][1][0] == 12345678901
        assert (found["values"][2:], found["deletable"]) == (values[2:], True)
        with pytest.raises(PeerError, match=r"(?s)(?!.*expected=0xAB)"):
            client("list_define", members=members, **name)
        missing = [{"ref": f"{LD}/GGIO1.Ind9.stVal", "fc": "ST", "domain": LD, "item": "GGIO1$ST$Ind9$stVal"}]
        with pytest.raises(PeerError):
            client("list_define", members=missing, ref=f"{LD}/LLN0.dyn2", domain=LD, item="LLN0$dyn2")
        # Another client sees it, and it outlives its maker.
        client("release")
        client("connect", host="127.0.0.1", port=talk.recorder.port)
        assert client("dataset", ref=name["ref"])["values"][0] is True
        assert client("list_delete", **name) is True
        assert "LLN0$dyn" not in client("datasets")[LD]
        for kept in ("dsStat", "dyn"):
            try:
                deleted = client("list_delete", ref=f"{LD}/LLN0.{kept}", domain=LD, item=f"LLN0${kept}")
            except PeerError:
                deleted = False
            assert deleted is False
        assert "LLN0$dsStat" in client("datasets")[LD]


@clients("data set: create, delete, of the VMD")
def test_data_sets_of_the_vmd(client: Peer) -> None:
    with heard(client):
        client("list_define", item="ofVmd", members=[{"domain": LD, "item": "GGIO1$ST$Ind2$stVal"}])
        found = client("list_read", item="ofVmd")
        assert (found["values"], found["deletable"], found["members"][0]["item"]) == (
            [True],
            True,
            "GGIO1$ST$Ind2$stVal",
        )
        assert client("list_delete", item="ofVmd") is True
        with pytest.raises(PeerError):
            client("list_read", item="ofVmd")


@clients("data set: create, delete, of the association")
def test_data_sets_of_the_association(client: Peer) -> None:
    mine = {"association": True, "item": "mine"}
    members = [{"domain": LD, "item": f"GGIO2$SP${name}$setVal"} for name in ("IntSet", "TxtSet")]
    with heard(client) as talk, Peer(client.script) as other:
        client("list_define", members=members, **mine)
        assert client("list_names") == ["mine"]
        assert client("list_read", **mine)["values"] == [42, "text"]
        typed = [{"type": {"type": "integer"}, "value": 3}, {"type": {"type": "visible-string"}, "value": "new"}]
        assert client("list_write", values=typed, **mine) == [None, None]
        assert client("list_read", **mine)["values"] == [3, "new"]
        other("connect", host="127.0.0.1", port=talk.recorder.port)
        assert other("list_names") == []
        with pytest.raises(PeerError):
            other("list_read", **mine)
        assert client("list_delete", **mine) is True
        client("list_define", members=members, **mine)
        client("release")
        client("connect", host="127.0.0.1", port=talk.recorder.port)
        assert client("list_names") == []
        other("release")


# -- reports -----------------------------------------------------------------------------------------------------------

FIELDS = {
    "sequence-number": lambda report: report["seq_num"] is not None,
    "report-time-stamp": lambda report: report["time_ms"] is not None,
    "reason-for-inclusion": lambda report: report["entries"][0]["reason"] == ["gi"],
    "data-set-name": lambda report: report["dataset"] == f"{LD}/LLN0$dsTrg",
    "data-reference": lambda report: report["entries"][1].get("ref") == f"{LD}/GGIO5$ST$Cnt",
    "conf-revision": lambda report: report["conf_rev"] == 1,
}
URCB_TRG = f"{LD}/LLN0.RP.urcbTrg01"


@clients("URCB: every OptFlds")
def test_every_optional_field(client: Peer) -> None:
    """Each alone (for iec61850 with the reasons, without which its script shows no members), none, and all."""
    always = ["reason-for-inclusion"] if is_rust(client) else []
    with heard(client):
        for options in (always, *(sorted({name, *always}) for name in FIELDS), list(FIELDS)):
            enabled = client("enable", rcb=URCB_TRG, opt_flds=options, trg_ops=["gi"], gi=True)
            assert sorted(enabled["opt_flds"]) == sorted(options)
            report = client.event("report")
            assert [name for name, is_there in FIELDS.items() if is_there(report)] == [
                f for f in FIELDS if f in options
            ]
            # libIEC61850 gives the RptID of the block, which is empty; iec61850 that of the report.
            assert report["rpt_id"] == (f"{LD}/LLN0$RP$urcbTrg01" if is_rust(client) else "")
            client("disable", rcb=URCB_TRG)
        asked = client("enable", rcb=URCB_TRG, opt_flds=["buffer-overflow", "entry-id", "conf-revision"])
        assert asked["opt_flds"] == ["conf-revision"]  # a URCB has no buffer to tell of


@clients("URCB: every TrgOps")
def test_every_trigger(client: Peer) -> None:
    with heard(client) as talk:
        state, quality, count = f"{LD}/GGIO1.Ind3.stVal", f"{LD}/GGIO1.Ind3.q", f"{LD}/GGIO5.Cnt.actVal"
        expected = {
            "dchg": [(0, "dchg")], "qchg": [(0, "qchg")], "dupd": [(1, "dupd")],
            "integrity": [(0, "integrity"), (1, "integrity")], "gi": [(0, "gi"), (1, "gi")],
        }  # fmt: skip
        for number, (trigger, wanted) in enumerate(expected.items()):
            period = 100 if trigger == "integrity" else 0
            options = ["reason-for-inclusion", "sequence-number"]
            client("enable", rcb=URCB_TRG, trg_ops=[trigger], opt_flds=options, buf_tm=0, intg_pd=period)
            talk.server.set(state, number % 2 == 0)
            talk.server.set(quality, Quality.QUESTIONABLE if number % 2 == 0 else Quality.GOOD)
            talk.server.set(count, 5)
            if trigger == "gi":
                client("gi", rcb=URCB_TRG)
            else:
                with pytest.raises(PeerError):
                    client("gi", rcb=URCB_TRG)
            report = client.event("report")
            assert [(entry["index"], *entry["reason"]) for entry in report["entries"]] == wanted, trigger
            if not period:
                silence(client)
            client("disable", rcb=URCB_TRG)
        assert client("enable", rcb=URCB_TRG, trg_ops=[], intg_pd=0)["trg_ops"] == []
        talk.server.set(state, False)
        silence(client)


@clients("URCB: BufTm")
def test_buffer_time(client: Peer) -> None:
    with heard(client) as talk:
        options = ["reason-for-inclusion"]
        client("enable", rcb=URCB_TRG, trg_ops=["dchg"], opt_flds=options, buf_tm=300, intg_pd=0)
        began = time.monotonic()
        talk.server.set(f"{LD}/GGIO1.Ind3.stVal", True)
        talk.server.set(f"{LD}/GGIO5.Cnt.actVal", 6)
        report = client.event("report")
        assert 0.25 < time.monotonic() - began < 2
        assert [(entry["index"], entry["reason"]) for entry in report["entries"]] == [(0, ["dchg"]), (1, ["dchg"])]
        began = time.monotonic()
        for value in (False, True):  # a second change of a member sends the first at once
            talk.server.set(f"{LD}/GGIO1.Ind3.stVal", value)
        values = [client.event("report")["entries"][0]["value"][0] for _ in range(2)]
        assert values == [False, True]


@clients("URCB: RptID and DatSet set by the client")
def test_a_block_is_configured(client: Peer) -> None:
    block = f"{LD}/LLN0.RP.urcbFree01"
    name = {"ref": f"{LD}/LLN0.mine", "domain": LD, "item": "LLN0$mine"}
    members = [{"ref": f"{LD}/GGIO1.Ind2.stVal", "fc": "ST", "domain": LD, "item": "GGIO1$ST$Ind2$stVal"}]
    options = ["reason-for-inclusion", "data-set-name", "conf-revision"]
    with heard(client) as talk:
        with pytest.raises(PeerError):
            client("enable", rcb=block)  # no data set
        define(client, members=members, **name)
        data_set = f"{LD}/LLN0$mine"
        enabled = client(
            "enable", rcb=block, dataset=data_set, rpt_id="MyReports", trg_ops=["dchg", "gi"], opt_flds=options, gi=True
        )
        assert (enabled["rpt_id"], enabled["dataset"], enabled["conf_rev"]) == ("MyReports", data_set, 2)
        report = client.event("report")
        assert (report["rpt_id"], report["dataset"], report["conf_rev"]) == ("MyReports", data_set, 2)
        assert [entry["value"] for entry in report["entries"]] == [True]
        try:
            deleted = client("list_delete", **name)
        except PeerError:
            deleted = False
        assert deleted is False  # in use
        talk.server.set(f"{LD}/GGIO1.Ind2.stVal", False)
        assert [entry["value"] for entry in client.event("report")["entries"]] == [False]


@clients("URCB: somebody else's, and freed when they vanish")
def test_a_block_of_another_client(client: Peer) -> None:
    block = f"{LD}/LLN0.RP.urcbStat01"
    with heard(client) as talk:
        with Peer(client.script) as rival:
            rival("connect", host="127.0.0.1", port=talk.server.port)
            rival("enable", rcb=block)
            for arguments in ({}, {"reserve": False}):
                with pytest.raises(PeerError):
                    client("enable", rcb=block, **arguments)
            assert client("rcb", rcb=block)["reserved"] is True
            rival._process.kill()
        until(lambda: not client("rcb", rcb=block)["reserved"])
        assert client("enable", rcb=block)["enabled"]


@pytest.mark.parametrize("max_pdu", [512, 1024])
@clients("reports larger than a PDU")
def test_segmented_reports(client: Peer, max_pdu: int) -> None:
    options = ["sequence-number", "reason-for-inclusion", "data-reference", "data-set-name"]
    with heard(client, max_pdu=max_pdu) as talk:
        block = f"{LD}/LLN0.RP.urcbBig01"
        client("enable", rcb=block, trg_ops=["gi", "dchg"], opt_flds=options, buf_tm=0, gi=True)
        values: dict[int, str] = {}
        parts = 0
        while len(values) < TEXTS:
            part = client.event("report")
            assert part["seq_num"] == 0
            if not is_rust(client):  # iec61850 tells neither SubSqNum nor MoreSegmentsFollow
                assert (part["sub_seq_num"], part["more"]) == (parts, len(values) + len(part["entries"]) < TEXTS)
            values |= {entry["index"]: entry["value"] for entry in part["entries"]}
            parts += 1
        assert values == {i: f"{i:02}" * 75 for i in range(TEXTS)}
        assert parts > 1 or is_rust(client)
        assert max(map(len, tpkts(talk.said(by_server=True)))) <= max_pdu + HEADERS
        talk.server.set(f"{LD}/GGIO5.Txt3.val", "short")
        after = client.event("report")
        assert [(entry["index"], entry["value"]) for entry in after["entries"]] == [(3, "short")]
        assert after["seq_num"] == 1


BRCB = f"{LD}/LLN0.BR.brcbStat01"
BUFFERED = ["sequence-number", "reason-for-inclusion", "entry-id", "buffer-overflow"]


def events(talk: Talk, *values: bool) -> None:
    for value in values:
        talk.server.set(f"{LD}/GGIO1.Ind1.stVal", value)


def received(client: Peer, count: int) -> list[tuple[str, bool]]:
    reports = [client.event("report") for _ in range(count)]
    return [(report["entry_id"], report["entries"][0]["value"]) for report in reports]


@clients("BRCB: buffered reports, going on behind an EntryID")
def test_buffered_reports(client: Peer) -> None:
    """What happened while nobody listened comes, in order and with entries; libIEC61850 is in test_buffered."""
    settings = {"trg_ops": ["dchg"], "opt_flds": BUFFERED, "buf_tm": 0, "intg_pd": 0}
    with heard(client) as talk:
        client("enable", rcb=BRCB, resv_tms=1, **settings)
        events(talk, True)
        (first,) = received(client, 1)
        client("release")
        until(lambda: not talk.server.server.associations)
        events(talk, False, True)
        client("connect", host="127.0.0.1", port=talk.recorder.port)
        assert client("rcb", rcb=BRCB)["enabled"] is False
        client("enable", rcb=BRCB, resv_tms=1)
        again = received(client, 3)
        assert again[0] == first
        assert [value for _, value in again] == [True, False, True]
        assert again[0][0] < again[1][0] < again[2][0]
        silence(client)


@clients("BRCB: PurgeBuf")
def test_purge(client: Peer) -> None:
    settings = {"trg_ops": ["dchg"], "opt_flds": BUFFERED, "buf_tm": 0, "intg_pd": 0}
    with heard(client) as talk:
        client("enable", rcb=BRCB, **settings)
        client("disable", rcb=BRCB)
        events(talk, True, False)
        client("enable", rcb=BRCB, purge=True)
        silence(client)
        events(talk, True)
        assert [value for _, value in received(client, 1)] == [True]


# -- what a client lacks, shown ----------------------------------------------------------------------------------------


def test_their_client_reads_no_whole_nodes(iec61850_client: Peer) -> None:
    """It insists on a constraint: "LD/LN" becomes LN$FC, never LN."""
    with heard(iec61850_client) as talk:
        value = iec61850_client("read", ref=f"{LD}/GGIO2", fc="SP")["value"]
        assert value == [[42], [1], ["text"], [[0.5]]]
        assert b"\x1a\x08GGIO2$SP" in talk.said(by_server=False)
    assert [
        call
        for call in iec61850_client("api")
        if call.startswith("read") and "fc" not in call and "targets" not in call
    ] == []


def test_their_client_does_not_understand_null(iec61850_client: Peer) -> None:
    """ISO 9506-2: the answer of DefineNamedVariableList is NULL, 8B 00; libIEC61850's server says the same."""
    with heard(iec61850_client) as talk:
        define(iec61850_client, ref=f"{LD}/LLN0.dyn", members=[{"ref": f"{LD}/GGIO1.Ind1.stVal", "fc": "ST"}])
        assert tpkts(talk.said(by_server=True))[-1].endswith(b"\x8b\x00")


def test_their_client_misspells_entry_id(iec61850_client: Peer) -> None:
    """It writes to an attribute EntryId that no standard knows, so it cannot go on behind an entry."""
    settings = {"trg_ops": ["dchg"], "opt_flds": BUFFERED, "buf_tm": 0, "intg_pd": 0}
    with heard(iec61850_client) as talk:
        iec61850_client("enable", rcb=BRCB, **settings)
        events(talk, True)
        ((entry, _value),) = received(iec61850_client, 1)
        iec61850_client("disable", rcb=BRCB)
        with pytest.raises(PeerError, match="ObjectNonExistent"):
            iec61850_client("enable", rcb=BRCB, entry_id=entry)
        assert b"brcbStat01$EntryId" in talk.said(by_server=False)


def test_their_client_selects_no_components(iec61850_client: Peer) -> None:
    with heard(iec61850_client), pytest.raises(PeerError, match=r"(?i)array_index"):
        iec61850_client("read_element", ref=f"{LD}/GGIO1.Ind2", fc="ST", component="stVal")


def test_their_client_puts_no_elements_into_data_sets(iec61850_client: Peer) -> None:
    members = [{"ref": f"{LD}/MHAI1.Hist.hstVal", "fc": "ST", "index": 2}]
    with heard(iec61850_client), pytest.raises(PeerError, match="does not support"):
        iec61850_client("list_define", ref=f"{LD}/LLN0.dyn", members=members)


def test_their_client_makes_data_sets_of_devices_only(iec61850_client: Peer) -> None:
    members = [{"ref": f"{LD}/GGIO1.Ind1.stVal", "fc": "ST"}]
    with heard(iec61850_client):
        for reference in ("@mine", "ofVmd"):
            with pytest.raises(PeerError, match="missing the '/'"):
                iec61850_client("list_define", ref=reference, members=members)
