
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Messages on standard error, and the end of output.
 */


#ifndef _CLI_ERROR_H_INCLUDED_
#define _CLI_ERROR_H_INCLUDED_


/*
 * One line on standard error: "citrix-guard: ...".  What comes from outside is
 * given to "%s" by way of cli_printable().
 */

__attribute__((format(printf, 1, 2)))
void cli_error(const char *fmt, ...);

/*
 * A text without what moves a terminal's cursor; good for the next 4 calls.
 */

const char *cli_printable(const char *text);

/*
 * The exit status; 2, with a message, if standard output could not be written.
 */

int cli_flush(int status);


#endif /* _CLI_ERROR_H_INCLUDED_ */
