
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: recognises without decoding most strings of which no reading
 * has a parent segment or a malformed byte.
 */


#ifndef _CGUARD_PREFILTER_H_INCLUDED_
#define _CGUARD_PREFILTER_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)

/*
 * Returns 1 if the string visibly has no parent segment and no malformed
 * byte in any reading: no "..", no control byte, blank, "#", "\" or
 * byte above 7E, and each "%" begins an escape of two digits that stands for
 * a visible character other than "%" and ".".  Then every escape is decoded
 * once and for all, none is unfinished, and dots are where they are seen.
 * What may be dropped is a plus sign, and a slash or backslash that is encoded;
 * none of them follows a dot, so no two dots meet there.
 *
 * 1 is always right; 0 means "not known".  Reads the string,
 * writes and allocates nothing, cannot fail, takes linear time.
 */

int cguard_prefilter(const unsigned char *p, size_t len);

#pragma GCC visibility pop


#endif /* _CGUARD_PREFILTER_H_INCLUDED_ */
