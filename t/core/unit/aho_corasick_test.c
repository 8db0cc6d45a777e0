
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Compares the automaton with a naive search: thousands of random literals of
 * few letters, so that they overlap, contain and end one another; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_aho_corasick.h"
#include "tap.h"


#define AC_BLOCKS   8
#define AC_LONGEST  32
#define AC_SUBJECT  300


typedef struct {
    size_t                n;
    size_t                left;      /* blocks until memory is short, */
    size_t                short_of;  /* this many fail; 0: all of them */
    void                 *block[AC_BLOCKS];
} ac_memory_t;


static unsigned  ac_seed = 1;


static unsigned
ac_random(unsigned n)
{
    ac_seed = ac_seed * 1103515245 + 12345;

    return (ac_seed >> 8) % n;
}


static void *
ac_alloc(void *data, size_t size)
{
    ac_memory_t  *memory = data;

    if (memory->n == AC_BLOCKS) {
        return NULL;
    }

    if (memory->left == 0) {

        if (memory->short_of && --memory->short_of == 0) {
            memory->left = AC_BLOCKS;
        }

        return NULL;
    }

    memory->left--;

    /* not zeroed, like the memory of a pool */

    memory->block[memory->n] = malloc(size);

    if (memory->block[memory->n]) {
        memset(memory->block[memory->n], 0xa5, size);
    }

    return memory->block[memory->n++];
}


static void
ac_free(ac_memory_t *memory)
{
    while (memory->n) {
        free(memory->block[--memory->n]);
    }
}


static unsigned char
ac_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}


static int
ac_contains(const unsigned char *p, size_t len, const char *s, size_t n)
{
    size_t  i, k;

    for (i = 0; i + n <= len; i++) {
        for (k = 0; k < n; k++) {
            if (ac_lower(p[i + k]) != (unsigned char) s[k]) {
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
ac_literals(cguard_ac_literal_t *literal, char (*text)[AC_LONGEST],
    size_t n, const char *letters)
{
    size_t  i, k;

    for (i = 0; i < n; i++) {
        literal[i].len = 1 + ac_random(i % 4 ? 5 : AC_LONGEST);
        literal[i].data = text[i];
        literal[i].number = (unsigned) i;

        for (k = 0; k < literal[i].len; k++) {
            text[i][k] = letters[ac_random((unsigned) strlen(letters))];
        }
    }
}


/* text of the letters, in either case, with a whole literal here and there */

static size_t
ac_subject(unsigned char *p, const cguard_ac_literal_t *literal,
    size_t n, const char *letters)
{
    size_t  i, k, len, want;

    len = 0;
    want = ac_random(AC_SUBJECT);

    while (len < want) {

        if (ac_random(8) == 0) {
            i = ac_random((unsigned) n);

            for (k = 0; k < literal[i].len && len < want; k++) {
                p[len++] = (unsigned char) literal[i].data[k];
            }

            continue;
        }

        p[len] = (unsigned char)
                     letters[ac_random((unsigned) strlen(letters))];

        if (p[len] >= 'a' && p[len] <= 'z' && ac_random(2)) {
            p[len] &= ~0x20;
        }

        len++;
    }

    return len;
}


/*
 * What the proof of cguard_ac_search() takes for granted of the tables
 * (t/long/proof/contracts.acsl); link and number have no first element.
 */

static int
ac_sound(const cguard_ac_t *ac, size_t n)
{
    size_t    i;
    uint32_t  row, last;

    if (ac->classes < 1 || ac->classes > 257 || ac->states < 1
        || ac->states > 0x20001)
    {
        return 0;
    }

    last = (ac->states - 1) * ac->classes;

    for (i = 0; i < ac->states; i++) {
        if (ac->output_link[i] >= ac->states || ac->first[i] > n) {
            return 0;
        }
    }

    for (i = 0; i < (size_t) ac->states * ac->classes; i++) {
        row = ac->next[i] & 0x7fffffff;

        if (row > last || row % ac->classes) {
            return 0;
        }
    }

    for (i = 1; i <= n; i++) {
        if (ac->link[i] > n || ac->number[i] >= CGUARD_AC_MAX) {
            return 0;
        }
    }

    for (i = 0; i < sizeof(ac->class) && ac->class[i] < ac->classes; i++) {
        /* void */
    }

    return i == sizeof(ac->class);
}


static void
ac_against_naive(tap_t *t, const char *name, size_t n, size_t subjects,
    const char *letters)
{
    char                   (*text)[AC_LONGEST];
    size_t                   i, k, len;
    unsigned                 hit, wrong, found;
    unsigned char           *p;
    cguard_ac_t              ac;
    ac_memory_t              memory = { 0, AC_BLOCKS, 0, { NULL } };
    cguard_ac_hits_t         hits;
    cguard_ac_literal_t     *literal;

    text = malloc(n * sizeof(*text));
    literal = malloc(n * sizeof(*literal));

    if (text == NULL || literal == NULL) {
        exit(2);
    }

    ac_literals(literal, text, n, letters);

    wrong = cguard_ac_build(&ac, literal, n, ac_alloc, &memory) != 0;
    found = 0;

    for (i = 0; i < subjects && wrong == 0; i++) {

        /* a block of exactly that length, so that an over-read is noticed */

        p = malloc(AC_SUBJECT + AC_LONGEST);
        if (p == NULL) {
            exit(2);
        }

        len = ac_subject(p, literal, n, letters);
        p = realloc(p, len ? len : 1);

        memset(&hits, 0, sizeof(hits));
        cguard_ac_search(&ac, p, len, &hits);

        for (k = 0; k < n; k++) {
            hit = (unsigned) (hits.bits[k / 64] >> k % 64 & 1);
            wrong += hit != (unsigned) ac_contains(p, len, text[k],
                                                   literal[k].len);
            found += hit;
        }

        free(p);
    }

    tap_ok(t, wrong == 0 && found > 0,
           "%s: %zu literals, %zu subjects, %u hits, %u of them wrong", name,
           n, subjects, found, wrong);

    tap_ok(t, ac_sound(&ac, n), "%s: no table leads out of another",
           name);

    ac_free(&memory);
    free(text);
    free(literal);
}


static void
ac_known(tap_t *t)
{
    cguard_ac_t       ac;
    ac_memory_t       memory = { 0, AC_BLOCKS, 0, { NULL } };
    cguard_ac_hits_t  hits;
    cguard_ac_literal_t   literal[] = {
        { "she", 3, 0 }, { "he", 2, 1 }, { "hers", 4, 64 }, { "his", 3, 3 },
        { "he", 2, 4095 }, { "\xff\x80", 2, 5 }
    };

    if (!tap_ok(t, cguard_ac_build(&ac, literal, 6, ac_alloc, &memory)
                   == 0, "the example of the article"))
    {
        return;
    }

    memset(&hits, 0, sizeof(hits));
    cguard_ac_search(&ac, (const unsigned char *) "uSHErs\xff\x80", 8, &hits);

    tap_ok(t, hits.bits[0] == (1 | 2 | 1 << 5), "numbers 0, 1 and 5");
    tap_ok(t, hits.bits[1] == 1, "number 64");
    tap_ok(t, hits.bits[CGUARD_AC_WORDS - 1] == 1ULL << 63,
           "the largest number, of a literal that is there twice");

    memset(&hits, 0, sizeof(hits));
    cguard_ac_search(&ac, (const unsigned char *) "\xdf\xa0h\0e", 5, &hits);
    tap_ok(t, hits.bits[0] == 0, "bytes of no literal part one");

    cguard_ac_search(&ac, NULL, 0, &hits);
    tap_ok(t, hits.bits[0] == 0, "an empty string");

    ac_free(&memory);
}


static void
ac_none(tap_t *t)
{
    size_t               i;
    unsigned             failed;
    cguard_ac_t          ac;
    ac_memory_t          memory = { 0, AC_BLOCKS, 0, { NULL } };
    cguard_ac_hits_t     hits;
    cguard_ac_literal_t  literal = { "abc", 3, 7 };

    failed = cguard_ac_build(&ac, NULL, 0, ac_alloc, &memory) != 0;

    memset(&hits, 0, sizeof(hits));
    cguard_ac_search(&ac, (const unsigned char *) "abc", 3, &hits);

    tap_ok(t, failed == 0 && hits.bits[0] == 0, "no literals");
    ac_free(&memory);

    /* one allocation fails, all others succeed */

    for (i = 0; i < AC_BLOCKS; i++) {
        memory.left = i;
        memory.short_of = 1;

        if (cguard_ac_build(&ac, &literal, 1, ac_alloc, &memory) == 0) {
            break;
        }

        ac_free(&memory);
    }

    tap_ok(t, i > 0 && i < AC_BLOCKS, "memory that is short is said %zu "
           "times", i);
    ac_free(&memory);
}


int
main(void)
{
    int   i;
    char  all[256];
    tap_t t = { 0, 0 };

    ac_known(&t);
    ac_none(&t);

    ac_against_naive(&t, "one letter", 40, 200, "a");
    ac_against_naive(&t, "two letters", 4096, 200, "ab");
    ac_against_naive(&t, "few letters", 3000, 300, "abc/.");
    ac_against_naive(&t, "words", 1000, 300,
                     "abcdefghijklmnopqrstuvwxyz0123456789/._-%");

    /* every byte but NUL and capital letters, so all possible classes */

    for (i = 0, all[0] = '\0'; i < 255; i++) {
        if (i + 1 < 'A' || i + 1 > 'Z') {
            all[strlen(all) + 1] = '\0';
            all[strlen(all)] = (char) (i + 1);
        }
    }

    ac_against_naive(&t, "all bytes", 4096, 100, all);

    return tap_done(&t);
}
