"""SBOns and SBOes: selections, and to whom they belong."""

import asyncio

from ...protocols.mms import ObjectName
from ..bench import Bench, quote
from .controlling import ENHANCED, SBO, rig
from .controls import for_models, groups, long_identity, operated

__all__ = ["groups"]

NOT_SELECTED, INCONSISTENT = 18, 26
"""AddCauses."""

# -- select before operate -----------------------------------------------------------------


@for_models(SBO, "108", "A selection is shown in stSeld, and ends with Cancel")
async def _select_cancel(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command()
    bench.check(await one.select(command), "it cannot be selected")
    seld = ObjectName(one.control.item("ST", "stSeld"), one.control.domain)
    has_seld = seld.item in bench.inventory.devices[one.control.domain].names
    if has_seld:
        bench.check(
            await one.session.value(one.control.domain, seld.item) is True, "stSeld is false while it is selected"
        )
    said = await one.write("Cancel", command)
    bench.check(said.refusal is None, f"Cancel: {said}")
    if has_seld:
        bench.check(await one.session.value(one.control.domain, seld.item) is False, "stSeld is true after Cancel")
    bench.check(
        (await one.write("Oper", command)).refusal is not None, "it is operated after its selection was cancelled"
    )
    bench.check(await one.stays(0.3), "the status moved")


@for_models(SBO, "109", "A selection ends with its association: another client can select")
async def _released(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    holder = one.use(await bench.open())
    bench.check(await holder.select(), "it cannot be selected")
    holder.session.vanish()
    for _ in range(20):
        await asyncio.sleep(0.1)
        if await one.select():
            return
    bench.fail("two seconds after its client has vanished it is still selected")


@for_models(SBO, "110", "A selection is one client's: another one cannot select")
async def _exclusive(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    bench.check(await one.select(), "it cannot be selected")
    other = one.use(await bench.open())
    bench.check(not await other.select(), "a second client selects what is selected")


@for_models(SBO, "111", "A selection runs out after sboTimeout")
async def _timeout(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    item = one.control.item("CF", "sboTimeout")
    if item not in bench.inventory.devices[one.control.domain].names:
        bench.skip("it has no sboTimeout")
    milliseconds = await one.session.value(one.control.domain, item)
    if (
        not isinstance(milliseconds, int)
        or not 0 < milliseconds <= 60_000
        or milliseconds / 1000 > bench.options.case_seconds / 2
    ):
        bench.skip(f"sboTimeout {quote(milliseconds)} ms is too long to wait for")
    command = one.command()
    bench.check(await one.select(command), "it cannot be selected")
    await asyncio.sleep(milliseconds / 1000 + 0.5)
    bench.check(
        (await one.write("Oper", command)).refusal is not None, "it is operated after its selection has run out"
    )
    bench.check(await one.stays(0.3), "the status moved")


@for_models(SBO, "112", "After operating once the selection is over, where sboClass says operate-once")
async def _once(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    item = one.control.item("CF", "sboClass")
    if item in bench.inventory.devices[one.control.domain].names:
        many = await one.session.value(one.control.domain, item)
        if many:
            bench.skip("sboClass is operate-many")
    await operated(bench, one, one.command())
    said = await one.write("Oper", one.command(one.back()))
    bench.check(said.refusal is not None, "it is operated a second time without selection")


@for_models(SBO, "N107", "Operate without selection is refused, and moves nothing")
async def _unselected(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    bench.undo(f"position of {one.control.reference}", one._put_back)
    said = await one.write("Oper", one.command())
    bench.check(said.refusal is not None, "it is taken")
    bench.check(await one.stays(), "it is refused, and the status moved")
    if one.model in ENHANCED and said.error is not None:
        bench.check(
            said.error.AddCause == NOT_SELECTED, f"AddCause {said.error.AddCause}, {NOT_SELECTED} says not selected"
        )
    bench.note(str(said))


@for_models(SBO, "N108", "What one client has selected another one cannot operate")
async def _stolen(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command()
    bench.check(await one.select(command), "it cannot be selected")
    other = one.use(await bench.open())
    bench.undo(f"position of {one.control.reference}", other._put_back)
    said = await other.write("Oper", command)
    bench.check(said.refusal is not None, "another client operates it")
    bench.check(await one.stays(), "the status moved")
    bench.note(str(said))


@for_models(SBO, "N109", "What one client has selected another one cannot cancel")
async def _cancelled(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command()
    bench.check(await one.select(command), "it cannot be selected")
    other = one.use(await bench.open())
    said = await other.write("Cancel", command)
    bench.check(said.refusal is not None, "another client cancels it")
    bench.undo(f"position of {one.control.reference}", one._put_back)
    said = await one.write("Oper", command)
    bench.check(said.refusal is None, f"its own client cannot operate it any more: {said}")


@for_models((4,), "N110", "An Oper with another value than the SBOw is refused for inconsistent parameters")
async def _inconsistent(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command()
    bench.check(await one.select(command), "it cannot be selected")
    bench.undo(f"position of {one.control.reference}", one._put_back)
    said = await one.write("Oper", command._replace(ctlVal=one.back()))
    bench.check(said.refusal is not None, "it is taken")
    if said.error is not None:
        bench.check(
            said.error.AddCause == INCONSISTENT,
            f"AddCause {said.error.AddCause}, {INCONSISTENT} says inconsistent parameters",
        )
    bench.note(str(said))


@for_models((4,), "N111", "An SBOw with an orIdent of 65 octets is refused")
async def _long_select(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command()
    said = await one.write("SBOw", command, long_identity(one, command))
    bench.check(said.refusal is not None, "it is taken")


@for_models((2,), "N111", "SBO is read, not written")
async def _written_select(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    name = ObjectName(one.control.item("CO", "SBO"), one.control.domain)
    refusal = await one.session.write(name, b"\x8a\x01x")
    bench.check(refusal is not None, "it is written")
