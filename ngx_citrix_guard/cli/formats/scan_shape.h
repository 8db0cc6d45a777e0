
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The shape of a line of pieces: the marks between its words, for the fast path.
 */


#ifndef _SCAN_SHAPE_H_INCLUDED_
#define _SCAN_SHAPE_H_INCLUDED_


#include "cli/bytes/scan_byte.h"
#include "scan_pieces_request.h"
#include "scan_types.h"


/*
 * A word is of letters, digits, "_", "-", and dots; of these none in front of
 * another one, or of what may be dropped between two.
 */

static inline int
scan_shape_is_mark(const unsigned char *p)
{
    unsigned char  c;

    c = *p | 0x20;

    return !((c >= 'a' && c <= 'z') || scan_is_digit(*p) || *p == '_'
             || *p == '-' || (*p == '.' && p[1] > '.' && p[1] < 0x80));
}


/* remembers the shape of this line, for scan_fast_shape() */

void scan_shape_learn(scan_parser_t *ps, const scan_pieces_t *pc);


#endif /* _SCAN_SHAPE_H_INCLUDED_ */
