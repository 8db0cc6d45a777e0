
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON lines: events of the guard, nginx with "escape=json", ECS and others.
 */


#ifndef _SCAN_JSON_H_INCLUDED_
#define _SCAN_JSON_H_INCLUDED_


#include "scan_types.h"


/* Recognises this format; SCAN_DAMAGED if the line does not have it. */

scan_parsed_e scan_json(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_JSON_H_INCLUDED_ */
