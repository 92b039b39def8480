"""Entries of buffered report control blocks on disk: what a BRCB kept survives kill -9 and power-off.

One SQLite file (:mod:`.database`), one thread that writes (:mod:`.write_behind`). What the thread has written is what reports
may tell: events that were reported before a power-off must not come again with other EntryIDs after it.
"""

import json
import logging
import sqlite3
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..acsi.journal import Entry, EntryKind, Stored
from ..acsi.report_control import Included
from ..errors import FileError
from .database import Schema
from .write_behind import WriteBehind

__all__ = ["SqliteJournal", "pack_members", "unpack_members"]

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
APPLICATION_ID = 0x6D777272
"""'mwrr' in the header of the file, for file(1) and for us."""
_SCHEMA = Schema(
    what="journal",
    application_id=APPLICATION_ID,
    version=SCHEMA_VERSION,
    tables="""
CREATE TABLE control (
    reference TEXT PRIMARY KEY, declared TEXT NOT NULL, defined TEXT NOT NULL, settings TEXT NOT NULL, last_id INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE entry (
    reference TEXT NOT NULL, id INTEGER NOT NULL, time INTEGER NOT NULL, kind INTEGER NOT NULL, members BLOB NOT NULL,
    PRIMARY KEY (reference, id)
) WITHOUT ROWID;
""",
)
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


class SqliteJournal(WriteBehind[Operation]):
    """A :class:`~meterwire.acsi.Journal` in one file; :meth:`close` it to have everything on disk.

    Raises LinkError when another server has the file, FileError when the file cannot be had at all.
    """

    consequence = "buffered reports do not survive a restart any more"

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path), _SCHEMA)
        self.durable = 0
        """Entries up to this EntryID survive a crash."""
        self.on_durable: Callable[[], None] | None = None
        """Called from the writing thread when :attr:`durable` has grown."""

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
        self._execute(_DEFINE, (control, stored.declared, stored.defined, settings, stored.last_id))

    def append(self, control: str, entry: Entry) -> None:
        """Keep an entry."""
        values = (control, entry.entry_id, entry.time_ns, int(entry.kind), entry.members)
        self._execute(_APPEND, values, entry.entry_id)

    def discard(self, control: str, entry_id: int) -> None:
        """Keep nothing of an entry but its EntryID."""
        self._execute(_DISCARD, (int(EntryKind.DISCARDED), control, entry_id))

    def trim(self, control: str, entry_id: int) -> None:
        """Entries up to and including this one are gone."""
        self._execute(_TRIM, (control, entry_id))

    def purge(self, control: str) -> None:
        """All entries are gone."""
        self._execute(_PURGE, (control,))

    def _execute(self, statement: str, values: tuple[Any, ...], entry_id: int = 0) -> None:
        self._add((statement, values, entry_id))

    # -- the thread ------------------------------------------------------------------------

    def _write(self, batch: Sequence[Operation]) -> None:
        for statement, values, _ in batch:
            if statement is _APPEND:
                values = (*values[:4], pack_members(values[4]))
            self._database.execute(statement, values)

    def _written(self, batch: list[Operation]) -> None:
        """Tell how far the disk has got; a journal that failed holds nobody up."""
        newest = max(entry_id for _, _, entry_id in batch)
        self.durable = sys.maxsize if self.failure is not None else max(self.durable, newest)
        super()._written(batch)
        told = self.on_durable
        if told is not None and (newest or self.failure is not None):
            told()
