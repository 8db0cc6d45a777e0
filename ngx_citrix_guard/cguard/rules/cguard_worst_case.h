
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Worst-case inputs for a pattern: what an attacker would send to make it work
 * hard.
 *
 * These are known tricks (nested escapes, slashes, dots), runs of each byte of
 * the pattern, a text that it may match with one place repeated, and its words
 * repeated, complete and cut short, so that many matches begin and none ends.
 */


#ifndef _CGUARD_WORST_CASE_H_INCLUDED_
#define _CGUARD_WORST_CASE_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * Writes "len" bytes of input number "n" to "buf" and returns 1; returns 0 if
 * there are no more inputs.  Each input comes twice, the second time with a
 * last byte that keeps most patterns from matching.  Allocates nothing.
 */

int cguard_worst_case(const char *pattern, size_t plen, unsigned n,
    unsigned char *buf, size_t len);


#pragma GCC visibility pop


#endif /* _CGUARD_WORST_CASE_H_INCLUDED_ */
