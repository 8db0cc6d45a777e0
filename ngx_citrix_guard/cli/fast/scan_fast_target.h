
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path past a target, and past a request line: in one pass over its
 * windows, each byte is seen to be of no interest.  Its users inline it, for
 * either width of a window.
 *
 * Nothing in the fast path asks where the text ends: it stops at the end of the
 * line at the latest, and behind that some bytes may be read, see scan_fast().
 */


#ifndef _SCAN_FAST_TARGET_H_INCLUDED_
#define _SCAN_FAST_TARGET_H_INCLUDED_


#include <string.h>

#include "cguard/decision/cguard_byte.h"
#include "cli/bytes/scan_byte.h"
#include "cli/bytes/scan_prefilter.h"
#include "cli/bytes/scan_simd.h"
#include "cli/bytes/scan_window.h"


#if SCAN_SSE2


/* does the "%" begin an escape of a harmless character, which is no letter? */

static inline int
scan_is_harmless(const unsigned char *start, const unsigned char *p)
{
    unsigned  c;

    if (!(cguard_byte[p[1]] & cguard_byte[p[2]] & CGUARD_B_HEX)) {
        return 0;
    }

    c = (unsigned) cguard_hex[p[1]] << 4 | cguard_hex[p[2]];

    if (p > start && p[-1] == '.' && (c == '+' || c == '/' || c == '\\')) {
        return 0;
    }

    return c > ' ' && c < 0x7f && c != '%' && c != '.'
           && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* the longest word that is asked for, from its odd byte on */

#define SCAN_WORD_LEN  4


/* is an odd byte inside a target no part of an attack? */

static inline int
scan_is_harmless_odd(const unsigned char *start, const unsigned char *p,
    unsigned *vpns)
{
    size_t  i, len;

    if (*p == '%') {
        return scan_is_harmless(start, p);
    }

    if (*p == '\\' || *p == 0x7f
        || (*p == '.' && (p[1] == '.' || p[1] == '+')))
    {
        return 0;
    }

    i = (size_t) (p - start);
    len = i + SCAN_WORD_LEN;

    switch (*p | 0x20) {

    case 'n':
        *vpns |= (unsigned) scan_is_text(start, len, i, 2, "vpns");
        return 1;

    case 'p':
        return !scan_is_text(start, len, i, 1, ".php");

    case '.':
        return !scan_is_text(start, len, i, 8, "template.new");

    default:
        return 1;
    }
}


/* may there be an end like that, or "cfg", up to "end" or a little behind? */

static inline int
scan_may_have_end(const unsigned char *p, const unsigned char *end)
{
    scan_window_t  a, b, found;

    for ( /* void */ ; p < end; p += SCAN_WINDOW) {
        a = scan_window(p);
        b = scan_window_or(scan_window(p + 1), scan_window_fill(0x20));

        found = scan_window_and(scan_window_is(a, '.'),
                                scan_window_or(scan_window_is(b, 'x'),
                                               scan_window_is(b, 'p')));

        a = scan_window_or(a, scan_window_fill(0x20));

        found = scan_window_or(found,
                    scan_window_and(scan_window_is(a, 'c'),
                                    scan_window_is(b, 'f')));

        if (scan_window_mask(found)) {
            return 1;
        }
    }

    return 0;
}


/*
 * The end of a target that is of no interest: a blank, a quote, or "stop", and
 * if that is no blank the end of the line; or NULL.
 */

scan_inline const unsigned char *
scan_fast_target(const unsigned char *p, unsigned char stop)
{
    unsigned              mask, vpns;
    scan_window_t         odd;
    const unsigned char  *q, *start;

    vpns = 0;

    for (start = p; /* void */ ; p += SCAN_WINDOW) {

        odd = scan_window_odd(p);

        if (stop != ' ') {
            odd = scan_window_or(odd, scan_window_is(scan_window(p), stop));
        }

        for (mask = scan_window_mask(odd);
             mask;
             mask &= mask - 1)
        {
            q = p + __builtin_ctz(mask);

            /* a blank, a quote, and what is not clean anyway */

            if (*q < '$' || *q >= 0x80 || *q == stop) {

                if ((*q != ' ' && *q != '"' && *q != stop
                     && (stop == ' ' || (*q != '\n' && *q != '\r')))
                    || q == start
                    || (vpns && scan_may_have_end(start, q)
                        && scan_has_end(start, (size_t) (q - start))))
                {
                    return NULL;
                }

                return q;
            }

            if (!scan_is_harmless_odd(start, q, &vpns)) {
                return NULL;
            }
        }
    }
}


/* could a part of a target be taken for a name and its value? */

scan_inline int
scan_target_has_pair(const unsigned char *p, const unsigned char *end)
{
    unsigned       mask, names, between;
    scan_window_t  a, found;

    for (names = between = 0; p < end; p += SCAN_WINDOW) {
        a = scan_window(p);
        mask = end - p < SCAN_WINDOW ? (1u << (end - p)) - 1 : ~0u;

        found = scan_window_or(scan_window_is(a, '='),
                               scan_window_is(a, '\''));
        names |= scan_window_mask(found) & mask;

        found = scan_window_or(scan_window_or(scan_window_is(a, ','),
                                              scan_window_is(a, ';')),
                               scan_window_or(scan_window_is(a, '('),
                                              scan_window_is(a, '[')));
        found = scan_window_or(scan_window_or(found, scan_window_is(a, '^')),
                               scan_window_is(a, '\''));
        between |= scan_window_mask(found) & mask;
    }

    return names && between;
}


/* the end of METHOD target HTTP/N.N */

scan_inline const unsigned char *
scan_fast_request(const unsigned char *p)
{
    unsigned  mask;
    __m128i   a;

    if (memcmp(p, "GET ", 4) == 0) {
        p += 3;

    } else {
        a = _mm_loadu_si128((const __m128i *) p);

        /* a method in capitals: no other byte of an attack may hide there */

        mask = (unsigned) _mm_movemask_epi8(
                   _mm_or_si128(_mm_cmplt_epi8(a, _mm_set1_epi8('A')),
                                _mm_cmpgt_epi8(a, _mm_set1_epi8('Z'))));
        p += mask ? __builtin_ctz(mask) : 0;

        if (mask == 0 || *p != ' ') {
            return NULL;
        }
    }

    p = scan_fast_target(p + 1, ' ');

    return p && memcmp(p, " HTTP/", 6) == 0
           && scan_is_digit(p[6]) && p[7] == '.' && scan_is_digit(p[8])
           ? p + 9 : NULL;
}


#endif


#endif /* _SCAN_FAST_TARGET_H_INCLUDED_ */
