"""Buffered reports from a real server to our client: long buffers, small PDUs, lost associations, restarts."""

import asyncio
import gc
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from meterwire.acsi import BufferedReportControl, BufferLimits
from meterwire.client import IedClient, Report, Subscription, connect
from meterwire.errors import AssociationError, DataAccessError, DecodeError, LinkError, LinkTimeoutError
from meterwire.models import (
    DataAttribute,
    DataObject,
    Edition,
    Ied,
    LogicalDevice,
    LogicalNode,
    OptFlds,
    Reference,
    ReportControl,
    Trigger,
    basic_type,
)
from meterwire.protocols.mms import Initiate
from meterwire.server import MmsServer
from meterwire.server.journal import SqliteJournal

BLOCK = "XLD/LLN0.brcb"
TEXTS = 12


def model(**declaration: Any) -> Ied:
    """A counter and some long texts under a BRCB, the counter alone under a URCB."""
    head, node = LogicalNode("LLN0"), LogicalNode("GGIO", "1")
    node.add(DataObject("Cnt", "INS").add(DataAttribute("stVal", "ST", basic_type("INT32"), trigger=Trigger.DCHG)))
    for i in range(TEXTS):
        text = DataAttribute("stVal", "ST", basic_type("VisString255"), trigger=Trigger.DCHG)
        node.add(DataObject(f"Txt{i}", "VSS").add(text))
    names = ["Cnt", *(f"Txt{i}" for i in range(TEXTS))]
    head.data_sets["ds"] = tuple(Reference("XLD", ("GGIO1", name, "stVal"), "ST") for name in names)
    head.data_sets["cnt"] = head.data_sets["ds"][:1]
    options: dict[str, Any] = {"instances": 2, "data_set": "ds", "owner": True, **declaration}
    head.control_blocks["brcb"] = ReportControl(name="brcb", buffered=True, **options)
    head.control_blocks["urcb"] = ReportControl(name="urcb", data_set="cnt")
    return Ied("X").add(LogicalDevice("XLD", "LD").add(head, node))


def count(ied: Ied, *numbers: int) -> None:
    leaf = ied.find("XLD/GGIO1.Cnt.stVal")
    for number in numbers:
        ied.apply([(leaf, number)])


def talk(ied: Ied, text: str, members: int = TEXTS) -> None:
    """Change several texts in one transaction."""
    ied.apply([(ied.find(f"XLD/GGIO1.Txt{i}.stVal"), text) for i in range(members)])


def number(report: Report) -> int:
    value: int = report["XLD/GGIO1.Cnt.stVal"]
    return value


async def take(subscription: Subscription, amount: int) -> list[int]:
    return [number(await subscription.next(5)) for _ in range(amount)]


def check(test: Callable[[MmsServer, IedClient], Awaitable[None]], **options: Any) -> None:
    """Run a test with a served model and a client."""
    wanted = options.pop("wanted", None)
    server_options = {name: options.pop(name) for name in ("journal", "buffers") if name in options}

    async def body() -> None:
        async with (
            MmsServer(model(**options), port=0, **server_options) as server,
            connect(server.url, wanted=wanted) as ied,
        ):
            await test(server, ied)

    asyncio.run(body())


# -- the buffer ------------------------------------------------------------------------------------------------------


def test_a_long_buffer_neither_fills_the_memory_nor_holds_the_loop() -> None:
    events = 6000

    async def body(server: MmsServer, ied: IedClient) -> None:
        count(server.ied, *range(1, events + 1))
        server.limits = type(server.limits)(max_unsent=1 << 18)
        gaps: list[float] = []

        async def tick() -> None:
            while True:
                before = time.thread_time()  # work, not waiting for a processor that others have
                await asyncio.sleep(0.001)
                gaps.append(time.thread_time() - before)

        gc.freeze()  # what other tests left behind is not looked through meanwhile
        ticking = asyncio.create_task(tick())
        async with ied.reports(BLOCK) as subscription:
            assert await take(subscription, events) == list(range(1, events + 1))
        ticking.cancel()
        gc.unfreeze()
        assert max(gaps) < 0.2

    check(body, buffers=BufferLimits(octets=1 << 30))


def test_the_answer_to_enabling_comes_before_the_reports() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        said: list[bytes] = []
        server.tap = lambda _number, _time, way, data: said.append(data) if way == "out" else None
        count(server.ied, 1, 2)
        async with ied.reports(BLOCK) as subscription:
            await take(subscription, 2)
            whole = b"".join(said)
            assert whole.index(b"RPT") > whole.rindex(b"\xa5\x02\x81\x00")  # the last answer to a write

    check(body)


def test_idle_blocks_need_no_timer() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        count(server.ied, 1)
        async with ied.reports(BLOCK) as subscription:
            await take(subscription, 1)
            assert server.reports.deadline is None

    check(body)


# -- reports beyond a PDU --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", ["buffered", "unbuffered"])
def test_a_report_beyond_the_pdu_comes_in_segments_that_are_joined(block: str) -> None:
    """Must not happen: a report bigger than the PDU loops for ever."""

    async def body(server: MmsServer, ied: IedClient) -> None:
        name = BLOCK if block == "buffered" else "XLD/LLN0.urcb"
        settings = {} if block == "buffered" else {"DatSet": "XLD/LLN0$ds"}
        async with ied.reports(name, **settings) as subscription:
            talk(server.ied, "x" * 200)
            report = await subscription.next(5)
            assert (report.segments > 2, report.is_complete, report.sub_sq_num) == (True, True, None)
            assert [entry.value for entry in report.entries] == ["x" * 200] * TEXTS
            count(server.ied, 1)
            assert await take(subscription, 1) == [1]
        async with ied.reports(name, segments=True, **settings) as subscription:
            talk(server.ied, "y" * 200)
            parts = [await subscription.next(5)]
            while parts[-1].more_segments or (block == "buffered" and len(parts[-1].entries) == 1):
                parts.append(await subscription.next(5))
            numbers = [part.sub_sq_num for part in parts if part.more_segments]
            assert 0 in numbers

    check(body, wanted=Initiate(max_pdu=900))


def test_a_member_beyond_the_pdu_costs_itself() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(f"{BLOCK}01", OptFlds=0) as subscription:
            server.ied.apply(
                [
                    (server.ied.find("XLD/GGIO1.Txt0.stVal"), "x" * 255),
                    (server.ied.find("XLD/GGIO1.Txt1.stVal"), "short"),
                ]
            )
            report = await subscription.next(5)
            # The directory of the data set is beyond this PDU too: members go by their place.
            assert [(entry.reference, entry.value) for entry in report.entries] == [("member(2)", "short")]
            count(server.ied, 1)
            assert (await subscription.next(5)).entries[0].value == 1

    check(body, wanted=Initiate(max_pdu=300))


# -- clients that vanish ---------------------------------------------------------------------------------------------


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_vanished_client_leaves_the_block_to_itself_only() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        first = await connect(server.url)
        subscription = first.reports(f"{BLOCK}01", ResvTms=1)
        await subscription.start()
        state = await ied.read(f"{BLOCK}01")
        assert (state["RptEna"], state["Owner"], state["ResvTms"]) == (True, bytes((127, 0, 0, 1)), 1)
        with pytest.raises(DataAccessError, match="temporarily-unavailable"):
            await ied.write(f"{BLOCK}01.RptEna", True)
        first.abort()
        await until(lambda: not server.reports.controls[0]["RptEna"])
        assert (await ied.read(f"{BLOCK}01"))["ResvTms"] == 1
        await until(lambda: server.reports.controls[0]["ResvTms"] == 0)

    check(body)


def test_a_dead_client_is_noticed_whether_something_is_said_to_it_or_not() -> None:
    """Without a limit TCP repeats unacknowledged reports for a quarter of an hour, the block reserved all the while."""
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("this system has no TCP_USER_TIMEOUT")

    async def body(server: MmsServer, ied: IedClient) -> None:
        (association,) = server.associations.values()
        assert association._transport is not None
        ours = association._transport.get_extra_info("socket")
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert 0 < ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 60_000

    check(body)


def test_all_instances_taken_is_told() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with connect(server.url) as other, other.reports(BLOCK) as first, other.reports(BLOCK) as second:
            assert (first.reference, second.reference) == (f"{BLOCK}01", f"{BLOCK}02")
            with pytest.raises(LinkError, match=r"no instance of .* is free"):
                await ied.reports(BLOCK).start()

    check(body)


def test_leaving_gives_the_block_back() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(BLOCK):
            pass
        control = server.reports.controls[0]
        assert (control["RptEna"], control["ResvTms"], control["Owner"]) == (False, 0, b"")

    check(body)


@pytest.mark.parametrize("edition", Edition)
def test_every_edition_is_used_the_same_way(edition: Edition) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(BLOCK) as subscription:
            count(server.ied, 1, 2)
            reports = [await subscription.next(5) for _ in range(2)]
        assert list(map(number, reports)) == [1, 2]
        async with ied.reports(BLOCK, resume_from=reports[0].entry_id) as subscription:
            assert await take(subscription, 1) == [2]

    check(body, edition=edition)


# -- going on --------------------------------------------------------------------------------------------------------


def test_settings_are_written_only_where_they_differ() -> None:
    """Writing TrgOps or BufTm empties the buffer; a client that always sets them must not lose what it came for."""

    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(BLOCK, TrgOps=0b010001, BufTm=0) as subscription:
            count(server.ied, 1)
            last = (await subscription.next(5)).entry_id
        count(server.ied, 2)
        async with ied.reports(BLOCK, resume_from=last, TrgOps=0b010001, BufTm=0) as subscription:
            assert await take(subscription, 1) == [2]
            assert subscription.gaps == 0

    check(body)


def test_entry_id_is_asked_for_even_when_opt_flds_forget_it() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(BLOCK, OptFlds=OptFlds.SEQ_NUM) as subscription:
            count(server.ied, 1)
            report = await subscription.next(5)
            assert report.entry_id
            assert report.buf_ovfl is True
            assert report.data_set == ""

    check(body)


def test_a_server_whose_opt_flds_are_fixed_is_subscribed_to_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Services with optFields="Fix": what only we wished for must not cost the reports; what its user asks for is told."""
    monkeypatch.setattr(BufferedReportControl, "read_only", BufferedReportControl.read_only | {"OptFlds"})

    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(BLOCK) as subscription:
            count(server.ied, 1)
            report = await subscription.next(5)
            assert (number(report), report.entry_id) == (1, None)
        with pytest.raises(LinkError, match="OptFlds"):
            await ied.reports(BLOCK, OptFlds=OptFlds.SEQ_NUM | OptFlds.CONF_REV).start()

    check(body, opt_flds=OptFlds.SEQ_NUM)


def test_resume_finds_the_instance_that_knows_the_entry() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(f"{BLOCK}02") as subscription:
            count(server.ied, 1, 2)
            last = (await subscription.next(5)).entry_id
        async with ied.reports(BLOCK, resume_from=last) as subscription:
            assert subscription.reference == f"{BLOCK}02"
            assert await take(subscription, 1) == [2]
        assert server.reports.controls[0]["ResvTms"] == 0

    check(body)


def test_an_entry_that_is_gone_is_a_gap_and_nothing_comes_twice() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(f"{BLOCK}01", resume_from=bytes(7) + b"\1") as subscription:
            assert subscription.gaps == 1
            count(server.ied, 1, 2, 3)
            reports = [await subscription.next(5) for _ in range(3)]
            assert [report.buf_ovfl for report in reports] == [True, False, False]
            # The server forgets the last one, as another stack might over a restart; the rest comes from its start.
            server.reports.controls[0].buffer._unsent.clear()  # type: ignore[attr-defined]
            server.reports.controls[0].buffer._sent.pop()  # type: ignore[attr-defined]
            await ied.write(f"{BLOCK}01.RptEna", False)
            count(server.ied, 4)
            await subscription._take(subscription.reference, again=True)
            assert await take(subscription, 1) == [4]
            assert (subscription.gaps, subscription.duplicates) == (2, 2)

    check(body)


@asynccontextmanager
async def restartable(path: Path) -> AsyncIterator[Callable[[], Awaitable[MmsServer]]]:
    """A function that stops the server, if one runs, and starts it on the same port and journal."""
    servers: list[MmsServer] = []

    async def start() -> MmsServer:
        port = 0
        if servers:
            port = servers[-1].port
            await servers[-1].close()
        servers.append(MmsServer(model(), port=port, journal=SqliteJournal(path)))
        await servers[-1].start()
        return servers[-1]

    try:
        yield start
    finally:
        await servers[-1].close()


def test_a_subscription_goes_on_over_a_restart(tmp_path: Path) -> None:
    async def body() -> None:
        async with restartable(tmp_path / "j") as start:
            server = await start()
            async with connect(server.url, reconnect=0.1, timeout=5) as ied, ied.reports(BLOCK) as subscription:
                count(server.ied, 1, 2)
                assert await take(subscription, 2) == [1, 2]
                count(server.ied, 3)
                server = await start()
                count(server.ied, 4)
                assert await take(subscription, 2) == [3, 4]
                assert (subscription.resyncs, subscription.gaps, subscription.duplicates) == (1, 0, 0)
                assert await ied.read("XLD/GGIO1.Cnt.stVal") == 4

    asyncio.run(body())


def test_a_server_that_cannot_listen_gives_its_journal_back(tmp_path: Path) -> None:
    async def body() -> None:
        async with MmsServer(model(), port=0) as server:
            journal = SqliteJournal(tmp_path / "j")
            with pytest.raises(LinkError, match="cannot listen"):
                await MmsServer(model(), port=server.port, journal=journal).start()
            async with MmsServer(model(), port=0, journal=SqliteJournal(tmp_path / "j")):
                pass

    asyncio.run(body())


def test_an_unbuffered_subscription_is_interrogated_after_a_loss(tmp_path: Path) -> None:
    async def body() -> None:
        async with restartable(tmp_path / "j") as start:
            server = await start()
            async with connect(server.url, reconnect=0.1) as ied, ied.reports("XLD/LLN0.urcb") as subscription:
                count(server.ied, 1)
                assert await take(subscription, 1) == [1]
                server = await start()
                report = await subscription.next(5)
                assert report.entries[0].reasons == ("general-interrogation",)

    asyncio.run(body())


def test_without_resync_a_loss_raises(tmp_path: Path) -> None:
    async def body() -> None:
        async with restartable(tmp_path / "j") as start:
            server = await start()
            async with connect(server.url, reconnect=0.1) as lasting, connect(server.url) as ied:
                ends = lasting.reports(BLOCK, resync=False), ied.reports(BLOCK)
                for subscription in ends:
                    await subscription.start()
                await start()
                for subscription in ends:
                    with pytest.raises(AssociationError):
                        await subscription.next(5)
                    with pytest.raises(StopAsyncIteration):
                        await anext(subscription)
                with pytest.raises(AssociationError):
                    await ied.read("XLD/GGIO1.Cnt.stVal")
                assert await lasting.read("XLD/GGIO1.Cnt.stVal") == 0

    asyncio.run(body())


def test_while_the_server_is_away_calls_wait_no_longer_than_their_time_out() -> None:
    async def body() -> None:
        server = MmsServer(model(), port=0)
        await server.start()
        async with connect(server.url, reconnect=0.1) as ied:
            ied._timeout = 0.5
            await server.close()
            await until(lambda: not ied.is_open)
            began = asyncio.get_running_loop().time()
            with pytest.raises(LinkTimeoutError, match="did not come back"):
                await ied.identify()
            assert 0.4 < asyncio.get_running_loop().time() - began < 1.5
        with pytest.raises(AssociationError):
            await ied.identify()

    asyncio.run(body())


def test_an_abort_by_the_user_is_the_end() -> None:
    async def body(server: MmsServer, _ied: IedClient) -> None:
        async with connect(server.url, reconnect=0.1) as ied:
            subscription = ied.reports(BLOCK)
            await subscription.start()
            ied.abort()
            with pytest.raises(AssociationError):
                await subscription.next(5)
            await asyncio.sleep(0.3)
            assert not ied.is_open

    check(body)


# -- members nobody knows --------------------------------------------------------------------------------------------


def test_a_member_that_cannot_be_read_costs_its_value_only() -> None:
    """Must not happen: a client loses a whole report because one member is unknown."""

    async def body(server: MmsServer, ied: IedClient) -> None:
        async with ied.reports(BLOCK) as subscription:
            control = server.reports.controls[0]
            members = list(control.members)
            # A data type 8-1 does not know, in the place of the first text.
            member = members[1]
            control.members = (
                members[0],
                type(member)(member.reference, member.leaves, lambda: b"\x9f\x55\x01\x00"),
                *members[2:],
            )
            control._watch.members = control.members
            server.ied.apply(
                [
                    (server.ied.find("XLD/GGIO1.Cnt.stVal"), 5),
                    (server.ied.find("XLD/GGIO1.Txt0.stVal"), "x"),
                    (server.ied.find("XLD/GGIO1.Txt1.stVal"), "y"),
                ]
            )
            report = await subscription.next(5)
            assert number(report) == 5
            assert isinstance(report.entries[1].value, DecodeError)
            assert report.entries[2].value == "y"

    check(body)


def test_a_data_set_that_changed_under_us_still_reports() -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        for flags, shown in (
            (OptFlds.DATA_REF, "XLD/GGIO1.Cnt.stVal [ST]"),
            (0, "member(0)"),
            (OptFlds.DATA_SET, "XLD/LLN0.ds(0)"),
        ):
            async with ied.reports(BLOCK, OptFlds=flags) as subscription:
                del subscription.members[3:]
                count(server.ied, flags + 1)
                report = await subscription.next(5)
                while report.entries[0].value != flags + 1:
                    report = await subscription.next(5)
                assert report.entries[0].reference == shown

    check(body)
