
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Most targets of a log are clean at a glance.
 */


#ifndef _SCAN_PREFILTER_H_INCLUDED_
#define _SCAN_PREFILTER_H_INCLUDED_


#include <string.h>

#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)
#define SCAN_SSE2  1
#include <emmintrin.h>
#else
#define SCAN_SSE2  0
#endif


/* finds "word", which is in lower case; NULL if it does not occur */

const unsigned char *scan_find(const unsigned char *p, size_t len,
    const char *word);

/* 1 if this target, as the log has it, cannot be of any interest */

int scan_is_clean(const unsigned char *p, size_t len, unsigned policy);


#if SCAN_SSE2

/* the same as scan_clean_target() for an unusual byte at "p" */

const unsigned char *scan_clean_odd(const unsigned char *start,
    const unsigned char *p, const unsigned char *last);


/* where p[0..15] has two bytes that a word also has; "b" is one byte later */

static inline __m128i
scan_near_word(__m128i a, __m128i b)
{
    __m128i  low, found;

    low = _mm_set1_epi8(0x20);

    a = _mm_or_si128(a, low);
    b = _mm_or_si128(b, low);

    /* vpNS, .PHp, template.New */

    found = _mm_and_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('n')),
                          _mm_cmpeq_epi8(b, _mm_set1_epi8('s')));
    found = _mm_or_si128(found,
                _mm_and_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('p')),
                              _mm_cmpeq_epi8(b, _mm_set1_epi8('h'))));

    return _mm_or_si128(found,
                _mm_and_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('.')),
                              _mm_cmpeq_epi8(b, _mm_set1_epi8('n'))));
}


/* and anything that cguard_prefilter() might not call clean, or a "%" */

static inline __m128i
scan_odd_bytes(const unsigned char *p)
{
    __m128i  a, b, odd, joins;

    a = _mm_loadu_si128((const __m128i *) p);
    b = _mm_loadu_si128((const __m128i *) (p + 1));

    /* signed, so 80-FF are below, too */

    odd = _mm_or_si128(_mm_cmplt_epi8(a, _mm_set1_epi8('&')),
                       _mm_cmpgt_epi8(a, _mm_set1_epi8('z')));
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));

    /* a dot before any of &'()*+,-./ */

    joins = _mm_and_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('.')),
                          _mm_cmplt_epi8(b, _mm_set1_epi8('0')));

    return _mm_or_si128(_mm_or_si128(odd, joins), scan_near_word(a, b));
}


/* the end of a target of no interest: a space or quote; otherwise NULL */

static inline const unsigned char *
scan_clean_target(const unsigned char *p, const unsigned char *last)
{
    unsigned              mask;
    const unsigned char  *start;

    for (start = p; last - p >= 17; p += 16) {
        mask = (unsigned) _mm_movemask_epi8(scan_odd_bytes(p));

        if (mask) {
            p += __builtin_ctz(mask);

            if (p == start) {
                return NULL;
            }

            return *p == ' ' || *p == '"' ? p : scan_clean_odd(start, p, last);
        }
    }

    return NULL;
}

#endif


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
