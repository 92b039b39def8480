# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Access results straight to dressed values, compiled; what is promised is told in the twin _py_mmsdata.py."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE

from . import _py_mmsdata as _twin

include "mmsdress.pxi"

__all__ = ["MAX_DEPTH", "Shape", "dress_results"]

MAX_DEPTH = _twin.MAX_DEPTH
Shape = _twin.Shape


def dress_results(bytes data not None, Py_ssize_t start, Py_ssize_t end, shapes, structure, quality, time):
    if start < 0 or end > PyBytes_GET_SIZE(data) or not is_plain_dict(structure):
        return None
    return dressed_results(<const uint8_t*>PyBytes_AS_STRING(data), start, end, shapes, structure, quality, time)
