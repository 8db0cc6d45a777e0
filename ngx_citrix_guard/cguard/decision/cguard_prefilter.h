
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The prefilter: sees at a glance that most targets are clean.
 */


#ifndef _CGUARD_PREFILTER_H_INCLUDED_
#define _CGUARD_PREFILTER_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)

/*
 * 1 if the string is seen at a glance to have no parent segment and no
 * malformed byte in any reading: no "..", no control byte, blank, "#", "\" or
 * byte above 7E, and each "%" begins an escape of two digits that stands for
 * a visible character other than "%" and ".".  Then every escape is decoded
 * once and for all, none is unfinished, and dots are where they are seen.
 * The only noise is a plus sign, and none follows a dot, raw or as an escape:
 * so no two dots meet where it is dropped.
 *
 * 1 is always right; 0 says only that it was not seen.
 */

int cguard_prefilter(const unsigned char *p, size_t len);

#pragma GCC visibility pop


#endif /* _CGUARD_PREFILTER_H_INCLUDED_ */
