
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON documents with several requests.
 */


#ifndef _SCAN_DOCUMENT_H_INCLUDED_
#define _SCAN_DOCUMENT_H_INCLUDED_


#include "scan_types.h"


/*
 * Parses one or more JSON documents, and returns the first request;
 * scan_document_next() returns the others, and frees everything after the last
 * one.  SCAN_DAMAGED if it is not JSON, or has no request.
 */

scan_parsed_e scan_document(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);

scan_parsed_e scan_document_next(scan_parser_t *ps, scan_line_t *ln);

/* frees what is left of the line before */

void scan_document_free(scan_parser_t *ps);


#endif /* _SCAN_DOCUMENT_H_INCLUDED_ */
