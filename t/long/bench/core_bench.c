
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Nanoseconds a target: the core, memchr over the same bytes, and a usual
 * regular expression.  Prints tab-separated lines: family, the core's verdict,
 * bytes, and the median of each; "-" where the expression would take too long.
 */


#define _POSIX_C_SOURCE  200809L
#define PCRE2_CODE_UNIT_WIDTH  8

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pcre2.h>

#include "cguard/decision/cguard_target.h"


#define BENCH_ROUNDS     7
#define BENCH_ROUND_NS   1000000.0
#define BENCH_PCRE_MAX   65536
#define BENCH_PATTERN    "(?i)/vpns/.*/\\.\\./|/\\.\\./.*vpns"
#define BENCH_JIT_STACK  (1024 * 1024)

#define bench_text(s)    (s), sizeof(s) - 1


/*
 * A target is the head, then the body over and over, then the tail; without a
 * tail, bytes of the body at random, and without a body, bytes from 80 up.
 */

typedef struct {
    const char            *name;
    const char            *head;
    size_t                 head_len;
    const char            *body;
    size_t                 body_len;
    const char            *tail;
    size_t                 tail_len;
} bench_family_t;


typedef struct {
    pcre2_code            *code;
    pcre2_match_data      *data;
    pcre2_match_context   *context;
} bench_regex_t;


typedef struct {
    const unsigned char   *p;
    size_t                 len;
    bench_regex_t         *regex;
} bench_input_t;


typedef int (*bench_subject_pt)(const bench_input_t *in);


static int bench_guard(const bench_input_t *in);
static int bench_memchr(const bench_input_t *in);
static int bench_regex(const bench_input_t *in);
static void bench_regex_init(bench_regex_t *regex);
static unsigned char *bench_build(const bench_family_t *family, size_t len);
static void bench_report(const bench_family_t *family, size_t len,
    bench_regex_t *regex);
static double bench_round(bench_subject_pt subject, const bench_input_t *in,
    unsigned long times);
static unsigned long bench_times(bench_subject_pt subject,
    const bench_input_t *in);
static int bench_compare(const void *one, const void *two);
static double bench_now(void);
static void bench_die(const char *what);


static const bench_family_t  bench_families[] = {

    { "clean path", bench_text("/"),
      bench_text("logon/LogonPoint/receiver/js/external/"),
      bench_text("a.js") },

    { "clean query", bench_text("/cgi/login?"),
      bench_text("state=Zm9vYmFy&client_id=0123456789abcdef&"),
      bench_text("x=1") },

    { "encoded query", bench_text("/cgi/samlauth?SAMLResponse="),
      bench_text("PHNhbWxwOlJlc3BvbnNl%2BIHhtbG5z%2F0iMS4w%3D"),
      bench_text("%3D") },

    { "portal", bench_text("/vpns/"),
      bench_text("portal/scripts/picktheme/"), bench_text("tips.pl") },

    { "latin-1", bench_text("/"),
      bench_text("caf%E9/%C3%BCber/na%C3%AFve/"), bench_text("a") },

    { "parents", bench_text(""), bench_text("/.."), bench_text("/x") },

    { "vpns", bench_text(""), bench_text("/vpns"), bench_text("/x") },

    { "percents", bench_text("/"), bench_text("%"), bench_text("x") },

    { "%2525...2e", bench_text("/%"), bench_text("25"), bench_text("2e") },

    { "%%32%35...", bench_text("/%"), bench_text("%32%35"),
      bench_text("2e") },

    { "digits nested", bench_text("/"), bench_text("%%3%%32"),
      bench_text("2e") },

    { "%u", bench_text("/"), bench_text("%u002e%u002f"), bench_text("x") },

    { "overlong", bench_text("/"), bench_text("%c0%ae%e0%80%af"),
      bench_text("x") },

    { "lenient", bench_text("/"), bench_text("%c0%2e%c0."), bench_text("x") },

    { "leads", bench_text("/"), bench_text("\xfc\xf8\xf0\xe0\xc0"),
      bench_text("x") },

    { "fullwidth", bench_text("/"),
      bench_text("%ef%bc%8e\xef\xbc\x8f\xe2\x80\xa5"), bench_text("x") },

    { "fullwidth %", bench_text("/"), bench_text("\xef\xbc\x85" "25"),
      bench_text("2e") },

    { "noise", bench_text("/"), bench_text("%2\te%\n2\x01" "e\x7f"),
      bench_text("x") },

    { "parameters", bench_text(""), bench_text("/..;x=%2e%3b"),
      bench_text("/x") },

    { "ends", bench_text("/"), bench_text("..%3f%23#"), bench_text("/x") },

    { "random", bench_text("/"), bench_text(""), bench_text("") },

    /* nearly every byte is a piece of its own */

    { "mixture", bench_text("/"), bench_text("%\xc1/%\xe0."),
      bench_text("") },

    { "mixed", bench_text("/"),
      bench_text("..%255c%c0%ae;%uff0e/%%32%65/\xef\xbc\x8e\\vpn%0073%09"),
      bench_text("/x") },
};


static const size_t  bench_lengths[] = {
    32, 64, 256, 1024, 4096, 16384, 65536, 1048576
};


static volatile int  bench_sink;


int
main(void)
{
    size_t         i, k;
    bench_regex_t  regex;

    bench_regex_init(&regex);

    for (i = 0; i < sizeof(bench_families) / sizeof(bench_families[0]); i++) {
        for (k = 0; k < sizeof(bench_lengths) / sizeof(size_t); k++) {
            bench_report(&bench_families[i], bench_lengths[k], &regex);
        }
    }

    return 0;
}


static int
bench_guard(const bench_input_t *in)
{
    cguard_result_t  res;

    return cguard_target(in->p, in->len, 0, &res);
}


static int
bench_memchr(const bench_input_t *in)
{
    return memchr(in->p, '\0', in->len) != NULL;
}


static int
bench_regex(const bench_input_t *in)
{
    return pcre2_jit_match(in->regex->code, in->p, in->len, 0, 0,
                           in->regex->data, in->regex->context);
}


static void
bench_regex_init(bench_regex_t *regex)
{
    int         error;
    PCRE2_SIZE  offset;

    regex->code = pcre2_compile((PCRE2_SPTR) BENCH_PATTERN,
                                PCRE2_ZERO_TERMINATED, 0, &error, &offset,
                                NULL);
    if (regex->code == NULL) {
        bench_die("pcre2_compile");
    }

    if (pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) != 0) {
        bench_die("pcre2_jit_compile");
    }

    regex->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->context = pcre2_match_context_create(NULL);

    if (regex->data == NULL || regex->context == NULL) {
        bench_die("pcre2");
    }

    pcre2_jit_stack_assign(regex->context, NULL,
                           pcre2_jit_stack_create(32 * 1024, BENCH_JIT_STACK,
                                                  NULL));
}


static unsigned char *
bench_build(const bench_family_t *family, size_t len)
{
    size_t          i, k, body;
    uint64_t        random;
    unsigned char  *p;

    p = malloc(len);
    if (p == NULL) {
        bench_die("malloc");
    }

    body = len - family->head_len - family->tail_len;

    memcpy(p, family->head, family->head_len);

    random = 1;

    for (i = 0; i < body; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;

        k = family->tail_len ? i : (size_t) (random >> 56);

        p[family->head_len + i] = (unsigned char)
            (family->body_len ? family->body[k % family->body_len]
                              : (int) (0x80 | k));
    }

    memcpy(p + len - family->tail_len, family->tail, family->tail_len);

    return p;
}


static void
bench_report(const bench_family_t *family, size_t len, bench_regex_t *regex)
{
    int               i, k, n;
    double            ns[3][BENCH_ROUNDS];
    unsigned char    *p;
    unsigned long     times[3];
    bench_input_t     in;
    bench_subject_pt  subject[] = { bench_guard, bench_memchr, bench_regex };

    p = bench_build(family, len);

    in.p = p;
    in.len = len;
    in.regex = regex;

    /* the expression is quadratic in places */
    n = (len > BENCH_PCRE_MAX) ? 2 : 3;

    for (k = 0; k < n; k++) {
        times[k] = bench_times(subject[k], &in);
    }

    for (i = 0; i < BENCH_ROUNDS; i++) {
        for (k = 0; k < n; k++) {
            ns[k][i] = bench_round(subject[k], &in, times[k]);
        }
    }

    printf("%s\t%s\t%zu", family->name,
           cguard_reason_name(cguard_target(p, len, 0, NULL)), len);

    for (k = 0; k < 3; k++) {

        if (k >= n) {
            printf("\t-");
            continue;
        }

        qsort(ns[k], BENCH_ROUNDS, sizeof(double), bench_compare);
        printf("\t%.1f", ns[k][BENCH_ROUNDS / 2]);
    }

    printf("\n");
    fflush(stdout);

    free(p);
}


static double
bench_round(bench_subject_pt subject, const bench_input_t *in,
    unsigned long times)
{
    double         start;
    unsigned long  i;

    start = bench_now();

    for (i = 0; i < times; i++) {
        bench_sink = subject(in);
    }

    return (bench_now() - start) / (double) times;
}


/* how many calls make a round; it warms up as well */

static unsigned long
bench_times(bench_subject_pt subject, const bench_input_t *in)
{
    double         ns;
    unsigned long  times;

    for (times = 1; /* void */ ; times *= 4) {
        ns = bench_round(subject, in, times) * (double) times;

        if (ns >= BENCH_ROUND_NS) {
            return times;
        }
    }
}


static int
bench_compare(const void *one, const void *two)
{
    double  a = *(const double *) one, b = *(const double *) two;

    return (a > b) - (a < b);
}


static double
bench_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static void
bench_die(const char *what)
{
    fprintf(stderr, "core_bench: %s failed\n", what);
    exit(1);
}
