"""Setting groups and logs with foreign peers on the other side; tshark judges what was said."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest
import tshark as tshark_helper
from keeping import keeping_ied
from ours import OurServer
from pairings import EMPTY_FINISH
from peer import Peer, PeerError
from recorder import Recorder

from meterwire.client import IedClient, LogEntry, connect
from meterwire.errors import DataAccessError, MeterwireError, ServiceError, UnknownNameError
from meterwire.models import Ied

SGCB, PICKUP, DELAY = "KEEPLD0/LLN0.SGCB", "KEEPLD0/PTOC1.StrVal.setMag.f", "KEEPLD0/PTOC1.OpDlTmms.setVal"
LOG, BLOCK = "KEEPLD0/LLN0$EventLog", "KEEPLD0/LLN0.lcbEv"
BUSY, DENIED, INVALID = 2, 3, 11


@pytest.fixture(params=["libiec61850_client", "iec61850_client"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Peer, OurServer]]:
    """A foreign client associated with our server."""
    client: Peer = request.getfixturevalue(request.param)
    with OurServer(keeping_ied()) as server, Recorder(server.port) as recorder:
        client("connect", host="127.0.0.1", port=recorder.port)
        yield client, server
        client("release")
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.port, at_least=4)


def accepted(client: Peer, reference: str, fc: str, value: Any) -> bool:
    """A foreign client writes; the answer's code is in ``refused``."""
    return bool(client("write", ref=reference, fc=fc, value=value)["accepted"])


def refused(client: Peer, reference: str, fc: str, value: Any) -> int | None:
    code: int | None = client("write", ref=reference, fc=fc, value=value)["code"]
    return code


def test_their_client_edits_settings(served: tuple[Peer, OurServer]) -> None:
    """Reads the active values, is refused what it may not, edits, confirms, and makes the group active."""
    client, server = served
    assert client("read", ref=PICKUP, fc="SG")["value"] == 1.5
    assert client("read", ref=PICKUP, fc="SE")["value"]["error"] == BUSY  # nothing is selected for editing
    assert refused(client, PICKUP, "SE", 9.0) == BUSY
    assert refused(client, PICKUP, "SG", 9.0) == DENIED
    assert refused(client, f"{SGCB}.CnfEdit", "SP", True) == DENIED
    assert refused(client, f"{SGCB}.ActSG", "SP", 4) == INVALID
    assert accepted(client, f"{SGCB}.EditSG", "SP", 2)
    assert client("read", ref=PICKUP, fc="SE")["value"] == 2.5
    assert accepted(client, PICKUP, "SE", 9.25)
    assert accepted(client, DELAY, "SE", 777)
    assert client("read", ref=PICKUP, fc="SG")["value"] == 1.5
    assert client("read", ref=f"{SGCB}.EditSG", fc="SP")["value"] == 2
    assert accepted(client, f"{SGCB}.CnfEdit", "SP", True)
    assert client("read", ref=f"{SGCB}.EditSG", fc="SP")["value"] == 0
    assert accepted(client, f"{SGCB}.ActSG", "SP", 2)
    assert client("read", ref=PICKUP, fc="SG")["value"] == 9.25
    assert client("read", ref=DELAY, fc="SG")["value"] == 777
    bank = server.call(lambda: server.server.settings.blocks["KEEPLD0"].values(2))
    assert list(bank.values()) == [9.25, 777]


def test_their_client_competes_and_vanishes(served: tuple[Peer, OurServer]) -> None:
    """What our client is editing, theirs cannot; what theirs was editing when it vanished never was."""
    client, server = served

    async def ours() -> None:
        async with connect(f"mms://127.0.0.1:{server.port}", timeout=5) as ied:
            async with ied.settings.edit("KEEPLD0", 1) as edit:
                assert await asyncio.to_thread(refused, client, f"{SGCB}.EditSG", "SP", 1) == BUSY
                await edit.cancel()
            assert await asyncio.to_thread(accepted, client, f"{SGCB}.EditSG", "SP", 1)
            assert await asyncio.to_thread(accepted, client, PICKUP, "SE", 9.0)
            with pytest.raises(DataAccessError, match="temporarily-unavailable"):
                await ied.settings.edit("KEEPLD0", 1).begin()
            await asyncio.to_thread(client, "abort")
            async with asyncio.timeout(10):
                while (await ied.settings.status("KEEPLD0")).editing:
                    await asyncio.sleep(0.01)
            assert list((await ied.settings.read("KEEPLD0", 1)).values())[1]["setMag"]["f"] == 1.5

    asyncio.run(ours())
    client("connect", host="127.0.0.1", port=server.port)  # the fixture releases it


def log_some(server: OurServer, count: int) -> None:
    for number in range(count):
        server.set(f"KEEPLD0/GGIO1.Ind{number % 2 + 1}.stVal", number // 2 % 2 == 0)


def flat(entries: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """(tag, value) of every value; reasons are no values of their own."""
    return [(v["tag"], v["value"]) for entry in entries for v in entry["values"] if v["tag"] != "ReasonCode"]


def test_their_client_reads_a_log(served: tuple[Peer, OurServer]) -> None:
    """By time and behind an entry, with values, reasons and times."""
    client, server = served
    begin = time.time_ns() // 1_000_000
    log_some(server, 4)
    whole = client("query_log", ref=LOG, start_ms=0, stop_ms=begin + 3_600_000)
    expected = [(f"KEEPLD0/GGIO1$ST$Ind{i}$stVal", value) for value in (True, False) for i in (1, 2)]
    assert (flat(whole["entries"]), whole["more"]) == (expected, False)
    assert all(begin <= entry["time_ms"] <= begin + 60_000 for entry in whole["entries"])
    assert client("query_log", ref=LOG, start_ms=0, stop_ms=begin - 1000)["entries"] == []
    second = whole["entries"][1]
    rest = client("query_log_after", ref=LOG, entry_id=second["id"], time_ms=second["time_ms"])
    assert [entry["id"] for entry in rest["entries"]] == [entry["id"] for entry in whole["entries"][2:]]
    first = whole["entries"][0]["values"]
    if "reason" in first[0]:
        assert first[0]["reason"] in (0x02, 0x40)  # whichever end it counts its bits from
    else:
        assert first[1] == {"tag": "ReasonCode", "value": "0100000"}
    with pytest.raises(PeerError):
        client("query_log", ref="KEEPLD0/LLN0$NoLog", start_ms=0, stop_ms=1)


def test_their_client_gets_a_long_log_in_parts(served: tuple[Peer, OurServer]) -> None:
    client, server = served
    server.call(log_all, server.ied, 2000)
    ids: list[str] = []
    entry, moment = "00" * 8, 0
    while True:
        page = client("query_log_after", ref=LOG, entry_id=entry, time_ms=moment)
        ids += [one["id"] for one in page["entries"]]
        if not page["more"]:
            break
        entry, moment = ids[-1], page["entries"][-1]["time_ms"]
    assert len(ids) == 2000
    assert ids == sorted(set(ids))


def log_all(ied: Ied, count: int) -> None:
    """Changes within one turn of the server's loop."""
    attribute = ied.find("KEEPLD0/GGIO1.Ind1.stVal")
    for number in range(count):
        ied.apply([(attribute, number % 2 == 0)])


def test_their_client_finds_logs(served: tuple[Peer, OurServer]) -> None:
    """The journals of a device, and the block with what is oldest and newest; logging is stopped and goes on."""
    client, server = served
    assert [name.removeprefix("LLN0$") for name in client("log_names", ld="KEEPLD0")] == ["EventLog"]
    log_some(server, 3)
    block = client("read", ref=BLOCK, fc="LG")["value"]
    assert block[:3] == [True, LOG, "KEEPLD0/LLN0$dsEv"]
    entries = client("query_log", ref=LOG, start_ms=0, stop_ms=2**41)["entries"]
    assert block[5:7] == [entries[0]["id"], entries[-1]["id"]]
    assert refused(client, f"{BLOCK}.IntgPd", "LG", 1000) == BUSY
    assert accepted(client, f"{BLOCK}.LogEna", "LG", False)
    log_some(server, 3)
    assert len(client("query_log", ref=LOG, start_ms=0, stop_ms=2**41)["entries"]) == 3
    assert accepted(client, f"{BLOCK}.IntgPd", "LG", 1000)


# -- our client, their server ------------------------------------------------------------------------------------------


def on_theirs(peer: Peer, work: Any) -> None:
    """Run ``work`` with our client on their server, judged by tshark."""

    async def body(port: int) -> None:
        async with connect(f"mms://127.0.0.1:{port}", timeout=5) as ied:
            await work(ied)

    port = peer.ready["port"]
    with Recorder(port) as recorder:
        asyncio.run(body(recorder.port))
    if tshark_helper.available():
        faults = EMPTY_FINISH if peer.ready["peer"] == "iec61850" else ()
        tshark_helper.insist_clean(recorder.capture(), port, at_least=4, peer_faults=faults)


def test_our_client_edits_settings(libiec61850_keeping: Peer) -> None:
    async def work(ied: IedClient) -> None:
        assert await ied.settings.devices() == ("KEEPLD0",)
        status = await ied.settings.status("KEEPLD0")
        assert (status.count, status.active, status.editing, status.resv_tms) == (3, 1, 0, 0)
        with pytest.raises(DataAccessError, match="invalid"):
            await ied.settings.select("KEEPLD0", 9)
        async with ied.settings.edit("KEEPLD0", 2) as edit:
            assert (await ied.settings.status("KEEPLD0")).editing == 2
            assert await edit.read("PTOC1.StrVal.setMag.f") == {f"{PICKUP} [SE]": 2.5}
            await edit.write("PTOC1.StrVal.setMag.f", 9.25)
            await edit.write("PTOC1.OpDlTmms.setVal", 777)
            await edit.confirm()
        assert (await asyncio.to_thread(libiec61850_keeping, "groups"))["2"] == [9.25, 777]
        async with ied.settings.edit("KEEPLD0", 3) as edit:
            await edit.write("PTOC1.OpDlTmms.setVal", 1)
        assert (await asyncio.to_thread(libiec61850_keeping, "groups"))["3"] == [3.5, 300]
        assert (await ied.settings.status("KEEPLD0")).editing == 0
        await ied.settings.select("KEEPLD0", 2)
        status = await ied.settings.status("KEEPLD0")
        assert (status.active, status.last_activated.ns > 0) == (2, True)
        assert list((await ied.settings.read("KEEPLD0")).values()) == [{"setVal": 777}, {"setMag": {"f": 9.25}}]

    on_theirs(libiec61850_keeping, work)


def test_our_client_competes_for_settings(libiec61850_keeping: Peer) -> None:
    async def work(ied: IedClient) -> None:
        async with connect(f"mms://127.0.0.1:{libiec61850_keeping.ready['port']}", timeout=5) as other:
            async with ied.settings.edit("KEEPLD0", 1):
                with pytest.raises(DataAccessError, match="temporarily-unavailable"):
                    await other.settings.edit("KEEPLD0", 1).begin()
                with pytest.raises(DataAccessError, match="temporarily-unavailable"):
                    await other.write(f"{PICKUP} [SE]", 9.0)
            async with other.settings.edit("KEEPLD0", 1) as edit:
                await edit.write("PTOC1.StrVal.setMag.f", 4.0)
                await edit.confirm()

    on_theirs(libiec61850_keeping, work)
    assert libiec61850_keeping("groups")["1"] == [4.0, 100]


async def everything(ied: IedClient, **query: Any) -> list[LogEntry]:
    return [entry async for entry in ied.logs.query(LOG, **query)]


def toggle(peer: Peer, count: int) -> None:
    for number in range(count):
        peer("set", ref="GGIO1.Ind1.stVal", fc="ST", value=number % 2 == 0)


def test_our_client_reads_a_log(libiec61850_keeping: Peer) -> None:
    """Also in parts: their server begins a query by time anew at the time of the last entry, and we give nothing twice."""
    toggle(libiec61850_keeping, 4)

    async def work(ied: IedClient) -> None:
        assert await ied.logs.list("KEEPLD0") == ("KEEPLD0/LLN0.EventLog",)
        assert await ied.logs.blocks("KEEPLD0") == (BLOCK,)
        with pytest.raises(MeterwireError):
            await ied.logs.count(LOG)  # it has no ReportJournalStatus
        entries = await everything(ied)
        assert [entry.entries[0].value for entry in entries] == [True, False, True, False]
        assert {entry.entries[0].reference for entry in entries} == {"KEEPLD0/GGIO1.Ind1.stVal [ST]"}
        assert {entry.entries[0].reasons for entry in entries} == {("data-change",)}
        status = await ied.logs.status(BLOCK)
        assert (status.enabled, status.old_entry, status.new_entry) == (True, entries[0].entry_id, entries[-1].entry_id)
        assert await everything(ied, after=entries[1]) == entries[2:]
        assert await everything(ied, after=entries[1].entry_id) == entries[2:]
        assert await everything(ied, start=entries[2].time.datetime, stop=entries[2].time.datetime) == [entries[2]]
        assert await everything(ied, stop=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) == []
        await ied.logs.disable(BLOCK)
        await asyncio.to_thread(toggle, libiec61850_keeping, 2)
        assert await everything(ied) == entries
        await ied.logs.enable(BLOCK)
        await asyncio.to_thread(toggle, libiec61850_keeping, 700)
        whole = await everything(ied)
        assert len(whole) == 704
        assert await everything(ied, after=bytes(8)) == whole

    on_theirs(libiec61850_keeping, work)


def test_our_client_edits_settings_of_iec61850(iec61850_keeping: Peer) -> None:
    """It has one constraint for a name: what is edited, but not what is active; and it keeps one value for all groups."""

    async def work(ied: IedClient) -> None:
        assert await ied.settings.devices() == ("KEEPLD0",)
        status = await ied.settings.status("KEEPLD0")
        assert (status.count, status.active, status.editing, status.resv_tms) == (3, 1, 0, None)
        with pytest.raises(DataAccessError, match="invalid"):
            await ied.settings.select("KEEPLD0", 9)
        async with ied.settings.edit("KEEPLD0", 2) as edit:
            assert await edit.read() == {"KEEPLD0/PTOC1.OpDlTmms [SE]": {"setVal": 100}}
            await edit.write("PTOC1.OpDlTmms.setVal", 777)
            await edit.confirm()
        await ied.settings.select("KEEPLD0", 2)
        info = await asyncio.to_thread(iec61850_keeping, "info")
        assert (info["act_sg"], info["edit_sg"]) == (2, 0)
        with pytest.raises(UnknownNameError, match="no settings under SG"):
            await ied.settings.read("KEEPLD0")

    on_theirs(iec61850_keeping, work)


def test_our_client_competes_for_settings_of_iec61850(iec61850_keeping: Peer) -> None:
    async def work(ied: IedClient) -> None:
        async with connect(f"mms://127.0.0.1:{iec61850_keeping.ready['port']}", timeout=5) as other:
            async with ied.settings.edit("KEEPLD0", 1):
                with pytest.raises(DataAccessError):
                    await other.settings.edit("KEEPLD0", 1).begin()
            await other.settings.edit("KEEPLD0", 1).begin()

    on_theirs(iec61850_keeping, work)


def test_our_client_reads_a_log_of_iec61850(iec61850_keeping: Peer) -> None:
    """Its journal is called like the control block and stands in no list; the block has neither type nor value; the reason
    "data-change" is sent as the last of seven bits, where application-trigger belongs."""
    journal = "KEEPLD0/LLN0$LG$lcbEv"
    for number in range(5):
        iec61850_keeping("log", ref="KEEPLD0/GGIO1$ST$Ind1$stVal", value=number % 2 == 0)

    async def work(ied: IedClient) -> None:
        assert await ied.logs.list("KEEPLD0") == ()
        with pytest.raises(ServiceError):
            await ied.logs.status(BLOCK)
        entries = [entry async for entry in ied.logs.query(journal)]
        assert [entry.entries[0].value for entry in entries] == [True, False, True, False, True]
        assert {entry.entries[0].reasons for entry in entries} == {()}
        behind = [entry async for entry in ied.logs.query(journal, after=entries[1])]
        assert behind == entries[2:]

    on_theirs(iec61850_keeping, work)
