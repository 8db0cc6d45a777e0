
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: passes a line in which nothing is to be found; most are such.
 * Whatever is not as usual takes the full way: what is said here of a line is
 * what scan_parse() and scan_judge() would say.
 */


#include <stdint.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "scan_fast.h"
#include "scan_fast_clf.h"
#include "scan_fast_json.h"
#include "scan_prefilter.h"
#include "scan_types.h"


#if SCAN_SSE2


const unsigned char *
scan_fast(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, unsigned policy, int64_t *time)
{
    const unsigned char  *end, *nl;

    /* where vpns alone is refused, too much is of interest */

    if (policy & CGUARD_NO_SSLVPN) {
        return NULL;
    }

    if (ps->format == SCAN_CLF) {
        end = scan_fast_clf(ps, p, last, time);

    } else if (ps->format == SCAN_JSON) {
        end = scan_fast_json(ps, p, last, time);

    } else {
        return NULL;
    }

    if (end == NULL) {
        return NULL;
    }

    nl = memchr(end, '\n', (size_t) (last - end));

    return nl && nl - p < SCAN_LINE_MAX ? nl : NULL;
}


#else


const unsigned char *
scan_fast(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, unsigned policy, int64_t *time)
{
    (void) ps;
    (void) p;
    (void) last;
    (void) policy;
    (void) time;

    return NULL;
}


#endif
