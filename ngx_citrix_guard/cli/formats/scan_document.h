
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON documents that hold several requests.
 */


#ifndef _SCAN_DOCUMENT_H_INCLUDED_
#define _SCAN_DOCUMENT_H_INCLUDED_


#include "scan_types.h"


/*
 * Parses what may be several documents, one behind the other, and gives the
 * first request in it; scan_document_next() gives the others, and frees all
 * behind the last one.  SCAN_DAMAGED if it is none, or no request is in it.
 */

scan_parsed_e scan_document(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);

scan_parsed_e scan_document_next(scan_parser_t *ps, scan_line_t *ln);

/* what is left of the line before */

void scan_document_free(scan_parser_t *ps);


#endif /* _SCAN_DOCUMENT_H_INCLUDED_ */
