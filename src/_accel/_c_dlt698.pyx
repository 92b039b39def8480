# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""DL/T 698.45 frames, compiled; what each function promises is told in the twin _py_dlt698.py.

A frame that is right is built here; anything else is handed to the twin, which says what is wrong. The checks are summed by
the common frame search, through its capsule.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject, PyTypeObject
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport uint8_t, uint16_t
from libc.string cimport memcpy

from . import _py_dlt698 as _twin

cdef extern from "Python.h":
    object PyType_GenericAlloc(PyTypeObject* type, Py_ssize_t count)
    void* PyType_GetSlot(PyTypeObject* type, int slot)
    int Py_tp_new
    int Py_tp_descr_set

cdef extern from "meterwire_frames.h":
    const char* METERWIRE_FRAMES_CAPSULE
    ctypedef struct meterwire_frames_api:
        uint16_t (*fcs)(const uint8_t* data, Py_ssize_t size) noexcept nogil

ctypedef object (*newfunc)(PyObject* type, PyObject* args, PyObject* kwargs)
ctypedef int (*descrsetfunc)(PyObject*, PyObject*, PyObject*) except -1

__all__ = ["MAX_FRAME", "build", "decode", "encode"]

MAX_FRAME = _twin.MAX_FRAME

try:
    from . import _c_frames
except ImportError as error:  # the search was not compiled: nor are we
    raise ModuleNotFoundError(str(error), name=__name__) from None
cdef const meterwire_frames_api* search = <const meterwire_frames_api*>PyCapsule_GetPointer(
    _c_frames._C_API, METERWIRE_FRAMES_CAPSULE
)

cdef newfunc bytes_new = <newfunc>PyType_GetSlot(<PyTypeObject*>bytes, Py_tp_new)

# Where a class keeps its slots; one class is in use at a time, so one entry is remembered.
cdef object _cls = None
cdef object _control = None
cdef object _server = None
cdef object _client = None
cdef object _data = None
cdef descrsetfunc put_slot = NULL


cdef int learn(cls) except -1:
    global _cls, _control, _server, _client, _data, put_slot
    slots = [cls.__dict__[name] for name in ("control", "server", "client", "data")]
    if any(type(slot).__name__ != "member_descriptor" for slot in slots):
        raise TypeError(f"{cls.__name__} does not keep control, server, client and data in slots")
    cdef object kind = type(slots[0])
    put_slot = <descrsetfunc>PyType_GetSlot(<PyTypeObject*>kind, Py_tp_descr_set)
    _control, _server, _client, _data = slots
    _cls = cls
    return 0


cdef object made(cls, server, const uint8_t* p, Py_ssize_t size):
    """A frame object from the checked octets of one frame."""
    if cls is not _cls:
        learn(cls)
    cdef Py_ssize_t client = 6 + (p[4] & 15), length = size - client - 6, k
    cdef object control = <long>p[3], address = <long>p[client]
    cdef tuple args = (PyBytes_FromStringAndSize(<const char*>p + 4, client - 4),)
    cdef object name = bytes_new(<PyObject*>server, <PyObject*>args, NULL)
    cdef object data
    cdef uint8_t* out
    if p[3] & 0x08:
        # from NULL: one octet copied would be CPython's own constant for it, which may not be written to
        data = PyBytes_FromStringAndSize(NULL, length)
        out = <uint8_t*>PyBytes_AS_STRING(data)
        for k in range(length):
            out[k] = <uint8_t>(p[client + 3 + k] - 0x33)
    else:
        data = PyBytes_FromStringAndSize(<const char*>p + client + 3, length)
    cdef object frame = PyType_GenericAlloc(<PyTypeObject*>cls, 0)
    put_slot(<PyObject*>_control, <PyObject*>frame, <PyObject*>control)
    put_slot(<PyObject*>_server, <PyObject*>frame, <PyObject*>name)
    put_slot(<PyObject*>_client, <PyObject*>frame, <PyObject*>address)
    put_slot(<PyObject*>_data, <PyObject*>frame, <PyObject*>data)
    return frame


cdef inline bint fits(const uint8_t* p, Py_ssize_t size) noexcept nogil:
    """True when the octets are as many as a frame with this header has."""
    cdef Py_ssize_t length, client
    if size < 14 or p[0] != 0x68:
        return False
    length = p[1] | p[2] << 8
    client = 6 + (p[4] & 15)
    return length + 2 == size and length >= client + 4 and not p[2] & 0xC0


def build(type cls not None, type server not None, bytes data not None, Py_ssize_t start=0):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
    if 0 <= start < size and fits(p + start, size - start):
        return made(cls, server, p + start, size - start)
    return _twin.build(cls, server, data, start)


def decode(type cls not None, type server not None, data):
    cdef bytes octets = data if PyBytes_CheckExact(data) else bytes(data)
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(octets)
    cdef Py_ssize_t size = PyBytes_GET_SIZE(octets), head
    while size and p[0] == 0xFE:
        p += 1
        size -= 1
    if fits(p, size) and p[size - 1] == 0x16:
        head = 6 + (p[4] & 15)
        if (
            search.fcs(p + 1, head) == (p[head + 1] | p[head + 2] << 8)
            and search.fcs(p + 1, size - 4) == (p[size - 3] | p[size - 2] << 8)
        ):
            return made(cls, server, p, size)
    return _twin.decode(cls, server, octets)


def encode(control, server, client, data):
    if not (PyBytes_CheckExact(data) and isinstance(server, bytes)):
        return _twin.encode(control, server, client, data)
    cdef const uint8_t* address = <const uint8_t*>PyBytes_AS_STRING(server)
    cdef const uint8_t* octets = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t named = PyBytes_GET_SIZE(server), count = PyBytes_GET_SIZE(data), size = named + count + 10, k
    if not (0 <= control < 256 and 0 <= client < 256 and named == (address[0] & 15) + 2 and size <= MAX_FRAME):
        return _twin.encode(control, server, client, data)
    cdef object frame = PyBytes_FromStringAndSize(NULL, size)
    cdef uint8_t* p = <uint8_t*>PyBytes_AS_STRING(frame)
    cdef uint16_t check
    p[0], p[1], p[2], p[3] = 0x68, (size - 2) & 0xFF, (size - 2) >> 8, control
    memcpy(p + 4, address, named)
    p[4 + named] = client
    check = search.fcs(p + 1, 4 + named)
    p[5 + named], p[6 + named] = check & 0xFF, check >> 8
    memcpy(p + 7 + named, octets, count)
    if p[3] & 0x08:
        for k in range(count):
            p[7 + named + k] = <uint8_t>(p[7 + named + k] + 0x33)
    check = search.fcs(p + 1, size - 4)
    p[size - 3], p[size - 2], p[size - 1] = check & 0xFF, check >> 8, 0x16
    return frame
