
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decoder: takes all layers of percent-encoding and UTF-8 off a string
 * in one pass from left to right, and hands on what is left, cell by cell.
 *
 * An escape is reduced as soon as its last byte is there, and the result is
 * fed again: it may be the "%" of an escape to come, or a digit of one that
 * waits.  So nesting costs what its length costs.  Escapes that wait for more
 * bytes stand on a stack.  No two rules compete for a byte ("%" is neither a
 * digit nor a continuation byte, a lead byte is neither), hence the order of
 * the reductions does not matter, and one pass finds what any order finds.
 *
 * The decoder is inlined into each of its users, so that the sink is, too.
 */


#ifndef _CGUARD_DECODE_H_INCLUDED_
#define _CGUARD_DECODE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_compat.h"


/*
 * Unfinished escapes, one within the other.  Complete ones ("%2525...") take
 * no place, however deep, and no client sends 4096 unfinished ones in a row:
 * the decoder stops there, and the target is refused.
 */

#define CGUARD_DECODE_DEPTH  4096

/* expansions of code points that wait to be fed */

#define CGUARD_DECODE_QUEUE  64


/* cells above 0xff: a code point with no ASCII, an unfinished escape */

#define CGUARD_CODE_POINT    0x80000000u
#define CGUARD_UNFINISHED    0x100


/* classes of a byte for the decoder */

#define CGUARD_B_HEX         0x01
#define CGUARD_B_LEAD        0x02
#define CGUARD_B_CONT        0x04    /* continuation byte, 80-BF */
#define CGUARD_B_LENIENT     0x08    /* what a lenient parser takes for one */
#define CGUARD_B_NOISE       0x10    /* NUL, control bytes, blank */
#define CGUARD_B_CONTROL     0x20    /* noise without the blank */
#define CGUARD_B_MATTERS     0x40    /* can be part of a sign or an escape */
#define CGUARD_B_FEED        0x80    /* not simply a cell */


typedef struct {
    uint32_t              c;         /* byte, or CGUARD_CODE_POINT | point */
    uint32_t              start;     /* in the raw string */
    uint32_t              end;
    uint32_t              depth;
} cguard_cell_t;


typedef enum {
    CGUARD_PERCENT = 0,              /* %       */
    CGUARD_DIGIT,                    /* %H      */
    CGUARD_POINT,                    /* %uHHH   */
    CGUARD_SEQUENCE                  /* UTF-8   */
} cguard_wait_e;


/* an escape that waits for more bytes */

typedef struct {
    uint32_t              value;     /* digits as bytes, or a code point */
    uint32_t              start;
    uint32_t              depth;
    uint8_t               kind;
    uint8_t               need;
    uint8_t               lead;
    uint8_t               lenient;
} cguard_wait_t;


typedef struct {
    uint32_t              ctl_start; /* the first control byte, raw or */
    uint32_t              ctl_end;   /*   percent-encoded */
    uint32_t              nwait;
    uint32_t              nqueue;
    uint8_t               ctl;
    uint8_t               overflow;
    cguard_cell_t         queue[CGUARD_DECODE_QUEUE];
    cguard_wait_t         wait[CGUARD_DECODE_DEPTH];
} cguard_decode_t;


/*
 * What takes the cells.  "w" is NULL, or the cell is CGUARD_UNFINISHED and
 * "w" the escape: bytes none of which can be part of a sign.
 */

typedef void (*cguard_sink_pt)(void *data, const cguard_cell_t *cell,
    const cguard_wait_t *w);


#if defined(__GNUC__)
#define CGUARD_INLINE  static inline __attribute__((always_inline))
#else
#define CGUARD_INLINE  static inline
#endif


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_byte[256];
extern const uint8_t  cguard_hex[256];
extern const uint8_t  cguard_need[64];

#pragma GCC visibility pop


static inline void
cguard_decode_init(cguard_decode_t *d)
{
    d->nwait = 0;
    d->nqueue = 0;
    d->ctl = 0;
    d->overflow = 0;
}


static inline void
cguard_decode_control(cguard_decode_t *d, const cguard_cell_t *cell)
{
    if (!d->ctl) {
        d->ctl = 1;
        d->ctl_start = cell->start;
        d->ctl_end = cell->end;
    }
}


static inline void
cguard_decode_wait(cguard_decode_t *d, const cguard_cell_t *cell)
{
    uint32_t        c;
    cguard_wait_t  *w;

    if (d->nwait == CGUARD_DECODE_DEPTH) {
        d->overflow = 1;
        return;
    }

    c = cell->c;

    w = &d->wait[d->nwait++];
    w->start = cell->start;
    w->depth = cell->depth;
    w->lead = (uint8_t) c;
    w->lenient = 0;

    if (c == '%') {
        w->kind = CGUARD_PERCENT;
        w->value = 0;
        return;
    }

    w->kind = CGUARD_SEQUENCE;
    w->need = cguard_need[c & 0x3f];
    w->value = c & (0x3f >> w->need);
}


/* the escape on top is complete: "cell" takes its place */

static inline void
cguard_decode_reduce(cguard_decode_t *d, cguard_cell_t *cell, uint32_t c)
{
    cguard_wait_t  *w;

    w = &d->wait[--d->nwait];

    cell->c = c;
    cell->start = w->start;
    cell->depth = (w->depth > cell->depth ? w->depth : cell->depth) + 1;
}


/*
 * A code point as what it may stand for.  More than one character: all but
 * the first wait in the queue.
 */

static inline void
cguard_decode_point(cguard_decode_t *d, cguard_cell_t *cell, uint32_t point)
{
    size_t       n;
    const char  *text;

    if (point < 0x80) {
        cell->c = point;
        return;
    }

    text = cguard_compat(point);

    if (text == NULL) {
        cell->c = CGUARD_CODE_POINT | point;
        return;
    }

    for (n = 1; text[n] != '\0'; n++) { /* void */ }

    while (--n) {
        if (d->nqueue == CGUARD_DECODE_QUEUE) {
            d->overflow = 1;
            return;
        }

        d->queue[d->nqueue] = *cell;
        d->queue[d->nqueue++].c = (uint8_t) text[n];
    }

    cell->c = (uint8_t) text[0];
}


static inline int
cguard_decode_uhex(cguard_decode_t *d, cguard_wait_t *w, cguard_cell_t *cell)
{
    uint32_t  point;

    if (--w->need) {
        w->value = w->value << 8 | cell->c;
        w->depth = w->depth > cell->depth ? w->depth : cell->depth;
        return 0;
    }

    point = (uint32_t) cguard_hex[w->value >> 16 & 0xff] << 12
            | (uint32_t) cguard_hex[w->value >> 8 & 0xff] << 8
            | (uint32_t) cguard_hex[w->value & 0xff] << 4
            | cguard_hex[cell->c];

    cguard_decode_reduce(d, cell, point);

    if (point >= 0x100) {
        cguard_decode_point(d, cell, point);

    } else if (cguard_byte[point] & CGUARD_B_CONTROL) {
        cguard_decode_control(d, cell);
    }

    return 1;
}


/*
 * A continuation byte.  A lenient one is taken only where the sequence can
 * still become a character that matters: what else it could become is no
 * sign, and would hide the byte itself.  Returns -1 if the byte is none.
 */

static inline int
cguard_decode_cont(cguard_decode_t *d, cguard_wait_t *w, cguard_cell_t *cell)
{
    uint32_t  value;
    unsigned  need, lenient;

    value = w->value << 6 | (cell->c & 0x3f);
    need = w->need - 1;
    lenient = w->lenient | !(cguard_byte[cell->c] & CGUARD_B_CONT);

    if (lenient) {
        if (need ? value > (need == 1) : value >= 0x80) {
            return -1;
        }

        if (need == 0 && !(cguard_byte[value] & CGUARD_B_MATTERS)) {
            return -1;
        }
    }

    if (need) {
        w->value = value;
        w->need = (uint8_t) need;
        w->lenient = (uint8_t) lenient;
        w->depth = w->depth > cell->depth ? w->depth : cell->depth;
        return 0;
    }

    cguard_decode_reduce(d, cell, value);

    if (value >= 0x80) {
        cguard_decode_point(d, cell, value);
    }

    return 1;
}


/*
 * Offers a cell to the escape on top of the stack.  Returns 1 if it completed
 * it ("cell" is the result), 0 if it was taken in, -1 if it does not fit.
 */

CGUARD_INLINE int
cguard_decode_offer(cguard_decode_t *d, cguard_cell_t *cell, unsigned class)
{
    uint32_t        c;
    cguard_wait_t  *w;

    c = cell->c;
    w = &d->wait[d->nwait - 1];

    if (w->kind == CGUARD_SEQUENCE) {
        if (!(class & (CGUARD_B_CONT|CGUARD_B_LENIENT))) {
            return -1;
        }

        return cguard_decode_cont(d, w, cell);
    }

    if (!(class & CGUARD_B_HEX)) {

        if (w->kind == CGUARD_PERCENT && (c | 0x20) == 'u') {
            w->kind = CGUARD_POINT;
            w->need = 4;
            return 0;
        }

        return -1;
    }

    if (w->kind == CGUARD_PERCENT) {
        w->kind = CGUARD_DIGIT;
        w->value = c;
        w->depth = w->depth > cell->depth ? w->depth : cell->depth;
        return 0;
    }

    if (w->kind == CGUARD_POINT) {
        return cguard_decode_uhex(d, w, cell);
    }

    c = (uint32_t) cguard_hex[w->value & 0xff] << 4 | cguard_hex[c];

    cguard_decode_reduce(d, cell, c);

    if (cguard_byte[c] & CGUARD_B_CONTROL) {
        cguard_decode_control(d, cell);
    }

    return 1;
}


CGUARD_INLINE void
cguard_decode_flush(cguard_decode_t *d, uint32_t end, cguard_sink_pt sink,
    void *data)
{
    uint32_t       n;
    cguard_cell_t  cell;

    cell.c = CGUARD_UNFINISHED;
    cell.end = end;

    for (n = 0; n < d->nwait; n++) {
        cell.start = d->wait[n].start;
        cell.depth = d->wait[n].depth;
        sink(data, &cell, &d->wait[n]);
    }

    d->nwait = 0;
}


CGUARD_INLINE void
cguard_decode_feed(cguard_decode_t *d, cguard_cell_t *cell,
    cguard_sink_pt sink, void *data)
{
    int       rc;
    unsigned  class;

    for ( ;; ) {

        class = cell->c <= 0xff ? cguard_byte[cell->c] : 0;

        if (d->nwait && cell->c != '%') {

            /* noise may stand within an escape; it is dropped there */

            if (class & CGUARD_B_NOISE) {
                goto next;
            }

            rc = cguard_decode_offer(d, cell, class);

            if (rc == 1) {
                continue;
            }

            if (rc == 0) {
                goto next;
            }
        }

        if (cell->c == '%' || class & CGUARD_B_LEAD) {
            cguard_decode_wait(d, cell);
            goto next;
        }

        cguard_decode_flush(d, cell->start, sink, data);
        sink(data, cell, NULL);

    next:

        if (d->nqueue == 0) {
            return;
        }

        *cell = d->queue[--d->nqueue];
    }
}


/*
 * Short cuts for what stands in one piece in the raw string: it would be
 * reduced the same way, byte by byte.
 */


/* "%" at p[0]: takes off as many layers as follow; returns the bytes used */

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

    return (uint32_t) (s - p);
}


/* a lead byte at p[0] with all its continuation bytes, or nothing */

static inline uint32_t
cguard_decode_sequence(const unsigned char *p, const unsigned char *last,
    uint32_t *point)
{
    unsigned  i, need;
    uint32_t  value;

    need = cguard_need[p[0] & 0x3f];
    value = p[0] & (0x3f >> need);

    if ((size_t) (last - p) <= need) {
        return 0;
    }

    for (i = 1; i <= need; i++) {
        if (!(cguard_byte[p[i]] & CGUARD_B_CONT)) {
            return 0;
        }

        value = value << 6 | (p[i] & 0x3f);
    }

    *point = value;

    return need + 1;
}


/* decodes a string and hands its cells to the sink */

CGUARD_INLINE void
cguard_decode(cguard_decode_t *d, const unsigned char *p, uint32_t len,
    cguard_sink_pt sink, void *data)
{
    uint8_t        class;
    uint32_t       i, n, point;
    cguard_cell_t  cell;

    for (i = 0; i < len && !d->overflow; i += n) {

        cell.c = p[i];
        cell.start = i;
        cell.depth = 0;

        n = 1;
        class = cguard_byte[p[i]];

        if (class & CGUARD_B_FEED) {

            if (cell.c == '%') {
                n = cguard_decode_layers(p + i, p + len, &cell);
                class = cguard_byte[cell.c];
                cell.end = i + n;

            } else if (class & CGUARD_B_LEAD) {
                n = cguard_decode_sequence(p + i, p + len, &point);

                if (n) {
                    cell.end = i + n;
                    cell.depth = 1;
                    cguard_decode_point(d, &cell, point);
                    class = 0;

                } else {
                    n = 1;
                }
            }

            cell.end = i + n;

            if (class & CGUARD_B_CONTROL) {
                cguard_decode_control(d, &cell);
            }

            if (cell.c == '%' || class & CGUARD_B_LEAD || d->nqueue) {
                cguard_decode_feed(d, &cell, sink, data);
                continue;
            }
        }

        cell.end = i + n;

        if (d->nwait) {
            cguard_decode_feed(d, &cell, sink, data);
            continue;
        }

        sink(data, &cell, NULL);
    }

    cguard_decode_flush(d, len, sink, data);
}


#endif /* _CGUARD_DECODE_H_INCLUDED_ */
