#!/usr/bin/env python3
"""Run the conformance cases on our server and on the two foreign ones, for docs/conformance.md.

    python tools/run_conformance.py [ours] [libiec61850] [iec61850]      writes docs/conformance/NAME.json

Everything is allowed. A server that goes away is started anew, and the cases it has not seen are run on the new one. Kept are the verdicts,
and the last octets of every failure; tools/draw_conformance.py makes the page of them.
"""

import argparse
import asyncio
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

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
    for _ in range(MAX_STARTS):
        left = tuple(case for case in cases if case not in told)
        if not left:
            break
        with start() as url:
            options = Options(timeout=3.0, wait=3.0, allowed=frozenset(Permission), groups=left, max_clients=16)
            if start is ours:
                from everything import everything

                options = dataclasses.replace(options, model=everything())
            outcome = await run(url, options, on_result=say)
        server = outcome.server or server
        document = to_document(outcome)
        ran = [result for result in document["results"] if not result["reason"].startswith(VICTIM)]
        told |= {result["id"]: result for result in ran}
        if len(ran) < len(left):
            ended.append(ran[-1]["id"] if ran else "")
    return server, [told[case] for case in cases if case in told], ended


def trimmed(result: dict[str, Any]) -> dict[str, Any]:
    """What the page needs."""
    kept = {name: result[name] for name in ("id", "group", "title", "number", "verdict", "reason")}
    if result["verdict"] == "fail":
        pieces = [piece for piece in result["octets"] if piece["what"] and _is_telling(piece["what"])] or result[
            "octets"
        ]
        kept["octets"] = [
            {**piece, "hex": piece["hex"][: 2 * SHOWN_OCTETS] + ("…" if len(piece["hex"]) > 2 * SHOWN_OCTETS else "")}
            for piece in pieces[-SHOWN_PIECES:]
        ]
    return kept


def _is_telling(what: str) -> bool:
    return not any(word in what for word in ("conclude", "COTP CR", "COTP CC", "initiate"))


def say(name: str, result: Any) -> None:
    """Tell how a case ended."""
    print(f"{name} {result.case.id} {result.verdict.value} {result.reason[:150]}", flush=True)


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
            "results": [trimmed(found[case]) for case in every if case in found],
        }
        (TARGET / f"{name}.json").write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(SERVERS))
    asyncio.run(main(parser.parse_args().names))
