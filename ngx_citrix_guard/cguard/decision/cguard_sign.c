
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The class of a character, for the automaton that finds the signs.
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
