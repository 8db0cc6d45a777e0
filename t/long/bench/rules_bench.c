
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What rules cost: nanoseconds that a number of rules adds to a clean
 * request, and nanoseconds a byte of each shipped pattern on hostile inputs.
 * Prints tab-separated lines:
 *
 *   clean  rules  their number  target  ns  candidates
 *   slow   rule   number of the condition  bytes  inputs  which of them was
 *                 the worst  its ns a byte
 *
 * Run at the top of the source.  A pattern that meets its limits is a failure.
 */


#define _POSIX_C_SOURCE  200809L

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cguard/rules/cguard_rule_parse.h"
#include "cguard/rules/cguard_worst_case.h"
#include "conf.h"
#include "request.h"


#define BENCH_SHIPPED    "ngx_citrix_guard/conf/rules/*.conf"
#define BENCH_ROUNDS     9
#define BENCH_ROUND_NS   2000000.0
#define BENCH_RULES      50
#define BENCH_LONGEST    65536
#define BENCH_BLOCKS     16


typedef struct {
    const char           *name;
    unsigned              shipped;   /* these first */
    const char           *format;    /* then those, up to BENCH_RULES */
} bench_set_t;


typedef struct {
    cguard_rule_t         rule[BENCH_RULES];
    const cguard_rule_t  *all[BENCH_RULES];
    char                  text[BENCH_RULES][128];
    size_t                n;
    cguard_rules_t        set;
    void                 *block[BENCH_BLOCKS];
    size_t                nblock;
} bench_rules_t;


typedef struct {
    const cguard_rules_t *set;
    request_t            *request;
    const unsigned char  *target;
    size_t                len;
    unsigned char        *room;
    cguard_matcher_t     *matcher;
    unsigned              candidates;
} bench_clean_t;


static const bench_set_t  bench_sets[] = {
    { "none", 0, NULL },
    { "shipped", 1, NULL },
    { "shipped and paths", 1, "path ^/admin%u/[a-z]+\\.cgi" },
    { "paths", 0, "path ^/admin%u/[a-z]+\\.cgi" },
    { "queries", 0, "query (?:^|&)parameter%u=[^&]{99}" },
    { "paths and bodies", 0, "path ^/form%u/ and body:4k <script" },
    { "headers", 0, "header:X-Header-%u [\\r\\n]" },
    { "lengths of headers", 0, "length:header:X-Header-%u >255" },
    { "methods", 0, "method ^(?:TRACE|TRACK|DEBUG%u)$" },
    { "no literal", 0, "path [0-9]{%u}$" },
};


/* two that no shipped rule looks at, and two that some do */

static const char  *bench_targets[] = {
    "/logon/LogonPoint/receiver/js/localization/en/ctxs.strings.js",
    "/saml/login?RelayState=https%3A%2F%2Fsp.example.test%2Fapp1/x",
    "/vpns/portal/scripts/picktheme.pl?theme=default&lang=en&x=123",
    "/cgi/samlauth?RelayState=https%3A%2F%2Fsp.example.test%2Fapp1",
};


static const char  bench_headers[] =
    "Host: gateway.example.com"
    " | User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0)"
    " | Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*"
    " | Accept-Language: nl,en;q=0.5"
    " | Accept-Encoding: gzip, deflate, br"
    " | Referer: https://gateway.example.com/vpn/index.html"
    " | Connection: keep-alive"
    " | Cookie: NSC_AAAC=0123456789abcdef0123456789abcdef; NSC_TMAS=1"
    " | Sec-Fetch-Site: same-origin"
    " | Cache-Control: max-age=0";


static const size_t  bench_lengths[] = { 256, 1024, 4096, 16384, 65536 };

#define BENCH_LENGTHS  (sizeof(bench_lengths) / sizeof(bench_lengths[0]))


static volatile int  bench_sink;


static void
bench_die(const char *what)
{
    fprintf(stderr, "rules_bench: %s\n", what);
    exit(1);
}


static double
bench_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static int
bench_compare(const void *one, const void *two)
{
    double  a = *(const double *) one, b = *(const double *) two;

    return (a > b) - (a < b);
}


static void *
bench_alloc(void *data, size_t size)
{
    bench_rules_t  *r = data;

    if (r->nblock == BENCH_BLOCKS) {
        return NULL;
    }

    return r->block[r->nblock++] = malloc(size);
}


static void
bench_add(bench_rules_t *r, const cguard_word_t *word, size_t n)
{
    char  error[CGUARD_RULE_ERROR];

    if (r->n == BENCH_RULES
        || cguard_rule_parse(&r->rule[r->n], word, n, error) == -1)
    {
        bench_die(r->n == BENCH_RULES ? "too many rules" : error);
    }

    r->all[r->n] = &r->rule[r->n];
    r->n++;
}


static void
bench_add_text(bench_rules_t *r, const char *format)
{
    char           *p;
    size_t          n;
    cguard_word_t   word[16];

    p = r->text[r->n];
    n = (size_t) sprintf(p, "r%zu ", r->n);

    (void) snprintf(p + n, sizeof(r->text[0]) - n, format,
                    (unsigned) r->n + 10);

    for (n = 0, p = strtok(p, " "); p; p = strtok(NULL, " ")) {
        word[n].data = p;
        word[n++].len = strlen(p);
    }

    bench_add(r, word, n);
}


static void
bench_fill(bench_rules_t *r, const bench_set_t *set, conf_t *conf, size_t n)
{
    size_t  i, k;

    memset(r, 0, sizeof(bench_rules_t));

    for (i = 0; set->shipped && i < n; i++) {
        for (k = 0; k < conf[i].n; k++) {
            bench_add(r, &conf[i].directive[k].word[1],
                      conf[i].directive[k].n - 1);
        }
    }

    while (set->format && r->n < BENCH_RULES) {
        bench_add_text(r, set->format);
    }

    if (cguard_rules_build(&r->set, r->all, r->n, bench_alloc, r) == -1) {
        bench_die("no memory");
    }
}


static void
bench_empty(bench_rules_t *r)
{
    while (r->n) {
        cguard_rule_free(&r->rule[--r->n]);
    }

    while (r->nblock) {
        free(r->block[--r->nblock]);
    }
}


/* what the module does for a request: forms, candidates, and their patterns */

static void
bench_clean(bench_clean_t *b)
{
    size_t              n;
    unsigned            candidates;
    uint64_t            word;
    cguard_subject_t   *s;
    cguard_ac_hits_t  hits;

    s = &b->request->subject;

    if (b->set->n == 0) {
        return;
    }

    s->nforms = cguard_form_target(b->target, b->len, b->room,
                                   cguard_form_size(b->len), s->form);

    cguard_rules_candidates(b->set, s, &hits);

    candidates = 0;

    for (n = 0; n < b->set->n; n += 64) {
        for (word = hits.bits[n / 64]; word; word &= word - 1) {
            candidates++;
            bench_sink = cguard_rule_match(b->set->rules[n
                             + (size_t) __builtin_ctzll(word)], s,
                             b->matcher);
        }
    }

    b->candidates = candidates;
}


static double
bench_round(bench_clean_t *b, unsigned long times)
{
    double         start;
    unsigned long  i;

    start = bench_now();

    for (i = 0; i < times; i++) {
        bench_clean(b);
    }

    return (bench_now() - start) / (double) times;
}


static double
bench_median(bench_clean_t *b)
{
    int            i;
    double         ns[BENCH_ROUNDS];
    unsigned long  times;

    for (times = 64; bench_round(b, times) * (double) times < BENCH_ROUND_NS;
         times *= 2)
    {
        if (times > 1UL << 30) {
            break;
        }
    }

    for (i = 0; i < BENCH_ROUNDS; i++) {
        ns[i] = bench_round(b, times);
    }

    qsort(ns, BENCH_ROUNDS, sizeof(double), bench_compare);

    return ns[BENCH_ROUNDS / 2];
}


static void
bench_requests(cguard_matcher_t *m, conf_t *conf, size_t n)
{
    size_t         i, k;
    request_t      r;
    bench_clean_t  b;
    bench_rules_t  rules;

    b.matcher = m;
    b.request = &r;

    for (i = 0; i < sizeof(bench_sets) / sizeof(bench_sets[0]); i++) {
        bench_fill(&rules, &bench_sets[i], conf, n);

        for (k = 0; k < sizeof(bench_targets) / sizeof(char *); k++) {
            b.set = &rules.set;
            b.target = (const unsigned char *) bench_targets[k];
            b.len = strlen(bench_targets[k]);
            b.candidates = 0;

            request_init(&r, "GET", b.target, b.len, bench_headers,
                         sizeof(bench_headers) - 1);
            b.room = r.forms;

            printf("clean\t%s\t%zu\t%s", bench_sets[i].name, rules.n,
                   bench_targets[k]);
            printf("\t%.1f", bench_median(&b));
            printf("\t%u\n", b.candidates);

            request_free(&r);
        }

        bench_empty(&rules);
    }
}


/* the fastest of three: others use the machine, too */

static double
bench_match(cguard_matcher_t *m, const cguard_pattern_t *p,
    const unsigned char *buf, size_t len)
{
    int            i, rc;
    double         start, ns, least;
    unsigned long  k, times;

    least = 0;
    times = 1 + 16384 / len;

    for (i = 0; i < 3; i++) {
        start = bench_now();

        for (k = 0; k < times; k++) {
            rc = cguard_pattern_match(m, p, buf, len);

            if (rc < 0) {
                return -1;
            }
        }

        ns = (bench_now() - start) / (double) times;
        least = i == 0 || ns < least ? ns : least;
    }

    return least;
}


static unsigned
bench_hostile(cguard_matcher_t *m, const cguard_rule_t *rule, unsigned i,
    const cguard_word_t *pattern)
{
    double          ns, worst;
    size_t          k;
    unsigned        n, failed, which;
    unsigned char  *buf;

    buf = malloc(BENCH_LONGEST);
    if (buf == NULL) {
        bench_die("no memory");
    }

    failed = 0;

    for (k = 0; k < BENCH_LENGTHS; k++) {
        worst = 0;
        which = 0;

        for (n = 0; cguard_worst_case(pattern->data, pattern->len, n, buf,
                                   bench_lengths[k]); n++)
        {
            ns = bench_match(m, &rule->condition[i].pattern, buf,
                             bench_lengths[k]);

            failed += ns < 0;

            if (ns > worst) {
                worst = ns;
                which = n;
            }
        }

        printf("slow\t%.*s\t%u\t%zu\t%u\t%u\t%.3f\n", (int) rule->id.len,
               rule->id.data, i + 1, bench_lengths[k], n, which,
               worst / (double) bench_lengths[k]);
        fflush(stdout);
    }

    free(buf);

    return failed;
}


static unsigned
bench_patterns(cguard_matcher_t *m, conf_t *conf)
{
    char                     error[CGUARD_RULE_ERROR];
    size_t                   k;
    unsigned                 i, failed;
    cguard_rule_t            rule;
    const conf_directive_t  *d;

    failed = 0;

    for (k = 0; k < conf->n; k++) {
        d = &conf->directive[k];

        if (cguard_rule_parse(&rule, &d->word[1], d->n - 1, error) == -1) {
            bench_die(error);
        }

        for (i = 0; i < rule.n; i++) {
            if (rule.condition[i].pattern.code) {
                failed += bench_hostile(m, &rule, i, &d->word[3 + 3 * i]);
            }
        }

        cguard_rule_free(&rule);
    }

    return failed;
}


int
main(void)
{
    size_t             i, n;
    conf_t            *conf;
    glob_t             found;
    unsigned           failed;
    cguard_matcher_t  *m;

    m = cguard_matcher_create();

    if (m == NULL || glob(BENCH_SHIPPED, 0, NULL, &found) != 0) {
        bench_die("no rules: run it at the top of the source");
    }

    n = found.gl_pathc;
    conf = calloc(n, sizeof(conf_t));

    for (i = 0; i < n; i++) {
        if (conf == NULL || conf_read(&conf[i], found.gl_pathv[i]) == -1) {
            bench_die("the rules cannot be read");
        }
    }

    bench_requests(m, conf, n);

    failed = 0;

    for (i = 0; i < n; i++) {
        failed += bench_patterns(m, &conf[i]);
        conf_free(&conf[i]);
    }

    free(conf);
    globfree(&found);
    cguard_matcher_free(m);

    if (failed) {
        fprintf(stderr, "rules_bench: %u times a limit was met\n", failed);
    }

    return failed != 0;
}
