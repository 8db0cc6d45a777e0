
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The automaton that finds the signs, as tables: the class of a character, and
 * the next state.
 */


#include "cguard_sign.h"


#define NOISE  CGUARD_C_NOISE
#define SEP    CGUARD_C_SEPARATOR
#define END    CGUARD_C_END
#define DOT    CGUARD_C_DOT
#define L_V    CGUARD_C_V
#define L_P    CGUARD_C_P
#define L_N    CGUARD_C_N
#define L_S    CGUARD_C_S
#define C4(c)  c, c, c, c
#define C16(c) C4(c), C4(c), C4(c), C4(c)
#define U(n)   CGUARD_C_UNKNOWN + n
#define BOTH   CGUARD_S_BOTH
#define SECOND CGUARD_S_SECOND


/* what is not named is CGUARD_C_OTHER */

const uint8_t  cguard_class[256] = {
    C16(NOISE), C16(NOISE), NOISE,
    ['#'] = END, ['+'] = NOISE, ['.'] = DOT, ['/'] = SEP, [';'] = END,
    ['?'] = END, ['\\'] = SEP, [0x7f] = NOISE,
    ['N'] = L_N, ['P'] = L_P, ['S'] = L_S, ['V'] = L_V,
    ['n'] = L_N, ['p'] = L_P, ['s'] = L_S, ['v'] = L_V,

    [0x80] =
    C16(U(0)), C16(U(0)), C16(U(0)), C16(U(0)),
    C16(U(1)), C16(U(1)), C16(U(2)),                        /* c0 - ef */
    C4(U(3)), C4(U(3)), C4(U(4)), U(5), U(5), U(0), U(0)    /* f0 - ff */
};


/* "..." is a parent whose trailing dot was dropped, "vpns." is vpns */

#define CHARACTER(step, stay, holds)                                          \
    { 0, 0, 8, 8, BOTH(step), BOTH(stay), 0, 0, 0, holds }

#define UNKNOWN(sequence, escape)                                             \
    { sequence, escape, 8, 0, 0, SECOND(0xff), SECOND(CGUARD_S_START), 0,     \
      SECOND(CGUARD_S_SIGN), CGUARD_HOLDS_UNKNOWN }

const cguard_move_t  cguard_move[CGUARD_C_MAX] = {
    [CGUARD_C_OTHER] = CHARACTER(0, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_DOT] = { 0, 0, 8, 8, BOTH(CGUARD_S_DOTS|CGUARD_S_DOT),
                       BOTH(CGUARD_S_SIGN), 0, SECOND(0xff), 0, 0 },
    [CGUARD_C_V] = CHARACTER(CGUARD_S_WORD, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_P] = CHARACTER(CGUARD_S_V, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_N] = CHARACTER(CGUARD_S_VP, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_S] = CHARACTER(CGUARD_S_VPN, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_NOISE] = { 0, 0, 0, 0, 0, BOTH(0xff), 0, 0, BOTH(CGUARD_S_SIGN),
                         0 },
    [CGUARD_C_END] = { 0, 0, 8, 8, 0, 0, 0, 0, BOTH(CGUARD_S_SIGN),
                       CGUARD_HOLDS_END },
    [CGUARD_C_SEPARATOR] = { 0, 0, 8, 8, 0, 0, BOTH(CGUARD_S_START),
                             SECOND(0xff), BOTH(CGUARD_S_SIGN), 0 },
    [CGUARD_C_UNKNOWN] = UNKNOWN(0, 0),
    [CGUARD_C_UNKNOWN + 1] = UNKNOWN(0x01, 0),
    [CGUARD_C_UNKNOWN + 2] = UNKNOWN(0x0101, 0),
    [CGUARD_C_UNKNOWN + 3] = UNKNOWN(0x010101, 0),
    [CGUARD_C_UNKNOWN + 4] = UNKNOWN(0x01010101, 0),
    [CGUARD_C_UNKNOWN + 5] = UNKNOWN(0x0101010101, 0),
    [CGUARD_C_HEX] = UNKNOWN(0, 0x0101),
    [CGUARD_C_POINT] = UNKNOWN(0, 0x0101010101)
};
