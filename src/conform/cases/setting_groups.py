"""Sg and SgN: the setting group control block, and the values of its groups."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from ...protocols import ber
from ...protocols.mms import DataTag, ObjectName
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Block, Leaf
from ..session import Session
from ..sweep import mismatch, octets_of
from .reporting import attributes, put, refusal
from .server_values import other_value
from .subjects import octets

__all__ = ["group"]

group = Group("Sg", "Setting groups")

SGCB = ("NumOfSG", "ActSG", "EditSG", "CnfEdit", "LActTm")
RESERVED = 60


def _blocks(bench: Bench) -> list[Block]:
    found = bench.inventory.blocks("SP")
    if not found:
        bench.skip("the server has no setting groups")
    return found


def _settings(bench: Bench, block: Block) -> list[Leaf]:
    """Settings of the device of a block, FC SG."""
    return [leaf for leaf in bench.inventory.leaves() if leaf.domain == block.domain and leaf.fc == "SG"]


async def _read_all(bench: Bench, block: Block) -> dict[str, Any]:
    return await attributes(await bench.session(), block, *SGCB)


@group.case("1", "GetSGCBValues: numbers of groups are in their range, and the block is of the type the server tells")
async def _values(bench: Bench) -> None:
    session = await bench.session()
    for block in _blocks(bench):
        told = await _read_all(bench, block)
        count = told["NumOfSG"]
        bench.check(count >= 1, f"{block}: NumOfSG {count}")
        bench.check(1 <= told["ActSG"] <= count, f"{block}: ActSG {told['ActSG']} of {count}")
        bench.check(0 <= told["EditSG"] <= count, f"{block}: EditSG {told['EditSG']} of {count}")
        whole = await octets(session, ObjectName(block.item, block.domain))
        wrong = mismatch(whole, await session.type_of(block.domain, block.item))
        bench.check(not wrong, f"{block}: {wrong}")
        bench.note(f"{block.domain}: {count} groups, {told['ActSG']} active")


@group.case("101", "The components of the block are those of 8-1, in its order")
async def _components(bench: Bench) -> None:
    for block in _blocks(bench):
        if block.spec.names not in (SGCB, (*SGCB, "ResvTms")):
            await (await bench.session()).type_of(block.domain, block.item)
            bench.fail(f"{block} has {', '.join(block.spec.names)}")


@group.case("102", "Settings of the active group (FC SG) can be read")
async def _readable(bench: Bench) -> None:
    session = await bench.session()
    count = 0
    for block in _blocks(bench):
        for leaf in _settings(bench, block)[:100]:
            (value,) = await octets_of(session, leaf.name)
            bench.check(isinstance(value, bytes), f"{leaf} cannot be read: {value!s}")
            assert isinstance(value, bytes)
            wrong = mismatch(value, leaf.spec)
            bench.check(not wrong, f"{leaf}: {wrong}")
            count += 1
    if not count:
        bench.skip("no setting has FC SG")
    bench.note(f"{count} settings")


@group.case("103", "Every setting with FC SG has one with FC SE of the same type")
async def _pairs(bench: Bench) -> None:
    editable = {(leaf.domain, leaf.item): leaf.spec for leaf in bench.inventory.leaves() if leaf.fc == "SE"}
    count = 0
    for block in _blocks(bench):
        for leaf in _settings(bench, block):
            twin = leaf.item.replace("$SG$", "$SE$", 1)
            if editable.get((leaf.domain, twin)) != leaf.spec:
                await (await bench.session()).type_of(leaf.domain, leaf.item.partition("$")[0])
                bench.fail(f"{leaf} has no {twin} of its type")
            count += 1
    if not count:
        bench.skip("no setting has FC SG")
    bench.note(f"{count} settings")


# -- the active group ----------------------------------------------------------------------


async def _several(bench: Bench) -> tuple[Session, Block, dict[str, Any]]:
    """A block with more than one group; the active one is put back."""
    session = await bench.session()
    for block in _blocks(bench):
        told = await _read_all(bench, block)
        if told["NumOfSG"] > 1:

            async def back(late: Session, block: Block = block, active: int = told["ActSG"]) -> None:
                if (await attributes(late, block, "ActSG"))["ActSG"] != active:
                    await put(late, block, ActSG=active)

            bench.undo(f"active group of {block}", back)
            return session, block, told
    bench.skip("no block has more than one group")


@group.case("104", "SelectActiveSG: each group becomes the active one", Permission.SETTINGS)
async def _select(bench: Bench) -> None:
    session, block, told = await _several(bench)
    for number in (*range(1, min(told["NumOfSG"], 8) + 1), told["ActSG"]):
        await put(session, block, ActSG=number)
        now = (await attributes(session, block, "ActSG"))["ActSG"]
        bench.check(now == number, f"ActSG {number} was taken, {now} is read")


@group.case("105", "LActTm is the time of the last change of the active group", Permission.SETTINGS)
async def _activation(bench: Bench) -> None:
    session, block, told = await _several(bench)
    await put(session, block, ActSG=told["ActSG"] % told["NumOfSG"] + 1)
    first = (await attributes(session, block, "LActTm"))["LActTm"]
    await asyncio.sleep(0.05)
    await put(session, block, ActSG=told["ActSG"])
    second = (await attributes(session, block, "LActTm"))["LActTm"]
    bench.check(first != told["LActTm"], "LActTm is the same after another group was activated")
    bench.check(second.ns > first.ns, f"LActTm {second}, before that {first}")


@group.case("106", "Another client sees which group is active", Permission.SETTINGS)
async def _seen(bench: Bench) -> None:
    session, block, told = await _several(bench)
    other = await bench.open()
    number = told["ActSG"] % told["NumOfSG"] + 1
    await put(session, block, ActSG=number)
    now = (await attributes(other, block, "ActSG"))["ActSG"]
    bench.check(now == number, f"ActSG {number} was written, another client reads {now}")


# -- editing -------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _editing(bench: Bench, number: int | None = None) -> AsyncIterator[tuple[Session, Block, Leaf, bytes]]:
    """An edit session on a group (the active one), a setting of it and its value."""
    session = await bench.session()
    for block in _blocks(bench):
        leaves = [leaf for leaf in bench.inventory.leaves() if leaf.domain == block.domain and leaf.fc == "SE"]
        leaves = [
            leaf
            for leaf in leaves
            if leaf.spec.tag in (DataTag.INTEGER, DataTag.UNSIGNED, DataTag.FLOAT, DataTag.BOOLEAN)
        ]
        if not leaves:
            continue
        told = await _read_all(bench, block)
        bench.undo(f"editing of {block}", partial(_leave_in, session=session, block=block))
        if block.has("ResvTms"):
            await refusal(session, block, "ResvTms", RESERVED)
        await put(session, block, EditSG=number or told["ActSG"])
        yield session, block, leaves[0], await octets(session, leaves[0].name)
        return
    bench.skip("no device with setting groups has a number or BOOLEAN with FC SE")


async def _leave_in(_late: Session, session: Session, block: Block) -> None:
    if session.is_open and (await attributes(session, block, "EditSG"))["EditSG"]:
        await refusal(session, block, "EditSG", 0)


def _active(leaf: Leaf) -> ObjectName:
    return ObjectName(leaf.item.replace("$SE$", "$SG$", 1), leaf.domain)


@group.case("107", "SelectEditSG: the group chosen is that in EditSG, and its values can be read", Permission.SETTINGS)
async def _edit(bench: Bench) -> None:
    async with _editing(bench) as (session, block, leaf, value):
        told = await _read_all(bench, block)
        bench.check(told["EditSG"] == told["ActSG"], f"EditSG {told['EditSG']}, {told['ActSG']} was written")
        active = await octets(session, _active(leaf))
        bench.check(
            active == value,
            f"{leaf}: {value.hex()} in the edited copy of the active group, {active.hex()} in the group",
        )


@group.case("108", "A value written to the edited group counts when it is confirmed, not before", Permission.SETTINGS)
async def _confirm(bench: Bench) -> None:
    async with _editing(bench) as (session, block, leaf, value):
        wanted = other_value(leaf, value)
        bench.undo(f"setting {leaf}", lambda late: _restore(late, block, leaf, value))
        await session.set(leaf.domain, leaf.item, wanted)
        bench.check(
            await octets(session, _active(leaf)) == value, "the active group changed before the edit was confirmed"
        )
        await put(session, block, CnfEdit=True)
        now = await octets(session, _active(leaf))
        bench.check(now == wanted, f"{leaf}: {wanted.hex()} was confirmed, the active group has {now.hex()}")


async def _restore(late: Session, block: Block, leaf: Leaf, value: bytes) -> None:
    if await octets(late, _active(leaf)) == value:
        return
    if block.has("ResvTms"):
        await refusal(late, block, "ResvTms", RESERVED)
    await put(late, block, EditSG=(await attributes(late, block, "ActSG"))["ActSG"])
    await late.set(leaf.domain, leaf.item, value)
    await put(late, block, CnfEdit=True)


@group.case("109", "An edit that is left without confirming changes nothing", Permission.SETTINGS)
async def _abandon(bench: Bench) -> None:
    async with _editing(bench) as (session, block, leaf, value):
        bench.undo(f"setting {leaf}", lambda late: _restore(late, block, leaf, value))
        await session.set(leaf.domain, leaf.item, other_value(leaf, value))
        await put(session, block, EditSG=0)
        bench.check(await octets(session, _active(leaf)) == value, "the active group changed")


@group.case("110", "An edit ends with its association: another client can edit", Permission.SETTINGS)
async def _released(bench: Bench) -> None:
    async with _editing(bench) as (session, block, leaf, value):
        bench.undo(f"setting {leaf}", lambda late: _restore(late, block, leaf, value))
        await session.set(leaf.domain, leaf.item, other_value(leaf, value))
        number = (await attributes(session, block, "EditSG"))["EditSG"]
        session.vanish()
        other = await bench.open()
        for _ in range(20):
            await asyncio.sleep(0.1)
            if block.has("ResvTms"):
                await refusal(other, block, "ResvTms", RESERVED)
            if await refusal(other, block, "EditSG", number) is None:
                break
        else:
            bench.fail("two seconds after its client has vanished the group is still being edited")
        now = await octets(other, leaf.name)
        bench.check(now == value, "the change of the client that vanished is still in the edited copy")
        await put(other, block, EditSG=0)


@group.case("111", "A group that is not active is edited without changing the active one", Permission.SETTINGS)
async def _inactive(bench: Bench) -> None:
    _, several, told = await _several(bench)
    number = told["ActSG"] % told["NumOfSG"] + 1
    async with _editing(bench, number) as (session, block, leaf, value):
        if str(block) != str(several):
            bench.skip("the device with several groups has no setting to edit")
        before = await octets(session, _active(leaf))
        await session.set(leaf.domain, leaf.item, other_value(leaf, value))
        await put(session, block, CnfEdit=True)
        bench.check(await octets(session, _active(leaf)) == before, "the active group changed")
        await put(session, block, EditSG=number)
        await session.set(leaf.domain, leaf.item, value)
        await put(session, block, CnfEdit=True)


# -- negative ------------------------------------------------------------------------------


async def _not_taken(bench: Bench, name: str, value: int) -> None:
    session, block, told = await _several(bench)
    wanted = told["NumOfSG"] + 1 if value < 0 else value
    refused = await refusal(session, block, name, wanted)
    bench.check(refused is not None, f"{name} {wanted} of {told['NumOfSG']} groups is taken")
    now = (await attributes(session, block, name))[name]
    bench.check(now == told[name], f"{name} was refused, and is {now}")
    bench.note(str(refused))


@group.case("N101", "Group 0 cannot be made active", Permission.SETTINGS)
async def _zero(bench: Bench) -> None:
    await _not_taken(bench, "ActSG", 0)


@group.case("N102", "A group beyond NumOfSG cannot be made active", Permission.SETTINGS)
async def _beyond(bench: Bench) -> None:
    await _not_taken(bench, "ActSG", -1)


@group.case("N103", "A group beyond NumOfSG cannot be edited", Permission.SETTINGS)
async def _edit_beyond(bench: Bench) -> None:
    await _not_taken(bench, "EditSG", -1)


@group.case("N104", "CnfEdit without an edit is refused", Permission.SETTINGS)
async def _confirm_nothing(bench: Bench) -> None:
    session = await bench.session()
    block = _blocks(bench)[0]
    if (await attributes(session, block, "EditSG"))["EditSG"]:
        bench.skip("somebody is editing")
    refused = await refusal(session, block, "CnfEdit", True)
    bench.check(refused is not None, "it is taken")


@group.case("N105", "Settings of FC SE cannot be read or written while no group is edited", Permission.SETTINGS)
async def _not_editing(bench: Bench) -> None:
    session = await bench.session()
    block = _blocks(bench)[0]
    leaves = [leaf for leaf in bench.inventory.leaves() if leaf.domain == block.domain and leaf.fc == "SE"]
    if not leaves or (await attributes(session, block, "EditSG"))["EditSG"]:
        bench.skip("no setting has FC SE, or somebody is editing")
    value = await octets(session, _active(leaves[0]))
    refused = await session.write(leaves[0].name, value)
    bench.check(refused is not None, f"{leaves[0]} is written although no group is edited")


@group.case("N106", "Settings of the active group (FC SG) cannot be written", Permission.SETTINGS)
async def _write_active(bench: Bench) -> None:
    session = await bench.session()
    leaves = [leaf for block in _blocks(bench) for leaf in _settings(bench, block)]
    if not leaves:
        bench.skip("no setting has FC SG")
    refused = await session.write(leaves[0].name, await octets(session, leaves[0].name))
    bench.check(refused is not None, f"{leaves[0]} is written")


@group.case("N107", "While one client edits, another one can neither edit, nor write, nor confirm", Permission.SETTINGS)
async def _competing(bench: Bench) -> None:
    async with _editing(bench) as (session, block, leaf, value):
        other = await bench.open()
        number = (await attributes(session, block, "EditSG"))["EditSG"]
        bench.check(await refusal(other, block, "EditSG", number) is not None, "another client takes the edit over")
        bench.check(await other.write(leaf.name, value) is not None, f"another client writes {leaf}")
        bench.check(await refusal(other, block, "CnfEdit", True) is not None, "another client confirms")
        now = (await attributes(session, block, "EditSG"))["EditSG"]
        bench.check(now == number, f"EditSG is {now}, this client edits {number}")


@group.case("N108", "NumOfSG and LActTm cannot be written", Permission.SETTINGS)
async def _read_only(bench: Bench) -> None:
    session = await bench.session()
    block = _blocks(bench)[0]
    for name in ("NumOfSG", "LActTm"):
        value = await octets(session, block.name(name))
        bench.check(await session.write(block.name(name), value) is not None, f"{name} is written")


@group.case("N109", "A value of another type is refused in the edited group", Permission.SETTINGS)
async def _another_type(bench: Bench) -> None:
    async with _editing(bench) as (session, _, leaf, value):
        wrong = ber.tlv(DataTag.VISIBLE_STRING, b"text")
        bench.check(await session.write(leaf.name, wrong) is not None, f"{leaf} takes a text")
        now = await octets(session, leaf.name)
        bench.check(now == value, f"{leaf}: refused, and {quote(now.hex())}")
