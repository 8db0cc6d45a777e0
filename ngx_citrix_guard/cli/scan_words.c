
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The way past all lines that cannot matter.
 *
 * What the guard's prefilter calls clean has no parent segment and no
 * malformed byte in any reading, and no backslash: so a log's escapes are not
 * in it either, and the target stands in the line as it was sent.  No reason
 * is left for a refusal.  What else scan looks for is under vpns, or a .php:
 * words that must stand there, unless a "%" hides a letter.
 */


#include <string.h>

#include "cguard_clean.h"
#include "scan.h"
#include "scan_words.h"


static int scan_hides_letter(const unsigned char *p, size_t len);
static int scan_is_word(const unsigned char *p, size_t len, size_t i);
static int scan_has_end(const unsigned char *p, size_t len);


const unsigned char *
scan_find(const unsigned char *p, size_t len, const char *word)
{
    size_t                i, n;
    unsigned char         c;
    const unsigned char  *last;

    n = strlen(word);

    if (len < n) {
        return NULL;
    }

    for (last = p + len - n; p <= last; p++) {

        if (*word == '.' || *word == '"') {
            p = memchr(p, *word, (size_t) (last + 1 - p));

            if (p == NULL) {
                return NULL;
            }
        }

        for (i = 0; i < n; i++) {
            c = p[i];

            if (c >= 'A' && c <= 'Z') {
                c |= 0x20;
            }

            if (c != (unsigned char) word[i]) {
                break;
            }
        }

        if (i == n) {
            return p;
        }
    }

    return NULL;
}


/*
 * Whether one of the words is there, in any letter case: 1 for what may be
 * of interest, 0 if none is.
 */

static int
scan_has_word(const unsigned char *p, size_t len)
{
    size_t  i;

#if SCAN_SSE2

    unsigned  mask;
    __m128i   a, b, low;

    low = _mm_set1_epi8(0x20);

    for (i = 0; len >= 17 && i < len - 1; i += 16) {

        /* the last window overlaps the one before */

        i = i < len - 17 ? i : len - 17;

        a = _mm_or_si128(_mm_loadu_si128((const __m128i *) (p + i)), low);
        b = _mm_or_si128(_mm_loadu_si128((const __m128i *) (p + i + 1)), low);

        /* vpNS, .PHp */

        a = _mm_or_si128(
                _mm_and_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('n')),
                              _mm_cmpeq_epi8(b, _mm_set1_epi8('s'))),
                _mm_and_si128(_mm_cmpeq_epi8(a, _mm_set1_epi8('p')),
                              _mm_cmpeq_epi8(b, _mm_set1_epi8('h'))));

        for (mask = (unsigned) _mm_movemask_epi8(a); mask; mask &= mask - 1) {
            if (scan_is_word(p, len, i + (unsigned) __builtin_ctz(mask))) {
                return 1;
            }
        }
    }

    if (len >= 17) {
        return 0;
    }

#endif

    for (i = 0; i < len; i++) {
        if (scan_is_word(p, len, i)) {
            return 1;
        }
    }

    return 0;
}


/* "vpns" around its third letter, ".php" around its second */

static int
scan_is_word(const unsigned char *p, size_t len, size_t i)
{
    if (i + 1 >= len) {
        return 0;
    }

    if ((p[i] | 0x20) == 'n') {
        return i >= 2 && (p[i + 1] | 0x20) == 's' && (p[i - 1] | 0x20) == 'p'
               && (p[i - 2] | 0x20) == 'v' && scan_has_end(p, len);
    }

    return i >= 1 && i + 2 < len && (p[i] | 0x20) == 'p'
           && (p[i + 1] | 0x20) == 'h' && (p[i + 2] | 0x20) == 'p'
           && p[i - 1] == '.';
}


/* does an escape stand for a letter of the words?  No browser does that. */

static int
scan_hides_letter(const unsigned char *p, size_t len)
{
    unsigned              high, low;
    const unsigned char  *last;

    for (last = p + len; (p = memchr(p, '%', (size_t) (last - p))); p++) {

        if (last - p < 3) {
            return 1;
        }

        high = p[1];
        low = p[2] | 0x20;

        /* h 68, l 6C, m 6D, n 6E, p 70, s 73, v 76, x 78; capitals 4, 5 */

        if (((high == '4' || high == '6') && strchr("8cde", (int) low))
            || ((high == '5' || high == '7') && strchr("0368", (int) low)))
        {
            return 1;
        }
    }

    return 0;
}


int
scan_is_dull(const unsigned char *p, size_t len, unsigned policy)
{
    /* where vpns alone is refused, the prefilter says nothing */

    return (policy & CGUARD_NO_SSLVPN) == 0
           && cguard_clean(p, len)
           && !scan_has_word(p, len)
           && !scan_hides_letter(p, len);
}


/* what is of interest under vpns without a traversal ends like this */

static int
scan_has_end(const unsigned char *p, size_t len)
{
    return scan_find(p, len, ".xml") || scan_find(p, len, ".pl");
}
