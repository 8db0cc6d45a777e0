
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#ifndef _CGUARD_UNKNOWN_H_INCLUDED_
#define _CGUARD_UNKNOWN_H_INCLUDED_


#include "cguard_sign.h"


/*
 * The signs of a path for a parser that leaves ASCII alone, whatever it makes
 * of other bytes (docs/readings.md, "The unknown").
 */

typedef struct {
    cguard_sign_t         parent;    /* the first one that is plain */
    cguard_sign_t         vpns;
    cguard_sign_t         dropped[2];/* plain or dropped, parent and vpns */
    cguard_sign_t         guess[2];  /* one is plain, what could be the other */
    cguard_sign_t         control;   /* the first control byte */
    unsigned              ascii;     /* decoded or not, all is ASCII */
} cguard_unknown_t;


#pragma GCC visibility push(hidden)

/*
 * Reads the path once.  A control byte counts raw, or out of as many layers of
 * percent-encoding as "layers" says.  Writes "u"; allocates nothing; linear in
 * the length; cannot fail.
 */

void cguard_unknown(const unsigned char *p, uint32_t len, unsigned layers,
    cguard_unknown_t *u);

#pragma GCC visibility pop


#endif /* _CGUARD_UNKNOWN_H_INCLUDED_ */
