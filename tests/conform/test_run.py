"""The runner on servers: one with everything, one that allows nothing, one that dies, none at all."""

import asyncio
import socket
from functools import cache

import pytest
from catching import options
from everything import everything, serving
from liar import Lie, lying

from meterwire.conform import Options, Permission, Run, Verdict, run, select_cases
from meterwire.errors import LinkError, UsageError
from meterwire.protocols.mms.pdu import PduTag, decode_pdu
from meterwire.server import MmsServer

PARTS = 20
"""Servers at a time: cases wait more than they work."""
CHANGING = (
    "sSrv6",
    "sSrv131",
    "SrvN3",
    "Sub",
    "sSg104",
    "sSg108",
    "sSg111",
    "sDOes101",
    "sSBOns101",
    "sRp103",
    "sRp107",
    "sFt3",
    "sFt108",
    "sDset107",
)
"""Cases that change something, of every kind."""
NOT_HERE = {
    "sSrvN2": "our server lets no client write SIUnit or multiplier",
    "sBr3d": "the data set of the buffered block has nothing that is updated without changing",
    "sBr5": "a buffered block takes no data set of the association",
    "sBr119": "a buffered block takes no data set of the association",
    "sDOesN106": "direct control has nothing to be refused here without being told",
}
"""Cases that do not apply to our server; everything else has to pass."""


async def part(chosen: tuple[str, ...]) -> Run:
    """Some cases against a server of their own."""
    async with serving() as server:
        return await run(server.url, options(groups=chosen, timeout=10.0, wait=2.0, max_clients=32))


@cache
def whole() -> dict[str, Run]:
    """Every case against our server, in parts at a time; by the first case of each."""
    cases = [case.id for case in select_cases()]

    async def every() -> list[Run]:
        return await asyncio.gather(*(part(tuple(cases[i::PARTS])) for i in range(PARTS)))

    return {outcome.results[0].case.id: outcome for outcome in asyncio.run(every())}


def test_our_server_passes_every_case_that_applies() -> None:
    results = [result for outcome in whole().values() for result in outcome.results]
    assert len(results) == len(select_cases())
    doubtful = tuple(result.case.id for result in results if result.verdict is Verdict.FAIL)
    if doubtful:  # some cases measure periods, and this machine may have much else to do: those once more, alone
        again = {result.case.id: result for result in asyncio.run(part(doubtful)).results}
        results = [again.get(result.case.id, result) for result in results]
    failed = [f"{result.case.id}: {result.reason}" for result in results if result.verdict is Verdict.FAIL]
    assert not failed
    assert {result.case.id for result in results if result.verdict is Verdict.NOT_APPLICABLE} <= set(NOT_HERE)


def test_every_case_that_ran_has_its_octets() -> None:
    silent = [
        result.case.id
        for outcome in whole().values()
        for result in outcome.results
        if result.verdict is Verdict.PASS and not result.pieces and result.case.group != "Cnf"
    ]
    # What is only looked up in what was asked before is not asked again.
    assert all(
        case.startswith(("sSrv", "sCtl", "sTm", "sRp", "sBr", "sSg", "sLog", "sTrk", "sDset")) for case in silent
    ), silent
    asked = [result for outcome in whole().values() for result in outcome.results if result.pieces]
    assert len(asked) > 400
    assert {piece.direction for result in asked for piece in result.pieces} == {"in", "out"}


def test_without_permission_nothing_is_written_but_control_blocks() -> None:
    """Every request of a run that allows nothing is looked at."""
    written: list[bytes] = []

    def note(pdu: bytes) -> None:
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_REQUEST and told.service not in (0xA1, 0xA4, 0xA6, 0xAC, 0x82, 0x80):
            written.append(pdu)

    async def main() -> Run:
        watching = Lie(request=note)  # it gives None: the request goes on as it is
        async with serving(password=None) as server, lying(server.port, watching) as url:
            chosen = (
                "Cnf",
                "Srv",
                "Sub",
                "Sg",
                "Log",
                *("Ctl", "DOns", "SBOns", "DOes", "SBOes"),
                "Trk",
                "Ft",
                "sRp103",
                "sDset105",
            )
            return await run(url, Options(timeout=2.0, wait=0.2, groups=chosen))

    outcome = asyncio.run(main())
    refused = [result for result in outcome.results if result.case.needs]
    assert refused
    for result in refused:
        assert result.verdict is Verdict.NOT_APPLICABLE
        assert all(need.flag in result.reason for need in result.case.needs)
        assert not result.pieces
    allowed = (
        b"LLN0$RP$",
        b"dsMeterwire",
        b"NoSuch",
        b"NoZZZ",
        b"\xbfH",
        b"\x9fI",
        b"\x9fJ",
        b"\xbfM",
        b"\xbfA",
        b"$SR$",
        b"OldEnt",
        b"\xbfL",
        b"\xbfK",
        b"\x9fL",
        b"no-such-file",
    )
    strange = [pdu for pdu in written if pdu[:1] == b"\xa0" and not any(word in pdu for word in allowed)]
    # Hostile PDUs reach nothing: they name what does not exist, or are none.
    assert all(b"$CO$" not in pdu and b"$SP$" not in pdu and b"$SG$" not in pdu for pdu in strange), strange


def test_what_was_changed_is_put_back() -> None:
    async def main() -> tuple[dict[str, object], dict[str, object]]:
        async with serving(password=None) as server:

            def state() -> dict[str, object]:
                fixed = ("SP", "SG", "CF", "DC", "SV", "RP", "BR")
                return {own.reference: own.value for own in server.ied.leaves() if own.fc in fixed}

            before = state()
            await run(server.url, options(password=None, groups=CHANGING))
            status = {
                name: server.ied.find(f"ALLLD0/GGIO1.{name}.stVal").value
                for name in ("SPCSO1", "SPCSO2", "SPCSO3", "SPCSO4")
            }
            assert not any(status.values())
            return before, state()

    before, after = asyncio.run(main())
    assert before == after


def test_a_server_that_dies_gives_failures_and_no_traceback() -> None:
    async def main() -> Run:
        async with serving(password=None) as server:
            gone = asyncio.Event()

            def dies(pdu: bytes) -> None:
                if b"$MX$" in pdu and not gone.is_set():
                    gone.set()
                    asyncio.get_running_loop().create_task(server.close())

            async with lying(server.port, Lie(request=dies)) as url:
                return await run(url, options(password=None, timeout=0.5, groups=("sAss1", "Srv", "Rp", "Ft")))

    outcome = asyncio.run(main())
    verdicts = {result.case.id: result for result in outcome.results}
    assert verdicts["sAss1"].verdict is Verdict.PASS
    last = outcome.results[-1]
    assert last.verdict is Verdict.FAIL
    assert last.reason.startswith("not run: the server has let nobody in since ")
    assert outcome.has_failed


def test_a_server_that_says_nothing_gives_failures() -> None:
    """Silence once the association stands: every call ends by its own time-out."""

    async def main() -> Run:
        async with serving(password=None) as server, lying(server.port, Lie(answer=lambda pdu, _request: [])) as url:
            return await run(url, Options(timeout=0.1, groups=("sSrv1", "sSrv4", "sDset105")))

    outcome = asyncio.run(main())
    assert [result.verdict for result in outcome.results] == [Verdict.FAIL] * 3
    assert "within 0.1 s" in outcome.results[0].reason
    assert "the server could not be looked at" in outcome.results[2].reason


def test_no_server_is_one_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(LinkError, match="is the server running there"):
        asyncio.run(run(f"mms://127.0.0.1:{port}", Options(timeout=1.0)))


def test_a_malformed_target_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="write mms://host:port"):
        asyncio.run(run("http://127.0.0.1", Options(timeout=1.0)))


def test_only_the_objects_named_are_operated() -> None:
    async def main() -> Run:
        async with serving(password=None) as server:
            return await run(
                server.url,
                Options(
                    allowed=frozenset((Permission.CONTROL,)),
                    controls=("ALLLD0/GGIO1.SPCSO3",),
                    groups=("sDOns101", "sDOes101"),
                    timeout=3.0,
                ),
            )

    verdicts = {result.case.id: result for result in asyncio.run(main()).results}
    assert verdicts["sDOes101"].verdict is Verdict.PASS, verdicts["sDOes101"].reason
    assert verdicts["sDOns101"].verdict is Verdict.NOT_APPLICABLE
    assert "--control" in verdicts["sDOns101"].reason


def test_a_model_that_differs_from_its_file_is_noticed() -> None:
    async def main() -> Run:
        other = everything()
        node = other.find("ALLLD0/GGIO2")
        node.children.pop("Txt")
        async with MmsServer(other, port=0) as server:
            return await run(server.url, Options(model=everything(), groups=("Cnf",), timeout=3.0))

    failed = {result.case.id: result.reason for result in asyncio.run(main()).results if result.verdict is Verdict.FAIL}
    assert set(failed) == {"sCnf103"}
    assert "GGIO2$SP$Txt" in failed["sCnf103"]
