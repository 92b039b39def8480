"""LTRK of a served model: every service leaves its object, and a BRCB over the tracking data set tells of each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from meterwire.binding.mms import MmsService
from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError, MeterwireError
from meterwire.models.enums import ServiceNameKind, ServiceStatusKind
from meterwire.protocols import ber
from meterwire.protocols.mms import ObjectName, Service
from meterwire.protocols.mms.data import encode_boolean
from meterwire.protocols.mms.lists import define_list_request
from meterwire.protocols.mms.names import encode_object_name
from meterwire.protocols.mms.services import Access, write_request
from meterwire.server import MmsServer
from meterwire.server.files import FolderStore

from ..acsi.behaving import CHILD, ROOT, tracked_ied
from ..helpers import until
from ..mms_end import run

N, S = ServiceNameKind, ServiceStatusKind
LTRK = f"{ROOT}/LTRK1"


@asynccontextmanager
async def served(root: Path | None = None) -> AsyncIterator[tuple[MmsServer, IedClient]]:
    store = FolderStore(root) if root is not None else None
    async with MmsServer(tracked_ied(), port=0, files=store) as server, connect(server.url) as client:
        yield server, client


def check(test: Callable[[MmsServer, IedClient], Awaitable[None]], root: Path | None = None) -> None:
    async def body() -> None:
        async with served(root) as (server, client):
            await test(server, client)

    run(body())


async def left(client: IedClient, name: str) -> tuple[Any, ...]:
    """What stands in a tracking object: service, reference, outcome."""
    found = await client.read(f"{LTRK}.{name} [SR]")
    return N(found.serviceType), found.objRef, S(found.errorCode)


async def refused(work: Awaitable[Any]) -> None:
    with pytest.raises(MeterwireError):
        await work


def test_report_control_blocks() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        block = f"{ROOT}/LLN0.brcb01"
        await client.write(f"{block}.BufTm", 250)
        assert await left(client, "BrcbTrk") == (N.SetBRCBValues, block, S.no_error)
        found = await client.read(f"{LTRK}.BrcbTrk [SR]")
        assert (found.rptID, found.bufTm, found.datSet, found.rptEna) == ("events", 250, f"{ROOT}/LLN0.ds", False)
        await refused(client.write(f"{block}.DatSet", f"{ROOT}/LLN0$nobody"))
        assert await left(client, "BrcbTrk") == (N.SetBRCBValues, block, S.parameter_value_inappropriate)
        assert (await client.read(f"{LTRK}.BrcbTrk [SR]")).datSet == f"{ROOT}/LLN0.nobody", "what was asked"
        await client.write(f"{ROOT}/LLN0.urcb01.RptEna", True)
        assert await left(client, "UrcbTrk") == (N.SetURCBValues, f"{ROOT}/LLN0.urcb01", S.no_error)
        assert (await client.read(f"{LTRK}.UrcbTrk [SR]")).rptEna is True
        async with connect(server.url) as other:
            await refused(other.write(f"{ROOT}/LLN0.urcb01.IntgPd", 1000))
            assert (await left(client, "UrcbTrk"))[2] is S.instance_locked_by_other_client

    check(test)


def test_a_lost_client_is_an_internal_change() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        other = await connect(server.url)
        await other.write(f"{ROOT}/LLN0.urcb01.RptEna", True)
        other.abort()
        await until(lambda: len(server.associations) == 1)
        assert await left(client, "UrcbTrk") == (N.InternalChange, f"{ROOT}/LLN0.urcb01", S.no_error)
        assert (await client.read(f"{LTRK}.UrcbTrk [SR]")).rptEna is False

    check(test)


def test_values() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        reference = f"{ROOT}/GGIO1.Ind1.subVal"
        for value in (True, False):  # known by then, still told
            await client.write(f"{reference} [SV]", value)
            assert await left(client, "GenTrk") == (N.SetDataValues, reference, S.no_error)
        await refused(client.write(f"{ROOT}/GGIO1.Ind1.stVal [ST]", True))
        assert await left(client, "GenTrk") == (N.SetDataValues, f"{ROOT}/GGIO1.Ind1.stVal", S.access_violation)
        await client.read(f"{ROOT}/GGIO1.Ind2.stVal")
        assert (await left(client, "GenTrk"))[1] == f"{ROOT}/GGIO1.Ind1.stVal", "reading is not tracked"
        await client.write(f"{CHILD}/XSWI1.Pos.subID [SV]", "x")
        assert (await left(client, "GenTrk"))[1] == f"{CHILD}/XSWI1.Pos.subID"

    check(test)


def test_values_beside_commands_and_whole_data_sets_are_told_once() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        head = server.ied.find(f"{ROOT}/LTRK1.GenTrk.objRef")
        told: list[str] = []
        head.change_hooks += (lambda leaf, _: told.append(leaf.value),)
        written = [Access(ObjectName(f"GGIO1$SV$Ind1${name}", ROOT)) for name in ("subVal", "subEna")]
        data = [encode_boolean(True)] * 2
        for _ in range(3):
            await client._request(write_request(list(zip(written, data, strict=True))))
        assert told == [f"{ROOT}/GGIO1.Ind1.subVal", f"{ROOT}/GGIO1.Ind1.subEna"] * 3
        del told[:]
        await client._request(define_list_request(ObjectName("LLN0$both", ROOT), written))
        named = ber.tlv(0xA1, encode_object_name(ObjectName("LLN0$both", ROOT)))
        for _ in range(3):
            await client._request(ber.tlv(Service.WRITE, named + ber.tlv(0xA0, b"".join(data))))
        assert told == [f"{ROOT}/LLN0.both"] * 4
        assert await left(client, "GenTrk") == (N.SetDataSetValues, f"{ROOT}/LLN0.both", S.no_error)

    check(test)


def test_data_sets() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        made, member = f"{ROOT}/LLN0.mine", f"{ROOT}/GGIO1.Ind1 [SV]"
        await client.data_set.create(made, [member])
        assert await left(client, "GenTrk") == (N.CreateDataSet, made, S.no_error)
        await refused(client.data_set.create(made, [member]))
        assert await left(client, "GenTrk") == (N.CreateDataSet, made, S.instance_in_use)
        nobody = Access(ObjectName("GGIO1$ST$nobody", ROOT))
        await refused(client._request(define_list_request(ObjectName("LLN0$other", ROOT), [nobody])))
        assert (await left(client, "GenTrk"))[2] is S.instance_not_available
        await client.data_set.create("@own", [member])
        assert await left(client, "GenTrk") == (N.CreateDataSet, "@own", S.no_error)
        await client.data_set.delete(made)
        assert await left(client, "GenTrk") == (N.DeleteDataSet, made, S.no_error)
        await refused(client.data_set.delete(f"{ROOT}/LLN0.ds"))
        assert await left(client, "GenTrk") == (N.DeleteDataSet, f"{ROOT}/LLN0.ds", S.access_violation)
        await refused(client.data_set.delete(f"{ROOT}/LLN0.nobody"))
        assert await left(client, "GenTrk") == (N.DeleteDataSet, f"{ROOT}/LLN0.nobody", S.instance_not_available)

    check(test)


def test_files(root: Path) -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        await client.files.list("")
        assert (await left(client, "GenTrk"))[0] is N.GetFileAttributeValues
        async for _ in client.files.open("a.txt"):
            pass
        assert await left(client, "GenTrk") == (N.GetFile, "a.txt", S.no_error)
        await refused(client.files.list("nobody"))
        assert await left(client, "GenTrk") == (N.GetFileAttributeValues, "nobody", S.instance_not_available)
        await client.files.upload(root / "a.txt", "new.txt")
        assert await left(client, "GenTrk") == (N.SetFile, "new.txt", S.no_error)
        await client.files.delete("new.txt")
        assert await left(client, "GenTrk") == (N.DeleteFile, "new.txt", S.no_error)
        await refused(client.files.delete("new.txt"))
        assert await left(client, "GenTrk") == (N.DeleteFile, "new.txt", S.instance_not_available)

    check(test, root)


def test_a_control_block_at_rest() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        await refused(client.write(f"{ROOT}/LLN0.gcb.GoEna [GO]", True))
        assert await left(client, "GocbTrk") == (N.SetGoCBValues, f"{ROOT}/LLN0.gcb", S.access_violation)
        found = await client.read(f"{LTRK}.GocbTrk [SR]")
        assert (found.goID, found.confRev, found.dstAddress.APPID) == ("goose", 3, 0x3001)

    check(test)


def test_a_brcb_tells_of_every_service_even_the_same_twice_and_of_its_own() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        async with connect(server.url) as other, client.reports(f"{ROOT}/LLN0.brcbTrk01") as reports:
            told = []
            while len(told) < 1 or told[-1].rptEna is not True:  # what became of the block itself until it was enabled
                told.append((await reports.next(5))[f"{LTRK}.BrcbTrk [SR]"])
            assert {entry.objRef for entry in told} == {f"{ROOT}/LLN0.brcbTrk01"}
            for _ in range(2):
                await other.write(f"{ROOT}/GGIO1.Ind1.subID [SV]", "twice")
                found = (await reports.next(5))[f"{LTRK}.GenTrk [SR]"]
                assert (N(found.serviceType), found.objRef) == (N.SetDataValues, f"{ROOT}/GGIO1.Ind1.subID")
            with pytest.raises(DataAccessError):
                await other.write(f"{ROOT}/LLN0.brcb01.SqNum", 5)
            found = (await reports.next(5))[f"{LTRK}.BrcbTrk [SR]"]
            assert (S(found.errorCode), found.sqNum) == (S.access_violation, 5)

    check(test)


def test_without_ltrk_nothing_is_put_together() -> None:
    async def body() -> None:
        ied = tracked_ied()
        ied.remove(ROOT)
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            assert server.service.on_service is server.reports.on_service is None
            await client.write(f"{CHILD}/XSWI1.Pos.subID [SV]", "x")
            ied.add(tracked_ied().remove(ROOT))
            for _ in range(2):  # known before it was tracked
                await client.write(f"{CHILD}/XSWI1.Pos.subID [SV]", "y")
                assert ied.find(f"{LTRK}.GenTrk.objRef").value == f"{CHILD}/XSWI1.Pos.subID"
                ied.find(f"{LTRK}.GenTrk.objRef").put("")
            ied.remove(ROOT)
            await client.write(f"{CHILD}/XSWI1.Pos.subID [SV]", "z")
            assert server.service.on_service is None

    run(body())


def test_reads_take_the_short_way_though_they_are_tracked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of a kind is resolved, the others are answered before anybody could be told of them."""
    asked: list[Any] = []
    answer = MmsService.answer
    monkeypatch.setattr(MmsService, "answer", lambda self, pdu, client: asked.append(pdu) or answer(self, pdu, client))

    async def test(server: MmsServer, client: IedClient) -> None:
        await client.read(f"{ROOT}/GGIO1.Ind1.stVal")
        before = len(asked)
        for _ in range(10):
            await client.read(f"{ROOT}/GGIO1.Ind1.stVal")
        assert (len(asked), server.service.on_service is None) == (before, False)

    check(test)
