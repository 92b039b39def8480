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
    bint PyUnicode_IS_ASCII(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    void Py_INCREF(PyObject* value)
    void Py_XDECREF(PyObject* value)

cdef extern from "structmember.h":
    int T_OBJECT_EX
    ctypedef struct PyMemberDef:
        int type
        Py_ssize_t offset
    ctypedef struct PyMemberDescrObject:
        PyMemberDef* d_member

__all__ = ["MAX_DATA", "ROW", "batch", "checksum", "decode", "encode", "extract", "mask", "scan", "unmask"]

MAX_DATA = _twin.MAX_DATA
ROW = _twin.ROW

include "frames.pxi"

cdef uint8_t NIBBLE[256]
cdef int _i
for _i in range(256):
    NIBBLE[_i] = 0xFF
for _i in range(10):
    NIBBLE[48 + _i] = _i
for _i in range(6):
    NIBBLE[65 + _i] = 10 + _i
    NIBBLE[97 + _i] = 10 + _i


cdef uint16_t PAIR[256]  # the two hex digits of an octet, as they lie in a text
cdef bytes _pair
for _i in range(256):
    _pair = b"%02X" % _i
    memcpy(&PAIR[_i], <const char*>_pair, 2)


# Where a class keeps its three slots; one class is in use at a time, so one entry is remembered.
cdef object _cls = None
cdef Py_ssize_t _address = 0
cdef Py_ssize_t _control = 0
cdef Py_ssize_t _data = 0


cdef Py_ssize_t slot(cls, name) except -1:
    """Where in an object of ``cls`` the slot is."""
    cdef object member = cls.__dict__[name]
    if type(member).__name__ != "member_descriptor" or (<PyMemberDescrObject*>member).d_member.type != T_OBJECT_EX:
        raise TypeError(f"{cls.__name__} does not keep {name} in a slot")
    return (<PyMemberDescrObject*>member).d_member.offset


cdef int learn(cls) except -1:
    global _cls, _address, _control, _data
    _cls = None
    _address, _control, _data = slot(cls, "address"), slot(cls, "control"), slot(cls, "data")
    _cls = cls
    return 0


cdef inline void put(frame, Py_ssize_t where, value) noexcept:
    """Fill a slot of an object that is new, so that there is nothing in it to let go of."""
    Py_INCREF(<PyObject*>value)
    (<PyObject**>(<char*><PyObject*>frame + where))[0] = <PyObject*>value


# Addresses as text, as few meters speak again and again; a place holds the last address that fell on it.
cdef enum:
    PLACES = 64
cdef uint64_t ADDRESSES[PLACES]
cdef PyObject* TEXTS[PLACES]


cdef object address_of(const uint8_t* p):
    """Twelve digits of the six octets at ``p``, least significant first; two more may be read behind them."""
    cdef uint64_t key
    cdef Py_ssize_t place, k
    cdef char* text
    memcpy(&key, p, 8)
    key = le64(key) & <uint64_t>0xFFFFFFFFFFFF
    place = (key * <uint64_t>0x9E3779B97F4A7C15) >> 58
    if TEXTS[place] != NULL and ADDRESSES[place] == key:
        return <object>TEXTS[place]
    address = PyUnicode_New(12, 127)
    text = <char*>PyUnicode_DATA(address)
    for k in range(6):
        memcpy(text + 2 * k, &PAIR[p[5 - k]], 2)
    Py_XDECREF(TEXTS[place])
    Py_INCREF(<PyObject*>address)
    TEXTS[place] = <PyObject*>address
    ADDRESSES[place] = key
    return address


cdef extern from *:
    """
    /* An object of a class whose slots hold nothing that could be part of a cycle: the collector need not know it. */
    static PyObject *untracked(PyTypeObject *type)
    {
        PyObject *made;
        if (!PyType_IS_GC(type))
            return PyType_GenericAlloc(type, 0);
        made = PyObject_GC_New(PyObject, type);
        if (made != NULL)
            memset((char *)made + sizeof(PyObject), 0, (size_t)type->tp_basicsize - sizeof(PyObject));
        return made;
    }
    """
    object untracked(PyTypeObject* type)


cdef object build(cls, const uint8_t* p, Py_ssize_t length):
    """A frame object from checked octets starting at 68H; frozen classes are filled through their slots."""
    if cls is not _cls:
        learn(cls)
    cdef object address = address_of(p + 1)
    cdef object data = PyBytes_FromStringAndSize(NULL, length)
    cdef uint8_t* out = <uint8_t*>PyBytes_AS_STRING(data)
    cdef object control = <long>p[8]
    cdef uint64_t word
    cdef Py_ssize_t k = 0
    while k + 8 <= length:
        memcpy(&word, p + 10 + k, 8)
        word = unmasked(word)
        memcpy(out + k, &word, 8)
        k += 8
    while k < length:
        out[k] = <uint8_t>(p[10 + k] - 0x33)
        k += 1
    cdef object frame = untracked(<PyTypeObject*>cls)
    put(frame, _address, address)
    put(frame, _control, control)
    put(frame, _data, data)
    return frame


cdef inline uint64_t masked(uint64_t word) noexcept nogil:
    """33H added to each of eight octets, no carry from one to the next."""
    return ((word & <uint64_t>0x7F7F7F7F7F7F7F7F) + <uint64_t>0x3333333333333333) ^ (word & <uint64_t>0x8080808080808080)


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
    if total_short(p + start, length + 10) != p[end - 2]:
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
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data), k
    cdef uint64_t word
    if not PyUnicode_IS_ASCII(address) or PyUnicode_GET_LENGTH(address) != 12:
        return _twin.encode(address, control, data)
    cdef const uint8_t* text = <const uint8_t*>PyUnicode_DATA(address)
    cdef const uint8_t* source = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef uint8_t* out
    cdef uint8_t high, low
    if size > LIMIT or not 0 <= control <= 0xFF:
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
    k = 0
    while k + 8 <= size:
        memcpy(&word, source + k, 8)
        word = masked(word)
        memcpy(out + 10 + k, &word, 8)
        k += 8
    while k < size:
        out[10 + k] = <uint8_t>(source[k] + 0x33)
        k += 1
    out[size + 10] = total_short(out, size + 10)
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
