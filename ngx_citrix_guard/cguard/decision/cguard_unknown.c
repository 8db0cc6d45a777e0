
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The reading of a parser that leaves ASCII alone, whatever it makes of the
 * rest.  Both signs are matched at once, by sets of states: a set has a bit
 * for each beginning of a sign that the segment may have shown so far.
 */


#include <string.h>

#include "cguard_unknown.h"


#define CGUARD_U_DOTS    0x01        /* a segment begins, perhaps of dots */
#define CGUARD_U_DOT     0x02
#define CGUARD_U_PARENT  0x04
#define CGUARD_U_WORD    0x08        /* a segment begins, perhaps vpns */
#define CGUARD_U_V       0x10
#define CGUARD_U_VP      0x20
#define CGUARD_U_VPN     0x40
#define CGUARD_U_VPNS    0x80

#define CGUARD_U_START   (CGUARD_U_DOTS|CGUARD_U_WORD)
#define CGUARD_U_SIGN    (CGUARD_U_PARENT|CGUARD_U_VPNS)


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


typedef struct {
    cguard_unknown_t     *u;
    cguard_sign_t         first;     /* the segment of the first unknown */
    cguard_sign_t         parent;    /* plain */
    cguard_sign_t         vpns;
    uint64_t              sequence;  /* sets that pass over the next bytes, */
    uint64_t              escape;    /*   behind a lead byte, an escape */
    uint32_t              segment;   /* where it starts */
    uint32_t              since;     /* where "dropped" was a mere start */
    uint8_t               plain;     /* the set of who sees no unknown */
    uint8_t               dropped;   /*   of who drops it, or ends there */
    uint8_t               holds;
    uint8_t               within;    /* an unknown byte stood in an escape */
    uint8_t               early;     /* it is dropped before that is read */
    cguard_decode_t       decode;
} cguard_path_t;


#define CHARACTER(step, stay, holds)                                          \
    { 0, 0, 8, 8, step, stay, 0, 0, 0xff, 0, holds }

#define UNKNOWN(sequence, escape)                                             \
    { sequence, escape, 8, 0, 0, 0xff, CGUARD_U_START, 0, 0, CGUARD_U_SIGN,   \
      CGUARD_HOLDS_UNKNOWN }

#define CGUARD_C_HEX    CGUARD_C_MAX         /* a broken %HH, or %uHHHH */
#define CGUARD_C_POINT  CGUARD_C_MAX + 1


static const cguard_move_t  cguard_move[CGUARD_C_MAX + 2] = {
    [CGUARD_C_OTHER] = CHARACTER(0, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_DOT] = { 0, 0, 8, 8, CGUARD_U_DOTS|CGUARD_U_DOT, CGUARD_U_SIGN,
                       0, 0xff, 0xff, 0, 0 },
    [CGUARD_C_V] = CHARACTER(CGUARD_U_WORD, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_P] = CHARACTER(CGUARD_U_V, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_N] = CHARACTER(CGUARD_U_VP, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_S] = CHARACTER(CGUARD_U_VPN, 0, CGUARD_HOLDS_NAME),
    [CGUARD_C_NOISE] = { 0, 0, 0, 0, 0, 0xff, 0, 0, 0xff, CGUARD_U_SIGN, 0 },
    [CGUARD_C_END] = { 0, 0, 8, 8, 0, 0, 0, 0, 0xff, CGUARD_U_SIGN,
                       CGUARD_HOLDS_NAME },
    [CGUARD_C_SEPARATOR] = { 0, 0, 8, 8, 0, 0, CGUARD_U_START, 0xff, 0xff,
                             CGUARD_U_SIGN, 0 },
    [CGUARD_C_UNKNOWN] = UNKNOWN(0, 0),
    [CGUARD_C_UNKNOWN + 1] = UNKNOWN(0x01, 0),
    [CGUARD_C_UNKNOWN + 2] = UNKNOWN(0x0101, 0),
    [CGUARD_C_UNKNOWN + 3] = UNKNOWN(0x010101, 0),
    [CGUARD_C_UNKNOWN + 4] = UNKNOWN(0x01010101, 0),
    [CGUARD_C_UNKNOWN + 5] = UNKNOWN(0x0101010101, 0),
    [CGUARD_C_HEX] = UNKNOWN(0, 0x0101),
    [CGUARD_C_POINT] = UNKNOWN(0, 0x0101010101)
};


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
    if (!t->early && !t->u->guess[0].found) {
        t->u->guess[0] = *plain;
        t->u->guess[1] = *guess;
    }
}


/* the segment may end before "end" */

static void
cguard_path_ends(cguard_path_t *t, unsigned plain, uint32_t end)
{
    cguard_sign_t  vpns;

    if (t->dropped & CGUARD_U_PARENT) {
        cguard_found(&t->u->parent, t->since, end);
    }

    if (t->dropped & CGUARD_U_VPNS) {
        cguard_found(&t->u->vpns, t->since, end);
    }

    if (plain & CGUARD_U_PARENT) {
        cguard_found(&t->parent, t->segment, end);
    }

    if (plain & CGUARD_U_VPNS) {
        cguard_found(&t->vpns, t->segment, end);

        if (t->first.found && t->first.start < t->segment) {
            vpns.found = 0;
            cguard_found(&vpns, t->segment, end);
            cguard_guessed(t, &vpns, &t->first);
        }
    }
}


/* the segment is over, for who sees no unknown */

static void
cguard_path_over(cguard_path_t *t, uint32_t end)
{
    cguard_sign_t  segment;

    if (t->holds == CGUARD_HOLDS_UNKNOWN && t->vpns.found) {
        segment.found = 0;
        cguard_found(&segment, t->segment, end);
        cguard_guessed(t, &t->vpns, &segment);
    }

    if (t->first.found && t->first.end == 0) {
        t->first.end = end;
    }
}


static inline void
cguard_path_cell(cguard_path_t *t, unsigned class, const cguard_cell_t *cell)
{
    unsigned              plain, dropped, escape;
    const cguard_move_t  *m;

    m = &cguard_move[class];
    plain = t->plain & m->ascii;
    dropped = t->dropped;
    escape = t->escape & 0xff;

    if (m->ends & (plain | dropped)) {
        cguard_path_ends(t, plain, cell->start);
    }

    if (class >= CGUARD_C_UNKNOWN && !t->first.found) {
        cguard_found(&t->first, t->segment, 0);
    }

    if (class == CGUARD_C_SEPARATOR || class == CGUARD_C_END) {
        cguard_path_over(t, cell->start);
    }

    plain = (plain & m->step) << 1 | (plain & m->stay)
            | (m->begin & m->ascii);

    dropped = (dropped & m->step) << 1
              | (dropped & (m->stay | (cell->depth ? m->drop : 0)))
              | m->begin | escape | (t->sequence & 0xff);

    t->plain = (uint8_t) plain;
    t->dropped = (uint8_t) dropped;
    t->sequence = t->sequence >> m->passes | dropped * m->sequence;
    t->escape = t->escape >> m->counts | dropped * m->escape;
    t->holds |= m->holds & (escape ? CGUARD_HOLDS_UNKNOWN : 0xff);

    if (class == CGUARD_C_SEPARATOR) {
        t->holds = 0;
        t->segment = cell->end;

        if (dropped == CGUARD_U_START && (t->sequence | t->escape) == 0) {
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


        cguard_path_cell(t, t->early ? CGUARD_C_UNKNOWN
                            : w->kind == CGUARD_POINT ? CGUARD_C_POINT
                                                      : CGUARD_C_HEX, &cell);

        for ( /* void */ ; n; n--) {
            cguard_path_cell(t, CGUARD_C_OTHER, &cell);
        }
    }

    t->decode.nwait = 0;
}


/*
 * Offers a character to the escape that waits, and notes what is no escape
 * for a stricter parser: one with noise in it, or with a digit that is itself
 * an escape, and not there yet a layer before.
 */

static int
cguard_path_offer(cguard_path_t *t, unsigned step, cguard_cell_t *cell)
{
    int               rc;
    cguard_decode_t  *d;

    d = &t->decode;

    if (step == 0 || cell->depth > d->wait[d->nwait - 1].depth) {
        cguard_found(&t->first, t->segment, 0);
    }

    if (step == 0) {
        return 0;
    }

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
    unsigned          step;
    cguard_decode_t  *d;

    d = &t->decode;

    do {
        step = cguard_decode_step(d, cell->c);

        if (cell->c >= 0x80) {
            t->within |= d->nwait != 0;

            if (t->early) {
                return;
            }

            step = CGUARD_STEP_CELL;
        }

        if (step & CGUARD_STEP_CELL) {
            cguard_path_flush(t);

            if (cell->c != '%') {
                cguard_path_cell(t, cell->c > 0xff ? CGUARD_C_UNKNOWN
                                                   : cguard_class[cell->c],
                                 cell);
                return;
            }
        }

        if (cell->c == '%') {
            cguard_decode_begin(d, cell);
            return;
        }

    } while (cguard_path_offer(t, step, cell));
}


/* Returns whether an unknown byte stood in an escape. */

static int
cguard_path_read(cguard_path_t *t, const unsigned char *p, uint32_t len)
{
    uint32_t       i, n, end;
    cguard_cell_t  cell;

    t->plain = CGUARD_U_START;
    t->dropped = CGUARD_U_START;

    cguard_decode_init(&t->decode);

    for (i = 0; i < len; i = end) {

        cell.c = p[i];
        cell.start = i;
        cell.end = end = i + 1;
        cell.depth = 0;

        if (t->decode.nwait == 0 && cell.c != '%' && !t->early) {
            cguard_path_cell(t, cguard_class[cell.c], &cell);
            continue;
        }

        if (cell.c == '%') {
            n = cguard_decode_layers(p + i, p + len, &cell);
            cell.end = end = n ? i + n : end;
        }

        cguard_path_feed(t, &cell);
    }

    /* the last segment is over */

    cguard_path_flush(t);
    cguard_path_ends(t, t->plain, len);
    cguard_path_over(t, len);

    if (t->parent.found && t->first.found) {
        cguard_guessed(t, &t->parent, &t->first);
    }

    return t->within;
}


void
cguard_unknown(const unsigned char *p, uint32_t len, cguard_unknown_t *u)
{
    cguard_path_t  t;

    memset(u, 0, sizeof(cguard_unknown_t));
    memset(&t, 0, offsetof(cguard_path_t, decode));

    t.u = u;

    if (cguard_path_read(&t, p, len)) {
        memset(&t, 0, offsetof(cguard_path_t, decode));

        t.u = u;
        t.early = 1;

        (void) cguard_path_read(&t, p, len);
    }
}
