
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The two signs: a segment that is "..", a segment that is "vpns".
 *
 * A segment is matched by an automaton over decoded characters.  What a parser
 * may drop (noise, ";parameters", trailing dots) does not move it; where a
 * parser may end (noise, "?", "#", ";"), the segment so far counts as whole.
 */


#ifndef _CGUARD_SIGN_H_INCLUDED_
#define _CGUARD_SIGN_H_INCLUDED_


#include <stdint.h>

#include "cguard_escape.h"


/* where a segment may end come last */

typedef enum {
    CGUARD_C_OTHER = 0,
    CGUARD_C_DOT,
    CGUARD_C_V,
    CGUARD_C_P,
    CGUARD_C_N,
    CGUARD_C_S,
    CGUARD_C_NOISE,
    CGUARD_C_END,                    /* ? # ; */
    CGUARD_C_SEPARATOR,
    CGUARD_C_UNKNOWN,                /* from 80 up, + continuation bytes */
    CGUARD_C_MAX = CGUARD_C_UNKNOWN + 6
} cguard_class_e;


/*
 * What a segment may be the beginning of, as a set; the next state of a sign
 * is the next bit.
 */

#define CGUARD_S_DOTS    0x01        /* a segment begins, perhaps of dots */
#define CGUARD_S_DOT     0x02
#define CGUARD_S_PARENT  0x04
#define CGUARD_S_WORD    0x08        /* a segment begins, perhaps vpns */
#define CGUARD_S_V       0x10
#define CGUARD_S_VP      0x20
#define CGUARD_S_VPN     0x40
#define CGUARD_S_VPNS    0x80

#define CGUARD_S_START   (CGUARD_S_DOTS|CGUARD_S_WORD)
#define CGUARD_S_SIGN    (CGUARD_S_PARENT|CGUARD_S_VPNS)

/* two sets: of who meets no unknown, of who drops it, or ends there */

#define CGUARD_S_SECOND(set)  ((set) << 8)
#define CGUARD_S_BOTH(set)    ((set) | CGUARD_S_SECOND(set))


/* what a segment holds */

#define CGUARD_HOLDS_UNKNOWN  0x01
#define CGUARD_HOLDS_NAME     0x02   /* no dot or noise, nor swallowed */
#define CGUARD_HOLDS_END      0x04


/* how a character moves two sets, without a branch that is hard to foresee */

typedef struct {
    uint64_t              sequence;  /* times a set: bytes to swallow */
    uint8_t               passes;    /* bits that it takes off those, */
    uint8_t               counts;    /*   off those of a broken escape */
    uint16_t              step;      /* states that go on to the next bit */
    uint16_t              stay;      /*   that stay */
    uint16_t              begin;     /*   that are new */
    uint16_t              drop;      /*   that stay if it was encoded */
    uint16_t              ends;      /*   that may end before it */
    uint8_t               holds;
} cguard_move_t;


#define CGUARD_MOVE_CHARACTER(step)                                           \
    { 0, 8, 8, CGUARD_S_BOTH(step), 0, 0, 0, 0, CGUARD_HOLDS_NAME }

#define CGUARD_MOVE_UNKNOWN(sequence)                                         \
    { sequence, 8, 0, 0, CGUARD_S_SECOND(0xff),                               \
      CGUARD_S_SECOND(CGUARD_S_START), 0, CGUARD_S_SECOND(CGUARD_S_SIGN),     \
      CGUARD_HOLDS_UNKNOWN }

/*
 * "..." is a parent whose trailing dot was dropped, "vpns." is vpns.  The table
 * stands here, so that the compiler knows the moves of a class that it knows.
 */

static const cguard_move_t  cguard_move[CGUARD_C_MAX] = {
    [CGUARD_C_OTHER] = CGUARD_MOVE_CHARACTER(0),
    [CGUARD_C_DOT] = { 0, 8, 8, CGUARD_S_BOTH(CGUARD_S_DOTS|CGUARD_S_DOT),
                       CGUARD_S_BOTH(CGUARD_S_SIGN), 0, CGUARD_S_SECOND(0xff),
                       0, 0 },
    [CGUARD_C_V] = CGUARD_MOVE_CHARACTER(CGUARD_S_WORD),
    [CGUARD_C_P] = CGUARD_MOVE_CHARACTER(CGUARD_S_V),
    [CGUARD_C_N] = CGUARD_MOVE_CHARACTER(CGUARD_S_VP),
    [CGUARD_C_S] = CGUARD_MOVE_CHARACTER(CGUARD_S_VPN),
    [CGUARD_C_NOISE] = { 0, 0, 0, 0, CGUARD_S_BOTH(0xff), 0, 0,
                         CGUARD_S_BOTH(CGUARD_S_SIGN), 0 },
    [CGUARD_C_END] = { 0, 8, 8, 0, 0, 0, 0, CGUARD_S_BOTH(CGUARD_S_SIGN),
                       CGUARD_HOLDS_END },
    [CGUARD_C_SEPARATOR] = { 0, 8, 8, 0, 0, CGUARD_S_BOTH(CGUARD_S_START),
                             CGUARD_S_SECOND(0xff),
                             CGUARD_S_BOTH(CGUARD_S_SIGN), 0 },
    [CGUARD_C_UNKNOWN] = CGUARD_MOVE_UNKNOWN(0),
    [CGUARD_C_UNKNOWN + 1] = CGUARD_MOVE_UNKNOWN(0x01),
    [CGUARD_C_UNKNOWN + 2] = CGUARD_MOVE_UNKNOWN(0x0101),
    [CGUARD_C_UNKNOWN + 3] = CGUARD_MOVE_UNKNOWN(0x010101),
    [CGUARD_C_UNKNOWN + 4] = CGUARD_MOVE_UNKNOWN(0x01010101),
    [CGUARD_C_UNKNOWN + 5] = CGUARD_MOVE_UNKNOWN(0x0101010101)
};


#define CGUARD_IN_PATH       1
#define CGUARD_IN_QUERY      2


typedef struct {
    unsigned              found;     /* CGUARD_IN_PATH, CGUARD_IN_QUERY */
    uint32_t              start;     /* of the segment, in that part */
    uint32_t              end;
} cguard_sign_t;


/* the automaton between two characters, and where it puts what it finds */

typedef struct {
    unsigned              state;     /* a set, CGUARD_S_... */
    unsigned              part;      /* CGUARD_IN_PATH, CGUARD_IN_QUERY */
    uint32_t              start;     /* of the segment it is in */
    cguard_sign_t        *parent;    /* the first one found, or not yet */
    cguard_sign_t        *vpns;
} cguard_signs_t;


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_class[256];

#pragma GCC visibility pop


/* the first one is kept */

CGUARD_INLINE void
cguard_sign_found(cguard_sign_t *sign, unsigned part, uint32_t start,
    uint32_t end)
{
    if (!sign->found) {
        sign->found = part;
        sign->start = start;
        sign->end = end;
    }
}


/* the segment may end before the raw offset "end" */

CGUARD_INLINE void
cguard_sign_end(cguard_signs_t *s, uint32_t end)
{
    if (s->state & CGUARD_S_PARENT) {
        cguard_sign_found(s->parent, s->part, s->start, end);
    }

    if (s->state & CGUARD_S_VPNS) {
        cguard_sign_found(s->vpns, s->part, s->start, end);
    }
}


/* pending escapes: not UTF-8, or of what was no ASCII, hence noise; or bytes */

CGUARD_INLINE void
cguard_sign_pending(cguard_signs_t *s, const cguard_escape_t *e,
    uint32_t npending)
{
    unsigned  strange;

    for ( /* void */ ; npending; npending--, e++) {

        strange = s->part == CGUARD_IN_PATH ? e->strange : 0;

        if (strange || e->kind >= CGUARD_OPEN) {
            cguard_sign_end(s, e->start);
        }

        if (e->kind == CGUARD_LENIENT
            || (e->kind < CGUARD_OPEN && !(strange & CGUARD_STRANGE_ALL)))
        {
            s->state = 0;
            return;
        }
    }
}


static inline unsigned
cguard_sign_move(unsigned state, const cguard_move_t *m)
{
    return (state & m->step) << 1 | (state & m->stay) | m->begin;
}


/* the states for a parser that drops the character, or part of it */

CGUARD_INLINE unsigned
cguard_sign_other(const cguard_signs_t *s, uint32_t other)
{
    unsigned  state;

    state = other & CGUARD_OTHER_DROP ? s->state : 0;
    other &= CGUARD_OTHER_BYTE;

    if (other) {
        state |= cguard_sign_move(s->state, &cguard_move[cguard_class[other]]);
    }

    return (uint8_t) state;
}


CGUARD_INLINE unsigned
cguard_sign_char(void *data, const cguard_char_t *ch,
    const cguard_escape_t *e, uint32_t npending)
{
    unsigned              class, kept;
    cguard_signs_t       *s = data;
    const cguard_move_t  *m;

    if (npending && s->state != 0) {
        cguard_sign_pending(s, e, npending);
    }

    class = ch->c <= 0xff ? cguard_class[ch->c] : CGUARD_C_OTHER;
    class = class < CGUARD_C_UNKNOWN ? class : CGUARD_C_NOISE;

    m = &cguard_move[class];

    kept = 0;

    if (s->state & m->ends) {
        cguard_sign_end(s, ch->start);
    }

    /* a query has the lenient reading only */

    if (ch->other && s->state && s->part == CGUARD_IN_PATH) {
        cguard_sign_end(s, ch->end);
        kept = cguard_sign_other(s, ch->other);
    }

    s->start = class == CGUARD_C_SEPARATOR && !kept ? ch->end : s->start;
    s->state = (uint8_t) cguard_sign_move(s->state, m) | kept;

    if (s->state == 0) {
        return CGUARD_MAY_SEPARATE;
    }

    /* one that is dropped: so is the next one */

    return s->part == CGUARD_IN_PATH && ch->c >= 0x80 ? CGUARD_MAY_MATTER : 0;
}


#endif /* _CGUARD_SIGN_H_INCLUDED_ */
