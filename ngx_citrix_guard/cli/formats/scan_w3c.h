
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The extended log format of W3C, as IIS writes it.
 */


#ifndef _SCAN_W3C_H_INCLUDED_
#define _SCAN_W3C_H_INCLUDED_


#include "scan_types.h"


/* reads a "#Fields:" line */

void scan_w3c_fields(scan_w3c_t *w3c, const scan_formats_t *formats,
    const unsigned char *p, const unsigned char *last);

/* Recognises this format; SCAN_DAMAGED if the line does not have it. */

scan_parsed_e scan_w3c(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_W3C_H_INCLUDED_ */
