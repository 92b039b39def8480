"""No check that cannot fail: every case is caught failing under a lie, and only a few short of reasons are not."""

import asyncio

import pytest
from catching import is_caught, verdicts
from caught import CAUGHT, SLOW
from lies import LIES

from meterwire.conform import select_cases

TOGETHER = 12
PATIENCE = 10.0
"""Seconds for any answer: cases that wait for one that does not come are among the slow ones."""
KNOWN = {case: lie for lie, cases in CAUGHT.items() for case in cases.split()}


async def _caught(lies: dict[str, tuple[str, ...]]) -> list[str]:
    """Cases that pass although the server lies; those in doubt are tried once more alone, for there may be much else to do."""
    gate = asyncio.Semaphore(TOGETHER)

    async def one(lie: str, cases: tuple[str, ...]) -> list[tuple[str, str]]:
        async with gate:
            told = await verdicts(lie, cases, timeout=PATIENCE)
        return [(lie, case) for case in cases if not is_caught(told[case][0], told[case][2])]

    doubtful = [pair for found in await asyncio.gather(*(one(*pair) for pair in lies.items())) for pair in found]
    again = []
    for lie, case in doubtful:
        verdict, _, reason = (await verdicts(lie, (case,), timeout=PATIENCE))[case]
        if not is_caught(verdict, reason):
            again.append(f"{case} is {verdict.value} although the server {lie}: {reason}")
    return again


def _chosen(*, slow: bool) -> dict[str, tuple[str, ...]]:
    wanted = {lie: tuple(case for case in cases.split() if (case in SLOW) is slow) for lie, cases in CAUGHT.items()}
    return {lie: cases for lie, cases in wanted.items() if cases}


def test_every_case_is_caught_under_the_lie_told_for_it() -> None:
    assert not asyncio.run(_caught(_chosen(slow=False)))


@pytest.mark.long
def test_every_slow_case_is_caught_under_the_lie_told_for_it() -> None:
    assert not asyncio.run(_caught(_chosen(slow=True)))


def test_the_table_is_about_cases_and_lies_there_are() -> None:
    cases = {case.id for case in select_cases()}
    assert set(CAUGHT) <= set(LIES)
    assert set(KNOWN) <= cases
    assert len(KNOWN) == sum(len(found.split()) for found in CAUGHT.values()), "a case stands twice"
    assert len(KNOWN) >= 0.95 * len(cases)
    assert set(SLOW) <= set(KNOWN)
