"""File services of MMS (ISO 9506-2, annex on file management) as IEC 61850-8-1 uses them, both directions.

::

    fileOpen       bf48 { a0{19 name} 81 position }      bf48 { 80 frsmID  a1{80 size 81 time} }
    fileRead       9f49 frsmID                           bf49 { 80 data  81 moreFollows, default TRUE }
    fileClose      9f4a frsmID                           9f4a
    fileRename     bf4b { a0{19 from} a1{19 to} }        9f4b
    fileDelete     bf4c { 19 name }                      9f4c
    fileDirectory  bf4d { a0{19 folder} a1{19 after} }   bf4d { a0{30{ 30{a0{19 name} a1{80 81}} … }}
                                                                81 moreFollows, default FALSE }
    obtainFile     bf2e { a1{19 source} a2{19 destination} }  9f2e

Names are text as they stand on the wire; which ones are allowed is decided in :mod:`meterwire.acsi.files`.
Octets that are no UTF-8 survive a round trip as surrogates, so that a file can be asked for by the name
under which a foreign server lists it. Not done: obtainFile from a third server (``sourceFileServer`` is
told, not followed).
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import DecodeError, LimitError, UsageError
from .. import ber
from .pdu import Pdu, Service

__all__ = [
    "MAX_NAME",
    "DirectoryPart",
    "DirectoryRequest",
    "FileEntry",
    "FileOpened",
    "FileOpening",
    "FilePart",
    "ObtainFile",
    "decode_file_close_response",
    "decode_file_delete_request",
    "decode_file_directory_request",
    "decode_file_directory_response",
    "decode_file_handle",
    "decode_file_open_request",
    "decode_file_open_response",
    "decode_file_read_response",
    "decode_file_rename_request",
    "decode_obtain_file_request",
    "encode_entry",
    "file_close_request",
    "file_close_response",
    "file_delete_request",
    "file_delete_response",
    "file_directory_request",
    "file_directory_response",
    "file_open_request",
    "file_open_response",
    "file_read_request",
    "file_read_response",
    "file_rename_request",
    "file_rename_response",
    "from_generalized_time",
    "obtain_file_request",
    "obtain_file_response",
    "to_generalized_time",
]

MAX_NAME = 1024
"""Octets of a file name; far beyond what any file store takes."""
MAX_ENTRIES = 20_000
"""Entries of one directory answer; 65,000 octets hold fewer."""
MAX_SIZE = 0xFFFFFFFF
"""Size and position are Unsigned32; a larger file says this and is read to its end all the same."""
MAX_FRSM_ID = 0x7FFFFFFF
_CONTEXT_0, _CONTEXT_1, _CONTEXT_2 = 0xA0, 0xA1, 0xA2
_GRAPHIC_STRING, _VISIBLE_STRING = 0x19, 0x1A


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a directory; a folder's name ends with a slash."""

    name: str
    """Whole name, from the root of the file store."""
    size: int
    """Octets."""
    modified: dt.datetime | None = None
    """Last change, UTC; None when the server does not say."""

    @property
    def is_folder(self) -> bool:
        """True when there may be files below it."""
        return self.name.endswith(("/", "\\"))


@dataclass(frozen=True, slots=True)
class FileOpening:
    """A fileOpen."""

    name: str
    """Which file."""
    position: int
    """First octet to read."""


@dataclass(frozen=True, slots=True)
class FileOpened:
    """Its answer."""

    frsm_id: int
    """File read state machine: what the following reads and the close name."""
    size: int
    """Octets of the whole file."""
    modified: dt.datetime | None = None
    """Last change, UTC."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """The answer to a fileRead."""

    data: bytes
    """The next octets."""
    more_follows: bool
    """False when the file ends here."""


@dataclass(frozen=True, slots=True)
class DirectoryRequest:
    """A fileDirectory."""

    folder: str = ""
    """Folder or file; empty is the root."""
    continue_after: str | None = None
    """Name the last part ended with."""


@dataclass(frozen=True, slots=True)
class DirectoryPart:
    """Its answer, or the first part of it."""

    entries: tuple[FileEntry, ...]
    """Files and folders, in the server's order."""
    more_follows: bool
    """There are more behind the last one."""


@dataclass(frozen=True, slots=True)
class ObtainFile:
    """An obtainFile: the server is to fetch ``source`` from the client and keep it as ``destination``."""

    source: str
    """Name at the client."""
    destination: str
    """Name at the server."""
    from_third_party: bool = False
    """Another file server was named; 8-1 knows no such thing."""


# -- names and times -----------------------------------------------------------------------


def _encode_name(name: str) -> bytes:
    octets = name.encode("utf-8", "surrogateescape")
    if len(octets) > MAX_NAME:
        msg = f"a file name has at most {MAX_NAME} octets, this one {len(octets)}"
        raise UsageError(msg)
    return ber.tlv(_GRAPHIC_STRING, octets)


def _decode_name(data: bytes, start: int, stop: int) -> str:
    """FileName is a sequence of strings: almost always one, else one for each level."""
    if stop - start > MAX_NAME:
        msg = f"file name of {stop - start} octets"
        raise LimitError(msg, offset=start, data=data[start:stop])
    parts = []
    for tag, first, last in ber.elements(data, start, stop):
        if tag not in (_GRAPHIC_STRING, _VISIBLE_STRING):
            msg = f"{tag:02X} in a file name"
            raise DecodeError(msg, offset=first, data=data[start:stop])
        parts.append(data[first:last].decode("utf-8", "surrogateescape"))
    return "/".join(parts)


def to_generalized_time(time: dt.datetime) -> bytes:
    """``20261121025227.123Z``."""
    utc = time.astimezone(dt.UTC)
    return f"{utc:%Y%m%d%H%M%S}.{utc.microsecond // 1000:03}Z".encode()


_TIME = re.compile(rb"(\d{14}|\d{12}|\d{10})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?:\d{2})?)?")


def from_generalized_time(text: bytes) -> dt.datetime | None:
    """The time in UTC; a zone that is not told is taken for UTC, what cannot be read gives None.

    None and no error, because a strange time of one file must not hide a whole directory.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    digits, fraction, zone = (part.decode() if part else "" for part in found.groups())
    try:
        time = dt.datetime.strptime(f"{digits:0<14}+0000", "%Y%m%d%H%M%S%z")
        if fraction and len(digits) == 14:
            time += dt.timedelta(microseconds=int(f"{fraction[:6]:0<6}"))
        if zone not in ("", "Z"):
            offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5] or 0))
            time += offset if zone[0] == "-" else -offset
    except (ValueError, OverflowError):
        return None
    return time


def _encode_attributes(size: int, modified: dt.datetime | None) -> bytes:
    body = ber.tlv(0x80, ber.encode_unsigned(min(size, MAX_SIZE)))
    if modified is not None:
        body += ber.tlv(0x81, to_generalized_time(modified))
    return ber.tlv(_CONTEXT_1, body)


def _decode_attributes(data: bytes, start: int, stop: int) -> tuple[int, dt.datetime | None]:
    size, modified = 0, None
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0x80:
            size = ber.decode_unsigned(data, first, last)
        elif tag == 0x81:
            modified = from_generalized_time(data[first:last])
    return size, modified


def _flag(data: bytes, first: int, stop: int) -> bool:
    return any(data[first:stop])


def _fields(data: bytes, start: int, stop: int, names: dict[int, str]) -> dict[int, str]:
    """Every element of a request that must hold file names under these tags, required ones marked so."""
    found: dict[int, str] = {}
    for tag, first, last in ber.elements(data, start, stop):
        if tag not in names or tag in found:
            msg = f"{tag:02X} is not expected here"
            raise DecodeError(msg, offset=first, data=data[start:stop])
        found[tag] = _decode_name(data, first, last)
    for tag, name in names.items():
        if name and tag not in found:
            msg = f"{name} is missing"
            raise DecodeError(msg, offset=start, data=data[start:stop])
    return found


def _insist(pdu: Pdu, tag: int, what: str) -> None:
    if pdu.service != tag:
        msg = f"{what} expected, {pdu.service:02X} found"
        raise DecodeError(msg, offset=0, data=pdu.data)


# -- open, read, close ---------------------------------------------------------------------


def file_open_request(name: str, position: int = 0) -> bytes:
    """Service element of a fileOpen."""
    if not 0 <= position <= MAX_SIZE:
        msg = f"a position is 0..{MAX_SIZE}, not {position}"
        raise UsageError(msg)
    body = ber.tlv(_CONTEXT_0, _encode_name(name)) + ber.tlv(0x81, ber.encode_unsigned(position))
    return ber.tlv(Service.FILE_OPEN, body)


def decode_file_open_request(data: bytes, start: int, stop: int) -> FileOpening:
    """Parse a fileOpen."""
    tag, first, last = ber.read_header(data, start, stop)
    after, a, b = ber.read_header(data, last, stop)
    if tag != _CONTEXT_0 or after != 0x81 or b != stop:
        msg = "malformed fileOpen"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    position = ber.decode_unsigned(data, a, b)
    if position > MAX_SIZE:
        msg = f"position {position}"
        raise LimitError(msg, offset=a, data=data[a:b])
    return FileOpening(_decode_name(data, first, last), position)


def file_open_response(opened: FileOpened) -> bytes:
    """Service element of the answer."""
    body = ber.tlv(0x80, ber.encode_integer(opened.frsm_id)) + _encode_attributes(opened.size, opened.modified)
    return ber.tlv(Service.FILE_OPEN, body)


def decode_file_open_response(pdu: Pdu) -> FileOpened:
    """Parse the answer."""
    _insist(pdu, Service.FILE_OPEN, "answer to fileOpen")
    frsm_id: int | None = None
    size, modified = 0, None
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0x80:
            frsm_id = ber.decode_integer(pdu.data, first, stop)
        elif tag == _CONTEXT_1:
            size, modified = _decode_attributes(pdu.data, first, stop)
    if frsm_id is None:
        msg = "answer to fileOpen without frsmID"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    return FileOpened(frsm_id, size, modified)


def file_read_request(frsm_id: int) -> bytes:
    """Service element of a fileRead."""
    return ber.tlv(Service.FILE_READ, ber.encode_integer(frsm_id))


def file_close_request(frsm_id: int) -> bytes:
    """Service element of a fileClose."""
    return ber.tlv(Service.FILE_CLOSE, ber.encode_integer(frsm_id))


def decode_file_handle(data: bytes, start: int, stop: int) -> int:
    """The frsmID of a fileRead or fileClose."""
    frsm_id = ber.decode_integer(data, start, stop)
    if not -MAX_FRSM_ID - 1 <= frsm_id <= MAX_FRSM_ID:
        msg = f"frsmID {frsm_id}"
        raise LimitError(msg, offset=start, data=data[start:stop])
    return frsm_id


def file_read_response(part: FilePart) -> bytes:
    """Service element of the answer to a fileRead."""
    body = ber.tlv(0x80, part.data) + (b"" if part.more_follows else b"\x81\x01\x00")
    return ber.tlv(0xBF49, body)


def decode_file_read_response(pdu: Pdu) -> FilePart:
    """Parse the answer to a fileRead."""
    _insist(pdu, 0xBF49, "answer to fileRead")
    content: bytes | None = None
    more = True
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0x80:
            content = pdu.data[first:stop]
        elif tag == 0x81:
            more = _flag(pdu.data, first, stop)
    if content is None:
        msg = "answer to fileRead without data"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    return FilePart(content, more)


def file_close_response() -> bytes:
    """Service element of the answer to a fileClose."""
    return b"\x9f\x4a\x00"


def decode_file_close_response(pdu: Pdu) -> None:
    """Insist that the answer is one to a fileClose."""
    _insist(pdu, Service.FILE_CLOSE, "answer to fileClose")


# -- directory -----------------------------------------------------------------------------


def file_directory_request(request: DirectoryRequest) -> bytes:
    """Service element of a fileDirectory; the root is asked for by leaving the name out."""
    body = ber.tlv(_CONTEXT_0, _encode_name(request.folder)) if request.folder else b""
    if request.continue_after is not None:
        body += ber.tlv(_CONTEXT_1, _encode_name(request.continue_after))
    return ber.tlv(Service.FILE_DIRECTORY, body)


def decode_file_directory_request(data: bytes, start: int, stop: int) -> DirectoryRequest:
    """Parse a fileDirectory."""
    found = _fields(data, start, stop, {_CONTEXT_0: "", _CONTEXT_1: ""})
    return DirectoryRequest(found.get(_CONTEXT_0, ""), found.get(_CONTEXT_1))


def encode_entry(entry: FileEntry) -> bytes:
    """One entry of a directory answer."""
    name = ber.tlv(_CONTEXT_0, _encode_name(entry.name))
    return ber.tlv(0x30, name + _encode_attributes(entry.size, entry.modified))


def file_directory_response(entries: Iterable[bytes], *, more_follows: bool) -> bytes:
    """Service element of the answer, from entries encoded by :func:`encode_entry`."""
    body = ber.tlv(_CONTEXT_0, ber.tlv(0x30, b"".join(entries)))
    return ber.tlv(Service.FILE_DIRECTORY, body + (b"\x81\x01\xff" if more_follows else b""))


def decode_file_directory_response(pdu: Pdu) -> DirectoryPart:
    """Parse the answer.

    The standard's list is a SEQUENCE inside ``a0``; entries that stand there without it are taken too.
    """
    _insist(pdu, Service.FILE_DIRECTORY, "answer to fileDirectory")
    data = pdu.data
    entries: list[FileEntry] = []
    more = False
    for tag, first, stop in ber.elements(data, pdu.start, pdu.stop):
        if tag == 0x81:
            more = _flag(data, first, stop)
        elif tag == _CONTEXT_0:
            for _, a, b in ber.elements(data, first, stop):
                if a < b and data[a] == _CONTEXT_0:
                    entries.append(_decode_entry(data, a, b))
                    continue
                entries += [_decode_entry(data, c, d) for _, c, d in ber.elements(data, a, b)]
    if len(entries) > MAX_ENTRIES:
        msg = f"{len(entries)} entries in one directory answer"
        raise LimitError(msg, offset=pdu.start)
    return DirectoryPart(tuple(entries), more)


def _decode_entry(data: bytes, start: int, stop: int) -> FileEntry:
    tag, first, last = ber.read_header(data, start, stop)
    if tag != _CONTEXT_0:
        msg = "directory entry without name"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    name = _decode_name(data, first, last)
    for tag, a, b in ber.elements(data, last, stop):
        if tag == _CONTEXT_1:
            return FileEntry(name, *_decode_attributes(data, a, b))
    return FileEntry(name, 0)


# -- delete, rename, obtain ----------------------------------------------------------------


def file_delete_request(name: str) -> bytes:
    """Service element of a fileDelete."""
    return ber.tlv(Service.FILE_DELETE, _encode_name(name))


def decode_file_delete_request(data: bytes, start: int, stop: int) -> str:
    """The name a fileDelete carries."""
    return _decode_name(data, start, stop)


def file_delete_response() -> bytes:
    """Service element of the answer."""
    return b"\x9f\x4c\x00"


def file_rename_request(old: str, new: str) -> bytes:
    """Service element of a fileRename."""
    body = ber.tlv(_CONTEXT_0, _encode_name(old)) + ber.tlv(_CONTEXT_1, _encode_name(new))
    return ber.tlv(Service.FILE_RENAME, body)


def decode_file_rename_request(data: bytes, start: int, stop: int) -> tuple[str, str]:
    """Old and new name."""
    found = _fields(data, start, stop, {_CONTEXT_0: "the old name", _CONTEXT_1: "the new name"})
    return found[_CONTEXT_0], found[_CONTEXT_1]


def file_rename_response() -> bytes:
    """Service element of the answer."""
    return b"\x9f\x4b\x00"


def obtain_file_request(source: str, destination: str) -> bytes:
    """Service element of an obtainFile."""
    body = ber.tlv(_CONTEXT_1, _encode_name(source)) + ber.tlv(_CONTEXT_2, _encode_name(destination))
    return ber.tlv(Service.OBTAIN_FILE, body)


def decode_obtain_file_request(data: bytes, start: int, stop: int) -> ObtainFile:
    """Parse an obtainFile."""
    tag, _, last = ber.read_header(data, start, stop)
    third = tag == _CONTEXT_0  # ApplicationReference; nothing in it matters, it is refused
    found = _fields(data, last if third else start, stop, {_CONTEXT_1: "the source", _CONTEXT_2: "the destination"})
    return ObtainFile(found[_CONTEXT_1], found[_CONTEXT_2], third)


def obtain_file_response() -> bytes:
    """Service element of the answer."""
    return b"\x9f\x2e\x00"
