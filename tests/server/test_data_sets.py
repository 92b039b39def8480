"""Data sets that clients create: scopes, order, limits, what must stay."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from meterwire.binding.mms import list_services
from meterwire.binding.mms.data_sets import DataSetLimits
from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError, RemoteError, ServiceError, UsageError
from meterwire.models import (
    Capabilities,
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Reference,
    ReportControl,
    Trigger,
    basic_type,
)
from meterwire.server import MmsServer

from ..helpers import until

MEMBERS = ["XLD/GGIO1.Ind2 [ST]", "XLD/GGIO1.Ind1.stVal [ST]", "XLD/GGIO1.Arr.table(2) [ST]"]


def model() -> Ied:
    node = LogicalNode("GGIO", "1")
    for i in (1, 2, 3):
        value = DataAttribute("stVal", "ST", basic_type("INT32"), value=i * 10, trigger=Trigger.DCHG)
        quality = DataAttribute("q", "ST", basic_type("Quality"), trigger=Trigger.QCHG)
        node.add(DataObject(f"Ind{i}", "INS").add(value, quality))
    table = DataAttribute("table", "ST", is_array=True)
    table.add(*(DataAttribute(f"({i})", "ST", basic_type("INT8"), value=i) for i in range(5)))
    node.add(DataObject("Arr", "X").add(table))
    node.data_sets["fixed"] = (Reference("XLD", ("GGIO1", "Ind1"), "ST"),)
    node.control_blocks["urcb"] = ReportControl(name="urcb", data_set="fixed", instances=2)
    return Ied("X").add(LogicalDevice("XLD", "LD").add(node))


@asynccontextmanager
async def served() -> AsyncIterator[tuple[MmsServer, IedClient, IedClient]]:
    async with MmsServer(model(), port=0) as server, connect(server.url) as one, connect(server.url) as other:
        yield server, one, other


def check(test: Callable[[MmsServer, IedClient, IedClient], Awaitable[None]]) -> None:
    async def body() -> None:
        async with served() as (server, one, other):
            await test(server, one, other)

    asyncio.run(body())


def test_persistent_set_is_seen_by_all_and_keeps_its_order() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        await one.data_set.create("XLD/GGIO1.mine", MEMBERS)
        assert "XLD/GGIO1.mine" in await other.data_sets("XLD")
        assert await other.data_set.directory("XLD/GGIO1.mine") == MEMBERS
        values = await other.read_data_set("XLD/GGIO1.mine")
        assert list(values) == MEMBERS
        assert values[MEMBERS[0]].stVal == 20
        assert (values[MEMBERS[1]], values[MEMBERS[2]]) == (10, 2)
        server.ied.find("XLD/GGIO1.Ind1").update(stVal=-7)
        assert (await one.read_data_set("XLD/GGIO1.mine"))[MEMBERS[1]] == -7
        await other.data_set.delete("XLD/GGIO1.mine")
        with pytest.raises(ServiceError):
            await one.read_data_set("XLD/GGIO1.mine")

    check(test)


def test_association_scope_belongs_to_one_client() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        await one.data_set.create("@own", MEMBERS[:2])
        await other.data_set.create("@own", MEMBERS[2:])
        for _ in range(2):  # the same octets, from two clients, twice
            assert list(await one.read_data_set("@own")) == MEMBERS[:2]
            assert list(await other.read_data_set("@own")) == MEMBERS[2:]
        await one.data_set.delete("@own")
        with pytest.raises(DataAccessError):
            await one.data_set.delete("@own")
        assert list(await other.read_data_set("@own")) == MEMBERS[2:]

    check(test)


def test_what_must_stay_stays() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        with pytest.raises(RemoteError, match="stays"):
            await one.data_set.delete("XLD/GGIO1.fixed")
        await one.data_set.create("XLD/GGIO1.used", MEMBERS[:1])
        await other.write("XLD/GGIO1.urcb01.DatSet", "XLD/GGIO1$used")
        with pytest.raises(RemoteError, match="stays"):
            await one.data_set.delete("XLD/GGIO1.used")
        await other.write("XLD/GGIO1.urcb01.DatSet", "XLD/GGIO1$fixed")
        await one.data_set.delete("XLD/GGIO1.used")

    check(test)


def test_refusals() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        await one.data_set.create("XLD/GGIO1.twice", MEMBERS)
        for reference, members in (
            ("XLD/GGIO1.twice", MEMBERS),
            ("NoLD/GGIO1.x", MEMBERS),
            ("XLD/GGIO1.empty", []),
        ):
            with pytest.raises(ServiceError):
                await one.data_set.create(reference, members)
        with pytest.raises(UsageError):
            await one.data_set.create("XLD/GGIO1.bad", ["XLD/GGIO1.None [ST]"])

    check(test)


def test_limits() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        server.service.data_set_limits = DataSetLimits(max_persistent=2, max_per_association=1, max_members=3)
        await one.data_set.create("XLD/GGIO1.a", MEMBERS)
        await other.data_set.create("XLD/GGIO1.b", MEMBERS)
        await one.data_set.create("@a", MEMBERS)
        for client, reference, members in (
            (one, "XLD/GGIO1.c", MEMBERS),
            (one, "@b", MEMBERS),
            (other, "@c", MEMBERS + MEMBERS[:1]),
        ):
            with pytest.raises(ServiceError):
                await client.data_set.create(reference, members)

    check(test)


def test_a_large_node_named_again_and_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each report over such a set would hold up the loop."""
    monkeypatch.setattr(list_services, "MAX_LEAVES", 13)

    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        whole = ["XLD/GGIO1.Ind2 [ST]", "XLD/GGIO1.Arr [ST]"]  # 2 and 5 leaves
        await one.data_set.create("XLD/GGIO1.a", [*whole, *whole[:1] * 3])
        for reference in ("XLD/GGIO1.b", "@b"):
            with pytest.raises(ServiceError, match="resource"):
                await one.data_set.create(reference, whole * 2)

    check(test)


def test_a_created_set_is_reported() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        await one.data_set.create("XLD/GGIO1.mine", MEMBERS[:2])
        async with one.reports("XLD/GGIO1.urcb", DatSet="XLD/GGIO1$mine") as reports:
            server.ied.find("XLD/GGIO1.Ind2").update(stVal=21)
            report = await reports.next(5)
            assert [entry.reference for entry in report.entries] == MEMBERS[:1]
            assert report.entries[0].value.stVal == 21

    check(test)


def test_a_set_of_the_association_is_reported_to_it_and_ends_with_it() -> None:
    async def test(server: MmsServer, one: IedClient, other: IedClient) -> None:
        await one.data_set.create("@own", MEMBERS[:1])
        await other.data_set.create("@own", MEMBERS[1:])
        async with one.reports("XLD/GGIO1.urcb01", DatSet="@own") as reports:
            with pytest.raises(RemoteError, match="stays"):
                await one.data_set.delete("@own")
            await other.data_set.delete("@own")
            server.ied.find("XLD/GGIO1.Ind2").update(stVal=22)
            assert (await reports.next(5)).entries[0].reference == MEMBERS[0]
        async with one.reports("XLD/GGIO1.urcb01", DatSet="@own"):
            one.abort()
            await until(lambda: len(server.associations) == 1)
        assert await other.read("XLD/GGIO1.urcb01.DatSet") == ""
        assert await other.read("XLD/GGIO1.urcb01.RptEna") is False
        server.ied.find("XLD/GGIO1.Ind2").update(stVal=23)  # nobody is listening any more
        with pytest.raises(DataAccessError):
            await other.write("XLD/GGIO1.urcb01.DatSet", "@own")

    check(test)


def test_a_buffered_block_takes_no_set_of_an_association() -> None:
    """The set ends with its association, the buffer does not: enabled, the block would have nothing to watch."""

    async def body() -> None:
        ied = model()
        node = ied.find("XLD/GGIO1")
        node.control_blocks["brcb"] = ReportControl(name="brcb", data_set="fixed", buffered=True)
        async with MmsServer(ied, port=0) as server, connect(server.url) as one:
            await one.data_set.create("@own", MEMBERS[:1])
            await one.write("XLD/GGIO1.brcb01.OptFlds", 0)  # reserves it
            with pytest.raises(DataAccessError, match="invalid"):
                await one.write("XLD/GGIO1.brcb01.DatSet", "@own")
            assert await one.read("XLD/GGIO1.brcb01.DatSet") == "XLD/GGIO1$fixed"

    asyncio.run(body())


def test_limits_of_the_model_hold() -> None:
    ied = model()
    ied.capabilities = Capabilities(dyn_data_set_max=1, dyn_data_set_max_attributes=2)

    async def body() -> None:
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            with pytest.raises(ServiceError):
                await client.data_set.create("XLD/GGIO1.big", MEMBERS)
            await client.data_set.create("XLD/GGIO1.one", MEMBERS[:2])
            with pytest.raises(ServiceError):
                await client.data_set.create("XLD/GGIO1.two", MEMBERS[:1])

    asyncio.run(body())
