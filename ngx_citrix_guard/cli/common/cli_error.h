
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Messages on standard error, and closing standard output.
 */


#ifndef _CLI_ERROR_H_INCLUDED_
#define _CLI_ERROR_H_INCLUDED_


/*
 * Prints one line on standard error: "citrix-guard: ...".  Pass untrusted text
 * to "%s" through cli_printable().
 */

__attribute__((format(printf, 1, 2)))
void cli_error(const char *fmt, ...);

/*
 * A copy of "text" with everything that could control a terminal escaped.  It
 * is valid until the fourth call after this one.
 */

const char *cli_printable(const char *text);

/*
 * Closes standard output.  Returns "status", or 2 with a message if it could
 * not be written.
 */

int cli_flush(int status);


#endif /* _CLI_ERROR_H_INCLUDED_ */
