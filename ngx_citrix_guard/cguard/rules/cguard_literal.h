
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The longest string that every match of a pattern contains, as far as it
 * can be seen without understanding all of PCRE2's syntax: what is not
 * understood is taken to match anything.
 */


#ifndef _CGUARD_LITERAL_H_INCLUDED_
#define _CGUARD_LITERAL_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/*
 * Writes at most "size" bytes of it to "buf", letters in lower case, and
 * returns the number; 0 if there is none.  Linear in the pattern's length.
 */

size_t cguard_literal(const char *pattern, size_t len, char *buf,
    size_t size);


#pragma GCC visibility pop


#endif /* _CGUARD_LITERAL_H_INCLUDED_ */
