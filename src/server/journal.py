"""Entries of buffered report control blocks on disk: what a BRCB kept survives kill -9 and power-off.

One SQLite file, one thread that writes. The event loop only appends to a queue; the thread takes whatever has gathered,
writes it as one transaction and says how far it got (group commit), so that a burst of events costs few flushes of the
disk and the loop waits for none of them.

- WAL: a commit is one sequential write, and a crash never leaves a half transaction.
- synchronous=FULL: a commit is flushed to the disk before it counts. NORMAL would survive kill -9 but lose the last
  commits at power-off, and events that were reported before it must not come again with other EntryIDs after it.
- locking_mode=EXCLUSIVE: two servers on one file would mix up their EntryIDs; the second one is refused. The lock ends
  with its process, however that ends.

A journal that is damaged or of another schema is put aside with one warning, and a new one is begun: a server must start.
A database that belongs to something else is not touched. If the disk fails later, one error is logged and reporting goes
on without journal.
"""

import contextlib
import json
import logging
import sqlite3
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..acsi.journal import Entry, EntryKind, Stored
from ..acsi.report_control import Included
from ..errors import FileError, LinkError

__all__ = ["SqliteJournal", "pack_members", "unpack_members"]

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
APPLICATION_ID = 0x6D777272
"""'mwrr' in the header of the file, for file(1) and for us."""
MAX_QUEUED = 50_000
"""Operations waiting for the disk; whoever adds one more waits for it: the events must go somewhere."""
LOCK_SECONDS = 0.5
"""How long another process may still hold the file: one that was killed a moment ago does."""
CLOSE_SECONDS = 30.0
"""How long closing waits for the disk."""
_SCHEMA = """
CREATE TABLE control (
    reference TEXT PRIMARY KEY, declared TEXT NOT NULL, defined TEXT NOT NULL, settings TEXT NOT NULL, last_id INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE entry (
    reference TEXT NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, members BLOB NOT NULL,
    PRIMARY KEY (reference, id)
) WITHOUT ROWID;
"""
_APPEND = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)"
_DEFINE = "INSERT OR REPLACE INTO control VALUES (?, ?, ?, ?, ?)"
_DISCARD = "UPDATE entry SET kind = ?, members = x'' WHERE reference = ? AND id = ?"
_TRIM = "DELETE FROM entry WHERE reference = ? AND id <= ?"
_PURGE = "DELETE FROM entry WHERE reference = ?"
_MEMBER = struct.Struct(">HBI")

Operation = tuple[str, tuple[Any, ...], int]
"""Statement, its arguments, and the EntryID that is durable with it (0 for none)."""


def pack_members(members: Included) -> bytes:
    """Members of an entry as one blob: index, reason, length, value; one after the other."""
    return b"".join(_MEMBER.pack(index, reason, len(value)) + value for index, reason, value in members)


def unpack_members(blob: bytes) -> Included:
    """The members of a blob; FileError when it is none."""
    members = []
    offset = 0
    while offset < len(blob):
        stop = offset + _MEMBER.size
        if stop > len(blob):
            msg = "a journal entry ends too early"
            raise FileError(msg)
        index, reason, size = _MEMBER.unpack_from(blob, offset)
        offset = stop + size
        if offset > len(blob):
            msg = "a journal entry ends too early"
            raise FileError(msg)
        members.append((index, reason, blob[stop:offset]))
    return tuple(members)


class SqliteJournal:
    """A :class:`~meterwire.acsi.Journal` in one file; :meth:`close` it to have everything on disk.

    Raises LinkError when another server has the file, FileError when the file cannot be had at all.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.durable = 0
        """Entries up to this EntryID survive a crash."""
        self.on_durable: Callable[[], None] | None = None
        """Called from the writing thread when :attr:`durable` has grown."""
        self.commits = 0
        """Transactions written."""
        self.failure: Exception | None = None
        """Why nothing is written any more."""
        self._database = self._open_or_begin_anew()
        self._lock = threading.Lock()
        self._queue: list[Operation] = []
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._write_on, name="journal", daemon=True)
        self._thread.start()

    # -- opening ---------------------------------------------------------------------------

    def _open_or_begin_anew(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)  # what a meter says of a home is nobody else's business
            return _open(self.path)
        except (sqlite3.OperationalError, OSError) as error:
            if "locked" in str(error):
                msg = f"{self.path} is the journal of another server that runs; give each one a journal of its own"
                raise LinkError(msg) from None
            msg = f"the journal {self.path} cannot be opened: {error}; choose another place, or go without one"
            raise FileError(msg) from None
        except (sqlite3.DatabaseError, _UnusableError) as error:
            aside = self._put_aside()
            log.warning("%s cannot be used (%s); it is now %s, and a new journal is begun", self.path, error, aside)
            return _open(self.path)

    def _put_aside(self) -> Path:
        aside = self.path.with_name(f"{self.path.name}.{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9}")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(f"{aside}{suffix}")
        return aside

    # -- Journal ---------------------------------------------------------------------------

    def load(self, control: str) -> Stored | None:
        """What is kept of a control block; what cannot be read is as good as not there."""
        try:
            with self._lock:
                row = self._database.execute(
                    "SELECT declared, defined, settings, last_id FROM control WHERE reference = ?", (control,)
                ).fetchone()
                rows = self._database.execute(
                    "SELECT id, time, kind, members FROM entry WHERE reference = ? ORDER BY id", (control,)
                ).fetchall()
            if row is None:
                return None
            settings = dict(json.loads(row[2]))
            entries = tuple(
                Entry(entry_id=i, time_ns=t, kind=EntryKind(kind), members=unpack_members(blob))
                for i, t, kind, blob in rows
            )
        except (sqlite3.Error, ValueError, TypeError, FileError) as error:
            log.warning("%s: what the journal has of %s cannot be read: %s", self.path, control, error)
            self.purge(control)  # else the next start could not read what comes now either
            return None
        self.durable = max((self.durable, *(entry.entry_id for entry in entries)))
        return Stored(declared=row[0], defined=row[1], settings=settings, last_id=row[3], entries=entries)

    def define(self, control: str, stored: Stored) -> None:
        """Keep definition, settings and last EntryID."""
        settings = json.dumps(dict(stored.settings))
        self._add(_DEFINE, (control, stored.declared, stored.defined, settings, stored.last_id))

    def append(self, control: str, entry: Entry) -> None:
        """Keep an entry."""
        values = (control, entry.entry_id, entry.time_ns, int(entry.kind), entry.members)
        self._add(_APPEND, values, entry.entry_id)

    def discard(self, control: str, entry_id: int) -> None:
        """Keep nothing of an entry but its EntryID."""
        self._add(_DISCARD, (int(EntryKind.DISCARDED), control, entry_id))

    def trim(self, control: str, entry_id: int) -> None:
        """Entries up to and including this one are gone."""
        self._add(_TRIM, (control, entry_id))

    def purge(self, control: str) -> None:
        """All entries are gone."""
        self._add(_PURGE, (control,))

    def _add(self, statement: str, values: tuple[Any, ...], entry_id: int = 0) -> None:
        if self.failure is not None:
            return
        with self._changed:
            while len(self._queue) >= MAX_QUEUED and self.failure is None:
                self._changed.wait()
            self._queue.append((statement, values, entry_id))
            if len(self._queue) == 1:
                self._changed.notify_all()

    def flush(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Wait until everything is on disk; False when that did not come about."""
        with self._changed:
            done = self._changed.wait_for(lambda: not self._queue or self.failure is not None, timeout)
        return done and self.failure is None

    def close(self) -> None:
        """Write what is left and give the file back."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(CLOSE_SECONDS)
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._database.close()

    # -- the thread ------------------------------------------------------------------------

    def _write_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closing)
                batch = list(self._queue)
            if not batch:
                return
            try:
                with self._lock:
                    self._commit(batch)
            except Exception as error:  # whatever it is: without this thread no buffered report would leave any more
                log.exception("the journal %s failed; buffered reports do not survive a restart any more", self.path)
                self.failure = error
            self._written(batch)
            if self.failure is not None:
                return

    def _commit(self, batch: Iterable[Operation]) -> None:
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        for statement, values, _ in batch:
            if statement is _APPEND:
                values = (*values[:4], pack_members(values[4]))
            database.execute(statement, values)
        database.execute("COMMIT")
        self.commits += 1

    def _written(self, batch: list[Operation]) -> None:
        """Tell how far the disk has got; a journal that failed holds nobody up."""
        newest = max(entry_id for _, _, entry_id in batch)
        self.durable = sys.maxsize if self.failure is not None else max(self.durable, newest)
        with self._changed:
            del self._queue[: len(batch)]
            self._changed.notify_all()
        told = self.on_durable
        if told is not None and (newest or self.failure is not None):
            told()


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        if not _is_ours(database):
            msg = f"{path} is a database of something else; choose another place for the journal"
            raise FileError(msg)  # noqa: TRY301 - closed below like after any other failure
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")  # takes the lock for good
        fault = _make_or_check(database)
        database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    if fault:
        database.close()
        raise _UnusableError(fault)
    return database


class _UnusableError(FileError):
    """Our journal, but damaged or of another schema."""


def _is_ours(database: sqlite3.Connection) -> bool:
    """A journal, or nothing yet."""
    (number,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(number == APPLICATION_ID or not (number or tables))


def _make_or_check(database: sqlite3.Connection) -> str:
    """Make the tables of a new file; what is wrong with an old one, empty when nothing is."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if version == 0 and not tables:
        for statement in filter(str.strip, _SCHEMA.split(";")):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    elif version != SCHEMA_VERSION:
        return f"its schema is {version}, not {SCHEMA_VERSION}"
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    return "" if verdict == "ok" else str(verdict)
