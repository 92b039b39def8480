"""Complaints about existing stacks that issue 3 lists and no other file answers; the whole list is tests/must_not_happen.py."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from meterwire.acsi import BufferLimits
from meterwire.binding.mms.data_sets import DataSetLimits
from meterwire.client import connect
from meterwire.errors import LinkTimeoutError, ServiceError, UsageError
from meterwire.models import TrgOps
from meterwire.protocols import ber
from meterwire.protocols.mms import Initiate, MmsEvent, ObjectName, PduTag
from meterwire.protocols.mms.pdu import confirmed_request, decode_pdu
from meterwire.protocols.mms.services import Access, encode_variables
from meterwire.server import Limits, MmsServer

from ..helpers import until
from ..mms_end import LD, frame, raw, run, small_ied

STATE = f"{LD}/GGIO1.Ind1.stVal"


def armed(loop: asyncio.AbstractEventLoop) -> list[Any]:
    """Timers of a loop that will still go off (not those of this file's own time-out)."""
    return [handle for handle in loop._scheduled if not handle.cancelled() and "Timeout" not in repr(handle)]  # type: ignore[attr-defined]


def test_an_idle_server_with_associations_has_no_timer_and_nothing_to_do() -> None:
    """No polling anywhere: the loop of a server whose clients say nothing sleeps until one of them speaks."""

    async def play() -> None:
        loop = asyncio.get_running_loop()
        ied = small_ied(instances=8, buffered=True)
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(MmsServer(ied, port=0))
            for _ in range(20):
                peer = await stack.enter_async_context(raw(server.port))
                await peer.associate()
            await until(lambda: server.statistics.associations == 20)
            await asyncio.sleep(0)
            assert armed(loop) == []
            turns = 0
            original = loop._run_once  # type: ignore[attr-defined]

            def counted() -> None:
                nonlocal turns
                turns += 1
                original()

            loop._run_once = counted  # type: ignore[attr-defined]
            await asyncio.sleep(0.2)
            del loop._run_once  # type: ignore[attr-defined]
            assert turns <= 4, "the loop woke for nothing"

    run(play())


def test_two_hundred_associations_are_no_ceiling() -> None:
    """Neither 5 nor 64 (the descriptors of one select) is the end; the last is served like the first."""

    async def play() -> None:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(MmsServer(small_ied(), port=0))
            clients = [await stack.enter_async_context(connect(server.url)) for _ in range(200)]
            assert len(server.associations) == 200
            assert await asyncio.gather(*(client.read(f"{STATE} [ST]") for client in clients)) == [False] * 200

    run(play())


def test_a_second_client_is_served_whatever_the_first_does() -> None:
    """The first has half a request on the way, holds a report control block, and reads nothing."""

    async def play() -> None:
        async with MmsServer(small_ied(), port=0) as server, raw(server.port) as first, connect(server.url) as second:
            await first.associate()
            first.send(frame(confirmed_request(1, bytes.fromhex("8200")))[:-1])
            async with connect(server.url) as holder, holder.reports(f"{LD}/LLN0.urcb", TrgOps=TrgOps.DCHG) as held:
                async with second.reports(f"{LD}/LLN0.urcb", TrgOps=TrgOps.DCHG) as other:
                    assert held.reference != other.reference
                    server.ied.apply([(server.ied.find(STATE), True)])
                    for each in (held, other):
                        assert (await each.next(5)).entries[0].reasons == ("data-change",)
                assert await second.read(f"{STATE} [ST]") is True

    run(play())


def define(item: str) -> bytes:
    """DefineNamedVariableList as a client without limits would send it."""
    text = item.encode()
    name = ber.tlv(0xA1, ber.tlv(0x1A, LD.encode()) + ber.tlv(0x1A, text))
    member = encode_variables([Access(ObjectName("GGIO1$ST$Ind1$stVal", LD))])
    return ber.tlv(0xAB, name + member)


@pytest.mark.parametrize("length", [64, 65, 129, 200])
def test_names_above_64_octets_are_refused(length: int) -> None:
    item = "LLN0$" + "x" * (length - 5)

    async def play() -> None:
        async with MmsServer(small_ied(), port=0) as server, raw(server.port) as peer, connect(server.url) as client:
            await peer.associate()
            peer.send(frame(confirmed_request(7, define(item))))
            tag = decode_pdu(await peer.pdu()).tag
            assert tag == (PduTag.CONFIRMED_RESPONSE if length <= 64 else PduTag.REJECT)
            held = await client.data_sets(LD)
            assert (f"{LD}/{item.replace('$', '.')}" in held) is (length <= 64)

    run(play())


# -- settings that have no test elsewhere: each shows that the setting works --------------------------------------------


def test_max_outstanding_is_negotiated() -> None:
    async def play() -> None:
        limits = Limits(max_outstanding=3)
        async with MmsServer(small_ied(), port=0, limits=limits) as server, connect(server.url) as client:
            assert (client.negotiated.max_calling, client.negotiated.max_called) == (3, 3)
            assert await asyncio.gather(*(client.read(f"{STATE} [ST]") for _ in range(20))) == [False] * 20

    run(play())


def test_max_pdu_is_negotiated_and_kept() -> None:
    async def play() -> None:
        limits = Limits(max_pdu=600)
        async with (
            MmsServer(small_ied(fillers=40), port=0, limits=limits) as server,
            connect(server.url, wanted=Initiate(max_pdu=5000)) as client,
        ):
            assert client.negotiated.max_pdu == 600
            with pytest.raises(ServiceError):
                await client.read_data_set(f"{LD}/LLN0.dsMx")
            assert await client.read(f"{STATE} [ST]") is False

    run(play())


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"max_pdu": 255}, "max_pdu=255 cannot be agreed on; it is 256 to 1000000 octets"),
        ({"max_pdu": 2_000_000}, "max_pdu=2000000"),
        ({"max_associations": 0}, "max_associations=0 lets nobody in; it is 1 or more"),
        ({"max_outstanding": 0}, "max_outstanding=0 lets nobody in"),
        ({"half_open_seconds": 0}, "half_open_seconds=0 leaves no time at all"),
        ({"stalled_seconds": float("nan")}, "stalled_seconds=nan leaves no time at all"),
        ({"call_seconds": -1.0}, "call_seconds=-1.0 leaves no time at all; it is above 0"),
    ],
)
def test_limits_nobody_could_be_served_under_are_refused(limits: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Limits(**limits)


@pytest.mark.parametrize("way", ["known", "not known"])
def test_the_answer_to_a_write_comes_before_the_reports_it_causes(way: str) -> None:
    """A client that takes the answer for the moment from which on reports count would lose the first."""

    async def play() -> None:
        async with (
            MmsServer(small_ied(), port=0) as server,
            connect(server.url) as ied,
            ied.reports(f"{LD}/LLN0.urcb01") as reports,
        ):
            written = f"{reports.reference}.GI [RP]"
            order: list[str] = []
            connection = ied._connection
            taken = connection.mms.receive

            def receive(chunk: bytes) -> Iterator[MmsEvent]:
                for event in taken(chunk):
                    order.append(type(event).__name__)
                    yield event

            connection.mms.receive = receive  # type: ignore[method-assign]
            for _ in range(2 if way == "known" else 1):
                order.clear()
                await ied.write(written, True)
                await reports.next(5)
            assert order[-2:] == ["Answer", "Report"]

    run(play())


def test_data_set_limits_given_to_the_server() -> None:
    async def play() -> None:
        limits = DataSetLimits(max_persistent=1, max_per_association=1, max_members=2)
        members = [f"{LD}/GGIO1.Ind1 [ST]", f"{LD}/GGIO1.Ind2 [ST]", f"{LD}/GGIO1.Cnt1 [ST]"]
        async with MmsServer(small_ied(), port=0, data_sets=limits) as server, connect(server.url) as client:
            for prefix in (f"{LD}/LLN0.", "@"):
                with pytest.raises(ServiceError):
                    await client.data_set.create(f"{prefix}three", members)
                await client.data_set.create(f"{prefix}two", members[:2])
                with pytest.raises(ServiceError):
                    await client.data_set.create(f"{prefix}one", members[:1])

    run(play())


@pytest.mark.parametrize("limits", [BufferLimits(entries=2), BufferLimits(octets=1500)], ids=["entries", "octets"])
def test_buffer_limits_given_to_the_server(limits: BufferLimits) -> None:
    """What does not fit goes, the oldest first, and the next report says so."""

    async def play() -> None:
        ied = small_ied(buffered=True)
        async with MmsServer(ied, port=0, buffers=limits) as server, connect(server.url) as client:
            for number in range(9):
                server.ied.apply([(ied.find(STATE), number % 2 == 0)])
            async with client.reports(f"{LD}/LLN0.urcb") as reports:
                first = await reports.next(5)
                assert first.buf_ovfl is True
                count = 1
                while True:
                    try:
                        await reports.next(0.2)
                    except LinkTimeoutError:
                        break
                    count += 1
                assert count == 2 if limits.entries == 2 else 2 < count < 6

    run(play())
