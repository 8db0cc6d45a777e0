
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


/* what is not named is CGUARD_C_OTHER */

const uint8_t  cguard_class[256] = {
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 00 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 08 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 10 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 18 */
    NOISE, 0,     0,     END,   0,     0,     0,     0,     /* 20 */
    0,     0,     0,     NOISE, 0,     0,     DOT,   SEP,   /* 28 */
    0,     0,     0,     0,     0,     0,     0,     0,     /* 30 */
    0,     0,     0,     END,   0,     0,     0,     END,   /* 38 */
    0,     0,     0,     0,     0,     0,     0,     0,     /* 40 */
    0,     0,     0,     0,     0,     0,     L_N,   0,     /* 48 */
    L_P,   0,     0,     L_S,   0,     0,     L_V,   0,     /* 50 */
    0,     0,     0,     0,     SEP,   0,     0,     0,     /* 58 */
    0,     0,     0,     0,     0,     0,     0,     0,     /* 60 */
    0,     0,     0,     0,     0,     0,     L_N,   0,     /* 68 */
    L_P,   0,     0,     L_S,   0,     0,     L_V,   0,     /* 70 */
    0,     0,     0,     0,     0,     0,     0,     NOISE, /* 78 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 80 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 88 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 90 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* 98 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* a0 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* a8 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* b0 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* b8 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* c0 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* c8 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* d0 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* d8 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* e0 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* e8 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* f0 */
    NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, NOISE, /* f8 */
};


#undef DOT

#define START   CGUARD_S_START
#define DOT     CGUARD_S_DOT
#define PARENT  CGUARD_S_PARENT
#define V       CGUARD_S_V
#define VP      CGUARD_S_VP
#define VPN     CGUARD_S_VPN
#define VPNS    CGUARD_S_VPNS
#define DEAD    CGUARD_S_DEAD


/* "..." is a parent whose trailing dot was dropped, "vpns." is vpns */

const uint8_t  cguard_next[CGUARD_S_MAX][CGUARD_C_MAX] = {

    /*           other  .       v     p     n     s     noise   end   sep  */

    [DEAD]   = { DEAD,  DEAD,   DEAD, DEAD, DEAD, DEAD, DEAD,   DEAD, START },
    [START]  = { DEAD,  DOT,    V,    DEAD, DEAD, DEAD, START,  DEAD, START },
    [DOT]    = { DEAD,  PARENT, DEAD, DEAD, DEAD, DEAD, DOT,    DEAD, START },
    [V]      = { DEAD,  DEAD,   DEAD, VP,   DEAD, DEAD, V,      DEAD, START },
    [VP]     = { DEAD,  DEAD,   DEAD, DEAD, VPN,  DEAD, VP,     DEAD, START },
    [VPN]    = { DEAD,  DEAD,   DEAD, DEAD, DEAD, VPNS, VPN,    DEAD, START },
    [PARENT] = { DEAD,  PARENT, DEAD, DEAD, DEAD, DEAD, PARENT, DEAD, START },
    [VPNS]   = { DEAD,  VPNS,   DEAD, DEAD, DEAD, DEAD, VPNS,   DEAD, START },
};
