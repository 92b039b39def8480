"""File transfer (IEC 61850-7-2, class FILE) as rules and an engine without I/O.

A :class:`FileStore` holds the files; the store over a folder is :class:`meterwire.server.files.FolderStore`. The
engine gives every association its open files with their positions, counts them, refuses to delete or
rename what somebody is reading, and closes everything when the association ends.

Names are those of 8-1: parts joined by ``/`` (``\\`` is taken for it), from the root of the store, with or without
one separator in front. A name that could mean anything outside the root, or another thing on another
system, is refused before any store sees it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ..errors import FileServiceError, ServiceError
from ..protocols.mms.files import FileEntry, FileOpened, FilePart
from ..protocols.mms.pdu import CAPABILITY_UNAVAILABLE, RESOURCE_CLASS

__all__ = [
    "MAX_FILE_NAME",
    "TEMPORARY_PREFIX",
    "FileCode",
    "FileEngine",
    "FileLimits",
    "FileSession",
    "FileSink",
    "FileSource",
    "FileStore",
    "file_name",
    "folder_name",
]

MAX_FILE_NAME = 255
"""Octets of a whole name, and so of each part."""
MAX_PARTS = 16
"""Folders below folders."""
TEMPORARY_PREFIX = ".meterwire-"
"""Names a store may use for files that are not complete; no client sees or names one."""
_FORBIDDEN = frozenset('<>:"|?*\x7f').union(map(chr, range(32)))
_DEVICES = frozenset("CON PRN AUX NUL CONIN$ CONOUT$".split()).union(
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
)


class FileCode:
    """Codes of the error class "file"."""

    OTHER = 0
    AMBIGUOUS = 1
    BUSY = 2
    SYNTAX = 3
    CONTENT_TYPE = 4
    POSITION = 5
    DENIED = 6
    NON_EXISTENT = 7
    DUPLICATE = 8
    NO_SPACE = 9


def folder_name(name: str) -> str:
    """A folder's (or file's) name in its one form, ``a/b``; empty for the root.

    Raises FileServiceError "filename-syntax-error" for a name that is not allowed.
    """
    plain = name.replace("\\", "/")
    return _checked(plain.removeprefix("/").removesuffix("/"), name) if plain not in ("", "/", ".") else ""


def file_name(name: str) -> str:
    """A file's name in its one form, ``a/b.txt``."""
    return _checked(name.replace("\\", "/").removeprefix("/"), name)


def _checked(plain: str, shown: str) -> str:
    parts = plain.split("/")
    try:
        size = len(plain.encode())
    except UnicodeEncodeError:  # octets that were no UTF-8
        size = 0
    if not 0 < size <= MAX_FILE_NAME or len(parts) > MAX_PARTS or not all(map(_is_part, parts)):
        raise FileServiceError(FileCode.SYNTAX, shown[:MAX_FILE_NAME])
    return plain


def _is_part(part: str) -> bool:
    """One level of a name: nothing, dots, devices and streams of other systems are none."""
    return (
        part != ""
        and part[-1] not in ". "
        and not part.startswith(TEMPORARY_PREFIX)
        and _FORBIDDEN.isdisjoint(part)
        and part.partition(".")[0].rstrip(" ").upper() not in _DEVICES
    )


class FileSource(Protocol):
    """A file opened for reading."""

    @property
    def size(self) -> int:
        """Octets when it was opened."""

    @property
    def modified(self) -> dt.datetime | None:
        """Last change."""

    def read(self, position: int, count: int) -> bytes:
        """Up to ``count`` octets at ``position``; fewer only at the end."""

    def close(self) -> None:
        """Let go of it."""


class FileSink(Protocol):
    """A file being written; nobody sees it before ``commit``."""

    def write(self, data: bytes) -> None:
        """Append."""

    def sync(self) -> None:
        """Bring what was written to the disk. Takes its time, and is called from another thread."""

    def commit(self) -> None:
        """Complete: it takes its name, in place of a file that had it."""

    def discard(self) -> None:
        """Forget it; after ``commit`` nothing happens."""


class FileStore(Protocol):
    """Files by name. Names are in the form of :func:`file_name`; every method raises FileServiceError."""

    def list(self, folder: str, after: str = "") -> Iterator[FileEntry]:
        """Files and folders directly in ``folder``, by ascending name, those behind ``after``.

        A file's name gives its own entry.
        """

    def open(self, name: str) -> FileSource:
        """Open for reading."""

    def create(self, name: str) -> FileSink:
        """Begin to write."""

    def delete(self, name: str) -> None:
        """Delete a file."""

    def rename(self, old: str, new: str) -> None:
        """Rename a file; a file that has the new name already is not replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """What clients may do with the files of one server."""

    open_each: int = 8
    """Files one association may have open, read or written."""
    open_all: int = 256
    """The same over all associations."""
    max_written: int = 64 << 20
    """Octets of a file a client sets."""


@dataclass(slots=True)
class _Open:
    name: str
    source: FileSource
    position: int


class FileEngine:
    """The files of one server, over all associations."""

    def __init__(self, store: FileStore, limits: FileLimits | None = None) -> None:
        self.store = store
        self.limits = limits or FileLimits()
        self.reading: Counter[str] = Counter()
        """How often each file is open."""
        self.writing: set[str] = set()
        """Files being set."""
        self.opened = 0
        """Files open in all."""

    def session(self) -> "FileSession":
        """The files of a new association."""
        return FileSession(self)

    def insist_idle(self, name: str) -> None:
        """Refuse with "file-busy" when somebody reads or sets the file."""
        if self.reading[name] or name in self.writing:
            raise FileServiceError(FileCode.BUSY, name)


class FileSession:
    """The open files of one association."""

    __slots__ = ("engine", "_files", "_last_id", "_sinks")

    def __init__(self, engine: FileEngine) -> None:
        self.engine = engine
        self._files: dict[int, _Open] = {}
        self._sinks: dict[str, FileSink] = {}
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._files) + len(self._sinks)

    def open(self, name: str, position: int = 0) -> FileOpened:
        """Open for reading from ``position``."""
        plain = file_name(name)
        self._insist_room()
        source = self.engine.store.open(plain)
        if position > source.size:
            source.close()
            raise FileServiceError(FileCode.POSITION, plain)
        self._last_id = self._last_id % 0x7FFFFFFF + 1
        self._files[self._last_id] = _Open(plain, source, position)
        self.engine.reading[plain] += 1
        self.engine.opened += 1
        return FileOpened(self._last_id, source.size, source.modified)

    def read(self, frsm_id: int, count: int) -> FilePart:
        """The next octets, at most ``count``, up to the size the file had when it was opened."""
        file = self._file(frsm_id)
        size = file.source.size
        data = file.source.read(file.position, min(count, size - file.position))
        file.position += len(data)
        # A file that was cut meanwhile ends where it ends now.
        return FilePart(data, bool(data) and file.position < size)

    def close(self, frsm_id: int) -> None:
        """Close one file."""
        file = self._file(frsm_id)
        del self._files[frsm_id]
        self._release(file)

    def directory(self, folder: str, after: str | None = None) -> Iterator[FileEntry]:
        """Entries of a folder behind ``after``, or the entry of a file."""
        plain = folder_name(folder)
        behind = folder_name(after) if after else ""
        if behind and after and after.endswith(("/", "\\")):
            behind += "/"
        return self.engine.store.list(plain, behind)

    def delete(self, name: str) -> None:
        """Delete a file nobody uses."""
        plain = file_name(name)
        self.engine.insist_idle(plain)
        self.engine.store.delete(plain)

    def rename(self, old: str, new: str) -> None:
        """Rename a file nobody uses."""
        source, target = file_name(old), file_name(new)
        self.engine.insist_idle(source)
        self.engine.insist_idle(target)
        self.engine.store.rename(source, target)

    def create(self, name: str) -> FileSink:
        """Begin to set a file; it counts as open until it is committed or discarded."""
        plain = file_name(name)
        self._insist_room()
        if plain in self.engine.writing:
            raise FileServiceError(FileCode.BUSY, plain)
        sink = _CountedSink(self, plain, self.engine.store.create(plain))
        self._sinks[plain] = sink
        self.engine.writing.add(plain)
        self.engine.opened += 1
        return sink

    def end(self) -> None:
        """The association is over: nothing stays open, what is not complete is gone."""
        for file in self._files.values():
            self._release(file)
        self._files.clear()
        for sink in list(self._sinks.values()):
            sink.discard()

    def _file(self, frsm_id: int) -> _Open:
        try:
            return self._files[frsm_id]
        except KeyError:
            raise FileServiceError(FileCode.NON_EXISTENT, f"frsmID {frsm_id}") from None

    def _insist_room(self) -> None:
        limits = self.engine.limits
        if len(self) >= limits.open_each or self.engine.opened >= limits.open_all:
            msg = f"{len(self)} files are open in this association, {self.engine.opened} in all: no more"
            raise ServiceError(msg, error_class=RESOURCE_CLASS, code=CAPABILITY_UNAVAILABLE)

    def _release(self, file: _Open) -> None:
        engine = self.engine
        engine.opened -= 1
        engine.reading[file.name] -= 1
        if engine.reading[file.name] <= 0:
            del engine.reading[file.name]
        file.source.close()

    def _forget(self, name: str) -> None:
        if self._sinks.pop(name, None) is not None:
            self.engine.writing.discard(name)
            self.engine.opened -= 1


class _CountedSink:
    """A store's sink within the limits, remembered by its session until it is done."""

    def __init__(self, session: FileSession, name: str, sink: FileSink) -> None:
        self._session = session
        self._name = name
        self._sink = sink
        self._left = session.engine.limits.max_written

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise FileServiceError(FileCode.NO_SPACE, self._name)
        self._sink.write(data)

    def sync(self) -> None:
        self._sink.sync()

    def commit(self) -> None:
        self._sink.commit()
        self._session._forget(self._name)

    def discard(self) -> None:
        self._sink.discard()
        self._session._forget(self._name)
