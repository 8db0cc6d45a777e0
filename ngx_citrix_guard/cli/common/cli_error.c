/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Messages on standard error, and closing standard output.
 */


#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli_error.h"
#include "cli_escape.h"


#define CLI_PRINTABLE_TEXTS  4
#define CLI_PRINTABLE_LEN    512


void
cli_error(const char *fmt, ...)
{
    va_list  args;

    (void) fflush(stdout);

    fprintf(stderr, "citrix-guard: ");

    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);

    fputc('\n', stderr);
}


const char *
cli_printable(const char *text)
{
    static char      texts[CLI_PRINTABLE_TEXTS][CLI_PRINTABLE_LEN];
    static unsigned  n;

    char  *p;

    p = texts[n++ % CLI_PRINTABLE_TEXTS];

    (void) cli_escape(p, CLI_PRINTABLE_LEN, (const unsigned char *) text,
                      strlen(text));

    return p;
}


int
cli_flush(int status)
{
    if (fflush(stdout) == EOF || ferror(stdout)) {
        cli_error("cannot write: %s", strerror(errno));
        return 2;
    }

    return status;
}
