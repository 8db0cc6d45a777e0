
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds the literal that a pattern requires.
 *
 * It walks the pattern from left to right, at its outermost level only; groups
 * and classes are skipped.  A run of literal characters is a candidate.  A
 * character that a quantifier makes optional is removed from the run, and
 * anything else ends the run.
 */


#include <string.h>

#include "cguard_literal.h"


typedef struct {
    const char           *p;
    const char           *last;
    char                 *buf;       /* the longest run so far */
    size_t                size;
    size_t                best;
    char                  run[64];
    size_t                len;
} cguard_literal_t;


static void
cguard_literal_end(cguard_literal_t *l)
{
    if (l->len > l->best) {
        memcpy(l->buf, l->run, l->len);
        l->best = l->len;
    }

    l->len = 0;
}


/* a full run ends here: the next character begins another one */

static void
cguard_literal_add(cguard_literal_t *l, char c)
{
    if (l->len == sizeof(l->run) || l->len == l->size) {
        cguard_literal_end(l);
    }

    if (c >= 'A' && c <= 'Z') {
        c |= 0x20;
    }

    if (l->size) {
        l->run[l->len++] = c;
    }
}


static int
cguard_literal_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* skips "[...]"; -1 if it has no end */

static int
cguard_literal_class(cguard_literal_t *l)
{
    const char  *p;

    p = l->p + 1;

    if (p < l->last && *p == '^') {
        p++;
    }

    /* a "]" in first place is a literal character */

    if (p < l->last && *p == ']') {
        p++;
    }

    for ( /* void */ ; p < l->last; p++) {

        if (*p == ']') {
            l->p = p + 1;
            return 0;
        }

        if (*p == '[' && l->last - p > 1
            && (p[1] == ':' || p[1] == '.' || p[1] == '='))
        {
            return -1;
        }

        if (*p == '\\') {
            if (l->last - p < 2 || cguard_literal_alnum(p[1])) {

                /*
                 * \Q in a class, and other escapes that change how the class
                 * is read
                 */

                if (l->last - p < 2 || strchr("dDwWsShHvVnrtfae0123xc",
                                              p[1])
                                       == NULL)
                {
                    return -1;
                }

                if (p[1] == 'c') {
                    return -1;
                }
            }

            p++;
        }
    }

    return -1;
}


/* skips "(...)"; -1 if that cannot be done safely */

static int
cguard_literal_group(cguard_literal_t *l)
{
    unsigned  depth;

    depth = 0;

    while (l->p < l->last) {

        switch (*l->p) {

        case '\\':
            if (l->last - l->p < 2 || l->p[1] == 'Q' || l->p[1] == 'c') {
                return -1;
            }

            l->p += 2;
            continue;

        case '[':
            if (cguard_literal_class(l) == -1) {
                return -1;
            }

            continue;

        case '(':

            /* comments, options and verbs: "(?#", "(?i)", "(*" */

            if (l->last - l->p > 2 && l->p[1] == '?'
                && memchr(":=!<>|", l->p[2], 6) == NULL)
            {
                return -1;
            }

            if (l->last - l->p > 1 && l->p[1] == '*') {
                return -1;
            }

            depth++;
            break;

        case ')':
            if (--depth == 0) {
                l->p++;
                return 0;
            }

            break;
        }

        l->p++;
    }

    return -1;
}


/*
 * Skips "{3}", "{3,}" or "{3,5}"; -1 for a brace that is none of these.  PCRE2
 * may read such a brace as a literal character, and then its contents belong
 * to the pattern.
 */

static int
cguard_literal_brace(cguard_literal_t *l)
{
    const char  *p;

    for (p = l->p + 1; p < l->last; p++) {

        if (*p == '}') {
            l->p = p + 1;
            return 0;
        }

        if (*p != ',' && (*p < '0' || *p > '9')) {
            break;
        }
    }

    return -1;
}


/* a quantifier after the last character, which it may make optional */

static int
cguard_literal_quantifier(cguard_literal_t *l)
{
    if (*l->p != '+' && l->len) {
        l->len--;
    }

    cguard_literal_end(l);

    if (*l->p != '{') {
        l->p++;

    } else if (cguard_literal_brace(l) == -1) {
        return -1;
    }

    if (l->p == l->last) {
        return 0;
    }

    /* lazy or possessive */

    if (*l->p == '?' || *l->p == '+') {
        l->p++;
    }

    /* "a+{0}": a second quantifier makes optional even what "+" requires */

    return l->p < l->last && memchr("*?+{", *l->p, 4) ? -1 : 0;
}


/* an escape: a literal character, or something that ends the run */

static int
cguard_literal_escape(cguard_literal_t *l)
{
    if (l->last - l->p < 2) {
        return -1;
    }

    if (!cguard_literal_alnum(l->p[1])) {
        cguard_literal_add(l, l->p[1]);

    } else if (strchr("dDwWsShHvVbBAzZGnrtfeaRXNK", l->p[1])) {
        cguard_literal_end(l);

    } else {
        return -1;
    }

    l->p += 2;

    return 0;
}


static int
cguard_literal_step(cguard_literal_t *l)
{
    switch (*l->p) {

    case '\\':
        return cguard_literal_escape(l);

    case '[':
        cguard_literal_end(l);
        return cguard_literal_class(l);

    case '(':
        cguard_literal_end(l);
        return cguard_literal_group(l);

    case '*':
    case '?':
    case '+':
    case '{':
        return cguard_literal_quantifier(l);

    case '^':
    case '$':
    case '.':
        cguard_literal_end(l);
        break;

    case '|':
    case ')':
        return -1;

    default:
        cguard_literal_add(l, *l->p);
    }

    l->p++;

    return 0;
}


size_t
cguard_literal(const char *pattern, size_t len, char *buf, size_t size)
{
    cguard_literal_t  l;

    l.p = pattern;
    l.last = pattern + len;
    l.buf = buf;
    l.size = size;
    l.best = 0;
    l.len = 0;

    while (l.p < l.last) {
        if (cguard_literal_step(&l) == -1) {
            return 0;
        }
    }

    cguard_literal_end(&l);

    return l.best;
}
