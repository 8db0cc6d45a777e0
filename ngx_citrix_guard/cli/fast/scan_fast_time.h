
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The time of a line, which is mostly in the minute of the line before.
 */


#ifndef _SCAN_FAST_TIME_H_INCLUDED_
#define _SCAN_FAST_TIME_H_INCLUDED_


#include <stdint.h>

#include "cli/bytes/scan_simd.h"
#include "cli/bytes/scan_window.h"
#include "cli/formats/scan_types.h"


#if SCAN_SSE2


/*
 * If the text differs from that of "clock", whose "len" bytes fit into a
 * window, in its two digits of seconds at most, the time; or SCAN_NO_TIME.
 */

scan_inline int64_t
scan_fast_time_near(const scan_time_cache_t *clock, const unsigned char *p,
    unsigned at, unsigned len)
{
    unsigned  same, tens, ones;

    same = scan_window_mask(scan_window_same(scan_window(p),
                                             scan_window(clock->text)));

    if (~(same | 3u << at) << (32 - len)) {
        return SCAN_NO_TIME;
    }

    tens = p[at] - (unsigned) '0';
    ones = p[at + 1] - (unsigned) '0';

    return tens < 6 && ones < 10 ? clock->minute + tens * 10 + ones
                                 : SCAN_NO_TIME;
}


#endif


#endif /* _SCAN_FAST_TIME_H_INCLUDED_ */
