
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#ifndef _CGUARD_CLEAN_H_INCLUDED_
#define _CGUARD_CLEAN_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)

/*
 * Whether the target is seen at a glance to have no parent segment and no
 * malformed byte in any reading: it begins with "/", none of its bytes is
 * encoded, a control byte, a blank, "\", "#" or above 7E, and no segment
 * begins with "..".  1 is always right; 0 says only that it was not seen.
 */

int cguard_clean(const unsigned char *p, size_t len);

/* the same for a query, which does not begin a segment */

int cguard_clean_query(const unsigned char *p, size_t len);

#pragma GCC visibility pop


#endif /* _CGUARD_CLEAN_H_INCLUDED_ */
