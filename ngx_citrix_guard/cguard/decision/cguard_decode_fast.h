
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decoder's fast path, for escapes that are in one piece in the raw
 * string.  cguard_decode_feed() would reduce them the same way, or break them
 * off, byte by byte, with a branch that the processor mispredicts at every
 * other byte of an attack.
 *
 * Those for "%" and for lead bytes return 1 if "ch" is now what stands there.
 */


#ifndef _CGUARD_DECODE_FAST_H_INCLUDED_
#define _CGUARD_DECODE_FAST_H_INCLUDED_


#include <stdint.h>

#include "cguard_byte.h"
#include "cguard_escape.h"


/*
 * Returns where something of "may" is or begins.  A lead byte goes on with the
 * next byte, or behind noise, which is dropped.
 */

CGUARD_INLINE uint32_t
cguard_decode_skip(const unsigned char *p, uint32_t i, uint32_t len,
    unsigned may)
{
    unsigned  is;

    for ( /* void */ ; i < len; i++) {
        is = cguard_may[p[i]];

        if (is & may
            && (!(is & CGUARD_MAY_LEAD) || len - i <= 2
                || cguard_may[p[i + 1]] & CGUARD_MAY_CONTINUE
                || (cguard_may[p[i + 1]] & CGUARD_MAY_VANISH
                    && cguard_may[p[i + 2]]
                       & (CGUARD_MAY_CONTINUE|CGUARD_MAY_VANISH))))
        {
            break;
        }
    }

    return i;
}


/* "%" at p[0], see above: removes as many layers as follow */

CGUARD_INLINE int
cguard_decode_hex(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_char_t *ch)
{
    const unsigned char  *s;

    for (s = p + 1; ch->c == '%' && last - s >= 2; s += 2) {

        if (!(cguard_byte[s[0]] & cguard_byte[s[1]] & CGUARD_B_HEX)) {
            break;
        }

        ch->c = (uint32_t) (cguard_hex[s[0]] << 4 | cguard_hex[s[1]]);
        ch->depth++;
    }

    if (ch->depth == 0) {
        return 0;
    }

    ch->end += (uint32_t) (s - p) - 1;
    cguard_decode_byte(d, ch);

    return 1;
}


/* a lead byte at p[0], see above; others than continuation bytes are fed */

CGUARD_INLINE int
cguard_decode_sequence(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_char_t *ch)
{
    unsigned  n, need;
    uint32_t  value;

    need = cguard_utf8_ncont[ch->c & 0x3f];
    value = ch->c & (0x3f >> need);

    for (n = 1; n <= need; n++) {

        if (p + n == last || !(cguard_byte[p[n]] & CGUARD_B_CONT)) {
            return 0;
        }

        value = value << 6 | (p[n] & 0x3f);
    }

    ch->end += need;
    ch->depth = 1;
    ch->other = CGUARD_OTHER_DROP;

    cguard_decode_point(d, ch, value);

    return 1;
}


/*
 * The byte at p[0], or what it begins, as "ch".  Returns what that does:
 * CGUARD_STEP_EMIT if it is emitted now (what is on the stack before it remains
 * unfinished), 0 if it is pending.
 */

CGUARD_INLINE unsigned
cguard_decode_raw(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, unsigned class, cguard_char_t *ch)
{
    if (!(class & CGUARD_B_FEED) || d->npending == CGUARD_DECODE_DEPTH) {
        return cguard_decode_step(d, ch->c);
    }

    if (p[0] == '%') {
        if (!cguard_decode_hex(d, p, last, ch)) {
            cguard_decode_push(d, ch, CGUARD_PERCENT, 0, 0);
            return 0;
        }

    } else if (!cguard_decode_sequence(d, p, last, ch)) {
        cguard_decode_begin(d, ch);
        return 0;
    }

    return cguard_decode_step(d, ch->c);
}


#endif /* _CGUARD_DECODE_FAST_H_INCLUDED_ */
