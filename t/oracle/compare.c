
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Core against oracle: the reasons of cguard_target() under all four
 * policies, of cguard_parts() and of cguard_header().
 *
 *   compare all [processes [alphabet [tokens]]]
 *   compare random count [processes [seed]]
 *   compare show string...            ("\xHH" for a byte, "\\" for "\")
 *
 * A line for each disagreement, a summary at the end; the status is 1 if
 * there was any.  Progress goes to the terminal, if there is one.
 */


#define _GNU_SOURCE

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cguard.h"
#include "oracle.h"
#include "tokens.h"


#define PROCESSES  64
#define LENGTH     512


typedef struct {
    unsigned char         s[LENGTH];
    size_t                len;
} text_t;


typedef struct {
    uint64_t              strings;
    uint64_t              refused;
    uint64_t              missed;      /* the core passes an attack */
    uint64_t              needless;    /* the core refuses what is none */
    uint64_t              differ;      /* both refuse, for another reason */
    uint64_t              endless;     /* too many readings for the oracle */
    uint64_t              readings;
    uint64_t              pad;
} count_t;


static const unsigned  policies[] = {
    0, CGUARD_NO_SSLVPN, CGUARD_ANY_PARENT,
    CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT
};

static const char  *policy_names[] = {
    "-", "sslvpn=off", "traversal=any", "sslvpn=off,traversal=any"
};


static count_t  *counts;        /* one of each process, shared */
static uint64_t  expected;


static void
append(text_t *t, const char *token)
{
    size_t  n;

    n = strlen(token);

    if (t->len + n <= LENGTH) {
        memcpy(t->s + t->len, token, n);
        t->len += n;
    }
}


static void
print_text(const text_t *t)
{
    size_t  i;

    for (i = 0; i < t->len; i++) {
        if (t->s[i] == '\\') {
            printf("\\\\");

        } else if (t->s[i] < 0x21 || t->s[i] > 0x7E) {
            printf("\\x%02X", t->s[i]);

        } else {
            putchar(t->s[i]);
        }
    }
}


static void
compare(count_t *c, const text_t *t, const char *what, const char *core,
    const char *oracle)
{
    if (strcmp(core, oracle) == 0) {
        return;
    }

    if (strcmp(core, "pass") == 0) {
        c->missed++;
        printf("missed\t");

    } else if (strcmp(oracle, "pass") == 0) {
        c->needless++;
        printf("needless\t");

    } else {
        c->differ++;
        printf("differ\t");
    }

    print_text(t);
    printf("\t%s\tcore %s\toracle %s\n", what, core, oracle);
}


static void
judge(count_t *c, const text_t *t)
{
    size_t           i;
    const char      *core, *oracle;
    unsigned char   *p;
    oracle_target_t  o;

    oracle_target(t->s, t->len, &o);

    c->strings++;
    c->readings += o.path.readings + o.whole.readings;

    if (o.path.endless || o.whole.endless) {
        c->endless++;
        return;
    }

    /* a block of the exact size, so that a sanitizer sees over-reads */

    p = malloc(t->len ? t->len : 1);
    if (p == NULL) {
        abort();
    }

    memcpy(p, t->s, t->len);

    for (i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        core = cguard_reason_name(cguard_target(p, t->len, policies[i], NULL));
        oracle = oracle_target_reason(&o, policies[i]);

        compare(c, t, policy_names[i], core, oracle);
        c->refused += (i == 0 && strcmp(core, "pass") != 0);

        core = cguard_reason_name(cguard_parts(p, t->len, NULL, 0,
                                               policies[i], NULL));
        oracle = oracle_parts_reason(&o, policies[i]);

        if (o.hash || memchr(p, '?', t->len)) {
            compare(c, t, "parts", core, oracle);
        }
    }

    core = cguard_reason_name(cguard_header((unsigned char *) "NSC_USER", 8,
                                            p, t->len, NULL));

    compare(c, t, "header", core, oracle_header_reason(&o));

    free(p);
}


/* every string of "length" tokens, those whose turn it is */

static void
all_of_length(count_t *c, const alphabet_t *a, size_t length, size_t turn,
    size_t processes)
{
    size_t    i, n, digit[TOKENS];
    text_t    t;
    uint64_t  k;

    for (n = 0; a->tokens[n]; n++) { /* void */ }

    memset(digit, 0, sizeof(digit));

    for (k = 0; /* void */; k++) {

        if (k % processes == turn) {
            t.len = 0;

            for (i = 0; i < length; i++) {
                append(&t, a->tokens[digit[i]]);
            }

            judge(c, &t);
        }

        for (i = 0; i < length && ++digit[i] == n; i++) {
            digit[i] = 0;
        }

        if (i == length) {
            return;
        }
    }
}


static uint64_t
next_random(uint64_t *state)
{
    uint64_t  z;

    /* splitmix64 */

    *state += 0x9E3779B97F4A7C15u;

    z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;

    return z ^ (z >> 31);
}


static const char *
random_token(uint64_t *state)
{
    size_t              n;
    const char *const  *list;

    n = next_random(state) % alphabets_count;

    list = alphabets[n].name ? alphabets[n].tokens : pieces;

    for (n = 0; list[n]; n++) { /* void */ }

    return list[next_random(state) % n];
}


/* 3 to 10 tokens; half of the strings begin with a sign of their own */

static void
random_text(text_t *t, uint64_t *state)
{
    size_t  n;

    t->len = 0;

    switch (next_random(state) % 4) {

    case 0:
        append(t, "/vpns/");
        break;

    case 1:
        append(t, "/../");
        break;
    }

    for (n = 3 + next_random(state) % 8; n; n--) {
        append(t, random_token(state));
    }
}


static void
random_texts(count_t *c, uint64_t count, uint64_t seed, size_t turn,
    size_t processes)
{
    text_t    t;
    uint64_t  k, state;

    for (k = turn; k < count; k += processes) {
        state = seed ^ (k * 0xD1B54A32D192ED03u);

        random_text(&t, &state);
        judge(c, &t);
    }
}


static void
sum_up(count_t *sum)
{
    size_t  i;

    memset(sum, 0, sizeof(count_t));

    for (i = 0; i < PROCESSES; i++) {
        sum->strings += counts[i].strings;
        sum->refused += counts[i].refused;
        sum->missed += counts[i].missed;
        sum->needless += counts[i].needless;
        sum->differ += counts[i].differ;
        sum->endless += counts[i].endless;
        sum->readings += counts[i].readings;
    }
}


static void
progress(const char *end)
{
    count_t  sum;

    if (isatty(STDERR_FILENO)) {
        sum_up(&sum);
        fprintf(stderr, "\r%llu of %llu strings%s",
                (unsigned long long) sum.strings,
                (unsigned long long) expected, end);
    }
}


/* returns the exit status */

static int
finish(size_t processes)
{
    int      status, bad;
    pid_t    pid;
    count_t  sum;

    bad = 0;

    while (processes) {
        pid = waitpid(-1, &status, WNOHANG);

        if (pid == 0) {
            progress("");
            usleep(200000);
            continue;
        }

        bad |= (pid < 0 || status != 0);
        processes--;
    }

    progress("\n");
    sum_up(&sum);

    printf("%llu strings, %llu refused, %llu readings: %llu missed, "
           "%llu needless, %llu for another reason; %llu not judged%s\n",
           (unsigned long long) sum.strings, (unsigned long long) sum.refused,
           (unsigned long long) sum.readings, (unsigned long long) sum.missed,
           (unsigned long long) sum.needless, (unsigned long long) sum.differ,
           (unsigned long long) sum.endless, bad ? "; a process died" : "");

    return bad || sum.missed || sum.needless || sum.differ;
}


static int
is_chosen(const alphabet_t *a, const char *name)
{
    return name == NULL || strcmp(name, a->name) == 0;
}


static void
expect_all(const char *name, size_t length)
{
    size_t             i, n;
    uint64_t           power;
    const alphabet_t  *a;

    for (a = alphabets; a->name; a++) {

        for (n = 0; a->tokens[n]; n++) { /* void */ }

        power = 1;

        for (i = 0; i <= (length ? length : a->length); i++) {
            expected += is_chosen(a, name) ? power : 0;
            power *= n;
        }
    }
}


static void
all_texts(size_t turn, size_t processes, const char *name, size_t length)
{
    size_t             i;
    const alphabet_t  *a;

    for (a = alphabets; a->name; a++) {

        if (!is_chosen(a, name)) {
            continue;
        }

        for (i = 0; i <= (length ? length : a->length); i++) {
            all_of_length(&counts[turn], a, i, turn, processes);
        }
    }
}


static void
read_text(text_t *t, const char *p)
{
    unsigned  c;

    for (t->len = 0; *p && t->len < LENGTH; p++) {

        if (p[0] == '\\' && p[1] == '\\') {
            t->s[t->len++] = *p++;

        } else if (sscanf(p, "\\x%2x", &c) == 1) {
            t->s[t->len++] = (unsigned char) c;
            p += 3;

        } else {
            t->s[t->len++] = (unsigned char) *p;
        }
    }
}


static void
show(const char *arg)
{
    size_t           i;
    text_t           t;
    oracle_target_t  o;

    read_text(&t, arg);
    print_text(&t);

    oracle_target(t.s, t.len, &o);

    for (i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        printf("\t%s/%s",
               cguard_reason_name(cguard_target(t.s, t.len, policies[i],
                                                NULL)),
               oracle_target_reason(&o, policies[i]));
    }

    printf("\t%zu readings\n", o.whole.readings);

    judge(&counts[0], &t);
}


static size_t
argument(int argc, char **argv, int i, size_t otherwise)
{
    return i < argc ? strtoull(argv[i], NULL, 0) : otherwise;
}


int
main(int argc, char **argv)
{
    int       is_random;
    size_t    i, processes;
    uint64_t  seed;

    counts = mmap(NULL, PROCESSES * sizeof(count_t), PROT_READ|PROT_WRITE,
                  MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED) {
        perror("mmap");
        return 2;
    }

    if (argc > 2 && strcmp(argv[1], "show") == 0) {
        for (i = 2; i < (size_t) argc; i++) {
            show(argv[i]);
        }

        return finish(0);
    }

    is_random = argc > 2 && strcmp(argv[1], "random") == 0;

    if (!is_random && (argc < 2 || strcmp(argv[1], "all") != 0)) {
        fprintf(stderr, "usage: compare all [processes [alphabet [tokens]]] "
                        "| random count [processes [seed]] "
                        "| show string...\n");
        return 2;
    }

    processes = argument(argc, argv, is_random ? 3 : 2, 2);
    seed = argument(argc, argv, 4, (size_t) time(NULL));

    if (processes == 0 || processes > PROCESSES) {
        processes = 2;
    }

    if (is_random) {
        expected = argument(argc, argv, 2, 0);
        printf("seed %llu\n", (unsigned long long) seed);

    } else {
        expect_all(argc > 3 ? argv[3] : NULL, argument(argc, argv, 4, 0));
    }

    fflush(stdout);

    for (i = 0; i < processes; i++) {

        if (fork() != 0) {
            continue;
        }

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setvbuf(stdout, NULL, _IOLBF, 0);

        if (is_random) {
            random_texts(&counts[i], expected, seed, i, processes);

        } else {
            all_texts(i, processes, argc > 3 ? argv[3] : NULL,
                      argument(argc, argv, 4, 0));
        }

        fflush(stdout);
        _exit(0);
    }

    return finish(processes);
}
