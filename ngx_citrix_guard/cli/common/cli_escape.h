
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Untrusted bytes as printable text, and back.
 */


#ifndef _CLI_ESCAPE_H_INCLUDED_
#define _CLI_ESCAPE_H_INCLUDED_


#include <stddef.h>
#include <stdio.h>


/* how many characters cli_escape() needs for a byte */

unsigned cli_escaped_width(unsigned char c);

/*
 * Escapes bytes as in the guard's log line: printable ASCII except quote and
 * backslash stays, anything else becomes \xHH.  The result is safe on a
 * terminal and in a quoted CSV field; in JSON each backslash has to be
 * doubled.  Writes at most "size" bytes, with the NUL; returns the length.
 */

size_t cli_escape(char *dst, size_t size, const unsigned char *p, size_t len);

/* the same, written to a stream */

void cli_print_escaped(FILE *f, const unsigned char *p, size_t len);

/* the same, written as a JSON string with its quotes */

void cli_print_json(FILE *f, const unsigned char *p, size_t len);

/* a trusted text, written as a JSON string with its quotes */

void cli_print_json_text(FILE *f, const char *text);

/*
 * Undoes cli_escape() in place; also accepts \\ \t \n \r.  Returns the length,
 * or -1 if there is any other escape.
 */

int cli_unescape(unsigned char *p, size_t *len);


#endif /* _CLI_ESCAPE_H_INCLUDED_ */
