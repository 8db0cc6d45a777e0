
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#ifndef _SCAN_WORDS_H_INCLUDED_
#define _SCAN_WORDS_H_INCLUDED_


#include <string.h>

#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)
#define SCAN_SSE2  1
#include <emmintrin.h>
#else
#define SCAN_SSE2  0
#endif


/* memchr() for a byte that is mostly near: inline, and no bytes over-read */

static inline const unsigned char *
scan_near(const unsigned char *p, const unsigned char *last, int c)
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


#endif /* _SCAN_WORDS_H_INCLUDED_ */
