
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A log line as a request: what the formats have in common.
 */


#ifndef _SCAN_LINE_H_INCLUDED_
#define _SCAN_LINE_H_INCLUDED_


#include "cli/common/cli_types.h"
#include "scan_types.h"


/* an empty request */

void scan_line_init(scan_line_t *ln);

/* takes "METHOD target PROTOCOL" apart */

void scan_request(scan_line_t *ln, const unsigned char *p,
    const unsigned char *last);

/* digits only; -1 if it is no number */

int scan_number(const unsigned char *p, const unsigned char *last,
    int64_t *n);

/* the address in what stands in front of a line */

cli_str_t scan_client(cli_str_t client);

/* is it an address? */

int scan_is_client(cli_str_t s);

/* makes a number of the size, which few lines need */

void scan_line_size(scan_line_t *ln);

/* gives a field its value */

void scan_set(scan_parser_t *ps, scan_line_t *ln, scan_field_e field,
    const unsigned char *p, const unsigned char *last);

/* the field that a name of the options stands for, SCAN_F_NONE if none */

scan_field_e scan_field_named(const char *name, size_t len);

/* does it say just this? */

int scan_is(cli_str_t s, const char *text);


#endif /* _SCAN_LINE_H_INCLUDED_ */
