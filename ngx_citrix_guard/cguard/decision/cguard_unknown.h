
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#ifndef _CGUARD_UNKNOWN_H_INCLUDED_
#define _CGUARD_UNKNOWN_H_INCLUDED_


#include "cguard_sign.h"


/*
 * What a path shows to a parser that leaves ASCII alone, whatever it makes of
 * the rest (docs/readings.md, "The unknown").
 */

typedef struct {
    cguard_sign_t         parent;    /* the first one: plain, or dropped */
    cguard_sign_t         vpns;
    cguard_sign_t         guess[2];  /* one of them plain, and what could be */
} cguard_unknown_t;                  /*   the other one */


#pragma GCC visibility push(hidden)

/*
 * Reads the path once.  Writes "u"; allocates nothing; linear in the length;
 * cannot fail.
 */

void cguard_unknown(const unsigned char *p, uint32_t len, cguard_unknown_t *u);

#pragma GCC visibility pop


#endif /* _CGUARD_UNKNOWN_H_INCLUDED_ */
