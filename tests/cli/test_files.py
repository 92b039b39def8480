"""``files`` against a served folder, and ``--files`` of the serving commands."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from meterwire.cli import files
from meterwire.server import MmsServer
from meterwire.server.files import FolderStore

from ..interop.ours import awkward_ied
from .conftest import Done, in_background

Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "served"
    (root / "COMTRADE").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"hello\n")
    (root / "COMTRADE" / "r1.dat").write_bytes(bytes(100_000))
    return root


@pytest.fixture
def target(folder: Path) -> Iterator[str]:
    @asynccontextmanager
    async def service() -> AsyncIterator[str]:
        async with MmsServer(awkward_ied(), port=0, files=FolderStore(folder)) as server:
            yield server.url

    with in_background(service()) as url:
        yield url


def test_list(run: Run, target: str) -> None:
    done = run("files", target, "list")
    assert (done.code, done.err) == (0, "")
    lines = [line.split() for line in done.out.splitlines()]
    assert [(line[0], line[-1]) for line in lines if line[-1] == "a.txt"] == [("6", "a.txt")]
    assert [line[-1] for line in lines] == ["COMTRADE/", "a.txt"]
    assert run("files", target, "list", "COMTRADE").out.split()[0] == "100,000"


def test_list_as_json(run: Run, target: str) -> None:
    done = run("files", target, "list", "--json")
    first, second = map(json.loads, done.out.splitlines())
    assert first["folder"] is True
    assert (second["name"], second["size"], second["folder"]) == ("a.txt", 6, False)
    assert second["modified"].endswith("+00:00")


def test_get(run: Run, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("files", target, "get", "COMTRADE/r1.dat") == Done(0, "COMTRADE/r1.dat → r1.dat\n", "")
    assert Path("r1.dat").stat().st_size == 100_000
    done = run("files", target, "get", "a.txt", "r1.dat")
    assert (done.code, done.out) == (2, "")
    assert "--force" in done.err
    done = run("files", target, "get", "a.txt", "r1.dat", "--force", "--json")
    assert json.loads(done.out) == {"name": "a.txt", "local": "r1.dat", "size": 6}
    assert run("files", target, "get", "a.txt", "-") == Done(0, "hello\n", "")


def test_put_rename_delete(run: Run, target: str, folder: Path, tmp_path: Path) -> None:
    local = tmp_path / "up.bin"
    local.write_bytes(b"up")
    assert run("files", target, "put", str(local)) == Done(0, f"{local} → up.bin\n", "")
    assert run("files", target, "put", str(local), "COMTRADE/x", "--json").code == 0
    assert (folder / "COMTRADE" / "x").read_bytes() == (folder / "up.bin").read_bytes() == b"up"
    assert run("files", target, "rename", "up.bin", "down.bin") == Done(0, "up.bin → down.bin\n", "")
    done = run("files", target, "delete", "down.bin", "none", "COMTRADE/x")
    assert (done.code, done.out.splitlines()) == (1, ["down.bin deleted", "COMTRADE/x deleted"])
    assert done.err == "meterwire: none: file-non-existent\n"


WRONG: list[tuple[list[str], int, str]] = [
    (["list", "none"], 1, "none: file-non-existent"),
    (["list", ".."], 1, "..: filename-syntax-error"),
    (["get", "../secret"], 1, "../secret: filename-syntax-error"),
    (["get", "COMTRADE"], 1, "file-access-denied"),
    (["get", "a.txt", "-", "--json"], 2, "standard output"),
    (["put", "no-such-file"], 2, "is no file"),
    (["rename", "a.txt"], 2, "NEW"),
    (["delete"], 2, "NAME"),
    (["frob"], 2, "frob"),
]


@pytest.mark.parametrize(("arguments", "code", "text"), WRONG)
def test_wrong(run: Run, target: str, arguments: list[str], code: int, text: str) -> None:
    done = run("files", target, *arguments)
    assert (done.code, done.out) == (code, "")
    assert text in done.err
    assert done.err.count("\n") == 1


def test_wrong_targets(run: Run, served: str, tmp_path: Path) -> None:
    assert run("files", "645+tcp://127.0.0.1:1", "list").code == 2
    assert run("files", "mms://127.0.0.1:1", "list").code == 1
    for arguments in (["list"], ["get", "a", str(tmp_path)], ["delete", "a"], ["rename", "a", "b"]):
        done = run("files", served, *arguments)
        assert (done.code, "no such file service" in done.err) == (1, True), done


def test_a_bar_is_drawn_for_what_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(files, "BAR_AFTER", 10.0)
    with files._bar("quick") as progress:
        progress(1, 2)
    monkeypatch.setattr(files, "BAR_AFTER", -1.0)
    with files._bar("slow [1]") as progress:
        for done in range(5):
            progress(done, 3)
    shown = capsys.readouterr().err
    assert "quick" not in shown
    assert "slow [1]" in shown


def serving(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "meterwire", "serve", *arguments, "--port", "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_serve_residential_with_files(run: Run, meter: str, folder: Path) -> None:
    process: Any = serving("residential", "--meter", meter, "--files", str(folder))
    try:
        url = process.stdout.readline().split()[0]
        assert run("files", url, "get", "a.txt", "-").out == "hello\n"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_served_folders_must_exist(run: Run, meter: str, tmp_path: Path) -> None:
    done = run("serve", "residential", "--meter", meter, "--files", str(tmp_path / "none"))
    assert (done.code, "is no folder" in done.err) == (2, True)
