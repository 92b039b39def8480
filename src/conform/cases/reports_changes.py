"""Rp and Br: changes, segments, data sets of the client's choice, and who has the block."""

import asyncio
import time
from functools import partial

from ...client.reports import Report
from ...errors import RemoteError
from ...models import OptFlds, TrgOps
from ...protocols.mms import DataTag, Initiate, ObjectName
from ...protocols.mms.lists import define_list_request, delete_list_request
from ...protocols.mms.services import Access
from ..bench import Bench, quote
from ..inventory import Block
from ..session import Session
from .reporting import (
    USUAL_OPTIONS,
    Took,
    attributes,
    choose,
    choose_many,
    live,
    put,
    reserve,
)
from .reports import Rows

__all__ = ["rows"]

rows = Rows()
_case = rows.case

# -- changes -------------------------------------------------------------------------------


async def _changes(bench: Bench, fc: str, *, trigger: int, reason: str) -> None:
    """Wait on every free block for something that changes by itself."""
    for block in (await _candidates(bench, fc))[:4]:
        async with live(bench, block) as taken:
            await taken.configure(OptFlds=USUAL_OPTIONS, TrgOps=trigger, BufTm=0)
            await taken.enable()
            took = await taken.next(bench.options.wait)
            await taken.disable()
        if took is None:
            continue
        reasons = {own for entry in took.report.entries for own in entry.reasons}
        bench.check(
            reasons == {reason}, f"reasons {', '.join(sorted(reasons)) or 'none'}, the only trigger is {reason}"
        )
        bench.note(f"{block}: {len(took.report.entries)} of {len(taken.members)} members")
        return
    bench.skip(f"nothing changed within {bench.options.wait:g} s")


async def _candidates(bench: Bench, fc: str) -> list[Block]:
    """One free block for each data set."""
    session = await bench.session()
    found: dict[str, Block] = {}
    for block in bench.inventory.blocks(fc):
        busy = [name for name in ("RptEna", "Resv", "ResvTms") if block.has(name)]
        *states, data_set = await session.read(*(block.name(name) for name in (*busy, "DatSet")))
        if isinstance(data_set, str) and data_set and not any(states):
            found.setdefault(data_set, block)
    if not found:
        bench.skip("no block is free and has a data set")
    return list(found.values())


for _number, _trigger, _reason in (
    ("3b", TrgOps.DCHG, "data-change"),
    ("3c", TrgOps.QCHG, "quality-change"),
    ("3d", TrgOps.DUPD, "data-update"),
):
    rows.add(
        _number,
        f"A {_reason.replace('-', ' ')} is reported for this reason, with the members that changed",
        partial(_changes, trigger=_trigger, reason=_reason),
    )


@_case("118", "Without any trigger no report comes")
async def _no_triggers(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=0, IntgPd=500)
        await block.enable()
        bench.check(await block.next(1.2) is None, "a report comes although TrgOps are empty")


@_case("7", "BufTm gathers changes: a report leaves early only when one of its members changes once more")
async def _buffer_time(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.DCHG, BufTm=1_000)
        await block.enable()
        took: list[Took] = []
        end = time.monotonic() + max(4.0, bench.options.wait)
        while len(took) < 5 and (left := end - time.monotonic()) > 0:
            one = await block.next(left)
            if one is not None:
                took.append(one)
        if len(took) < 3:
            bench.skip("too little changed to see three reports")
        for before, one, after in zip(took, took[1:], took[2:], strict=False):
            apart = one.at - before.at
            repeated = {e.reference for e in one.report.entries} & {e.reference for e in after.report.entries}
            bench.check(
                apart >= 0.9 or repeated,
                f"BufTm 1000 ms, a report {apart:.2f} s behind another, none of its members changed again",
            )


# -- segmentation --------------------------------------------------------------------------


@_case("5", "A report larger than the PDU comes in segments, numbered from 0, none too large, none missing")
async def _segments(bench: Bench, fc: str) -> None:
    small = await bench.open(wanted=Initiate(max_pdu=1_024))
    agreed = small.negotiated.max_pdu
    values = [(len(value), leaf) for leaf, value in (await bench.values()).leaves() if leaf.spec.tag != DataTag.ARRAY]
    largest = sorted(values, key=lambda pair: -pair[0])[:24]
    members = [Access(leaf.name) for _, leaf in largest]
    block = await choose(bench, fc)
    name = ObjectName("dsMeterwireSeg", is_association_specific=True)
    if isinstance(await small.attempt(define_list_request(name, members)), RemoteError):
        bench.skip("the server takes no data set of an association, and how large its own ones are is not known")
    bench.undo("data set of the association", lambda _late: _forget(small, name))
    async with live(bench, block, small) as taken:
        await taken.configure(
            DatSet="@dsMeterwireSeg", OptFlds=USUAL_OPTIONS | OptFlds.DATA_REF | OptFlds.SEGMENTATION, TrgOps=TrgOps.GI
        )
        await taken.enable()
        await taken.interrogate()
        parts: list[Report] = []
        while True:
            took = await taken.must(bench.options.timeout, f"segment {len(parts)}")
            bench.check(
                len(took.heard.data) <= agreed,
                f"segment {len(parts)} has {len(took.heard.data)} octets, {agreed} were agreed on",
            )
            parts.append(took.report)
            if not took.report.more_segments:
                break
        if len(parts) == 1:
            bench.skip(f"{len(members)} members fit into {agreed} octets")
        numbers = [part.sub_sq_num for part in parts]
        bench.check(numbers == list(range(len(parts))), f"SubSqNum {numbers}")
        bench.check(len({part.sq_num for part in parts}) == 1, f"SqNum differ: {[part.sq_num for part in parts]}")
        told = [entry.reference for part in parts for entry in part.entries]
        bench.check(
            told == [own for own, _ in taken.members],
            f"{len(told)} members in all segments, {len(taken.members)} in the data set",
        )
        bench.note(f"{len(parts)} segments")
        await taken.disable()


async def _forget(session: Session, name: ObjectName) -> None:
    if session.is_open:
        await session.attempt(delete_list_request([name]))


# -- data sets of the client's choice ------------------------------------------------------


@_case("119", "A block takes the data set a client created, and reports it; ConfRev counts the change")
async def _own_data_set(bench: Bench, fc: str) -> None:
    session = await bench.session()
    leaves = [leaf for leaf, _ in (await bench.values()).leaves() if leaf.fc in ("ST", "MX")][:2]
    if not leaves:
        bench.skip("the server has no status or measured value")
    name = ObjectName("dsMeterwireRep", is_association_specific=True)
    refused = await session.attempt(define_list_request(name, [Access(leaf.name) for leaf in leaves]))
    if isinstance(refused, RemoteError):
        bench.skip(f"the server takes no data set of an association: {refused}")
    bench.undo("data set of the association", lambda _late: _forget(session, name))
    async with live(bench, await choose(bench, fc)) as block:
        before = (await attributes(session, block.block, "ConfRev"))["ConfRev"]
        await block.configure(DatSet="@dsMeterwireRep", OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        after = (await attributes(session, block.block, "ConfRev"))["ConfRev"]
        await block.enable()
        took = await block.general()
        bench.check(
            len(took.report.entries) == len(leaves),
            f"{len(took.report.entries)} members reported, {len(leaves)} in the data set",
        )
        bench.check(after != before, f"ConfRev is {after} before and after another data set was set")
        await block.disable()


# -- who has it ----------------------------------------------------------------------------


@_case("120", "An enabled block is free again when its client has released, aborted or vanished")
async def _free_again(bench: Bench, fc: str) -> None:
    block = await choose(bench, fc)
    for how in ("release", "abort", "vanish"):
        session = await bench.open()
        await reserve(session, block, 1)
        await put(session, block, RptEna=True)
        leaving = getattr(session, how)()
        if leaving is not None:
            await leaving
        watcher = await bench.session()
        end = time.monotonic() + bench.options.wait + 1
        while True:
            held = await watcher.read(*(block.name(name) for name in ("RptEna", "Resv", "ResvTms") if block.has(name)))
            if not any(held):
                break
            bench.check(
                time.monotonic() < end,
                f"after {how}: RptEna and reservation are {quote(held)} {bench.options.wait:g} s later",
            )
            await asyncio.sleep(0.2)


@_case("121", "Two clients with a block each both get their reports, and only their own")
async def _two_clients(bench: Bench, fc: str) -> None:
    first, second = await choose_many(bench, fc, 2)
    other = await bench.open()
    async with live(bench, first) as one, live(bench, second, other) as two:
        for block in (one, two):
            await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
            await block.configure(RptID=f"meterwire-{1 if block is one else 2}")
            await block.enable()
        for block in (one, two):
            await block.general()
        strange = [heard.rpt_id for heard in (*one.session.heard[one.seen :], *two.session.heard[two.seen :])]
        bench.check(not strange, f"further reports: {quote(strange)}")
        mixed = any(heard.rpt_id == two.rpt_id for heard in one.session.heard) or any(
            heard.rpt_id == one.rpt_id for heard in two.session.heard
        )
        bench.check(not mixed, "a client gets the other's reports")


@_case("122", "Owner tells the address of the client that has the block, and nothing when nobody has")
async def _owner(bench: Bench, fc: str) -> None:
    block = await choose(bench, fc)
    if not block.has("Owner"):
        bench.skip("the blocks have no Owner (Edition 2.1 has one)")
    async with live(bench, block) as taken:
        await taken.enable()
        now = (await attributes(taken.session, block, "Owner"))["Owner"]
        bench.check(isinstance(now, bytes) and now.strip(b"\0"), f"Owner is {quote(now)} while we have the block")
        bench.note(f"Owner {now.hex()}")
