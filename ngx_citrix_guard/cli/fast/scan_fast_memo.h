
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Most lines repeat a part of the line before, byte for byte: the name of the
 * browser, a link, a status.  It held nothing of interest there, so it holds
 * nothing here, and comparing it is faster than examining it.
 */


#ifndef _SCAN_FAST_MEMO_H_INCLUDED_
#define _SCAN_FAST_MEMO_H_INCLUDED_


#include <stddef.h>

#include "cli/bytes/scan_simd.h"
#include "cli/bytes/scan_window.h"


#if SCAN_SSE2


/* a part of the line before, and how many lines in a row differed from it */

typedef struct {
    const unsigned char  *data;
    size_t                len;
    unsigned              misses;
} scan_memo_t;


/* after so many lines, some lines are not compared */

#define SCAN_MEMO_MISSES  4
#define SCAN_MEMO_PAUSE   32


/* as if this were the last line that is not compared */

scan_inline void
scan_memo_init(scan_memo_t *memo, unsigned n)
{
    while (n--) {
        memo[n].misses = SCAN_MEMO_MISSES + SCAN_MEMO_PAUSE - 1;
    }
}


#define SCAN_WINDOW_ALL  (unsigned) ((1ull << SCAN_WINDOW) - 1)


/* the bytes in which two windows differ */

scan_inline unsigned
scan_window_differ(const unsigned char *p, const unsigned char *text)
{
    return scan_window_mask(scan_window_same(scan_window(p),
                                             scan_window(text)))
           ^ SCAN_WINDOW_ALL;
}


/* the end of the part, if it is that of the line before; or NULL */

scan_inline const unsigned char *
scan_memo_again(scan_memo_t *memo, const unsigned char *p,
    const unsigned char *end)
{
    size_t                i, len;
    unsigned              differ;
    const unsigned char  *before;

    len = memo->len;

    /* an empty part as well: its length less 1 is the largest of all */

    if (memo->misses >= SCAN_MEMO_MISSES || len - 1 >= (size_t) (end - p)) {
        return NULL;
    }

    before = memo->data;

    for (i = 0; i + 2 * SCAN_WINDOW < len; i += 2 * SCAN_WINDOW) {
        if (scan_window_mask(scan_window_and(
                scan_window_same(scan_window(p + i), scan_window(before + i)),
                scan_window_same(scan_window(p + i + SCAN_WINDOW),
                                 scan_window(before + i + SCAN_WINDOW))))
            != SCAN_WINDOW_ALL)
        {
            return NULL;
        }
    }

    if (i + SCAN_WINDOW < len) {
        if (scan_window_differ(p + i, before + i)) {
            return NULL;
        }

        i += SCAN_WINDOW;
    }

    differ = scan_window_differ(p + i, before + i) << (32 - (len - i));

    if (differ) {
        return NULL;
    }

    memo->misses = 0;

    return p + len;
}


/* remembers a part, and whether comparing it with the next one pays */

scan_inline void
scan_memo_keep(scan_memo_t *memo, const unsigned char *p,
    const unsigned char *end)
{
    memo->data = p;
    memo->len = (size_t) (end - p);

    if (++memo->misses == SCAN_MEMO_MISSES + SCAN_MEMO_PAUSE) {
        memo->misses = SCAN_MEMO_MISSES - 1;
    }
}


#endif


#endif /* _SCAN_FAST_MEMO_H_INCLUDED_ */
