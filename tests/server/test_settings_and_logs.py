"""Setting groups and logs over MMS: what clients see, in one piece and in parts, over restarts, and with devices that come and go."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meterwire import sync
from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError, ServiceError, UnknownNameError, UsageError
from meterwire.models import DataAttribute, DataObject, Edition, Ied, LogicalDevice, LogicalNode, basic_type, build
from meterwire.models.control_blocks import LogControl
from meterwire.models.ln import LTRK
from meterwire.protocols.mms import BinaryTime, BitString, Initiate, ObjectName, RejectKind
from meterwire.protocols.mms.associations import LOG_SERVICES
from meterwire.protocols.mms.journals import ReadJournal, decode_read_journal_response, read_journal_request
from meterwire.reading import Timestamp
from meterwire.server import MmsServer
from meterwire.server.log_store import SqliteLogs
from meterwire.server.setting_store import SqliteSettings

from ..interop.keeping import LOG, keeping_ied

PICKUP, DELAY = "PTOC1.StrVal.setMag.f", "PTOC1.OpDlTmms.setVal"
BLOCK = "KEEPLD0/LLN0.lcbEv"


def served(work: Any, ied: Ied | None = None, **options: Any) -> Any:
    """What ``work(ied, server, client)`` gives, against a server of its own."""

    async def body() -> Any:
        model = ied or keeping_ied()
        async with MmsServer(model, port=0, **options) as server, connect(server.url, timeout=10) as client:
            return await work(model, server, client)

    return asyncio.run(body())


def change(ied: Ied, count: int, first: int = 0) -> None:
    leaf = ied.find("KEEPLD0/GGIO1.Ind1.stVal")
    for number in range(first, first + count):
        ied.apply([(leaf, number % 2 == 0)])


# -- setting groups ----------------------------------------------------------------------------------------------------


def test_edited_values_are_there_while_a_group_is_edited() -> None:
    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        names = [f"KEEPLD0/{PICKUP} [SE]", "KEEPLD0/PTOC1.StrVal [SE]", f"KEEPLD0/{PICKUP} [SG]"]
        for _ in range(2):  # the second time the request is known
            before = await client.read_many(names)
            assert [getattr(value, "code", value) for value in before] == [2, 2, 1.5]
        async with client.settings.edit("KEEPLD0", 3):
            for _ in range(2):
                assert await client.read_many(names) == [3.5, {"setMag": {"f": 3.5}}, 1.5]
        after = await client.read_many(names)
        assert [getattr(value, "code", value) for value in after] == [2, 2, 1.5]
        node = await client.read("KEEPLD0/PTOC1")  # a structure has no place for an error
        assert list(node) == ["SG", "SE"]

    served(work)


def test_structures_are_set_whole_or_not() -> None:
    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        async with client.settings.edit("KEEPLD0", 2) as edit:
            await edit.write("PTOC1.StrVal.setMag", {"f": 7.5})
            await edit.write("KEEPLD0/PTOC1.OpDlTmms", {"setVal": 5})
            with pytest.raises(UsageError):
                await edit.write("PTOC1.OpDlTmms.setVal", "text")
            assert await edit.read("PTOC1.StrVal") == {"KEEPLD0/PTOC1.StrVal [SE]": {"setMag": {"f": 7.5}}}
            await edit.confirm()
            assert not edit.is_open
        values = await client.settings.read("KEEPLD0", 2)
        assert list(values.values()) == [{"setVal": 5}, {"setMag": {"f": 7.5}}]

    served(work)


def test_an_error_in_an_edit_gives_the_group_back() -> None:
    async def work(_ied: Ied, server: MmsServer, client: IedClient) -> None:
        async def fail() -> None:
            async with client.settings.edit("KEEPLD0", 2) as edit:
                await edit.write(PICKUP, 9.0)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert (await client.settings.status("KEEPLD0")).editing == 0
        assert server.settings.blocks["KEEPLD0"].values(2)[PICKUP] == 2.5

    served(work)


def test_settings_survive_a_restart(tmp_path: Path) -> None:
    async def edit(_ied: Ied, _server: MmsServer, client: IedClient) -> Timestamp:
        async with client.settings.edit("KEEPLD0", 2) as edit:
            await edit.write(PICKUP, 9.25)
            await edit.confirm()
        await client.settings.select("KEEPLD0", 2)
        return (await client.settings.status("KEEPLD0")).last_activated

    activated = served(edit, setting_store=SqliteSettings(tmp_path / "s"))

    async def look(ied: Ied, server: MmsServer, client: IedClient) -> None:
        status = await client.settings.status("KEEPLD0")
        assert (status.active, status.last_activated) == (2, activated)
        assert ied.find(f"KEEPLD0/{PICKUP}").value == 9.25
        assert server.reports.controls == []

    served(look, setting_store=SqliteSettings(tmp_path / "s"))


def test_reports_tell_of_another_active_group() -> None:
    from meterwire.models import Reference, ReportControl

    ied = keeping_ied()
    head = ied["KEEPLD0"]["LLN0"]
    head.data_sets["dsSet"] = (Reference("KEEPLD0", ("PTOC1", "StrVal"), "SG"),)
    head.control_blocks["urcb"] = ReportControl(name="urcb", data_set="dsSet")

    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        async with client.reports("KEEPLD0/LLN0.urcb01") as reports:
            await client.settings.select("KEEPLD0", 3)
            report = await reports.next(10)
            assert [(e.reference, e.value) for e in report.entries] == [
                ("KEEPLD0/PTOC1.StrVal [SG]", {"setMag": {"f": 3.5}})
            ]

    served(work, ied)


def test_an_edit_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from meterwire.acsi import setting_groups

    monkeypatch.setattr(setting_groups, "SECOND", 1_000_000)  # thirty milliseconds instead of seconds

    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        edit = client.settings.edit("KEEPLD0", 1)
        await edit.begin()
        async with asyncio.timeout(20):
            while (await client.settings.status("KEEPLD0")).editing:
                await asyncio.sleep(0.01)
        with pytest.raises(DataAccessError, match="temporarily-unavailable"):
            await edit.write(PICKUP, 9.0)
        with pytest.raises(DataAccessError, match="denied"):
            await edit.confirm()
        async with edit:
            assert edit.is_open

    served(work)


def test_a_device_without_setting_groups() -> None:
    ied = Ied("X").add(LogicalDevice("XLD", "LD").add(LogicalNode("LLN0").add(DataObject("Mod", "ENC").add(
        DataAttribute("stVal", "ST", basic_type("Enum"))))))  # fmt: skip

    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        assert await client.settings.devices() == ()
        with pytest.raises(UnknownNameError):
            await client.settings.status("XLD")
        with pytest.raises(UnknownNameError, match="no settings under SG"):
            await client.settings.read("XLD")
        assert await client.logs.list("XLD") == ()
        assert await client.logs.blocks("XLD") == ()
        with pytest.raises(ServiceError, match="access, code 2"):
            await client.logs.count("XLD/LLN0.Log")

    served(work, ied)


# -- logs --------------------------------------------------------------------------------------------------------------


def test_a_log_from_end_to_end(tmp_path: Path) -> None:
    begin = time.time_ns()

    async def work(ied: Ied, _server: MmsServer, client: IedClient) -> None:
        change(ied, 3)
        assert await client.logs.list("KEEPLD0") == ("KEEPLD0/LLN0.EventLog",)
        assert await client.logs.count(LOG) == 3
        status = await client.logs.status(f"{BLOCK} [LG]")
        assert (status.enabled, status.log, status.data_set) == (True, LOG, "KEEPLD0/LLN0$dsEv")
        assert (status.trg_ops, status.intg_pd) == (BitString(0b010000, 6), 0)
        entries = [entry async for entry in client.logs.query(LOG)]
        assert (status.old_entry, status.new_entry) == (entries[0].entry_id, entries[-1].entry_id)
        assert (status.old_time, status.new_time) == (entries[0].time, entries[-1].time)
        assert [entry.entries[0].value for entry in entries] == [True, False, True]
        assert entries[0].entries[0].reference == "KEEPLD0/GGIO1.Ind1.stVal [ST]"
        assert entries[0].entries[0].reasons == ("data-change",)
        with pytest.raises(DataAccessError, match="temporarily"):
            await client.write(f"{BLOCK}.IntgPd", 100)
        await client.logs.enable(BLOCK, TrgOps=0b010010, IntgPd=50)
        async with asyncio.timeout(20):
            while await client.logs.count(LOG) < 5:
                await asyncio.sleep(0.02)
        await client.logs.disable(BLOCK)
        scans = [entry async for entry in client.logs.query(LOG, after=entries[-1])]
        assert {value.reasons for value in scans[0].entries} == {("integrity",)}
        assert len(scans[0].entries) == 2
        with pytest.raises(UsageError, match="start or after"):
            await anext(client.logs.query(LOG, start=Timestamp(), after=bytes(8)))
        with pytest.raises(UsageError, match="time zone"):
            await anext(client.logs.query(LOG, stop=dt.datetime(2026, 1, 1)))

    served(work, log_store=SqliteLogs(tmp_path / "log"))

    async def again(ied: Ied, _server: MmsServer, client: IedClient) -> None:
        before = [entry async for entry in client.logs.query(LOG, stop=Timestamp.from_ns(time.time_ns()))]
        assert len(before) >= 5
        change(ied, 1)
        after = [entry async for entry in client.logs.query(LOG, after=before[-1].entry_id)]
        assert len(after) == 1
        whole = [entry async for entry in client.logs.query(LOG, start=Timestamp.from_ns(begin - 10**9))]
        assert whole == before + after
        assert [
            e
            async for e in client.logs.query(
                LOG, start=dt.datetime(2000, 1, 1, tzinfo=dt.UTC), stop=dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
            )
        ] == []

    served(again, log_store=SqliteLogs(tmp_path / "log"))


@pytest.mark.parametrize("max_pdu", [600, 1200, 65_000])
def test_pages(max_pdu: int) -> None:
    """However small the PDU, all entries come, each once, by time and behind an entry."""

    async def work(ied: Ied, server: MmsServer, client: IedClient) -> None:
        change(ied, 300)
        async with connect(server.url, wanted=Initiate(max_pdu=max_pdu)) as small:
            by_time = [entry async for entry in small.logs.query(LOG)]
            behind = [entry async for entry in small.logs.query(LOG, after=bytes(8))]
        assert len(by_time) == 300
        assert by_time == behind == [entry async for entry in client.logs.query(LOG)]

    served(work)


async def raw(client: IedClient, **request: Any) -> list[int]:
    """EntryIDs of the first page of a request, counted from the oldest (1)."""
    domain, _, item = LOG.partition("/")
    name = request.pop("name", ObjectName(item, domain))
    pdu = await client._request(read_journal_request(ReadJournal(name=name, **request)))
    return [int.from_bytes(entry.entry_id) for entry in decode_read_journal_response(pdu).entries]


def test_every_form_of_the_request() -> None:
    async def work(ied: Ied, _server: MmsServer, client: IedClient) -> None:
        change(ied, 10)
        ids = await raw(client)
        assert len(ids) == 10
        assert ids == list(range(ids[0], ids[0] + 10))
        octets = ids[4].to_bytes(8)
        first, last = BinaryTime(bytes(6)), BinaryTime.from_ns(time.time_ns() + 10**12)
        assert await raw(client, count=3) == ids[:3]
        assert await raw(client, start_time=first) == await raw(client, stop_time=last) == ids
        assert await raw(client, start_entry=octets) == ids[4:]
        assert await raw(client, start_entry=octets, count=2) == ids[4:6]
        assert await raw(client, after=(first, octets)) == ids[5:]
        assert await raw(client, after=(first, octets), count=2) == ids[5:7]
        assert await raw(client, start_time=first, stop_time=last, after=(first, octets)) == ids[5:]
        assert await raw(client, after=(first, b"\xff" * 8)) == []
        assert await raw(client, tags=("KEEPLD0/GGIO1$ST$Ind1$stVal",)) == ids
        assert await raw(client, tags=("KEEPLD0/GGIO1$ST$Ind2$stVal",)) == []

    served(work)


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": -1},
        {"count": 0},
        {"start_time": BinaryTime(bytes(4))},
        {"after": (BinaryTime(bytes(6)), b"short")},
        {"start_entry": bytes(8), "stop_time": BinaryTime(bytes(6))},
    ],
)
def test_what_8_1_does_not_have_is_rejected(wrong: dict[str, Any]) -> None:
    from meterwire.errors import RejectError

    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        with pytest.raises(RejectError) as caught:
            await raw(client, **wrong)
        assert (caught.value.kind, caught.value.code) == (RejectKind.CONFIRMED_REQUEST, RejectKind.INVALID_ARGUMENT)

    served(work)


@pytest.mark.parametrize(
    "name", [ObjectName("LLN0$None", "KEEPLD0"), ObjectName("LLN0$EventLog", "NONE"), ObjectName("LLN0$EventLog")]
)
def test_logs_there_are_not(name: ObjectName) -> None:
    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        with pytest.raises(ServiceError, match="access, code 2"):
            await raw(client, name=name)

    served(work)


def test_an_entry_beyond_the_clients_pdu_is_told() -> None:
    ied = keeping_ied()
    head = ied["KEEPLD0"]["LLN0"]
    head.add(DataObject("Txt", "VSD").add(DataAttribute("val", "ST", basic_type("VisString255"))))
    from meterwire.models import Reference

    head.data_sets["dsEv"] = (Reference("KEEPLD0", ("LLN0", "Txt", "val"), "ST"),)
    ied.find("KEEPLD0/LLN0.Txt.val").trigger = ied.find("KEEPLD0/GGIO1.Ind1.stVal").trigger

    async def work(model: Ied, server: MmsServer, client: IedClient) -> None:
        model.apply([(model.find("KEEPLD0/LLN0.Txt.val"), "x" * 255)])
        assert await raw(client)
        async with connect(server.url, wanted=Initiate(max_pdu=300)) as small:
            with pytest.raises(ServiceError, match="resource"):
                await raw(small)

    served(work, ied)


@pytest.mark.parametrize(
    ("edition", "reason"), [(Edition.ED1, BitString(0b010000, 6)), (Edition.ED2, BitString(0b0100000, 7))]
)
def test_reason_codes(edition: Edition, reason: BitString) -> None:
    ied = keeping_ied()
    ied.edition = edition

    async def work(model: Ied, _server: MmsServer, client: IedClient) -> None:
        change(model, 1)
        domain, _, item = LOG.partition("/")
        pdu = await client._request(read_journal_request(ReadJournal(name=ObjectName(item, domain))))
        (entry,) = decode_read_journal_response(pdu).entries
        assert [(v.tag, v.value) for v in entry.variables] == [
            ("KEEPLD0/GGIO1$ST$Ind1$stVal", True),
            ("ReasonCode", reason),
        ]
        (found,) = [e async for e in client.logs.query(LOG)]
        assert found.entries[0].reasons == ("data-change",)

    served(work, ied)


def test_old_entries_are_not_shown() -> None:
    from meterwire.acsi.log_store import LogLimits

    now = time.time_ns()

    async def work(ied: Ied, _server: MmsServer, client: IedClient) -> None:
        nonlocal now
        change(ied, 3)
        now += 30 * 10**9
        change(ied, 3, 3)
        assert len(await raw(client)) == 6
        now += 31 * 10**9
        assert len(await raw(client)) == 3
        change(ied, 1, 6)
        assert await client.logs.count(LOG) == 4

    served(work, clock=lambda: now, log_store=SqliteLogs(limits=LogLimits(age_seconds=60)))


def test_the_block_shows_what_went(tmp_path: Path) -> None:
    from meterwire.acsi.log_store import LogLimits

    async def work(ied: Ied, _server: MmsServer, client: IedClient) -> None:
        change(ied, 10)
        ids = await raw(client)
        assert len(ids) == 4
        async with asyncio.timeout(20):
            while int.from_bytes((await client.logs.status(BLOCK)).old_entry) != ids[0]:
                await asyncio.sleep(0.01)

    served(work, log_store=SqliteLogs(tmp_path / "l", LogLimits(entries=4)))


def test_logs_of_devices_that_come_and_go() -> None:
    async def work(ied: Ied, server: MmsServer, client: IedClient) -> None:
        other = keeping_ied().remove("KEEPLD0")
        other.name = "KEEPLD1"
        node = other["LLN0"]
        node.control_blocks = {
            "lcb": LogControl(name="lcb", log="KEEPLD1/LLN0$Log"),
            "SGCB": node.control_blocks["SGCB"],
        }
        node.data_sets = {}
        node.logs = ("Log", "Spare")
        ied.add(other)
        assert server.services == bytes(a | b for a, b in zip(server.services, LOG_SERVICES, strict=True))
        async with connect(server.url) as fresh:
            assert await fresh.logs.list("KEEPLD1") == ("KEEPLD1/LLN0.Log", "KEEPLD1/LLN0.Spare")
            assert await fresh.logs.count("KEEPLD1/LLN0.Spare") == 0
            assert await fresh.settings.devices() == ("KEEPLD0", "KEEPLD1")
            edit = fresh.settings.edit("KEEPLD1", 1)
            await edit.begin()
            ied.remove("KEEPLD1")
            with pytest.raises(ServiceError):
                await edit.write(PICKUP, 9.0)
            with pytest.raises(ServiceError):
                await fresh.logs.count("KEEPLD1/LLN0.Spare")
        assert list(server.settings.blocks) == ["KEEPLD0"]
        change(ied, 1)
        assert await client.logs.count(LOG) == 1

    served(work)


def test_a_data_set_that_is_logged_stays() -> None:
    from meterwire.errors import RemoteError

    async def work(_ied: Ied, _server: MmsServer, client: IedClient) -> None:
        await client.data_set.create("KEEPLD0/LLN0.mine", ["KEEPLD0/GGIO1.Ind2.stVal [ST]"])
        await client.logs.enable(BLOCK, DatSet="KEEPLD0/LLN0$mine")
        with pytest.raises(RemoteError, match="stays"):
            await client.data_set.delete("KEEPLD0/LLN0.mine")

    served(work)


def test_services_leave_their_tracking_objects() -> None:
    ied = keeping_ied()
    ied["KEEPLD0"].add(build(LTRK, inst="1", include=("SgcbTrk", "LocbTrk", "GenTrk")))

    async def work(model: Ied, _server: MmsServer, client: IedClient) -> None:
        await client.settings.select("KEEPLD0", 2)
        tracked = model.find("KEEPLD0/LTRK1.SgcbTrk")
        assert (tracked["objRef"].value, tracked["serviceType"].value, tracked["actSG"].value) == (
            "KEEPLD0/LLN0.SGCB",
            16,
            2,
        )
        with pytest.raises(DataAccessError):
            await client.settings.select("KEEPLD0", 9)
        assert (tracked["serviceType"].value, tracked["errorCode"].value) == (16, 5)
        await client.logs.disable(BLOCK)
        tracked = model.find("KEEPLD0/LTRK1.LocbTrk")
        assert (tracked["objRef"].value, tracked["serviceType"].value, tracked["logEna"].value) == (BLOCK, 28, False)
        assert tracked["logRef"].value == "KEEPLD0/LLN0.EventLog"
        await raw(client)
        tracked = model.find("KEEPLD0/LTRK1.GenTrk")
        assert (tracked["objRef"].value, tracked["serviceType"].value) == ("KEEPLD0/LLN0.EventLog", 29)

    served(work, ied)


# -- without asyncio ---------------------------------------------------------------------------------------------------


@pytest.fixture
def blocking() -> Iterator[tuple[sync.IedClient, Ied]]:
    from ..test_sync import Served

    ied = keeping_ied()
    serving = Served(ied)
    with sync.connect(serving.server.url) as client:
        yield client, ied
    serving.stop()


def test_the_same_without_asyncio(blocking: tuple[sync.IedClient, Ied]) -> None:
    client, _ = blocking
    assert client.settings.devices() == ("KEEPLD0",)
    assert client.settings.references("KEEPLD0") == ("KEEPLD0/PTOC1.OpDlTmms [SG]", "KEEPLD0/PTOC1.StrVal [SG]")
    with client.settings.edit("KEEPLD0", 2) as edit:
        assert (edit.device, edit.group, edit.is_open) == ("KEEPLD0", 2, True)
        edit.write(PICKUP, 9.25)
        assert edit.read(PICKUP) == {f"KEEPLD0/{PICKUP} [SE]": 9.25}
        edit.confirm()
    edit.begin()
    edit.cancel()
    client.settings.select("KEEPLD0", 2)
    assert client.settings.status("KEEPLD0").active == 2
    assert client.settings.read("KEEPLD0")["KEEPLD0/PTOC1.StrVal [SG]"] == {"setMag": {"f": 9.25}}
    assert client.settings.read("KEEPLD0", 3)["KEEPLD0/PTOC1.StrVal [SE]"] == {"setMag": {"f": 3.5}}
    assert client.logs.list("KEEPLD0") == ("KEEPLD0/LLN0.EventLog",)
    assert client.logs.blocks("KEEPLD0") == (BLOCK,)
    client.logs.disable(BLOCK)
    client.logs.enable(BLOCK)
    assert client.logs.status(BLOCK).enabled
    assert client.logs.count(LOG) == 0
    assert list(client.logs.query(LOG)) == []
