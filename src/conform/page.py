"""A run as one HTML page that needs nothing else: counts, cases by group, the octets of each; to be filtered and searched."""

from collections import Counter
from functools import cache
from html import escape
from pathlib import Path

from .. import __version__
from .case import Verdict
from .cases import GROUPS
from .results import Result, Run
from .tape import Piece, summaries

__all__ = ["to_html"]

SHOWN_OF_PASSED = 2_048
"""Octets shown of a case that passed; the JSON has all that was kept."""
FOOTER = (
    "<footer>Groups are those of IEC 61850-10. A number marked <i>own</i> is ours; others are those under which test "
    "laboratories know a case, as far as that is public. → is what we sent, ← what the server answered.</footer>"
)
WORDS = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NOT_APPLICABLE: "n/a"}
LONG_WORDS = {Verdict.PASS: "passed", Verdict.FAIL: "failed", Verdict.NOT_APPLICABLE: "not applicable"}


@cache
def _data(name: str) -> str:
    return (Path(__file__).parent / "data" / name).read_text("utf-8")


def to_html(run: Run) -> str:
    """The page."""
    counts = run.counts
    title = f"Conformance of {run.server or run.target}"
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_data('report.css')}</style></head><body><main>",
            f"<header><h1>{escape(title)}</h1>{_facts(run)}{_tiles(counts)}{_bar(counts)}</header>",
            _tools(counts),
            *_sections(run),
            FOOTER,
            f"</main><script>{_data('report.js')}</script></body></html>",
        ]
    )


def _facts(run: Run) -> str:
    allowed = " ".join(run.allowed) or "nothing but looking"
    text = (
        f"<b>{escape(run.target)}</b> · {run.started:%Y-%m-%d %H:%M} UTC · "
        f"{sum(result.seconds for result in run.results):.0f} s · allowed: {escape(allowed)} · meterwire {__version__}"
    )
    problems = "".join(f"<br>{escape(problem)}" for problem in run.problems[:5])
    return f'<p class="facts">{text}{problems}</p>'


def _tiles(counts: "Counter[Verdict]") -> str:
    tiles = [f'<div class="tile"><b>{counts.total()}</b><span>cases</span></div>']
    tiles += [
        f'<div class="tile {verdict.value}"><b>{counts[verdict]}</b><span>{LONG_WORDS[verdict]}</span></div>'
        for verdict in Verdict
    ]
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _bar(counts: "Counter[Verdict]") -> str:
    total = counts.total() or 1
    parts = [f'<i class="{v.value}" style="width:{100 * counts[v] / total:.2f}%"></i>' for v in Verdict if counts[v]]
    told = ", ".join(f"{counts[v]} {LONG_WORDS[v]}" for v in Verdict)
    return f'<span class="bar" role="img" aria-label="{told}">{"".join(parts)}</span>'


def _tools(counts: "Counter[Verdict]") -> str:
    buttons = [f'<button data-verdict="all">All {counts.total()}</button>']
    order = (Verdict.FAIL, Verdict.PASS, Verdict.NOT_APPLICABLE)
    buttons += [
        f'<button data-verdict="{v.value}">{LONG_WORDS[v].capitalize()} {counts[v]}</button>'
        for v in order
        if counts[v]
    ]
    field = '<input type="search" placeholder="Search: sRp4, segment, refused …" aria-label="Search cases">'
    return f'<div class="tools">{"".join(buttons)}{field}</div>'


def _sections(run: Run) -> list[str]:
    titles = {group.name: group.title for group in reversed(GROUPS)}
    groups: dict[str, list[Result]] = {}
    for result in run.results:
        name = result.case.group
        groups.setdefault(name if name in titles else name.removesuffix("N"), []).append(result)
    return [
        f"<section><h2>{escape(name)} <small>{escape(titles[name])}</small>"
        f"{_bar(Counter(result.verdict for result in results))}</h2>"
        f'<div class="cases">{"".join(map(_case, results))}</div></section>'
        for name, results in groups.items()
    ]


def _case(result: Result) -> str:
    case = result.case
    own = "" if case.is_lab_number else '<span class="own">own</span>'
    why = f'<span class="why">{escape(result.reason)}</span>' if result.reason else ""
    is_open = " open" if result.verdict is Verdict.FAIL else ""
    return (
        f'<details class="{result.verdict.value}"{is_open} id="{case.id}"><summary><span class="id">{case.id}{own}</span>'
        f'<span>{escape(case.title)}{why}</span><span class="verdict">{WORDS[result.verdict]}</span>'
        f'<span class="seconds">{result.seconds:.2f} s</span></summary>{_octets(result)}</details>'
    )


def _octets(result: Result) -> str:
    if not result.pieces:
        return '<p class="none">No octets were exchanged.</p>'
    rows: list[str] = []
    shown, is_decided = 0, False
    for piece in result.pieces:
        if result.verdict is not Verdict.FAIL and shown > SHOWN_OF_PASSED:
            rest = sum(len(other.data) for other in result.pieces) - shown + result.left_off
            rows.append(
                f'<tr><td></td><td></td><td></td><td class="what">{rest} further octets are in the JSON</td></tr>'
            )
            break
        if piece.ms > result.decided_ms and not is_decided:
            rows.append(f'<tr class="mark"><td colspan="4">verdict: {WORDS[result.verdict]}</td></tr>')
            is_decided = True
        shown += len(piece.data)
        rows.append(_row(piece))
    if result.verdict is Verdict.FAIL and result.left_off:
        rows.append(
            f'<tr><td></td><td></td><td></td><td class="what">{result.left_off} octets in the middle were not kept</td></tr>'
        )
    return f'<table class="octets">{"".join(rows)}</table>'


def _row(piece: Piece) -> str:
    arrow = "→" if piece.direction == "out" else "←"
    what = summaries(piece.data)
    told = f'<span class="what">{escape(what)}</span>' if what else ""
    return (
        f'<tr><td>{piece.ms:.1f} ms</td><td>#{piece.association}</td><td class="{piece.direction}">{arrow}</td>'
        f'<td class="hex">{told}{piece.data.hex(" ")}</td></tr>'
    )
