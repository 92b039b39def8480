# Access results to dressed values, for who has them in memory. No value made here is ever None, so None travels up as "not
# for me". Every length is compared with the end of its parent before anything is read.

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_SetItem
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from cpython.unicode cimport PyUnicode_DecodeASCII
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from "Python.h":
    ctypedef struct Kind "PyTypeObject":
        object (*tp_new)(Kind*, PyObject*, PyObject*)
        int (*tp_init)(PyObject*, PyObject*, PyObject*)

cdef enum:
    DEPTH = 25
    QUALITIES = 8192
    TIMES = 1024

# What was made of recent octets: quality and time are immutable, and neighbours share theirs. A quality has a place of its
# own; the times of a place follow one another.
cdef PyObject* _qualities[QUALITIES]
cdef PyObject* _times[TIMES]
cdef uint64_t _octets[TIMES]
cdef object _quality_maker = None
cdef object _time_maker = None
cdef tuple _nothing = ()


cdef void made_by(object quality, object time) noexcept:
    """Who makes qualities and times; what others have made is forgotten."""
    global _quality_maker, _time_maker
    cdef int i
    if quality is _quality_maker and time is _time_maker:
        return
    for i in range(QUALITIES):
        Py_XDECREF(_qualities[i])
        _qualities[i] = NULL
    for i in range(TIMES):
        Py_XDECREF(_times[i])
        _times[i] = NULL
    _quality_maker, _time_maker = quality, time


cdef inline bint is_plain_dict(object structure):
    """A class that is made and begun by dict needs neither to be called nor to be begun."""
    cdef Kind* kind = <Kind*>structure
    return isinstance(structure, type) and kind.tp_new == (<Kind*>dict).tp_new and kind.tp_init == (<Kind*>dict).tp_init


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
    cdef object made
    if size == 3 and p[0] == 3:
        number = (p[1] << 8 | p[2]) >> 3
        if _qualities[number] is NULL:
            made = quality(number)
            if _qualities[number] is NULL:  # it still is: making it may have come here as well
                Py_INCREF(made)
                _qualities[number] = <PyObject*>made
        return <object>_qualities[number]
    if size == 2 and p[0] == 6:
        return p[1] >> 6
    return None


cdef object moment(const uint8_t* p, Py_ssize_t size, object time):
    cdef uint64_t octets
    cdef int place
    cdef PyObject* before
    cdef object made
    if size != 8:
        return None
    memcpy(&octets, p, 8)
    place = <int>((octets * <uint64_t>0x9E3779B97F4A7C15) >> 54)
    if _times[place] is not NULL and _octets[place] == octets:
        return <object>_times[place]
    made = time(PyBytes_FromStringAndSize(<const char*>p, 8))
    before = _times[place]
    Py_INCREF(made)
    _times[place] = <PyObject*>made
    _octets[place] = octets
    Py_XDECREF(before)
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
    cdef object made = (<Kind*>structure).tp_new(<Kind*>structure, <PyObject*>_nothing, NULL), value
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


cdef list dressed_results(const uint8_t* p, Py_ssize_t at, Py_ssize_t end, shapes, object structure, object quality,
                          object time):
    """One value for each shape from the access results that fill up to ``end``; None when they are not just that."""
    cdef Py_ssize_t first, stop = 0
    cdef list values = []
    made_by(quality, time)
    for shape in shapes:
        first = header(p, at, end, &stop)
        if first < 0:
            return None
        value = dressed(p, p[at], first, stop, shape, structure, quality, time, 0)
        if value is None:
            return None
        values.append(value)
        at = stop
    return values if at == end else None
