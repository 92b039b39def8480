# DL/T 645: the search for frames and the sums it needs, without Python objects; included by _c_dlt645.pyx.

cdef enum:
    LIMIT = 200  # equals MAX_DATA; a test compares the two


cdef union Word:
    uint64_t word
    uint8_t octets[8]


cdef inline uint64_t le64(uint64_t word) noexcept nogil:
    """A word loaded in host order, as if loaded least significant octet first."""
    cdef Word probe
    probe.word = 1
    if probe.octets[0] == 1:
        return word
    cdef uint64_t result = 0
    cdef int k
    for k in range(8):
        result = result << 8 | (word & 0xFF)
        word >>= 8
    return result


cdef inline uint8_t total(const uint8_t* p, Py_ssize_t n) noexcept nogil:
    """Sum modulo 256, eight octets at a time in 16-bit lanes; the lanes hold n up to about 1,000 octets."""
    cdef uint64_t word, lanes = 0
    cdef Py_ssize_t i = 0
    cdef uint8_t rest = 0
    while i + 8 <= n:
        memcpy(&word, p + i, 8)
        lanes += (word & <uint64_t>0x00FF00FF00FF00FF) + ((word >> 8) & <uint64_t>0x00FF00FF00FF00FF)
        i += 8
    while i < n:
        rest += p[i]
        i += 1
    return <uint8_t>(rest + <uint8_t>((lanes * <uint64_t>0x0001000100010001) >> 48))


cdef struct Hit:
    bint found
    Py_ssize_t offset
    Py_ssize_t end
    Py_ssize_t errors
    Py_ssize_t examined


cdef Hit search(const uint8_t* p, Py_ssize_t size, Py_ssize_t start, bint final) noexcept nogil:
    cdef Hit hit
    cdef const uint8_t* q
    cdef Py_ssize_t at = start, here
    hit.found = False
    hit.errors = 0
    hit.examined = 0
    while True:
        if at < size and p[at] == 0x68:
            here = at
        else:
            q = <const uint8_t*>memchr(p + at, 0x68, size - at) if at < size else NULL
            if q is NULL:
                hit.examined += size - at
                hit.offset = size
                hit.end = size + 1
                return hit
            here = q - p
        hit.examined += here - at + 1
        at = here + 1
        hit.offset = here
        if here + 10 > size:
            if here + 7 < size and p[here + 7] != 0x68:
                continue
            hit.end = here + 10
        else:
            if p[here + 7] != 0x68 or p[here + 9] > LIMIT:
                continue
            hit.end = here + 12 + p[here + 9]
        if hit.end > size:
            if final:
                continue
            return hit
        if p[hit.end - 1] != 0x16:
            continue
        hit.examined += hit.end - here
        if total(p + here, hit.end - 2 - here) != p[hit.end - 2]:
            hit.errors += 1
            continue
        hit.found = True
        return hit


cdef Py_ssize_t lost(const uint8_t* p, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t count = 0
    while start < end:
        count += p[start] != 0xFE
        start += 1
    return count
