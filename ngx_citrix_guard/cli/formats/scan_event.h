
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard itself has logged of a request.
 */


#ifndef _SCAN_EVENT_H_INCLUDED_
#define _SCAN_EVENT_H_INCLUDED_


#include "scan_types.h"


/* takes the words of the guard from the request */

void scan_event_begin(scan_hit_t *hit);

/* the outcome by the guard's own words; 1 if they settle it */

int scan_event(scan_hit_t *hit);


/*
 * The recogniser of gateway.log; SCAN_NO_REQUEST for a session, SCAN_DAMAGED
 * if the line is none of it.
 */

scan_parsed_e scan_gateway(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


/* 1: an event of the front, as conf/front.schema.json: a session, no request */

int scan_event_of_front(const unsigned char *p, const unsigned char *last);


#endif /* _SCAN_EVENT_H_INCLUDED_ */
