
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: passes a line in which nothing is to be found.
 */


#ifndef _SCAN_FAST_H_INCLUDED_
#define _SCAN_FAST_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* so many bytes behind the end of a line may be read */

#define SCAN_FAST_BEHIND  64


/*
 * The end of the line that begins at "p", if it is a request with nothing to be
 * found in it, and its time; NULL: take the full way.  The line has to have an
 * end.
 */

const unsigned char *scan_fast(scan_parser_t *ps, const unsigned char *p,
    unsigned policy, int64_t *time);


#endif /* _SCAN_FAST_H_INCLUDED_ */
