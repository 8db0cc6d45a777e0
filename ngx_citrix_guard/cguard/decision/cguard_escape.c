
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


/* what is not named is CGUARD_T_OTHER */

const uint8_t  cguard_token[256] = {
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 00 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 08 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 10 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 18 */
    NOISE, 0,     0,     0,     0,     PCT,   0,     0,     /* 20 */
    0,     0,     0,     NOISE, 0,     0,     0,     0,     /* 28 */
    HEX,   HEX,   HEX,   HEX,   HEX,   HEX,   HEX,   HEX,   /* 30 */
    HEX,   HEX,   0,     0,     0,     0,     0,     0,     /* 38 */
    0,     HEX,   HEX,   HEX,   HEX,   HEX,   HEX,   0,     /* 40 */
    0,     0,     0,     0,     0,     0,     0,     0,     /* 48 */
    0,     0,     0,     0,     0,     U,     0,     0,     /* 50 */
    0,     0,     0,     0,     0,     0,     0,     0,     /* 58 */
    0,     HEX,   HEX,   HEX,   HEX,   HEX,   HEX,   0,     /* 60 */
    0,     0,     0,     0,     0,     0,     0,     0,     /* 68 */
    0,     0,     0,     0,     0,     U,     0,     0,     /* 70 */
    0,     0,     0,     0,     0,     0,     0,     NOISE, /* 78 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* 80 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* 88 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* 90 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* 98 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* a0 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* a8 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* b0 */
    CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  CONT,  /* b8 */
    OPEN,  OPEN,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* c0 */
    LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* c8 */
    LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* d0 */
    LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* d8 */
    OPEN,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* e0 */
    LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* e8 */
    OPEN,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  LEAD,  /* f0 */
    OPEN,  LEAD,  LEAD,  LEAD,  OPEN,  LEAD,  0,     0,     /* f8 */
};


#define EMIT    CGUARD_STEP_EMIT
#define EXTEND  CGUARD_STEP_EXTEND
#define BEGIN   CGUARD_STEP_PUSH|CGUARD_PERCENT, \
                CGUARD_STEP_PUSH|CGUARD_OPEN, CGUARD_STEP_PUSH|CGUARD_LEAD


/* noise may stand within an escape; it is dropped there */

const uint8_t  cguard_step[CGUARD_ESCAPE_MAX][CGUARD_T_MAX] = {

    /*                      other   hex     u       cont    % lead noise */

    [CGUARD_NONE]       = { EMIT,   EMIT,   EMIT,   EMIT,   BEGIN, EMIT },
    [CGUARD_PERCENT]    = { EMIT,   EXTEND, EXTEND, EMIT,   BEGIN, 0 },
    [CGUARD_DIGIT]      = { EMIT,   EXTEND, EMIT,   EMIT,   BEGIN, 0 },
    [CGUARD_POINT]      = { EMIT,   EXTEND, EMIT,   EMIT,   BEGIN, 0 },
    [CGUARD_OPEN]       = { EXTEND, EXTEND, EXTEND, EXTEND, BEGIN, 0 },
    [CGUARD_LEAD]       = { EMIT,   EMIT,   EMIT,   EXTEND, BEGIN, 0 },
    [CGUARD_SEQUENCE]   = { EXTEND, EXTEND, EXTEND, EXTEND, BEGIN, 0 },
    [CGUARD_LENIENT]    = { EXTEND, EXTEND, EXTEND, EXTEND, BEGIN, 0 }
};
