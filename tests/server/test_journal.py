"""The journal of buffered reports: what it gives back, what it does with files it cannot use, and how it fails."""

import logging
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

import meterwire
from meterwire.acsi import Entry, EntryKind, Stored
from meterwire.errors import FileError, LinkError
from meterwire.server import write_behind
from meterwire.server.journal import SCHEMA_VERSION, SqliteJournal, pack_members, unpack_members

STORED = Stored(declared="d", defined="e", settings={"RptID": "x", "BufTm": 3}, last_id=7)


def entry(number: int, kind: EntryKind = EntryKind.EVENT, value: bytes = b"\x83\x01\xff") -> Entry:
    return Entry(entry_id=number, time_ns=number * 10, kind=kind, members=((0, 16, value), (300, 1, b"")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "j.journal"


def reopened(journal: SqliteJournal) -> SqliteJournal:
    journal.close()
    return SqliteJournal(journal.path)


# -- what comes back -------------------------------------------------------------------------------------------------


def test_entries_come_back(path: Path) -> None:
    journal = SqliteJournal(path)
    assert journal.load("a") is None
    journal.define("a", STORED)
    journal.define("b", STORED)
    for number in range(1, 6):
        journal.append("a", entry(number))
    journal.append("b", entry(6))
    journal = reopened(journal)
    stored = journal.load("a")
    assert stored is not None
    assert (stored.declared, stored.defined, stored.settings, stored.last_id) == ("d", "e", STORED.settings, 7)
    assert stored.entries == tuple(map(entry, range(1, 6)))
    assert journal.durable == 5
    journal.load("b")
    assert journal.durable == 6
    journal.close()


def test_trim_purge_discard(path: Path) -> None:
    journal = SqliteJournal(path)
    for control in "abc":
        journal.define(control, STORED)
        for number in range(1, 4):
            journal.append(control, entry(number))
    journal.trim("a", 2)
    journal.purge("b")
    journal.discard("c", 2)
    journal = reopened(journal)
    left = {control: journal.load(control) for control in "abc"}
    assert [[e.entry_id for e in stored.entries] for stored in left.values() if stored] == [[3], [], [1, 2, 3]]
    assert left["c"] is not None
    assert (left["c"].entries[1].kind, left["c"].entries[1].members) == (EntryKind.DISCARDED, ())
    journal.close()


def test_a_new_definition_keeps_the_entries(path: Path) -> None:
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    journal.append("a", entry(1))
    journal.define("a", Stored(declared="new", defined="n", settings={}, last_id=9))
    journal = reopened(journal)
    stored = journal.load("a")
    assert stored is not None
    assert (stored.declared, stored.last_id, len(stored.entries)) == ("new", 9, 1)
    journal.close()


@pytest.mark.parametrize("members", [(), ((0, 1, b""),), ((65535, 31, b"x" * 70_000), (2, 16, b"\0"))])
def test_members_as_a_blob(members: tuple[tuple[int, int, bytes], ...]) -> None:
    blob = pack_members(members)
    assert unpack_members(blob) == members


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_blob_that_ends_too_early(cut: int) -> None:
    with pytest.raises(FileError):
        unpack_members(pack_members(((1, 2, b"ab"),))[:-cut])


# -- durability ------------------------------------------------------------------------------------------------------


def test_durable_is_told_after_the_commit(path: Path) -> None:
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    seen: list[int] = []
    told = threading.Event()

    def on_durable() -> None:
        seen.append(journal.durable)
        if journal.durable == 1000:
            told.set()

    journal.on_durable = on_durable
    for number in range(1, 1001):
        journal.append("a", entry(number))
    assert told.wait(10)
    assert seen == sorted(seen)
    assert journal.commits < 900, "commits are grouped"
    journal.close()


def test_appending_does_not_wait_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, go = SqliteJournal._commit, threading.Event()
    monkeypatch.setattr(SqliteJournal, "_commit", lambda self, batch: (go.wait(60), commit(self, batch))[1])
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    for number in range(1, 1000):
        journal.append("a", entry(number))
    assert journal.durable == 0
    go.set()
    assert journal.flush()
    assert journal.durable == 999
    journal.close()


def test_a_queue_that_is_full_waits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_behind, "MAX_QUEUED", 10)
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    for number in range(1, 500):
        journal.append("a", entry(number))
        assert len(journal._queue) <= 10
    journal = reopened(journal)
    stored = journal.load("a")
    assert stored is not None
    assert len(stored.entries) == 499
    journal.close()


def test_power_safe_settings(path: Path) -> None:
    journal = SqliteJournal(path)
    ask = journal._database.execute
    assert ask("PRAGMA synchronous").fetchone() == (2,)
    assert ask("PRAGMA journal_mode").fetchone() == ("wal",)
    journal.close()


def test_a_disk_that_fails_is_told_once_and_holds_nobody_up(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    assert journal.flush()
    told = threading.Event()
    journal.on_durable = told.set
    with journal._lock:
        journal._database.execute("DROP TABLE entry")
    journal.append("a", entry(1))
    assert told.wait(10)
    assert journal.durable > 1 << 62
    assert isinstance(journal.failure, sqlite3.Error)
    for number in range(2, 10):
        journal.append("a", entry(number))
    journal.close()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_the_file_is_its_owners_alone(path: Path) -> None:
    SqliteJournal(path).close()
    assert path.stat().st_mode & 0o077 == 0


# -- files -----------------------------------------------------------------------------------------------------------


def test_a_second_server_is_refused(path: Path) -> None:
    journal = SqliteJournal(path)
    with pytest.raises(LinkError, match="another server"):
        SqliteJournal(path)
    journal.close()
    SqliteJournal(path).close()


def test_a_lock_ends_with_its_process(path: Path) -> None:
    script = f"from meterwire.server.journal import SqliteJournal\nj = SqliteJournal({str(path)!r})\nprint(1, flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE, env=_environment()
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"1\n"
        with pytest.raises(LinkError):
            SqliteJournal(path)
        other.kill()
    SqliteJournal(path).close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(meterwire.__file__).parent.parent)}


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 500)


def _other_schema(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _torn_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    assert len(data) > 3 * 4096
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_garbage, _other_schema, _torn_page])
def test_a_file_that_cannot_be_used_is_put_aside(path: Path, damage: object, caplog: pytest.LogCaptureFixture) -> None:
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    for number in range(1, 200):
        journal.append("a", entry(number, value=b"x" * 200))
    journal.close()
    damage(path)  # type: ignore[operator]
    damaged = path.read_bytes()
    journal = SqliteJournal(path)
    assert journal.load("a") is None
    (warning,) = caplog.records
    (aside,) = [p for p in path.parent.iterdir() if p.name.startswith("j.journal.2")]
    assert str(aside) in warning.getMessage()
    assert aside.read_bytes() == damaged
    journal.define("a", STORED)
    journal.append("a", entry(1))
    journal = reopened(journal)
    assert journal.load("a") is not None
    journal.close()


def test_an_entry_that_cannot_be_written_holds_nobody_up(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not the disk but a value: the thread must not end in silence, with every later report waiting for it."""
    journal = SqliteJournal(path)
    told = threading.Event()
    journal.on_durable = told.set
    journal.append("a", Entry(entry_id=1, time_ns=1, kind=EntryKind.EVENT, members=((1 << 16, 16, b""),)))
    assert told.wait(10)
    assert journal.durable > 1 << 62
    assert journal.failure is not None
    journal.close()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET members = x'0001' WHERE reference = 'a'",
        "UPDATE control SET settings = '[1]' WHERE reference = 'a'",
        "UPDATE control SET settings = '7' WHERE reference = 'a'",
    ],
)
def test_after_a_row_that_could_not_be_read_its_block_is_kept_again(path: Path, damage: str) -> None:
    journal = SqliteJournal(path)
    journal.define("a", STORED)
    journal.append("a", entry(1))
    journal.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(damage)
    journal = SqliteJournal(path)
    assert journal.load("a") is None
    journal.define("a", STORED)
    journal.append("a", entry(2))
    journal = reopened(journal)
    stored = journal.load("a")
    assert stored is not None
    assert stored.entries == (entry(2),)
    journal.close()


def test_a_row_that_cannot_be_read_costs_its_block(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = SqliteJournal(path)
    for control in "ab":
        journal.define(control, STORED)
        journal.append(control, entry(1))
    journal.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE entry SET members = x'0001' WHERE reference = 'a'")
    journal = SqliteJournal(path)
    assert journal.load("a") is None
    assert journal.load("b") is not None
    assert "cannot be read" in caplog.text
    journal.close()


def test_a_database_of_something_else_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE somebody_elses (x)")
    before = path.read_bytes()
    with pytest.raises(FileError, match="of something else"):
        SqliteJournal(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="choose another place"):
        SqliteJournal(tmp_path / "file" / "j")
    with pytest.raises(FileError, match="choose another place"):
        SqliteJournal(tmp_path)
