"""Every example runs, against loopback, and says what it promises."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from meterwire.scl import load_ied

EXAMPLES = Path(__file__).parents[1] / "examples"
LOOPBACK = "127.0.0.1"
ADDRESS = "003411001043"
SECONDS = 60
Start = Callable[..., str]


def run(name: str, *arguments: str) -> list[str]:
    """Run an example to its end; the lines it printed."""
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@contextmanager
def going_on(*command: str) -> Iterator[str]:
    """Keep a command running; the port it told. In the end it must go at once, and without a word."""
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            found = re.search(r":(\d+) ", first)
            assert found, first or process.communicate()[1]
            yield found[1]
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=SECONDS)
            assert (process.returncode, errors) == (0, "")
        finally:
            process.kill()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start something that goes on until the test is over; its port."""
    with ExitStack() as stack:

        def begin(*command: str) -> str:
            return stack.enter_context(going_on(*command))

        yield begin


@pytest.fixture
def meter(start: Start) -> str:
    return start("-m", "meterwire", "meter", "645", "--address", ADDRESS, "--port", "0", "--faults", "garbage=1")


@pytest.fixture
def home(start: Start) -> str:
    return start(str(EXAMPLES / "meter_to_iec61850.py"), LOOPBACK, "0")


def test_read_meter(meter: str) -> None:
    lines = run("read_meter.py", LOOPBACK, meter, ADDRESS)
    assert re.fullmatch(r"00010000 forward active energy, total, current: \d+\.\d\d kWh \(good\)", lines[0])
    assert [line.split()[0] for line in lines[1:4]] == ["02010100", "02010200", "02010300"]
    assert lines[4].endswith("(code 2)")
    assert lines[5] == "2 answers, 1 refusals"


def test_decode_stream(meter: str) -> None:
    lines = run("decode_stream.py", LOOPBACK, meter, ADDRESS)
    assert lines[0].startswith(f"{ADDRESS} read data 读数据, answer, 0001FF00")
    assert len([line for line in lines if re.fullmatch(r"0001\d\d00 = \d+\.\d\d kWh", line)]) == 5
    assert re.fullmatch(r"\d+ octets were no frame, 0 frames had a wrong checksum", lines[-1])


def test_meter_to_iec61850_and_client_read(home: str) -> None:
    lines = run("client_read.py", LOOPBACK, home)
    assert lines[0].startswith("meterwire HOME: HOMEMET has ")
    assert lines[1].startswith("energy ")
    assert lines[2].startswith("HOMEMET/MMXU1.TotW = {mag={f=")
    assert lines[-2:] == [
        "one count is 10.0 Wh",
        "refused: HOMEMET/MMTR1.DmdWh.actVal: object-access-denied (code 3)",
    ]


def test_client_reports(home: str) -> None:
    lines = run("client_reports.py", LOOPBACK, home, "HOMEMET/LLN0.urcbEn", "2")
    assert lines[0] == "HOMEMET/LLN0.urcbEn01 enabled"
    assert len([line for line in lines if " entries" in line]) == 2
    assert any(line.endswith("general-interrogation") for line in lines)


def test_own_model(start: Start) -> None:
    port = start(str(EXAMPLES / "own_model.py"), LOOPBACK, "0")
    lines = run("client_reports.py", LOOPBACK, port, "SHEDLD0/LLN0.urcbMx", "3")
    assert lines[0] == "SHEDLD0/LLN0.urcbMx01 enabled"
    assert any("SHEDLD0/MMXU1.TotW [MX] = {mag={f=10" in line for line in lines)
    assert any("data-change" in line for line in lines)


def test_who_did_what() -> None:
    lines = run("who_did_what.py", LOOPBACK, "0")
    assert "SetDataValues YOURLD0/GGIO1.Ind1.subVal: no-error, 127.0.0.1" in lines
    assert lines[-1].startswith("Operate YOURLD0/GGIO1.SPCSO1: ")
    assert "no-error" not in lines[-1]


def test_sync_read(home: str) -> None:
    lines = run("sync_read.py", LOOPBACK, home)
    assert lines[0].startswith("energy ")
    assert [line.split(" = ")[0] for line in lines[1:4]] == [
        "HOMEMET/MMTR1.DmdWh [ST]",
        "HOMEMET/MMXU1.TotW [MX]",
        "HOMEMET/XSWI1.Pos.stVal [ST]",
    ]
    assert re.fullmatch(r"HOMEMET/LLN0\$RP\$urcbMx\d\d #0: \d+ entries", lines[4])


def test_buffered_reports_go_on_in_the_next_run(home: str, tmp_path: Path) -> None:
    """Of one block, so that no free instance with another buffer is taken."""
    arguments = (LOOPBACK, home, "HOMEMET/LLN0.brcbEn01", str(tmp_path / "last_entry"), "2")
    *first, told = run("buffered_reports.py", *arguments)
    *second, _ = run("buffered_reports.py", *arguments)
    assert told == "0 associations lost, 0 gaps"
    entries = [line.split()[0] for line in first + second]
    assert len(entries) == 4
    assert entries == sorted(set(entries))
    assert "older ones are lost" in first[0]
    assert not any("older ones are lost" in line for line in second)
    assert all("HOMEMET/MMTR1.DmdWh [ST]" in line for line in first + second)


def test_serve_scl(start: Start, tmp_path: Path) -> None:
    journal = str(tmp_path / "feeder.journal")
    port = start(str(EXAMPLES / "serve_scl.py"), LOOPBACK, "0", str(EXAMPLES / "feeder.icd"), journal)
    watch = [sys.executable, "-m", "meterwire", "watch", f"mms://{LOOPBACK}:{port}", "FEEDERLD0/LLN0.brcbEv"]
    refused = subprocess.run(watch, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    assert refused.returncode == 1
    assert "authentication required" in refused.stderr
    watch += ["--password", "feeder", "--from-entry", "0", "--count", "3"]
    shown = subprocess.run(watch, capture_output=True, encoding="utf-8", timeout=SECONDS, check=True).stdout
    assert re.findall(r"FEEDERLD0/MMTR1.TotWh \[ST\] = \{actVal=(\d+), q=good", shown) == ["1", "2", "3"]
    assert Path(journal).exists()


def test_the_scl_file_of_the_examples_is_served_as_a_whole() -> None:
    notes: list[str] = []
    ied = load_ied(EXAMPLES / "feeder.icd", note=notes.append)
    assert (ied.name, list(ied.children), notes) == ("FEEDER", ["FEEDERLD0"], [])


def test_simulated_meter_with_faults() -> None:
    url, result, injected, seen = run("simulated_meter_with_faults.py", LOOPBACK, "0")
    assert url.endswith(f"answers for {ADDRESS}")
    right, unanswered = (int(n) for n in re.fullmatch(r"(\d+) right, 0 wrong, (\d+) not .*", result).groups())  # type: ignore[union-attr]
    assert right + unanswered == 25
    assert "checksum" in injected
    assert seen.startswith("seen: ")


def test_every_example_is_run_here() -> None:
    tested = Path(__file__).read_text("utf-8")
    examples = sorted(path.name for path in EXAMPLES.glob("*.py"))
    assert examples
    assert [name for name in examples if f'"{name}"' not in tested] == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_an_example_is_short_and_tells_how_to_run_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert 25 <= len(text.splitlines()) <= 65
    assert f"python examples/{path.name} 127.0.0.1" in text.partition('\n"""\n')[0]
