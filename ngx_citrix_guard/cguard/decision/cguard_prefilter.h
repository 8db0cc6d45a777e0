
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: recognises, without decoding, most strings that have no parent
 * segment and no malformed byte in any reading.
 */


#ifndef _CGUARD_PREFILTER_H_INCLUDED_
#define _CGUARD_PREFILTER_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)

/*
 * Returns 1 if the string has no parent segment and no malformed byte in any
 * reading, as a look at its bytes shows: no "..", no control byte, blank, "#",
 * "\" or byte above 7E, and each "%" begins an escape of two digits for a
 * visible character other than "%" and ".".  Such an escape is decoded once,
 * none is incomplete, and no dot is hidden.  A parser may drop a plus sign, or
 * an encoded slash or backslash; none of them follows a dot, so dropping it
 * brings no two dots together.
 *
 * Returns 0 if it cannot tell.  Reads the string once, in linear time; writes
 * and allocates nothing; cannot fail.
 */

int cguard_prefilter(const unsigned char *p, size_t len);

#pragma GCC visibility pop


#endif /* _CGUARD_PREFILTER_H_INCLUDED_ */
