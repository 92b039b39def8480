"""``watch`` on buffered reports, and the journal of ``serve``."""

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meterwire.cli.journal import default_path, open_journal
from meterwire.models import Ied
from meterwire.models.terminals import residential_terminal
from meterwire.server import MmsServer

from ..interop.ours import awkward_ied
from .conftest import Done
from .test_processes import ended, going_on, process

Run = Callable[..., Done]
BLOCK = "HOMEMET/LLN0.brcbEn"


def test_watch_shows_entries_and_goes_on_behind_one(run: Run, home: str) -> None:
    done = run("watch", home, BLOCK, "--count", "3", "--json")
    first = [json.loads(line) for line in done.out.splitlines()]
    assert [report["bufOvfl"] for report in first] == [True, False, False]
    entries = [report["entryID"] for report in first]
    assert entries == sorted(set(entries))
    done = run("watch", home, BLOCK, "--count", "2", "--json", "--from-entry", entries[0])
    again = [json.loads(line) for line in done.out.splitlines()]
    assert [report["entryID"] for report in again] == entries[1:]
    assert not again[0]["bufOvfl"]
    assert again[0]["entries"] == first[1]["entries"]
    done = run("watch", home, BLOCK, "--count", "1", "--from-entry", "0")
    head = done.out.splitlines()[0]
    assert head.endswith("(older entries may be missing)")
    assert f"entry {entries[0]}" in head


@pytest.mark.parametrize("entry", ["zz", "-1", "1" * 17])
def test_what_is_no_entry(run: Run, entry: str) -> None:
    done = run("watch", "mms://127.0.0.1:9", BLOCK, "--from-entry", entry)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is no EntryID" in done.err


@contextmanager
def mortal() -> Iterator[tuple[str, threading.Event]]:
    """A server that ends when the event is set."""
    told, stop = threading.Event(), threading.Event()
    url: list[str] = []

    async def serve() -> None:
        async with MmsServer(awkward_ied(), port=0) as server:
            url.append(server.url)
            told.set()
            while not stop.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert told.wait(10)
    yield url[0], stop
    stop.set()
    thread.join(10)


def test_without_resync_a_lost_server_is_an_error(run: Run) -> None:
    with mortal() as (url, stop):
        threading.Timer(0.5, stop.set).start()
        done = run("watch", url, "OURSLD0/LLN0.urcbStat", "--no-resync")
    assert done.code == 1
    assert "the peer aborted the association" in done.err


def test_without_a_place_there_is_a_journal_in_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    home = residential_terminal()
    assert default_path("HOME", 102) == tmp_path / "meterwire" / "HOME-102.journal"
    journal = open_journal(home, 102, None, none=False)
    assert journal is not None
    assert journal.path == default_path("HOME", 102)
    journal.close()
    assert open_journal(home, 102, None, none=True) is None
    assert open_journal(home, 0, None, none=False) is None
    assert open_journal(Ied("EMPTY"), 102, tmp_path / "x", none=False) is None
    monkeypatch.delenv("XDG_STATE_HOME")
    assert default_path("A", 1) == Path.home() / ".local" / "state" / "meterwire" / "A-1.journal"


def test_a_terminal_that_is_killed_has_its_entries_again(meter: str, tmp_path: Path) -> None:
    serve = ("serve", "residential", "--meter", meter, "--port", "0", "--poll", "0.1", "--journal", str(tmp_path / "j"))
    with going_on(*serve) as (running, url):
        before = json.loads(process("watch", url, BLOCK, "--count", "1", "--json").stdout)
        running.kill()
        running.wait()
    with going_on(*serve) as (running, url):
        again = json.loads(process("watch", url, f"{BLOCK}01", "--count", "1", "--json", "--from-entry", "0").stdout)
        assert (again["entryID"], again["entries"]) == (before["entryID"], before["entries"])
        second = process(*serve)
        assert second.returncode == 1
        assert "the journal of another server that runs" in second.stderr
        assert ended(running, signal.SIGTERM)[0] == 0


def test_a_journal_that_cannot_be(meter: str) -> None:
    began = time.monotonic()
    done = process("serve", "residential", "--meter", meter, "--port", "0", "--journal", os.devnull + "/j")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "choose another place" in done.stderr
    assert time.monotonic() - began < 20
