
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The reading of a parser that leaves ASCII alone, whatever it makes of the
 * rest.  Both signs are matched at once, by sets of states: a set has a bit
 * for each beginning of a sign that the segment may have shown so far.
 */


#include <stdint.h>

#include "cguard_unknown.h"
#include "cguard_decode_fast.h"


/* where a segment stands; in registers, where nothing waits */

typedef struct {
    uint64_t              sequence;  /* sets that pass over the next bytes, */
    uint64_t              escape;    /*   behind a lead byte, an escape */
    unsigned              states;    /* two sets, CGUARD_S_BOTH() */
    unsigned              holds;
} cguard_sets_t;


typedef struct {
    cguard_unknown_t     *u;
    cguard_sign_t         first;     /* the segment of the first unknown */
    uint32_t              segment;   /* where it starts */
    uint32_t              since;     /* where the second set was last a start */
    unsigned              wanted;    /* signs that are still to be noted */
    uint32_t              seen;      /* bits of all characters */
    uint32_t              odd;       /* escapes in pieces, runs of unknowns */
    uint32_t              odd_end;   /* where the last encoded unknown ended */
    cguard_sets_t         sets;
    cguard_decode_t       decode;
} cguard_path_t;


CGUARD_NOINLINE void
cguard_path_found(cguard_sign_t *sign, uint32_t start, uint32_t end)
{
    cguard_sign_found(sign, CGUARD_IN_PATH, start, end);
}


/* the segment may end before "end"; each plain vpns may make a guess */

CGUARD_NOINLINE void
cguard_path_ends(cguard_path_t *t, unsigned states, uint32_t end)
{
    cguard_unknown_t  *u;

    u = t->u;
    t->wanted &= ~states | CGUARD_S_VPNS;

    if (states & CGUARD_S_SECOND(CGUARD_S_PARENT)) {
        cguard_path_found(&u->dropped[0], t->since, end);
    }

    if (states & CGUARD_S_SECOND(CGUARD_S_VPNS)) {
        cguard_path_found(&u->dropped[1], t->since, end);
    }

    if (states & CGUARD_S_PARENT) {
        cguard_path_found(&u->parent, t->segment, end);
    }

    if (states & CGUARD_S_VPNS) {
        cguard_path_found(&u->vpns, t->segment, end);

        if (t->first.found && t->first.start < t->segment) {
            cguard_path_found(&u->guess[0], t->segment, end);
            cguard_path_found(&u->guess[1], t->first.start, t->first.end);
        }
    }
}


/*
 * The segment is over, for a parser that meets no unknown.  The first unknown
 * may be within the escape that ends it, up to "last".
 */

CGUARD_NOINLINE void
cguard_path_over(cguard_path_t *t, unsigned holds, uint32_t end, uint32_t last)
{
    const cguard_sign_t  *vpns;

    vpns = &t->u->vpns;

    if (holds == CGUARD_HOLDS_UNKNOWN && vpns->found) {
        cguard_path_found(&t->u->guess[0], vpns->start, vpns->end);
        cguard_path_found(&t->u->guess[1], t->segment, end);
    }

    if (t->first.found && t->first.end == 0) {
        t->first.end = last;
    }
}


CGUARD_INLINE void
cguard_path_char(cguard_path_t *t, cguard_sets_t *s, unsigned class,
    const cguard_char_t *ch)
{
    unsigned              states, dropped, escape;
    const cguard_move_t  *m;

    m = &cguard_move[class];
    states = s->states;
    escape = s->escape & 0xff;

    if (states & m->ends & t->wanted) {
        cguard_path_ends(t, states & m->ends, ch->start);
    }

    if (class >= CGUARD_C_UNKNOWN && !t->first.found) {
        cguard_path_found(&t->first, t->segment, 0);
    }

    if ((class == CGUARD_C_SEPARATOR || class == CGUARD_C_END)
        && (t->first.end == 0
            || (s->holds == CGUARD_HOLDS_UNKNOWN && t->u->vpns.found)))
    {
        cguard_path_over(t, s->holds, ch->start,
                         ch->depth ? ch->end : ch->start);
    }

    states = cguard_sign_move(states, m) | (ch->depth ? states & m->drop : 0u)
             | CGUARD_S_SECOND((s->sequence & 0xff) | escape);

    dropped = states >> 8;

    s->states = states;
    s->sequence = s->sequence >> m->passes | dropped * m->sequence;
    s->escape >>= m->counts;
    s->holds |= m->holds & ~(escape ? CGUARD_HOLDS_NAME : 0u);

    if (class == CGUARD_C_SEPARATOR) {
        s->holds = 0;
        t->segment = ch->end;

        if (dropped == CGUARD_S_START && (s->sequence | s->escape) == 0) {
            t->since = ch->end;
        }
    }
}


/* what waits remains unfinished: a "%", and characters, perhaps unknown */

static void
cguard_path_flush(cguard_path_t *t)
{
    unsigned                n, point;
    cguard_char_t           ch = { 0, 0, 0, 0, 0 };
    const cguard_escape_t  *e, *last;

    e = t->decode.pending;

    for (last = e + t->decode.npending; e < last; e++) {
        point = e->kind == CGUARD_POINT;
        ch.start = ch.end = e->start;
        t->odd += CGUARD_ODD_INCOMPLETE - 1;     /* its "%" is counted */

        cguard_path_char(t, &t->sets, CGUARD_C_UNKNOWN, &ch);

        t->sets.escape |= (t->sets.states >> 8)
                          * (point ? 0x0101010101u : 0x0101u);

        for (n = point ? 5u - e->need : e->kind == CGUARD_DIGIT; n; n--) {
            cguard_path_char(t, &t->sets, n * CGUARD_STRANGE_DIGIT > e->strange
                             ? CGUARD_C_OTHER : CGUARD_C_UNKNOWN, &ch);
        }
    }

    t->decode.npending = 0;
}


/*
 * Out of an escape with an unknown in it comes an unknown, or the character,
 * for who drops the unknown before.
 */

static void
cguard_path_see(cguard_path_t *t, const cguard_char_t *ch)
{
    unsigned  class, states;

    class = ch->c > 0xff ? CGUARD_C_UNKNOWN : cguard_class[ch->c];

    if (class >= CGUARD_C_UNKNOWN) {
        t->odd += ch->start != t->odd_end;
        t->odd_end = ch->end;
    }

    if (!ch->other || class >= CGUARD_C_UNKNOWN) {
        cguard_path_char(t, &t->sets, class, ch);
        return;
    }

    states = t->sets.states;

    cguard_path_char(t, &t->sets, CGUARD_C_UNKNOWN, ch);

    t->sets.states |= cguard_sign_move(states, &cguard_move[class])
                      & CGUARD_S_SECOND(0xff);
}


/*
 * Extends the escape on top by a character.  Notes what is no escape for a
 * stricter parser: one with noise in it, or with a digit that is itself an
 * escape, and not there yet a layer before.
 */

static int
cguard_path_extend(cguard_path_t *t, cguard_escape_t *e, unsigned step,
    cguard_char_t *ch)
{
    if (!t->first.found
        && (step == CGUARD_STEP_DROP || ch->depth > e->depth))
    {
        cguard_path_found(&t->first, t->segment, 0);
    }

    if (step == CGUARD_STEP_DROP) {
        e->depth = ch->depth > e->depth ? ch->depth : e->depth;
        return 0;
    }

    /* with an unknown in it, no control byte comes out of it in one layer */

    e->strange += ch->other ? CGUARD_STRANGE_DIGIT : 0;
    ch->depth += e->strange != 0;

    if (!cguard_decode_digit(&t->decode, e, ch)) {
        return 0;
    }

    if (ch->c < 0x100) {
        cguard_decode_byte(&t->decode, ch);
    }

    return 1;
}


static void
cguard_path_feed(cguard_path_t *t, cguard_char_t *ch)
{
    unsigned          step;
    cguard_escape_t  *e;

    for ( ;; ) {
        t->seen |= ch->c;

        if (ch->c == '%') {
            if (t->decode.npending == CGUARD_DECODE_DEPTH) {
                cguard_path_flush(t);
            }

            cguard_decode_push(&t->decode, ch, CGUARD_PERCENT, 0, 0);
            t->odd++;
            return;
        }

        if (t->decode.npending == 0) {
            break;
        }

        e = &t->decode.pending[t->decode.npending - 1];

        if (ch->c >= 0x80) {
            e->strange |= CGUARD_STRANGE_END;
            return;
        }

        step = cguard_step[e->kind][cguard_token[ch->c]];

        if (step == CGUARD_STEP_EMIT) {
            cguard_path_flush(t);
            break;
        }

        if (!cguard_path_extend(t, e, step, ch)) {
            return;
        }
    }

    cguard_path_see(t, ch);
}


/*
 * The third byte of a run of unknown bytes.  It and those after it change
 * nothing, except the last five: no lead byte swallows more.  Returns where
 * these begin, or "i".
 */

static uint32_t
cguard_path_skip(const unsigned char *p, uint32_t i, uint32_t len)
{
    uint32_t  end;

    for (end = i; end < len && p[end] >= 0x80; end++) { /* void */ }

    return end - i > 5 ? end - 5 : i;
}


/* bytes that are no escape, where none is pending; returns where they end */

static uint32_t
cguard_path_run(cguard_path_t *t, const unsigned char *p, uint32_t i,
    uint32_t len)
{
    unsigned       run;
    uint32_t       odd;
    cguard_char_t  ch = { 0, 0, 0, 0, 0 };
    cguard_sets_t  s;

    run = 0;
    s = t->sets;
    odd = t->odd;

    for ( /* void */ ; i < len && p[i] != '%' && odd <= CGUARD_ODD; i++) {
        run = p[i] >= 0x80 ? run + 1 : 0;
        odd += run == 1;

        if (run == 3) {
            i = cguard_path_skip(p, i, len);
        }

        ch.start = i;
        ch.end = i + 1;

        if (cguard_byte[p[i]] & CGUARD_B_CONTROL) {
            cguard_decode_control(&t->decode, &ch);
        }

        t->seen |= p[i];

        cguard_path_char(t, &s, cguard_class[p[i]], &ch);
    }

    t->sets = s;
    t->odd = odd;

    return i;
}


void
cguard_unknown(const unsigned char *p, uint32_t len, unsigned layers,
    cguard_unknown_t *u)
{
    uint32_t       i;
    cguard_char_t  ch;
    cguard_path_t  t;

    static const cguard_unknown_t  none;

    *u = none;

    t.u = u;
    t.first = none.parent;
    t.segment = 0;
    t.since = 0;
    t.seen = 0;
    t.odd = 0;
    t.odd_end = 0;
    t.sets = (cguard_sets_t) { 0, 0, CGUARD_S_BOTH(CGUARD_S_START), 0 };
    t.wanted = CGUARD_S_BOTH(CGUARD_S_SIGN);

    cguard_decode_init(&t.decode);
    t.decode.layers = (uint8_t) layers;

    for (i = 0; i < len && t.odd <= CGUARD_ODD; i = ch.end) {

        ch = (cguard_char_t) { p[i], i, i + 1, 0, 0 };

        if (p[i] == '%') {
            if (t.decode.npending < CGUARD_DECODE_DEPTH) {
                cguard_decode_hex(&t.decode, p + i, p + len, &ch);
            }

        } else if (t.decode.npending == 0) {
            ch.end = cguard_path_run(&t, p, i, len);
            continue;

        } else if (cguard_byte[p[i]] & CGUARD_B_CONTROL) {
            cguard_decode_control(&t.decode, &ch);
        }

        cguard_path_feed(&t, &ch);
    }

    /* the last segment is over, or the rest is not read */

    cguard_path_flush(&t);
    cguard_path_ends(&t, t.sets.states, i);
    cguard_path_over(&t, t.sets.holds, i, i);

    if (u->parent.found && t.first.found) {
        cguard_path_found(&u->guess[0], u->parent.start, u->parent.end);
        cguard_path_found(&u->guess[1], t.first.start, t.first.end);
    }

    u->ascii = t.seen < 0x80;
    u->read = i;

    if (t.decode.ctl) {
        cguard_path_found(&u->control, t.decode.ctl_start, t.decode.ctl_end);
    }
}
