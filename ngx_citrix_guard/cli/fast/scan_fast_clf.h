
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for lines of the common log format.  No field is taken out of
 * a line: what stands where shows that it is a well-formed request, a look at
 * each byte of its target that there is nothing in it, and its time is mostly
 * that of the line before.
 */


#ifndef _SCAN_FAST_CLF_H_INCLUDED_
#define _SCAN_FAST_CLF_H_INCLUDED_


#include <stdint.h>
#include <string.h>

#include "cli/bytes/scan_byte.h"
#include "scan_fast_target.h"
#include "scan_fast_time.h"
#include "cli/bytes/scan_quiet.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "cli/bytes/scan_simd.h"
#include "cli/bytes/scan_window.h"


#if SCAN_SSE2


/* the time behind "[", whose minute nearly all lines share with their last */

scan_inline int64_t
scan_fast_time(scan_time_cache_t *clock, const unsigned char *p)
{
#ifdef SCAN_WIDE

    int64_t  time;

    if (clock->at == SCAN_CLF_SECONDS) {
        time = scan_fast_time_near(clock, p, SCAN_CLF_SECONDS, SCAN_CLF_LEN);

        if (time != SCAN_NO_TIME) {
            return time;
        }
    }

#endif

    return scan_time_cached_clf(clock, p);
}


/*
 * The end of the line, NULL if another request stands in front of it, behind a
 * CR, or a time and a quote, or anything of an attack.
 */

scan_inline const unsigned char *
scan_fast_clf_end(const unsigned char *p)
{
    unsigned              mask;
    const unsigned char  *q, *start, *loud;

    loud = NULL;

    for (start = p; /* void */ ; p += SCAN_WINDOW) {

        for (mask = scan_window_mask(scan_window_loud(p, 0));
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
}


/* where the time begins; user names and other fields may be odd */

scan_inline const unsigned char *
scan_fast_clf_front(const unsigned char *p)
{
    unsigned              mask;
    const unsigned char  *q, *start, *loud;

    loud = NULL;

    for (start = p; /* void */ ; p += SCAN_WINDOW) {

        for (mask = scan_window_mask(scan_window_loud(p, 0));
             mask;
             mask &= mask - 1)
        {
            q = p + __builtin_ctz(mask);

            if (*q == '[') {
                return loud == NULL || scan_is_quiet(start, q) ? q : NULL;
            }

            if (*q == '\n') {
                return NULL;
            }

            loud = q;
        }
    }
}


/* the end of the line; NULL: take the full way */

scan_inline const unsigned char *
scan_fast_clf(scan_parser_t *ps, const unsigned char *p, int64_t *time)
{
    /* what a piece's lines have in common is seen by the first one */

    if (ps->kinds == 0) {
        return NULL;
    }

    p = scan_fast_clf_front(p);

    if (p == NULL || memcmp(p + SCAN_CLF_LEN + 1, "] \"", 3) != 0) {
        return NULL;
    }

    *time = scan_fast_time(&ps->clock, p + 1);

    if (*time == SCAN_NO_TIME) {
        return NULL;
    }

    p = scan_fast_request(p + SCAN_CLF_LEN + 4);

    return p && p[0] == '"' && p[1] == ' ' && scan_is_digit(p[2])
           && scan_is_digit(p[3]) && scan_is_digit(p[4])
           && (p[5] == ' ' || p[5] == '\n')
           ? scan_fast_clf_end(p + 5) : NULL;
}


#endif


#endif /* _SCAN_FAST_CLF_H_INCLUDED_ */
