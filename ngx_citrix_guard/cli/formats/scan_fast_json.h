
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The fast path for JSON lines, by the layout of the line before.
 */


#ifndef _SCAN_FAST_JSON_H_INCLUDED_
#define _SCAN_FAST_JSON_H_INCLUDED_


#include "scan_types.h"


/* remembers the layout of this line for scan_fast_json() */

void scan_layout_learn(scan_layout_t *layout, const unsigned char *p,
    const unsigned char *last, const scan_value_t *value, unsigned n);

/* the end of the last value that matters; NULL: take the full path */

const unsigned char *scan_fast_json(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, int64_t *time);


#endif /* _SCAN_FAST_JSON_H_INCLUDED_ */
