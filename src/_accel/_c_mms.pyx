# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""MMS hot loop, compiled; what the function promises is told in the twin _py_mms.py.

Every offset is compared with the end of the TPKT before it is read; the answers' sizes are summed from the sources
before their buffer is allocated.
"""

from . import _py_mms as _twin

include "mmsframe.pxi"

__all__ = ["MAX_INVOKE_OCTETS", "MAX_RUN", "answer_known", "next_answer", "next_pdu", "report_frame", "request_frame"]

MAX_INVOKE_OCTETS = _twin.MAX_INVOKE_OCTETS
MAX_RUN = _twin.MAX_RUN

cdef enum:
    READ = 0xA4
    WRITE = 0xA5
    RESULT = 3
    AROUND = 60
    SHORTEST = 30
    SHORTEST_DATA = 22

def next_pdu(bytes data not None, Py_ssize_t offset, uint8_t context):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t total = PyBytes_GET_SIZE(data), at, end
    if offset < 0 or total - offset < SHORTEST_DATA:
        return None
    end = offset + (p[offset + 2] << 8 | p[offset + 3])
    if p[offset] != 3 or end > total or end - offset < SHORTEST_DATA or memcmp(p + offset + 4, HEAD, 8) != 0:
        return None
    at = content(p, offset + 12, end)
    if at < 0 or at >= end or p[at] != 0x30:
        return None
    at = content(p, at + 1, end)
    if at < 0 or at + 4 > end or p[at] != 2 or p[at + 1] != 1 or p[at + 2] != context or p[at + 3] != 0xA0:
        return None
    at = content(p, at + 4, end)
    if at < 0:
        return None
    return PyBytes_FromStringAndSize(<const char*>p + at, end - at), end


def next_answer(bytes data not None, Py_ssize_t offset, uint8_t context):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Answer found
    cdef Py_ssize_t end = plain_answer(p, offset, PyBytes_GET_SIZE(data), context, &found)
    if end < 0:
        return None
    pdu = PyBytes_FromStringAndSize(<const char*>p + found.begin, end - found.begin)
    return found.invoke, found.service, pdu, found.start - found.begin, end


cdef object answer(const uint8_t* invoke, Py_ssize_t invoke_size, uint8_t service, bytes before, list parts, Py_ssize_t size,
                   uint8_t context, Py_ssize_t max_pdu, Py_ssize_t max_tpdu):
    """One answer from its encoded results of ``size`` octets; None when it does not fit. Only a Read's results are in a list."""
    cdef Py_ssize_t ahead = PyBytes_GET_SIZE(before)
    cdef Py_ssize_t body = ahead + size + (1 + octets(size) if service == READ else 0)
    cdef Py_ssize_t response = invoke_size + 1 + octets(body) + body
    cdef uint8_t* to = NULL
    cdef object made
    cdef bytes part
    if size + ahead > MOST_RESULTS:
        return None
    made = framed(1 + octets(response) + response, context, max_pdu, max_tpdu, &to)
    if made is None:
        return None
    to = put(to, 0xA1, response)
    memcpy(to, invoke, invoke_size)
    to = put(to + invoke_size, service, body)
    memcpy(to, PyBytes_AS_STRING(before), ahead)
    to += ahead
    if service == READ:
        to = put(to, 0xA1, size)
    for part in parts:
        memcpy(to, PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part))
        to += PyBytes_GET_SIZE(part)
    return made


cdef inline Py_ssize_t element(const uint8_t* p, Py_ssize_t at, Py_ssize_t end) noexcept:
    """Offset behind the element at ``at`` (one-octet tag, length of up to three octets), which ends by ``end``; else -1."""
    cdef Py_ssize_t size
    if at + 2 > end or p[at] & 0x1F == 0x1F:
        return -1
    size = p[at + 1]
    at += 2
    if size >= 0x80:
        if size == 0x81 and at < end:
            size = p[at]
            at += 1
        elif size == 0x82 and at + 1 < end:
            size = p[at] << 8 | p[at + 1]
            at += 2
        else:
            return -1
    return at + size if at + size <= end else -1


cdef list written(const uint8_t* p, Py_ssize_t at, Py_ssize_t end):
    """The values of a Write whose list of data stands at ``at`` and fills up to ``end``; None when it does not."""
    cdef list values = []
    cdef Py_ssize_t behind
    if at >= end or p[at] != 0xA0:
        return None
    at = content(p, at + 1, end)
    if at < 0:
        return None
    while at < end:
        behind = element(p, at, end)
        if behind < 0:
            return None
        values.append(PyBytes_FromStringAndSize(<const char*>p + at, behind - at))
        at = behind
    return values


def answer_known(bytes data not None, uint8_t context, dict reads not None, dict writes not None, write, Py_ssize_t max_pdu,
                 Py_ssize_t max_tpdu):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t total = PyBytes_GET_SIZE(data), offset = 0, end, at, behind, invoke_size, size, stop, count = 0
    cdef Py_ssize_t room = MAX_RUN
    cdef list out = [], parts, values
    cdef object known, sources, source, ber, made
    cdef bytes before
    cdef uint8_t service
    while total - offset >= SHORTEST:
        end = offset + (p[offset + 2] << 8 | p[offset + 3])
        if p[offset] != 3 or end > total or end - offset < SHORTEST or memcmp(p + offset + 4, HEAD, 8) != 0:
            break
        at = content(p, offset + 12, end)
        if at < 0 or at >= end or p[at] != 0x30:
            break
        at = content(p, at + 1, end)
        if at < 0 or at + 4 > end or p[at] != 2 or p[at + 1] != 1 or p[at + 2] != context or p[at + 3] != 0xA0:
            break
        at = content(p, at + 4, end)
        if at < 0 or at >= end or end - at > max_pdu or p[at] != 0xA0:
            break
        at = content(p, at + 1, end)
        if at < 0 or at + 2 > end or p[at] != 2 or p[at + 1] < 1 or p[at + 1] > INVOKE:
            break
        invoke_size = 2 + p[at + 1]
        behind = at + invoke_size
        if behind >= end or p[at + 2] >= 0x80:
            break
        service = p[behind]
        behind = content(p, behind + 1, end)
        if behind < 0:
            break
        size = 0
        if service == READ:
            known = reads.get(PyBytes_FromStringAndSize(<const char*>p + behind, end - behind))
            if known is None:
                break
            before, sources = known
            parts = []
            for source in sources:
                ber = source.ber
                if ber is None:
                    ber = source.encoded()
                size += len(<bytes?>ber)
                if size > max_pdu:
                    break
                parts.append(ber)
        elif service == WRITE:
            stop = element(p, behind, end)
            if stop < 0:
                break
            known = writes.get(PyBytes_FromStringAndSize(<const char*>p + behind, stop - behind))
            if known is None:
                break
            values = written(p, stop, end)
            if values is None or len(values) != len(<tuple?>known):
                break
            # What is written is done: the answer must fit, whatever it says.
            if RESULT * len(values) + AROUND > min(max_pdu, max_tpdu):
                break
            before = b""
            ber = write(known, values)
            if ber is None:
                break
            size = len(<bytes?>ber)
            parts = [ber]
        else:
            break
        made = answer(p + at, invoke_size, service, before, parts, size, context, max_pdu, max_tpdu)
        if made is None:
            break
        out.append(made)
        count += 1
        offset = end
        room -= PyBytes_GET_SIZE(made)
        if room <= 0:
            break
    return b"".join(out) if count != 1 else out[0], offset, count


cdef const char* REPORT_LIST = b"\xa1\x05\x80\x03RPT"


def report_frame(bytes head not None, bytes number not None, bytes tail not None, uint8_t context, Py_ssize_t max_pdu,
                 Py_ssize_t max_tpdu):
    cdef Py_ssize_t first = PyBytes_GET_SIZE(head), second = PyBytes_GET_SIZE(number), third = PyBytes_GET_SIZE(tail)
    cdef Py_ssize_t size = first + second + third
    cdef Py_ssize_t listed, service
    cdef uint8_t* to = NULL
    cdef object made
    if size > MOST_RESULTS:
        return None
    listed = 7 + 1 + octets(size) + size
    service = 1 + octets(listed) + listed
    made = framed(1 + octets(service) + service, context, max_pdu, max_tpdu, &to)
    if made is None:
        return None
    to = put(to, 0xA3, service)
    to = put(to, 0xA0, listed)
    memcpy(to, REPORT_LIST, 7)
    to = put(to + 7, 0xA0, size)
    memcpy(to, PyBytes_AS_STRING(head), first)
    memcpy(to + first, PyBytes_AS_STRING(number), second)
    memcpy(to + first + second, PyBytes_AS_STRING(tail), third)
    return made


def request_frame(uint64_t invoke, bytes service not None, uint8_t context, Py_ssize_t max_pdu, Py_ssize_t max_tpdu):
    return request(invoke, service, context, max_pdu, max_tpdu)
