"""Files of a server for a client: list, fetch, set, delete, rename.

Names go out as they are given: ``COMTRADE/a.cfg``; some servers want a backslash in front or between. Setting a file
(SetFile) works the other way round: the server is asked to obtain it and reads it from us. Only what is being
uploaded at that moment can be read, and only under the name the server was told.
"""

import asyncio
import contextlib
import datetime as dt
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from ..acsi.files import FileCode, FileEngine, FileLimits, FileSink, file_name
from ..binding.mms.answering import respond
from ..binding.mms.files import FileServices
from ..errors import (
    FileError,
    FileServiceError,
    LimitError,
    LinkError,
    LinkTimeoutError,
    MeterwireError,
    ProtocolError,
    RejectError,
    UsageError,
)
from ..protocols.mms import Initiator, Pdu, RejectKind
from ..protocols.mms.files import (
    DirectoryRequest,
    FileEntry,
    decode_file_directory_response,
    decode_file_open_response,
    decode_file_read_response,
    file_close_request,
    file_delete_request,
    file_directory_request,
    file_open_request,
    file_read_request,
    file_rename_request,
    obtain_file_request,
)
from ..protocols.mms.pdu import reject

__all__ = ["Connection", "FileEntry", "Files", "Progress", "RemoteFile"]

MAX_LISTED = 200_000
"""Entries of one folder; a server that lists more is not believed."""
MAX_IN_MEMORY = 256 << 20
"""What :meth:`Files.read` holds; :meth:`Files.download` has no bound."""
LONGEST_UPLOAD = 86_400.0
"""Seconds; what really ends an upload is a server that does not ask for the next octets."""
SLOWEST_UPLOAD = 1000
"""Octets per second, where only the whole upload can be timed."""
OFFERED_AT_ONCE = 64

Progress = Callable[[int, int], None]
"""Called with octets done and octets in all, as far as they are known."""


class Connection(Protocol):
    """What file services need of a connection."""

    on_request: Callable[[Pdu], bytes] | None

    @property
    def mms(self) -> Initiator:
        """The association of this moment; another one when it was lost and made anew."""

    @property
    def is_open(self) -> bool:
        """True while requests can be sent at once."""

    async def request(self, service: bytes, timeout: float) -> Pdu:
        """Send a confirmed request and wait for its answer."""


@contextlib.contextmanager
def _naming(name: str) -> Iterator[None]:
    """A refusal says of which file, and a server without file services that it has none."""
    try:
        yield
    except RejectError as error:
        if (error.kind, error.code) != (RejectKind.CONFIRMED_REQUEST, RejectKind.UNRECOGNISED_SERVICE):
            raise
        text = f"{name}: the server has no such file service"
        raise RejectError(text, kind=error.kind, code=error.code or 0) from None
    except FileServiceError as error:
        if error.name:
            raise
        raise FileServiceError(error.code or 0, name) from None


@contextlib.contextmanager
def _locally(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None


class Files:
    """The file services of one association."""

    def __init__(self, connection: Connection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._offers = _Offers(connection)

    async def _request(self, service: bytes) -> Pdu:
        return await self._connection.request(service, self._timeout)

    # -- look and fetch --------------------------------------------------------------------

    async def list(self, path: str = "") -> tuple[FileEntry, ...]:
        """Files and folders of a folder, the root without ``path``; names are whole names.

        Some servers list what is in folders below as well, and no folders.
        """
        found: dict[str, FileEntry] = {}
        after: str | None = None
        while True:
            with _naming(path or "/"):
                pdu = await self._request(file_directory_request(DirectoryRequest(path, after)))
            part = decode_file_directory_response(pdu)
            known = len(found)
            found.update((entry.name, entry) for entry in part.entries if entry.name not in found)
            if len(found) > MAX_LISTED:
                msg = f"the server lists more than {MAX_LISTED} files in {path or '/'}"
                raise LimitError(msg)
            # A server that promises more and repeats itself would go on for ever.
            if not part.more_follows or len(found) == known:
                return tuple(found.values())
            after = part.entries[-1].name

    def open(self, name: str, *, position: int = 0, progress: Progress | None = None) -> "RemoteFile":
        """Read a file in parts: ``async for chunk in ied.files.open(name)``.

        With ``async with ied.files.open(name) as file`` its ``size`` and ``modified`` are known before.
        """
        return RemoteFile(self._connection, self._timeout, name, position, progress)

    async def read(self, name: str, *, progress: Progress | None = None) -> bytes:
        """The whole file; LimitError when it is larger than :data:`MAX_IN_MEMORY`."""
        content = bytearray()
        async with self.open(name, progress=progress) as file:
            async for chunk in file:
                content += chunk
                if len(content) > MAX_IN_MEMORY:
                    msg = f"{name} has more than {MAX_IN_MEMORY} octets; use download"
                    raise LimitError(msg)
        return bytes(content)

    async def download(
        self,
        name: str,
        local: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Path:
        """Fetch a file to ``local``, or into it when it is a folder; gives where it is now.

        The file appears when it is complete. UsageError when it exists and ``overwrite`` is not set.
        """
        target = _target(Path(local), name, overwrite=overwrite)
        async with self.open(name, progress=progress) as file:
            arriving = _Arriving(target)
            try:
                async for chunk in file:
                    arriving.write(chunk)
                arriving.commit()
            finally:
                arriving.discard()
        return target

    # -- change ----------------------------------------------------------------------------

    async def upload(self, local: str | os.PathLike[str], name: str, *, progress: Progress | None = None) -> None:
        """Set the server's file ``name`` to the content of a local one.

        The server reads it from here before it answers. LinkTimeoutError when it stops asking for more.
        """
        path = Path(local)
        try:
            with _opened(path) as file, self._offers.offer(path, file, progress) as offer:
                await self._obtain(offer, name)
        except TimeoutError as error:
            if isinstance(error, LinkTimeoutError):
                raise
            msg = f"the server has not read on in {path} for {self._timeout:g} s"
            raise LinkTimeoutError(msg) from None

    async def _obtain(self, offer: "_Offer", name: str) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # over a blocking connection: no patience to renew, so one for the whole
            with _naming(name):
                patience = self._timeout + offer.size / SLOWEST_UPLOAD
                await self._connection.request(obtain_file_request(offer.name, name), patience)
            return
        async with asyncio.timeout(self._timeout) as guard:
            offer.on_read = lambda: guard.reschedule(loop.time() + self._timeout)
            with _naming(name):
                await self._connection.request(obtain_file_request(offer.name, name), LONGEST_UPLOAD)

    async def delete(self, name: str) -> None:
        """Delete a file."""
        with _naming(name):
            await self._request(file_delete_request(name))

    async def rename(self, old: str, new: str) -> None:
        """Rename a file."""
        with _naming(old):
            await self._request(file_rename_request(old, new))


class RemoteFile:
    """A file of the server, read in parts; made by :meth:`Files.open`."""

    def __init__(
        self, connection: Connection, timeout: float, name: str, position: int, progress: Progress | None
    ) -> None:
        self._connection = connection
        self._timeout = timeout
        self._progress = progress
        self._opened_in: Initiator | None = None
        self._frsm_id: int | None = None
        self.name = name
        self.position = position
        """Where the next part begins."""
        self.size = 0
        """Octets of the whole file, as the server told."""
        self.modified: dt.datetime | None = None
        """Last change, UTC."""

    async def _request(self, service: bytes) -> Pdu:
        """Ask in the association the file was opened in: in a new one its number means nothing, or another file."""
        if self._opened_in is not None and not (self._connection.is_open and self._connection.mms is self._opened_in):
            msg = f"{self.name}: the association it was opened in is gone"
            raise LinkError(msg)
        return await self._connection.request(service, self._timeout)

    async def __aenter__(self) -> Self:
        with _naming(self.name):
            pdu = await self._request(file_open_request(self.name, self.position))
        opened = decode_file_open_response(pdu)
        self._frsm_id, self.size, self.modified = opened.frsm_id, opened.size, opened.modified
        self._opened_in = self._connection.mms
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        frsm_id, self._frsm_id = self._frsm_id, None
        if frsm_id is not None:
            with contextlib.suppress(MeterwireError):  # what was wanted of it has been read
                await self._request(file_close_request(frsm_id))
        self._opened_in = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._frsm_id is None:
            async with self:
                async for data in self:
                    yield data
            return
        more = True
        while more:
            with _naming(self.name):
                part = decode_file_read_response(await self._request(file_read_request(self._frsm_id)))
            more = part.more_follows
            if more and not part.data:
                msg = f"{self.name}: the server sends nothing and promises more"
                raise ProtocolError(msg)
            self.position += len(part.data)
            if self._progress is not None:
                self._progress(self.position, self.size)
            yield part.data


# -- what the server reads from us ---------------------------------------------------------


class _Offer:
    """A local file while it is being uploaded."""

    def __init__(self, name: str, file: BinaryIO, progress: Progress | None) -> None:
        status = os.fstat(file.fileno())
        self.name = name
        self.size = status.st_size
        self.modified: dt.datetime | None = dt.datetime.fromtimestamp(int(status.st_mtime), dt.UTC)
        self.on_read: Callable[[], None] = lambda: None
        self._file = file
        self._progress = progress

    def read(self, position: int, count: int) -> bytes:
        """The next octets for the server."""
        try:
            self._file.seek(position)
            data = self._file.read(count)
        except (OSError, ValueError):
            raise FileServiceError(FileCode.OTHER, self.name) from None
        self.on_read()
        if self._progress is not None:
            self._progress(position + len(data), self.size)
        return data

    def close(self) -> None:
        """The server has closed it; here it is closed when the upload ends."""


class _Offers:
    """A file store of nothing but the files being uploaded, and the answers to a server that reads them."""

    key = "server"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._by_name: dict[str, _Offer] = {}
        self._services = FileServices(FileEngine(self, FileLimits(open_each=OFFERED_AT_ONCE)))
        self._handlers = self._services.reading

    @property
    def max_pdu(self) -> int:
        """Negotiated PDU size, octets."""
        return self._connection.mms.negotiated.max_pdu

    @contextlib.contextmanager
    def offer(self, path: Path, file: BinaryIO, progress: Progress | None) -> Iterator[_Offer]:
        """Let the server read a file, until this ends."""
        offer = _Offer(self._free_name(path), file, progress)
        if not self._by_name:
            self._services.join(self.key)
            self._connection.on_request = self._answer
        self._by_name[offer.name] = offer
        try:
            yield offer
        finally:
            del self._by_name[offer.name]
            if not self._by_name:
                self._services.leave(self.key)
                self._connection.on_request = None

    def _free_name(self, path: Path) -> str:
        try:
            name = file_name(path.name)
        except FileServiceError:
            name = "upload"
        names = (name, *(f"{i}-{name}" for i in range(2, OFFERED_AT_ONCE + 1)))
        for free in names:
            if free not in self._by_name:
                return free
        msg = f"{OFFERED_AT_ONCE} uploads are running; wait for one to end"
        raise UsageError(msg)

    def _answer(self, pdu: Pdu) -> bytes:
        handler = self._handlers.get(pdu.service)
        answer = respond(handler, pdu, self) if handler is not None else None
        if isinstance(answer, bytes):
            return answer
        return reject(pdu.invoke_id, RejectKind.CONFIRMED_REQUEST, RejectKind.UNRECOGNISED_SERVICE)

    # A FileStore: open is all there is.

    def open(self, name: str) -> _Offer:
        """What is being uploaded under this name."""
        try:
            return self._by_name[name]
        except KeyError:
            raise FileServiceError(FileCode.NON_EXISTENT, name) from None

    def list(self, folder: str, after: str = "") -> Iterator[FileEntry]:
        """Nothing to see."""
        return iter(())

    def create(self, name: str) -> FileSink:
        """Refused."""
        raise FileServiceError(FileCode.DENIED, name)

    def delete(self, name: str) -> None:
        """Refused."""
        raise FileServiceError(FileCode.DENIED, name)

    def rename(self, old: str, new: str) -> None:
        """Refused."""
        raise FileServiceError(FileCode.DENIED, old)


# -- local files ---------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():
        msg = f"{path} is no file; give the file to send"
        raise UsageError(msg)
    with _locally(path):
        file = path.open("rb")
    with file:
        yield file


class _Arriving:
    """A local file that takes its name when it is complete."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._temporary = target.with_name(f".meterwire-{secrets.token_hex(8)}")
        with _locally(target):
            self._file = self._temporary.open("xb")

    def write(self, data: bytes) -> None:
        with _locally(self._target):
            self._file.write(data)

    def commit(self) -> None:
        with _locally(self._target):
            self._file.close()
            self._temporary.replace(self._target)

    def discard(self) -> None:
        """Remove what is not complete; after ``commit`` there is nothing."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def _target(local: Path, name: str, *, overwrite: bool) -> Path:
    """Where a download goes."""
    if local.is_dir():
        leaf = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
        if leaf in ("", ".", ".."):
            msg = f"{name} is no file name; say what to call it here"
            raise UsageError(msg)
        local /= leaf
    if local.is_dir() or (local.exists() and not overwrite):
        msg = f"{local} exists; choose another name, or overwrite it on purpose (overwrite=True, --force)"
        raise UsageError(msg)
    return local
