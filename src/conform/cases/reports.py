"""Rp and Br: what unbuffered and buffered report control blocks have in common, written once for both."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ...errors import RemoteError
from ...models import OptFlds, TrgOps
from ...protocols.mms import BitString, DataTag, Initiate, ObjectName
from ...protocols.mms.lists import define_list_request, delete_list_request
from ...protocols.mms.services import Access, ObjectClass
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Block
from ..session import Session
from ..sweep import mismatch, octets_of
from .reporting import (
    ALL_TRIGGERS,
    GENERAL,
    INTEGRITY,
    USUAL_OPTIONS,
    attributes,
    choose,
    choose_many,
    live,
    put,
    refusal,
)

__all__ = ["add_common"]

URCB = ("RptID", "RptEna", "Resv", "DatSet", "ConfRev", "OptFlds", "BufTm", "SqNum", "TrgOps", "IntgPd", "GI")
BRCB = ("RptID", "RptEna", "DatSet", "ConfRev", "OptFlds", "BufTm", "SqNum", "TrgOps", "IntgPd", "GI", "PurgeBuf", "EntryID", "TimeofEntry")  # fmt: skip
"""Components of the blocks in the order of 8-1; Ed2 adds Owner, and ResvTms before it to a BRCB (Ed1 spells TimeOfEntry)."""
BRCB_MORE, URCB_MORE = ("ResvTms", "Owner"), ("Owner",)
INTERVAL = 1_000
"""Milliseconds of the integrity period that is tried."""

Check = Callable[[Bench, str], Awaitable[None]]
_rows: list[tuple[str, str, Check]] = []


def _case(number: str, title: str) -> Callable[[Check], Check]:
    def add(function: Check) -> Check:
        _rows.append((number, title, function))
        return function

    return add


def add_common(group: Group, fc: str) -> None:
    """Add the cases of this file to a group; those of BR that take a block need a permission."""
    for number, title, function in _rows:
        needs = (Permission.BUFFERS,) if fc == "BR" and number not in ("1", "101", "102", "N1") else ()
        group.add(number, title, partial(function, fc=fc), *needs)


def _blocks(bench: Bench, fc: str) -> list[Block]:
    found = bench.inventory.blocks(fc)
    if not found:
        bench.skip(f"the server has no {'buffered' if fc == 'BR' else 'unbuffered'} report control block")
    return found


# -- the block -----------------------------------------------------------------------------


@_case("1", "GetRCBValues: every block is read as a whole, and its value is of the type the server tells")
async def _read_block(bench: Bench, fc: str) -> None:
    session = await bench.session()
    blocks = _blocks(bench, fc)
    for block in blocks:
        (value,) = await octets_of(session, ObjectName(block.item, block.domain))
        bench.check(isinstance(value, bytes), f"{block} cannot be read: {value!s}")
        assert isinstance(value, bytes)
        spec = await session.type_of(block.domain, block.item)
        wrong = mismatch(value, spec)
        bench.check(not wrong, f"{block}: {wrong}")
    bench.note(f"{len(blocks)} blocks")


@_case("101", "The components of every block are those of 8-1, in its order")
async def _components(bench: Bench, fc: str) -> None:
    wanted, more = (BRCB, BRCB_MORE) if fc == "BR" else (URCB, URCB_MORE)
    session = await bench.session()
    for block in _blocks(bench, fc):
        names = tuple("TimeofEntry" if name == "TimeOfEntry" else name for name in block.spec.names)
        allowed = [wanted + more[i:j] for i in range(len(more) + 1) for j in range(i, len(more) + 1)]
        if names not in allowed:
            await session.type_of(block.domain, block.item)
        bench.check(names in allowed, f"{block} has {', '.join(names)}")


@_case("102", "ConfRev is there and the data set exists wherever DatSet names one")
async def _data_sets(bench: Bench, fc: str) -> None:
    session = await bench.session()
    lists: dict[str, list[str]] = {}
    for block in _blocks(bench, fc):
        told = await attributes(session, block, "DatSet", "ConfRev")
        if not told["DatSet"]:
            continue
        domain, slash, item = told["DatSet"].partition("/")
        bench.check(slash, f"{block}$DatSet is {quote(told['DatSet'])}, without logical device")
        if domain not in lists:
            lists[domain] = await session.names(ObjectClass.NAMED_VARIABLE_LIST, domain)
        bench.check(item in lists[domain], f"{block}$DatSet is {told['DatSet']}, which does not exist")


async def _write_back(bench: Bench, fc: str, *, name: str, value: Any, other: Any) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        for wanted in (value, other):
            await block.configure(**{name: wanted})
            now = (await attributes(block.session, block.block, name))[name]
            bench.check(now == wanted, f"{name}: {quote(wanted)} was taken, {quote(now)} is read")


for _number, _name, _value, _other in (
    ("103", "RptID", "meterwire-1", "meterwire-2"),
    ("104", "BufTm", 100, 250),
    ("105", "IntgPd", 2_000, 5_000),
    ("106", "TrgOps", TrgOps.DCHG | TrgOps.GI, TrgOps.INTEGRITY | TrgOps.GI),
    ("107", "OptFlds", OptFlds.SEQ_NUM | OptFlds.REASON, OptFlds.TIME_STAMP | OptFlds.DATA_SET),
):
    _rows.append((_number, f"SetRCBValues: {_name} is taken and read back", partial(_write_back, name=_name, value=_value, other=_other)))


# -- optional fields -----------------------------------------------------------------------


async def _options(bench: Bench, fc: str, *, flag: int) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=flag, TrgOps=TrgOps.GI)
        if (await attributes(block.session, block.block, "OptFlds"))["OptFlds"] != flag:
            bench.skip("OptFlds are not taken as written")
        await block.enable()
        report = (await block.general()).report
        raw = block.session.heard[block.seen - 1].report.values
        bench.check(raw[1].value & ~OptFlds.SEGMENTATION == flag, f"the report's OptFlds are {raw[1]}, asked were {flag:010b}")
        present = {
            OptFlds.SEQ_NUM: report.sq_num is not None,
            OptFlds.TIME_STAMP: report.time is not None,
            OptFlds.REASON: any(entry.reasons for entry in report.entries),
            OptFlds.DATA_SET: bool(report.data_set),
            OptFlds.BUF_OVFL: report.buf_ovfl is not None,
            OptFlds.ENTRY_ID: report.entry_id is not None,
            OptFlds.CONF_REV: report.conf_rev is not None,
        }
        wrong = [f"{bit:010b}" for bit, there in present.items() if there != bool(flag & bit)]
        bench.check(not wrong, f"fields {', '.join(wrong)} are there and should not, or the other way round")


OPTIONS = (
    ("2a", "no optional fields", 0),
    ("2b", "sequence number", OptFlds.SEQ_NUM),
    ("2c", "time of entry", OptFlds.TIME_STAMP),
    ("2d", "reason for inclusion", OptFlds.REASON),
    ("2e", "data set name", OptFlds.DATA_SET),
    ("2f", "data reference", OptFlds.DATA_REF),
    ("2g", "configuration revision", OptFlds.CONF_REV),
    ("2h", "all of these", USUAL_OPTIONS | OptFlds.DATA_REF),
)
for _number, _what, _flag in OPTIONS:
    _rows.append((_number, f"A report with {_what} has what OptFlds say, and nothing else", partial(_options, flag=_flag)))


# -- general interrogation -----------------------------------------------------------------


@_case("4", "A general interrogation gives every member of the data set once, for this reason")
async def _general(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        await block.enable()
        report = (await block.general()).report
        bench.check([e.reference for e in report.entries] == [name for name, _ in block.members], "the members are not those of the directory")
        reasons = {reason for entry in report.entries for reason in entry.reasons}
        bench.check(reasons == {GENERAL}, f"reasons {', '.join(sorted(reasons)) or 'none'}")
        extra = await block.next(0.3)
        bench.check(extra is None, "a second report follows one interrogation")


@_case("108", "GI is false again after the interrogation")
async def _gi_reset(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(TrgOps=TrgOps.GI)
        await block.enable()
        await block.general()
        bench.check((await attributes(block.session, block.block, "GI"))["GI"] is False, "GI is still true")


@_case("109", "The values of a general interrogation are those that reading gives")
async def _gi_values(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        await block.enable()
        names = [access.name for access in block.accesses if not access.alternate]
        if len(names) != len(block.accesses):
            bench.skip("the data set has elements of arrays")
        before = await block.session.read(*names)
        took = await block.general()
        after = await block.session.read(*names)
        values = took.heard.report.values[-2 * len(names) : -len(names)]
        still = 0
        for name, old, reported, new in zip(names, before, values, after, strict=True):
            if old == new:
                still += 1
                bench.check(reported == old, f"{name}: {quote(reported)} reported, {quote(old)} read")
        if not still:
            bench.skip("no member stood still long enough to compare")
        bench.note(f"{still} members")


@_case("110", "RptID, DatSet and ConfRev of a report are those of its block")
async def _head(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        await block.enable()
        report = (await block.general()).report
        told = await attributes(block.session, block.block, "DatSet", "ConfRev")
        bench.check(report.data_set == told["DatSet"], f"DatSet {report.data_set}, the block says {told['DatSet']}")
        bench.check(report.conf_rev == told["ConfRev"], f"ConfRev {report.conf_rev}, the block says {told['ConfRev']}")


@_case("111", "The RptID a client writes is that of the reports")
async def _rpt_id(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(RptID="meterwire-own", TrgOps=TrgOps.GI)
        await block.enable()
        bench.check(block.rpt_id == "meterwire-own", f"RptID reads {block.rpt_id}")
        await block.general()


@_case("112", "With an empty RptID reports carry the reference of the block")
async def _no_rpt_id(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(RptID="", TrgOps=TrgOps.GI)
        await block.learn()
        await put(block.session, block.block, RptEna=True)
        block.seen = len(block.session.heard)
        await block.interrogate()
        heard = await block.session.hear(lambda one: bool(one.rpt_id), bench.options.timeout, 0)
        bench.check(heard is not None, "no report")
        assert heard is not None
        bench.check(heard.rpt_id == str(block.block), f"RptID {heard.rpt_id}, expected {block.block}")


@_case("113", "Data references of a report are those of the data set")
async def _references(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=OptFlds.DATA_REF, TrgOps=TrgOps.GI)
        await block.enable()
        took = await block.general()
        if not took.heard.report.values[1].value & OptFlds.DATA_REF:
            bench.skip("the server leaves data references out")
        inclusion = next(i for i, value in enumerate(took.heard.report.values) if i > 1 and isinstance(value, BitString))
        told = took.heard.report.values[inclusion + 1 : inclusion + 1 + len(block.members)]
        wanted = [str(access.name) for access in block.accesses]
        if any(access.alternate for access in block.accesses):
            bench.skip("the data set has elements of arrays")
        bench.check(list(told) == wanted, f"references {quote(told)}, the directory says {quote(wanted)}")


@_case("114", "The inclusion of a report has a bit for every member")
async def _inclusion(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=0, TrgOps=TrgOps.GI)
        await block.enable()
        took = await block.general()
        bits = next(value for value in took.heard.report.values[2:] if isinstance(value, BitString))
        bench.check(bits.length == len(block.members), f"{bits.length} bits, {len(block.members)} members")
        bench.check(str(bits) == "1" * bits.length, f"a general interrogation includes {bits}")


@_case("115", "Sequence numbers begin with 0 after enabling and count reports")
async def _sequence(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        for _ in range(2):
            await block.enable()
            numbers = [(await block.general()).report.sq_num for _ in range(3)]
            bench.check(numbers == [0, 1, 2], f"three reports after enabling have the numbers {numbers}")
            await block.disable()


@_case("116", "The time of entry is that of the report, within a second of another and rising")
async def _entry_time(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        await block.enable()
        first = await block.general()
        await asyncio.sleep(0.5)
        second = await block.general()
        times = [took.report.time.datetime if took.report.time is not None else None for took in (first, second)]
        if times[0] is None or times[1] is None:
            bench.fail(f"times of entry {times}")
        apart, real = (times[1] - times[0]).total_seconds(), second.at - first.at
        bench.check(abs(apart - real) < 1.0, f"{real:.2f} s apart, their times of entry {apart:.2f} s")


@_case("117", "After disabling no report comes")
async def _disabled(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=ALL_TRIGGERS, IntgPd=INTERVAL)
        await block.enable()
        await block.general()
        await block.disable()
        await asyncio.sleep(0.1)
        block.seen = len(block.session.heard)
        bench.check(await block.next(2 * INTERVAL / 1000) is None, "a report comes although the block is disabled")


# -- integrity -----------------------------------------------------------------------------


@_case("3a", "Integrity reports come at their period, with every member, for this reason")
async def _integrity(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.INTEGRITY, IntgPd=INTERVAL)
        await block.enable()
        took = [await block.must(3 * INTERVAL / 1000, "integrity report", INTEGRITY) for _ in range(3)]
        for one in took:
            bench.check(len(one.report.entries) == len(block.members), f"{len(one.report.entries)} of {len(block.members)} members")
        apart = [round(after.at - before.at, 2) for before, after in zip(took, took[1:], strict=False)]
        bench.check(all(abs(seconds - INTERVAL / 1000) <= 0.5 for seconds in apart), f"period {INTERVAL} ms, reports are {apart} s apart")
        bench.note(f"{apart} s apart")


@_case("N2", "With IntgPd 0 no integrity report comes")
async def _no_period(bench: Bench, fc: str) -> None:
    await _silence(bench, fc, TrgOps=TrgOps.INTEGRITY, IntgPd=0)


@_case("N3", "Without the integrity trigger no integrity report comes, whatever IntgPd says")
async def _no_trigger(bench: Bench, fc: str) -> None:
    await _silence(bench, fc, TrgOps=TrgOps.GI, IntgPd=500)


async def _silence(bench: Bench, fc: str, **settings: Any) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, **settings)
        await block.enable()
        took = await block.next(1.6, INTEGRITY)
        bench.check(took is None, "an integrity report comes")


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
        bench.check(reasons == {reason}, f"reasons {', '.join(sorted(reasons)) or 'none'}, the only trigger is {reason}")
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
    _rows.append((_number, f"A {_reason.replace('-', ' ')} is reported for this reason, with the members that changed", partial(_changes, trigger=_trigger, reason=_reason)))


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
        took = []
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
            bench.check(apart >= 0.9 or repeated, f"BufTm 1000 ms, a report {apart:.2f} s behind another, none of its members changed again")


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
        await taken.configure(DatSet="@dsMeterwireSeg", OptFlds=USUAL_OPTIONS | OptFlds.DATA_REF | OptFlds.SEGMENTATION, TrgOps=TrgOps.GI)
        await taken.enable()
        await taken.interrogate()
        parts = []
        while True:
            took = await taken.must(bench.options.timeout, f"segment {len(parts)}")
            bench.check(len(took.heard.data) <= agreed, f"segment {len(parts)} has {len(took.heard.data)} octets, {agreed} were agreed on")
            parts.append(took.report)
            if not took.report.more_segments:
                break
        if len(parts) == 1:
            bench.skip(f"{len(members)} members fit into {agreed} octets")
        numbers = [part.sub_sq_num for part in parts]
        bench.check(numbers == list(range(len(parts))), f"SubSqNum {numbers}")
        bench.check(len({part.sq_num for part in parts}) == 1, f"SqNum differ: {[part.sq_num for part in parts]}")
        told = [entry.reference for part in parts for entry in part.entries]
        bench.check(told == [own for own, _ in taken.members], f"{len(told)} members in all segments, {len(taken.members)} in the data set")
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
        bench.check(len(took.report.entries) == len(leaves), f"{len(took.report.entries)} members reported, {len(leaves)} in the data set")
        bench.check(after != before, f"ConfRev is {after} before and after another data set was set")
        await block.disable()


# -- who has it ----------------------------------------------------------------------------


@_case("120", "An enabled block is free again when its client has released, aborted or vanished")
async def _free_again(bench: Bench, fc: str) -> None:
    block = await choose(bench, fc)
    for how in ("release", "abort", "vanish"):
        session = await bench.open()
        if block.has("ResvTms"):
            await put(session, block, ResvTms=1)
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
            bench.check(time.monotonic() < end, f"after {how}: RptEna and reservation are {quote(held)} {bench.options.wait:g} s later")
            await asyncio.sleep(0.2)


@_case("121", "Two clients with a block each both get their reports, and only their own")
async def _two_clients(bench: Bench, fc: str) -> None:
    first, second = await choose_many(bench, fc, 2)
    other = await bench.open()
    async with live(bench, first) as one, live(bench, second, other) as two:
        for block in (one, two):
            await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
            await block.configure(RptID=f"meterwire-{block.block.item[-2:]}")
            await block.enable()
        for block in (one, two):
            await block.general()
        strange = [heard.rpt_id for heard in (*one.session.heard[one.seen :], *two.session.heard[two.seen :])]
        bench.check(not strange, f"further reports: {quote(strange)}")
        mixed = any(heard.rpt_id == two.rpt_id for heard in one.session.heard) or any(heard.rpt_id == one.rpt_id for heard in two.session.heard)
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


# -- negative ------------------------------------------------------------------------------


@_case("N1", "Reading a block that does not exist gives an error")
async def _no_block(bench: Bench, fc: str) -> None:
    session = await bench.session()
    block = _blocks(bench, fc)[0]
    (value,) = await octets_of(session, ObjectName(f"{block.item.rpartition('$')[0]}$noSuchBlock$RptID", block.domain))
    bench.check(not isinstance(value, bytes), f"it gives {value!r}")


async def _while_enabled(bench: Bench, fc: str, *, name: str, value: Any) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.enable()
        before = (await attributes(block.session, block.block, name))[name]
        refused = await refusal(block.session, block.block, name, value)
        after = (await attributes(block.session, block.block, name))[name]
        bench.check(refused is not None, f"{name} is taken while the block is enabled")
        bench.check(before == after, f"{name} was refused, and is {quote(after)} instead of {quote(before)}")
        bench.note(str(refused))


for _number, _name, _value in (
    ("N101", "RptID", "meterwire-late"),
    ("N102", "DatSet", ""),
    ("N103", "OptFlds", OptFlds.SEQ_NUM),
    ("N104", "BufTm", 777),
    ("N105", "TrgOps", TrgOps.GI | TrgOps.DUPD),
    ("N106", "IntgPd", 7_777),
):
    _rows.append((_number, f"{_name} cannot be changed while the block is enabled", partial(_while_enabled, name=_name, value=_value)))


@_case("N107", "A block that a client has enabled cannot be changed, disabled or enabled by another")
async def _others(bench: Bench, fc: str) -> None:
    other = await bench.open()
    async with live(bench, await choose(bench, fc)) as block:
        await block.enable()
        for name, value in (("RptEna", False), ("RptEna", True), ("GI", True), ("BufTm", 321)):
            refused = await refusal(other, block.block, name, value)
            bench.check(refused is not None, f"another client writes {name} {value}")
        bench.check((await attributes(block.session, block.block, "RptEna"))["RptEna"] is True, "the block is disabled")
        await block.general()


@_case("N108", "GI of a block that is not enabled gives no report")
async def _gi_disabled(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(TrgOps=TrgOps.GI)
        await block.learn()
        refused = await refusal(block.session, block.block, "GI", True)
        bench.check(await block.next(0.5) is None, "a report comes")
        bench.note(f"the write is {'refused: ' + str(refused) if refused is not None else 'taken'}")


@_case("N109", "GI without its trigger gives no report")
async def _gi_untriggered(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(TrgOps=TrgOps.INTEGRITY, IntgPd=0, OptFlds=USUAL_OPTIONS)
        await block.enable()
        refused = await refusal(block.session, block.block, "GI", True)
        took = await block.next(0.7, GENERAL)
        bench.check(took is None, "a general interrogation is reported although TrgOps do not have it")
        bench.note(f"the write is {'refused: ' + str(refused) if refused is not None else 'taken'}")


@_case("N110", "A block without data set cannot be enabled")
async def _no_data_set(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(DatSet="")
        refused = await refusal(block.session, block.block, "RptEna", True)
        bench.check(refused is not None, "it is enabled")
        bench.note(str(refused))


@_case("N111", "DatSet of a data set that does not exist is refused")
async def _unknown_data_set(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        before = (await attributes(block.session, block.block, "DatSet"))["DatSet"]
        refused = await refusal(block.session, block.block, "DatSet", f"{block.block.domain}/LLN0$noSuchSet")
        after = (await attributes(block.session, block.block, "DatSet"))["DatSet"]
        bench.check(refused is not None, "it is taken")
        bench.check(after == before, f"it was refused, and DatSet is {quote(after)}")
        bench.note(str(refused))


READ_ONLY = (("N112", "ConfRev", 99), ("N113", "SqNum", 7))


async def _read_only(bench: Bench, fc: str, *, name: str, value: Any) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        refused = await refusal(block.session, block.block, name, value)
        bench.check(refused is not None, f"{name} is taken")
        bench.note(str(refused))


for _number, _name, _value in READ_ONLY:
    _rows.append((_number, f"{_name} cannot be written", partial(_read_only, name=_name, value=_value)))


@_case("N114", "TrgOps and OptFlds of another type are refused")
async def _wrong_types(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        for name in ("TrgOps", "OptFlds"):
            refused = await block.session.write(block.block.name(name), b"\x85\x01\x05")
            bench.check(refused is not None, f"{name} takes an integer")


@_case("N115", "RptID of 130 octets is refused")
async def _long_id(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        refused = await refusal(block.session, block.block, "RptID", "x" * 130)
        bench.check(refused is not None, "it is taken")
        bench.note(str(refused))

