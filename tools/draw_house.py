"""Draw docs/images/house.svg from the imports of the code itself.

    python tools/draw_house.py          write the picture
    python tools/draw_house.py --check  exit 1 when the picture is not what the code would draw

Floors are bands, rooms are boxes, and every imported room has one riser: a line going up from it through the floors, into
which its importers join. So ten importers cost one line, and a line passes between boxes instead of behind them. What
every room imports (``errors``) is drawn as the foundation, without lines.
"""

import sys
from collections import defaultdict
from colorsys import hls_to_rgb
from dataclasses import dataclass, field
from html import escape
from itertools import combinations, pairwise
from zlib import crc32

from house import FLOORS, ROOT, WITHIN, floor_of, modules, room_of

__all__ = ["draw"]

PICTURE = ROOT / "docs" / "images" / "house.svg"
TITLES = {
    "errors": "ground",
    "protocols": "codecs",
    "models": "model",
    "acsi": "behaviour",
    "scl": "documents",
    "binding": "binding",
    "net": "transport",
    "client": "both ends",
    "terminals": "at work",
    "cli": "command line",
}
"""What a floor is called, by its first room."""
FOUNDATION = "errors"

LEFT, RIGHT, TOP = 118, 26, 76
BOX, WIDE_BOX, CHAR, LINE = 168, 264, 6.05, 14
STARTS, SWEEPS, CROSSING = 40, 16, 60
ROW_GAP, BAND_PAD, COLUMN_GAP, RISER = 40, 14, 22, 10
STYLE = """
text { font-family: "DejaVu Sans", "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2937 }
.name { font-size: 14px; font-weight: 600 }
.list { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 10px; fill: #64748b }
.floor { font-size: 22px; font-weight: 700; fill: #94a3b8 }
.label { font-size: 11px; fill: #64748b }
.head { font-size: 19px; font-weight: 600 }
.note { font-size: 12px; fill: #475569 }
.line { fill: none; stroke-width: 1.6; stroke-opacity: .75 }
"""


@dataclass(eq=False)
class Node:
    """A room, or the place where a riser passes a row."""

    room: str
    row: int
    width: float
    lines: list[str] = field(default_factory=list)
    is_riser: bool = False
    x: float = 0.0
    """Of its middle."""


def wrapped(words: list[str], width: float) -> list[str]:
    """Break a list of names into lines that fit."""
    lines = [""]
    for word in words:
        grown = f"{lines[-1]}  {word}" if lines[-1] else word
        if len(grown) * CHAR > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = grown
    return [line for line in lines if line]


def level(room: str, present: set[str]) -> int:
    """Return how high a room stands inside its floor: above the peers it is allowed to import."""
    return max(
        (1 + level(peer, present) for peer in WITHIN.get(room, ()) if peer in present and peer != FOUNDATION), default=0
    )


def read_house() -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    """Return the modules of each room, and the rooms that each room imports."""
    inside: dict[str, list[str]] = defaultdict(list)
    uses: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        room = room_of(module.name)
        if (
            room in {"", "protocols"} or module.name == "meterwire.__main__"
        ):  # doors, and a package that only holds rooms
            continue
        short, _, deeper = module.name.removeprefix(f"meterwire.{room}").strip(".").partition(".")
        folder = bool(deeper) or (module.is_package and bool(short))
        inside[room] += [f"{short}/" if folder else short] if short and short != "__main__" else []
        uses[room] |= {room_of(item.target) for item in module.imports if item.target.split(".")[0] == "meterwire"}
    known = {room: list(dict.fromkeys(names)) for room, names in inside.items()}
    return known, {room: (uses[room] & set(known)) - {room} for room in known}


def lay_rows(inside: dict[str, list[str]]) -> tuple[dict[str, Node], list[int]]:
    """Give each room its box and row (0 is the lowest), and each row its floor."""
    present = set(inside)
    keys = sorted({(floor_of(room), level(room, present)) for room in present if room != FOUNDATION})
    nodes = {}
    for room in sorted(present - {FOUNDATION}):
        width = WIDE_BOX if len(inside[room]) > 6 else BOX
        row = keys.index((floor_of(room), level(room, present)))
        nodes[room] = Node(room, row, width, wrapped(inside[room], width - 20))
    return nodes, [floor for floor, _ in keys]


def raise_risers(nodes: dict[str, Node], uses: dict[str, set[str]]) -> list[tuple[Node, Node]]:
    """Connect importers to what they import, one row at a time, sharing one riser per imported room."""
    risers: dict[tuple[str, int], Node] = {}
    joints: list[tuple[Node, Node]] = []

    def passing(room: str, row: int) -> Node:
        if row == nodes[room].row:
            return nodes[room]
        if (room, row) not in risers:
            risers[room, row] = Node(room, row, RISER, is_riser=True)
            joints.append((risers[room, row], passing(room, row - 1)))
        return risers[room, row]

    for room in sorted(nodes):
        below = nodes[room].row - 1
        used = sorted(other for other in uses[room] & set(nodes) if nodes[other].row <= below)
        joints.extend([(nodes[room], passing(other, below)) for other in used])
    return joints


def arrange(rows: list[list[Node]], joints: list[tuple[Node, Node]], width: float) -> None:
    """Order each row by the middle of its neighbours and push them together, from many starts; keep the calmest."""
    near: dict[Node, list[Node]] = defaultdict(list)
    for upper, lower in joints:
        weight = 3 if upper.is_riser else 1  # a riser that stays upright is easier to follow than a short join
        near[upper] += [lower] * weight
        near[lower] += [upper] * weight
    best: tuple[float, list[list[Node]], dict[Node, float]] | None = None
    for start in range(STARTS):
        for row in rows:
            row.sort(key=lambda node: crc32(f"{start}{node.room}".encode()))
            for place, node in enumerate(row):
                node.x = width * (place + 0.5) / len(row)
        for turn in range(SWEEPS):
            sweep(rows if turn % 2 else rows[::-1], near, width, reorder=True)
            cost = unrest(joints)
            if best is None or cost < best[0]:
                best = cost, [list(row) for row in rows], {node: node.x for row in rows for node in row}
    assert best is not None
    rows[:] = best[1]
    for node, x in best[2].items():
        node.x = x
    for turn in range(SWEEPS):
        sweep(rows if turn % 2 else rows[::-1], near, width, reorder=False)


def sweep(rows: list[list[Node]], near: dict[Node, list[Node]], width: float, *, reorder: bool) -> None:
    """Draw every row towards its neighbours once."""
    for row in rows:
        wish = {node: sum(other.x for other in near[node]) / len(near[node]) if near[node] else node.x for node in row}
        if reorder:
            row.sort(key=lambda node: (wish[node], node.room))
        settle(row, wish, width)


def unrest(joints: list[tuple[Node, Node]]) -> float:
    """Tell how hard a drawing is to follow: crossings of lines, and how far they lead sideways."""
    by_row: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for upper, lower in joints:
        by_row[upper.row].append((upper.x, lower.x))
    crossings = sum(
        (one[0] - two[0]) * (one[1] - two[1]) < 0 for pairs in by_row.values() for one, two in combinations(pairs, 2)
    )
    return CROSSING * crossings + sum(abs(upper.x - lower.x) for upper, lower in joints)


def settle(row: list[Node], wish: dict[Node, float], width: float) -> None:
    """Place a row as near to its wishes as its order and the gaps allow."""
    gaps = [(one.width + two.width) / 2 + COLUMN_GAP for one, two in pairwise(row)]
    low, high = [], []
    for place, node in enumerate(row):
        low.append(max(wish[node], low[-1] + gaps[place - 1]) if low else max(wish[node], node.width / 2))
    for place, node in reversed(list(enumerate(row))):
        bound = width - node.width / 2
        high.insert(0, min(wish[node], high[0] - gaps[place]) if high else min(wish[node], bound))
    for place, node in enumerate(row):
        node.x = (low[place] + high[place]) / 2
    for place, node in enumerate(row):
        least = row[place - 1].x + gaps[place - 1] if place else node.width / 2
        node.x = max(node.x, least)
    if row and (over := row[-1].x + row[-1].width / 2 - width) > 0:
        for node in row:
            node.x -= over
        for place, node in enumerate(row):
            least = row[place - 1].x + gaps[place - 1] if place else node.width / 2
            node.x = max(node.x, least)


def draw() -> str:
    """Return the picture as SVG text; the same code always gives the same text."""
    inside, uses = read_house()
    nodes, floor_of_row = lay_rows(inside)
    joints = raise_risers(nodes, uses)
    all_nodes = list(dict.fromkeys([*nodes.values(), *(node for joint in joints for node in joint)]))
    rows = [[node for node in all_nodes if node.row == row] for row in range(len(floor_of_row))]
    needed = [sum(node.width for node in row) + COLUMN_GAP * (len(row) - 1) for row in rows]
    width = max(*needed, 5 * BOX)
    arrange(rows, joints, width)

    heights = [max([34 + LINE * len(node.lines) for node in row if not node.is_riser], default=34) for row in rows]
    tops, y = [0.0] * len(rows), float(TOP)
    bands: dict[int, list[float]] = {}
    for row in reversed(range(len(rows))):
        new_floor = floor_of_row[row] not in bands
        y += (BAND_PAD if new_floor else 0) + (0 if row == len(rows) - 1 else ROW_GAP)
        bands.setdefault(floor_of_row[row], [y - BAND_PAD, 0])
        tops[row] = y
        y += heights[row]
        bands[floor_of_row[row]][1] = y + BAND_PAD
        y += BAND_PAD if row == 0 or floor_of_row[row - 1] != floor_of_row[row] else 0

    total = LEFT + width + RIGHT
    slab = y + 8
    out = [
        *_bands(bands, total),
        *_lines(joints, tops, heights),
        *_boxes(nodes, tops, heights),
        *_slab(inside, uses, slab, width),
    ]
    height = slab + 62
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {height:.0f}" width="{total:.0f}" height="{height:.0f}" role="img" aria-label="Floors of meterwire and their imports">',
            f"<style>{STYLE}</style>",
            f'<rect width="{total:.0f}" height="{height:.0f}" rx="10" fill="#ffffff"/>',
            f'<text class="head" x="{LEFT}" y="34">The house, drawn from its imports</text>',
            f'<text class="note" x="{LEFT}" y="54">A line leads from a room down to what it imports; lines of one colour end in the same room.</text>',
            *out,
            "</svg>",
            "",
        ]
    )


def _bands(bands: dict[int, list[float]], total: float) -> list[str]:
    out = []
    for floor, (top, bottom) in bands.items():
        middle = (top + bottom) / 2
        out += [
            f'<rect x="14" y="{top:.0f}" width="{total - 28:.0f}" height="{bottom - top:.0f}" rx="8" fill="#f1f5f9"/>',
            f'<text class="floor" x="28" y="{middle + 2:.0f}">{floor}</text>',
            f'<text class="label" x="28" y="{middle + 18:.0f}">{TITLES[FLOORS[floor][0]]}</text>',
        ]
    return out


def colour(place: int) -> str:
    """Return the colour of the n-th room: hues a golden angle apart, in turn darker and lighter."""
    lightness = (0.32, 0.40, 0.48)[place % 3]
    return "#" + "".join(f"{round(255 * part):02x}" for part in hls_to_rgb(place * 0.381966 % 1, lightness, 0.64))


def _lines(joints: list[tuple[Node, Node]], tops: list[float], heights: list[float]) -> list[str]:
    targets = sorted({lower.room for _, lower in joints})
    ink = {room: colour(place) for place, room in enumerate(targets)}
    out = []
    for upper, lower in joints:
        x1, x2 = LEFT + upper.x, LEFT + lower.x
        y1 = tops[upper.row] + heights[upper.row]
        y2 = tops[lower.row] - (0 if lower.is_riser else 6)
        bend = (y2 - y1) / 2
        start = f"M{x1:.0f} {tops[upper.row]:.0f}V{y1:.0f}" if upper.is_riser else f"M{x1:.0f} {y1:.0f}"
        curve = f"C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
        out.append(f'<path class="line" stroke="{ink[lower.room]}" d="{start}{curve}"/>')
        if not lower.is_riser:
            out.append(f'<path fill="{ink[lower.room]}" d="M{x2 - 4:.0f} {y2 - 2:.0f}h8l-4 8z"/>')
    return list(dict.fromkeys(out))


def _boxes(nodes: dict[str, Node], tops: list[float], heights: list[float]) -> list[str]:
    out = []
    for node in nodes.values():
        x, y = LEFT + node.x - node.width / 2, tops[node.row]
        out.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{node.width:.0f}" height="{heights[node.row]:.0f}" rx="6" fill="#ffffff" stroke="#94a3b8"/>'
        )
        out.append(f'<text class="name" x="{x + 10:.0f}" y="{y + 21:.0f}">{escape(node.room)}</text>')
        for place, line in enumerate(node.lines):
            out.append(
                f'<text class="list" xml:space="preserve" x="{x + 10:.0f}" y="{y + 37 + LINE * place:.0f}">{escape(line)}</text>'
            )
    return out


def _slab(inside: dict[str, list[str]], uses: dict[str, set[str]], y: float, width: float) -> list[str]:
    users = sum(FOUNDATION in used for used in uses.values())
    return [
        f'<rect x="{LEFT}" y="{y:.0f}" width="{width:.0f}" height="40" rx="6" fill="#334155"/>',
        f'<text class="name" x="{LEFT + 14}" y="{y + 25:.0f}" style="fill:#ffffff">{FOUNDATION}</text>',
        f'<text class="note" x="{LEFT + 80}" y="{y + 25:.0f}" style="fill:#cbd5e1">the foundation: imported by {users} of the {len(inside) - 1} rooms above</text>',
    ]


def main() -> int:
    """Write or check the picture."""
    picture = draw()
    if "--check" in sys.argv[1:]:
        current = PICTURE.read_text("utf-8") if PICTURE.exists() else ""
        if current != picture:
            print("docs/images/house.svg is not what the code draws; run: make house")
            return 1
        return 0
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture, "utf-8")
    print(PICTURE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
