
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decoder: removes all layers of percent-encoding and UTF-8 from a string
 * in one pass from left to right, and calls back with each decoded character.
 * It is inlined into each of its users, together with the callback.
 */


#ifndef _CGUARD_DECODE_H_INCLUDED_
#define _CGUARD_DECODE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_byte.h"
#include "cguard_decode_fast.h"
#include "cguard_escape.h"


/*
 * Decodes a string and calls "emit" with each character.  The last one is a
 * NUL, which is noise to every callback: the pending escapes before it, and the
 * string, end there.
 */

CGUARD_INLINE void
cguard_decode(cguard_decode_t *d, const unsigned char *p, uint32_t len,
    cguard_emit_pt emit, void *data)
{
    uint8_t        class;
    unsigned       may, step;
    uint32_t       i, end;
    cguard_char_t  ch, plain, last = { '\0', len, len, 0, 0 };

    for (i = 0; i < len; i = end) {

        class = cguard_byte[p[i]];

        if (d->npending == 0 && !(class & CGUARD_B_FEED)) {

            /* a variable of its own, which stays in registers */

            end = i + 1;
            plain = (cguard_char_t) { p[i], i, end, 0, 0 };

            may = emit(data, &plain, NULL, 0);

            if (may) {
                end = cguard_decode_skip(p, end, len, may);
            }

            continue;
        }

        ch = (cguard_char_t) { p[i], i, i + 1, 0, 0 };

        step = cguard_decode_raw(d, p + i, p + len, class, &ch);
        end = ch.end;

        if (step != CGUARD_STEP_EMIT) {
            if (step) {
                cguard_decode_feed(d, &ch, step, emit, data);
            }

            continue;
        }

        may = emit(data, &ch, d->pending, d->npending);
        d->npending = 0;

        while (cguard_decode_next(d, &ch)) {
            may = emit(data, &ch, NULL, 0);
        }

        if (may) {
            end = cguard_decode_skip(p, end, len, may);
        }
    }

    emit(data, &last, d->pending, d->npending);

    d->npending = 0;
}


#endif /* _CGUARD_DECODE_H_INCLUDED_ */
