
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Puts a request together from fields that have names.
 */


#ifndef _SCAN_RECORD_H_INCLUDED_
#define _SCAN_RECORD_H_INCLUDED_


#include "cli/common/cli_types.h"
#include "scan_types.h"


/* a target of this rank or below may be something else */

#define SCAN_RANK_VAGUE  3


typedef struct {
    scan_parser_t        *ps;
    scan_line_t          *line;
    unsigned              rank[SCAN_FIELDS];

    cli_str_t             inner;        /* a line of another log */
    cli_str_t             odd;          /* an attack outside the target */
    cli_str_t             date;
    cli_str_t             clock;
    unsigned              named:1;      /* a field of the target exists */
    unsigned              targets:1;    /* two of the same rank that differ */
    unsigned              statuses:1;
} scan_record_t;


/* begins a record; "ln" becomes an empty request */

void scan_record_begin(scan_record_t *rec, scan_parser_t *ps,
    scan_line_t *ln);

/* adds a field, without escapes; its bytes must stay valid */

void scan_record_take(scan_record_t *rec, scan_field_e field, unsigned rank,
    cli_str_t s);

/*
 * Ends the record; SCAN_DAMAGED if the fields make no request.  A line within
 * a field is parsed if no field is the target.
 */

scan_parsed_e scan_record_end(scan_record_t *rec);

/* are these the fields of more than one request? */

int scan_record_is_several(const scan_record_t *rec);

/* the layout of its line, if that is a request of a log's own line */

void scan_record_learn(scan_record_t *rec, scan_format_e format,
    const unsigned char *p, const unsigned char *last,
    const scan_values_t *values);

/* does it look like a target, or like METHOD and target? */

int scan_is_target(cli_str_t s);
int scan_is_request(const unsigned char *p, const unsigned char *last);

/* is a reading of it an attack? */

int scan_is_attack(cli_str_t s);


/* may it be a part of the attack, with a traversal or without? */

int scan_is_of_interest(cli_str_t s);

/* one more target of the line, which is judged as well if it may be one */

void scan_line_other(scan_line_t *ln, cli_str_t s);


#endif /* _SCAN_RECORD_H_INCLUDED_ */
