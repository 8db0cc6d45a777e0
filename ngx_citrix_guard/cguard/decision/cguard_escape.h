
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The stack of pending escapes, which lack bytes: percent-encodings and
 * sequences of UTF-8.  What a byte does to the one on top is in cguard_step[].
 *
 * An escape is reduced as soon as its last byte is there, and the result is
 * fed again: it may be the "%" of an escape to come, or a digit of one that is
 * pending.  So nesting costs what its length costs.  No two rules compete for a
 * byte ("%" is neither a digit nor a continuation byte, a lead byte is
 * neither), hence the order of the reductions does not matter, and one pass
 * finds what any order finds.
 */


#ifndef _CGUARD_ESCAPE_H_INCLUDED_
#define _CGUARD_ESCAPE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_byte.h"
#include "cguard_compat.h"


/* nested incomplete escapes; with one more they all remain incomplete */

#define CGUARD_DECODE_DEPTH  32

/* texts of code points that are still to be fed; without room there is none */

#define CGUARD_DECODE_QUEUE  16


/* a character above 0xff: a code point that resembles no ASCII */

#define CGUARD_CODE_POINT    0x80000000u


/* what a byte may be to a pending escape */

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


/* a decoded character, and the bytes that it stands for in the raw string */

typedef struct {
    uint32_t              c;         /* byte, or CGUARD_CODE_POINT | point */
    uint32_t              start;
    uint32_t              end;
    uint32_t              depth;     /* layers of encoding */
    uint32_t              other;     /* what a strict parser has in its place */
} cguard_char_t;


/*
 * "other" of a character that was not ASCII: a parser that is stricter about
 * UTF-8, or knows fewer look-alikes of ASCII, drops it, or keeps its last byte.
 */

#define CGUARD_OTHER_DROP    0x100
#define CGUARD_OTHER_END     0x200   /* it may end a segment before it */
#define CGUARD_OTHER_BYTE    0xff    /* 0: none */


/* those of UTF-8 come last */

typedef enum {
    CGUARD_NONE = 0,                 /* nothing is pending */
    CGUARD_PERCENT,                  /* %       */
    CGUARD_DIGIT,                    /* %H      */
    CGUARD_POINT,                    /* %uHHH   */
    CGUARD_OPEN,                     /* UTF-8, the first byte of it; */
    CGUARD_LEAD,                     /*   that of nothing in ASCII */
    CGUARD_SEQUENCE,                 /*   more than that */
    CGUARD_LENIENT,                  /*   with a lenient continuation byte */
    CGUARD_ESCAPE_MAX
} cguard_escape_e;


/* what a byte does, by what is on top of the stack; 0: it waits there */

#define CGUARD_STEP_EMIT     0x10    /* it fits nowhere, the stack is flushed */
#define CGUARD_STEP_EXTEND   0x20    /* it may extend the escape on top */
#define CGUARD_STEP_PUSH     0x40    /* it begins an escape, */
#define CGUARD_STEP_DROP     0x80    /* it is dropped */
#define CGUARD_STEP_KIND     0x0f    /*   of this kind, cguard_escape_e */


/* bits of "strange" */

#define CGUARD_STRANGE_ALL   0x01    /* a strict parser drops all of it */
#define CGUARD_STRANGE_END   0x02    /*   or may end a segment before it */
#define CGUARD_STRANGE       0x03
#define CGUARD_STRANGE_DIGIT 0x04    /* for each character out of such a one */


/* an escape that waits for more bytes */

typedef struct {
    uint32_t              value;     /* digits as bytes, or a code point */
    uint32_t              start;
    uint32_t              depth;
    uint8_t               kind;
    uint8_t               need;
    uint8_t               lead;
    uint8_t               strange;   /* what of it was no plain ASCII */
} cguard_escape_t;


typedef struct {
    uint32_t              ctl_start; /* the first control byte, raw or */
    uint32_t              ctl_end;   /*   percent-encoded */
    uint32_t              npending;
    uint32_t              nqueue;
    uint8_t               ctl;
    uint8_t               layers;    /*   in so many layers at most */
    cguard_char_t         queue[CGUARD_DECODE_QUEUE];
    cguard_escape_t       pending[CGUARD_DECODE_DEPTH];
} cguard_decode_t;


/*
 * Called with each character, in order.  "npending" escapes before it remain
 * unfinished: none of their bytes can be part of a sign.  Returns
 * what has to follow before anything counts again, CGUARD_MAY_..., or 0.
 */

typedef unsigned (*cguard_emit_pt)(void *data, const cguard_char_t *ch,
    const cguard_escape_t *e, uint32_t npending);


#define CGUARD_INLINE    static inline __attribute__((always_inline))
#define CGUARD_NOINLINE  static __attribute__((noinline))


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_token[256];
extern const uint8_t  cguard_step[CGUARD_ESCAPE_MAX][CGUARD_T_MAX];

#pragma GCC visibility pop


static inline void
cguard_decode_init(cguard_decode_t *d)
{
    d->npending = 0;
    d->nqueue = 0;
    d->ctl = 0;
    d->layers = 0;
}


static inline void
cguard_decode_control(cguard_decode_t *d, const cguard_char_t *ch)
{
    if (!d->ctl) {
        d->ctl = 1;
        d->ctl_start = ch->start;
        d->ctl_end = ch->end;
    }
}


/* without room on the stack it fits nowhere */

static inline unsigned
cguard_decode_step(const cguard_decode_t *d, uint32_t c)
{
    unsigned  kind, step;

    if (c > 0xff) {
        return CGUARD_STEP_EMIT;
    }

    kind = d->npending ? d->pending[d->npending - 1].kind : CGUARD_NONE;

    step = cguard_step[kind][cguard_token[c]];

    return step & CGUARD_STEP_PUSH && d->npending == CGUARD_DECODE_DEPTH
           ? CGUARD_STEP_EMIT : step;
}


/* there is room on the stack */

static inline void
cguard_decode_push(cguard_decode_t *d, const cguard_char_t *ch,
    unsigned kind, uint32_t value, unsigned need)
{
    cguard_escape_t  *e;

    e = &d->pending[d->npending++];
    e->value = value;
    e->start = ch->start;
    e->depth = ch->depth;
    e->kind = (uint8_t) kind;
    e->need = (uint8_t) need;
    e->lead = (uint8_t) ch->c;
    e->strange = ch->other & CGUARD_OTHER_DROP
                 ? CGUARD_STRANGE : ch->other ? CGUARD_STRANGE_END : 0;
}


static inline void
cguard_decode_begin(cguard_decode_t *d, const cguard_char_t *ch)
{
    unsigned  need, kind;

    need = cguard_utf8_ncont[ch->c & 0x3f];
    kind = cguard_step[CGUARD_NONE][cguard_token[ch->c]] & CGUARD_STEP_KIND;

    cguard_decode_push(d, ch, kind, ch->c & (0x3f >> need), need);
}


/* the escape on top is complete: "ch" takes its place */

static inline void
cguard_decode_reduce(cguard_decode_t *d, cguard_char_t *ch, uint32_t c)
{
    cguard_escape_t  *e;

    e = &d->pending[--d->npending];

    ch->c = c;
    ch->other = e->strange & CGUARD_STRANGE_ALL
                ? CGUARD_OTHER_DROP : e->strange ? CGUARD_OTHER_END : 0;
    ch->start = e->start;
    ch->depth = (e->depth > ch->depth ? e->depth : ch->depth) + 1;
}


/*
 * The text that a code point may be read as.  If that has several characters,
 * all but the first go into the queue; none of these is a "%".
 */

static inline void
cguard_decode_point(cguard_decode_t *d, cguard_char_t *ch, uint32_t point)
{
    size_t          n;
    const char     *text;
    cguard_char_t  *q;

    if (point < 0x80) {
        ch->c = point;
        return;
    }

    ch->c = CGUARD_CODE_POINT | point;
    ch->other = CGUARD_OTHER_DROP;

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
        *q = *ch;
        q->c = (uint8_t) text[n];
    }

    ch->c = (uint8_t) text[0];
}


/* "ch" is the byte that an escape with "%" stands for */

static inline void
cguard_decode_byte(cguard_decode_t *d, const cguard_char_t *ch)
{
    if (ch->depth <= d->layers && cguard_byte[ch->c] & CGUARD_B_CONTROL) {
        cguard_decode_control(d, ch);
    }
}


/*
 * A lenient continuation byte is taken only where the sequence can still
 * become a character that matters: what else it could become is no sign, and
 * would hide the byte itself.
 */

static inline int
cguard_decode_matters(uint32_t value, unsigned need)
{
    return need ? value <= (need == 1)
                : value < 0x80 && cguard_byte[value] & CGUARD_B_MATTERS;
}


CGUARD_INLINE unsigned
cguard_decode_cont(cguard_decode_t *d, cguard_escape_t *e, cguard_char_t *ch)
{
    uint32_t  value, other;
    unsigned  need, lenient;

    value = e->value << 6 | (ch->c & 0x3f);
    need = e->need - 1;
    lenient = e->kind == CGUARD_LENIENT
              || !(cguard_byte[ch->c] & CGUARD_B_CONT);

    if (lenient
        && (!(cguard_byte[ch->c] & (CGUARD_B_CONT|CGUARD_B_LENIENT))
            || !cguard_decode_matters(value, need)))
    {
        return CGUARD_STEP_EMIT;
    }

    if (need) {
        e->value = value;
        e->need = (uint8_t) need;
        e->kind = lenient ? CGUARD_LENIENT : CGUARD_SEQUENCE;
        e->depth = e->depth > ch->depth ? e->depth : ch->depth;
        return 0;
    }

    /* a lenient one is ASCII behind bytes that are dropped */

    other = ch->other & CGUARD_OTHER_BYTE;
    other = !lenient ? CGUARD_OTHER_DROP
            : (e->kind == CGUARD_LENIENT ? '@'
               : other && other != '@' && other != value ? other : ch->c)
              | (ch->other & CGUARD_OTHER_DROP);

    cguard_decode_reduce(d, ch, value);

    ch->other = other;

    if (value >= 0x80) {
        cguard_decode_point(d, ch, value);
    }

    return cguard_decode_step(d, ch->c);
}


/*
 * Extends the escape with "%" on top of the stack by a digit, or the "u".
 * Returns 1 if that completes it ("ch" is the byte, or the code point from
 * U+0100 on, that it stands for), or 0.
 */

CGUARD_INLINE int
cguard_decode_digit(cguard_decode_t *d, cguard_escape_t *e, cguard_char_t *ch)
{
    uint32_t  c, value;

    c = ch->c;
    value = e->value << 8 | c;

    if (e->kind == CGUARD_PERCENT) {
        e->kind = (c | 0x20) == 'u' ? CGUARD_POINT : CGUARD_DIGIT;
        e->need = e->kind == CGUARD_POINT ? 4 : 1;

    } else if (--e->need == 0) {
        c = (uint32_t) cguard_hex[value >> 8 & 0xff] << 4
            | cguard_hex[value & 0xff];

        if (e->kind == CGUARD_POINT) {
            c |= (uint32_t) cguard_hex[value >> 24 & 0xff] << 12
                 | (uint32_t) cguard_hex[value >> 16 & 0xff] << 8;
        }

        cguard_decode_reduce(d, ch, c);

        ch->depth += c >= 0x100;

        return 1;
    }

    e->value = value;
    e->depth = e->depth > ch->depth ? e->depth : ch->depth;

    return 0;
}


/*
 * Extends the escape on top of the stack by a character.  Returns 0 if more is
 * needed, CGUARD_STEP_EMIT if the character does not fit, or, if that completes
 * the escape, what "ch", now the result, does.
 */

CGUARD_INLINE unsigned
cguard_decode_extend(cguard_decode_t *d, cguard_char_t *ch)
{
    cguard_escape_t  *e;

    e = &d->pending[d->npending - 1];

    if (e->kind >= CGUARD_OPEN) {
        return cguard_decode_cont(d, e, ch);
    }

    if (!(ch->other & CGUARD_OTHER_DROP)) {
        e->strange &= (uint8_t) ~CGUARD_STRANGE_ALL;
    }

    if (!cguard_decode_digit(d, e, ch)) {
        return 0;
    }

    if (ch->c >= 0x100) {
        cguard_decode_point(d, ch, ch->c);
    }

    return cguard_decode_step(d, ch->c);
}


/* takes the next character that waits; 0 if there is none */

CGUARD_INLINE int
cguard_decode_next(cguard_decode_t *d, cguard_char_t *ch)
{
    if (d->nqueue == 0) {
        return 0;
    }

    *ch = d->queue[--d->nqueue];

    return 1;
}


/*
 * Feeds a character: to the escape on top of the stack, if it fits there, else
 * to the callback.  The result of an escape is fed again.
 */

CGUARD_INLINE void
cguard_decode_feed(cguard_decode_t *d, cguard_char_t *ch,
    unsigned step, cguard_emit_pt emit, void *data)
{
    for ( ;; ) {

        while (step & CGUARD_STEP_EXTEND) {
            step = cguard_decode_extend(d, ch);
        }

        if (step & CGUARD_STEP_EMIT) {
            emit(data, ch, d->pending, d->npending);
            d->npending = 0;

        } else if (step & CGUARD_STEP_PUSH) {
            cguard_decode_begin(d, ch);
        }

        if (!cguard_decode_next(d, ch)) {
            return;
        }

        step = cguard_decode_step(d, ch->c);
    }
}


#endif /* _CGUARD_ESCAPE_H_INCLUDED_ */
