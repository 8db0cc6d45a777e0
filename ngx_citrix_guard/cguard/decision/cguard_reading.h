
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The reading of a target: its text without any layer of encoding, for logs
 * and reports.
 */


#ifndef _CGUARD_READING_H_INCLUDED_
#define _CGUARD_READING_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)

/*
 * Writes the fully decoded target, from the raw offset "from" on, to "buf":
 * "\" becomes "/", and ignored bytes and ";parameters" are left out.  Returns
 * the number of bytes written, at most "size", without a NUL.  The text may
 * contain any byte: escape it before it goes into a log.
 */

size_t cguard_reading(const unsigned char *p, size_t len, size_t from,
    unsigned char *buf, size_t size);

#pragma GCC visibility pop


#endif /* _CGUARD_READING_H_INCLUDED_ */
