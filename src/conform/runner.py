"""Runs cases against a server, one after the other, and judges them. Nothing a server does gets out of here as an exception."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence

from ..errors import LinkError, LinkTimeoutError, MeterwireError, UsageError
from .bench import Bench, Options
from .case import Case, CheckFailedError, NotApplicableError, Verdict
from .cases import GROUPS
from .inventory import Inventory, take_inventory
from .results import Result, Run
from .session import open_session
from .tape import Tape

__all__ = ["run", "select_cases"]

GONE_AFTER = 3
"""Cases in a row to which the server does not let us in; after them the rest is not tried any more."""

log = logging.getLogger(__name__)


def select_cases(wanted: Sequence[str] = ()) -> list[Case]:
    """Cases by group or id, all without; a group takes its negative cases along. UsageError for names there are none of."""
    cases = [case for group in GROUPS for case in group.cases]
    chosen: dict[str, Case] = {}
    for name in wanted:
        plain = name.strip().lower()
        found = [case for case in cases if plain in _names(case)]
        if not found:
            known = ", ".join(dict.fromkeys(group.name for group in GROUPS))
            raise UsageError(f"no group or case {name!r}; groups are {known}, a case is e.g. sRp4")
        chosen |= {case.id: case for case in found}
    return [case for case in cases if case.id in chosen] if wanted else cases


def _names(case: Case) -> tuple[str, ...]:
    """What a case is called by: id with and without its prefix, group with and without the N."""
    own, group = case.id.lower(), case.group.lower()
    return own, own.removeprefix("s"), group, group.removesuffix("n")


async def run(
    target: str,
    options: Options | None = None,
    *,
    on_start: Callable[[Case, int], None] | None = None,
    on_result: Callable[[Result], None] | None = None,
) -> Run:
    """Run the chosen cases against ``mms://host:port``.

    ``on_start`` is told the case that begins and how many there are, ``on_result`` how it ended. Raises UsageError for a
    malformed target or group, LinkError when there is no server at the start; later everything is a verdict.
    """
    options = options or Options()
    cases = select_cases(options.groups)
    started = dt.datetime.now(dt.UTC)
    inventory = await _look(target, options)
    results: list[Result] = []
    judge = _Judge(target, options, inventory)
    for case in cases:
        if on_start is not None:
            on_start(case, len(cases))
        result = await judge.judge(case)
        results.append(result)
        if on_result is not None:
            on_result(result)
    identity = inventory.identity
    told = (identity.vendor, identity.model, identity.revision) if identity is not None else ()
    return Run(
        target=target,
        server=" ".join(filter(None, told)),
        started=started,
        allowed=tuple(sorted(permission.flag for permission in options.allowed)),
        results=tuple(results),
        problems=tuple(inventory.problems),
    )


async def _look(target: str, options: Options) -> Inventory:
    bench = Bench(target, options, Inventory(), Tape())
    session = await bench.session()
    try:
        return await take_inventory(session)
    except (MeterwireError, CheckFailedError) as error:
        # A server that cannot even be looked at is judged all the same: with nothing to choose from.
        return Inventory(problems=[f"looking round: {error}"], failure=str(error))
    finally:
        await bench.close()


class _Judge:
    """Runs single cases, and notices when the server has gone for good."""

    def __init__(self, target: str, options: Options, inventory: Inventory) -> None:
        self._target = target
        self._options = options
        self._inventory = inventory
        self._unreached = 0
        self._last_seen = "the start"

    async def judge(self, case: Case) -> Result:
        """Run one case."""
        missing = sorted(need.flag for need in case.needs - self._options.allowed)
        if missing:
            return _result(case, Verdict.NOT_APPLICABLE, f"changes the server; allow it with {' '.join(missing)}")
        if self._unreached >= GONE_AFTER:
            reason = f"not run: the server has let nobody in since {self._last_seen}"
            return _result(case, Verdict.FAIL, reason)
        tape = Tape()
        bench = Bench(self._target, self._options, self._inventory, tape)
        begin = time.monotonic()
        verdict, reason, decided = await self._try(case, bench)
        return Result(
            case=case,
            verdict=verdict,
            reason=reason,
            seconds=time.monotonic() - begin,
            decided_ms=decided,
            pieces=tape.pieces,
            left_off=tape.left_off,
        )

    async def _try(self, case: Case, bench: Bench) -> tuple[Verdict, str, float]:
        verdict, reason = await _outcome(case, bench, self._options.case_seconds)
        if verdict is Verdict.NOT_APPLICABLE and self._inventory.failure:
            verdict, reason = (
                Verdict.FAIL,
                f"{reason}; but the server could not be looked at: {self._inventory.failure}",
            )
        decided = bench.tape.elapsed
        left = await bench.close()
        if left:
            decided = bench.tape.elapsed
            verdict, reason = (
                Verdict.FAIL,
                "; ".join([*([reason] if reason else []), "not put back: " + ", ".join(left)]),
            )
        if case.is_hostile and verdict is Verdict.PASS:
            verdict, reason = await self._after(bench, reason)
            decided = bench.tape.elapsed if verdict is Verdict.FAIL else decided
        elif verdict is not Verdict.PASS:
            await self._is_there(bench)
        if verdict is Verdict.PASS:
            self._unreached, self._last_seen = 0, case.id
        return verdict, reason, decided

    async def _after(self, bench: Bench, reason: str) -> tuple[Verdict, str]:
        """After a hostile case the server must serve a new client."""
        problem = await self._is_there(bench)
        if problem:
            return Verdict.FAIL, f"afterwards the server does not serve a new client: {problem}"
        return Verdict.PASS, reason

    async def _is_there(self, bench: Bench) -> str:
        """Ask the server something in a new association; why not, empty when it answers."""
        try:
            session = await open_session(
                bench.host,
                bench.port,
                timeout=self._options.timeout,
                tape=bench.tape,
                addresses=self._options.addresses,
                password=self._options.password,
            )
            try:
                await session.names(9)
            finally:
                await session.release()
        except (MeterwireError, CheckFailedError) as error:
            self._unreached += isinstance(error, LinkError)
            return str(error)
        self._unreached = 0
        return ""


async def _outcome(case: Case, bench: Bench, seconds: float) -> tuple[Verdict, str]:
    try:
        async with asyncio.timeout(seconds):
            await case.run(bench)
    except NotApplicableError as error:
        return Verdict.NOT_APPLICABLE, str(error)
    except CheckFailedError as error:
        return Verdict.FAIL, str(error)
    except LinkTimeoutError as error:
        return Verdict.FAIL, str(error)
    except TimeoutError:
        return Verdict.FAIL, f"not done within {seconds:g} s"
    except MeterwireError as error:
        return Verdict.FAIL, f"{_KINDS.get(type(error).__name__, '')}{error}"
    except Exception as error:
        log.debug("%s", case.id, exc_info=True)
        return Verdict.FAIL, f"the answer could not be judged ({type(error).__name__}: {error}); please report this"
    return Verdict.PASS, "; ".join(bench.notes)


_KINDS = {"DecodeError": "the answer cannot be read: ", "TruncatedError": "the answer cannot be read: "}


def _result(case: Case, verdict: Verdict, reason: str) -> Result:
    return Result(case=case, verdict=verdict, reason=reason, seconds=0.0)
