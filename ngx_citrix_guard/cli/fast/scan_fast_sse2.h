
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
    const unsigned char *last, scan_passed_t *passed);


#endif /* _SCAN_FAST_SSE2_H_INCLUDED_ */
