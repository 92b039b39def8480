"""Load records (class 06 of DL/T 645-2007): what an answer holds, and what a meter puts into one.

::

    A0 A0 | octets | YYMMDDhhmm | class 1 … AA | class 2 … AA | … | class 6 … AA | CS | E5      and the next record
          |  to CS |            |  absent: AA alone           |                  | sum from A0

Item 06cc00tt: cc 00 asks for all classes, 01..06 for one (which may come alone or among empty ones); tt 00 for the earliest record, 01 for those from a moment on,
02 for the latest. The layout is told by public sources but confirmed by no frame at hand; therefore nothing in it is
believed by itself: a record counts only when its count, its E5 and its sum agree.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...errors import UsageError
from .formats import RawValue
from .items import Item, lookup

__all__ = ["CLASSES", "MAX_RECORDS", "Piece", "encode_record", "pieces"]

CLASSES: Final[tuple[tuple[str, ...], ...]] = (
    ("02010100", "02010200", "02010300", "02020100", "02020200", "02020300", "02800002"),
    ("02030000", "02030100", "02030200", "02030300", "02040000", "02040100", "02040200", "02040300"),
    ("02060000", "02060100", "02060200", "02060300"),
    ("00010000", "00020000", "00030000", "00040000"),
    ("00050000", "00060000", "00070000", "00080000"),
    ("02800004", "02800005"),
)
"""The items of classes 1..6: voltage, current, frequency; powers; power factors; energies; quadrants; demands."""
MAX_RECORDS: Final = 255
"""Most records one request can ask for; more in an answer are not looked at."""
START: Final = b"\xa0\xa0"
SEPARATOR: Final = 0xAA
END: Final = 0xE5
HEAD: Final = 3
TIME: Final = Item(di="time", name="time of the record", name_zh="记录时间", format="YYMMDDhhmm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Where an item lies within a larger form."""

    prefix: str
    """What to put between the form's identifier and the item's, such as ``.1`` for the first record."""
    item: Item | None
    """The item; None for octets that nobody can assign."""
    offset: int
    """First octet."""
    size: int
    """Number of octets."""
    note: str = ""
    """What is odd."""
    is_sure: bool = True
    """False when the layout is a conclusion; the values are questionable then."""


def pieces(di: str, data: bytes) -> Iterator[Piece]:
    """The items in the records of an answer, in wire order; whatever does not agree with itself is left over."""
    at = number = 0
    while at < len(data):
        number += 1
        end = _end(data, at) if number <= MAX_RECORDS else 0
        if not end:
            note = (
                "no load record: count, end or sum do not agree" if number <= MAX_RECORDS else "too many load records"
            )
            yield Piece(prefix="", item=None, offset=at, size=len(data) - at, note=note)
            return
        yield from _record(data, at + HEAD, end - 2, int(di[2:4], 16), f".{number}")
        at = end


def _end(data: bytes, at: int) -> int:
    """Where the record at ``at`` ends, 0 when there is none: the count is taken in each way in which it is used."""
    if data[at : at + 2] != START or at + HEAD > len(data):
        return 0
    count = data[at + 2]
    for end in (at + HEAD + count + 2, at + HEAD + count, at + count):
        whole = at + HEAD + 2 < end <= len(data) and data[end - 1] == END
        if whole and sum(data[at : end - 2]) & 0xFF == data[end - 2]:
            return end
    return 0


def _record(data: bytes, at: int, end: int, load_class: int, prefix: str) -> Iterator[Piece]:
    yield Piece(prefix=prefix, item=TIME, offset=at, size=min(5, end - at))
    at += 5
    parts = data[at:end].split(bytes((SEPARATOR,)))
    if not parts[-1]:
        parts.pop()  # each class ends with AA, the last one too
    classes = CLASSES if len(parts) == len(CLASSES) else CLASSES[load_class - 1 : load_class]
    if len(parts) != len(classes):  # nobody can tell which classes these are
        if at < end:
            yield Piece(prefix=prefix, item=None, offset=at, size=end - at, note=f"{len(parts)} classes")
        return
    for members, part in zip(classes, parts, strict=True):
        items = [lookup(di) for di in members]
        size = sum(item.length for item in items)
        if part and len(part) != size:
            note = f"{len(part)} octets where {size} belong"
            yield Piece(prefix=prefix, item=None, offset=at, size=len(part), note=note)
        elif part:
            place = at
            for item in items:
                yield Piece(prefix=prefix, item=item, offset=place, size=item.length)
                place += item.length
        at += len(part) + 1


def encode_record(moment: dt.datetime, values: Mapping[str, RawValue], load_class: int = 0) -> bytes:
    """One record with the classes whose items are all in ``values`` (DI to value); ``load_class`` 1..6 for one class.

    UsageError when a value does not fit, or ``load_class`` is none.
    """
    if not 0 <= load_class <= len(CLASSES):
        raise UsageError(f"a load record class is 1..{len(CLASSES)}, or 0 for all, not {load_class}")
    body = TIME.encode(moment)
    for members in CLASSES if not load_class else (CLASSES[load_class - 1],):
        if all(di in values for di in members):
            body += b"".join(lookup(di).encode(values[di]) for di in members)
        body += bytes((SEPARATOR,))
    record = START + bytes((len(body),)) + body
    return record + bytes((sum(record) & 0xFF, END))
