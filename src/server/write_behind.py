"""A thread that writes to a database what gathers while it writes (group commit).

The event loop only appends to a queue; the thread takes whatever has gathered, writes it as one transaction and says how
far it got, so that a burst of events costs few flushes of the disk and the loop waits for none of them. If the disk
fails, one error is logged, and what comes later is dropped: a server goes on without.
"""

import contextlib
import logging
import sqlite3
import threading
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

from .database import Schema, open_database

__all__ = ["CLOSE_SECONDS", "MAX_QUEUED", "WriteBehind"]

log = logging.getLogger(__name__)

MAX_QUEUED = 50_000
"""Operations waiting for the disk; whoever adds one more waits for it: the events must go somewhere."""
CLOSE_SECONDS = 30.0
"""How long closing waits for the disk."""

Operation = TypeVar("Operation")


class WriteBehind(Generic[Operation]):
    """A database with a queue before it; :meth:`close` it to have everything on disk.

    Raises LinkError when another server has the file, FileError when the file cannot be had at all.
    """

    consequence = ""
    """What is said when the disk fails, behind the name of the file."""

    def __init__(self, path: Path | None, schema: Schema) -> None:
        self.path = path
        """The file, None for one in memory."""
        self.commits = 0
        """Transactions written."""
        self.failure: Exception | None = None
        """Why nothing is written any more."""
        self._what = f"the {schema.what} {path or 'in memory'}"
        self._database = open_database(path, schema)
        self._lock = threading.Lock()
        self._queue: list[Operation] = []
        self._added = self._taken = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._write_on, name=schema.what, daemon=True)
        self._is_running = False

    def _add(self, operation: Operation) -> None:
        if self.failure is not None:
            return
        with self._changed:
            while len(self._queue) >= MAX_QUEUED and self.failure is None:
                self._changed.wait()
            self._queue.append(operation)
            self._added += 1
            if len(self._queue) == 1:
                self._changed.notify_all()
            if not self._is_running:
                self._is_running = True
                self._thread.start()

    def flush(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Wait until everything there is now is on disk; False when that did not come about."""
        with self._changed:
            wanted = self._added
            done = self._changed.wait_for(lambda: self._taken >= wanted or self.failure is not None, timeout)
        return done and self.failure is None

    def close(self) -> None:
        """Write what is left and give the file back."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._is_running:
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
            except Exception as error:  # whatever it is: whoever waits for this thread would wait for ever
                log.exception("%s failed; %s", self._what, self.consequence)
                self.failure = error
            self._written(batch)
            if self.failure is not None:
                return

    def _commit(self, batch: Sequence[Operation]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._write(batch)
        self._database.execute("COMMIT")
        self.commits += 1

    @abstractmethod
    def _write(self, batch: Sequence[Operation]) -> None:
        """Write a batch within its transaction."""

    def _written(self, batch: list[Operation]) -> None:
        """The batch is on disk, or will never be."""
        with self._changed:
            del self._queue[: len(batch)]
            self._taken += len(batch)
            self._changed.notify_all()
