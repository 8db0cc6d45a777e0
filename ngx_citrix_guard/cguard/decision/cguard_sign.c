
/*
 * Copyright (C) ngx_citrix_guard authors
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
#define U(n)   CGUARD_C_UNKNOWN + n
#define U4(n)  U(n), U(n), U(n), U(n)
#define U16(n) U4(n), U4(n), U4(n), U4(n)


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
    U16(0), U16(0), U16(0), U16(0), U16(1), U16(1), U16(2), /* 80 - ef */
    U4(3), U4(3), U4(4), U(5), U(5), U(0), U(0)              /* f0 - ff */
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

const uint8_t  cguard_next[CGUARD_S_MAX][CGUARD_C_UNKNOWN] = {

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
