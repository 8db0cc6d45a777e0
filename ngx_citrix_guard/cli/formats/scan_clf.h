
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The common log format and its variants.
 */


#ifndef _SCAN_CLF_H_INCLUDED_
#define _SCAN_CLF_H_INCLUDED_


#include "scan_types.h"


/* Recognises this format; SCAN_DAMAGED if the line does not have it. */

scan_parsed_e scan_clf(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


/* behind the referrer and the user agent, the first two strings after "p" */

const unsigned char *scan_clf_strings(const unsigned char *p,
    const unsigned char *last);


#endif /* _SCAN_CLF_H_INCLUDED_ */
