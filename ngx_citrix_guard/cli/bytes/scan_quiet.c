
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * In most lines no field can hold an attack: they lack the bytes of a parent
 * segment, or those of "vpns".
 */


#include <stddef.h>

#include "scan_quiet.h"
#include "scan_simd.h"
#include "scan_window.h"


/* "[" is not one of them, but sits next to the backslash */

static inline int
scan_is_loud(const unsigned char *p, const unsigned char *last)
{
    unsigned char  c;

    c = *p;

    if (c == '.') {
        return last - p > 1 && (p[1] == '.' || p[1] == '+' || p[1] >= 0x7f
                                || p[1] < ' ');
    }

    return (c < ' ' && c != '\t') || c >= 0x7f || c == '%' || c == '\\';
}


/* may there be a parent segment in any reading? */

static int
scan_has_parent(const unsigned char *p, const unsigned char *last)
{
#if SCAN_SSE2

    unsigned  mask;

    for ( /* void */ ; last - p > SCAN_WINDOW; p += SCAN_WINDOW) {
        mask = scan_window_mask(scan_window_loud(p, 0));

        for ( /* void */ ; mask; mask &= mask - 1) {
            if (scan_is_loud(p + __builtin_ctz(mask), last)) {
                return 1;
            }
        }
    }

#endif

    for ( /* void */ ; p < last; p++) {
        if (scan_is_loud(p, last)) {
            return 1;
        }
    }

    return 0;
}


static inline int
scan_is_hex(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}


/* what an escape means for the word around it: 1: it may be a letter of it */

static int
scan_hides(const unsigned char *p)
{
    /* \x76, \u0076, \166; \" and \n and the like stand for no letter */

    if (*p == '\\') {
        return (p[1] | 0x20) == 'x' || (p[1] | 0x20) == 'u'
               || (p[1] >= '0' && p[1] <= '9');
    }

    /* %76, %u0076, an escape of an escape, one with a byte within */

    return (p[1] != '2' && p[1] != '3') || !scan_is_hex(p[2])
           || (p[1] == '2' && p[2] == '5');
}


/* may "vpns" be there? Spaces and plus signs may be dropped within it. */

static int
scan_has_vpns(const unsigned char *p, const unsigned char *last)
{
    unsigned       seen;
    unsigned char  c;

    /* how many letters of the word so far */

    for (seen = 0; p < last; p++) {

        c = *p;

        if (c >= 0x7f || (c < ' ' && c != '\t')) {
            return 1;
        }

        if (c == '%' || c == '\\') {

            if (last - p > 2 && scan_hides(p)) {
                return 1;
            }

            if (c == '%' && last - p > 2 && p[1] == '2'
                && (p[2] == '0' || (p[2] | 0x20) == 'b'))
            {
                p += 2;
                continue;
            }
        }

        if (c == '+') {
            continue;
        }

        c |= 0x20;
        seen = c == (unsigned char) "vpns"[seen] ? seen + 1 : c == 'v';

        if (seen == 4) {
            return 1;
        }
    }

    return 0;
}


int
scan_is_quiet(const unsigned char *p, const unsigned char *last)
{
    return !scan_has_parent(p, last) || !scan_has_vpns(p, last);
}
