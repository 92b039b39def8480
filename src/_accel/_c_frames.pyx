# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Search for the frames of several meter dialects, compiled; what each function promises is told in _py_frames.py.

The same search is offered to other C and Cython extensions through the capsule ``_C_API``; include/meterwire_frames.h
tells its functions.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memchr, memcpy, memset  # these also for frames.pxi

from ..errors import UsageError
from . import _py_frames as _twin

cdef extern from "meterwire_frames.h" nogil:
    const char* METERWIRE_FRAMES_CAPSULE
    int METERWIRE_FRAMES_VERSION
    struct meterwire_scan:
        pass
    ctypedef struct meterwire_span:
        Py_ssize_t offset
        Py_ssize_t end
        int protocol
    ctypedef struct meterwire_frames_api:
        int version
        meterwire_scan* (*open)(uint32_t dialects) noexcept nogil
        void (*close)(meterwire_scan* scan) noexcept nogil
        int (*next)(meterwire_scan* scan, const uint8_t* data, Py_ssize_t size, Py_ssize_t base, Py_ssize_t start,
                    int final, meterwire_span* found) noexcept nogil
        uint16_t (*fcs)(const uint8_t* data, Py_ssize_t size) noexcept nogil
        uint8_t (*sum8)(const uint8_t* data, Py_ssize_t size) noexcept nogil

__all__ = ["DIALECTS", "PROTOCOLS", "ROW", "Scanner", "fcs", "scan", "spans"]

DIALECTS = _twin.DIALECTS
PROTOCOLS = _twin.PROTOCOLS
ROW = _twin.ROW

include "frames.pxi"

cdef tuple NAMES = _twin.PROTOCOLS
cdef uint8_t EDITION[32]  # function of a 645 frame to its place in PROTOCOLS
cdef int _i
for _i in range(32):
    EDITION[_i] = _twin._EDITION.get(_i, 0)


cdef inline int protocol(int kind, const uint8_t* p) noexcept nogil:
    """Place in PROTOCOLS of a frame that has been checked."""
    if kind != DLT645:
        return kind
    if p[8] & 0x1F == 3:  # 2007: security authentication, whose items are 07…; 1997: read again
        return 4 if p[9] >= 4 and p[13] == 0x07 + 0x33 else 5
    return EDITION[p[8] & 0x1F]


cdef uint32_t chosen(dialects) except 0:
    cdef uint32_t bits = 0
    for kind in _twin._chosen(dialects):
        bits |= 1u << <int>kind
    return bits


cdef object span(Engine* e, const uint8_t* p, Hit hit):
    return e.origin + hit.offset, hit.end - hit.offset, NAMES[protocol(hit.kind, p + hit.offset)]


cdef object octets(const uint8_t* p, Hit hit):
    return NAMES[protocol(hit.kind, p + hit.offset)], PyBytes_FromStringAndSize(<const char*>p + hit.offset, hit.end - hit.offset)


def fcs(data):
    """CRC-16/X.25, the HCS and FCS of DL/T 698.45 and of HDLC; large data without the GIL."""
    cdef Py_buffer view
    cdef uint16_t result
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    if view.len < 4096:
        result = fcs16(<const uint8_t*>view.buf, view.len)
    else:
        with nogil:
            result = fcs16(<const uint8_t*>view.buf, view.len)
    PyBuffer_Release(&view)
    return result


def scan(data, dialects=DIALECTS):
    """All frames in ``data`` as ``(offset, length, protocol)``; there will be no more octets behind it."""
    cdef Py_buffer view
    cdef Engine engine
    cdef Hit hit
    cdef Py_ssize_t at = 0
    cdef list found = []
    begin(&engine, chosen(dialects))
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        while True:
            hit = search(&engine, <const uint8_t*>view.buf, view.len, at, True)
            if not hit.found:
                return found
            found.append(span(&engine, <const uint8_t*>view.buf, hit))
            at = hit.end
    finally:
        PyBuffer_Release(&view)
        finish(&engine)


def spans(data, Py_ssize_t start, rows, dialects=DIALECTS, bint final=False):
    """As scan() without making objects and without the GIL: ``(count, resume, errors, discarded)``."""
    cdef Py_buffer source, target
    cdef Engine engine
    cdef Hit hit
    cdef const uint8_t* p
    cdef uint64_t* row
    cdef Py_ssize_t count = 0, capacity, at = start
    begin(&engine, chosen(dialects))
    PyObject_GetBuffer(data, &source, PyBUF_SIMPLE)
    try:
        if start < 0 or start > source.len:
            raise UsageError(f"start {start} is outside {source.len} octets")
        PyObject_GetBuffer(rows, &target, PyBUF_WRITABLE)
    except:
        PyBuffer_Release(&source)
        raise
    p = <const uint8_t*>source.buf
    row = <uint64_t*>target.buf
    capacity = target.len // 16
    with nogil:
        while count < capacity:
            hit = search(&engine, p, source.len, at, final)
            if not hit.found:
                at = hit.offset
                break
            row[0] = hit.offset
            row[1] = <uint64_t>(hit.end - hit.offset) << 8 | <uint64_t>protocol(hit.kind, p + hit.offset)
            row += 2
            count += 1
            at = hit.end
        finish(&engine)
    PyBuffer_Release(&target)
    PyBuffer_Release(&source)
    return count, at, engine.errors, engine.discarded


cdef class Scanner:
    """Finds frames in a stream that comes in pieces cut anywhere; nothing it is fed makes it raise."""

    cdef Engine engine
    cdef bytearray buffer
    cdef Py_ssize_t need
    cdef readonly Py_ssize_t found

    def __cinit__(self, dialects=DIALECTS):
        begin(&self.engine, chosen(dialects))
        self.buffer = bytearray()
        self.need = 1

    def __dealloc__(self):
        finish(&self.engine)

    @property
    def errors(self):
        """Complete candidates whose check did not hold."""
        return self.engine.errors

    @property
    def discarded(self):
        """Octets that belonged to no frame; FE, the preamble, is not counted."""
        return self.engine.discarded

    @property
    def examined(self):
        """Octets searched or summed, the measure of work."""
        return self.engine.examined

    @property
    def headers(self):
        """Octets of headers looked at."""
        return self.engine.headers

    @property
    def pending(self):
        """Octets kept for a frame that has begun."""
        return len(self.buffer)

    def feed(self, data):
        """Take some octets; the frames they complete as ``(offset, length, protocol)``."""
        self.buffer += data
        return self.collect(False, False) if len(self.buffer) >= self.need else []

    def flush(self):
        """The line went quiet: what is incomplete stays so; the frames inside of it."""
        return self.collect(False, True)

    def feed_frames(self, data):
        """As feed(), with the frames themselves: ``(protocol, octets)``."""
        self.buffer += data
        return self.collect(True, False) if len(self.buffer) >= self.need else []

    def flush_frames(self):
        """As flush(), with the frames themselves."""
        return self.collect(True, True)

    cdef list collect(self, bint whole, bint final):
        cdef const uint8_t* p = <const uint8_t*><char*>self.buffer
        cdef Py_ssize_t size = len(self.buffer), at = 0
        cdef Hit hit
        cdef list made = []
        while True:
            hit = search(&self.engine, p, size, at, final)
            if not hit.found:
                break
            made.append(octets(p, hit) if whole else span(&self.engine, p, hit))
            at = hit.end
        del self.buffer[:hit.offset]
        self.engine.origin += hit.offset
        self.need = hit.end - hit.offset
        self.found += len(made)
        return made


# ---- for other extensions


cdef meterwire_scan* api_open(uint32_t dialects) noexcept nogil:
    cdef Engine* engine
    if dialects & ((1 << DIALECT_COUNT) - 1) == 0:
        return NULL
    engine = <Engine*>malloc(sizeof(Engine))
    if engine != NULL:
        begin(engine, dialects)
    return <meterwire_scan*>engine


cdef void api_close(meterwire_scan* handle) noexcept nogil:
    if handle != NULL:
        finish(<Engine*>handle)
        free(handle)


cdef int api_next(meterwire_scan* handle, const uint8_t* data, Py_ssize_t size, Py_ssize_t base, Py_ssize_t start,
                  int final, meterwire_span* found) noexcept nogil:
    cdef Engine* engine = <Engine*>handle
    cdef Hit hit
    engine.origin = base
    hit = search(engine, data, size, start, final)
    found.offset = hit.offset
    found.end = hit.end
    found.protocol = protocol(hit.kind, data + hit.offset) if hit.found else -1
    return hit.found


cdef uint16_t api_fcs(const uint8_t* data, Py_ssize_t size) noexcept nogil:
    return fcs16(data, size)


cdef uint8_t api_sum8(const uint8_t* data, Py_ssize_t size) noexcept nogil:
    return total(data, size)


cdef meterwire_frames_api API
API.version = METERWIRE_FRAMES_VERSION
API.open = api_open
API.close = api_close
API.next = api_next
API.fcs = api_fcs
API.sum8 = api_sum8
_C_API = PyCapsule_New(&API, METERWIRE_FRAMES_CAPSULE, NULL)
