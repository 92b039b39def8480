"""Everything the READMEs tell a reader to type is typed here.

The port in the examples, 10102, is replaced by a free one: two runs of the suite must not meet.
"""

import asyncio
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
            async with ResidentialTerminal(meters, port=0, poll_seconds=0.2) as terminal:
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


@pytest.mark.parametrize("code", blocks("README.md", "python"), ids=["client", "codec"])
def test_python(code: str, port: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code.replace("127.0.0.1:10102", f"127.0.0.1:{port}")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    promised = re.findall(r"^    print\(frame\)  # (.*)$", code, re.MULTILINE)
    assert done.stdout.splitlines()[-1:] == promised or (not promised and "HOMEMET/MMXU1" in done.stdout)


@contextmanager
def running(arguments: list[str]) -> Iterator[str]:
    """Start a serving command on a free port; give the URL it tells, and stop it as Ctrl-C would."""
    with subprocess.Popen([*arguments, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
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
    assert command == "meterwire"
    return [str(Path(sys.executable).with_name(command)), *arguments]


def test_commands() -> None:
    lines = [
        line for block in blocks("README.md", "sh") for line in block.splitlines() if line.startswith("meterwire ")
    ]
    meter, terminal, *others = lines
    with running(console(meter, {})) as meter_url:
        replaced = {"645+tcp://127.0.0.1:10645": meter_url}
        with running(console(terminal, replaced)) as server_url:
            replaced["mms://127.0.0.1:10102"] = server_url
            for line in others:
                done = subprocess.run(console(line, replaced), capture_output=True, text=True, check=False, timeout=60)
                assert done.returncode == 0, f"{line}: {done.stderr}"
                assert done.stdout.strip(), line


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
