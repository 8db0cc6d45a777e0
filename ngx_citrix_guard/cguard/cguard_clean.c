
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include "cguard_clean.h"
#include "cguard_decode.h"

#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)
#define CGUARD_SSE2  1
#include <emmintrin.h>
#else
#define CGUARD_SSE2  0
#endif


/*
 * The bytes below "$" are "!", the quote, "#", the blank and the control
 * bytes: two honest ones are let go the long way for one comparison less.
 */

static inline int
cguard_plain(unsigned char c)
{
    return c >= '$' && c < 0x7f && c != '\\';
}


/* does the "%" at p[i] begin an escape of a harmless character? */

static inline int
cguard_clean_escape(const unsigned char *p, size_t len, size_t i)
{
    unsigned  c;

    if (len - i < 3
        || !(cguard_byte[p[i + 1]] & cguard_byte[p[i + 2]] & CGUARD_B_HEX))
    {
        return 0;
    }

    c = (unsigned) cguard_hex[p[i + 1]] << 4 | cguard_hex[p[i + 2]];

    return c > 0x20 && c < 0x7f && c != '%' && c != '.';
}


static int
cguard_clean_bytes(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (!cguard_plain(p[i])
            || (p[i] == '.' && i && p[i - 1] == '.')
            || (p[i] == '%' && !cguard_clean_escape(p, len, i)))
        {
            return 0;
        }
    }

    return 1;
}


#if CGUARD_SSE2

/* the same for p[i..i+15]; p[i+16] is read for its dot */

static inline int
cguard_clean_window(const unsigned char *p, size_t len, size_t i)
{
    unsigned  mask;
    __m128i   a, b, bad;

    a = _mm_loadu_si128((const __m128i *) (p + i));
    b = _mm_loadu_si128((const __m128i *) (p + i + 1));

    /* signed, so 80-FF are below, too */

    bad = _mm_cmplt_epi8(a, _mm_set1_epi8('$'));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(a, _mm_set1_epi8(0x7f)));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(_mm_and_si128(a,
                                               _mm_cmpeq_epi8(a, b)),
                                           _mm_set1_epi8('.')));

    if (_mm_movemask_epi8(bad)) {
        return 0;
    }

    mask = (unsigned) _mm_movemask_epi8(_mm_cmpeq_epi8(a,
                                                       _mm_set1_epi8('%')));

    for ( /* void */ ; mask; mask &= mask - 1) {
        if (!cguard_clean_escape(p, len,
                                 i + (unsigned) __builtin_ctz(mask)))
        {
            return 0;
        }
    }

    return 1;
}

#endif


int
cguard_clean(const unsigned char *p, size_t len)
{
#if CGUARD_SSE2

    if (len >= 17) {
        size_t  i;

        for (i = 0; i + 17 < len; i += 16) {
            if (!cguard_clean_window(p, len, i)) {
                return 0;
            }
        }

        /* the last window overlaps the one before: nothing is over-read */

        return cguard_plain(p[len - 1]) && p[len - 1] != '%'
               && cguard_clean_window(p, len, len - 17);
    }

#endif

    return cguard_clean_bytes(p, len);
}
