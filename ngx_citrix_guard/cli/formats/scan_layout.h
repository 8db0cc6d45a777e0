
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the JSON lines of a log have in common, for the fast path.
 */


#ifndef _SCAN_LAYOUT_H_INCLUDED_
#define _SCAN_LAYOUT_H_INCLUDED_


#include "scan_types.h"


/* so many bytes behind a text may be read */

#define SCAN_LAYOUT_BEHIND  32


/* remembers what this line was like, for scan_fast_json() */

void scan_layout_learn(scan_layout_t *layout, const unsigned char *p,
    const unsigned char *last, const scan_value_t *value, unsigned n);


#endif /* _SCAN_LAYOUT_H_INCLUDED_ */
