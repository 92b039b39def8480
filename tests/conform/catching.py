"""Which lies are caught by which cases: the whole matrix, for caught.py.

python tests/conform/catching.py        runs every case under every lie, and writes caught.py
"""

import asyncio
import dataclasses
import json
import re
import sys
from pathlib import Path

from everything import PASSWORD, everything, serving
from liar import lying
from lies import LIES

from meterwire.conform import Options, Permission, Verdict, run, select_cases

HERE = Path(__file__).parent
TOGETHER = 12
"""Runs at a time: they wait more than they work."""
SETTINGS = {"timeout": 1.0, "wait": 0.8, "max_clients": 16, "case_seconds": 15.0}


def options(**changes: object) -> Options:
    """How the tests run cases: everything allowed, little patience."""
    made = Options(allowed=frozenset(Permission), password=PASSWORD, model=everything(), **SETTINGS)  # type: ignore[arg-type]
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


async def verdicts(lie: str, cases: tuple[str, ...], **changes: object) -> dict[str, tuple[Verdict, float, str]]:
    """How these cases end in front of a server of their own, under a lie."""
    async with serving() as server, lying(server.port, LIES[lie]) as url:
        try:
            outcome = await run(url, options(groups=cases, **changes))
        except Exception as error:  # a lie may keep everybody out
            return dict.fromkeys(cases, (Verdict.FAIL, 0.0, f"cannot connect: {error}"))
    return {result.case.id: (result.verdict, result.seconds, result.reason) for result in outcome.results}


NOT_THE_CHECK = re.compile(
    r"(.*could not be looked at|cannot connect|writing \S+ was refused|\S+ cannot be read: object-access-denied|"
    r"the server answered with error class access, code 3|\S+ cannot be selected)"
)
"""Failures on the way to what a case checks: they prove nothing of its check."""


def is_caught(verdict: Verdict, reason: str) -> bool:
    """The case failed, and by what it checks."""
    return verdict is Verdict.FAIL and not NOT_THE_CHECK.match(reason)


GENERAL = (
    "refuses everything",
    "refuses reads",
    "refuses writes",
    "agrees to everything",
    "pretends to write",
    "has other values",
)
"""Lies about everything; they are tried on every group."""
REPORTS = ("Rp", "Br")
MODELS = ("Ctl", "DOns", "SBOns", "DOes", "SBOes")
TRIED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("answers under another invoke ID", ("Ass",)),
    ("has values of other types", ("Srv", "Sg", "Sub", "Log", "Trk", "Rp", "Br")),
    ("swallows aborts and releases", ("Ass",)),
    ("rejects Conclude", ("Ass",)),
    ("refuses name lists", ("Ass",)),
    ("lets anybody in", ("Ass",)),
    ("answers ", ("Ass",)),
    ("confirms another transport", ("Ass",)),
    ("has names", ("Srv", "Ass")),
    ("has no names", ("Srv", "Ass", "Log")),
    ("always promises more names", ("Srv",)),
    ("begins name lists anew", ("Srv",)),
    ("has no LLN0", ("Srv", "Cnf")),
    ("has no LPHD", ("Srv", "Cnf")),
    ("has no quality", ("Srv",)),
    ("has nodes without objects", ("Srv", "Cnf")),
    ("has parentless names", ("Srv", "Cnf")),
    ("lists what is not there", ("Srv", "Cnf")),
    ("has other types", ("Srv", "Cnf", "Ctl")),
    ("has renamed types", ("Srv", "Ctl", "Trk")),
    ("ignores alternate access", ("Srv",)),
    ("refuses to", ("Dset",)),
    ("flattens data sets", ("Dset",)),
    ("forgets data sets", ("Dset",)),
    ("never ", REPORTS),
    ("has integers for commands", ("Ctl",)),
    ("has no edited settings", ("Sg",)),
    ("has texts for substitutes", ("Sub",)),
    ("has integers for positions", ("Ctl",)),
    ("has a device too many", ("Cnf",)),
    ("refuses long reads", ("Srv",)),
    ("lets only the first one select", ("SBOns", "SBOes")),
    ("has short EntryIDs", ("Log",)),
    ("has entries of others", ("Log",)),
    ("has no reasons in logs", ("Log",)),
    ("has an entry for every query", ("Log",)),
    ("has blocks in another order", ("Rp", "Br", "Sg", "Log", "Ctl")),
    ("has other sizes", ("Srv", "Ctl", "Cnf")),
    ("has reserved qualities", ("Srv",)),
    ("has times", ("Tm",)),
    ("has whole seconds", ("Tm",)),
    ("has odd accuracies", ("Srv",)),
    ("claims microseconds without a clock", ("Tm",)),
    ("has small numbers of 66", ("Srv", "Trk", "Sg")),
    ("sets substituted", ("Sub",)),
    ("clears substituted", ("Sub",)),
    ("selects ", ("SBOns",)),
    ("has no status", MODELS),
    ("says nothing of itself", ("Srv",)),
    ("is out of order", ("Srv",)),
    ("leaves the specification out", ("Srv", "Dset")),
    ("answers one variable too few", ("Srv", "Dset")),
    ("has members", ("Dset", "Cnf", "Rp")),
    ("confuses deletable", ("Dset",)),
    ("deletes nothing", ("Dset",)),
    ("report", REPORTS),
    ("numbers ", REPORTS),
    ("says ", MODELS),
    ("takes tests for commands", MODELS),
    ("has logs backwards", ("Log",)),
    ("has entries twice", ("Log",)),
    ("has empty logs", ("Log",)),
    ("has other sizes of files", ("Ft",)),
    ("has nameless files", ("Ft",)),
    ("cuts files", ("Ft",)),
)
"""Which groups a lie is tried on, by how it begins."""


def tried_on(lie: str, every: list[str]) -> list[str]:
    """Groups."""
    if lie in GENERAL:
        return every
    return sorted({group for head, groups in TRIED if lie.startswith(head) for group in groups})


async def matrix(lies: list[str]) -> dict[str, dict[str, float]]:
    """Every lie against the cases it may be caught by: which catch it, and how long they take."""
    groups: dict[str, list[str]] = {}
    for case in select_cases():
        groups.setdefault(case.group.removesuffix("N"), []).append(case.id)
    gate = asyncio.Semaphore(TOGETHER)
    found: dict[str, dict[str, float]] = {}

    async def one(lie: str, cases: list[str]) -> None:
        async with gate:
            told = await verdicts(lie, tuple(cases))
        for case, (verdict, seconds, reason) in told.items():
            if is_caught(verdict, reason):
                found.setdefault(case, {})[lie] = round(seconds, 2)
        print(lie, cases[0], sum(is_caught(v[0], v[2]) for v in told.values()), flush=True)

    await asyncio.gather(*(one(lie, groups[name]) for lie in lies for name in tried_on(lie, list(groups))))
    return found


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(matrix(sys.argv[2:] or list(LIES))), indent=0))
