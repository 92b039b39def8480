# The search for frames of all dialects, without Python objects; included by _c_frames.pyx, _c_dlt645.pyx, _c_columns.pyx.
# What it promises is told in _py_frames.py. Nothing here reads an octet outside p[:size].
#
# A dialect is a row of table() (what is checked, how) and a branch of measure() (how long). Checks that fail are
# remembered as prefix sums, so that no octet is summed a third time however many false starts lie over it.

cdef enum:
    START = 0x68
    END = 0x16
    LIMIT = 200  # equals MAX_DATA of _py_dlt645; a test compares the two
    LIMIT_188 = 100
    WINDOW = 1 << 15  # more than the longest frame, a power of two
    HALF = 1 << 14  # still more than a 698 frame has under its check
    SUM = 0
    FCS = 1
    DLT645 = 0  # the order in which a start is tried; equals _py_frames.DIALECTS
    QGDW376 = 1
    DLT698 = 2
    CJT188 = 3
    DIALECT_COUNT = 4

cdef struct Dialect:
    int check  # SUM or FCS
    Py_ssize_t first  # first octet under the check
    Py_ssize_t tail  # octets from the end of what is checked to the end of the frame
    Py_ssize_t head  # octets measure() looks at, at most

cdef struct Memo:
    Py_ssize_t summed  # octets before this place went through a check that failed
    Py_ssize_t upto  # the ring holds prefix sums up to this place
    uint16_t value  # the sum there
    uint16_t* ring

cdef struct Engine:
    uint32_t dialects  # bit k: dialect k is looked for
    Py_ssize_t origin  # place of p[0] in the stream
    Py_ssize_t errors
    Py_ssize_t discarded
    Py_ssize_t examined  # octets searched for a start, or summed
    Py_ssize_t headers  # octets of headers looked at
    Py_ssize_t waiting  # a start that waits for octets; the dialects before `kind` have refused it already
    int kind
    Memo memo[2]

cdef struct Hit:
    bint found
    int kind
    Py_ssize_t offset
    Py_ssize_t end


cdef inline Dialect table(int kind) noexcept nogil:
    """A row; where ``kind`` is a constant the C compiler leaves nothing of the call."""
    cdef Dialect row
    row.check = FCS if kind == DLT698 else SUM
    row.first = 6 if kind == QGDW376 else 1 if kind == DLT698 else 0
    row.tail = 3 if kind == DLT698 else 2
    row.head = 10 if kind == DLT645 else 6 if kind == QGDW376 else 24 if kind == DLT698 else 11
    return row


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


cdef inline uint64_t unmasked(uint64_t word) noexcept nogil:
    """33H taken from each of eight octets, no borrow from one to the next."""
    return ((word | <uint64_t>0x8080808080808080) - <uint64_t>0x3333333333333333) ^ (~word & <uint64_t>0x8080808080808080)


cdef inline uint8_t total_short(const uint8_t* p, Py_ssize_t n) noexcept nogil:
    """Sum modulo 256 of 8 to 1,000 octets, eight at a time in 16-bit lanes; no branch on how many are left over."""
    cdef uint64_t word, lanes = 0
    cdef Py_ssize_t i = 0
    while i + 8 <= n:
        memcpy(&word, p + i, 8)
        lanes += (word & <uint64_t>0x00FF00FF00FF00FF) + ((word >> 8) & <uint64_t>0x00FF00FF00FF00FF)
        i += 8
    memcpy(&word, p + n - 8, 8)  # the rest and, shifted out again, what was summed already
    word = (le64(word) >> 1) >> (63 - 8 * (n - i))
    lanes += (word & <uint64_t>0x00FF00FF00FF00FF) + ((word >> 8) & <uint64_t>0x00FF00FF00FF00FF)
    return <uint8_t>((lanes * <uint64_t>0x0001000100010001) >> 48)


cdef inline uint8_t total(const uint8_t* p, Py_ssize_t n) noexcept nogil:
    cdef uint8_t sum = 0
    while n > 960:
        sum += total_short(p, 960)
        p += 960
        n -= 960
    if n >= 8:
        return sum + total_short(p, n)
    while n > 0:
        sum += p[0]
        p += 1
        n -= 1
    return sum


cdef uint16_t SLICE[8][256]  # SLICE[k][b]: the register after octet b and k zero octets
cdef uint16_t POWER[HALF + 1]  # POWER[n]: x^(8n) modulo the polynomial, for n up to the longest frame


cdef void prepare() noexcept:
    cdef int k, n
    cdef uint16_t value
    for n in range(256):
        value = <uint16_t>n
        for k in range(8):
            value = (value >> 1) ^ (0x8408 if value & 1 else 0)
        SLICE[0][n] = value
    for k in range(1, 8):
        for n in range(256):
            SLICE[k][n] = (SLICE[k - 1][n] >> 8) ^ SLICE[0][SLICE[k - 1][n] & 0xFF]
    POWER[0] = 0x8000
    for n in range(HALF):
        POWER[n + 1] = (POWER[n] >> 8) ^ SLICE[0][POWER[n] & 0xFF]

prepare()


cdef inline uint16_t register16(uint16_t value, const uint8_t* p, Py_ssize_t n) noexcept nogil:
    """The CRC register (X.25, reflected) after n octets, eight at a time; only two of the eight wait for the last round."""
    while n >= 8:
        value = (SLICE[7][(value ^ p[0]) & 0xFF] ^ SLICE[6][(value >> 8 ^ p[1]) & 0xFF] ^ SLICE[5][p[2]] ^ SLICE[4][p[3]]
                 ^ SLICE[3][p[4]] ^ SLICE[2][p[5]] ^ SLICE[1][p[6]] ^ SLICE[0][p[7]])
        p += 8
        n -= 8
    while n > 0:
        value = (value >> 8) ^ SLICE[0][(value ^ p[0]) & 0xFF]
        p += 1
        n -= 1
    return value


cdef inline uint16_t fcs16(const uint8_t* p, Py_ssize_t n) noexcept nogil:
    return register16(0xFFFF, p, n) ^ 0xFFFF


cdef inline uint16_t shifted16(uint16_t value, Py_ssize_t n) noexcept nogil:
    """The register after n more octets of zero, n at most half of WINDOW."""
    cdef uint16_t power = POWER[n], result = 0
    cdef int k
    for k in range(16):
        if value & 0x8000:
            result ^= power
        value = <uint16_t>(value << 1)
        power = (power >> 1) ^ (0x8408 if power & 1 else 0)
    return result


cdef inline Py_ssize_t measure698(const uint8_t* p, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t length, head
    if n < 5:
        return -5
    length = (p[1] | p[2] << 8) + 2
    head = 8 + (p[4] & 0x0F)  # to the end of CA, the address having one octet more than AF says
    # functions of C: 1 link management, 3 user data; bit 4 of C and bits 14, 15 of L are reserved
    if p[2] & 0xC0 or length < head + 4 or p[3] & 0x15 != 1:
        return 0
    if n < head + 1:
        return -(head + 1)
    if fcs16(p + 1, head - 2) != (p[head - 1] | p[head] << 8):
        return 0
    return length


cdef inline Py_ssize_t measure(int kind, const uint8_t* p, Py_ssize_t n) noexcept nogil:
    """Octets of the frame at p: 0 when it is none of this kind, -k when it takes k octets to tell."""
    if kind == DLT645:
        if n < 10:
            return 0 if n > 7 and p[7] != START else -10
        return 12 + p[9] if p[7] == START and p[9] <= LIMIT else 0
    if kind == QGDW376:
        if n < 6:
            return 0 if (n > 3 and p[1] != p[3]) or (n > 4 and p[2] != p[4]) else -6
        if p[5] != START or p[1] != p[3] or p[2] != p[4] or p[1] & 3 == 0 or (p[1] | p[2] << 8) >> 2 < 8:
            return 0  # protocol 0 is reserved; C, A, AFN and SEQ are 8 octets
        return 8 + ((p[1] | p[2] << 8) >> 2)
    if kind == DLT698:
        return measure698(p, n)
    if n < 11:
        return 0 if n > 1 and not 0x10 <= p[1] <= 0x49 else -11
    return 13 + p[10] if 0x10 <= p[1] <= 0x49 and p[10] <= LIMIT_188 else 0


cdef uint16_t remembered(Engine* e, int check, const uint8_t* p, Py_ssize_t here, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
    """The check of p[start:stop] out of prefix sums that begin at ``here`` or before."""
    cdef Memo* m = &e.memo[check]
    cdef Py_ssize_t base = e.origin
    cdef uint16_t first
    if m.upto < base + here:
        m.upto = base + here
        m.value = 0
        m.ring[m.upto & (WINDOW - 1)] = 0
    while m.upto < base + stop:
        if check == SUM:
            m.value = <uint16_t>(m.value + p[m.upto - base])
        else:
            m.value = (m.value >> 8) ^ SLICE[0][(m.value ^ p[m.upto - base]) & 0xFF]
        m.upto += 1
        m.ring[m.upto & (WINDOW - 1)] = m.value
        e.examined += 1
    first = m.ring[(base + start) & (WINDOW - 1)]
    if check == SUM:
        return <uint8_t>(m.ring[(base + stop) & (WINDOW - 1)] - first)
    return m.ring[(base + stop) & (WINDOW - 1)] ^ shifted16(first ^ 0xFFFF, stop - start) ^ 0xFFFF


cdef inline bint correct(Engine* e, int kind, const uint8_t* p, Py_ssize_t here, Py_ssize_t end) noexcept nogil:
    cdef Dialect row = table(kind)
    cdef int check = row.check
    cdef Py_ssize_t start = here + row.first, stop = end - row.tail
    cdef Memo* m = &e.memo[check]
    cdef uint16_t computed, sent = p[stop]
    if check == FCS:
        sent |= p[stop + 1] << 8
    if e.origin + start < m.summed and m.ring == NULL:
        m.ring = <uint16_t*>malloc(WINDOW * sizeof(uint16_t))  # without memory it is only slower
    if e.origin + start >= m.summed or m.ring == NULL:
        e.examined += stop - start
        computed = (total_short(p + start, stop - start) if kind == DLT645 else total(p + start, stop - start)) if check == SUM else fcs16(p + start, stop - start)
    else:
        computed = remembered(e, check, p, here, start, stop)
    if computed == sent:
        return True
    if m.summed < e.origin + stop:
        m.summed = e.origin + stop
    return False


cdef Py_ssize_t lost(const uint8_t* p, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t count = 0
    while start < end:
        count += p[start] != 0xFE
        start += 1
    return count


cdef inline Py_ssize_t attempt(Engine* e, int kind, const uint8_t* p, Py_ssize_t size, Py_ssize_t here, bint final) noexcept nogil:
    """Octets of the correct frame at ``here``; 0 when there is none; -k when it takes k octets to tell."""
    cdef Py_ssize_t length
    e.headers += table(kind).head
    length = measure(kind, p + here, size - here)
    if length == 0:
        return 0
    if length < 0 or length > size - here:
        return 0 if final else (-length if length > 0 else length)
    if p[here + length - 1] != END:
        return 0
    if correct(e, kind, p, here, here + length):
        return length
    e.errors += 1
    return 0


cdef inline Hit nothing(Engine* e, const uint8_t* p, Py_ssize_t start, Py_ssize_t offset, Py_ssize_t need) noexcept nogil:
    cdef Hit hit
    hit.found = False
    hit.kind = 0
    hit.offset = offset
    hit.end = need
    e.discarded += lost(p, start, offset)
    return hit


cdef inline Hit search(Engine* e, const uint8_t* p, Py_ssize_t size, Py_ssize_t start, bint final) noexcept nogil:
    """The first frame in p[start:size], or where to go on and how many octets that takes."""
    cdef Hit hit
    cdef const uint8_t* q
    cdef Py_ssize_t at = start, here, length
    cdef int kind
    while True:
        if at < size and p[at] == START:
            here = at
        else:
            q = <const uint8_t*>memchr(p + at, START, size - at) if at < size else NULL
            if q is NULL:
                e.examined += size - at
                return nothing(e, p, start, size, size + 1)
            here = q - p
        e.examined += here - at + 1
        at = here + 1
        length = 0
        kind = DLT645
        if e.waiting == e.origin + here and e.kind > DLT645:
            kind = e.kind - 1
        elif e.dialects & 1:
            length = attempt(e, DLT645, p, size, here, final)  # by itself: the compiler makes a loop of its own of it
        while length == 0 and e.dialects >> (kind + 1):
            kind += 1
            if e.dialects >> kind & 1:
                length = attempt(e, kind, p, size, here, final)
        if length < 0:
            e.waiting = e.origin + here
            e.kind = kind
            return nothing(e, p, start, here, here - length)
        if length > 0:
            if here > start:
                e.discarded += lost(p, start, here)
            hit.found = True
            hit.kind = kind
            hit.offset = here
            hit.end = here + length
            return hit


cdef inline void begin(Engine* e, uint32_t dialects) noexcept nogil:
    memset(e, 0, sizeof(Engine))
    e.dialects = dialects & ((1 << DIALECT_COUNT) - 1)


cdef inline void finish(Engine* e) noexcept nogil:
    free(e.memo[SUM].ring)
    free(e.memo[FCS].ring)
