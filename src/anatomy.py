"""Frame anatomy: what each byte of a frame is, told by the decoder itself.

A decoder that explains gives a flat tuple of :class:`Field` in wire order; ``depth`` indents nested
elements. ``meterwire decode``, error messages and the documentation all draw from this one view.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Field", "as_dicts", "render"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One element of a frame."""

    offset: int
    """Position of the first byte in the frame."""
    data: bytes
    """The bytes as they stand on the wire."""
    name: str
    """The standard's name of the field."""
    meaning: str = ""
    """What these bytes say, in plain words."""
    depth: int = 0
    """Nesting level, 0 outermost."""


SHOWN_BYTES = 12


def _hex(data: bytes) -> str:
    shown = data[:SHOWN_BYTES].hex(" ").upper()
    return shown if len(data) <= SHOWN_BYTES else f"{shown} … ({len(data)} bytes)"


def render(fields: Sequence[Field]) -> str:
    """Plain-text table: offset, bytes, name, meaning."""
    rows = [(f"{f.offset:>5}", _hex(f.data), "  " * f.depth + f.name, f.meaning) for f in fields]
    wide = max((len(r[1]) for r in rows), default=0)
    name = max((len(r[2]) for r in rows), default=0)
    return "\n".join(f"{o}  {b:<{wide}}  {n:<{name}}  {m}".rstrip() for o, b, n, m in rows)


def as_dicts(fields: Iterable[Field]) -> list[dict[str, Any]]:
    """The same as JSON-ready dictionaries."""
    return [
        {
            "offset": f.offset,
            "bytes": f.data.hex().upper(),
            "name": f.name,
            "meaning": f.meaning,
            "depth": f.depth,
        }
        for f in fields
    ]
