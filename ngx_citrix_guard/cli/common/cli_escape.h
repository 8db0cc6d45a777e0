
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Hostile bytes as printable text, and back.
 */


#ifndef _CLI_ESCAPE_H_INCLUDED_
#define _CLI_ESCAPE_H_INCLUDED_


#include <stddef.h>
#include <stdio.h>


/* how many characters cli_escape() makes of a byte */

unsigned cli_escaped_width(unsigned char c);

/*
 * Bytes as the guard's log line has them: printable ASCII but quote and
 * backslash as it is, all else as \xHH.  So the text stands as it is in a
 * terminal and in a quoted field of CSV; JSON wants each backslash twice.
 * Writes at most "size" bytes, with the NUL; returns the length.
 */

size_t cli_escape(char *dst, size_t size, const unsigned char *p, size_t len);

/* the same to a stream */

void cli_print_escaped(FILE *f, const unsigned char *p, size_t len);

/* the same as a string of JSON, with its quotes */

void cli_print_json(FILE *f, const unsigned char *p, size_t len);

/* a text of our own as a string of JSON, with its quotes */

void cli_print_json_text(FILE *f, const char *text);

/*
 * Undoes cli_escape(); takes \\ \t \n \r as well.  In place; -1 if there is
 * another escape.
 */

int cli_unescape(unsigned char *p, size_t *len);


#endif /* _CLI_ESCAPE_H_INCLUDED_ */
