
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#ifndef _CGUARD_UNKNOWN_H_INCLUDED_
#define _CGUARD_UNKNOWN_H_INCLUDED_


#include "cguard_sign.h"


/*
 * How many runs of unknown bytes, and escapes other than complete ones of two
 * digits, a path may have.  One that goes on behind more of them is refused.
 */

#define CGUARD_ODD             512
#define CGUARD_ODD_INCOMPLETE  16    /* what an incomplete escape counts as */


/*
 * The signs of a path for a parser that leaves ASCII alone, whatever it makes
 * of other bytes (docs/readings.md, "The unknown").
 */

typedef struct {
    cguard_sign_t         parent;    /* the first plain one of each */
    cguard_sign_t         vpns;
    cguard_sign_t         dropped[2];/* the same, plain or dropped */
    cguard_sign_t         guess[2];  /* a plain one, and a guess at the other */
    cguard_sign_t         control;   /* the first control byte */
    unsigned              ascii;     /* all is ASCII, decoded, too */
    uint32_t              read;      /* behind it is more than CGUARD_ODD */
} cguard_unknown_t;


#pragma GCC visibility push(hidden)

/*
 * Reads the path once, in linear time, and writes "u"; allocates nothing;
 * cannot fail.  A control byte counts if at most "layers" layers of
 * percent-encoding were removed from it.
 */

void cguard_unknown(const unsigned char *p, uint32_t len, unsigned layers,
    cguard_unknown_t *u);

#pragma GCC visibility pop


#endif /* _CGUARD_UNKNOWN_H_INCLUDED_ */
