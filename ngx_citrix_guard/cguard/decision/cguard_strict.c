
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The strict readings.  They run for targets only that are not ASCII when
 * they are decoded, so they have few short cuts.
 */


#include "cguard_strict.h"


typedef struct {
    cguard_parser_e       parser;
    unsigned              seen;      /* CGUARD_TAKEN, ... */
    cguard_signs_t       *signs;
    cguard_decode_t       decode;
} cguard_strict_t;


/* windows-1252, which is what is meant by Latin-1; its gaps are C1 controls */

static const uint16_t  cguard_latin[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
    0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178
};


/* Returns 1 if the sequence on top is complete, 0 if not, -1 if ill-formed. */

static int
cguard_strict_cont(cguard_strict_t *st, cguard_cell_t *cell)
{
    unsigned          ncont;
    uint32_t          value;
    cguard_wait_t    *w;
    cguard_decode_t  *d;

    d = &st->decode;
    w = &d->wait[d->nwait - 1];
    value = w->value << 6 | (cell->c & 0x3f);

    if (--w->need) {
        w->value = value;
        return 0;
    }

    ncont = cguard_need[w->lead & 0x3f];

    if (st->parser == CGUARD_WELL_FORMED
        && (ncont > 3 || !cguard_well_formed(value, ncont)))
    {
        st->seen |= CGUARD_REJECTED;
        return -1;
    }

    st->seen |= CGUARD_TAKEN;

    cguard_decode_reduce(d, cell, value);
    cguard_decode_point(d, cell, value);

    return 1;
}


/* drops the sequence on top; where no escape is around it, it is noise */

static void
cguard_strict_drop(cguard_strict_t *st)
{
    cguard_cell_t     noise;
    cguard_decode_t  *d;

    d = &st->decode;
    d->nwait--;

    if (d->nwait == 0) {
        noise.c = '\0';
        noise.start = d->wait[0].start;
        noise.end = noise.start;
        noise.depth = 0;

        cguard_sign_cell(st->signs, &noise, NULL, 0);
    }
}


/*
 * Offers a cell to the sequence on top: as cguard_decode_offer(), but a cell
 * that does not fit drops the sequence, and is offered to what is below.
 */

static int
cguard_strict_sequence(cguard_strict_t *st, cguard_cell_t *cell)
{
    int  rc;

    if (!(cguard_byte[cell->c] & CGUARD_B_CONT)) {
        cguard_strict_drop(st);
        return 1;
    }

    rc = cguard_strict_cont(st, cell);

    if (rc == -1) {
        cguard_strict_drop(st);
        return 0;
    }

    return rc;
}


/*
 * What the parser takes the cell for: it makes ASCII of the string, and drops
 * what resembles nothing.
 */

static void
cguard_strict_see(cguard_strict_t *st, cguard_cell_t *cell)
{
    if (st->parser == CGUARD_LATIN && cell->c >= 0x80 && cell->c <= 0xff) {
        cguard_decode_point(&st->decode, cell,
                            cell->c < 0xa0 ? cguard_latin[cell->c - 0x80]
                                           : cell->c);
    }

    if (cell->c > 0xff) {
        st->seen |= CGUARD_TAKEN;
        cell->c = '\0';
    }

    if (st->parser == CGUARD_ASCII && cell->c >= 0x80) {
        cell->c = '\0';
    }
}


/* Returns 1 if "cell" is to be fed again, 0 if it was taken in. */

static int
cguard_strict_step(cguard_strict_t *st, cguard_cell_t *cell)
{
    unsigned          class, step;
    cguard_wait_t    *w;
    cguard_decode_t  *d;

    d = &st->decode;
    w = d->nwait ? &d->wait[d->nwait - 1] : NULL;

    cguard_strict_see(st, cell);

    class = cguard_byte[cell->c];

    if (cell->c == '%') {
        cguard_decode_begin(d, cell);
        return 0;
    }

    if (w && w->kind >= CGUARD_OPEN) {
        return cguard_strict_sequence(st, cell);
    }

    if (class & CGUARD_B_LEAD) {
        cguard_decode_begin(d, cell);
        return 0;
    }

    if (w) {

        /* dropped within an escape */

        if (class & CGUARD_B_NOISE || cell->c >= 0x80) {
            return 0;
        }

        step = cguard_decode_step(d, cell->c);

        if (step & CGUARD_STEP_OFFER) {

            /* always fits: only UTF-8 is offered what does not, see above */

            return cguard_decode_offer(d, cell);
        }
    }

    cguard_sign_cell(st->signs, cell, d->wait, d->nwait);
    d->nwait = 0;

    return 0;
}


/* a cell, and what it makes of those that wait */

static void
cguard_strict_feed(cguard_strict_t *st, cguard_cell_t *cell)
{
    for ( ;; ) {
        if (cguard_strict_step(st, cell)) {
            continue;
        }

        if (st->decode.nqueue == 0) {
            return;
        }

        *cell = st->decode.queue[--st->decode.nqueue];
    }
}


unsigned
cguard_strict(const unsigned char *p, uint32_t len, cguard_parser_e parser,
    cguard_signs_t *signs)
{
    uint32_t         i, n;
    cguard_cell_t    cell;
    cguard_strict_t  st;

    st.parser = parser;
    st.seen = 0;
    st.signs = signs;

    cguard_decode_init(&st.decode);

    for (i = 0; i < len && !st.decode.overflow; i = cell.end) {

        cell.c = p[i];
        cell.start = i;
        cell.end = i + 1;
        cell.depth = 0;

        if (p[i] < 0x80 && st.decode.nwait == 0
            && !(cguard_byte[p[i]] & CGUARD_B_FEED))
        {
            cguard_sign_cell(signs, &cell, NULL, 0);
            continue;
        }

        if (p[i] == '%') {
            n = cguard_decode_layers(p + i, p + len, &cell);
            cell.end = i + (n ? n : 1);
        }

        n = cell.end;
        cguard_strict_feed(&st, &cell);
        cell.end = n;
    }

    /* the string ends, and the last segment with it */

    cell.c = '\0';
    cell.start = len;
    cell.end = len;
    cell.depth = 0;

    cguard_sign_cell(signs, &cell, st.decode.wait, st.decode.nwait);

    return st.seen | (st.decode.overflow ? CGUARD_OVERFLOW : 0);
}
