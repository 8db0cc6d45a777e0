
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Worst-case inputs: patterns that reach the limits are found, and no shipped
 * rule is one of them; prints TAP.
 */


#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_worst_case.h"
#include "conf.h"
#include "tap.h"
#include "vectors.h"


#define HOSTILE_SHIPPED  "ngx_citrix_guard/conf/rules/*.conf"
#define HOSTILE_LONG     65536
#define HOSTILE_LARGE    300
#define HOSTILE_BYTES    "bbbbbbbbbbbbbbb"


/* patterns, and whether some input makes them meet a limit */

static const struct {
    const char           *pattern;
    int                   limit;
} hostile_patterns[] = {
    { "(a+)+$", 1 },
    { "^/(a+)+$", 1 },
    { "^/x/([a-z]+)+$", 1 },
    { "^/\\d/(?<n>[^/]*,?)*;$", 1 },
    { "^(/[^/]*)*$", 1 },
    { "^(\\w+\\s?)*$", 1 },
    { "x=(%[0-9a-f]+|[^&])*;$", 1 },
    { "^/vpns/portal/", 0 },
    { "[0-9a-f]{32}", 0 },
    { "(?:^|&)login(?:&|$)", 0 },
    { "^/(?:a|b)[^?]*\\.xml$", 0 },
};


/*
 * How an input of a pattern begins: one of them does, or none ("!").  And how
 * many inputs there are, which is 2 for each of 27 tricks, for each byte of
 * the pattern, for each place and beginning of what it may match, and 13
 * shapes for each word.
 */

static const struct {
    const char           *pattern;
    const char           *begin;
} hostile_begins[] = {
    { "ab", "/..//..//../" }, { "ab", "..%2f..%2f.." },
    { "ab", "aaaaaaaaaaaa" }, { "ab", "?ab=?ab=?ab=" },
    { "ab", "&ab=%41%41%4" }, { "ab", "&ab=aaaaaaaa" },
    { "ab", "abaaaaaaaaaa" }, { "ab", "/ab/////////" },
    { "ab", "!babababababa" }, { "ab", "&ab         " },
    { "ab\\dcd", "abababababab" }, { "ab\\dcd", "cdcdcdcdcdcd" },
    { "ab\\dcd", "ab1cdab1cdab" }, { "ab\\dcd", "!abdcdabdcdab" },
    { "ab\\.cd", "ab.cdab.cdab" }, { "ab$cd", "!ab$cdab$cdab" },
    { "a.b{2,3}c\\sd+e", "aabc deaabc " }, { "a{2", "aaaaaaaaaaaa" },
    { "\\n\\s\\S\\w\\W\\d!", "\n aa!1!\n aa!" },
    { "x\\by", "xyxyxyxyxyxy" }, { "x[\\d]y[^a]z", "x1yazx1yazx1" },
    { "x[[:alpha:]y", "xayxayxayxay" }, { "x[\\by", "xxxxxxxxxxxx" },
    { "x(?:y|z)w", "xyzwxyzwxyzw" }, { "x(?<name>y)", "xyxyxyxyxyxy" },
    { "x(?=y", "xyxyxyxyxyxy" }, { "x(?", "xxxxxxxxxxxx" },
    { "x?y*z+", "xyzxyzxyzxyz" }, { "x[", "xaxaxaxaxaxa" },
    { "x\\1y", "xyxyxyxyxyxy" },
    { "ab\\", "ab\\ab\\ab\\ab\\" },
};


static const struct {
    const char           *pattern;
    unsigned              inputs;
} hostile_numbers[] = {
    { "", 2 * 27 }, { "ab", 2 * (27 + 2 + 2 * 2 + 13) },
    { "aa", 2 * (27 + 1 + 2 * 2 + 13) }, { "a", 2 * (27 + 1 + 2) },
    { "a.b", 2 * (27 + 3 + 2 * 3) },
    { "ab(cd)", 2 * (27 + 6 + 2 * 4 + 2 * 13) },
    { "^$", 2 * (27 + 2) }, { "a.bcd", 2 * (27 + 5 + 2 * 5 + 13) },
    { HOSTILE_BYTES HOSTILE_BYTES HOSTILE_BYTES HOSTILE_BYTES HOSTILE_BYTES,
      2 * (27 + 1 + 2 * 64 + 3 * 13) },
};


/* the first input that makes the pattern reach a limit, or -1 */

static int
hostile_limit(cguard_matcher_t *m, const char *text, size_t len,
    unsigned *inputs)
{
    int               first;
    char              error[CGUARD_PATTERN_ERROR];
    size_t            at;
    unsigned          n;
    unsigned char    *buf;
    cguard_pattern_t  p;

    buf = malloc(HOSTILE_LONG);

    if (buf == NULL
        || cguard_pattern_compile(&p, text, len, 0, error, &at) == -1)
    {
        fprintf(stderr, "%.*s: no memory, or no pattern\n", (int) len, text);
        exit(2);
    }

    first = -1;

    for (n = 0; cguard_worst_case(text, len, n, buf, HOSTILE_LONG); n++) {
        if (first == -1
            && cguard_pattern_match(m, &p, buf, HOSTILE_LONG) < 0)
        {
            first = (int) n;
        }
    }

    *inputs += n;

    cguard_pattern_free(&p);
    free(buf);

    return first;
}


static void
hostile_known(tap_t *t, cguard_matcher_t *m)
{
    int          n;
    size_t       i;
    unsigned     inputs;
    const char  *text;

    for (i = 0; i < sizeof(hostile_patterns) / sizeof(hostile_patterns[0]);
         i++)
    {
        text = hostile_patterns[i].pattern;
        inputs = 0;

        n = hostile_limit(m, text, strlen(text), &inputs);

        tap_ok(t, (n != -1) == hostile_patterns[i].limit
                  && inputs < HOSTILE_LARGE,
               "%s: input %d of %u", text, n, inputs);
    }
}


static void
hostile_inputs(tap_t *t)
{
    size_t          len;
    unsigned        n, wrong, word, run, last, skeleton;
    unsigned char  *buf;

    static const char  pattern[] = "^/ab\\.c(?:&x=|[z])\\d";

    wrong = 0;
    word = 0;
    run = 0;
    last = 0;
    skeleton = 0;

    for (n = 0; n < HOSTILE_LARGE; n++) {
        for (len = 0; len < 20; len++) {

            /* in a block of exactly that length */

            buf = vectors_copy("....................", len);

            if (!cguard_worst_case(pattern, sizeof(pattern) - 1, n, buf, len)) {
                free(buf);
                goto done;
            }

            if (len == 12) {
                word += memcmp(buf, "/ab.c/ab.c/a", 12) == 0;
                word += memcmp(buf, "&&x==&&x==&&", 12) == 0;
                skeleton += memcmp(buf, "/ab.cccccccc", 12) == 0;
                skeleton += memcmp(buf, "/ab.c&x=z111", 12) == 0;
                skeleton += memcmp(buf, "/ab.c&x/ab.c", 12) == 0;
                run += memcmp(buf, "zzzzzzzzzzzz", 12) == 0;
                last += memcmp(buf, "zzzzzzzzzzz\1", 12) == 0;
            }

            free(buf);
        }
    }

    wrong = 1;

done:

    tap_ok(t, wrong == 0, "%u inputs, in blocks of any length", n);
    tap_ok(t, word == 3, "words of the pattern");
    tap_ok(t, skeleton == 3, "what it may match, a place of it repeated");
    tap_ok(t, run == 1, "runs of its bytes");
    tap_ok(t, last == 1, "... and one that ends in another byte");
}


static void
hostile_tables(tap_t *t)
{
    int             not;
    size_t          i;
    unsigned        n, found;
    const char     *pattern, *begin;
    unsigned char   buf[12];

    for (i = 0; i < sizeof(hostile_begins) / sizeof(hostile_begins[0]); i++) {
        pattern = hostile_begins[i].pattern;
        begin = hostile_begins[i].begin;
        not = *begin == '!';
        found = 0;

        for (n = 0; cguard_worst_case(pattern, strlen(pattern), n, buf, 12);
             n++)
        {
            found += memcmp(buf, begin + not, 12) == 0;
        }

        tap_ok(t, (found == 0) == not, "%s, input %zu: %u times", pattern, i,
               found);
    }

    for (i = 0; i < sizeof(hostile_numbers) / sizeof(hostile_numbers[0]); i++)
    {
        pattern = hostile_numbers[i].pattern;
        n = 0;

        while (cguard_worst_case(pattern, strlen(pattern), n, buf, 12)) { n++; }

        tap_ok(t, n == hostile_numbers[i].inputs, "%s: %u inputs", pattern, n);
    }
}


/* every word of a rule that is a pattern, or looks like one */

static void
hostile_rule(tap_t *t, cguard_matcher_t *m, const conf_directive_t *d)
{
    int                   n;
    size_t                i;
    unsigned              inputs, wrong;
    const cguard_word_t  *pattern;

    inputs = 0;
    wrong = 0;

    for (i = 2; i + 1 < d->n; i += 3) {
        pattern = &d->word[i + 1];

        if (strchr("<>=", pattern->data[0]) == NULL) {
            n = hostile_limit(m, pattern->data, pattern->len, &inputs);

            if (n != -1) {
                tap_diag("%.*s: input %d", (int) pattern->len, pattern->data,
                         n);
                wrong++;
            }
        }

        if (i + 2 >= d->n || d->word[i + 2].len != 3
            || memcmp(d->word[i + 2].data, "and", 3) != 0)
        {
            break;
        }
    }

    tap_ok(t, wrong == 0, "%.*s meets no limit, %u inputs of 64 KiB",
           (int) d->word[1].len, d->word[1].data, inputs);
}


int
main(void)
{
    size_t             i, k;
    conf_t             conf;
    glob_t             found;
    tap_t              t = { 0, 0 };
    cguard_matcher_t  *m;

    m = cguard_matcher_create();

    if (m == NULL || glob(HOSTILE_SHIPPED, 0, NULL, &found) != 0) {
        return 2;
    }

    hostile_inputs(&t);
    hostile_tables(&t);
    hostile_known(&t, m);

    for (i = 0; i < found.gl_pathc; i++) {

        if (conf_read(&conf, found.gl_pathv[i]) == -1) {
            return 2;
        }

        for (k = 0; k < conf.n; k++) {
            hostile_rule(&t, m, &conf.directive[k]);
        }

        conf_free(&conf);
    }

    globfree(&found);
    cguard_matcher_free(m);

    return tap_done(&t);
}
