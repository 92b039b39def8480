"""The check as a whole: any file gives findings with places, none gives a traceback."""

from pathlib import Path

import pytest

from meterwire.errors import FileError, UsageError
from meterwire.scl import CheckOptions, Severity, check
from meterwire.scl.check import MAX_PER_RULE, fingerprint
from meterwire.scl.rules import RULES, register

from .rules.base import BASE
from .test_structure import GOOD, HEADER

BILLION = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "WF-01"),
        (b"no xml at all", "WF-01"),
        (GOOD.encode()[:-9], "WF-01"),
        (b"<a/>", "WF-04"),
        (b'<SCL xmlns="urn:else"/>', "WF-04"),
        ((BILLION + "]><l>&h;</l>").encode(), "WF-02"),
        (b'<!DOCTYPE S [<!ENTITY x SYSTEM "file:///etc/passwd">]><S>&x;</S>', "WF-02"),
        (b"<a>" * 200_000, "WF-03"),
        (b"<a>" * 150 + b"</a>" * 150, "WF-03"),
        (b"\xff\xfe\x00", "WF-01"),
    ],
    ids=["empty", "text", "cut", "other root", "other namespace", "entity bomb", "external", "deep", "deeper", "BOM"],
)
def test_what_is_no_document_is_one_finding(data: bytes, rule: str) -> None:
    report = check(data, "x.icd")
    assert [finding.rule for finding in report.findings] == [rule]
    assert report.findings[0].where.startswith("x.icd:1:")
    assert not report.is_valid


def test_places_in_lines_and_characters() -> None:
    text = GOOD.replace(HEADER, f"\n<!-- 电表 <IED> -->\n  {HEADER}\n电 ").replace('IED name="A"', 'IED name="None"')
    text = text.replace("电 <IED", "<IED")
    (finding,) = [each for each in check(text.encode(), "x.scd").findings if each.rule == "NAM-03"]
    lines = text.split("\n")
    assert lines[finding.line - 1][finding.column - 1 :].startswith("<IED")
    assert finding.subject == "None"
    assert finding.xpath == "/SCL/IED[@name='None']"
    same = check(text.encode("utf-16"), "x.scd").findings
    assert (finding.line, finding.column) in [(each.line, each.column) for each in same if each.rule == "NAM-03"]


def test_the_edition_is_the_one_declared_unless_told_otherwise() -> None:
    assert check(GOOD.encode(), "x.icd").schema_set == "2007B4"
    report = check(GOOD.replace('release="4"', 'release="9"').replace('"B"', '"Z"').encode(), "x.icd")
    assert report.schema_set == ""
    assert [each.rule for each in report.findings if each.rule.startswith("VER")] == ["VER-06"]
    report = check(GOOD.encode(), "x.icd", options=CheckOptions(schema_set="2007C5"))
    assert report.schema_set == "2007C5"
    assert {"VER-04", "VER-05"} <= {each.rule for each in report.findings}
    with pytest.raises(UsageError, match="2007B4"):
        check(GOOD.encode(), "x.icd", options=CheckOptions(schema_set="2099"))


def test_a_flood_is_counted_not_kept() -> None:
    many = GOOD.replace(HEADER, HEADER + "<Nonsense/>" * (MAX_PER_RULE + 700))
    report = check(many.encode(), "x.icd")
    assert sum(each.rule == "STR-01" for each in report.findings) == MAX_PER_RULE
    assert report.more == {"STR-01": 700}
    assert report.count(Severity.ERROR) >= MAX_PER_RULE + 700


def test_disabled_rules_severities_and_a_baseline() -> None:
    wrong = GOOD.replace('IED name="A"', 'IED name="None"').encode()

    def rules(options: CheckOptions) -> dict[str, Severity]:
        return {each.rule: each.severity for each in check(wrong, "x.icd", options=options).findings}

    assert rules(CheckOptions())["NAM-03"] is Severity.ERROR
    assert "NAM-03" not in rules(CheckOptions(disable=frozenset({"NAM-03"})))
    assert "NAM-03" not in rules(CheckOptions(disable=frozenset({"NAM"})))
    assert rules(CheckOptions(severities={"NAM-03": "note"}))["NAM-03"] is Severity.NOTE
    known = frozenset(map(fingerprint, check(wrong, "x.icd").findings))
    report = check(b"\n" + wrong, "x.icd", options=CheckOptions(baseline=known))
    assert (report.findings, report.accepted) == ((), len(known))


def test_every_rule_says_what_holds_and_where_it_is_from() -> None:
    for rule in RULES.values():
        assert rule.title
        assert rule.part
    with pytest.raises(UsageError, match="exists already"):
        register("WF-01", "again")
    with pytest.raises(UsageError, match="severity"):
        register("X-99", "x", "grave")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileError, match=r"nothing\.icd"):
        check(Path("nothing.icd"))


def test_an_error_against_a_name_space_nobody_claims_is_a_warning() -> None:
    wrong = BASE.replace('<DO name="Pos" type="DPC"/>', "")

    def severity(text: str, **options: dict[str, str]) -> Severity:
        findings = check(text.encode(), "x.scd", options=CheckOptions(**options)).findings  # type: ignore[arg-type]
        return next(each.severity for each in findings if each.rule == "NSD-09")

    unclaimed = wrong.replace("<Val>IEC 61850-7-4:2007B</Val>", "")
    assert severity(wrong) is Severity.ERROR
    assert severity(unclaimed) is Severity.WARNING
    assert severity(unclaimed, severities={"NSD-09": "error"}) is Severity.ERROR


def test_each_ied_is_judged_by_its_own_edition() -> None:
    """TCTR.ARtg is mandatory since 2007B; a type that an older IED uses too is judged by the older edition."""
    text = BASE.replace('<LN lnClass="LPHD"', '<LN lnClass="TCTR" inst="1" lnType="T"/><LN lnClass="LPHD"', 1).replace(
        '<DOType id="ENC"', '<LNodeType id="T" lnClass="TCTR"><DO name="Beh" type="ENS"/></LNodeType><DOType id="ENC"'
    )

    def missing(text: str) -> set[str]:
        found = check(text.encode(), "x.scd").findings
        return {each.message.split()[1] for each in found if each.rule == "NSD-09" and each.message.startswith("TCTR")}

    older = text.replace('<IED name="A"', '<IED originalSclVersion="2007" originalSclRevision="B" name="A"')
    assert "ARtg" in missing(text)
    assert "ARtg" not in missing(older)
