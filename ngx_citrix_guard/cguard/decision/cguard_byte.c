
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The classes of a byte, the values of the hexadecimal digits, and the lengths
 * of UTF-8 sequences, as tables.  t/core/unit/byte_test.c derives them again
 * from their definitions.
 */


#include <stdint.h>

#include "cguard_byte.h"


#define B4(b)   b, b, b, b
#define B8(b)   B4(b), B4(b)
#define B16(b)  B8(b), B8(b)


const uint8_t  cguard_byte[256] = {
    B16(0x30), B16(0x30),                              /* 00 */
    0x10, 0x08, 0x08, 0x40, 0x08, 0xc0, 0x08, 0x08,    /* 20 */
    0x08, 0x08, 0x08, 0, 0x08, 0x08, 0x48, 0x48,
    0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49,
    0x49, 0x49, 0x08, 0x48, 0x08, 0x08, 0x08, 0x48,
    0x08, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x08,    /* 40 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x48, 0x08,
    0x48, 0x08, 0x08, 0x48, 0x08, 0x48, 0x48, 0x08,
    0x08, 0x08, 0x08, 0x08, 0x48, 0x08, 0x08, 0x08,
    0x08, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x08,    /* 60 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x48, 0x08,
    0x48, 0x08, 0x08, 0x48, 0x08, 0x48, 0x48, 0x08,
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x30,
    B16(0x04), B16(0x04), B16(0x04), B16(0x04),        /* 80 */
    B16(0x80), B16(0x80), B16(0x80), B8(0x80), B4(0x80), 0x80, 0x80, 0, 0
};


const uint8_t  cguard_hex[256] = {
    ['0'] = 0, ['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4,
    ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8, ['9'] = 9,
    ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15,
    ['A'] = 10, ['B'] = 11, ['C'] = 12, ['D'] = 13, ['E'] = 14, ['F'] = 15
};


/* what a byte may be or begin, of CGUARD_MAY_... */

const uint8_t  cguard_may[256] = {
    B16(2), B16(2),                                    /* 00 */
    B4(2), 2, 11, 2, 2, B4(2), 2, 2, 2, 3, B16(2),     /* 20 */
    B16(2), B8(2), B4(2), 3, 2, 2, 2, B16(2), B16(2),  /* 40 */
    B16(8), B16(8), B16(8), B16(8),                    /* 80 */
    3, 3, 7, 7, B8(6), 0, 6, 6, 6,                     /* c0 */
    B4(6), 0, 0, 6, 0, 0, 7, 0, 0, B4(0),              /* d0 */
    3, 6, 7, 7, B4(0), 0, 0, 6, 0, 0, 6, 7, 7,         /* e0 */
    3, 0, 0, 0, B4(0), 3, 0, 0, 0, 3, 0, 0, 0          /* f0 */
};


/* by the low six bits of a lead byte */

const uint8_t  cguard_utf8_ncont[64] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 0, 0
};
