
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Skips lines that cannot matter.
 *
 * What the guard's prefilter calls clean has no parent segment and no
 * malformed byte in any reading, and no backslash: so it contains no escape of
 * a log, and the target is in the line as it was sent.  No reason for a
 * refusal is left.  What else scan looks for is below vpns, or a .php, or the
 * text of a template: words that must be there, unless a "%" hides a letter.
 */


#include <string.h>

#include "cguard/decision/cguard_prefilter.h"
#include "cguard/decision/cguard_target.h"
#include "scan_prefilter.h"
#include "scan_simd.h"
#include "scan_window.h"


static int scan_is_word(const unsigned char *p, size_t len, size_t i);
static int scan_hides_letter(const unsigned char *p, size_t len);


/* the first letter in either case; any other byte unchanged */

static inline const unsigned char *
scan_find_letter(const unsigned char *p, const unsigned char *last, int c)
{
#if SCAN_SSE2

    unsigned  mask;
    __m128i   a, other, same;

    same = _mm_set1_epi8((char) c);
    other = _mm_set1_epi8((char) (c >= 'a' && c <= 'z' ? c ^ 0x20 : c));

    for ( /* void */ ; last - p >= 16; p += 16) {
        a = _mm_loadu_si128((const __m128i *) p);

        mask = (unsigned) _mm_movemask_epi8(
                   _mm_or_si128(_mm_cmpeq_epi8(a, same),
                                _mm_cmpeq_epi8(a, other)));

        if (mask) {
            return p + __builtin_ctz(mask);
        }
    }

#endif

    for ( /* void */ ; p < last; p++) {
        if (*p == c || (c >= 'a' && c <= 'z' && *p == (c ^ 0x20))) {
            return p;
        }
    }

    return NULL;
}


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

        p = scan_find_letter(p, last + 1, (unsigned char) *word);

        if (p == NULL) {
            return NULL;
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


#if SCAN_SSE2

/* only letters, digits and harmless marks, as in most targets? */

static int
scan_is_plain(const unsigned char *p, size_t len)
{
    size_t         i;
    __m128i        odd;
    unsigned char  last, text[17];

    if (len < sizeof(text)) {
        memset(text, 'x', sizeof(text));
        p = memcpy(text, p, len);
        len = sizeof(text);
    }

    /*
     * the last window overlaps the one before, so nothing is read past the end
     */

    odd = scan_window_odd(p + len - 17);

    for (i = 0; i + 17 < len; i += 16) {
        odd = _mm_or_si128(odd, scan_window_odd(p + i));
    }

    last = p[len - 1];

    return _mm_movemask_epi8(odd) == 0 && last >= '&' && last <= 'z'
           && last != '\\';
}

#endif


/*
 * Is one of the words there, in any letter case? 1 if the target may be of
 * interest, 0 if not.
 */

static int
scan_has_word(const unsigned char *p, size_t len)
{
    size_t  i;

#if SCAN_SSE2

    unsigned  mask;

    for (i = 0; len >= 17 && i < len - 1; i += 16) {

        /* the last window overlaps the one before */

        i = i < len - 17 ? i : len - 17;

        mask = scan_window_mask(scan_window_odd(p + i));

        for ( /* void */ ; mask; mask &= mask - 1) {
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


/* "vpns" around its "n", ".php" around its "p", "template.new" its dot */

static int
scan_is_word(const unsigned char *p, size_t len, size_t i)
{
    switch (p[i] | 0x20) {

    case 'n':
        return scan_is_text(p, len, i, 2, "vpns") && scan_has_end(p, len);

    case 'p':
        return scan_is_text(p, len, i, 1, ".php");

    case '.':
        return scan_is_text(p, len, i, 8, "template.new");

    default:
        return 0;
    }
}


int
scan_is_text(const unsigned char *p, size_t len, size_t i, size_t before,
    const char *text)
{
    size_t  n;

    n = strlen(text);

    if (i < before || len - i < n - before) {
        return 0;
    }

    /* "| 0x20" also turns 0E into a dot, but a control byte is not clean */

    for (p += i - before; *text; p++, text++) {
        if ((*p | 0x20) != *text) {
            return 0;
        }
    }

    return 1;
}


/*
 * what is of interest below vpns without a traversal ends like this, or is a
 * file of its configuration
 */

int
scan_has_end(const unsigned char *p, size_t len)
{
    const unsigned char  *q, *last;

    last = p + len;

    if (scan_find(p, len, "cfg")) {
        return 1;
    }

    for (q = p; (q = scan_find_near(q, last, '.')); q++) {
        if (scan_is_text(p, len, (size_t) (q - p), 0, ".xml")
            || scan_is_text(p, len, (size_t) (q - p), 0, ".pl"))
        {
            return 1;
        }
    }

    return 0;
}


/* does an escape stand for a letter? No browser encodes letters. */

static int
scan_hides_letter(const unsigned char *p, size_t len)
{
    unsigned              high, low;
    const unsigned char  *last;

    for (last = p + len; (p = scan_find_near(p, last, '%')); p++) {

        if (last - p < 3) {
            return 1;
        }

        high = p[1];
        low = p[2] | 0x20;

        /* 41 to 4F and 61 to 6F, 50 to 5A and 70 to 7A */

        if (((high == '4' || high == '6') && low != '0')
            || ((high == '5' || high == '7') && low <= 'a'))
        {
            return 1;
        }
    }

    return 0;
}


int
scan_may_have_stage(const unsigned char *p, size_t len)
{
    return scan_has_word(p, len) || memchr(p, '%', len);
}


static int
scan_is_clean_odd(const unsigned char *p, size_t len)
{
    return cguard_prefilter(p, len)
           && !scan_has_word(p, len)
           && !scan_hides_letter(p, len);
}


int
scan_is_clean(const unsigned char *p, size_t len, unsigned policy)
{
    /* where vpns alone is refused, the prefilter says nothing */

    if (policy & CGUARD_NO_SSLVPN) {
        return 0;
    }

#if SCAN_SSE2

    if (scan_is_plain(p, len)) {
        return 1;
    }

#endif

    return scan_is_clean_odd(p, len);
}
