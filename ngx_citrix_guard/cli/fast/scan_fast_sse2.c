
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path by windows of 16 bytes, which every processor with SSE2 has.
 */


#include "scan_fast_sse2.h"
#include "scan_fast_lines.h"
#include "cli/formats/scan_types.h"
#include "cli/bytes/scan_simd.h"


const unsigned char *
scan_fast_sse2(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
#if SCAN_SSE2

    return scan_fast_lines(ps, p, last, passed);

#else

    (void) ps;
    (void) last;
    (void) passed;

    return p;

#endif
}
