"""Rp and Br: what must be refused, for both kinds of block."""

from functools import partial
from typing import Any

from ...models import OptFlds, TrgOps
from ...protocols.mms import ObjectName
from ..bench import Bench, quote
from ..sweep import octets_of
from .reporting import (
    GENERAL,
    USUAL_OPTIONS,
    attributes,
    choose,
    live,
    refusal,
)
from .reports import Rows, blocks_of

__all__ = ["rows"]

rows = Rows()
_case = rows.case

# -- negative ------------------------------------------------------------------------------


@_case("N1", "Reading a block that does not exist gives an error")
async def _no_block(bench: Bench, fc: str) -> None:
    session = await bench.session()
    block = blocks_of(bench, fc)[0]
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
    rows.add(
        _number,
        f"{_name} cannot be changed while the block is enabled",
        partial(_while_enabled, name=_name, value=_value),
    )


@_case("N107", "A block that a client has enabled cannot be changed, disabled or enabled by another")
async def _others(bench: Bench, fc: str) -> None:
    other = await bench.open()
    async with live(bench, await choose(bench, fc)) as block:
        await block.configure(TrgOps=TrgOps.GI)
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
    rows.add(_number, f"{_name} cannot be written", partial(_read_only, name=_name, value=_value))


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
