"""MMS hot loops: PDUs out of the stream, Reads and Writes that are known already, answered straight from it, and reports.

A client that polls sends the same Read again and again; only the invoke id changes. The server keeps what each known
Read picks (``reads``: content of the Read element to sources), so the answer is a look-up and a copy. Of a known Write
it keeps the targets (``writes``: specification of the Write to targets). Whatever is not of exactly this shape
(segmented, another service, an unknown request, an answer that does not fit) ends the run and is left to the general
path, which alone says what is wrong with it.

::

    03 00 len | 02 F0 80 | 01 00 01 00 | 61 { 30 { 02 01 context, A0 { A0 { 02 n invoke, A4 { content } } } } }
                                                                           A5 { specification, A0 { values } }
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

__all__ = ["MAX_INVOKE_OCTETS", "MAX_RUN", "answer_known", "next_answer", "next_pdu", "report_frame", "request_frame"]

MAX_INVOKE_OCTETS: Final = 5
"""Octets of an invoke id (Unsigned32 with a leading zero)."""
SHORTEST_DATA: Final = 22
"""Octets of a TPKT with the shortest MMS PDU, two octets."""
MAX_RUN: Final = 1 << 20
"""Octets of answers after which a run ends: a segment of small Reads can ask for many times its size."""
READ, WRITE = 0xA4, 0xA5
_HEAD: Final = bytes.fromhex("02f08001000100")


def next_pdu(data: bytes, offset: int, context: int) -> tuple[bytes, int] | None:
    """The MMS PDU of the TPKT at ``offset`` and the offset behind it; None when it is not one whole plain data frame."""
    end = offset + (data[offset + 2] << 8 | data[offset + 3]) if len(data) - offset >= SHORTEST_DATA else 0
    if not offset + SHORTEST_DATA <= end <= len(data) or data[offset] != 3:
        return None
    if data[offset + 4 : offset + 11] != _HEAD or data[offset + 11] != 0x61:
        return None
    at = _content(data, offset + 12, end)
    if at < 0 or at >= end or data[at] != 0x30:
        return None
    at = _content(data, at + 1, end)
    if at < 0 or data[at : at + 4] != bytes((2, 1, context, 0xA0)):
        return None
    at = _content(data, at + 4, end)
    return None if at < 0 else (data[at:end], end)


def next_answer(data: bytes, offset: int, context: int) -> tuple[int, int, bytes, int, int] | None:
    """The confirmed response in the TPKT at ``offset``: invoke id, service tag, MMS PDU, where its service's content begins,
    and the offset behind the TPKT; None when it is not one whole plain data frame with nothing else."""
    found = next_pdu(data, offset, context)
    if found is None:
        return None
    pdu, end = found
    size = len(pdu)
    at = _content(pdu, 1, size) if pdu[0] == 0xA1 else -1
    if at < 0 or at + 2 > size or pdu[at] != 2 or not 1 <= pdu[at + 1] <= MAX_INVOKE_OCTETS:
        return None
    behind = at + 2 + pdu[at + 1]
    if behind >= size or pdu[at + 2] >= 0x80:
        return None
    start = _content(pdu, behind + 1, size)
    service = pdu[behind]
    if start < 0 or service & 0x1F == 0x1F or service == 0x30:
        return None
    return int.from_bytes(pdu[at + 2 : behind], "big"), service, pdu, start, end


def _content(data: bytes, at: int, end: int) -> int:
    """First content octet of the element whose length stands at ``at`` and which must fill up to ``end``; else -1."""
    if at >= end:
        return -1
    size = data[at]
    at += 1
    if size >= 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 2 or at + octets > end:
            return -1
        size = int.from_bytes(data[at : at + octets], "big")
        at += octets
    return at if at + size == end else -1


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    return bytes((0x81, size)) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")


def answer_known(
    data: bytes,
    context: int,
    reads: Mapping[bytes, tuple[bytes, Sequence[Any]]],
    writes: Mapping[bytes, tuple[Any, ...]],
    write: Callable[[Any, list[bytes]], bytes | None],
    max_pdu: int,
    max_tpdu: int,
) -> tuple[bytes, int, int]:
    """Answer the run of known Reads and Writes at the start of ``data``: the answers, octets used, how many.

    ``reads`` gives what stands before the results of a Read (its specification, where it asks for it), and their
    sources: objects with ``ber`` (bytes, or None when stale) and ``encoded()`` (fresh bytes). ``writes`` gives the targets
    of a Write; ``write`` takes them with as many values (whole Data elements), writes, and gives the results, at most
    three octets each; None when they are being written and the answer takes its time: that is left to the general path, which
    finds out what has begun. ``max_pdu`` bounds the MMS PDUs, of both directions, ``max_tpdu`` the TPDU of one answer, octets.
    ``context`` is the presentation context of MMS, 1..127.
    """
    out: list[bytes] = []
    offset = 0
    room = MAX_RUN
    total = len(data)
    while total - offset >= 30:
        end = offset + (data[offset + 2] << 8 | data[offset + 3])
        is_data = data[offset + 4 : offset + 11] == _HEAD and data[offset + 11] == 0x61
        if data[offset] != 3 or not offset + 30 <= end <= total or not is_data:
            break
        found = _request(data, offset + 12, end, context, max_pdu)
        if found is None:
            break
        invoke, service, body = found
        if service == READ:
            known = reads.get(body)
            if known is None:
                break
            before, sources = known
            parts = [source.ber or source.encoded() for source in sources]
            # Counted before it is joined: a Read can name a large node a thousand times.
            if sum(map(len, parts)) > max_pdu:
                break
            results = b"".join(parts)
            head = before + b"\xa1" + _length(len(results))
        elif service == WRITE:
            asked = _write(body, writes)
            # What is written is done: the answer must fit, whatever it says.
            if asked is None or 3 * len(asked[1]) + 60 > min(max_pdu, max_tpdu):
                break
            written, before, head = write(*asked), b"", b""
            if written is None:
                break
            results = written
        else:
            break
        answer = _answer(invoke, service, before, head, results, context, max_pdu, max_tpdu)
        if answer is None:
            break
        out.append(answer)
        offset = end
        room -= len(answer)
        if room <= 0:
            break
    return b"".join(out), offset, len(out)


def _request(data: bytes, at: int, end: int, context: int, max_pdu: int) -> tuple[bytes, int, bytes] | None:
    """Invoke id, service tag and content of a request whose user data start at ``at``; None when it is larger than agreed."""
    at = _content(data, at, end)
    if at < 0 or at >= end or data[at] != 0x30:
        return None
    at = _content(data, at + 1, end)
    if at < 0 or data[at : at + 4] != bytes((2, 1, context, 0xA0)):
        return None
    at = _content(data, at + 4, end)
    if at < 0 or at >= end or end - at > max_pdu or data[at] != 0xA0:
        return None
    at = _content(data, at + 1, end)
    if at < 0 or at + 2 > end or data[at] != 2 or not 1 <= data[at + 1] <= MAX_INVOKE_OCTETS:
        return None
    behind = at + 2 + data[at + 1]
    if behind >= end or data[at + 2] >= 0x80:
        return None
    start = _content(data, behind + 1, end)
    return None if start < 0 else (data[at:behind], data[behind], data[start:end])


def _write(body: bytes, writes: Mapping[bytes, tuple[Any, ...]]) -> tuple[Any, list[bytes]] | None:
    """Targets and values of a known Write; None when it is not known, or not in order."""
    end = len(body)
    stop = _element(body, 0, end)
    known = writes.get(body[:stop]) if stop > 0 else None
    if known is None or stop >= end or body[stop] != 0xA0:
        return None
    at = _content(body, stop + 1, end)
    values: list[bytes] = []
    while 0 <= at < end:
        behind = _element(body, at, end)
        values.append(body[at:behind])
        at = behind
    return (known, values) if at == end and len(values) == len(known) else None


def _element(data: bytes, at: int, end: int) -> int:
    """Offset behind the element at ``at`` (one-octet tag, length of up to three octets), which ends by ``end``; else -1."""
    if at + 2 > end or data[at] & 0x1F == 0x1F:
        return -1
    size = data[at + 1]
    at += 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 2 or at + octets > end:
            return -1
        size = int.from_bytes(data[at : at + octets], "big")
        at += octets
    return at + size if at + size <= end else -1


def _answer(
    invoke: bytes, service: int, before: bytes, head: bytes, results: bytes, context: int, max_pdu: int, max_tpdu: int
) -> bytes | None:
    size = len(results)
    if size + len(before) > 0xFF00:
        return None
    head = bytes((service,)) + _length(len(head) + size) + head
    head = invoke + head
    head = b"\xa1" + _length(len(head) + size) + head
    return _frame(head, results, context, max_pdu, max_tpdu)


def _frame(head: bytes, results: bytes, context: int, max_pdu: int, max_tpdu: int) -> bytes | None:
    """The TPKT around an MMS PDU, which begins with ``head`` and ends with ``results``; None when it is too long."""
    size = len(results)
    if len(head) + size > max_pdu:
        return None
    head = bytes((2, 1, context, 0xA0)) + _length(len(head) + size) + head
    head = b"\x30" + _length(len(head) + size) + head
    head = _HEAD + b"\x61" + _length(len(head) + size) + head
    whole = len(head) + size + 4
    if whole - 4 > max_tpdu:
        return None
    return bytes((3, 0, whole >> 8, whole & 0xFF)) + head + results


def report_frame(head: bytes, number: bytes, tail: bytes, context: int, max_pdu: int, max_tpdu: int) -> bytes | None:
    """An information report to the list RPT in one TPKT; its values come in three parts, ready encoded.

    None when it does not fit into a PDU of ``max_pdu`` octets or a TPDU of ``max_tpdu``.
    """
    results = head + number + tail
    size = len(results)
    if size > 0xFF00:
        return None
    start = b"\xa1\x05\x80\x03RPT\xa0" + _length(size)
    start = b"\xa0" + _length(len(start) + size) + start
    start = b"\xa3" + _length(len(start) + size) + start
    return _frame(start, results, context, max_pdu, max_tpdu)


def request_frame(invoke: int, service: bytes, context: int, max_pdu: int, max_tpdu: int) -> bytes | None:
    """A confirmed request in one TPKT; ``service`` is its service element. None when it does not fit."""
    size = len(service)
    if size > 0xFF00:
        return None
    number = invoke.to_bytes(invoke.bit_length() // 8 + 1, "big")
    head = b"\x02" + _length(len(number)) + number
    return _frame(b"\xa0" + _length(len(head) + size) + head, service, context, max_pdu, max_tpdu)
