"""Ctl, DOns, SBOns, DOes, SBOes: the four ways to control, from one table. Nothing here runs unless it is allowed."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from ...acsi.control_command import Command, Origin
from ...client.control_values import encode_command
from ...protocols import ber
from ...protocols.mms import DataTag, ObjectName, TypeSpec, decode_data
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Control
from .controlling import ENHANCED, SBO, Rig, rig

__all__ = ["for_models", "groups", "long_identity", "operated"]

shared = Group("Ctl", "Control: what all models share")
groups = (
    shared,
    Group("DOns", "Direct control with normal security"),
    Group("SBOns", "Select before operate with normal security"),
    Group("DOes", "Direct control with enhanced security"),
    Group("SBOes", "Select before operate with enhanced security"),
)
"""The five groups."""

ALL = (1, 2, 3, 4)

Check = Callable[..., Awaitable[None]]


def for_models(models: tuple[int, ...], number: str, title: str) -> Callable[[Check], Check]:
    """A case for the groups of these models; the function is told which."""

    def add(function: Check) -> Check:
        for model in models:
            groups[model].add(number, title, partial(function, model=model), Permission.CONTROL)
        return function

    return add


# -- definitions, without operating anything -----------------------------------------------


def _controls(bench: Bench) -> list[Control]:
    found = [control for control in bench.inventory.controls if control.model > 0]
    if not found:
        bench.skip("the server has nothing that can be operated")
    return found


async def _fail(bench: Bench, control: Control, text: str) -> None:
    """Fail, with the definition on the tape."""
    await (await bench.session()).type_of(control.domain, f"{control.node}$CO")
    bench.fail(f"{control.reference}: {text}")


VARIABLES = {1: {"Oper"}, 2: {"Oper", "SBO", "Cancel"}, 3: {"Oper"}, 4: {"Oper", "SBOw", "Cancel"}}


@shared.case("101", "An object has the control variables its ctlModel needs: Oper, SBO, SBOw, Cancel")
async def _variables(bench: Bench) -> None:
    for control in _controls(bench):
        missing = VARIABLES.get(control.model, set()) - set(control.spec.names)
        if missing:
            await _fail(bench, control, f"ctlModel {control.model} without {', '.join(sorted(missing))}")
    bench.note(f"{len(_controls(bench))} objects")


ORDERS = tuple(
    tuple(name for name in ("ctlVal", "operTm", "origin", "ctlNum", "T", "Test", "Check") if name not in left_out)
    for left_out in ((), ("operTm",))
)


@shared.case("103", "The components of Oper and SBOw are those of 8-1, in its order; Cancel has them without Check")
async def _components(bench: Bench) -> None:
    for control in _controls(bench):
        for name, spec in control.spec.components:
            if name == "SBO":
                continue
            orders = [order[:-1] if name == "Cancel" else order for order in ORDERS]
            names = tuple("ctlVal" if own == "setMag" else own for own in spec.names)
            if names not in orders:
                await _fail(bench, control, f"{name} has {', '.join(spec.names)}")


TYPES: dict[str, Callable[[TypeSpec], bool]] = {
    "ctlNum": lambda spec: spec.tag == DataTag.UNSIGNED and spec.size == 8,
    "T": lambda spec: spec.tag in (DataTag.UTC_TIME, DataTag.BINARY_TIME),
    "Test": lambda spec: spec.tag == DataTag.BOOLEAN,
    "Check": lambda spec: spec.tag == DataTag.BIT_STRING and abs(spec.size) == 2,
    "origin": lambda spec: spec.names == ("orCat", "orIdent"),
    "operTm": lambda spec: spec.tag in (DataTag.UTC_TIME, DataTag.BINARY_TIME),
}


@shared.case("104", "The components of Oper have the types of 8-1")
async def _types(bench: Bench) -> None:
    for control in _controls(bench):
        oper = control.spec.component("Oper") or TypeSpec(DataTag.STRUCTURE)
        wrong = [name for name, spec in oper.components if name in TYPES and not TYPES[name](spec)]
        if wrong:
            await _fail(bench, control, f"Oper: {', '.join(wrong)} of another type")


@shared.case("105", "ctlVal is of the type of the object's status: BOOLEAN, integer or analogue value")
async def _value_type(bench: Bench) -> None:
    fitting = {
        DataTag.BOOLEAN: (DataTag.BOOLEAN, DataTag.BIT_STRING),
        DataTag.INTEGER: (DataTag.INTEGER,),
        DataTag.UNSIGNED: (DataTag.UNSIGNED,),
    }
    session = await bench.session()
    for control in _controls(bench):
        oper = control.spec.component("Oper")
        if oper is None or control.item("ST", "stVal") not in bench.inventory.devices[control.domain].names:
            continue
        value = oper.components[0][1]
        status = await session.type_of(control.domain, control.item("ST", "stVal"))
        allowed = fitting.get(value.tag)
        bench.check(
            allowed is None or status.tag in allowed,
            f"{control.reference}: ctlVal {value.tag:02X}, stVal {status.tag:02X}",
        )


@shared.case("N101", "An object that is status-only refuses to be operated", Permission.CONTROL)
async def _operate_status(bench: Bench) -> None:
    session = await bench.session()
    found = [control for control in bench.inventory.controls if control.model == 0]
    if not found:
        bench.skip("the server has no status-only object")
    control = found[0]
    oper = control.spec.component("Oper")
    value = b"\xa2\x00" if oper is None else b"\xa2" + bytes((3,)) + b"\x83\x01\x00"
    refusal = await session.write(ObjectName(control.item("CO", "Oper"), control.domain), value)
    bench.check(refusal is not None, f"{control.reference} is status-only, and its Oper is written")
    bench.note(f"{control.reference}: {refusal}")


# -- operating -----------------------------------------------------------------------------


async def operated(bench: Bench, one: Rig, command: Command) -> None:
    """Operate, and see the status follow; with enhanced security, and the termination come."""
    said = await one.operate(command)
    bench.check(said.refusal is None, f"{one.control.reference} cannot be operated: {said}")
    if one.model in ENHANCED:
        ended = await one.termination(said.since)
        bench.check(ended is not None, "no CommandTermination comes")
        assert ended is not None
        bench.check(ended[0], f"CommandTermination is negative: {ended[1]}")
    bench.check(await one.moved(), f"the status stays {quote(one.before)} although the command was taken")


@for_models(ALL, "101", "Operate is taken, the status follows, and follows back")
async def _there_and_back(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    await operated(bench, one, one.command())
    there = await one.position()
    said = await one.operate(one.command(one.back()))
    bench.check(said.refusal is None, f"back: {said}")
    bench.check(await one.moved(one.before), f"the status stays {quote(there)}")
    bench.note(one.control.reference)


@for_models(ALL, "102", "A second client operates after the first one")
async def _second_client(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    await operated(bench, one, one.command())
    other = one.use(await bench.open())
    said = await other.operate(other.command(one.back()))
    bench.check(said.refusal is None, f"the second client: {said}")
    bench.check(await other.moved(one.before), "the status does not follow the second client")


@for_models(ALL, "103", "A command with Test does not move the process")
async def _test(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command(Test=True)
    if one.model in SBO and not await one.select(command):
        bench.note("the selection with Test is refused")
        return
    bench.undo(f"position of {one.control.reference}", one._put_back)
    said = await one.write("Oper", command)
    bench.check(await one.stays(), "the status moved")
    bench.note(str(said))


@for_models(ALL, "104", "origin and ctlNum of the command are shown beside the status")
async def _shown(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    names = bench.inventory.devices[one.control.domain].names
    shown = [name for name in ("origin", "ctlNum") if one.control.item("ST", name) in names]
    if not shown:
        bench.skip(f"{one.control.reference} shows neither")
    command = one.command()
    await operated(bench, one, command)
    expected = {"origin": (command.origin.orCat, command.origin.orIdent), "ctlNum": command.ctlNum}
    for name in shown:
        value = await one.session.value(one.control.domain, one.control.item("ST", name))
        bench.check(value == expected[name], f"{name} {quote(value)}, the command had {quote(expected[name])}")


@for_models(
    ALL, "105", "Whatever the Check bits: a command that is taken moves the status, one that is refused does not"
)
async def _check_bits(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    for check in (0b01, 0b10, 0b11):
        now = await one.position()
        said = await one.operate(one.command(one.back() if now != one.before else None, Check=check))
        bench.note(f"{check:02b}: {said}")
        if said.refusal is None:
            bench.check(await one.left(now), f"Check {check:02b}: taken, and the status stays {quote(now)}")
            continue
        if one.model in ENHANCED:
            bench.check(said.error is not None, f"Check {check:02b}: refused without LastApplError")
        await asyncio.sleep(0.2)
        bench.check(await one.position() == now, f"Check {check:02b}: refused, and the status moved")


async def _refused(bench: Bench, model: int, change: Callable[[Rig, Command], bytes | Command], what: str) -> None:
    """A wrong Oper is refused, and moves nothing."""
    one = await rig(bench, model)
    good = one.command()
    wrong = change(one, good)
    if one.model in SBO:
        bench.check(await one.select(good), f"{one.control.reference} cannot be selected")
    bench.undo(f"position of {one.control.reference}", one._put_back)
    said = await (one.write("Oper", good, wrong) if isinstance(wrong, bytes) else one.write("Oper", wrong))
    bench.check(said.refusal is not None, f"{what} is taken")
    bench.check(await one.stays(0.3), f"{what} is refused, and the status moved")
    bench.note(str(said))


def _encoded(one: Rig, command: Command) -> list[bytes]:
    spec = one.control.spec.component("Oper")
    assert spec is not None
    data = encode_command(one.control.reference, "Oper", spec, command)
    _, start, stop = ber.read_header(data, 0, len(data))
    parts = []
    while start < stop:
        _, _, after = ber.read_header(data, start, stop)
        parts.append(data[start:after])
        start = after
    return parts


def _short(one: Rig, command: Command) -> bytes:
    return ber.tlv(0xA2, b"".join(_encoded(one, command)[:-1]))


def _other_type(one: Rig, command: Command) -> bytes:
    return ber.tlv(0xA2, b"".join([b"\x8a\x03yes", *_encoded(one, command)[1:]]))


def long_identity(one: Rig, command: Command) -> bytes:
    """An Oper whose orIdent is longer than its type."""
    parts = _encoded(one, command)
    names = (one.control.spec.component("Oper") or TypeSpec(DataTag.STRUCTURE)).names
    at = names.index("origin")
    parts[at] = ber.tlv(0xA2, b"\x85\x01\x02" + ber.tlv(0x89, b"x" * 65))
    return ber.tlv(0xA2, b"".join(parts))


def _odd_category(one: Rig, command: Command) -> bytes:
    parts = _encoded(one, command)
    names = (one.control.spec.component("Oper") or TypeSpec(DataTag.STRUCTURE)).names
    parts[names.index("origin")] = ber.tlv(0xA2, b"\x85\x01\x63" + ber.tlv(0x89, b"x"))
    return ber.tlv(0xA2, b"".join(parts))


WRONG = (
    ("N101", "An Oper with a component too few is refused, and moves nothing", _short, "it"),
    ("N102", "An Oper whose ctlVal is of another type is refused, and moves nothing", _other_type, "it"),
    ("N103", "An orIdent of 65 octets is refused, and moves nothing", long_identity, "it"),
    ("N104", "An orCat of 99 is refused, and moves nothing", _odd_category, "it"),
)
for _number, _title, _change, _what in WRONG:
    for _model in ALL:
        _run = partial(_refused, model=_model, change=_change, what=_what)
        groups[_model].add(_number, _title, _run, Permission.CONTROL)


# -- normal security -----------------------------------------------------------------------


@for_models((1, 2), "106", "With normal security no CommandTermination comes")
async def _no_termination(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    said = await one.operate(one.command())
    bench.check(said.refusal is None, f"{said}")
    await one.moved()
    await asyncio.sleep(0.3)
    strange = [heard for heard in one.session.heard[said.since :] if heard.report.variables]
    bench.check(not strange, f"{len(strange)} messages about a command with normal security")


# -- enhanced security ---------------------------------------------------------------------


@for_models(ENHANCED, "106", "CommandTermination+ carries the Oper that was written")
async def _same_oper(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    command = one.command()
    said = await one.operate(command)
    bench.check(said.refusal is None, f"{said}")
    ended = await one.termination(said.since)
    bench.check(ended is not None, "no CommandTermination comes")
    assert ended is not None
    written, _ = decode_data(said.value, 0, len(said.value))
    bench.check(ended[2] == written, f"it carries {quote(ended[2])}, written was {quote(written)}")


@for_models(ENHANCED, "107", "CommandTermination comes once, and not before the answer to the Write")
async def _one_termination(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    said = await one.operate(one.command())
    bench.check(said.refusal is None, f"{said}")
    bench.check(await one.termination(said.since) is not None, "no CommandTermination comes")
    await asyncio.sleep(0.4)
    item = one.control.item("CO", "Oper")
    ends = [
        heard for heard in one.session.heard[said.since :] if any(a.name.item == item for a in heard.report.variables)
    ]
    bench.check(len(ends) == 1, f"{len(ends)} terminations of one command")


@for_models(
    ENHANCED, "N106", "A refused Oper is told with a LastApplError that names the object, the ctlNum and a cause"
)
async def _last_error(bench: Bench, model: int) -> None:
    one = await rig(bench, model)
    good = one.command()
    if one.model in SBO:
        bench.check(await one.select(good), "it cannot be selected")
        wrong = good._replace(ctlVal=one.back())
    else:
        wrong = good._replace(origin=Origin(0, b""))
    bench.undo(f"position of {one.control.reference}", one._put_back)
    said = await one.write("Oper", wrong)
    if said.refusal is None:
        bench.skip("the server takes an Oper that could have been refused: no LastApplError to look at")
    bench.check(said.error is not None, f"refused with {said.refusal}, without LastApplError")
    assert said.error is not None
    bench.check(one.control.node in said.error.CntrlObj, f"CntrlObj {said.error.CntrlObj}")
    bench.check(said.error.ctlNum == wrong.ctlNum, f"ctlNum {said.error.ctlNum}, written was {wrong.ctlNum}")
    bench.note(f"AddCause {said.error.AddCause}")
