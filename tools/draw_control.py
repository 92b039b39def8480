"""Draw docs/images/control.svg from the table of states of a controllable data object.

    PYTHONPATH=build/linktree python tools/draw_control.py          write the picture

Where a state stands is said here; what leads from one to another, and by what name, is read from the table. A state or a
transition the table gains is in the picture without anybody drawing it (a state without a place is an error).
"""

from html import escape
from math import hypot
from pathlib import Path

from meterwire.acsi.control_state import TRANSITIONS, State

__all__ = ["TARGET", "draw"]

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images" / "control.svg"
WIDTH, HEIGHT = 1120, 640
BOX, TALL = 168, 54
PLACES = {
    State.UNSELECTED: (130, 320),
    State.SELECTING: (400, 60),
    State.SELECTED: (860, 100),
    State.TESTING: (620, 320),
    State.WAITING: (380, 590),
    State.EXECUTING: (880, 560),
}
"""Middle of each state."""
NOTES = {
    State.UNSELECTED: "direct models: ready",
    State.SELECTING: "hooks are asked",
    State.SELECTED: "one client's, until sboTimeout",
    State.TESTING: "rules and hooks are asked",
    State.WAITING: "for operTm",
    State.EXECUTING: "the handler works",
}
STYLE = """
text { font-family: "DejaVu Sans", "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2937 }
.name { font-size: 15px; font-weight: 600; text-anchor: middle }
.note { font-size: 10.5px; fill: #64748b; text-anchor: middle }
.label { font-size: 11.5px; fill: #334155; text-anchor: middle; paint-order: stroke; stroke: #fff; stroke-width: 4px }
.box { fill: #eef2ff; stroke: #6366f1; stroke-width: 1.4 }
.line { fill: none; stroke: #64748b; stroke-width: 1.3; marker-end: url(#tip) }
"""
BEND = 34
"""How far a line swings out, so that the way back is another one."""
LINE = 14


def edge(x: float, y: float, towards: tuple[float, float]) -> tuple[float, float]:
    """Where a line from the middle of a box towards a point leaves the box."""
    dx, dy = towards[0] - x, towards[1] - y
    scale = min((BOX / 2 + 4) / abs(dx) if dx else 9e9, (TALL / 2 + 4) / abs(dy) if dy else 9e9)
    return x + dx * scale, y + dy * scale


def arrow(source: State, target: State, labels: list[str]) -> list[str]:
    (ax, ay), (bx, by) = PLACES[source], PLACES[target]
    length = hypot(bx - ax, by - ay)
    # The control point lies to the right of the way, seen from above.
    cx = (ax + bx) / 2 - (by - ay) / length * 2 * BEND
    cy = (ay + by) / 2 + (bx - ax) / length * 2 * BEND
    x1, y1 = edge(ax, ay, (cx, cy))
    x2, y2 = edge(bx, by, (cx, cy))
    mx, my = (x1 + 2 * cx + x2) / 4, (y1 + 2 * cy + y2) / 4
    top = my - (len(labels) - 1) * LINE / 2 + 4
    texts = [
        f'<text class="label" x="{mx:.0f}" y="{top + i * LINE:.0f}">{escape(label)}</text>'
        for i, label in enumerate(labels)
    ]
    return [f'<path class="line" d="M{x1:.0f} {y1:.0f} Q{cx:.0f} {cy:.0f} {x2:.0f} {y2:.0f}"/>', *texts]


def draw() -> str:
    """The picture."""
    ways: dict[tuple[State, State], list[str]] = {}
    for (source, stimulus), target in TRANSITIONS.items():
        ways.setdefault((source, target), []).append(stimulus.value)
    lines, texts = [], []
    for (source, target), labels in ways.items():
        path, *told = arrow(source, target, labels)
        lines.append(path)
        texts += told
    boxes = []
    for state in State:
        x, y = PLACES[state]
        boxes += [
            f'<rect class="box" x="{x - BOX / 2:.0f}" y="{y - TALL / 2:.0f}" width="{BOX}" height="{TALL}" rx="9"/>',
            f'<text class="name" x="{x}" y="{y - 2}">{state.value}</text>',
            f'<text class="note" x="{x}" y="{y + 15}">{NOTES[state]}</text>',
        ]
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    marker = f'<defs>{tip}<path d="M0 0 8 4 0 8z" fill="#64748b"/></marker></defs>'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", marker, ground, *lines, *boxes, *texts, "</svg>", ""])


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
