
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decision of ngx_citrix_guard: does some reading of a request target
 * lead out of the public part of a Citrix ADC and into /vpns/
 * (CVE-2019-19781)?  The model is docs/readings.md.
 *
 * The functions only read their arguments, allocate nothing, keep no state
 * between calls, take time linear in the length, and cannot fail: input that
 * cannot be judged is CGUARD_MALFORMED.
 */


#ifndef _CGUARD_TARGET_H_INCLUDED_
#define _CGUARD_TARGET_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


typedef enum {
    CGUARD_PASS = 0,
    CGUARD_TRAVERSAL,
    CGUARD_QUERY,
    CGUARD_VPNS,
    CGUARD_PARENT,
    CGUARD_MALFORMED,
    CGUARD_HEADER
} cguard_reason_e;


/* policy: there is no Gateway, so no path below /vpns/ is legitimate */

#define CGUARD_NO_SSLVPN   0x01

/* policy: refuse any parent segment, wherever it leads */

#define CGUARD_ANY_PARENT  0x02


/*
 * depth: the number of layers of encoding that were removed, of the byte of the
 * signs that has most; [start, end): the bytes of the raw target from the first
 * of the two segments to the last.
 */

typedef struct {
    cguard_reason_e       reason;
    unsigned              depth;
    size_t                start;
    size_t                end;
} cguard_result_t;


/*
 * Judges a request target (RFC 9112, section 3.2: origin form or absolute
 * form) under every reading.  "res" may be NULL.  A clean target of
 * 30-80 bytes costs some 10 ns, a hostile one some ns a byte
 * (docs/internals.md, "Bounds and costs") and 2 KiB of stack.
 */

cguard_reason_e cguard_target(const unsigned char *p, size_t len,
    unsigned policy, cguard_result_t *res);


/*
 * The same for a target that a server has already split and decoded: a "?" or
 * "#" in "path" is an ordinary byte, since it was encoded, and a control byte
 * counts only if it is raw.  "query" may be NULL.  The range is that of path,
 * "?" and query in one piece.
 */

cguard_reason_e cguard_parts(const unsigned char *path, size_t plen,
    const unsigned char *query, size_t qlen, unsigned policy,
    cguard_result_t *res);


/*
 * Judges a header field that CGI (RFC 3875, section 4.1.18) passes on as
 * NSC_USER or NSC_NONCE, the file name of stage 1: CGUARD_HEADER if its
 * value has a parent segment.  Any other name is CGUARD_PASS at once.  The
 * range is one of the value.
 */

cguard_reason_e cguard_header(const unsigned char *name, size_t nlen,
    const unsigned char *value, size_t vlen, cguard_result_t *res);


/*
 * Returns 1 if CGI passes a field of this name on as "upper", of the same
 * length: case is ignored, and a byte that is no letter or digit becomes "_".
 */

int cguard_header_is(const unsigned char *name, size_t nlen,
    const char *upper);


/* "pass", "traversal", ... */

const char *cguard_reason_name(cguard_reason_e reason);


#pragma GCC visibility pop


#endif /* _CGUARD_TARGET_H_INCLUDED_ */
