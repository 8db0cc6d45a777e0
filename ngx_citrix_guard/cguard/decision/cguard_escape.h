
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Escapes that wait for more bytes, on a stack: what a byte does to them, and
 * what becomes of it.  A rule is a row of cguard_step[] (cguard_byte.c).
 *
 * An escape is reduced as soon as its last byte is there, and the result is
 * fed again: it may be the "%" of an escape to come, or a digit of one that
 * waits.  So nesting costs what its length costs.  No two rules compete for a
 * byte ("%" is neither a digit nor a continuation byte, a lead byte is
 * neither), hence the order of the reductions does not matter, and one pass
 * finds what any order finds.
 */


#ifndef _CGUARD_ESCAPE_H_INCLUDED_
#define _CGUARD_ESCAPE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_compat.h"


/*
 * Unfinished escapes, one within the other.  Complete ones ("%2525...") take
 * no place, however deep, and no client sends 32 unfinished ones in a row:
 * with one more they remain unfinished.
 */

#define CGUARD_DECODE_DEPTH  32

/* expansions of code points that wait to be fed; what has no room has none */

#define CGUARD_DECODE_QUEUE  16


/* cells above 0xff: a code point with no ASCII */

#define CGUARD_CODE_POINT    0x80000000u


/* classes of a byte for the decoder */

#define CGUARD_B_HEX         0x01
#define CGUARD_B_LEAD        0x02
#define CGUARD_B_CONT        0x04    /* continuation byte, 80-BF */
#define CGUARD_B_LENIENT     0x08    /* what a lenient parser takes for one */
#define CGUARD_B_NOISE       0x10    /* NUL, control bytes, blank, + */
#define CGUARD_B_CONTROL     0x20    /* of these 00-1F and 7F */
#define CGUARD_B_MATTERS     0x40    /* can be part of a sign or an escape */
#define CGUARD_B_FEED        0x80    /* not simply a cell */


/* the same as numbers: what a byte may be to an escape that waits */

typedef enum {
    CGUARD_T_OTHER = 0,
    CGUARD_T_HEX,
    CGUARD_T_U,
    CGUARD_T_CONT,
    CGUARD_T_PERCENT,
    CGUARD_T_OPEN,                   /* a lead byte that takes lenient ones */
    CGUARD_T_LEAD,                   /* another one */
    CGUARD_T_NOISE,
    CGUARD_T_MAX
} cguard_token_e;


typedef struct {
    uint32_t              c;         /* byte, or CGUARD_CODE_POINT | point */
    uint32_t              start;     /* in the raw string */
    uint32_t              end;
    uint32_t              depth;
} cguard_cell_t;


/* those of UTF-8 come last */

typedef enum {
    CGUARD_NONE = 0,                 /* nothing waits */
    CGUARD_PERCENT,                  /* %       */
    CGUARD_DIGIT,                    /* %H      */
    CGUARD_POINT,                    /* %uHHH   */
    CGUARD_OPEN,                     /* UTF-8, the first byte of it; */
    CGUARD_LEAD,                     /*   that of nothing in ASCII */
    CGUARD_SEQUENCE,                 /*   more than that */
    CGUARD_LENIENT,                  /*   with a lenient continuation byte */
    CGUARD_WAIT_MAX
} cguard_wait_e;


/* what a byte does, by what waits on top of the stack; 0: it is dropped */

#define CGUARD_STEP_CELL     0x10    /* fits nowhere, what waits is flushed */
#define CGUARD_STEP_OFFER    0x20    /* may fit */
#define CGUARD_STEP_PUSH     0x40    /* waits itself, as cguard_wait_e */
#define CGUARD_STEP_WAIT     0x0f


/* an escape that waits for more bytes */

typedef struct {
    uint32_t              value;     /* digits as bytes, or a code point */
    uint32_t              start;
    uint32_t              depth;
    uint8_t               kind;
    uint8_t               need;
    uint8_t               lead;
    uint8_t               within;    /* of the unknown: some is in it */
} cguard_wait_t;


typedef struct {
    uint32_t              ctl_start; /* the first control byte, raw or */
    uint32_t              ctl_end;   /*   percent-encoded */
    uint32_t              nwait;
    uint32_t              nqueue;
    uint8_t               ctl;
    uint8_t               layers;    /*   in so many layers at most */
    uint8_t               point;     /* a code point that is not ASCII */
    cguard_cell_t         queue[CGUARD_DECODE_QUEUE];
    cguard_wait_t         wait[CGUARD_DECODE_DEPTH];
} cguard_decode_t;


/*
 * What takes the cells.  Before the cell stand "nwait" escapes that remain
 * unfinished: bytes none of which can be part of a sign.
 */

typedef void (*cguard_sink_pt)(void *data, const cguard_cell_t *cell,
    const cguard_wait_t *w, uint32_t nwait);


#if defined(__GNUC__)
#define CGUARD_INLINE  static inline __attribute__((always_inline))
#define CGUARD_APART   static __attribute__((noinline))
#else
#define CGUARD_INLINE  static inline
#define CGUARD_APART   static
#endif


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_byte[256];
extern const uint8_t  cguard_token[256];
extern const uint8_t  cguard_step[CGUARD_WAIT_MAX][CGUARD_T_MAX];
extern const uint8_t  cguard_hex[256];
extern const uint8_t  cguard_need[64];

#pragma GCC visibility pop


static inline void
cguard_decode_init(cguard_decode_t *d)
{
    d->nwait = 0;
    d->nqueue = 0;
    d->ctl = 0;
    d->layers = 0;
    d->point = 0;
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


/* the kind of an escape that begins with "c" */

static inline unsigned
cguard_begin(uint32_t c)
{
    return cguard_step[CGUARD_NONE][cguard_token[c]] & CGUARD_STEP_WAIT;
}


/* what finds no place on the stack fits nowhere */

static inline unsigned
cguard_decode_step(const cguard_decode_t *d, uint32_t c)
{
    unsigned  kind, step;

    if (c > 0xff) {
        return CGUARD_STEP_CELL;
    }

    kind = d->nwait ? d->wait[d->nwait - 1].kind : CGUARD_NONE;

    step = cguard_step[kind][cguard_token[c]];

    return step & CGUARD_STEP_PUSH && d->nwait == CGUARD_DECODE_DEPTH
           ? CGUARD_STEP_CELL : step;
}


/* there is a place on the stack */

static inline void
cguard_decode_wait(cguard_decode_t *d, const cguard_cell_t *cell,
    unsigned kind, uint32_t value, unsigned need)
{
    cguard_wait_t  *w;

    w = &d->wait[d->nwait++];
    w->value = value;
    w->start = cell->start;
    w->depth = cell->depth;
    w->kind = (uint8_t) kind;
    w->need = (uint8_t) need;
    w->lead = (uint8_t) cell->c;
}


static inline void
cguard_decode_begin(cguard_decode_t *d, const cguard_cell_t *cell)
{
    unsigned  need;

    need = cguard_need[cell->c & 0x3f];

    cguard_decode_wait(d, cell, cguard_begin(cell->c),
                       cell->c & (0x3f >> need), need);
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
    size_t          n;
    const char     *text;
    cguard_cell_t  *q;

    if (point < 0x80) {
        cell->c = point;
        return;
    }

    d->point = 1;
    cell->c = CGUARD_CODE_POINT | point;

    text = cguard_compat(point);

    if (text == NULL) {
        return;
    }

    for (n = 1; text[n] != '\0'; n++) { /* void */ }

    if (n > CGUARD_DECODE_QUEUE - d->nqueue) {
        return;
    }

    while (--n) {
        q = &d->queue[d->nqueue++];
        q->c = (uint8_t) text[n];
        q->start = cell->start;
        q->end = cell->end;
        q->depth = cell->depth;
    }

    cell->c = (uint8_t) text[0];
}


/* "cell" is what an escape with "%" stands for */

static inline void
cguard_decode_percent(cguard_decode_t *d, cguard_cell_t *cell)
{
    if (cell->c >= 0x100) {
        cell->depth++;
        cguard_decode_point(d, cell, cell->c);

    } else if (cell->depth <= d->layers
               && cguard_byte[cell->c] & CGUARD_B_CONTROL)
    {
        cguard_decode_control(d, cell);
    }
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
    cguard_decode_percent(d, cell);

    return 1;
}


/*
 * A lenient continuation byte is taken only where the sequence can still
 * become a character that matters: what else it could become is no sign, and
 * would hide the byte itself.
 */

static inline int
cguard_decode_matters(uint32_t value, unsigned need)
{
    if (need) {
        return value <= (need == 1);
    }

    return value < 0x80 && cguard_byte[value] & CGUARD_B_MATTERS;
}


static inline int
cguard_decode_cont(cguard_decode_t *d, cguard_wait_t *w, cguard_cell_t *cell)
{
    uint32_t  value;
    unsigned  need, lenient;

    value = w->value << 6 | (cell->c & 0x3f);
    need = w->need - 1;
    lenient = w->kind == CGUARD_LENIENT
              || !(cguard_byte[cell->c] & CGUARD_B_CONT);

    if (lenient
        && (!(cguard_byte[cell->c] & (CGUARD_B_CONT|CGUARD_B_LENIENT))
            || !cguard_decode_matters(value, need)))
    {
        return -1;
    }

    if (need) {
        w->value = value;
        w->need = (uint8_t) need;
        w->kind = lenient ? CGUARD_LENIENT : CGUARD_SEQUENCE;
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

static inline int
cguard_decode_offer(cguard_decode_t *d, cguard_cell_t *cell)
{
    uint32_t        c;
    cguard_wait_t  *w;

    c = cell->c;
    w = &d->wait[d->nwait - 1];

    if (w->kind >= CGUARD_OPEN) {
        return cguard_decode_cont(d, w, cell);
    }

    if ((c | 0x20) == 'u') {
        w->kind = CGUARD_POINT;
        w->need = 4;
        return 0;
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
    cguard_decode_percent(d, cell);

    return 1;
}


/*
 * Feeds a cell: to the escape on top of the stack, if it fits there, else to
 * the sink.  The result of an escape is fed again.
 */

CGUARD_INLINE void
cguard_decode_feed(cguard_decode_t *d, cguard_cell_t *cell,
    cguard_sink_pt sink, void *data)
{
    int       rc;
    unsigned  step;

    for ( ;; ) {

        step = cguard_decode_step(d, cell->c);

        if (step & CGUARD_STEP_OFFER) {
            rc = cguard_decode_offer(d, cell);

            if (rc == 1) {
                continue;
            }

            step = rc == 0 ? 0 : CGUARD_STEP_CELL;
        }

        if (step & CGUARD_STEP_CELL) {
            sink(data, cell, d->wait, d->nwait);
            d->nwait = 0;

        } else if (step & CGUARD_STEP_PUSH) {
            cguard_decode_begin(d, cell);
        }

        if (d->nqueue == 0) {
            return;
        }

        *cell = d->queue[--d->nqueue];
    }
}


#endif /* _CGUARD_ESCAPE_H_INCLUDED_ */
