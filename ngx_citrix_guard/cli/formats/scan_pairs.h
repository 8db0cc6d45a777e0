
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Lines of names and values: key=value, logfmt, LTSV, CEF, LEEF.
 */


#ifndef _SCAN_PAIRS_H_INCLUDED_
#define _SCAN_PAIRS_H_INCLUDED_


#include "scan_types.h"


/*
 * Recognises this format; SCAN_DAMAGED if the line does not have it, or its
 * pairs make no request.
 */

scan_parsed_e scan_pairs(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_PAIRS_H_INCLUDED_ */
