
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Short cuts of the decoder for what stands in one piece in the raw string:
 * it would be reduced the same way, or break off, byte by byte, with a branch
 * that the processor guesses wrong at every other byte of a hostile string.
 *
 * Those for "%" and for lead bytes return CGUARD_STEP_CELL if "cell" is one
 * for the sink now (what is on the stack before it remains unfinished),
 * CGUARD_STEP_OFFER if it is to be fed, 0 if all waits on the stack.
 */


#ifndef _CGUARD_DECODE_FAST_H_INCLUDED_
#define _CGUARD_DECODE_FAST_H_INCLUDED_


#include "cguard_escape.h"


static inline int
cguard_decode_whole(const cguard_decode_t *d, const cguard_cell_t *cell)
{
    if (d->nwait == 0
        && (cell->c > 0xff || !(cguard_byte[cell->c] & CGUARD_B_FEED)))
    {
        return CGUARD_STEP_CELL;
    }

    return CGUARD_STEP_OFFER;
}


/*
 * Whether p[0] is simply a cell where nothing waits: also a lead byte before
 * what neither is a continuation byte nor can become one.  Without a branch,
 * since random bytes would make the processor guess.
 */

CGUARD_INLINE unsigned
cguard_decode_alone(const unsigned char *p, const unsigned char *last,
    unsigned class)
{
    unsigned  next, goes_on;

    next = cguard_token[p[last - p > 1]];
    goes_on = 1u << CGUARD_T_CONT | 1u << CGUARD_T_PERCENT
              | 1u << CGUARD_T_NOISE;

    return (unsigned) ((class & CGUARD_B_FEED) == 0)
           | ((unsigned) (cguard_token[p[0]] == CGUARD_T_LEAD)
              & ~(goes_on >> next) & (unsigned) (last - p > 1));
}


/* "%" at p[0]: takes off as many layers as follow */

static inline uint32_t
cguard_decode_layers(const unsigned char *p, const unsigned char *last,
    cguard_cell_t *cell)
{
    const unsigned char  *s;

    s = p + 1;

    while (cell->c == '%' && last - s >= 2
           && cguard_byte[s[0]] & cguard_byte[s[1]] & CGUARD_B_HEX)
    {
        cell->c = (uint32_t) (cguard_hex[s[0]] << 4 | cguard_hex[s[1]]);
        cell->depth++;
        s += 2;
    }

    return s == p + 1 ? 0 : (uint32_t) (s - p);
}


/* "%u" with its four digits */

static inline uint32_t
cguard_decode_digits(const unsigned char *p, const unsigned char *last,
    cguard_cell_t *cell)
{
    if (last - p < 6
        || !(cguard_byte[p[2]] & cguard_byte[p[3]] & cguard_byte[p[4]]
             & cguard_byte[p[5]] & CGUARD_B_HEX))
    {
        return 0;
    }

    cell->c = (uint32_t) (cguard_hex[p[2]] << 12 | cguard_hex[p[3]] << 8
                          | cguard_hex[p[4]] << 4 | cguard_hex[p[5]]);
    cell->depth = 1;

    return 6;
}


/* p[n] breaks off the escape on top */

static inline int
cguard_decode_broken(const unsigned char *p, unsigned n, cguard_cell_t *cell)
{
    cell->c = p[n];
    cell->start += n;
    cell->end = cell->start + 1;

    return CGUARD_STEP_CELL;
}


/* not all the digits of an escape are there */

static inline int
cguard_decode_digit(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_cell_t *cell)
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

    cguard_decode_wait(d, cell, kind, value, need);

    if (p + n < last
        && cguard_step[kind][cguard_token[p[n]]] & CGUARD_STEP_CELL)
    {
        return cguard_decode_broken(p, n, cell);
    }

    cell->end += n - 1;

    return 0;
}


/* "%" at p[0], see above */

CGUARD_INLINE int
cguard_decode_hex(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_cell_t *cell)
{
    uint32_t  n;

    n = cguard_decode_layers(p, last, cell);

    if (n == 0) {
        if (last - p > 1 && (p[1] | 0x20) == 'u') {
            n = cguard_decode_digits(p, last, cell);
        }

        if (n == 0) {
            return cguard_decode_digit(d, p, last, cell);
        }
    }

    cell->end += n - 1;
    cguard_decode_percent(d, cell);

    return cguard_decode_whole(d, cell);
}


/* a lead byte at p[0], see above */

CGUARD_INLINE int
cguard_decode_sequence(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, cguard_cell_t *cell)
{
    unsigned  n, need, class, kind;
    uint32_t  value, longer;

    kind = cguard_begin(p[0]);
    need = cguard_need[p[0] & 0x3f];
    value = p[0] & (0x3f >> need);

    for (n = 1; need; n++, need--) {

        class = p + n < last ? cguard_byte[p[n]] : CGUARD_B_NOISE;

        if (class & (CGUARD_B_FEED|CGUARD_B_NOISE)) {
            cguard_decode_wait(d, cell, kind, value, need);
            cell->end += n - 1;
            return 0;
        }

        longer = value << 6 | (p[n] & 0x3f);

        if (class & CGUARD_B_CONT && kind != CGUARD_LENIENT) {
            kind = CGUARD_SEQUENCE;
            value = longer;
            continue;
        }

        if (!(class & (CGUARD_B_CONT|CGUARD_B_LENIENT))
            || !cguard_decode_matters(longer, need - 1))
        {
            cguard_decode_wait(d, cell, kind, value, need);
            return cguard_decode_broken(p, n, cell);
        }

        kind = CGUARD_LENIENT;
        value = longer;
    }

    cell->c = value;
    cell->end += n - 1;
    cell->depth = 1;

    cguard_decode_point(d, cell, value);

    return cguard_decode_whole(d, cell);
}


CGUARD_INLINE int
cguard_decode_raw(cguard_decode_t *d, const unsigned char *p,
    const unsigned char *last, unsigned class, cguard_cell_t *cell)
{
    if (p[0] == '%' && d->nwait < CGUARD_DECODE_DEPTH) {
        return cguard_decode_hex(d, p, last, cell);
    }

    if (class & CGUARD_B_LEAD && d->nwait < CGUARD_DECODE_DEPTH) {
        return cguard_decode_sequence(d, p, last, cell);
    }

    if (class & CGUARD_B_CONTROL) {
        cguard_decode_control(d, cell);
    }

    return cguard_decode_step(d, cell->c);
}


#endif /* _CGUARD_DECODE_FAST_H_INCLUDED_ */
