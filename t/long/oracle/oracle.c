
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A reading is a string of symbols: bytes and code points.  Each rewrite is a
 * function that makes the strings that one application of it yields at one
 * place; a breadth-first search applies them all until nothing new comes.
 * Every rewrite but three shortens the string, and those three cannot be
 * undone, so it ends.
 */


#include <string.h>

#include "oracle.h"
#include "rewrites.h"
#include "unknown.h"


/* the signs of one reading */


static int
has_segment(const reading_t *r, const char *want)
{
    int     decoded;
    size_t  i, n;
    sym_t   c;

    decoded = is_decoded(r);
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

        c = r->s[i];

        if (is_noise(c) || c == DROPPED
            || (decoded && is_stray(r, i)))
        {
            continue;
        }

        if (c >= 'A' && c <= 'Z') {
            c = (sym_t) (c - 'A' + 'a');
        }

        n = (n < strlen(want) && c == (sym_t) want[n]) ? n + 1 : READING_MAX;
    }
}


static void
look_for_controls(const reading_t *raw, oracle_signs_t *signs)
{
    size_t  i;

    for (i = 0; i < raw->len; i++) {
        signs->control |= is_control(raw->s[i]);
        signs->escaped |= is_control_escape(raw, i);
    }
}


static void
look(const reading_t *r, oracle_signs_t *signs)
{
    signs->parent |= has_segment(r, "..");
    signs->vpns |= has_segment(r, "vpns");
}


/* both signs are enough, wherever they come from */

static int
is_enough(const oracle_signs_t *signs)
{
    return signs->parent && signs->vpns;
}


static void
search(const reading_t *raw, oracle_signs_t *signs)
{
    size_t     next;
    reading_t  r;

    readings_forget();
    readings_add(raw);

    for (next = 0; next < readings_count() && !is_enough(signs); next++) {

        readings_get(next, &r);
        look(&r, signs);

        rewrite(&r);
    }

    signs->readings += readings_count();
    signs->endless |= readings_full();
}


static void
read_raw(reading_t *raw, const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        raw->s[i] = p[i];
    }

    raw->len = len;
}


/* the lenient reading; returns 0 if the string is too long */

static int
lenient_signs(const unsigned char *p, size_t len, reading_t *raw,
    oracle_signs_t *signs)
{
    memset(signs, 0, sizeof(oracle_signs_t));

    if (len > READING_MAX) {
        signs->endless = 1;
        return 0;
    }

    read_raw(raw, p, len);
    search(raw, signs);

    look_for_controls(raw, signs);

    return 1;
}


void
oracle_signs(const unsigned char *p, size_t len, oracle_signs_t *signs)
{
    reading_t  raw;

    rewrites_drop = 1;

    if (lenient_signs(p, len, &raw, signs)) {
        unknown_signs(&raw, signs);
    }

    signs->cut = signs->endless && !signs->parent;

    if (is_enough(signs) || signs->guessed) {
        signs->endless = 0;
    }
}


int
oracle_knows(unsigned long code)
{
    return code < 0x80 || code_point((uint32_t) code) != OTHER_POINT;
}


/* a target */


void
oracle_target(const unsigned char *p, size_t len, oracle_target_t *t)
{
    reading_t             raw;
    const unsigned char  *end;

    memset(t, 0, sizeof(oracle_target_t));

    end = memchr(p, '?', len);

    if (end == NULL) {
        end = p + len;
    }

    t->hash = memchr(p, '#', (size_t) (end - p)) != NULL;

    oracle_signs(p, len, &t->as_path);
    oracle_signs(p, (size_t) (end - p), &t->path);

    /* the query has a lenient reading only, and nothing of it is dropped */

    rewrites_drop = 0;

    (void) lenient_signs(p, len, &raw, &t->whole);

    t->whole.parent |= t->path.parent;
    t->whole.vpns |= t->path.vpns;
}


static const char *
reason(const oracle_signs_t *path, const oracle_signs_t *whole, int malformed,
    unsigned policy)
{
    if ((path->parent && path->vpns) || path->guessed) {
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
    return reason(&t->path, &t->whole,
                  t->hash || t->path.control || t->path.escaped, policy);
}


/*
 * The whole as a path that was taken apart and decoded: "#" is ordinary, and
 * so is what its first layer hides.
 */

const char *
oracle_parts_reason(const oracle_target_t *t, unsigned policy)
{
    return reason(&t->as_path, &t->as_path, t->as_path.control, policy);
}


const char *
oracle_header_reason(const oracle_target_t *t)
{
    return t->as_path.parent ? "header" : "pass";
}
