# The frames around MMS PDUs, for who has their octets in memory: what a plain data frame is, and how one is made. Included by
# the accelerators that read or write frames.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcmp, memcpy

cdef enum:
    INVOKE = 5
    MODIFIERS = 0x30
    MOST_RESULTS = 0xFF00
    MOST_TPKT = 0xFFFF
    SHORTEST_ANSWER = 27

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


cdef struct Answer:
    uint64_t invoke
    uint8_t service
    Py_ssize_t begin  # of the PDU
    Py_ssize_t start  # of the content of its service


cdef inline Py_ssize_t plain_answer(const uint8_t* p, Py_ssize_t offset, Py_ssize_t total, uint8_t context,
                                    Answer* found) noexcept:
    """Behind the TPKT at ``offset`` when it is a confirmed response and nothing else, as ``found`` tells; else -1."""
    cdef Py_ssize_t at, end, begin, start
    cdef uint64_t invoke = 0
    cdef int i, size
    cdef uint8_t service
    if offset < 0 or total - offset < SHORTEST_ANSWER:
        return -1
    end = offset + (p[offset + 2] << 8 | p[offset + 3])
    if p[offset] != 3 or end > total or end - offset < SHORTEST_ANSWER or memcmp(p + offset + 4, HEAD, 8) != 0:
        return -1
    at = content(p, offset + 12, end)
    if at < 0 or at >= end or p[at] != 0x30:
        return -1
    at = content(p, at + 1, end)
    if at < 0 or at + 4 > end or p[at] != 2 or p[at + 1] != 1 or p[at + 2] != context or p[at + 3] != 0xA0:
        return -1
    begin = content(p, at + 4, end)
    if begin < 0 or begin >= end or p[begin] != 0xA1:
        return -1
    at = content(p, begin + 1, end)
    if at < 0 or at + 2 > end or p[at] != 2 or p[at + 1] < 1 or p[at + 1] > INVOKE:
        return -1
    size = p[at + 1]
    at += 2
    if at + size >= end or p[at] >= 0x80:
        return -1
    for i in range(size):
        invoke = invoke << 8 | p[at + i]
    at += size
    service = p[at]
    start = content(p, at + 1, end)
    if start < 0 or service & 0x1F == 0x1F or service == MODIFIERS:
        return -1
    found.invoke, found.service, found.begin, found.start = invoke, service, begin, start
    return end


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


cdef bytes request(uint64_t invoke, bytes service, uint8_t context, Py_ssize_t max_pdu, Py_ssize_t max_tpdu):
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
