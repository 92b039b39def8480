"""How the value of an item is laid out: named parts one behind the other, the last of them perhaps repeated.

A simple item has one part without a name; a maximum demand has two; an event record has up to 53. Records are in
data/records.csv; a part there may be another record (``@phase_state``), whose parts then get the key and the names in
front of theirs. A part with ``times`` above 1 repeats, as often as the meter has entries.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import count
from typing import Final

from ...errors import UsageError
from .formats import Format, parse_formats

__all__ = ["Layout", "Part", "layout_of", "rows_of"]

MAX_NESTING: Final = 4
"""Records in records in data/records.csv; more is a mistake there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One value within an item."""

    format: Format
    """How it lies on the wire."""
    key: str = ""
    """Short name, unique within the item; empty for the one value of a simple item, and for the main one."""
    name: str = ""
    """English name, empty like the key."""
    name_zh: str = ""
    """Chinese name."""
    unit: str = ""
    """Unit, empty when it has none."""
    signed: bool = False
    """Bit 7 of the top octet is the sign."""

    def numbered(self, number: int) -> "Part":
        """The ``number``-th of a repeated part."""
        return replace(
            self,
            key=".".join(filter(None, (self.key, str(number)))),
            name=f"{self.name} {number}".strip(),
            name_zh=f"{self.name_zh}{number}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The parts of an item in wire order."""

    fixed: tuple[Part, ...]
    """Parts that are always there."""
    tail: tuple[Part, ...] = ()
    """Parts that follow, together, up to ``times`` times."""
    times: int = 0
    """Most repetitions of the tail."""

    @property
    def length(self) -> int:
        """Octets of the fixed parts."""
        return sum(part.format.length for part in self.fixed)

    @property
    def tail_length(self) -> int:
        """Octets of one repetition of the tail, 0 when there is none."""
        return sum(part.format.length for part in self.tail)

    @property
    def max_length(self) -> int:
        """Octets with all repetitions."""
        return self.length + self.times * self.tail_length

    def parts(self, length: int) -> Iterator[Part]:
        """The parts that ``length`` octets hold: the fixed ones, and as many repetitions as there is room for begun."""
        yield from self.fixed
        left = length - self.length
        for number in count(1):
            if left <= 0 or number > self.times:
                return
            yield from (part.numbered(number) for part in self.tail)
            left -= self.tail_length


def rows_of(name: str) -> list[dict[str, str]]:
    """The lines of data/``name``.csv."""
    text = (files(__package__) / "data" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _records() -> dict[str, list[dict[str, str]]]:
    records: dict[str, list[dict[str, str]]] = {}
    for row in rows_of("records"):
        records.setdefault(row["record"], []).append(row)
    return records


def _parts_of(record: str, depth: int = 0) -> Iterator[tuple[Part, int]]:
    """The parts of a record and how often each may come; nested records spelled out."""
    if depth > MAX_NESTING or record not in _records():
        raise UsageError(f"the catalogue has no record {record!r}")
    for row in _records()[record]:
        times = int(row["times"] or 1)
        if row["format"].startswith("@"):
            for part, inner in _parts_of(row["format"][1:], depth + 1):
                named = replace(
                    part,
                    key="_".join(filter(None, (row["key"], part.key))),
                    name=" ".join(filter(None, (row["name"], part.name))),
                    name_zh=row["name_zh"] + part.name_zh,
                )
                yield named, times * inner
        else:
            (fmt,) = parse_formats(row["format"])
            part = Part(
                format=fmt,
                key=row["key"],
                name=row["name"],
                name_zh=row["name_zh"],
                unit=row["unit"],
                signed=row["signed"] == "1",
            )
            yield part, times


@lru_cache(maxsize=1024)
def layout_of(text: str, unit: str = "", signed: bool = False) -> Layout:
    """The layout a catalogue cell describes: formats, ``@record``, or ``@record#7`` for the record's seventh part.

    ``unit`` and ``signed`` belong to the first part of plain formats. A plain format may end with ``*n``: it repeats.
    """
    if text.startswith("@"):
        record, _, index = text[1:].partition("#")
        found = list(_parts_of(record))
        if index:
            part, _ = found[int(index) - 1]
            return Layout(fixed=(replace(part, key="", name="", name_zh=""),))
        tail = tuple(part for part, times in found if times > 1)
        return Layout(
            fixed=tuple(part for part, times in found if times == 1),
            tail=tail,
            times=max(times for _, times in found) if tail else 0,
        )
    plain, _, times_text = text.partition("*")
    parts = []
    for number, fmt in enumerate(parse_formats(plain)):
        if not number:
            parts.append(Part(format=fmt, unit=unit, signed=signed))
        elif fmt.kind == "clock":
            parts.append(Part(format=fmt, key="time", name="time of occurrence", name_zh="发生时间"))
        else:
            parts.append(Part(format=fmt, key=str(number)))
    if times_text:
        return Layout(fixed=(), tail=tuple(parts), times=int(times_text))
    return Layout(fixed=tuple(parts))
