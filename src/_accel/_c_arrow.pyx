# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Columns as an Arrow record batch: the C data interface and its PyCapsules, without a dependency.

Layout of the two structures and duties of their release callbacks: Arrow specification, "The Arrow C data interface" and
"The Arrow PyCapsule Interface". Nothing is copied; what a consumer holds is kept alive until it releases it. One that
releases after the interpreter has gone down finds callbacks that need no interpreter.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

cdef extern from "Python.h":
    int Py_IsInitialized() nogil

__all__ = ["batch", "held", "schema"]

cdef dict FORMATS = {"Q": b"L", "q": b"l", "I": b"I", "i": b"i", "B": b"C", "b": b"c"}  # of module struct to Arrow's

cdef enum:
    NULLABLE = 2

cdef struct ArrowSchema:
    const char* format
    const char* name
    const char* metadata
    int64_t flags
    int64_t n_children
    ArrowSchema** children
    ArrowSchema* dictionary
    void (*release)(ArrowSchema*) noexcept nogil
    void* private_data

cdef struct ArrowArray:
    int64_t length
    int64_t null_count
    int64_t offset
    int64_t n_buffers
    int64_t n_children
    const void** buffers
    ArrowArray** children
    ArrowArray* dictionary
    void (*release)(ArrowArray*) noexcept nogil
    void* private_data

cdef struct Held:  # what the buffers of one column point to
    Py_buffer content
    Py_buffer valid
    const void* buffers[2]

cdef Py_ssize_t _held = 0  # columns that somebody holds


cdef void release_schema(ArrowSchema* schema) noexcept nogil:
    cdef int64_t k
    for k in range(schema.n_children):
        if schema.children[k].release != NULL:  # not moved away
            schema.children[k].release(schema.children[k])
        free(schema.children[k])
    free(schema.children)
    free(schema.private_data)  # the name, which is all that was allocated
    schema.release = NULL


cdef void let_go(Held* held) noexcept with gil:
    global _held
    PyBuffer_Release(&held.content)
    PyBuffer_Release(&held.valid)
    _held -= 1


cdef void release_array(ArrowArray* array) noexcept nogil:
    cdef int64_t k
    for k in range(array.n_children):
        if array.children[k].release != NULL:
            array.children[k].release(array.children[k])
        free(array.children[k])
    free(array.children)
    if array.private_data == NULL:
        free(array.buffers)
    elif Py_IsInitialized():  # otherwise its memory goes with the process
        let_go(<Held*>array.private_data)
        free(array.private_data)
    array.release = NULL


cdef void destroy_schema(object capsule) noexcept:
    cdef ArrowSchema* schema = <ArrowSchema*>PyCapsule_GetPointer(capsule, b"arrow_schema")
    if schema.release != NULL:
        schema.release(schema)
    free(schema)


cdef void destroy_array(object capsule) noexcept:
    cdef ArrowArray* array = <ArrowArray*>PyCapsule_GetPointer(capsule, b"arrow_array")
    if array.release != NULL:
        array.release(array)
    free(array)


cdef void* zeroed(size_t size) except NULL:
    cdef void* memory = calloc(1, size)
    if memory == NULL:
        raise MemoryError
    return memory


def schema(columns):
    """The capsule ``arrow_schema`` of a record batch; ``columns`` are names and formats as of module struct."""
    cdef ArrowSchema* made = <ArrowSchema*>zeroed(sizeof(ArrowSchema))
    cdef ArrowSchema* child
    cdef bytes text
    made.release = release_schema
    capsule = PyCapsule_New(made, b"arrow_schema", <void (*)(object) noexcept>destroy_schema)
    made.format = b"+s"
    made.name = b""
    made.children = <ArrowSchema**>zeroed((len(columns) or 1) * sizeof(ArrowSchema*))
    for name, code in columns:
        child = <ArrowSchema*>zeroed(sizeof(ArrowSchema))
        made.children[made.n_children] = child
        made.n_children += 1
        child.release = release_schema
        text = FORMATS[code]
        child.format = text  # a literal of this module, which stays
        text = name.encode()
        child.private_data = zeroed(len(text) + 1)
        memcpy(child.private_data, <const char*>text, len(text))
        child.name = <const char*>child.private_data
        child.flags = NULLABLE
    return capsule


def batch(buffers, Py_ssize_t rows, bitmaps, columns):
    """The capsule ``arrow_array`` of a record batch of ``rows`` rows; ``bitmaps`` tell which of a column are not null."""
    global _held
    cdef ArrowArray* made = <ArrowArray*>zeroed(sizeof(ArrowArray))
    cdef ArrowArray* child
    cdef Held* own
    made.release = release_array
    capsule = PyCapsule_New(made, b"arrow_array", <void (*)(object) noexcept>destroy_array)
    made.length = rows
    made.buffers = <const void**>zeroed(sizeof(void*))
    made.n_buffers = 1
    made.children = <ArrowArray**>zeroed((len(buffers) or 1) * sizeof(ArrowArray*))
    for buffer, (name, _) in zip(buffers, columns):
        child = <ArrowArray*>zeroed(sizeof(ArrowArray))
        made.children[made.n_children] = child
        made.n_children += 1
        own = <Held*>zeroed(sizeof(Held))
        child.private_data = own
        child.release = release_array
        _held += 1
        PyObject_GetBuffer(buffer, &own.content, PyBUF_SIMPLE)
        own.buffers[1] = own.content.buf
        bitmap = bitmaps.get(name)
        if bitmap is not None:
            PyObject_GetBuffer(bitmap, &own.valid, PyBUF_SIMPLE)
            own.buffers[0] = own.valid.buf
            child.null_count = rows - sum(octet.bit_count() for octet in bitmap)
        child.length = rows
        child.n_buffers = 2
        child.buffers = own.buffers
    return capsule


def held():
    """How many columns somebody holds; for tests."""
    return _held
