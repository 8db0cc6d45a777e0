
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Recognises the format of a line by trying all.
 */


#ifndef _SCAN_FORMAT_H_INCLUDED_
#define _SCAN_FORMAT_H_INCLUDED_


#include "scan_types.h"


/*
 * Parses a line, without its line end, by the format of the line before or any
 * other.  The strings still have the format's own escapes.
 */

scan_parsed_e scan_parse(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);

/*
 * The next request of the same line; SCAN_NO_REQUEST if there is none.  Must
 * be called until then.
 */

scan_parsed_e scan_parse_next(scan_parser_t *ps, scan_line_t *ln);


#endif /* _SCAN_FORMAT_H_INCLUDED_ */
