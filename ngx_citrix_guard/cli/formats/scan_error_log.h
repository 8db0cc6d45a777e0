
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * nginx's error log, with the guard's lines in it (docs/directives.md, "The
 * Log Line").
 */


#ifndef _SCAN_ERROR_LOG_H_INCLUDED_
#define _SCAN_ERROR_LOG_H_INCLUDED_


#include "scan_types.h"


/*
 * The recogniser of this format; SCAN_DAMAGED if the line is none of it.
 */

scan_parsed_e scan_error_log(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_ERROR_LOG_H_INCLUDED_ */
