"""``meterwire scl``: the forms of output, what is accepted, and what is said of wrong use."""

import json
from pathlib import Path

import pytest
from lxml import etree

from meterwire.cli.app import main
from meterwire.scl.rules import RULES

GOOD = (
    '<SCL xmlns="http://www.iec.ch/61850/2003/SCL" version="2007" revision="B" release="4"><Header id="h"/>'
    '<IED name="{}" manufacturer="m" type="t" configVersion="1"><AccessPoint name="P"/></IED></SCL>'
)


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "wrong.scd"
    path.write_text(GOOD.format("1<电>").replace("<电>", "电"), encoding="utf-8")
    return path


def test_text(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "check", str(wrong)]) == 1
    out = capsys.readouterr().out
    assert "wrong.scd" in out
    assert "error NAM-03" in out
    assert f"1:{GOOD.index('<IED') + 1}" in out
    assert "1 errors, 0 warnings, 0 notes" in out


def test_a_file_without_errors(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong.write_text(GOOD.format("A"), encoding="utf-8")
    assert main(["scl", "check", str(wrong)]) == 0
    assert "0 errors" in capsys.readouterr().out


def test_json_is_a_line_per_file(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "check", str(wrong), str(wrong), "--format", "json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["errors"] for line in lines] == [1, 1]
    assert lines[0]["findings"][0]["rule"] == "NAM-03"
    assert lines[0]["findings"][0]["subject"] == "1电"


def test_sarif_names_rule_place_and_fingerprint(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "check", str(wrong), "-f", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    (run,) = log["runs"]
    (result,) = run["results"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "NAM-03"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], result["level"]) == (1, "error")
    assert result["partialFingerprints"]["meterwire/v1"]


def test_junit_counts_rules_as_cases(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "check", str(wrong), "-f", "junit"]) == 1
    root = etree.fromstring(capsys.readouterr().out.encode())
    assert [suite.get("failures") for suite in root] == ["1"]
    assert "NAM-03" in str(root.xpath("//testcase/@name")[0])  # type: ignore[index]


def test_html_stands_alone(wrong: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert main(["scl", "check", str(wrong), "-f", "html", "-o", str(target)]) == 1
    text = target.read_text("utf-8")
    page = etree.HTML(text)
    assert page.xpath("string(//h1)").endswith("wrong.scd")
    assert "NAM-03" in page.xpath("string(//h2)")
    assert not page.xpath("//@src | //link | //script")
    assert "1电" in text


def test_a_baseline_accepts_what_it_lists(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "check", str(wrong), "--write-baseline", "known.json"]) == 1
    assert main(["scl", "check", str(wrong), "--baseline", "known.json"]) == 0
    assert "1 accepted by the baseline" in capsys.readouterr().out
    Path("known.json").write_text("[]", encoding="utf-8")
    assert main(["scl", "check", str(wrong), "--baseline", "known.json"]) == 1
    assert "no baseline" in capsys.readouterr().err


def test_configuration_beside_the_files(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("meterwire.toml").write_text('[scl]\nseverity = {"NAM-03" = "warning"}\n', encoding="utf-8")
    assert main(["scl", "check", str(wrong)]) == 0
    assert "0 errors, 1 warnings" in capsys.readouterr().out
    for text, said in (("[scl]\nsevere = 1\n", "has no 'severe'"), ("[scl\n", "meterwire.toml")):
        Path("meterwire.toml").write_text(text, encoding="utf-8")
        assert main(["scl", "check", str(wrong)]) in (1, 2)
        assert said in capsys.readouterr().err


def test_rules_of_ones_own(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = Path("own.py")
    own.write_text(
        "from meterwire.scl.rules import rule\n"
        '@rule("OWN-01", title="No file is good", severity="warning", part="here")\n'
        "def nothing_is_good(scl, say):\n    say(scl.root, f'{len(scl.ieds)} IEDs')\n",
        encoding="utf-8",
    )
    try:
        assert main(["scl", "check", str(wrong), "--rules", str(own)]) == 1
        assert "warning OWN-01  No file is good" in capsys.readouterr().out
    finally:
        RULES.pop("OWN-01", None)
    own.write_text("1/0", encoding="utf-8")
    assert main(["scl", "check", str(wrong), "--rules", str(own)]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
    own.write_text(
        "from meterwire.scl.rules import rule\n"
        '@rule("OWN-02", title="t", part="p")\ndef fails(scl, say):\n    scl.nothing\n',
        encoding="utf-8",
    )
    try:
        assert main(["scl", "check", str(wrong), "--rules", str(own)]) == 2
        assert "rule OWN-02 failed: AttributeError" in capsys.readouterr().err
    finally:
        RULES.pop("OWN-02", None)


def test_explain_and_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "explain", "ref-20"]) == 0
    assert "datSet of a control block" in capsys.readouterr().out
    assert main(["scl", "explain", "REF-99"]) == 2
    assert "REF-12" in capsys.readouterr().err
    assert main(["scl", "rules", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(RULES)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.scd"], "nothing.scd: No such file"),
        (["wrong.scd", "--as", "2099"], "no schema set '2099'"),
        ([], "FILES"),
    ],
)
def test_asked_wrongly(wrong: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scl", "check", *arguments]) in (1, 2)
    error = capsys.readouterr().err
    assert said.lower() in error.lower()
    assert len(error.splitlines()) == 1


def test_name_spaces_of_ones_own(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("v.nsd").write_text('<NS xmlns="http://www.iec.ch/61850/2016/NSD" id="V" version="2020"/>', encoding="utf-8")
    assert main(["scl", "check", str(wrong), "--nsd", "v.nsd"]) == 1
    assert not capsys.readouterr().err
    Path("meterwire.toml").write_text('[scl]\nnsd = ["nothing.nsd"]\n', encoding="utf-8")
    assert main(["scl", "check", str(wrong)]) in (1, 2)
    assert "nothing.nsd" in capsys.readouterr().err
