"""Logical devices that come and go while clients are connected, read and get reports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError, LinkTimeoutError, MeterwireError, UnknownNameError, UsageError
from meterwire.models import (
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


def device(inst: str, value: int = 0, *, watches: tuple[str, ...] = ()) -> LogicalDevice:
    """A device with one integer, a URCB and a BRCB over it and over those of the devices in ``watches``."""
    leaf = DataAttribute("stVal", "ST", basic_type("INT32"), value=value, trigger=Trigger.DCHG)
    node = LogicalNode("GGIO", "1").add(DataObject("Ind1", "INS").add(leaf))
    node.data_sets["ds"] = tuple(Reference(f"X{each}", ("GGIO1", "Ind1"), "ST") for each in (inst, *watches))
    for name, buffered in (("urcb", False), ("brcb", True)):
        node.control_blocks[name] = ReportControl(
            name=name, data_set="ds", buffered=buffered, indexed=False, intg_pd=600_000 if buffered else 0
        )
    return LogicalDevice(f"X{inst}", inst).add(node)


@asynccontextmanager
async def served(*devices: LogicalDevice) -> AsyncIterator[tuple[Ied, MmsServer, IedClient]]:
    ied = Ied("X").add(*devices)
    async with MmsServer(ied, port=0) as server, connect(server.url, timeout=5) as client:
        yield ied, server, client


async def fresh_names(server: MmsServer) -> tuple[str, ...]:
    async with connect(server.url) as client:
        return await client.logical_devices()


def test_a_device_that_comes_is_there_at_once() -> None:
    async def body() -> None:
        async with served(device("A", 1)) as (ied, server, client):
            version = ied.model_version
            assert await client.read("XA/GGIO1.Ind1.stVal") == 1
            with pytest.raises(UnknownNameError):
                await client.read("XB/GGIO1.Ind1.stVal")
            ied.add(device("B", 2))
            assert ied.model_version == version + 1
            assert await fresh_names(server) == ("XA", "XB")
            async with connect(server.url) as other:
                assert await other.read("XB/GGIO1.Ind1.stVal") == 2
                assert "XB/GGIO1.ds" in await other.data_sets("XB")
                async with other.reports("XB/GGIO1.urcb") as reports:
                    ied.find("XB/GGIO1.Ind1").update(stVal=3)
                    assert (await reports.next(5)).entries[0].value.stVal == 3

    asyncio.run(body())


def test_a_client_sees_devices_come_and_a_refresh_tells_it_what_they_are_now() -> None:
    """The device of the same name that comes back is another one: one leaf more, of another type."""

    async def body() -> None:
        async with served(device("A", 1), device("B", 2)) as (ied, _, client):
            assert await client.logical_devices() == ("XA", "XB")
            assert await client.read("XB/GGIO1.Ind1") == {"stVal": 2}
            ied.remove("XB")
            again = device("B")
            leaf = DataAttribute("stWhat", "ST", basic_type("BOOLEAN"), value=True)
            again.children["GGIO1"].add(DataObject("Ind2", "SPS").add(leaf))
            ied.add(again)
            with pytest.raises(UnknownNameError):
                await client.read("XB/GGIO1.Ind2")
            client.refresh()
            assert await client.read("XB/GGIO1.Ind2") == {"stWhat": True}
            ied.add(device("C", 3))
            assert await client.logical_devices() == ("XA", "XB", "XC")
            assert await client.read("XC/GGIO1.Ind1.stVal") == 3
            ied.remove("XB")
            assert await client.logical_devices() == ("XA", "XC")
            with pytest.raises(UnknownNameError, match="the server has XA, XC"):
                await client.read("XB/GGIO1.Ind2")

    asyncio.run(body())


def test_a_device_that_goes_is_gone_at_once_even_for_reads_known_by_heart() -> None:
    async def body() -> None:
        async with served(device("A", 1), device("B", 2)) as (ied, server, client):
            for _ in range(3):
                assert await client.read_many(["XA/GGIO1.Ind1.stVal", "XB/GGIO1.Ind1.stVal"]) == [1, 2]
            gone = ied.remove("XB")
            assert gone.parent is None
            values = await client.read_many(["XA/GGIO1.Ind1.stVal", "XB/GGIO1.Ind1.stVal"])
            assert values[0] == 1
            assert isinstance(values[1], DataAccessError)
            assert await fresh_names(server) == ("XA",)
            ied.add(device("B", 22))
            assert await client.read("XB/GGIO1.Ind1.stVal") == 22
            leaf = next(gone.leaves())
            assert (leaf.store_hooks, leaf.change_hooks) == ((), ())

    asyncio.run(body())


@pytest.mark.parametrize("block", ["urcb", "brcb"])
def test_enabled_blocks_of_a_device_that_goes_are_disabled(block: str) -> None:
    async def body() -> None:
        async with (
            served(device("A"), device("B")) as (ied, server, client),
            client.reports(f"XB/GGIO1.{block}") as reports,
        ):
            old = ied.remove("XB")
            assert not any(control.reference.startswith("XB/") for control in server.reports.controls)
            ied.add(device("B", 5))
            (control,) = [
                c for c in server.reports.controls if c.reference.endswith(f"${block}") and "XB" in c.reference
            ]
            assert (control["RptEna"], control.client) == (False, None)
            next(old.leaves()).put(9)
            with pytest.raises(LinkTimeoutError):
                await reports.next(0.2)
            async with connect(server.url) as other, other.reports(f"XB/GGIO1.{block}") as again:
                ied.find("XB/GGIO1.Ind1").update(stVal=6)
                assert (await again.next(5)).entries[0].value.stVal == 6

    asyncio.run(body())


def test_blocks_that_lose_a_member_are_disabled_and_come_back_with_it() -> None:
    async def body() -> None:
        async with served(device("A", watches=("B",)), device("B")) as (ied, server, client):
            async with client.reports("XA/GGIO1.urcb") as reports:
                ied.find("XB/GGIO1.Ind1").update(stVal=1)
                assert (await reports.next(5)).entries[0].value.stVal == 1
                ied.remove("XB")
                assert await client.read("XA/GGIO1.urcb.RptEna") is False
                with pytest.raises(DataAccessError, match="value-invalid"):
                    await client.write("XA/GGIO1.urcb.RptEna", True)
                ied.add(device("B", 7))
                await client.write("XA/GGIO1.urcb.RptEna", True)
                ied.find("XB/GGIO1.Ind1").update(stVal=8)
                assert (await reports.next(5)).entries[0].value.stVal == 8
            brcb = next(c for c in server.reports.controls if c.reference == "XA/GGIO1$BR$brcb")
            assert [member.reference for member in brcb.members] == ["XA/GGIO1$ST$Ind1", "XB/GGIO1$ST$Ind1"]

    asyncio.run(body())


def test_a_device_may_come_before_the_one_it_watches() -> None:
    async def body() -> None:
        async with served(device("A")) as (ied, _, client):
            ied.add(device("B", watches=("C",)))
            ied.add(device("C"))
            async with client.reports("XB/GGIO1.brcb") as reports:
                ied.find("XC/GGIO1.Ind1").update(stVal=4)
                report = await reports.next(5)
                assert [entry.reference for entry in report.entries] == ["XC/GGIO1.Ind1 [ST]"]

    asyncio.run(body())


def test_a_device_that_cannot_be_served_is_refused_and_leaves_no_trace() -> None:
    async def body() -> None:
        async with served(device("A", 1)) as (ied, server, client):
            bad = device("B")
            bad["GGIO1"].data_sets["ds"] = (Reference("XB", ("GGIO1", "Ind9"), "ST"),)
            with pytest.raises(UsageError, match="is not in the model"):
                ied.add(bad)
            assert list(ied.children) == ["XA"]
            assert await fresh_names(server) == ("XA",)
            assert await client.read("XA/GGIO1.Ind1.stVal") == 1
            ied.add(device("B", 2))
            assert await client.read("XB/GGIO1.Ind1.stVal") == 2
            with pytest.raises(UsageError, match="exists twice"):
                ied.add(device("B"))
            with pytest.raises(UnknownNameError, match="this IED has XA, XB"):
                ied.remove("XZ")

    asyncio.run(body())


def test_devices_come_and_go_under_load() -> None:
    async def body() -> None:
        async with served(device("A", 1)) as (ied, server, _):
            stop = asyncio.Event()
            seen = {"read": 0, "refused": 0}

            async def reader() -> None:
                async with connect(server.url) as client:
                    while not stop.is_set():
                        try:
                            assert await client.read("XA/GGIO1.Ind1.stVal") == 1
                            assert await client.read("XB/GGIO1.Ind1.stVal") == 2
                            seen["read"] += 1
                        except MeterwireError:
                            assert client.is_open
                            seen["refused"] += 1
                            client.directory.__init__(client._connection, 5.0)  # type: ignore[misc]

            readers = [asyncio.create_task(reader()) for _ in range(3)]
            for _ in range(50):
                ied.add(device("B", 2))
                await asyncio.sleep(0.005)
                ied.remove("XB")
                await asyncio.sleep(0.002)
            stop.set()
            await asyncio.gather(*readers)
            assert min(seen.values()) > 0
            assert not ied.commit_hooks[1:]
            assert len(server.reports.controls) == 2

    asyncio.run(body())


def test_a_closed_server_no_longer_follows() -> None:
    async def body() -> None:
        async with served(device("A")) as (ied, _, _client):
            assert ied.device_hooks
        assert ied.device_hooks == ()
        ied.add(device("B"))

    asyncio.run(body())
