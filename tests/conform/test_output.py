"""The command, and what it writes: text, JSON, JUnit, HTML."""

import asyncio
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from everything import everything, in_background, serving
from liar import Lie, lying
from lxml import etree

from meterwire.cli import main
from meterwire.conform import Options, Run, Verdict, run, to_document
from meterwire.conform.case import Case
from meterwire.conform.junit import to_junit
from meterwire.conform.page import to_html
from meterwire.conform.results import Result
from meterwire.conform.tape import MAX_OCTETS, MAX_PIECES, Piece, Tape
from meterwire.protocols.mms import Initiator
from meterwire.protocols.osi import Authentication

CHOSEN = ("sAss1", "sAssN2", "sSrv1", "sRp4", "sDset107")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with everything, until the module is done."""
    with in_background() as place:
        yield place


@pytest.fixture(scope="module")
def mixed() -> Run:
    """A run with every verdict: reports never come."""

    async def judge() -> Run:
        quiet = Lie(answer=lambda pdu, _request: [] if pdu[:1] == b"\xa3" else None)
        async with serving(password=None) as server, lying(server.port, quiet) as place:
            return await run(place, Options(timeout=0.3, wait=0.2, groups=CHOSEN))

    outcome = asyncio.run(judge())
    verdicts = {result.case.id: result.verdict for result in outcome.results}
    assert verdicts == {
        "sAss1": Verdict.PASS,
        "sAssN2": Verdict.NOT_APPLICABLE,
        "sSrv1": Verdict.PASS,
        "sRp4": Verdict.FAIL,
        "sDset107": Verdict.NOT_APPLICABLE,
    }
    return outcome


# -- the command ----------------------------------------------------------------------------------------------------------


def test_all_pass(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", url, "--groups", "sAss1,sSrv1"]) == 0
    out = capsys.readouterr().out
    assert "meterwire ALL 0: 2 cases, 2 pass, 0 fail, 0 not-applicable" in out
    assert "sAss1" not in out  # only failures are shown one by one


def test_every_case_is_shown_when_asked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", url, "--groups", "sAss1,sDset107", "--all"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"sAss1 +pass +A client associates", out)
    assert "allow it with --allow-write" in out


def test_a_failure_is_exit_code_1_with_octets(capsys: pytest.CaptureFixture[str]) -> None:
    async def judge() -> int:
        quiet = Lie(answer=lambda pdu, _request: [] if pdu[:1] == b"\xa3" else None)
        async with serving(password=None) as server, lying(server.port, quiet) as place:
            arguments = ["conform", place, "--groups", "sRp4", "--timeout", "0.3", "--octets"]
            return await asyncio.to_thread(main, arguments)

    assert asyncio.run(judge()) == 1
    out = capsys.readouterr().out
    assert re.search(r"sRp4 +fail +A general interrogation", out)
    assert re.search(r"ms #1 -> 03 00", out)
    assert re.search(r"ms #1 <- 03 00", out)


def test_json(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", url, "--groups", "sAss1,sDset107", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["counts"] == {"pass": 1, "fail": 0, "not-applicable": 1}
    assert [result["number"] for result in document["results"]] == ["lab", "own"]
    first = document["results"][0]
    assert first["octets"][0]["direction"] == "out"
    assert bytes.fromhex(first["octets"][0]["hex"])[:2] == b"\x03\x00"
    assert any("conclude" in piece["what"] for piece in first["octets"])


def test_files_are_written(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit, html = tmp_path / "r.xml", tmp_path / "r.html"
    assert main(["conform", url, "--groups", "sAss1", "--junit", str(junit), "--html", str(html)]) == 0
    assert etree.fromstring(junit.read_bytes()).get("tests") == "1"
    assert html.read_text("utf-8").startswith("<!DOCTYPE html>")
    capsys.readouterr()


def test_the_cases_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "--list", "--groups", "SBOes"]) == 0
    out = capsys.readouterr().out
    assert "sSBOesN110" in out
    assert "[--allow-control]" in out
    assert main(["conform", "--list", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 400


def test_scl(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "feeder.icd"
    file.write_text((Path(__file__).parents[2] / "examples" / "feeder.icd").read_text("utf-8"), "utf-8")
    assert main(["conform", url, "--scl", str(file), "--groups", "Cnf"]) == 1
    assert "FEEDERLD0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "no server given"),
        (["mms://127.0.0.1:1", "--groups", "Xx"], 2, "no group or case 'Xx'"),
        (["http://x"], 2, "no MMS target"),
        (["mms://127.0.0.1:1"], 1, "cannot connect to 127.0.0.1:1"),
        (["mms://127.0.0.1:1", "--ied", "A"], 2, "--scl"),
        (["mms://127.0.0.1:1", "--scl", "/no/such/file.icd"], 1, "file.icd"),
        (["mms://127.0.0.1:1", "--html", "/no/such/folder/x.html"], 2, "is no folder"),
        (["mms://127.0.0.1:1", "--timeout", "nan"], 2, "--timeout"),
    ],
)
def test_asked_wrongly(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", *arguments]) == code
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


# -- documents ------------------------------------------------------------------------------------------------------------


def test_junit_counts_and_reasons(mixed: Run) -> None:
    root = etree.fromstring(to_junit(mixed))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("5", "1", "2")
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"Ass", "AssN", "Srv", "Rp", "Dset"}
    failure = suites["Rp"].find("testcase/failure")
    assert failure is not None
    assert "no report with all 4 members" in (failure.get("message") or "")
    assert "→ 03 00" in (failure.text or "")
    skipped = suites["Dset"].find("testcase/skipped")
    assert skipped is not None
    assert "--allow-write" in (skipped.get("message") or "")


def test_junit_survives_names_xml_cannot_hold(mixed: Run) -> None:
    odd = Result(case=mixed.results[0].case, verdict=Verdict.FAIL, reason="a\x00b\x1b]<&\ufffe", seconds=0.0)
    changed = Run(target=mixed.target, server="s", started=mixed.started, allowed=(), results=(odd,))
    (failure,) = etree.fromstring(to_junit(changed)).iter("failure")
    assert (failure.get("message") or "").startswith("a�b�]<&")


class _Balance(HTMLParser):
    """Insists that what is opened is closed."""

    VOID = frozenset(("meta", "input", "br"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cases: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "details":
            self.cases.append(named["id"] or "")
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_whole_and_loads_nothing(mixed: Run) -> None:
    text = to_html(mixed)
    page = _Balance()
    page.feed(text)
    page.close()
    assert not page.open
    assert page.cases == [result.case.id for result in mixed.results]
    assert not page.loads
    assert "http://" not in text.replace("mms://", "")
    assert "@import" not in text


def test_html_shows_hostile_text_as_text(mixed: Run) -> None:
    odd = Result(case=mixed.results[0].case, verdict=Verdict.FAIL, reason="<script>alert(1)</script>", seconds=0.0)
    changed = Run(target=mixed.target, server="<b>x", started=mixed.started, allowed=(), results=(odd,))
    text = to_html(changed)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>x" not in text


def test_json_has_all_that_was_kept(mixed: Run) -> None:
    document = json.loads(json.dumps(to_document(mixed)))
    for told, result in zip(document["results"], mixed.results, strict=True):
        assert b"".join(bytes.fromhex(piece["hex"]) for piece in told["octets"]) == b"".join(
            p.data for p in result.pieces
        )


# -- the tape -------------------------------------------------------------------------------------------------------------


def test_the_tape_keeps_beginning_and_end() -> None:
    tape = Tape(clock=lambda: 0.0)
    record = tape.connect()
    for i in range(1000):
        record("out", i.to_bytes(4) * 100)
    pieces = tape.pieces
    assert pieces[0].data[:4] == bytes(4)
    assert pieces[-1].data[:4] == (999).to_bytes(4)
    assert len(pieces) <= MAX_PIECES
    assert sum(len(piece.data) for piece in pieces) <= MAX_OCTETS
    assert sum(len(piece.data) for piece in pieces) + tape.left_off == 400_000


def test_the_tape_tells_associations_apart() -> None:
    times = iter((1.0, 1.5, 2.0))
    tape = Tape(clock=lambda: next(times))
    first, second = tape.connect(), tape.connect()
    first("out", b"a")
    second("in", b"b")
    assert tape.pieces == (Piece(500.0, 1, "out", b"a"), Piece(1000.0, 2, "in", b"b"))


def test_passwords_are_not_recorded() -> None:
    tape = Tape()
    record = tape.connect()
    for password in (b"secret", b"", b"p" * 127):
        initiator = Initiator()
        initiator.connect(Authentication(password))
        list(initiator.receive(bytes.fromhex("0300001611d00001000100c0010bc2020001c1020001")))
        request = initiator.osi.take_output()
        record("out", request)
        assert len(tape.pieces[-1].data) == len(request)
        hidden = request.replace(password, b"*" * len(password)) if password else request
        assert tape.pieces[-1].data == hidden
    assert b"secret" not in b"".join(piece.data for piece in tape.pieces)


def test_a_case_knows_its_number() -> None:
    async def nothing(_bench: object) -> None:
        return

    case = Case(id="sRpN101", group="RpN", title="t", needs=frozenset(), run=nothing)
    assert not case.is_lab_number
    assert everything().name == "ALL"
