"""Types of the compiled Arrow interface."""

from collections.abc import Mapping, Sequence

__all__ = ["batch", "held", "schema"]

def schema(columns: Sequence[tuple[str, str]]) -> object: ...
def batch(
    buffers: Sequence[bytearray], rows: int, bitmaps: Mapping[str, bytes], columns: Sequence[tuple[str, str]]
) -> object: ...
def held() -> int: ...
