
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decoder's fast path, for escapes that are in one piece in the raw
 * string.  cguard_decode_feed() would reduce them the same way, or break them
 * off, byte by byte, with a branch that the processor mispredicts at every
 * other byte of an attack.
 *
 * Those for "%" and for lead bytes return CGUARD_STEP_EMIT if "ch" is emitted
 * now (what is on the stack before it remains unfinished), CGUARD_STEP_EXTEND
 * if it is to be fed, 0 if all is pending on the stack.
 */


#ifndef _CGUARD_DECODE_FAST_H_INCLUDED_
#define _CGUARD_DECODE_FAST_H_INCLUDED_


#include <stdint.h>

#include "cguard_byte.h"
#include "cguard_escape.h"


static inline int
cguard_decode_emit_or_feed(const cguard_decode_t *d, const cguard_char_t *ch)
{
    if (d->npending == 0
        && (ch->c > 0xff || !(cguard_byte[ch->c] & CGUARD_B_FEED)))
    {
        return CGUARD_STEP_EMIT;
    }

    return CGUARD_STEP_EXTEND;
}


/* returns where a separator may be or begin */

CGUARD_INLINE uint32_t
cguard_decode_skip(const unsigned char *p, uint32_t i, uint32_t len)
{
    while (i < len && !cguard_separates[p[i]]) {
        i++;
    }

    return i;
}


/* "%" at p[0]: removes as many layers as follow */

static inline uint32_t
cguard_decode_layers(const unsigned char *p, const unsigned char *last,
    cguard_char_t *ch)
{
    const unsigned char  *s;

    s = p + 1;

    while (ch->c == '%' && last - s >= 2
           && cguard_byte[s[0]] & cguard_byte[s[1]] & CGUARD_B_HEX)
    {
        ch->c = (uint32_t) (cguard_hex[s[0]] << 4 | cguard_hex[s[1]]);
        ch->depth++;
        s += 2;
    }

    return s == p + 1 ? 0 : (uint32_t) (s - p);
}


/* "%u" with its four digits */

static inline uint32_t
cguard_decode_digits(const unsigned char *p, const unsigned char *last,
    cguard_char_t *ch)
{
    if (last - p < 6
        || !(cguard_byte[p[2]] & cguard_byte[p[3]] & cguard_byte[p[4]]
             & cguard_byte[p[5]] & CGUARD_B_HEX))
    {
        return 0;
    }

    ch->c = (uint32_t) (cguard_hex[p[2]] << 12 | cguard_hex[p[3]] << 8
                          | cguard_hex[p[4]] << 4 | cguard_hex[p[5]]);
    ch->depth = 1;

    return 6;
}


/* not all the digits of an escape are there */

static inline void
cguard_decode_digit(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_char_t *ch)
{
    unsigned  n, kind, need;
    uint32_t  value;

    n = 1;
    need = 0;
    value = 0;
    kind = CGUARD_PERCENT;

    if (p + n < last && (p[n] | 0x20) == 'u') {
        n++;
        need = 4;
        kind = CGUARD_POINT;

        while (need && p + n < last && cguard_byte[p[n]] & CGUARD_B_HEX) {
            value = value << 8 | p[n++];
            need--;
        }

    } else if (p + n < last && cguard_byte[p[n]] & CGUARD_B_HEX) {
        kind = CGUARD_DIGIT;
        value = p[n++];
    }

    cguard_decode_push(d, ch, kind, value, need);
    ch->end += n - 1;
}


/* "%" at p[0], see above */

CGUARD_INLINE int
cguard_decode_hex(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_char_t *ch)
{
    uint32_t  n;

    n = cguard_decode_layers(p, last, ch);

    if (n == 0) {
        if (last - p > 1 && (p[1] | 0x20) == 'u') {
            n = cguard_decode_digits(p, last, ch);
        }

        if (n == 0) {
            cguard_decode_digit(d, p, last, ch);
            return 0;
        }
    }

    ch->end += n - 1;
    cguard_decode_percent(d, ch);

    return cguard_decode_emit_or_feed(d, ch);
}


/* a lead byte at p[0], see above */

CGUARD_INLINE int
cguard_decode_sequence(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_char_t *ch)
{
    unsigned  n, need, class, kind;
    uint32_t  value, longer, other;

    other = CGUARD_OTHER_DROP;
    kind = cguard_escape_kind(p[0]);
    need = cguard_utf8_ncont[p[0] & 0x3f];
    value = p[0] & (0x3f >> need);

    for (n = 1; need; n++, need--) {

        if (p + n == last) {
            break;
        }

        class = cguard_byte[p[n]];
        longer = value << 6 | (p[n] & 0x3f);

        if (class & CGUARD_B_CONT && kind != CGUARD_LENIENT) {
            kind = CGUARD_SEQUENCE;
            value = longer;
            continue;
        }

        if (!(class & (CGUARD_B_CONT|CGUARD_B_LENIENT))
            || !cguard_decode_matters(longer, need - 1))
        {
            break;
        }

        other = cguard_decode_other(kind, 1, p[n]);
        kind = CGUARD_LENIENT;
        value = longer;
    }

    ch->end += n - 1;

    if (need) {
        cguard_decode_push(d, ch, kind, value, need);
        return 0;
    }

    ch->c = value;
    ch->depth = 1;
    ch->other = other;

    cguard_decode_point(d, ch, value);

    return cguard_decode_emit_or_feed(d, ch);
}


CGUARD_INLINE int
cguard_decode_raw(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, unsigned class, cguard_char_t *ch)
{
    if (p[0] == '%' && d->npending < CGUARD_DECODE_DEPTH) {
        return cguard_decode_hex(d, p, last, ch);
    }

    if (class & CGUARD_B_LEAD && d->npending < CGUARD_DECODE_DEPTH) {
        return cguard_decode_sequence(d, p, last, ch);
    }

    return cguard_decode_step(d, ch->c);
}


#endif /* _CGUARD_DECODE_FAST_H_INCLUDED_ */
