"""Modes over MMS: Mod operated by a client, what follows for others, and that a test moves nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from meterwire.acsi.control_command import AddCause, Command
from meterwire.client import IedClient, connect
from meterwire.models.enums import BehaviourModeKind as Mode
from meterwire.reading import Quality
from meterwire.server import MmsServer

from ..acsi.behaving import CHILD, LEAF, ROOT, behaving_ied
from ..mms_end import run

POS = f"{CHILD}/XSWI1.Pos"
MODES = list(Mode)


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[tuple[MmsServer, IedClient, list[Command]]]:
    moved: list[Command] = []
    async with MmsServer(behaving_ied(), port=0, **options) as server, connect(server.url) as client:
        server.control(POS, moved.append)
        yield server, client, moved


def check(test: Callable[[MmsServer, IedClient, list[Command]], Awaitable[None]], **options: Any) -> None:
    async def body() -> None:
        async with served(**options) as (server, client, moved):
            await test(server, client, moved)

    run(body())


async def beh(client: IedClient, node: str) -> Mode:
    return Mode(await client.read(f"{node}.Beh.stVal"))


def test_mod_is_a_control() -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        assert await client.operate(f"{ROOT}/LLN0.Mod", Mode.test)
        assert await client.operate(f"{CHILD}/XSWI1.Mod", Mode.blocked)
        assert await client.read(f"{ROOT}/LLN0.Mod.stVal") == Mode.test
        assert await beh(client, f"{ROOT}/GGIO1") is await beh(client, f"{LEAF}/GAPC1") is Mode.test
        assert await beh(client, f"{CHILD}/XSWI1") is Mode.test_blocked
        assert await client.read(f"{POS}.q") == Quality.TEST
        found = await client.read(f"{ROOT}/LTRK1.EncTrk1 [SR]")
        assert (found.objRef, found.ctlVal, found.serviceType) == (f"{CHILD}/XSWI1.Mod", Mode.blocked, 46)

    check(test)


@pytest.mark.parametrize("value", [0, 6, -1])
def test_what_is_no_mode_is_refused(value: int) -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        result = await client.operate(f"{ROOT}/LLN0.Mod", value)
        assert not result
        assert result.add_cause == AddCause.Inconsistent_parameters
        assert await beh(client, f"{ROOT}/LLN0") is Mode.on

    check(test)


@pytest.mark.parametrize("mode", MODES)
def test_commands_in_every_mode(mode: Mode) -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        assert await client.operate(f"{CHILD}/LLN0.Mod", mode)
        is_test = mode in (Mode.test, Mode.test_blocked)
        plain, flagged = await client.operate(POS, True), await client.operate(POS, True, test=True)
        assert bool(plain) is (mode in (Mode.on, Mode.blocked))
        assert bool(flagged) is is_test
        for result in (plain, flagged):
            assert result or result.add_cause == AddCause.Blocked_by_Mode
        assert len(moved) == (mode is Mode.on), "blocked goes through everything, and moves nothing"

    check(test)


@pytest.mark.parametrize("mode", MODES)
def test_a_test_flagged_operate_never_moves_the_process(mode: Mode) -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        await client.operate(f"{ROOT}/LLN0.Mod", mode)
        for value in (True, False):
            await client.operate(POS, value, test=True)
        assert moved == []

    check(test)


def test_annex_a_to_the_letter_has_to_be_asked_for() -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        await client.operate(f"{CHILD}/LLN0.Mod", Mode.test_blocked)
        assert await client.operate(POS, True, test=True)
        assert moved == []
        await client.operate(f"{CHILD}/LLN0.Mod", Mode.test)
        assert await client.operate(POS, True, test=True)
        assert [command.Test for command in moved] == [True]

    check(test, test_moves_process=True)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_can_be_left_again(mode: Mode) -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        assert await client.operate(f"{ROOT}/LLN0.Mod", mode)
        assert await client.operate(f"{ROOT}/LLN0.Mod", Mode.on)
        assert await beh(client, f"{CHILD}/XSWI1") is Mode.on
        assert await client.read(f"{POS}.q") == Quality.GOOD

    check(test)


def test_a_device_that_comes_can_be_set_too() -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        server.ied.remove(CHILD)
        server.ied.add(behaving_ied().remove(CHILD))
        async with connect(server.url) as other:
            assert await other.operate(f"{CHILD}/XSWI1.Mod", Mode.off)
            assert await beh(other, f"{CHILD}/XSWI1") is Mode.off

    check(test)


def test_the_handler_of_an_application_is_kept() -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        server.control(f"{ROOT}/LLN0.Mod", lambda command: AddCause.No_access_authority)
        result = await client.operate(f"{ROOT}/LLN0.Mod", Mode.off)
        assert result.add_cause == AddCause.No_access_authority
        assert await beh(client, f"{ROOT}/LLN0") is Mode.on

    check(test)


def test_a_substitute_proves_no_movement_and_lifts_no_block() -> None:
    async def test(server: MmsServer, client: IedClient, moved: list[Command]) -> None:
        blocked = server.ied.find(f"{CHILD}/XSWI1.BlkCls")
        blocked.update(stVal=True)
        leaf = blocked["stVal"]
        server.ied.apply((), [(leaf, (lambda _: False,))])
        assert await client.read(f"{CHILD}/XSWI1.BlkCls.stVal") is False
        result = await client.operate(POS, True)
        assert result.add_cause == AddCause.Blocked_by_process
        assert moved == []

    check(test)
