# DL/T 698.45: the reading of numbers and of record tables, without Python objects; included by _c_dlt698data.pyx.

cdef enum:
    LIMIT = 32  # equals MAX_DEPTH; a test compares the two
    UNSIGNED = 1
    SIGNED = 2
    MOMENT = 3
    DOUBLE = 4

cdef uint8_t SIZE[256]  # octets behind the tag of the types that always have as many
cdef uint8_t KIND[256]


cdef void prepare() noexcept:
    cdef int tag
    for tag in range(256):
        SIZE[tag] = KIND[tag] = 0
    SIZE[5], SIZE[15], SIZE[16], SIZE[20] = 4, 1, 2, 8
    KIND[5] = KIND[15] = KIND[16] = KIND[20] = SIGNED
    SIZE[6], SIZE[17], SIZE[18], SIZE[21], SIZE[22], SIZE[80], SIZE[81], SIZE[83] = 4, 1, 2, 8, 1, 2, 4, 4
    KIND[6] = KIND[17] = KIND[18] = KIND[21] = KIND[22] = KIND[80] = KIND[81] = KIND[83] = UNSIGNED
    SIZE[25], SIZE[26], SIZE[27], SIZE[28] = 10, 5, 3, 7
    KIND[25] = KIND[26] = KIND[27] = KIND[28] = MOMENT
    SIZE[24], KIND[24] = 8, DOUBLE

prepare()


cdef inline uint32_t small(const uint8_t* p, Py_ssize_t size) noexcept nogil:
    """An unsigned number of 1, 2 or 4 octets."""
    if size == 4:
        return <uint32_t>p[0] << 24 | <uint32_t>p[1] << 16 | <uint32_t>p[2] << 8 | p[3]
    return p[0] if size == 1 else <uint32_t>p[0] << 8 | p[1]


cdef inline uint64_t be64(const uint8_t* p) noexcept nogil:
    return <uint64_t>small(p, 4) << 32 | small(p + 4, 4)


cdef inline int64_t extended(const uint8_t* p, Py_ssize_t size) noexcept nogil:
    """A signed number of 1, 2, 4 or 8 octets."""
    if size == 8:
        return <int64_t>be64(p)
    if size == 4:
        return <int32_t>small(p, 4)
    return <int8_t>p[0] if size == 1 else <int16_t>small(p, 2)


cdef inline Py_ssize_t counted(const uint8_t* p, Py_ssize_t* at, Py_ssize_t end) noexcept nogil:
    """A length or count, never more than the octets left; -1 for anything else."""
    cdef Py_ssize_t here = at[0], value, size, k
    if here >= end:
        return -1
    value = p[here]
    here += 1
    if value >= 0x80:
        size = value & 0x7F
        if not 1 <= size <= 4 or size > end - here:
            return -1
        value = 0
        for k in range(size):
            value = value << 8 | p[here + k]
        here += size
    if value > end - here:
        return -1
    at[0] = here
    return value


cdef inline int64_t days(int64_t year, int64_t month, int64_t day) noexcept nogil:
    """Days since 1970-01-01 of a date that exists."""
    if month <= 2:
        year -= 1
        month += 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469


cdef inline bint exists(const uint8_t* p) noexcept nogil:
    """True when year, month, day, hour, minute, second name a moment."""
    cdef int year = p[0] << 8 | p[1], month = p[2], day = p[3], most = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        most = 30
    elif month == 2:
        most = 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= most and p[4] < 24 and p[5] < 60 and p[6] < 60


cdef bint to_columns(
    const uint8_t* p, Py_ssize_t* at, Py_ssize_t end, Py_ssize_t rows, Py_ssize_t columns,
    uint8_t* tags, int64_t* table, uint8_t* valid
) noexcept nogil:
    """Cells into 64-bit words, column by column; False when a cell has no place there."""
    cdef Py_ssize_t here = at[0], row, column, place, size
    cdef uint8_t tag
    cdef int64_t word, day = 0
    cdef uint32_t date, last = 0
    for column in range(columns):
        tags[column] = 0
    for row in range(rows):
        place = row
        for column in range(columns):
            if here >= end:
                return False
            tag = p[here]
            here += 1
            valid[place] = 1
            if tag != tags[column]:
                if tag == 0:
                    table[place] = 0
                    valid[place] = 0
                    place += rows
                    continue
                if tags[column]:
                    return False
                tags[column] = tag
            elif tag == 0:
                table[place] = 0
                valid[place] = 0
                place += rows
                continue
            size = SIZE[tag]
            if size > end - here:
                return False
            if KIND[tag] == UNSIGNED:
                word = <int64_t>be64(p + here) if size == 8 else small(p + here, size)
            elif KIND[tag] == SIGNED:
                word = extended(p + here, size)
            elif tag == 28:
                date = small(p + here, 4)
                if not exists(p + here):
                    word = INT64_MIN
                    valid[place] = 0
                else:
                    if date != last:
                        last = date
                        day = days(date >> 16, date >> 8 & 0xFF, date & 0xFF)
                    word = 86400 * day + 3600 * p[here + 4] + 60 * p[here + 5] + p[here + 6]
            elif tag == 24:
                word = <int64_t>be64(p + here)
            elif tag == 3:
                if here >= end:
                    return False
                size = 1
                word = p[here] != 0
            elif tag == 9 or tag == 10 or tag == 12 or 85 <= tag <= 87:
                size = counted(p, &here, end)
                if size < 0:
                    return False
                word = <int64_t>here << 32 | size
            else:
                return False
            here += size
            table[place] = word
            place += rows
    at[0] = here
    return True
