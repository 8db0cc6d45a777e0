
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Core against oracle, over many strings:
 *
 *   compare standard [processes]      all of what is below, some minutes
 *   compare short [processes [most]]  less of it, some seconds: the strings of
 *                                     an alphabet up to so many
 *   compare all [processes [alphabet [tokens]]]
 *   compare random count [processes [seed]]
 *   compare padded [processes [tokens]]
 *   compare show string...            ("\xHH" for a byte, "\\" for "\")
 *
 * A line for each disagreement, a summary at the end; the status is 1 if
 * there was any.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cguard/decision/cguard_target.h"
#include "judge.h"
#include "tokens.h"
#include "workers.h"


#define RANDOM_STANDARD  100000
#define RANDOM_SHORT     1000
#define SHORT_STRINGS    25000     /* of an alphabet */
#define PADDING          34        /* two windows of the prefilter, and more */


typedef struct {
    const char           *alphabet;    /* NULL: all */
    size_t                tokens;      /* 0: as the alphabet says */
    uint64_t              most;        /* strings of one alphabet; 0: any */
    uint64_t              count;       /* of random ones */
    uint64_t              seed;
} run_t;


static run_t     run;
static uint64_t  total[WORKERS_COUNTERS];
static uint64_t  wanted;           /* strings, of all that has been run */
static int       died;


static size_t
tokens_of(const alphabet_t *a)
{
    size_t  n;

    for (n = 0; a->tokens[n]; n++) { /* void */ }

    return n;
}


static uint64_t
power(uint64_t n, size_t exponent)
{
    uint64_t  product;

    for (product = 1; exponent; exponent--) {
        product *= n;
    }

    return product;
}


/* how long the strings of an alphabet get; 0 if it is left out */

static size_t
longest(const alphabet_t *a)
{
    size_t  length;

    if (run.alphabet && strcmp(run.alphabet, a->name) != 0) {
        return 0;
    }

    length = run.tokens ? run.tokens : a->length;

    while (run.most && power(tokens_of(a), length) > run.most) {
        length--;
    }

    return length;
}


/* calls "visit" for every string of "length" tokens whose turn it is */

static void
every_string(uint64_t *counter, const alphabet_t *a, size_t length,
    size_t turn, size_t workers,
    void (*visit)(uint64_t *counter, const text_t *t))
{
    size_t    i, n;
    text_t    t;
    uint64_t  k, rest, count;

    n = tokens_of(a);
    count = power(n, length);

    for (k = turn; k < count; k += workers) {

        t.len = 0;
        rest = k;

        for (i = 0; i < length; i++) {
            text_append(&t, a->tokens[rest % n]);
            rest /= n;
        }

        visit(counter, &t);
    }
}


static void
all_texts(uint64_t *counter, size_t turn, size_t workers)
{
    size_t             i, length;
    const alphabet_t  *a;

    for (a = alphabets; a->name; a++) {
        length = longest(a);

        for (i = 0; length && i <= length; i++) {
            every_string(counter, a, i, turn, workers, judge);
        }
    }
}


static uint64_t
all_expected(void)
{
    size_t             i, length;
    uint64_t           expected;
    const alphabet_t  *a;

    expected = 0;

    for (a = alphabets; a->name; a++) {
        length = longest(a);

        for (i = 0; length && i <= length; i++) {
            expected += power(tokens_of(a), i);
        }
    }

    return expected;
}


/* a token of any alphabet, or a piece; of "only", if there is one */

static const char *
random_token(uint64_t *state, const alphabet_t *only)
{
    size_t              n;
    const char *const  *list;
    const alphabet_t   *a;

    a = only ? only : &alphabets[next_random(state) % alphabets_count];

    list = a->name ? a->tokens : pieces;

    for (n = 0; list[n]; n++) { /* void */ }

    return list[next_random(state) % n];
}


/* a segment that is no sign, for length: one in four gets one */

static void
random_padding(text_t *t, uint64_t *state)
{
    if (next_random(state) % 4 == 0) {
        text_append(t, "/");
        text_fill(t, 'a', 1 + next_random(state) % 40);
        text_append(t, "/");
    }
}


/*
 * 3 to 10 tokens, half of the time from one alphabet; half of the strings
 * begin with a sign of their own.
 */

static void
random_text(text_t *t, uint64_t *state)
{
    size_t             n;
    const alphabet_t  *only;

    t->len = 0;

    n = next_random(state) % (2 * alphabets_count);
    only = n < alphabets_count ? &alphabets[n] : NULL;

    random_padding(t, state);

    switch (next_random(state) % 4) {

    case 0:
        text_append(t, "/vpns/");
        break;

    case 1:
        text_append(t, "/../");
        break;
    }

    random_padding(t, state);

    for (n = 3 + next_random(state) % 8; n; n--) {
        text_append(t, random_token(state, only));
    }

    random_padding(t, state);
}


static void
random_texts(uint64_t *counter, size_t turn, size_t workers)
{
    text_t    t;
    uint64_t  k, state;

    for (k = turn; k < run.count; k += workers) {
        state = run.seed ^ (k * 0xD1B54A32D192ED03u);

        random_text(&t, &state);
        judge(counter, &t);
    }
}


/*
 * Segments of "a" before and behind "piece" add nothing to what it means.  So
 * the oracle is asked once, and the core for each alignment of the piece to
 * the windows that the prefilter looks through.
 */

static void
judge_padded(uint64_t *counter, const text_t *piece)
{
    size_t           before, behind;
    text_t           t;
    oracle_target_t  o;

    for (before = 0; before <= PADDING; before++) {
        for (behind = 0; behind <= PADDING; behind++) {

            t.len = 0;

            text_append(&t, "/vpns/");
            text_fill(&t, 'a', before);
            text_append(&t, "/");

            memcpy(t.s + t.len, piece->s, piece->len);
            t.len += piece->len;

            text_append(&t, "/");
            text_fill(&t, 'a', behind);

            if (before == 0 && behind == 0) {
                oracle_target(t.s, t.len, &o);
            }

            counter[ALIGNED]++;
            judge_target(counter, &t, &o);
        }
    }

    counter[STRINGS]++;
    counter[READINGS] += o.path.readings + o.whole.readings;
}


static void
padded_texts(uint64_t *counter, size_t turn, size_t workers)
{
    size_t  i;

    for (i = 0; i <= run.tokens; i++) {
        every_string(counter, &edges, i, turn, workers, judge_padded);
    }
}


static uint64_t
padded_expected(void)
{
    size_t    i;
    uint64_t  expected;

    expected = 0;

    for (i = 0; i <= run.tokens; i++) {
        expected += power(tokens_of(&edges), i);
    }

    return expected;
}


static void
go(work_pt work, size_t workers, uint64_t expected, const char *what)
{
    unsigned  i;

    died |= workers_run(work, workers, expected, what);
    wanted += expected;

    for (i = 0; i < WORKERS_COUNTERS; i++) {
        total[i] += workers_sum(i);
    }
}


static void
go_all(size_t workers)
{
    go(all_texts, workers, all_expected(), "strings");
}


static void
go_random(size_t workers)
{
    go(random_texts, workers, run.count, "random strings");
}


static void
go_padded(size_t workers, size_t tokens)
{
    run.tokens = tokens;
    go(padded_texts, workers, padded_expected(), "pieces at each alignment");
}


/* returns the exit status */

static int
finish(void)
{
    if (total[STRINGS] < wanted) {
        printf("of %llu strings some were not compared\n",
               (unsigned long long) wanted);
    }

    printf("oracle: %llu strings, %llu readings, and the core alone %llu "
           "times; %llu refused, %llu not judged; %llu missed, %llu needless, "
           "%llu for another reason, %llu reported wrongly (seed %llu)%s\n",
           (unsigned long long) total[STRINGS],
           (unsigned long long) total[READINGS],
           (unsigned long long) total[ALIGNED],
           (unsigned long long) total[REFUSED],
           (unsigned long long) total[ENDLESS],
           (unsigned long long) total[MISSED],
           (unsigned long long) total[NEEDLESS],
           (unsigned long long) total[DIFFER],
           (unsigned long long) total[REPORTED],
           (unsigned long long) run.seed,
           died ? "; a process has failed" : "");

    /* strings that are not judged are to be few */

    return died || total[MISSED] || total[NEEDLESS] || total[DIFFER]
           || total[REPORTED] || total[STRINGS] == 0 || total[STRINGS] < wanted
           || total[ENDLESS] > total[STRINGS] / 100;
}


static void
show(const char *arg)
{
    size_t           i;
    text_t           t;
    oracle_target_t  o;

    text_read(&t, arg);
    text_print(&t);

    oracle_target(t.s, t.len, &o);

    for (i = 0; i < POLICIES; i++) {
        printf("\t%s/%s",
               cguard_reason_name(cguard_target(t.s, t.len, policies[i],
                                                NULL)),
               oracle_target_reason(&o, policies[i]));
    }

    printf("\t%zu readings\n", o.whole.readings);

    judge(total, &t);
}


static uint64_t
argument(int argc, char **argv, int i, uint64_t otherwise)
{
    return i < argc ? strtoull(argv[i], NULL, 0) : otherwise;
}


static size_t
processes(int argc, char **argv, int i)
{
    uint64_t  n;

    n = argument(argc, argv, i, 0);

    return n == 0 || n > WORKERS_MAX ? workers_usual() : (size_t) n;
}


static void
go_everything(size_t workers, size_t padded)
{
    go_all(workers);
    go_random(workers);
    go_padded(workers, padded);
}


int
main(int argc, char **argv)
{
    int          i;
    const char  *mode;

    mode = argc > 1 ? argv[1] : "";
    run.seed = (uint64_t) time(NULL);

    if (strcmp(mode, "standard") == 0) {
        run.count = RANDOM_STANDARD;
        go_everything(processes(argc, argv, 2), 3);

    } else if (strcmp(mode, "short") == 0) {
        run.count = RANDOM_SHORT;
        run.seed = 1;
        run.most = argument(argc, argv, 3, SHORT_STRINGS);
        go_everything(processes(argc, argv, 2), 2);

    } else if (strcmp(mode, "all") == 0) {
        run.alphabet = argc > 3 ? argv[3] : NULL;
        run.tokens = argument(argc, argv, 4, 0);
        go_all(processes(argc, argv, 2));

    } else if (strcmp(mode, "random") == 0 && argc > 2) {
        run.count = argument(argc, argv, 2, 0);
        run.seed = argument(argc, argv, 4, run.seed);
        go_random(processes(argc, argv, 3));

    } else if (strcmp(mode, "padded") == 0) {
        go_padded(processes(argc, argv, 2), argument(argc, argv, 3, 3));

    } else if (strcmp(mode, "show") == 0 && argc > 2) {
        for (i = 2; i < argc; i++) {
            show(argv[i]);
        }

    } else {
        fprintf(stderr, "usage: compare standard | short | all | random count"
                        " | padded | show string...\n");
        return 2;
    }

    return finish();
}
