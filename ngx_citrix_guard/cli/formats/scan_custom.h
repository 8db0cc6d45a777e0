
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A log_format of nginx's or a LogFormat of Apache's.
 */


#ifndef _SCAN_CUSTOM_H_INCLUDED_
#define _SCAN_CUSTOM_H_INCLUDED_


#include "scan_types.h"


/*
 * Compiles a log_format or LogFormat; "json" is "escape=json".  -1 with a
 * message.
 */

int scan_custom_compile(scan_formats_t *formats, const char *format,
    unsigned json);

/*
 * The recogniser of this format; SCAN_DAMAGED if the line is none of it.
 */

scan_parsed_e scan_custom(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_CUSTOM_H_INCLUDED_ */
