
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for lines of the common log format.
 *
 * No field is extracted.  The positions of a few characters show that it is a
 * well-formed request; a look at each byte of its target, that there is
 * nothing in it; and its time is mostly that of the line before.
 */


#include <stdint.h>
#include <string.h>

#include "scan_fast_clf.h"
#include "scan_prefilter.h"
#include "scan_quiet.h"
#include "scan_time.h"
#include "scan_types.h"


#if SCAN_SSE2


static inline int
scan_is_digit(unsigned char c)
{
    return (unsigned) c - '0' < 10;
}


/* after the status */

const unsigned char *
scan_fast_clf(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, int64_t *time)
{
    unsigned              mask;
    const unsigned char  *start;

    start = p;

    /* the first line of a piece shows what its lines have in common */

    if (ps->kinds == 0) {
        return NULL;
    }

    for ( ;; p += 16) {
        if (last - p < SCAN_CLF_LEN + 32) {
            return NULL;
        }

        mask = (unsigned) _mm_movemask_epi8(scan_loud_bytes(p));

        if (mask) {
            break;
        }
    }

    p += __builtin_ctz(mask);

    /* user names, and other fields before the time, may be unusual */

    if (*p != '[') {
        p = scan_find_near(p, last, '[');

        if (p == NULL || last - p < SCAN_CLF_LEN + 32
            || !scan_is_quiet(start, p))
        {
            return NULL;
        }
    }

    if (memcmp(p + SCAN_CLF_LEN + 1, "] \"", 3) != 0) {
        return NULL;
    }

    *time = scan_time_cached_clf(&ps->clock, p + 1);

    if (*time == SCAN_NO_TIME) {
        return NULL;
    }

    p = scan_fast_request(p + SCAN_CLF_LEN + 4, last);

    if (p == NULL || last - p < 6) {
        return NULL;
    }

    return p[0] == '"' && p[1] == ' ' && scan_is_digit(p[2])
           && scan_is_digit(p[3]) && scan_is_digit(p[4])
           && (p[5] == ' ' || p[5] == '\n')
           ? p + 5 : NULL;
}


/* the end of METHOD target HTTP/N.N */

const unsigned char *
scan_fast_request(const unsigned char *p, const unsigned char *last)
{
    unsigned  mask;
    __m128i   a;

    if (last - p < 16) {
        return NULL;
    }

    a = _mm_loadu_si128((const __m128i *) p);

    /*
     * only capitals in the method: no other byte of an attack can hide there
     */

    mask = (unsigned) _mm_movemask_epi8(
               _mm_or_si128(_mm_cmplt_epi8(a, _mm_set1_epi8('A')),
                            _mm_cmpgt_epi8(a, _mm_set1_epi8('Z'))));
    p += mask ? __builtin_ctz(mask) : 0;

    if (mask == 0 || *p != ' ') {
        return NULL;
    }

    p = scan_clean_target(p + 1, last);

    if (p == NULL || last - p < 9) {
        return NULL;
    }

    return memcmp(p, " HTTP/", 6) == 0 && scan_is_digit(p[6]) && p[7] == '.'
           && scan_is_digit(p[8])
           ? p + 9 : NULL;
}


#endif
