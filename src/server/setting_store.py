"""Setting groups on disk: what was confirmed survives kill -9 and power-off, and nothing of what was not.

One SQLite file (:mod:`.database`). A change is one transaction, written and flushed before the client is told that it was
accepted: confirming waits for the disk, some milliseconds, because nobody confirms settings often and everybody relies on
them afterwards. A crash leaves the old values or the new ones.
"""

import contextlib
import json
import sqlite3
import threading
from pathlib import Path

from ..acsi.setting_store import StoredGroups
from ..errors import FileError
from .database import Schema, open_database

__all__ = ["SqliteSettings"]

SCHEMA_VERSION = 1
APPLICATION_ID = 0x6D777374
"""'mwst' in the header of the file."""
_SCHEMA = Schema(
    what="settings file",
    application_id=APPLICATION_ID,
    version=SCHEMA_VERSION,
    tables="""
CREATE TABLE device (
    name TEXT NOT NULL, declared TEXT NOT NULL, active INTEGER NOT NULL, activated BLOB NOT NULL, PRIMARY KEY (name, declared)
) WITHOUT ROWID;
CREATE TABLE bank (
    name TEXT NOT NULL, declared TEXT NOT NULL, number INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (name, declared, number)
) WITHOUT ROWID;
""",
)


class SqliteSettings:
    """A :class:`~meterwire.acsi.setting_store.SettingStore` in one file; :meth:`close` gives the file back.

    Raises LinkError when another server has the file, FileError when the file cannot be had at all.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._database = open_database(self.path, _SCHEMA)
        self._lock = threading.Lock()

    def load(self, device: str, declared: str) -> StoredGroups | None:
        """What is kept for a device under this configuration; FileError when it cannot be read."""
        key = (device, declared)
        try:
            with self._lock:
                row = self._database.execute(
                    "SELECT active, activated FROM device WHERE name = ? AND declared = ?", key
                ).fetchone()
                rows = self._database.execute(
                    "SELECT number, content FROM bank WHERE name = ? AND declared = ?", key
                ).fetchall()
            if row is None:
                return None
            groups = {number: dict(json.loads(content)) for number, content in rows}
        except (sqlite3.Error, ValueError, TypeError) as error:
            msg = f"{self.path}: what it has of {device} cannot be read: {error}"
            raise FileError(msg) from None
        return StoredGroups(active=row[0], activated=row[1], groups=groups)

    def is_known(self, device: str) -> bool:
        """Something is kept for the device, under whatever configuration."""
        try:
            with self._lock:
                found = self._database.execute("SELECT 1 FROM device WHERE name = ?", (device,)).fetchone()
        except sqlite3.Error as error:
            msg = f"{self.path} cannot be read: {error}"
            raise FileError(msg) from None
        return found is not None

    def save(self, device: str, declared: str, stored: StoredGroups) -> None:
        """Keep active group, LActTm and the groups that are given, in one transaction."""
        banks = [(device, declared, number, json.dumps(dict(values))) for number, values in stored.groups.items()]
        with self._lock:
            database = self._database
            try:
                database.execute("BEGIN IMMEDIATE")
                database.execute(
                    "INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?)",
                    (device, declared, stored.active, stored.activated),
                )
                database.executemany("INSERT OR REPLACE INTO bank VALUES (?, ?, ?, ?)", banks)
                database.execute("COMMIT")
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                msg = f"{self.path} cannot be written: {error}"
                raise FileError(msg) from None

    def close(self) -> None:
        """Give the file back."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._database.close()
