
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
    CGUARD_C_MAX = CGUARD_C_UNKNOWN + 6
} cguard_class_e;


/* the signs come last */

typedef enum {
    CGUARD_S_DEAD = 0,
    CGUARD_S_START,
    CGUARD_S_DOT,                    /* .    */
    CGUARD_S_V,
    CGUARD_S_VP,
    CGUARD_S_VPN,
    CGUARD_S_PARENT,                 /* ..   */
    CGUARD_S_VPNS,
    CGUARD_S_MAX
} cguard_state_e;


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
extern const uint8_t  cguard_next[CGUARD_S_MAX][CGUARD_C_UNKNOWN];

#pragma GCC visibility pop


/* the segment may end before the raw offset "end" */

CGUARD_INLINE void
cguard_sign_end(cguard_signs_t *s, uint32_t end)
{
    cguard_sign_t  *sign;

    if (s->state < CGUARD_S_PARENT) {
        return;
    }

    sign = s->state == CGUARD_S_PARENT ? s->parent : s->vpns;

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
            s->state = CGUARD_S_DEAD;
            return;
        }

        cguard_sign_end(s, w->start);

        if (w->kind == CGUARD_LENIENT) {
            s->state = CGUARD_S_DEAD;
            return;
        }
    }
}


CGUARD_INLINE void
cguard_sign_cell(void *data, const cguard_cell_t *cell,
    const cguard_wait_t *w, uint32_t nwait)
{
    unsigned         class;
    cguard_signs_t  *s = data;

    if (nwait && s->state != CGUARD_S_DEAD) {
        cguard_sign_wait(s, w, nwait);
    }

    class = cell->c <= 0xff ? cguard_class[cell->c] : CGUARD_C_OTHER;
    class = class < CGUARD_C_UNKNOWN ? class : CGUARD_C_NOISE;

    if (s->state >= CGUARD_S_PARENT && class >= CGUARD_C_NOISE) {
        cguard_sign_end(s, cell->start);
    }

    s->start = class == CGUARD_C_SEPARATOR ? cell->end : s->start;
    s->state = cguard_next[s->state][class];
}


#endif /* _CGUARD_SIGN_H_INCLUDED_ */
