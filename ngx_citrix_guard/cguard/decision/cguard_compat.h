
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The ASCII text that a code point becomes in a parser that normalises Unicode,
 * converts to a Windows code page, or transliterates.
 *
 * reads      two constant tables and the text, nothing else
 * writes     nothing
 * allocates  nothing
 * cost       one comparison, two table look-ups
 * source     NFKC and NFKD of Unicode (UAX #15), best-fit tables of the
 *            Windows code pages (t/data/bestfit.tsv), transliterations of
 *            glibc and ICU (t/data/translit.tsv); compat.pl says in which
 *            order
 *
 * Blanks, and characters that add no letter (marks, variation selectors, tags,
 * C1 controls), become one blank, which is ignored.
 */


#ifndef _CGUARD_COMPAT_H_INCLUDED_
#define _CGUARD_COMPAT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)

/*
 * Returns the ASCII string, 1 to 6 bytes and a NUL; NULL if the code point is
 * ASCII itself or has no text that matters.  Any value is allowed.
 */

const char *cguard_compat(uint32_t cp);

#pragma GCC visibility pop


#endif /* _CGUARD_COMPAT_H_INCLUDED_ */
