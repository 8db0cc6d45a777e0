
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the formats share: a log line as a request.
 */


#ifndef _SCAN_LINE_H_INCLUDED_
#define _SCAN_LINE_H_INCLUDED_


#include "cli/common/cli_types.h"
#include "scan_types.h"


/* clears a request */

void scan_line_init(scan_line_t *ln);

/* splits "METHOD target PROTOCOL" */

void scan_request(scan_line_t *ln, const unsigned char *p,
    const unsigned char *last);

/* the number that the digits make; -1 if it is not a number */

int scan_number(const unsigned char *p, const unsigned char *last,
    int64_t *n);

/* the address in the part before a request */

cli_str_t scan_client(cli_str_t client);

/* is it an address? */

int scan_is_client(cli_str_t s);

/* converts the size to a number, which few lines need */

void scan_line_size(scan_line_t *ln);

/* sets a field */

void scan_set(scan_parser_t *ps, scan_line_t *ln, scan_field_e field,
    const unsigned char *p, const unsigned char *last);

/* the field that a name in the options means; SCAN_F_NONE if unknown */

scan_field_e scan_field_named(const char *name, size_t len);

/* is the text exactly this? */

int scan_is(cli_str_t s, const char *text);


#endif /* _SCAN_LINE_H_INCLUDED_ */
