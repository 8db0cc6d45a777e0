
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Most targets of a log are clean at a glance.
 */


#ifndef _SCAN_PREFILTER_H_INCLUDED_
#define _SCAN_PREFILTER_H_INCLUDED_


#include <string.h>

#include "scan_simd.h"


/* finds "word", which is in lower case; NULL if it does not occur */

const unsigned char *scan_find(const unsigned char *p, size_t len,
    const char *word);

/* 1 if this target, as the log has it, cannot be of any interest */

int scan_is_clean(const unsigned char *p, size_t len, unsigned policy);


/* of a quiet text (scan_quiet.h); 0: no target in it can be of interest */

int scan_may_have_stage(const unsigned char *p, size_t len);

/* 1: something under vpns that ends like this may be of interest */

int scan_has_end(const unsigned char *p, size_t len);

/* does "text", in small letters, begin "before" bytes in front of p[i]? */

int scan_is_text(const unsigned char *p, size_t len, size_t i, size_t before,
    const char *text);


/* memchr() for a byte that is mostly near: inline, never reads past the end */

static inline const unsigned char *
scan_find_near(const unsigned char *p, const unsigned char *last, int c)
{
#if SCAN_SSE2

    unsigned  mask;

    for ( /* void */ ; last - p >= 16; p += 16) {
        mask = (unsigned) _mm_movemask_epi8(
                   _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *) p),
                                  _mm_set1_epi8((char) c)));

        if (mask) {
            return p + __builtin_ctz(mask);
        }
    }

#endif

    return memchr(p, c, (size_t) (last - p));
}


#endif /* _SCAN_PREFILTER_H_INCLUDED_ */
