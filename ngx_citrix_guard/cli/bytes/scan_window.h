
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A window: the bytes of a text that are looked at in one step, 16 with SSE2,
 * and 32 with AVX2 where the file that includes this has SCAN_WIDE.
 */


#ifndef _SCAN_WINDOW_H_INCLUDED_
#define _SCAN_WINDOW_H_INCLUDED_


#include "scan_simd.h"


#if SCAN_SSE2

#ifdef SCAN_WIDE

#define SCAN_WINDOW  32

typedef __m256i  scan_window_t;

#define scan_window(p)          _mm256_loadu_si256((const __m256i *) (p))
#define scan_window_fill(c)     _mm256_set1_epi8((char) (c))
#define scan_window_same(a, b)  _mm256_cmpeq_epi8(a, b)
#define scan_window_over(a, b)  _mm256_cmpgt_epi8(a, b)
#define scan_window_or(a, b)    _mm256_or_si256(a, b)
#define scan_window_and(a, b)   _mm256_and_si256(a, b)
#define scan_window_not(a, b)   _mm256_andnot_si256(b, a)
#define scan_window_mask(a)     (unsigned) _mm256_movemask_epi8(a)

/* for each byte below 80 the one of "table" that its low half names, else 0 */

#define scan_window_pick(table, a)                                            \
    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(                          \
                            _mm_loadu_si128((const __m128i *) (table))), a)

#else

#define SCAN_WINDOW  16

typedef __m128i  scan_window_t;

#define scan_window(p)          _mm_loadu_si128((const __m128i *) (p))
#define scan_window_fill(c)     _mm_set1_epi8((char) (c))
#define scan_window_same(a, b)  _mm_cmpeq_epi8(a, b)
#define scan_window_over(a, b)  _mm_cmpgt_epi8(a, b)
#define scan_window_or(a, b)    _mm_or_si128(a, b)
#define scan_window_and(a, b)   _mm_and_si128(a, b)
#define scan_window_not(a, b)   _mm_andnot_si128(b, a)
#define scan_window_mask(a)     (unsigned) _mm_movemask_epi8(a)

#endif

#define scan_window_is(a, c)    scan_window_same(a, scan_window_fill(c))


/*
 * Where there is what a parent segment begins with, or may be hidden by: a
 * control byte or one above 7E, "%", "\\", or a dot in front of another one or
 * of what may be dropped between them, in one byte behind the window, too.
 * With AVX2 the quote besides, if that is asked for.  The "[" beside the
 * backslash comes with it: a time begins there.
 */

static inline scan_window_t
scan_window_loud(const unsigned char *p, unsigned quote)
{
    scan_window_t  a, b, found;

    a = scan_window(p);
    b = scan_window(p + 1);

#ifdef SCAN_WIDE

    /* each is alone with its low half; what is in no place is another's */

    static const unsigned char  loud[2][16] = {
        { 1, 0, 0, 0, 0, '%', 0, 0, 0, 0, 0, '[', '\\', 0, 0, 0x7f },
        { 1, 0, '"', 0, 0, '%', 0, 0, 0, 0, 0, '[', '\\', 0, 0, 0x7f }
    };

    found = scan_window_or(
                scan_window_same(a, scan_window_pick(loud[quote], a)),
                scan_window_over(scan_window_fill(' '), a));

#else

    scan_window_t  low, slash;

    /* subtracted from a constant, each range becomes that of the highest */

    low = _mm_cmpgt_epi8(_mm_sub_epi8(_mm_set1_epi8(-2), a),
                         _mm_set1_epi8(-2 - ' '));
    slash = _mm_cmpgt_epi8(_mm_sub_epi8(_mm_set1_epi8((char) ('[' + 127)), a),
                           _mm_set1_epi8(125));

    found = scan_window_or(scan_window_or(low, slash),
                           scan_window_is(a, '%'));

    if (quote) {
        found = scan_window_or(found, scan_window_is(a, '"'));
    }

#endif

    /* what is below "." counts as well: that saves comparisons */

    return scan_window_or(found,
               scan_window_not(scan_window_is(a, '.'),
                               scan_window_over(b, scan_window_fill('.'))));
}


/*
 * Where there is anything that cguard_prefilter() might not like, a "%", or two
 * bytes that a word of interest has, too: vpNS, .PHp, template.New.
 */

static inline scan_window_t
scan_window_odd(const unsigned char *p)
{
    scan_window_t  a, b, odd, dot, word;

    a = scan_window(p);
    b = scan_window(p + 1);

    /* signed, so 80-FF are below, too */

    odd = scan_window_or(scan_window_over(scan_window_fill('&'), a),
                         scan_window_over(a, scan_window_fill('z')));
    odd = scan_window_or(odd, scan_window_is(a, '\\'));

    dot = scan_window_is(a, '.');

    /* a dot in front of any of &'()*+,-./ */

    word = scan_window_over(scan_window_fill('0'), b);

    b = scan_window_or(b, scan_window_fill(0x20));

    dot = scan_window_and(dot, scan_window_or(word, scan_window_is(b, 'n')));

#ifdef SCAN_WIDE

    static const unsigned char  next[16] = {
        'h', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 's', 0
    };

    word = scan_window_same(b, scan_window_pick(next, a));

#else

    a = scan_window_or(a, scan_window_fill(0x20));

    word = scan_window_or(scan_window_and(scan_window_is(a, 'n'),
                                          scan_window_is(b, 's')),
                          scan_window_and(scan_window_is(a, 'p'),
                                          scan_window_is(b, 'h')));

#endif

    return scan_window_or(scan_window_or(odd, dot), word);
}

#endif


#endif /* _SCAN_WINDOW_H_INCLUDED_ */
