"""Rp: unbuffered report control blocks."""

from ...models import OptFlds, TrgOps
from ..bench import Bench
from ..case import Group
from . import reports, reports_changes, reports_negative
from .reporting import USUAL_OPTIONS, attributes, choose, live, put, refusal

__all__ = ["group"]

group = Group("Rp", "Unbuffered reporting")
for _rows in (reports.rows, reports_changes.rows, reports_negative.rows):
    _rows.add_to(group, "RP")


@group.case("2i", "An unbuffered report has neither EntryID nor BufOvfl, whatever OptFlds ask for")
async def _no_buffered_fields(bench: Bench) -> None:
    async with live(bench, await choose(bench, "RP")) as block:
        asked = USUAL_OPTIONS | OptFlds.ENTRY_ID | OptFlds.BUF_OVFL
        if await refusal(block.session, block.block, "OptFlds", asked) is not None:
            bench.note("such OptFlds are refused")
            return
        await block.configure(TrgOps=TrgOps.GI)
        await block.enable()
        report = (await block.general()).report
        bench.check(report.entry_id is None, "the report has an EntryID")
        bench.check(report.buf_ovfl is None, "the report has BufOvfl")


@group.case("123", "Resv keeps a block for the client that wrote it, and lets it go again")
async def _reserve(bench: Bench) -> None:
    block = await choose(bench, "RP")
    other = await bench.open()
    async with live(bench, block) as taken:
        bench.check(
            (await attributes(other, block, "Resv"))["Resv"] is True, "Resv is false although a client wrote true"
        )
        for name, value in (("RptEna", True), ("BufTm", 99), ("Resv", True)):
            refused = await refusal(other, block, name, value)
            bench.check(refused is not None, f"another client writes {name} {value} of a reserved block")
        await put(taken.session, block, Resv=False)
        bench.check(
            (await attributes(other, block, "Resv"))["Resv"] is False, "Resv is true although it was given back"
        )
        await put(other, block, Resv=True)
        await put(other, block, Resv=False)


@group.case("124", "Enabling a block reserves it")
async def _implicit(bench: Bench) -> None:
    block = await choose(bench, "RP")
    async with live(bench, block, reserved=False) as taken:
        refused = await refusal(taken.session, block, "RptEna", True)
        if refused is not None:
            bench.skip(f"a block must be reserved before it can be enabled, as from Edition 2.1 on: {refused}")
        bench.check(
            (await attributes(taken.session, block, "Resv"))["Resv"] is True,
            "Resv is false while a client has the block enabled",
        )


@group.case("125", "Nothing is kept: after disabling and enabling, no report of before comes")
async def _nothing_kept(bench: Bench) -> None:
    async with live(bench, await choose(bench, "RP")) as block:
        await block.configure(OptFlds=USUAL_OPTIONS, TrgOps=TrgOps.GI)
        await block.enable()
        await block.general()
        await block.disable()
        await block.enable()
        bench.check(await block.next(0.6) is None, "a report comes although nothing was asked for")


@group.case("N116", "A reserved block cannot be given back by another client")
async def _not_theirs(bench: Bench) -> None:
    block = await choose(bench, "RP")
    other = await bench.open()
    async with live(bench, block) as taken:
        refused = await refusal(other, block, "Resv", False)
        bench.check(
            (await attributes(taken.session, block, "Resv"))["Resv"] is True, "another client gave our reservation back"
        )
        bench.check(refused is not None, "the write of Resv by another client is taken")
