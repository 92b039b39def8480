"""Wrong invocations: one line on standard error that says what to do, nothing on standard output, never a traceback."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from meterwire.cli import app, main

from .conftest import Done

Run = Callable[..., Done]
NOBODY = "mms://127.0.0.1:1"
SOMEONE = "?addr=000000000001"

# arguments, exit code, what the line must contain
WRONG: list[tuple[list[str], int, str]] = [
    (["frob"], 2, "see 'meterwire --help'"),
    (["--frob"], 2, "see 'meterwire --help'"),
    (["demo", "--frob"], 2, "see 'meterwire demo --help'"),
    (["demo", "surplus"], 2, "see 'meterwire demo --help'"),
    (["decode"], 2, "see 'meterwire decode --help'"),
    (["decode", "684"], 2, "3 hex digits are no whole bytes"),
    (["decode", "no such file"], 2, "neither hex digits nor a file"),
    (["decode", "/"], 2, "is no file of at most"),
    (["decode", "x" * 100_000], 2, "neither hex digits nor a file"),
    (["decode", "00112233"], 1, "no known framing"),
    (["decode", "68"], 1, "header is 10 octets"),
    (["decode", "68", "--as", "188"], 2, "known are 645, 698, mms"),
    (["decode", "0300"], 1, "unfinished TPKT"),
    (["read"], 2, "see 'meterwire read --help'"),
    (["read", NOBODY], 2, "REF"),
    (["read", NOBODY, "x y"], 2, "write e.g. HOMEMET/MMTR1.DmdWh.actVal [ST]"),
    (["read", NOBODY, "HOMEMET/MMTR1.DmdWh [XX]"], 2, "is no object reference"),
    (["read", NOBODY, "HOMEMET/MMTR1"], 1, "is the server running there?"),
    (["read", "127.0.0.1:102", "HOMEMET/MMTR1"], 2, "write mms://host:port"),
    (["read", "http://127.0.0.1", "HOMEMET/MMTR1"], 2, "write mms://host:port"),
    (["read", "mms://", "HOMEMET/MMTR1"], 2, "write mms://host:port"),
    (["read", "mms://[::1", "HOMEMET/MMTR1"], 2, "write mms://host:port"),
    (["read", "mms://127.0.0.1:70000", "HOMEMET/MMTR1"], 2, "write mms://host:port"),
    (["read", "mms://127.0.0.1:x", "HOMEMET/MMTR1"], 2, "write mms://host:port"),
    (["read", "mms://a..b:102", "HOMEMET/MMTR1"], 2, "is no host name"),
    (["read", "mms://no-such-host.invalid:102", "HOMEMET/MMTR1"], 1, "cannot connect"),
    (["read", NOBODY, "HOMEMET/MMTR1", "--timeout", "0"], 2, "--timeout"),
    (["read", NOBODY, "HOMEMET/MMTR1", "--timeout", "nan"], 2, "--timeout"),
    (["read", NOBODY, "HOMEMET/MMTR1", "--timeout", "inf"], 2, "--timeout"),
    (["read", "645+tcp://127.0.0.1:1" + SOMEONE, "00010"], 2, "hex digits"),
    (["read", "645+tcp://127.0.0.1:1" + SOMEONE, "00010000"], 1, "is the meter or its serial server there?"),
    (["read", "645+tcp://127.0.0.1:1?addr=12345678901X", "00010000"], 2, "address"),
    (["read", "645+tcp://127.0.0.1:1?speed=1", "00010000"], 2, "unknown option speed"),
    (["read", "645+tcp://[::1", "00010000"], 2, "645+tcp://host:port"),
    (["read", "645+tcp://127.0.0.1", "00010000"], 2, "645+tcp://host:port"),
    (["read", "645+tcp://a..b:1" + SOMEONE, "00010000"], 2, "is no host name"),
    (["read", "645:///dev/no-such-port" + SOMEONE, "00010000"], 1, "is it plugged in"),
    (["read", "645:///dev/null?baud=1", "00010000"], 2, "baud is 300..4000000"),
    (["read", "698+tcp://127.0.0.1:1", "00010000"], 2, ""),
    (["write", NOBODY, "HOMEMET/MMTR1.DmdWh.actVal"], 2, "VALUE"),
    (["write", NOBODY, "HOMEMET", "1", "2"], 2, "see 'meterwire write --help'"),
    (["write", NOBODY, "nonsense!", "1"], 2, "is no object reference"),
    (["write", "645:///dev/ttyUSB0", "00010000", "1"], 2, "use 'meterwire read'"),
    (["browse", "645:///dev/ttyUSB0"], 2, "use 'meterwire read'"),
    (["browse", NOBODY], 1, "is the server running there?"),
    (["browse", NOBODY, "a b"], 2, "is no object reference"),
    (["browse", NOBODY, "A/B1.C.d"], 2, "use 'meterwire read"),
    (["watch", NOBODY, "HOMEMET"], 2, "is no report control block"),
    (["watch", NOBODY, "HOMEMET/LLN0.urcbEn"], 1, "is the server running there?"),
    (["watch", NOBODY, "HOMEMET/LLN0.urcbEn", "--count", "-1"], 2, "--count"),
    (["watch", "645+tcp://127.0.0.1:1" + SOMEONE, "urcb"], 2, "8 hex digits"),
    (["settings", "http://h", "show"], 2, "write mms://host:port"),
    (["settings", NOBODY, "show"], 1, "is the server running there?"),
    (["settings", NOBODY, "select", "LD", "0"], 2, "GROUP"),
    (["settings", NOBODY, "set", "LD", "1", "nothing"], 2, "write REF=VALUE"),
    (["settings", NOBODY, "set", "LD", "1", "a b=1"], 2, "is no object reference"),
    (["log", "http://h"], 2, "write mms://host:port"),
    (["log", NOBODY], 1, "is the server running there?"),
    (["log", NOBODY, "LD"], 2, "is no log"),
    (["log", NOBODY, "--count", "3"], 2, "name one"),
    (["log", NOBODY, "LD/LLN0.Log", "--from", "yesterday"], 2, "write date, time and zone"),
    (["log", NOBODY, "LD/LLN0.Log", "--after", "xyz"], 2, "is no EntryID"),
    (["log", NOBODY, "LD/LLN0.Log", "--after", "1", "--from", "2026-05-06T12:30:00Z"], 2, "give --from or --after"),
    (["serve", "--scl", "x", "--log-entries", "0"], 2, "--log-entries"),
    (["serve", "--scl", "x", "--log-days", "nan"], 2, "--log-days"),
    (["serve", "frob"], 2, "see 'meterwire serve --help'"),
    (["serve", "residential"], 2, "--meter"),
    (["serve", "residential", "--meter", "foo"], 2, "645:///dev/ttyUSB0"),
    (["serve", "residential", "--meter", "645+tcp://h:1" + SOMEONE, "--host", "0.0.0.0"], 2, "add --allow-remote"),
    (["serve", "residential", "--meter", "645+tcp://h:1" + SOMEONE, "--port", "70000"], 2, "--port"),
    (["serve", "residential", "--meter", "645+tcp://h:1" + SOMEONE, "--poll", "nan"], 2, "--poll"),
    (["serve", "residential", "--meter", "645+tcp://h:1" + SOMEONE, "--name", "1HOME"], 2, "IED name"),
    (["serve", "residential", *["--meter", "645+tcp://h:1" + SOMEONE] * 2], 2, "address of its own"),
    (["serve", "residential", "--meter", "645+tcp://127.0.0.1:1"], 1, "cannot connect"),
    (["meter", "frob"], 2, "see 'meterwire meter --help'"),
    (["meter", "645", "--host", "0.0.0.0"], 2, "add --allow-remote"),
    (["meter", "645", "--port", "-1"], 2, "--port"),
    (["meter", "645", "--port", "70000"], 2, "--port"),
    (["meter", "645", "--address", "12X"], 2, "address"),
    (["meter", "645", "--address", "1", "--address", "1"], 2, "each its own address"),
    (["meter", "645", "--faults", "checksum=2"], 2, "is a probability"),
    (["meter", "645", "--faults", "checksum=nan"], 2, "is a probability"),
    (["meter", "645", "--faults", "frob=1"], 2, "there are address, checksum"),
    (["meter", "645", "--speed", "-1"], 2, "--speed"),
    (["meter", "645", "--speed", "inf"], 2, "--speed"),
    (["meter", "645", "--host", "127.0.0.999"], 2, "--allow-remote"),
    (["meter", "645", "--host", "127.0.0.999", "--allow-remote"], 1, "cannot listen"),
]


@pytest.mark.parametrize(("arguments", "code", "hint"), WRONG, ids=[" ".join(w[0])[:60] for w in WRONG])
def test_one_line_that_says_what_to_do(run: Run, arguments: list[str], code: int, hint: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (code, "")
    (line,) = done.err.splitlines()
    assert line.startswith("meterwire: ")
    assert hint in line
    assert len(line) < 300


UNKNOWN: list[tuple[list[str], str]] = [
    (["read", "HOMEMET/MMTR9"], "in HOMEMET there are DmdMMXU1"),
    (["read", "HOMEMET/MMTR1.NoWh"], "in MMTR1 there are"),
    (["read", "HOMEMET/MMTR1.DmdWh.noVal"], "in MMTR1.DmdWh there are"),
    (["read", "HOMEMET/MMTR1.DmdWh.actVal [MX]"], "the server has no"),
    (["read", "HOMEMET/MMTR1.DmdWh(1)"], "no array"),
    (["read", "HOMEMET"], "is a logical device"),
    (["read", "NOBODY/MMTR1"], "the server has HOMEMET"),
    (["browse", "NOBODY"], "the server has HOMEMET"),
    (["browse", "HOMEMET/MMTR9"], "in HOMEMET there are DmdMMXU1"),
    (["browse", "HOMEMET/MMTR1.NoWh"], "in MMTR1 there are"),
    (["watch", "HOMEMET/LLN0.urcbXX"], "HOMEMET has brcbEn01"),
    (["watch", "HOMEMET/MMTR1.DmdWh"], "HOMEMET has brcbEn01"),
]


@pytest.mark.parametrize(("arguments", "hint"), UNKNOWN, ids=[" ".join(u[0]) for u in UNKNOWN])
def test_a_name_the_server_does_not_have(run: Run, home: str, arguments: list[str], hint: str) -> None:
    command, reference = arguments
    done = run(command, home, reference)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert hint in line


def test_what_can_be_read_is_read_beside_what_cannot(run: Run, served: str) -> None:
    done = run("read", served, "OURSLD0/GGIO1.Ind2.stVal", "OURSLD0/MHAI1.Hist.hstVal(6)")
    assert (done.code, done.out.splitlines()[0]) == (0, "OURSLD0/GGIO1.Ind2.stVal = true")


def test_a_port_in_use(run: Run, served: str) -> None:
    port = served.rpartition(":")[2]
    done = run("meter", "645", "--port", port)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "choose another port" in done.err


@pytest.mark.parametrize("arguments", [[], ["serve"], ["meter"]])
def test_without_a_command_the_help_is_shown(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "Usage: meterwire" in done.out + done.err


@pytest.mark.parametrize(
    "command",
    [
        "",
        "demo",
        "decode",
        "read",
        "write",
        "browse",
        "watch",
        "files",
        "settings",
        "log",
        "serve",
        "serve residential",
        "meter",
        "meter 645",
    ],
)
def test_help(run: Run, command: str) -> None:
    done = run(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: meterwire {command}".rstrip())
    assert "..." not in done.out.partition("Commands:")[2]  # no summary too long for its line
    assert "range>" not in done.out  # every number says in a word what it counts
    assert run(*command.split(), "-h").out == done.out


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("meterwire ")


def test_a_file_that_cannot_be_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"\x68")

    def refuse(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    done = run("decode", str(path))
    assert (done.code, len(done.err.splitlines())) == (2, 1)


def test_ctrl_c_is_no_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "app", interrupted)
    assert run("demo") == Done(130, "", "")


def test_our_own_mistakes_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(app, "app", broken)
    with pytest.raises(ZeroDivisionError):
        main(["demo"])
