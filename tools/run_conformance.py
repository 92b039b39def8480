#!/usr/bin/env python3
"""Run the conformance cases on our server and on the two foreign ones, for docs/conformance.md.

    python tools/run_conformance.py [ours] [libiec61850] [iec61850]      writes docs/conformance/NAME.json

Everything is allowed. A server that goes away is started anew, and the cases it has not seen are run on the new one. Kept are the verdicts,
and the last octets of every failure; tools/draw_conformance.py makes the page of them.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from draw_conformance import WITHHELD

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "conformance"
sys.path[:0] = [str(ROOT / "tests" / "conform"), str(ROOT / "tests" / "interop")]

SHOWN_PIECES, SHOWN_OCTETS = 4, 160
VICTIM = ("not run:", "cannot connect to ")
"""Reasons of cases that met no server at all."""
MAX_STARTS = 30
CONTROLS = ("Ctl", "DOns", "SBOns", "DOes", "SBOes")
"""Groups that the package iec61850 is asked on a server of controls alone."""


@contextmanager
def ours() -> Iterator[str]:
    """Our server, in a process of its own."""
    command = [sys.executable, "-u", str(ROOT / "tests" / "conform" / "everything.py"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def foreign(script: str, *arguments: str) -> Iterator[str]:
    """A foreign server, with a folder of files."""
    from peer import Peer

    with ExitStack() as stack:
        if arguments == ("--files",):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            (Path(folder) / "event.log").write_text("an event\n" * 500)
            (Path(folder) / "empty.txt").write_text("")
            arguments = ("--files", folder)
        peer = stack.enter_context(Peer(script, *arguments))
        yield f"mms://127.0.0.1:{peer.ready['port']}"


SERVERS: dict[str, list[tuple[tuple[str, ...], Any]]] = {
    "ours": [((), ours)],
    "libiec61850": [((), lambda: foreign("../../conform/peers/libiec61850_all.py", "--files"))],
    "iec61850": [
        ((), lambda: foreign("iec61850_server.py")),
        (CONTROLS, lambda: foreign("../../conform/peers/iec61850_controls.py")),
    ],
}


async def run_all(start: Any, cases: list[str], say: Any) -> tuple[str, list[dict[str, Any]], list[str]]:
    """Run cases, on as many servers as it takes."""
    from meterwire.conform import Options, Permission, run, to_document

    told: dict[str, dict[str, Any]] = {}
    server, ended = "", []
    options = Options(timeout=1.5, wait=2.0, allowed=frozenset(Permission), max_clients=16)
    if start is ours:
        from everything import everything

        options = replace(options, model=everything())
    for _ in range(MAX_STARTS):
        left = tuple(case for case in cases if case not in told)
        if not left:
            break
        with start() as url:
            outcome = await run(
                url, replace(options, groups=left), on_result=lambda r: say(r.case.id, r.verdict.value, r.reason)
            )
        server = outcome.server or server
        document = to_document(outcome)
        ran = [result for result in document["results"] if not result["reason"].startswith(VICTIM)]
        told |= {result["id"]: result for result in ran}
        if len(ran) < len(left):
            ended.append(ran[-1]["id"] if ran else "")
    for case in [case for case, result in told.items() if result["verdict"] == "fail"]:
        with start() as url:  # what one case did to the server must not be another one's verdict
            alone = to_document(await run(url, replace(options, groups=(case,))))["results"][0]
        told[case] = alone
        say(alone["id"], alone["verdict"], alone["reason"])
    return server, [told[case] for case in cases if case in told], ended


def trimmed(name: str, result: dict[str, Any]) -> dict[str, Any]:
    """What the page needs."""
    kept = {key: result[key] for key in ("id", "group", "title", "number", "verdict", "reason")}
    if result["verdict"] == "fail" and (name, result["id"]) in WITHHELD:
        kept["octets"] = []
    elif result["verdict"] == "fail":
        before = [piece for piece in result["octets"] if piece["ms"] <= result["decided_ms"]]
        pieces = [piece for piece in before if _is_telling(piece)] or before
        kept["octets"] = [
            {**piece, "hex": piece["hex"][: 2 * SHOWN_OCTETS] + ("…" if len(piece["hex"]) > 2 * SHOWN_OCTETS else "")}
            for piece in pieces[-SHOWN_PIECES:]
        ]
    return kept


def _is_telling(piece: dict[str, Any]) -> bool:
    """Not what every association begins and ends with."""
    return not piece["hex"].endswith("028b00") and not any(
        mark in piece["hex"][:18] for mark in ("11e0", "16e0", "11d0", "09d0", "02f0800d", "02f0800e")
    )


def say(name: str, case: str, verdict: str, reason: str) -> None:
    """Tell how a case ended."""
    print(f"{name} {case} {verdict} {reason[:150]}", flush=True)


async def main(names: list[str]) -> None:
    from meterwire.conform import select_cases

    TARGET.mkdir(exist_ok=True)
    for name in names:
        every = [case.id for case in select_cases()]
        controls = [case.id for case in select_cases(CONTROLS)]
        parts = SERVERS[name]
        found: dict[str, dict[str, Any]] = {}
        server, ended = "", []
        for groups, start in parts:
            cases = controls if groups else [case for case in every if len(parts) == 1 or case not in controls]

            server_here, results, gone = await run_all(start, cases, partial(say, name))
            server = server or server_here
            ended += gone
            found |= {result["id"]: result for result in results}
        document = {
            "server": server,
            "ended": ended,
            "results": [trimmed(name, found[case]) for case in every if case in found],
        }
        (TARGET / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(SERVERS))
    asyncio.run(main(parser.parse_args().names))
