
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Makes worst-case inputs for a pattern (cguard_worst_case.h).
 */


#include <string.h>

#include "cguard_worst_case.h"


#define CGUARD_WORST_CASE_PART      128
#define CGUARD_WORST_CASE_WORD      32
#define CGUARD_WORST_CASE_EXAMPLE  64

#define CGUARD_WORST_CASE_LAST      0x01


/* an input consists of the head, then the repeated part until it is full */

typedef struct {
    char                  head[CGUARD_WORST_CASE_PART];
    size_t                nhead;
    char                  repeated[CGUARD_WORST_CASE_PART];
    size_t                nrepeated;
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

#define CGUARD_WORST_CASE_KNOWN                                               \
    (sizeof(cguard_worst_case_known) / sizeof(cguard_worst_case_known[0]))


/* 1 stands for a word of the pattern, 2 for the word without its last byte */

static const char *const  cguard_worst_case_templates[][2] = {
    { "", "\1" }, { "", "\2" }, { "", "&\1=" }, { "", "/\1" }, { "", "?\1=" },
    { "", "?\1=a&" }, { "/\1", "/" }, { "&\1=", "a" }, { "&\1=", "%41" },
    { "&\1", " " }, { "\1", "\2" }, { "", "&\1 a" }, { "", "; \1=" }
};

#define CGUARD_WORST_CASE_TEMPLATES                                           \
    (sizeof(cguard_worst_case_templates)                                      \
     / sizeof(cguard_worst_case_templates[0]))


static size_t
cguard_worst_case_expand(char *buf, const char *template,
    const cguard_worst_case_word_t *word)
{
    size_t  n, len;

    for (n = 0; *template; template++) {

        if (*template != '\1' && *template != '\2') {
            buf[n++] = *template;
            continue;
        }

        len = word->len - (*template == '\2');
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


/* the next run of literal bytes; 0 if there is none */

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


/* a byte that the escape "\c" matches; 0 if it matches none */

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


/* a byte that the class at p[0] matches; "p" then points to its end */

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


/*
 * a text that a pattern may match, each repetition once: "/a" for "^/(a+)+$"
 */

static size_t
cguard_worst_case_example(const char *p, const char *last, char *buf)
{
    char    c;
    size_t  n;

    for (n = 0; p < last && n < CGUARD_WORST_CASE_EXAMPLE; p++) {

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


/* input "n" derived from that text: one byte of it repeated, or all so far */

static int
cguard_worst_case_by_example(cguard_worst_case_t *h, const char *pattern,
    size_t plen, unsigned *n)
{
    char    example[CGUARD_WORST_CASE_EXAMPLE];
    size_t  len;

    len = cguard_worst_case_example(pattern, pattern + plen, example);

    if (*n >= 2 * len) {
        *n -= (unsigned) (2 * len);
        return 0;
    }

    if (*n < len) {
        h->nhead = *n;
        h->nrepeated = 1;
        memcpy(h->head, example, *n);
        h->repeated[0] = example[*n];
        return 1;
    }

    h->nrepeated = *n - len + 1;
    memcpy(h->repeated, example, h->nrepeated);

    return 1;
}


static int
cguard_worst_case_make(cguard_worst_case_t *h, const char *pattern, size_t plen,
    unsigned n)
{
    size_t                     i;
    const char                *p;
    const char *const         *template;
    cguard_worst_case_word_t   word;

    h->nhead = 0;

    if (n < CGUARD_WORST_CASE_KNOWN) {
        h->nrepeated = strlen(cguard_worst_case_known[n]);
        memcpy(h->repeated, cguard_worst_case_known[n], h->nrepeated);
        return 1;
    }

    n -= CGUARD_WORST_CASE_KNOWN;

    for (i = 0; i < plen; i++) {
        if (memchr(pattern, pattern[i], i) == NULL && n-- == 0) {
            h->repeated[0] = pattern[i];
            h->nrepeated = 1;
            return 1;
        }
    }

    if (cguard_worst_case_by_example(h, pattern, plen, &n)) {
        return 1;
    }

    p = pattern;

    while (cguard_worst_case_word(&p, pattern + plen, &word)) {

        if (n < CGUARD_WORST_CASE_TEMPLATES) {
            template = cguard_worst_case_templates[n];
            h->nhead = cguard_worst_case_expand(h->head, template[0], &word);
            h->nrepeated = cguard_worst_case_expand(h->repeated, template[1],
                                                    &word);
            return 1;
        }

        n -= CGUARD_WORST_CASE_TEMPLATES;
    }

    return 0;
}


int
cguard_worst_case(const char *pattern, size_t plen, unsigned n,
    unsigned char *buf, size_t len)
{
    size_t               i;
    cguard_worst_case_t  h;

    if (!cguard_worst_case_make(&h, pattern, plen, n / 2)) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        buf[i] = (unsigned char)
                 (i < h.nhead ? h.head[i]
                              : h.repeated[(i - h.nhead) % h.nrepeated]);
    }

    if (n % 2 && len) {
        buf[len - 1] = CGUARD_WORST_CASE_LAST;
    }

    return 1;
}
