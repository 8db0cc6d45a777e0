
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: passes a line in which nothing is to be found.
 */


#ifndef _SCAN_FAST_H_INCLUDED_
#define _SCAN_FAST_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* how many bytes after the end of a line may be read */

#define SCAN_FAST_BEHIND  64


/*
 * From "p" on, passes lines that are requests with nothing to be found in them,
 * up to "last", which is an end of a line.  The beginning of the first one that
 * takes the full way, and what those before had for times.  If others may be
 * "changing" the bytes, it is the first one of all, unless scan_fast_stops().
 */

const unsigned char *scan_fast(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, unsigned policy, unsigned changing,
    scan_passed_t *passed);

/*
 * Does it stop at the first line end, even if that was not there when it was
 * called?  For bytes that may change.
 */

int scan_fast_stops(const scan_parser_t *ps);


#endif /* _SCAN_FAST_H_INCLUDED_ */
