"""Logs on disk: entries survive kill -9 and power-off, in a ring bounded by number, size and age.

One SQLite file (:mod:`.database`), one thread that writes (:mod:`.write_behind`); without a path all is in memory and gone with
the server. References stand once in a table of names, entries refer to them by number. What is beyond the limits goes
in the transaction that brings the new entries, so that the file does not grow beyond them either.

Queries go along an index and read as many rows as are taken: a page costs the same in a log of a thousand entries and of
a million.
"""

import contextlib
import logging
import sqlite3
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..acsi.log_store import LogBounds, LogLimits, LogMember, LogQuery, LogRecord
from ..errors import FileError
from .database import Schema
from .write_behind import WriteBehind

__all__ = ["SqliteLogs", "pack_entry", "unpack_entry"]

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
APPLICATION_ID = 0x6D776C67
"""'mwlg' in the header of the file."""
ROW_OCTETS = 32
"""What an entry takes beside its members."""
FIRST_TIME, LAST_TIME = -(1 << 62), 1 << 62
"""Before and behind all times."""
_SCHEMA = Schema(
    what="log file",
    application_id=APPLICATION_ID,
    version=SCHEMA_VERSION,
    tables="""
CREATE TABLE name (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE log (
    number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, last_id INTEGER NOT NULL, entries INTEGER NOT NULL,
    octets INTEGER NOT NULL
);
CREATE TABLE entry (
    log INTEGER NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL, members BLOB NOT NULL, PRIMARY KEY (log, id)
) WITHOUT ROWID;
CREATE INDEX entry_time ON entry (log, time, id);
""",
)
_MEMBER = struct.Struct(">IBI")
_BY_TIME = "SELECT id, time, members FROM entry WHERE log = ? AND time BETWEEN ? AND ? AND (time, id) > (?, ?) ORDER BY time, id"
_BY_ID = "SELECT id, time, members FROM entry WHERE log = ? AND id > ? ORDER BY id"
_OLDEST = "SELECT id, time FROM entry WHERE log = ? ORDER BY id LIMIT 1"
_NEWEST = "SELECT id, time FROM entry WHERE log = ? ORDER BY id DESC LIMIT 1"
_EXPIRED = "SELECT max(id), count(*), total(length(members)) FROM entry WHERE log = ? AND time < ?"


@dataclass(slots=True)
class _Log:
    """A log of the file."""

    number: int
    last_id: int
    entries: int
    octets: int
    bounds: LogBounds = field(default_factory=LogBounds)
    keep_from: int = 0


Operation = tuple[_Log, LogRecord]


def pack_entry(members: Sequence[LogMember], number_of: Callable[[str], int]) -> bytes:
    """Members of an entry as one blob: number of the reference, reason, length, value; one after the other."""
    return b"".join([_MEMBER.pack(number_of(name), reason, len(value)) + value for name, reason, value in members])


def unpack_entry(blob: bytes, names: Sequence[str] | dict[int, str]) -> tuple[LogMember, ...]:
    """The members of a blob; FileError when it is none."""
    members: list[LogMember] = []
    offset = 0
    try:
        while offset < len(blob):
            number, reason, size = _MEMBER.unpack_from(blob, offset)
            offset += _MEMBER.size + size
            if offset > len(blob):
                break
            members.append((names[number], reason, blob[offset - size : offset]))
    except (struct.error, LookupError):
        offset = -1
    if offset != len(blob):
        msg = "an entry of the log is damaged"
        raise FileError(msg)
    return tuple(members)


class SqliteLogs(WriteBehind[Operation]):
    """A :class:`~meterwire.acsi.log_store.LogStore` in one file; :meth:`close` it to have everything on disk.

    ``limits`` bound each log. Raises LinkError when another server has the file, FileError when the file cannot be had at all.
    """

    consequence = "entries of logs are lost from now on"

    def __init__(self, path: str | Path | None = None, limits: LogLimits | None = None) -> None:
        super().__init__(None if path is None else Path(path), _SCHEMA)
        self.limits = limits or LogLimits()
        self.on_change: Callable[[], None] | None = None
        """Called from the writing thread when bounds may have changed."""
        self._logs: dict[str, _Log] = {}
        rows = self._database.execute("SELECT number, text FROM name").fetchall()
        self._names: dict[int, str] = dict(rows)
        self._numbers: dict[str, int] = {text: number for number, text in rows}

    # -- LogStore --------------------------------------------------------------------------

    def open(self, log: str) -> int:
        """Make a log known; the highest EntryID it ever gave away."""
        known = self._logs.get(log)
        if known is None:
            with self._lock, self._told():
                self._database.execute("INSERT OR IGNORE INTO log VALUES (NULL, ?, 0, 0, 0)", (log,))
                row = self._database.execute(
                    "SELECT number, last_id, entries, octets FROM log WHERE reference = ?", (log,)
                ).fetchone()
                known = _Log(*row)
                known.bounds = self._find_bounds(known)
            self._logs[log] = known
        return known.last_id

    def bounds(self, log: str) -> LogBounds:
        """What is on the disk of it."""
        return self._logs[log].bounds

    def append(self, log: str, record: LogRecord, keep_from: int) -> None:
        """Keep an entry; those before ``keep_from`` (ms since 1970) go."""
        known = self._logs[log]
        known.keep_from = max(known.keep_from, keep_from)
        self._add((known, record))

    @contextlib.contextmanager
    def reading(self, log: str, query: LogQuery) -> Iterator[Iterator[LogRecord]]:
        """The entries of a query; FileError when the disk fails. Waits for what was appended before."""
        known = self._logs[log]
        self.flush()
        with self._lock, self._told():
            cursor = self._select(known, query)
            try:
                yield (LogRecord(i, time, unpack_entry(blob, self._names)) for i, time, blob in cursor)
            finally:
                cursor.close()

    def _select(self, known: _Log, query: LogQuery) -> sqlite3.Cursor:
        after = query.after or 0
        if not query.by_time:
            return self._database.execute(_BY_ID, (known.number, after))
        start = FIRST_TIME if query.start is None else query.start
        stop = LAST_TIME if query.stop is None else query.stop
        behind = (FIRST_TIME, 0)
        if query.after is not None:
            row = self._database.execute(
                "SELECT time FROM entry WHERE log = ? AND id = ?", (known.number, after)
            ).fetchone()
            behind = (query.after_time if row is None else row[0], after)
            start = max(
                start, behind[0]
            )  # where the search begins: the comparison of pairs alone is no bound to SQLite
        return self._database.execute(_BY_TIME, (known.number, start, stop, *behind))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            msg = f"{self._what} cannot be read: {error}"
            raise FileError(msg) from None

    # -- the thread ------------------------------------------------------------------------

    def _write(self, batch: Sequence[Operation]) -> None:
        rows = []
        touched: dict[int, _Log] = {}
        for known, record in batch:
            blob = pack_entry(record.members, self._number)
            rows.append((known.number, record.entry_id, record.time_ms, blob))
            known.entries += 1
            known.octets += len(blob) + ROW_OCTETS
            known.last_id = max(known.last_id, record.entry_id)
            touched[known.number] = known
        self._database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", rows)
        for known in touched.values():
            self._expire(known)
            self._trim(known)
            self._database.execute(
                "UPDATE log SET last_id = ?, entries = ?, octets = ? WHERE number = ?",
                (known.last_id, known.entries, known.octets, known.number),
            )
            known.bounds = self._find_bounds(known)

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = len(self._numbers) + 1
            self._database.execute("INSERT INTO name VALUES (?, ?)", (number, name))
            self._numbers[name] = number
            self._names[number] = name
        return number

    def _expire(self, known: _Log) -> None:
        """Let entries go that are too old."""
        if known.keep_from <= 0:
            return
        newest, count, octets = self._database.execute(_EXPIRED, (known.number, known.keep_from)).fetchone()
        if newest is not None:
            self._database.execute("DELETE FROM entry WHERE log = ? AND time < ?", (known.number, known.keep_from))
            known.entries -= count
            known.octets -= int(octets) + count * ROW_OCTETS

    def _trim(self, known: _Log) -> None:
        """Let the oldest entries go until the rest fits; the newest always stays."""
        limits, last = self.limits, 0
        if known.entries <= limits.entries and known.octets <= limits.octets:
            return
        sizes = self._database.execute(
            "SELECT id, length(members) FROM entry WHERE log = ? ORDER BY id", (known.number,)
        )
        for entry_id, size in sizes:
            if known.entries <= 1 or (known.entries <= limits.entries and known.octets <= limits.octets):
                break
            known.entries -= 1
            known.octets -= size + ROW_OCTETS
            last = entry_id
        sizes.close()
        self._database.execute("DELETE FROM entry WHERE log = ? AND id <= ?", (known.number, last))

    def _find_bounds(self, known: _Log) -> LogBounds:
        ends = [self._database.execute(which, (known.number,)).fetchone() or (0, 0) for which in (_OLDEST, _NEWEST)]
        return LogBounds(known.entries, *ends[0], *ends[1])

    def _written(self, batch: list[Operation]) -> None:
        super()._written(batch)
        told = self.on_change
        if told is not None:
            told()
