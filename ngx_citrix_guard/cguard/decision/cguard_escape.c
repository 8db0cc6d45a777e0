
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The automaton of the decoder, as tables: what a byte is to a pending escape,
 * and what it does to it.
 */


#include "cguard_escape.h"


#define HEX    CGUARD_T_HEX
#define U      CGUARD_T_U
#define CONT   CGUARD_T_CONT
#define PCT    CGUARD_T_PERCENT
#define OPEN   CGUARD_T_OPEN
#define LEAD   CGUARD_T_LEAD
#define NOISE  CGUARD_T_NOISE


#define T4(t)  t, t, t, t
#define T16(t) T4(t), T4(t), T4(t), T4(t)


/* what is not named is CGUARD_T_OTHER */

const uint8_t  cguard_token[256] = {
    T16(NOISE), T16(NOISE), NOISE, ['%'] = PCT, ['+'] = NOISE, [0x7f] = NOISE,
    ['0'] = HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX, HEX,
    ['A'] = HEX, HEX, HEX, HEX, HEX, HEX, ['U'] = U,
    ['a'] = HEX, HEX, HEX, HEX, HEX, HEX, ['u'] = U,

    [0x80] = T16(CONT), T16(CONT), T16(CONT), T16(CONT),
    OPEN, OPEN, LEAD, LEAD, T4(LEAD), T4(LEAD), T4(LEAD), T16(LEAD),
    OPEN, LEAD, LEAD, LEAD, T4(LEAD), T4(LEAD), T4(LEAD),   /* e0 */
    OPEN, LEAD, LEAD, LEAD, T4(LEAD),                       /* f0 */
    OPEN, LEAD, LEAD, LEAD, OPEN, LEAD
};


#define EMIT    CGUARD_STEP_EMIT
#define EXTEND  CGUARD_STEP_EXTEND
#define DROP    CGUARD_STEP_DROP
#define BEGIN   CGUARD_STEP_PUSH|CGUARD_PERCENT, \
                CGUARD_STEP_PUSH|CGUARD_OPEN, CGUARD_STEP_PUSH|CGUARD_LEAD


/* noise may stand within an escape; it is dropped there */

const uint8_t  cguard_step[CGUARD_ESCAPE_MAX][CGUARD_T_MAX] = {

    /*                      other   hex     u       cont    % lead noise */

    [CGUARD_NONE]       = { EMIT,   EMIT,   EMIT,   EMIT,   BEGIN, EMIT },
    [CGUARD_PERCENT]    = { EMIT,   EXTEND, EXTEND, EMIT,   BEGIN, DROP },
    [CGUARD_DIGIT]      = { EMIT,   EXTEND, EMIT,   EMIT,   BEGIN, DROP },
    [CGUARD_POINT]      = { EMIT,   EXTEND, EMIT,   EMIT,   BEGIN, DROP },
    [CGUARD_OPEN]       = { EXTEND, EXTEND, EXTEND, EXTEND, BEGIN, DROP },
    [CGUARD_LEAD]       = { EMIT,   EMIT,   EMIT,   EXTEND, BEGIN, DROP },
    [CGUARD_SEQUENCE]   = { EXTEND, EXTEND, EXTEND, EXTEND, BEGIN, DROP },
    [CGUARD_LENIENT]    = { EXTEND, EXTEND, EXTEND, EXTEND, BEGIN, DROP }
};
