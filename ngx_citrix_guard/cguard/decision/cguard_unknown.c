
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The reading of a parser that leaves ASCII alone, whatever it makes of the
 * rest.  Both signs are matched at once, by sets of states: a set has a bit
 * for each beginning of a sign that the segment may have shown so far.
 */


#include <string.h>

#include "cguard_unknown.h"


/* where a segment stands; in registers, where nothing waits */

typedef struct {
    uint64_t              sequence;  /* sets that pass over the next bytes, */
    uint64_t              escape;    /*   behind a lead byte, an escape */
    unsigned              plain;     /* the set of who sees no unknown */
    unsigned              dropped;   /*   of who drops it, or ends there */
    unsigned              holds;
} cguard_sets_t;


typedef struct {
    cguard_unknown_t     *u;
    cguard_sign_t         first;     /* the segment of the first unknown */
    cguard_sign_t         parent;    /* plain */
    cguard_sign_t         vpns;
    uint32_t              segment;   /* where it starts */
    uint32_t              since;     /* where "dropped" was a mere start */
    cguard_sets_t         sets;
    cguard_decode_t       decode;
} cguard_path_t;


static void
cguard_found(cguard_sign_t *sign, uint32_t start, uint32_t end)
{
    if (!sign->found) {
        sign->found = CGUARD_IN_PATH;
        sign->start = start;
        sign->end = end;
    }
}


/* one sign is plain, and the other one could be "guess" */

static void
cguard_guessed(cguard_path_t *t, const cguard_sign_t *plain,
    const cguard_sign_t *guess)
{
    if (!t->u->guess[0].found) {
        t->u->guess[0] = *plain;
        t->u->guess[1] = *guess;
    }
}


/* the segment may end before "end" */

CGUARD_APART void
cguard_path_ends(cguard_path_t *t, unsigned plain, unsigned dropped,
    uint32_t end)
{
    cguard_sign_t  vpns;

    if (dropped & CGUARD_S_PARENT) {
        cguard_found(&t->u->parent, t->since, end);
    }

    if (dropped & CGUARD_S_VPNS) {
        cguard_found(&t->u->vpns, t->since, end);
    }

    if (plain & CGUARD_S_PARENT) {
        cguard_found(&t->parent, t->segment, end);
    }

    if (plain & CGUARD_S_VPNS) {
        cguard_found(&t->vpns, t->segment, end);

        if (t->first.found && t->first.start < t->segment) {
            vpns.found = 0;
            cguard_found(&vpns, t->segment, end);
            cguard_guessed(t, &vpns, &t->first);
        }
    }
}


/* the segment is over, for who sees no unknown */

CGUARD_APART void
cguard_path_over(cguard_path_t *t, unsigned holds, uint32_t end)
{
    cguard_sign_t  segment;

    if (holds == CGUARD_HOLDS_UNKNOWN && t->vpns.found) {
        segment.found = 0;
        cguard_found(&segment, t->segment, end);
        cguard_guessed(t, &t->vpns, &segment);
    }

    if (t->first.found && t->first.end == 0) {
        t->first.end = end;
    }
}


CGUARD_INLINE void
cguard_path_cell(cguard_path_t *t, cguard_sets_t *s, unsigned class,
    const cguard_cell_t *cell)
{
    unsigned              plain, dropped, escape;
    const cguard_move_t  *m;

    m = &cguard_move[class];
    plain = s->plain & m->ascii;
    dropped = s->dropped;
    escape = s->escape & 0xff;

    if (m->ends & (plain | dropped)) {
        cguard_path_ends(t, plain, dropped, cell->start);
    }

    if (class >= CGUARD_C_UNKNOWN && !t->first.found) {
        cguard_found(&t->first, t->segment, 0);
    }

    if (class == CGUARD_C_SEPARATOR || class == CGUARD_C_END) {
        cguard_path_over(t, s->holds, cell->start);
    }

    s->plain = (plain & m->step) << 1 | (plain & m->stay)
               | (m->begin & m->ascii);

    dropped = (dropped & m->step) << 1
              | (dropped & (m->stay | (cell->depth ? m->drop : 0u)))
              | m->begin | escape | (s->sequence & 0xff);

    s->dropped = dropped;
    s->sequence = s->sequence >> m->passes | dropped * m->sequence;
    s->escape = s->escape >> m->counts | dropped * m->escape;
    s->holds |= m->holds & (escape ? CGUARD_HOLDS_UNKNOWN : 0xffu);

    if (class == CGUARD_C_SEPARATOR) {
        s->holds = 0;
        t->segment = cell->end;

        if (dropped == CGUARD_S_START && (s->sequence | s->escape) == 0) {
            t->since = cell->end;
        }
    }
}


/* what waits remains unfinished: a "%", and the characters behind it */

static void
cguard_path_flush(cguard_path_t *t)
{
    unsigned              n;
    cguard_cell_t         cell;
    const cguard_wait_t  *w, *last;

    cell.depth = 0;
    w = t->decode.wait;

    for (last = w + t->decode.nwait; w < last; w++) {
        n = w->kind == CGUARD_POINT ? 5u - w->need : w->kind == CGUARD_DIGIT;
        cell.start = w->start;

        cguard_path_cell(t, &t->sets, w->kind == CGUARD_POINT ? CGUARD_C_POINT
                                                              : CGUARD_C_HEX,
                         &cell);

        for ( /* void */ ; n; n--) {
            cguard_path_cell(t, &t->sets, CGUARD_C_OTHER, &cell);
        }
    }

    t->decode.nwait = 0;
}


/*
 * Out of an escape with an unknown in it comes an unknown, or the character,
 * for who drops the unknown before.
 */

static void
cguard_path_see(cguard_path_t *t, const cguard_cell_t *cell, unsigned within)
{
    unsigned              class, dropped;
    const cguard_move_t  *m;

    class = cell->c > 0xff ? CGUARD_C_UNKNOWN : cguard_class[cell->c];

    if (!within || class >= CGUARD_C_UNKNOWN) {
        cguard_path_cell(t, &t->sets, class, cell);
        return;
    }

    m = &cguard_move[class];
    dropped = t->sets.dropped;

    cguard_path_cell(t, &t->sets, CGUARD_C_UNKNOWN, cell);

    t->sets.dropped |= (dropped & m->step) << 1 | (dropped & m->stay);
}


/*
 * Offers a cell to the escape that waits.  Notes what is no escape for a
 * stricter parser: one with noise in it, or with a digit that is itself an
 * escape, and not there yet a layer before.
 */

static int
cguard_path_offer(cguard_path_t *t, unsigned step, cguard_cell_t *cell,
    unsigned *within)
{
    int               rc;
    cguard_wait_t    *w;
    cguard_decode_t  *d;

    d = &t->decode;
    w = &d->wait[d->nwait - 1];

    if (cell->c >= 0x80) {
        w->within = 1;
        return 0;
    }

    if (step == 0 || cell->depth > w->depth) {
        cguard_found(&t->first, t->segment, 0);
    }

    if (step == 0) {
        return 0;
    }

    w->within |= (uint8_t) *within;
    *within = w->within;

    d->point = 0;
    rc = cguard_decode_offer(d, cell);

    if (d->point) {
        d->nqueue = 0;
        cell->c = CGUARD_CODE_POINT;
    }

    return rc;
}


static void
cguard_path_feed(cguard_path_t *t, cguard_cell_t *cell)
{
    unsigned          step, within;
    cguard_decode_t  *d;

    d = &t->decode;
    within = 0;

    do {
        step = cguard_decode_step(d, cell->c);

        if (cell->c >= 0x80) {
            step = d->nwait ? CGUARD_STEP_OFFER : CGUARD_STEP_CELL;
        }

        if (step & CGUARD_STEP_CELL) {
            cguard_path_flush(t);

            if (cell->c != '%') {
                cguard_path_see(t, cell, within);
                return;
            }
        }

        if (cell->c == '%') {
            cguard_decode_begin(d, cell);
            d->wait[d->nwait - 1].within = (uint8_t) within;
            return;
        }

    } while (cguard_path_offer(t, step, cell, &within));
}


/* bytes that are no escape, as long as none waits; returns where they end */

static uint32_t
cguard_path_run(cguard_path_t *t, const unsigned char *p, uint32_t i,
    uint32_t len)
{
    cguard_cell_t  cell;
    cguard_sets_t  s;

    s = t->sets;
    cell.depth = 0;

    for ( /* void */ ; i < len && p[i] != '%'; i++) {
        cell.start = i;
        cell.end = i + 1;

        cguard_path_cell(t, &s, cguard_class[p[i]], &cell);
    }

    t->sets = s;

    return i;
}


void
cguard_unknown(const unsigned char *p, uint32_t len, cguard_unknown_t *u)
{
    uint32_t       i, n;
    cguard_cell_t  cell;
    cguard_path_t  t;

    memset(u, 0, sizeof(cguard_unknown_t));
    memset(&t, 0, offsetof(cguard_path_t, decode));

    t.u = u;
    t.sets.plain = CGUARD_S_START;
    t.sets.dropped = CGUARD_S_START;

    cguard_decode_init(&t.decode);

    for (i = 0; i < len; i = n) {

        if (t.decode.nwait == 0 && p[i] != '%') {
            n = cguard_path_run(&t, p, i, len);
            continue;
        }

        cell.c = p[i];
        cell.start = i;
        cell.depth = 0;

        n = p[i] == '%' ? cguard_decode_layers(p + i, p + len, &cell) : 0;
        n = i + (n ? n : 1);
        cell.end = n;

        cguard_path_feed(&t, &cell);
    }

    /* the last segment is over */

    cguard_path_flush(&t);
    cguard_path_ends(&t, t.sets.plain, t.sets.dropped, len);
    cguard_path_over(&t, t.sets.holds, len);

    if (t.parent.found && t.first.found) {
        cguard_guessed(&t, &t.parent, &t.first);
    }
}
