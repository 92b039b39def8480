"""``meterwire items``: the catalogue of what a meter's dialect can name."""

from collections.abc import Callable, Iterator
from typing import Annotated, Final, NamedTuple

import typer
from rich.table import Table
from rich.text import Text

from ..errors import UnknownNameError, UsageError
from ..protocols import dlt645
from ..protocols.dlt698 import items as items698
from .output import console, emit

__all__ = ["KINDS", "Part", "Row", "items"]


class Part(NamedTuple):
    """One value within an item."""

    key: str
    """What a reading adds to the identifier, such as ``begin``."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    unit: str
    """Unit, empty when it has none."""
    format: str
    """How it lies on the wire; ``*14`` for up to fourteen of them."""


class Row(NamedTuple):
    """One item as a table shows it."""

    code: str
    """Identifier; letters that are no hex digits stand for an open place."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    unit: str
    """Unit, empty when it has none."""
    format: str
    """How the value lies on the wire."""
    access: str
    """``r``, ``w`` or ``rw``."""
    edition: str
    """Edition of the standard, with the amendment; of 698 the interface class."""
    source: str
    """What the row rests on."""
    parts: tuple[Part, ...] = ()
    """The values of a record, in wire order."""


def _dlt645(text: str) -> Iterator[Row]:
    for item in dlt645.search(text):
        layout = item.layout if item.format.startswith("@") and "#" not in item.format else None
        parts = [(part, "") for part in layout.fixed] if layout else []
        parts += [(part, f"*{layout.times}") for part in layout.tail] if layout else []
        yield Row(
            item.di, item.name, item.name_zh, item.unit, item.format, item.access, item.edition, item.source,
            tuple(Part(p.key, p.name, p.name_zh, p.unit, p.format.text + times) for p, times in parts),
        )  # fmt: skip


def _dlt698(text: str) -> Iterator[Row]:
    for item in items698.search(text):
        shown = item.attribute(2) or item.attributes[0]
        # methods share their numbers with attributes: they are told apart by the letter in front
        parts = [Part(str(p.number), p.name, p.name_zh, p.unit, p.type) for p in item.attributes]
        parts += [Part(f"m{p.number}", p.name, p.name_zh, p.unit, p.type) for p in item.methods]
        yield Row(
            f"{item.oi}", item.name, item.name_zh, item.unit, shown.type, shown.access, f"IC {item.ic}", item.source,
            tuple(parts),
        )  # fmt: skip


KINDS: Final[dict[str, Callable[[str], Iterator[Row]]]] = {"645": _dlt645, "698": _dlt698}
"""A dialect to the rows of its catalogue that hold the words of a text; all of them for an empty text."""
HEADS: Final = ("code", "name", "名称", "unit", "format", "access", "edition", "source")


def items(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"Dialect: {', '.join(KINDS)}.")],
    search: Annotated[
        str, typer.Option("--search", "-s", metavar="TEXT", help="Words in code, unit, English or Chinese name.")
    ] = "",
    parts: Annotated[bool, typer.Option("--parts", help="The values within records, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per item, with its parts.")] = False,
) -> int:
    """List what a meter can be asked: code, names, unit, format."""
    if kind not in KINDS:
        msg = f"no catalogue {kind!r}; there are {', '.join(KINDS)}"
        raise UsageError(msg)
    rows = list(KINDS[kind](search))
    if not rows:
        msg = f"no item of {kind} holds {search!r}; try one word, or the first digits of the code"
        raise UnknownNameError(msg)
    if as_json:
        for row in rows:
            emit({**row._asdict(), "parts": [part._asdict() for part in row.parts]})
    else:
        _show(rows, with_parts=parts)
    return 0


def _show(rows: list[Row], *, with_parts: bool) -> None:
    table = Table(box=None, pad_edge=False)
    for head in HEADS:
        table.add_column(head, no_wrap=head == "code")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row[: len(HEADS)]))
        for part in row.parts if with_parts else ():
            table.add_row(*map(Text, (f"  .{part.key}", *part[1:])))
    console().print(table)
