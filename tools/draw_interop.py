#!/usr/bin/env python3
"""Draw docs/interop.md from the tables of the tests: tests/interop/matrix.py and tests/must_not_happen.py."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "interop.md"
HEAD = """# Interoperability

Drawn by tools/draw_interop.py from tests/interop/matrix.py and tests/must_not_happen.py; do not edit.

Two foreign stacks run as processes of their own beside ours: libIEC61850 1.6.1 (C, from PyPI pyiec61850-ng 1.6.1.10) and
iec61850 0.14.0 (Rust, from PyPI). Every session goes through a recorder, and Wireshark's dissectors must find each MMS PDU in
it and nothing to complain of. Values are compared one by one with what the server holds, and what a request changes is
looked up there.

**tested**: a test runs this service between the two. **lacks**: the foreign side cannot; that is tested as well, so a new
release that can will be noticed. TLS is not in the table.
"""


def load(path: Path) -> ModuleType:
    """A table by its path: the test folders are no packages."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def cell(one: object) -> str:
    """What a cell says."""
    if hasattr(one, "by"):
        return f"tested; {lacks(one.but)}" if one.but else "tested"  # type: ignore[attr-defined]
    return lacks(one)


def lacks(one: object) -> str:
    """What the peer lacks."""
    return f"lacks: {one.what}"  # type: ignore[attr-defined]


def render() -> str:
    """The whole page."""
    matrix = load(ROOT / "tests" / "interop" / "matrix.py")
    table = load(ROOT / "tests" / "must_not_happen.py")
    lines = [HEAD, "| service | " + " | ".join(matrix.PAIRINGS.values()) + " |", "|---" * 5 + "|"]
    group = ""
    for service, row in matrix.MATRIX.items():
        if row.group != group:
            group = row.group
            lines.append(f"| **{group}** |  |  |  |  |")
        lines.append(f"| {service} | " + " | ".join(cell(row.cells[pairing]) for pairing in matrix.PAIRINGS) + " |")
    lines += ["", "## Must not happen", "", "Complaints about existing stacks, and the tests that keep them away.", ""]
    for complaint, tests in (*table.COMPLAINTS.items(), *table.BEHAVIOUR.items()):
        lines += [f"- {complaint}", *(f"  - `{test}`" for test in tests)]
    lines += ["", "Every setting of a server does something:", "", "| setting | shown by |", "|---|---|"]
    lines += [f"| `{setting}` | `{test}` |" for setting, test in table.SETTINGS.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), "utf-8")
