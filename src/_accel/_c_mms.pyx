# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""MMS hot loop, compiled; what the function promises is told in the twin _py_mms.py.

Every offset is compared with the end of the TPKT before it is read; the answers' sizes are summed from the sources
before their buffer is allocated.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcmp, memcpy

from . import _py_mms as _twin

__all__ = ["MAX_INVOKE_OCTETS", "MAX_RUN", "answer_known", "next_answer", "next_pdu", "report_frame", "request_frame"]

MAX_INVOKE_OCTETS = _twin.MAX_INVOKE_OCTETS
MAX_RUN = _twin.MAX_RUN

cdef enum:
    INVOKE = 5
    READ = 0xA4
    WRITE = 0xA5
    RESULT = 3
    AROUND = 60
    MOST_RESULTS = 0xFF00
    MOST_TPKT = 0xFFFF
    SHORTEST = 30
    SHORTEST_DATA = 22
    SHORTEST_ANSWER = 27
    MODIFIERS = 0x30

cdef const char* HEAD = b"\x02\xf0\x80\x01\x00\x01\x00\x61"


cdef inline Py_ssize_t content(const uint8_t* p, Py_ssize_t at, Py_ssize_t end) noexcept:
    """First content octet of the element whose length stands at ``at`` and which must fill up to ``end``; else -1."""
    cdef Py_ssize_t size
    if at >= end:
        return -1
    size = p[at]
    at += 1
    if size >= 0x80:
        if size == 0x81 and at < end:
            size = p[at]
            at += 1
        elif size == 0x82 and at + 1 < end:
            size = p[at] << 8 | p[at + 1]
            at += 2
        else:
            return -1
    return at if at + size == end else -1


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
    cdef Py_ssize_t total = PyBytes_GET_SIZE(data), at, end, begin, start
    cdef uint64_t invoke = 0
    cdef int i, size
    cdef uint8_t service
    if offset < 0 or total - offset < SHORTEST_ANSWER:
        return None
    end = offset + (p[offset + 2] << 8 | p[offset + 3])
    if p[offset] != 3 or end > total or end - offset < SHORTEST_ANSWER or memcmp(p + offset + 4, HEAD, 8) != 0:
        return None
    at = content(p, offset + 12, end)
    if at < 0 or at >= end or p[at] != 0x30:
        return None
    at = content(p, at + 1, end)
    if at < 0 or at + 4 > end or p[at] != 2 or p[at + 1] != 1 or p[at + 2] != context or p[at + 3] != 0xA0:
        return None
    begin = content(p, at + 4, end)
    if begin < 0 or begin >= end or p[begin] != 0xA1:
        return None
    at = content(p, begin + 1, end)
    if at < 0 or at + 2 > end or p[at] != 2 or p[at + 1] < 1 or p[at + 1] > INVOKE:
        return None
    size = p[at + 1]
    at += 2
    if at + size >= end or p[at] >= 0x80:
        return None
    for i in range(size):
        invoke = invoke << 8 | p[at + i]
    at += size
    service = p[at]
    start = content(p, at + 1, end)
    if start < 0 or service & 0x1F == 0x1F or service == MODIFIERS:
        return None
    return invoke, service, PyBytes_FromStringAndSize(<const char*>p + begin, end - begin), start - begin, end


cdef inline Py_ssize_t octets(Py_ssize_t size) noexcept:
    """Octets of the length field of ``size``."""
    return 1 if size < 0x80 else 2 if size < 0x100 else 3


cdef inline uint8_t* put(uint8_t* to, uint8_t tag, Py_ssize_t size) noexcept:
    """Write tag and length."""
    to[0] = tag
    if size < 0x80:
        to[1] = <uint8_t>size
        return to + 2
    if size < 0x100:
        to[1] = 0x81
        to[2] = <uint8_t>size
        return to + 3
    to[1] = 0x82
    to[2] = <uint8_t>(size >> 8)
    to[3] = <uint8_t>size
    return to + 4


cdef object framed(Py_ssize_t pdu, uint8_t context, Py_ssize_t max_pdu, Py_ssize_t max_tpdu, uint8_t** to):
    """A TPKT with room for an MMS PDU of ``pdu`` octets, which begins at ``to``; None when it is too long."""
    cdef Py_ssize_t value = 4 + octets(pdu) + pdu
    cdef Py_ssize_t inner = 1 + octets(value) + value
    cdef Py_ssize_t tpdu = 8 + octets(inner) + inner
    cdef uint8_t* p
    cdef bytes made
    if pdu > max_pdu or tpdu > max_tpdu or tpdu + 4 > MOST_TPKT:
        return None
    made = PyBytes_FromStringAndSize(NULL, tpdu + 4)
    p = <uint8_t*>PyBytes_AS_STRING(made)
    p[0] = 3
    p[1] = 0
    p[2] = <uint8_t>((tpdu + 4) >> 8)
    p[3] = <uint8_t>(tpdu + 4)
    memcpy(p + 4, HEAD, 7)
    p = put(p + 11, 0x61, inner)
    p = put(p, 0x30, value)
    p[0] = 2
    p[1] = 1
    p[2] = context
    to[0] = put(p + 3, 0xA0, pdu)
    return made


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
    cdef Py_ssize_t size = PyBytes_GET_SIZE(service), body
    cdef int count = 1, i
    cdef uint8_t* to = NULL
    cdef object made
    while count < 8 and invoke >> (8 * count - 1):
        count += 1
    if size > MOST_RESULTS:
        return None
    body = 2 + count + size
    made = framed(1 + octets(body) + body, context, max_pdu, max_tpdu, &to)
    if made is None:
        return None
    to = put(to, 0xA0, body)
    to[0] = 2
    to[1] = <uint8_t>count
    for i in range(count):
        to[2 + i] = <uint8_t>(invoke >> (8 * (count - 1 - i)))
    memcpy(to + 2 + count, PyBytes_AS_STRING(service), size)
    return made
