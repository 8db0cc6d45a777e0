
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sees in one pass, 16 bytes at a time where there is SSE2, that a string needs
 * no decoding: most targets end here.
 */


#include <stdint.h>

#include "cguard_prefilter.h"
#include "cguard_byte.h"

#if defined(__SSE2__) && !defined(CGUARD_NO_SIMD)
#define CGUARD_SSE2
#include <emmintrin.h>
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


/*
 * By the first digit of an escape, a bit for each second digit that makes it a
 * visible character other than "%" and ".".
 */

static const uint16_t  cguard_harmless[16] = {
    0, 0, 0xffff & ~(1 << 0x0 | 1 << 0x5 | 1 << 0xe), 0xffff, 0xffff, 0xffff,
    0xffff, 0xffff & ~(1 << 0xf), 0, 0, 0, 0, 0, 0, 0, 0
};


/*
 * Does the "%" at p[i] begin an escape of a harmless character?  After a dot no
 * character is harmless: a parser may drop it.
 */

static inline int
cguard_prefilter_escape(const unsigned char *p, size_t len, size_t i)
{
    unsigned  low;

    if (len - i < 3) {
        return 0;
    }

    low = cguard_hex[p[i + 2]];

    return (low || p[i + 2] == '0')
           && (cguard_harmless[cguard_hex[p[i + 1]]] >> low & 1)
           && (i == 0 || p[i - 1] != '.');
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


#ifdef CGUARD_SSE2

/*
 * A bit for each of p[0..15] that needs a look: it is no plain byte, a "$", a
 * "%", or a dot in front of one of "*+./", as p[16] may be.  Of these the "$",
 * a harmless escape and a dot before "*" or "/" are let by.
 */

static inline unsigned
cguard_prefilter_window(const unsigned char *p)
{
    __m128i  a, b, plain, odd;

    a = _mm_loadu_si128((const __m128i *) p);
    b = _mm_loadu_si128((const __m128i *) (p + 1));

    /* "&" to "~" become the lowest of the signed numbers */

    plain = _mm_cmplt_epi8(_mm_add_epi8(a, _mm_set1_epi8(0x80 - '&')),
                           _mm_set1_epi8('~' - '&' - 0x80 + 1));

    b = _mm_cmpeq_epi8(_mm_or_si128(b, _mm_set1_epi8(0x05)),
                       _mm_set1_epi8('/'));
    odd = _mm_and_si128(b, _mm_cmpeq_epi8(a, _mm_set1_epi8('.')));
    odd = _mm_or_si128(odd, _mm_cmpeq_epi8(a, _mm_set1_epi8('\\')));

    return (unsigned) _mm_movemask_epi8(_mm_andnot_si128(odd, plain))
           ^ 0xffff;
}


/* p[i..from+15], behind a window that showed what is before it */

static inline int
cguard_prefilter_odd(const unsigned char *p, size_t len, size_t i,
    size_t from)
{
    size_t    n;
    unsigned  mask;

    mask = cguard_prefilter_window(p + from) >> (i - from);

    for ( /* void */ ; mask; mask &= mask - 1) {
        n = i + (unsigned) __builtin_ctz(mask);

        if (p[n] == '%' ? !cguard_prefilter_escape(p, len, n)
            : p[n] == '.' ? cguard_joins(p[n + 1])
            : p[n] != '$')
        {
            return 0;
        }
    }

    return 1;
}

#endif


int
cguard_prefilter(const unsigned char *p, size_t len)
{
#ifdef CGUARD_SSE2

    if (len >= 17) {
        size_t  i;

        for (i = 0; i + 17 < len; i += 16) {
            if (!cguard_prefilter_odd(p, len, i, i)) {
                return 0;
            }
        }

        return cguard_prefilter_odd(p, len, i, len - 17)
               && cguard_plain(p[len - 1]) && p[len - 1] != '%';
    }

#endif

    return cguard_prefilter_bytes(p, len);
}
