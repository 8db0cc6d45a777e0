
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The tables of the decoder (cguard_escape.h): the classes of a byte, as bits
 * (CGUARD_B_*) and as one number (CGUARD_T_*), the values of the hexadecimal
 * digits, and what a byte does to an escape that waits.  t/core/unit/byte_test.c
 * derives the classes and the values again from their definitions.
 */


#include "cguard_escape.h"


#define B4(b)   b, b, b, b
#define B8(b)   B4(b), B4(b)
#define B16(b)  B8(b), B8(b)


const uint8_t  cguard_byte[256] = {
    B16(0xb0), B16(0xb0),                              /* 00 */
    0x10, 0x08, 0x08, 0x40, 0x08, 0xc0, 0x08, 0x08,    /* 20 */
    0x08, 0x08, 0x08, 0x10, 0x08, 0x08, 0x48, 0x48,
    0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49,
    0x49, 0x49, 0x08, 0x48, 0x08, 0x08, 0x08, 0x48,
    0x08, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x08,    /* 40 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x48, 0x08,
    0x48, 0x08, 0x08, 0x48, 0x08, 0x48, 0x48, 0x08,
    0x08, 0x08, 0x08, 0x08, 0x48, 0x08, 0x08, 0x08,
    0x08, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x08,    /* 60 */
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x48, 0x08,
    0x48, 0x08, 0x08, 0x48, 0x08, 0x48, 0x48, 0x08,
    0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0xb0,
    B16(0x04), B16(0x04), B16(0x04), B16(0x04),        /* 80 */
    B16(0x82), B16(0x82), B16(0x82), B8(0x82), B4(0x82), 0x82, 0x82, 0, 0
};


const uint8_t  cguard_hex[256] = {
    ['0'] = 0, ['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4,
    ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8, ['9'] = 9,
    ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15,
    ['A'] = 10, ['B'] = 11, ['C'] = 12, ['D'] = 13, ['E'] = 14, ['F'] = 15
};


/* continuation bytes that a lead byte asks for, by its low six bits */

const uint8_t  cguard_need[64] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 0, 0
};


#define HEX    CGUARD_T_HEX
#define U      CGUARD_T_U
#define CONT   CGUARD_T_CONT
#define PCT    CGUARD_T_PERCENT
#define OPEN   CGUARD_T_OPEN
#define LEAD   CGUARD_T_LEAD
#define NOISE  CGUARD_T_NOISE


/* what is not named is CGUARD_T_OTHER */

const uint8_t  cguard_token[256] = {
    B16(NOISE), B16(NOISE), NOISE,
    ['%'] = PCT, ['+'] = NOISE, [0x7f] = NOISE, ['U'] = U, ['u'] = U,

    ['0'] = HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX,
    ['A'] = HEX, HEX, HEX, HEX, HEX, HEX,
    ['a'] = HEX, HEX, HEX, HEX, HEX, HEX,

    [0x80] = B16(CONT), B16(CONT), B16(CONT), B16(CONT),
    OPEN, OPEN, LEAD, LEAD, B4(LEAD), B8(LEAD), B16(LEAD),  /* c0 */
    OPEN, LEAD, LEAD, LEAD, B4(LEAD), B8(LEAD),             /* e0 */
    OPEN, LEAD, LEAD, LEAD, B4(LEAD),                       /* f0 */
    OPEN, LEAD, LEAD, LEAD, OPEN, LEAD
};


#define CELL   CGUARD_STEP_CELL
#define OFFER  CGUARD_STEP_OFFER
#define BEGIN  CGUARD_STEP_PUSH|CGUARD_PERCENT, CGUARD_STEP_PUSH|CGUARD_OPEN, \
               CGUARD_STEP_PUSH|CGUARD_LEAD


/* noise may stand within an escape; it is dropped there */

const uint8_t  cguard_step[CGUARD_WAIT_MAX][CGUARD_T_MAX] = {

    /*                      other  hex    u      cont   % lead noise */

    [CGUARD_NONE]       = { CELL,  CELL,  CELL,  CELL,  BEGIN, CELL },
    [CGUARD_PERCENT]    = { CELL,  OFFER, OFFER, CELL,  BEGIN, 0 },
    [CGUARD_DIGIT]      = { CELL,  OFFER, CELL,  CELL,  BEGIN, 0 },
    [CGUARD_POINT]      = { CELL,  OFFER, CELL,  CELL,  BEGIN, 0 },
    [CGUARD_OPEN]       = { OFFER, OFFER, OFFER, OFFER, BEGIN, 0 },
    [CGUARD_LEAD]       = { CELL,  CELL,  CELL,  OFFER, BEGIN, 0 },
    [CGUARD_SEQUENCE]   = { OFFER, OFFER, OFFER, OFFER, BEGIN, 0 },
    [CGUARD_LENIENT]    = { OFFER, OFFER, OFFER, OFFER, BEGIN, 0 }
};
