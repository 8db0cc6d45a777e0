
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The strict reading.  It runs for targets only whose UTF-8 is in doubt, so
 * it has no short cuts.
 */


#include "cguard_strict.h"


/* Returns 1 if the sequence on top is complete, 0 if not, -1 if ill-formed. */

static int
cguard_strict_cont(cguard_decode_t *d, cguard_cell_t *cell, int overlong)
{
    unsigned        ncont;
    uint32_t        value;
    cguard_wait_t  *w;

    w = &d->wait[d->nwait - 1];
    value = w->value << 6 | (cell->c & 0x3f);

    if (--w->need) {
        w->value = value;
        return 0;
    }

    ncont = cguard_need[w->lead & 0x3f];

    if (!overlong && (ncont > 3 || !cguard_well_formed(value, ncont))) {
        return -1;
    }

    cguard_decode_reduce(d, cell, value);
    cguard_decode_point(d, cell, value);

    return 1;
}


/* drops the sequence on top; where no escape is around it, it is noise */

static void
cguard_strict_drop(cguard_decode_t *d, cguard_signs_t *s)
{
    cguard_cell_t  noise;

    d->nwait--;

    if (d->nwait == 0) {
        noise.c = '\0';
        noise.start = d->wait[0].start;
        noise.end = noise.start;
        noise.depth = 0;

        cguard_sign_cell(s, &noise, NULL, 0);
    }
}


/*
 * Offers a cell to the sequence on top: as cguard_decode_offer(), but a cell
 * that does not fit drops the sequence, and is offered to what is below.
 */

static int
cguard_strict_sequence(cguard_decode_t *d, cguard_cell_t *cell,
    int overlong, cguard_signs_t *s)
{
    int  rc;

    if (cell->c > 0xff || !(cguard_byte[cell->c] & CGUARD_B_CONT)) {
        cguard_strict_drop(d, s);
        return 1;
    }

    rc = cguard_strict_cont(d, cell, overlong);

    if (rc == -1) {
        cguard_strict_drop(d, s);
        return 0;
    }

    return rc;
}


/* Returns 1 if "cell" is to be fed again, 0 if it was taken in. */

static int
cguard_strict_step(cguard_decode_t *d, cguard_cell_t *cell, int overlong,
    cguard_signs_t *s)
{
    int             rc;
    unsigned        class, step;
    cguard_wait_t  *w;

    class = cell->c <= 0xff ? cguard_byte[cell->c] : 0;
    w = d->nwait ? &d->wait[d->nwait - 1] : NULL;

    if (cell->c == '%') {
        cguard_decode_begin(d, cell);
        return 0;
    }

    if (w && w->kind >= CGUARD_OPEN) {
        return cguard_strict_sequence(d, cell, overlong, s);
    }

    if (class & CGUARD_B_LEAD) {
        cguard_decode_begin(d, cell);
        return 0;
    }

    if (w) {

        /* dropped within an escape */

        if (class & CGUARD_B_NOISE || (cell->c >= 0x80 && cell->c <= 0xff)) {
            return 0;
        }

        step = cguard_decode_step(d, cell->c);

        if (step & CGUARD_STEP_OFFER) {
            rc = cguard_decode_offer(d, cell);

            if (rc >= 0) {
                return rc;
            }
        }
    }

    cguard_sign_cell(s, cell, d->wait, d->nwait);
    d->nwait = 0;

    return 0;
}


/* a cell, and what it makes of those that wait */

static void
cguard_strict_feed(cguard_decode_t *d, cguard_cell_t *cell, int overlong,
    cguard_signs_t *s)
{
    for ( ;; ) {
        if (cguard_strict_step(d, cell, overlong, s)) {
            continue;
        }

        if (d->nqueue == 0) {
            return;
        }

        *cell = d->queue[--d->nqueue];
    }
}


int
cguard_strict(const unsigned char *p, uint32_t len, int overlong,
    cguard_signs_t *s)
{
    uint32_t         i, n;
    cguard_cell_t    cell;
    cguard_decode_t  d;

    cguard_decode_init(&d);

    for (i = 0; i < len && !d.overflow; i = cell.end) {

        cell.c = p[i];
        cell.start = i;
        cell.end = i + 1;
        cell.depth = 0;

        if (d.nwait == 0 && !(cguard_byte[p[i]] & CGUARD_B_FEED)) {
            cguard_sign_cell(s, &cell, NULL, 0);
            continue;
        }

        if (p[i] == '%') {
            n = cguard_decode_layers(p + i, p + len, &cell);
            cell.end = i + (n ? n : 1);
        }

        n = cell.end;
        cguard_strict_feed(&d, &cell, overlong, s);
        cell.end = n;
    }

    /* the string ends, and the last segment with it */

    cell.c = '\0';
    cell.start = len;
    cell.end = len;
    cell.depth = 0;

    cguard_sign_cell(s, &cell, d.wait, d.nwait);

    return d.overflow ? -1 : 0;
}
