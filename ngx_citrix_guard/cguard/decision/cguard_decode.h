
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decoder: takes all layers of percent-encoding and UTF-8 off a string
 * in one pass from left to right, and hands on what is left, cell by cell.
 * It is inlined into each of its users, so that the sink is, too.
 */


#ifndef _CGUARD_DECODE_H_INCLUDED_
#define _CGUARD_DECODE_H_INCLUDED_


#include "cguard_decode_fast.h"


/*
 * Decodes a string and hands its cells to the sink.  The last one is a NUL,
 * noise to every sink: the unfinished escapes before it, and the string, end
 * there.
 */

CGUARD_INLINE void
cguard_decode(cguard_decode_t *d, const unsigned char *p, uint32_t len,
    cguard_sink_pt sink, void *data)
{
    int            step;
    uint8_t        class;
    uint32_t       i, end;
    cguard_cell_t  cell, plain;

    for (i = 0; i < len; i = end) {

        class = cguard_byte[p[i]];

        if (d->nwait == 0 && cguard_decode_alone(p + i, p + len, class)) {

            /* a cell of its own, which the compiler keeps in registers */

            end = i + 1;
            plain.c = p[i];
            plain.start = i;
            plain.end = end;
            plain.depth = 0;

            sink(data, &plain, NULL, 0);
            continue;
        }

        cell.c = p[i];
        cell.start = i;
        cell.end = i + 1;
        cell.depth = 0;

        step = cguard_decode_raw(d, p + i, p + len, class, &cell);
        end = cell.end;

        if (step != CGUARD_STEP_CELL) {
            if (step) {
                cguard_decode_feed(d, &cell, sink, data);
            }

            continue;
        }

        sink(data, &cell, d->wait, d->nwait);
        d->nwait = 0;

        while (d->nqueue) {
            cell.c = d->queue[--d->nqueue].c;
            sink(data, &cell, NULL, 0);
        }
    }

    cell.c = '\0';
    cell.start = len;
    cell.end = len;
    cell.depth = 0;

    sink(data, &cell, d->wait, d->nwait);

    d->nwait = 0;
}


#endif /* _CGUARD_DECODE_H_INCLUDED_ */
