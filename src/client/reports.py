"""Reports as a client sees them, and the subscription that yields them."""

import asyncio
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import AssociationError, DecodeError, LinkTimeoutError, MeterwireError
from ..models import OptFlds, TrgOps
from ..protocols.mms import BinaryTime, BitString, TypeSpec
from ..protocols.mms.services import InformationReport
from .values import dress

if TYPE_CHECKING:
    from .ied import IedClient

__all__ = ["Report", "ReportEntry", "Subscription", "decode_report", "report_id"]

REASONS = (
    (TrgOps.DCHG, "data-change"),
    (TrgOps.QCHG, "quality-change"),
    (TrgOps.DUPD, "data-update"),
    (TrgOps.INTEGRITY, "integrity"),
    (TrgOps.GI, "general-interrogation"),
)
MAX_QUEUED = 10_000
"""Reports kept for a reader that is busy; older ones are dropped and counted beyond that."""


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One member of the data set in a report."""

    reference: str
    """Reference with functional constraint, e.g. ``HOMEMET/MMTR1.DmdWh [ST]``."""
    value: Any
    """Value with the names and types of the model."""
    reasons: tuple[str, ...]
    """Why it is included; empty when the report does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, or one segment of it."""

    rpt_id: str
    """RptID."""
    entries: tuple[ReportEntry, ...]
    """Included members, in data set order."""
    sq_num: int | None = None
    """Sequence number, when the report has it."""
    time: BinaryTime | None = None
    """TimeOfEntry."""
    data_set: str = ""
    """Data set as the report names it."""
    conf_rev: int | None = None
    """Configuration revision."""
    buf_ovfl: bool | None = None
    """Buffer overflow."""
    entry_id: bytes | None = None
    """EntryID."""
    sub_sq_num: int | None = None
    """Number of this segment."""
    more_segments: bool = False
    """Further segments of the same report follow."""

    def __getitem__(self, reference: str) -> Any:
        """The value of an included member, by reference with or without ``[FC]``."""
        for entry in self.entries:
            if reference in (entry.reference, entry.reference.partition(" [")[0]):
                return entry.value
        raise KeyError(reference)


class _Values:
    """The report's values, taken one after the other."""

    def __init__(self, values: list[Any]) -> None:
        self._values = deque(values)

    def take(self, kind: type, what: str) -> Any:
        if not self._values or not isinstance(self._values[0], kind):
            msg = f"report without {what}"
            raise DecodeError(msg)
        return self._values.popleft()

    def take_any(self) -> Any:
        if not self._values:
            msg = "report ends before its values"
            raise DecodeError(msg)
        return self._values.popleft()


def report_id(report: InformationReport) -> str:
    """RptID of a report, for finding its subscription."""
    return report.values[0] if report.values and isinstance(report.values[0], str) else ""


def decode_report(report: InformationReport, members: list[tuple[str, TypeSpec | None]]) -> Report:
    """Dress a report with the members of its data set; DecodeError when it does not fit them."""
    values = _Values(report.values)
    rpt_id = values.take(str, "RptID")
    flags = values.take(BitString, "OptFlds").value

    def optional(flag: int, kind: type, what: str) -> Any:
        return values.take(kind, what) if flags & flag else None

    head = {
        "sq_num": optional(OptFlds.SEQ_NUM, int, "SqNum"),
        "time": optional(OptFlds.TIME_STAMP, BinaryTime, "TimeOfEntry"),
        "data_set": optional(OptFlds.DATA_SET, str, "DatSet") or "",
        "buf_ovfl": optional(OptFlds.BUF_OVFL, bool, "BufOvfl"),
        "entry_id": optional(OptFlds.ENTRY_ID, bytes, "EntryID"),
        "conf_rev": optional(OptFlds.CONF_REV, int, "ConfRev"),
        "sub_sq_num": optional(OptFlds.SEGMENTATION, int, "SubSqNum"),
        "more_segments": bool(optional(OptFlds.SEGMENTATION, bool, "MoreSegmentsFollow")),
    }
    inclusion: BitString = values.take(BitString, "inclusion")
    if inclusion.length != len(members):
        msg = f"report over {inclusion.length} members, the data set has {len(members)}"
        raise DecodeError(msg)
    included = [i for i in range(inclusion.length) if inclusion[i]]
    if flags & OptFlds.DATA_REF:
        for _ in included:
            values.take(str, "data reference")
    dressed = [dress(values.take_any(), members[i][1]) for i in included]
    reasons = [_reasons(values.take(BitString, "reason")) if flags & OptFlds.REASON else () for _ in included]
    entries = tuple(
        ReportEntry(members[i][0], value, reason) for i, value, reason in zip(included, dressed, reasons, strict=True)
    )
    return Report(rpt_id=rpt_id, entries=entries, **head)


def _reasons(bits: BitString) -> tuple[str, ...]:
    six = bits.value >> max(0, bits.length - 6)
    return tuple(name for flag, name in REASONS if six & flag)


class Subscription:
    """Reports of one control block: ``async for report in ied.reports(ref)``.

    The control block is configured and enabled at the first step and disabled on leaving
    ``async with``, on ``aclose`` or when the association ends.
    """

    def __init__(self, ied: "IedClient", reference: str, settings: dict[str, Any]) -> None:
        self._ied = ied
        self._settings = settings
        self.reference = reference
        """The control block in use; the free instance once enabled."""
        self.rpt_id = ""
        self.members: list[tuple[str, TypeSpec | None]] = []
        self.dropped = 0
        """Reports lost because nobody took them."""
        self._queue: deque[Report | MeterwireError] = deque()
        self._arrived = asyncio.Event()
        self._started = False
        self._closed = False

    async def start(self) -> None:
        """Configure and enable now rather than at the first step."""
        if not self._started:
            self._started = True
            await self._ied._enable(self, self._settings)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Report:
        await self.start()
        while not self._queue:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        item = self._queue.popleft()
        if isinstance(item, MeterwireError):
            self._closed = True
            raise item
        return item

    async def next(self, timeout: float) -> Report:
        """The next report within ``timeout`` seconds, LinkTimeoutError otherwise."""
        try:
            async with asyncio.timeout(timeout):
                return await anext(self)
        except TimeoutError:
            msg = f"no report from {self.reference} within {timeout:g} s"
            raise LinkTimeoutError(msg) from None

    async def interrogate(self) -> None:
        """Ask for a general interrogation: one report with every member."""
        await self.start()
        await self._ied.write(f"{self.reference}.GI", True)

    async def aclose(self) -> None:
        """Disable the control block and stop."""
        if self._started and not self._closed:
            self._closed = True
            self._arrived.set()
            await self._ied._disable(self)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _put(self, item: Report | MeterwireError) -> None:
        if len(self._queue) >= MAX_QUEUED:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(item)
        self._arrived.set()

    def on_report(self, report: InformationReport) -> None:
        """A report with our RptID arrived."""
        try:
            self._put(decode_report(report, self.members))
        except DecodeError as error:
            self._put(error)

    def on_closed(self, error: AssociationError | None) -> None:
        """The association ended."""
        self._put(error or AssociationError("the association was released"))
