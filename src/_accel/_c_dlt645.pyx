# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""DL/T 645 link layer, compiled; what each function promises is told in the twin _py_dlt645.py.

The fast path either succeeds completely or hands the same input to the twin, which says what is wrong: there is one
source of error texts. Nothing is allocated here but the results, whose sizes were checked against the input.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject, PyTypeObject
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcpy, memset  # these also for frames.pxi

from ..errors import UsageError
from . import _py_dlt645 as _twin

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void* PyUnicode_DATA(object text)
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL
    object PyType_GenericAlloc(PyTypeObject* type, Py_ssize_t count)
    ctypedef int (*descrsetfunc)(PyObject*, PyObject*, PyObject*) except -1
    void* PyType_GetSlot(PyTypeObject* type, int slot)
    int Py_tp_descr_set

__all__ = ["MAX_DATA", "ROW", "batch", "checksum", "decode", "encode", "extract", "mask", "scan", "unmask"]

MAX_DATA = _twin.MAX_DATA
ROW = _twin.ROW

include "frames.pxi"

cdef const char* DIGITS = b"0123456789ABCDEF"
cdef uint8_t NIBBLE[256]
cdef int _i
for _i in range(256):
    NIBBLE[_i] = 0xFF
for _i in range(10):
    NIBBLE[48 + _i] = _i
for _i in range(6):
    NIBBLE[65 + _i] = 10 + _i
    NIBBLE[97 + _i] = 10 + _i


# Where a class keeps its three slots; one class is in use at a time, so one entry is remembered.
cdef object _cls = None
cdef object _address = None
cdef object _control = None
cdef object _data = None
cdef descrsetfunc _put = NULL


cdef int learn(cls) except -1:
    global _cls, _address, _control, _data, _put
    address, control, data = cls.__dict__["address"], cls.__dict__["control"], cls.__dict__["data"]
    if not type(address).__name__ == type(control).__name__ == type(data).__name__ == "member_descriptor":
        raise TypeError(f"{cls.__name__} does not keep address, control and data in slots")
    _cls, _address, _control, _data = cls, address, control, data
    cdef object kind = type(address)
    _put = <descrsetfunc>PyType_GetSlot(<PyTypeObject*>kind, Py_tp_descr_set)
    return 0


cdef object build(cls, const uint8_t* p, Py_ssize_t length):
    """A frame object from checked octets starting at 68H; frozen classes are filled through their slots."""
    if cls is not _cls:
        learn(cls)
    cdef object address = PyUnicode_New(12, 127)
    cdef char* text = <char*>PyUnicode_DATA(address)
    cdef object data = PyBytes_FromStringAndSize(NULL, length)
    cdef uint8_t* out = <uint8_t*>PyBytes_AS_STRING(data)
    cdef object control = <long>p[8]
    cdef Py_ssize_t k
    for k in range(6):
        text[2 * k] = DIGITS[p[6 - k] >> 4]
        text[2 * k + 1] = DIGITS[p[6 - k] & 15]
    for k in range(length):
        out[k] = <uint8_t>(p[10 + k] - 0x33)
    cdef object frame = PyType_GenericAlloc(<PyTypeObject*>cls, 0)
    _put(<PyObject*>_address, <PyObject*>frame, <PyObject*>address)
    _put(<PyObject*>_control, <PyObject*>frame, <PyObject*>control)
    _put(<PyObject*>_data, <PyObject*>frame, <PyObject*>data)
    return frame


cdef object shifted(data, int by):
    cdef Py_buffer view
    cdef Py_ssize_t k
    cdef uint8_t* out
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        result = PyBytes_FromStringAndSize(NULL, view.len)
        out = <uint8_t*>PyBytes_AS_STRING(result)
        for k in range(view.len):
            out[k] = <uint8_t>((<const uint8_t*>view.buf)[k] + by)
    finally:
        PyBuffer_Release(&view)
    return result


def checksum(data):
    """Sum of all octets, modulo 256."""
    cdef Py_buffer view
    cdef const uint8_t* p
    cdef Py_ssize_t k
    cdef uint8_t result = 0
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    p = <const uint8_t*>view.buf
    for k in range(view.len):
        result += p[k]
    PyBuffer_Release(&view)
    return result


def mask(data):
    """Add 33H to every octet, as the sender does."""
    return shifted(data, 0x33)


def unmask(data):
    """Take 33H from every octet, as the receiver does."""
    return shifted(data, -0x33)


cdef object parse(cls, const uint8_t* p, Py_ssize_t size):
    """The one frame that fills p[:size] behind its preamble, or None."""
    cdef Py_ssize_t start = 0, length, end
    while start < size and p[start] == 0xFE:
        start += 1
    if size - start < 12 or p[start] != 0x68 or p[start + 7] != 0x68:
        return None
    length = p[start + 9]
    end = start + 12 + length
    if length > LIMIT or end != size or p[end - 1] != 0x16:
        return None
    if total(p + start, length + 10) != p[end - 2]:
        return None
    return build(cls, p + start, length)


def decode(cls, data):
    """Exactly one frame, after any number of FE, as a ``cls`` with the slots ``address``, ``control`` and ``data``."""
    cdef Py_buffer view
    cdef object frame
    if PyBytes_CheckExact(data):
        frame = parse(cls, <const uint8_t*>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
    else:
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            frame = parse(cls, <const uint8_t*>view.buf, view.len)
        finally:
            PyBuffer_Release(&view)
    return _twin.decode(cls, data) if frame is None else frame


def encode(address, control, data):
    """One frame without preamble; ``address`` is 12 digits (or hex, AA as wildcard), most significant first."""
    if not PyBytes_CheckExact(data) or type(address) is not str or type(control) is not int:
        return _twin.encode(address, control, data)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data), digits = 0, k
    if not address.isascii():
        return _twin.encode(address, control, data)
    cdef const uint8_t* text = <const uint8_t*>PyUnicode_AsUTF8AndSize(address, &digits)
    cdef const uint8_t* source = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef uint8_t* out
    cdef uint8_t high, low
    if digits != 12 or size > LIMIT or not 0 <= control <= 0xFF:
        return _twin.encode(address, control, data)
    result = PyBytes_FromStringAndSize(NULL, size + 12)
    out = <uint8_t*>PyBytes_AS_STRING(result)
    out[0] = out[7] = 0x68
    for k in range(6):
        high = NIBBLE[text[2 * k]]
        low = NIBBLE[text[2 * k + 1]]
        if (high | low) & 0xF0:
            return _twin.encode(address, control, data)
        out[6 - k] = high << 4 | low
    out[8] = <uint8_t>control
    out[9] = <uint8_t>size
    for k in range(size):
        out[10 + k] = <uint8_t>(source[k] + 0x33)
    out[size + 10] = total(out, size + 10)
    out[size + 11] = 0x16
    return result


cdef int acquire(data, Py_buffer* view, Py_ssize_t start) except -1:
    """The octets of ``data``, once ``start`` is known to lie among them."""
    PyObject_GetBuffer(data, view, PyBUF_SIMPLE)
    if start < 0 or start > view.len:
        size = view.len
        PyBuffer_Release(view)
        raise UsageError(f"start {start} is outside {size} octets")
    return 0


def scan(data, Py_ssize_t start=0, bint final=False):
    """Look for the next valid frame: ``(found, offset, end, errors, discarded, examined)``."""
    cdef Py_buffer view
    cdef Engine engine
    cdef Hit hit
    acquire(data, &view, start)
    begin(&engine, 1 << DLT645)
    hit = search(&engine, <const uint8_t*>view.buf, view.len, start, final)
    finish(&engine)
    PyBuffer_Release(&view)
    return bool(hit.found), hit.offset, hit.end, engine.errors, engine.discarded, engine.examined


def extract(cls, data, Py_ssize_t start=0, bint final=False):
    """All frames from ``start`` on as ``cls``: ``(frames, resume, need, errors, discarded, examined)``."""
    cdef Py_buffer view
    cdef const uint8_t* p
    cdef Engine engine
    cdef Hit hit
    cdef Py_ssize_t at = start
    cdef list frames = []
    acquire(data, &view, start)
    begin(&engine, 1 << DLT645)
    try:
        p = <const uint8_t*>view.buf
        while True:
            hit = search(&engine, p, view.len, at, final)
            if not hit.found:
                return frames, hit.offset, hit.end, engine.errors, engine.discarded, engine.examined
            frames.append(build(cls, p + hit.offset, p[hit.offset + 9]))
            at = hit.end
    finally:
        finish(&engine)
        PyBuffer_Release(&view)


def batch(data, Py_ssize_t start, rows):
    """Check frames and fill ``rows`` without making objects: ``(count, resume, errors, discarded)``."""
    cdef Py_buffer source, target
    cdef const uint8_t* p
    cdef uint64_t* row
    cdef uint64_t word
    cdef uint32_t di
    cdef uint8_t length
    cdef Py_ssize_t count = 0, capacity, at = start
    cdef Engine engine
    cdef Hit hit
    acquire(data, &source, start)
    try:
        PyObject_GetBuffer(rows, &target, PyBUF_WRITABLE)
    except:
        PyBuffer_Release(&source)
        raise
    p = <const uint8_t*>source.buf
    row = <uint64_t*>target.buf
    capacity = target.len // 24
    begin(&engine, 1 << DLT645)
    with nogil:
        while count < capacity:
            hit = search(&engine, p, source.len, at, False)
            if not hit.found:
                at = hit.offset
                break
            length = p[hit.offset + 9]
            di = 0
            if length >= 4:
                di = (<uint32_t><uint8_t>(p[hit.offset + 13] - 0x33) << 24 | <uint32_t><uint8_t>(p[hit.offset + 12] - 0x33) << 16
                      | <uint32_t><uint8_t>(p[hit.offset + 11] - 0x33) << 8 | <uint32_t><uint8_t>(p[hit.offset + 10] - 0x33))
            memcpy(&word, p + hit.offset + 1, 8)  # six address octets and two more, inside any valid frame
            row[0] = hit.offset
            row[1] = <uint64_t>length << 40 | <uint64_t>p[hit.offset + 8] << 32 | di
            row[2] = le64(word) & <uint64_t>0xFFFFFFFFFFFF
            row += 3
            count += 1
            at = hit.end
        finish(&engine)
    PyBuffer_Release(&target)
    PyBuffer_Release(&source)
    return count, at, engine.errors, engine.discarded
