
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Attacks by construction: /vpn/../vpns/x with each of the characters ../vpns
 * in many spellings, all combinations of them.  The core has to call each a
 * traversal.
 *
 *   attacks [count [processes]]     all, or about so many of them, evenly
 *   attacks show [count]            print some
 *
 * First all spellings of any two characters, the rest plain.  Then 20 of the
 * spellings of each character, some of every kind, all combined: 20^7, no two
 * of them the same (spellings.h).
 */


#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cguard/decision/cguard_target.h"
#include "spellings.h"
#include "text.h"
#include "workers.h"


#define HEAD     "/vpn/"
#define TAIL     "/x"
#define LETTERS  7
#define CHOSEN   20
#define INNER    3          /* letters that change within a unit of work */
#define SHOWN    20

/* counters */

enum { TRIED = 0, PASSED, BYTES, NANOSECONDS, PAIRS };


static const letter_t  letters[LETTERS] = {
    { ".", { 0xFF0E, 0x2024, 0xFE52, 0x3002, 0xFF61, 0 }, { NULL } },

    { ".", { 0xFF0E, 0x2024, 0xFE52, 0x3002, 0xFF61, 0 }, { NULL } },

    { "/\\", { 0xFF0F, 0x2215, 0x2044, 0xFF3C, 0x2216, 0 },
      { ";x/", "%3b=/", "%3fx/", "./", ".%20/", "%c0%bb\\", NULL } },

    { "vV", { 0xFF56, 0x2174, 0x1E7D, 0x24E5, 0 },
      { "./v", "/v", "%2f%76", "%5c.%5Cv", NULL } },

    { "pP", { 0xFF50, 0x24DF, 0x1E57, 0 }, { NULL } },

    { "nN", { 0xFF4E, 0x207F, 0x00F1, 0 }, { NULL } },

    { "sS", { 0xFF53, 0x017F, 0x0161, 0x02E2, 0 }, { NULL } },
};


/* a target, and where the spelling of each letter begins in it */

typedef struct {
    size_t                at[LETTERS + 1];
    unsigned char         s[sizeof(HEAD) + sizeof(TAIL)
                            + LETTERS * SPELLING_MAX];
    size_t                len;
} attack_t;


static spellings_t  all[LETTERS], chosen[LETTERS];
static uint64_t     step = 1;        /* of the units, each so manieth */


/* puts in the letters from "first" on */

static void
spell(attack_t *a, const spellings_t *of, const size_t *digit, size_t first)
{
    size_t             i;
    const spelling_t  *s;

    for (i = first; i < LETTERS; i++) {
        s = &of[i].list[digit[i]];

        memcpy(a->s + a->at[i], s->s, s->len);
        a->at[i + 1] = a->at[i] + s->len;
    }

    memcpy(a->s + a->at[LETTERS], TAIL, sizeof(TAIL) - 1);
    a->len = a->at[LETTERS] + sizeof(TAIL) - 1;
}


static void
begin(attack_t *a)
{
    memcpy(a->s, HEAD, sizeof(HEAD) - 1);
    a->at[0] = sizeof(HEAD) - 1;
}


static void
attack(uint64_t *counter, const attack_t *a)
{
    text_t  t;

    counter[TRIED]++;
    counter[BYTES] += a->len;

    if (cguard_target(a->s, a->len, 0, NULL) != CGUARD_TRAVERSAL
        && counter[PASSED]++ < SHOWN)
    {
        t.len = a->len;
        memcpy(t.s, a->s, a->len);

        printf("passed\t");
        text_print(&t);
        printf("\n");
    }
}


/* all combinations of the last INNER letters; the ones before are set */

static void
unit(uint64_t *counter, attack_t *a, size_t *digit)
{
    size_t  i;

    for (i = LETTERS - INNER; i < LETTERS; i++) {
        digit[i] = 0;
    }

    i = 0;

    for ( ;; ) {
        spell(a, chosen, digit, i);
        attack(counter, a);

        for (i = LETTERS - 1; ++digit[i] == CHOSEN; i--) {
            digit[i] = 0;

            if (i == LETTERS - INNER) {
                return;
            }
        }
    }
}


static uint64_t
units(void)
{
    size_t    i;
    uint64_t  n;

    n = 1;

    for (i = 0; i < LETTERS - INNER; i++) {
        n *= CHOSEN;
    }

    return n;
}


static void
products(uint64_t *counter, size_t turn, size_t workers)
{
    size_t    i, digit[LETTERS];
    uint64_t  k, rest;
    attack_t  a;

    begin(&a);

    for (k = turn * step; k < units(); k += workers * step) {
        rest = k;

        for (i = 0; i < LETTERS - INNER; i++) {
            digit[i] = rest % CHOSEN;
            rest /= CHOSEN;
        }

        unit(counter, &a, digit);
    }
}


/* two letters in all spellings, the others plain */

static void
pair(uint64_t *counter, attack_t *a, size_t one, size_t two)
{
    size_t  digit[LETTERS] = { 0 };

    for (digit[one] = 0; digit[one] < all[one].n; digit[one]++) {
        for (digit[two] = 0; digit[two] < all[two].n; digit[two]++) {
            spell(a, all, digit, one);
            attack(counter, a);
            counter[PAIRS]++;
        }
    }
}


static void
pairs(uint64_t *counter, size_t turn, size_t workers)
{
    size_t    one, two, k, plain[LETTERS] = { 0 };
    attack_t  a;

    begin(&a);
    k = 0;

    for (one = 0; one < LETTERS; one++) {
        for (two = one + 1; two < LETTERS; two++) {
            if (k++ % workers == turn) {
                spell(&a, all, plain, 0);
                pair(counter, &a, one, two);
            }
        }
    }
}


static void
work(uint64_t *counter, size_t turn, size_t workers)
{
    struct timespec  t;

    if (step == 1) {
        pairs(counter, turn, workers);
    }

    products(counter, turn, workers);

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    counter[NANOSECONDS] = (uint64_t) t.tv_sec * 1000000000u
                           + (uint64_t) t.tv_nsec;
}


/* some of each kind: the list has them kind by kind, the plain one first */

static void
choose(spellings_t *of, const spellings_t *from, size_t shift)
{
    size_t  i;

    if (from->n < 2 * CHOSEN) {
        fprintf(stderr, "attacks: too few spellings\n");
        exit(2);
    }

    for (i = 0; i < CHOSEN; i++) {
        of->list[i] = from->list[(i * from->n / CHOSEN + shift) % from->n];
    }

    of->n = CHOSEN;
}


static void
show(uint64_t count)
{
    size_t    i, digit[LETTERS];
    text_t    t;
    uint64_t  k, state;
    attack_t  a;

    begin(&a);
    state = 1;

    for (k = 0; k < count; k++) {
        for (i = 0; i < LETTERS; i++) {
            digit[i] = next_random(&state) % CHOSEN;
        }

        spell(&a, chosen, digit, 0);

        t.len = a.len;
        memcpy(t.s, a.s, a.len);

        text_print(&t);
        printf("\n");
    }
}


static void
make_spellings(void)
{
    size_t  i;

    for (i = 0; i < LETTERS; i++) {
        spellings_make(&all[i], &letters[i]);
        choose(&chosen[i], &all[i], i);
    }
}


int
main(int argc, char **argv)
{
    int       died;
    size_t    workers;
    uint64_t  expected, count, tried;

    make_spellings();

    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        show(argc > 2 ? strtoull(argv[2], NULL, 0) : SHOWN);
        return 0;
    }

    expected = units() * CHOSEN * CHOSEN * CHOSEN;
    count = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
    workers = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;

    if (workers == 0 || workers > WORKERS_MAX) {
        workers = workers_usual();
    }

    if (count && count < expected) {
        step = expected / count;
        expected = count;
    }

    died = workers_run(work, workers, expected, "attacks");
    tried = workers_sum(TRIED);

    printf("attacks: %llu spellings of /vpn/../vpns/x, and %llu with two "
           "letters in all of %zu to %zu spellings; %llu passed; %.1f bytes, "
           "%.0f ns each%s\n",
           (unsigned long long) (tried - workers_sum(PAIRS)),
           (unsigned long long) workers_sum(PAIRS), all[0].n, all[3].n,
           (unsigned long long) workers_sum(PASSED),
           (double) workers_sum(BYTES) / (double) tried,
           (double) workers_sum(NANOSECONDS) / (double) tried,
           died ? "; a process has failed" : "");

    return died || workers_sum(PASSED) || tried < expected;
}
