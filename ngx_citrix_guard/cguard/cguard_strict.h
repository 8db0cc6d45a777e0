
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#ifndef _CGUARD_STRICT_H_INCLUDED_
#define _CGUARD_STRICT_H_INCLUDED_


#include "cguard_sign.h"


#pragma GCC visibility push(hidden)

/*
 * Looks for the signs as a parser sees them that takes well-formed UTF-8 only
 * (RFC 3629; with "overlong" overlong forms as well) and drops all other bytes
 * above 7F, or ends there.  The decoder of cguard_decode.h is the lenient
 * parser, which makes the most of each.
 * Returns -1 if too many escapes remain unfinished, else 0.
 */

int cguard_strict(const unsigned char *p, uint32_t len, int overlong,
    cguard_signs_t *s);

#pragma GCC visibility pop


#endif /* _CGUARD_STRICT_H_INCLUDED_ */
