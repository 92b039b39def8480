# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A Read over a socket in one call, compiled; what is promised is told in the twin _py_mmscall.py.

The interpreter is free while the answer is waited for. What arrives stays in the buffer of this call until it is values.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.string cimport strerror

from . import _py_mmscall as _twin

include "mmsframe.pxi"
include "mmsdress.pxi"

__all__ = ["MAX_ANSWER", "read"]

MAX_ANSWER = _twin.MAX_ANSWER

cdef enum:
    READ = 0xA4
    RESULTS = 0xA1
    BUFFER = 16384

cdef extern from *:
    """
    #include <errno.h>
    #ifdef _WIN32
    /* Nothing is sent: the caller goes the general way. */
    static Py_ssize_t put(int fd, const char *data, Py_ssize_t size) { errno = EAGAIN; return -1; }
    static Py_ssize_t get(int fd, char *data, Py_ssize_t size) { errno = EAGAIN; return -1; }
    #else
    #include <sys/socket.h>
    #ifndef MSG_NOSIGNAL
    #define MSG_NOSIGNAL 0
    #endif
    static Py_ssize_t put(int fd, const char *data, Py_ssize_t size) {
        Py_ssize_t done;
        do done = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL); while (done < 0 && errno == EINTR);
        return done;
    }
    static Py_ssize_t get(int fd, char *data, Py_ssize_t size) { return recv(fd, data, size, 0); }
    #endif
    """
    Py_ssize_t send_at_once "put"(int fd, const char* data, Py_ssize_t size) nogil
    Py_ssize_t receive "get"(int fd, char* data, Py_ssize_t size) nogil

cdef extern from "<errno.h>" nogil:
    int errno
    int EAGAIN
    int EWOULDBLOCK
    int EINTR


def read(int fd, bytes service not None, uint64_t invoke, uint8_t context, Py_ssize_t max_pdu, Py_ssize_t max_tpdu,
         shapes, structure, quality, time):
    cdef char buffer[BUFFER]
    cdef const uint8_t* p = <const uint8_t*>buffer
    cdef bytes frame
    cdef const char* data
    cdef Py_ssize_t size, sent, got = 0
    cdef int error
    if not is_plain_dict(structure):
        return 0
    frame = request(invoke, service, context, max_pdu, max_tpdu)
    if frame is None:
        return 0
    data, size = PyBytes_AS_STRING(frame), PyBytes_GET_SIZE(frame)
    with nogil:
        sent = send_at_once(fd, data, size)
        if sent == size:
            got = receive(fd, buffer, BUFFER)
        error = errno
    if sent < 0:
        if error == EAGAIN or error == EWOULDBLOCK:
            return 0
        raise OSError(error, strerror(error).decode())
    if sent < size:
        return sent
    while got < 0:
        if error == EINTR:
            PyErr_CheckSignals()
        elif error == EAGAIN or error == EWOULDBLOCK:
            return None
        else:
            raise OSError(error, strerror(error).decode())
        with nogil:
            got = receive(fd, buffer, BUFFER)
            error = errno
    values = answered(p, got, context, invoke, shapes, structure, quality, time)
    return PyBytes_FromStringAndSize(buffer, got) if values is None else values


cdef object answered(const uint8_t* p, Py_ssize_t total, uint8_t context, uint64_t invoke, shapes, structure, quality, time):
    """The values, when this is the answer to this request in one frame, and nothing else; else None."""
    cdef Answer found
    cdef Py_ssize_t at
    if plain_answer(p, 0, total, context, &found) != total or found.invoke != invoke or found.service != READ:
        return None
    if found.start >= total or p[found.start] != RESULTS:
        return None
    at = content(p, found.start + 1, total)
    if at < 0:
        return None
    return dressed_results(p, at, total, shapes, structure, quality, time)
