# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""DL/T 698.45 data, compiled; what each function promises is told in the twin _py_dlt698data.py.

The fast path either succeeds completely or hands the same input to the twin, which says what is wrong: there is one
source of error texts. Nothing is allocated here but the results, whose sizes were checked against the input.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.unicode cimport PyUnicode_DecodeLatin1
from libc.stdint cimport INT64_MIN, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t  # these also for dlt698.pxi
from libc.string cimport memcpy

from . import _py_dlt698data as _twin

cdef extern from "Python.h":
    object PyType_GenericAlloc(PyTypeObject* type, Py_ssize_t count)
    void* PyType_GetSlot(PyTypeObject* type, int slot)
    int Py_tp_new
    int Py_tp_descr_set

ctypedef object (*newfunc)(PyObject* type, PyObject* args, PyObject* kwargs)
ctypedef int (*descrsetfunc)(PyObject*, PyObject*, PyObject*) except -1

__all__ = [
    "MAX_DEPTH",
    "pack_double",
    "read_answer",
    "read_data",
    "read_length",
    "read_results",
    "read_rows",
    "read_table",
]

MAX_DEPTH = _twin.MAX_DEPTH
pack_double = _twin.pack_double
read_length = _twin.read_length

include "dlt698.pxi"

cdef object FAILED = object()  # what the fast path cannot take
cdef newfunc long_new = <newfunc>PyType_GetSlot(<PyTypeObject*>int, Py_tp_new)
cdef newfunc bytes_new = <newfunc>PyType_GetSlot(<PyTypeObject*>bytes, Py_tp_new)


cdef inline object of_int(object cls, object number):
    cdef tuple args = (number,)
    return long_new(<PyObject*>cls, <PyObject*>args, NULL)


cdef inline object of_bytes(object cls, const uint8_t* p, Py_ssize_t size):
    cdef tuple args = (PyBytes_FromStringAndSize(<const char*>p, size),)
    return bytes_new(<PyObject*>cls, <PyObject*>args, NULL)


cdef inline void put(object made, Py_ssize_t place, object item):
    Py_INCREF(item)
    PyTuple_SET_ITEM(made, place, item)


cdef object read(bytes data, const uint8_t* p, Py_ssize_t* at, Py_ssize_t end, list kinds, int depth):
    """The value at ``at``, which moves behind it; FAILED when the twin is to be asked."""
    cdef Py_ssize_t here = at[0], size, k
    cdef double number
    cdef uint64_t bits
    cdef uint8_t tag
    cdef object made, item
    if here >= end:
        return FAILED
    tag = p[here]
    here += 1
    size = SIZE[tag]
    if size:
        if size > end - here:
            return FAILED
        at[0] = here + size
        p += here
        if KIND[tag] == UNSIGNED:
            if size == 8:
                return of_int(kinds[tag], be64(p))
            return of_int(kinds[tag], <long>small(p, size))
        if KIND[tag] == SIGNED:
            return of_int(kinds[tag], <long long>extended(p, size))
        if KIND[tag] == MOMENT:
            return of_bytes(kinds[tag], p, size)
        bits = be64(p)
        memcpy(&number, &bits, 8)
        return number
    if tag == 1 or tag == 2:
        if depth >= LIMIT:
            return FAILED
        size = counted(p, &here, end)
        if size < 0:
            return FAILED
        made = PyType_GenericAlloc(<PyTypeObject*>kinds[tag], size)
        for k in range(size):
            item = read(data, p, &here, end, kinds, depth + 1)
            if item is FAILED:
                return FAILED
            put(made, k, item)
        at[0] = here
        return made
    if tag == 9 or tag == 10:
        size = counted(p, &here, end)
        if size < 0:
            return FAILED
        at[0] = here + size
        if tag == 9:
            return PyBytes_FromStringAndSize(<const char*>p + here, size)
        return PyUnicode_DecodeLatin1(<const char*>p + here, size, NULL)
    if tag == 0:
        at[0] = here
        return None
    if depth >= LIMIT:
        return FAILED
    made, k = kinds[tag](data, here, end, depth + 1)
    at[0] = k
    return made


cdef inline bint within(bytes data, Py_ssize_t at, Py_ssize_t end):
    return 0 <= at <= end <= PyBytes_GET_SIZE(data)


def read_data(bytes data not None, Py_ssize_t at, Py_ssize_t end, list kinds not None, int depth=0):
    cdef Py_ssize_t here = at
    if within(data, at, end):
        value = read(data, <const uint8_t*>PyBytes_AS_STRING(data), &here, end, kinds, depth)
        if value is not FAILED:
            return value, here
    return _twin.read_data(data, at, end, kinds, depth)


cdef object result(bytes data, const uint8_t* p, Py_ssize_t* at, Py_ssize_t end, list kinds, object cls, object dar):
    cdef Py_ssize_t here = at[0]
    cdef object oad, value, made
    if end - here < 6:
        return FAILED
    oad = of_int(kinds[81], <long>small(p + here, 4))
    if p[here + 4] == 1:
        here += 5
        value = read(data, p, &here, end, kinds, 0)
        if value is FAILED:
            return FAILED
    elif p[here + 4] == 0:
        value = of_int(dar, <long>p[here + 5])
        here += 6
    else:
        return FAILED
    made = PyType_GenericAlloc(<PyTypeObject*>cls, 2)
    put(made, 0, oad)
    put(made, 1, value)
    at[0] = here
    return made


cdef object results(bytes data, const uint8_t* p, Py_ssize_t* at, Py_ssize_t end, Py_ssize_t count, list kinds, object cls, object dar):
    cdef Py_ssize_t k
    if count < 0 or count > (end - at[0]) // 6:
        return FAILED
    cdef object made = PyTuple_New(count)
    for k in range(count):
        item = result(data, p, at, end, kinds, cls, dar)
        if item is FAILED:
            return FAILED
        put(made, k, item)
    return made


def read_results(
    bytes data not None, Py_ssize_t at, Py_ssize_t end, Py_ssize_t count, list kinds not None, type result, type dar
):
    cdef Py_ssize_t here = at
    if within(data, at, end):
        found = results(data, <const uint8_t*>PyBytes_AS_STRING(data), &here, end, count, kinds, result, dar)
        if found is not FAILED:
            return found, here
    return _twin.read_results(data, at, end, count, kinds, result, dar)


def read_rows(bytes data not None, Py_ssize_t at, Py_ssize_t end, Py_ssize_t rows, Py_ssize_t columns, list kinds not None):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t here = at, k, c
    cdef object table, row, cell
    if not within(data, at, end) or rows < 0 or columns < 1 or rows > (end - at) // columns:
        return _twin.read_rows(data, at, end, rows, columns, kinds)
    table = PyTuple_New(rows)
    for k in range(rows):
        row = PyTuple_New(columns)
        for c in range(columns):
            cell = read(data, p, &here, end, kinds, 0)
            if cell is FAILED:
                return _twin.read_rows(data, at, end, rows, columns, kinds)
            put(row, c, cell)
        put(table, k, row)
    return table, here


cdef dict _slots = {}  # by class of an answer: its four slots, in the order they are filled; and whether it is a list


cdef tuple slots_of(cls):
    is_list = hasattr(cls, "results")
    found = []
    for name in ("piid", "results" if is_list else "result", "follow_report", "time_tag"):
        slot = next(base.__dict__[name] for base in cls.__mro__ if name in base.__dict__)
        if type(slot).__name__ != "member_descriptor":
            raise TypeError(f"{cls.__name__} does not keep {name} in a slot")
        found.append(slot)
    made = (*found, is_list)
    _slots[cls] = made
    return made


cdef descrsetfunc set_slot = NULL


cdef inline int fill(tuple slots, Py_ssize_t place, object made, object value) except -1:
    global set_slot
    cdef object slot = slots[place], kind
    if set_slot is NULL:
        kind = type(slot)
        set_slot = <descrsetfunc>PyType_GetSlot(<PyTypeObject*>kind, Py_tp_descr_set)
    return set_slot(<PyObject*>slot, <PyObject*>made, <PyObject*>value)


def read_answer(bytes data not None, list kinds not None, dict classes not None, type result_cls, type dar):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t end = PyBytes_GET_SIZE(data), here = 3, count
    cdef object found, made
    cdef tuple slots
    if end < 6:
        return None
    cls = classes.get(p[0] << 8 | p[1])
    if cls is None:
        return None
    known = _slots.get(cls)
    slots = slots_of(cls) if known is None else known
    if not slots[4]:
        found = result(data, p, &here, end - 2, kinds, result_cls, dar)
    else:
        count = counted(p, &here, end)
        found = results(data, p, &here, end - 2, count, kinds, result_cls, dar)
    if found is FAILED or here != end - 2 or p[here] or p[here + 1]:
        return None
    made = PyType_GenericAlloc(<PyTypeObject*>cls, 0)
    fill(slots, 0, made, <long>p[2])
    fill(slots, 1, made, found)
    fill(slots, 2, made, None)
    fill(slots, 3, made, None)
    return made


def read_table(bytes data not None):
    cdef const uint8_t* p = <const uint8_t*>PyBytes_AS_STRING(data)
    cdef Py_ssize_t end = PyBytes_GET_SIZE(data), here = 7, rows, columns, k
    cdef object tags, table, valid
    if end < 12 or p[0] != 0x85 or p[1] != 3:
        return None
    columns = counted(p, &here, end)
    if columns < 1 or columns > (end - here) // 5:
        return None
    for k in range(columns):
        if p[here]:  # a ROAD
            return None
        here += 5
    if here >= end or p[here] != 1:
        return None
    here += 1
    rows = counted(p, &here, end - 2)
    if rows < 0 or rows > (end - here) // columns:
        return None
    tags = PyBytes_FromStringAndSize(NULL, columns)
    table = PyBytes_FromStringAndSize(NULL, 8 * rows * columns)
    valid = PyBytes_FromStringAndSize(NULL, rows * columns)
    if not to_columns(
        p, &here, end - 2, rows, columns, <uint8_t*>PyBytes_AS_STRING(tags), <int64_t*>PyBytes_AS_STRING(table),
        <uint8_t*>PyBytes_AS_STRING(valid)
    ) or here != end - 2 or p[here] or p[here + 1]:
        return None
    return tags, table, valid
