
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: skips lines without a finding, which are most.  Whatever is
 * unusual takes the full path: the result here is always that of scan_parse()
 * and scan_judge().
 */


#include <stdint.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "scan_fast.h"
#include "scan_fast_clf.h"
#include "scan_fast_json.h"
#include "scan_prefilter.h"
#include "scan_quiet.h"
#include "scan_types.h"


#if SCAN_SSE2


/*
 * The end of the line; NULL if it is too far, if another request precedes it
 * after a CR or a time and a quote, or if there is any trace of an attack.
 */

static inline const unsigned char *
scan_fast_line_end(const unsigned char *p, const unsigned char *last)
{
    unsigned              mask;
    __m128i               a, b;
    const unsigned char  *q, *start, *loud;

    loud = NULL;
    start = p;

    for ( /* void */ ; last - p >= 32 + SCAN_CLF_LEN + 4; p += 32) {

        a = scan_loud_bytes(p);
        b = scan_loud_bytes(p + 16);

        if (_mm_movemask_epi8(_mm_or_si128(a, b)) == 0) {
            continue;
        }

        for (mask = (unsigned) _mm_movemask_epi8(a)
                    | (unsigned) _mm_movemask_epi8(b) << 16;
             mask;
             mask &= mask - 1)
        {
            q = p + __builtin_ctz(mask);

            if (*q == '\n') {
                return loud == NULL || scan_is_quiet(start, q) ? q : NULL;
            }

            if ((*q == '\r' && q[1] != '\n')
                || (*q == '['
                    && memcmp(q + SCAN_CLF_LEN + 1, "] \"", 3) == 0))
            {
                return NULL;
            }

            loud = q;
        }
    }

    return NULL;
}


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

    nl = ps->format == SCAN_CLF ? scan_fast_line_end(end, last)
                                : memchr(end, '\n', (size_t) (last - end));

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
