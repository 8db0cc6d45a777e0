
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path by windows of 16 bytes, which every processor with SSE2 has.
 */


#include <stddef.h>
#include <stdint.h>

#include "scan_fast_sse2.h"
#include "scan_fast_clf.h"
#include "scan_fast_json.h"
#include "cli/formats/scan_types.h"
#include "cli/formats/scan_simd.h"


const unsigned char *
scan_fast_sse2(scan_parser_t *ps, const unsigned char *p, int64_t *time)
{
#if SCAN_SSE2

    return ps->format == SCAN_CLF ? scan_fast_clf(ps, p, time)
                                  : scan_fast_json(ps, p, time);

#else

    (void) ps;
    (void) p;
    (void) time;

    return NULL;

#endif
}
