
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for lines of the common log format.
 */


#ifndef _SCAN_FAST_CLF_H_INCLUDED_
#define _SCAN_FAST_CLF_H_INCLUDED_


#include "scan_types.h"


/* the end of the status; NULL: take the full path */

const unsigned char *scan_fast_clf(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, int64_t *time);

/* the end of METHOD target HTTP/N.N; NULL if it may be of interest */

const unsigned char *scan_fast_request(const unsigned char *p,
    const unsigned char *last);


#endif /* _SCAN_FAST_CLF_H_INCLUDED_ */
