"""Write src/_accel/data/dlt645.csv: the catalogue of DL/T 645 as the embeddable parser needs it.

    PYTHONPATH=build/linktree python tools/write_layout.py

Run it after a change of the catalogue; a test compares. src/_accel/layout.py tells the format.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from meterwire.protocols.dlt645 import catalogue, expand
from meterwire.protocols.dlt645.items import Item

TARGET = Path(__file__).resolve().parent.parent / "src" / "_accel" / "data" / "dlt645.csv"
ALL = 0xFFFFFFFF
KINDS = {"bcd", "digits", "bits", "clock"}
LONGEST = {"bits": 7}

Area = tuple[int, int, int, int]
"""DI1 from, to, DI0 from, to."""


def shape(item: Item) -> str:
    """The parts of one item."""
    parts = []
    for number, part in enumerate(item.formats):
        kind = part.kind if part.kind in KINDS and part.length <= LONGEST.get(part.kind, 8) else "opaque"
        if kind == "bcd" and item.signed and number == 0:
            kind = "signed"
        unit = part.text if kind == "clock" else item.unit if number == 0 else ""
        parts.append(f"{kind} {part.length} {part.exponent if kind in {'bcd', 'signed'} else 0} {unit}".rstrip())
    return ";".join(parts)


def runs(members: list[tuple[int, str]]) -> str:
    """Items in wire order, those alike and evenly apart written as one."""
    found: list[list[int | str]] = []
    for item, described in members:
        if found and found[-1][3] == described:
            first, step, count = (int(value) for value in found[-1][:3])
            if count == 1 or item - first == step * count:
                found[-1][1:3] = [item - first if count == 1 else step, count + 1]
                continue
        found.append([item, 0, 1, described])
    return "|".join(
        f"{first:08X}{f'+{step:X}*{count}' if count != 1 else ''} {described}"
        for first, step, count, described in found
    )


def areas(cells: dict[tuple[int, int], str]) -> Iterator[tuple[Area, str]]:
    """Cells (DI1, DI0) of the same content joined to rectangles."""
    rows: dict[tuple[int, int, str], list[int]] = {}
    for b1, line in groupby(sorted(cells), key=lambda cell: cell[0]):
        run: list[int] = []
        for b0 in [cell[1] for cell in line] + [-1]:
            if run and (b0 != run[-1] + 1 or cells[b1, b0] != cells[b1, run[0]]):
                rows.setdefault((run[0], run[-1], cells[b1, run[0]]), []).append(b1)
                run = []
            run.append(b0)
    for (low, high, content), b1s in rows.items():
        for _, group in groupby(enumerate(b1s), key=lambda pair: pair[1] - pair[0]):
            together = [b1 for _, b1 in group]
            yield (together[0], together[-1], low, high), content


def block(di: str) -> str:
    """``keep,parts`` of a block, empty when ``di`` is none or has members without a format."""
    members = expand(di)
    if not members or not all(member.format for member in members):
        return ""
    asked = int(di, 16)
    change = 0
    for member in members:
        change |= int(member.di, 16) ^ asked
    keep = ALL
    for place in range(0, 32, 8):
        if change >> place & 0xFF:
            keep &= ~(0xFF << place)
    if keep == ALL:
        return ""
    return f"{keep:08X},{runs([(int(member.di, 16) & ~keep, shape(member)) for member in members])}"


def lines() -> Iterator[str]:
    """The file, line by line."""
    yield "edition,di,keep,parts"
    cells: dict[str, dict[tuple[int, int], str]] = {}
    for item in catalogue():
        if item.format:
            cells.setdefault(item.di[:-4], {})[int(item.di[-4:-2], 16), int(item.di[-2:], 16)] = (
                f"{ALL:08X},{runs([(0, shape(item))])}"
            )
    for page, known in cells.items():
        first = {b1 for b1, _ in known} | {0xFF}
        second = {b0 for _, b0 in known} | {0xFF}
        for b1, b0 in sorted(asked(first, second) - set(known)):
            if content := block(f"{page}{b1:02X}{b0:02X}"):
                known[b1, b0] = content
    for page in sorted(cells, key=lambda page: (-len(page), page)):
        edition, fixed = ("2007", [page[:2], page[2:]]) if page else ("1997", [])
        for (b1_low, b1_high, b0_low, b0_high), content in sorted(areas(cells[page])):
            di = ".".join([*fixed, span(b1_low, b1_high), span(b0_low, b0_high)])
            for text in split_1997(di) if edition == "1997" else [di]:
                yield f"{edition},{text},{content}"


def asked(first: Iterable[int], second: Iterable[int]) -> set[tuple[int, int]]:
    """Identifiers that may be blocks: some field is FF, or ends in F as in 1997."""
    return {
        (b1, b0) for b1 in first for b0 in {*second, *(b0 | 0x0F for b0 in second)} if 0xFF in (b1, b0) or b0 & 15 == 15
    }


def split_1997(di: str) -> Iterator[str]:
    """A rule of 1997 has one DI1."""
    b1, _, b0 = di.partition(".")
    low, _, high = b1.partition("-")
    for value in range(int(low, 16), int(high or low, 16) + 1):
        yield f"{value:02X}.{b0}"


def span(low: int, high: int) -> str:
    """``03`` or ``03-05``."""
    return f"{low:02X}" if low == high else f"{low:02X}-{high:02X}"


if __name__ == "__main__":
    TARGET.write_text("\n".join(lines()) + "\n", "utf-8")
    print(TARGET)
