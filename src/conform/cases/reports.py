"""Rp and Br: what unbuffered and buffered report control blocks have in common, written once for both."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import pairwise
from typing import Any

from ...models import OptFlds, TrgOps
from ...protocols.mms import BitString, ObjectName
from ...protocols.mms.services import ObjectClass
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import BRCB, URCB, Block
from ..sweep import mismatch, octets_of
from .reporting import (
    ALL_TRIGGERS,
    GENERAL,
    INTEGRITY,
    USUAL_OPTIONS,
    attributes,
    choose,
    live,
    put,
)

__all__ = ["Rows", "blocks_of", "rows"]

BRCB_MORE, URCB_MORE = ("ResvTms", "Owner"), ("Owner",)
INTERVAL = 1_000
"""Milliseconds of the integrity period that is tried."""

Check = Callable[..., Awaitable[None]]
"""Called with the bench and ``fc=``."""
LOOKING = ("1", "101", "102", "N1")
"""Cases that only look at blocks."""


class Rows:
    """Cases of both kinds of block: number, title, and a function that is told which."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, Check]] = []

    def case(self, number: str, title: str) -> Callable[[Check], Check]:
        """Decorator: add a row."""

        def add(function: Check) -> Check:
            self.add(number, title, function)
            return function

        return add

    def add(self, number: str, title: str, function: Check) -> None:
        """Add a row; for families that one function serves."""
        self._rows.append((number, title, function))

    def add_to(self, group: Group, fc: str) -> None:
        """Add the rows to the group of RP or BR; those of BR that take a block need a permission."""
        for number, title, function in self._rows:
            needs = (Permission.BUFFERS,) if fc == "BR" and number not in LOOKING else ()
            group.add(number, title, partial(function, fc=fc), *needs)


rows = Rows()
_case = rows.case


def blocks_of(bench: Bench, fc: str) -> list[Block]:
    """Blocks of this kind; skips when there is none."""
    found = bench.inventory.blocks(fc)
    if not found:
        bench.skip(f"the server has no {'buffered' if fc == 'BR' else 'unbuffered'} report control block")
    return found


# -- the block -----------------------------------------------------------------------------


@_case("1", "GetRCBValues: every block is read as a whole, and its value is of the type the server tells")
async def _read_block(bench: Bench, fc: str) -> None:
    session = await bench.session()
    blocks = blocks_of(bench, fc)
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
    for block in blocks_of(bench, fc):
        names = tuple("TimeofEntry" if name == "TimeOfEntry" else name for name in block.spec.names)
        allowed = [wanted + more[i:j] for i in range(len(more) + 1) for j in range(i, len(more) + 1)]
        if names not in allowed:
            await session.type_of(block.domain, block.item)
        bench.check(names in allowed, f"{block} has {', '.join(names)}")


@_case("102", "ConfRev is there and the data set exists wherever DatSet names one")
async def _data_sets(bench: Bench, fc: str) -> None:
    session = await bench.session()
    lists: dict[str, list[str]] = {}
    for block in blocks_of(bench, fc):
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
    rows.add(
        _number,
        f"SetRCBValues: {_name} is taken and read back",
        partial(_write_back, name=_name, value=_value, other=_other),
    )


# -- optional fields -----------------------------------------------------------------------


async def _options(bench: Bench, fc: str, *, flag: int) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=flag, TrgOps=TrgOps.GI)
        if (await attributes(block.session, block.block, "OptFlds"))["OptFlds"] != flag:
            bench.skip("OptFlds are not taken as written")
        await block.enable()
        report = (await block.general()).report
        raw = block.session.heard[block.seen - 1].report.values
        bench.check(
            raw[1].value & ~OptFlds.SEGMENTATION == flag, f"the report's OptFlds are {raw[1]}, asked were {flag:010b}"
        )
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
    rows.add(_number, f"A report with {_what} has what OptFlds say, and nothing else", partial(_options, flag=_flag))


# -- general interrogation -----------------------------------------------------------------


@_case("4", "A general interrogation gives every member of the data set once, for this reason")
async def _general(bench: Bench, fc: str) -> None:
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        await block.enable()
        report = (await block.general()).report
        bench.check(
            [e.reference for e in report.entries] == [name for name, _ in block.members],
            "the members are not those of the directory",
        )
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
        inclusion = next(
            i for i, value in enumerate(took.heard.report.values) if i > 1 and isinstance(value, BitString)
        )
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
            bench.check(
                len(one.report.entries) == len(block.members),
                f"{len(one.report.entries)} of {len(block.members)} members",
            )
        apart = [round(after.at - before.at, 2) for before, after in pairwise(took)]
        bench.check(
            all(abs(seconds - INTERVAL / 1000) <= 0.5 for seconds in apart),
            f"period {INTERVAL} ms, reports are {apart} s apart",
        )
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
