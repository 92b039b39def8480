"""How the items of DL/T 645 lie in the data field, read from data/dlt645.csv without the catalogue of meterwire.protocols.

The file is made from that catalogue by tools/write_layout.py, and a test compares the two. A line of it::

    2007,00.01.00-3F.FF,FFFFFF00,00000000+1*13 signed 4 -2 kWh

edition; DI3.DI2.DI1.DI0 (DI1.DI0 of 1997), each a value or a range; the bits of the identifier that the items keep; and the items in wire
order, ``|`` between them. An item is its identifier, with a step and a number when several follow each other alike, and
its parts, ``;`` between them: kind, octets, scale, unit. A clock has its fields where others have their unit.
"""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from . import columns

__all__ = ["FILE", "Table", "items645", "rules645"]

FILE: Final = "dlt645.csv"

Part = tuple[int, int, int, int, int, int]
Rule = tuple[int, int, int, int, int, int, int, tuple[Part, ...]]


class Table(NamedTuple):
    """A layout and the names of the units in it."""

    layout: columns.Layout
    """For ``columns.fill``."""
    units: tuple[str, ...]
    """Unit by its number in the column ``unit``; a clock's unit is its fields, such as ``YYMMDDhhmm``."""


def _fields(text: str) -> int:
    """Clock fields in wire order, four bits each; they are written with the last octet first."""
    names = [text[at : at + 2] for at in range(0, len(text), 2)]
    return sum((columns.CLOCK_FIELDS.index(name) + 1) << 4 * place for place, name in enumerate(reversed(names)))


def _parts(text: str, units: dict[str, int]) -> Iterator[Part]:
    for run in text.split("|"):
        where, _, described = run.partition(" ")
        first, _, repeated = where.partition("+")
        step, _, count = repeated.partition("*")
        shapes = []
        for part in described.split(";"):
            kind, length, scale, *unit = part.split(" ")
            name = unit[0] if unit else ""
            fields = _fields(name) if kind == "clock" else 0
            number = units.setdefault(name, len(units))
            shapes.append((columns.KINDS.index(kind), int(length), int(scale), number, fields))
        for k in range(int(count) if count else 1):
            item = int(first, 16) + k * (int(step, 16) if step else 0)
            yield from ((item, *shape) for shape in shapes)


def rules645(units: dict[str, int]) -> Iterator[Rule]:
    """The rules in the file; ``units`` takes the units that are new to it, each with the next number."""
    text = (files(__package__) / "data" / FILE).read_text("utf-8")
    known: dict[str, tuple[Part, ...]] = {}
    for line in csv.DictReader(text.splitlines()):
        spans = [tuple(int(end, 16) for end in span.split("-")) for span in line["di"].split(".")]
        b3, b2, b1, b0 = spans if len(spans) == 4 else ((columns.EDITION_1997,), spans[0], (0,), spans[1])
        if line["parts"] not in known:
            known[line["parts"]] = tuple(_parts(line["parts"], units))
        rest = b1[0], b1[-1], b0[0], b0[-1], int(line["keep"], 16), known[line["parts"]]
        for page in range(b3[0], b3[-1] + 1):
            yield from ((page, second, *rest) for second in range(b2[0], b2[-1] + 1))


@cache
def items645() -> Table:
    """The items of both editions of DL/T 645 that meterwire's catalogue holds."""
    units = {"": 0}
    made = columns.Layout(rules645(units))
    return Table(made, tuple(units))
