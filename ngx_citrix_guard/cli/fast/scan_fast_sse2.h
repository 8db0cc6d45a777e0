
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path by windows of 16 bytes.
 */


#ifndef _SCAN_FAST_SSE2_H_INCLUDED_
#define _SCAN_FAST_SSE2_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* as scan_fast() */

const unsigned char *scan_fast_sse2(scan_parser_t *ps, const unsigned char *p,
    int64_t *time);


#endif /* _SCAN_FAST_SSE2_H_INCLUDED_ */
