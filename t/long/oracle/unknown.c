
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The path is decoded a layer at a time, all escapes of a layer at once.  What
 * is no ASCII then, or no escape, is tried in every way: dropped, a separator,
 * passed over together with some of what follows.
 */


#include <string.h>

#include "rewrites.h"
#include "unknown.h"


#define UNKNOWN  0x200       /* a symbol */


typedef struct {
    sym_t                 c;
    unsigned              swallows;  /* UNKNOWN: so many symbols behind it, */
    unsigned              escape:1;  /*   only of ASCII if it is an escape */
    unsigned              encoded:1;
    unsigned              doubt:1;   /* an escape that was broken once */
    unsigned              within:1;  /*   by an unknown in it */
    unsigned              across:1;  /* an unknown in a broken escape */
    sym_t                 or;        /* UNKNOWN: the character for who drops
                                        what is in it */
} mark_t;


typedef struct {
    mark_t                s[READING_MAX];
    size_t                len;
} marks_t;


/* the layers */


static int
is_high(sym_t c)
{
    return c >= 0x80;
}


/* the index of the next symbol that is no noise */

static size_t
behind(const marks_t *m, size_t i)
{
    do {
        i++;
    } while (i < m->len && is_noise(m->s[i].c));

    return i;
}


/* the same in an escape, where an unknown may be dropped as well */

static size_t
next_digit(const marks_t *m, size_t i)
{
    do {
        i = behind(m, i);
    } while (i < m->len && is_high(m->s[i].c));

    return i;
}


/* the escape at "i": returns its last index, or 0 if it is none */

static size_t
escape(const marks_t *m, size_t i, mark_t *by)
{
    int       d;
    size_t    k, n;
    uint32_t  v;

    k = next_digit(m, i);
    n = 2;

    if (k < m->len && (m->s[k].c == 'u' || m->s[k].c == 'U')) {
        k = next_digit(m, k);
        n = 4;
    }

    memset(by, 0, sizeof(mark_t));

    for (v = 0; n; n--) {
        d = k < m->len ? hex(m->s[k].c) : -1;

        if (d < 0) {
            return 0;
        }

        v = v * 16 + (uint32_t) d;
        i = k;
        k = next_digit(m, k);
    }

    by->c = v < 0x100 ? (sym_t) v : OTHER_POINT;
    by->encoded = 1;

    return i;
}


/* its characters follow at once, with no noise between */

static int
is_at_once(const marks_t *m, size_t i, size_t last)
{
    size_t  k;

    for (k = i; k < last; k++) {
        if (is_noise(m->s[k].c)) {
            return 0;
        }
    }

    return 1;
}


/* returns 0 if there was nothing to decode */

static int
next_layer(marks_t *m)
{
    int      any;
    size_t   i, k, n, last;
    mark_t   by;

    any = 0;
    n = 0;

    for (i = 0; i < m->len; i++) {

        if (m->s[i].c != '%') {
            m->s[n++] = m->s[i];
            continue;
        }

        last = escape(m, i, &by);

        if (last == 0) {
            m->s[i].doubt = 1;
            m->s[n++] = m->s[i];
            continue;
        }

        by.doubt |= !is_at_once(m, i, last);

        for (k = i; k <= last; k++) {
            by.doubt |= m->s[k].doubt;
            by.within |= is_high(m->s[k].c) || m->s[k].within;
        }

        m->s[n++] = by;
        i = last;
        any = 1;
    }

    m->len = n;

    return any;
}


static unsigned
sequence_of(sym_t c)
{
    return c < 0xC0 || c > 0xFD ? 0
           : c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF8 ? 3 : c < 0xFC ? 4 : 5;
}


/*
 * An unknown byte that an escape has waited across, before it was broken
 * behind it, swallows nothing by itself, and a lead byte before it swallows as
 * many others.
 */

static void
mark_within(marks_t *m)
{
    int       waits;              /* 1 "%", 2 a digit, 3 "%u" and digits */
    size_t    i;
    mark_t   *s;

    waits = 0;

    for (i = 0; i < m->len; i++) {
        s = &m->s[i];

        if (s->c == '%') {
            waits = 1;

        } else if (waits && is_high(s->c)) {
            s->c = UNKNOWN;
            s->across = 1;

        } else if (!is_noise(s->c)) {
            waits = waits == 1 && (s->c == 'u' || s->c == 'U') ? 3
                    : waits == 1 && hex(s->c) >= 0 ? 2
                    : waits == 3 && hex(s->c) >= 0 ? 3 : 0;
        }
    }
}


/* what is left is ASCII, or unknown */

static void
mark_unknown(marks_t *m)
{
    size_t   i, k;
    mark_t  *s;

    mark_within(m);

    for (i = 0; i < m->len; i++) {
        s = &m->s[i];

        if (s->c == UNKNOWN) {
            continue;
        }

        if (is_high(s->c)) {
            s->swallows = sequence_of(s->c);
            s->c = UNKNOWN;

        } else if (s->c == '%') {
            k = next_digit(m, i);
            s->swallows = k < m->len && (m->s[k].c | 0x20) == 'u' ? 5 : 2;
            s->escape = 1;
            s->c = UNKNOWN;

        } else if (s->within) {
            s->or = s->c;
            s->c = UNKNOWN;
        }
    }
}


/* behind what is swallowed from "i" on, once more; or behind the string */

static size_t
swallow(const marks_t *m, const mark_t *by, size_t i)
{
    size_t  k;

    for (k = behind(m, i - 1); k < m->len; k = behind(m, k)) {
        if (m->s[k].c != UNKNOWN || !(by->escape || m->s[k].across)) {
            return k + 1;
        }
    }

    return m->len + 1;
}


static void
decode_all(const reading_t *raw, marks_t *m)
{
    size_t  i;

    memset(m, 0, sizeof(marks_t));

    for (i = 0; i < raw->len; i++) {
        m->s[i].c = raw->s[i];
    }

    m->len = raw->len;

    while (next_layer(m)) { /* void */ }

    mark_unknown(m);
}


/* plain signs: a segment by itself */


static int
is_end(sym_t c)
{
    return c == '?' || c == '#' || c == ';';
}


static size_t
end_of_segment(const marks_t *m, size_t i)
{
    while (i < m->len && !is_separator(m->s[i].c)) {
        i++;
    }

    return i;
}


static sym_t
lower(sym_t c)
{
    return c >= 'A' && c <= 'Z' ? (sym_t) (c + 0x20) : c;
}


/* without its noise, and without dots behind it */

static int
reads_as(const marks_t *m, size_t from, size_t to, const char *want)
{
    size_t  n;

    for (n = 0; from < to; from++) {

        if (is_noise(m->s[from].c)) {
            continue;
        }

        if (want[n] && lower(m->s[from].c) == (sym_t) want[n]) {
            n++;

        } else if (want[n] || m->s[from].c != '.') {
            return 0;
        }
    }

    return want[n] == '\0';
}


/* it may end where it ends, or at noise, or at an end */

static int
is_plain(const marks_t *m, size_t from, size_t to, const char *want)
{
    size_t  i;

    for (i = from; i < to; i++) {
        if ((is_noise(m->s[i].c) || is_end(m->s[i].c))
            && reads_as(m, from, i, want))
        {
            return 1;
        }
    }

    return reads_as(m, from, to, want);
}


/* dropped signs: from each place where a segment may begin */


static unsigned char  visited[READING_MAX + 1][8];


static int
match(const marks_t *m, size_t i, size_t n, const char *want)
{
    int       complete;
    size_t    k;
    sym_t     c;
    unsigned  swallowed;

    if (visited[i][n]) {
        return 0;
    }

    visited[i][n] = 1;
    complete = want[n] == '\0';

    if (i == m->len) {
        return complete;
    }

    c = m->s[i].c;

    if (complete && (is_separator(c) || is_noise(c) || is_end(c)
                     || c == UNKNOWN))
    {
        return 1;
    }

    if (c == UNKNOWN) {

        k = i + 1;

        for (swallowed = 0; swallowed <= m->s[i].swallows; swallowed++) {

            if (k <= m->len && match(m, k, n, want)) {
                return 1;
            }

            k = k <= m->len ? swallow(m, &m->s[i], k) : k;
        }

        c = m->s[i].or;
    }

    if (is_noise(c)
        || (m->s[i].encoded && (c == '.' || is_separator(c))))
    {
        if (match(m, i + 1, n, want)) {
            return 1;
        }
    }

    if (complete) {
        return c == '.' && match(m, i + 1, n, want);
    }

    return lower(c) == (sym_t) want[n] && match(m, i + 1, n + 1, want);
}


static int
is_dropped(const marks_t *m, const char *want)
{
    size_t    i, k;
    unsigned  swallowed;

    memset(visited, 0, sizeof(visited));

    if (match(m, 0, 0, want)) {
        return 1;
    }

    for (i = 0; i < m->len; i++) {

        if (is_separator(m->s[i].c) && match(m, i + 1, 0, want)) {
            return 1;
        }

        if (m->s[i].c != UNKNOWN) {
            continue;
        }

        k = i + 1;

        for (swallowed = 0; swallowed <= m->s[i].swallows; swallowed++) {

            if (k <= m->len && match(m, k, 0, want)) {
                return 1;
            }

            k = k <= m->len ? swallow(m, &m->s[i], k) : k;
        }
    }

    return 0;
}


/* guessed signs */


static int
has_unknown(const marks_t *m, size_t from, size_t to)
{
    for (/* void */; from < to && from < m->len; from++) {
        if (m->s[from].c == UNKNOWN || m->s[from].doubt) {
            return 1;
        }
    }

    return 0;
}


/* whether a broken escape before it may swallow the symbol at "i" */

static int
is_swallowed(const marks_t *m, size_t i)
{
    size_t    k, end;
    unsigned  n;

    for (k = 0; k < i; k++) {

        if (!m->s[k].escape) {
            continue;
        }

        end = k + 1;

        for (n = m->s[k].swallows; n && end <= m->len; n--) {
            end = swallow(m, &m->s[k], end);
        }

        if (i < end) {
            return 1;
        }
    }

    return 0;
}


/* up to an end: unknown, dots, noise, what is swallowed, and no name */

static int
could_be_dots(const marks_t *m, size_t from, size_t to)
{
    int  any;

    for (any = 0; from < to && !is_end(m->s[from].c); from++) {

        if (m->s[from].c == UNKNOWN) {
            any = 1;

        } else if (m->s[from].c != '.' && !is_noise(m->s[from].c)
                   && !is_swallowed(m, from))
        {
            return 0;
        }
    }

    return any;
}


static int
is_guessed(const marks_t *m)
{
    int     vpns;
    size_t  from, to;

    vpns = 0;

    for (from = 0; from <= m->len; from = to + 1) {
        to = end_of_segment(m, from);

        if (is_plain(m, from, to, "..") && has_unknown(m, 0, m->len)) {
            return 1;
        }

        if (vpns && could_be_dots(m, from, to)) {
            return 1;
        }

        if (is_plain(m, from, to, "vpns")) {
            if (has_unknown(m, 0, from)) {
                return 1;
            }

            vpns = 1;
        }
    }

    return 0;
}


void
unknown_signs(const reading_t *raw, oracle_signs_t *signs)
{
    static marks_t   m;

    decode_all(raw, &m);

    signs->parent |= is_dropped(&m, "..");
    signs->vpns |= is_dropped(&m, "vpns");
    signs->guessed |= is_guessed(&m);
}
