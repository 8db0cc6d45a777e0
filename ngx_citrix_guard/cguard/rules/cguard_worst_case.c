
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Hostile inputs for a pattern (cguard_worst_case.h).
 */


#include <string.h>

#include "cguard_worst_case.h"


#define CGUARD_WORST_CASE_UNIT      128
#define CGUARD_WORST_CASE_WORD      32
#define CGUARD_WORST_CASE_SKELETON  64

#define CGUARD_WORST_CASE_LAST      0x01


/* an input is the head, and then the unit over and over */

typedef struct {
    char                  head[CGUARD_WORST_CASE_UNIT];
    size_t                nhead;
    char                  unit[CGUARD_WORST_CASE_UNIT];
    size_t                nunit;
} cguard_worst_case_t;


typedef struct {
    char                  data[CGUARD_WORST_CASE_WORD];
    size_t                len;
} cguard_worst_case_word_t;


static const char *const  cguard_worst_case_known[] = {
    "a", "/", "/../", "..%2f", "%2e", "%252e", "%%32%65", "%25", "%u002e",
    "%c0%ae", "\\", ";", "&", "a=b&", "=", "?", " ", "\t ", "\r\n", "+", "[%",
    "%5b", "aA0!", "ab", "\xff", "\xc3\xa9", ","
};

#define CGUARD_WORST_CASE_KNOWN  (sizeof(cguard_worst_case_known)                   \
                               / sizeof(cguard_worst_case_known[0]))


/* head and unit; 1 stands for a word of the pattern, 2 for all but its end */

static const char *const  cguard_worst_case_shapes[][2] = {
    { "", "\1" }, { "", "\2" }, { "", "&\1=" }, { "", "/\1" }, { "", "?\1=" },
    { "", "?\1=a&" }, { "/\1", "/" }, { "&\1=", "a" }, { "&\1=", "%41" },
    { "&\1", " " }, { "\1", "\2" }, { "", "&\1 a" }, { "", "; \1=" }
};

#define CGUARD_WORST_CASE_SHAPES  (sizeof(cguard_worst_case_shapes)                 \
                                / sizeof(cguard_worst_case_shapes[0]))


static size_t
cguard_worst_case_expand(char *buf, const char *shape,
    const cguard_worst_case_word_t *word)
{
    size_t  n, len;

    for (n = 0; *shape; shape++) {

        if (*shape != '\1' && *shape != '\2') {
            buf[n++] = *shape;
            continue;
        }

        len = word->len - (*shape == '\2');
        memcpy(buf + n, word->data, len);
        n += len;
    }

    return n;
}


static int
cguard_worst_case_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}


/* the next run of bytes that stand for themselves; 0 if there is none */

static int
cguard_worst_case_word(const char **p, const char *last,
    cguard_worst_case_word_t *word)
{
    int   plain;
    char  c;

    word->len = 0;

    while (*p < last && word->len < CGUARD_WORST_CASE_WORD) {

        c = *(*p)++;
        plain = memchr("^$.|()[]{}*+?!<>:", c, 17) == NULL;

        if (c == '\\' && *p < last) {
            c = *(*p)++;
            plain = !cguard_worst_case_alnum(c);
        }

        if (plain) {
            word->data[word->len++] = c;
            continue;
        }

        if (word->len > 1) {
            break;
        }

        word->len = 0;
    }

    return word->len > 1;
}


/* a byte that the escape "\c" may stand for; 0 if it is for none */

static char
cguard_worst_case_escape(char c)
{
    switch (c) {

    case 'd':
        return '1';

    case 'n':
        return '\n';

    case 's':
        return ' ';

    case 'S':
    case 'w':
        return 'a';

    case 'W':
        return '!';

    default:
        return cguard_worst_case_alnum(c) ? 0 : c;
    }
}


/* the byte that a class at p[0], the "[", may stand for; "p" is its end then */

static char
cguard_worst_case_class(const char **p, const char *last)
{
    char  c;

    c = 'a';

    if (last - *p > 2 && (*p)[1] == '\\') {
        c = cguard_worst_case_escape((*p)[2]);

    } else if (last - *p > 1 && (*p)[1] != '^' && (*p)[1] != '[') {
        c = (*p)[1];
    }

    while (*p < last && **p != ']') { (*p)++; }

    return c;
}


/* what a pattern may match, without its repetitions: "/a" of "^/(a+)+$" */

static size_t
cguard_worst_case_skeleton(const char *p, const char *last, char *buf)
{
    char    c;
    size_t  n;

    for (n = 0; p < last && n < CGUARD_WORST_CASE_SKELETON; p++) {

        c = *p;

        if (c == '\\' && last - p > 1) {
            c = cguard_worst_case_escape(*++p);

        } else if (c == '[') {
            c = cguard_worst_case_class(&p, last);

        } else if (c == '.') {
            c = 'a';

        } else if (c == '{') {
            while (p < last && *p != '}') { p++; }
            continue;

        } else if (c == '?' && p[-1] == '(') {
            while (p < last && memchr(":=!>)", *p, 5) == NULL) { p++; }
            continue;

        } else if (memchr("^$|()*+?", c, 8)) {
            continue;
        }

        if (c) {
            buf[n++] = c;
        }
    }

    return n;
}


/* input "n" of those by the skeleton: a byte again and again, or all so far */

static int
cguard_worst_case_by_skeleton(cguard_worst_case_t *h, const char *pattern,
    size_t plen, unsigned *n)
{
    char    skeleton[CGUARD_WORST_CASE_SKELETON];
    size_t  len;

    len = cguard_worst_case_skeleton(pattern, pattern + plen, skeleton);

    if (*n >= 2 * len) {
        *n -= (unsigned) (2 * len);
        return 0;
    }

    if (*n < len) {
        h->nhead = *n;
        h->nunit = 1;
        memcpy(h->head, skeleton, *n);
        h->unit[0] = skeleton[*n];
        return 1;
    }

    h->nunit = *n - len + 1;
    memcpy(h->unit, skeleton, h->nunit);

    return 1;
}


static int
cguard_worst_case_make(cguard_worst_case_t *h, const char *pattern, size_t plen,
    unsigned n)
{
    size_t                  i;
    const char             *p;
    cguard_worst_case_word_t   word;

    h->nhead = 0;

    if (n < CGUARD_WORST_CASE_KNOWN) {
        h->nunit = strlen(cguard_worst_case_known[n]);
        memcpy(h->unit, cguard_worst_case_known[n], h->nunit);
        return 1;
    }

    n -= CGUARD_WORST_CASE_KNOWN;

    for (i = 0; i < plen; i++) {
        if (memchr(pattern, pattern[i], i) == NULL && n-- == 0) {
            h->unit[0] = pattern[i];
            h->nunit = 1;
            return 1;
        }
    }

    if (cguard_worst_case_by_skeleton(h, pattern, plen, &n)) {
        return 1;
    }

    p = pattern;

    while (cguard_worst_case_word(&p, pattern + plen, &word)) {

        if (n < CGUARD_WORST_CASE_SHAPES) {
            h->nhead = cguard_worst_case_expand(h->head,
                                             cguard_worst_case_shapes[n][0],
                                             &word);
            h->nunit = cguard_worst_case_expand(h->unit,
                                             cguard_worst_case_shapes[n][1],
                                             &word);
            return 1;
        }

        n -= CGUARD_WORST_CASE_SHAPES;
    }

    return 0;
}


int
cguard_worst_case(const char *pattern, size_t plen, unsigned n,
    unsigned char *buf, size_t len)
{
    size_t            i;
    cguard_worst_case_t  h;

    if (!cguard_worst_case_make(&h, pattern, plen, n / 2)) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        buf[i] = (unsigned char) (i < h.nhead
                                      ? h.head[i]
                                      : h.unit[(i - h.nhead) % h.nunit]);
    }

    if (n % 2 && len) {
        buf[len - 1] = CGUARD_WORST_CASE_LAST;
    }

    return 1;
}
