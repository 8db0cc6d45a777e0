
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The gate (cguard_aho_corasick.h).  Bytes that stand in no literal are one class, so
 * that the table has few columns and its rows stay in the cache.
 *
 * States are numbers while the table is made.  Then each becomes the place of
 * its row, which spares a multiplication a byte, with a bit that says that
 * some literal ends there.
 */


#include <string.h>

#include "cguard_aho_corasick.h"


#define CGUARD_AC_ENDS  0x80000000u


static int
cguard_ac_tables(cguard_ac_t *g, size_t states, size_t n,
    cguard_alloc_pt alloc, void *data)
{
    g->next = alloc(data, states * g->classes * sizeof(uint32_t));
    g->first = alloc(data, states * sizeof(uint32_t));
    g->shorter = alloc(data, states * sizeof(uint32_t));
    g->link = alloc(data, (n + 1) * sizeof(uint32_t));
    g->number = alloc(data, (n + 1) * sizeof(unsigned));

    if (g->next == NULL || g->first == NULL || g->shorter == NULL
        || g->link == NULL || g->number == NULL)
    {
        return -1;
    }

    memset(g->next, 0, states * g->classes * sizeof(uint32_t));
    memset(g->first, 0, states * sizeof(uint32_t));
    memset(g->shorter, 0, states * sizeof(uint32_t));

    return 0;
}


/* class 0 is for what stands in no literal; a letter has one with its other
 * case */

static void
cguard_ac_classes(cguard_ac_t *g, const cguard_ac_literal_t *literals,
    size_t n)
{
    size_t         i, k;
    unsigned char  c;

    memset(g->class, 0, sizeof(g->class));
    g->classes = 1;

    for (i = 0; i < n; i++) {
        for (k = 0; k < literals[i].len; k++) {
            c = (unsigned char) literals[i].data[k];

            if (g->class[c] == 0) {
                g->class[c] = (uint8_t) g->classes++;
            }
        }
    }

    for (c = 'A'; c <= 'Z'; c++) {
        g->class[c] = g->class[c | 0x20];
    }
}


/* the literals as a trie: its states are numbered as they are made */

static void
cguard_ac_trie(cguard_ac_t *g, const cguard_ac_literal_t *literals,
    size_t n)
{
    size_t     i, k;
    uint32_t  *next, state;

    g->states = 1;

    for (i = 0; i < n; i++) {

        state = 0;

        for (k = 0; k < literals[i].len; k++) {
            next = &g->next[state * g->classes
                            + g->class[(unsigned char) literals[i].data[k]]];

            if (*next == 0) {
                *next = g->states++;
            }

            state = *next;
        }

        g->number[i + 1] = literals[i].number;
        g->link[i + 1] = g->first[state];
        g->first[state] = (uint32_t) (i + 1);
    }
}


/*
 * Breadth first: where a state has no transition it takes that of the state
 * for its longest proper suffix, which is complete by then.  Literals that
 * end there end here, too.
 */

static void
cguard_ac_complete(cguard_ac_t *g, uint32_t *queue, uint32_t *suffix)
{
    unsigned   class;
    uint32_t   head, tail, state, child, *row, *back;

    head = 0;
    tail = 0;

    queue[tail++] = 0;
    suffix[0] = 0;

    while (head < tail) {

        state = queue[head++];
        row = &g->next[(size_t) state * g->classes];
        back = &g->next[(size_t) suffix[state] * g->classes];

        g->shorter[state] = g->first[suffix[state]]
                            ? suffix[state] : g->shorter[suffix[state]];

        for (class = 1; class < g->classes; class++) {
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
cguard_ac_rows(cguard_ac_t *g)
{
    size_t    i;
    uint32_t  state;

    for (i = 0; i < (size_t) g->states * g->classes; i++) {
        state = g->next[i];
        g->next[i] = state * g->classes;

        if (g->first[state] || g->shorter[state]) {
            g->next[i] |= CGUARD_AC_ENDS;
        }
    }
}


int
cguard_ac_build(cguard_ac_t *g, const cguard_ac_literal_t *literals,
    size_t n, cguard_alloc_pt alloc, void *data)
{
    size_t     i, states;
    uint32_t  *queue;

    states = 1;

    for (i = 0; i < n; i++) {
        states += literals[i].len;
    }

    cguard_ac_classes(g, literals, n);

    if (cguard_ac_tables(g, states, n, alloc, data) == -1) {
        return -1;
    }

    queue = alloc(data, 2 * states * sizeof(uint32_t));
    if (queue == NULL) {
        return -1;
    }

    cguard_ac_trie(g, literals, n);
    cguard_ac_complete(g, queue, queue + states);
    cguard_ac_rows(g);

    return 0;
}


/*
 * Notes the literals that end at a state.  Where the first of them is noted,
 * so are those behind it: a literal that comes again and again costs no more
 * than others.
 */

static void
cguard_ac_note(const cguard_ac_t *g, uint32_t state,
    cguard_ac_hits_t *hits)
{
    uint32_t   i;
    uint64_t  *word, bit;

    for ( /* void */ ; state; state = g->shorter[state]) {
        for (i = g->first[state]; i; i = g->link[i]) {
            word = &hits->bits[g->number[i] / 64];
            bit = 1ULL << g->number[i] % 64;

            if (*word & bit) {
                return;
            }

            *word |= bit;
        }
    }
}


void
cguard_ac_search(const cguard_ac_t *g, const unsigned char *p, size_t len,
    cguard_ac_hits_t *hits)
{
    uint32_t              row;
    const unsigned char  *last;

    /* there may be no bytes at no address */

    if (len == 0) {
        return;
    }

    row = 0;

    for (last = p + len; p < last; p++) {
        row = g->next[row + g->class[*p]];

        if (row & CGUARD_AC_ENDS) {
            row &= ~CGUARD_AC_ENDS;
            cguard_ac_note(g, row / g->classes, hits);
        }
    }
}
