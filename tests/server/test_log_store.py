"""Logs on disk: queries by time and behind an entry, the ring, files that cannot be used, and a process that is killed."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import meterwire
from meterwire.acsi.log_store import LogBounds, LogLimits, LogMember, LogQuery, LogRecord
from meterwire.errors import FileError, LinkError
from meterwire.server.log_store import SqliteLogs, pack_entry, unpack_entry

LOG, OTHER = "LD/LLN0$Main", "LD/LLN0$Other"


def record(number: int, time: int | None = None, size: int = 3) -> LogRecord:
    members = (("LD/LLN0$ST$A", 16, b"\x83\x01\xff"), (f"LD/LLN0$ST$B{number % 3}", 0, bytes(size)))
    return LogRecord(number, number * 10 if time is None else time, members)


def ids(store: SqliteLogs, log: str = LOG, **query: int) -> list[int]:
    with store.reading(log, LogQuery(**query)) as records:
        return [each.entry_id for each in records]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.mark.parametrize("on_disk", [True, False])
def test_what_is_appended_is_there_at_once(path: Path, on_disk: bool) -> None:
    with closing(SqliteLogs(path if on_disk else None)) as store:
        assert (store.open(LOG), store.open(OTHER)) == (0, 0)
        for number in range(1, 6):
            store.append(LOG, record(number), 0)
        store.append(OTHER, record(9), 0)
        with store.reading(LOG, LogQuery()) as records:
            assert list(records) == [record(number) for number in range(1, 6)]
        assert ids(store, OTHER) == [9]
        assert store.bounds(LOG) == LogBounds(5, 1, 10, 5, 50)


def test_it_survives(path: Path) -> None:
    with closing(SqliteLogs(path)) as store:
        store.open(LOG)
        for number in range(1, 4):
            store.append(LOG, record(number), 0)
    with closing(SqliteLogs(path)) as store:
        assert store.open(LOG) == 3
        assert store.bounds(LOG) == LogBounds(3, 1, 10, 3, 30)
        with store.reading(LOG, LogQuery(after=1)) as records:
            assert list(records) == [record(2), record(3)]


def test_queries_of_a_log_whose_clock_was_set_back() -> None:
    with closing(SqliteLogs()) as store:
        store.open(LOG)
        for number, time in enumerate((100, 200, 300, 150, 150, 250), 1):
            store.append(LOG, record(number, time), 0)
        assert ids(store) == [1, 2, 3, 4, 5, 6]
        assert ids(store, after=3) == [4, 5, 6]  # nothing new is missed
        assert ids(store, start=0) == [1, 4, 5, 2, 6, 3]
        assert ids(store, start=150, stop=250) == [4, 5, 2, 6]
        assert ids(store, start=150, stop=250, after=4) == [5, 2, 6]  # the log knows its time
        assert ids(store, start=150, stop=250, after=99, after_time=150) == [2, 6]
        assert ids(store, stop=99) == []


def test_the_ring_is_bounded_by_number() -> None:
    with closing(SqliteLogs(limits=LogLimits(entries=3))) as store:
        store.open(LOG)
        changed = threading.Event()
        store.on_change = changed.set
        for number in range(1, 11):
            store.append(LOG, record(number), 0)
        assert ids(store) == [8, 9, 10]
        assert store.bounds(LOG) == LogBounds(3, 8, 80, 10, 100)
        assert changed.wait(10)


def test_the_ring_is_bounded_by_size_and_the_newest_stays() -> None:
    with closing(SqliteLogs(limits=LogLimits(octets=500))) as store:
        store.open(LOG)
        for number in range(1, 11):
            store.append(LOG, record(number, size=100), 0)
        assert ids(store) == [8, 9, 10]
        store.append(LOG, record(11, size=5000), 0)
        assert ids(store) == [11]
        store.append(LOG, record(12), 0)
        assert ids(store) == [12]


def test_the_ring_is_bounded_by_age() -> None:
    with closing(SqliteLogs()) as store:
        store.open(LOG)
        for number in range(1, 11):
            store.append(LOG, record(number), number * 10 - 25)
        assert ids(store) == [8, 9, 10]
        assert store.bounds(LOG).count == 3


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 400)), max_size=40),
    st.integers(1, 10),
    st.integers(100, 2000),
)
def test_the_ring_counts_right(given_: list[tuple[int, int]], entries: int, octets: int) -> None:
    """After any order of entries the sums kept are those of what is there."""
    with closing(SqliteLogs(limits=LogLimits(entries=entries, octets=octets))) as store:
        store.open(LOG)
        for number, (size, keep_from) in enumerate(given_, 1):
            store.append(LOG, record(number, size=size), keep_from)
            if number % 7 == 0:
                store.flush()
        found = ids(store)
        (sums,) = store._database.execute("SELECT entries, octets FROM log")
        (real,) = store._database.execute("SELECT count(*), total(length(members)) + 32 * count(*) FROM entry")
        assert sums == real
        assert len(found) <= entries
        assert not given_ or sums[1] <= octets or len(found) <= 1
        assert store.bounds(LOG).count == len(found)


MEMBERS = st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 255), st.binary(max_size=40)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(MEMBERS)
def test_blobs(members: list[LogMember]) -> None:
    names = {1: "A", 2: "B"}
    blob = pack_entry(members, {"A": 1, "B": 2}.__getitem__)
    assert unpack_entry(blob, names) == tuple(members)
    if blob:
        with pytest.raises(FileError, match="damaged"):
            unpack_entry(blob[:-1] if len(blob) > 9 else blob + b"\0", names)
        with pytest.raises(FileError, match="damaged"):
            unpack_entry(blob, {})


def test_a_disk_that_fails(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SqliteLogs(path)
    store.open(LOG)
    store.append(LOG, record(1), 0)
    assert store.flush()
    store._database.execute("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'full'); END")
    for number in range(2, 5):
        store.append(LOG, record(number), 0)
    assert not store.flush()
    assert isinstance(store.failure, sqlite3.Error)
    assert [r.message for r in caplog.records] == [f"the log file {path} failed; entries of logs are lost from now on"]
    store.close()
    with pytest.raises(FileError, match="cannot be read"):
        ids(store)


def test_a_query_takes_what_it_needs() -> None:
    """A page of a long log reads as many rows as are taken, from an index."""
    with closing(SqliteLogs()) as store:
        store.open(LOG)
        for number in range(1, 2001):
            store.append(LOG, record(number), 0)
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        store.flush()
        store._database.set_progress_handler(count, 10)
        for query in (LogQuery(start=5000, stop=19_000), LogQuery(after=500), LogQuery(start=5000, after=900)):
            steps = 0
            with store.reading(LOG, query) as records:
                assert next(records).entry_id in (500, 501, 901)
            assert steps < 20, query


def test_two_servers_on_one_file(path: Path) -> None:
    with closing(SqliteLogs(path)), pytest.raises(LinkError, match="the log file of another server"):
        SqliteLogs(path)


# -- killed while logging ----------------------------------------------------------------------------------------------

SCRIPT = Path(__file__).with_name("killed_logs.py")


async def campaign(folder: Path, rounds: int, seed: int) -> tuple[int, int]:
    """(entries there in the end, entries that were acknowledged); insists that nothing is missing, double or half."""
    dice = random.Random(seed)
    database, told = folder / "log", folder / "told"
    environment = {**os.environ, "PYTHONPATH": str(Path(meterwire.__file__).parent.parent)}
    for number in range(rounds):
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), str(database), str(told), str(number), stdout=asyncio.subprocess.PIPE, env=environment
        )  # fmt: skip
        assert process.stdout is not None
        try:
            assert await asyncio.wait_for(process.stdout.readline(), 60) == b"logging\n"
            await asyncio.sleep(dice.uniform(0.02, 0.25))
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
    acknowledged = told.read_bytes().split()
    with closing(SqliteLogs(database)) as store:
        store.open(LOG)
        with store.reading(LOG, LogQuery()) as records:
            found = list(records)
    values = [members[0][2] for members in (each.members for each in found)]
    for each in found:
        assert {value for _, _, value in each.members} == {each.members[0][2]}, "half an entry"
        assert len(each.members) == 20
    assert len(set(values)) == len(values), "an entry twice"
    entry_ids = [each.entry_id for each in found]
    assert entry_ids == sorted(set(entry_ids))
    missing = set(acknowledged) - set(values)
    assert not missing, f"{len(missing)} acknowledged entries are missing"
    return len(found), len(acknowledged)


def test_killed_three_times_while_logging(tmp_path: Path) -> None:
    found, acknowledged = asyncio.run(campaign(tmp_path, 3, seed=1))
    assert found >= acknowledged > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_a_hundred_times_while_logging(tmp_path: Path) -> None:
    found, acknowledged = asyncio.run(campaign(tmp_path, 100, seed=2))
    assert found >= acknowledged > 100
    print(f"\n{acknowledged} entries acknowledged, {found} there")
