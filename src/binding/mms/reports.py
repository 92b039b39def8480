"""Reports as MMS information reports (8-1 clause on reporting), segmented when they are too large.

Value order: RptID, OptFlds, [SqNum], [TimeOfEntry], [DatSet], [BufOvfl], [EntryID], [ConfRev],
[SubSqNum, MoreSegmentsFollow], inclusion, [references], values, [reasons].
"""

from collections.abc import Sequence

from ..._accel import mms as accelerated
from ...acsi import Report
from ...acsi.report_control import Style
from ...models import OptFlds
from ...protocols import ber
from ...protocols.mms import BinaryTime, DataTag
from ...protocols.mms import data as mms
from ...protocols.mms.pdu import unconfirmed
from ...protocols.mms.services import information_report

__all__ = ["ReportFrames", "encode_report"]

ENVELOPE = 32
"""Octets kept free for the PDU around the values: tags and lengths of five levels."""
SCARCE = 48
"""With less room than this for members the name of the data set is left out."""

SPARED = 64
"""More than the difference between what :func:`encode_report` reserves and what a report takes."""


def encode_report(report: Report, max_pdu: int) -> list[bytes]:
    """The PDUs of a report; more than one when it exceeds ``max_pdu``.

    A single member larger than a PDU cannot be sent at all: it leaves as a failed member would, by
    its absence, and the segments say so through their inclusion bits.
    """
    control = report.control
    opt_flds: int = control["OptFlds"]
    room = _room(report, opt_flds, max_pdu)
    if room < SCARCE and opt_flds & OptFlds.DATA_SET:
        # Both names at their longest fill the smallest PDU: the client knows the data set, and OptFlds tell.
        opt_flds &= ~OptFlds.DATA_SET
        room = _room(report, opt_flds, max_pdu)
    parts = _split(report, opt_flds, room)
    if len(parts) > 1:
        opt_flds |= OptFlds.SEGMENTATION
    last = len(parts) - 1
    pdus = [_pdu(report, opt_flds, part, i, more=i < last) for i, part in enumerate(parts)]
    # Where not even the head fits, nothing can be sent: a PDU longer than agreed breaks the association.
    return [] if max(map(len, pdus)) > max_pdu else pdus


def _room(report: Report, opt_flds: int, max_pdu: int) -> int:
    """Octets that a segment has for its members."""
    head = len(_head(report, opt_flds | OptFlds.SEGMENTATION, 0, more=True))
    return max_pdu - ENVELOPE - head - len(report.control.members) // 8 - 6


Entries = Sequence[tuple[int, int, bytes]]


def _split(report: Report, opt_flds: int, room: int) -> list[Entries]:
    parts: list[Entries] = []
    current: list[tuple[int, int, bytes]] = []
    used = 0
    for entry in report.entries:
        cost = len(entry[2])
        if opt_flds & OptFlds.DATA_REF:
            cost += len(report.control.members[entry[0]].reference) + 3
        if opt_flds & OptFlds.REASON:
            cost += 4
        if cost > room:
            continue
        if used + cost > room:
            parts.append(current)
            current, used = [], 0
        current.append(entry)
        used += cost
    parts.append(current)
    return parts


def _head(report: Report, opt_flds: int, sub_sq_num: int, *, more: bool) -> bytes:
    return _begin(report, opt_flds) + _number(report, opt_flds) + _middle(report, opt_flds, sub_sq_num, more=more)


def _begin(report: Report, opt_flds: int) -> bytes:
    return mms.encode_string(DataTag.VISIBLE_STRING, report.control.rpt_id) + mms.encode_bits(opt_flds, 10)


def _number(report: Report, opt_flds: int) -> bytes:
    return mms.encode_unsigned(report.sq_num) if opt_flds & OptFlds.SEQ_NUM else b""


def _middle(report: Report, opt_flds: int, sub_sq_num: int, *, more: bool) -> bytes:
    time = _time(report.time_ns) if opt_flds & OptFlds.TIME_STAMP else b""
    return time + _options(report, opt_flds, sub_sq_num, more=more)


def _time(time_ns: int) -> bytes:
    return ber.tlv(DataTag.BINARY_TIME, BinaryTime.from_ns(time_ns).data)


def _options(report: Report, opt_flds: int, sub_sq_num: int, *, more: bool) -> bytes:
    control = report.control
    parts = []
    if opt_flds & OptFlds.DATA_SET:
        parts.append(mms.encode_string(DataTag.VISIBLE_STRING, control["DatSet"]))
    if opt_flds & OptFlds.BUF_OVFL:
        parts.append(mms.encode_boolean(report.buf_ovfl))
    if opt_flds & OptFlds.ENTRY_ID:
        parts.append(ber.tlv(DataTag.OCTET_STRING, report.entry_id.to_bytes(8)))
    if opt_flds & OptFlds.CONF_REV:
        parts.append(mms.encode_unsigned(control["ConfRev"]))
    if opt_flds & OptFlds.SEGMENTATION:
        parts += [mms.encode_unsigned(sub_sq_num), mms.encode_boolean(more)]
    return b"".join(parts)


def _before(report: Report, opt_flds: int, entries: Entries) -> bytes:
    """Inclusion, and references where they are wanted."""
    members = report.control.members
    inclusion = 0
    for index, _, _ in entries:
        inclusion |= 1 << (len(members) - 1 - index)
    parts = [mms.encode_bits(inclusion, len(members))]
    if opt_flds & OptFlds.DATA_REF:
        parts += [mms.encode_string(DataTag.VISIBLE_STRING, members[index].reference) for index, _, _ in entries]
    return b"".join(parts)


def _behind(opt_flds: int, entries: Entries) -> bytes:
    """Reasons."""
    return b"".join([mms.encode_bits(reason, 6) for _, reason, _ in entries]) if opt_flds & OptFlds.REASON else b""


def _pdu(report: Report, opt_flds: int, entries: Entries, sub: int, *, more: bool) -> bytes:
    values = b"".join([value for _, _, value in entries])
    content = _head(report, opt_flds, sub, more=more) + _before(report, opt_flds, entries) + values
    return unconfirmed(information_report(content + _behind(opt_flds, entries)))


class ReportFrames:
    """Whole reports as TPKTs, the short way: what the subscribers of a data set get alike is encoded once.

    The engine gives the same entries to all of them; each adds RptID and its SqNum. Whatever does not surely fit into one
    PDU and one TPDU, and buffered reports, whose EntryIDs differ, go through :func:`encode_report`.
    """

    __slots__ = ("_entries", "_ms", "_tails", "_time", "_time_ns")

    def __init__(self) -> None:
        self._entries: Entries = ()
        self._time_ns = 0
        self._tails: dict[tuple[int, str, int], bytes] = {}
        self._ms, self._time = -1, b""

    def frame(self, report: Report, context: int, max_pdu: int, max_tpdu: int) -> bytes | None:
        """The report in one frame; None when it has to take the general way."""
        control, _, entries, sq_num, time_ns, entry_id, _ = report
        if entry_id:
            return None
        if entries is not self._entries or time_ns != self._time_ns:
            self._entries, self._time_ns = entries, time_ns
            self._tails.clear()
        style = control.style
        tail = self._tails.get(style.shared)
        if tail is None:
            tail = self._tails[style.shared] = self._tail(report, style)
        if not style.head:
            style.head = _begin(report, style.opt_flds)
        # As much less as encode_report leaves for the envelope and for being segmented: both decide alike.
        number = _NUMBERS[sq_num] if style.opt_flds & OptFlds.SEQ_NUM else b""
        return accelerated.report_frame(style.head, number, tail, context, max_pdu - SPARED, max_tpdu)

    def _tail(self, report: Report, style: Style) -> bytes:
        """Everything behind SqNum, made of parts that were made before where only time and values are new."""
        opt_flds, entries = style.opt_flds, report.entries
        pattern = entries[0][:2] if len(entries) == 1 else tuple([entry[:2] for entry in entries])
        around = style.patterns.get(pattern)
        if around is None:
            if len(style.patterns) >= MAX_PATTERNS:
                style.patterns.clear()
            before = _options(report, opt_flds, 0, more=False) + _before(report, opt_flds, entries)
            around = style.patterns[pattern] = before, _behind(opt_flds, entries)
        before, behind = around
        time = b""
        if opt_flds & OptFlds.TIME_STAMP:
            ms = report.time_ns // 1_000_000
            if ms != self._ms:
                self._ms, self._time = ms, _time(report.time_ns)
            time = self._time
        return b"".join([time, before, *[value for _, _, value in entries], behind])


MAX_PATTERNS = 64
"""Combinations of members and reasons whose surroundings a control block remembers encoded."""
_NUMBERS = [mms.encode_unsigned(number) for number in range(256)]
"""SqNum of an unbuffered block, encoded."""
