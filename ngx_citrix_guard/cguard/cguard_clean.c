
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include "cguard_clean.h"

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
    return c >= '$' && c < 0x7f && c != '%' && c != '\\';
}


static int
cguard_clean_bytes(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (!cguard_plain(p[i])) {
            return 0;
        }

        if (p[i] == '.' && i >= 2 && p[i - 1] == '.' && p[i - 2] == '/') {
            return 0;
        }
    }

    return 1;
}


#if CGUARD_SSE2

/* "/.." may begin at p[0..15], and are p[2..17] plain? */

static inline int
cguard_clean_window(const unsigned char *p)
{
    __m128i  a, b, c, bad;

    a = _mm_loadu_si128((const __m128i *) p);
    b = _mm_loadu_si128((const __m128i *) (p + 1));
    c = _mm_loadu_si128((const __m128i *) (p + 2));

    /* signed, so 80-FF are below, too */

    bad = _mm_cmplt_epi8(c, _mm_set1_epi8('$'));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(c, _mm_set1_epi8('%')));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(c, _mm_set1_epi8('\\')));
    bad = _mm_or_si128(bad, _mm_cmpeq_epi8(c, _mm_set1_epi8(0x7f)));

    a = _mm_cmpeq_epi8(a, _mm_set1_epi8('/'));
    b = _mm_cmpeq_epi8(b, _mm_set1_epi8('.'));
    c = _mm_cmpeq_epi8(c, _mm_set1_epi8('.'));

    bad = _mm_or_si128(bad, _mm_and_si128(a, _mm_and_si128(b, c)));

    return _mm_movemask_epi8(bad) == 0;
}

#endif


static inline int
cguard_clean_string(const unsigned char *p, size_t len)
{
#if CGUARD_SSE2

    if (len >= 18) {
        size_t  i;

        if (!cguard_plain(p[0]) || !cguard_plain(p[1])) {
            return 0;
        }

        for (i = 0; i + 18 < len; i += 16) {
            if (!cguard_clean_window(p + i)) {
                return 0;
            }
        }

        /* the last window overlaps the one before: nothing is over-read */

        return cguard_clean_window(p + len - 18);
    }

#endif

    return cguard_clean_bytes(p, len);
}


int
cguard_clean(const unsigned char *p, size_t len)
{
    return len && p[0] == '/' && cguard_clean_string(p, len);
}


int
cguard_clean_query(const unsigned char *p, size_t len)
{
    return cguard_clean_string(p, len);
}
