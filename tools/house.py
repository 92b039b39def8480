"""The house as data: its floors, and what the source files really import.

``FLOORS`` is the one table of floors; tests/architecture checks the code against it and tools/draw_house.py draws it.
docs/architecture.md gives the reasons. Imports are read with ``ast``, so nothing is executed.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = [
    "BELOW_NET_FORBIDDEN",
    "FLOORS",
    "ROOT",
    "WITHIN",
    "Import",
    "Module",
    "cycles",
    "floor_of",
    "modules",
    "room_of",
]

ROOT = Path(__file__).resolve().parent.parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "wire", "reading", "anatomy", "_accel"),
    ("protocols", "security"),
    ("models",),
    ("acsi",),
    ("scl",),
    ("binding",),
    ("net",),
    ("client", "server", "sync", "fuzz", "fleet", "web"),
    ("terminals", "conform"),
    ("cli",),
)
"""Lowest first. A module imports its own room and lower floors; WITHIN lists what is allowed on one floor."""

WITHIN: dict[str, tuple[str, ...]] = {
    # the same client, called without an event loop
    "sync": ("client",),
    # every room may raise our errors
    "wire": ("errors",),
    "reading": ("errors",),
    "anatomy": ("errors",),
    "_accel": ("errors",),
    # MMS rides on the OSI layers, and both speak BER, as GOOSE and SV do
    "protocols.osi": ("protocols.ber",),
    "protocols.mms": ("protocols.ber", "protocols.osi"),
    # one view over all dialects, for decode
    "protocols.detect": (
        "protocols.capture",
        "protocols.dlt645",
        "protocols.dlt698",
        "protocols.mms",
        "protocols.osi",
    ),
    "protocols.goose": ("protocols.ber",),
    "protocols.sv": ("protocols.ber",),
}

BELOW_NET_FORBIDDEN = frozenset(
    {"asyncio", "logging", "multiprocessing", "select", "selectors", "serial", "signal", "socket", "ssl", "subprocess"}
    | {"threading", "time", "uvloop"}
)
"""A codec or engine sees no socket, clock, loop, process or log."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's target, as an absolute name."""

    target: str
    line: int
    lazy: bool
    """Inside a function or under TYPE_CHECKING: counts for floors, not for cycles at import time."""


@dataclass(frozen=True, slots=True)
class Module:
    """One source file of the package."""

    name: str
    path: Path
    is_package: bool
    imports: tuple[Import, ...]

    @property
    def is_public(self) -> bool:
        """True when no part of the name starts with an underscore."""
        return not any(part.startswith("_") for part in self.name.split("."))


def _module_name(path: Path) -> str:
    for folder, package in ((ROOT / "src", "meterwire"), (ROOT / "scl", "meterwire.scl")):
        if path.is_relative_to(folder):
            parts = path.relative_to(folder).with_suffix("").parts
            return ".".join([package, *(part for part in parts if part != "__init__")])
    raise ValueError(path)


def _parse(path: Path) -> ast.Module:
    text = path.read_text("utf-8")
    if path.suffix == ".pyx":  # not Python: take the import lines alone
        found = re.findall(r"^[ \t]*((?:from[ \t]+[.\w]+[ \t]+)?import[ \t][^#\n(]+)", text, re.MULTILINE)
        text = "\n".join(found)
    return ast.parse(text)


def _statements(node: ast.AST, *, lazy: bool = False) -> list[tuple[ast.Import | ast.ImportFrom, bool]]:
    found: list[tuple[ast.Import | ast.ImportFrom, bool]] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            found.append((child, lazy))
            continue
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or typing_only
        found += _statements(child, lazy=lazy or inside)
    return found


def _targets(node: ast.Import | ast.ImportFrom, module: str, *, is_package: bool, known: frozenset[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        parts = module.split(".")
        parts = parts[: len(parts) - node.level + is_package]
        base = ".".join([*parts, *([node.module] if node.module else [])])
    return [full if (full := f"{base}.{alias.name}") in known else base for alias in node.names]


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package with its imports, sorted by name."""
    paths = [
        path
        for folder in (ROOT / "src", ROOT / "scl")
        for path in sorted(folder.rglob("*.py*"))
        if path.suffix in {".py", ".pyx"}
    ]
    known = frozenset(_module_name(path) for path in paths)
    result = []
    for path in paths:
        name, is_package = _module_name(path), path.name == "__init__.py"
        imports = dict.fromkeys(
            Import(target, node.lineno, lazy)
            for node, lazy in _statements(_parse(path))
            for target in _targets(node, name, is_package=is_package, known=known)
        )
        result.append(Module(name, path, is_package, tuple(imports)))
    return tuple(sorted(result, key=lambda module: module.name))


def room_of(name: str) -> str:
    """Return the room of a module: ``meterwire.models.tree`` is in ``models``, ``meterwire.protocols.mms.pdu`` in ``protocols.mms``.

    The package itself is the room ``""``; ``python -m meterwire`` is a door of ``cli``.
    """
    parts = name.split(".")[1:]
    if parts == ["__main__"]:
        return "cli"
    return ".".join(parts[: 2 if parts[:1] == ["protocols"] else 1])


def floor_of(room: str) -> int:
    """Return the number of a room's floor; a room that is not in the table raises LookupError."""
    top = room.split(".", 1)[0]
    for number, rooms in enumerate(FLOORS):
        if top in rooms:
            return number
    raise LookupError(f"{room!r} has no floor: give it one in tools/house.py and docs/architecture.md")


def cycles() -> list[list[str]]:
    """Return the import cycles between modules, counting what runs at import time (Tarjan's components)."""
    names = {module.name for module in modules()}
    graph = {
        module.name: sorted({item.target for item in module.imports if not item.lazy and item.target in names})
        for module in modules()
    }
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in graph[name]:
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            component = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(component) > 1 or name in graph[name]:
                found.append(sorted(component))

    for name in graph:
        if name not in order:
            visit(name)
    return found
