"""A file store over one folder: what a server's clients may list, fetch, set, delete and rename.

Nothing outside the folder can be reached. Names come checked from :mod:`meterwire.acsi.files`; here the way to a
file is resolved, must stay below the root, and is then walked folder by folder without following links, so that
a link swapped in at the last moment leads nowhere. Only plain files are served: no device, pipe or socket.

A file that is set is written under a temporary name and takes its own when it is complete. Reading and writing
block; put a slow network folder behind a local copy.
"""

import contextlib
import datetime as dt
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from ..acsi.files import TEMPORARY_PREFIX, FileCode, file_name
from ..errors import FileServiceError, UsageError
from ..protocols.mms.files import FileEntry

__all__ = ["FolderStore"]

_AT = os.open in os.supports_dir_fd  # Windows has no openat: there the resolved path must do
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | _NO_LINK | getattr(os, "O_DIRECTORY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
_CODES = {
    errno.ENOENT: FileCode.NON_EXISTENT,
    errno.ENOTDIR: FileCode.NON_EXISTENT,
    errno.EEXIST: FileCode.DUPLICATE,
    errno.ENAMETOOLONG: FileCode.SYNTAX,
    errno.ENOSPC: FileCode.NO_SPACE,
    errno.EDQUOT: FileCode.NO_SPACE,
    errno.EFBIG: FileCode.NO_SPACE,
    errno.EBUSY: FileCode.BUSY,
    errno.ETXTBSY: FileCode.BUSY,
    errno.EACCES: FileCode.DENIED,
    errno.EPERM: FileCode.DENIED,
    errno.EROFS: FileCode.DENIED,
    errno.ELOOP: FileCode.DENIED,
    errno.EISDIR: FileCode.DENIED,
}


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    """What the system refuses, in the words of the file services."""
    try:
        yield
    except OSError as error:
        raise FileServiceError(_CODES.get(error.errno or 0, FileCode.OTHER), name) from None
    except ValueError:  # a NUL in it
        raise FileServiceError(FileCode.SYNTAX, name) from None


class FolderStore:
    """The files below ``root``; ``writable`` says whether clients may set, delete and rename."""

    def __init__(self, root: str | os.PathLike[str], *, writable: bool = True) -> None:
        path = Path(root)
        if not path.is_dir():
            msg = f"{path} is no folder; make it first, or give another"
            raise UsageError(msg)
        self.root = path.resolve()
        self.writable = writable

    # -- the way to a file -----------------------------------------------------------------

    def _resolve(self, name: str) -> Path:
        """Where a name leads, links followed; it must exist and be below the root."""
        path = Path(os.path.realpath(self.root / name, strict=True))
        if not path.is_relative_to(self.root):
            raise FileServiceError(FileCode.DENIED, name)
        return path

    @contextlib.contextmanager
    def _folder(self, path: Path) -> Iterator[int | None]:
        """A descriptor of a resolved folder, reached from the root without following any link."""
        if not _AT:
            yield None
            return
        here = os.open(self.root, _FOLDER)
        try:
            for part in path.relative_to(self.root).parts:
                below = os.open(part, _FOLDER, dir_fd=here)
                os.close(here)
                here = below
            yield here
        finally:
            os.close(here)

    @contextlib.contextmanager
    def _place(self, name: str) -> Iterator["_Place"]:
        """The folder a name is in, and what it is called there, whether it exists or not."""
        parent, _, leaf = name.rpartition("/")
        with _told(name):
            path = self._resolve(parent)
            with self._folder(path) as descriptor:
                yield _Place(path, descriptor, leaf)

    def _insist_writable(self, name: str) -> None:
        if not self.writable:
            raise FileServiceError(FileCode.DENIED, name)

    # -- what clients ask for --------------------------------------------------------------

    def list(self, folder: str, after: str = "") -> Iterator[FileEntry]:
        """Files and folders in ``folder`` by ascending name; a file's name gives the file alone."""
        with _told(folder):
            path = self._resolve(folder)
            if path.is_file():
                entry = self._entry(folder)
                return iter((entry,) if entry is not None else ())
            prefix = f"{folder}/" if folder else ""
            with self._folder(path) as descriptor, os.scandir(path if descriptor is None else descriptor) as found:
                names = [prefix + item.name + ("/" if _is_folder(item) else "") for item in found]
        entries = (self._entry(name) for name in sorted(names) if name > after)
        return (entry for entry in entries if entry is not None)

    def _entry(self, name: str) -> FileEntry | None:
        """What a listing says of a name; None for what could not be opened under it anyway."""
        plain = name.removesuffix("/")
        try:
            if file_name(plain) != plain:
                return None
            status = self._resolve(plain).stat()
        except (OSError, FileServiceError):
            return None
        if not (stat.S_ISDIR(status.st_mode) if name.endswith("/") else stat.S_ISREG(status.st_mode)):
            return None
        return FileEntry(name, 0 if name.endswith("/") else status.st_size, _time(status))

    def open(self, name: str) -> "_Reader":
        """Open for reading."""
        with _told(name):
            path = self._resolve(name)
            with self._folder(path.parent) as descriptor:
                reader = _Reader(_Place(path.parent, descriptor, path.name).open(_READ))
        if not reader.is_plain:
            reader.close()
            raise FileServiceError(FileCode.DENIED, name)
        return reader

    def create(self, name: str) -> "_Writer":
        """Begin to write; the folder must exist, the name must be free or that of a plain file."""
        self._insist_writable(name)
        with self._place(name) as place:
            with contextlib.suppress(FileNotFoundError):
                place.insist_plain(name)
            return _Writer(self, name, place)

    def delete(self, name: str) -> None:
        """Delete a plain file."""
        self._insist_writable(name)
        with self._place(name) as place:
            place.insist_plain(name)
            os.unlink(place.target, dir_fd=place.descriptor)

    def rename(self, old: str, new: str) -> None:
        """Rename a plain file to a name that is free."""
        self._insist_writable(old)
        with self._place(old) as source, self._place(new) as target:
            source.insist_plain(old)
            if target.status() is not None:
                raise FileServiceError(FileCode.DUPLICATE, new)
            os.rename(source.target, target.target, src_dir_fd=source.descriptor, dst_dir_fd=target.descriptor)


class _Place:
    """A name in an open folder."""

    __slots__ = ("descriptor", "leaf", "path")

    def __init__(self, path: Path, descriptor: int | None, leaf: str) -> None:
        self.path = path
        self.descriptor = descriptor
        self.leaf = leaf

    @property
    def target(self) -> str:
        """What system calls take beside ``dir_fd``."""
        return self.leaf if self.descriptor is not None else str(self.path / self.leaf)

    def open(self, flags: int) -> int:
        return os.open(self.target, flags, 0o640, dir_fd=self.descriptor)

    def status(self) -> os.stat_result | None:
        try:
            return os.stat(self.target, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def insist_plain(self, name: str) -> None:
        """A link, folder or device is not deleted, renamed or replaced."""
        status = os.stat(self.target, dir_fd=self.descriptor, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            raise FileServiceError(FileCode.DENIED, name)


class _Reader:
    """An open file."""

    __slots__ = ("is_plain", "modified", "size", "_file")

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "rb", buffering=0)
        status = os.fstat(descriptor)
        self.is_plain = stat.S_ISREG(status.st_mode)
        self.size = status.st_size
        self.modified: dt.datetime | None = _time(status)

    def read(self, position: int, count: int) -> bytes:
        """Up to ``count`` octets at ``position``."""
        with _told("file"):
            self._file.seek(position)
            return self._file.read(count) or b""

    def close(self) -> None:
        """Close it."""
        self._file.close()


class _Writer:
    """A file on its way: a temporary name beside the one it is to have."""

    __slots__ = ("_file", "_name", "_store", "_temporary")

    def __init__(self, store: FolderStore, name: str, place: _Place) -> None:
        self._store = store
        self._name = name
        leaf = f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        self._file = os.fdopen(_Place(place.path, place.descriptor, leaf).open(_NEW), "wb")
        self._temporary: str | None = leaf

    def write(self, data: bytes) -> None:
        """Append."""
        with _told(self._name):
            self._file.write(data)

    def sync(self) -> None:
        """On the disk first: after a power failure a name must not stand for half a file."""
        with _told(self._name):  # closed meanwhile, because the association ended: that is a ValueError
            self._file.flush()
            os.fsync(self._file.fileno())

    def commit(self) -> None:
        """Then under its name: whoever looks sees the old file or the whole new one."""
        temporary = self._temporary
        if temporary is None:
            return
        with self._store._place(self._name) as place:
            self._file.close()
            source = _Place(place.path, place.descriptor, temporary)
            os.replace(source.target, place.target, src_dir_fd=place.descriptor, dst_dir_fd=place.descriptor)
        self._temporary = None

    def discard(self) -> None:
        """Forget it."""
        temporary, self._temporary = self._temporary, None
        if temporary is None:
            return
        with contextlib.suppress(OSError, FileServiceError):
            self._file.close()  # what is still buffered may not fit on a full disk
        with contextlib.suppress(OSError, FileServiceError), self._store._place(self._name) as place:
            os.unlink(_Place(place.path, place.descriptor, temporary).target, dir_fd=place.descriptor)


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link to itself; it must not hide its neighbours
        return False


def _time(status: os.stat_result) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(status.st_mtime_ns // 1_000_000_000, dt.UTC)
    except (OverflowError, OSError, ValueError):
        return None
