"""MMS journals (ISO 9506-2) as 8-1 uses them for logs: ReadJournal and ReportJournalStatus, both directions.

::

    BF41 { A0 { name }, [A1 { 80 startingTime | 81 startingEntry }], [A2 { 80 endingTime | 81 numberOfEntries }],
           [A4 { 1A variable tag … }], [A5 { 80 time, 81 entry }] }
    BF41 { A0 { 30 { 80 entry, A1 { 30 00 }, A2 { 80 time, A2 { A1 { 30 { 80 tag, A1 { Data } } … } } } } … }, [81 moreFollows] }

moreFollows is FALSE where it is missing, other than in GetNameList. What writes or empties a journal is not here: 8-1 has
no such service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...errors import DecodeError, LimitError
from .. import ber
from .data import BinaryTime, decode_data
from .names import ObjectName, decode_object_name, encode_object_name
from .pdu import Pdu, Service

__all__ = [
    "MAX_ENTRY_ID",
    "JournalEntry",
    "JournalPage",
    "JournalStatus",
    "JournalVariable",
    "ReadJournal",
    "decode_journal_status_request",
    "decode_journal_status_response",
    "decode_read_journal_request",
    "decode_read_journal_response",
    "encode_entry",
    "encode_variable",
    "journal_status_request",
    "journal_status_response",
    "read_journal_request",
    "read_journal_response",
]

MAX_ENTRY_ID = 64
"""Octets of an entry's identifier; IEC 61850 has 8."""
MAX_TAGS = 1000
"""Variable tags one request may choose."""
MAX_ENTRIES = 65_536
"""Entries of one answer."""
MAX_VARIABLES = 65_536
"""Variables of one entry."""
_ORIGIN = b"\xa1\x02\x30\x00"
"""originatingApplication: an application reference that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJournal:
    """A ReadJournal request."""

    name: ObjectName
    """The journal."""
    start_time: BinaryTime | None = None
    """From this time on."""
    start_entry: bytes | None = None
    """From this entry on, instead."""
    stop_time: BinaryTime | None = None
    """Up to this time."""
    count: int | None = None
    """So many entries, instead; a negative number counts backwards."""
    tags: tuple[str, ...] = ()
    """Only variables with these tags; empty for all."""
    after: tuple[BinaryTime, bytes] | None = None
    """Behind the entry of this time and identifier."""


@dataclass(frozen=True, slots=True)
class JournalVariable:
    """One value of an entry."""

    tag: str
    """What it is: a data reference, or ``ReasonCode``."""
    value: Any
    """Decoded MMS data; a DecodeError object where it cannot be decoded."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry."""

    entry_id: bytes
    """Identifier."""
    time: BinaryTime
    """occurrenceTime."""
    variables: tuple[JournalVariable, ...]
    """Values, in order."""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """The answer of a ReadJournal."""

    entries: tuple[JournalEntry, ...]
    """Entries, in order."""
    more_follows: bool
    """There are more; ask again, behind the last one."""


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """The answer of a ReportJournalStatus."""

    entries: int
    """Entries there are."""
    is_deletable: bool
    """The journal itself can be deleted."""


# -- requests ------------------------------------------------------------------------------


def read_journal_request(request: ReadJournal) -> bytes:
    """Service element of a ReadJournal."""
    body = ber.tlv(0xA0, encode_object_name(request.name))
    if request.start_time is not None:
        body += ber.tlv(0xA1, ber.tlv(0x80, request.start_time.data))
    elif request.start_entry is not None:
        body += ber.tlv(0xA1, ber.tlv(0x81, request.start_entry))
    if request.stop_time is not None:
        body += ber.tlv(0xA2, ber.tlv(0x80, request.stop_time.data))
    elif request.count is not None:
        body += ber.tlv(0xA2, ber.tlv(0x81, ber.encode_integer(request.count)))
    if request.tags:
        body += ber.tlv(0xA4, b"".join(ber.tlv(0x1A, tag.encode("latin-1", "replace")) for tag in request.tags))
    if request.after is not None:
        time, entry = request.after
        body += ber.tlv(0xA5, ber.tlv(0x80, time.data) + ber.tlv(0x81, entry))
    return ber.tlv(Service.READ_JOURNAL, body)


def decode_read_journal_request(data: bytes, start: int, stop: int) -> ReadJournal:
    """Parse the content of a ReadJournal request."""
    found: dict[str, Any] = {}
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0xA0:
            found["name"] = _name(data, first, last)
        elif tag in (0xA1, 0xA2):
            choice, a, b = ber.read_header(data, first, last)
            if b != last or choice not in (0x80, 0x81):
                raise _malformed(data, first, last, "bounds")
            if choice == 0x80:
                found["start_time" if tag == 0xA1 else "stop_time"] = _time(data, a, b)
            elif tag == 0xA1:
                found["start_entry"] = _entry_id(data, a, b)
            else:
                found["count"] = ber.decode_integer(data, a, b)
        elif tag == 0xA4:
            found["tags"] = _tags(data, first, last)
        elif tag == 0xA5:
            found["after"] = _after(data, first, last)
        else:
            raise _malformed(data, first, last, f"element {tag:02X}")
    if "name" not in found:
        raise _malformed(data, start, stop, "request without a name")
    return ReadJournal(**found)


def _malformed(data: bytes, start: int, stop: int, what: str) -> DecodeError:
    return DecodeError(f"read journal: {what}", offset=start, data=data[start:stop])


def _name(data: bytes, first: int, last: int) -> ObjectName:
    name, end = decode_object_name(data, first, last)
    if end != last:
        raise _malformed(data, first, last, "octets behind the name")
    return name


def _time(data: bytes, first: int, stop: int) -> BinaryTime:
    if stop - first not in (4, 6):
        raise _malformed(data, first, stop, f"time of {stop - first} octets")
    return BinaryTime(data[first:stop])


def _entry_id(data: bytes, first: int, stop: int) -> bytes:
    if stop - first > MAX_ENTRY_ID:
        msg = f"entry identifier of {stop - first} octets, {MAX_ENTRY_ID} are allowed"
        raise LimitError(msg, offset=first)
    return data[first:stop]


def _tags(data: bytes, first: int, last: int) -> tuple[str, ...]:
    tags: list[str] = []
    for _, a, b in ber.elements(data, first, last):
        if len(tags) >= MAX_TAGS:
            msg = f"more than {MAX_TAGS} variable tags"
            raise LimitError(msg, offset=a)
        tags.append(data[a:b].decode("latin-1"))
    return tuple(tags)


def _after(data: bytes, first: int, last: int) -> tuple[BinaryTime, bytes]:
    parts = {tag: (a, b) for tag, a, b in ber.elements(data, first, last)}
    if set(parts) != {0x80, 0x81}:
        raise _malformed(data, first, last, "entry to start after without time or identifier")
    return _time(data, *parts[0x80]), _entry_id(data, *parts[0x81])


# -- answers -------------------------------------------------------------------------------


def encode_variable(tag: str, value: bytes) -> bytes:
    """One variable of an entry; ``value`` is a whole Data element."""
    return ber.tlv(0x30, ber.tlv(0x80, tag.encode()) + ber.tlv(0xA1, value))


def encode_entry(entry_id: bytes, time: BinaryTime, variables: bytes) -> bytes:
    """One entry of an answer; ``variables`` are encoded, one after the other."""
    content = ber.tlv(0x80, time.data) + ber.tlv(0xA2, ber.tlv(0xA1, variables))
    return ber.tlv(0x30, ber.tlv(0x80, entry_id) + _ORIGIN + ber.tlv(0xA2, content))


def read_journal_response(entries: Iterable[bytes], *, more_follows: bool) -> bytes:
    """Service element of the answer; each entry is encoded."""
    body = ber.tlv(0xA0, b"".join(entries)) + (b"\x81\x01\xff" if more_follows else b"")
    return ber.tlv(Service.READ_JOURNAL, body)


def decode_read_journal_response(pdu: Pdu) -> JournalPage:
    """Parse an answer."""
    data, more = pdu.data, False
    entries: list[JournalEntry] = []
    for tag, first, stop in ber.elements(data, pdu.start, pdu.stop):
        if tag == 0x81:
            more = ber.decode_integer(data, first, stop) != 0
        elif tag == 0xA0:
            for kind, a, b in ber.elements(data, first, stop):
                if kind != 0x30:
                    raise _malformed(data, a, b, f"entry {kind:02X}")
                if len(entries) >= MAX_ENTRIES:
                    msg = f"more than {MAX_ENTRIES} entries in one answer"
                    raise LimitError(msg, offset=a)
                entries.append(_entry(data, a, b))
    return JournalPage(tuple(entries), more)


def _entry(data: bytes, start: int, stop: int) -> JournalEntry:
    entry_id, time = b"", None
    variables: list[JournalVariable] = []
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0x80:
            entry_id = _entry_id(data, first, last)
        elif tag == 0xA2:
            for kind, a, b in ber.elements(data, first, last):
                if kind == 0x80:
                    time = _time(data, a, b)
                elif kind == 0xA2:
                    variables += _variables(data, a, b)
    if time is None:
        raise _malformed(data, start, stop, "entry without time")
    return JournalEntry(entry_id, time, tuple(variables))


def _variables(data: bytes, start: int, stop: int) -> list[JournalVariable]:
    found: list[JournalVariable] = []
    for tag, first, last in ber.elements(data, start, stop):
        if tag != 0xA1:
            continue
        for _, a, b in ber.elements(data, first, last):
            if len(found) >= MAX_VARIABLES:
                msg = f"more than {MAX_VARIABLES} variables in one entry"
                raise LimitError(msg, offset=a)
            found.append(_variable(data, a, b))
    return found


def _variable(data: bytes, start: int, stop: int) -> JournalVariable:
    name, value = "", None
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0x80:
            name = data[first:last].decode("utf-8", "replace")
        elif tag == 0xA1:
            try:
                value, _ = decode_data(data, first, last)
            except DecodeError as error:  # one value that nobody understands must not hide the others
                value = error
    return JournalVariable(name, value)


# -- status --------------------------------------------------------------------------------


def journal_status_request(name: ObjectName) -> bytes:
    """Service element of a ReportJournalStatus."""
    return ber.tlv(Service.REPORT_JOURNAL_STATUS, encode_object_name(name))


def decode_journal_status_request(data: bytes, start: int, stop: int) -> ObjectName:
    """The journal a ReportJournalStatus asks for."""
    return _name(data, start, stop)


def journal_status_response(status: JournalStatus) -> bytes:
    """Service element of the answer."""
    count = ber.tlv(0x80, ber.encode_unsigned(status.entries))
    return ber.tlv(Service.REPORT_JOURNAL_STATUS, count + bytes((0x81, 1, 0xFF if status.is_deletable else 0)))


def decode_journal_status_response(pdu: Pdu) -> JournalStatus:
    """Parse an answer."""
    count, is_deletable = -1, False
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0x80:
            count = ber.decode_unsigned(pdu.data, first, stop)
        elif tag == 0x81:
            is_deletable = ber.decode_integer(pdu.data, first, stop) != 0
    if count < 0:
        msg = "journal status without a number of entries"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    return JournalStatus(count, is_deletable)
