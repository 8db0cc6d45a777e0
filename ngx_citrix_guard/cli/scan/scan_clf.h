
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The common log format and its kin: nginx's and Apache's combined, with a
 * server's name or a syslog header in front, the appliance's httpaccess.log
 * with "Time: N microsecs" behind, and the FILE: of a grep.
 */


#ifndef _SCAN_CLF_H_INCLUDED_
#define _SCAN_CLF_H_INCLUDED_


#include "scan_types.h"


/*
 * The recogniser of this format; SCAN_DAMAGED if the line is none of it.
 */

scan_parsed_e scan_clf(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_CLF_H_INCLUDED_ */
