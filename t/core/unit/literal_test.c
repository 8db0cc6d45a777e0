
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The literal that a pattern requires: a table, and the property that whatever
 * PCRE2 matches contains it, with random patterns.  Prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_literal.h"
#include "cguard/rules/cguard_pattern.h"
#include "tap.h"


#define LITERAL_PATTERNS  150000
#define LITERAL_SUBJECTS  12
#define LITERAL_DEPTH     3
#define LITERAL_SIZE      512
#define LITERAL_ROOM      32
#define LITERAL_NO_JIT    "(*NO_JIT)"


typedef struct {
    char                  pattern[LITERAL_SIZE];
    size_t                len;
    char                  subject[LITERAL_SIZE];   /* likely to match */
    size_t                nsubject;
} literal_made_t;


static const struct {
    const char           *pattern;
    const char           *literal;
} literal_table[] = {
    { "", "" },
    { "abc", "abc" },
    { "ABC", "abc" },
    { "^/vpns/portal/", "/vpns/portal/" },
    { "^/menu/stapp\\b", "/menu/stapp" },
    { "(?:^|/)vpns/", "vpns/" },
    { "\\.xml(?![a-z0-9])", ".xml" },
    { "^/(?:p/u|nf/auth)/doAuthenticat(?:ion|e)\\.do\\b", "/doauthenticat" },
    { "a.bc[de]fgh", "fgh" },
    { "abc*", "ab" },
    { "abc?def", "def" },
    { "abc+d", "abc" },
    { "ab+cd", "ab" },
    { "abc{0,3}d", "ab" },
    { "abc{2}", "ab" },
    { "a\\.b\\/c", "a.b/c" },
    { "\\dabc\\s", "abc" },
    { "ab|cd", "" },
    { "(ab|cd)ef", "ef" },
    { "(abc)?d", "d" },
    { "(abc)*", "" },
    { "(a(b(c)))d[(]e", "d" },
    { "([)(]x)yz", "yz" },
    { "[]a]bc", "bc" },
    { "[^]a]bc", "bc" },
    { "[\\]a]bc", "bc" },
    { "[\\w.]bc", "bc" },
    { "[[:alpha:]]bc", "" },
    { "\\Qa|b\\Ec", "" },
    { "(?i)abc", "" },
    { "(?#a)bc", "" },
    { "(a(?x) b)c", "" },
    { "(*ACCEPT)abc", "" },
    { "(a(*ACCEPT)b)c", "" },
    { "abc\\Kdef", "abc" },
    { "\\x61bc", "" },
    { "\\Nab", "ab" },
    { "\\N{U+61}b", "" },
    { "\\N{2}ab", "ab" },
    { "XYZ", "xyz" },
    { "[\\Q]x\\\\E]bc", "" },
    { "[\\c]]bc", "" },
    { "[\\Q]", "" },
    { "(\\Q)xyz[\\\\E)?]", "" },
    { "(\\c\\)|a\\c\\(b)xyz", "" },
    { "(\\(a)|b\\)xyz", "" },
    { "([(]a)|b[)]xyz", "" },
    { "(?:[a", "" },
    { "ab[", "" },
    { "ab[^", "" },
    { "ab[[", "" },
    { "ab[\\", "" },
    { "ab(", "" },
    { "ab(?", "" },
    { "ab(a\\", "" },
    { "abc{", "" },
    { "abc{2,", "" },
    { "abc{d", "" },
    { "abc{x|y}def", "" },
    { "abc{1,2}?def", "def" },
    { "abc++def", "abc" },
    { "xa+{0}b", "" },
    { "xa+*b", "" },
    { "xa+?{0}b", "" },
    { "a\\cb", "" },
    { "ab\\", "" },
    { "a)b", "" },
    { "a[b", "" },
    { "a(b", "" },
    { "ab]cd}e", "ab]cd}e" },
    { "0123456789012345678901234567890123456789",
      "01234567890123456789012345678901" },
};


static unsigned  literal_seed = 20200110;


static unsigned
literal_random(unsigned n)
{
    literal_seed = literal_seed * 1664525 + 1013904223;

    return (literal_seed >> 8) % n;
}


static void
literal_write(char *buf, size_t *len, const char *text)
{
    size_t  n;

    n = strlen(text);

    if (*len + n < LITERAL_SIZE) {
        memcpy(buf + *len, text, n);
        *len += n;
    }
}


static void literal_sequence(literal_made_t *made, unsigned depth);


/* one item of a pattern, and what it matches */

static void
literal_item(literal_made_t *made, unsigned depth)
{
    size_t  subject;

    static const char *const  items[][2] = {
        { "a", "a" }, { "b", "B" }, { "C", "c" }, { "/", "/" }, { "%", "%" },
        { "vpns", "vPns" }, { "\\.", "." }, { "\\[", "[" }, { "\\\\", "\\" },
        { "\\|", "|" }, { "\\d", "7" }, { "\\w", "w" }, { ".", "x" },
        { "[abc]", "b" }, { "[^abc]", "d" }, { "[]a]", "]" }, { "[(]", "(" },
        { "[a\\]]", "]" }, { "\\x61", "a" }, { "\\Qa|b\\E", "a|b" },
        { "a{x}", "a{x}" }, { "{", "{" }, { "}", "}" }, { "]", "]" },
        { "\\b", "" }, { "\\K", "" }, { "(?!zz)", "" }, { "(?=.)", "" },
        { "(?<!zz)", "" }, { "(?#(c)", "" }, { "(?i)", "" }, { "(?x)", "" },
        { "#", "#" }, { " ", " " }, { "[[:alpha:]]", "q" }, { "\\r", "\r" },
        { "\xe9", "\xe9" }, { "\\N", "n" }, { "(*COMMIT)", "" },
        { "(?|a|b)", "b" }, { "(?>ab)", "ab" }, { "\\cA", "\001" },
        { "[a-c[.]", "." }, { "(?<n>ab)", "ab" }, { "\\R", "\n" },
        { "$", "" }, { "^", "" },
    };

    if (depth < LITERAL_DEPTH && literal_random(5) == 0) {
        literal_write(made->pattern, &made->len,
                      literal_random(2) ? "(" : "(?:");

        subject = made->nsubject;
        literal_sequence(made, depth + 1);

        while (literal_random(3) == 0) {

            /* another branch: the subject is from the last one */

            literal_write(made->pattern, &made->len, "|");
            made->nsubject = literal_random(2) ? subject : made->nsubject;
            literal_sequence(made, depth + 1);
        }

        literal_write(made->pattern, &made->len, ")");
        return;
    }

    subject = literal_random(literal_random(3) ? 14
                                   : sizeof(items) / sizeof(items[0]));

    literal_write(made->pattern, &made->len, items[subject][0]);
    literal_write(made->subject, &made->nsubject, items[subject][1]);
}


static void
literal_sequence(literal_made_t *made, unsigned depth)
{
    size_t    subject;
    unsigned  n, k;

    static const char *const  quantifiers[] = {
        "*", "+", "?", "{2}", "{0}", "{0,2}", "{1,}", "*?", "+?", "??", "*+",
        "++", "{0,1}?", "+{0}", "+*", "{2}{0}", "{2", "{,3}", "?+"
    };

    for (n = 1 + literal_random(6); n; n--) {

        subject = made->nsubject;
        literal_item(made, depth);

        if (literal_random(3)) {
            continue;
        }

        k = literal_random(sizeof(quantifiers) / sizeof(quantifiers[0]));
        literal_write(made->pattern, &made->len, quantifiers[k]);

        if (strchr("*?", quantifiers[k][0]) || strchr(quantifiers[k], '0')) {
            made->nsubject = literal_random(2) ? subject : made->nsubject;
        }
    }
}


/* characters with a special meaning, in any order */

static void
literal_soup(literal_made_t *made)
{
    unsigned  n;

    static const char *const  tokens[] = {
        "a", "b", "c", "A", "(", ")", "|", "*", "+", "?", "{", "}", "2", "0",
        ",", "[", "]", "^", "$", "\\", "Q", "E", "d", "-", ":", "(?", "i",
        "x", "#", "=", "!", "<", ">", ".", "{0}", "{2}", "ab", "\\Q", "\\E",
        "[[:", ":]]", "(*", "K", "N", " "
    };

    for (n = 1 + literal_random(12); n; n--) {
        literal_write(made->pattern, &made->len,
                      tokens[literal_random(sizeof(tokens)
                                            / sizeof(tokens[0]))]);
    }
}


/* a subject: the one made for it, bytes of the pattern, some changed */

static size_t
literal_subject(const literal_made_t *made, unsigned k, char *buf)
{
    size_t  i, len;

    if (k == 0) {
        memcpy(buf, made->subject, made->nsubject);
        return made->nsubject;
    }

    if (k % 2 && made->nsubject) {
        memcpy(buf, made->subject, made->nsubject);
        buf[literal_random((unsigned) made->nsubject)] = "aBx/"[k / 2 % 4];
        return made->nsubject;
    }

    len = literal_random(12);

    for (i = 0; i < len; i++) {
        buf[i] = literal_random(4) && made->len
                     ? made->pattern[literal_random((unsigned) made->len)]
                     : "abcA{}[]x7"[literal_random(10)];
    }

    return len;
}


static int
literal_in(const char *p, size_t len, const char *s, size_t n)
{
    char    c;
    size_t  i, k;

    for (i = 0; i + n <= len; i++) {
        for (k = 0; k < n; k++) {
            c = p[i + k] >= 'A' && p[i + k] <= 'Z' ? p[i + k] | 0x20
                                                   : p[i + k];
            if (c != s[k]) {
                break;
            }
        }

        if (k == n) {
            return 1;
        }
    }

    return 0;
}


static void
literal_named(tap_t *t)
{
    char         buf[LITERAL_ROOM], large[100], pattern_long[100];
    size_t       i, n, want;
    const char  *pattern;

    for (i = 0; i < sizeof(literal_table) / sizeof(literal_table[0]); i++) {
        pattern = literal_table[i].pattern;
        want = strlen(literal_table[i].literal);

        n = cguard_literal(pattern, strlen(pattern), buf, sizeof(buf));

        if (!tap_ok(t, n == want && memcmp(buf, literal_table[i].literal, n)
                                    == 0,
                    "%s: \"%s\"", pattern, literal_table[i].literal))
        {
            tap_diag("\"%.*s\"", (int) n, buf);
        }
    }

    tap_ok(t, cguard_literal("abc", 3, NULL, 0) == 0, "no room");
    for (i = 0; i < sizeof(large); i++) {
        pattern_long[i] = 'a';
    }

    tap_ok(t, cguard_literal(pattern_long, sizeof(large), large,
                             sizeof(large))
              == 64, "more room than a run may take");
    tap_ok(t, cguard_literal("abcdef", 6, buf, 4) == 4
              && memcmp(buf, "abcd", 4) == 0, "little room");
}


static unsigned
literal_wrong(cguard_matcher_t *m, const literal_made_t *made,
    const cguard_pattern_t *p, unsigned long *matched)
{
    char      literal[LITERAL_ROOM], subject[LITERAL_SIZE];
    size_t    n, len;
    unsigned  k;

    n = cguard_literal(made->pattern, made->len, literal, sizeof(literal));

    for (k = 0; k < LITERAL_SUBJECTS; k++) {
        len = literal_subject(made, k, subject);

        if (cguard_pattern_match(m, p, (unsigned char *) subject, len) != 1) {
            continue;
        }

        *matched += n != 0;

        if (!literal_in(subject, len, literal, n)) {
            tap_diag("%.*s matches %.*s without %.*s", (int) made->len,
                     made->pattern, (int) len, subject, (int) n, literal);
            return 1;
        }
    }

    return 0;
}


static void
literal_property(tap_t *t, const char *name, int soup)
{
    char               whole[LITERAL_SIZE + 16], error[CGUARD_PATTERN_ERROR];
    size_t             at;
    unsigned           wrong, compiled;
    unsigned long      matched;
    literal_made_t     made;
    cguard_pattern_t   p;
    cguard_matcher_t  *m;

    m = cguard_matcher_create();
    if (m == NULL) {
        exit(2);
    }

    wrong = 0;
    matched = 0;

    for (compiled = 0; compiled < LITERAL_PATTERNS && wrong < 10; /* void */) {
        made.len = 0;
        made.nsubject = 0;

        if (soup) {
            literal_soup(&made);

        } else {
            literal_sequence(&made, 0);
        }

        at = (size_t) snprintf(whole, sizeof(whole), LITERAL_NO_JIT "%.*s",
                               (int) made.len, made.pattern);

        if (cguard_pattern_compile(&p, whole, at, 0, error, &at) == -1) {
            continue;
        }

        compiled++;
        wrong += literal_wrong(m, &made, &p, &matched);
        cguard_pattern_free(&p);
    }

    tap_ok(t, wrong == 0 && matched > LITERAL_PATTERNS / 20,
           "%s: %u patterns, %lu matches with a literal, %u without it", name,
           compiled, matched, wrong);

    cguard_matcher_free(m);
}


int
main(void)
{
    tap_t  t = { 0, 0 };

    literal_named(&t);
    literal_property(&t, "random patterns", 0);
    literal_property(&t, "random characters", 1);

    return tap_done(&t);
}
