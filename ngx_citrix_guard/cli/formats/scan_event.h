
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard itself has logged about a request.
 */


#ifndef _SCAN_EVENT_H_INCLUDED_
#define _SCAN_EVENT_H_INCLUDED_


#include "scan_types.h"


/* takes the guard's words from the request */

void scan_event_begin(scan_hit_t *hit);

/* the outcome, if the guard's words settle it: then it returns 1 */

int scan_event(scan_hit_t *hit);


/*
 * Recognises gateway.log; SCAN_NO_REQUEST for a session, SCAN_DAMAGED if the
 * line does not have this format.
 */

scan_parsed_e scan_gateway(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_EVENT_H_INCLUDED_ */
