"""Types of the compiled Read over a socket; documented in its twin _py_mmscall.py."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from ._py_mmsdata import Shape

__all__ = ["MAX_ANSWER", "read"]

MAX_ANSWER: Final[int]

def read(
    fd: int,
    service: bytes,
    invoke: int,
    context: int,
    max_pdu: int,
    max_tpdu: int,
    shapes: Sequence[Shape],
    structure: type[dict[str, Any]],
    quality: Callable[[int], Any],
    time: Callable[[bytes], Any],
) -> list[Any] | bytes | int | None: ...
