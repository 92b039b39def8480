"""Everything the READMEs tell a reader to type is typed here.

The ports in the examples are replaced by free ones: two runs of the suite must not meet.
"""

import asyncio
import datetime as dt
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from house import ROOT

from meterwire.server.meter645 import SimulatedMeter, serve_meter
from meterwire.terminals import ResidentialTerminal, find_meters

READMES = ("README.md", "README.zh.md")
SET_UP = ["make demo", "make test"]


def blocks(readme: str, language: str) -> list[str]:
    text = (ROOT / readme).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A residential terminal with a simulated meter that moves fast, on loopback, until the module is done."""
    ready: list[int] = []
    told, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serve_meter(SimulatedMeter(address="003411001043", seed=1), speed=600) as meter:
            meters = await find_meters([meter.url])
            async with ResidentialTerminal(
                meters,
                port=0,
                poll_seconds=0.2,
                clock_tolerance=dt.timedelta(days=9999),  # of a meter that lives six hundred times as fast
            ) as terminal:
                await terminal.polled.wait()
                ready.append(terminal.server.port)
                told.set()
                await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert told.wait(30), "the loopback terminal did not start"
    yield ready[0]
    stop.set()
    thread.join(10)


def test_both_languages_show_the_same_code() -> None:
    assert blocks("README.md", "python") == blocks("README.zh.md", "python")
    assert blocks("README.md", "sh") == blocks("README.zh.md", "sh")
    assert blocks("README.md", "text") == blocks("README.zh.md", "text")


@pytest.mark.parametrize("readme", READMES)
def test_exactly_two_commands_set_up(readme: str) -> None:
    lines = [line for block in blocks(readme, "sh") for line in block.splitlines() if line.startswith("make ")]
    assert lines == SET_UP


@pytest.mark.parametrize("command", SET_UP)
def test_set_up_commands_exist(command: str) -> None:
    """Running them here would recurse; .ci/run does, from a fresh clone."""
    subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True)


PRINTED = (
    r"(?s).* good .*HOMEMET/MMXU1\.TotW.*",
    r"(?s)\{'HOMEMET/MMTR1\.DmdWh \[ST\]'.*HOMEMET/MMXU1\.TotW \[MX\].*\n[0-9a-f]{16}",
    r"(?s).*\n003411001043 read data 读数据, request, 02800002 grid frequency",
)
"""What each program of the README writes."""


@pytest.mark.parametrize(
    ("code", "printed"), list(zip(blocks("README.md", "python"), PRINTED, strict=True)), ids=["client", "sync", "codec"]
)
def test_python(code: str, printed: str, port: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code.replace("127.0.0.1:10102", f"127.0.0.1:{port}")],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(printed, done.stdout.strip()), done.stdout
    for promised in re.findall(r"^    print\(frame\)  # (.*)$", code, re.MULTILINE):
        assert done.stdout.splitlines()[-1] == promised


@contextmanager
def running(arguments: list[str], cwd: Path, environment: dict[str, str] | None = None) -> Iterator[str]:
    """Start a serving command on a free port; give the URL it tells, and stop it in order."""
    command = [*arguments, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=cwd, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0]
        finally:
            process.terminate()
    assert process.returncode == 0


def console(line: str, replaced: dict[str, str]) -> list[str]:
    for old, new in replaced.items():
        line = line.replace(old, new)
    command, *arguments = shlex.split(line)
    return [str(Path(sys.executable).with_name(command)) if command == "meterwire" else command, *arguments]


def place(line: str) -> str:
    """The URL, as the READMEs write it, at which a serving command answers."""
    if " meter 645 " in line:
        return "645+tcp://127.0.0.1:10645"
    port = re.search(r"--port (\d+)", line)
    return f"mms://127.0.0.1:{port[1] if port else 10102}"


def run(line: str, replaced: dict[str, str], cwd: Path) -> str:
    """Run a command to its end; what it wrote."""
    done = subprocess.run(console(line, replaced), capture_output=True, text=True, check=False, timeout=60, cwd=cwd)
    assert done.returncode == 0, f"{line}: {done.stderr}"
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the commands expect beside them; what they write goes here, too."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def test_commands(checkout: Path) -> None:
    lines = [line for block in blocks("README.md", "sh") for line in block.splitlines() if line not in SET_UP]
    printed: dict[str, str] = {}
    replaced: dict[str, str] = {}
    with ExitStack() as stack:
        for line in lines:
            if line.startswith(("meterwire meter ", "meterwire serve ")):
                replaced[place(line)] = stack.enter_context(running(console(line, replaced), checkout))
            else:
                printed[line] = run(line, replaced, checkout)
    assert len(replaced) == 3
    assert [line for line, text in printed.items() if line.startswith("meterwire ") and not text] == []
    wrote = {line.split()[1]: text for line, text in printed.items() if line.startswith("meterwire ")}
    assert wrote["write"].endswith("1000 → 500")
    assert wrote["files"].endswith("README.md")
    assert (checkout / "records" / "README.md").read_bytes() == (ROOT / "README.md").read_bytes()
    (buffered,) = (text for line, text in printed.items() if "--from-entry 0" in line)
    assert re.search(r"^HOMEMET/LLN0\$BR\$brcbEn01 #0 .* entry [0-9a-f]{16}", buffered)


@pytest.mark.parametrize("readme", READMES)
def test_options_and_commands_that_are_named_exist(readme: str) -> None:
    """What the text calls by name between the blocks, the command knows."""
    text = re.sub(r"^```.*?^```$", "", (ROOT / readme).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = {option for code in re.findall(r"`([^`]+)`", text) for option in re.findall(r"--[a-z][a-z-]+", code)}
    assert {"--journal", "--no-journal", "--from-entry", "--no-resync", "--password", "--ied"} <= named
    commands = (["serve"], ["serve", "residential"], ["meter", "645"], ["watch"], ["read"], ["decode"])
    asked = [[*console("meterwire", {}), *command, "--help"] for command in commands]
    known = " ".join(subprocess.run(help_, capture_output=True, text=True, check=True).stdout for help_ in asked)
    assert [option for option in sorted(named) if option not in known] == []
    assert "METERWIRE_PASSWORD" in known


def test_the_module_is_the_same_command(tmp_path: Path) -> None:
    as_module = [sys.executable, "-m", "meterwire"]
    said = [
        subprocess.run([*command, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
        for command in (as_module, console("meterwire", {}))
    ]
    assert said[0] == said[1] != ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_a_journal_is_kept_unless_the_port_is_any(checkout: Path) -> None:
    """The README promises: of its own accord, over a kill -9, and not with --port 0."""
    environment = os.environ | {"XDG_STATE_HOME": str(checkout / "state")}
    port = free_port()
    serve = console(f"meterwire serve --scl examples/feeder.icd --period 0.05 --port {port}", {})
    url = f"mms://127.0.0.1:{port}"
    watch = console(f"meterwire watch {url} FEEDERLD0/LLN0.brcbEv --from-entry 0 --count 1 --json", {})
    first: list[str] = []
    for _ in range(2):
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, cwd=checkout, env=environment) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline().startswith(url)
                done = subprocess.run(watch, capture_output=True, text=True, check=True, timeout=60)
                first.append(json.loads(done.stdout)["entryID"])
            finally:
                process.kill()
    assert first[0] == first[1], "the entry from before the kill is still there"
    journals = checkout / "state" / "meterwire"
    kept = sorted(path.name for path in journals.glob("*.journal"))
    assert kept == [f"FEEDER-{port}.journal"]
    with running(console("meterwire serve --scl examples/feeder.icd", {}), checkout, environment) as other:
        assert run(f"meterwire read {other} FEEDERLD0/LLN0.Beh", {}, checkout)
        assert sorted(path.name for path in journals.glob("*.journal")) == kept


def shape(line: str) -> str:
    """A line without what differs from run to run: numbers, widths, and how many others moved."""
    return " ".join(re.sub(r"\d+", "0", re.sub(r"  and \d+ more", "", line)).split())


def test_demo_prints_the_excerpt(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("meterwire")), "demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path)
    printed = [shape(line) for line in done.stdout.splitlines()]
    (excerpt,) = blocks("README.md", "text")
    for line in excerpt.splitlines():
        if line != "…":
            assert shape(line) in printed


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_somewhere(readme: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / readme).read_text("utf-8"))
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
