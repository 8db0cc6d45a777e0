
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds in one pass which of many literals a string contains (Aho and
 * Corasick, Communications of the ACM 18(6), 1975).  Rules whose literal is
 * missing are skipped, and cost nothing.
 */


#ifndef _CGUARD_AHO_CORASICK_H_INCLUDED_
#define _CGUARD_AHO_CORASICK_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


/* numbers of literals are below that, and no two are the same */

#define CGUARD_AC_MAX    4096

#define CGUARD_AC_WORDS  (CGUARD_AC_MAX / 64)


typedef struct {
    uint64_t              bits[CGUARD_AC_WORDS];
} cguard_ac_hits_t;


typedef struct {
    const char           *data;      /* letters in lower case */
    size_t                len;       /* at least 1 */
    unsigned              number;
} cguard_ac_literal_t;


typedef struct {
    uint32_t             *next;      /* [row + class]: the next row */
    uint32_t             *first;     /* of a state's literals, or 0 */
    uint32_t             *link;      /* the next one, or 0 */
    uint32_t             *output_link;   /* the longest suffix that ends one */
    unsigned             *number;    /* literals, from 1 on */
    uint32_t              states;
    unsigned              classes;
    uint8_t               class[256];
} cguard_ac_t;


/* memory that lives as long as the automaton; NULL if there is none */

typedef void *(*cguard_alloc_pt)(void *data, size_t size);


/* Returns 0, or -1 if memory runs out. */

int cguard_ac_build(cguard_ac_t *ac, const cguard_ac_literal_t *literals,
    size_t n, cguard_alloc_pt alloc, void *data);


/*
 * Adds the numbers of the literals that "p" contains to "hits", whatever the
 * case of their letters.  A number that is there already is of a literal that
 * was found, or of none.  Some 1.5 ns a byte.
 */

void cguard_ac_search(const cguard_ac_t *ac, const unsigned char *p, size_t len,
    cguard_ac_hits_t *hits);


#pragma GCC visibility pop


#endif /* _CGUARD_AHO_CORASICK_H_INCLUDED_ */
