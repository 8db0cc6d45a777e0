
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Lines of no other format that contain a request.
 */


#ifndef _SCAN_PIECES_H_INCLUDED_
#define _SCAN_PIECES_H_INCLUDED_


#include "scan_types.h"


/*
 * Finds a request by the pieces of a line: METHOD and target, a status nearby,
 * an address, a time.  SCAN_NO_REQUEST for lines of load balancers and of the
 * ADC without a request; SCAN_DAMAGED if no request can be recognised.
 */

scan_parsed_e scan_pieces(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);

/* the same for a line of the log itself, whose shape is remembered */

scan_parsed_e scan_pieces_line(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_PIECES_H_INCLUDED_ */
