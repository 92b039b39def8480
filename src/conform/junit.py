"""JUnit XML of a run: what CI servers show. A group is a test suite, a case that does not apply is skipped."""

from collections.abc import Sequence

from lxml import etree

from .case import Verdict
from .results import Result, Run
from .tape import summaries

__all__ = ["to_junit"]

_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "�")
"""Characters XML cannot hold; a server may put them into names."""


def to_junit(run: Run) -> bytes:
    """The document, UTF-8."""
    root = etree.Element("testsuites", {"name": _clean(f"meterwire conform {run.target}"), **_counts(run.results)})
    groups: dict[str, list[Result]] = {}
    for result in run.results:
        groups.setdefault(result.case.group, []).append(result)
    for name, results in groups.items():
        suite = etree.SubElement(
            root, "testsuite", {"name": name, "timestamp": run.started.isoformat(), **_counts(results)}
        )
        for result in results:
            _add(suite, result)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _counts(results: Sequence[Result]) -> dict[str, str]:
    verdicts = [result.verdict for result in results]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(Verdict.FAIL)),
        "skipped": str(verdicts.count(Verdict.NOT_APPLICABLE)),
        "errors": "0",
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def _add(suite: "etree._Element", result: Result) -> None:
    case = result.case
    name = _clean(f"{case.id} {case.title}")
    element = etree.SubElement(
        suite, "testcase", name=name, classname=f"conform.{case.group}", time=f"{result.seconds:.3f}"
    )
    reason = _clean(result.reason)
    if result.verdict is Verdict.NOT_APPLICABLE:
        etree.SubElement(element, "skipped", message=reason)
    elif result.verdict is Verdict.FAIL:
        etree.SubElement(element, "failure", message=reason, type="conformance").text = _clean(_octets(result))
    elif reason:
        etree.SubElement(element, "system-out").text = reason


def _octets(result: Result) -> str:
    lines = []
    for piece in result.pieces:
        arrow = "→" if piece.direction == "out" else "←"
        lines.append(f"{piece.ms:9.1f} ms  {piece.association} {arrow} {piece.data.hex(' ')}  {summaries(piece.data)}")
    if result.left_off:
        lines.append(f"{result.left_off} octets in the middle were not kept")
    return "\n".join(lines)


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN)
