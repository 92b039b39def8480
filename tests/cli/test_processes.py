"""The command as a process of its own: signals, pipes, terminals that cannot show everything, and the demo."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from .conftest import ADDRESS, Done

COMMAND = (sys.executable, "-m", "meterwire")
REQUEST = "684310001134006811043533B335CD16"
SECONDS = 60


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
        env={**os.environ, **environment},
    )


@contextmanager
def going_on(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that goes on until it is stopped, and the URL it tells in its first line."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A suite that a shell started in the background ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads that hold locks
    ) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout.readline().partition(" ")[0]
        finally:
            running.kill()


def ended(running: subprocess.Popen[str], number: int) -> tuple[int, str]:
    running.send_signal(number)
    out, err = running.communicate(timeout=SECONDS)
    assert "Traceback" not in err
    return running.returncode, out


def test_meter_and_terminal_serve_until_they_are_stopped() -> None:
    with ExitStack() as stack:
        meter, line = stack.enter_context(going_on("meter", "645", "--address", ADDRESS, "--port", "0"))
        assert line.startswith("645+tcp://127.0.0.1:")
        url = f"{line}?addr={ADDRESS}"
        serve = ("serve", "residential", "--meter", url, "--port", "0", "--poll", "0.1", "--name", "FLAT")
        terminal, server = stack.enter_context(going_on(*serve))
        assert server.startswith("mms://127.0.0.1:")
        read = process("read", server, "FLATMET/LPHD1.PhyNam.serNum", "--json")
        assert (read.returncode, json.loads(read.stdout)["value"]) == (0, ADDRESS)
        assert process("read", url, "00010000").stdout.startswith(f"{ADDRESS} 00010000 ")
        assert terminal.stdout is not None
        assert terminal.stdout.readline() == f"try: meterwire browse {server}\n"
        assert ended(terminal, signal.SIGTERM) == (0, "")
        assert ended(meter, signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_bad_meter_on_a_pseudo_terminal_tells_at_the_end_what_it_did(number: int) -> None:
    with going_on("meter", "645", "--pty", "--address", ADDRESS, "--faults", "checksum=1") as (running, line):
        assert line.startswith("645:///dev/")
        read = process("read", f"{line}?addr={ADDRESS}", "00010000", "--timeout", "0.2")
        assert read.returncode == 1
        assert "no valid answer" in read.stderr
        code, rest = ended(running, number)
        assert code == 0
        assert rest.splitlines()[-1].startswith("faults injected: checksum 3")


def test_meters_of_1997_are_read_too() -> None:
    other = "000000000002"
    options = ("--address", ADDRESS, "--address", other, "--edition", "1997", "--collisions", "--port", "0")
    with going_on("meter", "645", *options) as (running, line):
        assert process("read", f"{line}?addr={other}", "9010").stdout.startswith(f"{other} 9010 ")
        assert process("read", f"{line}?addr={ADDRESS}", "00010000").returncode == 1
        assert ended(running, signal.SIGTERM)[0] == 0


def test_watch_ends_with_130_on_ctrl_c(home: str) -> None:
    with going_on("watch", home, "HOMEMET/LLN0.urcbEn", "--integrity", "100") as (running, first):
        assert first.startswith("HOMEMET/LLN0$RP$urcbEn0")
        assert ended(running, signal.SIGINT)[0] == 130


@pytest.mark.parametrize("arguments", [["decode", REQUEST * 2000], ["decode", REQUEST], ["decode", "--json", REQUEST]])
def test_head_has_seen_enough(arguments: list[str]) -> None:
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(SECONDS) == 1


def test_browsing_into_head(served: str) -> None:
    with subprocess.Popen([*COMMAND, "browse", served], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(SECONDS) == 1


def test_a_terminal_without_chinese_gets_the_rest() -> None:
    done = process("decode", REQUEST, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "read data ???" in done.stdout
    assert "grid frequency" in done.stdout


def test_demo_told_as_json() -> None:
    done = process("demo", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    story = json.loads(done.stdout)
    energies = [
        entry["value"]["actVal"]
        for report in story["reports"]
        for entry in report["entries"]
        if entry["reference"] == "HOMEMET/MMTR1.DmdWh [ST]"
    ]
    assert len(story["reports"]) == len(energies) == 5
    assert energies == sorted(set(energies)), energies  # each report shows a register that has moved on
    assert story["refused_write"]["code"] == 3
    assert 0 < story["seconds_to_first_report"] < 60
    print(f"first report after {story['seconds_to_first_report']} s")
    assert story["frame"]["value"]["actVal"] >= energies[-1]
    assert bytes.fromhex(story["frame"]["hex"])[0] == 0x68
    assert "MMTR1" in story["logical_devices"]["HOMEMET"]
    assert all(line.startswith("meterwire ") for line in story["next"])


def test_demo_told_to_a_person(run: Callable[..., Done]) -> None:
    done = run("demo")
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    for line in ("a DL/T 645-2007 meter answers at", "first report after", "object-access-denied", "Next"):
        assert line in done.out
    assert done.out.count("(data-change)") == 5
    assert [line for line in done.out.splitlines() if line != line.rstrip()] == []
