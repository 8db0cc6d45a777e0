
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Lines of no other format that hold a request.
 */


#ifndef _SCAN_PIECES_H_INCLUDED_
#define _SCAN_PIECES_H_INCLUDED_


#include "scan_types.h"


/*
 * A request by the pieces of a line: METHOD and target, a status near them,
 * an address, a time.  SCAN_NO_REQUEST for what load balancers and the ADC
 * write that is none; SCAN_DAMAGED if there is no request that can be told.
 */

scan_parsed_e scan_pieces(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);

#endif /* _SCAN_PIECES_H_INCLUDED_ */
