
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What a parser may drop stays in the string, and is passed over where the
 * text has it dropped: noise in an escape, or a byte that is no UTF-8.  So
 * nothing is dropped too early, and nothing closes up that should not.
 */


#include <string.h>

#include "rewrites.h"


#define OTHER      OTHER_POINT
#define LISTED     0x102     /* the first of those in "compat" */


/* the compatibility rewrite: some of each kind, written down by hand */

static const struct {
    uint32_t              code;
    const char           *ascii;
} compat[] = {

    /* Latin-1, all of it, and some more of windows-1252 */
    { 0x00A0, " " },   { 0x00A2, "c" },   { 0x00A3, "GBP" }, { 0x00A5, "\\" },
    { 0x00A8, " " },   { 0x00A9, "c" },   { 0x00AA, "a" },   { 0x00AD, " " },
    { 0x00AF, " " },   { 0x00B1, "+/-" }, { 0x00B2, "2" },   { 0x00B3, "3" },
    { 0x00B4, "/" },   { 0x00B5, "u" },   { 0x00B7, "." },   { 0x00B8, " " },
    { 0x00B9, "1" },   { 0x00BC, "1/4" }, { 0x00BD, "1/2" }, { 0x00BE, "3/4" },
    { 0x00BF, "?" },   { 0x00C0, "A" },   { 0x00C1, "A" },   { 0x00C2, "A" },
    { 0x00C3, "A" },   { 0x00C4, "A" },   { 0x00C5, "A" },   { 0x00C6, "A" },
    { 0x00C7, "C" },   { 0x00C8, "E" },   { 0x00C9, "E" },   { 0x00CA, "E" },
    { 0x00CB, "E" },   { 0x00D0, "D" },   { 0x00D1, "N" },   { 0x00D9, "U" },
    { 0x00DA, "U" },   { 0x00DB, "U" },   { 0x00DC, "U" },   { 0x00DF, "s" },
    { 0x00E0, "a" },   { 0x00E1, "a" },   { 0x00E2, "a" },   { 0x00E3, "a" },
    { 0x00E4, "a" },   { 0x00E5, "a" },   { 0x00E6, "a" },   { 0x00E7, "c" },
    { 0x00E8, "e" },   { 0x00E9, "e" },   { 0x00EA, "e" },   { 0x00EB, "e" },
    { 0x00F0, "e" },   { 0x00F1, "n" },   { 0x00F7, "/" },   { 0x00F9, "u" },
    { 0x00FA, "u" },   { 0x00FB, "u" },   { 0x00FC, "u" },
    { 0x20AC, "EUR" }, { 0x0192, "f" },   { 0x2026, "..." }, { 0x2020, "+" },
    { 0x0160, "S" },   { 0x0152, "OE" },  { 0x02DC, " " },   { 0x0161, "s" },
    { 0x0153, "oe" },

    /* dots */
    { 0x2024, "." },   { 0x2025, ".." },  { 0xFE52, "." },   { 0xFF0E, "." },
    { 0xFE19, "..." }, { 0xFE30, ".." },  { 0xFF61, "." },   { 0x3002, "." },

    /* separators */
    { 0x2044, "/" },   { 0x2215, "/" },   { 0xFF0F, "/" },   { 0x2216, "\\" },
    { 0xFE68, "\\" },  { 0xFF3C, "\\" },

    /* percent, the ends, the parameters */
    { 0xFF05, "%" },   { 0xFE6A, "%" },   { 0xFF03, "#" },   { 0xFF1F, "?" },
    { 0xFF1B, ";" },   { 0x037E, ";" },

    /* digits and the letters of escapes */
    { 0xFF10, "0" },   { 0xFF12, "2" },   { 0x2075, "5" },   { 0xFF25, "E" },
    { 0xFF45, "e" },   { 0xFF55, "u" },   { 0x24D4, "e" },

    /* the letters of vpns */
    { 0xFF56, "v" },   { 0x2174, "v" },   { 0x24D5, "f" },   { 0xFF50, "p" },
    { 0x24DF, "p" },   { 0xFF4E, "n" },   { 0x207F, "n" },   { 0x017F, "s" },
    { 0xFF53, "s" },   { 0x02E2, "s" },   { 0x33B1, "ns" },  { 0x1D42F, "v" },
    { 0xDC2F, "v" },   { 0x0432, "v" },   { 0x043F, "p" },   { 0x043D, "n" },
    { 0x0441, "s" },

    /* blanks and what cannot be seen */
    { 0x2000, " " },   { 0x2002, " " },   { 0x2005, " " },   { 0x200B, " " },
    { 0x200E, " " },   { 0x200F, " " },   { 0x202E, " " },   { 0x202F, " " },
    { 0x205F, " " },   { 0x2060, " " },   { 0x3000, " " },   { 0xFE00, " " },
    { 0xFE0E, " " },   { 0xFE0F, " " },   { 0xFEFF, " " },   { 0xD835, " " },
    { 0x0591, " " },   { 0xFF0B, "+" },

    { 0, NULL }
};


int  rewrites_drop;


static void
put(const reading_t *r, size_t from, size_t to, sym_t by)
{
    readings_replace(r, from, to, &by, 1);
}


static void
drop(const reading_t *r, size_t from, size_t to)
{
    static const sym_t  none;

    readings_replace(r, from, to, &none, 0);
}


int
is_separator(sym_t c)
{
    return c == '/' || c == '\\';
}


int
is_control(sym_t c)
{
    return c < 0x20 || c == 0x7F;
}


int
is_noise(sym_t c)
{
    return c <= 0x20 || c == 0x7F || c == '+';
}


int
hex(sym_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }

    return -1;
}


static int
is_sign_or_escape(uint32_t code)
{
    return code > 0 && code < 0x80
           && (strchr("./\\;?#%uvpnsUVPNS", (int) code)
               || hex((sym_t) code) >= 0);
}


static size_t
segment_end(const reading_t *r, size_t i)
{
    while (i < r->len && !is_separator(r->s[i])) {
        i++;
    }

    return i;
}


/*
 * A code point.  A control byte that comes out of UTF-8 is noise like any
 * other, but no control byte: a blank.
 */

sym_t
code_point(uint32_t code)
{
    size_t  i;

    if (code < 0x80) {
        return is_control((sym_t) code) ? ' ' : (sym_t) code;
    }

    if (code < 0xA0) {
        return ' ';
    }

    for (i = 0; compat[i].ascii; i++) {
        if (compat[i].code == code) {
            return (sym_t) (LISTED + i);
        }
    }

    return OTHER;
}


/*
 * UTF-8: the sequence that starts at "i" and its code point.  Returns where
 * it ends, or 0 if there is none that the parser takes.
 */


static size_t
continuations(sym_t lead)
{
    return lead < 0xC0 || lead > 0xFD ? 0
           : lead < 0xE0 ? 1
           : lead < 0xF0 ? 2
           : lead < 0xF8 ? 3
           : lead < 0xFC ? 4 : 5;
}


static int
is_continuation(sym_t c)
{
    return c >= 0x80 && c <= 0xBF;
}


static int
is_lenient(sym_t c)
{
    return c >= 0x21 && c <= 0xBF && c != '%' && c != '#' && c != 0x7F;
}


static size_t
sequence(const reading_t *r, size_t i, uint32_t *code)
{
    int       lenient;
    size_t    n, k;
    uint32_t  v;

    n = continuations(r->s[i]);

    if (n == 0) {
        return 0;
    }

    lenient = 0;
    v = r->s[i] & (0x3Fu >> n);

    i++;

    for (k = 0; k < n; k++, i++) {

        while (i < r->len && is_noise(r->s[i])) {
            i++;
        }

        if (i == r->len || !is_lenient(r->s[i])) {
            return 0;
        }

        lenient |= !is_continuation(r->s[i]);
        v = (v << 6) | (r->s[i] & 0x3F);
    }

    *code = v;

    return !lenient || is_sign_or_escape(v) ? i : 0;
}


static void
utf8(const reading_t *r, size_t i)
{
    size_t    end;
    uint32_t  code;

    end = sequence(r, i, &code);

    if (end) {
        put(r, i, end, code_point(code));
    }
}


int
is_stray(const reading_t *r, size_t i)
{
    size_t    j;
    uint32_t  code;

    if (r->s[i] < 0x80 || r->s[i] > 0xFF) {
        return 0;
    }

    for (j = 0; j <= i; j++) {
        if (sequence(r, j, &code) > i) {
            return 0;
        }
    }

    return 1;
}


/* the rewrites: percent */


/* the hexadecimal digit at "*i", or behind noise, which is dropped there */

static int
digit(const reading_t *r, size_t *i)
{
    while (*i < r->len && is_noise(r->s[*i])) {
        (*i)++;
    }

    return *i < r->len ? hex(r->s[(*i)++]) : -1;
}


/* the escape at "i": returns where it ends, or 0 if there is none */

static size_t
escape(const reading_t *r, size_t i, sym_t *c)
{
    int       d;
    size_t    n, u;
    uint32_t  v;

    if (r->s[i] != '%') {
        return 0;
    }

    n = 2;
    u = ++i;

    (void) digit(r, &u);

    if (r->s[u - 1] == 'u' || r->s[u - 1] == 'U') {
        n = 4;
        i = u;
    }

    for (v = 0; n; n--) {
        d = digit(r, &i);

        if (d < 0) {
            return 0;
        }

        v = v * 16 + (uint32_t) d;
    }

    *c = v < 0x100 ? (sym_t) v : code_point(v);

    return i;
}


int
is_control_escape(const reading_t *r, size_t i)
{
    sym_t  c;

    return escape(r, i, &c) && is_control(c);
}


static void
percent(const reading_t *r, size_t i)
{
    sym_t   c;
    size_t  end;

    end = escape(r, i, &c);

    if (end) {
        put(r, i, end, c);
    }
}


/* what the code point at "i" resembles: so many symbols, or 0 */

static size_t
resembled(const reading_t *r, size_t i, sym_t *by)
{
    size_t       n;
    const char  *p;

    if (r->s[i] < LISTED) {
        return 0;
    }

    n = 0;

    for (p = compat[r->s[i] - LISTED].ascii; *p; p++) {
        by[n++] = (sym_t) *p;
    }

    return n;
}


/* each character of it may be dropped */

static void
compatibility(const reading_t *r, size_t i)
{
    sym_t     by[DECODED_MAX], some[DECODED_MAX];
    size_t    n, k;
    unsigned  dropped;

    n = resembled(r, i, by);

    for (dropped = 0; n && dropped < (rewrites_drop ? 1u << n : 1); dropped++) {
        for (k = 0; k < n; k++) {
            some[k] = dropped >> k & 1 ? DROPPED : by[k];
        }

        readings_replace(r, i, i + 1, some, n);
    }
}


/*
 * A parser that knows UTF-8 better, or less of what resembles ASCII, drops a
 * code point, and of a sequence all that is not ASCII.
 */

static void
forget(const reading_t *r, size_t i)
{
    size_t     k, end;
    uint32_t   code;
    reading_t  w;

    if (!rewrites_drop) {
        return;
    }

    if (r->s[i] >= OTHER) {
        put(r, i, i + 1, DROPPED);
        return;
    }

    end = sequence(r, i, &code);

    if (end) {
        w = *r;

        for (k = i; k < end; k++) {
            w.s[k] = w.s[k] < 0x80 ? w.s[k] : DROPPED;
        }

        readings_add(&w);
    }
}


size_t
decode(const reading_t *r, size_t i, decoded_t *d)
{
    size_t    end;
    uint32_t  code;

    d->n = 1;

    end = escape(r, i, &d->by[0]);

    if (end) {
        d->layers = d->by[0] > 0xFF ? 2 : 1;
        return end;
    }

    end = sequence(r, i, &code);

    if (end) {
        d->by[0] = code_point(code);
        d->layers = 1;
        return end;
    }

    d->n = resembled(r, i, d->by);
    d->layers = 0;

    return d->n ? i + 1 : 0;
}


int
is_decoded(const reading_t *r)
{
    size_t     i;
    decoded_t  d;

    for (i = 0; i < r->len; i++) {
        if (decode(r, i, &d)) {
            return 0;
        }
    }

    return 1;
}


/* separator */


static void
backslash(const reading_t *r, size_t i)
{
    if (r->s[i] == '\\') {
        put(r, i, i + 1, '/');
    }
}


static void
merge_slashes(const reading_t *r, size_t i)
{
    if (i && is_separator(r->s[i]) && is_separator(r->s[i - 1])) {
        drop(r, i, i + 1);
    }
}


/* segment */


static void
parameter(const reading_t *r, size_t i)
{
    if (r->s[i] == ';') {
        drop(r, i, segment_end(r, i));
    }
}


static void
trailing_dot(const reading_t *r, size_t i)
{
    size_t  end;

    for (end = i + 1; end < r->len && is_noise(r->s[end]); end++) {
        /* void */
    }

    if (r->s[i] == '.' && segment_end(r, end) == end && is_decoded(r)) {
        drop(r, i, i + 1);
    }
}


static void
dot_segment(const reading_t *r, size_t i)
{
    if (r->s[i] == '.' && (i == 0 || is_separator(r->s[i - 1]))
        && i + 1 < r->len && is_separator(r->s[i + 1]))
    {
        drop(r, i, i + 2);
    }
}


/* noise, strays, and ends: where the segment may end */


/* within an escape it is dropped, and ends nothing */

static void
noise(const reading_t *r, size_t i)
{
    if (is_noise(r->s[i]) && is_decoded(r)) {
        drop(r, i, segment_end(r, i));
    }
}


static void
stray(const reading_t *r, size_t i)
{
    if ((is_stray(r, i) || r->s[i] == DROPPED) && is_decoded(r)) {
        drop(r, i, segment_end(r, i));
    }
}


static void
ends(const reading_t *r, size_t i)
{
    if (r->s[i] == '?' || r->s[i] == '#') {
        drop(r, i, segment_end(r, i));
    }
}


static void (*const  rewrites[])(const reading_t *r, size_t i) = {
    percent, utf8, compatibility, forget, backslash, merge_slashes,
    parameter, trailing_dot, dot_segment, noise, stray, ends
};


void
rewrite(const reading_t *r)
{
    size_t  i, k;

    for (i = 0; i < r->len; i++) {
        for (k = 0; k < sizeof(rewrites) / sizeof(rewrites[0]); k++) {
            rewrites[k](r, i);
        }
    }
}
