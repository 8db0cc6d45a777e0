
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the lines of a log have in common, for the fast path.
 */


#ifndef _SCAN_LAYOUT_H_INCLUDED_
#define _SCAN_LAYOUT_H_INCLUDED_


#include "scan_types.h"


/* so many bytes behind a text may be read */

#define SCAN_LAYOUT_BEHIND  32


/* remembers a value of a line */

static inline void
scan_values_add(scan_values_t *values, cli_str_t s, scan_field_e field,
    unsigned rank, unsigned quoted)
{
    scan_value_t  *value;

    if (values->n < SCAN_LAYOUT_VALUES) {
        value = &values->value[values->n];

        value->data = s.data;
        value->last = s.data + s.len;
        value->field = field;
        value->rank = rank;
        value->quoted = quoted;
    }

    values->n++;
}


/*
 * Remembers what this line was like, for scan_fast_layout(); "p" to "last": up
 * to where nothing of interest follows.  "vague": its target is one only
 * because there are a method and no line in a field.
 */

void scan_layout_learn(scan_parser_t *ps, scan_format_e format,
    const unsigned char *p, const unsigned char *last,
    const scan_values_t *values, const scan_line_t *ln, unsigned vague);


#endif /* _SCAN_LAYOUT_H_INCLUDED_ */
