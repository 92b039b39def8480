"""``conform``: judge any server, case by case."""

import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import FileError, UsageError
from .mms import Password
from .output import console, emit, finite, run

if TYPE_CHECKING:
    from ..conform import Case, Options, Result, Run
    from ..models import Ied

__all__ = ["conform"]

COLOURS = {"pass": "green", "fail": "bold red", "not-applicable": "yellow"}

Scl = Annotated[
    Path | None,
    typer.Option("--scl", metavar="FILE", help="Compare the server's model with this ICD, CID, IID or SCD."),
]
IedName = Annotated[str | None, typer.Option("--ied", metavar="NAME", help="Which IED of the file.")]
Groups = Annotated[
    str, typer.Option(metavar="LIST", help="Only these groups and cases, e.g. Ass,Rp,sBr8 [default: all].")
]


def _allow(name: str, what: str) -> Any:
    return typer.Option(f"--allow-{name}", help=what)


def conform(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="mms://host:port")] = "",
    scl: Scl = None,
    ied: IedName = None,
    groups: Groups = "",
    write: Annotated[bool, _allow("write", "Write data values, and put them back.")] = False,
    settings: Annotated[bool, _allow("settings", "Select and edit setting groups, and put them back.")] = False,
    control: Annotated[bool, _allow("control", "SELECT AND OPERATE controls.")] = False,
    files: Annotated[bool, _allow("files", "Set, rename and delete a file of our own.")] = False,
    buffers: Annotated[bool, _allow("buffers", "Take buffered report control blocks; may empty buffers.")] = False,
    load: Annotated[bool, _allow("load", "Take all associations and data sets there are.")] = False,
    everything: Annotated[bool, typer.Option("--allow-all", help="All of these.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--control", metavar="REF", help="Operate only this object; may be repeated.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long to wait for any answer.", min=0.05, callback=finite)
    ] = 5.0,
    wait: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", help="How long to wait for what the server does by itself.", min=0.05, callback=finite
        ),
    ] = 5.0,
    max_clients: Annotated[int, typer.Option(metavar="N", help="Associations at most, with --allow-load.", min=1)] = 64,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text: every case with its octets.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an HTML page.")] = None,
    show: Annotated[bool, typer.Option("--all", help="Show every case, not only those that failed.")] = False,
    octets: Annotated[bool, typer.Option("--octets", help="Show the octets of cases that failed.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the cases, and run none.")] = False,
    password: Password = None,
) -> int:
    """Judge a server case by case, as IEC 61850-10 groups them.

    Only looks, unless more is allowed.

    Exit code 0: no case failed, 1: one did, or there is no server, 2: asked wrongly.
    """
    from ..conform import Options, Permission, select_cases

    wanted = tuple(filter(None, (part.strip() for part in groups.split(","))))
    if listed:
        return _list(select_cases(wanted), as_json=as_json)
    if not target:
        msg = "no server given; write e.g. 'meterwire conform mms://127.0.0.1:10102'"
        raise UsageError(msg)
    given = {
        "write": write,
        "settings": settings,
        "control": control or only,
        "files": files,
        "buffers": buffers,
        "load": load,
    }
    options = Options(
        timeout=timeout,
        wait=wait,
        allowed=frozenset(permission for permission in Permission if everything or given[permission.value]),
        groups=wanted,
        password=password,
        model=_model(scl, ied),
        controls=tuple(only or ()),
        max_clients=max_clients,
    )
    for path in filter(None, (junit, html)):
        if not path.parent.is_dir():
            msg = f"{path.parent} is no folder; make it, or write elsewhere"
            raise UsageError(msg)
    return run(_conform(target, options, junit, html, as_json=as_json, show=show, octets=octets))


def _model(scl: Path | None, ied: str | None) -> "Ied | None":
    if scl is None:
        if ied is not None:
            msg = "--ied chooses an IED of the file given with --scl"
            raise UsageError(msg)
        return None
    from ..scl import load_ied

    return load_ied(scl, ied)


def _list(cases: "list[Case]", *, as_json: bool) -> int:
    for case in cases:
        needs = sorted(permission.flag for permission in case.needs)
        if as_json:
            number = "lab" if case.is_lab_number else "own"
            emit({"id": case.id, "group": case.group, "title": case.title, "number": number, "needs": needs})
        else:
            sys.stdout.write(f"{case.id:<10} {case.title}" + (f"  [{' '.join(needs)}]" if needs else "") + "\n")
    return 0


async def _conform(
    target: str,
    options: "Options",
    junit: Path | None,
    html: Path | None,
    *,
    as_json: bool,
    show: bool,
    octets: bool,
) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ..conform import Verdict
    from ..conform import run as run_cases
    from ..conform.junit import to_junit
    from ..conform.page import to_html

    is_terminal = sys.stderr.isatty()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    counts: Counter[Verdict] = Counter()
    with progress if is_terminal else nullcontext():
        task = progress.add_task("looking at the server", total=None)

        def begins(case: "Case", count: int) -> None:
            failed = f" · [red]{counts[Verdict.FAIL]} failed[/red]" if counts[Verdict.FAIL] else ""
            progress.update(task, total=count, description=f"{case.id:<10}{failed}")

        def ended(result: "Result") -> None:
            counts[result.verdict] += 1
            progress.advance(task)

        outcome = await run_cases(target, options, on_start=begins, on_result=ended)
    if junit is not None:
        _write(junit, to_junit(outcome))
    if html is not None:
        _write(html, to_html(outcome).encode())
    _show(outcome, as_json=as_json, show=show, octets=octets)
    return int(outcome.has_failed)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise FileError(msg) from None


def _show(outcome: "Run", *, as_json: bool, show: bool, octets: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from ..conform import Verdict, to_document

    if as_json:
        emit(to_document(outcome))
        return
    table = Table("case", "verdict", "what is checked", box=None, pad_edge=False, header_style="dim")
    for result in outcome.results:
        if show or result.verdict is Verdict.FAIL:
            colour = COLOURS[result.verdict.value]
            what = escape(result.case.title) + (f"\n[dim]{escape(result.reason)}[/dim]" if result.reason else "")
            table.add_row(result.case.id, f"[{colour}]{result.verdict.value}[/{colour}]", what)
    out = console()
    if table.row_count:
        out.print(table)
    if octets:
        for result in outcome.results:
            if result.verdict is Verdict.FAIL:
                _show_octets(result)
    out.print(_groups(outcome))
    told = ", ".join(f"[{COLOURS[v.value]}]{outcome.count(v)} {v.value}[/{COLOURS[v.value]}]" for v in Verdict)
    out.print(f"{escape(outcome.server or outcome.target)}: {len(outcome.results)} cases, {told}")
    for problem in outcome.problems[:5]:
        sys.stderr.write(f"note: {problem}\n")


def _groups(outcome: "Run") -> object:
    """Counts of each group."""
    from rich.table import Table

    from ..conform import Verdict

    table = Table("group", "pass", "fail", "n/a", box=None, pad_edge=False, header_style="dim")
    for column in table.columns[1:]:
        column.justify = "right"
    counts: dict[str, Counter[Verdict]] = {}
    for result in outcome.results:
        counts.setdefault(result.case.group, Counter())[result.verdict] += 1
    for name, count in counts.items():
        failed = f"[bold red]{count[Verdict.FAIL]}[/bold red]" if count[Verdict.FAIL] else "0"
        table.add_row(name, str(count[Verdict.PASS]), failed, str(count[Verdict.NOT_APPLICABLE]))
    return table


def _show_octets(result: "Result") -> None:
    from ..conform.tape import summaries

    sys.stdout.write(f"\n{result.case.id} {result.reason}\n")
    for piece in result.pieces:
        arrow = "->" if piece.direction == "out" else "<-"
        sys.stdout.write(f"  {piece.ms:9.1f} ms #{piece.association} {arrow} {piece.data.hex(' ')}\n")
        told = summaries(piece.data)
        if told:
            sys.stdout.write(f"{'':18}{told}\n")
    if result.left_off:
        sys.stdout.write(f"  {result.left_off} octets in the middle were not kept\n")
