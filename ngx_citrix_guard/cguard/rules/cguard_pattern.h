
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Patterns: the only file that uses PCRE2.  They are compiled, with JIT where
 * it is available, while the configuration is read, and matched with bounded
 * work and memory.
 *
 * Uses only functions that an nginx with PCRE2 linked statically exports as
 * well.
 */


#ifndef _CGUARD_PATTERN_H_INCLUDED_
#define _CGUARD_PATTERN_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * The steps that one match may take.  A pattern that needs more goes through
 * its subject again and again, or the subject was made for that.
 */

#define CGUARD_PATTERN_STEPS      100000

/* KiB of heap for a match without JIT code */

#define CGUARD_PATTERN_HEAP       1024

/* bytes of stack for JIT code */

#define CGUARD_PATTERN_JIT_STACK  (128 * 1024)


#define CGUARD_PATTERN_CASE       0x01    /* letter case matters */

#define CGUARD_PATTERN_ERROR      256     /* bytes for an error message */


typedef struct cguard_matcher_s  cguard_matcher_t;


typedef struct {
    void                 *code;
    unsigned              jit;       /* JIT code exists */
} cguard_pattern_t;


/*
 * What all patterns of a process share: the limits, and room for one result.
 * A matcher must not be used by two threads at once.  Returns NULL if memory
 * runs out. cguard_matcher_free() accepts NULL.
 */

cguard_matcher_t *cguard_matcher_create(void);
void cguard_matcher_free(cguard_matcher_t *m);


/*
 * Compiles a pattern: PCRE2 syntax over bytes.  Letter case is ignored unless
 * "flags" say otherwise; "." also matches a line feed, and "$" matches only at
 * the very end.  Allocates.  Returns 0, or -1 with a message in "error" and
 * its offset in the pattern.
 */

int cguard_pattern_compile(cguard_pattern_t *p, const char *text, size_t len,
    unsigned flags, char error[CGUARD_PATTERN_ERROR], size_t *offset);
void cguard_pattern_free(cguard_pattern_t *p);


/*
 * Returns 1 for a match, 0 for no match, or PCRE2's error (below -1) if a
 * limit was reached.  Time is bounded by CGUARD_PATTERN_STEPS per position
 * where a match may begin.  JIT code allocates nothing; without it, PCRE2 may
 * allocate up to CGUARD_PATTERN_HEAP.
 */

int cguard_pattern_match(cguard_matcher_t *m, const cguard_pattern_t *p,
    const unsigned char *subject, size_t len);


#pragma GCC visibility pop


#endif /* _CGUARD_PATTERN_H_INCLUDED_ */
