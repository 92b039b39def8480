"""Reports as MMS information reports (8-1 clause on reporting), segmented when they are too large.

Value order: RptID, OptFlds, [SqNum], [TimeOfEntry], [DatSet], [BufOvfl], [EntryID], [ConfRev],
[SubSqNum, MoreSegmentsFollow], inclusion, [references], values, [reasons].
"""

from collections.abc import Sequence

from ...acsi import Report
from ...models import OptFlds
from ...protocols import ber
from ...protocols.mms import BinaryTime, DataTag
from ...protocols.mms import data as mms
from ...protocols.mms.pdu import unconfirmed
from ...protocols.mms.services import information_report

__all__ = ["encode_report"]

ENVELOPE = 32
"""Octets kept free for the PDU around the values: tags and lengths of five levels."""
SCARCE = 48
"""With less room than this for members the name of the data set is left out."""


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
    control = report.control
    parts = [
        mms.encode_string(DataTag.VISIBLE_STRING, control.rpt_id),
        mms.encode_bits(opt_flds, 10),
    ]
    if opt_flds & OptFlds.SEQ_NUM:
        parts.append(mms.encode_unsigned(report.sq_num))
    if opt_flds & OptFlds.TIME_STAMP:
        parts.append(ber.tlv(DataTag.BINARY_TIME, BinaryTime.from_ns(report.time_ns).data))
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


def _pdu(report: Report, opt_flds: int, entries: Entries, sub: int, *, more: bool) -> bytes:
    members = report.control.members
    inclusion = 0
    for index, _, _ in entries:
        inclusion |= 1 << (len(members) - 1 - index)
    parts = [_head(report, opt_flds, sub, more=more), mms.encode_bits(inclusion, len(members))]
    if opt_flds & OptFlds.DATA_REF:
        parts += [mms.encode_string(DataTag.VISIBLE_STRING, members[index].reference) for index, _, _ in entries]
    parts += [value for _, _, value in entries]
    if opt_flds & OptFlds.REASON:
        parts += [mms.encode_bits(reason, 6) for _, reason, _ in entries]
    return unconfirmed(information_report(b"".join(parts)))
