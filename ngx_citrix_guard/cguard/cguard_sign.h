
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
    CGUARD_C_NOISE,                  /* also what is no UTF-8 */
    CGUARD_C_END,                    /* ? # ; */
    CGUARD_C_SEPARATOR,
    CGUARD_C_MAX
} cguard_class_e;


typedef enum {
    CGUARD_S_START = 0,
    CGUARD_S_DOT,                    /* .    */
    CGUARD_S_PARENT,                 /* ..   */
    CGUARD_S_V,
    CGUARD_S_VP,
    CGUARD_S_VPN,
    CGUARD_S_VPNS,
    CGUARD_S_DEAD,
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
    cguard_sign_t         parent;    /* the first ones */
    cguard_sign_t         vpns;
} cguard_signs_t;


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_class[256];
extern const uint8_t  cguard_next[CGUARD_S_MAX][CGUARD_C_MAX];

#pragma GCC visibility pop


/* the segment may end before the raw offset "end" */

static inline void
cguard_sign_end(cguard_signs_t *s, uint32_t end)
{
    cguard_sign_t  *sign;

    if (s->state == CGUARD_S_PARENT) {
        sign = &s->parent;

    } else if (s->state == CGUARD_S_VPNS) {
        sign = &s->vpns;

    } else {
        return;
    }

    if (!sign->found) {
        sign->found = s->part;
        sign->start = s->start;
        sign->end = end;
    }
}


static inline void
cguard_sign_cell(void *data, const cguard_cell_t *cell,
    const cguard_wait_t *w)
{
    unsigned         class;
    cguard_signs_t  *s = data;

    class = cell->c <= 0xff ? cguard_class[cell->c] : CGUARD_C_OTHER;

    if (w && w->kind == CGUARD_SEQUENCE && !w->lenient) {
        class = CGUARD_C_NOISE;
    }

    if (class >= CGUARD_C_NOISE) {
        cguard_sign_end(s, cell->start);

        if (class == CGUARD_C_SEPARATOR) {
            s->start = cell->end;
        }
    }

    s->state = cguard_next[s->state][class];
}


#endif /* _CGUARD_SIGN_H_INCLUDED_ */
