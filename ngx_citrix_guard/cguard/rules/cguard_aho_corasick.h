
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds in one pass which of many literals a string contains (Aho and
 * Corasick, Communications of the ACM 18(6), 1975).  Rules whose literal does
 * not occur are skipped at no cost.
 */


#ifndef _CGUARD_AHO_CORASICK_H_INCLUDED_
#define _CGUARD_AHO_CORASICK_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


/* literal numbers are below this, and unique */

#define CGUARD_AC_MAX    4096

#define CGUARD_AC_WORDS  (CGUARD_AC_MAX / 64)


typedef struct {
    uint64_t              bits[CGUARD_AC_WORDS];
} cguard_ac_hits_t;


typedef struct {
    const char           *data;      /* in lower case */
    size_t                len;       /* at least 1 */
    unsigned              number;
} cguard_ac_literal_t;


typedef struct {
    uint32_t             *next;      /* [row + class]: the next row */
    uint32_t             *first;     /* list of the state's literals, or 0 */
    uint32_t             *link;      /* the next literal of the list, or 0 */
    uint32_t             *output_link;   /* the longest suffix that ends a
                                            literal */
    unsigned             *number;    /* by literal number, from 1 on */
    uint32_t              states;
    unsigned              classes;
    uint8_t               class[256];
} cguard_ac_t;


/* allocates memory that lives as long as the automaton; NULL on failure */

typedef void *(*cguard_alloc_pt)(void *data, size_t size);


/*
 * Builds the automaton of "n" literals into "ac".  Allocates with "alloc"; the
 * literals need not outlive the call.  Linear in their total length times the
 * number of byte classes.  Returns 0, or -1 if memory runs out.
 */

int cguard_ac_build(cguard_ac_t *ac, const cguard_ac_literal_t *literals,
    size_t n, cguard_alloc_pt alloc, void *data);


/*
 * Adds the numbers of the literals that "p" contains to "hits", ignoring
 * letter case.  Numbers that "hits" already holds are taken as found by an
 * earlier search with this automaton.  Allocates nothing, cannot fail; about
 * 1.5 ns per byte.
 */

void cguard_ac_search(const cguard_ac_t *ac, const unsigned char *p, size_t len,
    cguard_ac_hits_t *hits);


#pragma GCC visibility pop


#endif /* _CGUARD_AHO_CORASICK_H_INCLUDED_ */
