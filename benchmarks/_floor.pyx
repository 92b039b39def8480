# cython: language_level=3, boundscheck=False, wraparound=False
"""Limits of compiled code: a call that does nothing, and the CRC of 698.45 in plain C with eight tables."""

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static uint16_t floor_table[8][256];
    static void floor_prepare(void)
    {
        for (int n = 0; n < 256; n++) {
            uint16_t v = (uint16_t)n;
            for (int k = 0; k < 8; k++) v = v & 1 ? v >> 1 ^ 0x8408 : v >> 1;
            floor_table[0][n] = v;
        }
        for (int k = 1; k < 8; k++)
            for (int n = 0; n < 256; n++)
                floor_table[k][n] = floor_table[k - 1][n] >> 8 ^ floor_table[0][floor_table[k - 1][n] & 255];
    }
    static uint16_t floor_crc(const uint8_t *p, size_t n)
    {
        uint16_t v = 0xFFFF;
        for (; n >= 8; n -= 8, p += 8)
            v = floor_table[7][(v ^ p[0]) & 255] ^ floor_table[6][(v >> 8 ^ p[1]) & 255] ^ floor_table[5][p[2]] ^ floor_table[4][p[3]]
              ^ floor_table[3][p[4]] ^ floor_table[2][p[5]] ^ floor_table[1][p[6]] ^ floor_table[0][p[7]];
        for (; n; n--) v = v >> 8 ^ floor_table[0][(v ^ *p++) & 255];
        return v ^ 0xFFFF;
    }
    static uint16_t floor_crc_word(const uint8_t *p, size_t n)
    {
        uint16_t v = 0xFFFF;
        for (; n >= 8; n -= 8, p += 8) {
            uint64_t w;
            memcpy(&w, p, 8);
            w ^= v;
            v = floor_table[7][w & 255] ^ floor_table[6][w >> 8 & 255] ^ floor_table[5][w >> 16 & 255] ^ floor_table[4][w >> 24 & 255]
              ^ floor_table[3][w >> 32 & 255] ^ floor_table[2][w >> 40 & 255] ^ floor_table[1][w >> 48 & 255] ^ floor_table[0][w >> 56];
        }
        for (; n; n--) v = v >> 8 ^ floor_table[0][(v ^ *p++) & 255];
        return v ^ 0xFFFF;
    }
    """
    void floor_prepare()
    int floor_crc(const unsigned char* p, size_t n)
    int floor_crc_word(const unsigned char* p, size_t n)

floor_prepare()


def noop(bytes data):
    """Nothing."""
    return data


def crc(bytes data):
    """CRC-16/X.25, octets loaded one by one."""
    return floor_crc(data, len(data))


def crc_word(bytes data):
    """CRC-16/X.25, eight octets loaded at once (little-endian machines)."""
    return floor_crc_word(data, len(data))
