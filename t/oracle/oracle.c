
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A reading is a string of symbols: bytes, code points, and gaps.  Each
 * rewrite is a function that makes the strings that one application of it
 * yields at one place; a breadth-first search applies them all until nothing
 * new comes.  All but three rewrites shorten the string and those three
 * cannot be undone, so it ends.
 */


#include <stdint.h>
#include <string.h>

#include "oracle.h"


#define READINGS   (1 << 16)
#define SLOTS      (1 << 20)
#define ROOM       (READINGS * 32)
#define LONGEST    512


typedef uint16_t  sym_t;

/* 00-FF are bytes; GAP is a dropped one, which closes up no escape */

#define GAP        0x100
#define OTHER      0x101     /* a code point that resembles nothing */
#define LISTED     0x102     /* the first of those in "compat" */


typedef struct {
    size_t                len;
    sym_t                 s[LONGEST];
} reading_t;


typedef struct {
    uint32_t              start;
    uint32_t              len;
    uint32_t              slot;
} seen_t;


/* the compatibility rewrite: some of each kind, written down by hand */

static const struct {
    uint32_t              code;
    const char           *ascii;
} compat[] = {

    /* dots */
    { 0x2024, "." },   { 0x2025, ".." },  { 0x2026, "..." }, { 0xFE52, "." },
    { 0xFF0E, "." },   { 0xFE19, "..." }, { 0xFE30, ".." },  { 0xFF61, "." },
    { 0x3002, "." },

    /* separators */
    { 0x2044, "/" },   { 0x2215, "/" },   { 0xFF0F, "/" },   { 0x00A5, "\\" },
    { 0x2216, "\\" },  { 0xFE68, "\\" },  { 0xFF3C, "\\" },

    /* percent, the ends, the parameters */
    { 0xFF05, "%" },   { 0xFE6A, "%" },   { 0xFF03, "#" },   { 0xFF1F, "?" },
    { 0xFF1B, ";" },   { 0x037E, ";" },

    /* digits and the letters of escapes */
    { 0xFF10, "0" },   { 0xFF12, "2" },   { 0x00B2, "2" },   { 0x2075, "5" },
    { 0xFF25, "E" },   { 0xFF45, "e" },   { 0xFF55, "u" },   { 0x00E9, "e" },
    { 0x00E5, "a" },   { 0x24D4, "e" },

    /* the letters of vpns */
    { 0xFF56, "v" },   { 0x2174, "v" },   { 0x24D5, "f" },   { 0xFF50, "p" },
    { 0x24DF, "p" },   { 0xFF4E, "n" },   { 0x00F1, "n" },   { 0x207F, "n" },
    { 0x017F, "s" },   { 0x0161, "s" },   { 0xFF53, "s" },   { 0x02E2, "s" },
    { 0x33B1, "ns" },  { 0x1D42F, "v" },

    /* blanks and what cannot be seen */
    { 0x00A0, " " },   { 0x00AD, " " },   { 0x2000, " " },   { 0x2002, " " },
    { 0x2005, " " },   { 0x200B, " " },   { 0x200E, " " },   { 0x200F, " " },
    { 0x202E, " " },   { 0x202F, " " },   { 0x205F, " " },   { 0x2060, " " },
    { 0x3000, " " },   { 0xFE00, " " },   { 0xFE0E, " " },   { 0xFE0F, " " },
    { 0xFEFF, " " },

    { 0, NULL }
};


static sym_t     room[ROOM];
static seen_t    seen[READINGS];
static uint32_t  slots[SLOTS];      /* 1 + index in "seen", 0 is free */
static uint32_t  nseen, nroom;
static int       full;


/* the set of readings made so far */


static uint32_t
hash_of(const reading_t *r)
{
    size_t    i;
    uint64_t  h;

    h = 14695981039346656037u;

    for (i = 0; i < r->len; i++) {
        h = (h ^ r->s[i]) * 1099511628211u;
    }

    return (uint32_t) ((h ^ (h >> 29)) % SLOTS);
}


static int
same(const seen_t *a, const reading_t *r)
{
    return a->len == r->len
           && memcmp(&room[a->start], r->s, r->len * sizeof(sym_t)) == 0;
}


static void
add(const reading_t *r)
{
    uint32_t  slot;

    for (slot = hash_of(r); slots[slot]; slot = (slot + 1) % SLOTS) {
        if (same(&seen[slots[slot] - 1], r)) {
            return;
        }
    }

    if (nseen == READINGS || nroom + r->len > ROOM) {
        full = 1;
        return;
    }

    memcpy(&room[nroom], r->s, r->len * sizeof(sym_t));

    seen[nseen].start = nroom;
    seen[nseen].len = (uint32_t) r->len;
    seen[nseen].slot = slot;

    nroom += (uint32_t) r->len;
    slots[slot] = ++nseen;
}


static void
forget(void)
{
    while (nseen) {
        slots[seen[--nseen].slot] = 0;
    }

    nroom = 0;
    full = 0;
}


/* adds "r" with the symbols [from, to) replaced by the "n" in "by" */

static void
replace(const reading_t *r, size_t from, size_t to, const sym_t *by, size_t n)
{
    reading_t  w;

    w.len = from + n + (r->len - to);

    if (w.len > LONGEST) {
        full = 1;
        return;
    }

    memcpy(w.s, r->s, from * sizeof(sym_t));
    memcpy(w.s + from, by, n * sizeof(sym_t));
    memcpy(w.s + from + n, r->s + to, (r->len - to) * sizeof(sym_t));

    add(&w);
}


static void
put(const reading_t *r, size_t from, size_t to, sym_t by)
{
    replace(r, from, to, &by, 1);
}


static void
drop(const reading_t *r, size_t from, size_t to)
{
    static const sym_t  none;

    replace(r, from, to, &none, 0);
}


/* what the rewrites ask of a symbol */


static int
is_separator(sym_t c)
{
    return c == '/' || c == '\\';
}


static int
is_control(sym_t c)
{
    return c < 0x20 || c == 0x7F;
}


static int
is_noise(sym_t c)
{
    return c <= 0x20 || c == 0x7F;
}


static int
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

static sym_t
code_point(uint32_t code)
{
    size_t  i;

    if (code < 0x80) {
        return is_control((sym_t) code) ? ' ' : (sym_t) code;
    }

    for (i = 0; compat[i].ascii; i++) {
        if (compat[i].code == code) {
            return (sym_t) (LISTED + i);
        }
    }

    return OTHER;
}


/* the "n" hexadecimal digits at "i", or -1 */

static long
number(const reading_t *r, size_t i, size_t n)
{
    long  v;

    if (i + n > r->len) {
        return -1;
    }

    for (v = 0; n; n--, i++) {
        if (hex(r->s[i]) < 0) {
            return -1;
        }

        v = v * 16 + hex(r->s[i]);
    }

    return v;
}


/* the rewrites: percent */


/* the escape at "i": returns where it ends, or 0 if there is none */

static size_t
escape(const reading_t *r, size_t i, sym_t *c)
{
    long  v;

    if (r->s[i] != '%' || i + 1 == r->len) {
        return 0;
    }

    if (r->s[i + 1] == 'u' || r->s[i + 1] == 'U') {
        v = number(r, i + 2, 4);
        *c = v < 0x100 ? (sym_t) v : code_point((uint32_t) v);

        return v < 0 ? 0 : i + 6;
    }

    v = number(r, i + 1, 2);
    *c = (sym_t) v;

    return v < 0 ? 0 : i + 3;
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


/* all escapes from "i" on decoded, as often as it goes */

static void
unescape(reading_t *r, size_t i)
{
    sym_t   c;
    size_t  k, end;

    for (k = i; k < r->len; k++) {
        end = escape(r, k, &c);

        if (end) {
            r->s[k] = c;
            memmove(&r->s[k + 1], &r->s[end], (r->len - end) * sizeof(sym_t));
            r->len -= end - k - 1;

            /* it may be part of an escape that begins before it */

            k = i - 1;
        }
    }
}


/*
 * UTF-8: the sequence that starts at "i" and its code point.  Returns where
 * it ends, or 0 if there is none.
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
is_strict(sym_t c)
{
    return c >= 0x80 && c <= 0xBF;
}


static int
is_lenient(sym_t c)
{
    return c >= 0x21 && c <= 0xBF && c != '%' && c != 0x7F;
}


static size_t
sequence(const reading_t *r, size_t i, uint32_t *code)
{
    int       strict;
    size_t    n;
    uint32_t  v;

    n = continuations(r->s[i]);

    if (n == 0 || i + n >= r->len) {
        return 0;
    }

    strict = 1;
    v = r->s[i] & (0x3Fu >> n);

    for (i++; n; i++, n--) {
        if (!is_lenient(r->s[i])) {
            return 0;
        }

        strict = strict && is_strict(r->s[i]);
        v = (v << 6) | (r->s[i] & 0x3F);
    }

    *code = v;

    return strict || (v >= 0x21 && v <= 0x7E) ? i : 0;
}


static void
utf8(const reading_t *r, size_t i)
{
    size_t    end;
    uint32_t  code;

    end = sequence(r, i, &code);

    if (end > i) {
        put(r, i, end, code_point(code));
    }
}


/*
 * A byte from 80 up that is part of no sequence.  What is still escaped on
 * either side of it may be the rest of its sequence, so it is decoded first.
 */

static int
is_stray(const reading_t *r, size_t i)
{
    size_t     j, tail;
    uint32_t   code;
    reading_t  w;

    if (r->s[i] < 0x80 || r->s[i] > 0xFF) {
        return 0;
    }

    /* no escape reaches over it: it is no digit */

    w = *r;
    unescape(&w, i + 1);

    tail = w.len - i;
    unescape(&w, 0);
    i = w.len - tail;

    for (j = 0; j <= i; j++) {
        if (sequence(&w, j, &code) > i) {
            return 0;
        }
    }

    return 1;
}


static void
stray(const reading_t *r, size_t i)
{
    if (is_stray(r, i)) {
        put(r, i, i + 1, GAP);
        drop(r, i, segment_end(r, i));
    }
}


static void
compatibility(const reading_t *r, size_t i)
{
    sym_t        by[4];
    size_t       n;
    const char  *p;

    if (r->s[i] < LISTED) {
        return;
    }

    n = 0;

    for (p = compat[r->s[i] - LISTED].ascii; *p; p++) {
        by[n++] = (sym_t) *p;
    }

    replace(r, i, i + 1, by, n);
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


/* blanks are noise, which may be dropped anyway */

static void
trailing_dot(const reading_t *r, size_t i)
{
    size_t  end;

    end = i + 1;

    while (end < r->len && r->s[end] == GAP) {
        end++;
    }

    if (r->s[i] == '.' && segment_end(r, end) == end) {
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


/* noise and ends */


static void
noise(const reading_t *r, size_t i)
{
    if (is_noise(r->s[i])) {
        drop(r, i, i + 1);
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
    percent, utf8, stray, compatibility, backslash, merge_slashes,
    parameter, trailing_dot, dot_segment, noise, ends
};


/* the signs of one reading */


static int
has_segment(const reading_t *r, const char *want)
{
    size_t  i, n;
    sym_t   c;

    n = 0;

    for (i = 0; /* void */; i++) {

        if (i == r->len || is_separator(r->s[i])) {
            if (n == strlen(want)) {
                return 1;
            }

            if (i == r->len) {
                return 0;
            }

            n = 0;
            continue;
        }

        if (r->s[i] == GAP) {
            continue;
        }

        c = r->s[i];

        if (c >= 'A' && c <= 'Z') {
            c = (sym_t) (c - 'A' + 'a');
        }

        n = (n < strlen(want) && c == (sym_t) want[n]) ? n + 1 : LONGEST;
    }
}


static int
has_control(const reading_t *r)
{
    size_t  i;

    for (i = 0; i < r->len; i++) {
        if (is_control(r->s[i])) {
            return 1;
        }
    }

    return 0;
}


static void
look(const reading_t *r, oracle_signs_t *signs)
{
    signs->parent |= has_segment(r, "..");
    signs->vpns |= has_segment(r, "vpns");
    signs->control |= has_control(r);
}


void
oracle_signs(const unsigned char *p, size_t len, oracle_signs_t *signs)
{
    size_t     i, k, next;
    reading_t  r;

    memset(signs, 0, sizeof(oracle_signs_t));

    if (len > LONGEST) {
        signs->endless = 1;
        return;
    }

    for (i = 0; i < len; i++) {
        r.s[i] = p[i];
    }

    r.len = len;
    add(&r);

    for (next = 0; next < nseen; next++) {

        r.len = seen[next].len;
        memcpy(r.s, &room[seen[next].start], r.len * sizeof(sym_t));

        look(&r, signs);

        if (signs->parent && signs->vpns) {
            break;
        }

        for (i = 0; i < r.len; i++) {
            for (k = 0; k < sizeof(rewrites) / sizeof(rewrites[0]); k++) {
                rewrites[k](&r, i);
            }
        }
    }

    signs->readings = nseen;
    signs->endless = full && !(signs->parent && signs->vpns);

    forget();
}


/* a target */


void
oracle_target(const unsigned char *p, size_t len, oracle_target_t *t)
{
    const unsigned char  *end;

    memset(t, 0, sizeof(oracle_target_t));

    end = memchr(p, '?', len);

    if (end == NULL) {
        end = p + len;
    }

    t->hash = memchr(p, '#', (size_t) (end - p)) != NULL;

    oracle_signs(p, len, &t->whole);

    if (end == p + len) {
        t->path = t->whole;

    } else {
        oracle_signs(p, (size_t) (end - p), &t->path);
    }
}


static const char *
reason(const oracle_signs_t *path, const oracle_signs_t *whole, int malformed,
    unsigned policy)
{
    if (path->parent && path->vpns) {
        return "traversal";
    }

    if (whole->parent && whole->vpns) {
        return "query";
    }

    if (whole->vpns && (policy & ORACLE_NO_SSLVPN)) {
        return "vpns";
    }

    if (path->parent && (policy & ORACLE_ANY_PARENT)) {
        return "parent";
    }

    return malformed ? "malformed" : "pass";
}


const char *
oracle_target_reason(const oracle_target_t *t, unsigned policy)
{
    return reason(&t->path, &t->whole, t->hash || t->path.control, policy);
}


/* the whole as a path that was taken apart and decoded: "#" is ordinary */

const char *
oracle_parts_reason(const oracle_target_t *t, unsigned policy)
{
    return reason(&t->whole, &t->whole, t->whole.control, policy);
}


const char *
oracle_header_reason(const oracle_target_t *t)
{
    return t->whole.parent ? "header" : "pass";
}
