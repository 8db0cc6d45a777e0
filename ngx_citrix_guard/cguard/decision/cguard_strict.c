
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The strict readings (cguard_strict.h).  They run only for targets that are
 * not ASCII when they are decoded, so there is hardly a fast path.
 */


#include <stddef.h>
#include <stdint.h>

#include "cguard_byte.h"
#include "cguard_decode_fast.h"
#include "cguard_escape.h"
#include "cguard_sign.h"
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
cguard_strict_cont(cguard_strict_t *st, cguard_char_t *ch)
{
    unsigned          ncont;
    uint32_t          value;
    cguard_escape_t  *e;
    cguard_decode_t  *d;

    d = &st->decode;
    e = &d->pending[d->npending - 1];
    value = e->value << 6 | (ch->c & 0x3f);

    if (--e->need) {
        e->value = value;
        return 0;
    }

    ncont = cguard_utf8_ncont[e->lead & 0x3f];

    if (st->parser == CGUARD_WELL_FORMED
        && (ncont > 3 || !cguard_well_formed(value, ncont)))
    {
        st->seen |= CGUARD_REJECTED;
        return -1;
    }

    st->seen |= CGUARD_TAKEN;

    cguard_decode_reduce(d, ch, value);
    cguard_decode_point(d, ch, value);

    return 1;
}


/* drops the sequence on top; where no escape is around it, it is noise */

static void
cguard_strict_drop(cguard_strict_t *st)
{
    cguard_char_t     noise;
    cguard_decode_t  *d;

    d = &st->decode;
    d->npending--;

    if (d->npending == 0) {
        noise.c = '\0';
        noise.start = d->pending[0].start;
        noise.end = noise.start;
        noise.depth = 0;

        cguard_sign_char(st->signs, &noise, NULL, 0);
    }
}


/*
 * Extends the sequence on top by a character, as cguard_decode_extend().  But
 * one that does not fit drops the sequence, and is tried on what is below.
 */

static int
cguard_strict_sequence(cguard_strict_t *st, cguard_char_t *ch)
{
    int  rc;

    if (!(cguard_byte[ch->c] & CGUARD_B_CONT)) {
        cguard_strict_drop(st);
        return 1;
    }

    rc = cguard_strict_cont(st, ch);

    if (rc == -1) {
        cguard_strict_drop(st);
        return 0;
    }

    return rc;
}


/*
 * What the parser takes the character for: it makes ASCII of the string, and
 * drops what resembles nothing.
 */

static void
cguard_strict_convert(cguard_strict_t *st, cguard_char_t *ch)
{
    if (st->parser == CGUARD_LATIN && ch->c >= 0x80 && ch->c <= 0xff) {
        cguard_decode_point(&st->decode, ch,
                            ch->c < 0xa0 ? cguard_latin[ch->c - 0x80]
                                           : ch->c);
    }

    if (ch->c > 0xff) {
        st->seen |= CGUARD_TAKEN;
        ch->c = '\0';
    }

    if (st->parser == CGUARD_ASCII && ch->c >= 0x80) {
        ch->c = '\0';
    }
}


/* Returns 1 if "ch" is to be fed again, 0 if it was taken in. */

static int
cguard_strict_step(cguard_strict_t *st, cguard_char_t *ch)
{
    unsigned          class, step;
    cguard_escape_t  *e;
    cguard_decode_t  *d;

    d = &st->decode;
    e = d->npending ? &d->pending[d->npending - 1] : NULL;

    cguard_strict_convert(st, ch);

    class = cguard_byte[ch->c];

    if (ch->c == '%') {
        cguard_decode_begin(d, ch);
        return 0;
    }

    if (e && e->kind >= CGUARD_OPEN) {
        return cguard_strict_sequence(st, ch);
    }

    if (class & CGUARD_B_LEAD) {
        cguard_decode_begin(d, ch);
        return 0;
    }

    if (e) {

        /* dropped within an escape */

        if (class & CGUARD_B_NOISE || ch->c >= 0x80) {
            return 0;
        }

        step = cguard_decode_step(d, ch->c);

        if (step & CGUARD_STEP_EXTEND) {

            /* it fits: what does not fit comes to sequences only, above */

            return cguard_decode_extend(d, ch);
        }
    }

    cguard_sign_char(st->signs, ch, d->pending, d->npending);
    d->npending = 0;

    return 0;
}


/* a character, and those that it expands to */

static void
cguard_strict_feed(cguard_strict_t *st, cguard_char_t *ch)
{
    for ( ;; ) {
        if (cguard_strict_step(st, ch)) {
            continue;
        }

        if (st->decode.nqueue == 0) {
            return;
        }

        *ch = st->decode.queue[--st->decode.nqueue];
    }
}


unsigned
cguard_strict(const unsigned char *p, uint32_t len, cguard_parser_e parser,
    cguard_signs_t *signs)
{
    uint32_t         i, n;
    cguard_char_t    ch;
    cguard_strict_t  st;

    st.parser = parser;
    st.seen = 0;
    st.signs = signs;

    cguard_decode_init(&st.decode);

    for (i = 0; i < len && !st.decode.overflow; i = ch.end) {

        ch.c = p[i];
        ch.start = i;
        ch.end = i + 1;
        ch.depth = 0;

        if (p[i] < 0x80 && st.decode.npending == 0
            && !(cguard_byte[p[i]] & CGUARD_B_FEED))
        {
            cguard_sign_char(signs, &ch, NULL, 0);
            continue;
        }

        if (p[i] == '%') {
            n = cguard_decode_layers(p + i, p + len, &ch);
            ch.end = i + (n ? n : 1);
        }

        n = ch.end;
        cguard_strict_feed(&st, &ch);
        ch.end = n;
    }

    /* the string ends, and the last segment with it */

    ch.c = '\0';
    ch.start = len;
    ch.end = len;
    ch.depth = 0;

    cguard_sign_char(signs, &ch, st.decode.pending, st.decode.npending);

    return st.seen | (st.decode.overflow ? CGUARD_OVERFLOW : 0);
}
