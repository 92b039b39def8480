"""Write src/_accel/data/dlt645.csv: the catalogue of DL/T 645 as the embeddable parser needs it.

    make layout          (or PYTHONPATH=build/linktree python tools/write_layout.py)

Run it after a change of the catalogue; a test compares. src/_accel/layout.py tells the format.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from meterwire.protocols.dlt645 import catalogue, expand
from meterwire.protocols.dlt645.items import Item
from meterwire.protocols.dlt645.layouts import Part

TARGET = Path(__file__).resolve().parent.parent / "src" / "_accel" / "data" / "dlt645.csv"
ALL = 0xFFFFFFFF
KINDS = {"bcd", "digits", "bits", "clock"}
LONGEST = {"bits": 7}
OPAQUE = "opaque 1 0"

Area = tuple[int, int, int, int]
"""DI1 from, to, DI0 from, to."""


def shape(item: Item) -> str:
    """The parts of one item; what repeats as often as the meter likes, or has a form of its own, is not taken apart."""
    layout = item.layout
    if layout.tail or not layout.fixed:
        return OPAQUE
    return ";".join(part_of(part) for part in layout.fixed)


def part_of(part: Part) -> str:
    """Kind, octets, scale and unit of one part."""
    form = part.format
    kind = form.kind if form.kind in KINDS and form.length <= LONGEST.get(form.kind, 8) else "opaque"
    scale = form.exponent if kind == "bcd" else 0
    if kind == "bcd" and part.signed:
        kind = "signed"
    unit = form.text if kind == "clock" else part.unit
    return f"{kind} {form.length} {scale} {unit}".rstrip()


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
        for first, last in ranges(b1s):
            yield (first, last, low, high), content


def block(di: str) -> str:
    """``keep,parts`` of a block, empty when ``di`` is none."""
    members = expand(di)
    if not members:
        return ""
    if any(member.layout.tail or not member.layout.fixed for member in members):
        return f"{ALL:08X},{runs([(0, OPAQUE)])}"
    asked = int(di, 16)
    change = 0
    for member in members:
        change |= int(member.di, 16) ^ asked
    keep = ALL
    for place in range(0, 32, 8):
        if change >> place & 0xFF:
            keep &= ~(0xFF << place)
    return f"{keep:08X},{runs([(int(member.di, 16) & ~keep, shape(member)) for member in members])}"


def lines() -> Iterator[str]:
    """The file, line by line."""
    yield "edition,di,keep,parts"
    cells: dict[tuple[int, ...], dict[tuple[int, int], str]] = {}
    for item in catalogue():
        *page, b1, b0 = bytes.fromhex(item.di)
        cells.setdefault(tuple(page), {})[b1, b0] = f"{ALL:08X},{runs([(0, shape(item))])}"
    for page, known in cells.items():
        for b1, b0 in sorted(asked(known, is_old=not page) - set(known)):
            if content := block(f"{bytes((*page, b1, b0)).hex().upper()}"):
                known[b1, b0] = content
    pages: dict[tuple[Area, str], list[tuple[int, ...]]] = {}
    for page, known in cells.items():
        for area in areas(known):
            pages.setdefault(area, []).append(page)
    yield from sorted(
        f"{'2007' if fixed else '1997'},{'.'.join([*fixed, *(span(*ends) for ends in (area[:2], area[2:]))])},{content}"
        for (area, content), alike in pages.items()
        for fixed in together(alike)
    )


def together(pages: list[tuple[int, ...]]) -> Iterator[list[str]]:
    """DI3 and DI2 with the same rule: DI2 that follow each other as one range, then DI3 that do."""
    if pages == [()]:
        yield []
        return
    columns: dict[tuple[int, int], list[int]] = {}
    for b3, group in groupby(sorted(pages), key=lambda page: page[0]):
        for low, high in ranges([page[1] for page in group]):
            columns.setdefault((low, high), []).append(b3)
    for (low, high), b3s in columns.items():
        for first, last in ranges(b3s):
            yield [span(first, last), span(low, high)]


def ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Ascending numbers as ranges."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


def asked(known: Iterable[tuple[int, int]], *, is_old: bool) -> set[tuple[int, int]]:
    """Identifiers that may be blocks: DI1 or DI0 is FF; in 1997 DI0 ends in F."""
    if is_old:
        return {(b1, b0 | 0x0F) for b1, b0 in known}
    return {(0xFF, b0) for _, b0 in known} | {(b1, 0xFF) for b1, _ in known} | {(0xFF, 0xFF)}


def span(low: int, high: int) -> str:
    """``03`` or ``03-05``."""
    return f"{low:02X}" if low == high else f"{low:02X}-{high:02X}"


if __name__ == "__main__":
    TARGET.write_text("\n".join(lines()) + "\n", "utf-8")
    print(TARGET)
