
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Patterns: the only place that uses PCRE2.  Compiled and JIT-compiled while
 * the configuration is read, matched with bounded work and no allocation.
 *
 * Only functions are used that an nginx with PCRE2 linked in statically
 * exports too.
 */


#ifndef _CGUARD_PATTERN_H_INCLUDED_
#define _CGUARD_PATTERN_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * One match may take as many steps: more is a pattern that goes through a
 * subject again and again, or a subject made to have it do so.
 */

#define CGUARD_PATTERN_STEPS      100000

/* KiB of memory that a match without the JIT compiler may take */

#define CGUARD_PATTERN_HEAP       1024

/* bytes of stack for code from the JIT compiler */

#define CGUARD_PATTERN_JIT_STACK  (128 * 1024)


#define CGUARD_PATTERN_CASE       0x01    /* letter case counts */

#define CGUARD_PATTERN_ERROR      256     /* room for a message */


typedef struct cguard_matcher_s  cguard_matcher_t;


typedef struct {
    void                 *code;
    unsigned              jit;       /* there is code from the compiler */
} cguard_pattern_t;


/*
 * What all patterns of a process share: limits, and the room for a result.
 * A matcher is for one thread.  NULL if memory is short.
 */

cguard_matcher_t *cguard_matcher_create(void);
void cguard_matcher_free(cguard_matcher_t *m);


/*
 * Compiles a pattern: PCRE2 syntax over bytes.  Letter case does not count
 * unless "flags" say so, "." also matches a line feed, and "$" matches only the
 * end.  Returns 0, or -1 with a message in "error" and the offset in the
 * pattern that it is about.
 */

int cguard_pattern_compile(cguard_pattern_t *p, const char *text, size_t len,
    unsigned flags, char error[CGUARD_PATTERN_ERROR], size_t *offset);
void cguard_pattern_free(cguard_pattern_t *p);


/*
 * Returns 1 for a match, 0 for none, and PCRE2's own error (below -1) if the
 * limits were met.
 */

int cguard_pattern_match(cguard_matcher_t *m, const cguard_pattern_t *p,
    const unsigned char *subject, size_t len);


#pragma GCC visibility pop


#endif /* _CGUARD_PATTERN_H_INCLUDED_ */
