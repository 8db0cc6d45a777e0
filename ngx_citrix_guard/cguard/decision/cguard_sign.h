
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The two signs: a segment that is "..", a segment that is "vpns".
 *
 * A segment is matched by an automaton over decoded cells.  What a parser may
 * drop (noise, ";parameters", trailing dots) does not move it; where a parser
 * may end (noise, "?", "#", ";"), the segment so far counts as whole.
 */


#ifndef _CGUARD_SIGN_H_INCLUDED_
#define _CGUARD_SIGN_H_INCLUDED_


#include "cguard_decode.h"


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
    CGUARD_C_HEX = CGUARD_C_UNKNOWN + 6,     /* a broken %HH, or %uHHHH */
    CGUARD_C_POINT,
    CGUARD_C_MAX
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


/* what a segment holds */

#define CGUARD_HOLDS_UNKNOWN  0x01
#define CGUARD_HOLDS_NAME     0x02   /* no dot or noise, nor swallowed */


/* how a character moves a set, without a branch that is hard to foresee */

typedef struct {
    uint64_t              sequence;  /* times a set: bytes to swallow for */
    uint64_t              escape;    /*   a lead byte, a broken escape */
    uint8_t               passes;    /* bits of "sequence" that it takes off */
    uint8_t               counts;    /*   of "escape" */
    uint8_t               step;      /* states that go on to the next bit */
    uint8_t               stay;      /*   that stay */
    uint8_t               begin;     /*   that are new */
    uint8_t               drop;      /*   that stay if it was encoded */
    uint8_t               ascii;     /*   that know it */
    uint8_t               ends;      /*   that may end before it */
    uint8_t               holds;
} cguard_move_t;


#define CGUARD_IN_PATH       1
#define CGUARD_IN_QUERY      2


typedef struct {
    unsigned              found;     /* CGUARD_IN_PATH, CGUARD_IN_QUERY */
    uint32_t              start;     /* there */
    uint32_t              end;
} cguard_sign_t;


typedef struct {
    unsigned              state;
    unsigned              part;      /* CGUARD_IN_PATH, CGUARD_IN_QUERY */
    uint32_t              start;     /* of the segment */
    cguard_sign_t        *parent;    /* the first ones */
    cguard_sign_t        *vpns;
} cguard_signs_t;


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_class[256];
extern const cguard_move_t  cguard_move[CGUARD_C_MAX];

#pragma GCC visibility pop


/* the segment may end before the raw offset "end" */

CGUARD_INLINE void
cguard_sign_end(cguard_signs_t *s, uint32_t end)
{
    cguard_sign_t  *sign;

    if (!(s->state & CGUARD_S_SIGN)) {
        return;
    }

    sign = s->state & CGUARD_S_PARENT ? s->parent : s->vpns;

    if (!sign->found) {
        sign->found = s->part;
        sign->start = s->start;
        sign->end = end;
    }
}


/* unfinished escapes: no UTF-8, hence noise, or ordinary bytes */

CGUARD_INLINE void
cguard_sign_wait(cguard_signs_t *s, const cguard_wait_t *w, uint32_t nwait)
{
    for ( /* void */ ; nwait; nwait--, w++) {

        if (w->kind < CGUARD_OPEN) {
            s->state = 0;
            return;
        }

        cguard_sign_end(s, w->start);

        if (w->kind == CGUARD_LENIENT) {
            s->state = 0;
            return;
        }
    }
}


CGUARD_INLINE void
cguard_sign_cell(void *data, const cguard_cell_t *cell,
    const cguard_wait_t *w, uint32_t nwait)
{
    unsigned              class;
    cguard_signs_t       *s = data;
    const cguard_move_t  *m;

    if (nwait && s->state != 0) {
        cguard_sign_wait(s, w, nwait);
    }

    class = cell->c <= 0xff ? cguard_class[cell->c] : CGUARD_C_OTHER;
    class = class < CGUARD_C_UNKNOWN ? class : CGUARD_C_NOISE;

    m = &cguard_move[class];

    if (s->state & m->ends) {
        cguard_sign_end(s, cell->start);
    }

    s->start = class == CGUARD_C_SEPARATOR ? cell->end : s->start;
    s->state = (s->state & m->step) << 1 | (s->state & m->stay) | m->begin;
}


#endif /* _CGUARD_SIGN_H_INCLUDED_ */
