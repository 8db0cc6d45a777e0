
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path past one line after the other, of the format of the line before.
 */


#ifndef _SCAN_FAST_LINES_H_INCLUDED_
#define _SCAN_FAST_LINES_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cli/formats/scan_simd.h"
#include "cli/formats/scan_types.h"
#include "scan_fast_clf.h"
#include "scan_fast_json.h"


#if SCAN_SSE2


/*
 * The end of a line, before anything else of it is known: so the processor can
 * begin with the next line while it is still busy with this one.
 */

static inline const unsigned char *
scan_fast_line_end(const unsigned char *p)
{
    unsigned       mask;
    scan_window_t  first, second;

    for ( ;; p += 2 * SCAN_WINDOW) {
        first = scan_window_is(scan_window(p), '\n');
        second = scan_window_is(scan_window(p + SCAN_WINDOW), '\n');

        if (scan_window_mask(scan_window_or(first, second))) {
            mask = scan_window_mask(first);

            return mask ? p + __builtin_ctz(mask)
                        : p + SCAN_WINDOW
                          + __builtin_ctz(scan_window_mask(second));
        }
    }
}


static inline const unsigned char *
scan_fast_lines(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
    int64_t               time;
    const unsigned char  *nl, *end;

    while (p <= last) {
        nl = scan_fast_line_end(p);

        end = ps->format == SCAN_CLF ? scan_fast_clf(ps, p, &time)
                                     : scan_fast_json(ps, p, &time);

        if (end != nl || nl - p >= SCAN_LINE_MAX) {
            break;
        }

        if (passed->n == 0 || passed->at[passed->n - 1].time != time) {

            if (passed->n == SCAN_PASSED_TIMES) {
                break;
            }

            passed->at[passed->n].time = time;
            passed->at[passed->n++].lines = 0;
        }

        passed->at[passed->n - 1].lines++;
        p = nl + 1;
    }

    return p;
}


#endif


#endif /* _SCAN_FAST_LINES_H_INCLUDED_ */
