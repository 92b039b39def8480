"""Ft and FtN: file transfer. Nothing is set, renamed or deleted but a file of our own, and that only when it is allowed."""

import tempfile
from functools import partial
from pathlib import Path

from ...client.files import Files
from ...errors import MeterwireError, RejectError, RemoteError
from ...protocols import ber
from ...protocols.mms import Initiate, Pdu, RejectKind
from ...protocols.mms.files import (
    DirectoryPart,
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
)
from ..bench import Bench, quote
from ..case import Group, Permission
from ..session import Session

__all__ = ["group"]

group = Group("Ft", "File transfer")

OURS = "meterwire-conform.txt"
"""The file that is set and deleted here."""
CONTENT = b"meterwire conform\n" * 400
MAX_READ = 2_000_000
"""Octets of a file that are read at most."""


async def _directory(bench: Bench, session: Session, folder: str = "", after: str | None = None) -> DirectoryPart:
    """One part of a directory; skips when the server has no files."""
    answer = await session.attempt(file_directory_request(DirectoryRequest(folder, after)))
    if isinstance(answer, RejectError) and answer.code == RejectKind.UNRECOGNISED_SERVICE:
        bench.skip("the server has no file services")
    if isinstance(answer, RemoteError):
        bench.fail(f"the directory of {folder or 'the root'} is refused: {answer}")
    return decode_file_directory_response(answer)


async def _files(bench: Bench, session: Session) -> list[FileEntry]:
    """Files of the root, and of the folders in it."""
    found: dict[str, FileEntry] = {}
    folders = [""]
    while folders and len(found) < 100:
        part = await _directory(bench, session, folders.pop(0))
        for entry in part.entries:
            if entry.is_folder and len(folders) < 5:
                folders.append(entry.name.rstrip("/\\"))
            elif not entry.is_folder:
                found.setdefault(entry.name, entry)
    return list(found.values())


async def _a_file(bench: Bench, session: Session, least: int = 1) -> FileEntry:
    """A file of at least this size that is not too large."""
    for entry in await _files(bench, session):
        if least <= entry.size <= MAX_READ:
            return entry
    bench.skip(f"the server has no file of {least} to {MAX_READ} octets")


async def _read(bench: Bench, session: Session, name: str, position: int = 0) -> bytes:
    """The content from a position on."""
    opened = decode_file_open_response(await session.request(file_open_request(name, position)))
    content = bytearray()
    while True:
        part = decode_file_read_response(await session.request(file_read_request(opened.frsm_id)))
        content += part.data
        bench.check(len(content) <= 2 * MAX_READ, f"{name} does not end")
        if not part.more_follows:
            break
        bench.check(part.data, f"{name}: nothing comes, and more is promised")
    await session.request(file_close_request(opened.frsm_id))
    return bytes(content)


# -- looking -------------------------------------------------------------------------------


@group.case("1", "GetServerDirectory(FILE) is answered: names are not empty, and none stands twice")
async def _list(bench: Bench) -> None:
    part = await _directory(bench, await bench.session())
    names = [entry.name for entry in part.entries]
    bench.check(all(names), "a file without name")
    bench.check(len(set(names)) == len(names), f"a name stands twice: {quote(sorted(names))}")
    bench.note(f"{len(names)} names")


@group.case("2", "GetFile gives as many octets as the directory and the answer to opening tell")
async def _get(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session)
    opened = decode_file_open_response(await session.request(file_open_request(entry.name)))
    await session.request(file_close_request(opened.frsm_id))
    content = await _read(bench, session, entry.name)
    bench.check(
        opened.size == entry.size, f"{entry.name}: {entry.size} octets in the directory, {opened.size} when opened"
    )
    bench.check(len(content) == entry.size, f"{entry.name}: {entry.size} octets in the directory, {len(content)} read")
    bench.note(f"{entry.name}, {len(content)} octets")


@group.case("101", "GetFileAttributeValues of one file gives this file")
async def _attributes(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session, 0)
    part = await _directory(bench, session, entry.name)
    bench.check(len(part.entries) == 1, f"the directory of {entry.name} has {len(part.entries)} entries")
    told = part.entries[0]
    bench.check(told.size == entry.size, f"{entry.name}: {entry.size} octets, by itself {told.size}")


@group.case("102", "Every file tells when it was changed")
async def _times(bench: Bench) -> None:
    found = await _files(bench, await bench.session())
    if not found:
        bench.skip("the server has no file")
    silent = [entry.name for entry in found if entry.modified is None]
    bench.check(not silent, f"no time of last change, or none that can be read: {quote(silent)}")


@group.case("103", "A file read twice is the same, and read from a position it is its rest")
async def _position(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session, 2)
    whole = await _read(bench, session, entry.name)
    if await _read(bench, session, entry.name) != whole:
        bench.skip(f"{entry.name} changes by itself")
    middle = len(whole) // 2
    answer = await session.attempt(file_open_request(entry.name, middle))
    if isinstance(answer, RemoteError):
        bench.fail(f"opening at position {middle} is refused: {answer}")
    await session.request(file_close_request(decode_file_open_response(answer).frsm_id))
    bench.check(
        await _read(bench, session, entry.name, middle) == whole[middle:],
        f"from position {middle} on {entry.name} is something else",
    )


@group.case("104", "One file opened twice at once is read independently")
async def _twice(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session)
    first = decode_file_open_response(await session.request(file_open_request(entry.name)))
    answer = await session.attempt(file_open_request(entry.name))
    if isinstance(answer, RemoteError):
        await session.request(file_close_request(first.frsm_id))
        bench.skip(f"a file is opened once only: {answer}")
    second = decode_file_open_response(answer)
    bench.check(first.frsm_id != second.frsm_id, "both have the same frsmID")
    parts = [
        decode_file_read_response(await session.request(file_read_request(one.frsm_id))) for one in (first, second)
    ]
    bench.check(parts[0].data == parts[1].data, "the first parts differ")
    for one in (first, second):
        await session.request(file_close_request(one.frsm_id))


@group.case("105", "With a small PDU a file comes in more parts, and is the same")
async def _small(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session, 1_200)
    whole = await _read(bench, session, entry.name)
    small = await bench.open(wanted=Initiate(max_pdu=1_024))
    bench.check(await _read(bench, small, entry.name) == whole, f"{entry.name} is another in parts of 1024 octets")


@group.case("106", "A directory continued after its first name has the others, and not this one")
async def _continued(bench: Bench) -> None:
    session = await bench.session()
    part = await _directory(bench, session)
    if len(part.entries) < 2:
        bench.skip("the root has fewer than two files")
    rest = await _directory(bench, session, after=part.entries[0].name)
    names = [entry.name for entry in rest.entries]
    bench.check(part.entries[0].name not in names, "the name it was to begin after is there")
    bench.check(names[:1] == [part.entries[1].name], f"{quote(names[:1])} follows, not {part.entries[1].name}")


@group.case("107", "A file that was closed can be opened and read again, a hundred times")
async def _again(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session)
    for i in range(100):
        answer = await session.attempt(file_open_request(entry.name))
        if isinstance(answer, RemoteError):
            bench.fail(f"refused the {i + 1}. time: {answer}")
        await session.request(file_close_request(decode_file_open_response(answer).frsm_id))


# -- our own file --------------------------------------------------------------------------


async def _set(bench: Bench, session: Session, name: str = OURS) -> None:
    """SetFile of our content; skips when the server takes none."""
    await _directory(bench, session)
    files = Files(session.connection, session.timeout)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / OURS
        path.write_bytes(CONTENT)
        try:
            await files.upload(path, name)
        except RemoteError as error:
            bench.skip(f"the server takes no file: {error}")
    bench.undo(f"file {name}", partial(_remove, name=name))


async def _remove(late: Session, name: str) -> None:
    await late.attempt(file_delete_request(name))


@group.case(
    "3", "SetFile: the server fetches a file, lists it, gives it back as it was, and deletes it", Permission.FILES
)
async def _set_file(bench: Bench) -> None:
    session = await bench.session()
    await _set(bench, session)
    names = [entry.name.lstrip("/\\") for entry in (await _directory(bench, session)).entries]
    bench.check(OURS in names, f"{OURS} is not listed: {quote(names)}")
    content = await _read(bench, session, OURS)
    bench.check(content == CONTENT, f"{len(CONTENT)} octets set, {len(content)} read, or others")
    answer = await session.attempt(file_delete_request(OURS))
    bench.check(not isinstance(answer, RemoteError), f"it cannot be deleted: {answer}")
    bench.check(
        isinstance(await session.attempt(file_open_request(OURS)), RemoteError), "it can be opened after it was deleted"
    )


@group.case("108", "A file of ours is renamed", Permission.FILES)
async def _rename(bench: Bench) -> None:
    session = await bench.session()
    await _set(bench, session)
    other = f"2-{OURS}"
    answer = await session.attempt(file_rename_request(OURS, other))
    if isinstance(answer, RemoteError):
        bench.skip(f"the server renames no file: {answer}")
    bench.undo(f"file {other}", partial(_remove, name=other))
    bench.check(await _read(bench, session, other) == CONTENT, "under its new name it is another")
    bench.check(
        isinstance(await session.attempt(file_open_request(OURS)), RemoteError), "it is still there under its old name"
    )


# -- negative ------------------------------------------------------------------------------


async def _refused(bench: Bench, *, service: bytes) -> None:
    session = await bench.session()
    await _directory(bench, session)
    answer = await session.attempt(service)
    bench.check(isinstance(answer, RemoteError), "it is answered with success")
    bench.note(str(answer))


NO_FILE = "no-such-file.zzz"
REFUSED = (
    ("N1a", "GetFile of a file that does not exist is refused", file_open_request(NO_FILE)),
    ("N1c", "DeleteFile of a file that does not exist is refused", file_delete_request(NO_FILE)),
    ("N101", "Renaming a file that does not exist is refused", file_rename_request(NO_FILE, "other.zzz")),
    ("N102", "Reading a file that was never opened is refused", file_read_request(987_654)),
    ("N103", "Closing a file that was never opened is refused", file_close_request(987_654)),
    ("N104", "A negative frsmID is refused", file_read_request(-5)),
    ("N105", "A name that climbs out of the file store is refused", file_open_request("../../../../etc/passwd")),
    (
        "N106",
        "A name that climbs out of the file store with backslashes is refused",
        file_open_request("..\\..\\..\\etc\\passwd"),
    ),
    ("N107", "A name that climbs out of a folder is refused", file_open_request("folder/../../../../etc/passwd")),
    ("N108", "An absolute name outside the file store is refused", file_open_request("/etc/passwd")),
    ("N109", "A name with a null is refused", file_open_request("a\x00b")),
    ("N110", "A name of a thousand octets is refused", file_open_request("x" * 1000)),
    ("N111", "An empty name is refused", file_open_request("")),
)
for _number, _title, _service in REFUSED:
    group.add(_number, _title, partial(_refused, service=_service), hostile=True)


@group.case("N1b", "GetFileAttributeValues of a file that does not exist is refused, or empty")
async def _no_attributes(bench: Bench) -> None:
    session = await bench.session()
    await _directory(bench, session)
    answer = await session.attempt(file_directory_request(DirectoryRequest(NO_FILE)))
    if isinstance(answer, Pdu):
        found = decode_file_directory_response(answer).entries
        bench.check(not found, f"it has {len(found)} entries")


@group.case("N112", "A file that was closed can no longer be read")
async def _closed(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session)
    opened = decode_file_open_response(await session.request(file_open_request(entry.name)))
    await session.request(file_close_request(opened.frsm_id))
    bench.check(
        isinstance(await session.attempt(file_read_request(opened.frsm_id)), RemoteError),
        "it is read after it was closed",
    )


@group.case("N113", "A file that another client has opened cannot be read under its frsmID")
async def _anothers(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session)
    opened = decode_file_open_response(await session.request(file_open_request(entry.name)))
    other = await bench.open()
    answer = await other.attempt(file_read_request(opened.frsm_id))
    bench.check(isinstance(answer, RemoteError), "another client reads the file")


@group.case("N114", "Opening behind the end of a file is refused, or gives nothing")
async def _behind_end(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session, 0)
    answer = await session.attempt(file_open_request(entry.name, entry.size + 1_000))
    if isinstance(answer, Pdu):
        frsm = decode_file_open_response(answer).frsm_id
        try:
            part = decode_file_read_response(await session.request(file_read_request(frsm)))
            bench.check(not part.data, f"{len(part.data)} octets come from behind the end")
        except RemoteError:
            return


@group.case(
    "N115", "More files opened than the server takes are refused, and all of them can be closed", Permission.LOAD
)
async def _too_many(bench: Bench) -> None:
    session = await bench.session()
    entry = await _a_file(bench, session, 0)
    opened = []
    for _ in range(200):
        answer = await session.attempt(file_open_request(entry.name))
        if isinstance(answer, RemoteError):
            break
        opened.append(decode_file_open_response(answer).frsm_id)
    for frsm in opened:
        await session.request(file_close_request(frsm))
    answer = await session.attempt(file_open_request(entry.name))
    bench.check(not isinstance(answer, RemoteError), f"after {len(opened)} were closed none can be opened: {answer}")
    bench.note(f"{len(opened)} at once")


@group.case("N116", "A fileRead with an empty frsmID is refused", hostile=True)
async def _empty_handle(bench: Bench) -> None:
    session = await bench.session()
    await _directory(bench, session)
    try:
        answer = await session.attempt(ber.tlv(0x9F49, b""))
    except MeterwireError as error:
        bench.note(str(error))
        return
    bench.check(isinstance(answer, RemoteError), "it is answered with success")
