"""Types of the compiled decoder of access results; documented in its twin _py_mmsdata.py."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

__all__ = ["MAX_DEPTH", "Shape", "dress_results"]

MAX_DEPTH: Final[int]
Shape: TypeAlias = tuple[tuple[str, ...], tuple[Shape, ...]] | list[Shape] | None

def dress_results(
    data: bytes,
    start: int,
    end: int,
    shapes: Sequence[Shape],
    structure: type[dict[str, Any]],
    quality: Callable[[int], Any],
    time: Callable[[bytes], Any],
) -> list[Any] | None: ...
