
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path by windows of 32 bytes.
 */


#ifndef _SCAN_FAST_AVX2_H_INCLUDED_
#define _SCAN_FAST_AVX2_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* 1: this processor has them, and the build does not say SCAN_NO_AVX2 */

int scan_has_avx2(void);

/* as scan_fast(); only on such a processor */

const unsigned char *scan_fast_avx2(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed);


#endif /* _SCAN_FAST_AVX2_H_INCLUDED_ */
