# For Cython: cythonize(..., include_path=[get_include()]), then `from meterwire_frames cimport ...`.
# What the functions do is told in meterwire_frames.h.
from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef extern from "Python.h":
    pass

cdef extern from "meterwire_frames.h" nogil:
    const uint32_t METERWIRE_645
    const uint32_t METERWIRE_376
    const uint32_t METERWIRE_698
    const uint32_t METERWIRE_188
    const uint32_t METERWIRE_ALL
    const int METERWIRE_IS_645
    const int METERWIRE_IS_376
    const int METERWIRE_IS_698
    const int METERWIRE_IS_188
    const int METERWIRE_IS_645_2007
    const int METERWIRE_IS_645_1997

    ctypedef struct meterwire_scan:
        pass

    ctypedef struct meterwire_span:
        Py_ssize_t offset
        Py_ssize_t end
        int protocol

    ctypedef struct meterwire_frames_api:
        int version
        meterwire_scan* (*open)(uint32_t dialects) noexcept nogil
        void (*close)(meterwire_scan* scan) noexcept nogil
        int (*next)(
            meterwire_scan* scan,
            const uint8_t* data,
            Py_ssize_t size,
            Py_ssize_t base,
            Py_ssize_t start,
            int final,
            meterwire_span* found,
        ) noexcept nogil
        uint16_t (*fcs)(const uint8_t* data, Py_ssize_t size) noexcept nogil
        uint8_t (*sum8)(const uint8_t* data, Py_ssize_t size) noexcept nogil

    const meterwire_frames_api* meterwire_frames_import() except NULL with gil
