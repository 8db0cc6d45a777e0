
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path past one line after the other, of the format of the line before.
 */


#ifndef _SCAN_FAST_LINES_H_INCLUDED_
#define _SCAN_FAST_LINES_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cli/bytes/scan_simd.h"
#include "cli/formats/scan_types.h"
#include "scan_fast_clf.h"
#include "scan_fast_layout.h"
#include "scan_fast_shape.h"


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


/*
 * Fetches some bytes that are far ahead, a long line's length of them: the
 * processor does so by itself, but only up to the end of a page.
 */

#define SCAN_FAST_AHEAD  2048

scan_inline void
scan_fast_fetch(const unsigned char *p)
{
    unsigned  i;

    for (i = 0; i < 6; i++) {
        __builtin_prefetch(p + SCAN_FAST_AHEAD + i * 64);
    }
}


/* counts a line of this time; 0: there is no room for one more time */

static inline int
scan_fast_count(scan_passed_t *passed, int64_t time)
{
    if (passed->n == 0 || passed->at[passed->n - 1].time != time) {

        if (passed->n == SCAN_PASSED_TIMES) {
            return 0;
        }

        passed->at[passed->n].time = time;
        passed->at[passed->n++].lines = 0;
    }

    passed->at[passed->n - 1].lines++;

    return 1;
}


/*
 * One loop for each kind of lines: "kind", which is a constant, is SCAN_CLF,
 * SCAN_JSON, SCAN_PIECES, or SCAN_UNKNOWN for all others.
 */

scan_inline const unsigned char *
scan_fast_kind(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed, scan_format_e kind)
{
    int64_t               time;
    scan_memo_t           memo[SCAN_LAYOUT_MEMOS];
    const unsigned char  *nl, *end;

    time = 0;

    scan_memo_init(memo, SCAN_LAYOUT_MEMOS);

    while (p <= last) {

        if (kind == SCAN_JSON) {
            scan_fast_fetch(p);
            end = nl = scan_fast_layout(ps, p, last, memo, &time, kind);

        } else {
            nl = scan_fast_line_end(p);

            end = kind == SCAN_CLF ? scan_fast_clf(ps, p, &time)
                  : kind == SCAN_PIECES
                    ? scan_fast_shape(ps, p, nl, &time)
                    : scan_fast_layout(ps, p, nl, memo, &time, kind);
        }

        if (end == NULL || end != nl || nl - p >= SCAN_LINE_MAX
            || !scan_fast_count(passed, time))
        {
            break;
        }

        p = nl + 1;
    }

    return p;
}


static __attribute__((noinline)) const unsigned char *
scan_fast_lines_clf(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
    return scan_fast_kind(ps, p, last, passed, SCAN_CLF);
}


static __attribute__((noinline)) const unsigned char *
scan_fast_lines_json(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
    return scan_fast_kind(ps, p, last, passed, SCAN_JSON);
}


static __attribute__((noinline)) const unsigned char *
scan_fast_lines_pieces(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
    return scan_fast_kind(ps, p, last, passed, SCAN_PIECES);
}


static __attribute__((noinline)) const unsigned char *
scan_fast_lines_other(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
    return scan_fast_kind(ps, p, last, passed, SCAN_UNKNOWN);
}


static inline const unsigned char *
scan_fast_lines(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_passed_t *passed)
{
    switch (ps->format) {

    case SCAN_CLF:
        return scan_fast_lines_clf(ps, p, last, passed);

    case SCAN_JSON:
        return scan_fast_lines_json(ps, p, last, passed);

    case SCAN_PIECES:
        return scan_fast_lines_pieces(ps, p, last, passed);

    default:
        return scan_fast_lines_other(ps, p, last, passed);
    }
}


#endif


#endif /* _SCAN_FAST_LINES_H_INCLUDED_ */
