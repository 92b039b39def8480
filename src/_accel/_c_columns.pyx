# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""DL/T 645 frames straight into columns, compiled; what each function promises is told in _py_columns.py."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport INT64_MIN, int8_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcpy, memset  # these also for frames.pxi

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX

from ..errors import UsageError
from . import _py_columns as _twin
from . import _py_frames as _frames

__all__ = [
    "CLOCK_FIELDS",
    "COLUMNS",
    "EDITION_1997",
    "KINDS",
    "LAST_VALUE",
    "MOST_ROWS",
    "NO_VALUE",
    "STATUSES",
    "Layout",
    "fill",
    "validity",
]

CLOCK_FIELDS = _twin.CLOCK_FIELDS
COLUMNS = _twin.COLUMNS
EDITION_1997 = _twin.EDITION_1997
KINDS = _twin.KINDS
LAST_VALUE = _twin.LAST_VALUE
MOST_ROWS = _twin.MOST_ROWS
NO_VALUE = _twin.NO_VALUE
STATUSES = _twin.STATUSES

include "frames.pxi"

include "columns.pxi"

cdef uint8_t EDITION[32]  # function of a frame to its place in PROTOCOLS
cdef int _i
for _i in range(32):
    EDITION[_i] = _frames._EDITION.get(_i, 0)


cdef class Layout:
    """How items lie in the data field, from rules; the first rule that fits an identifier is its rule."""

    cdef uint16_t pages[PAGES]  # to a row of 256 in index
    cdef uint16_t* index  # to the first rule of DI3, DI2; rules of one page lie together
    cdef Rule* rules
    cdef Py_ssize_t count
    cdef Part* items
    cdef readonly Py_ssize_t parts

    def __cinit__(self, rules):
        rules = list(rules)
        _twin.Layout(rules)  # says what is wrong
        rules.sort(key=lambda given: given[:2])
        self.count = len(rules)
        self.parts = sum(len(given[7]) for given in rules)
        used = sorted({given[0] for given in rules})
        self.index = <uint16_t*>malloc((len(used) or 1) * 256 * sizeof(uint16_t))
        self.rules = <Rule*>malloc((self.count + 1) * sizeof(Rule))
        self.items = <Part*>malloc((self.parts or 1) * sizeof(Part))
        if self.index == NULL or self.rules == NULL or self.items == NULL:
            raise MemoryError
        memset(self.pages, 0xFF, sizeof(self.pages))
        memset(self.index, 0xFF, (len(used) or 1) * 256 * sizeof(uint16_t))
        for row, page in enumerate(used):
            self.pages[<int>page] = row
        cdef Py_ssize_t at = 0, place = 0, cell
        cdef Rule* rule
        cdef Part* part
        for page, b2, b1_low, b1_high, b0_low, b0_high, keep, parts in rules:
            rule = &self.rules[at]
            rule.page, rule.keep = page << 8 | b2, keep & 0xFFFFFFFF
            rule.b1_low, rule.b1_high, rule.b0_low, rule.b0_high = b1_low, b1_high, b0_low, b0_high
            rule.first, rule.count = place, len(parts)
            cell = self.pages[<int>page] * 256 + <Py_ssize_t>b2
            if self.index[cell] == NONE:
                self.index[cell] = at
            for item, kind, length, scale, unit, fields in parts:
                part = &self.items[place]
                part.item, part.kind, part.length = item, kind, length
                part.scale, part.unit, part.fields = scale, unit, fields
                place += 1
            at += 1
        self.rules[at].page = <uint32_t>0xFFFFFFFF  # ends the search behind the last

    def __dealloc__(self):
        free(self.index)
        free(self.rules)
        free(self.items)

    cdef inline Rule* find(self, uint32_t page, uint8_t b2, uint8_t b1, uint8_t b0) noexcept nogil:
        cdef uint16_t row = self.pages[page], at
        cdef Rule* rule
        if row == NONE:
            return NULL
        at = self.index[row * 256 + b2]
        if at == NONE:
            return NULL
        rule = &self.rules[at]
        while rule.page == (page << 8 | b2):
            if rule.b1_low <= b1 <= rule.b1_high and rule.b0_low <= b0 <= rule.b0_high:
                return rule
            rule += 1
        return NULL


cdef inline Py_ssize_t answer(Layout layout, Out out, Py_ssize_t row, uint32_t item, Rule* rule, const uint8_t* data,
                              Py_ssize_t size) noexcept nogil:
    """The rows of an answer to a reading; ``data[:size]`` follows the identifier."""
    cdef Py_ssize_t rows
    if rule == NULL:
        put(out, row, item, INT64_MIN, 0, 0, 0, UNKNOWN)
        return 1
    if rule.keep == <uint32_t>0xFFFFFFFF:
        return single(out, row, item, layout.items + rule.first, rule.count, data, size)
    rows = block(out, row, item & rule.keep, layout.items + rule.first, rule.count, data, size)
    if rows == 0:
        put(out, row, item, INT64_MIN, 0, 0, 0, UNDECODED)
        return 1
    return rows


cdef inline Py_ssize_t frame_rows(Layout layout, Out out, Py_ssize_t row, const uint8_t* p) noexcept nogil:
    """The rows of the checked frame at ``p``, without what is the same in all of them."""
    cdef uint8_t control = p[8], function = p[8] & 0x1F
    cdef Py_ssize_t length = p[9]
    cdef int width
    cdef const uint8_t* data = p + 10
    cdef Rule* rule
    cdef uint64_t word
    cdef uint32_t item = 0
    if control == 0x91 and length >= 4:  # as nearly always
        memcpy(&word, data - 4, 8)  # the octets that end with the identifier
        item = <uint32_t>(unmasked(le64(word)) >> 32)
        rule = layout.find(item >> 24, <uint8_t>(item >> 16), <uint8_t>(item >> 8), <uint8_t>item)
        return answer(layout, out, row, item, rule, data + 4, length - 4)
    width = 4 if function == 0x11 or function == 0x12 or function == 0x14 else 0
    if function == 0x01 or function == 0x02 or function == 0x04:
        width = 2
    if width and length >= width:
        memcpy(&word, data + width - 8, 8)
        item = <uint32_t>(unmasked(le64(word)) >> (64 - 8 * width))
    if not control & 0x80:
        put(out, row, item, INT64_MIN, 0, 0, 0, REQUEST)
        return 1
    if control & 0x40:
        put(out, row, 0, INT64_MIN, <uint8_t>(data[0] - 0x33) if length else 0, 0, 0, ERROR)
        return 1
    if width == 0 or function == 0x14 or function == 0x04:
        put(out, row, 0, INT64_MIN, 0, 0, 0, NO_ITEM)
        return 1
    if length < width or control & 0x20 or function == 0x12 or function == 0x02:
        put(out, row, item, INT64_MIN, 0, 0, 0, UNDECODED)
        return 1
    rule = layout.find(PAGES - 1, <uint8_t>(item >> 8), 0, <uint8_t>item)  # of 1997: those of 2007 went the short way
    length -= 2
    if rule != NULL and rule.keep != <uint32_t>0xFFFFFFFF:
        length = without_end(layout.items + rule.first, rule.count, data + 2, length)
    return answer(layout, out, row, item, rule, data + 2, length)


cdef struct State:
    Py_ssize_t row
    Py_ssize_t start
    Py_ssize_t frames
    bint is_full


cdef void decode(Layout layout, Engine* engine, const uint8_t* p, Py_ssize_t size, Out out, Py_ssize_t capacity,
                 uint32_t source, bint final, State* state) noexcept nogil:
    """The frames of one source from ``state.start`` on."""
    cdef Hit hit
    cdef Py_ssize_t row = state.row, rows, k
    cdef const uint8_t* q
    cdef uint64_t word
    cdef uint8_t protocol
    while True:
        if capacity - row < MOST:
            state.is_full = True
            break
        hit = search(engine, p, size, state.start, final)
        state.start = hit.offset
        if not hit.found:
            break
        state.start = hit.end
        state.frames += 1
        q = p + hit.offset
        rows = frame_rows(layout, out, row, q)
        memcpy(&word, q + 1, 8)  # six octets of address and two more, inside any frame
        word = le64(word) & <uint64_t>0xFFFFFFFFFFFF
        protocol = EDITION[q[8] & 0x1F]
        if q[8] & 0x1F == 3:
            protocol = 4 if q[9] >= 4 and q[13] == 0x07 + 0x33 else 5
        k = row
        row += rows
        while k < row:
            out.address[k] = word
            out.offset[k] = hit.offset
            out.source[k] = source
            out.control[k] = q[8]
            out.protocol[k] = protocol
            k += 1
    state.row = row


cdef class Writable:
    """The columns, held for writing."""

    cdef Py_buffer views[11]
    cdef int held
    cdef Out out
    cdef Py_ssize_t capacity

    def __cinit__(self, columns):
        cdef Py_ssize_t width
        if len(columns) != len(COLUMNS):
            raise UsageError(f"{len(COLUMNS)} columns are needed, not {len(columns)}")
        self.capacity = PY_SSIZE_T_MAX
        for column, (_, code) in zip(columns, COLUMNS):
            PyObject_GetBuffer(column, &self.views[self.held], PyBUF_WRITABLE)
            self.held += 1
            width = 8 if code in "Qq" else 4 if code == "I" else 1
            if self.views[self.held - 1].len % width:
                raise TypeError(f"a column of {self.views[self.held - 1].len} octets holds no whole rows of {width}")
            self.capacity = min(self.capacity, self.views[self.held - 1].len // width)
        self.out.address = <uint64_t*>self.views[0].buf
        self.out.value = <int64_t*>self.views[1].buf
        self.out.offset = <int64_t*>self.views[2].buf
        self.out.item = <uint32_t*>self.views[3].buf
        self.out.source = <uint32_t*>self.views[4].buf
        self.out.control = <uint8_t*>self.views[5].buf
        self.out.protocol = <uint8_t*>self.views[6].buf
        self.out.part = <uint8_t*>self.views[7].buf
        self.out.scale = <int8_t*>self.views[8].buf
        self.out.unit = <uint8_t*>self.views[9].buf
        self.out.status = <uint8_t*>self.views[10].buf

    def __dealloc__(self):
        while self.held:
            self.held -= 1
            PyBuffer_Release(&self.views[self.held])


cdef class Readable:
    """Some of the sources, held for reading."""

    cdef Py_buffer* views
    cdef Py_ssize_t held

    def __cinit__(self, list sources):
        self.views = <Py_buffer*>malloc((len(sources) or 1) * sizeof(Py_buffer))
        if self.views == NULL:
            raise MemoryError
        for data in sources:
            PyObject_GetBuffer(data, &self.views[self.held], PyBUF_SIMPLE)
            self.held += 1

    def __dealloc__(self):
        while self.held:
            self.held -= 1
            PyBuffer_Release(&self.views[self.held])
        free(self.views)


def fill(Layout layout not None, sources, columns, Py_ssize_t row=0, Py_ssize_t source=0, Py_ssize_t start=0, bint final=True):
    """Decode ``sources`` into ``columns`` from ``row`` on: ``(row, source, start, frames, errors, discarded)``."""
    cdef Py_ssize_t count = len(sources), k, errors = 0, discarded = 0
    cdef Writable writable = Writable(columns)
    cdef Readable readable
    cdef Engine engine
    cdef State state
    cdef bint is_last, is_done = False
    if row < 0 or not 0 <= source <= count:
        raise UsageError(f"no row {row} or no source {source} among {count}")
    memset(&state, 0, sizeof(State))
    state.row = row
    state.start = start
    while source < count and not is_done:
        readable = Readable(list(sources[source : source + BATCH]))
        if start < 0 or start > readable.views[0].len:
            raise UsageError(f"start {start} is outside {readable.views[0].len} octets")
        with nogil:
            for k in range(readable.held):
                is_last = source == count - 1
                begin(&engine, 1 << DLT645)
                decode(layout, &engine, <const uint8_t*>readable.views[k].buf, readable.views[k].len, writable.out,
                       writable.capacity, <uint32_t>source, final or not is_last, &state)
                finish(&engine)
                errors += engine.errors
                discarded += engine.discarded
                if state.is_full or (is_last and not final):
                    is_done = True
                    break
                source += 1
                state.start = 0
        start = 0
    return state.row, source, state.start, state.frames, errors, discarded


def validity(statuses):
    """One bit for each status, set where there is a value, lowest bit first: Arrow's validity bitmap."""
    cdef Py_buffer view
    cdef const uint8_t* p
    cdef uint8_t* bits
    cdef Py_ssize_t k
    PyObject_GetBuffer(statuses, &view, PyBUF_SIMPLE)
    try:
        result = PyBytes_FromStringAndSize(NULL, (view.len + 7) // 8)
        bits = <uint8_t*>PyBytes_AS_STRING(result)
        p = <const uint8_t*>view.buf
        memset(bits, 0, (view.len + 7) // 8)
        for k in range(view.len):
            bits[k >> 3] |= (p[k] <= LONG) << (k & 7)
    finally:
        PyBuffer_Release(&view)
    return result
