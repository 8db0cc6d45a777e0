
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path: skips lines without a finding.
 */


#ifndef _SCAN_FAST_H_INCLUDED_
#define _SCAN_FAST_H_INCLUDED_


#include "scan_types.h"


/*
 * The end of the line that begins at "p", and its time, if it is a request
 * without a finding; NULL: take the full path.  "last" is the end of what may
 * be read.
 */

const unsigned char *scan_fast(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, unsigned policy, int64_t *time);


#endif /* _SCAN_FAST_H_INCLUDED_ */
