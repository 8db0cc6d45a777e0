
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Recognises a text without an attack, whatever its fields are.
 */


#ifndef _SCAN_QUIET_H_INCLUDED_
#define _SCAN_QUIET_H_INCLUDED_


#include <stddef.h>

#include "scan_prefilter.h"


/*
 * 1: no word of the text has a reading that is an attack, with the escapes of
 * any log. 1 is always right; 0 means only that this was not shown.  Linear.
 */

int scan_is_quiet(const unsigned char *p, const unsigned char *last);


#if SCAN_SSE2

/*
 * Where p[0..15] has a byte with which a parent segment begins or may be
 * hidden: a control byte or one above 7E, "%", "\\", or a dot before another
 * dot or before a byte that may be dropped between dots; p[16] may be that
 * second byte.  The "[" next to the backslash is included: a time begins
 * there.
 */

static inline __m128i
scan_loud_bytes(const unsigned char *p)
{
    __m128i  a, b, low, slash, found;

    a = _mm_loadu_si128((const __m128i *) p);
    b = _mm_loadu_si128((const __m128i *) (p + 1));

    /* subtracted from a constant, each range becomes the highest one */

    low = _mm_cmpgt_epi8(_mm_sub_epi8(_mm_set1_epi8(-2), a),
                         _mm_set1_epi8(-2 - ' '));
    slash = _mm_cmpgt_epi8(_mm_sub_epi8(_mm_set1_epi8((char) ('[' + 127)), a),
                           _mm_set1_epi8(125));

    found = _mm_or_si128(_mm_or_si128(low, slash),
                         _mm_cmpeq_epi8(a, _mm_set1_epi8('%')));

    /* what is below "." counts as well, which saves comparisons */

    return _mm_or_si128(found,
               _mm_andnot_si128(_mm_cmpgt_epi8(b, _mm_set1_epi8('.')),
                                _mm_cmpeq_epi8(a, _mm_set1_epi8('.'))));
}

#endif


#endif /* _SCAN_QUIET_H_INCLUDED_ */
