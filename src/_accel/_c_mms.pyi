"""Types of the compiled MMS hot loop; documented in its twin _py_mms.py."""

from collections.abc import Callable, Sequence
from typing import Any, Final

__all__ = ["MAX_INVOKE_OCTETS", "MAX_RUN", "answer_known", "next_answer", "next_pdu", "report_frame", "request_frame"]

MAX_INVOKE_OCTETS: Final[int]
MAX_RUN: Final[int]

def next_answer(data: bytes, offset: int, context: int) -> tuple[int, int, bytes, int, int] | None: ...
def next_pdu(data: bytes, offset: int, context: int) -> tuple[bytes, int] | None: ...
def answer_known(
    data: bytes,
    context: int,
    reads: dict[bytes, tuple[bytes, Sequence[Any]]],
    writes: dict[bytes, tuple[Any, ...]],
    write: Callable[[Any, list[bytes]], bytes | None],
    max_pdu: int,
    max_tpdu: int,
) -> tuple[bytes, int, int]: ...
def report_frame(
    head: bytes, number: bytes, tail: bytes, context: int, max_pdu: int, max_tpdu: int
) -> bytes | None: ...
def request_frame(invoke: int, service: bytes, context: int, max_pdu: int, max_tpdu: int) -> bytes | None: ...
