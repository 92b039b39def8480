#!/usr/bin/env python3
"""Draw docs/conformance.md from what tools/run_conformance.py measured (docs/conformance/*.json) and our readings of it."""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "conformance.md"
DATA = ROOT / "docs" / "conformance"
SERVERS = {"ours": "meterwire", "libiec61850": "libIEC61850 1.6.1", "iec61850": "iec61850 0.14.0"}
VERDICTS = ("pass", "fail", "not-applicable")

HEAD = """# Conformance

Drawn by tools/draw_conformance.py; do not edit.

`meterwire conform` judges any IEC 61850 server, ours or not, case by case:

```sh
meterwire conform mms://127.0.0.1:10102
```

Without further options it only looks, and configures report control blocks that are free; it puts back what it changed.
What does more says which flag allows it, and stays *not applicable* until it is given:

| flag | allows |
|---|---|
| `--allow-write` | data values, substitution and lasting data sets are written, and put back |
| `--allow-settings` | setting groups are selected, edited and confirmed, and put back |
| `--allow-control` | **controls are selected and operated**; `--control REF` names the only ones that may be |
| `--allow-files` | a file of our own is set, renamed and deleted |
| `--allow-buffers` | buffered report control blocks are taken, which may empty their buffers |
| `--allow-load` | all associations and data sets the server has are taken |
| `--allow-all` | all of these |

`--groups Rp,Br,sFt2` chooses groups and cases, `--list` shows them, `--scl FILE` compares the model online with the file's.
`--all` shows every case, `--octets` the octets of failures; `--json`, `--junit FILE` and `--html FILE` write them down. Every call
has a time-out (`--timeout`); a server that dies gives failures. Exit code 0: no case failed, 1: one did, 2: asked wrongly.

## Names

Groups are those of IEC 61850-10: @@GROUPS@@. Negative cases have an N before the number. A number below 100 is the one test
laboratories know such a case by, as far as public papers name them; which number checks what is not confirmed by any of them; the standard is
sold, its text was not consulted, and where a laboratory's procedure does more than the title says it does more than our case. Numbers
from 101 on are our own. A verdict here is no certificate.

## How a case can fail

A check that cannot fail proves nothing. `tests/conform` puts a wrong server in front of ours, which lies in @@LIES@@ ways: it drops,
doubles and renumbers reports, agrees to what must be refused, forgets data sets, answers types that its values do not have, and so on.
@@CAUGHT@@ of @@ALL@@ cases are caught failing under one of them, each under a lie the test names.@@UNCAUGHT@@

## Results

Every case, everything allowed, each failure run once more on a fresh server, so that it is its own. `libIEC61850` is the PyPI package
pyiec61850-ng, `iec61850` the Rust package of that name, each served by a script of `tests/conform/peers` with the model its library
allows: with controls, setting groups, reports and files the one, with controls and reports the other.

"""

READINGS: dict[str, dict[str, tuple[str, str]]] = {
    "libiec61850": {
        "sAssN108": ("theirs, lenient", "The application context of the AARQ is not looked at."),
        "sAssN110": (
            "theirs, lenient",
            "The tag of the initiate PDU is not looked at: an initiate response opens an association too.",
        ),
        "sAssN111": ("theirs, lenient", "The presentation mode selector is not looked at."),
        "sAssN115": (
            "theirs",
            "An open association takes a second initiate request and answers it, as if it could be negotiated anew.",
        ),
        "sSrv106": (
            "theirs",
            "Names below a node stand in the order of the model. Continuing a list works all the same (sSrv103, sSrv104).",
        ),
        "sSrv117": ("the model's", "The nodes of our script have no Beh where the library makes none."),
        "sSrv128": ("theirs", "specificationWithResult is ignored for lists of variables."),
        "sSrvN106": (
            "theirs",
            "The name ends at its null for the library, and the rest is ignored: the value of LLN0 comes.",
        ),
        "sSrvN122": ("theirs", "Two error PDUs in one presentation value."),
        "sSrvN129": ("theirs, lenient", "An empty INTEGER is taken as 0."),
        "sSrvN130": ("theirs, lenient", "A negative invoke ID is taken, and echoed."),
        "sSrvN140": (
            "theirs",
            "A text longer than the type the server told is stored. An application can refuse it in its write handler.",
        ),
        "sSrvN141": (
            "theirs",
            "An integer beyond the type the server told is taken. An application can refuse it in its write handler.",
        ),
        "sSrvN142": ("theirs", "As sSrvN141."),
        "sDsetN110": (
            "theirs",
            "The process ends.",
        ),
        "sDsetN113": ("theirs", "An empty name is taken."),
        "sRpN115": ("theirs", "RptID is a VISIBLE STRING of at most 129 octets."),
        "sBrN115": ("theirs", "As sRpN115."),
        "sFtN111": ("theirs", "An empty name opens the folder itself."),
        "sFtN114": (
            "theirs",
            "The position is not compared with the size of the file; what comes is not the file's, and does not end.",
        ),
    },
    "iec61850": {
        "sAssN108": ("theirs, lenient", "The application context of the AARQ is not looked at."),
        "sSrv2": ("the model's", "Our script declares no LPHD."),
        "sSrv102": ("theirs", "Control blocks are listed without the functional constraint they stand under."),
        "sSrv107": ("theirs", "The types of logical nodes have no control blocks; their own types are refused."),
        "sSrv117": ("the model's", "Our script declares no Beh."),
        "sSrv118": ("the model's", "Our script declares no Health."),
        "sSrv120": ("the model's", "Our script declares no NamPlt."),
        "sSrv125": ("theirs", "A component cannot be selected by alternate access, although the server declares valt."),
        "sSrv128": ("theirs", "specificationWithResult is ignored."),
        "sSrv130": ("theirs", "Status is rejected as unrecognised."),
        "sSrvN1f": ("theirs", "The functional constraint of a name is not looked at: an ST value is read as CF."),
        "sSrvN129": ("theirs, lenient", "An empty INTEGER is taken as 0."),
        "sSrvN130": ("theirs, lenient", "A negative invoke ID is taken, and echoed."),
        "sSrvN140": ("theirs", "A text longer than the type the server told is stored."),
        "sSrvN141": ("theirs", "An integer beyond the type the server told is taken."),
        "sSrvN142": ("theirs", "As sSrvN141."),
        "sDset104": ("theirs", "specificationWithResult is ignored."),
        "sDsetN106": ("theirs", "A data set is created in a logical device that does not exist."),
        "sDsetN107": ("theirs", "A data set is created in a logical node that does not exist."),
        "sRp1": ("theirs", "The block can be read, its type is refused."),
        "sRp102": ("theirs", "DatSet is told without its logical device."),
        "sRp112": ("theirs", "With an empty RptID no report carries the block's reference."),
        "sRp115": ("theirs", "A block that was disabled cannot be enabled again in the same association."),
        "sRp125": ("theirs", "As sRp115."),
        "sRp3a": ("theirs", "IntgPd is stored, and no integrity report follows."),
        "sRp120": ("theirs", "A block stays with a client that has vanished."),
        "sRpN111": ("theirs", "DatSet is stored unseen."),
        "sBr1": ("theirs", "The block cannot be read as a whole."),
        "sBr102": ("theirs", "As sRp102."),
        "sBr120": ("theirs", "As sRp120."),
        "sBrN111": ("theirs", "As sRpN111."),
        "sSBOns109": ("theirs", "A selection outlives its client."),
        "sSBOes109": ("theirs", "A selection outlives its client."),
        "sSBOesN106": ("theirs", "LastApplError has ctlNum 0, whatever the command had."),
        "sSBOesN107": (
            "theirs",
            "Not selected by anybody is told as locked by another client (27) instead of not selected (18).",
        ),
    },
}
"""Server, case: whose failure it is, and what we read in it."""
READINGS_OF_GROUPS = {
    ("iec61850", "Br"): ("theirs", "The block takes what is written, and no buffered report is ever sent.")
}
"""What is read in the failures of a whole group that have no reading of their own."""
WITHHELD = {("libiec61850", "sDsetN110"), ("libiec61850", "sFtN114")}
"""Failures whose octets harm a server that others run: left out until its makers have had time."""
NOTES = {
    "ours": (
        "Five cases have nothing to be tried on: the server of the tests wants no password here (in the tests it does), lets no client write "
        "SIUnit, its buffered blocks take no data set of an association, and its direct control refuses nothing."
    ),
    "libiec61850": (
        "Substitution is left to the application, the wheel has no log storage, and dynamic models have no tracking nodes; those groups do "
        "not apply."
    ),
    "iec61850": (
        "No files, no setting groups, no logs, no association-specific data sets. Its report control blocks are listed and stand in no type; "
        "they are judged with the components of the standard. Nothing changes by itself in its model, so changes are not reported."
    ),
}


def load(name: str) -> Any:
    """A JSON file."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def caught() -> dict[str, str]:
    """The lie each case is caught under, as the tests have it."""
    scope: dict[str, Any] = {}
    exec((ROOT / "tests" / "conform" / "caught.py").read_text("utf-8"), scope)
    return {case: lie for lie, cases in scope["CAUGHT"].items() for case in cases.split()}


def cases() -> list[Any]:
    """The table of cases."""
    from meterwire.conform import select_cases

    return select_cases()


def counts_table(documents: dict[str, Any]) -> list[str]:
    """Verdicts by group and server."""
    groups = list(dict.fromkeys(result["group"] for document in documents.values() for result in document["results"]))
    lines = ["| group | " + " | ".join(SERVERS.values()) + " |", "|---" * (len(SERVERS) + 1) + "|"]
    rows = [
        (group, [[r["verdict"] for r in d["results"] if r["group"] == group] for d in documents.values()])
        for group in groups
    ]
    rows.append(("**all**", [[r["verdict"] for r in d["results"]] for d in documents.values()]))
    for group, columns in rows:
        lines.append(f"| {group} | " + " | ".join(_cell(column) for column in columns) + " |")
    return lines


def _cell(verdicts: list[str]) -> str:
    passed, failed, absent = (verdicts.count(verdict) for verdict in VERDICTS)
    told = [f"{passed} pass"] if passed else []
    told += [f"**{failed} fail**"] if failed else []
    told += [f"{absent} n/a"] if absent else []
    return ", ".join(told) or "–"


def failures(name: str, document: Any) -> list[str]:
    """Each failure with its reading and its octets."""
    lines = [f"### {SERVERS[name]}", "", NOTES[name], ""]
    failed = [result for result in document["results"] if result["verdict"] == "fail"]
    if not failed:
        return [*lines, "No case fails.", ""]
    lines += ["| case | what is checked | what came | whose | our reading |", "|---|---|---|---|---|"]
    for result in failed:
        whose, reading = reading_of(name, result)
        lines.append(
            f"| {result['id']} | {_text(result['title'])} | {_text(result['reason'], 110)} | {whose} | {_text(reading)} |"
        )
    lines += ["", "<details><summary>The octets of these failures</summary>", "", "```text"]
    for result in failed:
        lines.append(result["id"])
        if (name, result["id"]) in WITHHELD:
            lines.append("  left out here until the makers have had time: it harms servers that others run")
            continue
        for piece in result["octets"]:
            arrow = "->" if piece["direction"] == "out" else "<-"
            lines.append(f"  {arrow} {piece['hex']}")
    return [*lines, "```", "", "</details>", ""]


def reading_of(name: str, result: dict[str, Any]) -> tuple[str, str]:
    """Whose failure it is, and what we read in it; KeyError for one that nobody has read."""
    own = READINGS[name].get(result["id"])
    return own if own is not None else READINGS_OF_GROUPS[name, result["group"].removesuffix("N")]


def _text(text: str, limit: int = 400) -> str:
    plain = " ".join(text.replace("|", "\\|").replace("`", "'").replace("<", "&lt;").split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def head() -> str:
    """What stands in front of the results."""
    from meterwire.conform.cases import GROUPS

    table, known = cases(), caught()
    lies = len(set(known.values()))
    missing = [f"- {case.id}: {UNCAUGHT[case.id]}" for case in table if case.id not in known]
    groups = ", ".join(
        dict.fromkeys(f"{group.name} ({group.title.split(':')[0].lower()})" for group in reversed(GROUPS))
    )
    return (
        HEAD.replace("@@GROUPS@@", groups)
        .replace("@@LIES@@", str(lies))
        .replace("@@CAUGHT@@", str(len(table) - len(missing)))
        .replace("@@ALL@@", str(len(table)))
        .replace("@@UNCAUGHT@@", "\n".join([" The others are these:", "", *missing]) if missing else "")
    )


UNCAUGHT: dict[str, str] = {}
"""Cases that no lie of the tests makes fail, and why."""


def render() -> str:
    """The whole page."""
    documents = {name: load(name) for name in SERVERS}
    lines = counts_table(documents)
    for name, document in documents.items():
        lines += ["", *failures(name, document)]
    return head() + "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "build" / "linktree"))
    TARGET.write_text(render(), "utf-8")
