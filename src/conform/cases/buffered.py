"""Br: buffered report control blocks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

from ...models import OptFlds, TrgOps
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Block
from ..session import Session
from . import reports, reports_changes, reports_negative
from .reporting import (
    INTEGRITY,
    RESERVE_SECONDS,
    USUAL_OPTIONS,
    Live,
    Took,
    attributes,
    choose,
    free,
    live,
    put,
    refusal,
    reserve,
)

__all__ = ["group"]

group = Group("Br", "Buffered reporting")
for _rows in (reports.rows, reports_changes.rows, reports_negative.rows):
    _rows.add_to(group, "BR")

OPTIONS = USUAL_OPTIONS | OptFlds.ENTRY_ID | OptFlds.BUF_OVFL
PERIOD = 500
"""Milliseconds of the integrity period that fills buffers."""
AWAY = 1.8
"""Seconds in which a block fills its buffer: three integrity entries."""
NULL_ENTRY = bytes(8)
UNKNOWN_ENTRY = bytes.fromhex("7f6e5d4c3b2a1908")


@asynccontextmanager
async def _filling(bench: Bench, session: Session | None = None, **settings: Any) -> AsyncIterator[Live]:
    """A block that makes an entry every half second."""
    async with live(bench, await choose(bench, "BR"), session) as block:
        wanted = {"OptFlds": OPTIONS, "TrgOps": TrgOps.INTEGRITY, "IntgPd": PERIOD, **settings}
        await block.configure(**wanted)
        await block.learn()
        yield block


async def _some(block: Live, count: int) -> list[Took]:
    return [await block.must(3.0, f"report {i + 1} of {count}") for i in range(count)]


async def _again(bench: Bench, block: Block, entry: bytes) -> Live:
    """A new association takes the block and goes on behind an entry."""
    session = await bench.open()
    later = Live(bench, session, block)
    bench.undo(f"{block} of a second association", lambda _late: _leave(session, block))
    await reserve(session, block)
    await put(session, block, EntryID=entry)
    await later.enable()
    return later


async def _leave(session: Session, block: Block) -> None:
    """Disable and give free, so that the first association's settings can be put back."""
    if session.is_open:
        await put(session, block, RptEna=False)
        await free(session, block)


@group.case("2i", "A report with EntryID has one of eight octets, not null", Permission.BUFFERS)
async def _entry_id(bench: Bench) -> None:
    async with _filling(bench, OptFlds=OptFlds.ENTRY_ID) as block:
        await block.enable()
        (took,) = await _some(block, 1)
        entry = took.report.entry_id
        bench.check(
            entry is not None and len(entry) == 8 and entry != NULL_ENTRY,
            f"EntryID {entry.hex() if entry is not None else 'absent'}",
        )


@group.case("2j", "A report with BufOvfl has it, and it is false while nothing was lost", Permission.BUFFERS)
async def _overflow_field(bench: Bench) -> None:
    async with _filling(bench, OptFlds=OptFlds.BUF_OVFL) as block:
        await put(block.session, block.block, PurgeBuf=True)
        await block.enable()
        took = await _some(block, 2)
        bench.check(took[1].report.buf_ovfl is False, f"BufOvfl of a second report is {took[1].report.buf_ovfl}")


@group.case(
    "8",
    "What happens while the client is away is kept, and sent when it comes back, without gap or double",
    Permission.BUFFERS,
)
async def _away(bench: Bench) -> None:
    first = await bench.open()
    async with _filling(bench, first) as block:
        await block.enable()
        before = await _some(block, 2)
        last = before[-1].report.entry_id
        bench.check(last is not None, "reports have no EntryID")
        first.vanish()
        await asyncio.sleep(AWAY)
        later = await _again(bench, block.block, last or NULL_ENTRY)
        after = await _some(later, 3)
        entries = [took.report.entry_id for took in (*before, *after)]
        bench.check(
            len(set(entries)) == len(entries), f"an EntryID stands twice: {quote([e.hex() for e in entries if e])}"
        )
        times = [took.report.time.datetime for took in (before[-1], *after) if took.report.time is not None]
        gaps = [(b - a).total_seconds() for a, b in pairwise(times) if a is not None and b is not None]
        bench.check(
            all(0 <= gap < 2.2 * PERIOD / 1000 for gap in gaps),
            f"entries are {gaps} s apart, the period is {PERIOD} ms",
        )
        bench.check(
            after[0].at - after[1].at > -0.3,
            "the entries of the absence come one period after another, not from a buffer",
        )
        await later.disable()
        bench.note(f"entries {gaps} s apart")


@group.case("123", "EntryIDs are all different", Permission.BUFFERS)
async def _different(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        entries = [took.report.entry_id for took in await _some(block, 4)]
        bench.check(None not in entries and len(set(entries)) == 4, f"EntryIDs {quote(entries)}")


@group.case("124", "A null EntryID gives everything in the buffer", Permission.BUFFERS)
async def _everything(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        seen = {took.report.entry_id for took in await _some(block, 3)}
        await block.disable()
        await put(block.session, block.block, EntryID=NULL_ENTRY)
        await block.enable()
        again = {took.report.entry_id for took in await _some(block, 3)}
        bench.check(seen & again, f"none of the {len(seen)} entries sent before comes again")


@group.case("125", "An EntryID of the buffer gives what stands behind it, not the entry itself", Permission.BUFFERS)
async def _behind(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        entries = [took.report.entry_id or b"" for took in await _some(block, 3)]
        await block.disable()
        await put(block.session, block.block, EntryID=entries[0])
        await block.enable()
        (took,) = await _some(block, 1)
        bench.check(
            took.report.entry_id == entries[1],
            f"behind {entries[0].hex()} comes {quote(took.report.entry_id)}, it was {entries[1].hex()}",
        )


@group.case("126", "Going on twice behind the same entry gives the same report twice", Permission.BUFFERS)
async def _twice(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        entry = (await _some(block, 3))[0].report.entry_id or NULL_ENTRY
        reports = []
        for _ in range(2):
            await block.disable()
            await put(block.session, block.block, EntryID=entry)
            await block.enable()
            (took,) = await _some(block, 1)
            reports.append((took.report.entry_id, took.report.entries))
        bench.check(reports[0][0] == reports[1][0], "another entry comes the second time")
        bench.check(reports[0][1] == reports[1][1], "the entry has other values the second time")


@group.case("127", "A disabled block goes on filling its buffer", Permission.BUFFERS)
async def _disabled(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        entry = (await _some(block, 1))[0].report.entry_id or NULL_ENTRY
        await block.disable()
        await asyncio.sleep(AWAY)
        await put(block.session, block.block, EntryID=entry)
        await block.enable()
        took = await _some(block, 2)
        bench.check(took[1].at - took[0].at < 0.3, "the entries come one period after another, not from a buffer")


@group.case(
    "128",
    "PurgeBuf empties the buffer: entries of before are not sent, and their EntryIDs not known",
    Permission.BUFFERS,
)
async def _purge(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        entries = [took.report.entry_id for took in await _some(block, 2)]
        await block.disable()
        await put(block.session, block.block, PurgeBuf=True)
        refused = await refusal(block.session, block.block, "EntryID", entries[0])
        bench.check(refused is not None, "an entry is known after the buffer was emptied")
        await block.enable()
        (took,) = await _some(block, 1)
        bench.check(took.report.entry_id not in entries, "an entry of before comes")


@group.case("129", "PurgeBuf is false again after emptying", Permission.BUFFERS)
async def _purge_resets(bench: Bench) -> None:
    async with live(bench, await choose(bench, "BR")) as block:
        await put(block.session, block.block, PurgeBuf=True)
        bench.check((await attributes(block.session, block.block, "PurgeBuf"))["PurgeBuf"] is False, "it is true")


@group.case("130", "EntryID and TimeofEntry of the block are those of its newest entry", Permission.BUFFERS)
async def _newest(bench: Bench) -> None:
    async with _filling(bench, IntgPd=1_000) as block:
        await block.enable()
        (took,) = await _some(block, 1)
        time_name = "TimeofEntry" if block.block.has("TimeofEntry") else "TimeOfEntry"
        told = await attributes(block.session, block.block, "EntryID", time_name)
        bench.check(
            told["EntryID"] == took.report.entry_id,
            f"EntryID {quote(told['EntryID'])}, the newest report has {quote(took.report.entry_id)}",
        )
        bench.check(
            told[time_name] == took.report.time,
            f"TimeofEntry {quote(told[time_name])}, the newest report has {quote(took.report.time)}",
        )


@group.case("131", "A change of TrgOps, of IntgPd or of the data set empties the buffer", Permission.BUFFERS)
async def _emptied(bench: Bench) -> None:
    async with _filling(bench) as block:
        await block.enable()
        entry = (await _some(block, 2))[0].report.entry_id
        await block.disable()
        await put(block.session, block.block, TrgOps=TrgOps.INTEGRITY | TrgOps.GI)
        refused = await refusal(block.session, block.block, "EntryID", entry)
        bench.check(refused is not None, "an entry made under other TrgOps is still known")


@group.case("132", "ResvTms reserves the block, and zero gives it free", Permission.BUFFERS)
async def _reserve(bench: Bench) -> None:
    block = await choose(bench, "BR")
    if not block.has("ResvTms"):
        bench.skip("the blocks have no ResvTms (Edition 1)")
    async with live(bench, block) as taken:
        told = (await attributes(taken.session, block, "ResvTms"))["ResvTms"]
        bench.check(
            isinstance(told, int) and 0 < told <= RESERVE_SECONDS, f"ResvTms {told} after {RESERVE_SECONDS} was written"
        )
        other = await bench.open()
        refused = await refusal(other, block, "RptEna", True)
        bench.check(refused is not None, "another association enables a reserved block")
        await put(taken.session, block, ResvTms=0)
        bench.check((await attributes(other, block, "ResvTms"))["ResvTms"] == 0, "ResvTms is not 0 after 0 was written")


@group.case("133", "Reports of a general interrogation come in their place among the others", Permission.BUFFERS)
async def _general_among(bench: Bench) -> None:
    async with _filling(bench, TrgOps=TrgOps.INTEGRITY | TrgOps.GI) as block:
        await block.enable()
        await _some(block, 1)
        took = await block.general()
        after = await block.must(3.0, "integrity report after an interrogation", INTEGRITY)
        numbers = (took.report.sq_num, after.report.sq_num)
        bench.check(None not in numbers and (numbers[1] or 0) > (numbers[0] or 0), f"SqNum {numbers}")


# -- negative ------------------------------------------------------------------------------


@group.case("N116", "An EntryID that was never given is refused, and the block goes on", Permission.BUFFERS)
async def _unknown_entry(bench: Bench) -> None:
    async with _filling(bench) as block:
        refused = await refusal(block.session, block.block, "EntryID", UNKNOWN_ENTRY)
        bench.check(refused is not None, "it is taken")
        await block.enable()
        await _some(block, 1)
        bench.note(str(refused))


async def _not_while_enabled(bench: Bench, name: str, value: Any) -> None:
    async with _filling(bench) as block:
        await block.enable()
        await _some(block, 1)
        refused = await refusal(block.session, block.block, name, value)
        bench.check(refused is not None, "it is taken")
        bench.note(str(refused))


@group.case("N117", "EntryID cannot be written while the block is enabled", Permission.BUFFERS)
async def _late_entry(bench: Bench) -> None:
    await _not_while_enabled(bench, "EntryID", NULL_ENTRY)


@group.case("N118", "PurgeBuf cannot be written while the block is enabled", Permission.BUFFERS)
async def _late_purge(bench: Bench) -> None:
    await _not_while_enabled(bench, "PurgeBuf", True)


@group.case("N119", "TimeofEntry cannot be written", Permission.BUFFERS)
async def _written_time(bench: Bench) -> None:
    async with live(bench, await choose(bench, "BR")) as block:
        name = "TimeofEntry" if block.block.has("TimeofEntry") else "TimeOfEntry"
        refused = await block.session.write(block.block.name(name), bytes.fromhex("8c060037ff753d31"))
        bench.check(refused is not None, "it is taken")


@group.case("N120", "A negative ResvTms is refused", Permission.BUFFERS)
async def _negative_reserve(bench: Bench) -> None:
    block = await choose(bench, "BR")
    if not block.has("ResvTms"):
        bench.skip("the blocks have no ResvTms (Edition 1)")
    async with live(bench, block, reserved=False) as taken:
        for value in (-1, -2):
            refused = await refusal(taken.session, block, "ResvTms", value)
            bench.check(refused is not None, f"{value} is taken")


@group.case("N121", "An EntryID of other than eight octets is refused", Permission.BUFFERS)
async def _short_entry(bench: Bench) -> None:
    async with live(bench, await choose(bench, "BR")) as block:
        for value in (bytes(4), bytes(9)):
            refused = await refusal(block.session, block.block, "EntryID", value)
            bench.check(refused is not None, f"{len(value)} octets are taken")
