
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A log_format of nginx or a LogFormat of Apache.
 */


#ifndef _SCAN_CUSTOM_H_INCLUDED_
#define _SCAN_CUSTOM_H_INCLUDED_


#include "scan_types.h"


/*
 * Compiles a log_format or LogFormat; "json" means "escape=json".  Returns -1,
 * with a message, on failure.
 */

int scan_custom_compile(scan_formats_t *formats, const char *format,
    unsigned json);

/* Recognises this format; SCAN_DAMAGED if the line does not have it. */

scan_parsed_e scan_custom(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_CUSTOM_H_INCLUDED_ */
