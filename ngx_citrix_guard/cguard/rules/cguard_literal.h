
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The longest string that every match of a pattern contains, as far as this
 * can be seen without implementing all of PCRE2's syntax: whatever is not
 * understood is assumed to match anything.
 */


#ifndef _CGUARD_LITERAL_H_INCLUDED_
#define _CGUARD_LITERAL_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * Writes at most "size" bytes of it to "buf", in lower case, and returns the
 * number of bytes; 0 if no such string is known.  Allocates nothing; linear in
 * the length of the pattern.
 */

size_t cguard_literal(const char *pattern, size_t len, char *buf,
    size_t size);


#pragma GCC visibility pop


#endif /* _CGUARD_LITERAL_H_INCLUDED_ */
