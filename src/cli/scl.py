"""``meterwire scl``: check SCL files, and explain what the rules of the check are about."""

import contextlib
import importlib.util
import json
import sys
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from ..errors import FileError, UnknownNameError, UsageError
from ..scl.check import CheckOptions, CheckReport, check, fingerprint
from ..scl.findings import Finding, Severity
from ..scl.nsd import load_namespaces
from ..scl.reports import as_html, as_json, as_junit, as_sarif, grouped
from ..scl.rules import RULES, SEVERITIES, Rule
from ..scl.structure import SCHEMA_SETS
from .output import console, emit

__all__ = ["Output", "app", "check_files", "explain", "list_rules"]

app = typer.Typer(
    name="scl",
    help="SCL files (IEC 61850-6): check them, and explain what is wrong.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
SHOWN = 5
"""Places of one rule that the text output lists; --all lists them all."""
CONFIGURATION = "meterwire.toml"


class Output(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


@app.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(help="SCL files of any kind.")],
    output: Annotated[Output, typer.Option("--format", "-f", help="text, json, sarif, junit or html.")] = Output.TEXT,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write there instead of standard output.")
    ] = None,
    schema: Annotated[str, typer.Option("--as", help=f"Check against this schema set: {', '.join(SCHEMA_SETS)}.")] = "",
    disable: Annotated[
        list[str] | None, typer.Option("--disable", help="Rule or family not to say; repeatable.")
    ] = None,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="Python file with rules of your own.")] = None,
    nsd: Annotated[
        list[Path] | None, typer.Option("--nsd", help="NSD file of a name space to compare with; repeatable.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help=f"TOML file with [scl]; {CONFIGURATION} here when it exists.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Accept the findings listed in this file.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", help="List all findings in this file, to accept them later.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every place in the text output.")] = False,
) -> int:
    """Check SCL files: structure, data model, meaning.

    Exit code 0: no errors, 1: errors found, 2: asked wrongly.
    """
    for path in rules or ():
        _load(path)
    options = _options(config, schema, disable or [], baseline, nsd or [])
    reports = [_check(path, options) for path in files]
    if write_baseline is not None:
        known = sorted({fingerprint(finding) for report in reports for finding in report.findings})
        _write(write_baseline, json.dumps({"meterwire-baseline": 1, "findings": known}, indent=1) + "\n")
    text = _render(reports, output)
    if text is None:
        for report in reports:
            _print(report, everything=everything)
    elif target is not None:
        _write(target, text)
    else:
        sys.stdout.write(text)
    return 0 if all(report.is_valid for report in reports) else 1


@app.command("explain")
def explain(rule: Annotated[str, typer.Argument(help="Id of a rule, e.g. REF-01.")]) -> None:
    """What a rule demands, where it comes from, and what to do."""
    _load_all()
    found = RULES.get(rule.upper())
    if found is None:
        near = ", ".join(sorted(key for key in RULES if key.startswith(rule.upper()[:3]))[:12])
        raise UnknownNameError(
            f"no rule {rule}; " + (f"there are {near}" if near else "'meterwire scl rules' lists them")
        )
    out = console()
    out.print(Text(f"{found.id}  {found.title}", style="bold"))
    out.print(f"{found.severity.word}, layer {found.layer}, {found.part}")
    for label, names in (("files", found.kinds), ("editions", found.editions)):
        if names:
            out.print(f"only {label}: {', '.join(sorted(names))}")
    for text in (found.why, found.hint):
        if text:
            out.print("\n" + text)


@app.command("rules")
def list_rules(as_lines: Annotated[bool, typer.Option("--json", help="One JSON object per rule.")] = False) -> None:
    """All rules of the check."""
    _load_all()
    ordered = sorted(RULES.values(), key=lambda each: each.id)
    if as_lines:
        for each in ordered:
            emit(_facts(each))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "severity", "layer", "demands"):
        table.add_column(heading)
    for each in ordered:
        table.add_row(each.id, Text(each.severity.word, COLOURS[each.severity]), each.layer, each.title)
    console().print(table)


def _facts(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.word,
        "layer": rule.layer,
        "part": rule.part,
        "hint": rule.hint,
        "kinds": sorted(rule.kinds),
        "editions": sorted(rule.editions),
    }


# -- what is asked -------------------------------------------------------------------------------


def _load_all() -> None:
    check(b"<SCL/>", "rules")  # the first check has all rule modules loaded


def _load(path: Path) -> None:
    """Run a file with rules; what goes wrong in it is said with its line."""
    spec = importlib.util.spec_from_file_location(f"scl_rules_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"{path}: no Python file with rules")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"{path}: {type(error).__name__}: {error}") from error


def _options(
    config: Path | None, schema: str, disable: list[str], baseline: Path | None, nsd: list[Path]
) -> CheckOptions:
    if config is None and Path(CONFIGURATION).is_file():
        config = Path(CONFIGURATION)
    table: dict[str, Any] = {}
    if config is not None:
        try:
            table = tomllib.loads(config.read_text("utf-8")).get("scl", {})
        except OSError as error:
            raise FileError(f"{config}: {error.strerror or error}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FileError(f"{config}: {error}") from None
    unknown = sorted(set(table) - {"as", "disable", "nsd", "severity", "rules"})
    if unknown:
        raise UsageError(f"{config}: [scl] has no {unknown[0]!r}; there are as, disable, nsd, severity, rules")
    for path in table.get("rules", ()):
        _load((config or Path()).parent / path)
    severities = dict(table.get("severity", {}))
    wrong = next((value for value in severities.values() if value not in SEVERITIES), None)
    if wrong is not None:
        raise UsageError(f"severity {wrong!r} is none of {', '.join(SEVERITIES)}")
    return CheckOptions(
        schema or str(table.get("as", "")),
        frozenset([*disable, *table.get("disable", ())]),
        severities,
        _known(baseline),
        load_namespaces([*nsd, *((config or Path()).parent / path for path in table.get("nsd", ()))]),
    )


def _known(baseline: Path | None) -> frozenset[str]:
    if baseline is None:
        return frozenset()
    try:
        return frozenset(json.loads(baseline.read_text("utf-8"))["findings"])
    except OSError as error:
        raise FileError(f"{baseline}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError):
        raise FileError(f"{baseline}: no baseline; --write-baseline makes one") from None


def _check(path: Path, options: CheckOptions) -> CheckReport:
    with _bar(path) as progress:
        return check(path, options=options, progress=progress)


@contextlib.contextmanager
def _bar(path: Path) -> Iterator[Any]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Progress(transient=True) as bar:
        task = bar.add_task(path.name, total=1.0)
        yield lambda done: bar.update(task, completed=done)


# -- what is answered ------------------------------------------------------------------------------


def _render(reports: list[CheckReport], output: Output) -> str | None:
    if output is Output.JSON:
        return "".join(json.dumps(as_json(report), ensure_ascii=False) + "\n" for report in reports)
    if output is Output.SARIF:
        return json.dumps(as_sarif(reports), ensure_ascii=False, indent=1) + "\n"
    if output is Output.JUNIT:
        return as_junit(reports).decode()
    if output is Output.HTML:
        return as_html(reports)
    return None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None


def _print(report: CheckReport, *, everything: bool) -> None:
    out = console()
    errors, warnings, notes = (report.count(each) for each in (Severity.ERROR, Severity.WARNING, Severity.NOTE))
    against = f"checked as {report.schema_set}" if report.schema_set else "edition unknown"
    out.print(Text(report.file, style="bold"), end="")
    out.print(f"  {report.kind or 'SCL'}, declares {report.declared or 'nothing'}, {against}")
    for rule, found in grouped(report.findings):
        count = len(found) + report.more.get(rule, 0)
        style = COLOURS[found[0].severity]
        line = Text.assemble((found[0].severity.word, style), " ", (rule, "bold"), f"  {RULES[rule].title}")
        out.print(line.append(f"  ({count}×)" if count > 1 else ""))
        shown = found if everything else found[:SHOWN]
        for finding in shown:
            out.print(_place(finding))
        if count > len(shown):
            out.print(Text(f"      … {count - len(shown)} more", style="dim"))
        hint = found[0].hint
        if hint:
            out.print(Text(f"      → {hint}", style="green"))
    accepted = f", {report.accepted} accepted by the baseline" if report.accepted else ""
    words = f"{errors} errors, {warnings} warnings, {notes} notes{accepted}"
    out.print(Text(words, style="green" if report.is_valid else "red"))


def _place(finding: Finding) -> Text:
    subject = f"  [{finding.subject}]" if finding.subject else ""
    return Text.assemble("  ", (f"{finding.line}:{finding.column}", "dim"), f"  {finding.message}", (subject, "dim"))
