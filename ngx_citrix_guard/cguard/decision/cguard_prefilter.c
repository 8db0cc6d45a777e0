
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sees in one pass, 16 bytes at a time where there is SSE2, that a string needs
 * no decoding: most targets end here.
 */


#include "cguard_prefilter.h"
#include "cguard_byte.h"

#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)
#define CGUARD_SSE2  1
#include <emmintrin.h>
#else
#define CGUARD_SSE2  0
#endif


/*
 * The bytes below "$" are "!", the quote, "#", the blank and the control
 * bytes.  The "!" and the quote are harmless, but take the slow path: that
 * saves a comparison.
 */

static inline int
cguard_plain(unsigned char c)
{
    return c >= '$' && c < 0x7f && c != '\\';
}


/* may "c" bring the dot before it and another one together? */

static inline int
cguard_joins(unsigned char c)
{
    return c == '.' || c == '+';
}


/* does the "%" at p[i] begin an escape of a harmless character? */

static inline int
cguard_prefilter_escape(const unsigned char *p, size_t len, size_t i)
{
    unsigned  c;

    if (len - i < 3
        || !(cguard_byte[p[i + 1]] & cguard_byte[p[i + 2]] & CGUARD_B_HEX))
    {
        return 0;
    }

    c = (unsigned) cguard_hex[p[i + 1]] << 4 | cguard_hex[p[i + 2]];

    return c > 0x20 && c < 0x7f && c != '%' && c != '.'
           && !(i && p[i - 1] == '.' && (c == '+' || c == '/' || c == '\\'));
}


static int
cguard_prefilter_bytes(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (!cguard_plain(p[i])
            || (cguard_joins(p[i]) && i && p[i - 1] == '.')
            || (p[i] == '%' && !cguard_prefilter_escape(p, len, i)))
        {
            return 0;
        }
    }

    return 1;
}


#if CGUARD_SSE2

/* what p[0..15] has of bytes that are not plain; p[16] may join the last */

static inline __m128i
cguard_prefilter_window(const unsigned char *p)
{
    __m128i  a, b, bad, joins;

    a = _mm_loadu_si128((const __m128i *) p);
    b = _mm_loadu_si128((const __m128i *) (p + 1));

    /* signed, so 80-FF are below, too */

    bad = _mm_cmplt_epi8(a, _mm_set1_epi8('$'));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(a, _mm_set1_epi8(0x7f)));

    joins = _mm_or_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8('.')),
                         _mm_cmpeq_epi8(b, _mm_set1_epi8('+')));
    joins = _mm_and_si128(joins, _mm_cmpeq_epi8(a, _mm_set1_epi8('.')));

    return _mm_or_si128(bad, joins);
}


/* and of escapes */

static inline __m128i
cguard_prefilter_percent(const unsigned char *p)
{
    return _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *) p),
                          _mm_set1_epi8('%'));
}


static int
cguard_prefilter_escapes(const unsigned char *p, size_t len)
{
    size_t    i;
    unsigned  mask;

    for (i = 0; i + 16 < len; i += 16) {
        mask = (unsigned) _mm_movemask_epi8(cguard_prefilter_percent(p + i));

        for ( /* void */ ; mask; mask &= mask - 1) {
            if (!cguard_prefilter_escape(p, len,
                                         i + (unsigned) __builtin_ctz(mask)))
            {
                return 0;
            }
        }
    }

    for ( /* void */ ; i < len; i++) {
        if (p[i] == '%' && !cguard_prefilter_escape(p, len, i)) {
            return 0;
        }
    }

    return 1;
}

#endif


int
cguard_prefilter(const unsigned char *p, size_t len)
{
#if CGUARD_SSE2

    if (len >= 17) {
        size_t   i;
        __m128i  bad, percent;

        /* the last window overlaps the one before: nothing is over-read */

        bad = cguard_prefilter_window(p + len - 17);
        percent = _mm_or_si128(cguard_prefilter_percent(p + len - 17),
                               cguard_prefilter_percent(p + len - 16));

        for (i = 0; i + 17 < len; i += 16) {
            bad = _mm_or_si128(bad, cguard_prefilter_window(p + i));
            percent = _mm_or_si128(percent, cguard_prefilter_percent(p + i));
        }

        if (_mm_movemask_epi8(bad) || !cguard_plain(p[len - 1])) {
            return 0;
        }

        return _mm_movemask_epi8(percent) == 0
               || cguard_prefilter_escapes(p, len);
    }

#endif

    return cguard_prefilter_bytes(p, len);
}
