"""Answers longer than one APDU: GET-Response-Next, block by block.

The first answer to the GET is already a block; the client asks for the next one with the number of the last it has, until
one is marked as the last. Each block holds whole results; records of one table may be spread over several blocks.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, TypeVar

from ...errors import LimitError, MeterError, StateError, UsageError
from .dar import DAR
from .get import (
    GetRequestNext,
    GetResponseNext,
    GetResponseNormal,
    GetResponseNormalList,
    GetResponseRecord,
    GetResponseRecordList,
)
from .results import ResultNormal, ResultNormals, ResultRecord, ResultRecords

T = TypeVar("T")

__all__ = ["MAX_BLOCKS", "MAX_TRANSFER", "Blocks", "cut_into_blocks"]

MAX_BLOCKS: Final = 1 << 16
"""Block numbers are 16 bits and do not return to 0."""
MAX_TRANSFER: Final = 1 << 24
"""Octets of all blocks of one answer: 16 MiB."""


@dataclass(slots=True)
class Blocks:
    """The blocks of one answer, on the client's side."""

    piid: int
    """Of the GET."""
    is_complete: bool = False
    """True when the last block is here."""
    _results: list[ResultNormal | ResultRecord] = field(default_factory=list)
    _kind: type[ResultNormals] | type[ResultRecords] | None = None
    _last: int = -1
    _count: int = 0
    _size: int = 0

    def accept(self, block: GetResponseNext, size: int) -> bool:
        """Take a block of ``size`` octets; False when it is the last one again, which is to be ignored.

        StateError for a number that does not follow (the first is 0 or 1) or results of another kind, MeterError for a
        DAR, LimitError beyond :data:`MAX_BLOCKS` or :data:`MAX_TRANSFER`.
        """
        if self._count and block.block == self._last:
            return False
        if isinstance(block.result, DAR):
            raise MeterError(f"block {block.block}: {block.result}", code=int(block.result))
        follows = block.block == self._last + 1 if self._count else block.block in {0, 1}
        if not follows:
            behind = f"block {self._last}" if self._count else "the request"
            raise StateError(f"block {block.block} after {behind}: blocks are missing or out of order")
        self._kind = self._kind or type(block.result)
        if type(block.result) is not self._kind:
            raise StateError(
                f"block {block.block} holds {type(block.result).__name__}, those before {self._kind.__name__}"
            )
        self._count += 1
        self._size += size
        if self._count >= MAX_BLOCKS or self._size > MAX_TRANSFER:
            raise LimitError(f"an answer of more than {self._count} blocks, {self._size} octets, and no last one")
        self._results += block.result.results
        self._last, self.is_complete = block.block, bool(block.is_last)
        return True

    @property
    def next_request(self) -> GetRequestNext:
        """What to ask now."""
        return GetRequestNext(piid=self.piid & 0xBF, block=self._last)

    def answer(self, piid: int) -> GetResponseNormalList | GetResponseRecordList:
        """All blocks as one answer; records of the same table and columns that follow each other become one result."""
        if self._kind is not ResultRecords:
            return GetResponseNormalList(piid=piid, results=tuple(self._results))  # type: ignore[arg-type]
        return GetResponseRecordList(piid=piid, results=_together(self._results))  # type: ignore[arg-type]


def _together(pieces: Iterable[ResultRecord]) -> tuple[ResultRecord, ...]:
    """Results of the same table and columns that follow each other become one."""
    merged: list[ResultRecord] = []
    for (oad, rcsd, is_error), group in groupby(pieces, lambda piece: (piece.oad, piece.rcsd, piece.is_error)):
        if is_error:
            merged += group
        else:
            merged.append(ResultRecord(oad, rcsd, tuple(row for piece in group for row in piece.rows)))
    return tuple(merged)


def cut_into_blocks(
    answer: GetResponseNormal | GetResponseNormalList | GetResponseRecord | GetResponseRecordList, size: int
) -> list[GetResponseNext]:
    """Blocks of at most ``size`` octets that carry ``answer``, on the server's side.

    Results stay whole; a table's records are spread over several results. UsageError when a single result or record
    does not fit.
    """
    contents: Sequence[ResultNormals | ResultRecords]
    if isinstance(answer, GetResponseRecord | GetResponseRecordList):
        records = answer.results if isinstance(answer, GetResponseRecordList) else (answer.result,)
        rows = [piece for result in records for piece in _rows_apart(result)]
        groups = _grouped(rows, size, lambda piece: len(GetResponseRecord(result=piece).encode()))
        contents = [ResultRecords(_together(group)) for group in groups]
    else:
        results = answer.results if isinstance(answer, GetResponseNormalList) else (answer.result,)
        parts = _grouped(results, size, lambda piece: len(GetResponseNormal(result=piece).encode()))
        contents = [ResultNormals(tuple(part)) for part in parts]
    last = len(contents) - 1
    return [
        GetResponseNext(piid=answer.piid, is_last=number == last, block=number, result=content)
        for number, content in enumerate(contents)
    ]


def _grouped(pieces: Iterable[T], size: int, length_of: Callable[[T], int]) -> list[list[T]]:
    room = size - 24  # tag, choice, PIID, flag, number, choice, count, tail; and the length of a count
    groups: list[list[T]] = [[]]
    used = 0
    for piece in pieces:
        length = length_of(piece)
        if length > room:
            raise UsageError(f"a result of {length} octets does not fit a block of {size}")
        if used + length > room and groups[-1]:
            groups.append([])
            used = 0
        groups[-1].append(piece)
        used += length
    return groups


def _rows_apart(result: ResultRecord) -> list[ResultRecord]:
    if result.is_error or len(result.rows) < 2:
        return [result]
    return [ResultRecord(result.oad, result.rcsd, (row,)) for row in result.rows]
