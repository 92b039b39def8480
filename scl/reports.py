"""The outcome of checks for other programs and for people who were not there: JSON, SARIF, JUnit, HTML."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from lxml import etree

from .. import __version__
from .check import CheckReport, fingerprint
from .findings import Finding, Severity
from .rules import RULES

__all__ = ["as_html", "as_json", "as_junit", "as_sarif", "grouped"]

SHOWN_PER_GROUP = 20
"""Findings of one rule that the HTML report shows before the reader opens the rest."""
SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def grouped(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings by rule, the most important rule first: by severity, then those of single places before floods.

    One wrong reference matters more to its reader than the thousandth attribute that an edition does not know.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    return sorted(by_rule.items(), key=lambda item: (-item[1][0].severity, _rank(item[0]), len(item[1]), item[0]))


FAMILIES = ("WF", "VER", "FILE", "REF", "UNQ", "NSD", "VAL", "CB", "COM", "NAM", "SUB", "HDR", "STR", "PRIV", "PRJ")


def _rank(rule: str) -> int:
    family = rule.partition("-")[0]
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def as_json(report: CheckReport) -> dict[str, Any]:
    """One report as plain values."""
    return {
        "file": report.file,
        "kind": report.kind,
        "declared": report.declared,
        "schemaSet": report.schema_set,
        "valid": report.is_valid,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.NOTE),
        "accepted": report.accepted,
        "notKept": dict(report.more),
        "findings": [
            {
                "rule": each.rule,
                "severity": each.severity.word,
                "line": each.line,
                "column": each.column,
                "message": each.message,
                "hint": each.hint,
                "part": each.part,
                "subject": each.subject,
                "xpath": each.xpath,
                "fingerprint": fingerprint(each),
            }
            for each in report.findings
        ],
    }


# -- SARIF -------------------------------------------------------------------------------------


def as_sarif(reports: Sequence[CheckReport]) -> dict[str, Any]:
    """A SARIF 2.1.0 log with one run."""
    used = sorted({finding.rule for report in reports for finding in report.findings})
    results = [_sarif_result(finding, used) for report in reports for finding in report.findings]
    driver = {
        "name": "meterwire scl check",
        "semanticVersion": __version__,
        "rules": [_sarif_rule(rule) for rule in used],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _sarif_rule(id: str) -> dict[str, Any]:
    rule = RULES[id]
    made: dict[str, Any] = {
        "id": id,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": SARIF_LEVELS[rule.severity]},
        "properties": {"part": rule.part, "layer": rule.layer},
    }
    if rule.hint:
        made["help"] = {"text": rule.hint}
    return made


def _sarif_result(finding: Finding, used: list[str]) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": quote(finding.file)}, "region": region}
    }
    if finding.xpath:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.xpath, "kind": "element"}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": used.index(finding.rule),
        "level": SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.hint}".strip(" .") + "."},
        "locations": [location],
        "partialFingerprints": {"meterwire/v1": fingerprint(finding)},
    }


# -- JUnit -------------------------------------------------------------------------------------


def as_junit(reports: Sequence[CheckReport]) -> bytes:
    """A JUnit document: a suite per file, a case per rule that found something, one passed case for a file without errors."""
    root = etree.Element("testsuites", name="meterwire scl check")
    for report in reports:
        groups = grouped(report.findings)
        failed = [name for name, found in groups if found[0].severity == Severity.ERROR]
        suite = etree.SubElement(root, "testsuite", name=report.file)
        suite.set("tests", str(max(1, len(groups))))
        suite.set("failures", str(len(failed)))
        if not groups:
            etree.SubElement(suite, "testcase", name="check", classname=_class_name(report))
        for name, found in groups:
            case = etree.SubElement(
                suite, "testcase", name=f"{name} {RULES[name].title}", classname=_class_name(report)
            )
            lines = "\n".join(_legal(f"{each.where}: {each.message}") for each in found)
            if name in failed:
                failure = etree.SubElement(case, "failure", type=name, message=_legal(found[0].message))
                failure.text = lines
            else:
                etree.SubElement(case, "system-out").text = lines
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _class_name(report: CheckReport) -> str:
    return f"scl.{report.kind or 'file'}"


def _legal(text: str) -> str:
    """Without the control characters that XML cannot hold; findings quote what stands in files."""
    return "".join(c if c >= " " or c in "\t\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


# -- HTML --------------------------------------------------------------------------------------


def as_html(reports: Sequence[CheckReport]) -> str:
    """One self-contained page: what is worst stands first, every rule with its count, places and what to do."""
    style = (files(__package__) / "data" / "report.css").read_text("utf-8")
    title = reports[0].file if len(reports) == 1 else f"{len(reports)} files"
    body = "\n".join(part for report in reports for part in _file(report))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}: SCL check</title>'
    foot = f"<footer>meterwire {escape(__version__)} scl check</footer>"
    return f"<!doctype html><html lang=en><head>{head}<style>{style}</style></head><body>{body}{foot}</body></html>\n"


def _file(report: CheckReport) -> Iterator[str]:
    errors, warnings, notes = (report.count(each) for each in (Severity.ERROR, Severity.WARNING, Severity.NOTE))
    verdict = "no errors" if report.is_valid else f"{errors} error{'s' * (errors != 1)}"
    yield f'<section class="file {"good" if report.is_valid else "bad"}"><h1>{escape(report.file)}</h1>'
    yield f"<p class=verdict><b>{verdict}</b><span class=warning>{warnings} warnings</span><span class=note>{notes} notes</span>"
    against = f"checked as {report.schema_set}" if report.schema_set else "edition unknown"
    facts = [report.kind or "SCL", f"declares {report.declared or 'nothing'}", against, f"{report.elements} elements"]
    if report.accepted:
        facts.append(f"{report.accepted} accepted by the baseline")
    yield f"<span class=facts>{escape(' · '.join(facts))}</span></p>"
    groups = grouped(report.findings)
    if groups:
        yield _overview(report, groups)
    for rule, found in groups:
        yield _group(report, rule, found)
    yield "</section>"


def _overview(report: CheckReport, groups: list[tuple[str, list[Finding]]]) -> str:
    """A bar per rule: where the mass is, and that the mass is not what matters most."""
    total = {rule: len(found) + report.more.get(rule, 0) for rule, found in groups}
    most = max(total.values())
    rows = []
    for rule, found in groups:
        width = max(1, round(100 * total[rule] / most))
        level = found[0].severity.word
        rows.append(
            f'<tr class={level}><td><a href="#{rule}">{escape(rule)}</a></td><td>{escape(RULES[rule].title)}</td>'
            f'<td class=count>{total[rule]}</td><td class=bar><i style="width:{width}%"></i></td></tr>'
        )
    where = Counter(finding.subject.partition("/")[0] or "outside of IEDs" for finding in report.findings)
    ieds = ", ".join(f"{escape(name)} {count}" for name, count in where.most_common(8))
    return f"<table class=overview>{''.join(rows)}</table><p class=where>Where: {ieds}</p>"


def _group(report: CheckReport, rule_id: str, found: list[Finding]) -> str:
    rule = RULES[rule_id]
    level = found[0].severity.word
    count = len(found) + report.more.get(rule_id, 0)
    head = (
        f'<h2 id="{rule_id}" class={level}><span class=level>{level}</span> {escape(rule_id)} · {escape(rule.title)}'
        f" <small>{count}× · {escape(rule.part)}</small></h2>"
    )
    hints = list(dict.fromkeys(each.hint for each in found if each.hint))
    hint = "".join(f"<p class=hint>{escape(each)}</p>" for each in hints[:3])
    first = "".join(map(_row, found[:SHOWN_PER_GROUP]))
    table = f"<table class=places>{first}</table>"
    rest = found[SHOWN_PER_GROUP:]
    if rest:
        kept = f"{len(rest)} more" + (f" of {count - SHOWN_PER_GROUP}" if count > len(found) else "")
        table += f"<details><summary>{kept}</summary><table class=places>{''.join(map(_row, rest))}</table></details>"
    return f"{head}{hint}{table}"


def _row(finding: Finding) -> str:
    place = f"{finding.line}:{finding.column}"
    path = f"<div class=path>{escape(finding.xpath)}</div>" if finding.xpath else ""
    return f"<tr><td class=place>{place}</td><td>{escape(finding.message)}{path}</td><td>{escape(finding.subject)}</td></tr>"
