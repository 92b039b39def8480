# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Access results straight to dressed values, compiled; what is promised is told in the twin _py_mmsdata.py.

No value decoded here is ever None, so None travels up as "not for me". Every length is compared with the end of its
parent before anything is read.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_SetItem
from cpython.unicode cimport PyUnicode_DecodeASCII
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from . import _py_mmsdata as _twin

__all__ = ["MAX_DEPTH", "Shape", "dress_results"]

MAX_DEPTH = _twin.MAX_DEPTH
Shape = _twin.Shape

cdef enum:
    DEPTH = 25
    MOST_KEPT = 4096

# What was made of recent octets: quality and time are immutable, and neighbours share theirs.
cdef dict _qualities = {}
cdef dict _times = {}
cdef object _quality_maker = None
cdef object _time_maker = None


cdef inline Py_ssize_t header(const uint8_t* p, Py_ssize_t at, Py_ssize_t end, Py_ssize_t* stop) noexcept:
    """First content octet of the element at ``at`` (one-octet tag), its end in ``stop``; -1 when it is not usual."""
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
        elif size == 0x83 and at + 2 < end:
            size = p[at] << 16 | p[at + 1] << 8 | p[at + 2]
            at += 3
        else:
            return -1
    stop[0] = at + size
    return at if at + size <= end else -1


cdef object integer(const uint8_t* p, Py_ssize_t size, bint signed):
    cdef uint64_t value = 0
    cdef Py_ssize_t i
    if size == 9 and not signed and p[0] == 0:
        p += 1
        size = 8
    if size < 1 or size > 8:
        return None
    if signed and p[0] & 0x80:
        value = <uint64_t>-1
    for i in range(size):
        value = value << 8 | p[i]
    if signed:
        return <int64_t>value
    return value


cdef object floating(const uint8_t* p, Py_ssize_t size):
    cdef uint32_t bits = 0
    cdef uint64_t wide = 0
    cdef float single
    cdef double value
    cdef int i
    if size == 5 and p[0] == 8:
        for i in range(1, 5):
            bits = bits << 8 | p[i]
        memcpy(&single, &bits, 4)
        return <double>single
    if size == 9 and p[0] == 11:
        for i in range(1, 9):
            wide = wide << 8 | p[i]
        memcpy(&value, &wide, 8)
        return value
    return None


cdef object bits(const uint8_t* p, Py_ssize_t size, object quality):
    """Quality and two-bit codes; other bit strings go the general way."""
    cdef int number
    if size == 3 and p[0] == 3:
        number = (p[1] << 8 | p[2]) >> 3
        made = _qualities.get(number)
        if made is None:
            made = quality(number)
            _qualities[number] = made
        return made
    if size == 2 and p[0] == 6:
        return p[1] >> 6
    return None


cdef object moment(const uint8_t* p, Py_ssize_t size, object time):
    cdef bytes octets
    if size != 8:
        return None
    octets = PyBytes_FromStringAndSize(<const char*>p, 8)
    made = _times.get(octets)
    if made is None:
        if len(_times) >= MOST_KEPT:
            _times.clear()
        made = time(octets)
        _times[octets] = made
    return made


cdef object text(const uint8_t* p, Py_ssize_t size):
    cdef Py_ssize_t i
    for i in range(size):
        if p[i] >= 0x80:
            return None
    return PyUnicode_DecodeASCII(<const char*>p, size, NULL)


cdef object members(const uint8_t* p, Py_ssize_t at, Py_ssize_t end, tuple shape, object structure, object quality,
                    object time, int depth):
    cdef tuple names = <tuple?>shape[0], shapes = <tuple?>shape[1]
    cdef object made = structure(), value
    cdef Py_ssize_t i, first, stop = 0
    for i in range(len(names)):
        first = header(p, at, end, &stop)
        if first < 0:
            return None
        value = dressed(p, p[at], first, stop, shapes[i], structure, quality, time, depth + 1)
        if value is None:
            return None
        PyDict_SetItem(made, names[i], value)
        at = stop
    return made if at == end else None


cdef object dressed(const uint8_t* p, uint8_t tag, Py_ssize_t first, Py_ssize_t stop, object shape, object structure,
                    object quality, object time, int depth):
    cdef Py_ssize_t size = stop - first, inner = 0
    cdef list values
    if tag == 0x85:
        return integer(p + first, size, True)
    if tag == 0x84:
        return bits(p + first, size, quality)
    if tag == 0x91:
        return moment(p + first, size, time)
    if tag == 0x87:
        return floating(p + first, size)
    if tag == 0x83:
        return p[first] != 0 if size == 1 else None
    if tag == 0x86:
        return integer(p + first, size, False)
    if tag == 0x8A or tag == 0x90:
        return text(p + first, size)
    if tag == 0x89:
        return PyBytes_FromStringAndSize(<const char*>p + first, size)
    if depth >= DEPTH:
        return None
    if tag == 0xA2 and type(shape) is tuple:
        return members(p, first, stop, <tuple>shape, structure, quality, time, depth)
    if tag == 0xA1 and type(shape) is list:
        values = []
        while first < stop:
            size = header(p, first, stop, &inner)
            if size < 0:
                return None
            value = dressed(p, p[first], size, inner, shape[0], structure, quality, time, depth + 1)
            if value is None:
                return None
            values.append(value)
            first = inner
        return values
    return None


def dress_results(bytes data not None, Py_ssize_t start, Py_ssize_t end, shapes, structure, quality, time):
    global _quality_maker, _time_maker
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t first, stop = 0
    cdef list values = []
    if start < 0 or end > PyBytes_GET_SIZE(data) or not issubclass(structure, dict):
        return None
    if quality is not _quality_maker or time is not _time_maker:
        _qualities.clear()
        _times.clear()
        _quality_maker, _time_maker = quality, time
    for shape in shapes:
        first = header(p, start, end, &stop)
        if first < 0:
            return None
        value = dressed(p, p[start], first, stop, shape, structure, quality, time, 0)
        if value is None:
            return None
        values.append(value)
        start = stop
    return values if start == end else None
