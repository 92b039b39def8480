"""Types of the compiled decoding into columns; documented in its twin _py_columns.py."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from ._py_columns import Rule

__all__ = [
    "CLOCK_FIELDS",
    "COLUMNS",
    "EDITION_1997",
    "KINDS",
    "LAST_VALUE",
    "MOST_ROWS",
    "NO_VALUE",
    "STATUSES",
    "Layout",
    "fill",
    "validity",
]

Buffer: TypeAlias = bytes | bytearray | memoryview

CLOCK_FIELDS: Final[tuple[str, ...]]
COLUMNS: Final[tuple[tuple[str, str], ...]]
EDITION_1997: Final[int]
KINDS: Final[tuple[str, ...]]
LAST_VALUE: Final[int]
MOST_ROWS: Final[int]
NO_VALUE: Final[int]
STATUSES: Final[tuple[str, ...]]

class Layout:
    parts: int
    def __init__(self, rules: Iterable[Rule]) -> None: ...

def fill(
    layout: Layout,
    sources: Sequence[Buffer],
    columns: Sequence[object],
    row: int = 0,
    source: int = 0,
    start: int = 0,
    final: bool = True,
) -> tuple[int, int, int, int, int, int]: ...
def validity(statuses: Buffer) -> bytes: ...
