
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Builds and runs the automaton (cguard_aho_corasick.h).
 *
 * All bytes that occur in no literal share one class, so that the table has
 * few columns and its rows stay in the cache.  While the table is built,
 * states are numbers.  Afterwards each becomes the offset of its row, which
 * saves a multiplication per byte, with one bit that says whether a literal
 * ends there.
 */


#include <string.h>

#include "cguard_aho_corasick.h"


#define CGUARD_AC_ENDS  0x80000000u


static int
cguard_ac_tables(cguard_ac_t *ac, size_t states, size_t n,
    cguard_alloc_pt alloc, void *data)
{
    ac->next = alloc(data, states * ac->classes * sizeof(uint32_t));
    ac->first = alloc(data, states * sizeof(uint32_t));
    ac->output_link = alloc(data, states * sizeof(uint32_t));
    ac->link = alloc(data, (n + 1) * sizeof(uint32_t));
    ac->number = alloc(data, (n + 1) * sizeof(unsigned));

    if (ac->next == NULL || ac->first == NULL || ac->output_link == NULL
        || ac->link == NULL || ac->number == NULL)
    {
        return -1;
    }

    memset(ac->next, 0, states * ac->classes * sizeof(uint32_t));
    memset(ac->first, 0, states * sizeof(uint32_t));
    memset(ac->output_link, 0, states * sizeof(uint32_t));

    return 0;
}


/* class 0: bytes in no literal; both cases of a letter share a class */

static void
cguard_ac_classes(cguard_ac_t *ac, const cguard_ac_literal_t *literals,
    size_t n)
{
    size_t         i, k;
    unsigned char  c;

    memset(ac->class, 0, sizeof(ac->class));
    ac->classes = 1;

    for (i = 0; i < n; i++) {
        for (k = 0; k < literals[i].len; k++) {
            c = (unsigned char) literals[i].data[k];

            if (ac->class[c] == 0) {
                ac->class[c] = (uint8_t) ac->classes++;
            }
        }
    }

    for (c = 'A'; c <= 'Z'; c++) {
        ac->class[c] = ac->class[c | 0x20];
    }
}


/* builds a trie of the literals; states are numbered as they are created */

static void
cguard_ac_trie(cguard_ac_t *ac, const cguard_ac_literal_t *literals,
    size_t n)
{
    size_t     i, k;
    uint32_t  *next, state;

    ac->states = 1;

    for (i = 0; i < n; i++) {

        state = 0;

        for (k = 0; k < literals[i].len; k++) {
            next = &ac->next[state * ac->classes
                            + ac->class[(unsigned char) literals[i].data[k]]];

            if (*next == 0) {
                *next = ac->states++;
            }

            state = *next;
        }

        ac->number[i + 1] = literals[i].number;
        ac->link[i + 1] = ac->first[state];
        ac->first[state] = (uint32_t) (i + 1);
    }
}


/*
 * Breadth first: a state without a transition takes that of the state for its
 * longest proper suffix, which is complete by then.  Literals that end at that
 * suffix end here as well.
 */

static void
cguard_ac_complete(cguard_ac_t *ac, uint32_t *queue, uint32_t *suffix)
{
    unsigned   class;
    uint32_t   head, tail, state, child, *row, *back;

    head = 0;
    tail = 0;

    queue[tail++] = 0;
    suffix[0] = 0;

    while (head < tail) {

        state = queue[head++];
        row = &ac->next[(size_t) state * ac->classes];
        back = &ac->next[(size_t) suffix[state] * ac->classes];

        ac->output_link[state] = ac->first[suffix[state]]
                                 ? suffix[state]
                                 : ac->output_link[suffix[state]];

        for (class = 1; class < ac->classes; class++) {
            child = row[class];

            if (child == 0) {
                row[class] = state ? back[class] : 0;
                continue;
            }

            suffix[child] = state ? back[class] : 0;
            queue[tail++] = child;
        }
    }
}


static void
cguard_ac_rows(cguard_ac_t *ac)
{
    size_t    i;
    uint32_t  state;

    for (i = 0; i < (size_t) ac->states * ac->classes; i++) {
        state = ac->next[i];
        ac->next[i] = state * ac->classes;

        if (ac->first[state] || ac->output_link[state]) {
            ac->next[i] |= CGUARD_AC_ENDS;
        }
    }
}


int
cguard_ac_build(cguard_ac_t *ac, const cguard_ac_literal_t *literals,
    size_t n, cguard_alloc_pt alloc, void *data)
{
    size_t     i, states;
    uint32_t  *queue;

    states = 1;

    for (i = 0; i < n; i++) {
        states += literals[i].len;
    }

    cguard_ac_classes(ac, literals, n);

    if (cguard_ac_tables(ac, states, n, alloc, data) == -1) {
        return -1;
    }

    queue = alloc(data, 2 * states * sizeof(uint32_t));
    if (queue == NULL) {
        return -1;
    }

    cguard_ac_trie(ac, literals, n);
    cguard_ac_complete(ac, queue, queue + states);
    cguard_ac_rows(ac);

    return 0;
}


/*
 * Reports the literals that end at a state.  If the first of them was reported
 * before, so were those linked after it: a literal that occurs many times
 * costs no more than one that occurs once.
 */

static void
cguard_ac_report(const cguard_ac_t *ac, uint32_t state,
    cguard_ac_hits_t *hits)
{
    uint32_t   i;
    uint64_t  *word, bit;

    for ( /* void */ ; state; state = ac->output_link[state]) {
        for (i = ac->first[state]; i; i = ac->link[i]) {
            word = &hits->bits[ac->number[i] / 64];
            bit = 1ULL << ac->number[i] % 64;

            if (*word & bit) {
                return;
            }

            *word |= bit;
        }
    }
}


void
cguard_ac_search(const cguard_ac_t *ac, const unsigned char *p, size_t len,
    cguard_ac_hits_t *hits)
{
    uint32_t              row;
    const unsigned char  *last;

    /* "p" may be NULL if there are no bytes */

    if (len == 0) {
        return;
    }

    row = 0;

    for (last = p + len; p < last; p++) {
        row = ac->next[row + ac->class[*p]];

        if (row & CGUARD_AC_ENDS) {
            row &= ~CGUARD_AC_ENDS;
            cguard_ac_report(ac, row / ac->classes, hits);
        }
    }
}
