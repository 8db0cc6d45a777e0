
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The strict readings: the signs as parsers see them that reject, or drop, what
 * is not UTF-8.
 */


#ifndef _CGUARD_STRICT_H_INCLUDED_
#define _CGUARD_STRICT_H_INCLUDED_


#include <stdint.h>

#include "cguard_sign.h"


/*
 * Which sequences of UTF-8 a parser takes.  The decoder of cguard_decode.h is
 * a lenient one, which makes the most of each byte; these drop at once what
 * they do not take, or end there.
 */

typedef enum {
    CGUARD_WELL_FORMED,              /* RFC 3629 */
    CGUARD_OVERLONG,                 /* overlong forms as well */
    CGUARD_ASCII,                    /* none: all is dropped from 80 up */
    CGUARD_LATIN                     /* none: each byte is a code point */
} cguard_parser_e;


/* what it has come upon */

#define CGUARD_TAKEN     0x01        /* a sequence, or a code point */
#define CGUARD_REJECTED  0x02        /* a sequence that is not well-formed */
#define CGUARD_OVERFLOW  0x04        /* too many unfinished escapes: it ended */


#pragma GCC visibility push(hidden)

/*
 * Looks for the signs in "len" bytes as such a parser sees them, goes on from
 * the state in "signs" and writes what it finds there.  Returns CGUARD_TAKEN,
 * ...  Allocates nothing, takes linear time and 66 KiB of stack, cannot fail.
 */

unsigned cguard_strict(const unsigned char *p, uint32_t len,
    cguard_parser_e parser, cguard_signs_t *signs);

#pragma GCC visibility pop


#endif /* _CGUARD_STRICT_H_INCLUDED_ */
