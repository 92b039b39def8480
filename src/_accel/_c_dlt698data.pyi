"""Types of the compiled DL/T 698.45 data decoder; documented in its twin _py_dlt698data.py."""

from typing import Any, Final

__all__ = [
    "MAX_DEPTH",
    "pack_double",
    "read_answer",
    "read_data",
    "read_length",
    "read_results",
    "read_rows",
    "read_table",
]

MAX_DEPTH: Final[int]

def pack_double(value: float) -> bytes: ...
def read_length(data: bytes, at: int, end: int) -> tuple[int, int]: ...
def read_data(data: bytes, at: int, end: int, kinds: list[Any], depth: int = 0) -> tuple[Any, int]: ...
def read_results(
    data: bytes, at: int, end: int, count: int, kinds: list[Any], result: type[tuple[Any, ...]], dar: type[int]
) -> tuple[tuple[Any, ...], int]: ...
def read_rows(
    data: bytes, at: int, end: int, rows: int, columns: int, kinds: list[Any]
) -> tuple[tuple[Any, ...], int]: ...
def read_answer(
    data: bytes, kinds: list[Any], classes: dict[int, type], result: type[tuple[Any, ...]], dar: type[int]
) -> Any | None: ...
def read_table(data: bytes) -> tuple[bytes, bytes, bytes] | None: ...
