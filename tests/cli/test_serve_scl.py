"""``serve --scl``: an IED of a file, in a process of its own; and what it says when it cannot."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meterwire.cli import main

from ..scl.snippets import scl

COMMAND = [sys.executable, "-m", "meterwire"]
NODES = '<LN lnClass="MMXU" inst="1" lnType="MMXU_t"><DOI name="TotW"><DAI name="db"><Val>{}</Val></DAI></DOI></LN>'
Spelling = pytest.mark.parametrize("spelling", [("serve", "scl"), ("serve", "--scl")], ids=["argument", "option"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.icd"
    path.write_bytes(scl(nodes=NODES.format(7)))
    return path


@contextlib.contextmanager
def serving(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that goes on, and its URL."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield process, line
        finally:
            process.terminate()
            process.wait(20)


@Spelling
def test_serves_and_moves(file: Path, spelling: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with serving(*spelling, file, "--ied", "IED1", "--port", "0", "--period", "0.01") as (process, line):
        url, _, rest = line.partition(" ")
        assert rest == "serves IED1LD0 (IED1, Ed2); stop with Ctrl-C\n"
        seen = set()
        for _ in range(20):
            assert main(["read", url, "IED1LD0/MMXU1.TotW.mag.f", "IED1LD0/MMXU1.TotW.db"]) == 0
            power, dead_band = capsys.readouterr().out.splitlines()
            assert dead_band == "IED1LD0/MMXU1.TotW.db = 7"
            seen.add(power)
            if len(seen) > 1:
                break
        assert len(seen) > 1
    assert process.returncode == 0


def test_values_of_the_file_stand_still_when_asked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving("serve", "--scl", file, "--no-simulate", "--port", "0") as (_, line):
        for _ in range(3):
            assert main(["read", line.split()[0], "IED1LD0/MMXU1.TotW.mag.f"]) == 0
            assert capsys.readouterr().out == "IED1LD0/MMXU1.TotW.mag.f = 0.0\n"


def test_what_is_passed_over_is_told_once_each_and_not_without_end(tmp_path: Path) -> None:
    path = tmp_path / "faulty.icd"
    path.write_bytes(scl(ln0="".join(f'<DOI name="No{i}"/>\n' for i in range(30))))
    for quiet, lines in (((), 21), (("--quiet",), 0)):
        with serving("serve", "--scl", path, "--port", "0", *quiet) as (process, _):
            process.terminate()
            assert process.stderr is not None
            told = process.stderr.read().splitlines()
            assert len(told) == lines
    assert told == []


WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "nothing": ((), 2, "Usage: meterwire serve"),
    "options only": (("--port", "0"), 2, "nothing to serve"),
    "no file": (("--scl", "/absent.icd"), 1, "meterwire: /absent.icd: No such file"),
    "no such IED": (("--scl", "FILE", "--ied", "B"), 2, "no server IED 'B'; it has IED1"),
    "no such access point": (("--scl", "FILE", "--access-point", "B"), 2, "no server at 'B'; there are P1"),
    "both": (("--scl", "FILE", "residential", "--meter", "x"), 2, "without residential"),
    "far": (("scl", "FILE", "--host", "192.0.2.1"), 2, "add --allow-remote"),
    "period": (("scl", "FILE", "--period", "nan"), 2, "period"),
}


@pytest.mark.parametrize(("arguments", "code", "told"), WRONG.values(), ids=WRONG)
def test_wrong(
    file: Path, run: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = run("serve", *(str(file) if each == "FILE" else each for each in arguments))
    assert done[0] == code
    assert told in done[1] + done[2]


def test_a_file_that_is_wrong_is_told_in_one_line(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    path = tmp_path / "wrong.icd"
    path.write_bytes(scl(nodes='<LN lnClass="MMXU" inst="1" lnType="none"/>'))
    code, out, err = run("serve", "--scl", str(path), "--port", "0")
    assert (code, out) == (1, "")
    assert err == "meterwire: wrong.icd:4: LN: no LNodeType 'none'\n"


@Spelling
def test_a_password_is_asked_for(file: Path, spelling: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with serving(*spelling, file, "--no-simulate", "--port", "0", "--password", "sesame") as (_, line):
        url = line.partition(" ")[0]
        assert main(["read", url, "IED1LD0/MMXU1.TotW.db", "--password", "sesame"]) == 0
        assert main(["read", url, "IED1LD0/MMXU1.TotW.db"]) == 1
        assert main(["read", url, "IED1LD0/MMXU1.TotW.db", "--password", "open"]) == 1
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 2
        assert "authentication required" in told[0]
        assert "authentication failure" in told[1]
