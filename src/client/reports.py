"""Reports as a client sees them: decoding, and the joining of segments."""

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from ..errors import DecodeError, LimitError
from ..models import OptFlds, Reference, TrgOps
from ..protocols.mms import BinaryTime, BitString, TypeSpec
from ..protocols.mms.services import InformationReport
from .values import dress

__all__ = [
    "Assembler",
    "Report",
    "ReportEntry",
    "acsi_reference",
    "data_set_of",
    "decode_report",
    "reasons_of",
    "report_id",
    "sq_nums_between",
]

REASONS = (
    (TrgOps.DCHG, "data-change"),
    (TrgOps.QCHG, "quality-change"),
    (TrgOps.DUPD, "data-update"),
    (TrgOps.INTEGRITY, "integrity"),
    (TrgOps.GI, "general-interrogation"),
)
MAX_MEMBERS = 10_000
"""Members of a data set that a report can be over; larger inclusions are refused."""
MAX_SEGMENTS = 10_000
"""Segments joined to one report; a server that never ends one gets what there is delivered as incomplete."""

Members = list[tuple[str, TypeSpec | None]]


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One member of the data set in a report."""

    reference: str
    """Reference with functional constraint, e.g. ``HOMEMET/MMTR1.DmdWh [ST]``."""
    value: Any
    """Value with the names and types of the model; an error object where it could not be read."""
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
    """Entries before this one may have been lost."""
    entry_id: bytes | None = None
    """EntryID, for going on behind this report later."""
    sub_sq_num: int | None = None
    """Number of this segment; None in a report that was joined or never divided."""
    more_segments: bool = False
    """Further segments of the same report follow."""
    segments: int = 1
    """How many segments were joined."""
    is_complete: bool = True
    """False when a segment of it never came."""

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

    def finish(self) -> None:
        if self._values:
            msg = f"report with {len(self._values)} values left over"
            raise DecodeError(msg)


def sq_nums_between(last: int, number: int) -> int:
    """How many sequence numbers stand between two; those of an URCB begin anew behind 255 (INT8U), some servers' behind 65535."""
    if number > last:
        return number - last - 1
    return (number - last - 1) % (1 << 8 if last < 1 << 8 else 1 << 16)


def report_id(report: InformationReport) -> str:
    """RptID of a report, for finding its subscription."""
    return report.values[0] if report.values and isinstance(report.values[0], str) else ""


def decode_report(report: InformationReport, members: Members) -> Report:
    """Dress a report with the members of its data set; DecodeError when it is no report.

    A member we know nothing of, or whose value cannot be read, costs its own value and no other: it is named by the
    report's data reference, or by its place in the data set.
    """
    values = _Values(report.values)
    flags, head = _take_head(values)
    inclusion: BitString = values.take(BitString, "inclusion")
    if inclusion.length > MAX_MEMBERS:
        msg = f"report over {inclusion.length} members"
        raise LimitError(msg)
    included = [i for i in range(inclusion.length) if inclusion[i]]
    told = [values.take(str, "data reference") if flags & OptFlds.DATA_REF else "" for _ in included]
    known = members if inclusion.length == len(members) else []
    named = [
        _member(i, reference, known, members, head["data_set"]) for i, reference in zip(included, told, strict=True)
    ]
    dressed = [dress(values.take_any(), spec) for _, spec in named]
    reasons = [reasons_of(values.take(BitString, "reason")) if flags & OptFlds.REASON else () for _ in included]
    values.finish()
    entries = tuple(
        ReportEntry(name, value, reason) for (name, _), value, reason in zip(named, dressed, reasons, strict=True)
    )
    return Report(entries=entries, **head)


def data_set_of(report: InformationReport) -> str:
    """The data set a report says it is over; empty when it does not say, or is no report."""
    try:
        _, head = _take_head(_Values(report.values))
    except DecodeError:
        return ""
    name: str = head["data_set"]
    return name


def _take_head(values: _Values) -> tuple[int, dict[str, Any]]:
    """OptFlds, and what a report says before its inclusion."""
    rpt_id = values.take(str, "RptID")
    flags: int = values.take(BitString, "OptFlds").value

    def optional(flag: int, kind: type, what: str) -> Any:
        return values.take(kind, what) if flags & flag else None

    return flags, {
        "rpt_id": rpt_id,
        "sq_num": optional(OptFlds.SEQ_NUM, int, "SqNum"),
        "time": optional(OptFlds.TIME_STAMP, BinaryTime, "TimeOfEntry"),
        "data_set": optional(OptFlds.DATA_SET, str, "DatSet") or "",
        "buf_ovfl": optional(OptFlds.BUF_OVFL, bool, "BufOvfl"),
        "entry_id": optional(OptFlds.ENTRY_ID, bytes, "EntryID"),
        "conf_rev": optional(OptFlds.CONF_REV, int, "ConfRev"),
        "sub_sq_num": optional(OptFlds.SEGMENTATION, int, "SubSqNum"),
        "more_segments": bool(optional(OptFlds.SEGMENTATION, bool, "MoreSegmentsFollow")),
    }


def _member(index: int, told: str, known: Members, members: Members, data_set: str) -> tuple[str, TypeSpec | None]:
    """Reference and type of an included member; ``known`` is empty when the data set is not the one we know."""
    if known:
        return known[index]
    if not told:
        return f"{data_set.replace('$', '.') or 'member'}({index})", None
    name = acsi_reference(told)
    return name, next((spec for reference, spec in members if reference == name), None)


def acsi_reference(told: str) -> str:
    """``LD/LN$FC$DO$DA`` as ``LD/LN.DO.DA [FC]``."""
    domain, _, item = told.partition("/")
    node, *rest = item.split("$")
    return str(Reference(domain, (node, *rest[1:]), rest[0])) if rest else told


def reasons_of(bits: BitString) -> tuple[str, ...]:
    """Reasons for inclusion by name."""
    # Ed2 has a seventh bit, application-trigger, behind the six of TrgOps.
    six = bits.value >> max(0, bits.length - 6)
    return tuple(name for flag, name in REASONS if six & flag)


class Assembler:
    """Joins the segments of reports: whole reports in, whole reports out."""

    def __init__(self) -> None:
        self._first: Report | None = None
        self._entries: list[ReportEntry] = []
        self._next = 0
        self._joined = 0
        self._is_complete = True

    def add(self, report: Report) -> list[Report]:
        """Take a report or segment; what is complete now, or will never be."""
        done: list[Report] = []
        number = report.sub_sq_num or 0
        first = self._first
        fits = first is not None and (first.sq_num, first.entry_id) == (report.sq_num, report.entry_id)
        if first is not None and not (fits and number == self._next):
            done.append(self._finish(is_complete=False))
        if self._first is None:
            if number == 0 and not report.more_segments:
                return [*done, replace(report, sub_sq_num=None)]
            self._first, self._next, self._is_complete = report, number, number == 0
        self._entries += report.entries
        self._next += 1
        self._joined += 1
        if not report.more_segments:
            done.append(self._finish(is_complete=self._is_complete))
        elif self._joined >= MAX_SEGMENTS or len(self._entries) >= MAX_MEMBERS:
            done.append(self._finish(is_complete=False))
        return done

    def reset(self) -> None:
        """The association is another one: what was begun will not be continued."""
        self._first = None
        self._joined = 0
        self._entries.clear()

    def _finish(self, *, is_complete: bool) -> Report:
        assert self._first is not None
        joined = replace(
            self._first,
            entries=tuple(self._entries),
            sub_sq_num=None,
            more_segments=False,
            segments=self._joined,
            is_complete=is_complete,
        )
        self.reset()
        return joined
