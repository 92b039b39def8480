"""Settings on disk: whole transactions, files that cannot be used, and a process that is killed while it confirms."""

import asyncio
import logging
import os
import random
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

import meterwire
from meterwire.acsi.setting_store import StoredGroups
from meterwire.errors import FileError, LinkError
from meterwire.server.setting_store import SqliteSettings

STORED = StoredGroups(
    active=2, activated=bytes(8), groups={1: {"a": 1, "b": True}, 2: {"a": "0x1.8p+0", "b": "text 电"}}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "settings"


def test_what_is_saved_is_there(path: Path) -> None:
    with closing(SqliteSettings(path)) as store:
        assert store.load("PROT", "d") is None
        assert not store.is_known("PROT")
        store.save("PROT", "d", STORED)
        store.save("OTHER", "d", StoredGroups(active=1, activated=b"12345678", groups={}))
    with closing(SqliteSettings(path)) as store:
        assert store.load("PROT", "d") == STORED
        assert store.load("PROT", "another configuration") is None
        assert store.is_known("PROT")
        assert not store.is_known("NONE")
    assert path.stat().st_mode & 0o077 == 0


def test_groups_that_are_not_given_stay(path: Path) -> None:
    with closing(SqliteSettings(path)) as store:
        store.save("PROT", "d", STORED)
        store.save("PROT", "d", StoredGroups(active=1, activated=bytes(8), groups={2: {"a": 9, "b": False}}))
        stored = store.load("PROT", "d")
    assert stored is not None
    assert (stored.active, stored.groups) == (1, {1: STORED.groups[1], 2: {"a": 9, "b": False}})


def test_a_disk_that_fails_changes_nothing(path: Path) -> None:
    with closing(SqliteSettings(path)) as store:
        store.save("PROT", "d", STORED)
        store._database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON bank WHEN new.number = 2 BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        wanted = StoredGroups(active=1, activated=bytes(8), groups={1: {"a": 5}, 2: {"a": 5}})
        with pytest.raises(FileError, match="cannot be written: full"):
            store.save("PROT", "d", wanted)
        assert store.load("PROT", "d") == STORED
        store._database.execute("DROP TRIGGER full")
        store.save("PROT", "d", wanted)
        assert store.load("PROT", "d") == wanted


@pytest.mark.parametrize("content", ["no json", "[1, 2]", "7"])
def test_damage_is_told(path: Path, content: str) -> None:
    with closing(SqliteSettings(path)) as store:
        store.save("PROT", "d", STORED)
        store._database.execute("UPDATE bank SET content = ? WHERE number = 2", (content,))
        with pytest.raises(FileError, match="cannot be read"):
            store.load("PROT", "d")


def test_power_safe(path: Path) -> None:
    with closing(SqliteSettings(path)) as store:
        assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_of_something_else_is_not_touched_and_a_damaged_one_put_aside(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(FileError, match="is a database of something else"):
        SqliteSettings(path)
    assert path.read_bytes() == before
    path.write_bytes(b"no database" * 1000)
    with closing(SqliteSettings(path)) as store:
        assert not store.is_known("PROT")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert len(list(path.parent.glob("settings.*-*"))) == 1


def test_two_servers_on_one_file(path: Path) -> None:
    with closing(SqliteSettings(path)), pytest.raises(LinkError, match="the settings file of another server"):
        SqliteSettings(path)


# -- killed while confirming -------------------------------------------------------------------------------------------

SCRIPT = Path(__file__).with_name("killed_settings.py")


async def campaign(folder: Path, rounds: int, seed: int) -> tuple[int, int, int]:
    """(rounds, edits confirmed to the client in all, kills that left the newer of two states)."""
    dice = random.Random(seed)
    database, told = folder / "settings", folder / "told"
    environment = {**os.environ, "PYTHONPATH": str(Path(meterwire.__file__).parent.parent)}
    confirmed, newer, number = 0, 0, 0
    for _ in range(rounds):
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), str(database), str(told), str(number), stdout=asyncio.subprocess.PIPE, env=environment
        )  # fmt: skip
        assert process.stdout is not None
        try:
            found = (await asyncio.wait_for(process.stdout.readline(), 60)).split()
            # Every value of the group is of one edit: old or new, never a mixture.
            assert len(set(found)) == 1, found
            kept = int(found[0])
            # What was confirmed to the client is there; what was under way may be there or not.
            assert kept in (number, number + 1), (kept, number)
            assert await asyncio.wait_for(process.stdout.readline(), 60) == b"editing\n"
            await asyncio.sleep(dice.uniform(0.0, 0.12))
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
        newer += kept == number + 1
        told_last = int(told.read_text().split()[-1]) if told.exists() and told.read_text() else 0
        confirmed += max(0, told_last - kept)
        number = max(kept, told_last)
    return rounds, confirmed, newer


def test_killed_three_times_while_confirming(tmp_path: Path) -> None:
    assert asyncio.run(campaign(tmp_path, 3, seed=1))[0] == 3


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_a_hundred_times_while_confirming(tmp_path: Path) -> None:
    rounds, confirmed, newer = asyncio.run(campaign(tmp_path, 100, seed=2))
    assert confirmed > rounds // 2  # it was killed where it hurts
    print(f"\n{rounds} kills, {confirmed} edits confirmed, {newer} times the edit under way was there")
