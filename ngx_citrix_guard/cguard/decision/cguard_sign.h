
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
    CGUARD_C_NOISE,                  /* also what is no UTF-8 */
    CGUARD_C_END,                    /* ? # ; */
    CGUARD_C_SEPARATOR,
    CGUARD_C_MAX
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
    uint32_t              start;     /* of the segment, in that part */
    uint32_t              end;
} cguard_sign_t;


/* the automaton between two characters, and where it puts what it finds */

typedef struct {
    unsigned              state;     /* cguard_state_e */
    unsigned              part;      /* CGUARD_IN_PATH, CGUARD_IN_QUERY */
    uint32_t              start;     /* of the segment it is in */
    cguard_sign_t        *parent;    /* the first one found, or not yet */
    cguard_sign_t        *vpns;
} cguard_signs_t;


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_class[256];
extern const uint8_t  cguard_next[CGUARD_S_MAX][CGUARD_C_MAX];

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


/* pending escapes: not UTF-8, hence noise, or other bytes */

CGUARD_INLINE void
cguard_sign_pending(cguard_signs_t *s, const cguard_escape_t *e,
    uint32_t npending)
{
    for ( /* void */ ; npending; npending--, e++) {

        if (e->kind < CGUARD_OPEN) {
            s->state = CGUARD_S_DEAD;
            return;
        }

        cguard_sign_end(s, e->start);

        if (e->kind == CGUARD_LENIENT) {
            s->state = CGUARD_S_DEAD;
            return;
        }
    }
}


CGUARD_INLINE void
cguard_sign_char(void *data, const cguard_char_t *ch,
    const cguard_escape_t *e, uint32_t npending)
{
    unsigned         class;
    cguard_signs_t  *s = data;

    if (npending && s->state != CGUARD_S_DEAD) {
        cguard_sign_pending(s, e, npending);
    }

    class = ch->c <= 0xff ? cguard_class[ch->c] : CGUARD_C_OTHER;

    if (s->state >= CGUARD_S_PARENT && class >= CGUARD_C_NOISE) {
        cguard_sign_end(s, ch->start);
    }

    s->start = class == CGUARD_C_SEPARATOR ? ch->end : s->start;
    s->state = cguard_next[s->state][class];
}


#endif /* _CGUARD_SIGN_H_INCLUDED_ */
