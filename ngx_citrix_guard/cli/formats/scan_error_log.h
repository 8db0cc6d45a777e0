
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * nginx's error log with the guard's lines (docs/directives.md, "The Log
 * Line").
 */


#ifndef _SCAN_ERROR_LOG_H_INCLUDED_
#define _SCAN_ERROR_LOG_H_INCLUDED_


#include "scan_types.h"


/* Recognises this format; SCAN_DAMAGED if the line does not have it. */

scan_parsed_e scan_error_log(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_ERROR_LOG_H_INCLUDED_ */
