# DL/T 645: the parts of a data field as numbers, without Python objects; included by _c_columns.pyx, whose twin
# _py_columns.py tells what is decoded and what is refused.
#
# Octets are read inside checked frames only. A value is loaded as the eight octets that end with it, which lie in the
# frame because at least ten octets of header come before.

cdef enum:
    MOST = 200  # MOST_ROWS
    PAGES = 257
    NONE = 0xFFFF
    BATCH = 1024  # sources taken at once
    GOOD = 0
    LONG = 1
    NO_DATA = 2
    NOT_BCD = 3
    NO_TIME = 4
    SHORT = 5
    UNKNOWN = 6
    UNDECODED = 7
    ERROR = 8
    REQUEST = 9
    NO_ITEM = 10
    SIGNED = 1
    BITS = 2
    CLOCK = 4
    OPAQUE = 5


cdef struct Part:
    uint32_t item
    uint32_t fields
    uint8_t kind
    uint8_t length
    int8_t scale
    uint8_t unit

cdef struct Rule:
    uint32_t page  # DI3 (or 256) and DI2
    uint32_t keep
    Py_ssize_t first  # part
    Py_ssize_t count
    uint8_t b1_low
    uint8_t b1_high
    uint8_t b0_low
    uint8_t b0_high

cdef struct Out:
    uint64_t* address
    int64_t* value
    int64_t* offset
    uint32_t* item
    uint32_t* source
    uint8_t* control
    uint8_t* protocol
    uint8_t* part
    int8_t* scale
    uint8_t* unit
    uint8_t* status


cdef bint is_time(uint64_t bcd, int length, uint32_t fields) noexcept nogil:
    cdef int k, number, field
    cdef int year = 0, month = 1, day = 1, days
    cdef bint has_date = False, in_range = True, is_zero = bcd == 0
    for k in range(length):
        number = <int>(bcd >> 4 & 15) * 10 + <int>(bcd & 15)
        field = fields & 15
        has_date = has_date or 1 <= field <= 3
        if field == 1:
            year = number
        elif field == 2:
            month = number
        elif field == 3:
            day = number
        elif field == 5:
            in_range = in_range and number < 24
        elif field == 6 or field == 7:
            in_range = in_range and number < 60
        bcd >>= 8
        fields >>= 4
    if (has_date and is_zero) or not in_range or not 1 <= month <= 12:
        return False
    days = 29 - (year % 4 != 0) if month == 2 else 31 - ((month + (month > 7)) % 2 == 0)
    return 1 <= day <= days


cdef inline int number(const uint8_t* end, const Part* part, int64_t* value) noexcept nogil:
    """Status and value of a part that is whole; its octets, still + 33H, end before ``end``. No branch on the sign."""
    cdef uint64_t word, sign, digits, minus
    cdef int unused = 64 - 8 * part.length
    value[0] = INT64_MIN
    if part.kind == OPAQUE:
        return UNDECODED
    memcpy(&word, end - 8, 8)
    word = unmasked(le64(word)) >> unused
    if part.kind == BITS:
        value[0] = <int64_t>word
        return GOOD
    sign = <uint64_t>(part.kind == SIGNED) << (63 - unused)
    digits = word & ~sign
    if (digits >> 3) & ((digits >> 2) | (digits >> 1)) & <uint64_t>0x1111111111111111:
        return NO_DATA if word == <uint64_t>0xFFFFFFFFFFFFFFFF >> unused else NOT_BCD
    if part.kind == CLOCK and not is_time(digits, part.length, part.fields):
        return NO_TIME
    minus = <uint64_t>(word & sign != 0)
    # pairs of digits, then of two, of four and of eight; each step subtracts what the higher half counted too much
    digits -= 6 * ((digits >> 4) & <uint64_t>0x0F0F0F0F0F0F0F0F)
    digits -= (256 - 100) * ((digits >> 8) & <uint64_t>0x00FF00FF00FF00FF)
    digits -= (65536 - 10000) * ((digits >> 16) & <uint64_t>0x0000FFFF0000FFFF)
    digits -= (<uint64_t>4294967296 - 100000000) * (digits >> 32)
    value[0] = <int64_t>((digits ^ (0 - minus)) + minus)
    return GOOD


cdef inline void put(Out out, Py_ssize_t row, uint32_t item, int64_t value, int part, int scale, int unit, int status) noexcept nogil:
    out.item[row] = item
    out.value[row] = value
    out.part[row] = <uint8_t>part
    out.scale[row] = <int8_t>scale
    out.unit[row] = <uint8_t>unit
    out.status[row] = <uint8_t>status


cdef inline Py_ssize_t single(Out out, Py_ssize_t row, uint32_t item, const Part* part, Py_ssize_t parts,
                              const uint8_t* data, Py_ssize_t size) noexcept nogil:
    """The rows of one item; ``data[:size]`` follows its identifier."""
    cdef Py_ssize_t at = 0, k
    cdef int64_t value
    cdef int status
    cdef bint is_long = False
    if parts == 1 and part.length == size:  # as nearly always
        status = number(data + size, part, &value)
        put(out, row, item, value, 0, part.scale, part.unit, status)
        return 1
    for k in range(parts):
        at += part[k].length
    while at < size:
        is_long |= data[at] != 0x33
        at += 1
    at = 0
    for k in range(parts):
        at += part[k].length
        if at > size:
            value = INT64_MIN
            status = SHORT
        else:
            status = number(data + at, &part[k], &value)
            if status == GOOD and is_long:
                status = LONG
        put(out, row + k, item, value, <int>k, part[k].scale, part[k].unit, status)
    return parts


cdef Py_ssize_t without_end(const Part* part, Py_ssize_t parts, const uint8_t* data, Py_ssize_t size) noexcept nogil:
    """Octets of a block of 1997 without the AA that meters put behind the last member; it is no BCD."""
    cdef Py_ssize_t first = 0, k
    if size == 0 or data[size - 1] != <uint8_t>(0xAA + 0x33):
        return size
    for k in range(parts):
        if part[k].item == part[0].item:
            first += part[k].length
    return size - 1 if (size - 1) % first == 0 else size


cdef Py_ssize_t block(Out out, Py_ssize_t row, uint32_t kept, const Part* part, Py_ssize_t parts,
                      const uint8_t* data, Py_ssize_t size) noexcept nogil:
    """The rows of the members; 0 when the data do not end where a member ends."""
    cdef Py_ssize_t at = 0, k = 0, within = 0
    cdef int64_t value
    cdef int status
    while k < parts:
        if k > 0 and part[k].item == part[k - 1].item:
            within += 1
        else:
            within = 0
            if at >= size:
                break
        at += part[k].length
        if at > size:
            return 0
        status = number(data + at, &part[k], &value)
        put(out, row + k, kept | part[k].item, value, <int>within, part[k].scale, part[k].unit, status)
        k += 1
    return k if at == size else 0
