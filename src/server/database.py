"""One SQLite file that belongs to one server: opened so that a crash leaves whole transactions and nothing else.

- WAL: a commit is one sequential write, and a crash never leaves a half transaction.
- synchronous=FULL: a commit is flushed to the disk before it counts. NORMAL would survive kill -9 but lose the last
  commits at power-off.
- locking_mode=EXCLUSIVE: two servers on one file would mix up what is theirs; the second one is refused. The lock ends
  with its process, however that ends.

A file that is damaged or of another schema is put aside with one warning, and a new one is begun: a server must start.
A database that belongs to something else is not touched.
"""

import contextlib
import logging
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import FileError, LinkError

__all__ = ["MEMORY", "Schema", "open_database"]

log = logging.getLogger(__name__)

LOCK_SECONDS = 0.5
"""How long another process may still hold the file: one that was killed a moment ago does."""
MEMORY = ":memory:"
"""A place that lasts as long as its server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a file holds."""

    what: str
    """What messages call it, e.g. ``journal``."""
    application_id: int
    """Number in the header of the file, for file(1) and for us."""
    version: int
    """Files of other versions are put aside."""
    tables: str
    """Statements that make the tables of a new file, each with a semicolon behind it."""


class _UnusableError(FileError):
    """Our file, but damaged or of another schema."""


def open_database(path: Path | None, schema: Schema) -> sqlite3.Connection:
    """The database at ``path``, in memory without one; made when it is not there. Transactions are the caller's business.

    Raises LinkError when another server has the file, FileError when the file cannot be had at all.
    """
    if path is None:
        return _open(MEMORY, schema)
    what = schema.what
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # what a meter says of a home is nobody else's business
        return _open(path, schema)
    except (sqlite3.OperationalError, OSError) as error:
        if "locked" in str(error):
            msg = f"{path} is the {what} of another server that runs; give each one a {what} of its own"
            raise LinkError(msg) from None
        msg = f"the {what} {path} cannot be opened: {error}; choose another place, or go without one"
        raise FileError(msg) from None
    except (sqlite3.DatabaseError, _UnusableError) as error:
        aside = _put_aside(path)
        log.warning("%s cannot be used (%s); it is now %s, and a new %s is begun", path, error, aside, what)
        return _open(path, schema)


def _put_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9}")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(f"{aside}{suffix}")
    return aside


def _open(path: Path | str, schema: Schema) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        if not _is_ours(database, schema):
            msg = f"{path} is a database of something else; choose another place for the {schema.what}"
            raise FileError(msg)  # noqa: TRY301 - closed below like after any other failure
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")  # takes the lock for good
        fault = _make_or_check(database, schema)
        database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    if fault:
        database.close()
        raise _UnusableError(fault)
    return database


def _is_ours(database: sqlite3.Connection, schema: Schema) -> bool:
    """A file of this kind, or nothing yet."""
    (number,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(number == schema.application_id or not (number or tables))


def _make_or_check(database: sqlite3.Connection, schema: Schema) -> str:
    """Make the tables of a new file; what is wrong with an old one, empty when nothing is."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if version == 0 and not tables:
        for statement in filter(str.strip, schema.tables.split(";")):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {schema.application_id}")
        database.execute(f"PRAGMA user_version = {schema.version}")
    elif version != schema.version:
        return f"its schema is {version}, not {schema.version}"
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    return "" if verdict == "ok" else str(verdict)
