
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Tables: CSV, TSV and Zeek's logs, whose header names the columns.
 */


#ifndef _SCAN_TABLE_H_INCLUDED_
#define _SCAN_TABLE_H_INCLUDED_


#include "scan_types.h"


/*
 * The columns that a line names if it is a header; -1 if it is not.  One of
 * the columns must belong to the request.  Writes "w3c".
 */

int scan_table_header(scan_w3c_t *w3c, const scan_formats_t *formats,
    const unsigned char *p, const unsigned char *last);

/*
 * Recognises the rows below; SCAN_DAMAGED if there was no header, or the line
 * has other columns.
 */

scan_parsed_e scan_table(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


#endif /* _SCAN_TABLE_H_INCLUDED_ */
