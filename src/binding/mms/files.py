"""The file services of 8-1: requests in, the engine asked, answers out.

obtainFile (SetFile) is the one that takes time: the file is opened, read and closed *at the client*, over the same
association, before the request is answered. How such a question reaches the client is the owner's business
(:class:`Caller`).
"""

import contextlib
from collections.abc import Callable, Coroutine, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ...acsi.files import FileCode, FileEngine, FileSession, FileSink
from ...acsi.service_event import ServiceEvent, ServiceSink
from ...errors import FileServiceError, ProtocolError, ServiceError
from ...models.enums import ServiceNameKind, ServiceStatusKind
from ...protocols.mms import Pdu, Service
from ...protocols.mms.files import (
    ObtainFile,
    decode_file_delete_request,
    decode_file_directory_request,
    decode_file_handle,
    decode_file_open_request,
    decode_file_open_response,
    decode_file_read_response,
    decode_file_rename_request,
    decode_obtain_file_request,
    encode_entry,
    file_close_request,
    file_close_response,
    file_delete_response,
    file_directory_response,
    file_open_request,
    file_open_response,
    file_read_request,
    file_read_response,
    file_rename_response,
    obtain_file_response,
)
from .answering import Asker, Handler, Result

__all__ = ["READ_ENVELOPE", "Caller", "FileServices"]

READ_ENVELOPE = 32
"""Octets of a PDU around the octets of a file."""
DIRECTORY_ENVELOPE = 40


_STATUS = {
    FileCode.BUSY: ServiceStatusKind.instance_in_use,
    FileCode.SYNTAX: ServiceStatusKind.parameter_value_inappropriate,
    FileCode.POSITION: ServiceStatusKind.parameter_value_inappropriate,
    FileCode.DENIED: ServiceStatusKind.access_violation,
    FileCode.NON_EXISTENT: ServiceStatusKind.instance_not_available,
    FileCode.DUPLICATE: ServiceStatusKind.parameter_value_inconsistent,
}
"""How a file service ended that was refused with this code; anything else is the server's."""


class Caller(Protocol):
    """The way to ask the peer of an association."""

    async def call(self, service: bytes) -> Pdu:
        """Send a request, wait for the answer; raises its error, or LinkTimeoutError."""

    async def aside(self, work: Callable[[], None]) -> None:
        """Do something that blocks where it holds up nobody; it is not interrupted."""

    def post(self, service: bytes) -> None:
        """Send a request whose answer does not matter; silently nothing when the association is gone."""


@dataclass(slots=True)
class _Member:
    session: FileSession
    caller: Caller | None


class FileServices:
    """File services over one engine for many associations."""

    def __init__(self, engine: FileEngine) -> None:
        self.engine = engine
        self.on_service: ServiceSink | None = None
        """Told of what clients get, set, delete and look at."""
        self._members: dict[Hashable, _Member] = {}

    def join(self, key: Hashable, caller: Caller | None = None) -> None:
        """A new association; without ``caller`` it can set no files."""
        self._members[key] = _Member(self.engine.session(), caller)

    def leave(self, key: Hashable) -> None:
        """An association is over: what it had open is closed."""
        member = self._members.pop(key, None)
        if member is not None:
            member.session.end()

    @property
    def reading(self) -> dict[int, Handler]:
        """Handlers by service tag: open, read and close, all that a client offers to its server."""
        return {
            Service.FILE_OPEN: self._open,
            Service.FILE_READ: self._read,
            Service.FILE_CLOSE: self._close,
        }

    @property
    def handlers(self) -> dict[int, Handler]:
        """Handlers by service tag, all of them."""
        return {
            **self.reading,
            Service.FILE_DIRECTORY: self._directory,
            Service.FILE_DELETE: self._delete,
            Service.FILE_RENAME: self._rename,
            Service.OBTAIN_FILE: self._obtain,
        }

    @contextlib.contextmanager
    def _told(self, service: ServiceNameKind, name: str, asker: Asker) -> Iterator[None]:
        """What happens within is the service, however it ends."""
        error = ServiceStatusKind.no_error
        try:
            yield
        except FileServiceError as refused:
            error = _STATUS.get(refused.code or 0, ServiceStatusKind.failed_due_to_server_constraint)
            raise
        except BaseException:
            error = ServiceStatusKind.failed_due_to_communications_constraint
            raise
        finally:
            if self.on_service is not None:
                self.on_service(ServiceEvent(service, name, asker.key, error))

    def _session(self, asker: Asker) -> FileSession:
        return self._members[asker.key].session

    # -- at once ---------------------------------------------------------------------------

    def _open(self, pdu: Pdu, asker: Asker) -> Result:
        wanted = decode_file_open_request(pdu.data, pdu.start, pdu.stop)
        with self._told(ServiceNameKind.GetFile, wanted.name, asker):
            return file_open_response(self._session(asker).open(wanted.name, wanted.position))

    def _read(self, pdu: Pdu, asker: Asker) -> Result:
        frsm_id = decode_file_handle(pdu.data, pdu.start, pdu.stop)
        return file_read_response(self._session(asker).read(frsm_id, asker.max_pdu - READ_ENVELOPE))

    def _close(self, pdu: Pdu, asker: Asker) -> Result:
        self._session(asker).close(decode_file_handle(pdu.data, pdu.start, pdu.stop))
        return file_close_response()

    def _directory(self, pdu: Pdu, asker: Asker) -> Result:
        wanted = decode_file_directory_request(pdu.data, pdu.start, pdu.stop)
        room = whole = asker.max_pdu - DIRECTORY_ENVELOPE
        parts: list[bytes] = []
        with self._told(ServiceNameKind.GetFileAttributeValues, wanted.folder, asker):
            entries = self._session(asker).directory(wanted.folder, wanted.continue_after)
        for entry in entries:
            part = encode_entry(entry)
            if len(part) > whole:
                continue  # fits no answer this client takes; those behind it still do
            room -= len(part)
            if room < 0:
                return file_directory_response(parts, more_follows=True)
            parts.append(part)
        return file_directory_response(parts, more_follows=False)

    def _delete(self, pdu: Pdu, asker: Asker) -> Result:
        name = decode_file_delete_request(pdu.data, pdu.start, pdu.stop)
        with self._told(ServiceNameKind.DeleteFile, name, asker):
            self._session(asker).delete(name)
        return file_delete_response()

    def _rename(self, pdu: Pdu, asker: Asker) -> Result:
        self._session(asker).rename(*decode_file_rename_request(pdu.data, pdu.start, pdu.stop))
        return file_rename_response()

    # -- obtainFile ------------------------------------------------------------------------

    def _obtain(self, pdu: Pdu, asker: Asker) -> Coroutine[Any, Any, Result]:
        wanted = decode_obtain_file_request(pdu.data, pdu.start, pdu.stop)
        member = self._members[asker.key]
        if wanted.from_third_party or member.caller is None:
            with self._told(ServiceNameKind.SetFile, wanted.destination, asker):
                raise FileServiceError(FileCode.DENIED, wanted.source)
        return self._set(member.session, member.caller, wanted, asker)

    async def _set(self, session: FileSession, caller: Caller, wanted: ObtainFile, asker: Asker) -> Result:
        with self._told(ServiceNameKind.SetFile, wanted.destination, asker):
            return await self._fetch(session, caller, wanted)

    async def _fetch(self, session: FileSession, caller: Caller, wanted: ObtainFile) -> Result:
        """Whatever happens on the way, a file that is not complete leaves nothing behind."""
        sink = session.create(wanted.destination)
        try:
            await self._copy(caller, wanted.source, sink)
            await caller.aside(sink.sync)
            sink.commit()
        except FileServiceError:
            raise
        except ProtocolError:  # the client's answer was another refusal, or none at all
            raise FileServiceError(FileCode.OTHER, wanted.source) from None
        finally:
            sink.discard()
        return obtain_file_response()

    async def _copy(self, caller: Caller, source: str, sink: FileSink) -> None:
        opened = decode_file_open_response(await caller.call(file_open_request(source)))
        close = file_close_request(opened.frsm_id)
        try:
            self._insist_fits(opened.size, source)
            await _read_all(caller, opened.frsm_id, sink)
        except BaseException:
            caller.post(close)
            raise
        with contextlib.suppress(ServiceError):
            await caller.call(close)

    def _insist_fits(self, size: int, name: str) -> None:
        if size > self.engine.limits.max_written:
            raise FileServiceError(FileCode.NO_SPACE, name)


async def _read_all(caller: Caller, frsm_id: int, sink: FileSink) -> None:
    more = True
    while more:
        part = decode_file_read_response(await caller.call(file_read_request(frsm_id)))
        more = part.more_follows
        if more and not part.data:  # for ever, perhaps
            raise FileServiceError(FileCode.OTHER)
        sink.write(part.data)
