"""Substitution between our client and our server: written in every shape, reported, and gone with its client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from meterwire import sync
from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError, UnknownNameError
from meterwire.models import Ied, Reference, ReportControl
from meterwire.models.enums import BehaviourModeKind
from meterwire.reading import Quality
from meterwire.server import MmsServer

from ..acsi.behaving import CHILD, ROOT, behaving_ied
from ..helpers import until
from ..mms_end import run

IND, HZ, PHASE, POS = f"{ROOT}/GGIO1.Ind1", f"{ROOT}/MMXU1.Hz", f"{ROOT}/MMXU1.PhV.phsA", f"{CHILD}/XSWI1.Pos"


def reported() -> Ied:
    ied = behaving_ied()
    head = ied.find(f"{ROOT}/LLN0")
    head.data_sets["ds"] = tuple(
        Reference(ROOT, path, fc) for path, fc in ((("GGIO1", "Ind1"), "ST"), (("MMXU1", "Hz"), "MX"))
    )
    head.control_blocks["urcb"] = ReportControl(name="urcb", data_set="ds")
    return ied


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[tuple[MmsServer, IedClient]]:
    async with MmsServer(reported(), port=0, **options) as server, connect(server.url) as client:
        yield server, client


def check(test: Callable[[MmsServer, IedClient], Awaitable[None]]) -> None:
    async def body() -> None:
        async with served() as (server, client):
            await test(server, client)

    run(body())


OBJECTS = [
    (IND, True, "stVal", True),
    (POS, 2, "stVal", 2),
    (HZ, 49.5, "mag", {"f": 49.5}),
    (HZ, {"f": 49.25}, "instMag", {"f": 49.25}),
    (PHASE, {"mag": {"f": 230.0}, "ang": {"f": 30.0}}, "cVal", {"mag": {"f": 230.0}, "ang": {"f": 30.0}}),
    (f"{ROOT}/GGIO1.AnOut1", 5.5, "mxVal", {"f": 5.5}),
]


@pytest.mark.parametrize(("reference", "value", "seen", "expected"), OBJECTS, ids=[o[0] for o in OBJECTS])
def test_substitute_and_release(reference: str, value: Any, seen: str, expected: Any) -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        before = await client.read(f"{reference}.{seen}")
        await client.substitute(reference, value, quality=Quality.INACCURATE)
        assert await client.read(f"{reference}.{seen}") == expected
        assert await client.read(f"{reference}.q") == Quality.INACCURATE | Quality.SUBSTITUTED
        assert await client.read(f"{reference}.subID [SV]") == "127.0.0.1"
        await client.release_substitute(reference)
        assert await client.read(f"{reference}.{seen}") == before
        assert await client.read(f"{reference}.q") == Quality.GOOD

    check(test)


def test_the_whole_in_one_write() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        whole = {"subEna": True, "subVal": True, "subQ": Quality.GOOD, "subID": "me"}
        await client.write(f"{IND} [SV]", whole)
        assert await client.read(f"{IND} [SV]") == whole
        assert await client.read(f"{IND}.stVal") is True
        await client.write(f"{IND}.subVal [SV]", False)  # the short way, a flag
        assert await client.read(f"{IND}.stVal") is False
        await client.write(f"{IND}.subVal [SV]", True)  # and again, known by then
        assert await client.read(f"{IND}.stVal") is True

    check(test)


def test_what_cannot_be_substituted() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        with pytest.raises(UnknownNameError):
            await client.substitute(f"{ROOT}/GGIO1.Ind2", True)
        with pytest.raises(DataAccessError) as refused:
            await client.substitute(f"{ROOT}/MMXU1.TotW", 5)
        assert refused.value.code == 9
        with pytest.raises(DataAccessError) as refused:
            await client.write(f"{IND}.stVal [ST]", True)
        assert refused.value.code == 3

    check(test)


def test_reports_tell_substitution_and_release() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        other = await connect(server.url)
        async with client.reports(f"{ROOT}/LLN0.urcb01") as reports:
            await other.substitute(IND, True)
            value = (await reports.next(5))[f"{IND} [ST]"]
            assert (value.stVal, value.q) == (True, Quality.SUBSTITUTED)
            server.ied.find(IND).update(stVal=True, q=Quality.OLD_DATA)
            server.ied.find(HZ).update(mag__f=50.0)
            (entry,) = (await reports.next(5)).entries
            assert entry.reference == f"{HZ} [MX]", "the process of the other is not seen"
            other.abort()
            value = (await reports.next(5))[f"{IND} [ST]"]
            assert (value.stVal, value.q) == (True, Quality.OLD_DATA)

    check(test)


ENDS: dict[str, Callable[[IedClient], Any]] = {
    "released": lambda client: client.close(),
    "aborted": lambda client: client.abort(),
    "cut off": lambda client: client._connection._transport.abort(),  # type: ignore[union-attr]
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_no_substitution_survives_its_client(end: Callable[[IedClient], Any]) -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        other = await connect(server.url)
        for reference, value in ((IND, True), (HZ, 49.0)):
            await other.substitute(reference, value)
        await client.substitute(POS, 2)
        gone = end(other)
        if gone is not None:
            await gone
        await until(lambda: len(list(server.substitution)) == 1)
        assert await client.read(f"{IND}.subEna [SV]") is False
        assert await client.read(f"{IND}.stVal") is False
        assert await client.read(f"{HZ}.q") == Quality.GOOD
        assert await client.read(f"{POS}.stVal") == 2, "nobody loses his own by that"

    check(test)


def test_without_asyncio() -> None:
    async def body() -> None:
        async with served() as (server, _):

            def script() -> None:
                with sync.connect(server.url) as ied:
                    ied.substitute(IND, True, ident="script")
                    assert ied.read(f"{IND}.stVal") is True
                    assert ied.read(f"{IND}.subID [SV]") == "script"
                    ied.release_substitute(IND)
                    assert ied.read(f"{IND}.stVal") is False

            await asyncio.to_thread(script)

    run(body())


def test_modes_are_read_with_their_marks() -> None:
    async def test(server: MmsServer, client: IedClient) -> None:
        server.modes.set(server.ied.find(f"{ROOT}/LLN0"), BehaviourModeKind.test)
        assert await client.read(f"{CHILD}/XSWI1.Beh.stVal") == BehaviourModeKind.test
        assert await client.read(f"{POS}.q") == Quality.TEST
        server.ied.find(POS).update(q=Quality.OLD_DATA)
        assert await client.read(f"{POS}.q") == Quality.OLD_DATA | Quality.TEST
        server.modes.set(server.ied.find(f"{ROOT}/LLN0"), BehaviourModeKind.off)
        assert await client.read(f"{POS}.q") == Quality.OLD_DATA | Quality.INVALID

    check(test)
